"""What every model gives to elastic scattering: couplings as flavour matrices, and
their slopes in its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, shown
from nuprobe.models.couplings import Couplings, VectorExchange
from nuprobe.numerics import FloatArray, common_shape, numbers
from nuprobe.parameters import Parameter

__all__ = ["Model", "NucleonCouplings", "check_model", "check_one_point"]


@dataclass(frozen=True)
class NucleonCouplings:
    """Neutral-current couplings of one flavour to the nucleons at zero momentum
    transfer.

    Attributes
    ----------
    g_v_p, g_v_n : vector couplings, normalised so that tree level gives ½ − 2 sin²θ_W
        and −½.
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
        """Parameters that enter through couplings; a fit may free them; their defaults
        are the model's own values."""

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Masses of mediators (positive, in MeV): they sit inside the integrals and
        become axes of the templates."""

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the same model at other values of `parameters`; arrays give one model
        for many points."""

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the couplings of neutrinos, or of antineutrinos."""

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivative of `couplings` in each of `parameters` that is not
        absent (see `Electromagnetic`)."""


def check_model(model: Any) -> TypeGuard[Model]:
    """Whether this is a model of elastic scattering; raises `InputError` otherwise."""
    if isinstance(model, type) or not hasattr(model, "couplings"):
        if hasattr(model, "lepton_couplings") and not isinstance(model, type):
            raise InputError(
                f"the model {model.name} is available for tridents only: elastic"
                " scattering needs couplings to nucleons and electrons"
            )
        raise InputError(
            "a model with couplings to nucleons is needed, such as StandardModel(),"
            f" got {shown(model)}"
        )
    return True


def check_one_point(model: Model, purpose: str, remedy: str) -> None:
    """Refuse a model whose fields are arrays over parameter points.

    Parameters
    ----------
    model : of elastic scattering.
    purpose : what needs one point, e.g. ``"a prediction"``.
    remedy : what to do for many points.

    Raises
    ------
    InputError
        If there are two points or more.

    Examples
    --------
    >>> import nuprobe as nu
    >>> many = nu.StandardModel(sin2_theta_w=[0.22, 0.23, 0.24])
    >>> check_one_point(many, "a prediction", "ask for its templates")
    Traceback (most recent call last):
    nuprobe.errors.InputError: a prediction needs a model with one value of each ...
    """
    points = model.couplings().points
    if np.prod(points, dtype=int) > 1:
        raise InputError(
            f"{purpose} needs a model with one value of each parameter, but"
            f" {model.name} has arrays over {' x '.join(map(str, points))} points:"
            f" {remedy}"
        )


def as_array(value: ArrayLike, what: str = "a parameter of a model") -> FloatArray:
    """View a field as a float array; raises `InputError` for what is no number."""
    return numbers(what, value)


def finite(what: str, value: ArrayLike) -> FloatArray:
    """View a field as a float array; raises `InputError` for what is no finite
    number."""
    array = as_array(value, what)
    if not np.all(np.isfinite(array)):
        raise InputError(f"{what} must be finite, got {shown(value)}")
    return array


def complex_numbers(what: str, value: Any, finite: bool = True) -> NDArray[Any]:
    """View as an array of (finite) real or complex numbers; raises `InputError` for
    anything else."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.size and array.dtype.kind not in "fiuc":
        raise InputError(f"{what} must hold numbers, got {shown(value)}")
    array = array.astype(complex if array.dtype.kind == "c" else float)
    if finite and not np.isfinite(array).all():
        raise InputError(
            f"{what} must be finite, got {array[~np.isfinite(array)].ravel()[0]}"
        )
    return array


def parameter_values(values: Any) -> dict[str, FloatArray]:
    """Read what `with_values` takes: finite numbers by name, or arrays over parameter
    points of one shape."""
    if not isinstance(values, Mapping):
        raise InputError(
            "values of parameters are given by name, {'sin2_theta_w': 0.23}, got"
            f" {shown(values)}"
        )
    found = {key: finite(str(key), value) for key, value in values.items()}
    common_shape({key: value.shape for key, value in found.items()})
    return found


def stacked(
    base: tuple[Parameter, ...], own: tuple[Parameter, ...]
) -> tuple[Parameter, ...]:
    """Parameters of a model and of what it is added to; raises `InputError` if they
    share a name."""
    clash = {p.name for p in base} & {p.name for p in own}
    if clash:
        raise InputError(
            f"two models of the stack have a parameter {min(clash)!r}: give a mediator"
            " a label, which precedes the names of its parameters, or leave one"
            " model out"
        )
    return (*base, *own)


def split_values(
    values: Mapping[str, Any], own: tuple[Parameter, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of a model's own parameters, and those of what it is added to."""
    names = {p.name for p in own}
    mine = {k: v for k, v in values.items() if k in names}
    return mine, {k: v for k, v in values.items() if k not in names}


def exchange(one: VectorExchange, anti: bool) -> Couplings:
    """Couplings of one exchange alone."""
    alone = Couplings((one,))
    return alone.conjugate() if anti else alone
