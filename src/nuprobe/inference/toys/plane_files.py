"""Files of planes of toys: HDF5 with a checksum, written whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.inference.checkpoints import same_probe
from nuprobe.inference.result_files import numbers, opened, require
from nuprobe.numerics import FloatArray
from nuprobe.sealed import BLOCK, seal

__all__ = ["PlaneState", "plane_image", "resumed_plane"]

_FORMAT: Final = "nuprobe-plane-1"


@dataclass
class PlaneState:
    """What of a plane of toys is done.

    Attributes
    ----------
    done : which points are, shape (points + 1,); the last is the one without a signal.
    delta : rise of χ² at the true point above the lowest, shape (points, toys).
    reached : share of toys with the signal whose statistics are at least those of the
        data, in the plane and along a row, shape (2, points).
    without : the same of toys without a signal, shape (2, points).
    probe : tells the prediction.
    """

    done: NDArray[np.bool_]
    delta: FloatArray
    reached: FloatArray
    without: FloatArray
    probe: FloatArray


def plane_image(state: PlaneState, fingerprint: str, points: FloatArray) -> bytes:
    """The whole file, built in memory, with its checksum.

    Parameters
    ----------
    state : what is done.
    fingerprint : of the run.
    points : of the plane, shape (points, parameters).

    Examples
    --------
    >>> two = np.zeros((2, 1))
    >>> state = PlaneState(np.zeros(2, bool), two[:1], two, two, np.zeros(1))
    >>> plane_image(state, "abc", two)[:7]
    b'nuprobe'
    """
    import h5py

    image = BytesIO()
    with h5py.File(image, "w", userblock_size=BLOCK) as file:
        file.attrs["format"] = _FORMAT
        file.attrs["nuprobe"] = version("nuprobe")
        file.attrs["fingerprint"] = fingerprint
        file["points"] = points
        for name in ("done", "delta", "reached", "without", "probe"):
            file[name] = getattr(state, name)
    return seal(image.getvalue())


def resumed_plane(path: Path, fingerprint: str, fresh: PlaneState) -> PlaneState:
    """The state in a file of the same run.

    Parameters
    ----------
    path : of the file.
    fingerprint : of the run.
    fresh : its state at the beginning.

    Raises
    ------
    InputError
        If the file is damaged, no plane of toys, or of another run.

    Examples
    --------
    >>> two = np.zeros((2, 1))
    >>> state = PlaneState(np.zeros(2, bool), two[:1], two, two, np.zeros(1))
    >>> resumed_plane(Path("missing.h5"), "abc", state)
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read as a plane of toys: No such ...
    """
    with opened(path, "plane of toys", _FORMAT) as file:
        found = str(file.attrs["fingerprint"])
        state = PlaneState(
            numbers(file, "done", 1, bool),
            numbers(file, "delta", 2),
            numbers(file, "reached", 2),
            numbers(file, "without", 2),
            numbers(file, "probe", 1),
        )
        if found == fingerprint:
            require(
                state.done.shape == fresh.done.shape
                and state.delta.shape == fresh.delta.shape
                and state.reached.shape == fresh.reached.shape
                and state.without.shape == fresh.without.shape,
                "its arrays do not fit together",
            )
            done = state.done[:-1]
            require(
                bool(
                    np.isfinite(state.delta[done]).all()
                    and np.isfinite(state.reached[:, done]).all()
                    and (not state.done[-1] or np.isfinite(state.without).all())
                ),
                "points are marked as done that have no value",
            )
    if found != fingerprint or not same_probe(state.probe, fresh.probe):
        raise InputError(
            f"{path} belongs to another plane (data, prediction, grid, seed, number of"
            " toys or version of nuprobe differ); resume with what it was begun with,"
            " or choose another file"
        )
    return state
