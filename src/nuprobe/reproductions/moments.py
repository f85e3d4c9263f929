"""Effective magnetic moments of neutrinos from the W loop, over the lightest mass:
shown in the dipole talk as moments "in the Standard Model" (Pal:1981rm,
Shrock:1982sc, as in Giunti:2014ixa; unverified, see `nuprobe.models.predictions`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import PMNS, dirac_moments
from nuprobe.numerics import FloatArray, numbers
from nuprobe.oscillation import Splittings
from nuprobe.tables import Table
from nuprobe.units import eV

__all__ = ["ORDERINGS", "Kind", "predicted_mu_eff", "standard_moments"]

Kind = Literal["dirac", "majorana"]
ORDERINGS = ("normal", "inverted")
_COARSE, _FINE = 12, 96  # the maximum is flat, to 1e-3
_STEPS = 40


@public
def predicted_mu_eff(
    lightest: ArrayLike,
    kind: Kind = "dirac",
    ordering: str = "normal",
    flavour: str = "nu_e",
) -> tuple[FloatArray, FloatArray]:
    """Effective moment of neutrinos at their source from the W loop, and its range over
    the Majorana phases.

    μ_eff² = Σ_k |Σ_j (μ − iε)_kj U*_αj|², with `nuprobe.models.dirac_moments` or
    `majorana_moments`, angles, δ and splittings of NuFIT 6.0. For Dirac neutrinos it is
    3.2e-19 μ_B times √Σ|U_αk|² m_k² (in eV) to a part in a thousand.

    Parameters
    ----------
    lightest : masses of the lightest neutrino, MeV, shape (n,) or ().
    kind : ``"dirac"`` or ``"majorana"``.
    ordering : ``"normal"`` or ``"inverted"``.
    flavour : of the neutrino (an antineutrino has the same moment).

    Returns
    -------
    array, array
        Smallest and largest μ_eff over both Majorana phases (equal for Dirac
        neutrinos), Bohr magnetons, shape of `lightest`.

    Raises
    ------
    InputError
        If a mass is negative or not finite, or `kind` or `ordering` is unknown.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> low, high = predicted_mu_eff(0.1 * eV)
    >>> bool(low == high), f"{float(low):.2e}"
    (True, '3.21e-20')
    """
    for what, name, known in (
        ("kind of neutrino", kind, ("dirac", "majorana")),
        ("ordering", ordering, ORDERINGS),
    ):
        if name not in known:
            raise UnknownNameError(what, name, known)
    mass = numbers("lightest masses (MeV)", lightest)
    if not np.all(np.isfinite(mass) & (mass >= 0)):
        raise InputError(
            "lightest masses must be finite and not negative, in MeV (0.01 * eV), got"
            f" {shown(lightest)}"
        )
    which = as_flavour(flavour).index
    found = [_range(float(m), kind, ordering, which) for m in mass.ravel()]
    low, high = np.array(found).reshape(*mass.shape, 2).T
    return np.asarray(low.T), np.asarray(high.T)


def _range(m: float, kind: Kind, ordering: str, which: int) -> tuple[float, float]:
    mixing = PMNS.nufit(ordering)
    mu, epsilon = dirac_moments(Splittings.nufit(ordering).masses(m), mixing)
    start = np.conj(mixing.matrix[which])
    if kind == "dirac":
        size = float(np.linalg.norm((mu - 1j * epsilon) @ start))
        return size, size

    def amplitudes(phases: FloatArray) -> NDArray[np.complex128]:
        """Amplitudes to the final states for given phases of the second and third
        state: (..., 2) → (..., 3)."""
        # effect of the phases on U*_k U_j and U*_j; Majorana moments are twice the #
        # antisymmetric parts of the Dirac ones
        states = np.exp(1j * np.pad(phases, [(0, 0)] * (phases.ndim - 1) + [(1, 0)]))
        change = np.conj(states[..., :, None]) * states[..., None, :]
        flip = sum(
            factor * (part * change - np.swapaxes(part * change, -1, -2))
            for factor, part in ((1, mu), (-1j, epsilon))
        )
        return np.asarray(flip @ (start * np.conj(states))[..., None])[..., 0]

    largest = float(np.max(np.linalg.norm(amplitudes(_grid(_FINE)), axis=-1)))
    starts = _grid(_COARSE)
    return _smallest(amplitudes, starts, largest), largest


def _grid(points: int) -> FloatArray:
    phases = np.arange(points) * 2 * np.pi / points
    both = np.meshgrid(phases, phases, indexing="ij")
    return np.stack(both, axis=-1).reshape(-1, 2)


def _smallest(
    amplitudes: Callable[[FloatArray], NDArray[np.complex128]],
    at: FloatArray,
    scale: float,
) -> float:
    """Smallest norm of the amplitudes, by Levenberg's method from all points at once,
    because the valleys are narrow and curved."""

    def residuals(phases: FloatArray) -> FloatArray:
        found = amplitudes(phases) / scale
        return np.concatenate([found.real, found.imag], axis=-1)

    here = residuals(at)
    damping = np.full(len(at), 1e-2)
    step = 1e-6
    for _ in range(_STEPS):
        slopes = np.stack(
            [(residuals(at + step * unit) - here) / step for unit in np.eye(2)], axis=-1
        )
        normal = np.swapaxes(slopes, -1, -2) @ slopes
        normal += damping[:, None, None] * np.eye(2)
        push = np.swapaxes(slopes, -1, -2) @ here[..., None]
        there = at - np.linalg.solve(normal, push)[..., 0]
        new = residuals(there)
        better = np.sum(new**2, axis=-1) < np.sum(here**2, axis=-1)
        at = np.where(better[:, None], there, at)
        here = np.where(better[:, None], new, here)
        damping = np.clip(np.where(better, damping / 4, damping * 8), 1e-9, 1e3)
    return scale * float(np.min(np.linalg.norm(here, axis=-1)))


def standard_moments() -> Table:
    """Effective magnetic moments of nu_e from the W loop, over the lightest mass, for
    both orderings, Dirac and Majorana.

    Examples
    --------
    >>> standard_moments().columns[:2]
    ('lightest mass [eV]', 'Dirac, normal [muB]')
    """
    lightest = np.array([0.0, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0])
    columns: dict[str, FloatArray] = {"lightest mass [eV]": lightest}
    for ordering in ORDERINGS:
        low, _ = predicted_mu_eff(lightest * eV, "dirac", ordering)
        columns[f"Dirac, {ordering} [muB]"] = low
    for ordering in ORDERINGS:
        low, high = predicted_mu_eff(lightest * eV, "majorana", ordering)
        columns[f"Majorana, {ordering}, from [muB]"] = low
        columns[f"Majorana, {ordering}, to [muB]"] = high
    names = tuple(columns)
    return Table(
        "Effective magnetic moment of nu_e at its source from the loop of a W",
        names,
        tuple(tuple(map(float, row)) for row in zip(*columns.values(), strict=True)),
        dict.fromkeys(names[1:], ".3e"),
        (
            "NuFIT 6.0; from and to: smallest and largest over both Majorana phases",
            "experiments reach 3e-11, eight orders of magnitude above",
        ),
    )
