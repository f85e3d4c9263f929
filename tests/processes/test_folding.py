"""Integrals over a flux by moments against integrals of the same kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.fluxes import flux_names
from nuprobe.oscillation import Vacuum
from nuprobe.processes import CONTACT, Exchanges, KernelGroup, Scatterer, exchanges_of
from nuprobe.processes.folding import Deposits, over_flux
from nuprobe.units import m

EVERYTHING = exchanges_of(
    nu.Electromagnetic(
        magnetic_moment={"mumu": 1e-10}, base=nu.LightVector(50.0, 1e-4)
    ).couplings()
)
SCALAR = exchanges_of(nu.LightScalar(50.0, 1e-4).couplings())


def _by_quadrature(group: KernelGroup) -> KernelGroup:
    """The same kernels as a function of energy and deposit, which are integrated."""
    return replace(group, powers=None, amplitudes=None, function=group.kinematics)


def _cases() -> list[tuple[Scatterer, KernelGroup]]:
    found = []
    for name, target in (("cevns", "F19"), ("electron", "Ge")):
        scatterer = nu.process(name).scatterers(nu.target(target))[0]
        for exchanges in (EVERYTHING, SCALAR):
            found += [(scatterer, g) for g in scatterer.groups(exchanges)]
    return found


@pytest.mark.parametrize("name", ["sns", "reactor", "solar", "supernova"])
def test_moments_are_the_integral(name: str) -> None:
    for component in nu.flux(name).components:
        for scatterer, group in _cases():
            top = float(scatterer.t_max(np.array([component.e_max]))[0])
            t = np.geomspace(1e-2 * top, 0.97 * top, 7)
            wanted = [
                Deposits(scatterer, (group,), t),
                Deposits(scatterer, (_by_quadrature(group),), t),
            ]
            (moments,), (integral,) = over_flux([component], wanted, refine=3)
            assert moments == pytest.approx(integral, rel=1e-9)
            above = Deposits(scatterer, (group,), np.array([top * (1 + 1e-9)]))
            assert over_flux([component], [above])[0][0] == 0


def test_every_shipped_kernel_is_a_polynomial() -> None:
    assert len(_cases()) >= 8
    assert all(group.powers is not None for _, group in _cases())


def test_oscillation_factors_are_integrated_too() -> None:
    component = nu.flux("reactor").components[0]
    propagation = Vacuum(20 * m)
    scatterer = nu.process("cevns").scatterers(nu.target("Ge72"))[0]
    (group,) = scatterer.groups(CONTACT)
    t = np.geomspace(1e-4, 1e-3, 5)
    wanted = [
        Deposits(scatterer, (group,), t),
        Deposits(scatterer, (_by_quadrature(group),), t),
    ]
    (moments,), (integral,) = over_flux([component], wanted, 3, propagation.functions)
    assert moments.shape == (5, len(propagation.names))
    assert moments == pytest.approx(integral, rel=1e-9, abs=1e-12 * integral.max())


@pytest.mark.parametrize("name", flux_names())
def test_no_rate_is_negative(name: str) -> None:
    scatterer = nu.process("cevns").scatterers(nu.target("Cs133"))[0]
    for component in nu.flux(name).components:
        top = float(scatterer.t_max(np.array([component.e_max]))[0])
        t = np.concatenate(
            [np.linspace(0, top, 400), top * (1 - np.geomspace(1e-12, 1e-2, 50))]
        )
        (values,) = over_flux(
            [component], [Deposits(scatterer, scatterer.groups(EVERYTHING), t)]
        )
        assert all((v >= 0).all() and np.isfinite(v).all() for v in values)


def test_nothing_is_wanted_of_a_process_without_kernels() -> None:
    scatterer = nu.process("cevns").scatterers(nu.target("Cs133"))[0]
    nothing = Exchanges(())
    groups = tuple(g for g in scatterer.groups(nothing) if g.terms)
    component = nu.flux("sns").components[0]
    assert over_flux([component], [Deposits(scatterer, groups, np.ones(3))]) == [()]
