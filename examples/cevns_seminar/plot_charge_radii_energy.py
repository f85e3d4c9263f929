r"""
Charge radii from the energy spectrum
=====================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), "Fit
without transition charge radii": the plane of :math:`\langle r^2\rangle` of ν_e and
ν_μ.
"""

import numpy as np

import nuprobe as nu
from nuprobe.inference import contour
from nuprobe.plotting import plot_regions
from nuprobe.reproductions import published_table
from nuprobe.reproductions.charge_radii import SEMINAR, charge_radius_fit

# %%
# In the convention of the seminar: radii of antineutrinos reversed. Each flavour has
# two solutions, because a radius can undo the weak amplitude.

csi = nu.experiment("coherent-csi-2017").with_changes(SEMINAR["energy"])
pair = ("charge_radius.ee", "charge_radius.mumu")
model = nu.Electromagnetic(antineutrino_flip=True)
grid = np.linspace(-1.1e-30, 6e-31, 86), np.linspace(-6e-31, 6e-31, 61)
found = contour(csi.cost(model, pair, "energy"), pair, grid, cl=(0.6827, 0.9, 0.99))
ax = plot_regions(
    found,
    markers=[("Standard Model", -0.83e-32, -0.48e-32)],
    title="radii of antineutrinos reversed, as in the seminar",
    references=csi.file.references,
)

# %%
# Ends of the marginal 90 % intervals with fixed neutron radii, in 1e-32 cm²:

published = {"ee lower": (-69, 3.45), "ee upper": (19, 1.5), "mumu lower": (-15, 1.5)}
published |= {"mumu upper": (21, 2), "chi2": (2.7, 0.3)}
options = {"flip": True, "form": "mw2", "changes": "seminar"}
table = published_table(
    [
        ("S42", name, value, charge_radius_fit(name, "energy", **options), allowed)
        for name, (value, allowed) in published.items()
    ]
)
print(table)
