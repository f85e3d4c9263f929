"""Reactions written out, such as ``"nu_e d -> e- p p"``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import FLAVOURS, Flavour
from nuprobe.flavours import flavour as as_flavour

__all__ = ["Current", "Known", "written"]

Current = Literal["cc", "nc"]
Known = Mapping[str, tuple[Current, str | None]]
"""Texts, with the flavour as ``{nu}`` where any will do, of neutrinos or, with
``{nubar}``, of antineutrinos → current, and the flavour or None for any."""
_ANY: Final = {"nu": "nu_e", "nubar": "nubar_e"}


def written(
    reaction: str, flavour: str | Flavour | None, known: Known
) -> tuple[str, Current, Flavour]:
    """Text, current and flavour of a reaction.

    Parameters
    ----------
    reaction : ``"cc"``, ``"nc"``, or a reaction written out.
    flavour : of the neutrino; None where the reaction says it.
    known : reactions that can be written.

    Returns
    -------
    str, str, Flavour
        The key of `known`, empty for ``"cc"`` and ``"nc"``; ``"cc"`` or ``"nc"``; and
        the flavour.

    Raises
    ------
    UnknownNameError
        If there is no such reaction.
    InputError
        If the flavour is missing, or differs from that of the reaction.

    Examples
    --------
    >>> known: Known = {"{nu} d -> {nu} p n": ("nc", None)}
    >>> key, current, kind = written("nu_mu d -> nu_mu p n", None, known)
    >>> key, current, str(kind)
    ('{nu} d -> {nu} p n', 'nc', 'nu_mu')
    """
    if not isinstance(reaction, str):
        raise InputError(f"a reaction must be a string, got {shown(reaction)}")
    for current in ("cc", "nc"):
        if reaction == current:
            if flavour is None:
                raise InputError(f"{reaction!r} needs a flavour, such as 'nu_e'")
            return "", "cc" if current == "cc" else "nc", as_flavour(flavour)
    asked = " ".join(reaction.split())
    texts = {}
    for key, (current, own) in known.items():
        anti = "{nubar}" in key
        names = [f for f in FLAVOURS if as_flavour(f).anti == anti]
        kinds = [own] if own else ["nubar" if anti else "nu", *names]
        for kind in kinds:
            texts[key.format(nu=kind, nubar=kind)] = (
                key,
                current,
                _ANY.get(kind, kind),
            )
    if asked not in texts:
        shortest = [key.format(nu="nu", nubar="nubar") for key in known]
        raise UnknownNameError("reaction", reaction, ("cc", "nc", *shortest))
    key, current, kind = texts[asked]
    general = asked.split(" ")[0] in _ANY
    if flavour is None:
        return key, current, as_flavour(kind)
    given = as_flavour(flavour)
    same = given.anti == as_flavour(kind).anti if general else given == as_flavour(kind)
    if not same:
        raise InputError(f"{asked!r} is not of {given}: leave the flavour out")
    return key, current, given
