"""Entry point: commands are imported when they run, errors become one line and an exit
code."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any

import click

from nuprobe.cli import streams
from nuprobe.errors import NuprobeError, StoppedError
from nuprobe.stopping import name_of, number_of, stop_signals

# command -> (module, one line of help): the help page imports nothing else
_COMMANDS = {
    "list": (
        "nuprobe.cli.list",
        "Everything that can be named: targets, fluxes, models, experiments, …",
    ),
    "xsec": ("nuprobe.cli.xsec", "Cross sections."),
    "form-factors": ("nuprobe.cli.form_factors", "Form factors of a nucleus over q."),
    "new": ("nuprobe.cli.new", "A commented folder of your own to begin with."),
    "check": ("nuprobe.cli.check", "Everything that is wrong with a folder."),
    "rate": ("nuprobe.cli.rate", "Expected counts of an experiment."),
    "fit": ("nuprobe.cli.fit", "Fit parameters to the data of an experiment."),
    "scan": ("nuprobe.cli.scan", "Scan a grid of parameters; resumable."),
    "sample": (
        "nuprobe.cli.sample",
        "Sample the posterior of parameters: credible intervals, chains, corner plot.",
    ),
    "toys": ("nuprobe.cli.toys", "Simulated data: coverage, thresholds, CLs."),
    "plane": ("nuprobe.cli.plane", "Exclusion of a plane by several statistics."),
    "limit": ("nuprobe.cli.limit", "Largest couplings that experiments allow."),
    "match": ("nuprobe.cli.match", "Wilson coefficients that a boson leaves."),
    "majorana": (
        "nuprobe.cli.majorana",
        "Dirac or Majorana: heavy neutrinos, double beta decay, relic neutrinos.",
    ),
    "gap": ("nuprobe.cli.gap", "Cosmic neutrinos that a Z' absorbs: IceCube's gap."),
    "sensitivity": ("nuprobe.cli.sensitivity", "Reach of tridents by beam energy."),
    "solar": ("nuprobe.cli.solar", "Solar neutrinos: survival, mixing and L_1A."),
    "precession": ("nuprobe.cli.precession", "Solar neutrinos in the Sun's field."),
    "cosmology": ("nuprobe.cli.cosmology", "The early universe with moments."),
    "star": ("nuprobe.cli.star", "Red giants that cool by magnetic moments."),
    "reproduce": (
        "nuprobe.cli.reproduce",
        "Published numbers beside computed ones; exit code 1 if one disagrees.",
    ),
    "events": (
        "nuprobe.cli.events",
        "Neutrino trident events: generated, weighted by any model, written.",
    ),
    "catalogue": (
        "nuprobe.cli.catalogue",
        "Published constraints: shown, searched, checked, exported, plotted.",
    ),
    "schema": ("nuprobe.cli.schema", "JSON Schemas of experiments and catalogue."),
    "data": (
        "nuprobe.cli.data",
        "Full data releases: fetched by DOI or from a folder, checksums verified.",
    ),
    "demo": ("nuprobe.cli.demo", "The main job: CsI 2017 from folder to fit."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        name = f"{cmd_name.replace('-', '_')}_command"
        found: click.Command = getattr(import_module(_COMMANDS[cmd_name][0]), name)
        return found

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with streams.noticing():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with streams.noticing():
            return super().invoke(ctx)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from nuprobe.errors import UnknownNameError

            raise UnknownNameError("command", args[0], _COMMANDS)
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nuprobe", message="%(prog)s %(version)s")
def cli() -> None:
    """Neutrino scattering as a probe of new physics: a model and an experiment in, a
    rate or a fit out.

    \b
    Examples:
      nuprobe xsec cevns --target Ar40 --energy "10:50:5 MeV"
      nuprobe fit coherent-csi-2017 --free rn
    """


def main() -> None:
    """Run the command line: exit code 0 done, 1 a check failed, 2 bad input, 128 + n
    stopped by signal n (130 Ctrl-C, 143 SIGTERM, 129 SIGHUP)."""
    warnings.showwarning = streams.say_warning
    streams.make_legible()
    code, said = 2, ""
    try:
        with stop_signals():
            code = cli.main(standalone_mode=False)
    except NuprobeError as err:
        said = " ".join(str(err).split())
        code = 128 + err.signal if isinstance(err, StoppedError) else 2
    except click.ClickException as err:
        usage = isinstance(err, click.UsageError) and err.ctx
        hint = usage.command_path if usage else "nuprobe"
        said = f"{err.format_message()} (see `{hint} --help`)"
    except (click.Abort, KeyboardInterrupt) as err:
        # click makes an Abort of any interrupt
        cause = err if isinstance(err, KeyboardInterrupt) else err.__cause__ or err
        code, said = 128 + number_of(cause), name_of(cause)
    except streams.ReaderGoneError:
        # as with head or less: nothing is left to say
        streams.silence()
        code = 0
    except OSError as err:
        why = err.strerror or err
        said = f"cannot write the output: {why}; free space or choose another place"
    except MemoryError:
        said = "not enough memory for this many points: ask for a smaller grid"
    if said:
        streams.say(f"nuprobe: {said}")
    sys.exit(code if isinstance(code, int) else 0)
