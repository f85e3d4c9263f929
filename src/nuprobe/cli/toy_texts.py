"""Text output of toys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.inference.construction import Construction

if TYPE_CHECKING:
    from nuprobe.inference import CLs, Coverage, FeldmanCousins


def coverage_text(found: Coverage) -> str:
    """Coverage in words."""
    settings = found.settings
    bias, error = found.bias
    p = found.parameter
    lines = [
        f"{settings.number} toys ({settings.ensemble}), at {p.name} ="
        f" {p.shown(found.truth):.6g} {p.shown_unit}".rstrip(),
        *(
            f"{100 * cl:.4g} % intervals (two-sided, Wilks) cover"
            f" {100 * share:.1f} +- {100 * e:.1f} %"
            for cl, share, e in zip(
                found.levels, found.covered, found.errors, strict=True
            )
        ),
        f"best value: mean - truth = {p.shown(bias):+.3g} +- {p.shown(error):.2g},"
        f" spread {p.shown(float(found.best.std())):.3g} {p.shown_unit}".rstrip(),
    ]
    return "\n".join(lines)


def cls_text(found: CLs, levels: tuple[float, ...]) -> str:
    """In words."""
    p, lines = found.parameter, []
    for cl in levels:
        for method in ("asymptotic", "toys", "expected"):
            limit = found.limit(cl, method)
            text = "not within the grid"
            if limit is not None:
                text = f"{p.shown(limit):.5g} {p.shown_unit}".rstrip()
            lines.append(f"{p.name}, {Construction('cls', cl).short}, {method}: {text}")
    return "\n".join(lines)


def threshold_text(found: FeldmanCousins) -> str:
    """In words."""
    from nuprobe.inference.toys.thresholds import ends_in_words

    p, lines = found.parameter, []
    for k, cl in enumerate(found.levels):
        s = found.settings
        said = Construction("feldman-cousins", cl, toys=s.number, seed=s.seed)
        lines.append(f"{said}: thresholds of -2 ln L from toys")
        lines += [
            f"  {p.name} = {p.shown(x):.6g}: {t:.3f} +- {e:.3f} (data {d:.3f})"
            for x, t, e, d in zip(
                found.grid,
                found.thresholds[k],
                found.errors[k],
                found.delta,
                strict=True,
            )
        ]
        lines += [
            f"  allowed: {ends_in_words(p, i, found.grid, '+-')}"
            for i in found.intervals(cl)
        ]
    return "\n".join(lines)
