"""The cost whose likelihood is exported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.limits import FamilySpec
from nuprobe.cli.specs import ModelSpec, names
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.inference import Cost

at_points = click.option(
    "--at",
    multiple=True,
    metavar="NAME=VALUE,...",
    help="Point; repeatable [default: default values].",
)
"""``--at``, several times."""


def read_points(at: tuple[str, ...]) -> list[dict[str, Any]]:
    """Points as typed; by default one at the default values.

    Parameters
    ----------
    at : values of ``--at``.

    Examples
    --------
    >>> read_points(("mass=10 MeV,coupling=1e-4",))
    [{'mass': '10 MeV', 'coupling': 0.0001}]
    """
    return [
        key_values(tuple(text.split(",")), "--at", "mass='10 MeV'") for text in at
    ] or [{}]


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON file and report it.

    Parameters
    ----------
    path : the file.
    data : ready for JSON.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json(Path(folder, "a.json"), {"a": 1})
    """
    from nuprobe.files import atomic_write

    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    click.echo(f"wrote {atomic_write(path, text)}", err=True)


free_of_likelihood = click.option(
    "--free",
    help=(
        "Parameters of the likelihood, separated by commas; see `nuprobe list"
        " parameters` [default: mass and coupling of the model's mediator, or factor"
        " with --wcxf]."
    ),
)
"""``--free``."""


def cost_of(experiment: ExperimentSpec, model: ModelSpec, free: str | None) -> Cost:
    """The cost of experiments over parameters, or over mass and coupling of the
    mediator of a model.

    Parameters
    ----------
    experiment, model : as typed.
    free : names of parameters as typed, or None.

    Raises
    ------
    InputError
        If there are no parameters.
    """
    from nuprobe.experiments.scanned import mediator_names

    asked = names(free or "")
    if free is None and model.wcxf is not None:
        asked = ["factor"]
    plane = not asked or sorted(asked) == ["coupling", "mass"]
    given = {pair.partition("=")[0].strip() for pair in model.params}
    mediator = model.model in mediator_names() or model.model_file is not None
    if plane and mediator and not given & {"mass", "coupling"}:
        return _over_mass(experiment, model)
    if not asked:
        raise InputError(
            "no parameters: name some with --free (see `nuprobe list parameters`), or"
            " give --model one with a mediator, such as b-l, without its mass and"
            " coupling"
        )
    return experiment.cost(model.build(), asked)


def _over_mass(experiment: ExperimentSpec, model: ModelSpec) -> Cost:
    """Over mass and coupling."""
    from nuprobe.experiments import family_cost
    from nuprobe.experiments.limits import choose
    from nuprobe.inference import CostSum

    opened = choose(experiment.open())
    name = None if model.model_file is not None else model.model
    asked = FamilySpec(name, None, model.params, model.model_file, model.sin2_theta_w)
    scanned, analyses = asked.build(opened), experiment.by_experiment()
    costs: Sequence[Cost] = [
        family_cost(one, scanned, analyses.get(one.name)) for one in opened
    ]
    if len(costs) == 1:
        return costs[0]
    return CostSum(*costs, with_projections=experiment.with_projections)
