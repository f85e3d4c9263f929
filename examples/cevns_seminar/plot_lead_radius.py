"""
The neutrons of lead from parity violation
==========================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Proton and neutron distributions": PREX measured R_n of ²⁰⁸Pb with electrons. What that
means for coherent scattering of neutrinos.
"""

import numpy as np

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.units import MeV, fm

# %%
# The share of the fully coherent cross section that is left. PREX's error is the band;
# the dashed line has the neutrons where the protons are.

measured = catalogue()["nuclear.neutron_radius.pb208/PREX-2012"]
low = measured.value - measured.errors.minus
high = measured.value + measured.errors.plus
sm, energy = nu.StandardModel(), np.linspace(1, 60, 119) * MeV
full = nu.target("Pb208", form_factor="point", nucleon="point")


def share(radius):
    """Over the cross section of a point nucleus."""
    lead = nu.target("Pb208", r_n=radius)
    at = (nu.cevns.total(energy, t, sm, "nu_mu") for t in (lead, full))
    return next(at) / next(at)


protons = nu.nuclei.point_proton_radius("Pb208")
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    ax.fill_between(energy, share(low * fm), share(high * fm), alpha=0.3)
    ax.plot(
        energy, share(measured.value * fm), label=r"$R_n = 5.78^{+0.16}_{-0.18}$ fm"
    )
    ax.plot(energy, share(protons), "k--", label="$R_n = R_p$")
    ax.set(
        xlabel=r"$E_\nu$ [MeV]",
        ylabel=r"$\sigma/\sigma(F=1)$ on $^{208}$Pb",
        xlim=(0, 60),
    )
    ax.legend()
    provenance(ax.figure, ["Abrahamyan:2012gp"])

# %%
# PREX's value, as the seminar quotes it, over the radius of the protons:

print(f"R_n {measured.value} fm, R_p of point protons {protons / fm:.3f} fm")
