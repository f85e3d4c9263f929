"""Further processes of one detector: a file for each, derived from that of the
experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nuprobe.experiments.format import AlsoSection
from nuprobe.processes import process

__all__ = [
    "chosen_raw",
    "merged_response",
    "morphing_sections",
    "raw_of",
    "without_systematics",
]

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

    Source, target, exposure and bins are kept. Anything that acts only on the first
    process is dropped: the scale of its quenching, and radii where they have no effect.
    So are systematics, which the experiment itself handles.

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
        {key: value for key, value in parameter.items() if key != "processes"}
        for parameter in raw.get("parameters", [])
        if _belongs(parameter, section.process, not dropped & _RADII)
    ]
    result = {
        **raw,
        "process": section.process,
        "options": section.options,
        "also": [],
        "target": {k: v for k, v in raw["target"].items() if k not in dropped},
        "response": merged_response(raw["response"], section.response),
        "parameters": kept,
        "systematics": [],
        "analyses": without_systematics(raw),
    }
    if section.shape is not None:
        shape = raw["binning"]["shape"]
        given = section.shape.model_dump(exclude_none=True)
        result["binning"] = {**raw["binning"], "shape": {**shape, **given}}
    return result


def merged_response(
    common: Mapping[str, Any], own: Mapping[str, Any]
) -> dict[str, Any]:
    """Keys of [response] with some of them replaced; a resolution replaces a smearing
    and vice versa.

    Parameters
    ----------
    common : of the experiment.
    own : keys that differ.

    Examples
    --------
    >>> merged_response({"resolution": "30 eV"}, {"smearing": {"kind": "none"}})
    {'smearing': {'kind': 'none'}}
    """
    both = {"resolution", "smearing"}
    replaced = both if both & own.keys() else set()
    return {**{k: v for k, v in common.items() if k not in replaced}, **own}


def without_systematics(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Analyses of a parsed file with only their bins: references to systematics or
    further processes are dropped.

    Parameters
    ----------
    raw : the parsed file of the experiment.

    Examples
    --------
    >>> without_systematics({"analyses": {"all": {"systematics": ["flux"]}}})
    {'all': {'systematics': []}}
    """
    result = {}
    for name, analysis in raw.get("analyses", {}).items():
        kept = {key: value for key, value in analysis.items() if key != "also"}
        if "signal" in kept:
            given = kept["signal"].items()
            kept["signal"] = {k: v for k, v in given if k != "morphing"}
        result[name] = {**kept, "systematics": []}
    return result


def morphing_sections(raw: Mapping[str, Any]) -> list[Any]:
    """Systematics of a parsed file that templates have as axes, whatever the analysis.

    Parameters
    ----------
    raw : the parsed file of the experiment.

    Examples
    --------
    >>> morphing_sections({"systematics": [{"kind": "shape"}]})
    []
    """
    every = raw.get("systematics", [])
    return [section for section in every if section.get("kind") == "morphing"]


def chosen_raw(raw: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Contents of a file with some of the further processes, keeping only morphing
    systematics.

    Parameters
    ----------
    raw : the parsed file of the experiment.
    names : of the processes of [[also]] that are kept.

    Examples
    --------
    >>> raw = {"process": "cevns", "also": [{"process": "electron"}], "analyses": {}}
    >>> chosen_raw(raw, [])["also"]
    []
    """
    also = [section for section in raw.get("also", []) if section["process"] in names]
    known = {raw["process"], *names}
    parameters = [
        {**p, "processes": [n for n in p["processes"] if n in known]}
        if p.get("processes")
        else p
        for p in raw.get("parameters", [])
        if not p.get("processes") or known & set(p["processes"])
    ]
    return {
        **raw,
        "also": also,
        "parameters": parameters,
        "systematics": morphing_sections(raw),
        "analyses": without_systematics(raw),
    }


def _belongs(parameter: Mapping[str, Any], process: str, radii: bool) -> bool:
    """Whether a further process depends on a parameter: on `radii`, a scale of the
    signal, or a parameter that names the process."""
    if parameter.get("processes"):
        return process in parameter["processes"]
    if parameter.get("isotopes"):
        return radii
    return parameter.get("acts_on") in ("signal-scale", "flux")
