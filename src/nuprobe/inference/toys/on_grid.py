"""Toys at every point of a grid: critical values of Feldman and Cousins of all axes
together, and CLs along the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public_methods
from nuprobe.errors import InputError
from nuprobe.inference.construction import METHODS, Construction
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level
from nuprobe.inference.result_files import numbers, opened, require, texts, whole
from nuprobe.inference.toys.exclusion import null_of
from nuprobe.inference.toys.rounds import (
    ROUNDS_FORMAT,
    ROUNDS_KIND,
    Question,
    rounds,
)
from nuprobe.inference.toys.sample import Hypothesis
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.straight import crossing
from nuprobe.inference.toys.thresholds import ToyInterval, merged, quantile
from nuprobe.inference.toys.truth import hypothesis_at, observed_fits
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["GridToys", "read_grid_toys", "toys_on_grid"]

_EQUAL = 1e-7  # differences of −2 ln L that rounding may make
_STORED = ("delta", "rises", "p_values", "errors")
"""Arrays of `GridToys` that a file has."""


@public_methods
@dataclass(frozen=True, eq=False)
class GridToys:
    """What toys say at every point of a grid.

    Attributes
    ----------
    method : ``"feldman-cousins"``, about all axes together, or ``"cls"``, about the
        first axis where the others have their values.
    axes : name to values, in the order of the dimensions.
    delta : rise of −2 ln L of the data above its lowest in the whole range of the
        parameters that are fitted; one dimension an axis.
    rises : that of toys thrown at each point, one more dimension; of ``"cls"`` 0 where
        the best value is above the tested one.
    p_values : share of toys at least as far as the data; for ``"cls"`` over that of
        toys without a signal, one dimension an axis.
    errors : their Monte Carlo errors.
    settings : how the toys were thrown.
    """

    method: Literal["feldman-cousins", "cls"]
    axes: Mapping[str, FloatArray]
    delta: FloatArray
    rises: FloatArray
    p_values: FloatArray
    errors: FloatArray
    settings: ToySettings

    def critical(self, cl: float) -> tuple[FloatArray, FloatArray]:
        """Rise of −2 ln L that bounds the region at the level `cl` at each point, and
        its Monte Carlo error; one dimension an axis each."""
        check_level(cl)
        flat = self.rises.reshape(-1, self.rises.shape[-1])
        both = np.array([quantile(one, cl) for one in flat]).T
        value, error = both.reshape(2, *self.delta.shape)
        return value, error

    def allowed(self, cl: float) -> NDArray[np.bool_]:
        """Points that are allowed at the level `cl`; one dimension an axis."""
        check_level(cl)
        return np.asarray(self.p_values > 1 - cl)

    def construction(self, cl: float) -> Construction:
        """Method and sides at the level `cl`, with the range of Monte Carlo errors."""
        s, one_sided = self.settings, self.method == "cls"
        dof = 1 if one_sided else sum(len(x) > 1 for x in self.axes.values())
        sides = 1 if one_sided else 2
        said = Construction(self.method, cl, sides, max(dof, 1), s.number, s.seed)
        value, error = self.critical(cl)
        if one_sided:
            near = np.abs(np.log(np.maximum(self.p_values, 1e-6) / (1 - cl))) < 1
            known = self.errors[near] if near.any() else self.errors
            return said.with_errors(None, _ends(known))
        return said.with_errors(_ends(value), _ends(error))

    def intervals(self, cl: float) -> list[ToyInterval]:
        """Allowed intervals of a grid of one parameter at the level `cl`; an end that
        is not on the grid is ∓inf, and gaps that the scatter of toys may have made are
        none."""
        if len(self.axes) != 1:
            raise InputError(
                "intervals need a grid of one parameter, this one has"
                f" {', '.join(self.axes)}"
            )
        (x,) = self.axes.values()
        inside = self.allowed(cl)
        ends = [(-np.inf, 0.0)] if inside[0] else []
        curve = x, self.p_values, self.errors
        cells = np.flatnonzero(inside[1:] != inside[:-1]).tolist()
        ends += [crossing(curve, (i, i + 1), 1 - cl) for i in cells]
        ends += [(np.inf, 0.0)] if inside[-1] else []
        pairs = zip(ends[::2], ends[1::2], strict=True)
        found = [ToyInterval(a, b, ea, eb) for (a, ea), (b, eb) in pairs]
        return list(merged(found))

    def to_dict(self, cl: float) -> dict[str, Any]:
        """JSON-ready form at the level `cl`."""
        value, error = self.critical(cl)
        return {
            **self.construction(cl).to_dict(),
            "delta": [d if np.isfinite(d) else None for d in self.delta.ravel()],
            "critical_values": value.tolist(),
            "critical_value_errors": error.tolist(),
            "p_values": self.p_values.tolist(),
            "p_value_errors": self.errors.tolist(),
            "allowed": self.allowed(cl).tolist(),
        }


def _ends(values: FloatArray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def toys_on_grid(
    cost: Cost,
    axes: Mapping[str, FloatArray],
    start: FloatArray,
    method: Literal["feldman-cousins", "cls"],
    settings: ToySettings,
) -> GridToys:
    """Toys thrown and fitted at every point of a grid.

    Each point has random numbers of its own, and each toy is fitted over the whole
    range of the parameters along the axes, not over the grid.

    Parameters
    ----------
    cost : of the observed data.
    axes : name to values, increasing.
    start : values of all parameters, those along the axes not used, shape
        (parameters,).
    method : as in `GridToys`.
    settings : how toys are thrown.

    Raises
    ------
    InputError
        If data cannot be drawn at a point, or the file is of another run.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> axes = {"rn": np.array([4.0, 5.5]), "sin2_theta_w": np.array([0.2, 0.24])}
    >>> found = toys_on_grid(
    ...     cost, axes, cost.default, "feldman-cousins", ToySettings(20)
    ... )
    >>> found.p_values.shape
    (2, 2)
    """
    names = tuple(name for name, x in axes.items() if len(x) > 1) or tuple(axes)
    free = names if method == "feldman-cousins" else names[:1]
    columns = [cost.index(name) for name in axes]
    shape = tuple(len(x) for x in axes.values())
    points = np.tile(start, (int(np.prod(shape)), 1))
    points[:, columns] = [*product(*axes.values())]
    at = [hypothesis_at(cost, p, (), settings) for p in points]
    (held,) = (np.array([f.twice_nll[0] for f in observed_fits(cost, points, ())]),)
    best, lowest = _best(cost, points, free, held)
    delta = np.maximum(held - lowest, 0.0)
    questions = [Question(h, free, ()) for h in at]
    if method == "cls":
        p = cost.parameters[cost.index(free[0])]
        questions += [Question(h, free, ()) for h in _without(cost, p, at, settings)]
    about = f"{method} on a grid {shape} {free}"
    with rounds(cost, settings, about) as run:
        rises, values = run.throw(questions)
        n, count = settings.number, len(points)
        if method == "cls":
            tested = points[:, cost.index(free[0])]
            rises = np.where(values > np.tile(tested, 2)[:, None], 0.0, rises)
            statistic = np.where(best > tested, 0.0, delta)
            reached = rises >= np.tile(statistic, 2)[:, None] - _EQUAL
            signal, without = reached.mean(axis=1).reshape(2, count)
            share = signal / np.maximum(without, 1 / (2 * n))
            parts = [(1 - s) / (n * np.maximum(s, 1 / n)) for s in (signal, without)]
            errors = np.maximum(share, 1 / n) * np.sqrt(parts[0] + parts[1])
        else:
            share = (rises >= delta[:, None] - _EQUAL).mean(axis=1)
            inside = np.clip(share, 1 / n, 1 - 1 / n)
            errors = np.sqrt(inside * (1 - inside) / n)
        found = GridToys(
            method,
            dict(axes),
            delta.reshape(shape),
            rises[:count].reshape(*shape, n),
            share.reshape(shape),
            errors.reshape(shape),
            settings,
        )
        run.said |= {"method": method, "axes": list(axes)}
        run.said |= {"seed": settings.seed, "ensemble": settings.ensemble}
        run.said["nuisances"] = settings.nuisances
        run.arrays |= {f"axes/{name}": x for name, x in axes.items()}
        run.arrays |= {f"grid/{name}": getattr(found, name) for name in _STORED}
    return found


def read_grid_toys(path: Path) -> GridToys | None:
    """Toys of a scan from the file beside it; None of a file that has the toys alone,
    as earlier versions wrote it.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If it is damaged, or no file of toys.

    Examples
    --------
    >>> read_grid_toys(Path("a.toys.h5"))
    Traceback (most recent call last):
    nuprobe.errors.InputError: a.toys.h5 cannot be read as a file of toys: No such ...
    """
    with opened(path, ROUNDS_KIND, ROUNDS_FORMAT) as file:
        if "grid" not in file:
            return None
        names, method = texts(file, "axes"), str(file.attrs["method"])
        axes = {name: numbers(file["axes"], name, 1) for name in names}
        shape = tuple(len(x) for x in axes.values())
        arrays = [
            numbers(file["grid"], name, len(shape) + (name == "rises"))
            for name in _STORED
        ]
        number = arrays[1].shape[-1]
        require(
            method in METHODS[1:]
            and all(one.shape[: len(shape)] == shape for one in arrays)
            and not any(np.isnan(one).any() for one in arrays),
            "its arrays do not fit together",
        )
        drawn: tuple[Any, Any] = (
            str(file.attrs["ensemble"]),
            str(file.attrs["nuisances"]),
        )
        settings = ToySettings(number, whole(file, "seed", 0), *drawn)
    delta, rises, p_values, errors = arrays
    how: Any = method
    return GridToys(how, axes, delta, rises, p_values, errors, settings)


def _best(
    cost: Cost, points: FloatArray, free: tuple[str, ...], held: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Best value of the first free parameter, and −2 ln L there, for each point: the
    others have their values."""
    moving = [cost.index(name) for name in free]
    rest = np.delete(points, moving, axis=1)
    rows, group = np.unique(rest, axis=0, return_inverse=True)
    best, lowest = np.empty(len(points)), np.empty(len(points))
    for k in range(len(rows)):
        own = np.flatnonzero(group.ravel() == k)
        (found,) = observed_fits(cost, points[own[:1]], free)
        i = own[held[own].argmin()]
        value, at = float(found.twice_nll[0]), float(found.points[0, moving[0]])
        if held[i] < value:
            value, at = float(held[i]), float(points[i, moving[0]])
        best[own], lowest[own] = at, value
    return best, lowest


def _without(
    cost: Cost, p: Parameter, at: list[Hypothesis], settings: ToySettings
) -> Iterator[Hypothesis]:
    """Where toys without a signal are thrown, for each point."""
    null = 0.0 if p.lower <= 0 <= p.upper else null_of(p, None)
    known: dict[bytes, Hypothesis] = {}
    for h in at:
        point = h.tested.copy()
        point[cost.index(p.name)] = null
        key = point.tobytes()
        if key not in known:
            known[key] = hypothesis_at(cost, point, (), settings)
        yield Hypothesis(known[key].truth, known[key].nuisances, h.tested)
