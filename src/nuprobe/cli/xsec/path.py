"""The options of the distance between source and detector."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.numerics import FloatArray
    from nuprobe.oscillation import Vacuum


@dataclass(frozen=True)
class PathSpec:
    """Position of the detector.

    Attributes
    ----------
    baseline : distance as typed, or None for a detector at the source.
    ordering : of the masses, or None for the default.
    """

    baseline: str | None
    ordering: str | None

    def propagation(self) -> Vacuum | None:
        """Return the oscillations along the path, or None."""
        from nuprobe.oscillation import PMNS, Splittings, Vacuum
        from nuprobe.units import parse_quantity

        if self.baseline is None:
            if self.ordering is not None:
                raise InputError("--ordering requires --baseline")
            return None
        ordering = self.ordering or "normal"
        length = parse_quantity(self.baseline, "length")
        return Vacuum(length, PMNS.nufit(ordering), Splittings.nufit(ordering))

    def alone(self, flux: str | None, plot: Path | None) -> Vacuum | None:
        """Return `propagation`, which is not allowed with a `flux`, nor with a `plot`
        if figures are for neutrinos at the source."""
        if self.baseline is not None and (flux is not None or plot is not None):
            raise InputError(
                "--baseline gives tables at fixed --energy here: drop --flux and --plot"
            )
        return self.propagation()


path_options = grouped(
    "path",
    PathSpec,
    click.option(
        "--baseline",
        help=(
            "Distance from the source, e.g. '20 m': mass states are propagated with"
            " their phases [default: 0]."
        ),
    ),
    click.option(
        "--ordering",
        type=click.Choice(["normal", "inverted"]),
        help="Of the masses, mixing of NuFIT 6.0 [default: normal].",
    ),
)
"""Add ``--baseline`` and ``--ordering``, as `PathSpec` ``path``."""


def arrival_notes(
    model: Any, flavour: str, energies: FloatArray, path: Vacuum | None
) -> tuple[str, ...]:
    """Return the moment, charge and charge radius of an electromagnetic model at the
    detector.

    Parameters
    ----------
    model : as built.
    flavour : as produced.
    energies : MeV; the first three are listed.
    path : the propagation, or None.
    """
    from nuprobe.models import Electromagnetic
    from nuprobe.oscillation import effective_properties, probabilities

    if path is None:
        return ()
    notes = []
    for e in energies[:3]:
        shares = probabilities(path, flavour, float(e))
        words = ", ".join(
            f"{name} {p:.4f}"
            for name, p in zip(("e", "mu", "tau"), shares, strict=True)
        )
        note = f"{e:g} MeV arrives as {words}"
        if isinstance(model, Electromagnetic):
            x = effective_properties(model, flavour, float(e), path)
            note += (
                f"; |mu| = {x.magnetic_moment:.4g} muB, |e| = {x.charge:.4g} e (mean"
                f" {x.charge_mean:.4g}), |<r2>| = {x.charge_radius:.4g} cm2 (mean"
                f" {x.charge_radius_mean:.4g})"
            )
        notes.append(note)
    return tuple(notes)
