"""A published table of Δχ² as a function of mixing, as a cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.solar_files import OscillationMap
from nuprobe.experiments.solar_mixing import SolarState
from nuprobe.numerics import FloatArray
from nuprobe.schema import Folder

__all__ = ["MapResiduals"]


@dataclass(frozen=True, eq=False)
class MapResiduals:
    """Δχ² as the square of two residuals, which are √Δχ² along the direction from the
    minimum: near it, those of a Gaussian.

    Between the points Δχ² is a bicubic spline of ln tan²θ₁₂ and ln Δm²₂₁. θ₁₃ was 0 in
    the table; P_ee of distant reactor neutrinos scales with cos⁴θ₁₃, which the rate
    cannot distinguish from a smaller flux.

    Attributes
    ----------
    tan2, dm2 : of the table, (n,) and (m,), increasing; Δm² in eV².
    delta : Δχ², (n, m).
    """

    tan2: FloatArray
    dm2: FloatArray
    delta: FloatArray
    fixed = True

    @classmethod
    def read(cls, folder: Folder, section: OscillationMap) -> MapResiduals:
        """Read the table of a `section` from a `folder`."""
        columns = folder.table(section.table, ["tan2_12", "dm2_21", "delta"])
        tan2 = np.unique(columns["tan2_12"])
        dm2 = np.unique(columns["dm2_21"])
        if columns["delta"].size != tan2.size * dm2.size or tan2.size < 4 > dm2.size:
            raise ExperimentFileError(
                f"{folder.name}: {section.table} must have a row for every pair of"
                f" {tan2.size} tan2_12 and {dm2.size} dm2_21, at least 4 of each"
            )
        delta = np.full((tan2.size, dm2.size), np.nan)
        rows = np.searchsorted(tan2, columns["tan2_12"])
        delta[rows, np.searchsorted(dm2, columns["dm2_21"])] = columns["delta"]
        if np.any(np.isnan(delta)):
            raise ExperimentFileError(
                f"{folder.name}: {section.table} has a pair of tan2_12 and dm2_21 twice"
            )
        return cls(tan2, dm2, delta)

    @cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import RectBivariateSpline

        return RectBivariateSpline(np.log(self.tan2), np.log(self.dm2), self.delta)

    @cached_property
    def _shape(self) -> tuple[FloatArray, float, FloatArray]:
        """The minimum in logarithms, the lowest Δχ², and the square root of the second
        derivatives there (upper triangular)."""
        from scipy.optimize import minimize

        row, column = np.unravel_index(np.argmin(self.delta), self.delta.shape)
        start = np.array([np.log(self.tan2[row]), np.log(self.dm2[column])])
        scale = np.array([0.1, 0.01])

        def height(u: FloatArray) -> float:
            x, y = start + scale * u
            return float(self._spline(x, y)[0, 0])

        found = minimize(height, np.zeros(2), method="Nelder-Mead", tol=1e-12)
        at = start + scale * found.x
        xx, xy, yy = (
            float(self._spline(*at, dx=i, dy=j)[0, 0]) / 2
            for i, j in ((2, 0), (1, 1), (0, 2))
        )
        root = np.linalg.cholesky(np.array([[xx, xy], [xy, yy]])).T
        return at, float(found.fun), np.asarray(root)

    def delta_at(self, tan2_12: FloatArray, dm2_21: FloatArray) -> FloatArray:
        """Δχ² above the lowest point of the table.

        Parameters
        ----------
        tan2_12, dm2_21 : tan²θ₁₂ and Δm²₂₁ (eV²), of the same shape as the result.

        Raises
        ------
        InputError
            Outside the table.
        """
        for name, values, known in (
            ("tan2_12", tan2_12, self.tan2),
            ("dm2_21", dm2_21, self.dm2),
        ):
            outside = (values < known[0]) | (values > known[-1])
            if np.any(outside):
                raise InputError(
                    f"{name} = {float(np.ravel(values)[np.ravel(outside)][0]):g}"
                    f" lies outside the published table, {known[0]:g} to"
                    f" {known[-1]:g}: it is not extrapolated"
                )
        found = self._spline.ev(np.log(tan2_12), np.log(dm2_21)) - self._shape[1]
        return np.asarray(np.maximum(found, 0.0))

    def terms(self, state: SolarState) -> dict[str, FloatArray]:
        """The two residuals at points `state`, (points, 2)."""
        tan2 = state.sin2_12 / (1 - state.sin2_12)
        at, _, root = self._shape
        steps = np.stack([np.log(tan2), np.log(state.dm2_21)], axis=1) - at
        along = steps @ root.T
        size = np.sqrt((along**2).sum(axis=1))
        height = np.sqrt(self.delta_at(tan2, state.dm2_21))
        # at the minimum itself the ratio of the two is 1
        ratio = np.where(size > 1e-6, height / np.maximum(size, 1e-6), 1.0)
        return {"": (along * ratio[:, None])[state.row]}
