r"""
Light elements and a decaying sterile neutrino
==============================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019), "Sterile neutrino decay and Big Bang
nucleosynthesis" (Kusakabe et al. 2013).
"""

import numpy as np

from nuprobe.cosmology.decay import lifetime_of, sterile_decay
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table

# %%
# Photons of half its mass destroy ⁷Be from 3.2 MeV on and deuterium from 4.5 MeV on: in
# between, lithium can be lowered without touching deuterium. Above, deuterium is gone.

masses = np.array([3.0, 3.3, 3.6, 4.0, 4.4, 4.8, 5.5, 6.5, 8.0])
found = [sterile_decay(m, 1e5, abundance=1e-5) for m in masses]
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    for name, label in (("d_h", "D/H"), ("li7_h", r"$^7$Li/H"), ("he3_h", r"$^3$He/H")):
        values = np.array([getattr(one, name) for one in found])
        ax.plot(masses, values / values[0], "o-", label=label)
    ax.set(xlabel=r"$m_N$ [MeV]", ylabel="abundance over that at 3 MeV", yscale="log")
    ax.set_ylim(1e-4, 3)
    ax.legend(title=r"$\tau = 10^5$ s, $n_N/n_\gamma = 10^{-5}$")
    provenance(ax.figure)

# %%
# The width by a moment of 1 Bohr magneton by hand, and abundances of acropolis 1.3.1
# from the numbers of nuclei with which it begins. The talk's figure could not be read.

start = {"p": 7.525079e-01, "d": 1.837924e-05, "t": 5.812933e-08, "he3": 7.697251e-06}
start |= {"he4": 6.185801e-02, "li6": 8.104749e-15, "li7": 2.157596e-11}
start["be7"] = 3.871693e-10
one = sterile_decay(4.0, 1e5, abundance=1e-4, start=start)
table = published_table(
    [
        (
            "D35",
            "width, 1 eV and 1 muB [1/s]",
            5.30725,
            1 / lifetime_of(1e-6, 1.0),
            5.3e-5,
        ),
        ("D35", "D/H at 4 MeV, 1e-4", 2.4424e-5, one.d_h, 2.44e-8),
        ("D35", "7Li/H, the same", 2.87e-11, one.li7_h, 1.43e-13),
    ]
)
print(table)
