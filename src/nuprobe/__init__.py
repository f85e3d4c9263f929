"""nuprobe: neutrinos scattering off nuclei and electrons as a probe of new physics.

A model and an experiment go in; a rate, a fit or an exclusion contour comes out.
Energies, masses and momenta are in MeV, lengths are built with `nuprobe.units`, cross
sections are in cm².

``nu.isotopes()``, ``nu.fluxes()``, ``nu.processes()`` and ``nu.experiments()`` list the
names that ``nu.isotope``, ``nu.flux``, ``nu.process`` and ``nu.experiment`` take.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # the names of the table below, for type checkers; a test compares the two
    from nuprobe import catalogue as catalogue
    from nuprobe import cosmology as cosmology
    from nuprobe import events as events
    from nuprobe import exports as exports
    from nuprobe import majorana as majorana
    from nuprobe import nuclei as nuclei
    from nuprobe import oscillation as oscillation
    from nuprobe import plotting as plotting
    from nuprobe import portable as portable
    from nuprobe import sets as sets
    from nuprobe import stars as stars
    from nuprobe import units as units
    from nuprobe.errors import NuprobeError as NuprobeError
    from nuprobe.errors import ValidityWarning as ValidityWarning
    from nuprobe.experiments import experiment as experiment
    from nuprobe.experiments import experiment_names
    from nuprobe.experiments import limit as limit
    from nuprobe.fluxes import flux as flux
    from nuprobe.fluxes import flux_names
    from nuprobe.inference import contour as contour
    from nuprobe.inference import fit as fit
    from nuprobe.inference import profile as profile
    from nuprobe.inference import sample as sample
    from nuprobe.inference import scan as scan
    from nuprobe.models import NSI as NSI
    from nuprobe.models import ContactOperators as ContactOperators
    from nuprobe.models import DipolePortal as DipolePortal
    from nuprobe.models import Electromagnetic as Electromagnetic
    from nuprobe.models import LightScalar as LightScalar
    from nuprobe.models import LightVector as LightVector
    from nuprobe.models import LMuLTau as LMuLTau
    from nuprobe.models import StandardModel as StandardModel
    from nuprobe.models import VectorAxial as VectorAxial
    from nuprobe.models import VMinusA as VMinusA
    from nuprobe.models import model as model
    from nuprobe.models import model_names as model_names
    from nuprobe.models import read_wcxf as read_wcxf
    from nuprobe.nuclei import form_factors as form_factors
    from nuprobe.nuclei import isotope as isotope
    from nuprobe.nuclei import isotope_names
    from nuprobe.nuclei import target as target
    from nuprobe.oscillation import PMNS as PMNS
    from nuprobe.processes import process as process
    from nuprobe.processes import process_names
    from nuprobe.processes import trident as trident
    from nuprobe.processes.elastic import cevns as cevns
    from nuprobe.processes.elastic import electron as electron
    from nuprobe.processes.nuclear import bump as bump
    from nuprobe.processes.nuclear import carbon as carbon
    from nuprobe.processes.nuclear import deuteron as deuteron
    from nuprobe.processes.nuclear import ibd as ibd
    from nuprobe.reproductions import reproduce as reproduce
    from nuprobe.results import open_result as open_result
    from nuprobe.sets import global_cost as global_cost
    from nuprobe.sets import global_limits as global_limits

    experiments, fluxes, isotopes = experiment_names, flux_names, isotope_names
    processes = process_names

_TABLE = {
    "ContactOperators": "nuprobe.models",
    "DipolePortal": "nuprobe.models",
    "Electromagnetic": "nuprobe.models",
    "LMuLTau": "nuprobe.models",
    "LightScalar": "nuprobe.models",
    "LightVector": "nuprobe.models",
    "NSI": "nuprobe.models",
    "NuprobeError": "nuprobe.errors",
    "PMNS": "nuprobe.oscillation",
    "StandardModel": "nuprobe.models",
    "VMinusA": "nuprobe.models",
    "ValidityWarning": "nuprobe.errors",
    "VectorAxial": "nuprobe.models",
    "bump": "nuprobe.processes",
    "carbon": "nuprobe.processes",
    "catalogue": "nuprobe.catalogue",
    "cevns": "nuprobe.processes",
    "contour": "nuprobe.inference",
    "cosmology": "nuprobe.cosmology",
    "deuteron": "nuprobe.processes",
    "electron": "nuprobe.processes",
    "events": "nuprobe.events",
    "experiment": "nuprobe.experiments",
    "experiments": "nuprobe.experiments",
    "exports": "nuprobe.exports",
    "fit": "nuprobe.inference",
    "flux": "nuprobe.fluxes",
    "fluxes": "nuprobe.fluxes",
    "form_factors": "nuprobe.nuclei",
    "global_cost": "nuprobe.sets",
    "global_limits": "nuprobe.sets",
    "ibd": "nuprobe.processes",
    "isotope": "nuprobe.nuclei",
    "isotopes": "nuprobe.nuclei:isotope_names",
    "limit": "nuprobe.experiments",
    "majorana": "nuprobe.majorana",
    "model": "nuprobe.models",
    "model_names": "nuprobe.models",
    "nuclei": "nuprobe.nuclei",
    "open_result": "nuprobe.results",
    "oscillation": "nuprobe.oscillation",
    "plotting": "nuprobe.plotting",
    "portable": "nuprobe.portable",
    "process": "nuprobe.processes",
    "processes": "nuprobe.processes",
    "profile": "nuprobe.inference",
    "read_wcxf": "nuprobe.models",
    "reproduce": "nuprobe.reproductions",
    "sample": "nuprobe.inference",
    "scan": "nuprobe.inference",
    "sets": "nuprobe.sets",
    "stars": "nuprobe.stars",
    "target": "nuprobe.nuclei",
    "trident": "nuprobe.processes",
    "units": "nuprobe.units",
}
"""Public name → the module that defines it (under another name after a colon), or the
module of that name; imported on first use, so that ``import nuprobe`` is fast."""

__all__ = ["__version__", *_TABLE]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("nuprobe")
    if name not in _TABLE:
        raise AttributeError(f"module 'nuprobe' has no attribute {name!r}")
    place, _, other = _TABLE[name].partition(":")
    module = import_module(place)
    return module if place == f"nuprobe.{name}" else getattr(module, other or name)


def __dir__() -> list[str]:
    return sorted(__all__)
