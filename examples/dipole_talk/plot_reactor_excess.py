r"""
The excess of reactor antineutrinos at 5 MeV
============================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): experiments that measure the mixing angle also
measure the flux.
"""

import numpy as np

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# The spectrum of a power reactor with the excess as measured, and what inverse beta
# decay makes of it: detected are the antineutrinos between 2 and 8 MeV.

plain, excess = nu.flux("reactor"), nu.flux("reactor", bump=True)
energy = np.linspace(1.9, 8, 245) * MeV
detected = nu.ibd.total(energy)
with style():
    figure = new_figure(6.4, 5.4)
    top, below = figure.subplots(2, sharex=True, height_ratios=(2, 1))
    for flux, label in ((plain, "Huber and Mueller"), (excess, "with the excess")):
        top.plot(
            energy, 1e43 * flux.spectrum("nubar_e", energy) * detected, label=label
        )
    ratio = excess.spectrum("nubar_e", energy) / plain.spectrum("nubar_e", energy)
    below.plot(energy, ratio, color="C1")
    top.set_ylabel(r"$\sigma\,dN/dE_\nu$ [$10^{-43}$ cm$^2$/MeV per fission]")
    top.legend()
    below.set(xlabel=r"$E_\nu$ [MeV]", ylabel="ratio", xlim=(1.9, 8))
    provenance(figure, ["Huber:2011wv", "Mueller:2011nm"])

# %%
# The height that experiments found is about 10 % at 5.8 MeV, 5 MeV of prompt energy:

at = {
    e: excess.spectrum("nubar_e", e) / plain.spectrum("nubar_e", e) for e in (3.0, 5.8)
}
table = published_table(
    [
        ("D18", "excess at 5.8 MeV", 1.1, at[5.8], 0.033),
        ("D18", "at 3 MeV", 1, at[3.0], 1e-3),
    ]
)
print(table)
