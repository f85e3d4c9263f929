"""Wilks, Feldman–Cousins and CLs on one plane of two parameters.

The plane is that of a strength, such as a mixing, and of a second parameter that means
nothing without it, such as a difference of squared masses. Wilks' theorem does not hold
there: the lowest χ² is that of a search for an oscillation of any frequency, and the
strength has an end. Each toy is therefore fitted on the whole grid, all of them with
one matrix product (`QuadraticCost`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, OutputError, shown
from nuprobe.inference.checkpoints import Checkpoint, probe, progress_bar, stopped
from nuprobe.inference.costs import Cost, CovarianceCost
from nuprobe.inference.costs.morphing import full_points
from nuprobe.inference.executors import place, working
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.provenances import provenance_of
from nuprobe.inference.toys.plane_files import PlaneState, arrays_of, said_of
from nuprobe.inference.toys.plane_result import ExclusionPlane, row_statistic
from nuprobe.inference.toys.quadratic import QuadraticCost, quadratic
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.inference.toys.truth import Values, observed
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["ExclusionPlane", "exclusion_plane"]

_EQUAL = 1e-7  # differences of χ² that rounding may make


@dataclass(frozen=True, eq=False)
class Problem:
    """What a worker needs: it travels once.

    Attributes
    ----------
    cost : of the data.
    grid : at all points, the one without a signal last.
    shape : of the grid.
    nuisances : true ones at each point, shape (points + 1, nuisances).
    rise : of the data above no signal, and along rows, shape (2, points).
    settings : of the toys; without files and executors.
    """

    cost: Cost
    grid: QuadraticCost
    shape: tuple[int, int]
    nuisances: FloatArray
    rise: FloatArray
    settings: ToySettings

    @classmethod
    def of(
        cls,
        made: ExclusionPlane,
        cost: Cost,
        grid: QuadraticCost,
        nuisances: FloatArray,
    ) -> Problem:
        """What is needed for the toys of a plane that has none yet."""
        s = made.settings
        assert s is not None
        rise = np.stack(
            [(made.twice_nll - made.without).ravel(), made.row_statistic.ravel()]
        )
        if s.nuisances == "nominal":
            nuisances = np.zeros_like(nuisances)
        shape = (len(made.x), len(made.y))
        plain = ToySettings(s.number, s.seed, s.ensemble, s.nuisances)
        return cls(cost, grid, shape, nuisances, rise, plain)


def drawn(problem: Problem, number: int) -> tuple[list[FloatArray], FloatArray]:
    """Data and centres of the constraints of all toys at one point. Each block has
    random numbers of its own."""
    cost, s = problem.cost, problem.settings
    nuisances = problem.nuisances[number]
    expected = cost.expected(problem.grid.points[number], nuisances)
    sigma = np.array([n.sigma if np.isfinite(n.sigma) else 0 for n in cost.nuisances])
    blocks = []
    for b, toys in enumerate(s.blocks):
        key = np.random.SeedSequence(s.seed, spawn_key=(number, b))
        rng = np.random.default_rng(key)
        size = toys.stop - toys.start
        made = []
        for term, mu in zip(cost.terms, expected, strict=True):
            noise = rng.normal(size=(size, len(mu)))
            if isinstance(term, CovarianceCost):
                made.append(mu + noise @ term.factor.T)
            else:
                made.append(mu + noise * term.sigma)  # type: ignore[attr-defined]
        moved = rng.normal(size=(size, len(sigma))) * sigma
        fixed = s.ensemble == "conditional"
        made.append(np.zeros_like(moved) if fixed else nuisances + moved)
        blocks.append(made)
    *data, auxiliary = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return data, auxiliary


def _fits(problem: Any, number: int) -> tuple[FloatArray, FloatArray]:
    """Rises of the toys of one point, and shares of them that reach the data: at this
    point, or at every one for toys without a signal."""
    value = problem.grid.value(*drawn(problem, number))
    without, plane = value[:, -1], value[:, :-1]
    n, m = problem.shape
    if number < n * m:
        delta = value[:, number] - value.min(axis=1)
        row = plane.reshape(-1, n, m)[:, :, number % m].T
        along = row_statistic(row[:, None, :], without)[number // m, 0]
        statistics = np.stack([value[:, number] - without, along])
        rise = problem.rise[:, number]
        return delta, (statistics >= rise[:, None] - _EQUAL).mean(axis=1)
    rows = np.moveaxis(plane.reshape(-1, n, m), 0, 2)
    along = row_statistic(rows, without).reshape(n * m, -1)
    statistics = np.stack([(plane - without[:, None]).T, along])
    shares = (statistics >= problem.rise[:, :, None] - _EQUAL).mean(axis=2)
    return np.empty(0), shares


@public
def exclusion_plane(
    cost: Cost,
    axes: Mapping[str, ArrayLike],
    null: float | str | None = None,
    fixed: Values | None = None,
    toys: int | ToySettings = 1000,
) -> ExclusionPlane:
    """Exclusion of a plane by several statistics, side by side.

    - Wilks: Δχ² above the lowest of the plane, with the threshold of 2 parameters.
    - Feldman–Cousins (Feldman:1997qc): thresholds from toys at every point, each fitted
      on the whole plane.
    - CLs of the plane (Qian:2014nha): each point against no signal, with the Gaussian
      means ±D and widths 2√D, and by toys.
    - CLs along rows: at each value of the second parameter by itself, with q̃ of
      Cowan:2010js, asymptotic and by toys.

    The lowest χ² is that of the points of the grid and of no signal, for data and toys
    alike. Toys fluctuate with the covariance of the data; in the unconditional ensemble
    the centres of the constraints fluctuate, too.

    Parameters
    ----------
    cost : of Gaussian data, with or without covariance.
    axes : values of two parameters by name, the strength of the signal first; in their
        units, increasing. With one value of the second parameter Feldman–Cousins is
        that of the strength alone, a row of a raster scan.
    null : strength without a signal; the lower limit of its range if not given.
    fixed : values of parameters that stay fixed; the others keep their default.
    toys : their number at each point, or all settings; 0 for the formulae alone.

    Raises
    ------
    InputError
        If the cost is not Gaussian, an axis is wrong, or the file is of another run.
    StoppedError
        If the run was interrupted; what is done is saved.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> found = exclusion_plane(cost, axes, toys=100)
    >>> found.excluded("cls")[2]
    array([ True,  True,  True])
    """
    names, values = plane_axes(cost, axes)
    parameters = tuple(cost.parameters[cost.index(n)] for n in names)
    points, lowest = plane_points(cost, names, values, null, fixed)
    shape = (len(values[0]), len(values[1]))
    grid = quadratic(cost, points)
    data = observed(cost)
    found = grid.value(data.data, data.auxiliary)[0]
    # where toys without a signal, and Asimov data, are made
    nuisances = cost.profiled(points).nuisances
    expected = asimov(cost, grid, nuisances)
    plane, without = found[:-1].reshape(shape), float(found[-1])
    best = int(found.argmin())
    column = [cost.index(n) for n in names]
    lowest_at = points[best, column]
    made = ExclusionPlane(
        (parameters[0], parameters[1]),
        values[0],
        values[1],
        lowest,
        plane,
        without,
        (float(lowest_at[0]), float(lowest_at[1])),
        expected[0].reshape(shape),
        expected[1].reshape(shape),
        None,
        None,
        None,
        None if isinstance(toys, int) and not toys else settings_of(toys),
    )
    if made.settings is None:
        return made
    return _with_toys(made, Problem.of(made, cost, grid, nuisances), made.settings)


def _with_toys(
    made: ExclusionPlane, problem: Problem, settings: ToySettings
) -> ExclusionPlane:
    """The same with toys."""
    state = _thrown(problem, settings, made)
    shape = problem.shape
    return replace(
        made,
        delta=state.delta.reshape(*shape, -1),
        reached=state.reached.reshape(2, *shape),
        reached_without=state.without.reshape(2, *shape),
    )


def plane_axes(
    cost: Cost, axes: Mapping[str, ArrayLike]
) -> tuple[list[str], tuple[FloatArray, FloatArray]]:
    """Names and values of the two axes; raises `InputError`."""
    if len(axes) != 2:
        raise InputError(
            f"a plane needs two parameters, the strength first; got {shown(list(axes))}"
        )
    values = []
    for (name, given), least in zip(axes.items(), (2, 1), strict=True):
        p: Parameter = cost.parameters[cost.index(name)]
        one = np.asarray(p.read(given), dtype=float)
        if one.ndim != 1 or len(one) < least or not (np.diff(one) > 0).all():
            few = "two or more" if least == 2 else "one or more"
            raise InputError(
                f"values of {name} must be {few}, increasing; got {shown(given)}"
            )
        values.append(one)
    return list(axes), (values[0], values[1])


def plane_points(
    cost: Cost,
    names: list[str],
    values: tuple[FloatArray, FloatArray],
    null: float | str | None,
    fixed: Values | None,
) -> tuple[FloatArray, float]:
    """Points of the grid, the one without a signal last, and its strength."""
    p = cost.parameters[cost.index(names[0])]
    if null is None and not np.isfinite(p.lower):
        raise InputError(
            f"{p.name} has no lower limit: give its value without a signal (null)"
        )
    lowest = p.lower if null is None else float(p.read(null))
    if not (values[0] > lowest).all():
        raise InputError(
            f"values of {p.name} must be above {lowest:g}, its value without a signal;"
            f" got {values[0][0]:g}"
        )
    start = cost.point(dict(fixed or {}))
    count = len(values[0]) * len(values[1])
    points = np.tile(start, (count + 1, 1))
    first, second = np.meshgrid(*values, indexing="ij")
    points[:-1, cost.index(names[0])] = first.ravel()
    points[:-1, cost.index(names[1])] = second.ravel()
    points[-1, cost.index(names[0])] = lowest
    points[-1, cost.index(names[1])] = values[1][0]
    cost.layout.checked_points(points)
    return points, lowest


def asimov(
    cost: Cost, grid: QuadraticCost, nuisances: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rises of χ² of data without fluctuations: from no signal to each point where
    there is none, and back where there is that of the point."""
    without = [mu[None] for mu in cost.expected(grid.points[-1], nuisances[-1])]
    value = grid.value(without, nuisances[-1:])[0]
    pair = grid.at([-1])
    points = full_points(cost.layout, grid.points, nuisances)
    expected = [
        expected_counts(term.expectation(points[:, columns]), nuisances[:, k])
        for term, columns, k in cost.layout.places
    ]
    back = []
    for i in range(len(points) - 1):
        data = [mu[i : i + 1] for mu in expected]
        aux = nuisances[i : i + 1]
        rise = pair.value(data, aux)[0, 0] - grid.at([i]).value(data, aux)[0, 0]
        back.append(max(rise, 0.0))
    return np.maximum(value[:-1] - value[-1], 0.0), np.array(back)


def _fingerprint(problem: Problem) -> str:
    """What the results depend on."""
    s = problem.settings
    state = hashlib.sha256(
        f"{version('nuprobe')} {problem.cost.digest()} {problem.shape} {s.number}"
        f" {s.seed} {s.ensemble} {s.nuisances}".encode()
    )
    for point in problem.grid.points:
        state.update(" ".join(f"{v:.9e}" for v in point).encode())
    return state.hexdigest()


def _thrown(
    problem: Problem, settings: ToySettings, made: ExclusionPlane
) -> PlaneState:
    """Toys at all points, gone on with if some are done."""
    count = len(problem.grid.points) - 1
    state = PlaneState(
        probe=probe(problem.cost, problem.grid.points),
        done=np.zeros(count + 1, dtype=bool),
        delta=np.full((count, settings.number), np.nan),
        reached=np.full((2, count), np.nan),
        without=np.full((2, count), np.nan),
    )
    fingerprint = _fingerprint(problem)
    file = settings.file()
    with place(settings.executor) as pool, file.held():
        known = file.known(lambda path: state.resumed(path, fingerprint))
        state = known or state
        about = file.dated(provenance_of(problem.cost, fingerprint))

        def image() -> Iterator[bytes]:
            arrays = {"points": problem.grid.points, **arrays_of(made)}
            return state.image(about, said_of(made), file.path, **arrays)

        file.start()
        settings = replace(settings, executor=pool, client=None)
        _work(problem, settings, state, file, image)
        file.complete(image)
    return state


def _work(
    problem: Problem,
    settings: ToySettings,
    state: PlaneState,
    file: Checkpoint,
    image: Callable[[], Iterator[bytes]],
) -> None:
    """Throw what is not done."""
    count = len(problem.grid.points) - 1
    left = [int(i) for i in np.flatnonzero(~state.done)]
    bar = progress_bar(settings.progress, count + 1, count + 1 - len(left), "point")
    try:
        where = working(problem, _fits, settings.executor, settings.workers)
        with where as compute:
            for number, delta, shares in compute(left):
                if number < count:
                    state.delta[number], state.reached[:, number] = delta, shares
                else:
                    state.without[:] = shares
                state.done[number] = True
                bar(1)
                if file.due():
                    file.save(image)
    except OutputError:
        raise
    except (Exception, KeyboardInterrupt, CancelledError) as error:
        file.save(image)
        done = f"{state.done.sum()} of {count + 1} points are"
        remedy = file.remedy if file.path is None else f"{done} {file.remedy}"
        raise stopped("plane of toys", error, remedy) from error
    finally:
        bar(None)
