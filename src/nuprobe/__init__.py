"""nuprobe: neutrinos scattering off nuclei and electrons as a probe of new physics.

A model and an experiment go in; a rate, a fit or an exclusion contour comes out.
Energies, masses and momenta are in MeV, lengths go through `nuprobe.units`, cross
sections are numbers of cm².
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nuprobe import oscillation, units
    from nuprobe.errors import NuprobeError, ValidityWarning
    from nuprobe.experiments import experiment, limit
    from nuprobe.fluxes import flux
    from nuprobe.inference import contour, fit, profile, sample, scan
    from nuprobe.models import (
        NSI,
        ContactOperators,
        Electromagnetic,
        LightScalar,
        LightScalarFamily,
        LightVector,
        LightVectorFamily,
        LMuLTau,
        LMuLTauFamily,
        StandardModel,
        VectorAxial,
        VMinusA,
        read_wcxf,
    )
    from nuprobe.nuclei import form_factors, isotope, target
    from nuprobe.oscillation import PMNS
    from nuprobe.processes import cevns, electron, trident
    from nuprobe.reproductions import reproduce

__all__ = [
    "NSI",
    "PMNS",
    "ContactOperators",
    "Electromagnetic",
    "LMuLTau",
    "LMuLTauFamily",
    "LightScalar",
    "LightScalarFamily",
    "LightVector",
    "LightVectorFamily",
    "NuprobeError",
    "StandardModel",
    "VMinusA",
    "ValidityWarning",
    "VectorAxial",
    "__version__",
    "cevns",
    "contour",
    "electron",
    "experiment",
    "fit",
    "flux",
    "form_factors",
    "isotope",
    "limit",
    "oscillation",
    "profile",
    "read_wcxf",
    "reproduce",
    "sample",
    "scan",
    "target",
    "trident",
    "units",
]

# public name -> where it lives; imported when first used, so that `import nuprobe`
# costs next to nothing
_PLACES = {
    "ContactOperators": "nuprobe.models",
    "Electromagnetic": "nuprobe.models",
    "LMuLTau": "nuprobe.models",
    "LMuLTauFamily": "nuprobe.models",
    "LightScalar": "nuprobe.models",
    "LightScalarFamily": "nuprobe.models",
    "LightVector": "nuprobe.models",
    "LightVectorFamily": "nuprobe.models",
    "NSI": "nuprobe.models",
    "NuprobeError": "nuprobe.errors",
    "PMNS": "nuprobe.oscillation",
    "StandardModel": "nuprobe.models",
    "VMinusA": "nuprobe.models",
    "ValidityWarning": "nuprobe.errors",
    "VectorAxial": "nuprobe.models",
    "cevns": "nuprobe.processes",
    "contour": "nuprobe.inference",
    "electron": "nuprobe.processes",
    "experiment": "nuprobe.experiments",
    "fit": "nuprobe.inference",
    "flux": "nuprobe.fluxes",
    "form_factors": "nuprobe.nuclei",
    "isotope": "nuprobe.nuclei",
    "limit": "nuprobe.experiments",
    "profile": "nuprobe.inference",
    "read_wcxf": "nuprobe.models",
    "reproduce": "nuprobe.reproductions",
    "sample": "nuprobe.inference",
    "scan": "nuprobe.inference",
    "target": "nuprobe.nuclei",
    "trident": "nuprobe.processes",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("nuprobe")
    if name in ("oscillation", "units"):
        return import_module(f"nuprobe.{name}")
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'nuprobe' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
