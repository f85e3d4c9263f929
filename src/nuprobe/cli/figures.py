"""Figures of a scan, and names in legends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nuprobe.inference import ScanResult
    from nuprobe.parameters import Parameter
    from nuprobe.plotting.sheets import Drawn


def landmarks(model: Any, axes: list[str]) -> list[tuple[str, float, float]]:
    """Points of a plane named by a model, such as the Standard Model."""
    if len(axes) != 2 or not hasattr(model, "landmarks"):
        return []
    return [
        (label, at[axes[0]], at[axes[1]])
        for label, at in model.landmarks().items()
        if set(axes) <= set(at)
    ]


def figure_of(
    name: str,
    result: ScanResult,
    parameters: Sequence[Parameter],
    references: Sequence[str],
    landmarks: Sequence[tuple[str, float, float]],
    cl: float | Sequence[float],
) -> Drawn:
    """Profile along one axis, or contours over two, titled with the name of the scanned
    data."""
    from nuprobe.plotting import plot_scan

    how = "lowest grid point, not fitted" if result.fitted is None else "fitted"
    return plot_scan(
        result,
        parameters,
        markers=landmarks,
        title=f"{name}, {how}",
        references=references,
        cl=cl,
    )


def figure_names(models: Mapping[str, Any]) -> dict[str, str]:
    """Return legend labels of the models of ``--compare``: the names given, or else
    symbols with values.

    Parameters
    ----------
    models : from `compared_models`.
    """
    from nuprobe.plotting.beside import model_words

    said = {
        name: model_words(model) if "(" in name else name
        for name, model in models.items()
    }
    alike = [*said.values()]
    return {n: text if alike.count(text) == 1 else n for n, text in said.items()}
