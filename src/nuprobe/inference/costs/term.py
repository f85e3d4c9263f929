"""A cost of one prediction and its data."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.origin import Origin
from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.protocols import Prediction, morphing_of
from nuprobe.numerics import FloatArray

__all__ = ["Term", "check_cost"]


def check_cost(cost: object) -> None:
    """Reject anything but a cost with `InputError`.

    Parameters
    ----------
    cost : argument of a fit, scan or sample; an experiment is a common mistake.

    Examples
    --------
    >>> import nuprobe as nu
    >>> check_cost(nu.experiment("coherent-csi-2017").cost(free=["rn"]))
    """
    if not isinstance(cost, Cost):
        raise InputError(
            "a cost is needed, such as experiment.cost(model, free=['rn']);"
            f" experiments have their own fit method; got {shown(cost)}"
        )


class Term(Cost, Statistic):
    """One statistic for one prediction; a subclass defines how the cost of a bin
    depends on its expectation.

    Parameters
    ----------
    prediction : of the expectation.
    data : shape (bins,).
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit, names occur twice or a value is not finite.
    """

    def __init__(self, prediction: Prediction, data: ArrayLike, name: str) -> None:
        self.prediction = prediction
        self.name = name or prediction.name
        self.parameters = tuple(prediction.parameters)
        self.nuisances = (*prediction.nuisances, *morphing_of(prediction))
        self.terms = (self,)
        for kind, names in (
            ("parameters", [p.name for p in self.parameters]),
            ("nuisances", [n.name for n in self.nuisances]),
        ):
            if len(set(names)) < len(names):
                raise InputError(
                    f"{self.name}: two {kind} have the same name in"
                    f" ({', '.join(names)})"
                )
        self.n_bins = self._checked_prediction()
        self.data = self._bins(data, "data")

    def _checked_prediction(self) -> int:
        """Number of bins of a prediction, after a check of its shapes."""
        nominal = np.zeros(len(morphing_of(self.prediction)))
        e = self.prediction.expectation(np.append(self.default, nominal)[None])
        if (
            e.base.ndim != 2
            or len(e.base) != 1
            or any(s.shape != e.base.shape for s in e.slopes)
        ):
            shapes = [s.shape for s in e.slopes]
            raise InputError(
                f"{self.name}: for one point base and slopes have shape (1, bins), got"
                f" {e.base.shape} and {shown(shapes)}"
            )
        linear = len(self.prediction.nuisances)
        if len(e.slopes) != linear:
            raise InputError(
                f"{self.name}: {linear} nuisances but {len(e.slopes)} slopes"
            )
        return int(e.base.shape[1])

    def _bins(self, values: ArrayLike, what: str) -> FloatArray:
        """One finite number per bin."""
        array = np.array(values, dtype=float)
        if array.shape != (self.n_bins,):
            raise InputError(
                f"{self.name}: {what} has shape {array.shape}, the prediction has"
                f" {self.n_bins} bins"
            )
        if not np.isfinite(array).all():
            bad = int((~np.isfinite(array)).argmax())
            raise InputError(
                f"{self.name}: {what} of bin {bad} is {array[bad]}, not a finite"
                " number; correct or drop it"
            )
        array.flags.writeable = False
        return array

    def _with_all_data(self, data: Sequence[FloatArray]) -> Cost:
        made = self.with_data(data[0])
        if self.origin is None:
            return made
        # expected or simulated: of the same experiment, but not its measured data
        return made.of(replace(self.origin, assumed=True))

    def of(self, origin: Origin) -> Cost:
        """The same cost with the `origin` of its data."""
        result = copy(self)
        result.origin = origin
        result.terms = (result,)
        result.__dict__.pop("layout", None)
        return result
