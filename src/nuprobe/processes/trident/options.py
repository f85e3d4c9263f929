"""Target options of a trident calculation: one object for every function.

Cross sections, flux averages, spectra, generated events, experiments and the command
line all take these options, by keyword or as one `TridentOptions` in place of the
regime; the defaults are therefore the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypedDict, get_args

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.nuclei import FormFactor
from nuprobe.numerics import flag
from nuprobe.processes.trident.currents import NUCLEON_FORM_FACTORS

__all__ = [
    "REGIMES",
    "FormFactorSpec",
    "NucleusKeywords",
    "Regime",
    "TridentOptions",
    "read_options",
]

Regime = Literal[
    "coherent",
    "proton",
    "neutron",
    "incoherent",
    "elastic",
    "inelastic",
    "electron",
    "all",
]
REGIMES: Final[tuple[str, ...]] = get_args(Regime)
"""Names of the regimes."""
FormFactorSpec = str | FormFactor | None


class NucleusKeywords(TypedDict, total=False):
    """Keywords that every trident function passes on to `TridentOptions`.

    Attributes
    ----------
    form_factor, pauli, k_f, nucleon_form_factors : see `TridentOptions`.
    """

    form_factor: FormFactorSpec
    pauli: bool
    k_f: float | None
    nucleon_form_factors: str


@public
@dataclass(frozen=True)
class TridentOptions:
    """Type of target and its description.

    Attributes
    ----------
    regime : ``"coherent"`` (per nucleus, spin 0; hydrogen in a compound is excluded),
        ``"proton"``, ``"neutron"`` (per nucleon of that kind), ``"incoherent"`` (all
        nucleons of the nucleus, left intact), ``"elastic"`` (coherent + incoherent),
        ``"inelastic"`` (all nucleons of the nucleus, broken up: see `inelastic`),
        ``"all"`` (elastic + inelastic, the default everywhere), or ``"electron"`` (per
        electron, free and at rest: only photon exchange; for electrons in the final
        state the exchange of the target with the produced electron is neglected, as are
        the diagrams where a W or Z couples to the target electron, which for ν_e are of
        the same order). A molecule or mixture gives the sum over its formula unit.
    form_factor : charge form factor of the nuclei, by name or object, as
        `charge_form_factor` reads it; None for the measured charge density. Not allowed
        with a `Target`, which has its own.
    pauli : whether nucleons of a nucleus are Pauli-blocked; hydrogen never is.
    k_f : Fermi momentum of the Pauli factor, MeV, for every nucleus; None for that of
        each nucleus (`fermi_momentum`; none for deuterium), and 235 MeV for a bare
        nucleon.
    nucleon_form_factors : ``"kelly"`` or ``"dipole"``, of intact nucleons.

    Raises
    ------
    UnknownNameError
        If the regime or the nucleon form factors are unknown.
    InputError
        If the Fermi momentum is not positive.

    Examples
    --------
    >>> import nuprobe as nu
    >>> helm = nu.trident.TridentOptions("coherent", form_factor="helm")
    >>> sigma = nu.trident.total(1e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", None, helm)
    """

    regime: str = "all"
    form_factor: FormFactorSpec = None
    pauli: bool = True
    k_f: float | None = None
    nucleon_form_factors: str = "kelly"

    def __post_init__(self) -> None:
        if self.regime not in REGIMES:
            raise UnknownNameError("trident regime", self.regime, REGIMES)
        if self.nucleon_form_factors not in NUCLEON_FORM_FACTORS:
            raise UnknownNameError(
                "nucleon form factors", self.nucleon_form_factors, NUCLEON_FORM_FACTORS
            )
        flag("pauli", self.pauli)
        k_f = self.k_f
        good = isinstance(k_f, (int, float)) and math.isfinite(k_f) and k_f > 0
        if not (good or k_f is None):
            raise InputError(
                "the Fermi momentum must be positive (MeV), or None for that of each"
                f" nucleus, got {shown(k_f)}"
            )

    @property
    def per(self) -> str:
        """What a cross section of this regime on a single nucleus is normalised to."""
        nucleon = self.regime in ("proton", "neutron")
        alone = "nucleon" if nucleon else "nucleus"
        return "electron" if self.regime == "electron" else alone


_KEYWORDS: Final = tuple(f.name for f in fields(TridentOptions) if f.name != "regime")


def read_options(
    regime: str | TridentOptions = "all", keywords: Any = None
) -> TridentOptions:
    """Options from a regime and keywords; an object is returned unchanged.

    Parameters
    ----------
    regime : a name of `REGIMES`, or a `TridentOptions` (then without keywords).
    keywords : the keywords of `NucleusKeywords` as a mapping.

    Raises
    ------
    InputError
        If keywords are combined with an object.
    TypeError
        For an unknown keyword, as Python does.

    Examples
    --------
    >>> read_options("coherent", {"form_factor": "helm"}).pauli
    True
    """
    keywords = keywords or {}
    for name in keywords:
        if name not in _KEYWORDS:
            raise TypeError(
                f"unexpected keyword {name!r} for tridents: allowed are"
                f" {', '.join(_KEYWORDS)}"
            )
    if not isinstance(regime, TridentOptions):
        return TridentOptions(regime, **keywords)
    if keywords:
        raise InputError(
            f"{min(keywords)} is given twice: set it in the TridentOptions, or give a"
            " regime by name and keywords"
        )
    return regime
