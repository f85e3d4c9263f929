"""Files of toys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.toys.unfinished import Unfinished
from nuprobe.numerics import FloatArray

__all__ = ["ToyState"]


@dataclass
class ToyState(Unfinished):
    """What of a run is done.

    Attributes
    ----------
    probe : tells the prediction.
    done : which toys are, shape (hypotheses, toys).
    twice_nll, tested, best : as in `ToySample`.
    single : toys left to the ordinary fitter.
    """

    FORMAT = "nuprobe-toys-1"
    KIND = "file of toys"
    OTHER = (
        "other toys (data, prediction, points, seed, number or version of nuprobe"
        " differ); resume with what they were thrown with, or choose another file"
    )
    STORED = {"tested": "tested_twice_nll"}

    done: NDArray[np.bool_]
    twice_nll: FloatArray
    tested: FloatArray
    best: FloatArray
    single: int = 0

    def _missing(self) -> str:
        # masks alone: no copy of what is done
        missing = ~self.done
        whole = (
            (np.isfinite(self.twice_nll) | missing).all()
            and (np.isfinite(self.best).all(axis=-1) | missing).all()
            and (~np.isnan(self.tested) | missing).all()
        )
        return "" if whole else "toys are marked as done that have no value"
