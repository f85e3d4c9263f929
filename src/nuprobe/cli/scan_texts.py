"""Output of ``nuprobe scan``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.errors import InputError
from nuprobe.inference.construction import Construction

if TYPE_CHECKING:
    from nuprobe.inference import GridToys, ScanResult
    from nuprobe.parameters import Parameter


def scan_report(
    result: ScanResult, parameters: Sequence[Parameter], cl: float, path: Path | None
) -> tuple[str, dict[str, Any]]:
    """Text and JSON-ready form of a finished scan.

    Parameters
    ----------
    result : the scan.
    parameters : including those of its axes.
    cl : confidence level of the allowed regions.
    path : its file.
    """
    lines, regions = _regions(result, parameters, cl)
    summary = {
        "file": str(path),
        "points": int(result.twice_nll.size),
        "best": {k: float(v) for k, v in result.best.items()},
        "twice_nll": result.best_twice_nll,
        "lowest_point": result.lowest,
        "lowest_twice_nll": float(result.twice_nll.min()),
        "fitted": result.fitted is not None,
        "cl": cl,
        "regions": regions,
        "intervals": result.construction(cl).to_dict(),
    }
    text = (
        f"{path}: {result.twice_nll.size} points\n"
        f"best fit within the grid, by the fitter: {_at(result.best)}, -2 ln L"
        f" {result.best_twice_nll:.4f}\n"
        f"lowest grid point: {_at(result.lowest)}, -2 ln L"
        f" {result.twice_nll.min():.4f}"
    )
    said = f"allowed regions: {Construction('wilks', cl)}, one parameter each"
    lines.append(said)
    if result.toys is not None:
        lines += _toys(result.toys, parameters, cl)
        summary["toys"] = result.toys.to_dict(cl)
    return "\n".join([text, *lines]), summary


def _toys(toys: GridToys, parameters: Sequence[Parameter], cl: float) -> list[str]:
    """Regions from toys, as lines."""
    from nuprobe.inference.toys.thresholds import ends_in_words

    share = 100 * float(toys.allowed(cl).mean())
    lines = [f"by toys: {toys.construction(cl)}"]
    if len(toys.axes) > 1:
        together = " and ".join(toys.axes)
        return [*lines, f"{share:.1f} % of the grid of {together} is allowed by toys"]
    (name,) = toys.axes
    p = next(p for p in parameters if p.name == name)
    return lines + [
        f"{name} by toys: {ends_in_words(p, one, toys.axes[name])}"
        for one in toys.intervals(cl)
    ]


def _at(point: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {value:.6g}" for name, value in point.items())


def _regions(
    result: ScanResult, parameters: Sequence[Parameter], cl: float
) -> tuple[list[str], dict[str, list[dict[str, Any]]] | None]:
    """Allowed regions of each axis, as lines and as data; None if the grid is too
    coarse, as stated in the line."""
    from nuprobe.inference.regions import region_lines

    try:
        found = result.regions(cl)
    except InputError as err:
        return [f"no allowed regions: {err}"], None
    known = {p.name: p for p in parameters}
    lines = [
        line
        for name, each in found.items()
        for line in region_lines(known[name], each, cl, "grid")
    ]
    return lines, {name: [r.to_dict() for r in each] for name, each in found.items()}
