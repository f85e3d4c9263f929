from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

import nuprobe as nu
from nuprobe.errors import InputError, OutputError, UnknownNameError
from nuprobe.experiments import Experiment, Rates
from nuprobe.fluxes import Flux, flux, tabulated
from nuprobe.nuclei import make_form_factor
from nuprobe.nuclei.form_factors import Helm
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.plotting import (
    check_path,
    figure_of,
    neutron_radius_markers,
    plot_averaged,
    plot_contour,
    plot_differential,
    plot_flux,
    plot_form_factors,
    plot_profile,
    plot_rates,
    plot_total,
    save,
)
from nuprobe.plotting.experiments import counting_errors
from nuprobe.plotting.style import PALETTE
from nuprobe.processes import cevns
from nuprobe.units import fm, keV

SM = nu.StandardModel()


def toy_rates(time_bins: int = 1, gaussian: bool = False) -> Rates:
    rng = np.random.default_rng(7)
    edges = np.array([0.0, 1.0, 2.0, 4.0])
    times = (
        np.linspace(0, 6, time_bins + 1)
        if time_bins > 1
        else np.array([-np.inf, np.inf])
    )
    shape = (3, time_bins)
    components = {
        "signal: prompt nu_mu": rng.uniform(1, 9, shape),
        "signal: delayed nubar_mu": rng.uniform(1, 9, shape),
        "steady-state": rng.uniform(1, 9, shape),
    }
    data = rng.poisson(sum(components.values())).astype(float)
    sigma = rng.uniform(1, 4, shape) if gaussian else None
    return Rates(
        "toy", "all", "photoelectrons", "PE", edges, times, components, data, sigma, 3.0
    )


def parabola() -> tuple[FloatArray, FloatArray]:
    values = np.linspace(2, 9, 57)
    return values, (values - 5.5) ** 2


def visible(figure: Figure) -> list[Axes]:
    return [ax for ax in figure.axes if ax.get_visible()]


def curves(ax: Axes) -> list[FloatArray]:
    """Curves of more than two points as arrays of shape (2, n)."""
    return [
        np.array(line.get_data(), float)
        for line in ax.lines
        if len(np.asarray(line.get_xdata())) > 2
    ]


def legend_labels(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def provenance_of(figure: Figure) -> str:
    return figure.get_supxlabel()


FIGURES: dict[str, Any] = {
    "differential": lambda: plot_differential("Ar40", SM, [20, 50]),
    "total": lambda: plot_total(["Ar40", "CsI"], SM, np.linspace(5, 50, 12)),
    "form factors": lambda: plot_form_factors("Ar40"),
    "rates": lambda: plot_rates(toy_rates(4), references=["Some:2020ab"]),
    "residual rates": lambda: plot_rates(
        toy_rates(gaussian=True), subtracted=["steady-state"]
    ),
    "profile": lambda: plot_profile(
        parabola(),
        "$R_n$ [fm]",
        published=[("published", 5.5, 0.9, 1.1)],
        markers=neutron_radius_markers(),
    ),
    "contour": lambda: plot_contour(
        np.linspace(0, 1, 9),
        np.linspace(0, 2, 11),
        np.add.outer(np.arange(9.0), np.arange(11.0)),
        ("a [fm]", "b [eV]"),
    ),
    "flux": lambda: plot_flux("sns"),
    "flux-solar": lambda: plot_flux("solar"),
    "flux-reactor": lambda: plot_flux("reactor"),
    "averaged": lambda: plot_averaged(nu.process("cevns"), "sns", "CsI", SM),
    "averaged-electron": lambda: plot_averaged(
        nu.process("electron"),
        "solar",
        "Xe",
        SM,
        recoils=[1e-3, 0.1],
        threshold=1e-2,
    ),
}


@pytest.fixture(scope="module", params=FIGURES, ids=str)
def figure(request: pytest.FixtureRequest) -> Figure:
    made = figure_of(FIGURES[request.param]())
    return made


def test_every_figure_has_axis_labels_a_legend_and_its_provenance(
    figure: Figure,
) -> None:
    assert isinstance(figure, Figure)
    assert legend_labels(figure)
    assert all(legend_labels(figure))
    assert "nuprobe " in provenance_of(figure)
    bottom = [
        ax
        for ax in figure.axes
        if any(t.get_visible() for t in ax.get_xticklabels()) and ax.get_xlabel()
    ]
    assert bottom
    assert any("[" in ax.get_xlabel() for ax in bottom)
    assert any(ax.get_ylabel() for ax in visible(figure))


def test_no_text_leaves_the_figure_or_runs_into_another(figure: Figure) -> None:
    figure.draw_without_rendering()
    frame = figure.bbox
    for artist in [
        *figure.legends,
        *(ax.xaxis.label for ax in figure.axes),
        *(ax.yaxis.label for ax in figure.axes),
    ]:
        box = artist.get_window_extent()
        assert box.x0 >= frame.x0 - 1
        assert box.x1 <= frame.x1 + 1
        assert box.y0 >= frame.y0 - 1
        assert box.y1 <= frame.y1 + 1
    for legend in figure.legends:
        for ax in figure.axes:
            # the axis label of a second scale on top counts as well
            assert not legend.get_window_extent().overlaps(ax.get_tightbbox())  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_same_figure_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    paths = [
        save(FIGURES["residual rates"](), tmp_path / f"{i}.{suffix}") for i in range(2)
    ]
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert len(first) > 5000
    assert first.startswith(
        {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix]
    )


def test_another_process_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, numpy as np; from nuprobe.plotting import plot_contour, save\nx ="
        " np.linspace(0, 1, 9); f = plot_contour(x, x, np.add.outer(x, x) * 5, ('a',"
        " 'b'))\nfor suffix in ('pdf', 'svg'): save(f, sys.argv[1] + suffix)"
    )
    monkeypatch.setattr(sys, "argv", ["", str(tmp_path / "here.")])
    exec(code, {})
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there.")],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    for suffix in ("pdf", "svg"):
        here, there = (tmp_path / f"{one}.{suffix}" for one in ("here", "there"))
        assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "figure.", ".pdf"])
def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match=r"\.pdf, \.png, \.svg"):
        save(Figure(), tmp_path / name)
    with pytest.raises(InputError, match=r"\.pdf, \.png, \.svg"):
        check_path(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_place_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        save(Figure(), tmp_path / "nowhere" / "figure.png")
    with pytest.raises(OutputError, match="cannot write"):
        check_path(tmp_path / "nowhere" / "figure.png")
    assert check_path(tmp_path / "figure.png") == tmp_path / "figure.png"
    assert list(tmp_path.iterdir()) == []


def test_a_failed_drawing_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "figure.png"
    path.write_text("old")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("drawing failed")

    monkeypatch.setattr(Figure, "savefig", broken)
    with pytest.raises(RuntimeError):
        save(Figure(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_importing_the_package_does_not_import_matplotlib() -> None:
    code = (
        "import sys, nuprobe.plotting; print(sorted({'matplotlib', 'scipy', 'iminuit'}"
        " & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_settings_and_pyplot_are_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys, matplotlib as mpl, numpy as np; mpl.rcParams['lines.linewidth'] ="
        " 7\nfrom nuprobe.plotting import plot_profile, save\nx = np.linspace(-2, 2,"
        " 9); save(plot_profile((x, x**2), 'x'), sys.argv[1])\nassert"
        " 'matplotlib.pyplot' not in sys.modules\nassert"
        " mpl.rcParams['lines.linewidth'] == 7; assert mpl.rcParams['font.family'] =="
        " ['sans-serif']"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.png")], check=True)


def test_a_users_settings_do_not_change_the_figure(tmp_path: Path) -> None:
    plain = save(plot_profile(parabola(), "x"), tmp_path / "plain.png").read_bytes()
    with mpl.rc_context(
        {"font.size": 30, "axes.facecolor": "red", "xtick.direction": "out"}
    ):
        assert (
            save(plot_profile(parabola(), "x"), tmp_path / "other.png").read_bytes()
            == plain
        )


# -- cross sections
# --------------------------------------------------------------------------------------


def test_differential_draws_the_cross_section_full_coherence_and_their_ratio() -> None:
    recoils = np.linspace(0, 20, 41) * keV
    nucleus = nu.target("Cs133", nucleon="point")
    main, panel = figure_of(
        plot_differential(nucleus, SM, [40.0], recoils=recoils)
    ).axes
    exact, full = curves(main)
    expected = cevns.differential(40.0, recoils, nucleus, SM, "nu_mu") * keV
    point = (
        cevns.differential(
            40.0, recoils, nu.target("Cs133", form_factor="point"), SM, "nu_mu"
        )
        * keV
    )
    np.testing.assert_allclose(exact[0], recoils / keV, rtol=1e-14)
    np.testing.assert_allclose(exact[1] * 1e-39, expected, rtol=1e-12)
    np.testing.assert_allclose(full[1] * 1e-39, point, rtol=1e-12)
    (ratio,) = curves(panel)
    assert ratio[1, 0] == pytest.approx(1, rel=1e-14, abs=0)
    # one nucleus, F_p = F_n: the ratio is the square of the form factor
    component = nu.target("Cs133").components[0]
    np.testing.assert_allclose(
        ratio[1], component.ff_n(2 * component.isotope.mass * recoils) ** 2, rtol=1e-10
    )
    assert "10^{-39}" in main.get_ylabel()
    assert "cm$^2$/keV per nucleus" in main.get_ylabel()
    assert main.lines[1].get_linestyle() == "--"


def test_differential_of_a_molecule_ends_at_the_lighter_nucleus() -> None:
    main, panel = figure_of(plot_differential("CsI", SM, [30.0, 50.0])).axes
    for i, e in enumerate((30.0, 50.0)):
        end = float(cevns.recoil_maximum(e, nu.isotope("I127").mass))
        exact = curves(main)[2 * i]
        assert exact[0, -1] == pytest.approx(end / keV)
        assert exact[1, -1] == pytest.approx(0, abs=1e-12)
        assert curves(panel)[i][1, 0] == pytest.approx(1)
    assert "per formula unit" in main.get_ylabel()
    assert (
        "per atom"
        in figure_of(plot_differential("natural Xe", SM, [30.0])).axes[0].get_ylabel()
    )


def test_flavours_with_equal_couplings_share_a_curve() -> None:
    flavours = ["nu_e", "nu_mu"]
    tree = figure_of(plot_differential("Ar40", SM, [30.0], flavours=flavours))
    radiative = figure_of(
        plot_differential(
            "Ar40", nu.StandardModel(scheme="radiative"), [30.0], flavours=flavours
        )
    )
    assert len(curves(tree.axes[0])) == 2
    assert r"$\nu_{e}$, $\nu_{\mu}$" in tree.legends[0].get_title().get_text()
    assert len(curves(radiative.axes[0])) == 4
    assert [r"\nu_{e}" in label for label in legend_labels(radiative)][:2] == [
        True,
        False,
    ]


def test_a_wide_logarithmic_range_and_many_energies_stay_finite() -> None:
    figure = figure_of(
        plot_differential("CsI", SM, np.linspace(20, 200, 9), scale="log")
    )
    assert figure.axes[0].get_yscale() == "log"
    assert all(np.all(np.isfinite(c)) for ax in figure.axes for c in curves(ax))
    assert len(legend_labels(figure)) == 11


def test_total_draws_the_cross_section_full_coherence_and_their_ratio() -> None:
    e = np.geomspace(1, 100, 12)
    main, panel = figure_of(plot_total(["Ar40", "CsI"], SM, e)).axes
    for i, name in enumerate(("Ar40", "CsI")):
        exact, full = curves(main)[2 * i : 2 * i + 2]
        np.testing.assert_array_equal(exact[0], e)
        np.testing.assert_allclose(
            exact[1], cevns.total(e, name, SM, "nu_mu"), rtol=1e-12
        )
        np.testing.assert_allclose(
            full[1],
            cevns.total(e, nu.target(name, form_factor="point"), SM, "nu_mu"),
            rtol=1e-12,
        )
        ratio = curves(panel)[i][1]
        np.testing.assert_allclose(ratio, exact[1] / full[1], rtol=1e-12)
        assert ratio[0] == pytest.approx(1, abs=1e-3)
        assert np.all(np.diff(ratio) < 0)
    assert main.get_xscale() == "log"


def test_total_above_a_threshold_draws_nothing_where_there_is_nothing() -> None:
    e = np.linspace(5, 50, 10)
    main, panel = figure_of(plot_total("Xe132", SM, e, threshold=5 * keV)).axes
    assert curves(main)[0][0, 0] > 15
    assert len(curves(panel)[0][0]) == len(curves(main)[0][0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_differential("Ar40", SM, []), "is empty"),
        (
            lambda: plot_differential("Ar40", SM, [np.nan]),
            "number 1 is nan",
        ),
        (lambda: plot_differential("Ar40", SM, [-3.0]), "must be positive"),
        (
            lambda: plot_differential("Ar40", SM, [30.0], flavours=[]),
            "at least one flavour",
        ),
        (
            lambda: plot_differential("Ar40", SM, [30.0], recoils=[0.0]),
            "two increasing",
        ),
        (lambda: plot_total("Ar40", SM, [30.0]), "two increasing"),
        (lambda: plot_total([], SM, [30.0, 40.0]), "at least one target"),
        (lambda: plot_form_factors("Ar40", []), "at least one form factor"),
        (lambda: plot_form_factors("Ar40", q_max=-1.0), "positive momentum"),
        (lambda: plot_profile(([], []), "x"), "is empty"),
        (
            lambda: plot_profile(([1.0, 2.0, 3.0, 4.0], [1.0, np.nan, 1.0, 2.0]), "x"),
            "number 2 is nan",
        ),
        (
            lambda: plot_profile(([1.0, 3.0, 2.0], [1.0, 0.0, 1.0]), "x"),
            "increasing",
        ),
        (
            lambda: plot_profile(([1.0, 2.0, 3.0, 4.0], [1.0, 0.0]), "x"),
            "equally many",
        ),
        (
            lambda: plot_profile(([1.0, 2.0, 3.0, 4.0], [np.inf] * 4), "x"),
            "nowhere finite",
        ),
        (lambda: plot_profile(parabola()), "needs a label"),
        (
            lambda: plot_profile(parabola(), "x", published=[("a", 5.0, 1.0, -1.0)]),
            "must not be negative",
        ),
        (
            lambda: plot_contour([0, 1], [0, 1, 2], np.zeros((3, 2)), ("x", "y")),
            "has shape",
        ),
        (
            lambda: plot_contour(
                [0, 1], [0, 1], np.zeros((2, 2)), ("x", "y"), levels=()
            ),
            "at least one level",
        ),
        (
            lambda: plot_rates(toy_rates(), rates_time=toy_rates()),
            "no time bins",
        ),
        (
            lambda: plot_rates(replace(toy_rates(), components={})),
            "no component",
        ),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


# -- form factors
# --------------------------------------------------------------------------------------


def test_form_factors_are_drawn_with_a_common_radius_against_helm() -> None:
    names = ["helm", "klein-nystrand", "exponential"]
    figure = figure_of(plot_form_factors("Ar40", names, q_max=150.0, rms=3.4 * fm))
    main, panel = figure.axes[:2]
    q = curves(main)[0][0]
    assert q[0] == 0
    assert q[-1] == 150
    values = [
        make_form_factor(name, rms=3.4 * fm, isotope="Ar40")(q**2) for name in names
    ]
    for curve, f in zip(curves(main), values, strict=True):
        np.testing.assert_allclose(curve[1], f**2, rtol=1e-12)
    for curve, f in zip(curves(panel), values[1:], strict=True):
        np.testing.assert_allclose(
            curve[1], 100 * (f / values[0] - 1), rtol=1e-9, atol=1e-11
        )
    assert any("3.4 fm" in label for label in legend_labels(figure))


def test_the_upper_axis_is_the_recoil_energy() -> None:
    figure = figure_of(plot_form_factors("Ar40", ["helm"], q_max=100.0))
    figure.draw_without_rendering()
    main = figure.axes[0]
    (top,) = main.child_axes
    mass = nu.isotope("Ar40").mass
    assert "keV" in top.get_xlabel()
    assert top.get_xlim()[1] == pytest.approx(100.0**2 / (2 * mass) / keV)


def test_every_family_is_drawn_and_the_difference_breaks_at_the_zeros_of_helm() -> None:
    figure = figure_of(plot_form_factors("Ar40"))
    assert len(legend_labels(figure)) == 8
    assert any(label.startswith("Fourier") for label in legend_labels(figure))
    assert any(np.isnan(curve[1]).any() for curve in curves(figure.axes[1]))
    # without an analysis of its charge density there is no such curve, and asking for
    # it is an error
    assert not any(
        label.startswith("Fourier")
        for label in legend_labels(figure_of(plot_form_factors("Cs133")))
    )
    with pytest.raises(UnknownNameError):
        plot_form_factors("Cs133", ["fourier-bessel"])


# -- experiments
# --------------------------------------------------------------------------------------


def errorbar(ax: Axes) -> ErrorbarContainer:
    (found,) = [c for c in ax.containers if isinstance(c, ErrorbarContainer)]
    return found


def drawn_data(ax: Axes) -> FloatArray:
    return np.array(errorbar(ax).lines[0].get_data(), float)


def tops(ax: Axes) -> list[FloatArray]:
    """Upper edges of the filled components, from the bottom of the stack."""
    return [
        np.asarray(p.get_data()[0])
        for p in ax.patches
        if isinstance(p, StepPatch) and p.get_fill()
    ]


@pytest.mark.parametrize("gaussian", [False, True])
def test_rates_draw_data_stack_and_residuals(gaussian: bool) -> None:
    rates = toy_rates(gaussian=gaussian)
    assert rates.data is not None
    main, panel = figure_of(plot_rates(rates)).axes
    data, total = rates.data[:, 0], rates.total[:, 0]
    x, y = drawn_data(main)
    np.testing.assert_array_equal(x, [0.5, 1.5, 3.0])
    width = np.diff(rates.energy_edges)  # the bins are not of one width: counts a unit
    np.testing.assert_allclose(y, data / width)
    stack = tops(main)
    np.testing.assert_allclose(stack[0], rates.components["steady-state"][:, 0] / width)
    np.testing.assert_allclose(stack[-1], total / width)
    error = np.sqrt(total) if rates.sigma is None else rates.sigma[:, 0]
    pulls = np.asarray(panel.lines[-1].get_ydata())
    np.testing.assert_allclose(pulls, (data - total) / error)
    assert "photoelectrons [PE]" in panel.get_xlabel()
    assert "counts / PE" in main.get_ylabel()


def test_rates_with_time_bins_have_both_projections() -> None:
    rates = toy_rates(4)
    assert rates.data is not None
    energy, _, time, panel = figure_of(plot_rates(rates)).axes
    np.testing.assert_allclose(
        drawn_data(energy)[1], rates.data.sum(1) / np.diff(rates.energy_edges)
    )
    np.testing.assert_array_equal(drawn_data(time)[1], rates.data.sum(0))
    np.testing.assert_allclose(tops(time)[-1], rates.total.sum(0))
    assert panel.get_xlabel() == "arrival time [μs]"
    assert "1.5 μs" in time.get_ylabel()


def test_errors_of_a_gaussian_projection_add_in_quadrature() -> None:
    rates = toy_rates(4, gaussian=True)
    assert rates.sigma is not None
    bars = errorbar(figure_of(plot_rates(rates)).axes[0]).lines[2][1].get_segments()
    lengths = [np.ptp(np.asarray(segment)[:, 1]) / 2 for segment in bars]
    np.testing.assert_allclose(
        lengths, np.sqrt((rates.sigma**2).sum(1)) / np.diff(rates.energy_edges)
    )


def test_a_third_quantity_has_its_own_column() -> None:
    rates = toy_rates(4)
    share = np.array([0.25, 0.75])
    components = {
        name: values[:, None] * share[:, None]
        for name, values in rates.components.items()
    }
    assert rates.data is not None
    spread = replace(
        rates,
        components=components,
        data=rates.data[:, None] * share[:, None],
        shape_edges=np.array([0.5, 0.6, 0.7]),
        shape_observable="F90",
    )
    axes = figure_of(plot_rates(spread)).axes
    assert len(axes) == 6
    np.testing.assert_allclose(drawn_data(axes[2])[1], share * rates.data.sum())
    np.testing.assert_allclose(tops(axes[2])[-1], share * rates.total.sum())
    np.testing.assert_allclose(tops(axes[4])[-1], rates.total.sum(0))
    assert axes[3].get_xlabel() == "F90"


def test_the_time_column_can_come_from_another_analysis() -> None:
    time = toy_rates(4)
    figure = figure_of(
        plot_rates(
            toy_rates(gaussian=True), rates_time=time, subtracted=["steady-state"]
        )
    )
    assert len(figure.axes) == 4
    assert time.data is not None
    np.testing.assert_array_equal(drawn_data(figure.axes[2])[1], time.data.sum(0))
    assert figure.axes[0].get_ylabel().startswith("residual counts")
    assert figure.axes[2].get_ylabel().startswith("counts")


def test_a_prediction_without_data_has_no_residuals() -> None:
    figure = figure_of(plot_rates(replace(toy_rates(), data=None, sigma=None)))
    assert len(figure.axes) == 1
    assert "data" not in legend_labels(figure)
    assert r"prompt $\nu_{\mu}$" in legend_labels(figure)


def test_counting_errors_are_the_central_intervals() -> None:
    from scipy.stats import poisson

    n = np.array([0.0, 1.0, 4.0, 100.0])
    lower, upper = counting_errors(n)
    tail = 0.15865525393145707
    np.testing.assert_allclose(poisson.cdf(n, n + upper), tail, rtol=1e-9)
    np.testing.assert_allclose(poisson.sf(n[1:] - 1, (n - lower)[1:]), tail, rtol=1e-9)
    assert lower[0] == 0
    assert upper[0] == pytest.approx(1.8410, abs=1e-4)  # Gehrels 1986, table 1


def test_the_published_data_are_drawn() -> None:
    experiment = nu.experiment("coherent-csi-2017", Experiment)
    rates = experiment.predict(analysis="energy")
    main = figure_of(plot_rates(rates, subtracted=["steady-state"])).axes[0]
    assert drawn_data(main)[1].sum() == 142
    assert "2 PE" in main.get_ylabel()


# -- fits
# --------------------------------------------------------------------------------------


def test_a_profile_draws_its_points_its_intervals_and_the_others() -> None:
    values, delta = parabola()
    figure = figure_of(
        plot_profile(
            (values, delta),
            Parameter("rn", 5.0, unit="fm", latex="R_n"),
            published=[("published", 5.4, 0.9, 1.1)],
            markers=neutron_radius_markers(),
            lines=[("full coherence", 5.3)],
            references=["Cadeddu:2017etk"],
        )
    )
    main, strip = figure.axes
    assert main.get_xlabel() == "$R_n$ [fm]"
    drawn = curves(main)[0]
    np.testing.assert_array_equal(drawn[1][np.isin(drawn[0], values)], delta)
    np.testing.assert_allclose(drawn[1], (drawn[0] - 5.5) ** 2, atol=1e-9)
    # Δχ² = (x − 5.5)²: 1σ is ±1, 90 % is ±1.645
    ends = sorted(
        {
            round(float(s[0, 0]), 3)
            for c in main.collections
            for s in _segments(c)
            if s[1, 1] < 3
        }
    )
    assert ends == [3.855, 4.5, 6.5, 7.145]
    assert r"5.5^{+1.0}_{-1.0}" in figure.legends[0].get_title().get_text()
    rows = [label.get_text() for label in strip.get_yticklabels()]
    assert rows[:3] == ["this fit (1σ)", "published", "SkM* (SHF)"]
    assert len(rows) == 10
    bar = (
        [c for c in strip.containers if isinstance(c, ErrorbarContainer)][1]
        .lines[2][0]
        .get_segments()[0]
    )
    np.testing.assert_allclose(np.asarray(bar)[:, 0], [4.3, 6.3])
    assert legend_labels(figure)[1:] == ["$^{133}$Cs", "$^{127}$I"]
    assert "Cadeddu:2017etk" in provenance_of(figure)


def _segments(collection: Any) -> list[FloatArray]:
    return (
        [np.asarray(s) for s in collection.get_segments()]
        if hasattr(collection, "get_segments")
        else []
    )


def test_labels_of_close_predictions_do_not_overlap() -> None:
    figure = figure_of(plot_profile(parabola(), "x", markers=neutron_radius_markers()))
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[1].get_yticklabels()]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_coarse_grid_interpolates() -> None:
    x = np.linspace(-4, 5, 7)
    figure = figure_of(plot_profile((x, (x - 0.3) ** 2 / 4), "x [eV]"))
    assert r"0.3^{+2.0}_{-2.0}" in figure.legends[0].get_title().get_text()


def test_a_profile_of_real_data_shows_the_numbers_of_inference() -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=("rn",), analysis="energy")
    profile = nu.profile(cost, "rn", np.linspace(3, 8, 41))
    figure = figure_of(plot_profile(profile, published=[("published", 5.5, 0.9, 1.1)]))
    main, strip = figure.axes
    drawn = curves(main)[0]
    np.testing.assert_array_equal(
        drawn[1][np.isin(drawn[0], profile.values)], profile.delta
    )
    assert main.get_xlabel() == "$R_n$ [fm]"
    bar = next(c for c in strip.containers if isinstance(c, ErrorbarContainer))
    assert np.asarray(bar.lines[0].get_xdata())[0] == pytest.approx(
        profile.best, abs=1e-3
    )
    ((low, high),) = profile.intervals()
    np.testing.assert_allclose(
        np.asarray(bar.lines[2][0].get_segments()[0])[:, 0], [low, high], atol=1e-3
    )


def test_impossible_points_are_drawn_as_walls() -> None:
    x = np.linspace(-3, 3, 61)
    wall = np.where(x < -0.5, np.inf, x**2)
    figure = figure_of(plot_profile((x, wall), "x"))
    main = figure.axes[0]
    assert main.get_ylim()[1] < 20
    ends = sorted(
        {
            round(float(s[0, 0]), 1)
            for c in main.collections
            for s in _segments(c)
            if s[1, 1] < 1.5
        }
    )
    assert ends[-1] == 1.0
    assert -0.7 < ends[0] < -0.4
    grid = np.add.outer(wall, x**2)
    assert len(figure_of(plot_contour(x, x, grid, ("a", "b"))).axes) == 1


def test_an_interval_open_or_in_two_pieces_is_not_given_as_a_number() -> None:
    x = np.linspace(-3, 3, 121)
    closed = figure_of(plot_profile((x, x**2), "x"))
    assert closed.legends[0].get_title().get_text() == "x = $0.0^{+1.0}_{-1.0}$"
    flat = figure_of(plot_profile((x, 0.01 * x**2), "x"))
    assert flat.legends[0].get_title().get_text() == ""
    two = figure_of(plot_profile((x, (x**2 - 4) ** 2), "x"))
    fills = [
        c
        for c in two.axes[0].collections
        if type(c).__name__ in ("PolyCollection", "FillBetweenPolyCollection")
    ]
    assert len(fills) == 4
    # (x² − 4)² < 1 where √3 < |x| < √5
    text = two.legends[0].get_title().get_text()
    # (x² − 4)² < 2.7055 where 1.534 < |x| < 2.376
    assert text.splitlines() == [
        "x: −2.24 to −1.73 or 1.73 to 2.24 (1σ)",
        "x: −2.38 to −1.53 or 1.53 to 2.38 (90 %)",
    ]
    bars: list[Any] = [e.get_children()[-1] for e in two.axes[1].containers]
    ends = sorted(tuple(bar.get_segments()[0][:, 0]) for bar in bars)
    np.testing.assert_allclose(
        ends, [(-(5**0.5), -(3**0.5)), (3**0.5, 5**0.5)], atol=1e-3
    )
    one_open = figure_of(plot_profile((x[x < 2.1], (x[x < 2.1] ** 2 - 4) ** 2), "x"))
    text = one_open.legends[0].get_title().get_text()
    assert text.startswith("x: −2.24 to −1.73 or ≥ 1.73 (1σ)")


def test_a_contour_draws_its_levels_and_the_best_fit() -> None:
    x, y = np.linspace(-3, 3, 61), np.linspace(-2, 4, 41)
    delta = np.add.outer((x - 0.5) ** 2, (y - 1.0) ** 2 / 0.25)
    figure = figure_of(
        plot_contour(x, y, delta, ("a [fm]", "b"), markers=[("SM", 0.0, 0.0)])
    )
    (ax,) = figure.axes
    assert ax.get_xlabel() == "a [fm]"
    assert ax.get_ylabel() == "b"
    best = next(line for line in ax.lines if line.get_marker() == "+")
    assert [float(np.asarray(v)[0]) for v in best.get_data()] == pytest.approx(
        [0.5, 1.0]
    )
    assert legend_labels(figure) == ["1σ", "90 %", "lowest grid point", "SM"]
    lines = ax.collections[-1].get_paths()
    level = np.asarray(lines[0].vertices)
    np.testing.assert_allclose(
        (level[:, 0] - 0.5) ** 2 + (level[:, 1] - 1) ** 2 / 0.25, 2.2957, atol=0.05
    )


# -- fluxes
# --------------------------------------------------------------------------------------


def test_a_flux_draws_continua_lines_and_arrival_times() -> None:
    source = flux("sns")
    figure = figure_of(plot_flux(source))
    spectra, times, lines = figure.axes
    for component, curve in zip(
        [c for c in source.components if c.density], curves(spectra), strict=True
    ):
        e, values = curve[:, 1:-1]
        np.testing.assert_allclose(values * 1e-3, component.continuum(e), rtol=1e-12)
        area = np.sum((values[1:] + values[:-1]) / 2 * np.diff(e))
        assert area * 1e-3 == pytest.approx(0.08, rel=1e-5, abs=0)
    arrow = next(
        t
        for t in lines.texts
        if hasattr(t, "arrow_patch") and t.arrow_patch is not None
    )
    assert arrow.xy == pytest.approx((29.79, 0.08), rel=1e-3, abs=0)  # type: ignore[attr-defined]
    assert any("29.79 MeV" in t.get_text() for t in lines.texts)
    steps = [p for p in times.patches if isinstance(p, StepPatch)]
    for name, step in zip(("prompt", "delayed"), steps, strict=True):
        values, edges, _ = step.get_data()
        assert np.sum(np.asarray(values) * np.diff(edges)) == pytest.approx(
            source.times[name].probability.sum()
        )
    assert "COHERENT:2017ipa" in provenance_of(figure)
    assert "per proton on target" in spectra.get_ylabel()


def test_a_beam_without_times_has_one_panel() -> None:
    e = np.linspace(1, 10, 20)
    source = Flux(
        "toy", (tabulated("beam nu_mu", "nu_mu", e, e),), per="proton", emission="beam"
    )
    figure = figure_of(plot_flux(source))
    assert len(figure.axes) == 1
    assert "cm$^{-2}$" in figure.axes[0].get_ylabel()


# -- house
# --------------------------------------------------------------------------------------


def test_the_palette_is_distinguishable_without_colour_vision() -> None:
    """Machado, Oliveira & Fernandes 2009: full protanopia and deuteranopia; distances
    in CIE Lab."""
    from matplotlib.colors import to_rgb

    protan = [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
    deutan = [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
    xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    srgb = np.array([to_rgb(c) for c in PALETTE])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    for matrix in (np.eye(3), np.array(protan), np.array(deutan)):
        t = np.clip(linear @ matrix.T, 0, 1) @ xyz.T / xyz.sum(1)
        f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
        lab = np.stack(
            [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])],
            axis=1,
        )
        distances = np.linalg.norm(lab[:, None] - lab[None, :], axis=-1)[
            np.triu_indices(len(PALETTE), 1)
        ]
        assert distances.min() > 10


def test_a_flux_of_very_different_parts_has_logarithmic_axes() -> None:
    source = flux("solar")
    (ax,) = figure_of(plot_flux(source)).axes
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    drawn = curves(ax)
    continua = [c for c in source.components if c.density is not None]
    for component, curve in zip(continua, drawn, strict=False):
        e, values = curve[:, 1:-1]
        np.testing.assert_allclose(values, component.continuum(e), rtol=1e-12)
        assert ax.get_ylim()[0] < values.max() < ax.get_ylim()[1]
    arrows = [
        np.array(line.get_data(), float)
        for line in ax.get_lines()
        if line.get_marker() in ("^", "s")
    ]
    ends = [(arrow[0, 1], arrow[1, 1]) for arrow in arrows]
    assert ends == [(line.energy, line.intensity) for line in source.lines("nu_e")]


def test_the_legend_names_what_can_be_seen() -> None:
    """Electrons of the Standard Model are 1e-7 of the counts, of a charge they are
    not."""

    def names(model: nu.StandardModel | nu.Electromagnetic) -> str:
        csi = nu.experiment("coherent-csi-2017", Experiment)
        (legend,) = figure_of(plot_rates(csi.predict(model))).legends
        return " ".join(text.get_text() for text in legend.get_texts())

    assert "electron" not in names(nu.StandardModel())
    assert "electron" in names(nu.Electromagnetic(charge={"ee": 1e-9}))


def test_components_of_one_process_go_without_its_name() -> None:
    one = nu.experiment("coherent-csi-2021", Experiment).predict(nu.StandardModel())
    labels = legend_labels(figure_of(plot_rates(one)))
    assert {"prompt $\\nu_{\\mu}$", "delayed $\\nu_{e}$"} <= set(labels)
    assert not any("cevns" in label for label in labels)
    # two processes, each with components, keep their names
    two = {
        f"signal: {process}: {name}": counts
        for process, scale in (("cevns", 1.0), ("electron", 0.5))
        for name, counts in (("a", one.signal * scale), ("b", one.signal * scale))
    }
    assert len(legend_labels(figure_of(plot_rates(replace(one, components=two))))) == 4


def test_a_contour_tells_a_fitted_point_from_one_of_the_grid() -> None:
    x = np.linspace(-3.0, 3.0, 21)
    delta = np.add.outer(x**2, x**2)
    assert "lowest grid point" in legend_labels(
        figure_of(plot_contour(x, x, delta, ("a", "b")))
    )
    fitted = figure_of(plot_contour(x, x, delta, ("a", "b"), best=(0.01, 0.0)))
    assert "best fit" in legend_labels(fitted)


def test_form_factors_as_objects_with_another_reference() -> None:
    figure = figure_of(
        plot_form_factors(
            "Fe56",
            {"B": "literature-exponential", "mine": Helm(3.7 * fm)},
            reference="literature-exponential",
            q_max=200.0,
            over="q2",
        )
    )
    main, panel = figure.axes[:2]
    assert main.get_xlim()[1] == pytest.approx(200.0**2)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["B (3.59 fm)", "mine (3.7 fm)"]
    # the second curve of the panel is Helm over the exponential of the same q²
    x, y = np.array(panel.lines[1].get_xydata()).T
    i = int(np.argmin(abs(x - 1e4)))
    r0 = 1.21 * 56 ** (1 / 3) * fm
    ratio = Helm(3.7 * fm)(x[i]) / np.exp(-x[i] * r0**2 / 10)
    assert y[i] == pytest.approx(100 * (ratio - 1), rel=1e-9)
    with pytest.raises(UnknownNameError, match="horizontal axis"):
        plot_form_factors("Fe56", ["helm"], over="q3")  # type: ignore[arg-type]
