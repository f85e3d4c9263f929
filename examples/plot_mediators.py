"""
Light mediators
===============

A vector boson with universal couplings to quarks and neutrinos: the recoil spectrum,
and the region excluded by COHERENT CsI 2017.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV

# %%
# Its amplitude falls as 1/(2MT + m²). It has the opposite sign to the weak amplitude
# and can cancel it.

light = nu.LightVector(10 * MeV, 3e-5)
spectrum = plotting.plot_differential("Ar40", light, [20.0, 50.0], scale="log")

# %%
# The plane of mass and coupling, excluded at 95 %. Below the momentum transfer the
# limit does not depend on the mass; above, it depends on m/g' only. Above the dotted
# line, as far as the search resolves it, larger couplings are allowed again: there the
# boson reverses the sign of the weak amplitude.

csi = nu.experiment("coherent-csi-2017")
found = nu.limit([csi], "universal-vector", mass=np.geomspace(1, 1000, 25) * MeV)
curve = found["coherent-csi-2017"]
there = np.isfinite(curve.reopens)
plane = plotting.plot_plane(
    found,
    curves=[("allowed again", curve.mass[there], curve.reopens[there], ":")],
    references=csi.file.references,
)
