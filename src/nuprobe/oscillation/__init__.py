"""Flavour change between source and detector: mixing, vacuum oscillations, averages,
the Sun.

A neutrino produced with flavour ℓ arrives as ν_ℓ(L) = Σ_k U*_ℓk e^{−i m_k² L/2E} ν_k
(antineutrinos: with U), and its interactions in the detector follow from its density
matrix, ρ(E) = Σ_i f_i(E) ρ_i. Each `Propagation` gives the f_i and the ρ_i; `density`,
`probabilities`, `state` and `mu_eff` put them together. The amplitude of
Kouzakov:2017hbc (eq. unverified; read in the proceedings of EPS-HEP2021, eqs. 1, 2, 6),
with photon exchange between mass states, is Re Tr[M ρ M†] of these matrices.

mixing         U and the differences of squared masses
protocol       what every propagation offers
propagation    at the source, coherent in vacuum, averaged
solar          adiabatic conversion in the Sun
zones          production zones of solar neutrinos, by solar model survival
survival of solar nu_e averaged over the zones, with crossing earth
regeneration in the Earth at night arrival        density matrices, probabilities and
states moments        effective magnetic moments, and limits on them matter
densities along a path: the Sun magnetic_field the field across it
precession     spin–flavour precession: both helicities in matter and field
antineutrinos  ν̄_e from the Sun, and limits on μ B
effective      charges and charge radii of what arrives
sterile        disappearance of ν_e with a fourth neutrino
"""

from nuprobe.oscillation.antineutrinos import (
    PrecessionLimit,
    antineutrino_share,
    precession_limit,
)
from nuprobe.oscillation.arrival import density, probabilities, state
from nuprobe.oscillation.earth import EARTH_RADIUS, EarthModel, night_exposure
from nuprobe.oscillation.effective import EffectiveProperties, effective_properties
from nuprobe.oscillation.magnetic_field import FIELDS, MagneticField
from nuprobe.oscillation.matter import SOLAR_RADIUS, Matter, standard_sun
from nuprobe.oscillation.mixing import NUFIT, PMNS, Splittings
from nuprobe.oscillation.moments import moment_limits, mu_eff
from nuprobe.oscillation.precession import SpinFlavour
from nuprobe.oscillation.precession_formulas import (
    BOHR_MAGNETON,
    landau_zener,
    rabi_probability,
)
from nuprobe.oscillation.propagation import AtSource, Averaged, Spread, Vacuum
from nuprobe.oscillation.protocol import Phase, Propagation
from nuprobe.oscillation.solar import SOLAR_POTENTIALS, Solar
from nuprobe.oscillation.sterile import (
    Wave,
    disappearance,
    known_waves,
    sterile_waves,
)
from nuprobe.oscillation.survival import CROSSINGS, survival
from nuprobe.oscillation.zones import SOLAR_MODELS, ProductionZones, production_zones

__all__ = [
    "BOHR_MAGNETON",
    "CROSSINGS",
    "EARTH_RADIUS",
    "FIELDS",
    "NUFIT",
    "PMNS",
    "SOLAR_MODELS",
    "SOLAR_POTENTIALS",
    "SOLAR_RADIUS",
    "AtSource",
    "Averaged",
    "EarthModel",
    "EffectiveProperties",
    "MagneticField",
    "Matter",
    "Phase",
    "PrecessionLimit",
    "ProductionZones",
    "Propagation",
    "Solar",
    "SpinFlavour",
    "Splittings",
    "Spread",
    "Vacuum",
    "Wave",
    "antineutrino_share",
    "density",
    "disappearance",
    "effective_properties",
    "known_waves",
    "landau_zener",
    "moment_limits",
    "mu_eff",
    "night_exposure",
    "precession_limit",
    "probabilities",
    "production_zones",
    "rabi_probability",
    "standard_sun",
    "state",
    "sterile_waves",
    "survival",
]
