"""Common parts of experiments that depend only on magnetic and electric moments: the
early universe and stars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, NoReturn

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology.moments import Squares, squares
from nuprobe.errors import InputError
from nuprobe.experiments.folders import FileT, MeasuredExperiment
from nuprobe.fluxes import Flux
from nuprobe.inference import Cost
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.nuclei import Target
from nuprobe.parameters import Parameter

__all__ = ["MomentExperiment", "with_moments"]

_OF_A_POINT: Final = ("moments", "mu_nu [mu_B]")
"""Assumptions that are the moments themselves, which are varied in a fit."""
_MOMENTS: Final = ("magnetic_moment.", "electric_moment.", "mu_eff")


class MomentExperiment(MeasuredExperiment[FileT]):
    """A measurement outside the laboratory that depends on neutrino moments: it has no
    flux, no target and no bins."""

    STUDIED: ClassVar[str]
    """Name of the quantity studied, for messages."""

    @property
    def flux(self) -> Flux:
        """There is none."""
        return self._lacks("flux")

    def target(self) -> Target:
        """There is none."""
        return self._lacks("target")

    def _lacks(self, what: str) -> NoReturn:
        raise InputError(f"{self.name} measures {self.STUDIED}: it has no {what}")

    @public
    def parameters(self, model: Any = None) -> tuple[Parameter, ...]:
        """What a fit can free with a `model` (default: Majorana moments): its
        moments."""
        known = getattr(with_moments(model), "parameters", ())
        return tuple(p for p in known if p.name.startswith(_MOMENTS))

    @public
    def cost(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """−2 ln L of one analysis, which passes the assumptions of the prediction on to
        results.

        Parameters
        ----------
        model, free, analysis : as in `MeasuredExperiment.cost`.
        """
        name = self._named(analysis)
        made = super().cost(model, free, name)
        predicted: Any = self.predict(with_moments(model), name)
        note = "; ".join(
            f"{key.replace('_', ' ')}: {value}"
            for key, value in predicted.assumptions.items()
            if key not in _OF_A_POINT
        )
        origin = self.origin(name, with_moments(model))
        return made.of(replace(origin, notes=(f"{self.name}: {note}",)))

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether the measurement depends on a parameter.

        Parameters
        ----------
        model : as in `cost`.
        parameter : its name.
        """
        if parameter not in {p.name for p in self.parameters(model)}:
            return False
        form = squares(with_moments(model), (parameter,))
        return bool(np.any(form.quadratic) or np.any(form.linear))

    def _over(
        self, model: Any, free: Sequence[str]
    ) -> tuple[tuple[Parameter, ...], Squares]:
        """Free moments of a model, and the squares as a function of them."""
        moments = [name for name in free if name.startswith(_MOMENTS)]
        if isinstance(model, StandardModel) and moments:
            raise InputError(
                f"{self.name}: the Standard Model has no {moments[0]} to free, and"
                " moments are either Majorana or Dirac: give --model electromagnetic"
                " --param kind=majorana (or kind=dirac), in Python"
                ' nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")'
            )
        model = with_moments(model)
        parameters = self._freed(free, self.parameters(model))
        return parameters, squares(model, tuple(free))


def with_moments(model: Any) -> Any:
    """The model, or Majorana moments that are zero for the Standard Model.

    Parameters
    ----------
    model : any, or None.

    Examples
    --------
    >>> with_moments(None).kind
    'majorana'
    """
    if model is None or isinstance(model, StandardModel):
        # without matrices, so that effective moments can be freed as well
        return Electromagnetic(kind="majorana")
    return model
