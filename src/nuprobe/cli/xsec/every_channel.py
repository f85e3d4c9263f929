"""``--channel all`` of ``nuprobe xsec trident``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from nuprobe.cli.specs import make_flux
from nuprobe.errors import InputError


def every_channel(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with ``all`` as a channel: every channel, or each that a
    flavour of the fluxes produces."""

    @wraps(command)
    def expanded(channel: tuple[str, ...], **typed: Any) -> None:
        if "all" in channel:
            if len(channel) > 1:
                raise InputError(
                    "--channel all already includes every channel: drop the others"
                )
            channel = _channels(typed["flux_name"], typed["flux_option"])
        command(channel=channel, **typed)

    return expanded


def _channels(fluxes: tuple[str, ...], options: tuple[str, ...]) -> tuple[str, ...]:
    from nuprobe.processes import trident

    names = [one.name for one in trident.CHANNELS]
    if not fluxes:
        return tuple(names)
    opened = [make_flux(name, options) for name in fluxes]
    # a channel must be open in each flux, because one table has all of them
    made = [{f.name for f in one.flavours} for one in opened]
    common = set.intersection(*made)
    return tuple(name for name in names if name.partition(" ")[0] in common)
