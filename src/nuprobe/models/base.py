"""What every model provides for elastic scattering: couplings as flavour matrices, and
their derivatives with respect to its parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, shown
from nuprobe.models.couplings import Couplings, VectorExchange
from nuprobe.models.vertex import Vertex
from nuprobe.numerics import FloatArray, common_shape, numbers
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = [
    "Model",
    "NucleonCouplings",
    "check_model",
    "check_one_point",
    "is_elastic",
    "points",
]


@readable
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
        """Masses of mediators (positive, in MeV); they enter the integrals and become
        axes of the templates."""

    def with_values(self, values: Mapping[str, FloatArray]) -> Self:
        """Return the same model at other values of `parameters`, where arrays give one
        model for many points, or of `mass_parameters`, each one number."""

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the couplings of neutrinos, or of antineutrinos (`anti`)."""

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivative of `couplings` (of antineutrinos if `anti`) with
        respect to each of the `parameters` that are present (see `Electromagnetic`)."""


def is_elastic(model: Any) -> bool:
    """Whether a model and everything below it support elastic scattering.

    Parameters
    ----------
    model : any object.

    Examples
    --------
    >>> from nuprobe.models import StandardModel, VMinusA
    >>> is_elastic(StandardModel()), is_elastic(VMinusA())
    (True, False)
    """
    while model is not None:
        if isinstance(model, type) or not hasattr(model, "couplings"):
            return False
        below = getattr(model, "base", None)
        # an attribute of that name may be something other than a model
        model = below if hasattr(below, "lepton_couplings") else None
    return True


def check_model(model: Any) -> TypeGuard[Model]:
    """Whether this is a model of elastic scattering.

    Parameters
    ----------
    model : any object; `InputError` if it has no couplings to nucleons.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> check_model(StandardModel())
    True
    """
    if model is not None and is_elastic(model):
        return True
    below = model
    while hasattr(below, "base"):
        below = below.base
    if hasattr(below, "lepton_couplings") and not isinstance(model, type):
        raise InputError(
            f"the model {getattr(below, 'name', shown(below))} is available for"
            " tridents only: elastic scattering needs couplings to nucleons and"
            " electrons"
        )
    order = ""
    if isinstance(model, str | list | tuple):
        order = "; the model is given before the names of parameters"
    raise InputError(
        "a model with couplings to nucleons is needed, such as StandardModel(),"
        f" got {shown(model)}{order}"
    )


def points(model: Any) -> tuple[int, ...]:
    """Shape of the parameter points of a model: () for one, (n,) for n.

    Parameters
    ----------
    model : a model of elastic scattering, of tridents, or of both.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> points(StandardModel()), points(StandardModel([0.23, 0.24]))
    ((), (2,))
    """
    shapes: list[tuple[int, ...]] = []
    if is_elastic(model):
        shapes.append(tuple(model.couplings().points))
    if hasattr(model, "lepton_couplings"):
        try:
            shapes += [_lepton_points(model, i) for i in range(3)]
        except InputError:
            # a model of elastic scattering need not support tridents
            if not shapes:
                raise
    elif not shapes:
        check_model(model)
    return np.broadcast_shapes(*shapes)


def _lepton_points(model: Any, flavour: int) -> tuple[int, ...]:
    found = model.lepton_couplings(Vertex(flavour, flavour, flavour, flavour))
    terms = (found.vector, found.axial, *(m.strength for m in found.mediators))
    return np.broadcast_shapes(*(np.shape(x) for x in terms))


def check_one_point(model: Any, purpose: str, remedy: str) -> None:
    """Reject a model whose fields are arrays over parameter points.

    Parameters
    ----------
    model : as in `points`.
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
    shape = points(model)
    if math.prod(shape) > 1:
        raise InputError(
            f"{purpose} needs a model with one value of each parameter, but"
            f" {getattr(model, 'name', 'this one')} has arrays over"
            f" {' x '.join(map(str, shape))} points:"
            f" {remedy}"
        )


def as_array(value: ArrayLike, what: str = "a parameter of a model") -> FloatArray:
    """View a field as a float array; raises `InputError` for anything else."""
    return numbers(what, value)


def finite(what: str, value: ArrayLike) -> FloatArray:
    """View a field as a float array; raises `InputError` for anything that is not
    finite."""
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
        raise InputError(f"{what} must contain numbers, got {shown(value)}")
    array = array.astype(complex if array.dtype.kind == "c" else float)
    if finite and not np.isfinite(array).all():
        raise InputError(
            f"{what} must be finite, got {array[~np.isfinite(array)].ravel()[0]}"
        )
    return array


def parameter_values(values: Any, model: Any) -> dict[str, FloatArray]:
    """Read what `with_values` of a `model` takes: finite numbers by name, or arrays
    over parameter points of one shape, in the units of its parameters; or texts with a
    unit."""
    if not isinstance(values, Mapping):
        raise InputError(
            "parameter values must be given by name, {'sin2_theta_w': 0.23}, got"
            f" {shown(values)}"
        )
    if any(isinstance(value, str | list | tuple) for value in values.values()):
        known = {p.name: p for p in (*model.parameters, *model.mass_parameters)}
        values = {k: known[k].read(v) if k in known else v for k, v in values.items()}
    found = {key: finite(str(key), value) for key, value in values.items()}
    common_shape({key: value.shape for key, value in found.items()})
    return found


def exchange(one: VectorExchange, anti: bool) -> Couplings:
    """Couplings of a single exchange."""
    alone = Couplings((one,))
    return alone.conjugate() if anti else alone
