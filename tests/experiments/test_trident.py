"""Trident experiments and limits: interpolation against direct computation, asymptotes
against formulas, bad files."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.nightly import few

import nuprobe as nu
from nuprobe.constants import G_FERMI, SIN2_THETA_W_MZ
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    NuprobeError,
    UnknownNameError,
)
from nuprobe.experiments import LimitCurve, TridentExperiment, experiment_names, limit
from nuprobe.inference import profile
from nuprobe.models import LMuLTau, StandardModel, VMinusA
from nuprobe.reproductions.studies import ccfr_choices
from nuprobe.units import GeV, parse_quantity

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")

MEASURED = ("ccfr-trident", "charm2-trident", "nutev-trident")


@pytest.fixture(scope="module")
def ccfr() -> TridentExperiment:
    found = nu.experiment("ccfr-trident")
    assert isinstance(found, TridentExperiment)
    return found


def test_they_are_found_by_name() -> None:
    assert {*MEASURED, "dune-nd-trident"} <= set(experiment_names())
    for name in MEASURED:
        rates = nu.experiment(name, TridentExperiment).predict()
        assert rates.ratio == pytest.approx(1.0, abs=1e-12)
        assert rates.events is None
        assert rates.to_dict()["regime"] == "elastic"
        assert rates.to_dict()["sin2_theta_w"] == 0.23122


def test_rates_say_which_weak_angle_they_used(ccfr: TridentExperiment) -> None:
    assert ccfr.predict(StandardModel(0.24)).sin2_theta_w == 0.24
    boson = LMuLTau(mass=10.0, coupling=1e-3, base=StandardModel(0.24))
    assert ccfr.predict(boson).sin2_theta_w == 0.24
    assert ccfr.predict(VMinusA()).sin2_theta_w is None


def test_v_minus_a_is_ruled_out_by_ccfr_at_99_per_cent(ccfr: TridentExperiment) -> None:
    rates = ccfr.predict(VMinusA())
    assert rates.pull > 2.576
    # σ_SM ≈ 0.6 σ_{V−A}
    assert 1 / rates.ratio == pytest.approx(0.57, abs=0.02)
    assert ccfr.predict(StandardModel()).pull < 1
    assert (
        nu.experiment("charm2-trident", TridentExperiment).predict(VMinusA()).pull
        < 2.576
    )


@settings(max_examples=few(5, 15), deadline=None)
@given(
    mass=st.floats(math.log(0.1), math.log(1e6)),
    coupling=st.floats(math.log(1e-5), 0.0),
)
def test_the_interpolated_ratio_is_the_computed_one(
    mass: float, coupling: float
) -> None:
    one = nu.experiment("ccfr-trident", TridentExperiment)
    m, g = math.exp(mass), math.exp(coupling)
    got = one.prediction().expectation(np.array([[m, g]])).base[0, 0]
    assert got == pytest.approx(one.predict(LMuLTau(m, g)).ratio, rel=3e-6, abs=0)


@pytest.mark.parametrize("mixing", [0.0, 0.02, -0.02, "loop"])
def test_mixing_reaches_the_ratio_and_the_derivatives_are_exact(
    ccfr: TridentExperiment, mixing: float | str
) -> None:
    family = LMuLTau(300.0, 3e-3, mixing)  # type: ignore[arg-type]
    prediction = ccfr.prediction(family)
    point = np.array([[300.0, 3e-3]])
    got = prediction.expectation(point).base[0, 0]
    assert got == pytest.approx(ccfr.predict(family).ratio, rel=3e-6, abs=0)
    slope = prediction.jacobian(point)[0][0, :, 0]
    for i in range(2):
        step = np.zeros((1, 2))
        step[0, i] = 1e-4 * point[0, i]
        numeric = (
            prediction.expectation(point + step).base
            - prediction.expectation(point - step).base
        )[0, 0]
        assert slope[i] == pytest.approx(numeric / (2 * step[0, i]), rel=1e-6, abs=0)


def test_the_heavy_limit_of_ccfr(ccfr: TridentExperiment) -> None:
    """m/g' > 545 GeV in the literature, which takes σ ∝ V² + A²; the V² and A² kernels
    differ."""
    allowed = 0.82 + 1.959964 * 0.28
    v, a = 0.5 + 2 * SIN2_THETA_W_MZ, 0.5

    def heavy(weight: float) -> float:
        """M/g' (MeV) for σ ∝ weight·V² + A²."""
        shifted = math.sqrt((allowed * (weight * v**2 + a**2) - a**2) / weight)
        return 1 / math.sqrt(math.sqrt(2) * G_FERMI * (shifted - v))

    assert heavy(1.0) == pytest.approx(545 * GeV, rel=5e-3, abs=0)
    kernels = ccfr.averaged("all").values.sum(0)
    found = limit([ccfr]).curves[0].heavy
    assert found == pytest.approx(heavy(kernels[0] / kernels[1]), rel=1e-3, abs=0)
    assert found == pytest.approx(545 * GeV, rel=0.02, abs=0)


def test_asymptotes_and_order(ccfr: TridentExperiment) -> None:
    found = limit([ccfr], mass=np.geomspace(0.1, 1e6, 60))
    curve = found["ccfr-trident"]
    slope = np.diff(np.log(curve.coupling)) / np.diff(np.log(curve.mass))
    assert np.all(slope > 0)
    assert slope[-1] == pytest.approx(1.0, abs=1e-3)  # heavy: only M/g' matters
    assert slope[0] < 0.05  # light: only g' matters, up to a logarithm
    tighter = limit([ccfr], mass=curve.mass, cl=0.90).curves[0]
    one_sided = limit([ccfr], mass=curve.mass, cl=0.95, sides=1).curves[0]
    assert np.all(tighter.coupling < curve.coupling)
    # one-sided 95 % is two-sided 90 %
    np.testing.assert_allclose(one_sided.coupling, tighter.coupling, rtol=1e-10)


def test_a_limit_is_where_the_pull_reaches_its_threshold(
    ccfr: TridentExperiment,
) -> None:
    curve = limit([ccfr], mass=[10.0, 1e3]).curves[0]
    for m, g in zip(curve.mass, curve.coupling, strict=True):
        assert ccfr.predict(LMuLTau(float(m), float(g))).pull == pytest.approx(
            1.959964, abs=2e-4
        )


def test_combined_lies_between_or_below(ccfr: TridentExperiment) -> None:
    found = limit([nu.experiment(n) for n in MEASURED], mass=[1.0, 100.0, 1e5])
    assert [c.label for c in found.curves] == [*MEASURED, "combined"]
    # CHARM-II lies high and pulls the combination up, but not above itself
    assert np.all(found["combined"].coupling < found["charm2-trident"].coupling)
    data = found.to_dict()
    assert data["curves"][0]["heavy_m_over_g_MeV"] == found["ccfr-trident"].heavy


def test_low_energy_is_more_sensitive_to_light_mediators(tmp_path: Path) -> None:
    """The talk's point: σ_int/σ_SM falls as ln E/E, so the same relative error at lower
    energy reaches lower g'."""
    limits = []
    for energy in ("2 GeV", "20 GeV", "160 GeV"):
        folder = tmp_path / energy.split()[0]
        folder.mkdir()
        (folder / "experiment.toml").write_text(
            'schema_version = 1\nname = "toy"\ntitle = "t"\nprocess = "trident"\npair'
            ' = "mu"\nregime = "coherent"\n[target]\nmaterial = "Ar40"\n[flux]\nenergy'
            f' = "{energy}"\nflavours = {{ nu_mu = 1 }}\n[analyses.a]\ntitle ='
            ' "a"\nkind = "projection"\nratio = 1\nplus = 0.25\nminus = 0.25\n'
        )
        limits.append(limit([nu.experiment(folder)], mass=[10.0]).curves[0].coupling[0])
    assert limits[0] < limits[1] < limits[2]


def test_the_cost_takes_part_in_inference(ccfr: TridentExperiment) -> None:
    cost = ccfr.cost() + nu.experiment("nutev-trident").cost()
    assert [p.name for p in cost.parameters] == ["mass", "coupling"]
    point = {"mass": 1000.0, "coupling": 1e-6}
    assert cost.twice_nll(cost.point(point))[0] == pytest.approx(
        ((1 - 0.82) / 0.28) ** 2 + (0.28 / 1.73) ** 2, rel=1e-3, abs=0
    )
    curve = profile(
        ccfr.cost(), "coupling", np.linspace(1e-5, 5e-3, 9), fixed={"mass": 1000.0}
    )
    assert np.all(np.diff(curve.delta[1:]) > 0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('pair = "mu"', 'pair = "muon"', ["pair"]),
        ('energy = "160 GeV"', 'energy = "160"', ["flux.energy", "unit"]),
        ('energy = "160 GeV"', 'name = "sns"\nenergy = "160 GeV"', ["flux", "either"]),
        ("nu_mu = 2", "nu_my = 2", ["nu_my", "nu_mu"]),
        ('material = "natural Fe"', 'material = "natural Fx"', ["Fx"]),
        ("ratio = 0.82", "ration = 0.82", ["ration", "ratio"]),
        ("plus = 0.28", "plus = -0.28", ["plus"]),
        ("plus = 0.28", "plus = inf", ["plus", "finite"]),
        ("ratio = 0.82", "ratio = nan", ["ratio", "finite"]),
        ('energy = "160 GeV"', 'energy = "0.1 GeV"', ["flux", "threshold"]),
        (
            'material = "natural Fe"',
            'material = "natural Fe"\nform_factor = "helmet"',
            ["target.form_factor", "helm"],
        ),
    ],
)
def test_bad_files_name_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    text = (
        Path(nu.__file__).parent / "experiments/library/ccfr-trident/experiment.toml"
    ).read_text()
    assert old in text
    (tmp_path / "experiment.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(ExperimentFileError) as error:
        nu.experiment(tmp_path)
    message = str(error.value)
    assert "\n" not in message
    for word in ["experiment.toml", *words]:
        assert word in message


def test_bad_limits_are_refused(ccfr: TridentExperiment) -> None:
    with pytest.raises(InputError, match="at least one"):
        limit([])
    with pytest.raises(InputError, match="between 0 and 1"):
        limit([ccfr], cl=95)
    with pytest.raises(InputError, match="masses"):
        limit([ccfr], mass=[])
    with pytest.raises(InputError, match="masses"):
        limit([ccfr], mass=[parse_quantity("1 eV", "energy")])
    with pytest.raises(InputError, match="positive"):
        LMuLTau(-1.0, 1e-3)
    with pytest.raises(NuprobeError, match="published"):
        limit([ccfr], analyses={"ccfr-trident": "publishd"})


def toy(
    folder: Path,
    ratio: float,
    plus: float = 0.25,
    minus: float = 0.25,
    name: str = "toy",
) -> TridentExperiment:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "experiment.toml").write_text(
        f'schema_version = 1\nname = "{name}"\ntitle = "t"\nprocess = "trident"\npair ='
        ' "mu"\nregime = "coherent"\n[target]\nmaterial = "Ar40"\n[flux]\nenergy = "20'
        ' GeV"\nflavours = { nu_mu = 1 }\n[analyses.a]\ntitle = "a"\nkind ='
        f' "measurement"\nratio = {ratio}\nplus = {plus}\nminus = {minus}\n'
    )
    found = nu.experiment(folder)
    assert isinstance(found, TridentExperiment)
    return found


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"experiments": "ccfr-tridnt"}, "ccfr-trident"),
        ({"experiments": 5}, "at least one"),
        ({"experiments": [5]}, "not an experiment"),
        ({"experiments": ["ccfr-trident", "ccfr-trident"]}, "count twice"),
        ({"analyses": {"charm2-trident": "published"}}, "experiment of this limit"),
        ({"analyses": "published"}, "by experiment"),
        ({"family": StandardModel()}, "a mass and a coupling"),
        ({"family": LMuLTau}, "a mass and a coupling"),
        ({"mass": ["a"]}, "a real number"),
        ({"mass": [[1.0, 2.0]]}, "list of at least one"),
        ({"cl": "a"}, "'a'"),
        ({"sides": "2"}, "'2'"),
        ({"grid": 3}, "by axis"),
        ({"grid": {"coupling": [-1.0, 1.0]}}, "positive"),
        ({"grid": {"coupling": [1.0, 1e200]}}, "at most"),
        (
            {"grid": {"coupling": [1.0, 5.0], "mass": [1.0]}},
            "start the grid at a smaller coupling",
        ),
    ],
)
def test_limits_refuse_foreign_input(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        limit(**{"experiments": ["ccfr-trident"], **options})  # type: ignore[arg-type]


def test_limits_take_names_and_sort_masses() -> None:
    curve = limit("ccfr-trident", mass=[1e5, 1.0, 100.0])["ccfr-trident"]
    assert curve.mass.tolist() == [1.0, 100.0, 1e5]
    assert curve.heavy == pytest.approx(1e5 / curve.coupling[2])
    assert curve.light == curve.coupling[0]
    backwards = LimitCurve("x", curve.mass[::-1], curve.coupling[::-1])
    assert (backwards.heavy, backwards.light) == (curve.heavy, curve.light)
    with pytest.raises(UnknownNameError, match="ccfr-trident"):
        limit("ccfr-trident", mass=[1.0])["ccfr"]


def test_where_the_standard_model_is_excluded(tmp_path: Path) -> None:
    """A high measurement excludes small couplings from below: its limit is the upper
    end of what it allows."""
    high = toy(tmp_path / "high", 5.0)
    curve = limit([high], mass=[100.0]).curves[0]
    assert curve.standard_excluded
    pulls = [
        high.predict(LMuLTau(100.0, float(g))).pull
        for g in (curve.coupling[0], 0.97 * curve.coupling[0], 0.0)
    ]
    assert pulls[0] == pytest.approx(1.959964, abs=2e-4)
    assert abs(pulls[1]) < 1.96 < -pulls[2]
    with pytest.raises(InputError, match=r"every coupling .* 4\.00 sigma"):
        limit([toy(tmp_path / "low", 0.0)], mass=[100.0])
    with pytest.raises(InputError, match="combined"):
        limit([toy(tmp_path / "c", 1.0, name="combined")])


def test_a_mediator_that_does_not_couple(tmp_path: Path) -> None:
    one = toy(tmp_path, 1.0)
    silent = LMuLTau(
        10.0, 1.0, lepton_charges=(1.0, 0.0, -1.0), neutrino_charges=(1.0, 0.0, -1.0)
    )
    with pytest.raises(InputError, match="does not couple in nu_mu"):
        limit([one], silent, mass=[10.0])


def test_one_sided_combination(tmp_path: Path) -> None:
    """Two Gaussian measurements are their weighted mean, for limits above as on both
    sides."""
    a, b = (
        toy(tmp_path / "a", 0.7, 0.3, 0.3, "a"),
        toy(tmp_path / "b", 1.6, 0.4, 0.4, "b"),
    )
    weights = np.array([0.3, 0.4]) ** -2.0
    mean, sigma = (weights @ [0.7, 1.6]) / weights.sum(), weights.sum() ** -0.5
    both = toy(tmp_path / "c", mean, sigma, sigma, "both")
    for sides in (1, 2):
        found = limit([a, b], mass=[10.0, 1e4], sides=sides)["combined"]
        alone = limit([both], mass=[10.0, 1e4], sides=sides).curves[0]
        np.testing.assert_allclose(found.coupling, alone.coupling, rtol=1e-6)


def test_the_cost_has_the_error_of_each_side(tmp_path: Path) -> None:
    one = toy(tmp_path, 1.5, 0.2, 0.5)
    cost = one.cost()
    for coupling, error in ((1e-6, 0.5), (5e-3, 0.2)):
        ratio = one.predict(LMuLTau(100.0, coupling)).ratio
        value = cost.twice_nll(cost.point({"mass": 100.0, "coupling": coupling}))[0]
        assert value == pytest.approx(((ratio - 1.5) / error) ** 2, rel=1e-4, abs=0)
        point = cost.point({"mass": 100.0, "coupling": coupling})
        step = np.array([0.0, 1e-4 * coupling])
        slope = cost.gradient(point)[0][0, 1]
        numeric = (cost.twice_nll(point + step) - cost.twice_nll(point - step))[0] / (
            2 * step[1]
        )
        assert slope == pytest.approx(numeric, rel=1e-4, abs=1e-6)


def test_broken_nucleons_are_listed_beside_what_is_selected() -> None:
    dune = nu.experiment("dune-nd-trident", TridentExperiment)
    rates = dune.predict()
    assert rates.beside == ("inelastic",)
    assert rates.cross_section == pytest.approx(
        sum(rates.cross_sections[r] for r in ("coherent", "proton", "neutron")),
        rel=1e-12,
        abs=0,
    )
    assert rates.events is not None
    whole = sum(rates.events[r] for r in ("coherent", "proton", "neutron"))
    # the cross section averaged over the beam, by another road
    share = rates.events["inelastic"] / whole
    averages = [
        nu.trident.average(dune.flux, dune.channels(), "Ar40", regime).total(
            StandardModel()
        )
        for regime in ("inelastic", "elastic")
    ]
    assert share == pytest.approx(averages[0] / averages[1], rel=1e-6, abs=0)
    assert 0.05 < share < 0.09
    every = dune.with_changes({"regime": "all"}).predict()
    assert every.beside == ()
    assert every.cross_section == pytest.approx(
        sum(rates.cross_sections.values()), rel=1e-9, abs=0
    )


def test_form_factors_of_nucleons_are_a_key_of_the_file() -> None:
    dune = nu.experiment("dune-nd-trident", TridentExperiment)
    raw = {"material": "Ar40", "mass": "67 t", "nucleon_form_factors": "dipole"}
    other = dune.with_changes({"target": raw})
    ratio = other.events("proton") / dune.events("proton")
    assert ratio == pytest.approx(1.032, abs=0.005)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("regime", "mass"),
    [
        ("coherent", 240.0),
        *(("elastic", m) for m in (240.0, 10.0, 3e3)),
    ],
)
def test_loops_reach_the_ratio_of_electron_pairs(
    ccfr: TridentExperiment, regime: str, mass: float
) -> None:
    """Electrons couple by loops alone, whose size depends on the momentum."""
    beam = {"energy": "5 GeV", "flavours": {"nu_mu": 1.0}}
    pairs = ccfr.with_changes({"pair": "e", "flux": beam, "regime": regime})
    family = LMuLTau(mass, 0.02, "loop")
    got = pairs.prediction(family).expectation(np.array([[mass, 0.02]])).base[0, 0]
    assert got - 1 == pytest.approx(pairs.predict(family).ratio - 1, rel=2e-3, abs=0)


def test_ccfr_by_energy_of_the_beam() -> None:
    table = ccfr_choices()
    column = table.columns.index("g' at 13.5 MeV")
    found = {(row[0], row[1]): float(row[column] or 0) for row in table.rows}
    assert found[60.0, "elastic"] == pytest.approx(7.5e-4, rel=0.01, abs=0)
    assert found[250.0, "elastic"] == pytest.approx(1.05e-3, rel=0.01, abs=0)
    for energy in (60.0, 100.0, 160.0, 250.0):
        assert found[energy, "coherent"] < found[energy, "elastic"]
