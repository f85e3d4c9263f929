"""Summaries of a chain, as text and as a table for notebooks."""

from __future__ import annotations

from typing import Any

from nuprobe.markup import Html, table
from nuprobe.parameters import SCALES, shown_unit


def chain_html(chain: Any) -> Html:
    """Moments and intervals of each column, escaped.

    Parameters
    ----------
    chain : a `SampleResult`.
    """
    header = ("", "mean", "std", "median", "68 % equal-tailed", "unit")
    rows = []
    for s in chain.summary:
        scale = SCALES.get(s.unit, 1.0)
        numbers = (f"{x / scale:.5g}" for x in (s.mean, s.std, s.median))
        ends = "not given"
        if not chain.disagreement:
            low, high = s.equal_tailed[0.68]
            ends = f"[{low / scale:.5g}, {high / scale:.5g}]"
        rows.append((s.name, *numbers, ends, shown_unit(s.unit)))
    notes = [chain.convergence, *(f"note: {note}" for note in chain.notes)]
    return table(f"samples of {chain.cost}", rows, header, notes)


def chain_text(chain: Any) -> str:
    """Moments, intervals and priors of each column, and notes.

    Parameters
    ----------
    chain : a `SampleResult`.
    """
    rows = [
        (
            "",
            "mean",
            "std",
            "median",
            "68 % equal-tailed",
            "90 % highest density",
            "prior",
            "unit",
        )
    ]
    for s, prior in zip(chain.summary, chain.priors, strict=True):
        # in powers of ten, as fits show charge radii and moments; priors as given
        scale = SCALES.get(s.unit, 1.0)
        if s.unit in SCALES:
            prior = f"{prior} {s.unit}"
        central = highest = "not given"
        if not chain.disagreement:
            a, b = s.equal_tailed[0.68]
            central = f"[{a / scale:.5g}, {b / scale:.5g}]"
            highest = " and ".join(
                f"[{r.low / scale:.5g}, {r.high / scale:.5g}]"
                for r in s.highest_density[0.90]
            )
        mean, std, median = (x / scale for x in (s.mean, s.std, s.median))
        numbers = f"{mean:.5g}", f"{std:.4g}", f"{median:.5g}"
        rows.append(
            (
                s.name,
                *numbers,
                central,
                highest,
                prior,
                shown_unit(s.unit),
            )
        )
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    lines = [f"{chain.cost}: posterior, nuisances {chain.treatment}"]
    lines += [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(
        [*lines, chain.convergence] + [f"note: {note}" for note in chain.notes]
    )
