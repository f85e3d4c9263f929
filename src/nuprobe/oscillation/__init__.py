"""Flavour change between source and detector: mixing, vacuum oscillations, averages,
the Sun.

A neutrino produced with flavour ℓ arrives as ν_ℓ(L) = Σ_k U*_ℓk e^{−i m_k² L/2E} ν_k
(antineutrinos: with U), and its interactions in the detector follow from its density
matrix, ρ(E) = Σ_i f_i(E) ρ_i. Each `Propagation` gives the f_i and the ρ_i; `density`,
`probabilities`, `state` and `mu_eff` put them together. The amplitude of
Kouzakov:2017hbc (eq. unverified; read in the proceedings of EPS-HEP2021, eqs. 1, 2, 6),
with photon exchange between mass states, is Re Tr[M ρ M†] of these matrices.

mixing       U and the differences of squared masses
protocol     what every propagation offers
propagation  at the source, coherent in vacuum, averaged
solar        adiabatic conversion in the Sun
arrival      density matrices, probabilities and states
moments      effective magnetic moments, and limits on them
effective    charges and charge radii of what arrives
"""

from nuprobe.oscillation.arrival import density, probabilities, state
from nuprobe.oscillation.effective import EffectiveProperties, effective_properties
from nuprobe.oscillation.mixing import NUFIT, PMNS, Splittings
from nuprobe.oscillation.moments import moment_limits, mu_eff
from nuprobe.oscillation.propagation import AtSource, Averaged, Spread, Vacuum
from nuprobe.oscillation.protocol import Phase, Propagation
from nuprobe.oscillation.solar import SOLAR_POTENTIALS, Solar

__all__ = [
    "NUFIT",
    "PMNS",
    "SOLAR_POTENTIALS",
    "AtSource",
    "Averaged",
    "EffectiveProperties",
    "Phase",
    "Propagation",
    "Solar",
    "Splittings",
    "Spread",
    "Vacuum",
    "density",
    "effective_properties",
    "moment_limits",
    "mu_eff",
    "probabilities",
    "state",
]
