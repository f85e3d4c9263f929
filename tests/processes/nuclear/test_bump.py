"""Neutrons from carbon-13 against masses, plain quadrature and orders of magnitude."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError, ValidityWarning
from nuprobe.processes.nuclear import bump

COMMAND = ("xsec", "bump")
CURVE = "# of a user\nenergy,sigma\n9.3,0\n12,2e-46\n17,4e-45\n"


@pytest.fixture
def curve(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(CURVE)
    return path


def test_threshold_from_separation_energy() -> None:
    """4.94631 + 4.43982 MeV and the recoil."""
    excess = 4.946309 + 4.43982
    assert bump.threshold() == pytest.approx(
        excess * (1 + excess / (2 * 12109.5)), abs=2e-6
    )
    assert bump.threshold() == pytest.approx(9.390, abs=1e-3)
    below, above = bump.allowed([bump.threshold() - 1e-9, bump.threshold() + 1e-3])
    assert below == 0
    assert above > 0
    # the scale two MeV above, from the notes: 3e-44 B
    assert float(bump.allowed(bump.threshold() + 2)) == pytest.approx(3e-44, rel=0.1)


def test_requirement_by_plain_quadrature() -> None:
    flux = nu.flux("reactor", model="summation")
    found = bump.required(flux, share=0.02, strength=3.0)
    e = np.linspace(bump.threshold(), 16.35, 40001)
    spectrum = flux.spectrum("nubar_e", e)
    above = float(np.trapezoid(spectrum, e))
    assert found.above == pytest.approx(above, rel=1e-5)
    mean = float(np.trapezoid(spectrum * bump.allowed(e, 3.0), e)) / above
    assert found.standard == pytest.approx(mean, rel=1e-5)
    # 30 protons of hydrogen to 18 carbons, of which 1.06 % are carbon-13
    protons = 30 * 0.999855 / (18 * 0.0106)
    needed = 0.02 * nu.ibd.per_unit(flux) * protons / above
    assert found.needed == pytest.approx(needed, rel=1e-4)
    assert found.enhancement == pytest.approx(needed / mean, rel=1e-4)


def test_it_takes_new_physics_by_about_six_orders() -> None:
    flux = nu.flux("reactor", model="summation")
    found = bump.required(flux)
    assert 1e-5 < found.above < 1e-4  # a fission
    assert 1e-38 < found.needed < 1e-37
    assert 5.5 < np.log10(found.enhancement) < 7.5
    assert "6.7 orders of magnitude too small" in found.statement
    assert "new physics" in found.statement
    # twice the share, twice the requirement
    assert bump.required(flux, share=0.02).enhancement == pytest.approx(
        2 * found.enhancement
    )
    heavy = bump.required(flux, strength=1e7)
    assert "not of the Standard Model" in heavy.statement


def test_a_curve_of_the_user(curve: Path) -> None:
    flux = nu.flux("reactor", model="summation")
    found = bump.required(flux, curve=curve)
    e = np.linspace(bump.threshold(), 16.35, 40001)
    spectrum = flux.spectrum("nubar_e", e)
    sigma = np.interp(e, [9.3, 12, 17], [0, 2e-46, 4e-45])
    mean = float(np.trapezoid(spectrum * sigma, e) / np.trapezoid(spectrum, e))
    assert found.standard == pytest.approx(mean, rel=1e-4)
    assert found.curve == "mine.csv"
    assert float(bump.cross_section(9.0, curve)) == 0
    assert float(bump.cross_section(9.35, curve)) == 0  # below the threshold
    curve.write_text(CURVE.replace("4e-45", "8e-45"))
    assert bump.required(flux, curve=curve).standard > found.standard


def test_a_flux_that_ends_below_is_refused_with_its_range() -> None:
    with pytest.raises(InputError, match=r"ends at 8 MeV, below .* 9\.390 MeV"):
        bump.required("reactor")
    with pytest.raises(InputError, match="no nubar_e"):
        bump.required("solar")


def test_where_the_flux_ends_is_told() -> None:
    with pytest.warns(ValidityWarning, match=r"up to 8 MeV and continued .* 12 MeV"):
        bump.required(nu.flux("reactor", highest="12 MeV"))
    with pytest.warns(ValidityWarning, match=r"ends at 10\.05 MeV") as caught:
        found = bump.required(nu.flux("reactor", model="hkss"))
    assert found.ends == 10.05
    whole = nu.flux("reactor", model="summation").of("nubar_e")
    least = bump.threshold()
    e = np.linspace(least, 16.35, 20001)
    density = np.sum([part.continuum(e) for part in whole], axis=0)
    share = density[e > 10.05].sum() / density.sum()
    assert f"they are {100 * share:.0f} %" in str(caught[0].message)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("energy,sigma\n9.3,0\n12,1e-45\n", "ends at 12 MeV, but 16.35 MeV"),
        ("energy,sigma\n9.3,1e-46\n17,1e-45\n", "threshold is 9.390 MeV"),
        ("energy,sigma\n8,0\n9,1e-46\n17,1e-45\n", "threshold is 9.390 MeV"),
        ("energy,sigma\n9.3,0\n9.3,1e-45\n", "must increase"),
        ("energy,sigma\n9.3,0\n17,-1e-45\n", "not be negative"),
        ("energy,sigma\n9.3,0\n17,nan\n", "not finite"),
        ("energy,sigma\n9.3,0\n17,much\n", "could not convert"),
        ("energy,value\n9.3,0\n17,1\n", "needs the columns"),
        ("energy,sigma\n9.3,0\n17,0\n", "is 0 over the whole flux"),
    ],
)
def test_other_curves_are_refused(tmp_path: Path, rows: str, what: str) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(rows)
    flux = nu.flux("reactor", model="summation")
    with pytest.raises(InputError, match=what):
        bump.required(flux, curve=path)


def test_other_mistakes_are_told() -> None:
    flux = nu.flux("reactor", model="summation")
    with pytest.raises(InputError, match="between 0 and 1"):
        bump.required(flux, share=1.5)
    with pytest.raises(InputError, match="no C13"):
        bump.required(flux, target="H2O")
    with pytest.raises(InputError, match="negative"):
        bump.allowed(10.0, -1.0)
    with pytest.raises(InputError, match=r"absent\.csv.*No such file"):
        bump.cross_section(10.0, "absent.csv")


def test_on_the_command_line(run: Run, curve: Path) -> None:
    code, text, _ = run()
    assert code == 0
    assert "5.02e+06" in text
    assert "new physics" in text
    for isotope in ("U235", "U238", "Pu239", "Pu241"):
        assert isotope in text
    code, _, error = run("--flux", "reactor")
    assert code == 2
    assert "below the threshold of 9.390 MeV" in error
    model = ("--flux", "reactor", "--flux-option", "model=summation")
    code, text, _ = run(*model, "--curve", str(curve))
    assert code == 0
    assert "mine.csv" in text
    assert run("--flux-option", "model=summation")[0] == 2
