r"""
Nuclear form factors in the literature
======================================

"Neutrino trident production", talk of T. Shimomura, "Nuclear form factor": dipole,
exponential and Fermi fits, "the Fermi fit is more realistic".
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import MeV, fm

# %%
# Beside the measured charge density of iron (Fourier–Bessel): the Fermi fit, the only
# one with zeros, follows it to 100 MeV, the others are too large.

names = ("fermi", "dipole", "exponential")
shapes = {"measured": "fourier-bessel"} | {f"{n} fit": f"literature-{n}" for n in names}
panels = plotting.plot_form_factors(
    "Fe56", shapes, q_max=250 * MeV, reference="fourier-bessel"
)

# %%
# The formulas by hand. The density of the Fermi fit is printed without a bracket in the
# exponent; :math:`1/(1 + e^{(r - R)/b})` is meant.

kinds = nu.form_factors
iron = {k: k.of("Fe56") for k in (kinds.Dipole, kinds.Exponential, kinds.WoodsSaxon)}
q2 = (50 * MeV) ** 2
table = published_table(
    [
        ("T23", "dipole, q = 50 MeV", 0.87541, iron[kinds.Dipole](q2), 8.75e-5),
        ("T25", "exponential", 0.87145, iron[kinds.Exponential](q2), 8.7e-5),
        ("T27", "Fermi", 0.85438, iron[kinds.WoodsSaxon](q2), 8.5e-5),
        ("T26", "R0 [fm]", 4.62929, iron[kinds.Dipole].r0 / fm, 4.6e-5),
        (
            "T28",
            "R of Fermi [fm]",
            4.09368,
            iron[kinds.WoodsSaxon].radius / fm,
            4.09e-5,
        ),
    ]
)
print(table)
