r"""
Cross sections of the channels
==============================

"Neutrino trident production", talk of T. Shimomura, "The NTP cross sections (in the
SM)": muon, electron and mixed pairs of ν_μ and ν_e over the energy.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import GeV

# %%
# Mixed pairs come from the charged current alone, electron pairs of ν_μ from the
# neutral one. Those of ν_e are an order above muon pairs of ν_μ below 10 GeV, less
# above.

channels = [
    "nu_mu -> nu_mu mu+ mu-",
    "nu_mu -> nu_mu e+ e-",
    "nu_mu -> nu_e e+ mu-",
    "nu_e -> nu_e e+ e-",
]
energy = np.geomspace(0.3, 300, 30) * GeV
ax = plotting.plot_trident_energy(channels, "Fe56", energy, regimes=["coherent"])

# %%
# Thresholds, :math:`2m_\ell` and :math:`m_\ell + m_{\ell'}` on a heavy nucleus, and the
# vector coupling of muons, :math:`1/2 + 2\sin^2\theta_W`:

at = nu.trident.threshold_energy
vector = nu.trident.lepton_couplings(nu.StandardModel(), channels[0]).vector
table = published_table(
    [
        ("T10", "mumu [MeV]", 211.317, at(channels[0], "Pb208", "coherent"), 0.211317),
        (
            "T10",
            "ee [MeV]",
            1.021998,
            at(channels[1], "Pb208", "coherent"),
            1.021998e-4,
        ),
        ("T12", "emu [MeV]", 106.169, at(channels[2], "Pb208", "coherent"), 0.106169),
        ("T09", "V of mumu", 0.96244, vector, 1e-5),
    ]
)
print(table)
