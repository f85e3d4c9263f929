"""One boson of spin 1 as typed: its mass and couplings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError

_FLAVOURS = ("e", "mu", "tau")


@dataclass(frozen=True)
class BosonSpec:
    """One boson by its mass and couplings.

    Attributes
    ----------
    mass : as typed, or None for a model.
    g_nu, g_left, g_right : couplings of the neutrino, and of the left- and right-handed
        charged lepton.
    neutrino, lepton : flavours.
    """

    mass: str | None
    g_nu: float | None
    g_left: float
    g_right: float
    neutrino: str
    lepton: str

    def build(self, model: ModelSpec) -> Any:
        """Return the boson, or the `model` if no boson is given."""
        from nuprobe.models import ChiralVector
        from nuprobe.units import parse_quantity

        if self.mass is None:
            if self.g_nu is not None or self.g_left or self.g_right:
                raise InputError("couplings of a boson need its mass: add --mass")
            return model.build()
        if model != ModelSpec():
            raise InputError(
                "--mass gives a boson by its couplings: drop --model, --param and"
                " --model-file, or --mass"
            )
        if not self.g_nu:
            raise InputError(
                "a boson without a coupling to neutrinos does not contribute to"
                " their scattering: add --g-nu"
            )

        if not (self.g_left or self.g_right):
            raise InputError(
                "a boson without a coupling to charged leptons gives no"
                " coefficients: add --g-left or --g-right"
            )

        def of(flavour: str, size: float) -> tuple[float, float, float]:
            e, mu, tau = (size * (flavour == one) for one in _FLAVOURS)
            return e, mu, tau

        return ChiralVector(
            parse_quantity(self.mass, "energy"),
            1.0,
            neutrinos=of(self.neutrino, self.g_nu),
            left=of(self.lepton, self.g_left),
            right=of(self.lepton, self.g_right),
        )


_flavour = click.Choice(_FLAVOURS)
boson_options = grouped(
    "boson",
    BosonSpec,
    click.option("--mass", help="Mass of one boson, e.g. '3 TeV', instead of --model."),
    click.option("--g-nu", type=float, help="Its coupling to the neutrino."),
    click.option(
        "--g-left", type=float, default=0.0, help="To the left-handed lepton."
    ),
    click.option(
        "--g-right", type=float, default=0.0, help="To the right-handed lepton."
    ),
    click.option("--neutrino", type=_flavour, default="mu", show_default=True),
    click.option("--lepton", type=_flavour, default="mu", show_default=True),
)
"""Add ``--mass``, ``--g-nu``, ``--g-left``, ``--g-right``, ``--neutrino`` and
``--lepton``, as `BosonSpec` ``boson``."""
