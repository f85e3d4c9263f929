"""Warnings on cross sections: flavours that do not contribute, models without
effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from nuprobe.flavours import Flavour
    from nuprobe.processes import Process


def acts(process: Process, model: Any, flavour: str | Flavour) -> bool:
    """Return whether a model changes the cross sections of the underlying Standard
    Model.

    Parameters
    ----------
    process : any.
    model : as built.
    flavour : of the neutrino.
    """
    import numpy as np

    from nuprobe.models import standard_below
    from nuprobe.processes.cross_section import coefficients

    # exchange terms absent for this flavour are zero
    new, old = (
        coefficients(process, m, flavour) for m in (model, standard_below(model))
    )
    return not np.array_equal(new[np.flatnonzero(new)], old[np.flatnonzero(old)])


def remark(process: Process, model: Any, flavour: str | Literal[False] | None) -> None:
    """Warn if the flavour does not contribute, or if a model has no effect.

    Parameters
    ----------
    process : any.
    model : as built.
    flavour : as typed or as chosen by the command; None or False for all of a flux,
        without a warning.
    """
    from nuprobe.errors import warn
    from nuprobe.models import StandardModel, standard_below
    from nuprobe.processes.cross_section import coefficients

    if not flavour:
        return
    if not coefficients(process, model, flavour).any():
        warn(f"{flavour} does not contribute to {process.name}: its cross section is 0")
    elif not isinstance(model, StandardModel) and not acts(process, model, flavour):
        warn(
            f"the model {model.name}, at these values, changes nothing in"
            f" {process.name} of {flavour}: these are the numbers of"
            f" {standard_below(model).name}"
        )
