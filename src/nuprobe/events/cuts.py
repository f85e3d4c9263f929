"""Cuts on events, written as text:
``"theta_minus < 10 deg and E_minus > 0.5 GeV, m_pair < 0.8 GeV"``.

A cut compares observables with numbers with units, or with each other; comparisons can
be chained (``1 GeV < E_pair < 10 GeV``) and combined with ``and``, ``or``, ``not`` and
brackets; a comma is an ``and`` of lowest precedence. Nothing is evaluated as code.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.events.observables import Observable, observable
from nuprobe.events.sample import Events
from nuprobe.numerics import FloatArray
from nuprobe.units import parse_quantity

__all__ = ["Cut", "clopper_pearson", "parse_cuts", "parse_value"]

Mask = NDArray[np.bool_]
_LONGEST: Final = 1000
_DEEPEST: Final = 50
_ANGLES: Final = {"rad": 1.0, "mrad": 1e-3, "deg": np.pi / 180}
_SQUARES: Final = {"eV2": 1e-12, "keV2": 1e-6, "MeV2": 1.0, "GeV2": 1e6, "TeV2": 1e12}
_KINDS: Final = {
    "MeV": "energy",
    "MeV2": "energy squared",
    "rad": "angle",
    "": "plain number",
}
_EXAMPLES: Final = {
    "energy": "0.5 GeV",
    "energy squared": "0.1 GeV2",
    "angle": "10 deg",
    "plain number": "0.5",
}
_COMPARE: Final[dict[str, Callable[[FloatArray, FloatArray], Mask]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|<|>|\(|\)|,))"
)


@public
@dataclass(frozen=True)
class Cut:
    """One condition.

    Attributes
    ----------
    text : as it was written.
    passes : events → mask, shape (n,).
    """

    text: str
    passes: Callable[[Events], Mask]

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        # a cut read from text is pickled as text: its function cannot be
        if getattr(self.passes, "__module__", None) == __name__:
            return _read_again, (self.text,)
        return super().__reduce_ex__(protocol)


def _read_again(text: str) -> Cut:
    return Cut(text, _all(parse_cuts(text)))


@dataclass(frozen=True)
class _Side:
    """A side of a comparison: an observable or a number of some kind."""

    text: str
    kind: str
    value: Observable | float

    def __call__(self, events: Events) -> FloatArray:
        return (
            self.value(events)
            if isinstance(self.value, Observable)
            else np.asarray(self.value)
        )


class _Reader:
    """Recursive descent over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise self.error(f"cannot read {text[at:].strip()[:20]!r}")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind], match.start(kind)))
            at = match.end()
        self.at = 0
        self.depth = 0

    def error(self, why: str) -> InputError:
        return InputError(
            f"cut {self.text!r}: {why}; write for example "
            "'theta_minus < 10 deg and E_minus > 0.5 GeV, m_pair < 0.8 GeV'"
        )

    def peek(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][1] in words

    def take(self) -> tuple[str, str, int]:
        if self.at == len(self.tokens):
            raise self.error("it ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def slice(self, start: int) -> str:
        """Text of the tokens since `start`."""
        _, word, place = self.tokens[self.at - 1]
        return self.text[self.tokens[start][2] : place + len(word)]

    def cuts(self) -> Iterator[Cut]:
        """Conditions that must all be true, in their order."""
        yield from self.conjunction()
        while self.peek(","):
            self.take()
            yield from self.conjunction()

    def conjunction(self) -> list[Cut]:
        """``a and b``: two conditions, unless an ``or`` follows."""
        start = self.at
        alternatives = [self.product()]
        while self.peek("or"):
            self.take()
            alternatives.append(self.product())
        if len(alternatives) == 1:
            return alternatives[0]
        return [Cut(self.slice(start), _any([_all(a) for a in alternatives]))]

    def product(self) -> list[Cut]:
        parts = [self.factor()]
        while self.peek("and"):
            self.take()
            parts.append(self.factor())
        return parts

    def factor(self) -> Cut:
        start = self.at
        if self.peek("not", "("):
            self.depth += 1
            if self.depth > _DEEPEST:
                raise self.error(f"more than {_DEEPEST} brackets")
            if self.take()[1] == "not":
                inside = self.factor()
                self.depth -= 1
                return Cut(self.slice(start), lambda e: ~inside.passes(e))
            both = _all(self.conjunction())
            if not self.peek(")"):
                raise self.error("a bracket is not closed")
            self.take()
            self.depth -= 1
            return Cut(self.slice(start), both)
        sides, signs = [self.side()], []
        while self.peek(*_COMPARE):
            signs.append(self.take()[1])
            sides.append(self.side())
        if not signs:
            raise self.error(
                f"{sides[0].text!r} is compared with nothing (use <, <=, > or >=)"
            )
        for a, b in pairwise(sides):
            if a.kind != b.kind:
                named = next(
                    s for s in (a, b) if isinstance(s.value, Observable) or s is b
                )
                raise self.error(
                    f"{a.text!r} is {_article(a.kind)}, {b.text!r} {_article(b.kind)}:"
                    f" compare {named.text} with something like"
                    f" '{_EXAMPLES[named.kind]}'"
                )
        if not any(isinstance(s.value, Observable) for s in sides):
            raise self.error(
                f"{self.slice(start)!r} contains no observable (see `nuprobe list"
                " observables`)"
            )
        return Cut(self.slice(start), _chain(sides, [_COMPARE[s] for s in signs]))

    def side(self) -> _Side:
        start = self.at
        kind, word, _ = self.take()
        if kind == "number":
            unit = ""
            follows = self.at < len(self.tokens) and self.tokens[self.at][0] == "word"
            if follows and not self.peek("and", "or"):
                unit = self.take()[1]
            text = self.slice(start)
            if not unit:
                return _Side(text, "plain number", float(word))
            for name, units in (("angle", _ANGLES), ("energy squared", _SQUARES)):
                if unit in units:
                    return _Side(text, name, float(word) * units[unit])
            return _Side(text, "energy", parse_quantity(f"{word} {unit}", "energy"))
        if kind == "word" and word not in ("and", "or", "not"):
            named = observable(word)
            return _Side(word, _KINDS[named.unit], named)
        raise self.error(f"{word!r} is not an observable or a number")


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'ae' else 'a'} {kind}"


def _all(parts: Sequence[Cut]) -> Callable[[Events], Mask]:
    return lambda events: np.logical_and.reduce([p.passes(events) for p in parts])


def _any(parts: Sequence[Callable[[Events], Mask]]) -> Callable[[Events], Mask]:
    return lambda events: np.logical_or.reduce([p(events) for p in parts])


def _chain(
    sides: Sequence[_Side], signs: Sequence[Callable[[FloatArray, FloatArray], Mask]]
) -> Callable[[Events], Mask]:
    def passes(events: Events) -> Mask:
        values = [side(events) for side in sides]
        masks = [
            sign(a, b) for sign, (a, b) in zip(signs, pairwise(values), strict=True)
        ]
        return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*masks)))

    return passes


@public
def parse_cuts(cuts: str | Cut | Sequence[str | Cut] | None) -> tuple[Cut, ...]:
    """Read cuts.

    Parameters
    ----------
    cuts : a text, a `Cut`, several of them (all must pass), or None.

    Returns
    -------
    tuple of Cut
        Texts are split at commas and outer ``and``: each part is a row of the table of
        cuts.

    Raises
    ------
    InputError
        If a text cannot be parsed, or compares an observable with a number of the wrong
        unit.
    UnknownNameError
        If there is no such observable.

    Examples
    --------
    >>> [c.text for c in parse_cuts("theta_minus < 10 deg and E_minus > 0.5 GeV")]
    ['theta_minus < 10 deg', 'E_minus > 0.5 GeV']
    """
    if cuts is None:
        return ()
    result: list[Cut] = []
    for one in [cuts] if isinstance(cuts, str | Cut) else cuts:
        if isinstance(one, Cut):
            result.append(one)
            continue
        if not isinstance(one, str) or not one.strip():
            raise InputError(
                f"a cut must be a string such as 'E_minus > 0.5 GeV', got {one!r}"
            )
        if len(one) > _LONGEST:
            raise InputError(f"a cut has at most {_LONGEST} characters, got {len(one)}")
        reader = _Reader(one)
        result += reader.cuts()
        if reader.at < len(reader.tokens):
            raise reader.error(f"{reader.tokens[reader.at][1]!r} is unexpected here")
    return tuple(result)


def parse_value(text: str, one: Observable) -> float:
    """Read a number with a unit that fits an observable; raises `InputError` if it does
    not.

    Parameters
    ----------
    text : e.g. ``"10 deg"``.
    one : the observable.

    Returns
    -------
    float, in the observable's unit

    Examples
    --------
    >>> parse_value("0.5 GeV", observable("E_minus"))
    500.0
    """
    reader = _Reader(text)
    side = reader.side()
    kind = _KINDS[one.unit]
    if (
        reader.at < len(reader.tokens)
        or isinstance(side.value, Observable)
        or side.kind != kind
    ):
        raise InputError(
            f"{text!r} is not a valid value for {one.name}: write {_article(kind)}"
            f" such as '{_EXAMPLES[kind]}'"
        )
    return side.value


def clopper_pearson(
    passed: float, tried: float, level: float = 0.6827
) -> tuple[float, float]:
    """Exact central interval of an efficiency; for weighted events with effective
    (Kish) numbers.

    Parameters
    ----------
    passed, tried : numbers of events, integer or effective.
    level : coverage, a lower bound for integers.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 10)
    >>> low, round(high, 4)
    (0.0, 0.1682)
    """
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, passed, tried - passed + 1)) if passed > 0 else 0.0
    high = (
        float(beta.ppf(1 - tail, passed + 1, tried - passed)) if passed < tried else 1.0
    )
    return low, high
