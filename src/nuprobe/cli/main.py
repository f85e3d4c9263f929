"""Entry point: commands are imported when they run, errors become one line and an exit
code."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any, Final

import click

from nuprobe.cli import streams
from nuprobe.cli.commands import COMMANDS
from nuprobe.errors import NuprobeError, StoppedError
from nuprobe.provenance import command_text, made_by
from nuprobe.stopping import name_of, number_of, stop_signals

_WORDS: Final = "nuprobe.words"
"""The command line as typed."""

# click 8.1 prints the help itself
_BARE_GROUP: tuple[type[click.ClickException], ...] = tuple(
    getattr(click.exceptions, name)
    for name in ("NoArgsIsHelpError",)
    if hasattr(click.exceptions, name)
)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name.replace('-', '_')}_command"
        found: click.Command = getattr(import_module(COMMANDS[cmd_name][0]), name)
        return found

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        words = list(args[1] if len(args) > 1 else kwargs.get("args", ()))
        with streams.noticing():
            context = super().make_context(*args, **kwargs)
        context.meta[_WORDS] = ["nuprobe", *words]
        return context

    def invoke(self, ctx: click.Context) -> Any:
        with streams.noticing(), made_by(command_text(ctx.meta[_WORDS])):
            return super().invoke(ctx)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from nuprobe.errors import UnknownNameError

            raise UnknownNameError("command", args[0], COMMANDS)
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
    except _BARE_GROUP as err:
        # a group without a command prints its help, as intended
        click.echo(err.format_message())
        code = 0
    except click.ClickException as err:
        usage = isinstance(err, click.UsageError) and err.ctx
        hint = usage.command_path if usage else "nuprobe"
        said = f"{err.format_message()} (see `{hint} --help`)"
    except (click.Abort, KeyboardInterrupt) as err:
        # click turns any interrupt into an Abort
        cause = err if isinstance(err, KeyboardInterrupt) else err.__cause__ or err
        code, said = 128 + number_of(cause), name_of(cause)
    except streams.ReaderGoneError:
        # as with head or less: end silently
        streams.silence()
        code = 0
    except OSError as err:
        why = err.strerror or err
        said = f"cannot write the output: {why}; free space or choose another place"
    except MemoryError:
        said = "not enough memory for this many points: use a smaller grid"
    if said:
        streams.say(f"nuprobe: {said}")
    sys.exit(code if isinstance(code, int) else 0)
