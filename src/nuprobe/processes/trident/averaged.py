"""Flux-averaged trident kernels, for any model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.models import LeptonCouplings, LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.channels import Channel
from nuprobe.processes.trident.couplings import (
    coefficients_of,
    final_couplings,
    is_axial,
    lepton_couplings,
    masses_of,
)

__all__ = ["Averaged"]


@quick_methods
@dataclass(frozen=True, eq=False)
class Averaged:
    """Kernels averaged over a flux.

    Attributes
    ----------
    channels : one row each.
    values : shape (channels, terms), cm² (times MeV⁻², MeV⁻⁴ for mediator terms), named
        by `terms`:
        averaged over all neutrinos of the flux in the flavours of the channels, so that
        rows add.
    mediators : masses (MeV) of the mediator terms.
    fluence : neutrinos in those flavours per unit of the flux (per cm² for a beam).
    error : largest relative numerical error, of VV + AA and of the mediator terms.
    regime : type of target, one of `REGIMES`.
    axial : whether the terms of axial couplings of the mediators are included.
    """

    channels: tuple[Channel, ...]
    values: FloatArray
    mediators: tuple[float, ...]
    fluence: float
    error: float
    regime: str
    axial: bool = False

    def total(self, model: LeptonModel) -> float:
        """Averaged cross section, cm².

        Parameters
        ----------
        model : with scalar parameters.

        Raises
        ------
        InputError
            If the model has a mediator whose mass was not averaged.
        """
        result = 0.0
        for row, one in zip(self.values, self.channels, strict=True):
            value = self._applied(row, lepton_couplings(model, one), model, one)
            if np.ndim(value):
                raise InputError(
                    "an averaged cross section needs a model with scalar parameters"
                )
            result += float(value)
        return result

    def observed(self, model: LeptonModel) -> FloatArray:
        """Averaged cross section for the charged leptons of the channels with any
        neutrino in the final state, cm²; shape () or (points,).

        Parameters
        ----------
        model : fields may be arrays over parameter points.

        Raises
        ------
        InputError
            If the model has a mediator whose mass was not averaged.
        """
        result = np.zeros(())
        for row, one in zip(self.values, self.channels, strict=True):
            for couplings in final_couplings(model, one):
                result = result + self._applied(row, couplings, model, one)
        return np.asarray(result)

    def _applied(
        self,
        row: FloatArray,
        couplings: LeptonCouplings,
        model: LeptonModel,
        channel: Channel,
    ) -> FloatArray:
        """Cross section of one row of `values` with some couplings, cm²."""
        at, wanted = [0, 1, 2], 5 if is_axial(couplings) else 3
        step = 5 if self.axial else 3
        if wanted > step:
            raise InputError(
                "axial couplings of a mediator were not included in the average:"
                " request them with axial=True"
            )
        for mass in masses_of(couplings):
            if mass not in self.mediators:
                raise InputError(
                    f"a mediator of {mass:g} MeV was not included in the average:"
                    " list its mass in `mediators`"
                )
            first = 3 + step * self.mediators.index(mass)
            at += range(first, first + wanted)
        return np.asarray(coefficients_of(couplings, model, channel) @ row[at])
