"""Commands that reject an option given twice, and options passed to a command as one
object.

`grouped` makes a decorator from a frozen dataclass and the options of its fields. A
command decorated with it takes one argument, the object, however many options there
are::

    @command("rate")
    @model_options
    def rate_command(model: ModelSpec) -> None: ...
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar

import click

from nuprobe.cli.completing import completed
from nuprobe.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose options are given once, unless their help says ``repeatable``,
    and with shell completion of names.

    For an option given twice click takes the last value, so a user who expects two
    answers would get one.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for parameter in self.params:
            completed(parameter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reject options given twice, then parse."""
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            # a shell asks for the value, for which click would drop the arguments
            # before it
            args = args[:-1]
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for option, times in Counter(given).items():
            if times > 1 and isinstance(option, click.Option) and _once(option):
                raise InputError(
                    f"{max(option.opts, key=len)} is given {times} times, but takes one"
                    " value: run the command once for each"
                )
        return super().parse_args(ctx, args)


def _once(option: click.Option) -> bool:
    # a plain flag given twice is harmless
    return not option.multiple and not (option.is_flag and not option.secondary_opts)


def command(name: str, **settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """Like ``click.command``, for a `Command`.

    Parameters
    ----------
    name : of the command.
    settings : as for ``click.command``.
    """
    return click.command(name, cls=Command, **settings)


def grouped(
    argument: str, spec: Callable[..., Any], *options: Callable[[Any], Any]
) -> Callable[[F], F]:
    """Return a decorator that adds options and passes them as one object.

    Parameters
    ----------
    argument : name of the command's argument that takes the object.
    spec : dataclass with one field per option, named like it; other fields have a
        default.
    options : click options in the order of the help page.
    """

    def decorate(function: F) -> F:
        others = len(getattr(function, "__click_params__", ()))

        @wraps(function)
        def command(*args: Any, **kwargs: Any) -> Any:
            values = {name: kwargs.pop(name) for name in names}
            return function(*args, **{argument: spec(**values)}, **kwargs)

        for option in reversed(options):
            option(command)
        # other objects may have fields with the same names
        own = {p.name for p in command.__click_params__[others:]}  # type: ignore[attr-defined]
        names = [f.name for f in fields(spec) if f.name in own]  # type: ignore[arg-type]
        return command  # type: ignore[return-value]

    return decorate


def target_spec(text: str) -> str | dict[str, float]:
    """Return an argument of `nuprobe.target`.

    Parameters
    ----------
    text : ``Ar40``, ``CsI``, ``natural Xe``, or a mixture by number ``Si28=1,O16=2``.

    Examples
    --------
    >>> target_spec("Si28=1,O16=2")
    {'Si28': 1.0, 'O16': 2.0}
    """
    if "=" not in text:
        return text
    mixture = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name.strip() in mixture:
            raise InputError(f"the mixture {text!r} names {name.strip()} twice")
        try:
            mixture[name.strip()] = float(number)
        except ValueError:
            raise InputError(
                f"cannot read {part!r} in the mixture {text!r}: write name=number, e.g."
                " Si28=1,O16=2"
            ) from None
    return mixture
