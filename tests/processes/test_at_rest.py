"""dσ/dT at T = 0: the limit, or one line that says that there is none."""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.models import Model
from nuprobe.numerics import FloatArray
from nuprobe.plotting import figure_of, plot_differential
from nuprobe.processes import CONTACT, exchanges_of
from nuprobe.processes.cross_section import differential, diverges, kernels

SM = nu.StandardModel()
FLAVOURS = ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
ELEMENTS = {"ee": 0, "mumu": 1, "tautau": 2}
PROCESSES = (("cevns", "Ar40"), ("cevns", "CsI"), ("electron", None))


def at(
    process: str,
    target: str | None,
    model: Model,
    flavour: str,
    *,
    close: float = 1e-12,
) -> FloatArray:
    # what tends to zero as well as zero, so that one must not spoil the other
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return np.asarray(
            differential(
                nu.process(process), 12.0, [0.0, close], target, model, flavour
            )
        )


@given(
    st.sampled_from(["charge", "magnetic_moment", "charge_radius"]),
    st.sampled_from(list(ELEMENTS)),
    st.floats(1e-14, 1e-10),
    st.sampled_from(PROCESSES),
    st.sampled_from(FLAVOURS),
)
@settings(deadline=None, max_examples=80)
def test_the_limit_or_no_value(
    kind: str, element: str, size: float, hit: tuple[str, str | None], flavour: str
) -> None:
    value = size * 1e-20 if kind == "charge_radius" else size
    given: dict[str, Any] = {kind: {element: value}}
    model = nu.Electromagnetic(**given)
    touched = FLAVOURS.index(flavour) % 3 == ELEMENTS[element]
    if touched and kind != "charge_radius":
        with pytest.raises(InputError, match=r"infinite at T = 0: give recoils above"):
            at(*hit, model, flavour)
        assert diverges(nu.process(hit[0]), hit[1], model, flavour)
        return
    assert not diverges(nu.process(hit[0]), hit[1], model, flavour)
    zero, near = at(*hit, model, flavour)
    assert zero == pytest.approx(near, rel=1e-8, abs=0)
    if not touched:
        assert zero == at(*hit, SM, flavour)[0]


@pytest.mark.parametrize("hit", PROCESSES)
@pytest.mark.parametrize(
    "model",
    [
        nu.LightVector(1e-3, 1e-6, "universal"),
        nu.LightVector(10.0, 1e-4, "b-l"),
        nu.LightScalar(1e-2, 1e-6, "universal"),
        nu.LMuLTau(mass=10.0, coupling=1e-3, mixing=1e-4),
        nu.NSI(epsilon_u={"ee": 0.1}),
    ],
    ids=lambda model: model.name,
)
def test_massive_mediators_have_a_limit(
    model: Model, hit: tuple[str, str | None]
) -> None:
    # 2MT must be far below the squared mass, which is 1e-6 MeV²
    zero, near = at(*hit, model, "nu_mu", close=1e-18)
    assert np.isfinite(zero)
    assert zero == pytest.approx(near, rel=1e-5, abs=0)


@pytest.mark.parametrize("flux", ["sns", "reactor", "solar"])
def test_means_over_fluxes(flux: str) -> None:
    source = nu.flux(flux)
    flavour = source.flavours[0]
    other = "mumu" if "e" in str(flavour).split("_")[1] else "ee"
    model = nu.Electromagnetic(charge={other: 1e-12}, magnetic_moment={other: 1e-10})
    got = nu.cevns.averaged(source, [0.0, 1e-12], "Ge74", model, flavour)
    assert got[0] == pytest.approx(got[1], rel=1e-4, abs=0)
    assert got[0] == nu.cevns.averaged(source, 0.0, "Ge74", SM, flavour)
    touched = nu.Electromagnetic(charge={"ee": 1e-12, "mumu": 1e-12, "tautau": 1e-12})
    with pytest.raises(InputError, match="infinite at T = 0"):
        nu.cevns.averaged(source, 0.0, "Ge74", touched, flavour)


def test_bound_electrons_stay_at_rest() -> None:
    model = nu.Electromagnetic(charge={"ee": 1e-12}, magnetic_moment={"ee": 1e-10})
    got = nu.electron.differential(1.0, [0.0, 1e-4], model, "nu_e", target="Xe")
    assert got[0] == 0
    assert got[1] > 0
    assert not diverges(nu.process("electron"), "Xe", model, "nu_e")


def test_kernels_are_finite_or_refused() -> None:
    cevns = nu.process("cevns")
    (argon,) = cevns.scatterers(nu.target("Ar40"))
    assert np.all(np.isfinite(kernels(argon, 10.0, 0.0, cevns.terms(CONTACT), CONTACT)))
    model = nu.Electromagnetic(charge={"ee": 1e-12}, magnetic_moment={"ee": 1e-10})
    exchanges = exchanges_of(model.couplings())
    terms = cevns.terms(exchanges)
    with pytest.raises(InputError, match=r"magnetic are infinite at T = 0"):
        kernels(argon, 10.0, [0.0, 1e-3], terms, exchanges)
    assert np.all(np.isfinite(kernels(argon, 10.0, 1e-9, terms, exchanges)))


def test_a_plot_of_a_charge_begins_above_zero() -> None:
    model = nu.Electromagnetic(charge={"ee": 1e-12})
    for flavour, first in (("nu_e", False), ("nu_mu", True)):
        main, _ = figure_of(
            plot_differential("Ar40", model, [20.0], flavours=flavour)
        ).axes
        x, y = (np.asarray(v, dtype=float) for v in main.lines[0].get_data())
        assert (x[0] == 0) == first
        assert np.all(np.isfinite(y))
