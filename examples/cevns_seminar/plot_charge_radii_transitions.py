r"""
Planes of transition charge radii
=================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018), "Fit
with transition charge radii": regions in planes of :math:`\langle r^2\rangle`, all
other radii free.
"""

import numpy as np
from scipy.interpolate import RectBivariateSpline

import nuprobe as nu
from nuprobe.inference import contour
from nuprobe.plotting import plot_contour
from nuprobe.reproductions import published_table
from nuprobe.reproductions.charge_radii import SEMINAR, charge_radius_fit

# %%
# Radii between different flavours change the flavour, so their amplitude adds to the
# rate without interference: only moduli are seen, and zero is always allowed. The more
# they add, the more of the weak amplitude a radius of ν_e must undo.

csi = nu.experiment("coherent-csi-2017").with_changes(SEMINAR["energy"])
model = nu.Electromagnetic(antineutrino_flip=True)
radii = [f"charge_radius.{pair}" for pair in ("ee", "mumu", "emu", "etau", "mutau")]
cost = csi.cost(model, radii, "energy")


def plane(x, y, nodes, marker):
    """Regions of two radii, the others at their minimum; smooth between the nodes."""
    others = [name for name in radii if name not in (x, y)]
    found = contour(cost, (x, y), nodes, cl=(0.6827, 0.9, 0.99), free=others)
    fine = [np.linspace(axis[0], axis[-1], 121) for axis in found.axes]
    return plot_contour(
        *fine,
        RectBivariateSpline(*found.axes, found.delta)(*fine),
        found.parameters,
        levels=[(f"{100 * cl:.4g} %", rise) for cl, rise in found.thresholds.items()],
        best=found.best,
        markers=[("Standard Model", *marker)],
        title="radii of antineutrinos reversed, as in the seminar",
        references=csi.file.references,
    )


sizes = np.linspace(0, 8e-31, 12)
with_nu_e = plane(
    "charge_radius.emu",
    "charge_radius.ee",
    (sizes, np.linspace(-1.4e-30, 9e-31, 14)),
    (0.0, -0.83e-32),
)

# %%
# Of the two radii of ν_τ, that of ν_e is constrained less: the source has fewer ν_e.

with_nu_tau = plane("charge_radius.etau", "charge_radius.mutau", (sizes, sizes), (0, 0))

# %%
# Largest moduli at 90 % with fixed neutron radii, in 1e-32 cm²:

published = {"emu": 25, "etau": 44, "mutau": 31}
options = {"transitions": True, "flip": True, "form": "mw2", "changes": "seminar"}
table = published_table(
    [
        ("S44", name, value, charge_radius_fit(name, "energy", **options), 0.05 * value)
        for name, value in published.items()
    ]
)
print(table)
