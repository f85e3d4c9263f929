"""``nuprobe completion``: scripts for shell completion of commands and names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from nuprobe.cli.options import command

VARIABLE = "_NUPROBE_COMPLETE"
"""Environment variable through which a shell asks."""


@command(
    "completion",
    epilog="""\b
Examples:
  nuprobe completion bash >> ~/.bashrc
  nuprobe completion zsh >> ~/.zshrc
  nuprobe completion fish > ~/.config/fish/completions/nuprobe.fish""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print a script with which SHELL completes commands, options, experiments, models,
    targets, fluxes, parameters and entries of the catalogue."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(
        kind(
            click.get_current_context().find_root().command, {}, "nuprobe", VARIABLE
        ).source()
    )
