"""HTML from Python: elements that escape their content, and tables for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nuprobe.errors import printable

__all__ = ["Child", "Html", "el", "flat", "table"]


class Html(str):
    """Text that is already HTML; any other text is escaped when it becomes part of an
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
    children : `Html` is kept as it is, other text is escaped, None is dropped, an
        iterable is flattened.
    attributes : escaped; ``class_`` means ``class``, other underscores become hyphens;
        None and False are left out, True gives the bare name.

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


def table(
    title: str,
    rows: Iterable[Sequence[Child]],
    header: Sequence[Child] = (),
    notes: Iterable[str] = (),
) -> Html:
    """A table for a notebook, escaped: what ``_repr_html_`` of an object returns.

    Parameters
    ----------
    title : stands above the table.
    rows : the cells of each row; text is escaped, `Html` is not.
    header : names of the columns; none if empty.
    notes : lines below the table.

    Examples
    --------
    >>> print(table("a < b", [("x", "1")]))
    <div class="nuprobe"><strong>a &lt; b</strong><table><tbody>...
    """
    left = "text-align: left"
    head = el("tr", [el("th", _line(name), style=left) for name in header])
    body = [el("tr", [el("td", _line(cell), style=left) for cell in r]) for r in rows]
    return el(
        "div",
        el("strong", _line(title)),
        el("table", el("thead", head) if header else None, el("tbody", body))
        if body
        else None,
        [el("div", _line(note), style="font-size: smaller") for note in notes],
        class_="nuprobe",
    )


def _line(child: Child) -> Child:
    """Text without characters that control a terminal or a browser."""
    if isinstance(child, str) and not isinstance(child, Html):
        return printable(" ".join(child.split()))
    return child
