"""A plane of two parameters by several statistics side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public_methods
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.inference.toys.asymptotic import (
    asymptotic_cls,
    gaussian_cls,
)
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.smoothing import smoothed
from nuprobe.inference.toys.thresholds import quantile
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["METHODS", "ExclusionPlane"]

METHODS: Final = {
    "wilks": "Δχ² of the plane, 2 parameters (Wilks)",
    "fc": "Feldman-Cousins, toys",
    "cls": "CLs of the plane, Gaussian",
    "cls-toys": "CLs of the plane, toys",
    "raster": "CLs along rows, asymptotic",
    "raster-toys": "CLs along rows, toys",
    "expected": "CLs of the plane, median without a signal",
}
"""Methods by name, in words."""


@public_methods
@dataclass(frozen=True, eq=False)
class ExclusionPlane(Exported):
    """What data say about a plane of a strength x and a second parameter y.

    Attributes
    ----------
    parameters : x and y.
    x, y : values, shapes (n,) and (m,).
    null : value of x without a signal.
    twice_nll : χ² of the data, shape (n, m).
    without : that without a signal.
    best : x and y of the lowest χ²; x is `null` if that is without a signal.
    asimov : χ² at each point of data that equal the expectation without a signal, less
        its value without, shape (n, m).
    signal : χ² without a signal of data that equal the expectation at each point, less
        its value there, shape (n, m).
    delta : rises of toys at their true point, shape (n, m, toys), or None without toys.
    reached, reached_without : shares of toys with and without the signal whose
        statistics are at least those of the data; in the plane and along rows, shape
        (2, n, m), or None.
    settings : how the toys were thrown, or None.
    """

    parameters: tuple[Parameter, Parameter]
    x: FloatArray
    y: FloatArray
    null: float
    twice_nll: FloatArray
    without: float
    best: tuple[float, float]
    asimov: FloatArray
    signal: FloatArray
    delta: FloatArray | None
    reached: FloatArray | None
    reached_without: FloatArray | None
    settings: ToySettings | None
    _smooth: dict[tuple[str, float], tuple[FloatArray, FloatArray]] = field(
        default_factory=dict, init=False, repr=False
    )

    plot = draws("plot_exclusion_plane")

    @property
    def lowest(self) -> float:
        """Lowest χ² of the data, on the grid or without a signal."""
        return min(float(self.twice_nll.min()), self.without)

    @property
    def rise(self) -> FloatArray:
        """χ² above the lowest, shape (n, m)."""
        return np.asarray(self.twice_nll - self.lowest)

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods that there are."""
        toys = self.delta is not None
        return tuple(m for m in METHODS if toys or m not in _TOYS)

    def threshold(self, cl: float) -> tuple[FloatArray, FloatArray]:
        """Rise of χ² that bounds the allowed region by toys, and its Monte Carlo error.

        Parameters
        ----------
        cl : confidence level.

        Returns
        -------
        arrays, shape (n, m) each
        """
        check_level(cl)
        if self.delta is None:
            raise InputError("thresholds need toys: compute the plane with toys=1000")
        both = [quantile(toys, cl) for toys in self.delta.reshape(-1, self._toys)]
        value, error = np.array(both).T.reshape(2, *self.twice_nll.shape)
        return value, error

    @property
    def _toys(self) -> int:
        assert self.delta is not None
        return int(self.delta.shape[2])

    def exclusion(
        self, method: str, cl: float = 0.95, *, smooth: bool = True
    ) -> FloatArray:
        """How strongly each point is excluded: positive where it is, 0 on the contour.

        Parameters
        ----------
        method : a name of `methods`.
        cl : confidence level.
        smooth : of toys, draw what is noisy through the neighbours of each point
            (a polynomial of second order within three steps, where it describes them
            within their errors): thresholds, and the ratio of CLs to its formula. The
            data are never smoothed.

        Returns
        -------
        array, shape (n, m)
            Δχ² above its threshold, or ln of (1 − cl)/CLs.
        """
        check_level(cl)
        if method not in self.methods:
            raise UnknownNameError("method", str(method), self.methods)
        if method == "wilks":
            return np.asarray(self.rise - delta_threshold(cl, 2))
        if method in _TOYS:
            return self._noisy(method, cl, smooth)[0]
        return _excess(self.cls(method), cl)

    def exclusion_error(
        self, method: str, cl: float = 0.95, *, smooth: bool = True
    ) -> FloatArray:
        """Monte Carlo error of `exclusion`, shape (n, m); 0 for formulae.

        Parameters
        ----------
        method, cl, smooth : as in `exclusion`.
        """
        if method in _TOYS and method in self.methods:
            return self._noisy(method, cl, smooth)[1]
        return np.zeros_like(self.exclusion(method, cl))

    def _noisy(
        self, method: str, cl: float, smooth: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Exclusion of toys and its Monte Carlo error."""
        if method == "fc":
            value, error = self.threshold(cl)
            known, enough = np.zeros_like(value), np.ones(value.shape, dtype=bool)
        else:
            # 0 of some toys does not end a contour: it is beyond a thousandth
            value = _excess(self.cls(method), cl)
            error, enough = self._share_error(_CLS[method])
            # the formula has the structure of the data
            known = _excess(self.cls(method.removesuffix("-toys")), cl)
        if smooth:
            key = method, cl
            if key not in self._smooth:
                usable = np.where(enough, error, np.inf)
                self._smooth[key] = smoothed(value - known, usable)
            value, left = self._smooth[key]
            value, error = value + known, np.where(enough, left, error)
        return (self.rise - value if method == "fc" else value), error

    def _share_error(self, k: int) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Error of ln CLs from the numbers of toys that reach the data, counting one at
        least, and where there are enough of them."""
        assert self.reached is not None
        assert self.reached_without is not None
        shares = np.stack([self.reached[k], self.reached_without[k]])
        counted = np.maximum(shares, 1 / self._toys)
        variance = ((1 - shares) / counted).sum(axis=0) / self._toys
        enough = (shares * self._toys >= _ENOUGH).all(axis=0)
        return np.asarray(np.sqrt(variance)), np.asarray(enough)

    def cls(self, method: str) -> FloatArray:
        """CLs at each point, shape (n, m).

        Parameters
        ----------
        method : one of `methods` that is a CLs.
        """
        if method == "cls":
            return gaussian_cls(self.twice_nll - self.without, self.asimov, self.signal)
        if method == "expected":
            return gaussian_cls(self.asimov, self.asimov, self.signal)
        if method == "raster":
            return asymptotic_cls(self.row_statistic, np.maximum(self.asimov, 0.0))
        if method not in _CLS or self.reached is None or self.reached_without is None:
            names = [m for m in self.methods if m not in ("wilks", "fc")]
            raise InputError(f"CLs has the methods {names}, got {shown(method)}")
        k, least = _CLS[method], 1 / (2 * self._toys)
        return np.asarray(self.reached[k] / np.maximum(self.reached_without[k], least))

    @property
    def row_statistic(self) -> FloatArray:
        """q̃ of the data along each row of one y: the rise above the lowest χ² of that
        row, 0 where that lies at larger x; shape (n, m)."""
        return row_statistic(self.twice_nll, self.without)

    def excluded(self, method: str, cl: float = 0.95) -> NDArray[np.bool_]:
        """Which points are excluded, shape (n, m).

        Parameters
        ----------
        method, cl : as in `exclusion`.
        """
        return self.exclusion(method, cl) > 0

    def limits(self, method: str, cl: float = 0.95) -> list[float | None]:
        """For each y the x above which all of the grid is excluded, None where its end
        is not; linear in ln x between two points (in x below the first).

        Parameters
        ----------
        method, cl : as in `exclusion`.
        """
        return self._crossings(self.exclusion(method, cl))

    def limit_errors(self, method: str, cl: float = 0.95) -> list[float | None]:
        """Monte Carlo error of each of the `limits`: half the distance of those of one
        standard deviation to both sides; None where one of these is not in the grid.

        Parameters
        ----------
        method, cl : as in `exclusion`.
        """
        excess, error = (f(method, cl) for f in (self.exclusion, self.exclusion_error))
        low, high = (self._crossings(excess + s * error) for s in (-1, 1))
        return [
            None if a is None or b is None else abs(a - b) / 2
            for a, b in zip(low, high, strict=True)
        ]

    def contours(self, method: str, cl: float = 0.95) -> list[FloatArray]:
        """Lines on which `exclusion` is zero, linear between the points of the grid;
        (points, 2) each, closed ones with their first point at the end too.

        Parameters
        ----------
        method, cl : as in `exclusion`.
        """
        from contourpy import contour_generator

        excess = self.exclusion(method, cl)
        lines = contour_generator(self.x, self.y, excess.T, corner_mask=False).lines(
            0.0
        )
        return [np.asarray(line) for line in lines]

    def _crossings(self, excess: FloatArray) -> list[float | None]:
        """For each y the x above which an exclusion is positive."""
        found: list[float | None] = []
        for column in excess.T:
            allowed = np.flatnonzero(column <= 0)
            last = int(allowed[-1]) if allowed.size else -1
            if last == len(self.x) - 1:
                found.append(None)
            elif last < 0:
                found.append(float(self.x[0]))
            else:
                low, high = column[last], column[last + 1]
                share = -low / (high - low)
                a, b = self.x[last : last + 2]
                found.append(
                    float(a * (b / a) ** share if a > 0 else a + share * (b - a))
                )
        return found

    def to_dict(self, cl: tuple[float, ...] = (0.95,)) -> dict[str, Any]:
        """JSON-ready form.

        Parameters
        ----------
        cl : confidence levels of limits and thresholds.
        """
        s = self.settings
        levels = [
            {
                "cl": level,
                "wilks_threshold": delta_threshold(level, 2),
                "thresholds": self.threshold(level)[0].tolist()
                if self.delta is not None
                else None,
                "threshold_errors": self.threshold(level)[1].tolist()
                if self.delta is not None
                else None,
                "excluded": {m: self.excluded(m, level).tolist() for m in self.methods},
                "contours": {
                    m: [line.tolist() for line in self.contours(m, level)]
                    for m in self.methods
                },
                "limits": {m: self.limits(m, level) for m in self.methods},
                "limit_errors": {
                    m: self.limit_errors(m, level) for m in self.methods if m in _TOYS
                },
            }
            for level in cl
        ]
        return {
            "x": {"parameter": self.parameters[0].name, "values": self.x.tolist()},
            "y": {"parameter": self.parameters[1].name, "values": self.y.tolist()},
            "units": [p.unit for p in self.parameters],
            "null": self.null,
            "without_signal": self.without,
            "best": list(self.best),
            "lowest": self.lowest,
            "chi2": self.twice_nll.tolist(),
            "chi2_asimov": self.asimov.tolist(),
            "chi2_of_signal": self.signal.tolist(),
            "cls": {
                m: self.cls(m).tolist()
                for m in self.methods
                if m not in ("wilks", "fc")
            },
            "toys": 0 if s is None else s.number,
            "seed": None if s is None else s.seed,
            "levels": levels,
        }


_TOYS: Final = ("fc", "cls-toys", "raster-toys")
_CLS: Final = {"cls-toys": 0, "raster-toys": 1}
_ENOUGH: Final = 5  # toys that a share must have for an error of its logarithm


def _excess(cls: FloatArray, cl: float) -> FloatArray:
    """ln of (1 − cl)/CLs, up to that of a thousandth of 1 − cl."""
    return np.asarray(np.log1p(-cl) - np.log(np.maximum(cls, 1e-3 * (1 - cl))))


def row_statistic(twice_nll: FloatArray, without: Any) -> FloatArray:
    """q̃ along rows: the rise above the lowest value of a row, 0 where that lies at
    larger x.

    Parameters
    ----------
    twice_nll : shape (n, m, ...), x increasing along the first axis.
    without : without a signal, shape (...).

    Examples
    --------
    >>> row_statistic(np.array([[1.0], [0.0], [4.0]]), 2.0).ravel()
    array([0., 0., 4.])
    """
    lowest = np.minimum(twice_nll.min(axis=0), without)
    place = np.where(twice_nll.min(axis=0) < without, twice_nll.argmin(axis=0), -1)
    above = np.arange(len(twice_nll)).reshape(-1, *(1,) * (twice_nll.ndim - 1)) < place
    return np.where(above, 0.0, twice_nll - lowest)
