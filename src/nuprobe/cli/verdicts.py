"""Verdicts of trident experiments, as printed by ``nuprobe rate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from nuprobe.cli.operators import operators_of
from nuprobe.cli.options import grouped
from nuprobe.cli.output import Output
from nuprobe.cli.specs import ModelSpec
from nuprobe.cli.trident_channels import print_channels
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table
from nuprobe.units import GeV

if TYPE_CHECKING:
    from nuprobe.experiments import (
        AnyExperiment,
        TridentExperiment,
        TridentRates,
        Verdict,
        Verdicts,
    )
    from nuprobe.models import LeptonModel, WcxfPoints


@dataclass(frozen=True)
class VerdictSpec:
    """Options of trident experiments.

    Attributes
    ----------
    wcxf : file of contact operators added to the model, or None.
    points : table or folder of many such points, or None.
    cl : confidence level above which a point is excluded.
    by_channel : events of every channel instead.
    """

    wcxf: Path | None
    points: Path | None
    cl: float
    by_channel: bool = False

    def added(self, model: LeptonModel) -> LeptonModel:
        """Return the `model` with the operators of the file, if one was given; a file
        without any is rejected, because it would be allowed without a test."""
        return model if self.wcxf is None else operators_of(self.wcxf, model)

    def of(
        self,
        experiments: list[TridentExperiment],
        model: LeptonModel,
        analyses: Mapping[str, str],
    ) -> Verdicts:
        """Return the verdicts on a `model`, of analyses by name of experiment."""
        from nuprobe.experiments import verdict

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
        "--points",
        type=click.Path(path_type=Path),
        help=(
            "Tridents: a CSV table with coefficients as columns, such as VnueLL_2222,"
            " or a folder of WCxf files: one verdict per point."
        ),
    ),
    click.option(
        "--cl",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.95,
        show_default=True,
        help="Tridents: confidence level, two-sided, of the verdict.",
    ),
    click.option(
        "--by-channel",
        is_flag=True,
        help="Tridents: events of every channel and flavour of the beam instead.",
    ),
)
"""Add ``--wcxf``, ``--points``, ``--cl`` and ``--by-channel``, as `VerdictSpec`
``asked``."""


def sentence(one: Verdict, cl: float) -> str:
    """Verdict on the first point, in words."""
    return f"{one.words[0]} at {100 * cl:g} % CL (exclusion {one.exclusion[0]:.4f})"


def flat(found: Verdicts) -> tuple[str, ...]:
    """Lines on the operators that do not affect any ratio."""
    lines = []
    if found.unseen:
        lines.append(
            f"flat directions: {_few(found.unseen)} may have any size, for no pair of"
            " these experiments contains them: add an experiment with their flavours"
        )
    return tuple(lines)


def _conditions(rates: TridentRates) -> list[str]:
    """Target, beams and numbers of events, with the published ones."""
    z2 = f"target: <Z^2> = {rates.mean_z2:.4g}"
    if abs(rates.nuclei - 1) > 1e-9:
        z2 += (
            f", {rates.nuclei:g} nuclei in a formula unit,"
            f" {rates.cross_section / rates.nuclei:.4e} cm2 per nucleus"
        )
    notes = [z2]
    for beam in rates.beams:
        text = (
            f"{beam.beam}: {beam.flavour}, {100 * beam.share:.3g} % of the neutrinos,"
            f" mean energy {beam.mean / GeV:.1f} GeV"
        )
        if beam.published is not None:
            text += f" (published: {beam.published / GeV:.1f} GeV)"
        notes.append(text)
    notes += [
        f"{name} alone: {value / rates.nuclei:.4e} cm2 per nucleus"
        for name, value in rates.by_beam.items()
    ]
    if rates.counts is not None and rates.expected is not None:
        seen = rates.counts.observed
        notes.append(f"events observed: {seen[0]:.1f} +- {seen[1]:.1f}")
        notes += [
            f"events expected, published for {name}: {value:.1f} +- {error:.1f}"
            for name, (value, error) in rates.counts.expected.items()
        ]
        notes.append(
            f"events expected, this model: {rates.expected:.1f} (ratio times the"
            " published number for sm)"
        )
    return notes


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(names[:6]) + more


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


def _many(
    chosen: list[TridentExperiment],
    analyses: Mapping[str, str],
    spec: ModelSpec,
    asked: VerdictSpec,
    out: Output,
) -> None:
    """Print one verdict per point."""
    from nuprobe.models import read_wcxf_points

    if asked.wcxf is not None:
        raise InputError(
            "--wcxf gives a single point and --points gives many: use one of them"
        )
    assert asked.points is not None
    read = read_wcxf_points(asked.points, spec.leptons())
    found = asked.of(chosen, read.model, analyses)
    columns: dict[str, Any] = {"point": np.array(read.labels)}
    for one in found.members:
        if one.ratio is not None:
            columns[f"{one.label} ratio"] = _each(one.ratio, read)
        columns[f"{one.label} exclusion"] = _each(one.exclusion, read)
        columns[f"{one.label} verdict"] = _each(np.array(one.words), read)
    out.table(
        Table(
            f"{asked.points}: verdicts on tridents at {100 * asked.cl:g} % CL,"
            " two-sided",
            tuple(columns),
            Rows(*columns.values()),
            {},
            flat(found),
        )
    )


def _each(values: Any, read: WcxfPoints) -> Any:
    """Values at every point, also if they are all equal because no operator
    contributes."""
    return np.broadcast_to(values, (len(read.labels),))


def verdicts_beside(
    experiments: list[AnyExperiment], model: Any, analyses: Mapping[str, str]
) -> Verdicts:
    """Verdicts at 95 % CL of those experiments that are trident experiments, on the
    starting point of a fit."""
    from nuprobe.experiments import TridentExperiment

    tridents = [one for one in experiments if isinstance(one, TridentExperiment)]
    own = {one.name: analyses[one.name] for one in tridents if one.name in analyses}
    return VerdictSpec(None, None, 0.95).of(tridents, model, own)


def print_tridents(
    chosen: list[TridentExperiment],
    analyses: Mapping[str, str],
    spec: ModelSpec,
    asked: VerdictSpec,
    out: Output,
) -> None:
    """Print ratios to the Standard Model and verdicts: one experiment in full, several
    in a table, many points in one row each."""
    if asked.by_channel:
        if asked.points is not None:
            raise InputError(
                "--by-channel works with one model only, and --points gives many"
            )
        return print_channels(chosen, asked.added(spec.leptons()), out)
    if asked.points is not None:
        return _many(chosen, analyses, spec, asked, out)
    model = asked.added(spec.leptons())
    found = asked.of(chosen, model, analyses)
    if len(chosen) > 1:
        return out.emit(str(verdict_table(found, model)), found.to_dict())
    (one,) = chosen
    rates = one.predict(model, analyses.get(one.name))
    member = found.members[0]
    table = Table(
        f"{rates.experiment}, analysis {rates.analysis}: cross sections per"
        f" {'nucleus' if abs(rates.nuclei - 1) < 1e-9 else 'formula unit'} averaged"
        " over the flux of " + ", ".join(c.incoming.name for c in one.channels()),
        ("regime", "sigma [cm2]", "events"),
        tuple(
            (regime, sigma, (rates.events or {}).get(regime))
            for regime, sigma in rates.cross_sections.items()
        ),
        {"sigma [cm2]": ".4e", "events": ".1f"},
        (
            f"ratio to the Standard Model: {rates.ratio:.4f}, regime {rates.regime}"
            + (f", without {', '.join(rates.beside)}" if rates.beside else ""),
            (
                f"measured or assumed: {rates.measured:g} +{rates.plus:g}"
                f" -{rates.minus:g}, pull {rates.pull:+.2f}"
            ),
            sentence(member, asked.cl),
            *_conditions(rates),
            *flat(found),
            *(
                []
                if rates.sin2_theta_w is None
                else [f"sin2 theta_W of the model: {rates.sin2_theta_w:g}"]
            ),
        ),
    )
    said = {
        # cl, verdicts and unseen are also those of several experiments
        **found.to_dict(),
        "verdict": member.words[0],
        "exclusion_cl": float(member.exclusion[0]),
    }
    out.emit(str(table), {**rates.to_dict(), **said})
