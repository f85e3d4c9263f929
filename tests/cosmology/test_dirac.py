"""Right-handed neutrinos: limits, published bounds, and what is refused."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

import nuprobe as nu
from nuprobe.cosmology.criteria import Criterion
from nuprobe.cosmology.dirac import hot_past
from nuprobe.cosmology.moments import read_moments
from nuprobe.numerics import FloatArray

cosmology = nu.cosmology


def dirac(mu: float, flavours: int = 3) -> nu.Electromagnetic:
    names = ("ee", "mumu", "tautau")[:flavours]
    return nu.Electromagnetic(magnetic_moment=dict.fromkeys(names, mu))


def test_degrees_of_freedom() -> None:
    assert cosmology.effective_degrees(20.0) == pytest.approx(11.23, abs=0.01)
    assert cosmology.effective_degrees(1.6e5) == pytest.approx(103.0, abs=0.1)
    # Borsanyi:2016ksw, an independent lattice calculation: 26 to 28 at 155 MeV
    assert 24 < cosmology.effective_degrees(155.0) < 29
    t = np.geomspace(20, 1.6e5, 400)
    assert np.all(np.diff(cosmology.effective_degrees(t)) > 0)


def test_published_limits_follow() -> None:
    """ΔN < 0.18 is 2.7e-12 μ_B (2211.04669), 0.3 to 0.5 are 1.6e-11 (2211.10432)."""
    found = cosmology.right_handed(dirac(2.7e-12), 1e5).delta_n_eff
    assert found == pytest.approx(0.18, abs=0.015)
    assert 0.3 < cosmology.right_handed(dirac(1.6e-11), 1e5).delta_n_eff < 0.5
    # a prototype with degrees of freedom of its own, rough around 150 MeV
    small = cosmology.right_handed(dirac(1e-12), 1e5).delta_n_eff
    assert small == pytest.approx(0.047, rel=0.15)


def test_without_t_max_a_limit_means_nothing() -> None:
    hot, warm = (
        cosmology.right_handed(dirac(2.7e-12), t).delta_n_eff for t in (1e5, 1e3)
    )
    assert warm == pytest.approx(0.013, rel=0.1)
    assert hot > 10 * warm


def test_full_equilibrium_is_dilution_alone() -> None:
    """With a rate that stops at once, ΔN = 3 (10.75/g)^(4/3)."""
    degrees = 40.0

    def steps(t: FloatArray) -> FloatArray:
        return np.where(t > 1e3, degrees, 10.75 + (degrees - 10.75) * (t - 20) / 980.0)

    made = cosmology.right_handed(dirac(3e-11), 1e5, g_entropy=steps)
    k = int(np.argmax(made.temperature < 2e3))
    assert made.share[k] == pytest.approx(1.0, abs=1e-3)
    # frozen at T_dec, where g*s is what it is there
    fallen = made.temperature[np.argmax(made.rate[:, 0] < 1)]
    sudden = 3 * (10.75 / float(steps(np.array(fallen)))) ** (4 / 3)
    assert made.delta_n_eff == pytest.approx(sudden, rel=0.25)


def test_the_steps_solve_their_equation() -> None:
    made = cosmology.right_handed(dirac(5e-12), 1e4)
    x = np.log(made.temperature)
    entropy = cosmology.effective_degrees(made.temperature)
    slope = np.gradient(np.log(entropy), x)

    def slopes(y: float, share: FloatArray) -> FloatArray:
        # y = −ln T rises; dln a = −dln T (1 + dln g/3dln T)
        here = -y
        rate = np.interp(here, x[::-1], made.rate[::-1, 0])
        bend = np.interp(here, x[::-1], slope[::-1])
        return np.asarray(rate * (1 + bend / 3) * (1 - share) - 4 / 3 * bend * share)

    found = solve_ivp(
        slopes, (-x[0], -x[-1]), [0.0], method="LSODA", rtol=1e-8, atol=1e-10
    )
    assert made.share[-1, 0] == pytest.approx(found.y[0, -1], rel=5e-3)


def test_more_flavours_make_more() -> None:
    each = [cosmology.right_handed(dirac(5e-12, n), 1e5).delta_n_eff for n in (1, 3)]
    assert each[1] == pytest.approx(3 * each[0], rel=0.05)


def test_the_history_has_them_as_dark_radiation() -> None:
    model = dirac(5e-12)
    history = cosmology.decoupling(model, t_max=1e5)
    assert history.right_handed is not None
    added = history.n_eff - cosmology.decoupling().n_eff
    assert added == pytest.approx(history.right_handed.delta_n_eff, rel=0.01)
    assert history.hubble[0] > cosmology.decoupling().hubble[0]


def test_without_moments_it_is_the_standard_result() -> None:
    none = nu.Electromagnetic(magnetic_moment={"ee": 0.0}, kind="dirac")
    history = cosmology.decoupling(none, t_max=1e5)
    assert history.right_handed is not None
    assert history.right_handed.delta_n_eff == 0.0
    standard = cosmology.decoupling()
    assert history.n_eff == standard.n_eff
    assert np.array_equal(history.t_nu, standard.t_nu)
    # and what is small goes there as the square of the moment
    small, smaller = (
        cosmology.decoupling(dirac(mu), t_max=1e5).right_handed for mu in (1e-14, 1e-15)
    )
    assert small is not None
    assert smaller is not None
    assert 0 < smaller.delta_n_eff < 1e-7
    ratio = small.delta_n_eff / smaller.delta_n_eff
    assert ratio == pytest.approx(100.0, rel=1e-3)


def fine_delta_n_eff(sums: FloatArray, t_max: float) -> float:
    """The same rates through a general solver, coupled by the expansion."""
    past = hot_past(t_max)
    t, scale, degrees, grown, clock = past.grid
    x = np.concatenate([[0.0], np.cumsum(grown[:-1])])  # ln a
    names = (np.log(t), scale, degrees, np.log(past.unit * clock / t**2))
    log_t, scale_at, degrees_at, rate_at = (CubicSpline(x, v) for v in names)
    assert log_t(0.0) == pytest.approx(np.log(t_max))

    def slopes(x: float, y: FloatArray) -> FloatArray:
        g = degrees_at(x) + 1.75 * y.sum() / scale_at(x)
        rate = np.exp(rate_at(x)) * sums / np.sqrt(g)
        return np.asarray(rate * (scale_at(x) - y))

    found = solve_ivp(
        slopes, (0.0, x[-1]), np.zeros(3), method="LSODA", rtol=1e-9, atol=1e-13
    )
    return float(past.one * (found.y[:, -1] / scale[-1]).sum())


@pytest.mark.parametrize("t_max", [1e5, 1e3])
@pytest.mark.parametrize(
    "roots", [(1e-12, 1e-12, 1e-12), (5e-12, 0, 0), (2e-11, 8e-12, 0)]
)
def test_steps_against_a_general_solver(
    roots: tuple[float, float, float], t_max: float
) -> None:
    sums = np.array(roots) ** 2
    found = float(hot_past(t_max).added(sums[None])[0])
    assert found == pytest.approx(fine_delta_n_eff(sums, t_max), rel=2e-5)


def test_the_compiled_sum_is_the_history() -> None:
    model = nu.Electromagnetic(
        magnetic_moment={"ee": 3e-12, "mutau": 1e-11}, kind="dirac"
    )
    made = cosmology.right_handed(model, 1e5)
    sums = read_moments(model).sums
    past = hot_past(1e5)
    assert float(past.added(sums[None])[0]) == pytest.approx(
        made.delta_n_eff, rel=1e-13
    )
    # derivatives against differences of another width
    step = 1e-3 * sums
    for i, one in enumerate(past.slopes(sums[None])[0]):
        move = np.where(np.arange(3) == i, step, 0.0)
        up, down = past.added(np.array([sums + move, sums - move]))
        assert one == pytest.approx((up - down) / (2 * step[i]), rel=1e-5)


def test_where_flips_end() -> None:
    made = cosmology.right_handed(dirac(1e-11, 2), 1e5)
    end = made.freeze_out("nu_mu")
    assert end is not None
    assert np.interp(-end, -made.temperature, made.rate[:, 1]) == pytest.approx(
        1, abs=1e-5
    )
    assert made.freeze_out("nu_tau") is None
    with pytest.raises(nu.NuprobeError, match="unknown flavour"):
        made.freeze_out("nu_s")  # type: ignore[arg-type]
    # left-handed ones decouple as without moments
    history = cosmology.decoupling(dirac(1e-11), t_max=1e5)
    standard = cosmology.decoupling()
    for criterion in get_args(Criterion):
        found = history.temperature("nu_e", criterion)
        assert found == standard.temperature("nu_e", criterion)


def rising(t: FloatArray) -> FloatArray:
    return 1 / t


def test_what_is_refused() -> None:
    majorana = nu.Electromagnetic(magnetic_moment={"emu": 1e-11}, kind="majorana")
    for call, told in (
        (lambda: cosmology.decoupling(dirac(1e-11)), "give t_max in MeV"),
        (lambda: cosmology.decoupling(majorana, t_max=1e5), "are for Dirac moments"),
        (lambda: cosmology.decoupling(t_max=1e5), "are for Dirac moments"),
        (lambda: cosmology.right_handed(majorana, 1e5), "no right-handed states"),
        (lambda: cosmology.right_handed(dirac(1e-11), 1e6), "t_max must lie"),
        (lambda: cosmology.right_handed(dirac(1e-11), 10.0), "t_max must lie"),
        (
            lambda: cosmology.right_handed(dirac(1e-11), 1e4, g_entropy=rising),
            "falling with the temperature",
        ),
        (lambda: cosmology.effective_degrees(1.0), "temperature must lie"),
    ):
        with pytest.raises(nu.NuprobeError, match=told):
            call()


def test_large_moments_still_scatter_at_20_mev() -> None:
    with pytest.warns(nu.ValidityWarning, match="still scatter at 20 MeV"):
        cosmology.right_handed(dirac(1e-10), 1e5)
