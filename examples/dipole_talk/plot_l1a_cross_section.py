r"""
The two-body current in break-up of the deuteron
================================================

"Neutrino coherent scattering, neutrino dipole moments, and connection to cosmology",
talk of A. B. Balantekin (ACFI, 2019): :math:`\sigma = \sigma_0 + L_{1A}\,\sigma_1`, and
:math:`L_{1A} = 3.9(0.1)(1.0)(0.3)(0.9)` fm³ from lattice QCD.
"""

import numpy as np

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import MeV

# %%
# What the current adds to each reaction: the lattice value, in the scheme of the
# underlying theory, and as bands its errors added in quadrature, 1.4 fm³. It is almost
# one factor for all three, which cancels in their ratios.

energy = np.linspace(3, 20, 80) * MeV
names = {
    "nu_e d -> e- p p": r"$\nu_e d \to e^-pp$",
    "nubar_e d -> e+ n n": r"$\bar\nu_e d \to e^+nn$",
    "nu d -> nu p n": r"$\nu d \to \nu pn$",
}
with style():
    ax = new_figure(6.4, 4.4).add_subplot()
    for name, label in names.items():
        above = energy[energy > 4.5] if "nubar" in name else energy
        zero, low, mid, high = (
            nu.deuteron.total(above, name, l1a=f"{x} fm3", scheme="nnlo")
            for x in (0, 2.5, 3.9, 5.3)
        )
        (line,) = ax.plot(above, mid / zero, label=label)
        ax.fill_between(
            above, low / zero, high / zero, alpha=0.15, color=line.get_color()
        )
    ax.set(xlabel=r"$E_\nu$ [MeV]", xlim=(3, 20))
    ax.set_ylabel(r"$\sigma(L_{1A} = 3.9\pm1.4\ \mathrm{fm}^3)\,/\,\sigma(0)$")
    ax.legend()
    provenance(ax.figure, ["Balantekin:2003ep", "Savage:2016kon"], note="scheme nnlo")

# %%
# Compared with an independent calculation at 10 MeV: cross sections in cm² and
# :math:`\sigma_1/\sigma_0` per fm³, here in a scheme that sums the final-state
# interaction.

rows = []
for what, current, flavour, sigma, ratio in (
    ("nu_e d -> e- p p", "cc", "nu_e", 2.611e-42, 0.01330),
    ("nubar_e d -> e+ n n", "cc", "nubar_e", 1.2266e-42, 0.01346),
    ("nu d -> nu p n", "nc", "nu_mu", 1.0809e-42, 0.01403),
):
    without, one = (
        nu.deuteron.total(10.0, current, flavour, l1a=x, scheme="resummed")
        for x in ("0 fm3", "1 fm3")
    )
    rows.append(("D04", what, sigma, without, 0.01 * sigma))
    rows.append(("D04", "its sigma_1/sigma_0", ratio, one / without - 1, 0.03 * ratio))
table = published_table(rows)
print(table)
