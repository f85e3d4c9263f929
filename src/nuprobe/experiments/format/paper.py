"""Quantities from the data sheet of a detector, converted to keys of
``experiment.toml``: energies with their units, a resolution, a background per keV, kg
and day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeGuard

from nuprobe.errors import InputError, UnitError, shown
from nuprobe.experiments.format.quantities import checked_quantity
from nuprobe.units import parse_quantity, split_unit, unit_dimension

__all__ = ["FWHM", "expanded", "expansions", "flat_rate", "reconstructed", "unread"]

FWHM: Final = 2.3548200450309493
"""Full width at half maximum of a Gaussian of standard deviation 1: √(8 ln 2)."""

Raw = dict[str, Any]
_OBSERVABLES: Final = ("eV", "keV", "MeV", "eVee", "keVee", "MeVee")
_EDGES: Final = ("start", "stop", "edges")


def expanded(raw: Mapping[str, Any]) -> Raw:
    """Contents of a file with the quantities of a data sheet in its plain keys.

    Parameters
    ----------
    raw : the parsed file.

    Raises
    ------
    InputError
        If one of them cannot be read, or duplicates another key.

    Examples
    --------
    >>> raw = {"response": {"unit": "eVee", "resolution": "30 eVee"}}
    >>> expanded(raw)["response"]["smearing"]
    {'kind': 'gaussian', 'resolution': [30.0, 0.0, 0.0]}
    """
    result = dict(raw)
    for step in expansions():
        result = step(result)
    return result


def expansions() -> Iterator[Callable[[Raw], Raw]]:
    """The steps of `expanded`, each of which takes and returns the parsed file.

    Examples
    --------
    >>> len(list(expansions()))
    8
    """
    yield _with_light_yield
    for key in _EDGES:
        yield partial(_with_edge, key)
    yield from (_with_analyses, _with_smearing, _with_background, _with_densities)


def unread(
    raw: Mapping[str, Any], place: Sequence[str | int], written: Sequence[str | int]
) -> Callable[[], object] | None:
    """A function that reads the quantity which `expanded` replaces by a number at a
    place, or None if there is none.

    A step that fails at one quantity leaves the others of its section as they are; each
    can be read alone.

    Parameters
    ----------
    raw : the parsed file after the steps of `expansions`.
    place : keys and numbers in lists.
    written : the same in the text of the file, for messages.

    Examples
    --------
    >>> raw = {"binning": {"energy": {"stop": "1 keVee"}}, "response": {}}
    >>> place = ("binning", "energy", "stop")
    >>> unread(raw, place, place) is None
    False
    >>> unread(raw, place[:2], place[:2]) is None
    True
    """
    here: Any = raw
    for part in place:
        try:
            here = here[part]
        except (LookupError, TypeError):
            return None
    if not _is_quantity(here):
        return None
    name, key = (".".join(map(str, keys)) for keys in (place, written))
    if re.fullmatch(r"backgrounds\.\d+\.density", name):
        return lambda: _density(dict(raw), key, here)
    if re.match(r"binning\.energy\.|analyses\.[^.]+\.energy_(range|edges)\b", name):
        return lambda: _numbers(dict(raw), key, here)
    return None


def reconstructed(text: str, light_yield: str) -> float:
    """An electron-equivalent energy in the reconstructed quantity.

    Parameters
    ----------
    text : such as ``"100 eVee"``.
    light_yield : mean of the reconstructed quantity per energy, such as ``"1 1/keV"``.

    Examples
    --------
    >>> reconstructed("100 eVee", "1 1/keV"), reconstructed("1 keVee", "13.3 PE/keV")
    (0.1, 13.3)
    """
    energy = parse_quantity(text, "electron-equivalent energy")
    return _round(energy * parse_quantity(light_yield, "light yield"))


def flat_rate(text: str) -> float:
    """A background rate in natural units, counts per energy, mass and time.

    Parameters
    ----------
    text : such as ``"10 1/keV/kg/day"``, ``"10 1/(keV kg day)"`` or ``"10 dru"``.

    Raises
    ------
    UnitError
        If it does not name an energy, a mass and a time, each once.

    Examples
    --------
    >>> flat_rate("10 1/keV/kg/day") == flat_rate("10 dru")
    True
    """
    number, unit = split_unit(text)
    value = parse_quantity(number, "dimensionless")
    written = "1/keV/kg/day" if unit == "dru" else unit
    body = re.fullmatch(r"(?:1|counts?|cts|events?)?\s*/\s*(.+)", written)
    per = re.split(r"[\s/*·()]+", body[1].strip(" ()")) if body else []
    found: dict[str, float] = {}
    for part in per:
        try:
            dimension = unit_dimension(part)
        except UnitError:
            found = {}
            break
        kind = "energy" if dimension == "electron-equivalent energy" else dimension
        found[kind] = parse_quantity(f"1 {part}", dimension)
    if sorted(found) != ["energy", "mass", "time"] or len(per) != 3:
        raise UnitError(
            f"cannot read {shown(text)} as a background: write counts per energy, mass"
            " and time, e.g. '10 1/keV/kg/day' (or '10 dru', which is the same)"
        )
    if value <= 0:
        raise InputError(f"{shown(text)} must be positive")
    return value / (found["energy"] * found["mass"] * found["time"])


# -- steps: each raises with the key at the beginning of its message


def _section(raw: Mapping[str, Any], *path: str) -> dict[str, Any]:
    here: Any = raw
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return dict(here) if isinstance(here, Mapping) else {}


def _round(value: float) -> float:
    # 100 eVee in eV is 100, not 99.99999999999999
    return float(f"{value:.13g}")


def _at(place: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except InputError as err:
        raise InputError(f"{place}: {err}") from None


def _with_light_yield(raw: Raw) -> Raw:
    """Where the unit of the observable is an energy, the quantity is that energy."""
    response = _section(raw, "response")
    if response.get("unit") not in _OBSERVABLES or {"light_yield", "matrix"} & set(
        response
    ):
        return raw
    response["light_yield"] = f"1 1/{response['unit']}"
    return {**raw, "response": response}


def _yield(raw: Raw, place: str) -> str:
    """The light yield that turns an energy at `place` into the observable."""
    found = _section(raw, "response").get("light_yield")
    if found is None:
        raise InputError(
            f"{place}: an energy needs the reconstructed quantity per energy: set"
            " response.unit = 'eVee' or 'keVee', or response.light_yield; or write"
            " a plain number in the reconstructed quantity"
        )
    text: str = _at(
        "response.light_yield", lambda: checked_quantity("light yield")(found)
    )
    return text


def _is_quantity(value: Any) -> TypeGuard[str]:
    """Whether it is a text, but not that of a plain number."""
    return isinstance(value, str) and not re.fullmatch(r"[\s\d.eE+-]+", value)


def _numbers(raw: Raw, place: str, value: Any) -> Any:
    """A number, or a list of them, of which texts are energies."""
    if isinstance(value, list):
        return [_numbers(raw, f"{place}.{i}", one) for i, one in enumerate(value)]
    if not _is_quantity(value):
        return value
    light = _yield(raw, place)
    return _at(place, lambda: reconstructed(value, light))


def _with_edge(key: str, raw: Raw) -> Raw:
    """One of the keys of [binning.energy] as numbers."""
    energy = _section(raw, "binning", "energy")
    if key not in energy:
        return raw
    energy[key] = _numbers(raw, f"binning.energy.{key}", energy[key])
    return {**raw, "binning": {**_section(raw, "binning"), "energy": energy}}


def _with_analyses(raw: Raw) -> Raw:
    analyses = _section(raw, "analyses")
    for name in analyses:
        analysis = _section(analyses, name)
        for key in ("energy_range", "energy_edges"):
            if key in analysis:
                place = f"analyses.{name}.{key}"
                analysis[key] = _numbers(raw, place, analysis[key])
        if analysis:
            analyses[name] = analysis
    return {**raw, "analyses": analyses} if analyses else raw


def _with_smearing(raw: Raw) -> Raw:
    """``resolution`` is the standard deviation, or the full width at half maximum."""
    response = _section(raw, "response")
    text = response.pop("resolution", None)
    if text is None:
        return raw
    place = "response.resolution"
    if "smearing" in response:
        raise InputError(
            f"{place}: also given by [response.smearing]: remove one of them"
        )
    if not isinstance(text, str):
        raise InputError(
            f"{place}: {shown(text)} has no unit: write '30 eV' (standard deviation),"
            " '70 eV FWHM', '5 %' of the energy, or give [response.smearing]"
        )
    plain = re.sub(r"\s*\(?\b(FWHM|rms|sigma)\)?\s*$", "", text.strip())
    width = FWHM if plain != text.strip() and "FWHM" in text else 1.0
    if plain.endswith("%"):
        share = _at(place, lambda: parse_quantity(plain, "dimensionless")) / width
        widths = [0.0, 0.0, share]
    else:
        light = _yield(raw, place)
        share = _round(_at(place, lambda: reconstructed(plain, light)) / width)
        widths = [share, 0.0, 0.0]
    if share <= 0:
        raise InputError(f"{place}: {shown(text)} must be positive")
    response["smearing"] = {"kind": "gaussian", "resolution": widths}
    return {**raw, "response": response}


def _with_background(raw: Raw) -> Raw:
    """A single ``background`` is flat, measured above the threshold."""
    if "background" not in raw:
        return raw
    result = {key: value for key, value in raw.items() if key != "background"}
    flat = {
        "kind": "flat",
        "name": "background",
        "title": "background",
        "density": raw["background"],
        "accepted": True,
    }
    if not isinstance(raw["background"], str):
        raise InputError(
            f"background: {shown(raw['background'])} has no unit: write"
            " '10 1/keV/kg/day'; for several or other backgrounds use [[backgrounds]]"
        )
    others = raw.get("backgrounds", [])
    if isinstance(others, list):
        result["backgrounds"] = [flat, *others]
    return result


def _with_densities(raw: Raw) -> Raw:
    """Densities per mass and time, times the mass and the time of the file."""
    backgrounds = raw.get("backgrounds")
    if not isinstance(backgrounds, list):
        return raw
    result = []
    for i, one in enumerate(backgrounds):
        density = one.get("density") if isinstance(one, Mapping) else None
        if _is_quantity(density):
            own = one.get("title") == one.get("name") == "background"
            place = "background" if own else f"backgrounds.{i}.density"
            one = {**one, "density": _density(raw, place, density)}
        result.append(one)
    return {**raw, "backgrounds": result}


def _density(raw: Raw, place: str, text: str) -> float:
    """Counts per unit of the reconstructed quantity."""
    rate = _at(place, lambda: flat_rate(text))
    mass = _positive(raw, "target", "mass", "mass")
    if "time" not in _section(raw, "flux"):
        raise InputError(
            f"{place}: {shown(text)} is per mass and time: add flux.time, e.g. '1 year'"
        )
    time = _positive(raw, "flux", "time", "time")
    light = parse_quantity(_yield(raw, place), "light yield")
    return _round(rate * mass * time / light)


def _positive(raw: Raw, section: str, key: str, dimension: str) -> float:
    """A quantity of the file that others are multiplied by; what is wrong with it is
    told of its own key."""
    place, given = f"{section}.{key}", _section(raw, section)
    if key not in given:
        missing = place if section in raw else section
        raise InputError(f"{missing}: this key is required; add it")
    text = _at(place, lambda: checked_quantity(dimension)(given[key]))
    return parse_quantity(text, dimension)
