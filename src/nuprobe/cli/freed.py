"""What is free in a fit: parameters by name, or the coefficients of a point."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.specs import ModelSpec, names
from nuprobe.cli.verdicts import operators_of
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.models import WcxfFile


@dataclass(frozen=True)
class FreedSpec:
    """What is free in a fit.

    Attributes
    ----------
    free : names as typed, or None.
    wcxf : file of contact operators added to the model, or None.
    """

    free: str | None
    wcxf: Path | None

    def names(self) -> list[str]:
        """Return the names; without any, the factor of the operators of the file."""
        if self.free is None and self.wcxf is None:
            raise InputError(
                "nothing to fit: name parameters with --free (see `nuprobe list"
                " parameters`), or give a point with --wcxf"
            )
        return names("factor" if self.free is None else self.free)

    def operators(self, model: ModelSpec) -> WcxfFile:
        """Return the operators of the file on a `model`."""
        assert self.wcxf is not None
        return operators_of(self.wcxf, model.leptons())


freed_options = grouped(
    "freed",
    FreedSpec,
    click.option(
        "--free",
        help=(
            "Parameters to fit, separated by commas; see `nuprobe list parameters`"
            " [default: factor with --wcxf]."
        ),
    ),
    click.option(
        "--wcxf",
        type=click.Path(path_type=Path),
        help="Tridents: WCxf file of contact operators added to the model.",
    ),
)
"""Add ``--free`` and ``--wcxf``, as `FreedSpec` ``freed``."""
