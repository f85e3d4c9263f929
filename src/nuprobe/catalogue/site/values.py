"""The numbers of an entry, their sources, and the corresponding computed ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from nuprobe.catalogue.entry import CodeLink, Entry, Number, Source, Tolerance
from nuprobe.catalogue.site.citation import citation
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.frame import badge, copy_button, definitions, words
from nuprobe.catalogue.site.keys import entry_number
from nuprobe.catalogue.site.text import number_text, prose, range_text, unit_html
from nuprobe.markup import Child, Html, el

__all__ = ["recomputed", "values"]

_METHODS = {
    "text": "read from the text",
    "hepdata": "taken from HEPData",
    "digitised": "digitised from a figure",
    "recomputed": "recomputed",
}


def values(e: Entry) -> Html:
    """The table of numbers, with their sources on a click.

    Parameters
    ----------
    e : the entry.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> "0.82" in values(catalogue()["trident.mumu.ratio/CCFR-1991"])
    True
    """
    rows = list(_rows(e))
    provenance = el(
        "details",
        el(
            "summary",
            "Provenance: ",
            el("span", _origin(e.source)),
            class_="provenance-line",
        ),
        _provenance(e),
        class_="provenance",
    )
    if not rows:
        return el(
            "section",
            el("h2", "Values"),
            el(
                "p",
                prose(
                    e.notes.not_shipped
                    or "This entry has no number of its own; it is computed with the "
                    "commands below."
                ),
            ),
            provenance,
        )
    table = el(
        "table",
        el(
            "thead",
            el(
                "tr",
                [el("th", t, scope="col") for t in ("Quantity", "Value", "Meaning")],
            ),
        ),
        el(
            "tbody",
            [
                el(
                    "tr",
                    el("th", name, scope="row"),
                    el("td", unit_html(text), class_="number"),
                    el("td", meaning),
                )
                for name, text, meaning in rows
            ],
        ),
        class_="values",
    )
    return el("section", el("h2", "Values"), table, provenance, _arithmetic(e))


def _rows(e: Entry) -> Sequence[tuple[Child, str, Child]]:
    """Name, number and meaning of each number."""
    rows: list[tuple[Child, str, Child]] = []
    symbol = formula(e.observable.latex)
    number = entry_number(e)
    if number:
        rows.append(
            (
                symbol,
                number,
                words(e.form)
                + (", of the absolute value" if e.of_absolute_value else ""),
            )
        )
        rows += [
            (
                [el("span", f"{words(c.source)} error", class_="sub")],
                f"+{number_text(c.plus)} −{number_text(c.minus)}",
                "",
            )
            for c in e.components
        ]
    if e.value is not None and e.interval is not None:
        text = range_text(None, e.unit, lower=e.interval.lower, upper=e.interval.upper)
        rows.append((symbol, text, "interval"))
    rows += [
        (words(name), range_text(n.value, n.unit, n.plus, n.minus), prose(n.meaning))
        for name, n in e.numbers.items()
    ]
    if e.curve is not None:
        c = e.curve
        rows.append(
            (
                [formula(c.y.latex), " over ", formula(c.x.latex)],
                f"{c.shape} of {len(c.points)} points",
                el("a", "points in entry.json", href="entry.json"),
            )
        )
    return rows


def _arithmetic(e: Entry) -> Html | None:
    return (
        el(
            "details",
            el("summary", f"Consistency relations ({len(e.derived)})"),
            el(
                "ul",
                [
                    el(
                        "li",
                        el("code", d.expression),
                        f" = {number_text(d.equals)} ± {number_text(d.absolute)}",
                    )
                    for d in e.derived
                ],
            ),
        )
        if e.derived
        else None
    )


def _origin(s: Source) -> str:
    name = (
        s.texkeys[0]
        if s.texkeys
        else s.doi or (f"arXiv:{s.arxiv}" if s.arxiv else f"INSPIRE {s.recid}")
    )
    return f"{name}, {s.locator}"


def _provenance(e: Entry) -> Html:
    def described(s: Source) -> Iterator[tuple[str, Child]]:
        yield "Where", s.locator
        yield "How", f"{_METHODS[s.method]}, {s.retrieved}"
        yield "Licence", s.licence

    rows = list(described(e.source))
    if e.via is not None:
        rows.append(
            (
                "Taken through",
                [citation(e.via), f" ({e.via.locator}; {_METHODS[e.via.method]})"],
            )
        )
    rows.append(
        (
            "Verified",
            [f"{words(e.verification.level)}: ", prose(e.verification.evidence)],
        )
    )
    if e.aliases:
        rows.append(("Also known as", [[el("code", a), " "] for a in e.aliases]))
    return definitions(rows)


def recomputed(e: Entry) -> Html | None:
    """The numbers computed by this package, next to the published ones.

    Parameters
    ----------
    e : the entry; the result is None without a code link.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> "Computed" in recomputed(catalogue()["trident.mumu.ratio/CCFR-1991"])
    True
    """
    if not e.code:
        return None
    numbers = e.named_numbers()
    cards: list[Html] = []
    # a number derived from others was not itself published
    label = "Reference" if e.source.method == "recomputed" else "Published"
    # one command may show several numbers
    for i, (command, links) in enumerate(
        itertools.groupby(e.code, key=lambda link: link.command)
    ):
        name = f"command-{i}"
        shell = el(
            "div",
            el("pre", el("code", command, id=name)),
            copy_button(name, "the command"),
            class_="command",
        )
        cards.append(
            el(
                "div",
                [_comparison(k, numbers.get(k.compares), label) for k in links],
                shell,
                class_="comparison",
            )
        )
    return el("section", el("h2", "Computed by nuprobe"), cards)


def _comparison(link: CodeLink, number: Number | None, label: str) -> Child:
    """A computed number next to the published one, with pull and verdict."""
    verdict = {True: "agrees", False: "differs", None: "shown"}[link.agrees]
    unit = number.unit if number else None
    cells: list[Html] = []
    if number is not None:
        cells.append(
            _cell(label, range_text(number.value, unit, number.plus, number.minus))
        )
    # one digit more than published: the further stored digits only serve to detect #
    # changes
    published = f"{number.value:.12g}".partition("e")[0] if number else ""
    digits = max(4, 1 + len(published.replace(".", "").lstrip("-0")))
    cells.append(
        _cell("Computed", range_text(float(f"{link.result:.{digits}g}"), unit))
    )
    if number is not None:
        difference = link.result - number.value
        sigma = number.plus if difference > 0 else number.minus
        if sigma:
            cells.append(
                _cell("Pull", f"{difference / sigma:+.2f} σ".replace("-", "−"))
            )
        elif number.value:
            cells.append(
                _cell(
                    "Difference",
                    f"{100 * difference / abs(number.value):+.2g} %".replace("-", "−"),
                )
            )
    allowed = _tolerance(link.tolerance, unit)
    said = {
        "agrees": f"agrees {allowed}",
        "differs": f"differs: not {allowed}",
        "shown": "shown, not judged",
    }
    text = said[verdict]
    return [
        el("h3", prose(link.quantity), " ", badge(f"verdict-{verdict}", text)),
        el("div", cells, class_="cells"),
        el("p", prose(link.explanation)) if link.explanation else None,
    ]


def _tolerance(t: Tolerance, unit: str | None) -> str:
    if t.at_least:
        return "with the lower bound"
    if t.sigma is not None:
        return f"within {number_text(t.sigma)} σ"
    if t.relative is not None:
        return f"within {number_text(100 * t.relative)} %"
    return "exactly" if not t.absolute else f"within {range_text(t.absolute, unit)}"


def _cell(name: str, text: str) -> Html:
    return el(
        "div",
        el("span", name, class_="sub"),
        el("span", unit_html(text), class_="number"),
        class_="cell",
    )
