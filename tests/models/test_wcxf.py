from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nuprobe.constants import G_FERMI, SIN2_THETA_W_MZ
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.models import (
    ContactOperators,
    LMuLTau,
    StandardModel,
    VectorAxial,
    Vertex,
    VMinusA,
    read_wcxf,
)
from nuprobe.processes.trident import CHANNELS, total
from nuprobe.units import GeV

EMPTY = VectorAxial(0.0, 0.0)
NORM = 4 * G_FERMI * GeV**2 / math.sqrt(2)  # in GeV⁻²
# the same operator in both bases, as their definition files write it: name in JMS, name
# in flavio, flavio's prefactor
PAIRS = (
    ("VnueLL_2222", "CVLL_numunumumumu", NORM),
    ("VnueLR_1133", "CVLR_nuenuetautau", NORM),
    ("VnueLL_1222", "CVLL_nuenumumumu", NORM),
    ("VnueLR_2311", "CVLR_numunutauee", NORM),
    ("VnueLL_1112", "CVLL_nuenuemue", 1.0),
    ("VnueLR_3323", "CVLR_nutaunutautaumu", 1.0),
    ("VnueLL_1221", "CVLL_numunueemu", 1.0),
    ("VnueLL_1212", "CVLL_numunuemue", 1.0),
    ("VnueLR_2321", "CVLR_nutaunumuemu", 1.0),
    ("VnueLL_1331", "CVLL_nutaunueetau", 1.0),
    ("VnueLL_2332", "CVLL_nutaunumumutau", 1.0),
)
VERTICES = [Vertex(a, b, c, d) for a, b, c, d in itertools.product(range(3), repeat=4)]


def write(
    folder: Path,
    values: Any,
    eft: str = "WET",
    basis: str = "JMS",
    scale: object = 91.1876,
) -> Path:
    path = folder / f"{eft}.{basis}.json"
    path.write_text(
        json.dumps({"eft": eft, "basis": basis, "scale": scale, "values": values}),
        encoding="utf-8",
    )
    return path


@pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
def test_the_standard_model_as_a_file_of_contact_operators(tmp_path: Path) -> None:
    # L = −2√2 G_F (ν̄_p γP_L ν_p)(ℓ̄_s γ[(−½ + s²)P_L + s² P_R]ℓ_s), and W exchange
    # after Fierz, with its conjugate
    s2 = SIN2_THETA_W_MZ
    values: dict[str, float] = {}
    for p, s in itertools.product((1, 2, 3), repeat=2):
        values[f"VnueLL_{p}{p}{s}{s}"] = -NORM * (-0.5 + s2 + (p == s))
        values[f"VnueLR_{p}{p}{s}{s}"] = -NORM * s2
    for p, r in ((1, 2), (1, 3), (2, 3)):
        values[f"VnueLL_{p}{r}{r}{p}"] = -NORM
    model = read_wcxf(write(tmp_path, values), EMPTY)
    for vertex in VERTICES:
        ours, theirs = (
            model.lepton_couplings(vertex),
            StandardModel().lepton_couplings(vertex),
        )
        assert ours.vector == pytest.approx(float(theirs.vector), abs=1e-14)
        assert ours.axial == pytest.approx(float(theirs.axial), abs=1e-14)


@pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
def test_charged_currents_alone_are_v_minus_a(tmp_path: Path) -> None:
    # in flavio's basis the diagonal ones are in units of 4G_F/√2, the others in GeV⁻²
    # and in the other order
    values = {
        "CVLL_nuenueee": -1.0,
        "CVLL_numunumumumu": -1.0,
        "CVLL_nutaunutautautau": -1.0,
    }
    values |= dict.fromkeys(
        ("CVLL_numunueemu", "CVLL_nutaunueetau", "CVLL_nutaunumumutau"), -NORM
    )
    model = read_wcxf(write(tmp_path, values, basis="flavio"), EMPTY)
    for vertex in VERTICES:
        ours, theirs = (
            model.lepton_couplings(vertex),
            VMinusA().lepton_couplings(vertex),
        )
        assert (ours.vector, ours.axial) == pytest.approx(
            (float(theirs.vector), float(theirs.axial)), rel=1e-14, abs=0
        )


def test_a_heavy_mediator_integrated_out(tmp_path: Path) -> None:
    # L = −(1/M²) g′²Q_νQ_ℓ (ν̄γP_Lν)(ℓ̄γℓ), of L_μ − L_τ
    mass, g = 1e3 * GeV, 0.8
    charge = {1: 0, 2: 1, 3: -1}
    values = {
        f"VnueL{x}_{p}{p}{s}{s}": -(g**2) * charge[p] * charge[s] / (mass / GeV) ** 2
        for x, p, s in itertools.product("LR", charge, charge)
    }
    model, mediator = read_wcxf(write(tmp_path, values)), LMuLTau(mass, g)
    for one in CHANNELS:
        exact = mediator.lepton_couplings(one.vertex)
        heavy = sum(float(m.strength) / m.mass**2 for m in exact.mediators)
        ours = model.lepton_couplings(one.vertex)
        assert ours.vector == pytest.approx(
            float(exact.vector) + heavy, rel=1e-12, abs=0
        )
        assert ours.axial == pytest.approx(float(exact.axial), rel=1e-12, abs=0)
    # K² ≲ 0.1 GeV² leaves 1e-7 of a shift of 10 %
    energies = np.array([3.0, 30.0]) * GeV
    sigma = [
        total(energies, "nu_mu -> nu_mu mu+ mu-", "Ar40", m)
        for m in (model, mediator, StandardModel())
    ]
    assert sigma[0] == pytest.approx(sigma[1], rel=1e-6, abs=0)
    assert np.all(sigma[0] > 1.01 * sigma[2])


@pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
@pytest.mark.parametrize(("jms", "flavio", "norm"), PAIRS)
def test_both_bases(tmp_path: Path, jms: str, flavio: str, norm: float) -> None:
    one = read_wcxf(write(tmp_path, {jms: 2.5e-6}), EMPTY)
    two = read_wcxf(write(tmp_path, {flavio: 2.5e-6 / norm}, basis="flavio"), EMPTY)
    p, r, s, t = (int(digit) - 1 for digit in jms[-4:])
    expected = {(r, p, s, t): 2.5e-12, (p, r, t, s): 2.5e-12}
    for model in (one, two):
        here, there = (
            (model.left, model.right) if jms[5] == "L" else (model.right, model.left)
        )
        assert here == pytest.approx(expected, rel=1e-14, abs=0)
        assert there == {}


@pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
@pytest.mark.parametrize(
    ("eft", "leptons"), [("WET", "123"), ("WET-4", "123"), ("WET-3", "12")]
)
def test_every_operator_once(tmp_path: Path, eft: str, leptons: str) -> None:
    # hermitian conjugates of the basis' operators are refused, so that each vertex is
    # reached by one name only
    accepted = 0
    for p, r, s, t in itertools.product("123", "123", leptons, leptons):
        path = write(tmp_path, {f"VnueLL_{p}{r}{s}{t}": 1e-6}, eft)
        try:
            accepted += len(read_wcxf(path).left)
        except InputError as err:
            assert f"conjugate of VnueLL_{r}{p}{t}{s}:" in str(err)  # noqa: PT017
    assert accepted == 9 * len(leptons) ** 2


def test_yaml_numbers_and_extra_keys(tmp_path: Path) -> None:
    path = tmp_path / "wc.yaml"
    # 1e-6 without a point is text to YAML; a translation leaves imaginary parts of
    # rounding
    path.write_text(
        "eft: WET-3\nbasis: flavio\nscale: 2\nmetadata: {generator: hand}\nvalues:\n "
        " CVLL_numunumumumu: 1e-2\n  CVLR_numunumumumu:\n    Re: -3e-2\n    Im:"
        " 1e-18\n",
        encoding="utf-8",
    )
    model = read_wcxf(path)
    assert model.base == StandardModel()
    assert model.left == pytest.approx(
        {(1, 1, 1, 1): 1e-2 * 2 * math.sqrt(2) * G_FERMI}
    )
    assert model.right == pytest.approx(
        {(1, 1, 1, 1): -3e-2 * 2 * math.sqrt(2) * G_FERMI}
    )
    couplings = model.lepton_couplings(Vertex(1, 1, 1, 1))
    assert couplings.vector == pytest.approx(0.5 + 2 * SIN2_THETA_W_MZ + 0.02)
    assert couplings.axial == pytest.approx(0.5 - 0.04)


@pytest.mark.parametrize(
    ("values", "keywords", "text"),
    [
        (
            {"VnueLL_2222": 1e-6, "VnuLL_2222": 1.0},
            {},
            "ignored, not of a trident: VnuLL_2222$",
        ),
        (
            {f"C{i}_bs": 1.0 for i in range(9)},
            {},
            "C5_bs and 3 more; no trident coefficient is left",
        ),
        (
            {"CVLL_numunumuuu": 1.0},
            {"basis": "flavio"},
            "ignored, not of a trident: CVLL_numunumuuu; no trident",
        ),
        (
            {"VnueduLL_1111": 1.0, "VnueLR_2211": 1e-6},
            {},
            "ignored, not of a trident: VnueduLL_1111$",
        ),
        ({}, {}, "values is empty; no trident coefficient is left"),
        (
            {"VnueLL_1222": 1e-6},
            {},
            "violate lepton number, unlike any trident channel: VnueLL_1222",
        ),
        ({"VnueLL_2212": 1e-6}, {"eft": "LEFT"}, "violate lepton number"),
        (
            {"VnueLL_2222": 1e-6},
            {"eft": "WET-3", "scale": 160},
            r"WET-3 is valid from about 0\.05 to 2\.6 GeV.*160 GeV",
        ),
        ({"VnueLL_2222": 1e-6}, {"scale": 1000}, "but the scale is 1000 GeV"),
        (
            {"VnueLL_1221": 0.01 * NORM},
            {},
            r"changes muon decay and the G_F measured there, by -0\.01 relative",
        ),
    ],
)
def test_warnings(
    tmp_path: Path, values: dict[str, float], keywords: dict[str, Any], text: str
) -> None:
    with pytest.warns(ValidityWarning, match=text) as caught:
        model = read_wcxf(write(tmp_path, values, **keywords))
    assert len(caught) == 1
    assert isinstance(model, ContactOperators)
    assert caught[0].filename == __file__


def test_quiet_where_there_is_nothing_to_say(tmp_path: Path) -> None:
    # warnings are errors here
    assert read_wcxf(
        write(
            tmp_path,
            {"VnueLL_2222": 1e-6, "VnueLL_1222": 0.0, "VnueLL_1331": 1e-7},
            scale=160,
        )
    ).left


@pytest.mark.parametrize(
    ("values", "keywords", "text"),
    [
        (
            {},
            {"eft": "SMEFT", "basis": "Warsaw"},
            "unknown EFT in .* 'SMEFT'.*LEFT, WET.*Else match or translate",
        ),
        ({}, {"eft": "WET-2"}, "unknown EFT"),
        ({}, {"basis": "Bern"}, "unknown WET basis in .* 'Bern': known: JMS, flavio"),
        ({}, {"basis": "jms"}, "did you mean JMS"),
        (
            {},
            {"eft": "LEFT", "basis": "flavio"},
            "unknown LEFT basis in .* 'flavio': known: JMS",
        ),
        (
            {"VnueLL_2224": 1.0},
            {},
            "unknown WET JMS coefficient in .* 'VnueLL_2224': did you mean VnueLL_",
        ),
        ({"vnueLL_2222": 1.0}, {}, "did you mean VnueLL_2222"),
        ({"VnueRR_2222": 1.0}, {}, "unknown WET JMS"),
        (
            {"VnueLL_2222": 1.0},
            {"basis": "flavio"},
            "unknown WET flavio coefficient .* 'VnueLL_2222'",
        ),
        (
            {"CVLL_numunumumumu": 1.0},
            {},
            "unknown WET JMS coefficient .* 'CVLL_numunumumumu'",
        ),
        (
            {"CVLL_numunumumuu": 1.0},
            {"basis": "flavio"},
            "did you mean CVLL_numunumumumu",
        ),
        (
            {"VnueLL_3322": 1.0, "VnueLL_2233": 1.0},
            {"eft": "WET-3", "scale": 2},
            "unknown WET-3 JMS .* 'VnueLL_2233'",
        ),
    ],
)
def test_unknown_names(
    tmp_path: Path, values: dict[str, float], keywords: dict[str, Any], text: str
) -> None:
    with pytest.raises(UnknownNameError, match=text) as caught:
        read_wcxf(write(tmp_path, values, **keywords))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (
            {"VnueLL_2222": {"Re": 1e-6, "Im": 1e-7}},
            r"VnueLL_2222 has an imaginary part \(1e-07\), but it belongs to a",
        ),
        (
            {"VnueLL_1331": {"Im": 1e-7}},
            "take real coefficients: give a real number .the modulus",
        ),
        (
            {"VnueLL_2221": 1.0},
            (
                "VnueLL_2221 is the hermitian conjugate of VnueLL_2212: the JMS basis"
                " has only"
            ),
        ),
        ({"VnueLL_2222": True}, "finite number or {Re: number, Im: number}, got True"),
        ({"VnueLL_2222": "large"}, "got 'large'"),
        ({"VnueLL_2222": None}, "got None"),
        ({"VnueLL_2222": math.nan}, "got 'NaN'"),
        ({"VnueLL_2222": {"Re": math.inf}}, "got {'Re': 'Infinity'}"),
        ({"VnueLL_2222": 10**400}, "an integer of 401 digits"),
        ({"VnueLL_2222": {}}, "got {}"),
        ({"VnueLL_2222": {"re": 1.0}}, "got {'re': 1.0}"),
        ({"VnueLL_2222": [1.0, 0.0]}, r"got \[1.0, 0.0\]"),
        ([], r"values is \[\], not names with numbers"),
        (None, "lacks values"),
    ],
)
def test_bad_values(tmp_path: Path, values: object, text: str) -> None:
    with pytest.raises(InputError, match=text) as caught:
        read_wcxf(write(tmp_path, values))
    assert "\n" not in str(caught.value)


def test_conjugates_of_flavio_names(tmp_path: Path) -> None:
    for name, other in (
        ("CVLL_numunuemumu", "CVLL_nuenumumumu"),
        ("CVLR_nuenumuemu", "CVLR_numunuemue"),
        ("CVLL_numunumuemu", "CVLL_numunumumue"),
    ):
        with pytest.raises(
            InputError, match=f"{name} is the hermitian conjugate of {other}:"
        ):
            read_wcxf(write(tmp_path, {name: 1e-3}, basis="flavio"))


@pytest.mark.parametrize("scale", [0, -1, "x", math.inf, True, [91]])
def test_bad_scales(tmp_path: Path, scale: object) -> None:
    with pytest.raises(InputError, match="scale must be a positive number of GeV"):
        read_wcxf(write(tmp_path, {}, scale=scale))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the file is empty"),
        (b"[1, 2]", "contains list"),
        (b"eft: WET\n", "lacks basis, scale, values"),
        (b"{eft: [", "cannot be parsed"),
        (
            b"eft: !!python/object/apply:os.system [true]\n",
            "cannot be parsed .*the tag .* is not allowed",
        ),
        (
            b'{"eft": "WET", "eft": "WET-3"}',
            "eft: this key is given twice",
        ),
        (
            b"values: {VnueLL_2222: 1.0, VnueLL_2222: 2.0}\n",
            "VnueLL_2222: this key is given twice",
        ),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"[" * 100_000, "cannot be parsed"),
        (b"when: 2001-99-99\n", "cannot be parsed"),
    ],
)
def test_files_that_are_not_wcxf(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "wc.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=text) as caught:
        read_wcxf(path)
    assert "\n" not in str(caught.value)
    assert "eft, basis, scale and values" in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*none\.yaml: there is no such"):
        read_wcxf(tmp_path / "none.yaml")
    with pytest.raises(InputError, match=r"cannot read .*: it is a folder"):
        read_wcxf(str(tmp_path))
