"""
Light mediators
===============

A vector boson that couples to all quarks and neutrinos alike: the recoil spectrum, and
what COHERENT CsI 2017 excludes.
"""

import numpy as np

import nuprobe as nu
from nuprobe import plotting
from nuprobe.units import MeV

# %%
# Its amplitude falls as 1/(2MT + m²). Opposite to the weak one, it can cancel it.

light = nu.LightVector(10 * MeV, 3e-5)
spectrum = plotting.plot_differential("Ar40", light, [20.0, 50.0], scale="log")

# %%
# The plane of mass and coupling, excluded at 95 %. Below the momentum transfer the
# limit does not depend on the mass; above, on m/g' alone. Above the dotted line, as far
# as the search resolves it, larger couplings are allowed again: there the boson just
# reverses the weak amplitude.

csi = nu.experiment("coherent-csi-2017")
found = nu.limit([csi], "universal-vector", mass=np.geomspace(1, 1000, 25) * MeV)
curve = found["coherent-csi-2017"]
there = np.isfinite(curve.reopens)
plane = plotting.plot_plane(
    found,
    curves=[("allowed again", curve.mass[there], curve.reopens[there], ":")],
    references=csi.file.references,
)
