"""Figures of results: pulls, impacts, correlations, several models, and `plot` of
each."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import nuprobe as nu
from nuprobe import plotting
from nuprobe.errors import InputError
from nuprobe.plotting import figure_of

SM = nu.StandardModel()


@functools.cache
def fitted() -> Any:
    return nu.experiment("coherent-csi-2017").fit(free=["rn"])


def test_pulls_and_impacts_are_those_of_the_fit() -> None:
    result = fitted()
    pulls, impacts = plotting.plot_pulls(result)
    names = [label.get_text() for label in pulls.get_yticklabels()]
    assert sorted(names) == sorted(n.nuisance.name for n in result.nuisances)
    (container,) = pulls.containers
    line = container.lines[0]
    by_name = {n.nuisance.name: n for n in result.nuisances}
    for x, y in zip(*line.get_data(), strict=True):
        assert x == pytest.approx(by_name[names[int(y)]].pull)
    widths = {names[i]: bar.get_width() for i, bar in enumerate(impacts.containers[0])}
    # an impact is what a refit with the nuisance held moved by its error gives
    name = "csi-2017-signal"
    k = result.names.index(name)
    assert widths[name] == pytest.approx(
        result.covariance[0, k] / by_name[name].error, rel=1e-12
    )
    sizes = np.abs([widths[n] for n in names])
    assert np.all(np.diff(sizes) <= 0)
    assert pulls.get_xlabel() == "pull"
    assert impacts.get_xlabel() == "impact on $R_n$ [fm]"


def test_the_impact_is_that_of_a_shifted_nuisance() -> None:
    """Held at ± a part of its error, the nuisance moves the fit by that part of the
    impact."""
    result = fitted()
    cost = result.source
    k = result.names.index("csi-2017-signal") - 1
    error = result.nuisances[k].error
    impact = result.covariance[0, k + 1] / error

    def best(shift: float) -> float:
        """R_n with the nuisance held, minimised over the others by a parabola."""
        held = np.array(result.nuisance_values)
        held[k] += shift
        others = [i for i in range(held.size) if i != k]
        grid = result["rn"].value + np.linspace(-0.2, 0.2, 5)
        heights = []
        for r in grid:
            nu_, inverse = held.copy(), np.eye(held.size)[others]
            for _ in range(2):
                step = 1e-3
                f0 = cost.twice_nll([r], nu_)[0]
                up = np.array([cost.twice_nll([r], nu_ + step * d)[0] for d in inverse])
                down = np.array(
                    [cost.twice_nll([r], nu_ - step * d)[0] for d in inverse]
                )
                slope, bend = (up - down) / (2 * step), (up + down - 2 * f0) / step**2
                nu_[others] -= slope / bend
            heights.append(cost.twice_nll([r], nu_)[0])
        a, b, _ = np.polyfit(grid, heights, 2)
        return float(-b / (2 * a))

    small = 0.05
    moved = (best(small * error) - best(-small * error)) / (2 * small)
    assert moved == pytest.approx(impact, rel=0.05)


def test_correlations_are_drawn_and_written() -> None:
    ax = plotting.plot_correlation(fitted())
    (image,) = ax.images
    assert np.asarray(image.get_array()) == pytest.approx(fitted().correlation)
    assert image.get_clim() == (-1, 1)
    assert ax.texts[0].get_text() == "1.00"
    assert len(ax.texts) == len(fitted().names) ** 2
    other: Any = plotting.plot_correlation(fitted(), cmap="coolwarm").images[0]
    assert other.get_cmap().name == "coolwarm"


def test_a_fit_without_nuisances_or_covariance_says_so() -> None:
    bare = dataclasses.replace(fitted(), nuisances=())
    with pytest.raises(nu.NuprobeError, match="has no nuisances"):
        plotting.plot_pulls(bare)
    flat = dataclasses.replace(fitted(), covariance=None)
    with pytest.raises(nu.NuprobeError, match="has no covariance"):
        plotting.plot_correlation(flat)
    assert len(plotting.plot_pulls(flat)) == 1
    with pytest.raises(nu.NuprobeError, match="unknown free parameter 'rp'"):
        plotting.plot_pulls(fitted(), "rp")


def test_several_models_are_told_apart() -> None:
    moment = nu.Electromagnetic(magnetic_moment={"mumu": 1e-9})
    drawn = plotting.plot_cevns("Ar40", {"none": SM, "moment": moment})
    words = [t.get_text() for t in drawn.figure.legends[0].get_texts()]
    assert words == ["none", "moment", "Standard Model"]
    total = plotting.plot_cevns(
        "Ar40", [SM, moment], [10.0, 20.0], total=True, threshold=1e-3
    )
    assert "E_" in total[1].get_xlabel()
    rates = nu.experiment("coherent-csi-2017").plot([SM, moment])
    labels = [t.get_text() for t in figure_of(rates).legends[0].get_texts()]
    assert any(r"\mu_{\mu\mu}$ = " in label for label in labels)
    two = [SM, nu.StandardModel(sin2_theta_w=0.25)]
    again = nu.experiment("coherent-csi-2017").plot(two)
    labels = [t.get_text() for t in figure_of(again).legends[0].get_texts()]
    assert "sm (2)" in labels
    with pytest.raises(nu.NuprobeError, match="at least one model"):
        plotting.plot_cevns("Ar40", [])
    with pytest.raises(nu.NuprobeError, match="drawn at one neutrino energy, got 2"):
        plotting.plot_cevns("Ar40", [SM], [10.0, 20.0])


def test_a_caption_names_what_was_changed() -> None:
    moment = nu.Electromagnetic(magnetic_moment={"mumu": 1e-9})
    drawn = plotting.plot_cevns("Ar40", [SM, moment])
    caption = figure_of(drawn).get_supxlabel()
    assert r"\mu_{\mu\mu}" in caption
    assert "r^2" not in caption


def test_results_draw_themselves() -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    grid = {"rn": [4.5, 5.0, 5.5, 6.0], "sin2_theta_w": [0.2, 0.24, 0.28]}
    assert nu.scan(cost, grid).plot().get_xlabel() == "$R_n$ [fm]"
    assert nu.contour(cost, ("rn", "sin2_theta_w"), grid).plot().get_ylabel()
    (main, _) = nu.scan(cost, {"rn": [4.0, 4.5, 5.0, 5.5, 6.0, 6.5]}).plot()
    assert main.get_xlabel() == "$R_n$ [fm]"
    assert len(fitted().plot()) == 2
    profile = fitted().profile("rn", [3.0, 4.0, 5.0, 6.0, 7.0])
    assert profile.plot()[0].get_xlabel() == "$R_n$ [fm]"
    assert nu.stars.M5.plot().get_xlabel()
    ccfr = nu.experiment("ccfr-trident")
    assert nu.limit([ccfr], mass=[10.0, 1e3]).plot().get_xscale() == "log"
    with pytest.raises(nu.NuprobeError, match="its rates cannot be plotted"):
        ccfr.plot(nu.LMuLTau(mass=10.0, coupling=1e-3))


def test_regions_are_shades_of_the_colour_asked_for() -> None:
    from matplotlib.colors import to_rgb

    x = np.linspace(-3.0, 3.0, 21)
    surface = np.add.outer(x**2, x**2)
    levels = [("1σ", 2.30), ("90 %", 4.61)]
    drawn = plotting.plot_contour(x, x, surface, ("a", "b"), levels=levels, color="red")
    inner, outer = drawn.figure.legends[0].get_patches()
    shades = [to_rgb(patch.get_facecolor()) for patch in (inner, outer)]
    # red mixed with white: the smaller region is darker
    assert [shade[0] for shade in shades] == [1.0, 1.0]
    assert 0 < shades[0][1] == shades[0][2] < shades[1][1] < 1
    assert to_rgb(inner.get_edgecolor()) == (1.0, 0.0, 0.0)
    with pytest.raises(InputError):
        plotting.plot_contour(x, x, surface, ("a", "b"), color="no colour")


def _legend(figure: Any) -> list[str]:
    return [t.get_text() for one in figure.legends for t in one.get_texts()]


def test_a_scan_is_drawn_at_the_levels_asked_for(tmp_path: Any) -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    rn, angle = np.linspace(3.5, 8.0, 7), np.linspace(0.15, 0.35, 6)
    made = nu.scan(cost, {"rn": rn, "sin2_theta_w": angle}, checkpoint=tmp_path / "a")
    read: Any = nu.open_result(tmp_path / "a")
    # symbols of the file, without the cost
    drawn: Any = read.plot(cl=[0.95, 0.6826894921])
    assert drawn.get_xlabel() == "$R_n$ [fm]"
    assert _legend(drawn.figure)[:2] == ["1σ", "95 %"]
    assert "two parameters together" in drawn.figure.get_supxlabel()
    assert _legend(read.plot().figure)[:2] == ["1σ", "90 %"]
    # the contour lies where two parameters together reach the level
    drawn = plotting.plot_scan(made, cl=0.95)
    paths = [path for c in drawn.collections for path in c.get_paths()]
    ends = max(path.vertices[:, 0].max() for path in paths)
    small = made.delta.min(axis=1) < 5.991
    assert rn[small].max() <= ends <= rn[small].max() + rn[1] - rn[0]
    for wrong in (1.5, [0.9, float("nan")]):
        with pytest.raises(InputError):
            made.plot(cl=wrong)
    one = nu.scan(cost, {"rn": rn})
    assert "95 %" in " ".join(t.get_text() for t in one.plot(cl=0.95)[0].texts) or (
        "95 %" in " ".join(_legend(one.plot(cl=0.95).figure))
    )


def test_figures_of_toys_say_of_what_they_are() -> None:
    from nuprobe.inference import cls, sensitivity

    argon = nu.experiment("coherent-lar-2020")
    cost = argon.cost(free=["cevns_scale"], analysis="published")
    known = {"title": "argon", "references": ["COHERENT:2020iec"]}
    drawn = sensitivity(cost, "cevns_scale").plot(**known)
    assert drawn.get_title() == "argon; 90 % CL upper limit, one-sided, CLs"
    assert "COHERENT:2020iec" in drawn.figure.get_supxlabel()
    drawn = cls(cost, "cevns_scale", [1.0, 2.0, 3.0]).plot(**known)
    assert drawn.get_title() == "argon"
    ge = nu.experiment("ricochet-projection")
    heavy = nu.model("b-l", mass=1.0, coupling=1e-6)
    found = sensitivity(ge.cost(heavy, free=["coupling"]), "coupling")
    assert found.plot().get_xlabel() == "upper limit on $g′$"


def test_keywords_reach_what_is_drawn_and_no_more() -> None:
    from nuprobe.inference import sensitivity

    ax: Any = Figure().subplots()
    plotting.plot_pulls(fitted(), ax=ax, color="k")
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["pull ± error after the fit"]
    argon = nu.experiment("coherent-lar-2020")
    cost = argon.cost(free=["cevns_scale"], analysis="published")
    drawn: Any = sensitivity(cost, "cevns_scale", toys=20).plot(color="purple")
    assert drawn.lines[0].get_color() == "purple"
    words = [text.get_text() for text in drawn.get_legend().get_texts()]
    assert words == ["median", "±1σ", "±2σ", "toys"]
