from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from nuprobe.errors import InputError
from nuprobe.events import Distributions, distributions, expected, generator, trident
from nuprobe.models import VMinusA
from nuprobe.plotting import plot_distribution, plot_distributions, save

MODELS = {"SM": None, "V−A": VMinusA()}


@pytest.fixture(scope="module")
def found() -> tuple[generator.Generator, Distributions]:
    gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    return gen, distributions(
        gen, ["E_minus", "opening_angle", "Q2", ("E_minus", "E_plus")], models=MODELS, bins=8, n=1000
    )


def steps(ax: object) -> list[StepPatch]:
    return [p for p in ax.patches if isinstance(p, StepPatch)]  # type: ignore[attr-defined]


def test_what_is_drawn_is_the_cross_section(found: tuple[generator.Generator, Distributions]) -> None:
    _, made = found
    one = made["opening_angle"]
    figure = plot_distribution(one, title="μμ", note="test")
    upper, lower = figure.axes
    degree = np.pi / 180
    power = float(upper.get_ylabel().split("10^{")[1].split("}")[0])
    for i, patch in enumerate(steps(upper)):
        values, edges, _ = patch.get_data()
        np.testing.assert_allclose(edges, one.edges[0] / degree)
        np.testing.assert_allclose(values * 10**power, one.values[i] / np.diff(one.edges[0] / degree), rtol=1e-9)
    assert "deg" in upper.get_ylabel()
    assert "deg" in lower.get_xlabel()
    ratio, _ = one.ratio("V−A")
    np.testing.assert_allclose(steps(lower)[0].get_data()[0], ratio, rtol=1e-12)
    assert lower.get_ylabel() == "ratio"


def test_a_curve_is_drawn_as_dots(found: tuple[generator.Generator, Distributions], tmp_path: Path) -> None:
    gen, made = found
    one = made["Q2"]
    curve = expected(gen, one, MODELS, quick=True)
    assert curve is not None
    exact = expected(gen, one, MODELS)
    assert exact is not None
    np.testing.assert_allclose(curve.values, exact.values, rtol=5e-3)
    figure = plot_distribution(one, curve=curve)
    upper = figure.axes[0]
    assert upper.get_xscale() == "log"
    # a cross section per logarithm has no unit of Q²
    assert "/MeV" not in upper.get_ylabel()
    dots = [line for line in upper.lines if line.get_marker() == "."]
    assert len(dots) == 2
    values, _, _ = steps(upper)[0].get_data()
    np.testing.assert_allclose(dots[0].get_ydata() / values, curve.values[0] / one.values[0], rtol=1e-9)
    assert save(figure, tmp_path / "q2.png").stat().st_size > 10_000


def test_one_model_is_compared_with_its_curve(found: tuple[generator.Generator, Distributions]) -> None:
    gen, _ = found
    one = distributions(gen, ["m_pair"], bins=6, n=1000).items[0]
    curve = expected(gen, one, {"": None}, quick=True)
    figure = plot_distribution(one, curve=curve)
    assert figure.axes[1].get_ylabel() == "events/quadr."
    assert len(plot_distribution(one).axes) == 1


def test_several_panels(found: tuple[generator.Generator, Distributions]) -> None:
    _, made = found
    figure = plot_distributions(made.items[:3], title="three")
    assert len(figure.axes) == 6


def test_bad_input(found: tuple[generator.Generator, Distributions]) -> None:
    _, made = found
    with pytest.raises(InputError, match="one dimension"):
        plot_distribution(made.items[3])
    with pytest.raises(InputError, match="at least one observable"):
        plot_distributions([])
    empty = replace(made.items[0], counts=np.zeros(8))
    with pytest.raises(InputError, match="no event lies in the bins of E_minus"):
        plot_distribution(empty)
