"""Further processes of one detector: a file for each, made from the experiment's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nuprobe.experiments.format.file import AlsoSection
from nuprobe.processes import process

__all__ = ["raw_of"]

_RADII = {
    "form_factor",
    "surface_thickness",
    "proton_radius",
    "charge_radius",
    "neutron_radius",
    "physical_neutron_radius",
    "nucleon",
}


def raw_of(raw: Mapping[str, Any], section: AlsoSection) -> dict[str, Any]:
    """Contents of a file with one of the further processes in place of the first one.

    Source, target, exposure and bins stay. What acts on the first process alone is left
    out: the scale of its quenching, and radii where they have no effect. So are
    systematics, which the experiment itself has.

    Parameters
    ----------
    raw : the parsed file of the experiment.
    section : the further process.

    Examples
    --------
    >>> raw = {"process": "cevns", "target": {"material": "Xe"}, "response": {}}
    >>> raw_of(raw, AlsoSection(process="electron"))["process"]
    'electron'
    """
    constituents = process(section.process, **section.options).constituents
    dropped = {"axial", "binding"}
    if constituents and "p" not in constituents:
        dropped |= _RADII
    kept = [
        parameter
        for parameter in raw.get("parameters", [])
        if parameter.get("acts_on") == "signal-scale"
        or (parameter.get("isotopes") and not dropped & _RADII)
    ]
    return {
        **raw,
        "process": section.process,
        "options": section.options,
        "also": [],
        "target": {k: v for k, v in raw["target"].items() if k not in dropped},
        "response": {**raw["response"], **section.response},
        "parameters": kept,
        "systematics": [],
        "analyses": {
            name: {**analysis, "systematics": []}
            for name, analysis in raw.get("analyses", {}).items()
        },
    }
