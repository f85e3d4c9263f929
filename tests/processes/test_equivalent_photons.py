"""Charges of neutrinos as absorption of equivalent photons by the atom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import ExperimentFileError, InputError, UnitError
from nuprobe.nuclei import photoabsorption
from nuprobe.numerics import FloatArray
from nuprobe.processes import cross_section
from nuprobe.units import cm2, eV, keV

CHARGE, E_NU = 1e-13, 0.3
T = np.array([1.0, 2.0, 5.0, 10.0, 40.0]) * keV


def parts(binding: nu.nuclei.Binding) -> tuple[FloatArray, FloatArray]:
    """What is even and what is odd in the charge, cm²/MeV per atom of xenon."""

    def at(sign: int) -> FloatArray:
        model = nu.Electromagnetic(charge=np.diag([sign * CHARGE] * 3))
        return nu.electron.differential(E_NU, T, model, "nu_e", "Xe", binding=binding)

    weak = nu.electron.differential(E_NU, T, nu.StandardModel(), "nu_e", "Xe")
    return (at(1) + at(-1)) / 2 - weak, (at(1) - at(-1)) / 2


def test_charge_alone_is_that_of_photons() -> None:
    even, _ = parts("epa")
    sigma = photoabsorption("Xe")(T)
    wanted = 2 * ALPHA_EM / np.pi * CHARGE**2 * np.log(E_NU / eV) * sigma / T / cm2
    assert even == pytest.approx(wanted, rel=1e-9)


def test_interference_is_that_of_the_shells() -> None:
    (_, photons), (even, shells) = parts("epa"), parts("step")
    assert photons == pytest.approx(shells, rel=1e-12)
    # for free electrons and T << E: 2 pi alpha^2 q^2/(m T^2)
    free = 2 * np.pi * ALPHA_EM**2 * CHARGE**2 / (M_ELECTRON * T**2) / cm2
    assert even == pytest.approx(free * nu.electron.electrons("Xe", T), rel=0.25)


def test_far_above_all_edges_photons_and_shells_are_of_one_order() -> None:
    ratio = parts("epa")[0] / parts("step")[0]
    assert np.all((ratio > 1) & (ratio < 20))


def test_photoabsorption_of_xenon() -> None:
    # megabarn at 1.043 and 10.06 keV from another table
    found = photoabsorption("Xe")(np.array([1.04294, 10.0583]) * keV) / cm2 / 1e-18
    assert found == pytest.approx([1.723, 0.03506], rel=0.1)
    assert photoabsorption("Xe")(np.array(0.05 * keV)) == 0.0
    below, above = photoabsorption("Xe")(np.array([34.5, 34.6]) * keV)
    assert above / below == pytest.approx(6, rel=0.1)


def test_neutrino_mass_moves_the_logarithm() -> None:
    light = nu.process("electron", binding="epa", neutrino_mass="0.1 eV")
    model = nu.Electromagnetic(charge=np.diag([CHARGE] * 3))
    found = [
        cross_section.differential(p, E_NU, T, "Xe", model, "nu_e")
        - nu.electron.differential(E_NU, T, model, "nu_e", "Xe")
        + parts("step")[0]
        for p in (light, nu.process("electron", binding="epa"))
    ]
    ratio = np.log(E_NU / (0.1 * eV)) / np.log(E_NU / eV)
    assert found[0] / found[1] == pytest.approx(ratio, rel=1e-6)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match=r"no photoabsorption of Cs: .*Ar, Ge, Xe"):
        nu.electron.differential(
            1.0, T, nu.StandardModel(), "nu_e", "Cs", binding="epa"
        )
    with pytest.raises(InputError, match="above 0 and below 1 keV"):
        nu.process("electron", neutrino_mass="2 keV")
    with pytest.raises(UnitError):
        nu.process("electron", neutrino_mass="1 fm")
    xenon = nu.experiment("xenonnt-er-2022")
    made: Any = nu.process("electron", binding="epa", neutrino_mass=1e-7)
    assert replace(made, binding="step").neutrino_mass == 1e-7
    with pytest.raises(ExperimentFileError, match="write '1e-07 eV'"):
        xenon.with_changes({"options": {"neutrino_mass": 1e-7}})


def test_charge_in_the_recoils_of_xenonnt() -> None:
    # an independent fit with equivalent photons: 1.3 and 1.7e-13 e
    xenon = nu.experiment("xenonnt-er-2022").with_changes({"target.binding": "epa"})
    cost = xenon.cost(nu.model("electromagnetic"), ["charge.ee"], "counts")
    grid = np.linspace(-3e-13, 3e-13, 121)
    values = cost.profiled(grid[:, None]).twice_nll
    rise, best = values - values.min(), int(values.argmin())
    high = [np.interp(d, rise[best:], grid[best:]) for d in (1.64, 2.71)]
    assert high == pytest.approx([1.3e-13, 1.7e-13], rel=0.15)
