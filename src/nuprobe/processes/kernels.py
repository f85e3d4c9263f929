"""What a process hands to the prediction floor: kernels that know no model, as products
of two factors.

Every term of a recoil spectrum is (a function of E and T) × (a function of T and the
nucleus). Keeping the two apart lets one integral over the flux serve every form factor,
radius and coupling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nuprobe.numerics import FloatArray

__all__ = ["KernelGroup"]


@dataclass(frozen=True)
class KernelGroup:
    """Terms that share their dependence on the neutrino energy.

    Attributes
    ----------
    terms : names of the terms, in the order of the last axis of `response`.
    kinematics : (e_nu, t_nr) -> array of their broadcast shape, in MeV⁻³ (a cross
        section per recoil energy); exactly zero outside the allowed region.
    response : t_nr -> array of shape (*t_nr.shape, terms), dimensionless.
    """

    terms: tuple[str, ...]
    kinematics: Callable[[FloatArray, FloatArray], FloatArray]
    response: Callable[[FloatArray], FloatArray]
