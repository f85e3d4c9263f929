"""Planes of toys: χ² against the cost, statistics against formulae and plain loops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import joint_cost
from nuprobe.inference import Cost, ToySettings, delta_threshold, exclusion_plane
from nuprobe.inference.toys.asymptotic import gaussian_cls
from nuprobe.inference.toys.quadratic import quadratic

FREE = ["sin2_2theta_14", "dm2_41"]
AXES = {
    "sin2_2theta_14": np.geomspace(0.02, 0.6, 6),
    "dm2_41": np.geomspace(0.3, 6.0, 5),
}


def cost_of(*names: str, analysis: str | None = None) -> Cost:
    return joint_cost([nu.experiment(n) for n in names], None, FREE, analysis)


@pytest.mark.parametrize(
    ("names", "analysis"),
    [
        (("prospect",), None),
        (("danss",), "shape"),
        (("best",), "runs"),
        (("prospect", "danss", "neos", "best"), None),
    ],
)
def test_the_product_is_the_cost(names: tuple[str, ...], analysis: str | None) -> None:
    cost, rng = cost_of(*names, analysis=analysis), np.random.default_rng(5)
    points = np.stack([rng.uniform(0, 1, 20), rng.uniform(0.1, 20, 20)], axis=1)
    others = [cost, *(cost.simulate([0.1, 2.0], rng) for _ in range(2))]
    data = [np.stack([o.terms[i].data for o in others]) for i in range(len(cost.terms))]
    found = quadratic(cost, points)
    value = found.value(data, np.zeros((3, len(cost.nuisances))))
    plain = np.stack([o.profiled(points).twice_nll for o in others])
    np.testing.assert_allclose(value, plain, rtol=1e-9, atol=1e-8)
    np.testing.assert_array_equal(
        found.at([3, 5]).value(data, np.zeros((3, len(cost.nuisances)))).shape, (3, 2)
    )


def test_against_a_plain_loop() -> None:
    """Feldman and Cousins as they are written: each toy by itself, cost by cost."""
    cost, axes = cost_of("prospect"), {k: v[1::2] for k, v in AXES.items()}
    toys = 40
    found = exclusion_plane(cost, axes, toys=ToySettings(toys, seed=4))
    s, d = (v.ravel() for v in np.meshgrid(*axes.values(), indexing="ij"))
    points = np.append(np.stack([s, d], axis=1), [[0.0, d[0]]], axis=0)
    term: Any = cost.terms[0]
    assert found.delta is not None
    assert found.reached is not None
    rise = found.twice_nll.ravel() - found.without
    for g in (0, 3, len(s) - 1):
        rng = np.random.default_rng(np.random.SeedSequence(4, spawn_key=(g, 0)))
        mu = cost.expected(points[g])[0]
        data = mu + rng.normal(size=(toys, len(mu))) @ term.factor.T
        delta, reached = [], []
        for one in data:
            value = cost.with_data(one).twice_nll(points)
            delta.append(value[g] - value.min())
            reached.append(value[g] - value[-1] >= rise[g])
        place = np.unravel_index(g, found.twice_nll.shape)
        np.testing.assert_allclose(found.delta[place], delta, atol=1e-8)
        assert found.reached[0][place] == pytest.approx(np.mean(reached))


def test_gaussian_cls_is_that_of_toys_where_all_data_are_predicted() -> None:
    found = exclusion_plane(
        cost_of("danss"), AXES, toys=ToySettings(4000, seed=2, nuisances="profiled")
    )
    gauss, toys = found.cls("cls"), found.cls("cls-toys")
    reached = found.reached
    assert reached is not None
    # four standard deviations of a share of 4000, and of the share it is divided by
    error = np.sqrt(reached[0] * (1 - reached[0]) / 4000) + 2e-3
    assert found.reached_without is not None
    np.testing.assert_array_less(
        np.abs(gauss - toys), 4 * error / found.reached_without[0] + 0.03
    )


def test_two_hypotheses_by_the_normal_distribution() -> None:
    from scipy.stats import norm

    d = np.array([0.5, 4.0, 20.0])
    rise = np.array([-1.0, 2.0, 5.0])
    width = 2 * np.sqrt(d)
    plain = norm.sf(rise, -d, width) / norm.sf(rise, d, width)
    np.testing.assert_allclose(gaussian_cls(rise, d, d), plain, rtol=1e-12)
    nothing = np.zeros(3)
    np.testing.assert_array_equal(gaussian_cls(rise, nothing, nothing), 1.0)


def test_wilks_fails_in_both_directions() -> None:
    """The search among frequencies makes thresholds larger, the end of the mixing makes
    them smaller."""
    axes = {
        "sin2_2theta_14": np.geomspace(0.01, 1.0, 10),
        "dm2_41": np.geomspace(0.1, 20.0, 40),
    }
    found = exclusion_plane(cost_of("prospect"), axes, toys=150)
    value = found.threshold(0.95)[0]
    assert value[0].mean() > delta_threshold(0.95, 2) + 1
    assert value.min() < delta_threshold(0.95, 2)
    # an ordinary fluctuation
    assert found.without - found.lowest < np.median(value[0])


def test_it_does_not_matter_who_computes(tmp_path: Path) -> None:
    cost = cost_of("danss")
    settings = ToySettings(300, seed=9, checkpoint=tmp_path / "a.h5")
    here = exclusion_plane(cost, AXES, toys=settings)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        there = exclusion_plane(
            cost, AXES, toys=ToySettings(300, seed=9, executor=pool)
        )
    np.testing.assert_array_equal(here.delta, there.delta)
    np.testing.assert_array_equal(here.reached, there.reached)
    again = exclusion_plane(
        cost, AXES, toys=ToySettings(300, 9, checkpoint=tmp_path / "a.h5", resume=True)
    )
    np.testing.assert_array_equal(here.delta, again.delta)
    with pytest.raises(InputError, match="another plane"):
        exclusion_plane(
            cost,
            AXES,
            toys=ToySettings(300, 8, checkpoint=tmp_path / "a.h5", resume=True),
        )


def test_it_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuprobe.inference.toys import plane

    cost, fits, seen = cost_of("danss"), plane._fits, []

    def stops(problem: Any, number: int) -> Any:
        seen.append(number)
        if len(seen) == 11:
            raise KeyboardInterrupt
        return fits(problem, number)

    monkeypatch.setattr(plane, "_fits", stops)
    settings = ToySettings(50, checkpoint=tmp_path / "a.h5", every_s=0.0)
    with pytest.raises(nu.errors.StoppedError, match="10 of 31 points are saved"):
        exclusion_plane(cost, AXES, toys=settings)
    seen[:] = [0] * 20
    resumed = ToySettings(50, checkpoint=tmp_path / "a.h5", resume=True)
    found = exclusion_plane(cost, AXES, toys=resumed)
    assert len(seen) == 20 + 31 - 10
    monkeypatch.undo()
    whole = exclusion_plane(cost, AXES, toys=50)
    np.testing.assert_array_equal(found.delta, whole.delta)


def test_limits_along_rows() -> None:
    """Asymptotic CLs against the ordinary search at one value of Δm²."""
    cost = cost_of("danss")
    fine = np.linspace(0.002, 0.6, 300)
    axes = {"sin2_2theta_14": fine, "dm2_41": np.array([1.0, 2.0])}
    (limit, _) = exclusion_plane(cost, axes, toys=0).limits("raster", 0.95)
    alone = nu.experiment("danss").cost(nu.model("sterile", dm2_41=1.0), FREE[:1])
    plain = nu.inference.cls(alone, FREE[0], fine).limit(0.95)
    assert limit == pytest.approx(plain, rel=2e-3)


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"sin2_2theta_14": [0.1, 0.2]}, "two parameters"),
        ({"sin2_2theta_14": [0.2, 0.1], "dm2_41": [1.0, 2.0]}, "increasing"),
        ({"sin2_2theta_14": [0.0, 0.1], "dm2_41": [1.0, 2.0]}, "above 0"),
        ({"sin2_2theta_14": [0.1, 1.1], "dm2_41": [1.0, 2.0]}, "sin2_2theta_14"),
        ({"sin2_2theta_14": [0.1, 0.2], "dm2_41": [-1.0, 2.0]}, "dm2_41"),
    ],
)
def test_what_is_no_plane(axes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        exclusion_plane(cost_of("danss"), axes, toys=0)


def test_what_has_no_closed_form() -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    axes = {"rn": [4.0, 5.0], "sin2_theta_w": [0.2, 0.25]}
    poisson = nu.experiment("coherent-csi-2021").cost(free=["sin2_theta_w"])
    with pytest.raises(InputError, match="needs Gaussian data"):
        quadratic(poisson, poisson.default[None])
    found = exclusion_plane(cost, axes, null=2.0, toys=0)
    assert found.methods == ("wilks", "cls", "raster", "expected")
    with pytest.raises(UnknownNameError, match="fc"):
        found.exclusion("fc")
    with pytest.raises(InputError, match="need toys"):
        found.threshold(0.9)
