"""Checks for quenchings by name and for Lindhard's k as a parameter."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from nuprobe.detectors import (
    LindhardQuenching,
    Response,
    TableResponse,
    named_quenching,
)
from nuprobe.errors import InputError, warn
from nuprobe.experiments.format import (
    ConstantQuenchingSection,
    LindhardQuenchingSection,
    ResponseSection,
)
from nuprobe.nuclei import Target
from nuprobe.processes import Process
from nuprobe.processes.deposit import (
    ELECTRON_ENERGY,
    ELECTRON_RECOIL,
    POSITRON_ENERGY,
)
from nuprobe.units import keV

__all__ = [
    "check_named",
    "check_recoils",
    "quenching_of_a_table",
    "warn_of_factor",
    "with_lindhard",
    "written_out",
]

_ELECTRONS: Final = (ELECTRON_RECOIL, ELECTRON_ENERGY, POSITRON_ENERGY)
"""Deposits whose energy is electron-equivalent as it is."""


def check_named(
    section: ResponseSection, elements: Collection[str], t_max: float
) -> None:
    """Reject a published quenching of another element, or one tabulated only for lower
    recoils.

    Parameters
    ----------
    section : of the file; its quenching is a name, or anything else, which passes.
    elements : symbols of those that recoil.
    t_max : highest recoil energy, MeV.

    Raises
    ------
    InputError
        One line that states the mismatch and the remedy.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> csi.with_changes({"quenching": "ge-fef"})
    Traceback (most recent call last):
    nuprobe.errors.ExperimentFileError: ...: response.quenching: ge-fef is of Ge, ...
    """
    if not isinstance(section.quenching, str):
        return
    entry = named_quenching(section.quenching)
    if set(elements) != {entry.element}:
        raise InputError(
            f"response.quenching: {entry.name} is of {entry.element}, but what recoils"
            f" is {', '.join(sorted(elements))}: choose another of `nuprobe list"
            " quenchings`, or give response.quenching as a function"
        )
    if entry.highest is not None and t_max > entry.highest:
        raise InputError(
            f"response.quenching: {entry.name} is tabulated up to"
            f" {entry.highest / keV:g} keV, but recoils reach {t_max / keV:.3g} keV:"
            " choose one of `nuprobe list quenchings` without an upper end"
        )


def check_recoils(section: ResponseSection, process: Process, target: Target) -> None:
    """Reject a quenching of nuclei where electrons recoil, and Lindhard's formula for a
    charge that no nucleus of the target has.

    Parameters
    ----------
    section : of the file; other quenchings pass.
    process : what scatters.
    target : what it scatters on.

    Raises
    ------
    InputError
        One line that states the mismatch and the remedy.

    Examples
    --------
    >>> import nuprobe as nu
    >>> ge = nu.experiment("conus-plus")
    >>> ge.with_changes({"response.quenching.z": 14})
    Traceback (most recent call last):
    nuprobe.errors.ExperimentFileError: ...: response.quenching: z = 14 is no nucleus...
    """
    quenching = section.quenching
    if not isinstance(quenching, (str, LindhardQuenchingSection)):
        return
    if process.deposit in _ELECTRONS:
        name = quenching if isinstance(quenching, str) else "Lindhard's formula"
        raise InputError(
            f"response.quenching: {name} is for recoiling nuclei, but process"
            f" {process.name!r} measures the {process.deposit}, which is not quenched:"
            " write quenching = { kind = 'constant', factor = 1.0 }"
        )
    if isinstance(quenching, LindhardQuenchingSection):
        nuclei = {c.isotope.z: c.isotope.symbol for c in target.components}
        if quenching.z not in nuclei:
            known = " or ".join(f"z = {z} ({nuclei[z]})" for z in sorted(nuclei))
            raise InputError(
                f"response.quenching: z = {quenching.z} is no nucleus of the target:"
                f" write {known}"
            )


def warn_of_factor(section: ResponseSection, process: Process) -> None:
    """Warn (`ValidityWarning`) of electrons that a constant factor quenches.

    Parameters
    ----------
    section : of the file.
    process : what scatters.

    Examples
    --------
    >>> import nuprobe as nu
    >>> xe = nu.experiment("reactor-ge-projection")
    >>> warn_of_factor(xe.file.response, xe.signal.process)
    """
    quenching = section.quenching
    if (
        process.deposit in _ELECTRONS
        and isinstance(quenching, ConstantQuenchingSection)
        and quenching.factor != 1
    ):
        warn(
            f"response.quenching: a factor of {quenching.factor:g} quenches the"
            f" {process.deposit} of process {process.name!r}, which is electron-"
            "equivalent already: write factor = 1.0"
        )


def with_lindhard(
    response: Response | TableResponse, k: float, parameter: str, source: str
) -> Response:
    """Response with another k in Lindhard's formula.

    Parameters
    ----------
    response : of the file.
    k : electronic energy loss.
    parameter : its name, for messages.
    source : name of the file, for messages.

    Raises
    ------
    InputError
        If the quenching of the response is not Lindhard's.

    Examples
    --------
    >>> import nuprobe as nu
    >>> ge = nu.experiment("conus-plus")
    >>> with_lindhard(ge.signal.response(), 0.157, "k_ge", ge.name).quenching
    LindhardQuenching(k=0.157, z=32)
    """
    quenching = getattr(response, "quenching", None)
    if not isinstance(response, Response) or not isinstance(
        quenching, LindhardQuenching
    ):
        raise InputError(
            f"{source}: {parameter} is Lindhard's k, which the quenching of this"
            " experiment does not have: leave it fixed, or choose a quenching of kind"
            " 'lindhard' (`nuprobe list quenchings`)"
        )
    return replace(response, quenching=replace(quenching, k=k))


def written_out(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parsed file in which a named quenching of Lindhard form is replaced by its keys,
    so that systematics can change them.

    Parameters
    ----------
    raw : the parsed file.

    Examples
    --------
    >>> written_out({"response": {"quenching": "ge-lindhard"}})["response"]
    {'quenching': {'kind': 'lindhard', 'k': 0.157, 'z': 32}}
    """
    name = raw["response"].get("quenching")
    if not isinstance(name, str) or named_quenching(name).k is None:
        return raw
    function = named_quenching(name).function()
    assert isinstance(function, LindhardQuenching)  # has k
    keys = {"kind": "lindhard", "k": function.k, "z": function.z}
    return {**raw, "response": {**raw["response"], "quenching": keys}}


def quenching_of_a_table(section: ResponseSection, keys: Collection[str]) -> bool:
    """Whether the keys include some of the quenching that a published table does not
    have.

    Parameters
    ----------
    section : of the file.
    keys : of the response, that a systematic changes.

    Examples
    --------
    >>> import nuprobe as nu
    >>> ge = nu.experiment("conus-plus").with_changes({"quenching": "ge-fef"})
    >>> quenching_of_a_table(ge.file.response, ["quenching.k"])
    True
    """
    name = section.quenching
    return (
        isinstance(name, str)
        and named_quenching(name).k is None
        and any(key.startswith("quenching.") for key in keys)
    )
