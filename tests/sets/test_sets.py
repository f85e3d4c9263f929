"""Sets of experiments: opened, shared, fitted, compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.inference import CostSum, checkpoints
from nuprobe.inference.checkpoints import closing_bar
from nuprobe.inference.costs import Cost
from nuprobe.parameters import MorphingNuisance
from nuprobe.sets import costs_of, experiment_set, global_limits, set_names
from nuprobe.sets.published import beside

RADII = ["charge_radius.ee", "charge_radius.mumu", "charge_radius.emu"]
LISTED = ["coherent-csi-2021", "conus-plus", "texono-csi", "lsnd-electron"]


def _file(folder: Path, body: str) -> Path:
    path = folder / "mine.toml"
    head = 'schema_version = 1\nname = "mine"\ntitle = "of a test"\n'
    path.write_text(head + body)
    return path


def _members(*names: str) -> str:
    return "".join(f'[[experiments]]\nname = "{n}"\n' for n in names)


@pytest.mark.parametrize("name", set_names())
def test_every_set_opens_and_adds_up(name: str) -> None:
    found = experiment_set(name)
    assert found.name == name
    costs = costs_of(found, None, ["sin2_theta_w"])
    names = [n.name for n in costs.together.nuisances]
    assert len(names) == len(set(names))


def test_nuisances_of_one_name_are_one() -> None:
    cost = nu.global_cost("laboratory", free=["sin2_theta_w"])
    single = costs_of(experiment_set("laboratory"), None, ["sin2_theta_w"]).single
    owners = [
        label
        for label, c in single.items()
        if "sns-flux" in [n.name for n in c.nuisances]
    ]
    sns = ["coherent-csi-2021", "coherent-lar-2020", "coherent-ge-mini-2024"]
    assert owners == sns
    assert [n.name for n in cost.nuisances].count("sns-flux") == 1


def test_only_what_moves_a_cost_is_free_in_it() -> None:
    """Texono has electron neutrinos, LSND muon neutrinos too; tau neutrinos neither."""
    names = [f"charge_radius.{x}" for x in ("tautau", "mumu", "ee")]
    chosen = experiment_set(["texono-csi", "lsnd-electron", "xenonnt-er-2022"])
    single = costs_of(chosen, nu.Electromagnetic(), names).single
    free = {label: [p.name for p in c.parameters] for label, c in single.items()}
    assert free["texono-csi"] == names[2:]
    assert sorted(free["lsnd-electron"]) == sorted(names[1:])
    assert sorted(free["xenonnt-er-2022"]) == sorted(names)


def test_a_set_gives_nuisances_one_name() -> None:
    chosen = experiment_set("reactor-projections")
    cost = costs_of(chosen, None, ["sin2_theta_w"]).together
    names = [n.name for n in cost.nuisances]
    assert names.count("reactor-flux") == 1
    assert not {"connie-flux", "miner-flux"} & set(names)
    # what each of them predicts has not changed
    alone = nu.experiment("connie-projection").cost(free=["sin2_theta_w"])
    inside = chosen.members[0].experiment.cost(free=["sin2_theta_w"])
    points = [[0.22], [0.25]]
    np.testing.assert_allclose(
        inside.profiled(points).twice_nll, alone.profiled(points).twice_nll, rtol=1e-9
    )


def test_a_shared_flux_weakens_a_sum() -> None:
    """Correlated errors of one sign average out less."""
    names = ("connie-projection", "miner-projection")
    shared = experiment_set("reactor-projections").without(
        ["nucleus-projection", "ricochet-projection"]
    )
    both = [
        costs_of(s, None, ["sin2_theta_w"]) for s in (shared, experiment_set(names))
    ]
    one, other = (nu.fit(c.together, minos=False)["sin2_theta_w"].error for c in both)
    assert one is not None
    assert other is not None
    assert one > other


def test_different_priors_of_one_name_are_refused(tmp_path: Path) -> None:
    shared = (
        '[[shared]]\nname = "efficiency"\n'
        'nuisances = { pandax-4t-8b = "pandax-signal",'
        ' conus-plus = "conus-plus-signal" }\n'
    )
    path = _file(tmp_path, _members("pandax-4t-8b", "conus-plus") + shared)
    with pytest.raises(InputError, match="nuisance efficiency differs"):
        nu.global_cost(path, free=["sin2_theta_w"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_members("conus-plus", "conus-plus"), "in the set twice"),
        ("experiments = []\n", "experiments"),
        (
            _members("conus-plus")
            + '[[shared]]\nname = "x"\nnuisances = { a = "b", conus-plus = "c" }\n',
            "a is not in the set",
        ),
        (
            _members("conus-plus", "pandax-4t-8b") + '[[shared]]\nname = "x"\n'
            'nuisances = { conus-plus = "no", pandax-4t-8b = "pandax-signal" }\n',
            "unknown nuisance of conus-plus 'no'",
        ),
        (
            _members("conus-plus", "pandax-4t-8b")
            + '[[shared]]\nname = "solar-8b-flux"\nnuisances ='
            ' { conus-plus = "conus-plus-signal", pandax-4t-8b = "pandax-signal" }\n',
            "has a nuisance solar-8b-flux of its own",
        ),
        (_members("conus-plus") + 'colour = "red"\n', "unknown key"),
    ],
)
def test_files_that_cannot_be_meant(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(
        (InputError, ExperimentFileError, UnknownNameError), match=words
    ):
        experiment_set(_file(tmp_path, body))


def test_what_cannot_be_asked() -> None:
    with pytest.raises(UnknownNameError, match="unknown set of experiments"):
        experiment_set("nothing")
    with pytest.raises(UnknownNameError, match="is an experiment"):
        experiment_set("conus-plus")
    with pytest.raises(InputError, match="given twice"):
        experiment_set(["conus-plus", "conus-plus"])
    with pytest.raises(InputError, match="share data"):
        nu.global_cost(
            ["coherent-csi-2017", "coherent-csi-2021"], free=["sin2_theta_w"]
        )
    with pytest.raises(InputError, match=r"no experiment of the set .* depends on it"):
        nu.global_cost(LISTED[:2], nu.Electromagnetic(), ["charge_radius.tautau"])
    with pytest.raises(InputError, match="free twice"):
        nu.global_cost(LISTED, free=["sin2_theta_w", "sin2_theta_w"])


def test_the_joint_minimum_is_that_of_scipy() -> None:
    """All radii and all nuisances at once, by BFGS on the summed −2 ln L."""
    cost = nu.global_cost(LISTED, nu.Electromagnetic(), RADII)
    here = nu.fit(cost, minos=False)
    d, unit = len(RADII), 1e-32
    sigma = np.array([n.sigma for n in cost.nuisances])

    def height(x: np.ndarray) -> tuple[float, np.ndarray]:
        point, nuisances = x[None, :d] * unit, x[None, d:] * sigma
        value = cost.twice_nll(point, nuisances)[0]
        slopes = cost.gradient(point, nuisances)
        return float(value), np.concatenate([slopes[0][0] * unit, slopes[1][0] * sigma])

    rng = np.random.default_rng(1)
    starts = [np.zeros(d + len(sigma))] + [
        np.append(rng.normal(0, 5, d), np.zeros(len(sigma))) for _ in range(4)
    ]
    found = [minimize(height, s, jac=True, method="BFGS") for s in starts]
    best = min(found, key=lambda one: one.fun)
    assert here.twice_nll == pytest.approx(best.fun, abs=1e-5)
    near = nu.fit(
        cost, minos=False, start=dict(zip(RADII, best.x[:d] * unit, strict=True))
    )
    np.testing.assert_allclose(near.point / unit, best.x[:d], atol=2e-2)


def test_a_sum_in_parts_is_the_sum() -> None:
    """Profiles of parts without a common nuisance add up to that of the whole."""
    names = ["coherent-csi-2021", "coherent-lar-2020", "conus-plus", "pandax-4t-8b"]
    free = ["charge_radius.ee", "charge_radius.mumu"]
    cost = nu.global_cost(names, nu.Electromagnetic(), free)
    assert isinstance(cost, CostSum)
    points = np.array([[0.0, 0.0], [3e-32, -2e-32], [-5e-31, 1e-31]])
    whole, parts = Cost.profiled(cost, points), cost.profiled(points)
    np.testing.assert_allclose(parts.twice_nll, whole.twice_nll, rtol=1e-11)
    np.testing.assert_allclose(parts.nuisances, whole.nuisances, atol=1e-5)
    slopes, joint = (
        cost.profiled_slopes(points),
        Cost.profiled_slopes_from(cost, points, None),
    )
    np.testing.assert_allclose(slopes[1], joint[1], rtol=1e-4, atol=1e24)
    np.testing.assert_allclose(slopes[2], joint[2], rtol=1e-4)
    np.testing.assert_allclose(
        cost.gradient_at(points, parts),
        Cost.gradient_at(cost, points, parts),
        rtol=1e-9,
    )


def test_limits_are_those_of_fits() -> None:
    found = global_limits(LISTED[2:], nu.Electromagnetic(), RADII[:2], cl=0.95)
    assert [s.label for s in found.of("charge_radius.mumu")] == ["lsnd-electron"]
    texono = nu.experiment("texono-csi").fit(
        nu.Electromagnetic(), ["charge_radius.ee"], cl=0.95
    )
    step = found.of("charge_radius.ee")[0]
    assert step.label == "texono-csi"
    assert step.regions == texono["charge_radius.ee"].regions
    assert found.together is not None
    assert len(found.together.free) == 2


def test_published_limits_are_compared_at_their_level() -> None:
    """TEXONO has −4.2 … 6.6 and LSND −5.94 … 8.28 at 90 %, in 1e-32 cm²."""
    chosen = experiment_set("laboratory").without(
        ["coherent-lar-2020", "coherent-csi-2021"]
    )
    found = global_limits(chosen, nu.Electromagnetic(), ["charge_radius.ee"], cl=0.6827)
    steps = {s.label: s for s in found.steps}
    (texono,) = steps["texono-csi"].published
    assert (texono.lower, texono.upper) == pytest.approx((-4.2e-32, 6.6e-32))
    assert texono.level == pytest.approx(0.9)
    assert texono.computed is not None
    assert texono.computed[0] == pytest.approx(-5.18e-32, rel=2e-3)
    assert texono.difference == pytest.approx((5.1824 - 4.2) / 5.4, abs=2e-3)
    assert not texono.cause  # below 20 %
    (lsnd,) = steps["lsnd-electron"].published
    assert lsnd.difference is not None
    assert lsnd.difference < 0.2


def test_a_cause_was_tested() -> None:
    """The moment from CONUS+ with nuclear recoils alone is that of others."""
    name, conus = "magnetic_moment.ee", nu.experiment("conus-plus")
    chosen = experiment_set("laboratory")
    drop = [n for n in chosen.names if n != "conus-plus"]
    found = global_limits(chosen.without(drop), nu.Electromagnetic(), [name])
    (other,) = found.steps[0].published
    assert other.difference == pytest.approx(0.83, abs=0.01)
    assert "nuclear-recoils" in other.cause
    alone = conus.fit(nu.Electromagnetic(), [name], "nuclear-recoils", cl=0.9)
    (region,) = alone[name].regions
    assert region.high == pytest.approx(4.97e-10, rel=2e-3)
    assert region.high == pytest.approx(other.upper, rel=0.2)


def test_the_angle_of_csi_is_published_with_the_radii_of_protons() -> None:
    """0.220 +0.028 −0.026: what moves it is how many events the model expects."""
    csi, name = nu.experiment("coherent-csi-2021"), "sin2_theta_w"
    (one,) = [
        c
        for c in experiment_set("laboratory").published
        if (c.experiment, c.parameter) == (csi.name, name)
    ]
    equal = {f"target.neutron_radius.{n}": r for n, r in _PROTONS.items()}
    (region,) = csi.with_changes(equal).fit(free=[name])[name].regions
    assert (region.low, region.high) == pytest.approx((0.194, 0.248), abs=2.5e-3)
    assert f"{region.low:.3f} to {region.high:.3f}" in one.cause


_PROTONS = {"Cs133": "4.804 fm", "I127": "4.749 fm"}


def test_electron_recoils_of_the_sun_are_those_of_their_folders() -> None:
    names = ["lz-er-2025", "pandax-4t-er-2024"]
    chosen = experiment_set("sun")
    found = global_limits(
        chosen.without([n for n in chosen.names if n not in names]),
        nu.Electromagnetic(),
        ["mu_eff"],
    )
    for name in names:
        (step,) = [s for s in found.steps if s.label == name]
        alone = nu.experiment(name).fit(nu.Electromagnetic(), ["mu_eff"], cl=0.9)
        assert step.regions == alone["mu_eff"].regions
    lz, pandax, together = (s.regions[-1].high for s in found.steps)
    assert (lz, pandax) == pytest.approx((10.1e-12, 17.9e-12), rel=5e-3)
    assert lz < together < pandax  # which prefers a moment
    (published,) = found.steps[0].published
    assert published.label == "LZ 2023"
    (first,) = (
        nu.experiment("lz-er-2025")
        .fit(nu.Electromagnetic(), ["mu_eff"], "first", cl=0.9)["mu_eff"]
        .regions
    )
    assert first.high == pytest.approx(published.upper, rel=0.04)
    assert published.difference == pytest.approx(0.26, abs=0.01)
    assert "first" in published.cause


def test_a_charge_from_pandax_is_published_with_the_empty_bin() -> None:
    """−3.6 … 4.7 in 1e-13 e, by others from the same tables."""
    pandax = nu.experiment("pandax-4t-er-2024")
    chosen = experiment_set("sun")
    drop = [n for n in chosen.names if n != pandax.name]
    found = global_limits(chosen.without(drop), nu.Electromagnetic(), ["charge"])
    (other,) = found.steps[0].published
    assert "from-zero" in other.cause
    (region,) = pandax.fit(nu.Electromagnetic(), ["charge"], "from-zero", cl=0.9)[
        "charge"
    ].regions
    assert region.high == pytest.approx(other.upper, rel=0.02)
    assert region.low == pytest.approx(other.lower, abs=0.4e-13)


def test_older_limits_stand_where_none_is_current() -> None:
    assert [one.label for one in beside("charge_radius.etau", ())]
    assert "XENONnT 2022" in [one.label for one in beside("mu_eff", ())]
    assert "LZ 2023" in [one.label for one in beside("charge", ())]


def test_germanium_measures_its_neutron_radius() -> None:
    """Its count is low, which a smaller form factor explains; alone it leaves the
    radius of protons out at 90 %, not at 96 %."""
    found = global_limits("neutron-radii", free=["rn_ge"])
    germanium = nu.experiment("coherent-ge-mini-2024")
    assert found.steps[0].label == germanium.name
    (region,) = found.steps[0].regions
    assert (region.low, region.high) == pytest.approx((4.50, 8.98), abs=0.01)
    (wide,) = germanium.fit(free=["rn_ge"], cl=0.96)["rn_ge"].regions
    assert wide.low < 4.05 < region.low
    angles = [
        germanium.fit(free=["sin2_theta_w"], cl=cl)["sin2_theta_w"].regions[-1].high
        for cl in (0.95, 0.96)
    ]
    assert angles[0] < 0.23863 < angles[1]


def test_neutron_radii_leave_the_form_factor_uncertainty_out() -> None:
    found = global_limits("neutron-radii", free=["rn"])
    alone = nu.experiment("coherent-csi-2021").fit(
        free=["rn"], analysis="radius", cl=0.9
    )
    assert found.steps[0].regions == alone["rn"].regions


def test_a_bar_closes_behind_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int | None] = []
    monkeypatch.setattr(checkpoints, "progress_bar", lambda *_: told.append)

    def stops() -> None:
        with closing_bar(True, None) as advance:
            advance(3)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stops()
    assert told == [3, None]


@pytest.mark.nightly
def test_six_radii_at_once() -> None:
    """Regions of three radii and their transitions from all data come to an end, and
    their minimum is the lowest that BFGS finds over parameters and nuisances."""
    names = [f"charge_radius.{x}" for x in SIX]
    cost = nu.global_cost("all", nu.Electromagnetic(), names)
    found = nu.fit(cost, cl=0.9)
    for name in names:
        (region,) = found[name].regions
        assert region.low < found[name].value < region.high
    # shapes of argon are integrated over, which BFGS leaves out on its way
    best = _lowest_by_bfgs(cost, 4)
    assert best - 0.1 < found.twice_nll < best + 1e-4


SIX = ("ee", "mumu", "tautau", "emu", "etau", "mutau")


@pytest.mark.parametrize(
    ("chosen", "free"),
    [
        (["lz-er-2025", "pandax-4t-er-2024", "pandax-4t-8b"], ("ee", "mumu", "tautau")),
        (LISTED, ("ee", "mumu", "emu")),
    ],
)
def test_joint_minima_are_those_of_scipy(
    chosen: list[str], free: tuple[str, ...]
) -> None:
    cost = nu.global_cost(
        chosen, nu.Electromagnetic(), [f"charge_radius.{x}" for x in free]
    )
    found = nu.fit(cost, minos=False).twice_nll
    assert found == pytest.approx(_lowest_by_bfgs(cost, 4), abs=1e-4)


def _lowest_by_bfgs(cost: Cost, starts: int) -> float:
    """Lowest −2 ln L from several starts, over parameters (1e-32 cm²) and nuisances;
    morphing ones stay between their anchors. Shapes that are integrated over add what
    `profiled` says there."""
    d, unit = len(cost.parameters), 1e-32
    sigma = np.array([n.sigma for n in cost.nuisances])
    bounds = [(None, None)] * (d + len(sigma))
    for i, n in enumerate(cost.nuisances):
        if isinstance(n, MorphingNuisance):
            bounds[d + i] = (n.anchors[0] / sigma[i], n.anchors[-1] / sigma[i])

    def height(x: np.ndarray) -> tuple[float, np.ndarray]:
        point, nuisances = x[None, :d] * unit, x[None, d:] * sigma
        value = cost.twice_nll(point, nuisances)[0]
        slopes = cost.gradient(point, nuisances)
        return float(value), np.concatenate([slopes[0][0] * unit, slopes[1][0] * sigma])

    rng = np.random.default_rng(1)
    first = [np.zeros(d + len(sigma))] + [
        np.append(rng.normal(0, 5, d), np.zeros(len(sigma))) for _ in range(starts)
    ]
    found = [
        minimize(height, s, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-12)
        for s in first
    ]
    points = np.array([one.x[:d] * unit for one in found])
    return float(cost.profiled(points).twice_nll.min())
