"""The pages of the gallery run, and their figures have what they promise."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.plotting import figure_of, plot_reactions
from nuprobe.plotting.figures import Panels

PAGES = sorted((Path(__file__).parents[2] / "examples").glob("plot_*.py"))
FAST = ("plot_deuteron", "plot_reactors")


def figures(page: Path) -> dict[str, Any]:
    """Figures of what a page draws and keeps under a name."""
    found = runpy.run_path(str(page))
    drawn = {k: v for k, v in found.items() if isinstance(v, Axes | Panels)}
    return {k: figure_of(v) for k, v in drawn.items()}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(p, marks=() if p.stem in FAST else pytest.mark.nightly, id=p.stem)
        for p in PAGES
    ],
)
def test_a_page_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(page.parent)  # it may read a folder beside it
    assert figures(page)


def test_bands_of_the_two_body_current() -> None:
    """The curve lies in its band, and the band is what L_1A makes of it."""
    page = next(p for p in PAGES if p.stem == "plot_deuteron")
    made = figures(page)
    assert set(made) == {"totals", "electrons", "angles"}
    axes = made["totals"].axes[0]
    assert len(axes.collections) == len(axes.lines) == 4
    for line, band in zip(axes.lines, axes.collections, strict=True):
        _, value = np.array(line.get_data(), dtype=float)
        low, high = (f(band.get_paths()[0].vertices[:, 1]) for f in (np.min, np.max))
        assert low <= np.nanmin(value)
        assert high > np.nanmax(value)
    edges = axes.collections[0].get_paths()[0].vertices
    expected = nu.deuteron.total(20.0, "nu_e d -> e- p p", l1a=22.5, scheme="nnlo")
    assert edges[:, 1].max() == pytest.approx(float(expected), rel=1e-9)


def test_bands_must_be_those_of_the_curves() -> None:
    e = np.array([5.0, 10.0])
    curve = ("ibd", e, nu.ibd.total(e))
    with pytest.raises(InputError, match="1 for 2"):
        plot_reactions([curve, curve], bands=[(curve[2], curve[2])])
    with pytest.raises(InputError, match="lower and an upper"):
        plot_reactions([curve], bands=[(2 * curve[2], curve[2])])
    with pytest.raises(InputError, match="lower and an upper"):
        plot_reactions([curve], bands=[(curve[2], np.nan * curve[2])])
    with pytest.raises(InputError, match="2 coordinates"):
        plot_reactions([curve], bands=[(curve[2][:1], curve[2][:1])])
