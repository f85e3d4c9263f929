"""The catalogue in other formats: CSV, LaTeX, BibTeX and HEPData."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, Final

from nuprobe.catalogue.entry import Curve, Entry, Errors, Source
from nuprobe.errors import UnknownNameError
from nuprobe.latex import escaped, tabular
from nuprobe.tables import harmless

__all__ = ["EXPORTS", "cells", "citation_key", "export"]


def export(entries: Iterable[Entry], form: str) -> str:
    """Write entries as text.

    Parameters
    ----------
    entries : to write, in this order.
    form : ``"csv"`` (one row per entry; curves are counted, not written), ``"bibtex"``
        (each publication once), ``"latex"`` (a ``tabular`` that cites them) or
        ``"hepdata"`` (a submission in a single YAML file).

    Raises
    ------
    UnknownNameError
        If the format is none of these.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> ccfr = catalogue()["trident.mumu.ratio/CCFR-1991"]
    >>> export([ccfr], "csv").splitlines()[1][:29]
    'trident.mumu.ratio/CCFR-1991,'
    """
    if form not in EXPORTS:
        raise UnknownNameError("format", form, EXPORTS)
    return EXPORTS[form](list(entries))


# fmt: off
_COLUMNS: Final = (
    "id", "title", "experiment", "year", "quantity", "parameter", "kind", "projects",
    "value", "plus", "minus", "lower", "upper", "unit", "curve_points",
    "of_absolute_value", "cl", "sidedness", "statistic", "convention", "flavour",
    "effective", "model", "status", "verification", "texkey", "recid", "doi", "arxiv",
    "locator", "method",
)
# fmt: on


def cells(entries: Iterable[Entry]) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Column names of a table of entries, and one row per entry.

    Parameters
    ----------
    entries : in this order.

    Examples
    --------
    >>> cells([])[0][:2]
    ('id', 'title')
    """
    rows = []
    for e in entries:
        source = ("recid", "doi", "arxiv", "locator", "method")
        found = {
            **{name: getattr(e, name, None) for name in _COLUMNS},
            **{n: x.value for n, x in e.named_numbers().items() if n in _COLUMNS},
            "quantity": e.observable.quantity,
            "parameter": e.observable.parameter,
            "flavour": " ".join(e.flavour),
            "verification": e.verification.level,
            "curve_points": len(e.curve.points) if e.curve else None,
            **{name: getattr(e.source, name) for name in source},
            "texkey": e.source.texkeys[0] if e.source.texkeys else None,
        }
        rows.append([found[name] for name in _COLUMNS])
    return _COLUMNS, rows


def _latex(entries: list[Entry]) -> str:
    header = ("observable", "experiment", "constraint", "confidence level", "source")
    rows = []
    for e in entries:
        keys = [citation_key(s) for s in (e.source, e.via) if s is not None]
        rows.append(
            [
                f"${_balanced(_typeset(e.observable.latex))}$",
                escaped(e.experiment),
                escaped(e.number),
                escaped(e.confidence) or "--",
                rf"\cite{{{','.join(dict.fromkeys(keys))}}}",
            ]
        )
    return tabular(header, rows)


def _csv(entries: list[Entry]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns, rows = cells(entries)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().rstrip("\n")


def _bibtex(entries: list[Entry]) -> str:
    works: dict[str, str] = {}
    for source in (s for e in entries for s in (e.source, e.via) if s is not None):
        key = citation_key(source)
        text = _work(key, source)
        # keep the fullest description of a publication
        works[key] = max(works.get(key, ""), text, key=len)
    return "\n\n".join(works[key] for key in sorted(works))


def citation_key(source: Source) -> str:
    """Citation key of a source: its texkey, or else eprint, DOI or record.

    Parameters
    ----------
    source : of an entry.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> citation_key(catalogue()["charge_radius.ee/LSND-2001"].source)
    '10.1103/PhysRevD.63.112001'
    """
    if source.texkeys:
        return source.texkeys[0]
    name = (
        f"arXiv:{source.arxiv}"
        if source.arxiv
        else source.doi or f"recid:{source.recid}"
    )
    return re.sub(r"[^A-Za-z0-9:._/-]", "-", name)


def _work(key: str, source: Source) -> str:
    notes = (
        f"INSPIRE record {source.recid}" if source.recid else "",
        ""
        if source.authors or not source.first_author
        else "author: the first one, as the Particle Data Group lists it",
    )
    fields = {
        "author": source.authors or source.first_author,
        "title": source.title,
        "journal": source.journal,
        "year": source.year,
        "doi": source.doi,
        "eprint": source.arxiv,
        "archivePrefix": "arXiv" if source.arxiv else None,
        "note": "; ".join(filter(None, notes)),
    }
    lines = [
        f"  {name} = {{{_balanced(_typeset(str(value)))}}}"
        for name, value in fields.items()
        if value
    ]
    return "\n".join(
        [f"@{'article' if source.journal else 'misc'}{{{key},", ",\n".join(lines), "}"]
    )


_LETTERS: Final = (
    "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma"
    " tau phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_SYMBOLS: Final = (
    "rm mathrm text textit textbf emph it bf bar overline tilde hat to rightarrow times"
    " cdot sim approx le ge leq geq pm mp sqrt frac ell prime circ deg ensuremath mbox"
    " textsuperscript textsubscript langle rangle ss aa AA ae o O l L c v u H k i j"
)
_KNOWN: Final = frozenset(f"{_LETTERS} {_SYMBOLS}".split())


def _typeset(text: str) -> str:
    """Text with accents, letters and symbols of TeX; other control sequences, which
    could read or write files, are shown literally."""
    text = re.sub(
        r"\\([A-Za-z@]+)",
        lambda m: m[0] if m[1] in _KNOWN else rf"\textbackslash {m[1]}",
        text,
    )
    return text.replace("^^", "")


def _balanced(text: str) -> str:
    """Text without braces that would close a BibTeX field."""
    return (
        text
        if text.count("{") == text.count("}")
        else text.replace("{", "").replace("}", "")
    )


def _hepdata(entries: list[Entry]) -> str:
    import yaml

    documents: list[dict[str, Any]] = [
        {
            "comment": (
                "Constraints on neutrino interactions, from the catalogue of nuprobe"
            )
        }
    ]
    documents += [
        _table(e) for e in entries if e.curve or e.value is not None or e.interval
    ]
    return yaml.safe_dump_all(
        documents, sort_keys=False, allow_unicode=True, width=120
    ).rstrip("\n")


def _table(e: Entry) -> dict[str, Any]:
    qualifiers = [
        {"name": name, "value": value}
        for name, value in (
            ("Confidence level", e.confidence),
            ("Convention", e.convention),
            ("Kind", e.kind.replace("_", " ")),
            ("Model", e.model),
            ("Flavour", " ".join(e.flavour)),
            ("Energy", e.conditions.energy),
            ("Luminosity", e.conditions.luminosity),
        )
        if value
    ]
    independent, dependent = _curve(e.curve) if e.curve else _numbers(e)
    for column in dependent:
        column["qualifiers"] = [
            dict(q) for q in qualifiers
        ]  # copies, because YAML would write repeated objects as anchors
    source = e.source
    origin = ", ".join(
        filter(
            None,
            (source.doi, source.arxiv and f"arXiv:{source.arxiv}", *source.texkeys),
        )
    )
    return {
        # HEPData allows 64 characters
        "name": e.id[:64],
        "location": f"{source.locator} of {origin}",
        "description": e.title,
        "keywords": [{"name": "observables", "values": [e.observable.quantity]}],
        "independent_variables": independent,
        "dependent_variables": dependent,
    }


def _numbers(e: Entry) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    units = {} if e.unit == "1" else {"units": e.unit}
    latex = f"${e.observable.latex}$"
    columns: list[dict[str, Any]] = []
    if e.value is not None:
        value: dict[str, Any] = {"value": e.value}
        parts: list[tuple[str, Errors]] = [(c.source, c) for c in e.components]
        if e.errors and not parts:
            parts = [("total", e.errors)]
        errors = [
            {"asymerror": {"plus": p.plus, "minus": -p.minus}, "label": label}
            for label, p in parts
        ]
        columns.append(
            {
                "header": {"name": latex} | units,
                "values": [value | ({"errors": errors} if errors else {})],
            }
        )
    if e.interval is not None:
        for side, edge in (("lower", e.interval.lower), ("upper", e.interval.upper)):
            if edge is not None:
                columns.append(
                    {
                        "header": {"name": f"{latex}, {side} end"} | units,
                        "values": [{"value": edge}],
                    }
                )
    return [
        {"header": {"name": "Experiment"}, "values": [{"value": e.experiment}]}
    ], columns


def _curve(curve: Curve) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    def column(axis: Any, index: int, more: str = "") -> dict[str, Any]:
        header = {"name": f"${axis.latex}${more}"} | (
            {} if axis.unit == "1" else {"units": axis.unit}
        )
        return {
            "header": header,
            "values": [{"value": point[index]} for point in curve.points],
        }

    sides = (", lower", ", upper") if curve.shape == "band" else ("",)
    return [column(curve.x, 0)], [
        column(curve.y, i + 1, more) for i, more in enumerate(sides)
    ]


EXPORTS: Final = {
    "csv": _csv,
    "latex": _latex,
    "bibtex": _bibtex,
    "hepdata": _hepdata,
}
"""Formats by name."""
