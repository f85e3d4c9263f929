"""Files of planes of toys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.toys.unfinished import Unfinished
from nuprobe.numerics import FloatArray

__all__ = ["PlaneState"]


@dataclass
class PlaneState(Unfinished):
    """What of a plane of toys is done.

    Attributes
    ----------
    probe : tells the prediction.
    done : which points are, shape (points + 1,); the last is the one without a signal.
    delta : rise of χ² at the true point above the lowest, shape (points, toys).
    reached : share of toys with the signal whose statistics are at least those of the
        data, in the plane and along a row, shape (2, points).
    without : the same of toys without a signal, shape (2, points).
    """

    FORMAT = "nuprobe-plane-1"
    KIND = "plane of toys"
    OTHER = (
        "another plane (data, prediction, grid, seed, number of toys or version of"
        " nuprobe differ); resume with what it was begun with, or choose another file"
    )

    done: NDArray[np.bool_]
    delta: FloatArray
    reached: FloatArray
    without: FloatArray

    def _missing(self) -> str:
        done = self.done[:-1]
        whole = (
            np.isfinite(self.delta[done]).all()
            and np.isfinite(self.reached[:, done]).all()
            and (not self.done[-1] or np.isfinite(self.without).all())
        )
        return "" if whole else "points are marked as done that have no value"
