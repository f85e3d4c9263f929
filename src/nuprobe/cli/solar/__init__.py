"""``nuprobe solar``: survival of solar neutrinos, allowed mixing, and L_1A."""

from __future__ import annotations

import click

from nuprobe.cli.solar.current import current_command
from nuprobe.cli.solar.plane import plane_command
from nuprobe.cli.solar.probability import probability_command


@click.group("solar")
def solar_command() -> None:
    """Solar neutrinos: survival probabilities, allowed mixing, the axial current L_1A.

    Rates and fits of solar experiments are those of `nuprobe rate`, `fit` and `scan`.
    """


for _command in (probability_command, plane_command, current_command):
    solar_command.add_command(_command)
