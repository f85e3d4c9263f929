"""Models and settings as text and as JSON, with the numbers used."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

__all__ = ["as_json", "as_used", "describe"]


def as_used(what: Any) -> Any:
    """Return a model with its defaults written out: a weak mixing angle left open
    becomes that of tridents, also in the underlying model. The angle at low momentum
    transfer, which events do not use, is omitted.

    Parameters
    ----------
    what : a model; whatever is not a dataclass is returned as it is.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> as_used(StandardModel()).sin2_theta_w
    0.23122
    >>> as_used(StandardModel(0.23863)).sin2_theta_w
    0.23863
    """
    if not is_dataclass(what) or isinstance(what, type):
        return what
    used = dict(getattr(what, "angles", {}))
    if "sin2_theta_w_high" in used:
        used["sin2_theta_w"] = used["sin2_theta_w_high"]
    for field in fields(what):
        value = getattr(what, field.name)
        if field.init and is_dataclass(value) and not isinstance(value, type):
            used[field.name] = as_used(value)
    return replace(what, **used) if used else what


def describe(model: Any) -> str:
    """Return a model and the parameters used, as one line of text.

    Parameters
    ----------
    model : with couplings to charged leptons.

    Examples
    --------
    >>> from nuprobe.models import VMinusA
    >>> describe(VMinusA())
    'VMinusA()'
    """
    return " ".join(repr(as_used(model)).split())


def as_json(what: Any) -> Any:
    """Name of the class and its plain fields, ready for JSON.

    Parameters
    ----------
    what : a number, text, array, list, dictionary or dataclass.

    Examples
    --------
    >>> from nuprobe.models import VMinusA
    >>> as_json([VMinusA(), np.int64(2)])
    [{'class': 'VMinusA'}, 2]
    """
    if what is None or isinstance(what, (bool, int, float, str)):
        return what
    if isinstance(what, np.ndarray):
        return what.tolist()
    if isinstance(what, np.generic):
        return what.item()
    if isinstance(what, (list, tuple)):
        return [as_json(w) for w in what]
    if isinstance(what, dict):
        return {str(k): as_json(v) for k, v in what.items()}
    if is_dataclass(what):
        return {
            "class": type(what).__name__,
            **{
                f.name: as_json(getattr(what, f.name))
                for f in fields(what)
                if f.name != "parameters"
            },
        }
    return type(what).__name__
