"""Experiments: the shipped one, and detectors that exist only as a folder a user
wrote."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.oracle import Detector, Nucleus, counts
from tests.experiments import folders

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.experiments import Experiment, experiment_names, joint_cost
from nuprobe.experiments.format import ExperimentFile
from nuprobe.numerics import FloatArray
from nuprobe.processes import cevns
from nuprobe.units import fm, keV

SM = nu.StandardModel()


@pytest.fixture(scope="module")
def csi() -> Experiment:
    found = nu.experiment("coherent-csi-2017")
    assert isinstance(found, Experiment)
    return found


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    found = nu.experiment(folders.write(tmp_path_factory.mktemp("lab") / "invented"))
    assert isinstance(found, Experiment)
    return found


# -- a detector of one's own
# ----------------------------------------------------------------------------------


def test_a_folder_is_an_experiment(invented: Experiment) -> None:
    assert invented.name == "invented"
    assert invented.analyses == ("both", "energy")
    assert [p.name for p in invented.parameters()] == ["sin2_theta_w", "rn", "light"]
    assert nu.experiment(str(invented.folder.root)).name == "invented"
    assert nu.experiment(invented) is invented
    assert "invented" not in experiment_names()
    assert "coherent-csi-2017" in experiment_names()


def test_bins_of_the_invented_detector_by_hand(invented: Experiment) -> None:
    # the sum by hand is of point nucleons
    rates = invented.with_changes({"target.nucleon": "point"}).predict(SM)
    number = 20.0 / (259.809923858 * 1.66053906660e-27)
    target = invented.target()
    r_p = [c.ff_p.rms / fm for c in target.components]
    nuclei = [
        Nucleus(z, n, nu.isotope(name).mass, r, r_n, number)
        for (name, z, n, r_n), r in zip(
            (("Cs133", 55, 78, 5.01), ("I127", 53, 74, 4.94)), r_p, strict=True
        )
    ]

    class Table(Detector):
        def acceptance(self, x: float) -> float:
            return (
                (0.1 + (x - 4) / 12 if x < 10 else 0.6 + (x - 10) / 100)
                if x >= 4
                else 0.0
            )

    # the breakpoints of the table tell the quadrature where to split
    detector = Table(
        10e3 * 0.09,
        (1, 1, 0),
        ((4, 1.0), (10, 1.0), (30, 1.0)),
        "gaussian",
        (0.5, 1.0, 0.0),
    )
    fluence = 0.1 * 2e23 / (4 * math.pi * 2000.0**2)
    g = (0.5 - 2 * 0.23863, -0.5)
    for i, name in enumerate(("prompt nu_mu", "delayed nubar_mu", "delayed nu_e")):
        got = rates.components[f"signal: {name}"]
        assert got.shape == (6, 3)
        column = "pulse" if i == 0 else "tail"
        in_time = _smeared_fraction(column)
        for b in (0, 1, 4):
            low, high = folders.ENERGIES[b]
            exact = sum(
                counts(nucleus, detector, name, low, high, fluence, g)
                for nucleus in nuclei
            )
            np.testing.assert_allclose(got[b], exact * in_time, rtol=1e-6, atol=1e-12)


def _smeared_fraction(column: str) -> FloatArray:
    """Arrival in the three time bins: 100 ns Gaussian and 50 ns later, by brute
    force."""
    from scipy.stats import norm

    bins = {
        "pulse": [(0, 1, 0.9), (1, 2, 0.1)],
        "tail": [(0, 1, 0.2), (1, 2, 0.3), (2, 6, 0.4), (6, 10, 0.1)],
    }[column]
    result = np.zeros(3)
    for low, high, p in bins:
        t = low + (high - low) * (np.arange(20000) + 0.5) / 20000 + 0.05
        edges = np.array([0.0, 2, 4, 6])
        result += p * np.diff(norm.cdf(edges[:, None], t, 0.1).mean(axis=1))
    return result


def test_backgrounds_of_the_invented_detector_by_hand(invented: Experiment) -> None:
    both = invented.predict(analysis="both")
    off = np.array(folders.OFF)
    smooth = np.outer(off.sum(1), off.sum(0)) / off.sum()
    np.testing.assert_allclose(both.components["off"], 0.5 * smooth, rtol=1e-12)
    energy = invented.predict(analysis="energy")
    assert "off" not in energy.components
    assert energy.data is not None
    assert energy.sigma is not None
    on = np.array(folders.ON)
    np.testing.assert_allclose(energy.data[:, 0], (on - 0.5 * off)[1:, :2].sum(1))
    np.testing.assert_allclose(
        energy.sigma[:, 0] ** 2, (on + 0.25 * off)[1:, :2].sum(1)
    )
    # neutrons: events of each 2-PE bin times the mean acceptance there, all 0.9 of the
    # first 2 µs and 0.1 later
    expected = np.zeros(6)
    for i in range(20):
        x = 2 * i + (np.arange(20000) + 0.5) / 10000
        mean = np.interp(x, [4, 10, 30], [0.1, 0.6, 0.8], left=0.0).mean()
        if 4 <= 2 * i < 28:
            expected[(2 * i - 4) // 4] += 3 * 0.8**i * mean
    np.testing.assert_allclose(
        both.components["neutrons"], np.outer(expected, [0.9, 0.1, 0]), rtol=1e-7
    )
    np.testing.assert_allclose(
        both.total, both.signal + both.components["off"] + both.components["neutrons"]
    )


@pytest.mark.parametrize(
    ("free", "truth"), [("rn", 5.7), ("sin2_theta_w", 0.25), ("light", 1.07)]
)
@pytest.mark.parametrize("analysis", ["both", "energy"])
def test_a_fit_finds_what_was_put_in(
    invented: Experiment, free: str, truth: float, analysis: str
) -> None:
    cost = invented.cost(SM, [free], analysis)
    result = nu.fit(cost.asimov({free: truth}))
    assert result.valid
    assert result.values[free] == pytest.approx(truth, rel=1e-3, abs=0)
    data = invented.fit(SM, [free], analysis=analysis)
    assert data.valid
    assert data.values[free] != pytest.approx(truth, rel=1e-6, abs=0)


@pytest.mark.parametrize(
    "free",
    [["sin2_theta_w"], ["rn"], ["sin2_theta_w", "rn"], ["light", "sin2_theta_w"]],
)
@pytest.mark.parametrize("analysis", ["both", "energy"])
def test_jacobians_against_differences(
    invented: Experiment, free: list[str], analysis: str
) -> None:
    prediction = invented.prediction(SM, free, analysis)
    point = np.array(
        [
            [
                {"sin2_theta_w": 0.24, "rn": 5.3, "light": 1.04}[p.name]
                for p in prediction.parameters
            ]
        ]
    )
    base, slopes = prediction.jacobian(point)
    for i in range(len(free)):
        step = 1e-5 * np.eye(len(free))[i]
        up, down = (
            prediction.expectation(point + step),
            prediction.expectation(point - step),
        )
        scale = np.abs(base).max()
        np.testing.assert_allclose(
            base[0, i], (up.base - down.base)[0] / 2e-5, rtol=1e-5, atol=1e-6 * scale
        )
        for slope, u, d in zip(slopes, up.slopes, down.slopes, strict=True):
            np.testing.assert_allclose(
                slope[0, i], (u - d)[0] / 2e-5, rtol=1e-5, atol=1e-5 * scale
            )


@pytest.mark.parametrize("free", [["sin2_theta_w"], ["sin2_theta_w", "rn"]])
@pytest.mark.parametrize("analysis", ["both", "energy"])
def test_compiled_jacobian(
    invented: Experiment, free: list[str], analysis: str
) -> None:
    prediction = invented.prediction(SM, free, analysis)
    assert prediction.compiled
    rng = np.random.default_rng(3)
    columns = [
        rng.uniform(*{"sin2_theta_w": (0.2, 0.3), "rn": (4.0, 6.0)}[p.name], 9)
        for p in prediction.parameters
    ]
    points, nuisances = (
        np.stack(columns, axis=1),
        rng.normal(0, 0.3, (9, len(prediction.nuisances))),
    )
    base, slopes = prediction.jacobian(points)
    total = base + sum(
        v[:, None, None] * slope for v, slope in zip(nuisances.T, slopes, strict=True)
    )
    found = prediction.total_jacobian(points, nuisances)
    np.testing.assert_allclose(
        found, total, rtol=1e-10, atol=1e-13 * np.abs(total).max()
    )


def test_no_compiled_jacobian(invented: Experiment) -> None:
    without_coefficients = invented.prediction(SM, ["rn"], "both")
    assert not without_coefficients.compiled
    with pytest.raises(InputError, match="no compiled"):
        without_coefficients.total_jacobian(
            np.array([[5.0]]), np.zeros((1, len(without_coefficients.nuisances)))
        )


def test_nuisances_do_what_they_say(invented: Experiment) -> None:
    prediction = invented.prediction(SM, ["rn"], "both")
    point = np.array([[5.0]])
    expectation, signal = prediction.expectation(point), prediction.signal(point)
    by_name = dict(
        zip([n.name for n in prediction.nuisances], expectation.slopes, strict=True)
    )
    np.testing.assert_allclose(by_name["flux"], signal)
    rates = invented.predict(SM, "both")
    np.testing.assert_allclose(
        by_name["neutron-rate"][0], rates.components["neutrons"].ravel()
    )
    light = [
        invented.predict(SM, "both", {"light": x, "rn": 5.0}).signal.ravel()
        for x in (0.9, 1.1)
    ]
    np.testing.assert_allclose(
        by_name["light-yield"][0], (light[1] - light[0]) / 0.2, rtol=1e-5
    )
    np.testing.assert_allclose(
        expectation.base, signal + sum(b for b in prediction.backgrounds.values())
    )


def test_a_bolometer_without_data_or_time(tmp_path: Path) -> None:
    folder = tmp_path / "bolometer"
    (folder / "beam").mkdir(parents=True)
    (folder / "experiment.toml").write_text(folders.BOLOMETER)
    (folder / "beam" / "flux.toml").write_text(folders.BEAM)
    bolometer = nu.experiment(folder, Experiment)
    rates = bolometer.predict()
    atoms = 2e3 / 72.630 * 6.02214076e23  # standard atomic weight of germanium
    sigma = cevns.total(20.0, "natural Ge", SM, "nu_e")
    # the line reaches 12 keV: all recoils lie in the bins
    assert rates.signal.sum() == pytest.approx(
        100 * 1e12 * atoms * float(sigma), rel=1e-4, abs=0
    )
    # high above the resolution a bin is the cross section between its edges, up to the
    # smearing
    inside = [
        float(cevns.total(20.0, "natural Ge", SM, "nu_e", threshold=t * keV))
        for t in (4, 8)
    ]
    assert rates.signal[2, 0] == pytest.approx(
        1e14 * atoms * (inside[0] - inside[1]), rel=5e-3, abs=0
    )
    assert rates.data is None
    assert rates.sigma is None
    assert list(rates.components) == ["signal: nu_e line 20 MeV"]
    dumped = json.dumps(rates.to_dict(), allow_nan=False)
    assert json.loads(dumped)["time_edges_us"] is None
    with pytest.raises(InputError, match="no data"):
        bolometer.cost()


def test_a_table_flux_of_one_flavour(tmp_path: Path) -> None:
    flux = (
        folders.BEAM[: folders.BEAM.index("[source]")]
        + '[source]\nkind = "table"\ntable = "s.csv"\nenergy_unit = "MeV"\nflavours ='
        ' ["nubar_e"]\n'
    )
    table = "energy,nubar_e\n1,0\n3,2e12\n9,0\n"
    folder = folders.write(
        tmp_path / "b", folders.BOLOMETER, {"beam/flux.toml": flux, "beam/s.csv": table}
    )
    experiment = nu.experiment(folder).with_changes(
        {"binning.energy": {"edges": [-5, 40]}}
    )
    e = np.linspace(1, 9, 4001)
    density = np.interp(e, [1, 3, 9], [0, 2e12, 0])
    average = float(
        np.trapezoid(density * cevns.total(e, "natural Ge", SM, "nubar_e"), e)
    )
    atoms = 2e3 / 72.630 * 6.02214076e23
    assert experiment.predict().signal.sum() == pytest.approx(
        100 * atoms * average, rel=1e-4, abs=0
    )


# -- what is changed, and what is not there
# --------------------------------------------------------------------


def test_changes_make_another_experiment_and_leave_the_first(
    invented: Experiment,
) -> None:
    before = invented.predict().signal.sum()
    heavier = invented.with_changes(
        {"target.mass": "40 kg", "parameters.0.default": "5.5 fm"}
    )
    assert heavier.predict().signal.sum() == pytest.approx(2 * before, rel=1e-12, abs=0)
    assert heavier.parameters()[1].default == 5.5
    assert invented.predict().signal.sum() == before
    assert invented.parameters()[1].default == 5.0
    conventions = [
        invented.with_changes({"response.smearing.kind": kind}).predict().signal.sum()
        for kind in ("none", "gaussian")
    ]
    assert conventions[0] != pytest.approx(conventions[1], rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"target.mas": "3 kg"}, "did you mean mass"),
        ({"target.mass": "3 MeV"}, "unit of energy"),
        ({"parameters.7.default": "5 fm"}, "no key 'parameters.7.default'"),
        ({"parameters.rn.default": "5 fm"}, "no key 'parameters.rn.default'"),
        ({"name.first": "x"}, "no key 'name.first'"),
        ({"response.smearing.kind": "gausian"}, "response.smearing.kind"),
    ],
)
def test_changes_that_make_no_sense(
    invented: Experiment, changes: dict[str, Any], hint: str
) -> None:
    with pytest.raises(ExperimentFileError, match=hint.replace(".", r"\.")) as caught:
        invented.with_changes(changes)
    assert "experiment.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_that_do_not_exist(invented: Experiment) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean .*coherent-csi-2017"):
        nu.experiment("coherent-csi-2018")
    with pytest.raises(UnknownNameError, match="did you mean both"):
        invented.predict(analysis="booth")
    with pytest.raises(UnknownNameError, match="did you mean light"):
        invented.cost(free=["ligth"])
    with pytest.raises(UnknownNameError, match="did you mean rn"):
        invented.predict(values={"r_n": 5.0})
    with pytest.raises(InputError, match=r"rn: .*outside"):
        invented.predict(values={"rn": 9.0})
    with pytest.raises(InputError, match=r"nothing to fit: .*sin2_theta_w, rn, light"):
        invented.fit()
    with pytest.raises(ExperimentFileError, match=r"no experiment\.toml"):
        nu.experiment("./nowhere")


def test_a_model_over_many_points_is_refused_or_counted_for_all(
    csi: Experiment,
) -> None:
    values = np.array([0.1, 0.2, 0.3])
    many = nu.StandardModel(sin2_theta_w=values)
    calls: list[Callable[[], object]] = [
        lambda: csi.predict(many),
        lambda: csi.prediction(many),
        lambda: csi.cost(many, ["rn"]),
        lambda: csi.fit(many, ["rn"]),
        lambda: csi.profile("rn", np.array([4.0, 5.0]), many),
        lambda: joint_cost([csi], many, ["rn"]),
    ]
    for call in calls:
        with pytest.raises(InputError, match=r"one value .* 3 points: .*templates"):
            call()
    templates = csi.bins.collapse(csi.templates(many), csi.file.analyses["energy"])
    counts = templates.counts(templates.coefficients(many)).sum(axis=1)
    each = [csi.predict(nu.StandardModel(s)).signal.sum() for s in values]
    np.testing.assert_allclose(counts, each, rtol=1e-12)
    np.testing.assert_allclose(counts, [54.33, 126.61, 229.02], atol=0.005)


# -- the shipped experiment
# ------------------------------------------------------------------------------------


def test_one_isotope_has_one_radius_at_a_time(csi: Experiment) -> None:
    with pytest.raises(InputError, match="same isotope"):
        csi.cost(free=["rn", "rn_cs"])
    both = csi.predict(values={"rn_cs": 5.5, "rn_i": 5.5}).signal.sum()
    assert both == pytest.approx(
        csi.predict(values={"rn": 5.5}).signal.sum(), rel=1e-9, abs=0
    )


def test_predictions_of_the_shipped_experiment_are_json(csi: Experiment) -> None:
    for analysis in csi.analyses:
        rates = csi.predict(analysis=analysis)
        dumped = json.loads(json.dumps(rates.to_dict(), allow_nan=False))
        assert dumped["signal"] == pytest.approx(rates.signal.sum())
        assert dumped["observed"] in (142, 547, 134)
        assert len(dumped["energy_edges"]) == (2 if "total" in analysis else 13)


def test_conventions_of_the_acceptance_move_the_rate_as_expected(
    csi: Experiment,
) -> None:
    signal = {
        at: csi.with_changes({"response.acceptance_at": at}).predict().signal.sum()
        for at in ("integrated", "centre", "lower", "upper")
    }
    assert signal["lower"] < signal["integrated"] < signal["upper"]
    assert signal["centre"] == pytest.approx(signal["integrated"], rel=5e-3, abs=0)
    assert signal["upper"] / signal["lower"] == pytest.approx(1.14, abs=0.04)


# -- the schema


def _check(node: dict[str, Any], value: Any, schema: dict[str, Any], path: str) -> None:
    """Check a value against the parts of JSON Schema that the file format uses."""
    if "$ref" in node:
        return _check(
            schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], value, schema, path
        )
    variants = node.get("anyOf", []) + node.get("oneOf", [])
    if variants:
        problems = []
        for variant in variants:
            try:
                return _check(variant, value, schema, path)
            except AssertionError as err:
                problems.append(str(err))
        raise AssertionError(f"{path}: {problems}")
    assert "const" not in node or value == node["const"], path
    assert "enum" not in node or value in node["enum"], path
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
    }
    if "type" in node:
        if node["type"] == "null":
            raise AssertionError(f"{path} is not null")
        assert isinstance(value, kinds[node["type"]]), path
    if isinstance(value, dict):
        assert set(node.get("required", [])) <= set(value), path
        for key, item in value.items():
            # a mapping of anything, as older pydantic writes it
            free = None if "properties" in node else True
            inner = node.get("properties", {}).get(
                key, node.get("additionalProperties", free)
            )
            if inner is True:  # anything goes
                continue
            assert isinstance(inner, dict), f"{path}.{key} is unknown"
            _check(inner, item, schema, f"{path}.{key}")
    if isinstance(value, list):
        for i, item in enumerate(value):
            prefix = node.get("prefixItems", [])
            _check(
                prefix[i] if i < len(prefix) else node.get("items", {}),
                item,
                schema,
                f"{path}.{i}",
            )
    return None


def test_the_published_schema_accepts_the_files_and_refuses_others(
    csi: Experiment,
) -> None:
    schema = json.loads(json.dumps(ExperimentFile.json_schema()))
    files = [
        (csi.folder.root / "experiment.toml").read_text(),
        folders.EXPERIMENT,
        folders.BOLOMETER,
    ]
    for text in files:
        _check(schema, tomllib.loads(text), schema, "")
    for wrong in (
        folders.EXPERIMENT.replace("mass =", "mas ="),
        folders.EXPERIMENT.replace('process = "cevns"', "process = 3"),
        folders.EXPERIMENT.replace('kind = "gaussian"', 'kind = "gausian"'),
        folders.EXPERIMENT.replace("bins = 6", 'bins = "6"'),
        folders.EXPERIMENT.replace("exposure = 2e23\n", "exposure = []\n"),
    ):
        with pytest.raises(AssertionError):
            _check(schema, tomllib.loads(wrong), schema, "")
