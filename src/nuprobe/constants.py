"""Physical constants in MeV-based natural units, each with its source in `SOURCES`.

Sources are INSPIRE texkeys, or the name of the standard that fixes the number.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ALPHA_EM",
    "ATOMIC_MASS_UNIT",
    "AVOGADRO",
    "ELEMENTARY_CHARGE_C",
    "G_A",
    "G_FERMI",
    "HBARC_MEV_CM",
    "HBARC_MEV_FM",
    "HBAR_MEV_S",
    "M_ELECTRON",
    "M_MUON",
    "M_NEUTRON",
    "M_PION",
    "M_PROTON",
    "M_TAU",
    "M_W",
    "M_Z",
    "NEUTRON_CHARGE_RADIUS2_FM2",
    "PLANCK_MASS",
    "PROTON_CHARGE_RADIUS_FM",
    "SIN2_THETA_W_LOW",
    "SIN2_THETA_W_MZ",
    "SOURCES",
    "TAU_MUON_US",
    "TAU_NEUTRON_S",
    "TAU_PION_US",
    "V_UD",
]

HBARC_MEV_FM: Final = 197.3269804
"""ħc in MeV fm (exact in the 2019 SI, rounded)."""
HBARC_MEV_CM: Final = HBARC_MEV_FM * 1e-13
"""ħc in MeV cm; its square turns MeV⁻² into cm²."""
HBAR_MEV_S: Final = 6.582119569e-22
"""ħ in MeV s (exact in the 2019 SI, rounded)."""
PLANCK_MASS: Final = 1.220890e22
"""(ħc/G)^½ in MeV."""
G_FERMI: Final = 1.1663788e-11
"""Fermi constant in MeV⁻²."""
ALPHA_EM: Final = 1 / 137.035999
"""Fine-structure constant at zero momentum."""
M_ELECTRON: Final = 0.51099895
M_MUON: Final = 105.6583755
M_TAU: Final = 1776.93
M_PION: Final = 139.57039
"""Charged-pion mass in MeV."""
M_PROTON: Final = 938.27208816
M_NEUTRON: Final = 939.56542052
M_W: Final = 80369.2
M_Z: Final = 91188.0
ATOMIC_MASS_UNIT: Final = 931.49410242
"""Unified atomic mass unit in MeV."""
AVOGADRO: Final = 6.02214076e23
ELEMENTARY_CHARGE_C: Final = 1.602176634e-19
TAU_MUON_US: Final = 2.1969811
"""Muon lifetime in µs."""
TAU_PION_US: Final = 0.026033
"""Charged-pion lifetime in µs."""
G_A: Final = 1.2754
"""Axial coupling of the nucleon (isovector)."""
V_UD: Final = 0.97367
"""Element of the quark mixing matrix, from superallowed decays."""
TAU_NEUTRON_S: Final = 878.4
"""Neutron lifetime in s."""
SIN2_THETA_W_LOW: Final = 0.23863
"""Weak mixing angle (MS-bar) at zero momentum: default of the low-energy processes."""
SIN2_THETA_W_MZ: Final = 0.23122
"""Weak mixing angle (MS-bar) at the Z mass: default of the high-energy processes."""
PROTON_CHARGE_RADIUS_FM: Final = 0.8409
NEUTRON_CHARGE_RADIUS2_FM2: Final = -0.1155

_PDG: Final = "ParticleDataGroup:2024cfk"
_CODATA: Final = "CODATA 2018 (Tiesinga:2021myr)"
SOURCES: Final[dict[str, str]] = {
    "HBARC_MEV_FM": "SI 2019 (exact h, c, e)",
    "HBARC_MEV_CM": "SI 2019 (exact h, c, e)",
    "HBAR_MEV_S": "SI 2019 (exact h, e)",
    "PLANCK_MASS": _CODATA,
    "G_FERMI": _PDG,
    "ALPHA_EM": _CODATA,
    "M_ELECTRON": _CODATA,
    "M_MUON": _CODATA,
    "M_TAU": _PDG,
    "M_PION": _PDG,
    "M_PROTON": _CODATA,
    "M_NEUTRON": _CODATA,
    "M_W": _PDG,
    "M_Z": _PDG,
    "ATOMIC_MASS_UNIT": _CODATA,
    "AVOGADRO": "SI 2019 (exact)",
    "ELEMENTARY_CHARGE_C": "SI 2019 (exact)",
    "TAU_MUON_US": _PDG,
    "TAU_PION_US": _PDG,
    "G_A": _PDG,
    "V_UD": _PDG,
    "TAU_NEUTRON_S": _PDG,
    "SIN2_THETA_W_LOW": _PDG,
    "SIN2_THETA_W_MZ": _PDG,
    "PROTON_CHARGE_RADIUS_FM": _PDG,
    "NEUTRON_CHARGE_RADIUS2_FM2": _PDG,
}
"""Source of each constant above."""
