"""What vector and scalar mediators share: a mass, a coupling and a place in a stack."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.models.base import finite
from nuprobe.models.couplings import Propagator
from nuprobe.models.stack import Stacked, check_base
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.parameters import Parameter

__all__ = ["MASS_RANGE", "Mediated", "check_mass_range"]

MASS_RANGE: Final = (1e-2, 1e5)
"""MeV: default range of the mass of a mediator in fits."""


def check_mass_range(values: Any) -> None:
    """Reject anything but a pair 0 < lowest < highest.

    Parameters
    ----------
    values : two masses in MeV; `InputError` for anything else.

    Examples
    --------
    >>> check_mass_range((1.0, 1000.0))
    """
    ends = numbers("a range of masses (MeV)", values)
    if ends.shape != (2,) or not 0 < ends[0] < ends[1] < math.inf:
        raise InputError(
            "a range of masses needs 0 < lowest < highest (MeV), such as (1, 1000),"
            f" got {shown(values)}"
        )


@quick_methods
class Mediated(Stacked):
    """Base class of dataclasses with the fields `mass` (MeV), `coupling`, `base`,
    `mass_range` (MeV; None for the default) and `label`, a prefix of their parameters.

    Examples
    --------
    >>> from nuprobe.models import LightVector
    >>> isinstance(LightVector(10.0, 1e-4), Mediated)
    True
    """

    mass: float
    coupling: float | FloatArray
    mass_range: tuple[float, float] | None
    label = ""
    SYMBOLS = ("m", "g")  # of mass and coupling in LaTeX

    def check(self) -> None:
        """Reject invalid fields with `InputError`."""
        mass = number(
            "the mass of a mediator, positive and in MeV,", self.mass, "10 * MeV"
        )
        if mass <= 0:
            raise InputError(
                "the mass of a mediator must be positive (MeV, e.g. 10 * MeV), got"
                f" {self.mass}"
            )
        finite("the coupling", self.coupling)
        if self.mass_range is not None:
            check_mass_range(self.mass_range)
        if not isinstance(self.label, str):
            raise InputError(
                f"a label must be a string such as 'second.', got {shown(self.label)}"
            )
        check_base(self.base)

    @property
    def propagator(self) -> Propagator:
        """1/(|q²| + mass²)."""
        return Propagator(float(self.mass), self.label + "mass")

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return ``coupling``, after the label."""
        value = np.asarray(self.coupling, dtype=float)
        default = float(value) if value.ndim == 0 else 1e-4
        return (
            Parameter(
                self.label + "coupling",
                default,
                min(0.0, default),
                max(10.0, default),
                step=0.1 * abs(default) or 1e-5,
                latex=self.SYMBOLS[1],
            ),
        )

    def own_masses(self) -> tuple[Parameter, ...]:
        """Return ``mass``, after the label."""
        low, high = self.mass_range or MASS_RANGE
        mass = float(self.mass)
        return (
            Parameter(
                self.label + "mass",
                mass,
                min(low, mass),
                max(high, mass),
                step=0.1 * mass,
                unit="MeV",
                latex=self.SYMBOLS[0],
            ),
        )

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return mass and coupling at their new values."""
        fields: dict[str, Any] = {
            key.removeprefix(self.label): value for key, value in values.items()
        }
        if "mass" in fields:
            fields["mass"] = float(fields["mass"])
        return fields
