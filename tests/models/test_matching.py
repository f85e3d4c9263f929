"""Bosons matched onto operators, by hand, through files, and in tridents."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError
from nuprobe.experiments import verdict
from nuprobe.models import (
    ChiralVector,
    ContactOperators,
    LMuLTau,
    matched_operators,
    read_wcxf,
    wcxf_values,
    write_wcxf,
)
from nuprobe.units import GeV, TeV

G_F = G_FERMI * GeV**2  # GeV⁻²
MU = (1, 1, 1, 1)


def test_a_boson_by_hand() -> None:
    boson = ChiralVector(
        3 * TeV, 0.5, neutrinos=(0, 1.2, 0), left=(0.1, 1.0, 0), right=(0, -0.4, 0)
    )
    values = wcxf_values(matched_operators(boson))
    # C = −g² Q_ν Q_X/M², in GeV⁻²
    unit = -(0.5**2) * 1.2 / 3000**2
    assert values == {
        "VnueLL_2211": pytest.approx(0.1 * unit),
        "VnueLL_2222": pytest.approx(1.0 * unit),
        "VnueLR_2222": pytest.approx(-0.4 * unit),
    }
    flavio = wcxf_values(matched_operators(boson), "flavio")
    assert flavio["CVLL_numunumumumu"] == pytest.approx(unit / (4 * G_F / math.sqrt(2)))


def test_they_give_the_ratio_of_the_boson() -> None:
    boson = ChiralVector(1 * TeV, 1.5, left=(0, 1.0, 0), right=(0, 0.3, 0))
    found = verdict(["ccfr-trident"], boson)["ccfr-trident"].ratio
    matched = verdict(["ccfr-trident"], matched_operators(boson))["ccfr-trident"].ratio
    assert found is not None
    assert matched is not None
    assert abs(found[0] - 1) > 0.1
    assert matched[0] == pytest.approx(found[0], rel=1e-5)


def test_vectors_and_stacks_match_too(tmp_path: Path) -> None:
    size = 1e-12
    stack = LMuLTau(1 * TeV, 1.0, base=ContactOperators({MU: size}, factor=2.0))
    found = matched_operators(stack)
    assert found.left[MU] == pytest.approx(-1e-12 + 2 * size)
    assert found.right[MU] == pytest.approx(-1e-12)
    # tau and muon have opposite charges
    assert found.left[2, 2, 1, 1] == pytest.approx(1e-12)
    for basis in ("JMS", "flavio"):
        write_wcxf(tmp_path / "one.json", found, basis)
        read = read_wcxf(tmp_path / "one.json")
        for key, value in found.left.items():
            assert read.left[key] == pytest.approx(value, rel=1e-12)


def test_what_cannot_be_matched_is_said() -> None:
    with pytest.raises(InputError, match="no boson or operator"):
        matched_operators(nu.StandardModel())
    with pytest.raises(InputError, match="couplings to charged leptons"):
        matched_operators(3)
    with pytest.raises(InputError, match="JMS or flavio"):
        wcxf_values(ContactOperators({MU: 1e-12}), "Warsaw")


def test_the_command_prints_and_writes(tmp_path: Path) -> None:
    file = tmp_path / "kk.json"
    words = ["match", "--mass", "3 TeV", "--g-nu", "0.6", "--g-left", "0.5"]
    words += ["--g-right", "-0.2", "--wcxf", str(file), "--json"]
    found = CliRunner().invoke(cli, words)
    assert found.exit_code == 0, found.exception
    said = json.loads(found.stdout)
    assert said["JMS"] == {
        "VnueLL_2222": pytest.approx(-0.3 / 3000**2),
        "VnueLR_2222": pytest.approx(0.12 / 3000**2),
    }
    rate = CliRunner().invoke(cli, ["rate", "ccfr-trident", "--wcxf", str(file)])
    assert rate.exit_code == 0, rate.exception
    model = ["match", "--model", "lmu-ltau", "--param", "mass=1 TeV"]
    found = CliRunner().invoke(cli, [*model, "--param", "coupling=1"])
    assert found.exit_code == 0, found.exception
    assert "VnueLL_2222" in found.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--mass", "3 TeV", "--g-left", "1"), "--g-nu"),
        (("--g-nu", "1"), "--mass"),
        (("--mass", "3 TeV", "--g-nu", "1", "--model", "b-l"), "drop --model"),
    ],
)
def test_impossible_bosons_are_refused(words: tuple[str, ...], says: str) -> None:
    found = CliRunner().invoke(cli, ["match", *words])
    assert isinstance(found.exception, InputError)
    assert says in str(found.exception)
    assert "\n" not in str(found.exception)
