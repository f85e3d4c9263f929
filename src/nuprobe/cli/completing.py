"""Parameter types with shell completion.

A shell asks while a line is being typed, so nothing here may fail or print: unreadable
input has no completions.
"""

from __future__ import annotations

from contextlib import suppress

import click
from click.shell_completion import CompletionItem

from nuprobe.cli.nameable import NAMES
from nuprobe.errors import NuprobeError

__all__ = ["Named", "completed"]

_FOLDERS = {"experiments", "fluxes"}
_LISTS = {"parameters"}

_ASKED: dict[str, str] = {
    "experiments": "experiments",
    "--beside": "experiments",
    "--model": "models",
    "--family": "models",
    "--flux": "fluxes",
    "--target": "targets",
    "isotope": "targets",
    "--form-factor": "form-factors",
    "--free": "parameters",
    "--param": "keys",
    "--study": "studies",
    "keys": "reproductions",
    "ID": "entries",
    "[ID]...": "entries",
}
"""Option, or name or metavar of an argument → kind of its names."""


class Named(click.types.StringParamType):
    """A text with shell completion.

    Parameters
    ----------
    kind : ``"experiments"`` and ``"fluxes"`` (folders, too), ``"models"``,
        ``"solar-models"``, ``"targets"``, ``"form-factors"``, ``"entries"``
        of the catalogue, ``"reproductions"``, ``"studies"``, ``"keys"`` of the model
        typed before, ``"parameters"`` (a list with commas).

    Examples
    --------
    >>> named, context = Named("experiments"), click.Context(click.Command("fit"))
    >>> argument = click.Argument(["experiments"])
    >>> [c.value for c in named.shell_complete(context, argument, "coherent-csi")]
    ['coherent-csi-2017', 'coherent-csi-2021']
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin as `incomplete` does.

        Parameters
        ----------
        ctx, param : the command with its previous arguments, and the parameter.
        incomplete : the part of the value typed so far.
        """
        if self.kind in _FOLDERS and incomplete.startswith((".", "/", "~")):
            return [CompletionItem(incomplete, type="dir")]
        head, comma, last = (
            incomplete.rpartition(",") if self.kind in _LISTS else ("", "", incomplete)
        )
        with suppress(NuprobeError, OSError):
            return [
                CompletionItem(f"{head}{comma}{name}")
                for name in NAMES[self.kind](ctx)
                if name.startswith(last)
            ]
        return []


def completed(parameter: click.Parameter) -> None:
    """Let a shell complete the values of a `parameter` of a command, if they are known.

    Parameters
    ----------
    parameter : its type is changed from plain text to a `Named`.

    Examples
    --------
    >>> option = click.Option(["--model"])
    >>> completed(option)
    >>> option.type.kind
    'models'
    """
    keys = [max(parameter.opts, key=len), parameter.metavar]
    kind = next((_ASKED[k] for k in keys if k in _ASKED), None)
    if kind is not None and type(parameter.type) is click.types.StringParamType:
        parameter.type = Named(kind)
