"""Tables of a disappearance experiment: segments, response, data and covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.errors import ExperimentFileError, UnknownNameError
from nuprobe.experiments.baselines.files import BaselineAnalysis, BaselineFile
from nuprobe.experiments.baselines.folding import PhaseFolding, Segments
from nuprobe.experiments.baselines.prediction import DataRows
from nuprobe.fluxes import Flux
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.schema import Folder
from nuprobe.units import m, parse_quantity

__all__ = ["BaselineData", "read_data", "read_folding"]

_SAME = 1e-9  # MeV: edges of bins that agree


@dataclass(frozen=True, eq=False)
class BaselineData:
    """One analysis as read.

    Attributes
    ----------
    value : shape (rows,).
    covariance : shape (rows, rows), or None.
    sigma : shape (rows,).
    low, high : MeV, shape (rows,), or None.
    detectors : name of the detector of each row.
    rows : where they are.
    """

    value: FloatArray
    covariance: FloatArray | None
    sigma: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    detectors: tuple[str, ...]
    rows: DataRows


def _length(text: str) -> float:
    return parse_quantity(text, "length") / m


def _segments(
    file: BaselineFile, folder: Folder
) -> tuple[Segments, list[str], list[str]]:
    """Distances, names of the detectors, and of the rows of a response in a table."""
    if file.segments is not None:
        names = folder.texts(file.segments, "detector")
        labels = folder.texts(file.segments, "segment")
        t = folder.table(file.segments, ("baseline", "weight"))
        if not (t["baseline"] > 0).all() or not (t["weight"] > 0).all():
            raise ExperimentFileError(
                f"{folder.root}/{file.segments}: baselines (m) and weights must be"
                " positive"
            )
        detectors = list(dict.fromkeys(names))
        spread = 0.0 if file.spread is None else _length(file.spread)
        found = Segments(
            np.array(t["baseline"]),
            np.array(t["weight"]),
            np.full((len(names), 1), spread),
            np.arange(len(names)),
            np.array([detectors.index(n) for n in names]),
        )
        return found, detectors, list(labels)
    boxes = max(len(d.spreads) for d in file.detectors.values())
    lengths, weights, spreads, belongs = [], [], [], []
    for i, one in enumerate(file.detectors.values()):
        far = [_length(text) for text in one.baselines]
        box = [_length(text) for text in one.spreads]
        if far and sum(box) >= min(far):
            raise ExperimentFileError(
                f"{folder.name}: spreads of a detector must add up to less than its"
                f" baseline, got {sum(box):g} m and {min(far):g} m"
            )
        share = one.weights or [1 / length**2 for length in far]
        lengths += far
        weights += [w / sum(share) for w in share]
        spreads += [box + [0.0] * (boxes - len(box))] * len(far)
        belongs += [i] * len(far)
    n = len(lengths)
    return (
        Segments(
            np.array(lengths),
            np.array(weights),
            np.array(spreads).reshape(n, boxes),
            np.zeros(n, dtype=int),
            np.array(belongs),
        ),
        list(file.detectors),
        [],
    )


def _rate(file: BaselineFile, flux: Flux, energy: FloatArray) -> FloatArray:
    """Events at neutrino energies without oscillations, in any unit."""
    rate = np.asarray(flux.spectrum(file.source.flavour, energy))
    if file.source.cross_section == "ibd":
        from nuprobe.processes.nuclear import ibd

        rate = rate * ibd.total(energy)
    return rate


def _resolution(
    file: BaselineFile, edges: FloatArray, energy: FloatArray
) -> FloatArray:
    """Share of each energy (cells,) measured in each bin (bins, 2)."""
    from scipy.special import ndtr

    section = file.response
    mean = energy - parse_quantity(section.offset, "energy")
    scale = np.maximum(mean, 0.0)
    sigma = np.sqrt(
        parse_quantity(section.noise, "energy") ** 2
        + section.stochastic**2 * scale
        + (section.constant * scale) ** 2
    )
    sigma = np.maximum(sigma, 1e-9)
    below = ndtr((edges[:, :, None] - mean) / sigma)
    return np.asarray(below[:, 1] - below[:, 0])


def read_folding(
    file: BaselineFile, folder: Folder, flux: Flux, edges: FloatArray | None
) -> tuple[PhaseFolding, tuple[str, ...], FloatArray | None]:
    """Read the distances, energies and response that the survival probability is
    averaged over.

    Parameters
    ----------
    file, folder : of the experiment.
    flux : of its source.
    edges : bins (MeV), shape (bins, 2); None to count all energies together.

    Returns
    -------
    PhaseFolding, names of the detectors, and the bins of a response in a table

    Examples
    --------
    >>> import nuprobe as nu
    >>> one = nu.experiment("best")
    >>> read_folding(one.file, one.folder, one.flux, None)[1]
    ('inner', 'outer')
    """
    segments, detectors, labels = _segments(file, folder)
    source = file.source
    subdivide = 1
    if file.response.kind == "table":
        response, edges, true = _matrices(file, folder, labels)
        subdivide = file.response.subdivide
        energy, width = _nodes(true, subdivide)
        weight = _rate(file, flux, energy) * width
    elif source.lines:
        energy = np.array([parse_quantity(o.energy, "energy") for o in source.lines])
        weight = np.array([o.weight for o in source.lines])
    else:
        assert source.energies is not None
        low, high = (parse_quantity(e, "energy") for e in source.energies)
        cells = max(1, round((high - low) / parse_quantity(source.cell, "energy")))
        energy, width = _nodes(np.linspace(low, high, cells + 1), 2)
        weight = _rate(file, flux, energy) * width
    if file.response.kind != "table":
        response = (
            np.ones((1, 1, len(energy)))
            if edges is None or file.response.kind == "none"
            else _resolution(file, edges, energy)[None]
        )
    if not weight.sum() > 0:
        raise ExperimentFileError(
            f"{folder.name}: source: no neutrino of {source.flavour} interacts at"
            " these energies"
        )
    made = PhaseFolding(
        segments,
        energy,
        weight / weight.sum(),
        response,
        len(detectors),
        subdivide,
    )
    return made, tuple(detectors), edges


def _nodes(edges: FloatArray, order: int) -> tuple[FloatArray, FloatArray]:
    """Energies and weights of Gauss–Legendre quadrature in each cell."""
    x, w = gauss_legendre(order)
    step = np.diff(edges)[:, None]
    return (edges[:-1, None] + step * x).ravel(), (step * w).ravel()


def _matrices(
    file: BaselineFile, folder: Folder, labels: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Response of each segment (segments, bins, true bins), bins (bins, 2) and edges of
    the true bins."""
    section = file.response
    assert section.table is not None
    assert section.last_edge is not None
    names = [
        c for c in folder.columns(section.table) if c not in ("segment", "low", "high")
    ]
    try:
        true = np.array(
            [*map(float, names), parse_quantity(section.last_edge, "energy")]
        )
    except ValueError:
        raise ExperimentFileError(
            f"{folder.root}/{section.table}: columns other than segment, low and high"
            " must be named by the lower edge of a bin of neutrino energy in MeV"
        ) from None
    if not (np.diff(true) > 0).all():
        raise ExperimentFileError(
            f"{folder.root}/{section.table}: the bins of neutrino energy must increase"
        )
    t = folder.table(section.table, ("low", "high", *names))
    owner = folder.texts(section.table, "segment")
    bins = np.unique(np.stack([t["low"], t["high"]], axis=1), axis=0)
    values = np.stack([t[name] for name in names], axis=1)
    result = np.zeros((len(labels), len(bins), len(names)))
    seen = np.zeros((len(labels), len(bins)), dtype=bool)
    place = {label: i for i, label in enumerate(labels)}
    for i, label in enumerate(owner):
        if label not in place:
            continue
        row = place[label], _bin(bins, t["low"][i], t["high"][i])
        result[row], seen[row] = values[i], True
    if not seen.all():
        segment, missing = np.argwhere(~seen)[0]
        raise ExperimentFileError(
            f"{folder.root}/{section.table}: segment {labels[segment]} has no row for"
            f" {bins[missing, 0]:g} to {bins[missing, 1]:g} MeV"
        )
    return result, bins, true


def _bin(bins: FloatArray, low: float, high: float) -> int:
    return int(np.abs(bins - (low, high)).sum(axis=1).argmin())


def read_data(
    file: BaselineFile, folder: Folder, analysis: str, detectors: tuple[str, ...]
) -> tuple[BaselineData, FloatArray | None]:
    """Read one analysis, and its bins (bins, 2) in MeV or None.

    Parameters
    ----------
    file, folder : of the experiment.
    analysis : its name.
    detectors : names of the existing ones.

    Examples
    --------
    >>> import nuprobe as nu
    >>> one = nu.experiment("best")
    >>> read_data(one.file, one.folder, "rates", ("inner", "outer"))[0].value
    array([54.9, 55.6])
    """
    section = file.analyses[analysis]
    known = folder.columns(section.table)
    table = f"{folder.root}/{section.table}"
    value = folder.table(section.table, ("value",))["value"]
    names = _names(section, folder, known, detectors, table)
    low = high = bins = None
    place = np.zeros(len(value), dtype=int)
    if section.kind != "rates":
        ends = folder.table(section.table, ("low", "high"))
        low, high = ends["low"], ends["high"]
        if not (low < high).all():
            raise ExperimentFileError(f"{table}: low must be below high in every row")
        bins, place = np.unique(
            np.stack([low, high], axis=1), axis=0, return_inverse=True
        )
        place = place.reshape(-1)
    expected = (
        folder.table(section.table, ("expected",))["expected"]
        if "expected" in known
        else np.full(len(value), section.expected or 1.0)
    )
    if not (expected > 0).all():
        raise ExperimentFileError(f"{table}: expected values must be positive")
    covariance, sigma = _errors(section, folder, known, len(value))
    acts = [
        [not one.detectors or name in one.detectors for name in names]
        for one in section.normalisations
    ]
    rows = DataRows(
        expected=np.array(expected),
        detector=np.array([detectors.index(n) for n in names]),
        bin=place,
        over=None if section.over is None else detectors.index(section.over),
        three=section.relative_to == "three neutrinos",
        group=place if section.each_energy else None,
        acts=np.array(acts, dtype=bool).reshape(len(acts), len(value)),
    )
    made = BaselineData(np.array(value), covariance, sigma, low, high, names, rows)
    return made, bins


def _names(
    section: BaselineAnalysis,
    folder: Folder,
    known: tuple[str, ...],
    detectors: tuple[str, ...],
    table: str,
) -> tuple[str, ...]:
    """Detector of each row; raises `ExperimentFileError` for one that is unknown."""
    if "detector" in known:
        names = folder.texts(section.table, "detector")
    else:
        count = len(folder.table(section.table, ("value",))["value"])
        names = (section.detector or detectors[0],) * count
    acting = [d for one in section.normalisations for d in one.detectors]
    wanted = [*names, *acting, *([section.over] if section.over else [])]
    for name in wanted:
        if name not in detectors:
            raise ExperimentFileError(
                f"{table}: {UnknownNameError('detector', name, detectors)}"
            )
    return names


def _errors(
    section: BaselineAnalysis, folder: Folder, known: tuple[str, ...], count: int
) -> tuple[FloatArray | None, FloatArray]:
    """Covariance, if there is one, and the errors on its diagonal."""
    if section.covariance is None:
        sigma = folder.table(section.table, ("sigma",))["sigma"]
        if not (sigma > 0).all():
            raise ExperimentFileError(
                f"{folder.root}/{section.table}: sigma must be positive in every row"
            )
        return None, np.array(sigma)
    name = f"{folder.root}/{section.covariance}"
    t = folder.table(section.covariance, ("row", "column", "covariance"))
    i, j = t["row"].astype(int) - 1, t["column"].astype(int) - 1
    if min(i.min(), j.min()) < 0 or max(i.max(), j.max()) >= count:
        raise ExperimentFileError(
            f"{name}: rows and columns must run from 1 to {count}, the number of"
            " data points"
        )
    matrix = np.full((count, count), np.nan)
    matrix[i, j] = matrix[j, i] = t["covariance"]
    if np.isnan(matrix).any():
        row, column = np.argwhere(np.isnan(matrix))[0] + 1
        raise ExperimentFileError(f"{name}: row {row}, column {column} is missing")
    least = float(np.linalg.eigvalsh(matrix).min())
    if not least > 0:
        raise ExperimentFileError(
            f"{name}: the covariance is not positive definite: its smallest eigenvalue"
            f" is {least:.4g}; correct the matrix, or merge fully correlated bins"
        )
    return matrix, np.sqrt(np.diag(matrix))
