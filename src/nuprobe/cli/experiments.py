"""Experiments as typed, with analyses chosen and keys changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.belonging import chosen_analyses, shared_out
from nuprobe.cli.options import grouped
from nuprobe.cli.values import bin_edges, key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment, Experiment, SitesExperiment
    from nuprobe.inference import Cost

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class ExperimentSpec:
    """Experiments and changes of their files.

    Attributes
    ----------
    experiments : names or folders.
    analyses : names of ``--analysis``, with several experiments ``EXPERIMENT=NAME``.
    changes : ``key=value`` pairs of ``--set``, with several ``EXPERIMENT:key=value``.
    bins : ``energy=...`` and ``time=...`` of ``--bins``, likewise.
    with_projections : whether projections may be added to other data.
    """

    experiments: tuple[str, ...]
    analyses: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()
    with_projections: bool = False

    def by_experiment(self) -> dict[str, str]:
        """Return the chosen analyses by name of experiment."""
        return chosen_analyses(self.analyses, self._aliases) if self.analyses else {}

    @property
    def analysis(self) -> str | None:
        """The analysis of the one experiment, or None for its first."""
        return next(iter(self.by_experiment().values()), None)

    @cached_property
    def _plain(self) -> list[AnyExperiment]:
        """The experiments with unchanged files."""
        from nuprobe.experiments import experiment

        return [experiment(name) for name in self.experiments]

    @property
    def _aliases(self) -> dict[str, str]:
        """Names, and paths as typed, → names."""
        names = [one.name for one in self._plain]
        return {
            **dict(zip(self.experiments, names, strict=True)),
            **{n: n for n in names},
        }

    def open(self) -> list[AnyExperiment]:
        """Return the experiments."""
        opened = self._plain
        if not (self.changes or self.bins):
            return opened
        changes = shared_out("--set", self.changes, self._aliases)
        bins = shared_out("--bins", self.bins, self._aliases)
        return [self._changed(one, changes[one.name], bins[one.name]) for one in opened]

    def cost(self, model: Any, free: Sequence[str]) -> Cost:
        """Return the joint cost of the experiments."""
        from nuprobe.experiments import joint_cost

        return joint_cost(
            self.open(),
            model,
            free,
            self.by_experiment(),
            with_projections=self.with_projections,
        )

    def _changed(
        self, one: AnyExperiment, changes: list[str], bins: list[str]
    ) -> AnyExperiment:
        """The experiment with its file changed; the bins of a ratio cannot be
        changed."""
        from nuprobe.experiments import TridentExperiment

        if isinstance(one, TridentExperiment) and bins:
            raise InputError(
                f"--bins requires a spectrum, and {one.name} measures one ratio: drop"
                " it"
            )
        if changes:
            one = one.with_changes(key_values(changes))
        if bins:
            analysis = self.by_experiment().get(one.name)
            try:
                one = one.rebinned(**bin_edges(bins), analysis=analysis)
            except InputError as err:
                raise InputError(f"--bins {' '.join(bins)}: {_own(err)}") from None
        return one

    def counting(self) -> list[Experiment | SitesExperiment]:
        """Return the experiments, which all measure spectra."""
        from nuprobe.experiments import (
            BaselineExperiment,
            Experiment,
            SitesExperiment,
            SolarExperiment,
        )

        opened: list[Experiment | SitesExperiment] = []
        for one in self.open():
            if isinstance(one, BaselineExperiment):
                raise InputError(
                    f"{one.name} measures a disappearance, not recoils: use"
                    f" `nuprobe rate {one.name}`, fit, scan, limit or plane"
                )
            if isinstance(one, SolarExperiment):
                raise InputError(
                    f"{one.name} has values of solar neutrinos, not recoils: use"
                    f" `nuprobe rate {one.name}`, fit or scan, or `nuprobe solar`"
                )
            if not isinstance(one, (Experiment, SitesExperiment)):
                raise InputError(
                    f"{one.name} measures one ratio and has no spectrum: use"
                    f" `nuprobe fit {one.name}` or `nuprobe limit {one.name}`"
                )
            opened.append(one)
        return opened


def _own(err: InputError) -> str:
    """A message about an experiment's file, without the file and keys that the user did
    not type."""
    text = re.sub(r"^\S*\.toml: (?:analyses\.\S+: )?", "", str(err))
    return re.sub(r"\b(energy|time)_edges\b", r"bins of \1", text)


def experiment_options(
    several: bool = False, required: bool = True, joint: bool = True
) -> Callable[[F], F]:
    """Add the argument EXPERIMENT (or, if `several`, EXPERIMENT...; optional if not
    `required`) with options for its analysis and keys, as `ExperimentSpec`
    ``experiment``; several that are combined in one likelihood (`joint`) may include
    projections."""
    word = "EXPERIMENT" if required else "[EXPERIMENT]"
    argument = click.argument(
        "experiments",
        nargs=-1 if several else 1,
        required=required,
        metavar=f"{word}..." if several else word,
        callback=lambda ctx, _, value: (value,) if isinstance(value, str) else value,
    )
    added = (PROJECTIONS,) if several and joint else ()
    return grouped("experiment", ExperimentSpec, argument, *CHOICES, *added)


CHOICES = (
    click.option(
        "--analysis",
        "analyses",
        multiple=True,
        metavar="[EXPERIMENT=]NAME",
        help=(
            "Analysis; of several experiments EXPERIMENT=NAME; repeatable [default: the"
            " first of each file]."
        ),
    ),
    click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="[EXPERIMENT:]KEY=VALUE",
        help=(
            "Change a key of the experiment's file, e.g."
            " response.smearing.kind=none, or with a table of TOML or JSON"
            " 'response.quenching={kind=\"constant\", factor=1.0}'; repeatable."
        ),
    ),
    click.option(
        "--bins",
        multiple=True,
        metavar="[EXPERIMENT:]QUANTITY=EDGES",
        help=(
            "Merge bins of the analysis: energy=6,14,30 or energy=6:30:3 (three"
            " bins), 'time=0:6:2 us', or just a number of bins; repeatable."
        ),
    ),
)
"""``--analysis``, ``--set`` and ``--bins``."""

PROJECTIONS = click.option(
    "--with-projections",
    is_flag=True,
    help="Allow projections to be added to data.",
)
