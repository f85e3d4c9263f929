r"""
Angular distribution of decays
==============================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): "the decay angular distribution is isotropic in
the Majorana case, and not isotropic in the Dirac case".
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import GeV

# %%
# A polarised heavy neutrino of 1 GeV that decays to a pion: a line for Majorana, slopes
# for Dirac neutrinos and antineutrinos; in the laboratory a box and a triangle.

natures = ("majorana", "dirac", "antidirac")
decays = [nu.majorana.HeavyNeutrino(1 * GeV, "pi0", nature) for nature in natures]
panels = plotting.plot_heavy_decays(decays, gamma=5.0)

# %%
# The slopes in the cosine, and how many decays tell the two kinds apart at three
# standard deviations:

majorana, dirac, _ = (decay.asymmetry for decay in decays)
table = published_table(
    [
        ("D38", "slope, Majorana", 0, majorana, 0),
        ("D38", "slope, Dirac, to a pion", 1, dirac, 1e-9),
    ]
)
print(table)
print(f"{nu.majorana.events_to_tell(dirac):.0f} decays are enough")
