r"""
Bounds on charge radii
======================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Experimental bounds": reactors and accelerators, and the values of the Standard Model.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.models import standard_charge_radius
from nuprobe.reproductions import published_table

# %%
# Bars are published, diamonds computed again. The scale is linear around zero: the
# limits are within an order of magnitude of the Standard Model, coherent scattering
# within two.

ax = plotting.plot_charge_radii()

# %%
# :math:`\langle r^2\rangle = -G_F/(2\sqrt2\pi^2)\,[3 - 2\log(m_\ell^2/m_W^2)]`, and
# three of the bounds from published ingredients:

published = {"nu_e": (-8.2e-33, 0.012), "nu_mu": (-4.8e-33, 0.012)}
published |= {"nu_tau": (-3.0e-33, 0.015)}
rows = [
    ("S32", f"{name}, SM [cm2]", value, standard_charge_radius(name), -relative * value)
    for name, (value, relative) in published.items()
]
found = {row.quantity: row for row in nu.reproduce("bounds")}
for item, quantity, value, relative in (
    ("S34", "LSND, <r2>_ee, lower end, 90 %", -5.94, 0.15),
    ("S34", "LSND, <r2>_ee, upper end, 90 %", 8.28, 0.15),
    ("S33", "TEXONO, <r2>_ee, upper end, 90 %", 6.6, 0.3),
):
    computed = found[quantity].computed
    rows.append((item, quantity, value, computed, relative * abs(value)))
table = published_table(rows, notes=["limits in 1e-32 cm2"])
print(table)
