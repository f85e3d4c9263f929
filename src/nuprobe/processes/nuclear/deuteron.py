"""Break-up of the deuteron: ν_e d → e⁻ p p and ν̄_e d → e⁺ n n by charged currents,
ν d → ν p n by neutral ones, of every flavour.

Cross sections are σ₀ + L_1A σ₁ + L_1A² σ₂ with the two-body axial current L_1A (fm³ at
μ = m_π), which is a constant of the process that fits and scans may free. Its
definition depends on the scheme: see `nuprobe.processes.nuclear.two_nucleons`. Without
one it is 0 in the resummed scheme; a value requires a scheme.

Radiative corrections, none by default:

- ``radiative="inner"``: all is multiplied by the square of 1.1803/1.16638, the Fermi
  constant of nuclear β decays G′_F over that of the muon, as the tables of Nakamura et
  al. do (unverified): +2.4 %;
- ``"outer"``: charged currents with the photons of the electron
  (`nuprobe.processes.nuclear.radiative`), whose energy is counted with that of the
  electron: +0.9 % of e⁻pp at 5 MeV, +0.4 % at 15 MeV;
- ``"full"``: inner once and outer of charged currents (+3.3 and +2.8 %); of neutral
  ones +1.5 %, the electroweak correction of their isovector axial coupling, not G′_F.
  Kurylov:2001av has 3 to 4 and 1.5 % (from memory, unverified).

G′_F is included once in ``"inner"`` and ``"full"``; do not multiply by it again. 1 % of
normalisation corresponds to 0.7 fm³ of L_1A.

Neutral currents follow only the isovector axial and vector couplings of a model to
nucleons; isoscalar ones do not lead to ¹S₀. Charged currents are those of the Standard
Model. Valid below some 30 MeV, where other partial waves start to matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import HBARC_MEV_CM
from nuprobe.errors import InputError, warn
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux, means
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Model, StandardModel
from nuprobe.numerics import FloatArray, converged, gauss_legendre, numbers
from nuprobe.processes import cross_section
from nuprobe.processes.inputs import energies
from nuprobe.processes.nuclear import breakup
from nuprobe.processes.nuclear.breakup import NN, NP, PP, Breakup
from nuprobe.processes.nuclear.deuteron_process import (
    REACH,
    DeuteronCharged,
    DeuteronNeutral,
    Radiative,
)
from nuprobe.processes.nuclear.two_nucleons import Scheme
from nuprobe.processes.nuclear.written import Current, Known, written

__all__ = [
    "Current",
    "DeuteronCharged",
    "DeuteronNeutral",
    "by_angle",
    "differential",
    "flux_averaged",
    "mean_cosine",
    "total",
]

_KNOWN: Final[Known] = {
    "nu_e d -> e- p p": ("cc", "nu_e"),
    "nubar_e d -> e+ n n": ("cc", "nubar_e"),
    "{nu} d -> {nu} p n": ("nc", None),
    "{nubar} d -> {nubar} p n": ("nc", None),
}
_HIGHEST: Final = 100.0
_HBARC2: Final = HBARC_MEV_CM**2


def _process(
    current: Current, l1a: Any, scheme: Scheme | None, radiative: Radiative
) -> DeuteronCharged | DeuteronNeutral:
    kind = DeuteronCharged if current == "cc" else DeuteronNeutral
    return kind(l1a, scheme, radiative)


def _checked(e_nu: ArrayLike) -> FloatArray:
    e = energies(e_nu)
    highest = float(e.max(initial=0.0))
    if highest > _HIGHEST:
        raise InputError(
            f"deuteron break-up is computed up to {_HIGHEST:g} MeV, got {highest:g} MeV"
        )
    if highest > REACH:
        warn(
            f"above {REACH:g} MeV partial waves count that the break-up of the"
            f" deuteron leaves out, got {highest:g} MeV"
        )
    return e


_Angular = Callable[[FloatArray, FloatArray, int], FloatArray]


def _angular(
    process: DeuteronCharged | DeuteronNeutral,
    flavour: str | Flavour,
    model: Model | None,
) -> tuple[_Angular, Breakup | None]:
    """dσ/dcos θ in MeV⁻² as a function of energies, cosines and the number of nodes;
    and the final state, None where nothing happens."""
    model = model or StandardModel()
    weights = cross_section.coefficients(process, model, flavour)
    if weights.ndim != 1:
        raise InputError("a cross section needs a model with scalar parameters")
    if isinstance(process, DeuteronNeutral):
        state, parts = NP, weights.reshape(2, 3)
    else:
        anti = as_flavour(flavour).anti
        own = weights[3:] if anti else weights[:3]
        state, parts = NN if anti else PP, np.array([own, -own if anti else own])

    def at(e: FloatArray, cos: FloatArray, nodes: int) -> FloatArray:
        found = breakup.by_angle(state, e, cos, process.within, nodes, process.outer)
        return np.asarray(np.tensordot(parts, found, axes=2))

    return at, state if np.any(parts) else None


def _begin(state: Breakup | None) -> float:
    """Energy above which cross sections are computed: within 50 eV of the threshold of
    e⁻pp, where the quadrature does not converge, the Coulomb barrier leaves less than
    1e-80 cm²."""
    if state is None:
        return np.inf
    return state.threshold * (1 + 1e-6) + (5e-5 if state is PP else 0.0)


def _all_angles(at: _Angular, e: FloatArray, nodes: int) -> FloatArray:
    """∫ dσ/dcos θ over all angles, in MeV⁻²."""
    # cos θ enters almost as a polynomial of low order
    x, w = gauss_legendre(4 + nodes // 64)
    energy, cos = np.broadcast_arrays(e[:, None], 2 * x - 1)
    return np.asarray(at(energy, cos, nodes) @ (2 * w))


@public
def total(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    l1a: float | str | None = None,
    scheme: Scheme | None = None,
    radiative: Radiative = "none",
    rtol: float = 1e-7,
) -> FloatArray:
    """Total cross section σ(E).

    Parameters
    ----------
    e_nu : neutrino energies in MeV.
    reaction : ``"cc"``, ``"nc"``, or written out: ``"nu_e d -> e- p p"``,
        ``"nubar_e d -> e+ n n"``, ``"nu d -> nu p n"``, ``"nubar d -> nubar p n"``.
    flavour : ``"nu_e"`` … ``"nubar_tau"``; not needed if the reaction specifies it.
    model : the couplings to nucleons, for neutral currents; None for the Standard
        Model.
    l1a, scheme, radiative : as of `DeuteronCharged`.
    rtol : relative accuracy required of the quadrature, estimated from two orders.

    Returns
    -------
    array
        In cm² per deuteron, of the shape of `e_nu`; exactly 0 below the threshold
        (1.4428, 4.0332 and 2.2259 MeV for e⁻pp, e⁺nn and νpn).

    Raises
    ------
    InputError
        If an energy is invalid or above 100 MeV, or `l1a` is given without its scheme.
    ComputationError
        If the quadrature does not reach `rtol`.

    Examples
    --------
    >>> total([2.0, 10.0], "nc", "nu_mu")
    array([0.000e+00, 1.081e-42])
    >>> total(10.0, "nu_e d -> e- p p", l1a=5.0, scheme="resummed")
    array(2.788e-42)
    """
    _, current, flavour = written(reaction, flavour, _KNOWN)
    e = _checked(e_nu)
    at, state = _angular(_process(current, l1a, scheme, radiative), flavour, model)
    result = np.zeros(e.size)
    possible = e.ravel() > _begin(state)
    inside = e.ravel()[possible]

    def integral(n: int) -> FloatArray:
        return _all_angles(at, inside, n)

    if inside.size:

        def name(worst: int) -> str:
            return f"break-up of the deuteron at {inside[worst]:.6g} MeV"

        result[possible] = converged(integral, rtol, name, order=48) * _HBARC2
    return result.reshape(e.shape)


@public
def differential(
    e_nu: ArrayLike,
    deposit: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    l1a: float | str | None = None,
    scheme: Scheme | None = None,
    radiative: Radiative = "none",
) -> FloatArray:
    """Differential cross section in the deposit: the total energy of the electron or
    positron for ``"cc"``, the energy transfer for ``"nc"``.

    Parameters
    ----------
    e_nu, deposit : energies in MeV (array-like), broadcast against each other.
    reaction, flavour, model, l1a, scheme, radiative : as in `total`.

    Returns
    -------
    array
        In cm²/MeV per deuteron, of the broadcast shape; exactly 0 outside the allowed
        region.

    Raises
    ------
    InputError
        As `total`.

    Examples
    --------
    >>> differential(10.0, [5.0, 8.0], "cc", "nu_e")
    array([7.387e-44, 1.173e-42])
    """
    _, current, flavour = written(reaction, flavour, _KNOWN)
    process = _process(current, l1a, scheme, radiative)
    return cross_section.differential(
        process, _checked(e_nu), deposit, None, model or StandardModel(), flavour
    )


@public
def by_angle(
    e_nu: ArrayLike,
    cos: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    l1a: float | str | None = None,
    scheme: Scheme | None = None,
    radiative: Radiative = "none",
) -> FloatArray:
    """Differential cross section dσ/dcos θ of the lepton, integrated over its energy.

    Parameters
    ----------
    e_nu : neutrino energies in MeV (array-like).
    cos : cosine of the angle between lepton and neutrino, broadcast against `e_nu`.
    reaction, flavour, model, l1a, scheme, radiative : as in `total`.

    Returns
    -------
    array
        In cm² per deuteron, of the broadcast shape.

    Raises
    ------
    InputError
        As `total`; if a cosine lies outside [−1, 1], and for outer radiative
        corrections, which are not computed by angle.

    Examples
    --------
    >>> by_angle(10.0, [-1.0, 1.0], "cc", "nu_e")
    array([1.754e-42, 8.480e-43])
    """
    _, current, flavour = written(reaction, flavour, _KNOWN)
    e, c = _checked(e_nu), numbers("cosines", cos)
    if np.any(np.abs(c) > 1):
        worst = float(np.ravel(c)[np.abs(c).argmax()])
        raise InputError(f"cosines must lie between -1 and 1, got {worst:g}")
    try:
        e, c = np.broadcast_arrays(e, c)
    except ValueError:
        raise InputError(
            f"energies of shape {e.shape} and cosines of shape {c.shape} do not fit"
            " together: give one number, equal shapes, or energies[:, None]"
        ) from None
    process = _process(current, l1a, scheme, radiative)
    if process.outer and current == "cc":
        raise InputError(
            f"radiative='{radiative}' is not available by angle, since photons are"
            " not collinear with the electron: use 'none' or 'inner'"
        )
    at, state = _angular(process, flavour, model)
    result = np.zeros(e.shape)
    if state is not None:
        possible = e > state.threshold * (1 + 1e-6)
        result[possible] = at(e[possible], c[possible], 96) * _HBARC2
    return result


@public
def flux_averaged(
    flux: Flux | str,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    l1a: float | str | None = None,
    scheme: Scheme | None = None,
    radiative: Radiative = "none",
    rtol: float = 1e-6,
) -> float:
    """Mean of the total cross section over the normalised spectrum of one flavour of a
    flux, neutrinos below the threshold included.

    Parameters
    ----------
    flux : the source, or its name.
    reaction, flavour, model, l1a, scheme, radiative : as in `total`.
    rtol : relative accuracy required of σ(E), its interpolation and the integral,
        estimated from two orders.

    Returns
    -------
    float
        In cm² per deuteron.

    Raises
    ------
    InputError
        As `total`, and if the flux has no such flavour.

    Examples
    --------
    >>> import nuprobe as nu
    >>> flux_averaged(nu.flux("solar", components=["8B"]), "nc", "nu_e")
    4.77e-43
    """
    _, current, flavour = written(reaction, flavour, _KNOWN)
    source = as_flux(flux)
    process = _process(current, l1a, scheme, radiative)
    at, state = _angular(process, flavour, model)
    places = [e for c in source.of(flavour) for e in c.edges]
    places += [line.energy for c in source.of(flavour) for line in c.lines]
    if not places:
        raise InputError(f"flux {source.name} has no {flavour}")
    highest = float(_checked(max(places)))
    if state is None or highest <= state.threshold:
        return 0.0

    def over(n: int) -> FloatArray:
        def sigma(e: FloatArray) -> FloatArray:
            return _all_angles(at, e, 2 * n) * _HBARC2

        fast = means.interpolated(sigma, state.threshold, highest, n)
        found = means.mean(source, flavour, fast, state.threshold, rtol / 10, 6)
        return np.asarray(found)

    name = f"break-up of the deuteron, mean over {source.name}"
    return float(converged(over, rtol, lambda _: name, largest=150))


@public
def mean_cosine(
    e_nu: ArrayLike,
    reaction: str,
    flavour: str | Flavour | None = None,
    model: Model | None = None,
    *,
    l1a: float | str | None = None,
    scheme: Scheme | None = None,
) -> FloatArray:
    """Mean cosine of the angle between lepton and neutrino.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, above the threshold.
    reaction, flavour, model, l1a, scheme : as in `total`.

    Returns
    -------
    array
        Of the shape of `e_nu`.

    Raises
    ------
    InputError
        As `total`, and below the threshold.

    Examples
    --------
    >>> mean_cosine([5.0, 10.0], "cc", "nu_e")
    array([-0.11146351, -0.11560235])
    """
    _, current, flavour = written(reaction, flavour, _KNOWN)
    e = _checked(e_nu)
    x, w = gauss_legendre(24)
    cos = 2 * x - 1
    options: dict[str, Any] = {"l1a": l1a, "scheme": scheme}
    values = by_angle(e[..., None], cos, current, flavour, model, **options)
    whole = values @ w
    if np.any(whole <= 0):
        raise InputError(
            f"{flavour} does not break up the deuteron by {current} at some of the"
            " energies: they are below threshold, or the flavour does not contribute"
        )
    return np.asarray(values @ (w * cos) / whole)
