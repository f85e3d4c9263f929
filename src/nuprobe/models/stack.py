"""Models that are added to others, for every process.

`Stacked` gives such a model the whole interface of `Model` and `LeptonModel`: whatever
the class does not change is that of the model below it. A class only defines what it
adds, with methods named after what they return:

own_parameters, own_masses   what can be varied, beside the base's parameters
moved                        its fields at other values of `own_parameters`
added                        couplings for elastic scattering, on top of the base's
slopes                       their derivatives in `own_parameters`
added_leptons                couplings for tridents, on top of the base's

Everything else is left to the base: a class without `added_leptons` has the tridents of
its base, one without `added` its elastic scattering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import check_model, parameter_values
from nuprobe.models.couplings import Couplings
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["Stacked", "angles_of", "base_of", "check_base"]


def check_base(base: Any) -> None:
    """Reject anything that is not a model of elastic scattering or of tridents.

    Parameters
    ----------
    base : what another model is added to; `InputError` unless it has ``couplings`` or
        ``lepton_couplings``.

    Examples
    --------
    >>> check_base(3)
    Traceback (most recent call last):
    nuprobe.errors.InputError: the base of a model needs couplings ..., got 3
    """
    known = hasattr(base, "couplings") or hasattr(base, "lepton_couplings")
    if isinstance(base, type) or not known:
        raise InputError(
            "the base of a model needs couplings to nucleons or to charged leptons,"
            f" such as StandardModel(), got {shown(base)}"
        )


def base_of(model: Any, kind: type[Any]) -> Any:
    """Model of a kind within a stack, or None.

    Parameters
    ----------
    model : the top of the stack.
    kind : class to look for, from the top downwards.

    Examples
    --------
    >>> from nuprobe.models import NSI, StandardModel
    >>> base_of(NSI(), StandardModel)
    StandardModel(...)
    """
    while model is not None and not isinstance(model, kind):
        model = getattr(model, "base", None)
    return model


def angles_of(model: Any) -> dict[str, Any]:
    """Weak mixing angles that the Standard Model of a stack uses, ready for JSON.

    Parameters
    ----------
    model : the top of the stack.

    Examples
    --------
    >>> from nuprobe.models import LMuLTau, VMinusA
    >>> angles_of(LMuLTau(mass=10.0, coupling=1e-3))["sin2_theta_w_high"]
    0.23122
    >>> angles_of(VMinusA())
    {}
    """
    standard = base_of(model, StandardModel)
    return {} if standard is None else standard.angles


@quick_methods
class Stacked:
    """Base class of dataclasses that have a field `base`, the model they add to.

    Examples
    --------
    >>> from dataclasses import dataclass, field
    >>> from nuprobe.models import LMuLTau, StandardModel
    >>> @dataclass(frozen=True)
    ... class Nothing(Stacked):
    ...     base: Any = field(default_factory=StandardModel)
    ...     name = "nothing"
    >>> Nothing(LMuLTau(mass=10.0, coupling=1e-3)).mass_parameters[0].name
    'mass'
    """

    base: Any

    @property
    def name(self) -> str:
        """Name on the command line and in tables."""
        raise NotImplementedError

    # -- defined by each class

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Parameters other than those of the base."""
        return ()

    def own_names(self) -> set[str]:
        """Names of `own_parameters`, all that `with_values` needs."""
        return {p.name for p in self.own_parameters()}

    def own_masses(self) -> tuple[Parameter, ...]:
        """Masses of mediators other than those of the base."""
        return ()

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Fields at other `values` of `own_parameters` or `own_masses`."""
        if values:
            raise UnknownNameError(
                f"parameter of the model {self.name}", min(values), self.own_names()
            )
        return {}

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Couplings for elastic scattering, of antineutrinos if `anti`, on top of those
        `below`."""
        return below

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Derivatives of `added` (`below`, `anti`) with respect to `own_parameters`."""
        return {}

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Couplings of a `vertex` of tridents, on top of those `below`."""
        return below

    # -- what follows

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, then its own."""
        return self._together(
            getattr(self.base, "parameters", ()), self.own_parameters()
        )

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, then its own."""
        return self._together(
            getattr(self.base, "mass_parameters", ()), self.own_masses()
        )

    @staticmethod
    def _together(
        base: tuple[Parameter, ...], own: tuple[Parameter, ...]
    ) -> tuple[Parameter, ...]:
        clash = {p.name for p in base} & {p.name for p in own}
        if clash:
            raise InputError(
                f"two models in the stack have a parameter {min(clash)!r}: give one"
                " mediator a label, which is prefixed to its parameter names, or"
                " drop one of the models"
            )
        return (*base, *own)

    def with_values(self, values: Mapping[str, float | FloatArray]) -> Self:
        """Return the model at other values of its parameters, in their units or as
        texts with a unit; arrays give one model for many points. A mass is one number.

        Raises
        ------
        UnknownNameError
            For a name not in `parameters` or `mass_parameters`.
        InputError
            For values that are not finite, or rejected by the model.
        """
        read = parameter_values(values, self)
        masses = {p.name for p in self.own_masses()}
        names = self.own_names() | masses
        own = {key: value for key, value in read.items() if key in names}
        others = {key: value for key, value in read.items() if key not in names}
        for key in masses & set(own):
            if np.ndim(own[key]):
                raise InputError(
                    f"{key} is one number in a model, got an array of shape"
                    f" {np.shape(own[key])}: a variable mass must be an axis of the"
                    " templates"
                )
        changed: dict[str, Any] = dict(self.moved(own)) if own else {}
        if others:
            below = (
                *getattr(self.base, "parameters", ()),
                *getattr(self.base, "mass_parameters", ()),
            )
            known = {p.name for p in below}
            unknown = sorted(set(others) - known)
            if unknown:
                raise UnknownNameError(
                    f"parameter of the model {self.name}", unknown[0], names | known
                )
            changed["base"] = self.base.with_values(others)
        # the dataclass is that of the subclass
        return replace(self, **changed)  # type: ignore[type-var]

    def _below(self, anti: bool) -> Couplings:
        check_model(self.base)
        found: Couplings = self.base.couplings(anti)
        return found

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the base's couplings for elastic scattering, of antineutrinos if
        `anti`, with its own added."""
        return self.added(self._below(anti), anti)

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivatives of `couplings` (`anti`) with respect to the
        parameters."""
        below = self._below(anti)
        own = self.slopes(below, anti)
        return {**self.base.coupling_derivatives(anti), **own}

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the base's couplings of a `vertex` of tridents with its own added."""
        if not hasattr(self.base, "lepton_couplings"):
            raise InputError(
                f"the model {getattr(self.base, 'name', shown(self.base))} has no"
                " couplings for tridents: use another base"
            )
        return self.added_leptons(self.base.lepton_couplings(vertex), vertex)
