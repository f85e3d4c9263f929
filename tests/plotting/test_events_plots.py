"""Figures of event distributions."""

import nuprobe as nu
from nuprobe.events import distributions, trident
from nuprobe.plotting import plot_distributions


def test_lines_lie_over_their_bands_and_models_have_names():
    generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    found = distributions(generator, ["m_pair", "Q2"], models={"sm": None, "v-a": nu.VMinusA()}, bins=10, n=1000)
    figure = plot_distributions(found.items)
    for ax in figure.axes:
        bands = [c.get_zorder() for c in ax.collections]
        lines = [p.get_zorder() for p in ax.patches]
        assert bands
        assert lines
        assert max(bands) < min(lines)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["Standard Model", "V−A"]
