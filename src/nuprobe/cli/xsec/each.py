"""Tables of a command for several targets, channels, models, fluxes or flavours."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.xsec.joined import joined
from nuprobe.cli.xsec.told_once import told_once
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn

REPEATABLE = {
    "channel": "channel",
    "target_text": "target",
    "flux_name": "flux",
    "flavour": "flavour",
    "model": "model",
}
"""Arguments of commands that may have several values → name of the option and of the
column in the table."""

_BELONGS = {"flux_option": "flux_name", "params": "model", "model_file": "model"}
"""Arguments that belong to one value of another argument."""


@dataclass(frozen=True)
class Drawable:
    """Table of one combination, with the data of its curves.

    Attributes
    ----------
    table : of this combination.
    curves : argument of `draw` for this combination.
    draw : makes one figure from the curves of all combinations.
    """

    table: Table
    curves: list[Any]
    draw: Callable[[list[Any]], Drawn]


def each(
    function: Callable[..., Table | Drawable], *, together: Collection[str] = ()
) -> Callable[..., None]:
    """Return a command that writes one table for all combinations of its options.

    It must be the outermost decorator except that of the command.

    Parameters
    ----------
    function : takes one value of each of `REPEATABLE` and returns their table; its
        `table_options` are handled here.
    together : those of `REPEATABLE` whose values are drawn in one figure: with
        ``--plot`` the function then returns a `Drawable`.
    """

    @wraps(function)
    def command(as_json: bool, output: Path | None, **typed: Any) -> None:
        out = Output(as_json, output)
        several = {name: typed[name] for name in REPEATABLE if name in typed}
        _check(typed, {n: v for n, v in several.items() if len(v) > 1}, together)
        choices = [values or (None,) for values in several.values()]
        found = []
        with told_once() as heard:
            for values in product(*choices):
                names = [str(v) for v, c in zip(values, choices, strict=True) if c[1:]]
                with heard.of(names):
                    one = dict(zip(several, values, strict=True))
                    found.append((values, function(**(typed | one))))
        drawn = [made for _, made in found if isinstance(made, Drawable)]
        if drawn:
            curves = [curve for made in drawn for curve in made.curves]
            save_plot(lambda: drawn[0].draw(curves), typed["plot"])
        tables = [
            (values, made.table if isinstance(made, Drawable) else made)
            for values, made in found
        ]
        if len(tables) == 1:
            return out.table(tables[0][1])
        varied = [i for i, values in enumerate(choices) if len(values) > 1]
        names = [REPEATABLE[list(several)[i]] for i in varied]
        cases = [
            (tuple(map(str, (values[i] for i in varied))), table)
            for values, table in tables
        ]
        name = click.get_current_context().info_name
        return out.table(joined(f"Cross sections: {name}", names, cases))

    return command


def _check(
    typed: dict[str, Any],
    several: dict[str, tuple[str, ...]],
    together: Collection[str],
) -> None:
    """Reject values given twice, and options that belong to a single value."""
    for name, values in several.items():
        twice = [v for v in values if values.count(v) > 1]
        if twice:
            raise InputError(f"--{REPEATABLE[name]} {twice[0]} is given twice")
    for name, owner in _BELONGS.items():
        if typed.get(name) and owner in several:
            option = "param" if name == "params" else name.replace("_", "-")
            raise InputError(
                f"--{option} works with a single {REPEATABLE[owner]}, and"
                f" {len(several[owner])} are given: run the command once for each"
            )
    # flux averages are drawn one by one
    apart = [n for n in several if n not in together or typed.get("flux_name")]
    if apart and typed.get("plot") is not None:
        raise InputError(
            f"--plot draws one {REPEATABLE[apart[0]]}: run the command once for each"
        )
