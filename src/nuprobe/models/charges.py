"""Charges of fermions under a new force, vector or scalar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nuprobe.border import quick_methods
from nuprobe.constants import M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, shown
from nuprobe.models.base import finite
from nuprobe.numerics import number
from nuprobe.reprs import readable

__all__ = ["SCALARS", "VECTORS", "ScalarCharges", "Triple", "VectorCharges"]

Triple = tuple[float, float, float]
"""Charges of e, μ, τ."""

# f_Tq = m_q <N|q̄q|N>/m_N (Hoferichter:2015dsa; strange: Junnarkar:2013ac; both
# unverified)
_F_T: Final = {
    "p": {"u": 0.0208, "d": 0.0411, "s": 0.043},
    "n": {"u": 0.0189, "d": 0.0451, "s": 0.043},
}
# MS-bar at 2 GeV, MeV (ParticleDataGroup:2024cfk, unverified)
_QUARKS: Final = {"u": 2.16, "d": 4.70, "s": 93.5}


@readable
@dataclass(frozen=True, kw_only=True)
class VectorCharges:
    """Charges under a new U(1): the coupling of a fermion is g times its charge. All by
    keyword.

    Attributes
    ----------
    neutrinos, leptons : of the neutrinos and the charged leptons e, μ, τ (vector
        coupling, half the sum of left- and right-handed charges).
    axial : axial charges Q_A of the charged leptons, half the difference of left- and
        right-handed charges: ℓ̄γ^α(Q_V − Q_A γ5)ℓ.
    u, d : of the quarks; the proton has 2u + d, the neutron u + 2d.

    Examples
    --------
    >>> VectorCharges(u=1 / 3, d=1 / 3).by_target["p"]
    1.0
    """

    neutrinos: Triple = (1.0, 1.0, 1.0)
    leptons: Triple = (1.0, 1.0, 1.0)
    u: float = 1.0
    d: float = 1.0
    axial: Triple = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        _triple("neutrinos", self.neutrinos)
        _triple("leptons", self.leptons)
        _triple("leptons (axial)", self.axial)
        for name in ("u", "d"):
            number(f"the charge {name}", getattr(self, name))

    @property
    def by_target(self) -> Mapping[str, float]:
        """Charges of proton, neutron and electron."""
        return {
            "p": 2 * self.u + self.d,
            "n": self.u + 2 * self.d,
            "e": self.leptons[0],
        }


@quick_methods
@dataclass(frozen=True, kw_only=True)
class ScalarCharges:
    """Couplings to a scalar in units of g: L = −g φ [Q_ν (ν̄_R ν_L + h.c.) + Σ_f Q_f
    f̄f]. All by keyword.

    Attributes
    ----------
    neutrinos : of ν_e, ν_μ, ν_τ.
    p, n, e : of proton and neutron at zero momentum transfer, and of the electron.

    Examples
    --------
    >>> ScalarCharges(e=0.0).n
    1.0
    """

    neutrinos: Triple = (1.0, 1.0, 1.0)
    p: float = 1.0
    n: float = 1.0
    e: float = 1.0

    def __post_init__(self) -> None:
        _triple("neutrinos", self.neutrinos)
        for name in ("p", "n", "e"):
            number(f"the charge {name}", getattr(self, name))

    @classmethod
    def from_quarks(
        cls,
        u: float,
        d: float,
        s: float = 0.0,
        *,
        e: float = 0.0,
        neutrinos: Triple = (1.0, 1.0, 1.0),
    ) -> ScalarCharges:
        """Charges of the nucleons from those of the light quarks.

        Q_N = Σ_q Q_q f_Tq^N m_N/m_q with f_Tu, f_Td, f_Ts = 0.0208, 0.0411, 0.043 (p),
        0.0189, 0.0451, 0.043 (n) [Hoferichter:2015dsa; Junnarkar:2013ac;
        Cerdeno:2016sfi, eq. unverified]: 17.2 for the proton if u and d have charge 1.
        Heavy quarks, which contribute through gluons, are neglected.

        Parameters
        ----------
        u, d, s : charges of the quarks.
        e : charge of the electron.
        neutrinos : charges of ν_e, ν_μ, ν_τ.

        Examples
        --------
        >>> round(ScalarCharges.from_quarks(1.0, 1.0).p, 1)
        17.2
        """
        quarks = {
            name: number(f"the charge {name}", q)
            for name, q in (("u", u), ("d", d), ("s", s))
        }
        charge = {
            nucleon: sum(
                quarks[q] * f * mass / _QUARKS[q] for q, f in _F_T[nucleon].items()
            )
            for nucleon, mass in (("p", M_PROTON), ("n", M_NEUTRON))
        }
        return cls(neutrinos=neutrinos, p=charge["p"], n=charge["n"], e=e)


def _triple(what: str, values: Any) -> None:
    if finite(f"the charges of the {what}", values).shape != (3,):
        raise InputError(
            f"the charges of the {what} must be three numbers for e, mu, tau, got"
            f" {shown(values)}"
        )


def _lepton_number(i: int) -> Triple:
    return (-3.0 * (i == 0), -3.0 * (i == 1), -3.0 * (i == 2))


def _leptons(charges: Triple, quarks: float) -> VectorCharges:
    """Charges that a neutrino shares with its charged lepton, and one of all quarks."""
    return VectorCharges(neutrinos=charges, leptons=charges, u=quarks, d=quarks)


VECTORS: Final[Mapping[str, VectorCharges]] = {
    "universal": VectorCharges(),
    "b-l": _leptons((-1.0, -1.0, -1.0), 1 / 3),
    **{
        f"b-3l{name}": _leptons(_lepton_number(i), 1 / 3)
        for i, name in enumerate(("e", "mu", "tau"))
    },
    "lmu-ltau": _leptons((0.0, 1.0, -1.0), 0.0),
    "le-lmu": _leptons((1.0, -1.0, 0.0), 0.0),
    "le-ltau": _leptons((1.0, 0.0, -1.0), 0.0),
}
"""Charges by name: of every fermion 1 (``universal``), B − L, B − 3L_i, L_i − L_j
(neutrino couplings of any sign)."""

SCALARS: Final[Mapping[str, ScalarCharges]] = {
    "nucleons": ScalarCharges(e=0.0),
    "universal": ScalarCharges.from_quarks(1.0, 1.0, 1.0, e=1.0),
}
"""Couplings by name: 1 to nucleons and neutrinos, or 1 to u, d, s, the electron and
neutrinos."""
