"""Errors are one short line, however large the input was."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import (
    LONGEST_MESSAGE,
    LONGEST_VALUE,
    InputError,
    NuprobeError,
    OutputError,
    UnknownNameError,
    shown,
)
from nuprobe.nuclei import axial_terms, sigma_series, target
from nuprobe.units import fm, parse_grid, parse_quantity

MUMU = "nu_mu -> nu_mu mu+ mu-"
SM = nu.StandardModel()
MIXED: list[Any] = [*map(float, range(1, 901)), "bad"]
NAN = np.where(np.arange(901) == 450, np.nan, 10.0)
NEGATIVE = np.where(np.arange(901) == 450, -1.0, 10.0)
COMPLEX = np.full(901, 1j)
RAGGED: list[Any] = [[1.0] * 900, [2.0]]
WORDS = np.array(["ten"] * 901)

# each takes energies or other numbers and must refuse those below
NUMBERS: dict[str, Callable[[Any], object]] = {
    "cevns.total": lambda x: nu.cevns.total(x, "Ar40", SM, flavour="nu_mu"),
    "cevns.differential, energy": lambda x: nu.cevns.differential(
        x, 0.01, "Ar40", SM, flavour="nu_mu"
    ),
    "cevns.differential, recoil": lambda x: nu.cevns.differential(
        30.0, x, "Ar40", SM, flavour="nu_mu"
    ),
    "electron.differential, energy": lambda x: nu.electron.differential(
        x, 0.1, model=SM, flavour="nu_e"
    ),
    "electron.differential, recoil": lambda x: nu.electron.differential(
        3.0, x, model=SM, flavour="nu_e"
    ),
    "electron.total": lambda x: nu.electron.total(x, model=SM, flavour="nu_e"),
    "trident.total": lambda x: nu.trident.total(x, MUMU, "Ar40", SM, regime="coherent"),
    "form factor": lambda x: nu.form_factors.Helm(3.4 * fm)(x),
    "axial_terms": lambda x: axial_terms("Xe129", x),
    "sigma_series": lambda x: sigma_series(x, "Ar40", -1e-5, 1e-10),
    "probabilities": lambda x: nu.oscillation.probabilities(
        nu.oscillation.Averaged(), "nu_e", x
    ),
    "mu_eff": lambda x: nu.oscillation.mu_eff(SM, "nu_e", x, nu.oscillation.Averaged()),
    "moment_limits": lambda x: nu.oscillation.moment_limits(1e-11, x),
    "PMNS": lambda x: nu.PMNS(sin2_12=x),
    "Vacuum": lambda x: nu.oscillation.Vacuum(x),
    "target radius": lambda x: target("Ar40", r_p=x),
    "Electromagnetic": lambda x: nu.Electromagnetic(magnetic_moment=x),
    "NSI": lambda x: nu.NSI(epsilon_u=x),
    "LightVector mass": lambda x: nu.LightVector(x, 1e-4, "b-l"),
    "StandardModel": lambda x: nu.StandardModel(x),
}


@pytest.mark.parametrize(
    "bad",
    [MIXED, NAN, NEGATIVE, COMPLEX, RAGGED, WORDS, "x" * 10_000],
    ids=["mixed", "nan", "negative", "complex", "ragged", "words", "text"],
)
@pytest.mark.parametrize("name", NUMBERS)
def test_large_bad_arrays_are_refused_in_one_short_line(name: str, bad: object) -> None:
    if bad is NEGATIVE and name in ("Electromagnetic", "NSI"):
        bad = np.full((7, 900), -1.0)  # their signs are free, their shape is not
    with pytest.raises(NuprobeError) as caught:
        NUMBERS[name](bad)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300, message


LONG = "q" * 50_000
TEXTS: dict[str, Callable[[], object]] = {
    "isotope": lambda: nu.isotope(LONG),
    "target": lambda: nu.target(LONG),
    "formula": lambda: nu.target("Xx" * 9000),
    "flavour": lambda: nu.cevns.total(30.0, "Ar40", SM, flavour=LONG),
    "channel": lambda: nu.trident.total(1e4, LONG, "Ar40", SM),
    "flux": lambda: nu.flux(LONG),
    "experiment": lambda: nu.experiment(LONG),
    "model": lambda: nu.model(LONG),
    "form factor": lambda: nu.target("Ar40", form_factor=LONG),
    "not a form factor": lambda: nu.target("Ar40", form_factor=MIXED),  # type: ignore[arg-type]
    "quantity": lambda: parse_quantity(LONG, "energy"),
    "list of energies": lambda: parse_grid(",".join(["10"] * 901), "energy"),
    "bad energy in a list": lambda: parse_grid(
        ",".join(["10"] * 901 + ["1e"]), "energy"
    ),
    "unknown unit": lambda: parse_grid(",".join(["10"] * 901) + " MeW", "energy"),
    "parameter": lambda: nu.experiment("coherent-csi-2017").fit(SM, free=[LONG]),
    "propagation": lambda: nu.oscillation.probabilities(MIXED, "nu_e", 1.0),  # type: ignore[arg-type]
    "mixing": lambda: nu.oscillation.Averaged(MIXED),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", TEXTS)
def test_long_texts_are_refused_in_one_short_line(name: str) -> None:
    with pytest.raises(NuprobeError) as caught:
        TEXTS[name]()
    message = str(caught.value)
    assert "\n" not in message
    # those of unknown names list what is known
    assert len(message) < 400, message


@pytest.mark.parametrize(
    "value", [NAN, MIXED, RAGGED, {i: [i] * 99 for i in range(999)}, LONG, b"x" * 999]
)
def test_a_shown_value_is_short_and_in_one_line(value: object) -> None:
    assert len(shown(value)) <= LONGEST_VALUE
    assert "\n" not in shown(value)
    assert shown([1, "a"]) == "[1, 'a']"


def test_a_message_keeps_beginning_and_remedy() -> None:
    error = InputError("bad input: " + "0.1, \n" * 5000 + "; give one number")
    text = str(error)
    assert len(text) == LONGEST_MESSAGE
    assert text.startswith("bad input: 0.1, 0.1")
    assert text.endswith("; give one number")
    assert "\n" not in text
    assert str(InputError("kept  as it is")) == "kept  as it is"
    assert str(pickle.loads(pickle.dumps(error))) == text
    assert str(OutputError("cannot\nwrite")) == "cannot write"
    assert str(UnknownNameError("isotope", LONG, ["Ar40"])).count("q") < LONGEST_VALUE


def test_what_is_part_of_a_name_is_offered() -> None:
    for what, given, meant in (
        (nu.target, "glass", "charm2-glass"),
        (nu.experiment, "csi", "coherent-csi-2017"),
        (nu.flux, "charm2", "charm2-nu"),
    ):
        with pytest.raises(NuprobeError, match=f"did you mean.*{meant}"):
            what(given)


def test_part_between_hyphens_is_a_guess() -> None:
    known = ["dipole", "fermi", "literature-fermi", "woods-saxon"]
    error = UnknownNameError("form factor", "symmetrised-fermi", known)
    assert error.suggestions == ("fermi", "literature-fermi")
    # up to sixteen names are listed where none is close
    assert "known: dipole" in str(UnknownNameError("form factor", "gauss", known * 4))
    many = [f"x{i}" for i in range(16)]
    assert "known: x0" in str(UnknownNameError("thing", "gauss", many))
