"""A reactor flux with spectra isotope by isotope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nuprobe import inverse_beta
from nuprobe.border import public
from nuprobe.errors import UnknownNameError
from nuprobe.fluxes import means
from nuprobe.fluxes.spectrum import Flux
from nuprobe.inverse_beta import DEFAULT, REACTION, VERSIONS, Version
from nuprobe.numerics import FloatArray

__all__ = ["ReactorFlux"]


@dataclass(frozen=True, repr=False)
class ReactorFlux(Flux):
    """Antineutrinos of fissions.

    Attributes
    ----------
    fractions : share of each isotope in the fissions.
    isotopes : names of those in the flux.
    other : makes the same flux with other options.
    energies : energy released by a fission of each isotope, in MeV.

    Examples
    --------
    >>> import nuprobe as nu
    >>> nu.flux("reactor").isotopes
    ('U235', 'U238', 'Pu239', 'Pu241')
    """

    fractions: Mapping[str, float] = field(default_factory=dict, compare=False)
    isotopes: tuple[str, ...] = field(default=(), compare=False)
    other: Callable[[Mapping[str, Any]], Flux] | None = field(
        default=None, compare=False
    )
    energies: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def energy_per_fission(self) -> float:
        """Mean energy released by a fission of the fuel, in MeV.

        Examples
        --------
        >>> import nuprobe as nu
        >>> nu.flux("reactor", fractions={"U235": 1.0}).energy_per_fission
        201.9
        """
        return sum(x * self.energies[name] for name, x in self.fractions.items())

    @public
    def yield_ibd(
        self,
        isotope: str | None = None,
        *,
        version: Version = DEFAULT,
        highest: float = 10.0,
        rtol: float = 1e-8,
    ) -> float:
        """Yield of inverse beta decay per fission, from the threshold to `highest`; as
        for published yields, spectra that end earlier are extrapolated.

        Parameters
        ----------
        isotope : that fissions; None for the mixture of the flux.
        version : of the cross section: ``"strumia-vissani"``,
            ``"strumia-vissani-tree"`` or ``"vogel-beacom"``.
        highest : energy of the antineutrino in MeV at which spectra end, at least 8.
        rtol : relative accuracy required of the quadrature.

        Returns
        -------
        float
            In cm² per fission.

        Raises
        ------
        UnknownNameError
            If the flux has no such isotope, or there is no such version.
        InputError
            If `highest` is less than 8 MeV.

        Examples
        --------
        >>> import nuprobe as nu
        >>> flux = nu.flux("reactor", model="huber-mueller")
        >>> flux.yield_ibd("U235"), flux.yield_ibd("U235", version="vogel-beacom")
        (6.688e-43, 6.640e-43)
        """
        if version not in VERSIONS:
            raise UnknownNameError("version of inverse beta decay", version, VERSIONS)
        fractions = self.fractions if isotope is None else {isotope: 1.0}
        for name in fractions:
            if name not in self.isotopes:
                raise UnknownNameError("isotope of the flux", name, self.isotopes)
        assert self.other is not None  # always set for fluxes from files
        asked = {"fractions": fractions, "burnup": None, "low_energy": "none"}
        # spent fuel and spectra below the threshold do not belong to an isotope
        beside = {"captures": None, "spent_fuel": None}
        whole = self.other({**asked, **beside, "lowest": 1.8, "highest": highest})

        def sigma(e_nu: FloatArray) -> FloatArray:
            return inverse_beta.total(e_nu, version, rtol=rtol / 10)

        return means.per_unit(whole, "nubar_e", sigma, REACTION.threshold, rtol)
