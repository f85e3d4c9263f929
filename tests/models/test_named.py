"""Models by name, from files and from other packages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import VectorCharges, named
from nuprobe.units import GeV, MeV

# a model as another package ships it: one file
PLUGIN = '''
"""A heavy boson that couples to protons and to all charged leptons."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nuprobe.models import (
    ModelName, Parameter, Propagator, StandardModel, VectorExchange, setting
)


@dataclass(frozen=True)
class HeavyBoson:
    """A boson of strength x/M^2.

    Attributes
    ----------
    mass : of the boson in MeV.
    strength : x, in units of G_F times the square of 100 GeV.
    base : what it is added to.
    """

    NAMES = {"heavy-boson": ModelName("a boson of another package")}

    mass: float = setting(unit="MeV")
    strength: float = 1.0
    base: Any = field(default_factory=StandardModel)

    name = "heavy-boson"
    mass_parameters = ()

    @property
    def epsilon(self):
        return self.strength * (1e5 / self.mass) ** 2

    @property
    def parameters(self):
        own = Parameter("strength", self.strength, -10.0, 10.0, step=0.1)
        return (*self.base.parameters, own)

    def with_values(self, values):
        own = {k: v for k, v in values.items() if k == "strength"}
        rest = {k: v for k, v in values.items() if k != "strength"}
        base = self.base.with_values(rest) if rest else self.base
        return replace(self, base=base, **own)

    def _exchange(self, epsilon):
        matrix = np.asarray(epsilon)[..., None, None] * np.eye(3)
        return VectorExchange(Propagator(), {"p": matrix, "e": matrix})

    def couplings(self, anti=False):
        return self.base.couplings(anti).plus(self._exchange(self.epsilon))

    def coupling_derivatives(self, anti=False):
        from nuprobe.models import Couplings

        slope = Couplings((self._exchange((1e5 / self.mass) ** 2),))
        return {**self.base.coupling_derivatives(anti), "strength": slope}

    def lepton_couplings(self, vertex):
        found = self.base.lepton_couplings(vertex)
        if not vertex.neutral:
            return found
        return replace(found, vector=found.vector + self.epsilon)
'''

SCRIPT = """
import json
import nuprobe as nu

model = nu.model("heavy-boson", mass="200 GeV", strength=0.5)
stack = nu.model("stack.yaml")
csi = nu.experiment("coherent-csi-2017")
print(json.dumps({
    "python": float(nu.cevns.total(30.0, "Ar40", model, "nu_mu")),
    "file": float(nu.cevns.total(30.0, "Ar40", stack, "nu_mu")),
    "electron": float(nu.electron.total(30.0, model, "nu_mu")),
    "trident": float(nu.trident.total(
        5e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", model, regime="coherent")),
    "fields": [f.name for f in nu.models.model_fields("heavy-boson")],
    "fit": csi.fit(model, free=["strength"]).free[0].value,
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages that offers one more model."""
    root = tmp_path_factory.mktemp("site")
    (root / "heavy_boson.py").write_text(PLUGIN)
    info = root / "heavy_boson-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: heavy-boson\n")
    (info / "entry_points.txt").write_text(
        "[nuprobe.models]\nheavy-boson = heavy_boson:HeavyBoson\n"
    )
    (root / "stack.yaml").write_text(
        "model:\n- standard: {sin2_theta_w: 0.24}\n"
        "- heavy-boson: {mass: 200 GeV, strength: 0.5}\n"
    )
    return root


def _python(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=site,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_model_of_another_package_reaches_everything(site: Path) -> None:
    done = _python(site, "-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # the same by hand: 0.5 (100/200)² = 0.125 for protons and charged leptons
    shift = 0.125
    nsi = nu.NSI(
        epsilon_u={"mumu": 2 * shift / 3},
        epsilon_d={"mumu": -shift / 3},
        epsilon_e={"mumu": shift},
    )
    assert found["python"] == pytest.approx(
        float(nu.cevns.total(30.0, "Ar40", nsi, "nu_mu")), rel=1e-12
    )
    lower = nu.NSI(nsi.epsilon_u, nsi.epsilon_d, base=nu.StandardModel(0.24))
    assert found["file"] == pytest.approx(
        float(nu.cevns.total(30.0, "Ar40", lower, "nu_mu")), rel=1e-12
    )
    assert found["electron"] == pytest.approx(
        float(nu.electron.total(30.0, nsi, "nu_mu")), rel=1e-12
    )
    # V = ½ + 2s² of nu_mu mu mu moves by the shift
    moved = nu.VectorAxial(0.5 + 2 * 0.23122 + shift, 0.5)
    assert found["trident"] == pytest.approx(
        float(
            nu.trident.total(
                5e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", moved, regime="coherent"
            )
        ),
        rel=1e-12,
    )
    assert found["fields"] == ["mass", "strength"]
    assert np.isfinite(found["fit"])


def test_a_model_of_another_package_reaches_the_command_line(site: Path) -> None:
    model = ("--model", "heavy-boson", "--param", "mass=200 GeV", "--json")
    cevns = ("xsec", "cevns", "--target", "Ar40", "--energy", "30 MeV")
    done = _python(site, "-m", "nuprobe", *cevns, *model)
    assert done.returncode == 0, done.stderr
    shift = 0.25
    nsi = nu.NSI(epsilon_u={"mumu": 2 * shift / 3}, epsilon_d={"mumu": -shift / 3})
    assert json.loads(done.stdout)["rows"][0]["sigma [cm2]"] == pytest.approx(
        float(nu.cevns.total(30.0, "Ar40", nsi, "nu_mu")), rel=1e-12
    )
    done = _python(site, "-m", "nuprobe", "rate", "ccfr-trident", *model)
    assert done.returncode == 0, done.stderr
    done = _python(site, "-m", "nuprobe", "list", "models")
    assert "a boson of another package" in done.stdout


def test_a_broken_package_is_named(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\n")
    (info / "entry_points.txt").write_text("[nuprobe.models]\nbad = no_such:Model\n")
    done = _python(tmp_path, "-c", "import nuprobe as nu; nu.model('b-l', mass=1.0)")
    assert "the model 'bad' (no_such:Model) cannot be loaded" in done.stderr


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("sm", {}, nu.StandardModel()),
        (
            "sm-radiative",
            {"strange_axial": 0.1},
            nu.StandardModel(None, "radiative", 0.1),
        ),
        ("v-a", {}, nu.VMinusA()),
        ("vector-axial", {"vector": 0.5, "axial": 0.4}, nu.VectorAxial(0.5, 0.4)),
        (
            "b-l",
            {"mass": 10 * MeV, "coupling": 1e-4},
            nu.LightVector(10.0, 1e-4, "b-l"),
        ),
        ("b-l", {"mass": "1 GeV", "coupling": 1e-4}, nu.LightVector(1e3, 1e-4, "b-l")),
        (
            "light-vector",
            {"mass": 1.0, "coupling": 1.0, "charges": {"u": 0.5}},
            nu.LightVector(1.0, 1.0, VectorCharges(u=0.5)),
        ),
        (
            "light-scalar",
            {"mass": 1.0, "coupling": 1.0, "label": "s."},
            nu.LightScalar(1.0, 1.0, label="s."),
        ),
        (
            "lmu-ltau",
            {"mass": 1.0, "coupling": 1.0, "mixing": "loop"},
            nu.LMuLTau(1.0, 1.0, "loop"),
        ),
    ],
)
def test_names_make_their_models(
    name: str, values: dict[str, Any], expected: Any
) -> None:
    assert nu.model(name, **values) == expected


def test_every_name_says_what_it_is_and_every_key_is_described() -> None:
    assert len(set(nu.model_names())) == len(nu.model_names())
    for name in nu.model_names():
        assert named.model_title(name)
        settable = {f.name for f in fields(named.model_class(name)) if f.init}
        for key in named.model_fields(name):
            assert key.name in settable
            assert key.doc, (name, key.name)
            assert key.kind, (name, key.name)
    units = {f.name: f.unit for f in named.model_fields("electromagnetic")}
    assert units["charge_radius"] == "cm2"
    assert units["magnetic_moment"] == "muB"
    kinds = {f.name: f.kind for f in named.model_fields("light-vector")}
    assert kinds == {
        "mass": "quantity",
        "coupling": "number",
        "charges": "keys",
        "mixing": "number",
        "mass_range": "numbers",
        "label": "text",
    }


def test_a_stack_and_a_base() -> None:
    boson = nu.model("b-l", mass=10.0, coupling=1e-4)
    direct = nu.model("nsi", epsilon_u={"ee": 0.1}, base=boson)
    stack = nu.model(
        [("b-l", {"mass": "10 MeV", "coupling": 1e-4}), ("nsi", {"epsilon_u.ee": 0.1})]
    )
    for model in (direct, stack):
        assert model.base == boson
        assert model.epsilon_u[0, 0] == 0.1


def test_electromagnetic_takes_an_ordering_and_arrays() -> None:
    found = nu.model("electromagnetic", charge_radius=np.eye(3) * 1e-32)
    np.testing.assert_array_equal(found.charge_radius, np.eye(3) * 1e-32)
    for mixing in ("inverted", {"sin2_12": 0.31}, nu.PMNS(sin2_12=0.31)):
        found = nu.model("electromagnetic", basis="mass", mixing=mixing)
        wanted = nu.PMNS.nufit("inverted") if mixing == "inverted" else nu.PMNS(0.31)
        np.testing.assert_array_equal(found.mixing, wanted.matrix)


@pytest.mark.parametrize("scale", [MeV, GeV])
def test_a_file_is_found_by_its_ending_or_as_a_path(
    tmp_path: Path, scale: float
) -> None:
    path = tmp_path / "stack.yaml"
    unit = "MeV" if scale == MeV else "GeV"
    path.write_text(f"model: [{{b-l: {{mass: 10 {unit}, coupling: 1e-4}}}}]")
    expected = nu.LightVector(10.0 * scale, 1e-4, "b-l")
    assert nu.model(str(path)) == nu.model(path) == expected


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nu.model("b-k"), ["unknown model 'b-k'", "b-l", "light-vector"]),
        (lambda: nu.model("b-l", mas=1.0), ["'mas'", "mass"]),
        (lambda: nu.model("b-l", coupling=1.0), ["b-l", "needs mass"]),
        (lambda: nu.model("b-l", mass=1.0, coupling=1.0, charges="b-l"), ["'charges'"]),
        (lambda: nu.model("b-l", mass="10", coupling=1.0), ["no unit", "MeV"]),
        (lambda: nu.model("sm", base=nu.StandardModel()), ["'base'"]),
        (lambda: nu.model([("nsi", {}), ("sm", {})]), ["sm", "first"]),
        (lambda: nu.model([]), ["at least one"]),
        (lambda: nu.model(3), ["must be a name", "3"]),  # type: ignore[arg-type]
        (lambda: nu.model([("nsi", {})], epsilon_u={}), ["by name"]),
        (lambda: nu.model("nowhere.yaml"), ["nowhere.yaml"]),
        (
            lambda: nu.model("light-scalar", mass=1.0, coupling=1.0, interference=1),
            ["cannot interfere"],
        ),
        (lambda: nu.model("nsi", epsilon_u={"ee": "big"}), ["big"]),
    ],
)
def test_bad_models_are_one_line(call: Any, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_unknown_names_are_lookup_errors() -> None:
    with pytest.raises(UnknownNameError):
        nu.model("standrd")


@pytest.mark.parametrize("regime", ["coherent", "proton"])
def test_a_weak_angle_given_on_purpose_is_used_by_tridents(regime: Any) -> None:
    channel = "nu_mu -> nu_mu mu+ mu-"

    def total(model: Any) -> float:
        return float(nu.trident.total(5e3, channel, "Ar40", model, regime=regime))

    below, at, above = (
        total(nu.StandardModel(s2)) for s2 in (0.23862, 0.23863, 0.23864)
    )
    assert below < at < above
    assert at == pytest.approx((below + above) / 2, rel=1e-9)
    assert total(nu.StandardModel()) == total(nu.StandardModel(0.23122))
    boson = nu.LMuLTau(10.0, 1e-5, base=nu.StandardModel(0.23863))
    assert total(boson) == pytest.approx(at, rel=1e-3)
    assert total(boson) > total(nu.LMuLTau(10.0, 1e-5)) * 1.01


def test_the_model_of_the_contributors_guide_works() -> None:
    """The class that CONTRIBUTING.md shows, as it stands there."""
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = text[text.index("@dataclass(frozen=True)\nclass Shift") :]
    names = "Couplings, ModelName, Parameter, Propagator, Stacked, StandardModel"
    space: dict[str, Any] = {}
    source = (
        "from dataclasses import dataclass, field\nfrom typing import Any, ClassVar\n"
        f"import numpy as np\nfrom nuprobe.models import {names}, VectorExchange\n"
        + code[: code.index("```")]
    )
    exec(compile(source, "CONTRIBUTING.md", "exec", dont_inherit=True), space)
    shift = space["Shift"](0.1)
    same = nu.NSI(epsilon_u={"mumu": 0.2 / 3}, epsilon_d={"mumu": -0.1 / 3})
    assert nu.cevns.total(30.0, "Ar40", shift, "nu_mu") == pytest.approx(
        nu.cevns.total(30.0, "Ar40", same, "nu_mu"), rel=1e-12
    )
    fit = nu.experiment("coherent-csi-2017").fit(shift, free=["shift.size"])
    assert fit.valid
    vertex = nu.models.Vertex(1, 1, 1, 1)
    below = nu.StandardModel().lepton_couplings(vertex)
    assert shift.lepton_couplings(vertex).vector == below.vector
