r"""
Tridents on atomic electrons
============================

"Neutrino trident production", talk of T. Shimomura, "The NTPs with atomic electrons":
negligible for high thresholds and small cross sections.
"""

import numpy as np

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import GeV

# %%
# On the 26 electrons of iron over its nucleus: muon pairs begin at 44 GeV, mixed pairs
# at 11 GeV; electron pairs always occur, and are smaller by three orders of magnitude.

names = {
    "nu_mu -> nu_mu mu+ mu-": r"$\nu_\mu\to\nu_\mu\mu^+\mu^-$",
    "nu_mu -> nu_e e+ mu-": r"$\nu_\mu\to\nu_e e^+\mu^-$",
    "nu_e -> nu_e e+ e-": r"$\nu_e\to\nu_e e^+e^-$",
}
energy = np.geomspace(1, 300, 60) * GeV
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    for name, label in names.items():
        electrons = 26 * nu.trident.total(energy, name, regime="electron")
        ax.plot(
            energy / GeV,
            electrons / nu.trident.total(energy, name, "Fe56"),
            label=label,
        )
    ax.set(xscale="log", yscale="log", ylim=(1e-7, 1e-1), xlim=(1, 300))
    ax.set(xlabel=r"$E_\nu$ [GeV]", ylabel="electrons over nucleus, iron")
    ax.legend()
    provenance(ax.figure)

# %%
# Thresholds; the talk leaves :math:`2m_\mu` out, and cuts digits off.

first, mixed, last = (nu.trident.threshold_energy(n, regime="electron") for n in names)
table = published_table(
    [
        ("T15", "mumu [GeV]", 43.69, first / GeV, 0.4369),
        ("T16", "emu [GeV]", 11, mixed / GeV, 0.5),
        ("T17", "ee [MeV]", 2.044, last, 2.044e-5),
    ]
)
print(table)
