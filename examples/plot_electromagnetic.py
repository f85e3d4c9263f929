"""
Neutrinos with electromagnetic properties
=========================================

The effects of a charge, a magnetic moment and charge radii on recoil spectra, and the
constraints of COHERENT CsI 2017 on the radii.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.inference import contour

# %%
# A charge adds an amplitude proportional to 1/T: it interferes with the weak one,
# destructively if it is positive. Even for 1.5e-12 e, a bound from magnetic-moment
# searches, the effect on argon appears only below a few eV.

argon = nu.target("Ar40")
millicharge = plotting.plot_millicharge(argon, 50.0, [1.5e-12, -1.5e-12])

# %%
# A magnetic moment flips the helicity and does not interfere: its contribution,
# averaged over the flux, is simply added.

sns = plotting.plot_averaged_moments("sns", argon, [1e-10, 1e-9])

# %%
# On electrons its contribution is far larger than the weak one at small energy
# transfers.

reactor = plotting.plot_averaged_moments(
    "reactor", "Ge", [1e-11, 1e-10], electrons=True
)

# %%
# Charge radii (total values, since the weak couplings are at tree level) of the two
# flavours produced by the source. Each flavour has two solutions, and the arrival time
# distinguishes the flavours.

csi = nu.experiment("coherent-csi-2017")
pair = ("charge_radius.ee", "charge_radius.mumu")
grid = np.linspace(-1.5e-30, 1e-30, 81), np.linspace(-1.3e-30, 8e-31, 71)


def radii(analysis):
    """Contours of the two radii; the Standard Model has -0.83e-32 and
    -0.48e-32 cm²."""
    found = contour(
        csi.cost(nu.Electromagnetic(), pair, analysis),
        pair,
        grid,
        cl=(0.6827, 0.9, 0.99),
    )
    return plotting.plot_contour(
        *found.axes,
        found.delta,
        found.parameters,
        levels=[(f"{100 * cl:.4g} %", delta) for cl, delta in found.thresholds.items()],
        best=found.best,
        markers=[("Standard Model", -0.83e-32, -0.48e-32)],
        title=csi.file.analyses[analysis].title,
        references=csi.file.references,
    )


energy = radii("energy")

# %%

energy_and_time = radii("energy-time")
