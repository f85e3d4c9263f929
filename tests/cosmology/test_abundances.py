"""Abundances on the decoupling of neutrinos with moments: published numbers, planes of
moments, tables for Boltzmann codes."""

from typing import Any

import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline

from nuprobe import Electromagnetic
from nuprobe.cosmology import decoupling, instantaneous_n_eff
from nuprobe.cosmology.nucleosynthesis import (
    OBSERVABLES,
    Nucleosynthesis,
    abundances,
    boltzmann_table,
    instantaneous_expansion,
    moment_plane,
    uncertainties,
)
from nuprobe.cosmology.nucleosynthesis.planes import round_levels
from nuprobe.errors import InputError, UnknownNameError


def majorana(**elements: Any) -> Any:
    return Electromagnetic(magnetic_moment=elements, kind="majorana")


@pytest.fixture(scope="module")
def standard() -> Any:
    return decoupling(flavour_mixing="none")


def test_standard_model(standard: Any) -> None:
    """Against an independent prototype and primat 0.3.3 with the same options on that
    history: 0.246855 and 2.43725e-5."""
    found = abundances(history=standard)
    assert found.y_p == pytest.approx(0.246855, abs=5e-6)
    assert found.d_h == pytest.approx(2.43725e-5, rel=1e-4)
    assert found.n_eff == pytest.approx(3.0443, abs=2e-4)
    for name in ("flavour_mixing", "screening", "rates", "tau_n [s]", "omega_b"):
        assert name in found.assumptions


@pytest.mark.parametrize(
    ("weak", "y_p"), [("born", 0.242503), ("finite mass", 0.243719)]
)
def test_parts_of_the_weak_rates(standard: Any, weak: Any, y_p: Any) -> None:
    found = abundances(history=standard, options=Nucleosynthesis(weak=weak))
    assert found.y_p == pytest.approx(y_p, abs=1e-5)


def test_universal_moments() -> None:
    """primat without spectral distortions on this history: 0.247466."""
    model = majorana(emu=1e-9, etau=1e-9, mutau=1e-9)
    found = abundances(model, flavour_mixing="none")
    assert found.y_p == pytest.approx(0.247466, abs=1e-5)
    assert found.n_eff == pytest.approx(3.1938, abs=1.5e-3)


@pytest.mark.parametrize(
    ("elements", "size"),
    [
        (("emu",), 7.7e-10),
        (("mutau",), 5.5e-10),
        (("emu", "etau", "mutau"), 3.9e-10),
    ],
)
def test_moments_that_add_1e4_to_helium(
    standard: Any, elements: Any, size: Any
) -> None:
    """Where an independent prototype found ΔY_P = 1e-4 without mixing."""
    model = majorana(**dict.fromkeys(elements, size))
    found = abundances(model, flavour_mixing="none")
    rise = found.y_p - abundances(history=standard).y_p
    assert rise == pytest.approx(1e-4, abs=4e-6)


def test_uncertainties_add_up_to_the_known_ones() -> None:
    """τ_n: 1.03e-4 for 0.5 s; Ω_b h²: D/H falls by 1 %; d + d and d + p decide the
    error of D/H, of which these evaluations say 1.1 %."""
    moved = uncertainties()
    assert moved["tau_n"][0] == pytest.approx(1.03e-4, rel=0.02)
    d_h = abundances().d_h
    assert moved["omega_b"][1] / d_h == pytest.approx(
        -1.62 * 0.00014 / 0.02242, rel=0.03
    )
    rates = [v[1] for k, v in moved.items() if k not in ("tau_n", "omega_b")]
    assert np.sqrt(np.sum(np.square(rates))) / d_h == pytest.approx(0.011, abs=0.0015)


@pytest.mark.parametrize(("moment", "n_eff"), [(0.0, 3.0324), (1e-9, 4.0544)])
def test_decoupling_in_an_instant(moment: float, n_eff: float) -> None:
    """As an independent prototype has it with the screening of the talk, and as
    `instantaneous_n_eff` sums it without a history."""
    model = majorana(emu=moment, etau=moment, mutau=moment)
    past = instantaneous_expansion(model, screening="talk")
    assert past.n_eff == pytest.approx(n_eff, abs=1.5e-3)
    own = instantaneous_n_eff(model, screening="talk")
    assert past.n_eff == pytest.approx(own, abs=1e-6)
    found = abundances(
        model, criterion="number", screening="talk", flavour_mixing="none"
    )
    assert found.y_p == abundances(history=past).y_p
    assert found.assumptions["criterion"] == "instantaneous, number"
    # T_ν = T before, ∝ 1/a after, and what is conserved with the last flavour coupled
    t_e = float(found.assumptions["decoupled at [MeV]"].split(",")[0])
    hot = past.t_gamma > 1.001 * t_e
    assert past.t_nu_e[hot] == pytest.approx(past.t_gamma[hot])
    free = (past.t_nu_e * past.scale_factor)[past.t_gamma < 0.999 * t_e]
    assert free == pytest.approx(free[0], rel=1e-12)


def test_options_of_an_instant() -> None:
    with pytest.raises(InputError, match="flavour_mixing='none'"):
        abundances(criterion="number", flavour_mixing="full")
    with pytest.raises(InputError, match="qed is an option of the evolution"):
        abundances(criterion="number", qed="e2")
    with pytest.raises(UnknownNameError, match="criterion"):
        abundances(criterion="last")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Majorana moments"):
        instantaneous_expansion(Electromagnetic(magnetic_moment={"ee": 1e-12}))


@pytest.fixture(scope="module")
def plane() -> Any:
    return moment_plane(
        "magnetic_moment.emu",
        "magnetic_moment.mutau",
        nodes=7,
        flavour_mixing="none",
    )


def test_plane_interpolates(plane: Any) -> None:
    """Between the nodes as calculated, and even in both moments."""
    assert plane.error("y_p") < 1e-6
    assert plane.error("d_h") < 1e-9
    point = {"emu": 4.4e-10, "mutau": 7.9e-10}
    exact = abundances(majorana(**point), flavour_mixing="none").values()
    for sign in (1, -1):
        got = [float(plane.at(name, 4.4e-10, sign * 7.9e-10)) for name in OBSERVABLES]
        assert got == pytest.approx(exact, rel=1e-6)


def test_contours_are_near_ellipses(plane: Any) -> None:
    """Y_P = Y_0 + 1.7e-4 (μ_eμ/1e-9)² + 3.2e-4 (μ_μτ/1e-9)² without mixing."""
    zero = float(plane.at("y_p", 0.0, 0.0))
    (line,) = plane.contours("y_p", [zero + 1e-4])[zero + 1e-4]
    a, b = (line / 1e-9).T
    assert 1.7 * a**2 + 3.2 * b**2 == pytest.approx(1.0, abs=0.06)
    ends = np.sort([a.max(), b.max()])
    assert ends == pytest.approx([0.55, 0.77], abs=0.01)
    assert plane.contours("y_p", [0.3]) == {0.3: []}


def test_levels_are_round_and_inside(plane: Any) -> None:
    levels = plane.levels("y_p")
    assert levels == pytest.approx(np.arange(0.2469, 0.24735, 5e-5))
    assert all(plane.contours("y_p", levels).values())


def test_full_mixing_feels_the_sum_alone() -> None:
    """With all flavours at one temperature only Σ|μ_ij|² counts: circles."""
    found = moment_plane("magnetic_moment.emu", "magnetic_moment.mutau", nodes=3)
    x = 6e-10 * np.cos(np.linspace(0, np.pi / 2, 5))
    y = 6e-10 * np.sin(np.linspace(0, np.pi / 2, 5))
    values = found.at("y_p", x, y)
    assert values == pytest.approx(values[0], abs=3e-6)


def test_plane_of_mass_states_is_not_even_in_each() -> None:
    """Moments of mass states interfere in a flavour: both signs are computed."""
    from nuprobe import PMNS

    model = Electromagnetic(
        magnetic_moment=np.zeros((3, 3)), kind="majorana", basis="mass", mixing=PMNS()
    )
    names = ("magnetic_moment.12", "magnetic_moment.13")
    found = moment_plane(*names, model, nodes=3, flavour_mixing="none")
    assert found.points > 9
    for sign in (1, -1):
        at = model.with_values({names[0]: 1e-9, names[1]: sign * 1e-9})
        exact = abundances(at, flavour_mixing="none").y_p
        got = float(found.at("y_p", 1e-9, sign * 1e-9))
        assert got == pytest.approx(exact, abs=1e-9)


def test_bad_planes(plane: Any) -> None:
    with pytest.raises(UnknownNameError, match="moment"):
        moment_plane("magnetic_moment.ee", "magnetic_moment.emu")
    with pytest.raises(InputError, match="two different"):
        moment_plane("magnetic_moment.emu", "magnetic_moment.emu")
    with pytest.raises(InputError, match="1e-08"):
        moment_plane("magnetic_moment.emu", "magnetic_moment.etau", top=(1e-6, 1e-9))
    with pytest.raises(InputError, match="within 1e-09"):
        plane.at("y_p", 2e-9, 0.0)
    with pytest.raises(UnknownNameError, match="observable"):
        plane.at("helium", 0.0, 0.0)


def test_boltzmann_tables() -> None:
    model = majorana(emu=1e-9)
    table = boltzmann_table(
        model, omega_b=[0.015, 0.02242, 0.03], n_eff=[2.0, 3.0, 5.0]
    )
    # halfway between 2 and 3 rows a spline is far off, and says so
    assert 1e-4 < table.error < 1e-3
    own = abundances(model)
    assert own.n_eff is not None
    more = boltzmann_table(model, omega_b=[0.015, 0.02242], n_eff=[2.0, own.n_eff])
    assert more.y_p[1, 1] == pytest.approx(own.y_p, abs=1e-6)
    assert more.d_h[1, 1] == pytest.approx(own.d_h, rel=1e-5)
    # a Boltzmann code's mass fraction: Planck 2018 has 0.246721 as 0.245383
    assert more.mass_fraction / more.y_p == pytest.approx(0.245383 / 0.246721, rel=2e-4)
    rows = [x for x in table.text("class").splitlines() if not x.startswith("#")]
    assert rows[0] == "3 3"
    read = np.array([row.split() for row in rows[1:]], dtype=float)
    assert read[:3, 0].tolist() == [0.015, 0.02242, 0.03]
    assert read[::3, 1] + 3.046 == pytest.approx([2.0, 3.0, 5.0])
    column = read[:, 2].reshape(3, 3).T
    assert column == pytest.approx(table.mass_fraction, abs=1e-8)


@pytest.mark.nightly
def test_large_tables_are_interpolated() -> None:
    table = boltzmann_table(
        omega_b=np.linspace(0.015, 0.03, 25), n_eff=np.linspace(1.0, 6.0, 9)
    )
    assert 0 < table.error < 3e-6
    few = boltzmann_table(omega_b=table.omega_b[[3, 17]], n_eff=table.n_eff[[2, 7]])
    assert table.y_p[np.ix_([3, 17], [2, 7])] == pytest.approx(few.y_p, abs=1e-6)
    assert table.d_h[np.ix_([3, 17], [2, 7])] == pytest.approx(few.d_h, rel=1e-5)


def test_camb_reads_its_table(tmp_path: Any) -> None:
    """As `camb.bbn.BBN_table_interpolator` does it: the last comment names columns, and
    a bicubic spline goes through them."""
    omega, total = [0.02, 0.0216, 0.0232, 0.025], [2.544, 3.044, 3.544, 4.044]
    table = boltzmann_table(omega_b=omega, n_eff=total)
    text = table.text("camb")
    names = [x for x in text.splitlines() if x.startswith("#")][-1][1:].split()
    path = tmp_path / "bbn.dat"
    path.write_text(text)
    read = np.loadtxt(path)
    column = {name: read[:, i].reshape(4, 4).T for i, name in enumerate(names)}
    assert column["Yp^BBN"] == pytest.approx(table.y_p, abs=1e-8)
    assert column["D/H"] == pytest.approx(table.d_h, rel=1e-7)
    assert np.unique(column["DeltaN"]) == pytest.approx([-0.5, 0.0, 0.5, 1.0])
    assert column["eta10"][0, 0] == pytest.approx(5.475, abs=1e-3)
    spline = RectBivariateSpline(omega, [-0.5, 0.0, 0.5, 1.0], column["Yp^BBN"])
    for a, b in ((0.0208, -0.25), (0.0224, 0.25), (0.0241, 0.75)):
        direct = boltzmann_table(omega_b=[a, 0.03], n_eff=[b + 3.044, 5.0]).y_p[0, 0]
        assert abs(float(spline(a, b)[0, 0]) - direct) <= 1.05 * table.error
    assert 1e-7 < table.error < 1e-5


def test_camb_needs_four_rows() -> None:
    table = boltzmann_table(omega_b=[0.02, 0.03, 0.04, 0.05], n_eff=[3.0, 3.5, 4.0])
    with pytest.raises(InputError, match=r"at least 4 values .* has 4 and 3"):
        table.text("camb")
    assert table.text("class").splitlines()[-13] == "4 3"


@pytest.mark.parametrize("seed", range(4))
def test_levels_are_five_to_nine_round_ones(seed: int) -> None:
    random = np.random.default_rng(seed)
    for low, size in random.random((200, 2)):
        high = low + 10 ** (-4 * size)
        found = round_levels(low, high)
        assert 5 <= len(found) <= 9
        assert low < found[0]
        assert found[-1] < high
        steps = np.diff(found)
        assert steps == pytest.approx(steps[0])
        first = float(f"{steps[0]:.6e}".replace("e", " ").split()[0])
        assert first in (1.0, 2.0, 2.5, 5.0)
    assert round_levels(3.0, 3.0) == []


@pytest.mark.parametrize(
    ("omega_b", "n_eff", "message"),
    [
        ([0.02, 0.01], [3.0, 4.0], "omega_b .* increasing"),
        ([0.001, 0.02], [3.0, 4.0], "omega_b must lie"),
        ([0.01, 0.02], [3.0], "n_eff .* increasing"),
        ([0.01, 0.02], [3.0, 50.0], "n_eff must lie"),
    ],
)
def test_bad_tables(omega_b: Any, n_eff: Any, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        boltzmann_table(omega_b=omega_b, n_eff=n_eff)
