"""
Form factors of one radius
==========================

Shapes with the same rms radius agree at small momentum transfer, where only the radius
matters, and differ beyond the first zero.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV, fm

figure = plotting.plot_form_factors(
    "Cs133", ["helm", "klein-nystrand", "fermi"], rms=4.9 * fm
)

# %%
# The effect on coherent scattering of a 30 MeV neutrino, where the largest momentum
# transfer is twice the energy:

for name in ("helm", "klein-nystrand", "fermi"):
    caesium = nu.target("Cs133", r_p=4.9 * fm, r_n=4.9 * fm, form_factor=name)
    sigma = nu.cevns.total(30 * MeV, caesium, nu.StandardModel(), flavour="nu_e")
    print(f"{name:15} {sigma:.4e} cm2")
