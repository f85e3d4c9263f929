"""Description of a model in result files."""

from __future__ import annotations

from typing import Any

from nuprobe.models.named import name_of
from nuprobe.models.stack import angles_of
from nuprobe.provenance import plain

__all__ = ["model_record"]


def model_record(model: Any) -> dict[str, Any]:
    """Name of a model and its parameters, those of the models below it too.

    Parameters
    ----------
    model : any model, or None.

    Examples
    --------
    >>> from nuprobe.models.named import model
    >>> found = model_record(model("b-l", mass=10.0, coupling=1e-4))
    >>> found["name"], found["mass"], found["base"]["name"]
    ('b-l', 10.0, 'sm')
    """
    if model is None:
        return {}
    said = plain(model)
    inside = said if isinstance(said, dict) else {}
    return {**inside, "name": name_of(model), **plain(angles_of(model))}
