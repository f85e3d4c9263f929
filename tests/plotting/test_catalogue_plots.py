"""Summary plots: bars end where the entries say, in one convention, and superseded
entries stay out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.catalogue.examples import CURVE, LINK, MOMENT, RATIO, entry

import nuprobe as nu
from nuprobe.catalogue.entry import Entry
from nuprobe.errors import InputError
from nuprobe.experiments import Limit, LimitCurve
from nuprobe.models import LMuLTau
from nuprobe.models.predictions import standard_charge_radius
from nuprobe.plotting import (
    figure_of,
    plot_catalogue_plane,
    plot_charge_radii,
    plot_magnetic_moments,
)
from nuprobe.plotting.catalogue import shown
from nuprobe.plotting.catalogue_plane import _envelope, curves_on

LIMIT = Limit(
    LMuLTau(1.0, 1.0),
    0.95,
    2,
    (LimitCurve("one", np.array([1.0, 1e5]), np.array([1e-3, 1.0])),),
    "toy",
)


def bars(figure: Figure) -> list[tuple[float, float]]:
    """Ends of the bars, from top to bottom."""
    found = [
        (p.get_y(), p.get_x(), p.get_x() + p.get_width())  # type: ignore[attr-defined]
        for p in figure.axes[0].patches
    ]
    return [(low, high) for _, low, high in sorted(found)]


def names(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for one in figure.legends for text in one.get_texts()]


def diamonds(figure: Figure) -> list[float]:
    return [
        float(np.asarray(line.get_xdata())[0])
        for line in figure.axes[0].lines
        if line.get_marker() == "D"
    ]


def radius(
    name: str, lower: float | None, upper: float | None, *changes: dict[str, Any]
) -> Entry:
    interval = {k: v for k, v in (("lower", lower), ("upper", upper)) if v is not None}
    merged: dict[str, Any] = {
        "id": f"charge_radius.x/{name}-2001",
        "experiment": name,
        "interval": interval,
    }
    for change in changes:
        merged |= change
    return entry(merged)


def moment(name: str, value: float, **changes: Any) -> Entry:
    return entry(
        MOMENT
        | {"id": f"magnetic_moment.x/{name}-2001", "experiment": name, "value": value}
        | changes
    )


def test_magnetic_moments_by_flavour_and_year() -> None:
    link = LINK | {"result": 8.0, "tolerance": {"relative": 0.2}}
    entries = [
        moment(
            "TAU",
            3.9e-7,
            observable={
                "quantity": "magnetic_moment",
                "latex": "m",
                "parameter": "mu_eff.tau",
            },
        ),
        moment("LATE", 7.4, unit="1e-11 muB", year=2006, code=[link]),
        moment(
            "EARLY",
            9e-11,
            year=2001,
            flavour=["nubar_e"],
            observable={"quantity": "magnetic_moment", "latex": "m"},
        ),
        moment("SOME", 3e-19, kind="theory"),
        moment(
            "SUN",
            2.8e-11,
            flavour=["solar"],
            observable={"quantity": "magnetic_moment", "latex": "m"},
        ),
    ]
    figure = figure_of(plot_magnetic_moments(entries))
    assert names(figure) == ["EARLY 2001", "LATE 2006", "TAU 2001", "SUN 2001"]
    assert [high for _, high in bars(figure)] == pytest.approx(
        [9e-11, 7.4e-11, 3.9e-7, 2.8e-11], rel=1e-6, abs=0
    )
    assert diamonds(figure) == pytest.approx([8e-11], rel=1e-9, abs=0)
    assert legend(figure) == [r"$\nu_e$", r"$\nu_\tau$", "mixtures", "recomputed here"]
    low, high = figure.axes[0].get_xlim()
    assert low < 2.8e-11
    assert high > 3.9e-7


def test_charge_radii_are_in_one_convention() -> None:
    mu = {
        "observable": {
            "quantity": "charge_radius",
            "latex": "r",
            "parameter": "charge_radius.mumu",
        }
    }
    emu = {
        "observable": {
            "quantity": "charge_radius",
            "latex": "r",
            "parameter": "charge_radius.emu",
        }
    }
    limit = {
        "kind": "upper_limit",
        "value": 22.0,
        "of_absolute_value": True,
        "interval": None,
    }
    fit = {
        "kind": "measurement",
        "value": 2.2e-32,
        "errors": {"plus": 2.4e-32, "minus": 2.3e-32},
        "unit": "cm2",
    }
    link = LINK | {"compares": "upper", "result": 3.4, "tolerance": {"relative": 0.1}}
    entries = [
        radius("A", -4.2, 6.6),
        radius("B", -2.1, 3.3, {"convention": "half", "code": [link]}),
        radius("C", 0, 0.1, fit, {"interval": None, "convention": "half"}),
        radius("D", -4, None, mu),
        radius("E", -1, 1, emu, limit),
        radius("F", -1, 1, {"convention": "other", "notes": {"convention": "strange"}}),
    ]
    figure = figure_of(plot_charge_radii(entries))
    assert names(figure) == [
        "A 2001",
        "B 2001",
        "C 2001",
        "D 2001",
        r"E 2001, ${e}{\mu}$",
    ]
    edge = figure.axes[0].get_xlim()[1]
    expected = [(-4.2, 6.6), (-4.2, 6.6), (-0.2, 9.2), (-4, edge), (-22, 22)]
    assert np.array(bars(figure)) == pytest.approx(np.array(expected), rel=1e-6)
    assert diamonds(figure) == pytest.approx([6.8])
    assert set(legend(figure)) == {
        r"$\nu_e$",
        r"$\nu_\mu$",
        "transitions",
        "recomputed here",
        "Standard Model",
    }
    dotted = [
        line
        for line in figure.axes[0].lines
        if not isinstance(line.get_linestyle(), str) or line.get_linestyle() == "--"
    ]
    standards = {round(float(np.asarray(line.get_xdata())[0]), 6) for line in dotted}
    assert standards == {
        round(standard_charge_radius(f) / 1e-32, 6) for f in ("nu_e", "nu_mu")
    }
    assert "1 in another or an unknown convention left out" in figure.get_supxlabel()


def test_superseded_entries_and_projections_stay_out_of_the_default() -> None:
    old = {"status": "superseded", "superseded_by": ["charge_radius.ee/TOY-2001"]}
    foreseen = {"kind": "projection", "projects": "interval"}
    entries = [
        radius("A", -1, 1),
        radius("OLD", -1, 1, old),
        radius("WITHDRAWN", -1, 1, {"status": "withdrawn"}),
        radius("NEXT", -1, 1, foreseen),
        radius("THEORY", -1, 1, {"kind": "theory"}),
        radius("DOUBTED", -1, 1, {"status": "disputed"}),
        moment("M", 1e-11),
    ]
    kept = shown("charge_radius", entries)
    assert [e.experiment for e in kept] == ["A", "DOUBTED"]
    assert names(figure_of(plot_charge_radii(kept))) == [
        "A 2001",
        "DOUBTED 2001 (disputed)",
    ]
    assert {e.id for e in shown("charge_radius")} >= {"charge_radius.ee/TEXONO-2009"}
    assert figure_of(plot_magnetic_moments()).axes


def test_one_experiment_twice_is_named_by_its_id() -> None:
    entries = [
        radius("A", -1, 1),
        radius("A", -2, 2, {"id": "charge_radius.x/A-2001-free"}),
    ]
    assert names(figure_of(plot_charge_radii(entries))) == ["A-2001", "A-2001-free"]


@pytest.mark.parametrize("plot", [plot_charge_radii, plot_magnetic_moments])
def test_nothing_to_plot_is_said(plot: Any) -> None:
    with pytest.raises(InputError, match="nothing to plot"):
        plot([entry(RATIO)])


def drawn(figure: Figure) -> list[Any]:
    return [np.array(line.get_data(), float) for line in figure.axes[0].lines]


def plane(*entries: Entry, **options: Any) -> Figure:
    return figure_of(plot_catalogue_plane(LIMIT, entries, **options))


def test_the_plane_shows_shipped_curves_with_their_source() -> None:
    key = {
        "source": (
            entry().source.model_dump(mode="json", exclude_defaults=True)
            | {"texkeys": ["Smith:2001ab"]}
        )
    }
    figure = plane(
        entry(CURVE, key),
        entry(MOMENT),
        entry(CURVE, {"cl": 0.95, "experiment": "SAME"}),
    )
    texts = legend(figure)
    assert "TOY 2001 [Smith:2001ab], 90 % CL" in texts
    assert "SAME 2001" in texts
    assert "Smith:2001ab" in figure.get_supxlabel()
    np.testing.assert_allclose(
        drawn(figure)[1], np.array(CURVE["curve"]["points"]).T, rtol=1e-12
    )  # GeV again
    with pytest.raises(InputError, match="product"):
        plane(entry(CURVE, {"convention": "product"}))


def test_bands_and_regions_are_filled() -> None:
    band = CURVE["curve"] | {
        "shape": "band",
        "points": [[0.1, 1e-4, 1e-3], [1, 1e-3, 1e-2]],
    }
    region = CURVE["curve"] | {
        "shape": "region",
        "points": [[0.1, 1e-3], [1, 1e-4], [10, 1e-3], [1, 1e-2]],
    }
    for curve in (band, region):
        figure = plane(entry(CURVE, {"curve": curve}))
        assert any(text.startswith("TOY") for text in legend(figure))
        assert len(figure.axes[0].collections) == 2


def points(*pairs: Sequence[float]) -> tuple[Any, Any]:
    array = np.array(pairs, float)
    return array[:, 0], array[:, 1]


def test_the_envelope_of_a_polygon() -> None:
    x, low, high = _envelope(*points((0.1, 1e-3), (1, 1e-4), (10, 1e-3), (1, 1e-2)))
    np.testing.assert_allclose(x, [0.1, 1, 10])
    np.testing.assert_allclose(low, [1e-3, 1e-4, 1e-3])
    np.testing.assert_allclose(high, [1e-3, 1e-2, 1e-3])
    # with vertical sides, and a corner half-way along the other edge: straight in the
    # logarithms
    x, low, high = _envelope(*points((1, 1), (100, 1), (100, 100), (10, 4), (1, 1e2)))
    np.testing.assert_allclose(low, [1, 1, 1])
    np.testing.assert_allclose(high, [100, 4, 100])
    x, low, high = _envelope(*points((1, 1), (10, 0.5), (100, 100)))
    np.testing.assert_allclose(high, [1, 10, 100])


def test_names_of_crowded_curves_do_not_overlap() -> None:
    limit = nu.limit(["texono-csi"], "dipole-portal", mass=[0.01, 1.0, 13.0], cl=0.9)
    entries = curves_on(limit.family)
    axes = plot_catalogue_plane(limit, entries)
    axes.figure.canvas.draw()
    known = {e.experiment for e in entries}
    names = [t for t in axes.texts if t.get_text() in known]
    boxes = [t.get_window_extent() for t in names]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    # three nearly equal curves share one name
    assert [t.get_text() for t in names].count("Super-Kamiokande") == 1
