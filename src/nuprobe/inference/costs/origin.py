"""Origin of the data of a cost, so that no data count twice and assumed data are not
mixed with measured ones."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nuprobe.errors import InputError
from nuprobe.reprs import readable

__all__ = ["Origin", "check_origins"]


@readable
@dataclass(frozen=True)
class Origin:
    """Origin of the data of a cost.

    Attributes
    ----------
    experiment : name of the experiment.
    part : one of several sites that count different events; empty for all.
    shares : names of other experiments that contain some of the same events.
    assumed : whether the data are expected or simulated instead of measured.
    notes : assumptions of the prediction, for results: choices and constants.
    made_of : provenance for files of results: ``analysis``, ``references``, ``changes``
        of the experiment's file, and the ``model``.
    """

    experiment: str
    part: str = ""
    shares: tuple[str, ...] = ()
    assumed: bool = False
    notes: tuple[str, ...] = ()
    made_of: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def overlaps(self, other: Origin) -> bool:
        """Whether some events are also in the data of an `other` cost."""
        if self.experiment == other.experiment:
            return self.part == other.part or not (self.part and other.part)
        return self.experiment in other.shares or other.experiment in self.shares


def check_origins(
    origins: Sequence[Origin | None], with_projections: bool = False
) -> None:
    """Reject data that would count twice, and assumed data combined with measured ones.

    Parameters
    ----------
    origins : of the costs to add; None where it is not known.
    with_projections : allow assumed data together with measured ones.

    Raises
    ------
    InputError
        Naming the two, with a remedy.

    Examples
    --------
    >>> old = Origin("coherent-csi-2017", shares=("coherent-csi-2021",))
    >>> check_origins([old, Origin("coherent-lar-2020")])
    >>> check_origins([old, Origin("coherent-csi-2021")])
    Traceback (most recent call last):
    nuprobe.errors.InputError: coherent-csi-2017 and coherent-csi-2021 share data, ...
    """
    known = [origin for origin in origins if origin is not None]
    for one, other in itertools.combinations(known, 2):
        if not one.overlaps(other):
            continue
        if one.experiment == other.experiment:
            raise InputError(
                f"the data of {one.experiment} would count twice: use only one cost"
                " for it (two analyses of the same experiment share its data)"
            )
        raise InputError(
            f"{one.experiment} and {other.experiment} share data, which would count"
            " twice: leave one of them out"
        )
    assumed = [origin for origin in known if origin.assumed]
    if assumed and len(assumed) < len(origins) and not with_projections:
        raise InputError(
            f"{assumed[0].experiment} has simulated data, a projection, that would"
            " be combined with measured data: leave it out, or use CostSum(...,"
            " with_projections=True)"
        )
