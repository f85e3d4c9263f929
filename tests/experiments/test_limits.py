"""Limits from counting experiments: root finding at a fixed mass, published numbers,
contact limit, combination."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

import nuprobe as nu
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment, TridentExperiment, family_cost, limit
from nuprobe.experiments.limits import default_family
from nuprobe.experiments.scanned import (
    LIMIT_RANGE,
    STEPPED_RANGE,
    Scanned,
    mediator_names,
)
from nuprobe.models import (
    NSI,
    LightScalar,
    LightVector,
    LMuLTau,
    VectorCharges,
)
from nuprobe.units import GeV

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")


@pytest.fixture(scope="module")
def csi() -> Experiment:
    found = nu.experiment("coherent-csi-2017")
    assert isinstance(found, Experiment)
    return found


@pytest.mark.parametrize("name", ["b-l", "universal-vector", "scalar"])
@pytest.mark.parametrize("mass", [0.5, 45.0, 3e4])
def test_the_limit_is_the_root_at_a_fixed_mass(
    csi: Experiment, name: str, mass: float
) -> None:
    """Templates at this mass, one coupling at a time, scipy's minimum and root."""
    found = limit([csi], name, mass=[mass], cl=0.9).curves[0].coupling[0]
    cost = csi.cost(nu.model(name, mass=mass, coupling=1e-4), ["coupling"])

    def chi2(log: float) -> float:
        return float(cost.profiled([[math.exp(log)]]).twice_nll[0])

    top = math.log(found)
    best = minimize_scalar(
        chi2, bounds=(top - 4, top), method="bounded", options={"xatol": 1e-8}
    )
    floor = min(best.fun, float(cost.profiled([[0.0]]).twice_nll[0]))
    start = best.x if best.fun == floor else top - 4
    exact = math.exp(
        brentq(
            lambda x: chi2(x) - floor - 1.6448536269514722**2,
            start,
            top + 0.05,
            xtol=1e-10,
        )
    )
    assert found == pytest.approx(exact, rel=1e-5, abs=0)


@pytest.mark.parametrize(("mass", "product"), [(0.1, 1.499e-9), (17.78279, 1.678e-9)])
def test_the_universal_vector_is_where_a_public_analysis_of_the_same_data_has_it(
    csi: Experiment, mass: float, product: float
) -> None:
    """Delta chi2 = 2.706 in the product of couplings, read from the profile of the code
    of Billard:2018jnl.

    That code (doi 10.5281/zenodo.1229055, MIT licence) has another efficiency, no
    steady-state fluctuation and one nuisance: 25 % in the coupling is what two analyses
    of these 134 events can differ by. It has no recoils of electrons, which make the
    limit stronger where the boson is light.
    """
    nuclear, both = (
        limit(
            [csi],
            "universal-vector",
            mass=[mass],
            cl=0.9,
            analyses={csi.name: analysis},
        )
        .curves[0]
        .coupling[0]
        for analysis in ("energy-nuclear", "energy")
    )
    assert nuclear == pytest.approx(math.sqrt(product), rel=0.25)
    assert both < (0.6 if mass < 1 else 1.01) * nuclear


def test_a_heavy_vector_gives_the_limit_on_contact_interactions(
    csi: Experiment,
) -> None:
    curve = limit([csi], "universal-vector", mass=[1e5, 1e6]).curves[0]
    assert curve.coupling[1] == pytest.approx(10 * curve.coupling[0], rel=1e-6, abs=0)
    epsilon = (curve.coupling[1] / 1e6) ** 2 / (math.sqrt(2) * G_FERMI)

    def chi2(x: float) -> float:
        return float(
            csi.cost(NSI(epsilon_u=x * np.eye(3), epsilon_d=x * np.eye(3)))
            .profiled(np.zeros((1, 0)))
            .twice_nll[0]
        )

    best = minimize_scalar(
        chi2, bounds=(0, epsilon), method="bounded", options={"xatol": 1e-8}
    )
    assert chi2(epsilon) - best.fun == pytest.approx(1.959963984540054**2, rel=1e-3)


def test_light_masses_do_not_matter_and_charges_scale(csi: Experiment) -> None:
    nuclear = {csi.name: "energy-nuclear"}
    curve = limit([csi], "b-l", mass=[0.1, 0.2], analyses=nuclear).curves[0]
    assert curve.coupling[1] == pytest.approx(curve.coupling[0], rel=1e-3)
    b_l = LightVector(
        1.0,
        1.0,
        VectorCharges(neutrinos=(-2.0,) * 3, leptons=(-2.0,) * 3, u=2 / 3, d=2 / 3),
    )
    doubled = limit([csi], b_l, mass=[0.1], analyses=nuclear).curves[0]
    assert doubled.coupling[0] == pytest.approx(curve.coupling[0] / 2, rel=1e-6, abs=0)


def test_destructive_interference_reopens_what_is_excluded(csi: Experiment) -> None:
    curve = limit([csi], "universal-vector", mass=[1e4]).curves[0]
    assert curve.coupling[0] < curve.reopens[0] < math.inf  # type: ignore[index]
    cost = family_cost(csi, "universal-vector")
    inside = [curve.coupling[0] * 1.02, curve.reopens[0]]  # type: ignore[index]
    points = [
        [g if p.name == "coupling" else 1e4 for p in cost.parameters]
        for g in (0.0, *inside)
    ]
    zero, excluded, again = cost.profiled(points).twice_nll
    assert excluded - zero > 3
    assert again - zero < 3.85
    same_sign = limit([csi], "b-l", mass=[1e4]).curves[0]
    assert math.isinf(same_sign.reopens[0])  # type: ignore[index]


def test_sides_levels_and_analyses(csi: Experiment) -> None:
    family = "b-l"
    two = limit([csi], family, mass=[10.0])
    one = limit([csi], family, mass=[10.0], sides=1)
    tighter = limit([csi], family, mass=[10.0], cl=0.9)
    assert one.curves[0].coupling[0] == pytest.approx(
        tighter.curves[0].coupling[0], rel=1e-6, abs=0
    )
    assert tighter.curves[0].coupling[0] < two.curves[0].coupling[0]
    timed = limit(
        [csi], family, mass=[10.0], analyses={"coherent-csi-2017": "energy-time"}
    )
    # arrival times tell the signal from the background
    assert (
        0.3 * two.curves[0].coupling[0]
        < timed.curves[0].coupling[0]
        < two.curves[0].coupling[0]
    )
    assert "best coupling" in two.statistic
    assert "3.841" in two.statistic
    record = two.to_dict()
    assert record["family"] == "b-l"
    assert record["curves"][0]["allowed_again"] == [None]


def test_nuclei_and_tridents_combine(csi: Experiment) -> None:
    ccfr = nu.experiment("ccfr-trident", TridentExperiment)
    family = "b-l"
    found = limit([csi, ccfr], family, mass=[1.0, 1e4])
    assert [c.label for c in found.curves] == [
        "coherent-csi-2017",
        "ccfr-trident",
        "combined",
    ]
    cost = family_cost(csi, family)
    measured = ccfr.measurement()

    def chi2(mass: float, g: float) -> float:
        point = [[{"mass": mass, "coupling": g}[p.name] for p in cost.parameters]]
        ratio = ccfr.prediction(family).expectation(np.array([[mass, g]])).base[0, 0]
        sigma = measured.plus if ratio > measured.ratio else measured.minus
        return float(
            cost.profiled(point).twice_nll[0] + ((ratio - measured.ratio) / sigma) ** 2
        )

    for mass, g in zip(found["combined"].mass, found["combined"].coupling, strict=True):
        # both prefer no boson: the smallest sum lies at zero coupling
        assert chi2(mass, g) - chi2(mass, 0.0) == pytest.approx(
            1.959963984540054**2, rel=2e-3
        )


def test_mixing_takes_l_mu_l_tau_to_nuclei(csi: Experiment) -> None:
    loop = limit([csi], LMuLTau(1.0, 1e-3, "loop"), mass=[1.0]).curves[0].coupling[0]
    same = (
        limit([csi], LightVector(1.0, 1.0, "lmu-ltau", "loop"), mass=[1.0])
        .curves[0]
        .coupling[0]
    )
    assert loop == pytest.approx(same, rel=1e-9, abs=0)
    assert 1e-4 < loop < 1e-2
    large = limit([csi], LMuLTau(1.0, 1e-3, 0.1), mass=[1.0]).curves[0].coupling[0]
    assert large < loop


def test_the_default_family_is_one_that_is_felt(csi: Experiment) -> None:
    trident = nu.experiment("ccfr-trident")
    assert limit([csi], mass=[1.0]).family == Scanned.of("b-l").model
    assert limit([trident], mass=[1.0]).family == Scanned.of("lmu-ltau").model
    assert default_family([csi, trident]) == Scanned.of("lmu-ltau").model
    assert default_family([csi], "loop") == Scanned.of("lmu-ltau", "loop").model


def test_a_limit_from_electrons() -> None:
    """The mass along an axis is the mass of the model, and a heavy boson knows mass
    over coupling alone."""
    xenon = nu.experiment("solar-xe-projection")
    assert isinstance(xenon, Experiment)
    cost = family_cost(xenon)
    masses, g = np.array([0.1, 0.3, 3.0]), 1e-6
    points = np.array(
        [[{"mass": m, "coupling": g}[p.name] for p in cost.parameters] for m in masses]
    )
    by_axis = cost.terms[0].prediction.expectation(points).base
    for mass, counts in zip(masses, by_axis, strict=True):
        model = LightVector(mass, g, "b-l")
        np.testing.assert_allclose(
            counts, xenon.predict(model).total.ravel(), rtol=1e-6
        )
    found = limit([xenon], mass=[0.1, 100.0, 1000.0])
    light, *heavy = found.curves[0].coupling
    assert heavy[1] / heavy[0] == pytest.approx(10, rel=1e-4)
    assert light < heavy[0]
    with pytest.raises(InputError, match="does not couple to electrons"):
        limit([xenon], "scalar")


WIDE = np.array([1e-3, 1.0, 1e8])
OWN = """\
schema_version = 1
name = "own"
title = "argon at a source of pions at rest"
process = "cevns"
projection = true

[target]
material = "Ar"
mass = "50 kg"

[flux]
name = "sns"
exposure = 1e23
distance = "20 m"

[response]
observable = "energy"
unit = "keV"
light_yield = "1 1/keV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "gaussian", resolution = [0.2, 0.0, 0.0] }

[binning.energy]
start = 5
stop = 65
bins = 6

[analyses.rate]
title = "rate"
statistic = "poisson"
"""


@pytest.mark.parametrize("name", ["coherent-csi-2017", "reactor-ge-projection", "own"])
def test_axes_follow_the_masses_asked_for(name: str, tmp_path: Path) -> None:
    """Counts interpolated over eleven decades against templates of one mass each."""
    if name == "own":
        (tmp_path / "experiment.toml").write_text(OWN, encoding="utf-8")
        name = str(tmp_path)
    one = nu.experiment(name, Experiment)
    cost = family_cost(one, Scanned.of("b-l").reaching(WIDE))
    strong = (1e-4, 1e-3, 10.0)
    points = [
        [{"mass": m, "coupling": g}[p.name] for p in cost.parameters]
        for m, g in zip(WIDE, strong, strict=True)
    ]
    by_axis = cost.terms[0].prediction.expectation(np.array(points)).base
    for mass, g, counts in zip(WIDE, strong, by_axis, strict=True):
        direct = one.predict(LightVector(float(mass), g, "b-l")).total.ravel()
        np.testing.assert_allclose(
            counts, direct, rtol=1e-6, atol=1e-6 * float(direct.max())
        )


@pytest.mark.nightly
def test_the_ratio_of_tridents_follows_the_masses_asked_for() -> None:
    ccfr = nu.experiment("ccfr-trident", TridentExperiment)
    wide = ccfr.prediction(Scanned.of("lmu-ltau").reaching(WIDE))
    for mass, g in ((1e-3, 1e-3), (1e8, 10.0)):
        direct = ccfr.predict(LMuLTau(mass, g)).ratio
        found = wide.expectation(np.array([[mass, g]])).base[0, 0]
        assert found == pytest.approx(direct, rel=1e-6)


def test_limits_outside_the_range_of_the_family(csi: Experiment) -> None:
    found = limit([csi], mass=[1e-3, 1e6, 5e6]).curves[0].coupling  # b-l
    inside = limit([csi], "b-l", mass=[0.1, 1e6]).curves[0].coupling
    assert found[1] == pytest.approx(inside[1], rel=1e-5)
    assert found[0] < inside[0]
    # a contact interaction knows M/g alone: 5e6 MeV need five times the coupling
    assert found[2] == pytest.approx(5 * found[1], rel=1e-5)


@pytest.mark.parametrize(
    ("number", "most"),
    [
        (5_000, 0.02e9),
        # the most masses there may be: 0.1 GB of the process was measured
        pytest.param(50_000, 0.2e9, marks=pytest.mark.nightly),
    ],
)
def test_many_masses_take_little_memory(number: int, most: float) -> None:
    """A block of masses takes 11 MB, all at once would take ten times as much."""
    import tracemalloc

    masses = np.geomspace(1.0, 1e5, number)
    tracemalloc.start()
    try:
        found = limit(["ccfr-trident"], "lmu-ltau", mass=masses).curves[0]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most  # bytes; half a gigabyte with the program itself
    # blocks leave no trace: single masses at their ends
    ends = np.array([0, 499, 500, number // 2, number - 1])
    few = limit(["ccfr-trident"], "lmu-ltau", mass=masses[ends]).curves[0]
    np.testing.assert_allclose(found.mass, masses)
    np.testing.assert_allclose(found.coupling[ends], few.coupling, rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda e: limit([e], LMuLTau(1.0, 1e-3)),
            ["does not couple to nuclei", "mixing", "trident"],
        ),
        (
            lambda e: limit([nu.experiment("ccfr-trident")], LightScalar(1.0, 1.0)),
            ["scalar", "leave the trident"],
        ),
        (
            lambda e: limit([e], "universal-vector", mass=[1e-13]),
            ["masses must lie", "MeV", "potential"],
        ),
        (
            lambda e: limit([e], "universal-vector", mass=[10.0, -10.0]),
            ["masses must be positive", "-10"],
        ),
        (
            lambda e: limit([e], "universal-vector", mass=[1e23]),
            ["masses must lie", "Planck"],
        ),
        (
            lambda e: limit([e], "universal-vector", analyses={e.name: "enrgy"}),
            ["energy"],
        ),
        (lambda e: limit([e], "b-k"), ["b-l"]),
        (
            lambda e: limit([e], LightScalar(1.0, 1.0, mass_range=(2.0, 1.0))),
            ["lowest"],
        ),
    ],
)
def test_what_cannot_be_limited_is_refused(
    csi: Experiment, make: Any, words: list[str]
) -> None:
    with pytest.raises((InputError, UnknownNameError)) as info:
        make(csi)
    for word in words:
        assert word in str(info.value)


def test_a_limit_on_b_minus_l_rules_out_a_model_that_a_fit_rejects(
    csi: Experiment,
) -> None:
    g = 2 * limit([csi], "b-l", mass=[5.0]).curves[0].coupling[0]
    zero = (
        csi.cost(LightVector(5.0, 0.0, "b-l"), ["coupling"])
        .profiled([[0.0], [g]])
        .twice_nll
    )
    assert zero[1] - zero[0] > 3.84
    assert limit([csi], "b-l", mass=[1e6]).curves[0].heavy == pytest.approx(
        718 * GeV, rel=0.01
    )


def test_a_limit_scans_the_mass_and_the_coupling_of_the_model_given(
    csi: Experiment,
) -> None:
    """Its own values do not matter, and a range of masses of its own does."""
    by_name = limit([csi], "b-l", mass=[5.0]).curves[0].coupling[0]
    model = LightVector(123.0, 0.5, "b-l")
    assert limit([csi], model, mass=[5.0]).curves[0].coupling[0] == by_name
    with pytest.raises(InputError, match="between 1 and 10 MeV"):
        limit([csi], LightVector(3.0, 0.5, "b-l", mass_range=(1.0, 10.0)), mass=[20.0])
    labelled = LightVector(123.0, 0.5, "b-l", label="dark.")
    found = limit([csi], labelled, mass=[5.0]).curves[0].coupling[0]
    assert found == pytest.approx(by_name, rel=1e-12)


def test_a_limit_on_a_stack_uses_the_whole_stack(csi: Experiment) -> None:
    """Below and above the mediator: a weak angle, and interactions of another kind."""
    below = LightVector(10.0, 1.0, "b-l", base=nu.StandardModel(0.22))
    above = NSI(epsilon_u={"mumu": 0.05}, base=LightVector(10.0, 1.0, "b-l"))
    plain = limit([csi], "b-l", mass=[10.0]).curves[0].coupling[0]
    for stack in (below, above):
        found = limit([csi], stack, mass=[10.0]).curves[0].coupling[0]
        assert found != pytest.approx(plain, rel=1e-3)
        cost = csi.cost(stack.with_values({"mass": 10.0}), ["coupling"])
        trial = np.append(np.linspace(0, found, 400), found)
        chi2 = cost.profiled(trial[:, None]).twice_nll
        assert chi2[-1] - chi2.min() == pytest.approx(1.959963984540054**2, rel=1e-3)
    trident = nu.experiment("ccfr-trident")
    assert isinstance(trident, TridentExperiment)
    heavier = LMuLTau(10.0, 1.0, base=nu.StandardModel(0.26))
    prediction = trident.prediction(heavier)
    point = np.array([[30.0, 5e-4]])
    moved = heavier.with_values({"mass": 30.0, "coupling": 5e-4})
    assert prediction.expectation(point).base[0, 0] == pytest.approx(
        trident.predict(moved).ratio, rel=1e-5
    )
    two = LMuLTau(10.0, 1.0, label="a.", base=LMuLTau(5.0, 1e-3))
    with pytest.raises(InputError, match="one mediator, but lmu-ltau has 2"):
        limit([trident], two, mass=[10.0])


def test_the_record_says_which_weak_angles_were_used(csi: Experiment) -> None:
    record = limit([nu.experiment("ccfr-trident")], mass=[10.0]).to_dict()
    assert (record["sin2_theta_w"], record["sin2_theta_w_high"]) == (0.23863, 0.23122)


@pytest.mark.parametrize("name", mediator_names())
def test_every_mediator_by_name_can_be_scanned(name: str) -> None:
    scanned = Scanned.of(name)
    # with default charges they are what the other name says
    other = {
        "light-vector": "universal-vector",
        "light-scalar": "scalar",
        "chiral-vector": "left-vector",
    }
    assert scanned.name == other.get(name, name)
    assert [p.name for p in scanned.parameters] == ["mass", "coupling"]
    heavy = name.startswith("dipole-portal")
    assert scanned.mass_range == (STEPPED_RANGE if heavy else LIMIT_RANGE)


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("nsi", ["nsi", "no mediator"]),
        (nu.StandardModel(), ["a mass and a coupling"]),
        (LMuLTau, ["a mass and a coupling"]),
        (NSI(epsilon_u={"ee": [0.1, 0.2]}, base=LMuLTau(1.0, 1.0)), ["over 2 points"]),
    ],
)
def test_what_has_no_mass_and_coupling_is_refused(
    family: Any, words: list[str]
) -> None:
    with pytest.raises(InputError) as info:
        Scanned.of(family)
    for word in words:
        assert word in str(info.value)


def test_a_misspelt_argument_is_told_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("experiments were opened")

    monkeypatch.setattr("nuprobe.experiments.limits.choose", opened)
    wrong: Any = {"checkpont": "a.h5"}
    with pytest.raises(UnknownNameError) as info:
        nu.limit(["ccfr-trident"], mass=[10.0], **wrong)
    expected = "unknown argument of limit 'checkpont': did you mean checkpoint"
    assert str(info.value).startswith(expected)
    wrong = {"masses": [10.0]}
    with pytest.raises(UnknownNameError, match="did you mean mass"):
        nu.limit(["ccfr-trident"], **wrong)
