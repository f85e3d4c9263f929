"""Trident channels by name: neutrino, charged pair, and those allowed in the Standard
Model."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON, M_MUON, M_TAU
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import FLAVOURS, Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Vertex

__all__ = ["CHANNELS", "Channel", "ChannelSpec", "channel"]

_LEPTONS: Final = ("e", "mu", "tau")
_MASSES: Final = (M_ELECTRON, M_MUON, M_TAU)
_EXAMPLE: Final = "write for example 'nu_mu -> nu_mu mu+ mu-' or (14, 14, -13, 13)"


@public
@dataclass(frozen=True)
class Channel:
    """ν_α → ν_β ℓ⁻ℓ′⁺ or its antineutrino partner.

    Attributes
    ----------
    incoming, outgoing : the neutrinos.
    minus, plus : flavour indices (0, 1, 2 for e, μ, τ) of ℓ⁻ and ℓ′⁺.
    """

    incoming: Flavour
    outgoing: Flavour
    minus: int
    plus: int

    def __post_init__(self) -> None:
        for lepton in (self.minus, self.plus):
            whole = isinstance(lepton, int | np.integer) and not isinstance(
                lepton, bool
            )
            if not whole or not 0 <= lepton < len(_LEPTONS):
                raise InputError(
                    "the charged leptons of a channel must be 0, 1 or 2 (e, mu,"
                    f" tau), got {shown(lepton)}"
                )
        if (
            self.incoming.anti != self.outgoing.anti
            or self._balance(self.outgoing.index) != 0
        ):
            allowed = ", ".join(
                repr(c.name) for c in _channels() if c.incoming == self.incoming
            )
            raise InputError(
                f"{self.name!r} violates lepton number: {self.incoming} allows only"
                f" {allowed}"
            )

    def _balance(self, outgoing: int) -> int:
        """Return 0 where each lepton flavour is conserved."""
        sign = -1 if self.incoming.anti else 1
        count = [0, 0, 0]
        count[self.incoming.index] += sign
        count[outgoing] -= sign
        count[self.minus] -= 1
        count[self.plus] += 1
        return sum(map(abs, count))

    @property
    def name(self) -> str:
        """Canonical name, e.g. ``"nu_mu -> nu_e e+ mu-"``."""
        return (
            f"{self.incoming} -> {self.outgoing} {_LEPTONS[self.plus]}+"
            f" {_LEPTONS[self.minus]}-"
        )

    @property
    def pdg(self) -> tuple[int, int, int, int]:
        """PDG numbers of the incoming neutrino, the outgoing one, ℓ′⁺ and ℓ⁻."""
        sign = -1 if self.incoming.anti else 1
        neutrinos = (
            sign * (12 + 2 * self.incoming.index),
            sign * (12 + 2 * self.outgoing.index),
        )
        return (*neutrinos, -(11 + 2 * self.plus), 11 + 2 * self.minus)

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of ℓ⁻ and ℓ′⁺, MeV."""
        return _MASSES[self.minus], _MASSES[self.plus]

    @property
    def conjugate(self) -> Channel:
        """The CP-conjugate channel: antineutrinos, ℓ⁻ ↔ ℓ′⁺; its cross sections are the
        same."""
        flip = [
            FLAVOURS[Flavour(f.index, not f.anti).name]
            for f in (self.incoming, self.outgoing)
        ]
        return Channel(flip[0], flip[1], self.plus, self.minus)

    @cached_property
    def particle(self) -> Channel:
        """The channel itself for neutrinos, its conjugate for antineutrinos."""
        return self.conjugate if self.incoming.anti else self

    @property
    def vertex(self) -> Vertex:
        """Flavours of the four-fermion vertex, always those of the neutrino channel."""
        one = self.particle
        return Vertex(one.incoming.index, one.outgoing.index, one.minus, one.plus)

    @property
    def pair_masses(self) -> tuple[float, float]:
        """Masses of ℓ⁻ and ℓ′⁺ of the neutrino channel: the order the structure
        functions need."""
        return self.particle.masses

    def __str__(self) -> str:
        """Return the name."""
        return self.name


ChannelSpec = str | Sequence[int] | Channel


def _channels() -> list[Channel]:
    found = []
    for incoming in FLAVOURS.values():
        for out in range(3):
            outgoing = FLAVOURS[Flavour(out, incoming.anti).name]
            if out == incoming.index:
                found += [
                    _unchecked(incoming, outgoing, pair, pair) for pair in range(3)
                ]
            else:
                # charged current: the lepton of the incoming neutrino with the
                # antilepton of the outgoing one
                minus, plus = (
                    (out, incoming.index) if incoming.anti else (incoming.index, out)
                )
                found.append(_unchecked(incoming, outgoing, minus, plus))
    return found


def _unchecked(incoming: Flavour, outgoing: Flavour, minus: int, plus: int) -> Channel:
    one = object.__new__(Channel)
    for key, value in (
        ("incoming", incoming),
        ("outgoing", outgoing),
        ("minus", minus),
        ("plus", plus),
    ):
        object.__setattr__(one, key, value)
    return one


CHANNELS: Final[tuple[Channel, ...]] = tuple(_channels())
"""The thirty channels that conserve the flavour of leptons."""

_PDG: Final = {
    **{
        sign * (12 + 2 * i): FLAVOURS[Flavour(i, sign < 0).name]
        for i in range(3)
        for sign in (1, -1)
    },
}


@public
def channel(spec: ChannelSpec) -> Channel:
    """Read a channel.

    Parameters
    ----------
    spec : ``"nu_mu -> nu_e e+ mu-"`` (products in any order), the PDG numbers (14, 12,
        -11, 13) with the incoming neutrino first, or a `Channel`.

    Raises
    ------
    InputError
        If it cannot be read, or breaks lepton number: the allowed channels are named.
    UnknownNameError
        If a particle is unknown.

    Examples
    --------
    >>> channel("nu_mu -> nu_e e+ mu-").pdg
    (14, 12, -11, 13)
    """
    if isinstance(spec, Channel):
        return spec
    if isinstance(spec, str):
        return _from_text(spec)
    return _from_pdg(spec)


@lru_cache(maxsize=128)
def _from_text(spec: str) -> Channel:
    sides = re.split(r"\s*(?:->|→)\s*", spec.strip())
    words = [side.replace(",", " ").split() for side in sides]
    if len(words) != 2 or len(words[0]) != 1 or len(words[1]) != 3:
        raise InputError(f"cannot read the channel {shown(spec)}: {_EXAMPLE}")
    incoming = as_flavour(words[0][0])
    neutrinos = [as_flavour(w) for w in words[1] if w.startswith("nu")]
    charged = [w for w in words[1] if not w.startswith("nu")]
    known = [name + sign for name in _LEPTONS for sign in "+-"]
    for word in charged:
        if word not in known:
            raise UnknownNameError("charged lepton", word, known)
    ends = {w[-1]: _LEPTONS.index(w[:-1]) for w in charged}
    return _assembled(spec, incoming, neutrinos, ends)


def _from_pdg(spec: Sequence[int]) -> Channel:
    try:
        numbers = [operator.index(n) for n in spec]
    except TypeError:
        numbers = []
    if len(numbers) != 4 or numbers[0] not in _PDG:
        raise InputError(f"cannot read the channel {shown(spec)}: {_EXAMPLE}")
    incoming = _PDG[numbers[0]]
    neutrinos = [_PDG[n] for n in numbers[1:] if n in _PDG]
    rest = [n for n in numbers[1:] if n not in _PDG]
    if any(abs(n) not in (11, 13, 15) for n in rest):
        raise InputError(
            f"cannot read the channel {shown(tuple(spec))}: charged leptons must be"
            f" ±11, ±13, ±15; {_EXAMPLE}"
        )
    ends = {"-" if n > 0 else "+": (abs(n) - 11) // 2 for n in rest}
    return _assembled(spec, incoming, neutrinos, ends)


def _assembled(
    spec: ChannelSpec,
    incoming: Flavour,
    neutrinos: Sequence[Flavour],
    ends: Mapping[str, int],
) -> Channel:
    if len(neutrinos) != 1 or set(ends) != {"+", "-"}:
        raise InputError(
            f"{shown(spec)} does not produce one neutrino, one ℓ⁻ and one ℓ⁺:"
            f" {_EXAMPLE}"
        )
    return Channel(incoming, neutrinos[0], ends["-"], ends["+"])
