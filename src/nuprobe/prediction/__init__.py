"""Flux × process × target × response folded once into templates; a model then needs a
single matrix product.

For each scatterer and flux component the counts in a bin are

    N_b = Σ_t c_t ∫ dT R_b(T) S_t(T) ∫ dE φ(E) k(E, T)

with the kinematics k and the response S of `nuprobe.processes`, the detector's R and
the model's coefficients c. A parameter inside the integrals (a neutron radius, a
quenching factor) becomes an axis: the templates are evaluated at Chebyshev nodes along
it and interpolated, with the interpolation error measured.
"""

from nuprobe.oscillation import AtSource, Propagation
from nuprobe.prediction.axes import Axis
from nuprobe.prediction.build import build_templates
from nuprobe.prediction.combine import half_difference, joined, stacked, weighted
from nuprobe.prediction.parts import Part, Reaction
from nuprobe.prediction.setup import Setup
from nuprobe.prediction.templates import Templates

__all__ = [
    "AtSource",
    "Axis",
    "Part",
    "Propagation",
    "Reaction",
    "Setup",
    "Templates",
    "build_templates",
    "half_difference",
    "joined",
    "stacked",
    "weighted",
]
