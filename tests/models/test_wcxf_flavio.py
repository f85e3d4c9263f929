"""The conventions of WCxf files against flavio and wilson, where they are installed."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nuprobe.models import StandardModel, Vertex, read_wcxf

_WHY = "an oracle outside of nuprobe's dependencies: pip install flavio 'particle<0.25'"
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def flavio() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("flavio", reason=_WHY)


def _write(
    path: Path, eft: str, basis: str, scale: float, values: dict[str, Any]
) -> Path:
    path.write_text(
        json.dumps({"eft": eft, "basis": basis, "scale": scale, "values": values}),
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("basis", ["flavio", "JMS"])
def test_r_trident(flavio: Any, tmp_path: Path, basis: str, seed: int) -> None:
    # flavio sums V² + A² over the outgoing neutrino, at a scale where nothing is left
    # to run
    rng = np.random.default_rng(seed)
    if basis == "flavio":
        names, size = (
            [
                f"CVL{x}_{n}mumu"
                for x in "LR"
                for n in ("numunumu", "nuenumu", "numunutau")
            ],
            0.3,
        )
    else:
        names, size = (
            [f"VnueL{x}_{n}22" for x in "LR" for n in ("22", "12", "23")],
            1e-5,
        )
    values = {name: float(rng.normal(scale=size)) for name in names}
    wilson = flavio.WilsonCoefficients()
    wilson.set_initial(values, scale=1, eft="WET-3", basis=basis)
    expected = flavio.np_prediction("R_trident", wilson)
    s2 = flavio.default_parameters.get_central_all()["s2w"]
    model = read_wcxf(
        _write(tmp_path / "wc.json", "WET-3", basis, 1.0, values),
        StandardModel(sin2_theta_w_high=float(s2)),
    )

    def rate(one: Any) -> float:
        every = [one.lepton_couplings(Vertex(1, out, 1, 1)) for out in range(3)]
        return float(sum(c.vector**2 + c.axial**2 for c in every))

    # the two programs differ in the ninth digit of G_F
    assert rate(model) / rate(model.base) == pytest.approx(expected, rel=1e-6, abs=0)
    assert abs(expected - 1) > 0.01


@pytest.mark.parametrize(
    ("eft", "scale"), [("WET", 91.1876), ("WET-4", 4.0), ("WET-3", 2.0)]
)
def test_translation_of_every_coefficient(
    flavio: Any, tmp_path: Path, eft: str, scale: float
) -> None:
    wcxf = pytest.importorskip("wilson.wcxf", reason=_WHY)
    sectors = ("ffnunu", "nunumue", "nunumutau", "nunutaue")
    jms = wcxf.Basis[eft, "JMS"].sectors
    names = [
        name for s in sectors for name in jms.get(s, {}) if name.startswith("VnueL")
    ]
    assert len(names) == (42 if eft == "WET-3" else 90)
    rng = np.random.default_rng(1)
    values = {name: float(rng.normal(scale=1e-6)) for name in names}
    translated = wcxf.WC(eft, "JMS", scale, values).translate("flavio")
    one = read_wcxf(_write(tmp_path / "jms.json", eft, "JMS", scale, values))
    two_values = {
        k: {"Re": complex(v).real, "Im": complex(v).imag}
        for k, v in translated.dict.items()
        if v
    }
    assert len(two_values) == len(names)
    two = read_wcxf(_write(tmp_path / "flavio.json", eft, "flavio", scale, two_values))
    assert two.left == pytest.approx(one.left, rel=1e-6, abs=0)
    assert two.right == pytest.approx(one.right, rel=1e-6, abs=0)
    assert len(one.left) == len(one.right) == (36 if eft == "WET-3" else 81)
