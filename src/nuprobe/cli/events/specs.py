"""Options for events: a file, histograms, a comparison with backgrounds. Each is an
object that a decorator passes to the command."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.events.sizes import check_disk, check_time, yes_option
from nuprobe.cli.options import grouped, target_spec
from nuprobe.cli.specs import FLUX_OPTIONS, make_flux
from nuprobe.cli.values import integer, key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuprobe.events import Cut, Distributions, Generator
    from nuprobe.events.assumptions import Assumptions
    from nuprobe.events.backgrounds import Comparison
    from nuprobe.models import LeptonModel

__all__ = [
    "BackgroundSpec",
    "FileSpec",
    "HistogramSpec",
    "background_options",
    "file_options",
    "histogram_options",
]

_DEFAULT = ("E_minus", "theta_minus", "opening_angle", "m_pair", "pt_missing", "Q2")
_WORKERS = click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes on this machine; they do not change the events.",
)
_DASK = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster, or its JSON file (needs nuprobe[cluster]).",
)
_PROGRESS = click.option(
    "--progress/--no-progress",
    default=None,
    help="Progress bars [default: on a terminal].",
)


def _check_place(workers: int | None, dask: str | None) -> None:
    if workers and dask:
        raise InputError("give --workers or --dask, not both")


@dataclass(frozen=True)
class FileSpec:
    """A file of events as typed.

    Attributes
    ----------
    number : number of events.
    weighted : with individual weights instead of equal ones.
    output : the file.
    resume, overwrite : continue an interrupted run; replace a file.
    workers : processes, or None.
    dask : scheduler of a cluster instead, or None.
    progress : whether a bar is shown; None on a terminal.
    yes : whether it may need more disk than is free.
    """

    number: int
    weighted: bool
    output: Path
    resume: bool
    overwrite: bool
    workers: int | None
    dask: str | None
    progress: bool | None
    yes: bool

    def check(self, models: int) -> None:
        """Reject a file that cannot be written, or does not fit on its disk.

        Parameters
        ----------
        models : number of weights per event.
        """
        from nuprobe.events.store import check_new

        _check_place(self.workers, self.dask)
        ending = check_new(
            self.output, self.number, resume=self.resume, overwrite=self.overwrite
        )
        check_disk(self.number, models, self.output, ending, self.yes)


file_options = grouped(
    "file",
    FileSpec,
    click.option(
        "-n", "--number", type=integer, required=True, help="Number of events."
    ),
    click.option(
        "--weighted",
        is_flag=True,
        help="Weighted instead of unweighted events.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help="File of the events.",
    ),
    click.option(
        "--resume", is_flag=True, help="Go on where an interrupted run stopped."
    ),
    click.option(
        "--overwrite",
        is_flag=True,
        help="Replace an existing file, once the new one is complete.",
    ),
    _WORKERS,
    _DASK,
    _PROGRESS,
    yes_option,
)
"""Add the options of the file as `FileSpec` ``file``."""


@dataclass(frozen=True)
class HistogramSpec:
    """Histograms of generated events, as typed.

    Attributes
    ----------
    observables : names, or ``X,Y`` for a plane.
    bins : of a histogram, or None.
    ranges : ``NAME=LOW:HIGH``.
    cuts : texts.
    number : minimum number of events.
    workers : processes, or None.
    dask : scheduler of a cluster instead, or None.
    progress : whether bars are shown; None on a terminal.
    """

    observables: tuple[str, ...]
    bins: int | None
    ranges: tuple[str, ...]
    cuts: tuple[str, ...]
    number: int
    workers: int | None
    dask: str | None
    progress: bool | None

    @property
    def bars(self) -> bool:
        """Whether bars are shown."""
        return sys.stderr.isatty() if self.progress is None else self.progress

    def conditions(self) -> tuple[Cut, ...]:
        """Return the cuts."""
        from nuprobe.events import parse_cuts

        return parse_cuts(list(self.cuts))

    def names(self) -> list[tuple[str, ...]]:
        """Return the observables of each histogram, one or two."""
        from nuprobe.events import observable

        names = [
            tuple(observable(o.strip()).name for o in text.split(","))
            for text in self.observables or _DEFAULT
        ]
        if any(len(n) > 1 for n in names) and (len(names) > 1 or len(names[0]) > 2):
            raise InputError(
                "a plane X,Y of two observables needs its own figure: give it as the"
                " only --observable"
            )
        return names

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the ranges by observable, in its unit."""
        from nuprobe.events import observable
        from nuprobe.events.cuts import parse_value

        limits = {}
        for text in self.ranges:
            name, equals, rest = text.partition("=")
            low, colon, high = rest.partition(":")
            if not (equals and colon):
                raise InputError(
                    f"cannot read --range {text!r}: write NAME=LOW:HIGH, e.g."
                    " 'theta_minus=0 deg:10 deg'"
                )
            one = observable(name.strip())
            if one.name in limits:
                raise InputError(f"--range names {one.name} twice")
            limits[one.name] = (parse_value(low, one), parse_value(high, one))
        return limits

    def check(self) -> None:
        """Reject cuts, observables and ranges that cannot be read."""
        _check_place(self.workers, self.dask)
        self.conditions()
        self.names()
        self.limits()

    def fill(
        self, generator: Generator, models: Mapping[str, LeptonModel | None]
    ) -> Distributions:
        """Return histograms of events of a generator in these models."""
        from nuprobe.events import distributions

        names = self.names()
        return distributions(
            generator,
            [n[0] if len(n) == 1 else (n[0], n[1]) for n in names],
            models=models,
            bins=self.bins or (40 if len(names[0]) == 1 else 25),
            ranges=self.limits(),
            cuts=self.conditions(),
            n=self.number,
            workers=self.workers,
            client=self.dask,
            progress=self.bars,
        )


histogram_options = grouped(
    "histograms",
    HistogramSpec,
    click.option(
        "--observable",
        "observables",
        multiple=True,
        help=(
            "See `nuprobe list observables`; repeatable. X,Y is a plane of two"
            f" [default: {', '.join(_DEFAULT)}]."
        ),
    ),
    click.option(
        "--bins",
        type=click.IntRange(1, 10000),
        help="Bins of a histogram [default: 40; 25 x 25 for a plane].",
    ),
    click.option(
        "--range",
        "ranges",
        multiple=True,
        metavar="NAME=LOW:HIGH",
        help="E.g. 'theta_minus=0 deg:10 deg'; repeatable.",
    ),
    click.option(
        "--cut",
        "cuts",
        multiple=True,
        help="E.g. 'theta_minus < 10 deg and E_minus > 0.5 GeV'; repeatable.",
    ),
    click.option(
        "-n",
        "--number",
        type=click.IntRange(1),
        default=100_000,
        show_default=True,
        help="Events, at least.",
    ),
    _WORKERS,
    _DASK,
    _PROGRESS,
)
"""Add the options of the histograms as `HistogramSpec` ``histograms``."""


@dataclass(frozen=True)
class BackgroundSpec:
    """The comparison, as typed.

    Attributes
    ----------
    flux_name, flux_option : as in `SourceSpec`.
    target_text : target.
    number : interactions of each process.
    changes : ``key=value`` pairs of assumptions.
    file : TOML file of assumptions, or None.
    cuts : texts; default: those of the assumptions.
    seed : of all random numbers.
    workers : processes, or None.
    dask : scheduler of a cluster instead, or None.
    yes : whether it may take more than a day.
    """

    flux_name: str | None
    flux_option: tuple[str, ...]
    target_text: str
    number: int
    changes: tuple[str, ...]
    file: Path | None
    cuts: tuple[str, ...]
    seed: int
    workers: int | None
    dask: str | None
    yes: bool

    def table(self) -> Assumptions:
        """Return the assumptions."""
        from nuprobe.events.assumptions import assumptions

        changes = key_values(self.changes, example="muon.decay_length=3 m")
        return assumptions(self.file, changes)

    def compare(self) -> Comparison:
        """Return signal and backgrounds."""
        from nuprobe.events.backgrounds import MOST, compare

        _check_place(self.workers, self.dask)
        if self.number <= MOST:  # compare rejects larger numbers
            check_time(self.number, self.yes)
        return compare(
            make_flux(self.flux_name or "dune-nd-fhc", self.flux_option),
            target_spec(self.target_text),
            self.number,
            table=self.table(),
            cuts=self.cuts or None,
            seed=self.seed,
            workers=self.workers,
            client=self.dask,
        )


background_options = grouped(
    "backgrounds",
    BackgroundSpec,
    *FLUX_OPTIONS,
    click.option(
        "--target",
        "target_text",
        default="Ar40",
        show_default=True,
        help="As for xsec.",
    ),
    click.option(
        "-n",
        "--number",
        type=integer,
        default=50_000,
        show_default=True,
        help="Interactions of each process.",
    ),
    click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="KEY=VALUE",
        help="Replace an assumption; may be repeated.",
    ),
    click.option(
        "--assumptions",
        "file",
        type=click.Path(path_type=Path),
        help="TOML file with changed assumptions.",
    ),
    click.option(
        "--cut",
        "cuts",
        multiple=True,
        help="Such as 'm_pair < 0.5 GeV'; may be repeated, in this order.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        help="Seed of all random numbers.",
    ),
    _WORKERS,
    _DASK,
    yes_option,
)
"""Add the options of the comparison as `BackgroundSpec` ``backgrounds``."""
