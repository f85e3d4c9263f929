r"""
The Helm form factor of caesium
===============================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"Neutron form factor": :math:`F = 3j_1(qR_0)/(qR_0)\,e^{-q^2s^2/2}` with :math:`R^2 =
3R_0^2/5 + 3s^2` and s = 0.9 fm.
"""

import nuprobe as nu
from nuprobe import plotting
from nuprobe.reproductions import published_table
from nuprobe.units import GeV, MeV, fm, keV

# %%
# A larger radius loses coherence earlier: the neutron radius of a model, the measured
# radius of the protons, and the central value that COHERENT's data gave. Neutrinos of
# 50 MeV reach q = 0.1 GeV.

radii = {
    "$R_n$ of RMF NL-Z2": 5.01,
    "$R_p$ of muonic atoms": 4.804,
    "fit of $R_n$": 5.5,
}
shapes = {
    f"{label}, {radius:g} fm": nu.form_factors.Helm(radius * fm)
    for label, radius in radii.items()
}
panels = plotting.plot_form_factors(
    "Cs133", shapes, reference=nu.form_factors.Helm(5.01 * fm)
)

# %%
# The formula by hand at R = 5.01 fm, and the largest coherent recoil,
# :math:`T = 1/(2MR^2)`, of a nucleus of 100 GeV and 5 fm, which the seminar rounds:

helm = nu.form_factors.Helm(5.01 * fm)
largest = 1 / (2 * 100 * GeV * (5 * fm) ** 2) / keV
table = published_table(
    [
        ("S17", "F at q = 50 MeV", 0.757554, helm((50 * MeV) ** 2), 7.5e-5),
        ("S17", "rms radius [fm]", 5.01, helm.rms / fm, 5.01e-6),
        ("S08", "largest coherent recoil [keV]", 10, largest, 3),
    ]
)
print(table)
