"""What every model gives: couplings of a neutrino flavour to nucleons, and how they move with its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["Model", "NucleonCouplings"]


@dataclass(frozen=True)
class NucleonCouplings:
    """Neutral-current couplings of one flavour to the nucleons at zero momentum transfer.

    Attributes
    ----------
    g_v_p, g_v_n : vector couplings, normalised so that tree level gives ½ − 2 sin²θ_W and −½.
    g_a_p, g_a_n : axial couplings, normalised so that tree level gives +g_A and −g_A.

    Each is an array of shape () or (points,).
    """

    g_v_p: FloatArray
    g_v_n: FloatArray
    g_a_p: FloatArray
    g_a_n: FloatArray


class Model(Protocol):
    """A frozen dataclass whose fields may be arrays over parameter points."""

    @property
    def name(self) -> str:
        """Name used on the command line and in tables."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters that a fit may free; their defaults are the model's own values."""

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the same model at other parameter values; arrays give one model for many points."""

    def nucleon_couplings(self, flavour: Flavour) -> NucleonCouplings:
        """Return the neutral-current couplings of `flavour` to nucleons."""

    def coupling_derivatives(self, flavour: Flavour) -> Mapping[str, NucleonCouplings]:
        """Return the derivative of `nucleon_couplings` with respect to each parameter."""


def as_array(value: float | FloatArray) -> FloatArray:
    """View a field as a float array; raises `InputError` for what is no number."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"a parameter of a model must be a number or an array of numbers, got {value!r}") from None
