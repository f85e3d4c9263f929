"""A process with the coefficients of one model, as integrated for cross sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.fluxes import FluxComponent
from nuprobe.models import Couplings, Model, check_model
from nuprobe.numerics import FloatArray, converged, gauss_legendre
from nuprobe.processes.constants import constants_of
from nuprobe.processes.folding import Deposits, over_flux, responses
from nuprobe.processes.inputs import as_state, is_anti
from nuprobe.processes.interface import (
    Exchanges,
    KernelGroup,
    Process,
    Scatterer,
    exchanges_of,
)

__all__ = ["Weighted", "couplings_of"]

_PROBES: Final = 200
"""Deposits at which an apparently vanishing integral is checked."""


def couplings_of(
    model: Model, flavour: str | Flavour | FlavourState, anti: bool | None
) -> tuple[Couplings, Exchanges, bool]:
    """Couplings of a model, its exchanges, and whether for antineutrinos.

    Parameters
    ----------
    model : the couplings.
    flavour : ``"nu_e"`` … ``"nubar_tau"``, or a `FlavourState`.
    anti : of a `FlavourState`, whether it is one of antineutrinos.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> couplings_of(StandardModel(), "nubar_e", None)[2]
    True
    """
    check_model(model)
    anti = is_anti(flavour, anti)
    couplings = model.couplings(anti)
    return couplings, exchanges_of(couplings), anti


@dataclass(frozen=True)
class Weighted:
    """A process with the coefficients of one model.

    Attributes
    ----------
    process : with its constants set by the model.
    exchanges : of the model.
    terms : of the process for these exchanges.
    weights : coefficient of each term.
    """

    process: Process
    exchanges: Exchanges
    terms: tuple[str, ...]
    weights: FloatArray

    @classmethod
    def of(
        cls,
        process: Process,
        model: Model,
        flavour: str | Flavour | FlavourState,
        anti: bool | None,
    ) -> Weighted:
        """Get the coefficients of a `model` at one parameter point from the `process`.

        `flavour` and `anti` are those of `couplings_of`.
        """
        check_model(model)
        here = constants_of(model, process)
        couplings, exchanges, anti = couplings_of(model, flavour, anti)
        weights = here.coefficients(couplings, as_state(flavour), anti, exchanges)
        if weights.ndim != 1:
            raise InputError(
                "a cross section needs a model with scalar parameters; use the"
                " templates for many points"
            )
        return cls(here, exchanges, here.terms(exchanges), weights)

    @property
    def diverging(self) -> tuple[str, ...]:
        """Terms with a coefficient that are infinite at T = 0."""
        names = self.process.diverging(self.exchanges)
        weighted = zip(self.weights, self.terms, strict=True)
        return tuple(name for weight, name in weighted if weight != 0 and name in names)

    def check_rest(self, scatterers: Sequence[Scatterer], t: FloatArray) -> None:
        """Reject deposits `t` (MeV) of 0 if the cross section of any of the
        `scatterers` diverges there."""
        if not np.all(t) and self.diverging and any(s.floor == 0 for s in scatterers):
            raise InputError(
                "photon exchange (a charge or a moment of the neutrino) makes dsigma/dT"
                " infinite at T = 0: give recoils above 0, e.g. from 0.01*keV"
            )

    def groups(self, scatterer: Scatterer) -> tuple[KernelGroup, ...]:
        """Kernel groups of a `scatterer` with at least one nonzero coefficient."""
        return tuple(
            group
            for group in scatterer.groups(self.exchanges)
            if np.any(self._of(group))
        )

    def _of(self, group: KernelGroup) -> FloatArray:
        return self.weights[[self.terms.index(name) for name in group.terms]]

    def _summed(self, groups: Sequence[KernelGroup], t: FloatArray) -> list[FloatArray]:
        """Responses of `groups` times the coefficients, of the shape of `t`; terms with
        coefficient zero are omitted where they are infinite, at T = 0."""
        names = self.process.diverging(self.exchanges)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = responses(groups, t)
        result = []
        for group, response in zip(groups, found, strict=True):
            if names and not np.all(t):
                infinite = np.array([name in names for name in group.terms])
                response = np.where((t == 0)[..., None] & infinite, 0.0, response)
            result.append(response @ self._of(group))
        return result

    def at(self, scatterer: Scatterer, e: FloatArray, t: FloatArray) -> FloatArray:
        """dσ/dT of one `scatterer` in MeV⁻³ at neutrino energies `e` and deposits `t`
        (MeV), of their broadcast shape; at T = 0 the limit (see `check_rest`)."""
        result = np.zeros(np.broadcast_shapes(e.shape, t.shape))
        groups = self.groups(scatterer)
        for group, response in zip(groups, self._summed(groups, t), strict=True):
            result += scatterer.kinematics(group, e, t) * response
        return result

    def over_fluxes(
        self,
        components: Sequence[FluxComponent],
        scatterers: Sequence[Scatterer],
        t: FloatArray,
    ) -> list[FloatArray]:
        """Integrate dN/dE dσ/dT over the spectra of the `components`.

        Parameters
        ----------
        components : of a flux, summed.
        scatterers : of the process.
        t : deposits in MeV, any shape.

        Returns
        -------
        list of arrays
            One per scatterer, of the shape of `t`, in MeV⁻³ times neutrinos.
        """
        wanted = [Deposits(s, self.groups(s), t) for s in scatterers]
        results = []
        for deposits, integrals in zip(
            wanted, over_flux(components, wanted), strict=True
        ):
            result = np.zeros(t.shape)
            of_groups = self._summed(deposits.groups, t)
            for response, integral in zip(of_groups, integrals, strict=True):
                result += integral * response
            results.append(result)
        return results

    def integrated(
        self,
        scatterer: Scatterer,
        bottom: FloatArray,
        marks: Sequence[FloatArray],
        function: Callable[[FloatArray], FloatArray],
        rtol: float,
        name: Callable[[int], str],
    ) -> FloatArray:
        """Integrate a function of the deposit.

        In u = asinh √(T/c) form factors are smooth (T is a momentum squared), and so
        are propagators 1/(T + c) and whatever behaves as 1/T above c.

        Parameters
        ----------
        scatterer : whose deposits.
        bottom : lower limits in MeV, any shape.
        marks : increasing deposits (MeV, same shape) between which the function is
            smooth; the last one is the upper limit.
        function : T, shape (*bottom.shape, nodes) → values of that shape.
        rtol : required relative accuracy.
        name : flat index of a limit → description of the integral, for error messages.

        Returns
        -------
        array, of the shape of `bottom`
        """
        top = marks[-1]
        scales = [self.process.momentum, *self.exchanges.masses]
        c = np.minimum(top, min(scatterer.range.t_at(q) for q in scales))
        if self.process.diverging(self.exchanges) or self.exchanges.portal is not None:
            c = np.where(bottom > 0, np.minimum(c, bottom), c)
        c = np.where(c > 0, c, 1.0)  # below threshold, where the integral is zero
        ends = np.stack([bottom, *(np.clip(m, bottom, top) for m in marks)], axis=-1)
        u = np.arcsinh(np.sqrt(ends / c[..., None]))
        width = np.diff(u)

        def integral(n: int) -> FloatArray:
            x, w = gauss_legendre(n)
            nodes = u[..., :-1, None] + width[..., None] * x
            nodes = nodes.reshape(*bottom.shape, -1)
            sinh = np.sinh(nodes)
            t = np.clip(c[..., None] * sinh**2, bottom[..., None], top[..., None])
            slope = 2 * c[..., None] * sinh * np.cosh(nodes)
            weights = (width[..., None] * w).reshape(*bottom.shape, -1)
            return np.asarray((function(t) * slope * weights).sum(-1))

        def nonzero() -> FloatArray:
            # a spike may occur at any scale of the deposit
            low = np.maximum(bottom, 1e-12 * top)
            share = np.linspace(0.0, 1.0, _PROBES + 2)[1:-1]
            ratio = np.where(low > 0, top / np.where(low > 0, low, 1.0), 1.0)
            t = low[..., None] * ratio[..., None] ** share
            return np.asarray(np.abs(function(t)).sum(-1) * (top > bottom))

        remedy = "use a larger rtol or a lower energy"
        return converged(integral, rtol, name, remedy=remedy, nonzero=nonzero)
