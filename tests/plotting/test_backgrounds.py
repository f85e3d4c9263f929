"""The figure of trident dimuons over their backgrounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nuprobe.events.backgrounds import Comparison, compare, spectra
from nuprobe.plotting import figure_of
from nuprobe.plotting.backgrounds import plot_backgrounds
from nuprobe.plotting.style import save


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare("dune-nd-fhc", "Ar40", 2000)


def test_what_is_drawn_is_what_is_counted(found: Comparison) -> None:
    figure = figure_of(plot_backgrounds(found))
    assert len(figure.axes) == 4
    signals = found.signals
    for row, stage in enumerate((0, len(found.stages) - 1)):
        for ax, name in zip(
            figure.axes[2 * row : 2 * row + 2], ("m_pair", "opening_angle"), strict=True
        ):
            drawn = ax.patches[-1]
            edges = drawn.get_data().edges * (1e3 if name == "m_pair" else np.pi / 180)  # type: ignore[attr-defined]
            counts, errors = spectra(found, name, edges, stage)
            np.testing.assert_allclose(drawn.get_data().values, counts[:signals].sum(0))  # type: ignore[attr-defined]
            np.testing.assert_allclose(
                ax.patches[0].get_data().values,  # type: ignore[attr-defined]
                counts[signals:].sum(0),
            )
            assert ax.get_yscale() == "log"
            # bands of the sum and of the signal
            for i, part in ((1, slice(signals, None)), (2, slice(signals))):
                band, spread = (
                    ax.patches[i].get_data(),  # type: ignore[attr-defined]
                    np.sqrt((errors[part] ** 2).sum(0)),
                )
                np.testing.assert_allclose(
                    band.values - counts[part].sum(0), spread, atol=1e-9
                )


def test_the_figure_names_its_sources(found: Comparison, tmp_path: Path) -> None:
    figure = figure_of(plot_backgrounds(found))
    assert "MicroBooNE:2021sfa" in figure.get_supxlabel().replace("\n", " ")
    assert save(figure, tmp_path / "b.pdf").stat().st_size > 1000
