"""Results of grid scans, and their files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, warn
from nuprobe.files import atomic_write
from nuprobe.inference.checkpoints import same_probe
from nuprobe.inference.construction import Construction
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold
from nuprobe.inference.regions import Region
from nuprobe.inference.result_files import made, numbers, opened, require, texts
from nuprobe.inference.scan_regions import Interpolated, lowest_along
from nuprobe.inference.toys.on_grid import GridToys, read_grid_toys
from nuprobe.markup import table
from nuprobe.numerics import FloatArray
from nuprobe.provenance import Provenance
from nuprobe.reprs import readable
from nuprobe.sealed import streamed

__all__ = ["FORMAT", "ScanResult", "ScanState", "toy_file", "with_stored_toys"]

FORMAT: Final = "nuprobe-scan-2"
"""Version of the file format."""
_ALIKE: Final = 1e-3
"""Difference of −2 ln L above which toys and a scan have different data."""


@readable
@dataclass(frozen=True)
class ScanResult(Exported):
    """−2 ln L, minimised over the nuisances, on a grid.

    Attributes
    ----------
    axes : name to values, in the order of the dimensions of `twice_nll`.
    units : name to unit of the axis.
    fixed : values of the other parameters.
    twice_nll : one dimension per axis; ``inf`` where the data are impossible.
    nuisances : at the minimum, with one more dimension.
    nuisance_names : names along that dimension.
    fingerprint : SHA-256 of grid, cost and version of nuprobe.
    fitted : the best fit within the range of the grid, from fits starting at its lowest
        points; None if the scan is not finished, or no parameter varies.
    fitted_twice_nll : −2 ln L there.
    toys : results of toys at every point, or None; stored in a separate file.
    provenance : of the result; None if not in the file.
    """

    axes: dict[str, FloatArray]
    units: dict[str, str]
    fixed: dict[str, float]
    twice_nll: FloatArray
    nuisances: FloatArray
    nuisance_names: tuple[str, ...]
    fingerprint: str
    fitted: dict[str, float] | None = None
    fitted_twice_nll: float | None = None
    toys: GridToys | None = field(default=None, repr=False, compare=False)
    provenance: Provenance | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        size = " × ".join(f"{name} ({len(x)})" for name, x in self.axes.items())
        return f"<scan of {size or 'no parameter'}: {self._best()}>"

    def _repr_html_(self) -> str:
        rows = [("best fit", self._best())]
        for name, x in self.axes.items():
            text = f"{len(x)} values from {x.min():.5g} to {x.max():.5g}"
            rows.append((name, f"{text} {self.units.get(name, '')}".rstrip()))
        rows += [(name, f"{x:.5g} (fixed)") for name, x in self.fixed.items()]
        rows.append(("nuisances", ", ".join(self.nuisance_names) or "none"))
        return table("scan of −2 ln L", rows)

    def _best(self) -> str:
        words = [
            f"{name} = {x:.5g} {self.units.get(name, '')}".rstrip()
            for name, x in self.best.items()
        ]
        return ", ".join([*words, f"−2 ln L = {self.best_twice_nll:.5g}"])

    plot = draws("plot_scan")

    def construction(self, cl: float = ONE_SIGMA) -> Construction:
        """Construction of the regions at the level `cl`: for each parameter
        individually (Wilks), or with toys for all together."""
        if self.toys is not None:
            return self.toys.construction(cl)
        return Construction("wilks", cl)

    @property
    def delta(self) -> FloatArray:
        """−2 ln L above that of the best fit."""
        return np.asarray(self.twice_nll - self.best_twice_nll)

    @property
    def best(self) -> dict[str, float]:
        """The best fit within the range of the grid; without `fitted` the lowest
        point."""
        return self.lowest if self.fitted is None else self.fitted

    @property
    def best_twice_nll(self) -> float:
        """−2 ln L of the best fit."""
        lowest = float(self.twice_nll.min())
        return lowest if self.fitted_twice_nll is None else self.fitted_twice_nll

    @property
    def lowest(self) -> dict[str, float]:
        """The grid point with the lowest −2 ln L."""
        where = np.unravel_index(int(self.twice_nll.argmin()), self.twice_nll.shape)
        return {
            name: float(axis[i])
            for (name, axis), i in zip(self.axes.items(), where, strict=True)
        }

    def curve(self) -> tuple[FloatArray, FloatArray]:
        """Values and Δ(−2 ln L) of a scan of one parameter, including the best fit,
        both of shape (n,)."""
        if len(self.axes) != 1:
            raise InputError(
                "a curve needs a scan of one parameter, this one has"
                f" {', '.join(self.axes)}"
            )
        ((name, x),) = self.axes.items()
        return self._with_best(name, x, self.delta)

    def _with_best(
        self, name: str, x: FloatArray, y: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """A curve over one axis, with the best fit among its points."""
        if self.fitted is None:
            return x, y
        best = self.fitted[name]
        # a point next to one of the grid differs only by rounding
        if np.abs(x - best).min() < 1e-3 * np.diff(x).min():
            return x, y
        k = int(np.searchsorted(x, best))
        return np.insert(x, k, best), np.insert(y, k, 0.0)

    @public
    def intervals(self, cl: float = ONE_SIGMA) -> list[tuple[float, float]]:
        """Intervals in which Δ(−2 ln L) of a scan of one parameter is below the
        threshold of `cl`.

        Interpolated from the grid by cubics (`profile` finds exact ends); a side that
        is open within the grid is ∓inf.
        """
        if len(self.axes) != 1:
            raise InputError(
                "intervals need a scan of one parameter, this one has"
                f" {', '.join(self.axes)}"
            )
        ((name, _),) = self.axes.items()
        return [
            (-inf if r.open_low else r.low, inf if r.open_high else r.high)
            for r in self.regions(cl)[name]
        ]

    @public
    def regions(self, cl: float = ONE_SIGMA) -> dict[str, tuple[Region, ...]]:
        """All allowed regions of each parameter of the grid at the level `cl`, by name,
        each with the others minimised, as in `FitResult.regions`.

        Interpolated from the grid by cubics, including the minimisation over the
        others; a region that reaches an end of the grid ends there and is open.

        Raises
        ------
        InputError
            If an axis has fewer than 4 values, or the data are impossible everywhere.

        Examples
        --------
        >>> import nuprobe as nu
        >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
        >>> found = nu.inference.scan(cost, {"rn": np.linspace(2.0, 9.0, 29)})
        >>> [region] = found.regions(0.9)["rn"]
        >>> region.words(cost.parameters[0])
        '[3.3487, 7.2215] fm'
        """
        rise = delta_threshold(cl, 1)
        return {name: self._regions_of(name, rise) for name in self.axes}

    def _regions_of(self, name: str, rise: float) -> tuple[Region, ...]:
        x = self.axes[name]
        if len(x) < 4:
            raise InputError(
                f"regions need at least 4 values of {name}, the grid has {len(x)}"
            )
        if not np.isfinite(self.twice_nll).any():
            raise InputError(f"the data are impossible at every value of {name}")
        y = self.delta
        names = list(self.axes)
        for i in reversed(range(len(names))):
            if names[i] != name:
                y = lowest_along(self.axes[names[i]], y, i)
        x, y = self._with_best(name, x, y)
        found = Interpolated(x, y)
        # Δ is above the best fit; without one, above the lowest point of the curve
        lowest = found.lowest if self.fitted is None else 0.0
        best = self.best[name]
        if self.fitted is None:
            every = np.append(found.turns, x)
            best = float(every[np.argmin(found.curve(every))])
        return found.regions(lowest + rise, best, lowest)

    @public
    def contour_levels(
        self, cl: float | tuple[float, ...] = (0.68, 0.9, 0.95)
    ) -> dict[float, float]:
        """Joint Δ(−2 ln L) of the parameters of the grid, for each `cl`."""
        return {c: delta_threshold(c, len(self.axes)) for c in np.ravel(cl).tolist()}

    @public
    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write an HDF5 file to `path`, atomically; raises `OutputError`."""
        done = np.ones(self.twice_nll.size, dtype=bool)
        k = len(self.nuisance_names)
        state = ScanState(
            done,
            self.twice_nll.ravel(),
            self.nuisances.reshape(self.twice_nll.size, k),
            np.empty(0),
        )
        return atomic_write(path, scan_image(self, state))

    @classmethod
    @public
    def load(cls, path: str | os.PathLike[str]) -> ScanResult:
        """Read a finished scan from `path`, with its toys if their file is next to it,
        with ``.toys`` before the suffix.

        Raises
        ------
        InputError
            If the file is not a scan, the scan in it is not finished, or the toys are
            damaged or of another scan.
        """
        result, state = read_scan(Path(path))
        if not state.done.all():
            raise InputError(
                f"{path}: this scan is not finished ({state.done.sum()} of"
                f" {state.done.size} points); run it again with resume=True, --resume"
                " on the command line"
            )
        return with_stored_toys(result, Path(path))


def toy_file(
    checkpoint: str | os.PathLike[str] | None,
) -> Path | None:
    """File of the toys of a scan.

    Parameters
    ----------
    checkpoint : file of the scan, or None.

    Examples
    --------
    >>> toy_file("scan.h5").name
    'scan.toys.h5'
    """
    if checkpoint is None:
        return None
    path = Path(checkpoint)
    return path.with_name(f"{path.stem}.toys{path.suffix}")


@dataclass
class ScanState:
    """The finished part of a scan.

    Attributes
    ----------
    done : whether each point is finished, shape (points,).
    twice_nll : −2 ln L, shape (points,).
    nuisances : shape (points, nuisances).
    probe : identifies the prediction, see `probe`.
    fitted : the best fit and −2 ln L there, once the scan is finished.
    """

    done: NDArray[np.bool_]
    twice_nll: FloatArray
    nuisances: FloatArray
    probe: FloatArray
    fitted: tuple[dict[str, float], float] | None = None


def scan_image(
    result: ScanResult, state: ScanState, folder: Path | None = None
) -> Iterator[bytes]:
    """The file in pieces, with its checksum, without a copy of the arrays in memory.

    Parameters
    ----------
    result : current result.
    state : its finished part.
    folder : where it is written.
    """

    def fill(file: Any) -> None:
        file.attrs["fingerprint"] = result.fingerprint
        file.attrs["nuisances"] = list(result.nuisance_names)
        file.attrs["axes"] = list(result.axes)
        axes = file.create_group("axes")
        for name, axis in result.axes.items():
            axes[name] = axis
            axes[name].attrs["unit"] = result.units[name]
        file.create_group("fixed").attrs.update(result.fixed)
        if result.fitted is not None:
            best = file.create_group("best")
            best.attrs.update(result.fitted)
            file["best_twice_nll"] = [result.best_twice_nll]
        file["done"] = state.done
        file["twice_nll"] = result.twice_nll
        file["nuisances"] = result.nuisances
        file["probe"] = state.probe

    return streamed(FORMAT, fill, result.provenance, folder)


def read_scan(path: Path) -> tuple[ScanResult, ScanState]:
    """Read and check a scan, finished or not.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If the file is damaged, not a scan, or has invalid content.
    """
    with opened(path, "scan", FORMAT) as file:
        names = texts(file, "axes")
        result = ScanResult(
            axes={name: numbers(file["axes"], name, 1) for name in names},
            units={name: str(file["axes"][name].attrs["unit"]) for name in names},
            fixed={name: float(value) for name, value in file["fixed"].attrs.items()},
            twice_nll=numbers(file, "twice_nll", len(names)),
            nuisances=numbers(file, "nuisances", len(names) + 1),
            nuisance_names=texts(file, "nuisances"),
            fingerprint=str(file.attrs["fingerprint"]),
            provenance=made(file),
        )
        if "best" in file:
            (lowest,) = numbers(file, "best_twice_nll", 1)
            best = {name: float(file["best"].attrs[name]) for name in names}
            result = replace(result, fitted=best, fitted_twice_nll=float(lowest))
        done, probe = numbers(file, "done", 1, bool), numbers(file, "probe", 1)
        shape = tuple(len(axis) for axis in result.axes.values())
        k = len(result.nuisance_names)
        values = result.twice_nll.ravel()
        require(
            bool(shape)
            and result.twice_nll.shape == shape
            and result.nuisances.shape == (*shape, k)
            and done.shape == values.shape,
            "its arrays do not fit together",
        )
        nuisances = result.nuisances.reshape(values.size, k)
        require(
            bool(
                all(len(a) and (np.diff(a) > 0).all() for a in result.axes.values())
                and all(np.isfinite(a).all() for a in (*result.axes.values(), probe))
                and np.isfinite(list(result.fixed.values())).all()
            ),
            "its grid contains numbers that no grid has",
        )
        if result.fitted is not None:
            require(
                all(
                    axis[0] <= result.fitted[name] <= axis[-1]
                    for name, axis in result.axes.items()
                )
                and result.best_twice_nll <= values.min(where=done, initial=inf),
                "its best fit is none",
            )
        # infinity means that the data are impossible; a NaN is invalid
        require(
            bool(
                ((values > -inf) | ~done).all()
                and not (np.isnan(nuisances).any(axis=1) & done).any()
            ),
            "points are marked as done that have no value",
        )
    fitted = None if result.fitted is None else (result.fitted, result.best_twice_nll)
    return result, ScanState(done, values, nuisances, probe, fitted)


def resumed_scan(path: Path, fingerprint: str, fresh: ScanState) -> ScanState:
    result, state = read_scan(path)
    same = same_probe(state.probe, fresh.probe)
    if result.fingerprint != fingerprint or (state.probe.size and not same):
        raise InputError(
            f"{path} belongs to another scan (grid, data, systematics, prediction or"
            " version of nuprobe differ); resume with the original settings, or"
            " choose another file"
        )
    return state


def with_stored_toys(result: ScanResult, path: Path) -> ScanResult:
    """A finished scan with the toys in the file next to it, unchanged if there is none.

    Parameters
    ----------
    result : the scan.
    path : of its file.

    Raises
    ------
    InputError
        If the toys are damaged, or of another scan.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = nu.scan(cost, {"rn": [4.0, 5.0, 6.0]})
    >>> with_stored_toys(found, Path("none.h5")).toys is None
    True
    """
    file = toy_file(path)
    if file is None or not file.exists():
        return result
    toys = read_grid_toys(file)
    if toys is None:
        warn(
            f"{file} has toys as an early version wrote them, without their p-values:"
            f" the regions of {path} are those of Wilks; for those of the toys repeat"
            " the scan with resume=True (--resume)"
        )
        return result
    same = list(toys.axes) == list(result.axes) and all(
        np.array_equal(x, result.axes[name]) for name, x in toys.axes.items()
    )
    if same:
        # both are rises of the same −2 ln L, above one value along the first axis
        with np.errstate(invalid="ignore"):
            above = np.where(toys.delta > 0, result.twice_nll - toys.delta, np.nan)
            ends = np.fmax.reduce(above, 0) - np.fmin.reduce(above, 0)
        same = bool((ends[np.isfinite(ends)] < _ALIKE).all())
    if not same:
        raise InputError(
            f"{file} has toys of another scan than {path}: move or remove it, or scan"
            " again with toys and overwrite=True (--overwrite)"
        )
    return replace(result, toys=toys)
