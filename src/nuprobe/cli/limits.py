"""What a limit is on: a mediator, and at which level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.specs import make_mixing
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.experiments.scanned import Scanned


@dataclass(frozen=True)
class FamilySpec:
    """A mediator whose mass and coupling vary.

    Attributes
    ----------
    family : name, or None for the default.
    mixing : kinetic mixing as typed.
    """

    family: str | None = None
    mixing: str = "0"

    def build(self, experiments: Sequence[AnyExperiment]) -> Scanned:
        """Return the family; the default depends on the experiments."""
        from nuprobe.experiments.limits import default_family
        from nuprobe.experiments.scanned import Scanned

        mixing = make_mixing(self.mixing)
        if self.family is None:
            return Scanned.of(default_family(experiments, mixing))
        if "scalar" in self.family and self.mixing != "0":
            raise InputError(
                "--mixing requires a vector: a scalar does not mix with the photon"
            )
        return Scanned.of(self.family, mixing)


@dataclass(frozen=True)
class LevelSpec:
    """How sure a limit is, and of which analyses.

    Attributes
    ----------
    cl : confidence level.
    sides : 1 or 2, as typed.
    analyses : ``experiment=name`` pairs of ``--analysis``.
    with_projections : combine projections too.
    """

    cl: float
    sides: str
    analyses: tuple[str, ...]
    with_projections: bool

    def by_experiment(self) -> dict[str, str]:
        """Return the chosen analyses by the name of their experiment."""
        chosen: dict[str, str] = {}
        for pair in self.analyses:
            name, equals, value = pair.partition("=")
            if not equals:
                raise InputError(
                    f"cannot read --analysis {pair!r}: write EXPERIMENT=NAME"
                )
            if name in chosen:
                raise InputError(
                    f"--analysis names {name} twice: each experiment"
                    " can have only one analysis"
                )
            chosen[name] = value
        return chosen


family_options = grouped(
    "family",
    FamilySpec,
    click.option(
        "--family",
        help="b-l, scalar, ... [default: lmu-ltau with tridents or --mixing, else b-l]",
    ),
    click.option(
        "--mixing",
        default="0",
        show_default=True,
        help="Kinetic mixing: a number, or loop.",
    ),
)
"""Add ``--family`` and ``--mixing``, as `FamilySpec` ``family``."""

level_options = grouped(
    "level",
    LevelSpec,
    click.option("--cl", default=0.95, show_default=True, help="Confidence level."),
    click.option(
        "--sides",
        type=click.Choice(["1", "2"]),
        default="2",
        show_default=True,
        help="One- or two-sided.",
    ),
    click.option(
        "--analysis",
        "analyses",
        multiple=True,
        metavar="EXPERIMENT=NAME",
        help="Analysis of an experiment; repeatable.",
    ),
    click.option(
        "--with-projections",
        is_flag=True,
        help="Include projections, in a curve called sensitivity.",
    ),
)
"""Add ``--cl``, ``--sides``, ``--analysis`` and ``--with-projections``, as `LevelSpec`
``level``."""
