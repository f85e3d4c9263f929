"""Kernels of inelastic scattering, in which the nucleon breaks up ("broken nucleons"):
tabulated in the energy, with a quadrature for mediators."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import M_NEUTRON, M_PROTON
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.channels import Channel
from nuprobe.processes.trident.couplings import terms
from nuprobe.processes.trident.inelastic import (
    KINDS,
    PAIRS,
    ROUGH,
    broken_threshold,
    by_quadrature,
    grid_at,
)
from nuprobe.processes.trident.structure_functions import structure_functions
from nuprobe.processes.trident.tables import chebyshev

__all__ = ["BrokenTable", "broken_kernels", "load_broken"]

Nodes = Callable[[NDArray[np.intp], FloatArray, FloatArray, FloatArray], None]
_MEAN_MASS: Final = (M_PROTON + M_NEUTRON) / 2
_SETTLED: Final = 1e-4  # relative, of the quadratures
_RATIO_ERROR: Final = 3e-3  # of the mediators' ratios


@dataclass(frozen=True)
class BrokenTable:
    """Kernels of broken nucleons as Chebyshev series in ln(E/E₀ − 1).

    Attributes
    ----------
    low, high : range of ln(E/E₀ − 1), E₀ the threshold, shape (pairs, kinds).
    series : of ln VV, ln AA and VA/(VV + AA), shape (pairs, kinds, 3, coefficients).
    error : largest relative error against a finer quadrature at other energies.
    """

    low: FloatArray
    high: FloatArray
    series: FloatArray
    error: float

    def kernels(
        self, e_nu: FloatArray, pair: tuple[float, float], kind: str
    ) -> FloatArray:
        """VV, AA and VA in cm², shape (energies, 3); NaN outside the range.

        Parameters
        ----------
        e_nu : MeV, shape (energies,), above threshold.
        pair : masses of ℓ⁻ and ℓ⁺, MeV.
        kind : ``"proton"`` or ``"neutron"``.
        """
        sign = 1.0 if pair[0] <= pair[1] else -1.0
        i, j = PAIRS.index((min(pair), max(pair))), KINDS.index(kind)
        u = np.log(e_nu / broken_threshold(kind, pair) - 1)
        low, high = self.low[i, j], self.high[i, j]
        inside = (u >= low) & (u <= high)
        at = np.where(inside, 2 * (u - low) / (high - low) - 1, 0.0)
        found = chebyshev(at, self.series.shape[3]) @ self.series[i, j].T
        found[:, :2] = np.exp(found[:, :2])
        found[:, 2] *= sign * (found[:, 0] + found[:, 1])
        found[~inside] = np.nan
        return np.asarray(found)


@lru_cache(maxsize=1)
def load_broken() -> BrokenTable:
    """Read the shipped table, written by ``tools/build_broken_table.py``.

    Examples
    --------
    >>> load_broken().error < 2e-4
    True
    """
    name = "broken-nucleons.npz"
    content = (files("nuprobe.processes.trident") / "data" / name).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as data:
        return BrokenTable(
            data["low"], data["high"], data["series"], float(data["error"])
        )


def _couplings_only(
    e_nu: FloatArray, pair: tuple[float, float], kind: str, exact: bool
) -> FloatArray:
    """VV, AA and VA: from the table, by quadrature beyond it; 0 below threshold."""
    result = np.zeros((e_nu.size, 3))
    open_ = e_nu > broken_threshold(kind, pair) * (1 + 1e-9)
    if exact:
        result[open_] = by_quadrature(e_nu[open_], pair, kind, exact=True)
        return result
    if open_.any():
        result[open_] = load_broken().kernels(e_nu[open_], pair, kind)
        beyond = np.isnan(result[:, 0])
        if beyond.any():
            result[beyond] = by_quadrature(e_nu[beyond], pair, kind)
    return result


def broken_kernels(
    e_nu: FloatArray,
    channel: Channel,
    numbers: tuple[float, float],
    mediators: FloatArray | None = None,
    *,
    exact: bool = False,
    each: Nodes | None = None,
    axial: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Kernels of broken protons and neutrons, and their numerical error.

    Parameters
    ----------
    e_nu : MeV, shape (energies,).
    channel : antineutrinos are taken as the CP-conjugate channel.
    numbers : of protons and of neutrons.
    mediators : masses in MeV of t-channel mediators, shape (masses,).
    exact : do the integrals instead of using tables (slow).
    each : is called with the contributions of nodes in Q² and W to VV and AA, as in
        `current_kernels`.
    axial : also the terms AAd and dd of the mediators.

    Returns
    -------
    values, error : shape (energies, 3 + 3 masses), or 3 + 5 masses if `axial`, cm².

    Examples
    --------
    >>> from nuprobe.processes.trident import channel
    >>> reaction = channel("nu_mu -> nu_mu mu+ mu-")
    >>> values, error = broken_kernels(np.array([1e4]), reaction, (8.0, 8.0))
    >>> values.shape, bool(error[0, 0] < 2e-4 * values[0, 0])
    ((1, 3), True)
    """
    pair = channel.pair_masses
    names = terms(0 if mediators is None else mediators.size, axial=axial)
    # the terms of a mediator follow VV or AA, whose tabulated values are more accurate
    follows = np.array([name.startswith(("AA", "dd")) for name in names[3:]], dtype=int)
    values, error = np.zeros((2, e_nu.size, len(names)))
    for number, kind in zip(numbers, KINDS, strict=True):
        if number:
            values[:, :3] += number * _couplings_only(e_nu, pair, kind, exact)
    relative = _SETTLED if exact else max(load_broken().error, _SETTLED)
    error[:, :2] = relative * values[:, :2]
    error[:, 2] = relative * values[:, :2].sum(1)
    if mediators is None and each is None:
        return values, error
    for i in np.flatnonzero(values[:, 0] > 0):
        # a mean nucleon mass is good enough for the ratio to VV
        grid = grid_at(float(e_nu[i]), pair, _MEAN_MASS, ROUGH, mediators, exact, axial)
        if grid is None:
            continue
        parts = np.zeros(())
        for number, kind in zip(numbers, KINDS, strict=True):
            if number:
                parts = parts + number * grid.parts(kind, structure_functions)
        sums = np.einsum("jwq,jtwq->t", parts, grid.moments)
        scale = values[i, :2] / sums[:2]
        values[i, 3:] = scale[follows] * sums[3:]
        if pair[0] == pair[1]:
            values[i, 4 :: 5 if axial else 3] = 0.0  # symmetric under ℓ⁻ ↔ ℓ⁺
        error[i, 3:] = _RATIO_ERROR * np.abs(values[i, 3:])
        if each is not None:
            both = parts[:, None] * grid.moments[:, :2] * scale[:, None, None]
            flat = both.reshape(6, 2, 1, -1)
            at = grid.shells
            each(np.array([i]), at.q2.reshape(1, -1), at.x_max.reshape(1, -1), flat)
    return values, error
