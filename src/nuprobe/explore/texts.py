"""Command line and Python code for the numbers of a page, with ``{name}`` in place of
the value of a parameter; other braces are doubled."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from nuprobe.explore.pages import MEDIATOR, PageFile, is_file, model_stack
from nuprobe.parameters import Parameter

__all__ = ["command_text", "python_text"]


def command_text(page: PageFile, parameters: Sequence[Parameter]) -> str:
    """The command that profiles the likelihood at one point.

    Parameters
    ----------
    page : described.
    parameters : of its cost.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> from nuprobe.parameters import Parameter
    >>> command_text(page, [Parameter("rn", 5.0, unit="fm")])
    "nuprobe scan coherent-csi-2017 --grid 'rn={rn}:{rn} fm:1' -o point.h5"
    """
    words = ["nuprobe", "scan", *page.experiments, *_choices(page)]
    words += _model_words(page)
    axes = []
    for p in parameters:
        unit = f" {p.unit}" if p.unit else ""
        axes.append(f"{p.name}={{{p.name}}}:{{{p.name}}}{unit}:1")
    words = [_braced(word) for word in words]
    return shlex.join([*words, "--grid", ",".join(axes), "-o", "point.h5"])


def _braced(text: str) -> str:
    """Text with braces escaped."""
    return text.replace("{", "{{").replace("}", "}}")


def _choices(page: PageFile) -> list[str]:
    """Options on the experiments."""
    alone = len(page.experiments) == 1
    words = []
    for name, analysis in page.analyses.items():
        words += ["--analysis", analysis if alone else f"{name}={analysis}"]
    for name, changes in page.changes.items():
        head = "" if alone else f"{name}:"
        for key, value in changes.items():
            words += ["--set", f"{head}{key}={_typed(value)}"]
    for name, bins in page.bins.items():
        head = "" if alone else f"{name}:"
        for key, value in bins.items():
            edges = ",".join(map(str, value)) if isinstance(value, list) else value
            words += ["--bins", f"{head}{key}={edges}"]
    return [*words, *(["--with-projections"] if page.with_projections else [])]


def _model_words(page: PageFile) -> list[str]:
    """Options on the model."""
    if is_file(page):
        return ["--model-file", page.model]
    words = [] if page.model == "sm" else ["--model", page.model]
    for key, value in (page.params if page.free else MEDIATOR | page.params).items():
        words += ["--param", f"{key}={_typed(value)}"]
    if page.sin2_theta_w is not None:
        words += ["--sin2-theta-w", repr(page.sin2_theta_w)]
    return words


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def python_text(page: PageFile, parameters: Sequence[Parameter]) -> str:
    """Lines of Python that give −2 ln L, nuisances minimised, at one point.

    Parameters
    ----------
    page : described.
    parameters : of its cost, in its order.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> from nuprobe.parameters import Parameter
    >>> print(python_text(page, [Parameter("rn", 5.0, unit="fm")]))
    import nuprobe as nu
    <BLANKLINE>
    experiments = [nu.experiment('coherent-csi-2017')]
    cost = nu.experiments.joint_cost(experiments, free=['rn'])
    print(cost.profiled([[{rn}]]).twice_nll[0])
    """
    opened = ", ".join(_experiment(page, name) for name in page.experiments)
    lines = ["import nuprobe as nu", "", f"experiments = [{opened}]"]
    lines += _joint(page) if page.free else _family(page)
    if page.observable is not None:
        lines[1:1] = ["from nuprobe.explore import with_observable"]
        lines.append(f"cost = with_observable(cost, {page.observable!r})")
    at = ", ".join(f"{{{p.name}}}" for p in parameters)
    lines = [_braced(line) for line in lines]
    return "\n".join([*lines, f"print(cost.profiled([[{at}]]).twice_nll[0])"])


def _experiment(page: PageFile, name: str) -> str:
    changes, bins = page.changes.get(name), page.bins.get(name)
    text = f"nu.experiment({name!r})"
    if changes:
        text += f".with_changes({changes!r})"
    if bins:
        keys = ", ".join(f"{key}={value!r}" for key, value in bins.items())
        text += f".rebinned({keys}, analysis={page.analyses.get(name)!r})"
    return text


def _model(page: PageFile, **more: Any) -> str:
    """The model; empty for the Standard Model as it is."""
    if is_file(page):
        return f"nu.model({page.model!r})"
    stack = model_stack(page, **more)
    if len(stack) != 1:
        return f"nu.model({stack!r})" if stack else ""
    ((name, keys),) = stack
    if all(key.isidentifier() for key in keys):
        words = [repr(name), *(f"{key}={value!r}" for key, value in keys.items())]
        return f"nu.model({', '.join(words)})"
    return f"nu.model({name!r}, **{keys!r})"


def _joint(page: PageFile) -> list[str]:
    model = _model(page)
    words = [
        *([f"model={model}"] if model else []),
        f"free={page.free!r}",
        *([f"analysis={page.analyses!r}"] if page.analyses else []),
        *(["with_projections=True"] if page.with_projections else []),
    ]
    return [f"cost = nu.experiments.joint_cost(experiments, {', '.join(words)})"]


def _family(page: PageFile) -> list[str]:
    plain = not page.params and page.sin2_theta_w is None and not is_file(page)
    family = repr(page.model) if plain else _model(page, **MEDIATOR)
    arguments = f"one, {family}"
    lines = []
    if page.analyses:
        lines.append(f"analyses = {page.analyses!r}")
        arguments += ", analyses.get(one.name)"
    made = f"nu.experiments.family_cost({arguments})"
    lines.append(f"costs = [{made} for one in experiments]")
    if len(page.experiments) == 1:
        return [*lines, "(cost,) = costs"]
    more = ", with_projections=True" if page.with_projections else ""
    return [*lines, f"cost = nu.inference.CostSum(*costs{more})"]
