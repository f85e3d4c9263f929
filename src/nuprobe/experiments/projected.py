"""A starting point for a projection: the detector, source and systematics of an
experiment, without anything that belongs to its data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nuprobe.experiments.counting import Experiment
from nuprobe.experiments.format import ExperimentFile
from nuprobe.experiments.rates import Rates
from nuprobe.experiments.sites import raw_of_site
from nuprobe.schema import Folder

__all__ = ["projected"]

Raw = dict[str, Any]
_SAME: Final = (
    *("schema_version", "title", "process", "options", "background"),
    *("target", "flux", "propagation", "parameters"),
)
_KEPT: Final = ("energy_range", "energy_edges", "also", "systematics")
_ORDER: Final = (
    *("schema_version", "name", "title", "process", "projection", "options"),
    *("background", "target", "flux", "propagation", "response", "also", "binning"),
    *("backgrounds", "parameters", "systematics", "analyses"),
)
_NEEDS_TABLES: Final = ("shape", "morphing")
_DIGITS: Final = 4


def projected(raw: Mapping[str, Any], folder: Folder, name: str) -> Raw:
    """Contents of a file with ``projection = true``, in place of one with data.

    It keeps target, source, response and energy bins, one site, and of the first
    analysis the range and the systematics that need no binned table. Arrival times and
    a third quantity are summed over. Each background becomes flat, with the same counts
    in the range; if none is given, the background is chosen such that the Poisson error
    of all counts is the same fraction of the signal as the published one.

    Parameters
    ----------
    raw : the parsed file of an experiment that counts recoils in bins.
    folder : of the same.
    name : of the projection, used as prefix of its nuisances so that they are not
        shared with other experiments.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> conus = experiment("conus-plus")
    >>> mine = projected(conus.raw, conus.folder, "ge")
    >>> mine["projection"], "data" in mine, list(mine["analyses"])
    (True, False, ['counts'])
    """
    raw = _one_site(raw)
    key, analysis = next(iter(raw["analyses"].items()))
    rates = Experiment.read(folder, _with_all(raw, key)).predict()
    result: Raw = {k: raw[k] for k in _SAME if k in raw}
    result |= {"name": name, "projection": True}
    result["response"] = _without(raw["response"], "timing")
    result["also"] = [_without(section, "shape") for section in raw.get("also", [])]
    result["binning"] = {"energy": raw["binning"]["energy"]}
    chosen: Raw = {"title": _title(rates), "statistic": "poisson"}
    chosen |= {k: analysis[k] for k in _KEPT if k in analysis}
    result["analyses"] = {"counts": chosen}
    result["backgrounds"] = _backgrounds(raw, rates)
    renamed = _systematics(result, raw, name)
    chosen["systematics"] = [
        renamed[s] for s in chosen.get("systematics", []) if s in renamed
    ]
    none = not result["backgrounds"] and "background" not in result
    if none and (given := _published(Experiment.read(folder, raw), key)) is not None:
        plain = Experiment.read(folder, result).predict().signal.sum()
        result["backgrounds"] = _implied(*given, float(plain), rates)
    return {key: result[key] for key in _ORDER if result.get(key)}


def _with_all(raw: Raw, key: str) -> Raw:
    """The file with one analysis, which subtracts no background."""
    gone = ("subtract", "observed", "covariance", "signal", "counted", "systematics")
    own = {k: v for k, v in raw["analyses"][key].items() if k not in gone}
    return {**raw, "analyses": {key: {**own, "statistic": "poisson"}}}


def _title(rates: Rates) -> str:
    low, high = rates.energy_edges[[0, -1]]
    return f"counts from {low:g} to {high:g} {rates.unit}".rstrip()


def _without(section: Mapping[str, Any], key: str) -> Raw:
    return {k: v for k, v in section.items() if k != key}


def _one_site(raw: Mapping[str, Any]) -> Raw:
    """The file with only the first of several sites."""
    if not raw.get("sites"):
        return dict(raw)
    file = ExperimentFile(**raw)
    return raw_of_site(raw, file.sites[0])


def _backgrounds(raw: Raw, rates: Rates) -> list[Raw]:
    """Backgrounds of the analysis: flat ones unchanged, others replaced by flat ones
    with the same counts in its range."""
    given = raw.get("backgrounds", [])
    result = []
    for one in given:
        if one["name"] not in rates.components:
            continue
        if one["kind"] == "flat":
            result.append(_without(one, "control"))
        elif (counts := float(rates.components[one["name"]].sum())) > 0:
            result.append(_flat(one["name"], one.get("title", ""), counts, rates))
    return result


def _flat(name: str, title: str, counts: float, rates: Rates) -> Raw:
    """A flat background with a given number of counts in the range of the rates."""
    width = float(rates.energy_edges[-1] - rates.energy_edges[0])
    density = float(f"{counts / width:.{_DIGITS}g}")
    called = {"title": title} if title else {}
    return {
        "kind": "flat",
        "name": name,
        **called,
        "density": density,
        "accepted": True,
    }


def _systematics(result: Raw, raw: Raw, name: str) -> dict[str, str]:
    """Add the systematics of the analysis that need no binned table to the result;
    return their new names by the old ones."""
    (analysis,) = result["analyses"].values()
    gone = {b["name"] for b in raw.get("backgrounds", [])}
    gone -= {b["name"] for b in result["backgrounds"]}
    prefix = name if name[0].isalpha() else f"own-{name}"
    new, kept = dict[str, str](), list[Raw]()
    for one in raw.get("systematics", []):
        left = [s for s in one.get("acts_on", []) if s not in gone]
        if (
            one["kind"] in _NEEDS_TABLES
            or one["name"] not in analysis.get("systematics", [])
            or ("acts_on" in one and not left)
        ):
            continue
        new[one["name"]] = _renamed(one["name"], raw["name"], prefix)
        own = {"name": new[one["name"]]} | ({"acts_on": left} if left else {})
        kept.append({**one, **own})
    result["systematics"] = kept
    return new


def _renamed(old: str, like: str, prefix: str) -> str:
    return f"{prefix}-{old.removeprefix(f'{like}-')}"


def _published(opened: Experiment, key: str) -> tuple[float, float] | None:
    """The signal corresponding to the published counts, and its error; None if there is
    none, or if the error is that of the counts themselves."""
    rates = opened.predict(analysis=key)
    section = opened.file.analyses[key].observed
    sigma = rates.sigma if section is None else np.array(section.sigma)
    if sigma is None:
        return None
    return float(rates.signal.sum()), float(np.sqrt(np.sum(np.square(sigma))))


def _implied(signal: float, sigma: float, plain: float, rates: Rates) -> list[Raw]:
    """A background with which `plain`, the computed signal, has the relative error that
    was published for `signal`."""
    counts = (sigma * plain / signal) ** 2 - plain
    return [_flat("background", "", counts, rates)] if counts > 0 else []
