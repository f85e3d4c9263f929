from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from nuprobe.errors import InputError
from nuprobe.events import Distributions, distributions, expected, generator, trident
from nuprobe.models import VMinusA
from nuprobe.plotting import (
    figure_of,
    plot_distribution,
    plot_distribution_2d,
    plot_distributions,
    save,
)

MODELS = {"SM": None, "V−A": VMinusA()}


@pytest.fixture(scope="module")
def found() -> tuple[generator.Generator, Distributions]:
    gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    return gen, distributions(
        gen,
        ["E_minus", "opening_angle", "Q2", ("E_minus", "E_plus")],
        models=MODELS,
        bins=8,
        n=1000,
    )


def steps(ax: object) -> list[StepPatch]:
    return [p for p in ax.patches if isinstance(p, StepPatch)]  # type: ignore[attr-defined]


def test_what_is_drawn_is_the_cross_section(
    found: tuple[generator.Generator, Distributions],
) -> None:
    _, made = found
    one = made["opening_angle"]
    figure = figure_of(plot_distribution(one, title="μμ", note="test"))
    upper, lower = figure.axes
    degree = np.pi / 180
    power = float(upper.get_ylabel().split("10^{")[1].split("}")[0])
    for i, patch in enumerate(steps(upper)):
        values, edges, _ = patch.get_data()
        np.testing.assert_allclose(edges, one.edges[0] / degree)
        np.testing.assert_allclose(
            values * 10**power,
            one.values[i] / np.diff(one.edges[0] / degree),
            rtol=1e-9,
        )
    assert "deg" in upper.get_ylabel()
    assert "deg" in lower.get_xlabel()
    ratio, _ = one.ratio("V−A")
    np.testing.assert_allclose(steps(lower)[0].get_data()[0], ratio, rtol=1e-12)
    assert lower.get_ylabel() == "ratio"


def test_a_curve_is_drawn_as_dots(
    found: tuple[generator.Generator, Distributions], tmp_path: Path
) -> None:
    gen, made = found
    one = made["Q2"]
    curve = expected(gen, one, MODELS, quick=True)
    assert curve is not None
    exact = expected(gen, one, MODELS)
    assert exact is not None
    np.testing.assert_allclose(curve.values, exact.values, rtol=5e-3)
    figure = figure_of(plot_distribution(one, curve=curve))
    upper = figure.axes[0]
    assert upper.get_xscale() == "log"
    # a cross section per logarithm has no unit of Q²
    assert "/MeV" not in upper.get_ylabel()
    dots = [line for line in upper.lines if line.get_marker() == "."]
    assert len(dots) == 2
    values, _, _ = steps(upper)[0].get_data()
    np.testing.assert_allclose(
        dots[0].get_ydata() / values, curve.values[0] / one.values[0], rtol=1e-9
    )
    assert save(figure, tmp_path / "q2.png").stat().st_size > 10_000


def test_one_model_is_compared_with_its_curve(
    found: tuple[generator.Generator, Distributions],
) -> None:
    gen, _ = found
    one = distributions(gen, ["m_pair"], bins=6, n=1000).items[0]
    curve = expected(gen, one, {"": None}, quick=True)
    figure = figure_of(plot_distribution(one, curve=curve))
    assert figure.axes[1].get_ylabel() == "events/quadr."
    assert len(figure_of(plot_distribution(one)).axes) == 1


def test_several_panels(found: tuple[generator.Generator, Distributions]) -> None:
    _, made = found
    figure = figure_of(plot_distributions(made.items[:3], title="three"))
    assert len(figure.axes) == 6


def test_a_plane_of_two_observables(
    found: tuple[generator.Generator, Distributions], tmp_path: Path
) -> None:
    gen, made = found
    one = made.items[3]
    figure = figure_of(plot_distribution_2d(one, title="plane", note="test"))
    left, right, bar = figure.axes
    assert [left.get_title(), right.get_title()] == ["SM", "V−A"]
    area = np.multiply.outer(*(np.diff(e / 1e3) for e in one.edges))
    power = float(bar.get_ylabel().split("10^{")[1].split("}")[0])
    for ax, values in zip((left, right), one.values, strict=True):
        drawn = np.asarray(
            np.ma.filled(np.ma.asarray(ax.collections[0].get_array()), 0.0), dtype=float
        ).reshape(8, 8)
        np.testing.assert_allclose(drawn.T * 10**power, values / area, rtol=1e-9)
    assert "/GeV/GeV" in bar.get_ylabel()
    # with enough events contours hold the share they say, up to the smoothing and the
    # size of the bins
    many = distributions(
        gen, [("m_pair", "Q2")], bins={"m_pair": 20, "Q2": 20}, n=100_000
    ).items[0]
    figure = figure_of(plot_distribution_2d(many))
    ax = figure.axes[0]
    assert ax.get_yscale() == "log"
    assert ax.get_xscale() == "linear"
    contours = [c for c in ax.collections if hasattr(c, "levels")]
    assert len(contours) == 1
    low, high = contours[0].levels
    x, y = (e.copy() for e in many.edges)
    x /= 1e3 if x[-1] >= 1e3 else 1.0
    area = np.multiply.outer(np.diff(x), np.diff(np.log(y)))
    power = float(figure.axes[1].get_ylabel().split("10^{")[1].split("}")[0])
    density = many.values[0] / area / 10**power
    for level, share in ((high, 0.5), (low, 0.9)):
        assert many.values[0][density > level].sum() / many.values[
            0
        ].sum() == pytest.approx(share, abs=0.05)
    assert save(figure, tmp_path / "plane.png").stat().st_size > 10_000
    with pytest.raises(InputError, match="two observables"):
        plot_distribution_2d(made.items[0])
    with pytest.raises(
        InputError, match="no event lies in the bins of E_minus and E_plus"
    ):
        plot_distribution_2d(replace(one, values=0 * one.values))


def test_bad_input(found: tuple[generator.Generator, Distributions]) -> None:
    _, made = found
    with pytest.raises(InputError, match="one dimension"):
        plot_distribution(made.items[3])
    with pytest.raises(InputError, match="at least one observable"):
        plot_distributions([])
    empty = replace(made.items[0], counts=np.zeros(8))
    with pytest.raises(InputError, match="no event lies in the bins of E_minus"):
        plot_distribution(empty)


def test_lines_lie_over_their_bands_and_models_have_names() -> None:
    generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    found = distributions(
        generator,
        ["m_pair", "Q2"],
        models={"sm": None, "v-a": VMinusA()},
        bins=10,
        n=1000,
    )
    figure = figure_of(plot_distributions(found.items))
    for ax in figure.axes:
        bands = [c.get_zorder() for c in ax.collections]
        lines = [p.get_zorder() for p in ax.patches]
        assert bands
        assert lines
        assert max(bands) < min(lines)
    assert [t.get_text() for t in figure.legends[0].get_texts()] == [
        "Standard Model",
        "V−A",
    ]
