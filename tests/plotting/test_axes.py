"""Every figure on axes of the user, with keywords of matplotlib, and shown in a
notebook."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import io
import pickle
from collections.abc import Callable
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure

import nuprobe as nu
from nuprobe import plotting
from nuprobe.plotting import figure_of, save
from nuprobe.plotting.figures import HouseFigure, Panels
from nuprobe.units import GeV, MeV, keV

SM = nu.StandardModel()
E: Final = np.linspace(10.0, 50.0, 9)


def _profile(**k: Any) -> Any:
    x = np.linspace(3.0, 7.0, 21)
    return plotting.plot_profile((x, (x - 5.0) ** 2), "x [fm]", **k)


def _contour(**k: Any) -> Any:
    x = np.linspace(-3.0, 3.0, 21)
    return plotting.plot_contour(x, x, np.add.outer(x**2, x**2), ("a", "b"), **k)


def _rates(**k: Any) -> Any:
    rates: Any = nu.experiment("coherent-csi-2017").predict(SM)
    return plotting.plot_rates(rates, **k)


CASES: Final[dict[str, tuple[Callable[..., Any], int]]] = {
    "differential": (lambda **k: plotting.plot_differential("Ar40", SM, 30.0, **k), 2),
    "total": (lambda **k: plotting.plot_total("Ar40", SM, E, **k), 2),
    "electron": (
        lambda **k: plotting.plot_electron_differential(SM, [10.0], **k),
        1,
    ),
    "electron total": (lambda **k: plotting.plot_electron_total(SM, E, **k), 1),
    "form factors": (
        lambda **k: plotting.plot_form_factors("Ar40", ["helm", "fermi"], **k),
        2,
    ),
    "flux": (lambda **k: plotting.plot_flux("sns", **k), 2),
    "profile": (_profile, 2),
    "contour": (_contour, 1),
    "rates": (_rates, 2),
    "millicharge": (lambda **k: plotting.plot_millicharge("Ar40", 50.0, **k), 2),
    "trident": (
        lambda **k: plotting.plot_trident_energy(
            "nu_mu -> nu_mu mu+ mu-",
            "Ar40",
            np.geomspace(5, 50, 4) * GeV,
            regimes=["coherent"],
            **k,
        ),
        1,
    ),
    "tip": (lambda **k: plotting.plot_tip(**k), 1),
    "debye": (lambda **k: plotting.plot_debye_length([0.1, 1.0, 5.0], **k), 1),
    "potential": (lambda **k: plotting.plot_screened_potential(1.0 * MeV, **k), 2),
    "reactions": (lambda **k: plotting.plot_charged_currents(E / 2, **k), 1),
}
"""What draws, and its panels."""


@functools.cache
def own(name: str) -> Any:
    """The figure of its own."""
    return CASES[name][0]()


def functions() -> dict[str, Callable[..., Any]]:
    return {n: getattr(plotting, n) for n in plotting.__all__ if n.startswith("plot_")}


def test_every_function_takes_axes_and_keywords() -> None:
    for name, function in functions().items():
        parameters = inspect.signature(function).parameters
        kinds = [p.kind for p in parameters.values()]
        passed_on = name in ("plot_catalogue_plane", "plot_profile")
        assert "ax" in parameters or passed_on, name
        assert inspect.Parameter.VAR_KEYWORD in kinds, name
        assert "ax" in (function.__doc__ or ""), name
        returned = inspect.signature(function).return_annotation
        assert returned in ("Axes", "Panels", "Axes | Panels", "Drawn"), name


@pytest.mark.parametrize("name", CASES)
def test_it_returns_what_it_drew_on(name: str) -> None:
    panels = CASES[name][1]
    drawn: Any = own(name)
    whole: Any = figure_of(drawn)
    assert isinstance(drawn, Axes if panels == 1 else Panels)
    axes = list(np.ravel(np.array(drawn, dtype=object)))
    assert len(axes) == panels
    assert isinstance(figure_of(drawn), HouseFigure)
    assert set(axes) <= set(figure_of(drawn).axes)
    shown: Any = drawn
    assert shown._repr_png_().startswith(b"\x89PNG")
    assert whole._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", CASES)
def test_it_draws_on_given_axes(name: str) -> None:
    draw, panels = CASES[name]
    figure = Figure(figsize=(6, 4 * panels))
    given = np.ravel(figure.subplots(panels, 1))
    drawn = draw(ax=given[0] if panels == 1 else given)
    assert list(np.ravel(np.array(drawn, dtype=object))) == list(given)
    mine_alone = own(name)
    theirs = [mine_alone] if isinstance(mine_alone, Axes) else list(mine_alone)
    for mine, other in zip(given, theirs, strict=True):
        assert len(mine.lines) == len(other.lines)
        assert len(mine.collections) == len(other.collections)
        assert mine.get_ylabel() == other.get_ylabel()
        assert mine.get_yscale() == other.get_yscale()
    assert figure.texts == []
    assert figure.legends == []
    figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize("name", [n for n, (_, panels) in CASES.items() if panels > 1])
def test_fewer_axes_get_the_first_panels(name: str) -> None:
    draw, _ = CASES[name]
    figure = Figure()
    ax = figure.add_subplot()
    drawn = draw(ax=ax)
    assert list(drawn) == [ax]
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert ax.lines or ax.collections or ax.patches
    assert figure.axes[0] is ax
    figure.savefig(io.BytesIO(), format="png")


def test_more_axes_than_panels_are_refused() -> None:
    with pytest.raises(nu.NuprobeError, match="has 1 panels, but ax has 2"):
        _contour(ax=Figure().subplots(1, 2))


@pytest.mark.parametrize("ax", [3, "ax", [], Figure(), [None], {"a": 1}])
def test_what_is_no_axes_is_refused(ax: Any) -> None:
    with pytest.raises(nu.NuprobeError, match="ax must be the axes to draw on"):
        _contour(ax=ax)


def test_keywords_reach_the_main_artists_and_the_legend() -> None:
    drawn = plotting.plot_total("Ar40", SM, E, color="crimson", lw=4, label="mine")
    line = drawn[0].lines[0]
    assert same_color(line.get_color(), "crimson")
    assert line.get_linewidth() == 4
    legend = drawn.figure.legends[0]
    assert legend.get_texts()[0].get_text() == "mine"
    assert same_color(legend.get_lines()[0].get_color(), "crimson")
    # the dashed curve beside it stays
    assert drawn[0].lines[1].get_linewidth() == pytest.approx(1.1)


def test_keywords_reach_figures_without_curves_in_the_legend() -> None:
    drawn = _contour(alpha=0.25)
    assert {c.get_alpha() for c in drawn.collections} == {0.25}


@pytest.mark.parametrize(
    ("keyword", "told"),
    [
        ({"wavelength": 3}, "wavelength is not a property of the artists drawn here"),
        ({"color": "no colour"}, "color='no colour' is not possible"),
        ({"linewidth": "thick"}, "linewidth='thick' is not possible"),
    ],
)
def test_keywords_that_are_none_are_one_line(
    keyword: dict[str, Any], told: str
) -> None:
    with pytest.raises(nu.NuprobeError, match=told):
        plotting.plot_total("Ar40", SM, E, **keyword)


def test_the_style_of_the_caller_holds_on_axes_of_the_caller() -> None:
    with mpl.rc_context({"font.family": "DejaVu Sans", "xtick.direction": "out"}):
        figure = Figure()
        ax = figure.add_subplot()
        _contour(ax=ax)
        assert ax.xaxis.label.get_fontfamily() == ["DejaVu Sans"]
        legend: Any = ax.get_legend()
        assert legend.get_texts()[0].get_fontfamily() == ["DejaVu Sans"]


def test_the_house_style_survives_later_edits() -> None:
    before = dict(mpl.rcParams)
    ax = _contour()
    ax.set_xlim(-30, 30)  # more ticks than before
    ax.set_title("later")
    text = ax.text(0, 0, "later")
    ax.plot([0, 1], [0, 1], label="later")
    legend = ax.legend()
    ax.set_xscale("symlog")
    figure_of(ax).savefig(io.BytesIO(), format="png")
    fonts = {
        tuple(t.get_fontfamily())
        for t in (text, ax.title, *legend.get_texts(), *ax.get_xticklabels())
    }
    assert fonts == {("STIXGeneral",)}
    assert {t.get_tickdir() for t in ax.xaxis.get_major_ticks()} == {"in"}
    assert dict(mpl.rcParams) == before


def test_saving_by_matplotlib_or_here_is_the_same_picture() -> None:
    ax = _contour()
    first, second = io.BytesIO(), io.BytesIO()
    figure_of(ax).savefig(first, format="png")
    with mpl.rc_context({"font.size": 30, "savefig.dpi": 20}):
        figure_of(ax).savefig(second, format="png")
    assert first.getvalue() == second.getvalue()


def test_axes_and_panels_can_be_saved_and_pickled(tmp_path: Any) -> None:
    for drawn in (_contour(), _profile()):
        assert save(drawn, tmp_path / "a.png").stat().st_size > 1000
        again = pickle.loads(pickle.dumps(figure_of(drawn)))
        assert len(again.axes) == len(figure_of(drawn).axes)


def test_panels_are_an_array() -> None:
    drawn = _profile()
    assert drawn.shape == (2,)
    assert isinstance(drawn[0], Axes)
    assert repr(drawn).startswith("<2 panels of <")
    upper, lower = drawn
    assert {upper, lower} == set(drawn)


def test_a_figure_of_pyplot_shows_itself() -> None:
    figure = Figure()
    drawn = _profile(ax=figure.subplots(2, 1))
    shown: Any = drawn
    assert shown._repr_png_() is None


def test_a_figure_with_many_components_tells_them_apart_without_colour() -> None:
    for name in ("solar", "sns"):
        drawn = plotting.plot_flux(name)
        looks = [
            (line._unscaled_dash_pattern, line.get_linestyle(), line.get_marker())  # type: ignore[attr-defined]
            for line in figure_of(drawn).legends[0].get_lines()
        ]
        assert len(set(looks)) == len(looks)


def test_recoil_axes_keep_their_unit() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    plotting.plot_differential("Ar40", SM, [30.0], ax=ax)
    assert ax.get_xlabel() == "nuclear recoil energy $T$ [keV]"
    end = float(ax.lines[0].get_xdata()[-1])  # type: ignore[index,arg-type]
    assert end == pytest.approx(
        float(nu.cevns.recoil_maximum(30.0, nu.isotope("Ar40").mass)) / keV
    )


def test_results_do_not_change_when_they_are_drawn() -> None:
    rates: Any = nu.experiment("coherent-csi-2017").predict(SM)
    before = dataclasses.asdict(rates)
    plotting.plot_rates(rates)
    after = dataclasses.asdict(rates)
    assert str(before) == str(after)
