"""Names available on the command line: experiments, models, targets, fluxes,
parameters, …"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from nuprobe.errors import NuprobeError

if TYPE_CHECKING:
    from nuprobe.models import Model

__all__ = ["NAMES"]


def _experiments(context: click.Context) -> Iterable[str]:
    from nuprobe.experiments import experiment_names

    return experiment_names()


def _models(context: click.Context) -> Iterable[str]:
    from nuprobe.models.named import model_names

    return model_names()


def _fluxes(context: click.Context) -> Iterable[str]:
    from nuprobe.fluxes import flux_names

    return flux_names()


def _solar_models(context: click.Context) -> Iterable[str]:
    from nuprobe.oscillation.zones import SOLAR_MODELS

    return SOLAR_MODELS


def _targets(context: click.Context) -> Iterable[str]:
    from nuprobe.nuclei import MIXTURES, isotopes

    return (*MIXTURES, *(i.name for i in isotopes()))


def _form_factors(context: click.Context) -> Iterable[str]:
    from nuprobe.nuclei import FORM_FACTORS

    return FORM_FACTORS


def _entries(context: click.Context) -> Iterable[str]:
    from nuprobe.catalogue import catalogue

    return (entry.id for entry in catalogue().search())


def _reproductions(context: click.Context) -> Iterable[str]:
    from nuprobe.reproductions import reproduction_titles

    return (row[0] for row in reproduction_titles())


def _studies(context: click.Context) -> Iterable[str]:
    from nuprobe.reproductions.studies import STUDIES

    return STUDIES


def _keys(context: click.Context) -> Iterable[str]:
    """Keys of the model typed before, each with an equals sign."""
    from nuprobe.models.named import model_fields

    name = context.params.get("model")
    name = name if isinstance(name, str) else "sm"
    return (f"{field.name}=" for field in model_fields(name))


def _parameters(context: click.Context) -> Iterable[str]:
    """Parameters of the experiments and the model typed before, else of all."""
    from nuprobe.experiments import experiment, experiment_names

    opened = context.params.get("experiments") or experiment_names()
    model = _model(context.params)
    found: dict[str, None] = {}
    for name in opened:
        with suppress(NuprobeError):
            known = experiment(name).parameters(model)
            found |= dict.fromkeys(p.name for p in known)
    return found


def _model(typed: dict[str, Any]) -> Model | None:
    """Return the model typed before, unless it still lacks a key."""
    from nuprobe.cli.values import key_values
    from nuprobe.models import named

    name, file = typed.get("model"), typed.get("model_file")
    with suppress(NuprobeError, OSError):
        if file is not None:
            from_file: Model = named.model_from_file(file)
            return from_file
        if isinstance(name, str) and name != "sm":
            given = key_values(typed.get("params") or (), "--param")
            model: Model = named.build([(name, given)], "--param")
            return model
    return None


NAMES: dict[str, Callable[[click.Context], Iterable[str]]] = {
    "experiments": _experiments,
    "models": _models,
    "solar-models": _solar_models,
    "fluxes": _fluxes,
    "targets": _targets,
    "form-factors": _form_factors,
    "entries": _entries,
    "reproductions": _reproductions,
    "studies": _studies,
    "keys": _keys,
    "parameters": _parameters,
}
"""Kind → its names, given what was typed before."""
