"""One parameter, one unit, at every border: constructor, `with_values`, ``start=``,
grids, files, the command line, result files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import nuprobe as nu
from nuprobe.cli.grids import make_grid, make_priors
from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError, NuprobeError, UnitError, ValidityWarning
from nuprobe.experiments import Experiment
from nuprobe.inference import Flat, ScanResult, scan
from nuprobe.parameters import SCALES, Parameter
from nuprobe.units import PLAIN_UNITS, split_unit, value_in

MODELS: dict[str, Any] = {
    "electromagnetic": nu.Electromagnetic(),
    "b-l": nu.model("b-l", mass=10.0, coupling=1e-4),
    "lmu-ltau": nu.model("lmu-ltau", mass=10.0, coupling=1e-4),
    "nsi": nu.model("nsi"),
    "scalar": nu.model("scalar", mass=10.0, coupling=1e-4),
}


def sample_of(p: Parameter) -> float:
    """A value inside the range of a parameter, of its own size."""
    value = p.default + 0.37 * p.step
    return value if p.lower <= value <= p.upper else p.default - 0.37 * p.step


EVERY = [
    (name, p)
    for name, model in MODELS.items()
    for p in (*model.parameters, *model.mass_parameters)
]


@pytest.mark.parametrize(
    ("name", "p"), EVERY, ids=lambda x: x if isinstance(x, str) else x.name
)
def test_every_border_reads_one_number(name: str, p: Parameter) -> None:
    model, value = MODELS[name], sample_of(p)
    texts = [f"{value!r} {p.unit}".strip()]
    if p.unit in SCALES:
        texts.append(f"{value / SCALES[p.unit]!r} {p.shown_unit}")
    if not p.unit or p.unit in PLAIN_UNITS:
        texts.append(repr(value))
    at_number = found(model.with_values({p.name: value}), p.name)
    assert at_number == pytest.approx(value, rel=1e-15)
    for text in texts:
        where = (name, text)
        at_text = found(model.with_values({p.name: text}), p.name)
        assert at_text == pytest.approx(value, rel=1e-14), where
        low, high = sorted([value, 1.5 * value])
        units = split_unit(text)[1]
        scale = value / value_in(text, p.unit) * value_in(f"1 {units}", p.unit)
        body = f"{low / scale!r}:{high / scale!r} {units}".strip()
        (axis,) = make_grid(f"{p.name}={body}:2", [p]).values()
        np.testing.assert_allclose(axis, [low, high], rtol=1e-13)
        (prior,) = make_priors([f"{p.name}=flat:{body}"], [p]).values()
        assert isinstance(prior, Flat)
        assert (prior.lower, prior.upper) == pytest.approx((low, high), rel=1e-13)


def found(model: Any, name: str) -> float:
    """Value of a parameter of a model."""
    every = {p.name: p.default for p in (*model.parameters, *model.mass_parameters)}
    return float(np.real(every[name]))


FIELDS = [
    ("charge_radius.ee", 3e-33, "cm2"),
    ("charge_radius.emu", 3e-33, "cm2"),
    ("anapole.mumu", 3e-33, "cm2"),
    ("charge.ee", 2e-13, "e"),
    ("magnetic_moment.ee", 1e-10, "muB"),
    ("electric_moment.mumu", 1e-10, "muB"),
    ("mu_eff.e", 1e-10, "muB"),
]


@pytest.mark.parametrize(("key", "value", "unit"), FIELDS)
def test_constructor_file_and_option_agree(
    key: str, value: float, unit: str, tmp_path: Path
) -> None:
    field, element = key.split(".")
    keys: Any = {field: {element: value}}
    expected = getattr(nu.Electromagnetic(**keys), field)
    scale = SCALES[unit]
    for text in (
        repr(value), f"{value!r} {unit}", f"{value!r}{unit}",
        f"{value / scale!r} {scale:g} {unit}",
    ):  # fmt: skip
        models = [
            ModelSpec("electromagnetic", (f"{key}={text}",)).build(),
            nu.model("electromagnetic", **{field: {element: text}}),
        ]
        path = tmp_path / "model.yaml"
        path.write_text(yaml.safe_dump({"model": [{"electromagnetic": {
            field: {element: text}}}]}))  # fmt: skip
        models.append(nu.model(str(path)))
        for model in models:
            np.testing.assert_allclose(
                getattr(model, field), expected, rtol=1e-14, err_msg=text
            )
    with pytest.raises(NuprobeError, match="has the unit 'MeV'"):
        ModelSpec("electromagnetic", (f"{key}=1 MeV",)).build()


def test_complex_elements_stay() -> None:
    model = ModelSpec("electromagnetic", ("magnetic_moment.emu=1e-10+2e-10j",)).build()
    assert model.magnetic_moment[0, 1] == 1e-10 + 2e-10j


CSI = nu.experiment("coherent-csi-2017", Experiment)


def test_a_moment_means_the_same_in_a_grid_and_as_a_parameter(tmp_path: Path) -> None:
    """3e-9 μ_B moves the cost; 3e-9 · 1e-11 μ_B would not, without a word."""
    cost = CSI.cost(nu.Electromagnetic(), ["mu_eff.mu"])
    (grid,) = make_grid(
        "mu_eff.mu=0:3e-9:5", CSI.parameters(nu.Electromagnetic())
    ).values()
    result = scan(cost, {"mu_eff.mu": grid}, checkpoint=tmp_path / "a.h5")
    for value, height in zip(grid, result.twice_nll, strict=True):
        alone = CSI.cost(nu.Electromagnetic(mu_eff={"mu": value}))
        assert height == pytest.approx(
            float(alone.profiled(alone.default).twice_nll[0]), rel=1e-9
        )
    assert np.ptp(result.twice_nll) > 1
    again = ScanResult.load(tmp_path / "a.h5")
    assert again.units == {"mu_eff.mu": "muB"}
    np.testing.assert_array_equal(again.axes["mu_eff.mu"], grid)
    with pytest.warns(ValidityWarning, match="does not depend on mu_eff.mu"):
        scan(cost, {"mu_eff.mu": grid * 1e-11})


def test_points_starts_and_grids_of_python_take_texts() -> None:
    cost = CSI.cost(free=["rn"])
    assert cost.point({"rn": "5.5 fm"}) == cost.point({"rn": 5.5}) == [5.5]
    assert scan(cost, {"rn": ["4 fm", "5 fm"]}).axes["rn"].tolist() == [4, 5]
    moments = CSI.cost(nu.Electromagnetic(), ["mu_eff.mu"])
    assert moments.point({"mu_eff.mu": "100 1e-11 muB"}) == pytest.approx([1e-9])
    fit = CSI.fit(free=["rn"], start={"rn": "5 fm"})
    assert fit["rn"].value == pytest.approx(CSI.fit(free=["rn"])["rn"].value, rel=1e-5)
    with pytest.raises(UnitError, match="rn: '5 MeV' has a unit of energy"):
        cost.point({"rn": "5 MeV"})


def test_ends_of_a_grid_may_have_units_of_their_own() -> None:
    p = Parameter("mu", 0.0, unit="muB")
    (axis,) = make_grid("mu=10 1e-11 muB:3e-9 muB:2", [p]).values()
    np.testing.assert_allclose(axis, [1e-10, 3e-9], rtol=1e-14)
    mass = Parameter("mass", 1.0, unit="MeV")
    (axis,) = make_grid("mass=1 keV:2 GeV:2", [mass]).values()
    np.testing.assert_allclose(axis, [1e-3, 2e3], rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mu=0:3e-9 cm2:5", "has the unit 'cm2', but this quantity is in muB"),
        ("mu=0:3e-9 MeV:5", "has the unit 'MeV', but this quantity is in muB"),
        ("mu=0:3e-9 muBB:5", "has the unit 'muBB', but this quantity is in muB"),
    ],
)
def test_another_unit_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_grid(text, [Parameter("mu", 0.0, unit="muB")])


def test_no_message_proposes_a_power_of_ten() -> None:
    """``write mu=0:3e-9 1e-11 muB`` was the advice, a factor of 1e11."""
    with pytest.raises(InputError, match="write rn=2:9 fm:200"):
        make_grid("rn=2:9:200", [Parameter("rn", 5.0, unit="fm")])
    for unit in PLAIN_UNITS:
        p = Parameter("x", 0.0, unit=unit)
        assert make_grid("x=0:3e-9:2", [p])["x"].tolist() == [0, 3e-9]


def test_areas_convert() -> None:
    # <r²> of 0.5 fm² is 5e-27 cm²
    assert value_in("0.5 fm2", "cm2") == pytest.approx(5e-27, rel=1e-15)
    assert value_in("1e-6 1/GeV2", "1/MeV2") == pytest.approx(1e-12, rel=1e-15)
