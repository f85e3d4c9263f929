"""Limits of several experiments together."""

from __future__ import annotations

from collections.abc import Sequence

from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.inference import fit
from nuprobe.models import named
from nuprobe.sets import global_cost

__all__ = ["global_end", "global_value"]


def global_end(
    experiments: str | Sequence[str],
    parameter: str,
    side: str = "upper",
    model: str = "sm",
    cl: float = 0.9,
    unit: float = 1.0,
    without: Sequence[str] = (),
) -> float:
    """End of the region of a parameter, the only free one, that contains its default,
    from a set of experiments with shared nuisances.

    Parameters
    ----------
    experiments : name of a set, or names of experiments.
    parameter : its name.
    side : ``"lower"`` or ``"upper"``.
    model : name of the model.
    cl : confidence level.
    unit : factor on the result, such as 1e32 for a charge radius.
    without : experiments of the set to leave out.

    Raises
    ------
    ComputationError
        If the default is excluded, or the region is open on that side.

    Examples
    --------
    >>> pair = ["texono-csi", "lsnd-electron"]
    >>> round(global_end(pair, "sin2_theta_w", cl=0.6827), 2)
    0.28
    """
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower" or "upper", got {shown(side)}')
    cost = global_cost(experiments, named.model(model), [parameter], without=without)
    found = fit(cost, cl=cl)[parameter]
    default = found.parameter.default
    around = [r for r in found.regions if r.contains(default)]
    if not around:
        raise ComputationError(f"{cost.name}: the default of {parameter} is excluded")
    (region,) = around
    if region.open_high if side == "upper" else region.open_low:
        raise ComputationError(f"{cost.name}: {parameter} has no {side} end")
    return unit * (region.high if side == "upper" else region.low)


def global_value(
    experiments: str | Sequence[str],
    parameter: str,
    model: str = "sm",
    unit: float = 1.0,
    without: Sequence[str] = (),
) -> float:
    """Best value of a parameter, the only free one.

    Parameters
    ----------
    experiments, parameter, model, unit, without : as in `global_end`.

    Examples
    --------
    >>> round(global_value(["texono-csi", "lsnd-electron"], "sin2_theta_w"), 2)
    0.25
    """
    cost = global_cost(experiments, named.model(model), [parameter], without=without)
    return unit * float(fit(cost, minos=False)[parameter].value)
