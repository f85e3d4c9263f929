"""HTML from Python: elements that escape what is put into them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["Child", "Html", "el", "flat"]


class Html(str):
    """Text that is HTML already; any other text is escaped when it becomes part of an
    element."""

    __slots__ = ()


Child = str | None | Iterable["Child"]

_VOID: Final = {"input", "link", "meta", "br", "hr"}
# fmt: off
_BLOCK: Final = {
    "body", "details", "div", "dl", "figure", "footer", "h1", "h2", "h3", "head",
    "header", "li", "main", "ol", "p", "section", "table", "tr", "ul",
}
# fmt: on


def el(name: str, /, *children: Child, **attributes: str | float | bool | None) -> Html:
    """One element.

    Parameters
    ----------
    name : of the element.
    children : `Html` stays as it is, other text is escaped, None is nothing, an
        iterable is its items.
    attributes : escaped; ``class_`` is ``class``, other underscores become hyphens;
        None and False are left out, True is the bare name.

    Examples
    --------
    >>> el("a", "a < b", href="page.html", class_="out")
    '<a href="page.html" class="out">a &lt; b</a>'
    """
    opened = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        opened += f" {key}" if value is True else f' {key}="{html.escape(str(value))}"'
    end = "\n" if name in _BLOCK else ""
    if name in _VOID:
        return Html(f"<{opened}>{end}")
    return Html(f"<{opened}>{''.join(flat(children))}</{name}>{end}")


def flat(children: Iterable[Child]) -> Iterator[str]:
    """Texts of nested `children`, escaped unless they are `Html`.

    Examples
    --------
    >>> list(flat(["a < b", None, [Html("<br>")]]))
    ['a &lt; b', '<br>']
    """
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield html.escape(child)
        elif child is not None:
            yield from flat(child)
