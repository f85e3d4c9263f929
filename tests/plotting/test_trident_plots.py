from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.bounds.relic_absorption import LineOfSight
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Limit, LimitCurve
from nuprobe.models import LeptonModel, LMuLTau
from nuprobe.nuclei import isotope, make_form_factor
from nuprobe.numerics import FloatArray
from nuprobe.plotting import (
    figure_of,
    plot_limits,
    plot_plane,
    plot_trident_energy,
    plot_trident_form_factors,
    plot_trident_ratio,
    save,
)
from nuprobe.plotting.style import primes
from nuprobe.processes import trident
from nuprobe.units import GeV, eV

MUMU = "nu_mu -> nu_mu mu+ mu-"
EE = "nu_mu -> nu_mu e+ e-"
E = np.geomspace(0.1, 10, 9) * GeV
SM = nu.StandardModel()
MASS = np.geomspace(1, 1e5, 21)
REACH = 1e-3 * np.sqrt(1 + (MASS / 100) ** 2)
GAP = np.where(MASS > 1e4, np.inf, 2 * REACH)


def toy_limit(**changes: Any) -> Limit:
    curves = (
        LimitCurve("ccfr-trident", MASS, REACH),
        LimitCurve("nutev-trident", MASS, GAP),
        LimitCurve("dune-nd-trident", MASS, 0.3 * REACH),
        LimitCurve("combined", MASS, 0.9 * REACH),
    )
    return replace(
        Limit(LMuLTau(1.0, 1.0), 0.95, 2, curves, "two-sided 95 % CL, |pull| > 1.960"),
        **changes,
    )


def full_plane() -> Figure:
    return figure_of(
        plot_plane(
            toy_limit(),
            bands=[
                ("$(g-2)_\\mu$, 2021", MASS, 0.4 * REACH, 0.8 * REACH),
                ("gap", MASS[2:6], 0 * MASS[2:6], REACH[2:6]),
            ],
            curves=[
                ("Belle II, signal-only reach", MASS, GAP / 10, ":"),
                ("$(g-2)_\\mu$ upper limit", MASS, REACH, "-."),
            ],
            lines=[("16.7 MeV", 16.7)],
            references=["Mishra:1991bv", "Geiregat:1990gz"],
            projected=["dune-nd-trident"],
            labels={"ccfr-trident": "CCFR", "dune-nd-trident": "DUNE ND"},
        )
    )


FIGURES: dict[str, Any] = {
    "energy": lambda: plot_trident_energy([MUMU, EE], "Ar40", E),
    "one channel": lambda: plot_trident_energy(
        MUMU, "Fe56", E, regimes=["coherent", "all"]
    ),
    "ratio": lambda: plot_trident_ratio(
        MUMU,
        "Ar40",
        E,
        {"V−A": nu.VMinusA(), "$Z'$ at 100 MeV": nu.LMuLTau(100, 1e-3, 1e-2)},
    ),
    "form factors": lambda: plot_trident_form_factors(MUMU, "Ar40", E),
    "plane": full_plane,
}


@pytest.fixture(scope="module", params=FIGURES, ids=str)
def figure(request: pytest.FixtureRequest) -> Figure:
    made = figure_of(FIGURES[request.param]())
    return made


def lines_of(ax: Axes) -> list[Line2D]:
    return [line for line in ax.lines if len(np.asarray(line.get_xdata())) > 2]


def data(line: Line2D) -> FloatArray:
    return np.array(line.get_data(), dtype=float)


def at(line: Line2D, energies: FloatArray) -> FloatArray:
    """Ordinates at energies (MeV) that must be points of the line."""
    x, y = data(line)
    where = np.searchsorted(x, energies / GeV * (1 - 1e-12))
    np.testing.assert_allclose(x[where], energies / GeV)
    return np.asarray(y[where])


def legend_labels(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def title(figure: Figure) -> str:
    return figure.legends[0].get_title().get_text()


def test_every_figure_has_labels_a_legend_and_its_provenance(figure: Figure) -> None:
    (ax,) = figure.axes
    assert all(legend_labels(figure))
    assert title(figure)
    assert "nuprobe " in figure.get_supxlabel()
    assert "[GeV]" in ax.get_xlabel()
    assert ax.get_ylabel()


def test_no_text_leaves_the_figure_or_runs_into_the_axes(figure: Figure) -> None:
    figure.draw_without_rendering()
    (ax,) = figure.axes
    frame = figure.bbox
    for artist in [*figure.legends, ax.xaxis.label, ax.yaxis.label]:
        box = artist.get_window_extent()
        assert (
            min(
                box.x0 - frame.x0,
                frame.x1 - box.x1,
                box.y0 - frame.y0,
                frame.y1 - box.y1,
            )
            > -1
        )
    assert not figure.legends[0].get_window_extent().overlaps(ax.get_tightbbox())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "suffix"),
    mostly_nightly(
        product(["ratio", "plane"], ["png", "pdf", "svg"]),
        [("ratio", "svg"), ("plane", "png")],
    ),
)
def test_the_same_figure_gives_the_same_bytes(
    tmp_path: Path, name: str, suffix: str
) -> None:
    first, second = (
        save(FIGURES[name](), tmp_path / f"{i}.{suffix}").read_bytes() for i in range(2)
    )
    assert first == second
    assert len(first) > 5000


def test_primes_of_formulas_only() -> None:
    assert primes("the model's $g'$ and $m_{Z'}$") == "the model's $g′$ and $m_{Z′}$"


# -- energy
# --------------------------------------------------------------------------------------


def test_the_curves_are_cross_sections_of_a_whole_nucleus_over_energy() -> None:
    figure = figure_of(plot_trident_energy([MUMU, EE], "Ar40", E))
    (ax,) = figure.axes
    assert ax.get_ylabel() == r"$\sigma/E_\nu$ [cm$^2$ GeV$^{-1}$ per nucleus]"
    assert ax.get_xscale() == ax.get_yscale() == "log"
    drawn = iter(lines_of(ax))
    for channel in (MUMU, EE):
        for regime, number in (("coherent", 1), ("proton", 18), ("neutron", 22)):
            expected = (
                number * trident.total(E, channel, "Ar40", regime=regime) / (E / GeV)
            )
            some = expected > 0
            np.testing.assert_allclose(
                at(next(drawn), E[some]), expected[some], rtol=1e-12
            )
    assert legend_labels(figure) == [
        r"$\nu_{\mu} \to \nu_{\mu}\, \mu^{+} \mu^{-}$",
        r"$\nu_{\mu} \to \nu_{\mu}\, e^{+} e^{-}$",
        "coherent",
        "protons",
        "neutrons",
        "threshold",
    ]
    assert "DeVries:1987atn" in figure.get_supxlabel()
    assert "0.23122" in figure.get_supxlabel()


def test_thresholds_are_marked_and_the_curves_fall_towards_them() -> None:
    (ax,) = figure_of(plot_trident_energy(MUMU, "Ar40", E)).axes
    marks = [c for c in ax.collections if isinstance(c, LineCollection)]
    expected = [
        trident.threshold_energy(MUMU, "Ar40", r) / GeV
        for r in ("coherent", "proton", "neutron")
    ]
    np.testing.assert_allclose(
        [np.asarray(m.get_segments()[0])[0, 0] for m in marks], expected
    )
    for line, start in zip(lines_of(ax), expected, strict=True):
        x, y = data(line)
        assert start < x[0] < 1.002 * start
        assert y[0] < ax.get_ylim()[0]
    assert E[0] / GeV < min(expected)


def test_all_is_the_sum_of_the_regimes_also_with_free_protons() -> None:
    regimes = ["all", "coherent", "proton", "neutron", "inelastic"]
    for material in ("Ar40", "CH2"):
        (ax,) = figure_of(
            plot_trident_energy(
                MUMU, material, [1 * GeV, 3 * GeV, 9 * GeV], regimes=regimes
            )
        ).axes
        everything, *parts = [data(line)[1] for line in lines_of(ax)]
        np.testing.assert_allclose(sum(parts), everything, rtol=1e-10)


def test_electrons_are_counted_and_closed_regimes_are_named_so() -> None:
    e = np.array([50.0, 100.0, 200.0]) * GeV
    (ax,) = figure_of(plot_trident_energy(MUMU, "C12", e, regimes=["electron"])).axes
    one = trident.total(e, MUMU, regime="electron")
    np.testing.assert_allclose(at(lines_of(ax)[0], e), 6 * one / (e / GeV))
    figure = figure_of(
        plot_trident_energy(MUMU, "C12", E, regimes=["coherent", "electron"])
    )
    assert legend_labels(figure) == ["coherent", "electrons (zero)", "threshold"]


def test_a_channel_that_the_model_does_not_make_is_named_so() -> None:
    figure = figure_of(
        plot_trident_energy(
            [MUMU, EE], "Ar40", E, model=nu.VMinusA(), regimes=["coherent"]
        )
    )
    assert legend_labels(figure)[1].endswith("(zero)")
    assert "v-a" in figure.get_supxlabel()


def test_impossible_requests_for_the_energy_plot() -> None:
    with pytest.raises(InputError, match="at least one channel"):
        plot_trident_energy([], "Ar40", E)
    with pytest.raises(InputError, match="increasing positive energies"):
        plot_trident_energy(MUMU, "Ar40", E[::-1])
    with pytest.raises(InputError, match="number 1 is nan"):
        plot_trident_energy(MUMU, "Ar40", [np.nan, 1.0])
    with pytest.raises(
        InputError, match=r"zero up to 0\.2 GeV; the lowest threshold is 0\.2119"
    ):
        plot_trident_energy(MUMU, "Ar40", [100.0, 200.0])
    with pytest.raises(UnknownNameError, match="coherent"):
        plot_trident_energy(MUMU, "Ar40", E, regimes=["coherrent"])


# -- ratio
# --------------------------------------------------------------------------------------


def test_ratios_to_the_standard_model() -> None:
    mixed = nu.LMuLTau(10, 5e-4, 3e-3)
    shown: dict[str, LeptonModel] = {"V−A": nu.VMinusA(), "mixed": mixed}
    figure = figure_of(plot_trident_ratio(MUMU, "Ar40", E, shown, regime="coherent"))
    (ax,) = figure.axes
    above = E[trident.threshold_energy(MUMU, "Ar40") < E]
    models: list[LeptonModel] = [nu.VMinusA(), mixed]
    for line, model in zip(lines_of(ax), models, strict=True):
        expected = trident.total(
            above, MUMU, "Ar40", model, regime="coherent"
        ) / trident.total(above, MUMU, "Ar40", regime="coherent")
        np.testing.assert_allclose(at(line, above), expected, rtol=1e-12)
        assert data(line)[0].min() > trident.threshold_energy(MUMU, "Ar40") / GeV
    assert data(lines_of(ax)[0])[1].min() > 1
    # a kinetic mixing against the gauge coupling interferes destructively with the
    # Standard Model
    y = data(lines_of(ax)[1])[1]
    assert y.min() < 0.95 < 1.05 < y.max()
    assert legend_labels(figure) == ["V−A", "mixed", "Standard Model"]
    assert ax.get_ylabel() == r"$\sigma/\sigma_{\mathrm{SM}}$"
    assert ax.get_yscale() == "log"
    assert "Altmannshofer:2014pba" in figure.get_supxlabel()
    level = next(line for line in ax.lines if line not in lines_of(ax))
    assert list(level.get_ydata()) == [1, 1]  # type: ignore[arg-type]


def test_another_reference_and_a_narrow_range() -> None:
    e = np.array([5.0, 10.0, 20.0]) * GeV
    figure = figure_of(
        plot_trident_ratio(MUMU, "Ar40", e, {"SM": SM}, nu.VMinusA(), regime="proton")
    )
    (ax,) = figure.axes
    expected = trident.total(e, MUMU, "Ar40", regime="proton") / trident.total(
        e, MUMU, "Ar40", nu.VMinusA(), regime="proton"
    )
    np.testing.assert_allclose(at(lines_of(ax)[0], e), expected)
    assert ax.get_yscale() == "linear"
    assert ax.get_ylim()[0] < expected.min() < 1 < ax.get_ylim()[1]
    assert "v-a" in legend_labels(figure)[-1]
    assert "ref" in ax.get_ylabel()
    assert "DeVries" not in figure.get_supxlabel()


def test_impossible_requests_for_the_ratio() -> None:
    with pytest.raises(InputError, match="at least one model"):
        plot_trident_ratio(MUMU, "Ar40", E, {})
    with pytest.raises(InputError, match=r"threshold is 0\.2119"):
        plot_trident_ratio(MUMU, "Ar40", [100.0, 200.0], {"SM": SM})
    with pytest.raises(InputError, match="gives no pairs"):
        plot_trident_ratio(EE, "Ar40", E, {"SM": SM}, nu.VMinusA())


# -- form factors
# --------------------------------------------------------------------------------------


def test_the_choice_of_form_factor_is_ten_per_cent_at_one_gev() -> None:
    figure = figure_of(plot_trident_form_factors(MUMU, "Ar40", E))
    (ax,) = figure.axes
    one = np.array([1.0 * GeV])
    fermi, helm, literature, numerical = [
        float(at(line, one)[0]) for line in lines_of(ax)
    ]
    assert -1 < fermi < 0
    assert -6 < helm < -2
    assert -10 < literature < -8
    assert numerical == pytest.approx(literature, abs=0.01)
    assert legend_labels(figure)[-1] == "reference: Fourier–Bessel (3.423 fm)"
    assert legend_labels(figure)[2] == "Fermi, literature (3.539 fm)"
    assert "[%]" in ax.get_ylabel()


def test_the_reference_lies_at_zero_and_names_take_the_measured_radius() -> None:
    shapes = {"measured": "fourier-bessel", "helm": "Helm"}
    figure = figure_of(plot_trident_form_factors(MUMU, "Ar40", E, shapes))
    same, helm = lines_of(figure.axes[0])
    np.testing.assert_array_equal(data(same)[1], 0)
    e = E[0.3 * GeV < E]
    shape = make_form_factor("helm", rms=isotope("Ar40").r_charge, isotope="Ar40")
    expected = (
        trident.total(e, MUMU, "Ar40", form_factor=shape, regime="coherent")
        / trident.total(e, MUMU, "Ar40", regime="coherent")
        - 1
    )
    np.testing.assert_allclose(at(helm, e), 100 * expected, atol=1e-9)


def test_impossible_requests_for_the_form_factors() -> None:
    with pytest.raises(InputError, match="at least one form factor"):
        plot_trident_form_factors(MUMU, "Ar40", E, {})
    with pytest.raises(UnknownNameError, match="helm"):
        plot_trident_form_factors(MUMU, "Ar40", E, {"x": "hellm"})
    with pytest.raises(InputError, match="threshold"):
        plot_trident_form_factors(MUMU, "Ar40", [100.0, 200.0])


# -- plane
# --------------------------------------------------------------------------------------


def test_the_plane_draws_every_limit_in_gev() -> None:
    figure = full_plane()
    (ax,) = figure.axes
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert ax.get_xlabel() == "mediator mass $m_{Z′}$ [GeV]"
    np.testing.assert_allclose(ax.get_xlim(), MASS[[0, -1]] / GeV)
    drawn = lines_of(ax)
    expected = [REACH, GAP, 0.3 * REACH, 0.9 * REACH, GAP / 10, REACH]
    for line, coupling in zip(drawn, expected, strict=False):
        x, y = data(line)
        np.testing.assert_array_equal(x, MASS / GeV)
        np.testing.assert_array_equal(
            y, np.where(np.isfinite(coupling), coupling, np.nan)
        )
    ccfr, nutev, dune, combined, belle, muon = drawn[:6]
    assert combined.get_linewidth() > 1.4 * ccfr.get_linewidth()
    assert combined.get_color() == "black"
    assert (
        len({line.get_color() for line in (ccfr, nutev, dune, combined, belle, muon)})
        == 6
    )
    assert dune.get_linestyle() == "--"
    assert ccfr.get_linestyle() == nutev.get_linestyle() == "-"
    assert (belle.get_linestyle(), muon.get_linestyle()) == (":", "-.")
    line = next(one for one in ax.lines if len(np.asarray(one.get_xdata())) == 2)
    np.testing.assert_allclose(np.asarray(line.get_xdata(), float), 0.0167)


def test_only_measurements_are_shaded_on_their_excluded_side() -> None:
    (ax,) = figure_of(plot_plane(toy_limit(), projected=["dune-nd-trident"])).axes
    fills = [
        np.concatenate([p.vertices for p in c.get_paths()]) for c in ax.collections
    ]
    assert len(fills) == 3
    for corners, coupling in zip(fills, (REACH, GAP, 0.9 * REACH), strict=True):
        inside = np.isfinite(coupling)
        bottom = [
            corners[np.isclose(corners[:, 0], m / GeV), 1].min() for m in MASS[inside]
        ]
        np.testing.assert_allclose(bottom, coupling[inside])
        assert corners[:, 1].max() > ax.get_ylim()[1]
        assert corners[:, 0].max() <= MASS[inside].max() / GeV * (1 + 1e-12)


def test_the_legend_of_the_plane_says_what_is_what() -> None:
    figure = full_plane()
    assert legend_labels(figure) == [
        "CCFR",
        "nutev-trident",
        "DUNE ND (sensitivity)",
        "combined",
        "Belle II, signal-only reach",
        "$(g-2)_\\mu$ upper limit",
        "$(g-2)_\\mu$, 2021",
        "gap",
        "16.7 MeV",
    ]
    assert (
        title(figure)
        == r"$L_\mu-L_\tau$: excluded above the full lines at 95 % CL, two-sided"
    )
    for text in ("two-sided 95 % CL", "Mishra:1991bv", "Geiregat:1990gz"):
        assert text in figure.get_supxlabel()
    mixed = figure_of(
        plot_plane(toy_limit(family=LMuLTau(1.0, 1.0, mixing=-0.01), sides=1, cl=0.9))
    )
    assert (
        title(mixed)
        == r"$L_\mu-L_\tau$, $\epsilon$ = -0.01: excluded above the lines at 90 % CL,"
        r" one-sided"
    )
    loop = figure_of(plot_plane(toy_limit(family=LMuLTau(1.0, 1.0, mixing="loop"))))
    assert "loop-induced mixing" in title(loop)
    other = LMuLTau(1.0, 1.0, lepton_charges=(1, 1, 1), neutrino_charges=(1, 1, -2))
    assert r"$Q_\nu$ = (1, 1, −2)" in title(
        figure_of(plot_plane(toy_limit(family=other)))
    )


def test_a_limit_that_excludes_nothing_is_named_so() -> None:
    none = LimitCurve("nutev-trident", MASS, np.full(MASS.size, np.inf))
    figure = figure_of(
        plot_plane(toy_limit(curves=(LimitCurve("ccfr-trident", MASS, REACH), none)))
    )
    assert legend_labels(figure) == ["ccfr-trident", "nutev-trident: no limit"]
    assert not np.isfinite(data(lines_of(figure.axes[0])[1])[1]).any()
    with pytest.raises(InputError, match="no coupling is excluded at any mass"):
        plot_plane(toy_limit(curves=(none,)))


def test_ranges_of_the_plane() -> None:
    (ax,) = figure_of(plot_plane(toy_limit(), x_range=(1e3, 1e4))).axes
    np.testing.assert_allclose(ax.get_xlim(), (1, 10))
    inside = (MASS >= 1e3) & (MASS <= 1e4)
    assert ax.get_ylim()[0] <= 0.3 * REACH[inside].min() < 10 * ax.get_ylim()[0]
    assert ax.get_ylim()[1] / 10 < 2 * REACH[inside].max() <= ax.get_ylim()[1]
    (ax,) = figure_of(plot_plane(toy_limit(), y_range=(1e-4, 2.0))).axes
    np.testing.assert_allclose(ax.get_ylim(), (1e-4, 2.0))


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"projected": ["dune"]}, "curve of the limit"),
        ({"labels": {"ccfr": "CCFR"}}, "curve of the limit"),
        ({"x_range": (10.0, 1.0)}, "x_range needs"),
        ({"x_range": (1e7, 1e8)}, "no coupling is excluded between"),
        ({"y_range": (0.0, 1.0)}, "y_range needs"),
        ({"lines": [("x", -1.0)]}, "positive mass"),
        ({"curves": [("x", MASS, REACH[1:], "-")]}, "as many couplings"),
        ({"curves": [("x", MASS[::-1], REACH, "-")]}, "increasing masses"),
        ({"curves": [("x", MASS, REACH - 2e-3, "-")]}, "not a positive number"),
        ({"curves": [("x", MASS, REACH * np.nan, "-")]}, "not a positive number: nan"),
        ({"curves": [("x", MASS, REACH, "dashes")]}, "line style"),
        ({"bands": [("x", MASS, 2 * REACH, REACH)]}, "between 0 and the upper"),
        ({"bands": [("x", MASS, REACH * np.nan, REACH)]}, "lower edge of the band 'x'"),
    ],
)
def test_impossible_requests_for_the_plane(keywords: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        plot_plane(toy_limit(), **keywords)


def test_a_limit_of_experiments_is_drawn_as_it_is() -> None:
    masses = np.geomspace(1, 1e5, 12)
    found = nu.limit([nu.experiment("ccfr-trident")], mass=masses)
    (ax,) = figure_of(plot_plane(found)).axes
    (line,) = lines_of(ax)
    np.testing.assert_array_equal(data(line)[1], found["ccfr-trident"].coupling)
    x, y = data(line)
    assert x[-1] / y[-1] == pytest.approx(
        545, rel=0.02, abs=0
    )  # GeV [Mishra:1991bv; Altmannshofer:2014pba]


def test_marked_energies_have_dots_on_the_curves() -> None:
    channel = "nu_mu -> nu_mu mu+ mu-"
    figure = figure_of(
        plot_trident_energy(
            channel,
            "Ar40",
            np.geomspace(300, 3e3, 9),
            regimes=["coherent"],
            marks=[1e3],
        )
    )
    dots = [
        np.asarray(line.get_xydata())
        for line in figure.axes[0].lines
        if line.get_marker() == "o"
    ]
    assert dots[0][0] == pytest.approx(
        [1.0, float(trident.total(1e3, channel, "Ar40", regime="coherent"))],
        rel=1e-9,
        abs=0,
    )


def test_companions_outside_the_masses_of_a_limit_are_left_out() -> None:
    ccfr = nu.experiment("ccfr-trident")
    figure = figure_of(plot_limits(nu.limit([ccfr], mass=[30.0, 1e3]), [ccfr]))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "ccfr-trident" in labels
    assert not any("IceCube gap, above" in label for label in labels)
    # the gap has masses of its own, however few the limit has
    light = LineOfSight(m_nu=0.05 * eV)
    coarse = figure_of(
        plot_limits(nu.limit([ccfr], mass=[5.0, 1e3]), [ccfr], line=light)
    )
    labels = [text.get_text() for text in coarse.legends[0].get_texts()]
    assert any("0.05 eV" in label for label in labels)
    fills = [
        fill.get_paths()[0].get_extents()
        for fill in coarse.axes[0].collections
        if isinstance(fill, PolyCollection)
    ]
    narrow = [box for box in fills if box.x0 < 10e-3 < box.x1 < 20e-3]
    assert len(narrow) == 1
    assert narrow[0].x1 / narrow[0].x0 == pytest.approx(2.5**0.5, rel=0.02)
    everywhere = figure_of(plot_limits(nu.limit([ccfr]), [ccfr]))
    labels = [text.get_text() for text in everywhere.legends[0].get_texts()]
    assert any("IceCube gap, above" in label for label in labels)
