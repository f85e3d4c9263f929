"""The excess of Daya Bay's unfolded spectrum, as a template with a free coefficient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.fluxes import flux, reactor_errors
from nuprobe.inference import CovarianceCost, Expectation, FitResult, fit
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.processes.nuclear import ibd
from nuprobe.schema import Folder

__all__ = ["reactor_bump"]

_FRACTIONS: Final = {"U235": 0.561, "U238": 0.076, "Pu239": 0.307, "Pu241": 0.056}
_ENDS: Final[dict[str, Any]] = {"low_energy": "none", "lowest": 1.8, "highest": 12.0}
_CENTRE, _WIDTH = 5.8, 0.6  # MeV
_NODES: Final = 40


@dataclass(frozen=True, eq=False)
class _Templates:
    """Spectrum T and excess B, each with a coefficient: N T + b B."""

    templates: FloatArray
    parameters: tuple[Parameter, ...]
    name: str = "Daya Bay, unfolded spectrum"
    nuisances: tuple[Nuisance, ...] = ()

    def expectation(self, points: FloatArray) -> Expectation:
        return Expectation(points @ self.templates, ())

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        shape = (len(points), *self.templates.shape)
        return np.broadcast_to(self.templates, shape), ()


def reactor_bump(
    number: Literal["amplitude", "error", "best", "none", "yield"],
) -> float:
    """Fit of Daya Bay's unfolded spectrum with that of Huber and Mueller plus an
    excess.

    Both have a free coefficient; errors are those of the measurement and of the
    spectra.

    Parameters
    ----------
    number : amplitude of the excess over the spectrum in per cent, its error, −2 ln L
        with it (`best`) and without (`none`), or the integral of the measured spectrum
        in 1e-43 cm² per fission (`yield`).

    Examples
    --------
    >>> round(reactor_bump("amplitude"), 1)
    13.4
    """
    low, high, value, _ = _measured()
    if number == "yield":
        return float(1e-3 * (value * (high - low)).sum())
    if number == "none":
        return _fitted(excess=False).twice_nll
    result = _fitted(excess=True)
    if number == "best":
        return result.twice_nll
    norm, bump = (result[name] for name in ("norm", "bump"))
    if number == "amplitude":
        return 100 * bump.value / norm.value
    if bump.error is None:
        raise InputError("the excess has no error")
    return 100 * bump.error / norm.value


@cache
def _fitted(excess: bool) -> FitResult:
    low, high, value, covariance = _measured()
    templates, errors = _templates(low, high)
    parameters = tuple(
        Parameter(n, x, -1.0, 5.0) for n, x in (("norm", 1.0), ("bump", 0.1))
    )
    chosen = slice(None) if excess else slice(0, 1)
    prediction = _Templates(templates[chosen], parameters[chosen])
    return fit(CovarianceCost(prediction, value, covariance + errors))


def _measured() -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Edges in MeV, spectrum in 1e-46 cm² per fission and MeV, and its covariance."""
    place = resources.files("nuprobe.reproductions").joinpath("data")
    folder = Folder(place, "daya_bay_spectrum.csv")
    table = folder.table(folder.main, ("low", "high", "value"))
    entries = folder.table(
        "daya_bay_spectrum_covariance.csv", ("row", "column", "covariance")
    )
    row, column = (entries[n].astype(int) - 1 for n in ("row", "column"))
    matrix = np.zeros((table["value"].size,) * 2)
    matrix[row, column] = matrix[column, row] = entries["covariance"]
    return table["low"], table["high"], table["value"], matrix


def _templates(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bin averages of the spectrum and the excess, shape (2, bins), and the covariance
    of the former from the errors of the isotopes."""
    x, w = gauss_legendre(_NODES)
    e = low[:, None] + (high - low)[:, None] * x
    inside = np.maximum(e, ibd.REACTION.threshold)
    sigma = np.where(e > ibd.REACTION.threshold, ibd.total(inside), 0.0) * 1e46
    names = tuple(_FRACTIONS)
    parts = np.array(
        [
            f
            * (
                flux("reactor", fractions={n: 1.0}, **_ENDS).spectrum("nubar_e", e)
                * sigma
            )
            for n, f in _FRACTIONS.items()
        ]
    )
    shape = np.exp(-(((e - _CENTRE) / _WIDTH) ** 2) / 2)
    means = parts @ w
    errors = reactor_errors(np.clip((low + high) / 2, 1.8, 10.0), names).covariance()
    covariance = np.einsum("in,injm,jm->nm", means, errors, means)
    return np.stack([means.sum(axis=0), (parts * shape).sum(axis=0) @ w]), covariance
