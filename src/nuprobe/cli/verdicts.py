"""Verdicts of trident experiments, as ``nuprobe rate`` prints them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.experiments import TridentExperiment, Verdict, Verdicts
    from nuprobe.models import LeptonModel


@dataclass(frozen=True)
class VerdictSpec:
    """What is asked of trident experiments.

    Attributes
    ----------
    wcxf : file of contact operators added to the model, or None.
    cl : confidence level above which a point is excluded.
    """

    wcxf: Path | None
    cl: float

    def added(self, model: LeptonModel) -> LeptonModel:
        """Return the `model` with the operators of the file, if one was given."""
        from nuprobe.models import read_wcxf

        return model if self.wcxf is None else read_wcxf(self.wcxf, model)

    def of(
        self,
        experiments: list[TridentExperiment],
        model: LeptonModel,
        analysis: str | None,
    ) -> Verdicts:
        """Return the verdicts on a `model`; an `analysis` belongs to one experiment."""
        from nuprobe.experiments import verdict

        analyses = {} if analysis is None else {experiments[0].name: analysis}
        return verdict(experiments, model, cl=self.cl, analyses=analyses)


verdict_options = grouped(
    "asked",
    VerdictSpec,
    click.option(
        "--wcxf",
        type=click.Path(path_type=Path),
        help="Tridents: WCxf file of contact operators added to the model.",
    ),
    click.option(
        "--cl",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default=True,
        help="Tridents: confidence level, two-sided, of the verdict.",
    ),
)
"""Add ``--wcxf`` and ``--cl``, as `VerdictSpec` ``asked``."""


def sentence(one: Verdict, cl: float) -> str:
    """Verdict on the first point, in words."""
    return f"{one.words[0]} at {100 * cl:g} % CL (exclusion {one.exclusion[0]:.4f})"


def flat(found: Verdicts) -> tuple[str, ...]:
    """Lines on the operators that no experiment sees."""
    names = found.unseen
    if not names:
        return ()
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return (
        f"flat directions: no channel computed here contains {', '.join(names[:6])}"
        f"{more}, which may have any size: add an experiment with their flavours",
    )


def verdict_table(found: Verdicts, model: Any) -> Table:
    """Verdicts of several experiments on one model as a table."""
    return Table(
        f"{model.name}: cross sections of tridents over those of the Standard Model",
        ("experiment", "analysis", "ratio", "measured", "pull", "exclusion", "verdict"),
        tuple(
            (
                one.label,
                one.analysis,
                None if one.ratio is None else float(one.ratio[0]),
                _measured(one),
                float(one.pull[0]),
                float(one.exclusion[0]),
                one.words[0],
            )
            for one in found.members
        ),
        {"ratio": ".4f", "pull": "+.2f", "exclusion": ".4f"},
        (
            f"excluded: a two-sided exclusion above {found.cl:g}; combined, the squared"
            " pulls of the measurements less their smallest sum for any common ratio",
            *flat(found),
        ),
    )


def _measured(one: Verdict) -> str | None:
    if one.measured is None:
        return None
    value, plus, minus = one.measured
    return f"{value:g} +{plus:g} -{minus:g}"
