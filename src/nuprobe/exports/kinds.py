"""Tables of a result, chosen by the content of its data, so that an object and the file
written from it give the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.exports import counts, fits, further, limits, planes
from nuprobe.exports.parts import DataTable, Errors, Value, Variable, values
from nuprobe.inference import Contour, ScanResult

__all__ = ["chosen", "symbols_of", "tables_of"]

_Builder = Callable[[Mapping[str, Any]], list[DataTable]]

KINDS: Final[Mapping[str, tuple[frozenset[str], _Builder]]] = {
    kind: (frozenset(keys.split()), made)
    for kind, keys, made in (
        ("counts", "energy_edges components observable", counts.count_tables),
        ("counts of several detectors", "experiment sites", counts.site_tables),
        ("disappearance", "detectors three_neutrinos", counts.detector_tables),
        ("reactor rates", "reference_cm2 flux_sigma", counts.reactor_tables),
        ("solar rates", "experiment values point", counts.solar_tables),
        ("abundances or tips", "observables predicted", counts.measured_tables),
        ("tridents", "cross_sections_cm2 ratio", counts.trident_tables),
        ("limit on a mediator", "family curves", limits.limit_tables),
        ("CLs", "asymptotic statistic", limits.cls_tables),
        ("sensitivity", "expected null method", limits.sensitivity_tables),
        ("limit on factors", "cl limits", limits.factor_tables),
        ("thresholds by toys", "p_values levels", limits.threshold_tables),
        ("coverage", "covered truth", limits.coverage_tables),
        ("verdicts", "verdicts unseen", limits.verdict_tables),
        ("solar plane", "tan2_12 dm2_21_eV2 l1a", further.solar_plane_tables),
        ("limits on a moment", "cl fits parameter kind", further.summary_tables),
        ("channels of tridents", "channels model", further.channel_tables),
        ("plane of moments", "nodes observables", further.moment_plane_tables),
        ("plane of decays", "abundance caution measured", further.decay_plane_tables),
        ("exclusion plane", "chi2 levels x y", planes.plane_tables),
        ("profile", "parameter delta regions", planes.profile_tables),
        ("scan", "axes delta fixed", planes.scan_tables),
        ("contour", "parameters regions best_twice_nll", planes.contour_tables),
        ("fit", "covariance_names parameters", fits.fit_tables),
        ("posterior", "columns walkers", fits.chain_tables),
    )
}
"""Kinds of results: characteristic keys of their data, and functions that make their
tables."""


@public
def tables_of(result: Any) -> list[DataTable]:
    """Tables of a result: from an object, or from the output of ``to_dict`` and
    ``--json``.

    Parameters
    ----------
    result : a limit, contour, scan, profile, fit, plane, sensitivity, CLs, thresholds,
        chain, rates of any kind, a table, or data of one of them.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict()
    >>> [table.name for table in tables_of(rates)]
    ['coherent-csi-2017 energy counts']
    >>> tables_of(rates.to_dict()) == tables_of(rates)
    True
    """
    if isinstance(result, DataTable):
        return [result]
    data = _data(result)
    try:
        tables = _tables(data)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            "the data of this result are incomplete or of another version of nuprobe:"
            f" {type(error).__name__} {error}; compute it again"
        ) from error
    symbols = symbols_of(result, data)
    return [_with_symbols(table, symbols) for table in tables]


def _data(result: Any) -> Mapping[str, Any]:
    """A result as plain data."""
    if isinstance(result, Mapping):
        return result
    if isinstance(result, ScanResult):
        return planes.scan_data(result)
    if isinstance(result, Contour):
        delta = np.where(np.isfinite(result.delta), result.delta, np.nan)
        return {
            **result.to_dict(),
            "axes": [axis.tolist() for axis in result.axes],
            "delta": delta.tolist(),
        }
    found = getattr(result, "to_dict", None)
    data = found() if callable(found) else None
    if not isinstance(data, Mapping):
        raise InputError(
            f"{shown(result)} has no tables to export; results that have are:"
            f" {', '.join(KINDS)}"
        )
    return data


def _tables(data: Mapping[str, Any]) -> list[DataTable]:
    several = data.get("experiments")
    if set(data) - {"provenance"} == {"experiments"} and isinstance(several, list):
        return [table for one in several for table in _tables(one)]
    if {"title", "rows", "notes"} <= data.keys():
        return _plain_table(data)
    if {"label", "mass", "coupling"} <= data.keys():
        return _curve(data)
    for keys, made in KINDS.values():
        if keys <= data.keys():
            return made(data)
    raise InputError(
        f"data with the keys {shown(', '.join(map(str, data)))} are not those of a"
        f" result that can be exported; these are: {', '.join(KINDS)}, and tables"
    )


def _curve(data: Mapping[str, Any]) -> list[DataTable]:
    """A curve of a limit, without its level and model."""
    about = {"Experiments": ", ".join(data["experiments"]) or data["label"]}
    return [
        DataTable(
            f"{data['label']} limit",
            f"Largest allowed coupling of a mediator, {data['label']}; missing where"
            " nothing is excluded.",
            (Variable("mass", values(data["mass"]), "MeV"),),
            (Variable("coupling", values(data["coupling"]), about=about),),
            ("CLS",),
        )
    ]


def _plain_table(data: Mapping[str, Any]) -> list[DataTable]:
    """A table of the command line: the first columns are the independent variables."""
    rows = data["rows"]
    if not rows:
        raise InputError(f"the table {data['title']!r} has no rows")
    about = {
        word: data[key]
        for word, key in (("Confidence level", "cl"), ("Method", "method"))
        if data.get(key) is not None
    }
    every = _variables(rows, about)
    numeric = [i for i, v in enumerate(every) if not isinstance(v.values[0], str)]
    first = min((numeric[0] if numeric else 0) + 1, len(every) - 1)
    title = str(data["title"]) or "table"
    notes = " ".join(f"{note}." for note in data["notes"])
    return [
        DataTable(
            title,
            f"{title}. {notes}".rstrip(),
            tuple(replace(v, about={}) for v in every[:first]),
            tuple(every[first:]),
        )
    ]


def _variables(
    rows: list[Mapping[str, Any]], about: Mapping[str, Any]
) -> list[Variable]:
    """Columns of rows: ``from`` and ``to`` are bins, ``+-`` the error of the preceding
    column."""
    names, found = [*rows[0]], []
    cells = {name: tuple(_plain(row[name]) for row in rows) for name in names}
    for i, name in enumerate(names):
        following = names[i + 1] if i + 1 < len(names) else ""
        before = names[i - 1] if i else ""
        if (name == "to" and before.endswith(" from")) or (i and name.startswith("+-")):
            continue
        text, unit = _named(name.removesuffix(" from"))
        if name.endswith(" from") and following == "to":
            pairs = zip(cells[name], cells["to"], strict=True)
            edges = tuple((float(str(a)), float(str(b))) for a, b in pairs)
            found.append(Variable(text, edges, unit))
            continue
        errors: tuple[Errors, ...] = ()
        if following.startswith("+-"):
            label = following.removeprefix("+-").strip() or "total"
            errors = (Errors.symmetric(label, [*cells[following]]),)
        found.append(Variable(text, cells[name], unit, errors, about))
    return found


def _plain(cell: Any) -> Value:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell if isinstance(cell, str) or cell is None else float(cell)


def _named(column: str) -> tuple[str, str]:
    """Name and unit of a column."""
    found = re.fullmatch(r"(.*?) ?\[([^\]]*)\](.*)", column)
    return (found[1] + found[3], found[2]) if found else (column, "")


def symbols_of(result: Any, data: Mapping[str, Any]) -> dict[str, str]:
    """Symbols of parameters by name, as far as a result or its data contain them.

    Parameters
    ----------
    result : the result.
    data : its data.

    Examples
    --------
    >>> symbols_of(None, {"provenance": {"latex": {"rn": "R_n"}}})
    {'rn': 'R_n'}
    """
    told = (data.get("provenance") or {}).get("latex") or {}
    one = getattr(result, "parameter", None)
    every: Iterable[Any] = () if one is None else (one,)
    several = getattr(result, "parameters", None)
    every = (*every, *(several if isinstance(several, tuple) else ()))
    free = getattr(result, "free", None)
    every = (*every, *(getattr(p, "parameter", None) for p in free or ()))
    known = {p.name: p.latex for p in every if getattr(p, "latex", "")}
    return {**{str(k): str(v) for k, v in told.items() if v}, **known}


def _with_symbols(table: DataTable, symbols: Mapping[str, str]) -> DataTable:
    def named(v: Variable) -> Variable:
        return replace(v, symbol=symbols[v.name]) if v.name in symbols else v

    return replace(
        table,
        independent=tuple(map(named, table.independent)),
        dependent=tuple(map(named, table.dependent)),
    )


def chosen(tables: list[DataTable], name: str | None, preferred: str = "") -> DataTable:
    """One of several tables.

    Parameters
    ----------
    tables : of a result.
    name : of the table; None for the first whose name ends in `preferred`, else the
        first.
    preferred : end of a name.

    Raises
    ------
    UnknownNameError
        If there is no table of that name.

    Examples
    --------
    >>> x = Variable("x", (1.0,))
    >>> every = [DataTable(n, "", (), (x,)) for n in ("x contour", "x grid")]
    >>> chosen(every, None, "grid").name
    'x grid'
    """
    if name is None:
        return next((t for t in tables if t.name.endswith(preferred)), tables[0])
    by_name = {t.name: t for t in tables}
    if name not in by_name:
        raise UnknownNameError("table", name, by_name, "(of this result)")
    return by_name[name]
