"""Warnings common to many rows of a table, written once."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["Heard", "told_once"]


@dataclass
class Heard:
    """Collected warnings, by text without the names of the case.

    Attributes
    ----------
    texts : text without names → the first text, and the names of all cases.
    """

    texts: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    @contextmanager
    def of(self, names: Iterable[str]) -> Iterator[None]:
        """Collect warnings while one case, with some `names`, is computed."""
        known = list(names)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for text in dict.fromkeys(str(one.message) for one in caught):
            inside = [name for name in known if name in text]
            bare = text
            for name in inside:
                bare = bare.replace(name, "")
            cases = self.texts.setdefault(bare, (text, []))[1]
            cases.append(", ".join(inside))


@contextmanager
def told_once() -> Iterator[Heard]:
    """Emit the collected warnings at the end: texts that differ only in the names of
    their cases become one warning, which lists the others.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     with told_once() as heard:
    ...         for name in ("Ar40", "Xe132"):
    ...             with heard.of([name]):
    ...                 warnings.warn(f"{name} is far")
    >>> [str(one.message) for one in caught]
    ['Ar40 is far (and so: Xe132)']
    """
    from nuprobe.errors import warn

    heard = Heard()
    yield heard
    for text, (_, *others) in heard.texts.values():
        more = "; ".join(dict.fromkeys(filter(None, others)))
        warn(f"{text} (and so: {more})" if more else text)
