"""
Radii of nuclear models
=======================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), table
of R_p and R_n of caesium and iodine in eight models, drawn beside what COHERENT's data
say.
"""

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.units import fm

# %%
# Models agree on the neutrons within 0.15 fm, and 5.5 +0.9 −1.1 fm from COHERENT cannot
# tell them apart yet. Muonic atoms (dashed) measure charge radii, which have the size
# of the proton in them and are larger.

every = nu.nuclei.neutron_radius_models()
with style():
    ax = new_figure(6.4, 4.8).add_subplot()
    for isotope, colour in (("Cs133", "C0"), ("I127", "C1")):
        for family, mark in (("SHF", "o"), ("RMF", "s")):
            some = [m for m in every if (m.isotope, m.family) == (isotope, family)]
            x, y = [m.r_p / fm for m in some], [m.r_n / fm for m in some]
            ax.plot(x, y, mark, color=colour, label=f"{isotope}, {family}")
        (muonic,) = [m for m in every if (m.isotope, m.family) == (isotope, "muonic")]
        label = f"{isotope}, muonic atoms"
        ax.axvline(muonic.r_p / fm, color=colour, ls="--", label=label)
    ax.set(xlabel="$R_p$ [fm]", ylabel="$R_n$ [fm]")
    ax.figure.legend(loc="outside upper center", ncols=3)
    provenance(ax.figure, ["Cadeddu:2017etk", "Fricke:1995zz"])

# %%
# Some entries of the table:

at = {(m.model, m.isotope): m for m in every}
given = [
    ("S23", "SkM*", "Cs133", "r_n", 4.90),
    ("S23", "SkI4", "I127", "r_p", 4.67),
    ("S23", "UNEDF1", "I127", "r_n", 4.83),
    ("S24", "NL-Z2", "Cs133", "r_n", 5.01),
    ("S24", "NL3", "Cs133", "r_p", 4.75),
]
table = published_table(
    [
        (
            item,
            f"{name}, {radius} of {isotope} [fm]",
            value,
            getattr(at[name, isotope], radius) / fm,
            1e-9,
        )
        for item, name, isotope, radius, value in given
    ]
)
print(table)
