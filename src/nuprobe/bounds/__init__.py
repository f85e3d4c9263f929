"""Constraints on a light vector boson that do not come from neutrino scattering.

`muon_g2` (the muon's anomalous magnetic moment), `monophoton` (e⁺e⁻ → γ and nothing
else) and `relic_absorption` (cosmic neutrinos absorbed on relic neutrinos: the IceCube
gap), all for the boson of `vector_boson`; `companions` collects them as curves to show
with the trident limits.
"""

from nuprobe.bounds import (
    companions,
    monophoton,
    muon_g2,
    relic_absorption,
    vector_boson,
)

__all__ = ["companions", "monophoton", "muon_g2", "relic_absorption", "vector_boson"]
