"""A small setup for the examples of the documentation."""

from __future__ import annotations

import numpy as np

from nuprobe.detectors import Response
from nuprobe.fluxes import flux
from nuprobe.nuclei import target
from nuprobe.prediction.setup import Setup
from nuprobe.processes import process
from nuprobe.units import cm2, keV

__all__ = ["argon"]


def argon(name: str = "cevns") -> Setup:
    """Argon at a spallation source: two bins of recoil energy, 20 to 40 to 80 keV.

    Parameters
    ----------
    name : of the process.

    Examples
    --------
    >>> argon().target_at({}).name
    'Ar'
    """
    nuclei = target("Ar")
    response = Response(np.array([20.0, 40.0, 80.0]), 1 / keV, smearing="none")
    return Setup(
        flux=flux("sns"),
        target_at=lambda values: nuclei,
        response_at=lambda values: response,
        formula_units=1e27,
        fluence=1e15 / cm2,
        process=process(name),
    )
