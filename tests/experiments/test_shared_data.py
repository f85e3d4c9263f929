"""No events count twice, and what is one uncertainty has one name."""

from __future__ import annotations

import functools
import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment, experiment_names, joint_cost
from nuprobe.inference import Cost, CostSum, GaussianCost, Origin, PoissonCost, fit

CSI = ("coherent-csi-2017", "coherent-csi-2021")


@functools.cache
def cost(name: str, analysis: str | None = None, free: str = "sin2_theta_w") -> Cost:
    return nu.experiment(name).cost(free=[free], analysis=analysis)


def test_shared_data_are_declared_on_both_sides_and_exist() -> None:
    names = experiment_names()
    for name in names:
        for other in nu.experiment(name).shares_data_with:
            assert other in names
            assert name in nu.experiment(other).shares_data_with
    assert nu.experiment(CSI[0]).shares_data_with == (CSI[1],)


@pytest.mark.parametrize("pair", [CSI, CSI[::-1]])
def test_experiments_that_share_data_are_refused_in_every_way(
    pair: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    message = f"{pair[0]} and {pair[1]} share data, which would count twice: leave one"
    opened = [nu.experiment(name) for name in pair]
    with pytest.raises(InputError, match=message):
        joint_cost(opened, free=["sin2_theta_w"])
    with pytest.raises(InputError, match=message):
        _ = cost(pair[0]) + cost(pair[1])
    with pytest.raises(InputError, match=message):
        sum([cost("coherent-lar-2020"), cost(pair[0]), cost(pair[1])])
    with pytest.raises(InputError, match=message):
        nu.limit(list(pair), "universal-vector", mass=[50.0])
    file = str(tmp_path / "scan.h5")
    grid = "mass=10:100 MeV:2,coupling=1e-5:1e-4:2"
    for command in (
        ["fit", *pair, "--free", "sin2_theta_w"],
        ["limit", *pair, "--family", "universal-vector", "--masses", "50 MeV"],
        [
            "limit",
            *pair,
            "--family",
            "universal-vector",
            "--grid",
            grid,
            "--scan",
            file,
        ],
    ):
        monkeypatch.setattr(sys, "argv", ["nuprobe", *command])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 2
        assert message in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "coherent-lar-2020",
        "conus-plus",
        pytest.param("xenonnt-8b", marks=pytest.mark.nightly),
    ],
)
def test_two_analyses_of_one_experiment_are_refused(name: str) -> None:
    analyses = nu.experiment(name).analyses
    for a, b in itertools.combinations(analyses[:3], 2):
        with pytest.raises(InputError, match=f"data of {name} would count twice"):
            _ = cost(name, a) + cost(name, b)


def test_a_changed_copy_of_an_experiment_has_its_data() -> None:
    csi = nu.experiment(CSI[0])
    changed = csi.with_changes({"target.nucleon": "point"})
    with pytest.raises(InputError, match="would count twice"):
        _ = csi.cost(free=["rn"]) + changed.cost(free=["rn"])
    with pytest.raises(InputError, match="share data"):
        _ = changed.cost(free=["rn"]) + cost(CSI[1], free="rn")


def test_analyses_of_a_trident_experiment_are_refused() -> None:
    charm = nu.experiment("charm2-trident")
    one, other = (charm.cost("lmu-ltau", analysis=a) for a in charm.analyses[:2])
    with pytest.raises(InputError, match="data of charm2-trident would count twice"):
        _ = one + other
    # other experiments combine
    assert (one + nu.experiment("ccfr-trident").cost("lmu-ltau")).n_bins == 2


def test_sites_of_one_experiment_combine_and_are_known_as_one() -> None:
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    near, far = (
        PoissonCost(p, mu, part).of(Origin("ge", part=part)) for part in ("near", "far")
    )
    both = near + far
    assert isinstance(both, CostSum)
    again = PoissonCost(p, mu, "again")
    with pytest.raises(InputError, match="data of ge would count twice"):
        _ = both + again.of(Origin("ge"))
    with pytest.raises(InputError, match="data of ge would count twice"):
        _ = both + again.of(Origin("ge", part="far"))
    with pytest.raises(InputError, match="share data"):
        _ = both + again.of(Origin("xe", shares=("ge",)))
    assert both.of(Origin("all")).terms[1].origin == Origin("all", part=".1")


def test_a_cost_knows_that_it_is_a_projection() -> None:
    real, projected = cost("conus-plus"), cost("reactor-ge-projection")
    with pytest.raises(InputError, match=r"simulated data, a projection.*leave it out"):
        _ = real + projected
    total = CostSum(real, projected, with_projections=True)
    assert len(total.terms) == 2
    # further costs join a sum that was asked for
    assert len((total + cost("coherent-lar-2020")).terms) == 3
    # projections among themselves measure nothing, and combine
    assert (projected + cost("solar-xe-projection")).n_bins > 2
    pair = [nu.experiment(n) for n in ("conus-plus", "reactor-ge-projection")]
    joint = joint_cost(pair, free=["sin2_theta_w"], with_projections=True)
    assert joint.n_bins == total.n_bins


def test_expected_and_simulated_data_are_not_measured_ones() -> None:
    argon, csi = cost("coherent-lar-2020"), cost(CSI[0])
    expected = argon.asimov(argon.default)
    drawn = argon.simulate(argon.default, np.random.default_rng(1))
    for assumed in (expected, drawn):
        with pytest.raises(InputError, match="coherent-lar-2020 has simulated data"):
            _ = assumed + csi
    # all of it expected, or all of it data that the user gave
    assert (expected + csi.asimov(csi.default)).n_bins > 0
    given = argon.with_data(argon.terms[0].data)
    assert (given + csi).n_bins > 0
    # a sum simulates as a whole, also one with projections
    pair = (cost("conus-plus"), cost("reactor-ge-projection"))
    total = CostSum(*pair, with_projections=True)
    assert len(total.asimov(total.default).terms) == 2
    fitted = fit(argon + csi, minos=False)
    assert fitted.goodness_from_toys(10).toys == 10


def test_costs_of_unknown_origin_add_as_before() -> None:
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    total = PoissonCost(p, mu) + GaussianCost(p, mu, np.ones_like(mu))
    assert total.n_bins == 48


def test_nuisances_of_one_name_are_one_uncertainty() -> None:
    """The flux of the SNS is that of CsI and LAr, of 8B neutrinos that of both xenons;
    what is left adds up to the published totals."""
    sigma: dict[str, set[float]] = {}
    for name in experiment_names():
        for systematic in getattr(nu.experiment(name).file, "systematics", ()):
            if hasattr(systematic, "sigma"):
                sigma.setdefault(systematic.name, set()).add(systematic.sigma)
    assert all(len(values) == 1 for values in sigma.values())
    (flux,), (sun,) = sigma["sns-flux"], sigma["solar-8b-flux"]
    for rest, total, part in (
        ("csi-2017-signal", 0.28, flux),
        ("csi-2017-electrons", 0.112, flux),
        ("csi-2017-signal-without-quenching", 0.122, flux),
        ("pandax-signal", 0.20, sun),
    ):
        (own,) = sigma[rest]
        assert math.hypot(own, part) == pytest.approx(total, rel=1e-15)
    for name in ("coherent-csi-2017", "coherent-csi-2021", "coherent-lar-2020"):
        names = [n.name for n in cost(name).nuisances]
        assert names.count("sns-flux") == 1


def test_a_split_nuisance_gives_the_same_fit() -> None:
    csi = nu.experiment("coherent-csi-2017")
    assert isinstance(csi, Experiment)
    names = [s.name for s in csi.file.systematics]
    before = csi.with_changes(
        {
            f"systematics.{names.index('csi-2017-signal')}.sigma": 0.28,
            "analyses.energy-nuclear.systematics": [
                "csi-2017-signal",
                "csi-2017-prompt-neutrons",
            ],
        }
    )
    one, other = (e.fit(free=["rn"], analysis="energy-nuclear") for e in (before, csi))
    assert one["rn"].value == pytest.approx(other["rn"].value, rel=1e-9)
    assert one["rn"].error == pytest.approx(other["rn"].error, rel=1e-7)
    assert one.twice_nll == pytest.approx(other.twice_nll, rel=1e-11)


def test_a_shared_flux_widens_a_joint_fit() -> None:
    pair = [nu.experiment(n) for n in ("coherent-csi-2017", "coherent-lar-2020")]
    shared = fit(joint_cost(pair, free=["sin2_theta_w"]), minos=False)
    assert [n.nuisance.name for n in shared.nuisances].count("sns-flux") == 1
    assert isinstance(pair[0], Experiment)
    names = [s.name for s in pair[0].file.systematics]
    alone = pair[0].with_changes(
        {
            f"systematics.{names.index('csi-2017-signal')}.sigma": 0.28,
            f"systematics.{names.index('csi-2017-electrons')}.sigma": 0.112,
            "analyses.energy.systematics": [
                "csi-2017-signal",
                "csi-2017-electrons",
                "csi-2017-prompt-neutrons",
            ],
        }
    )
    apart = fit(joint_cost([alone, pair[1]], free=["sin2_theta_w"]), minos=False)
    # with the shapes of argon profiled 0.0424 and 0.0449
    assert apart["sin2_theta_w"].error == pytest.approx(0.0408, abs=2e-4)
    assert shared["sin2_theta_w"].error == pytest.approx(0.0426, abs=2e-4)
