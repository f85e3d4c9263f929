r"""
Cross sections averaged over the neutrinos of the SNS
=====================================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Cross section": the figure of COHERENT, mean cross sections of nuclei over their number
of neutrons.
"""

import numpy as np

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# They rise as N², by almost four orders of magnitude from helium to lead. The distance
# between the two lines is the loss of coherence; COHERENT's detectors are named.

sm, stable = (
    nu.StandardModel(),
    "He4 C12 O16 F19 Ne20 Na23 Si28 S32 Ar40 Ca40 Ti48 Fe56",
)
names = f"{stable} Ge72 Kr84 Y89 Mo98 Ag107 Sn120 I127 Xe132 Cs133 W184 Pb208".split()
neutrons = np.array([nu.isotope(name).n for name in names])


def mean(name, **shape):
    """Mean over the prompt and both delayed neutrinos, in 1e-40 cm²."""
    nucleus, sns = nu.target(name, **shape), nu.flux("sns")
    flavours = ("nu_mu", "nubar_mu", "nu_e")
    return (
        np.mean([nu.cevns.flux_averaged(sns, nucleus, sm, f) for f in flavours]) / 1e-40
    )


real = np.array([mean(name) for name in names])
point = np.array([mean(name, form_factor="point", nucleon="point") for name in names])
with style():
    ax = new_figure(6.4, 4.8).add_subplot()
    ax.plot(neutrons, point, "--", color="0.5", label="full coherence, $F = 1$")
    ax.plot(neutrons, real, "o-", markersize=4, label="with form factors")
    for name, n, value in zip(names, neutrons, real, strict=True):
        if name in ("Na23", "Ar40", "Ge72", "I127", "Cs133"):
            shift = (8, -10) if name != "I127" else (-38, 2)
            ax.annotate(name, (n, value), shift, textcoords="offset points")
    ax.set(xscale="log", yscale="log", xlabel="neutrons $N$")
    ax.set_ylabel(r"$\langle\sigma\rangle$ over the SNS [$10^{-40}$ cm$^2$]")
    ax.legend()
    provenance(ax.figure, ["COHERENT:2017ipa"])

# %%
# The size of a cross section: caesium as a point with neutrons alone,
# :math:`G_F^2E^2N^2/4\pi`. Its protons take 6 % away.

caesium = nu.target("Cs133", form_factor="point", nucleon="point")
sigma = nu.cevns.total(10 * MeV, caesium, sm, "nu_mu")
table = published_table(
    [("S01", "point Cs, 10 MeV [cm2]", 2.565e-39, sigma, 0.07 * 2.565e-39)]
)
print(table)
