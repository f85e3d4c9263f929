"""Settings of one of several experiments on a command line: ``EXPERIMENT=NAME`` of
``--analysis``, ``EXPERIMENT:KEY=VALUE`` of ``--set`` and ``--bins``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nuprobe.errors import InputError, UnknownNameError

__all__ = ["chosen_analyses", "shared_out"]


def shared_out(
    option: str, texts: Sequence[str], aliases: Mapping[str, str]
) -> dict[str, list[str]]:
    """Texts by name of the experiment; with one experiment all belong to it.

    Parameters
    ----------
    option : named in messages.
    texts : as typed, each with the prefix ``EXPERIMENT:``, optional with one
        experiment.
    aliases : name or path of an experiment as typed → its name.

    Raises
    ------
    InputError
        If a text does not name the experiment it belongs to, out of several.

    Examples
    --------
    >>> shared_out("--bins", ["ge:energy=3"], {"./ge": "ge", "ge": "ge", "ar": "ar"})
    {'ge': ['energy=3'], 'ar': []}
    """
    found: dict[str, list[str]] = {name: [] for name in aliases.values()}
    for text in texts:
        alias = _leading(text, ":", aliases)
        if alias is not None:
            found[aliases[alias]].append(text[len(alias) + 1 :])
        elif len(found) == 1:
            next(iter(found.values())).append(text)
        else:
            raise InputError(
                f"{option} {text!r} belongs to one of {', '.join(found)}: write"
                f" {option} {next(iter(found))}:{text}"
            )
    return found


def chosen_analyses(texts: Sequence[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """Analyses by name of the experiment, from ``--analysis``.

    Parameters
    ----------
    texts : ``EXPERIMENT=NAME``, or ``NAME`` with one experiment.
    aliases : as in `shared_out`.

    Raises
    ------
    InputError
        If a text does not name one of several experiments, or two name the same.
    UnknownNameError
        If it names an experiment that was not given.

    Examples
    --------
    >>> chosen_analyses(["published"], {"ccfr-trident": "ccfr-trident"})
    {'ccfr-trident': 'published'}
    """
    names = list(dict.fromkeys(aliases.values()))
    found: dict[str, str] = {}
    for text in texts:
        alias = _leading(text, "=", aliases)
        if alias is not None:
            name, analysis = aliases[alias], text[len(alias) + 1 :]
        elif "=" in text:
            raise UnknownNameError(
                "experiment of this command",
                text.partition("=")[0],
                aliases,
                f"(in --analysis {text})",
            )
        elif len(names) == 1:
            name, analysis = names[0], text
        else:
            raise InputError(
                f"--analysis {text!r} belongs to one of {', '.join(names)}: write"
                f" --analysis {names[0]}={text}"
            )
        if name in found:
            raise InputError(
                f"--analysis names {name} twice: each experiment can have only one"
                " analysis"
            )
        found[name] = analysis.strip()
    return found


def _leading(text: str, mark: str, aliases: Mapping[str, str]) -> str | None:
    """The experiment with the longest name that a text begins with, before a mark."""
    found = [alias for alias in aliases if text.startswith(alias + mark)]
    return max(found, key=len, default=None)
