"""The SNO parametrisation: the flux of ⁸B neutrinos, and polynomials of P_ee."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.experiments.solar_files import SurvivalPolynomial
from nuprobe.experiments.solar_l1a import deuteron_ratios, reference_of
from nuprobe.experiments.solar_mixing import SolarState
from nuprobe.experiments.solar_sun import Passage
from nuprobe.numerics import FloatArray
from nuprobe.schema import Folder

__all__ = ["PolynomialSurvival"]


@dataclass(frozen=True, eq=False)
class PolynomialSurvival:
    """Predictions of φ, c₀, c₁, c₂, a₀, a₁: P_ee by day and the asymmetry 2(N − D)/(N +
    D) projected by least squares, weighted with the spectrum detected without
    oscillation.

    Attributes
    ----------
    file : the section of the experiment.
    passage : from the Sun to the detector.
    energy : of the spectrum, MeV, (n,).
    day, both : projections, (3, n) and (2, n).
    """

    file: SurvivalPolynomial
    passage: Passage
    energy: FloatArray
    day: FloatArray
    both: FloatArray
    fixed = False

    @classmethod
    def read(
        cls, folder: Folder, section: SurvivalPolynomial, passage: Passage
    ) -> PolynomialSurvival:
        """Read the spectrum of a `section` from a `folder`, for a `passage`."""
        columns = folder.table(section.spectrum, ["energy", "day", "night"])
        e = columns["energy"] - section.centre
        day, night = columns["day"], columns["night"]
        return cls(
            section,
            passage,
            columns["energy"],
            _projection(e, day, 3),
            _projection(e, day + night, 2),
        )

    def terms(self, state: SolarState) -> dict[str, FloatArray]:
        """The flux, and the polynomials, at points `state`, each (points, 6)."""
        scheme, reference = reference_of(state.scheme, self.file.l1a_reference)
        l1a = state.l1a + (reference if state.scheme == "relative" else 0.0)
        ratios = deuteron_ratios(scheme)
        nc = ratios.nc(l1a, reference)
        day, night = self.passage.day_night("8B", self.energy, state)
        asymmetry = 2 * (night - day) / (night + day) @ self.both.T
        seen = day[state.row]
        if np.any(l1a != reference):
            seen = seen * ratios.cc(self.energy, l1a, reference) / nc[:, None]
        shape = np.zeros((len(l1a), 6))
        shape[:, 1:4] = seen @ self.day.T
        shape[:, 4:] = asymmetry[state.row]
        flux = np.zeros_like(shape)
        flux[:, 0] = state.fluxes["8B"] / self.file.flux_unit * nc
        return {"8B": flux, "": shape}


def _projection(e: FloatArray, weight: FloatArray, terms: int) -> FloatArray:
    """Matrix that takes values at energies to coefficients of a polynomial."""
    powers = e[:, None] ** np.arange(terms)
    weighted = powers * weight[:, None]
    return np.asarray(np.linalg.solve(powers.T @ weighted, weighted.T))
