"""Files of toys: HDF5 with a checksum, written whole or not at all."""

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
from nuprobe.inference.result_files import numbers, opened, require, whole
from nuprobe.numerics import FloatArray
from nuprobe.sealed import BLOCK, seal

__all__ = ["ToyState", "resumed_toys", "toys_image"]

_FORMAT: Final = "nuprobe-toys-1"


@dataclass
class ToyState:
    """What of a run is done.

    Attributes
    ----------
    done : which toys are, shape (hypotheses, toys).
    twice_nll, tested, best : as in `ToySample`.
    probe : tells the prediction.
    single : toys left to the ordinary fitter.
    """

    done: NDArray[np.bool_]
    twice_nll: FloatArray
    tested: FloatArray
    best: FloatArray
    probe: FloatArray
    single: int = 0


def toys_image(
    state: ToyState, fingerprint: str, names: tuple[str, ...], truths: FloatArray
) -> bytes:
    """The whole file, built in memory, with its checksum.

    Parameters
    ----------
    state : what is done.
    fingerprint : of the run.
    names : of the parameters.
    truths : true parameters, shape (hypotheses, parameters).

    Examples
    --------
    >>> done, values = np.zeros((1, 2), dtype=bool), np.full((1, 2), np.nan)
    >>> state = ToyState(done, values, values, values[..., None], np.zeros(1))
    >>> toys_image(state, "abc", ("rn",), np.array([[5.0]]))[:7]
    b'nuprobe'
    """
    import h5py

    image = BytesIO()
    with h5py.File(image, "w", userblock_size=BLOCK) as file:
        file.attrs["format"] = _FORMAT
        file.attrs["nuprobe"] = version("nuprobe")
        file.attrs["fingerprint"] = fingerprint
        file.attrs["parameters"] = list(names)
        file.attrs["single"] = int(state.single)
        file["truths"] = truths
        file["done"] = state.done
        file["twice_nll"] = state.twice_nll
        file["tested_twice_nll"] = state.tested
        file["best"] = state.best
        file["probe"] = state.probe
    return seal(image.getvalue())


def resumed_toys(path: Path, fingerprint: str, fresh: ToyState) -> ToyState:
    """The state in a file of the same run.

    Parameters
    ----------
    path : of the file.
    fingerprint : of the run.
    fresh : its state at the beginning.

    Raises
    ------
    InputError
        If the file is damaged, no toys, or of another run.

    Examples
    --------
    >>> done, values = np.zeros((1, 2), dtype=bool), np.full((1, 2), np.nan)
    >>> state = ToyState(done, values, values, values[..., None], np.zeros(1))
    >>> resumed_toys(Path("missing.h5"), "abc", state)
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read as a file of toys: No such ...
    """
    with opened(path, "file of toys", _FORMAT) as file:
        found = str(file.attrs["fingerprint"])
        state = ToyState(
            numbers(file, "done", 2, bool),
            numbers(file, "twice_nll", 2),
            numbers(file, "tested_twice_nll", 2),
            numbers(file, "best", 3),
            numbers(file, "probe", 1),
            whole(file, "single", 0),
        )
        if found == fingerprint:
            require(
                state.done.shape == fresh.done.shape
                and state.twice_nll.shape == fresh.twice_nll.shape
                and state.tested.shape == fresh.tested.shape
                and state.best.shape == fresh.best.shape,
                "its arrays do not fit together",
            )
            require(
                bool(
                    np.isfinite(state.twice_nll[state.done]).all()
                    and np.isfinite(state.best[state.done]).all()
                    and not np.isnan(state.tested[state.done]).any()
                ),
                "toys are marked as done that have no value",
            )
    if found != fingerprint or not same_probe(state.probe, fresh.probe):
        raise InputError(
            f"{path} belongs to other toys (data, prediction, points, seed, number or"
            " version of nuprobe differ); resume with what they were thrown with, or"
            " choose another file"
        )
    return state
