"""Additional models of a command: weights of events, lines in figures of counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment, AnyRates
    from nuprobe.models import LeptonModel

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["compared_models", "variation_option", "variations", "warn_if_unseen"]


def variation_option(name: str, destination: str, help: str) -> Callable[[F], F]:
    """Return the option of models written ``[NAME=]MODEL[:KEY=VALUE,...]``.

    Parameters
    ----------
    name : of the option, e.g. ``--vary``.
    destination : argument of the command.
    help : text before the example.

    Examples
    --------
    >>> import click
    >>> @click.command()
    ... @variation_option("--vary", "varied", "Another model")
    ... def command(varied): ...
    >>> command.params[0].opts
    ['--vary']
    """
    return click.option(
        name,
        destination,
        multiple=True,
        metavar="[NAME=]MODEL[:KEY=VALUE,...]",
        help=f"{help}, e.g. 'lmu-ltau:coupling=1e-3,mass=10 MeV'; repeatable.",
    )


def variations(
    texts: Iterable[str], sin2_theta_w: float | None = None
) -> dict[str, LeptonModel]:
    """Return models by name.

    Parameters
    ----------
    texts : ``[NAME=]MODEL[:KEY=VALUE,...]``; by default the name is the text, in
        brackets and without blanks.
    sin2_theta_w : weak mixing angle of those models that have one.

    Examples
    --------
    >>> variations(["light=lmu-ltau:coupling=1e-3,mass=10 MeV"])["light"].mass
    10.0
    """
    return {name: spec.leptons() for name, spec in _specs(texts, sin2_theta_w).items()}


def compared_models(
    texts: Iterable[str], sin2_theta_w: float | None = None
) -> dict[str, Any]:
    """Return models by name, with or without couplings for tridents.

    Parameters
    ----------
    texts, sin2_theta_w : as in `variations`.

    Examples
    --------
    >>> compared_models(["electromagnetic:charge_radius.ee=1e-31"]).keys()
    dict_keys(['electromagnetic(charge_radius.ee=1e-31)'])
    """
    return {name: spec.build() for name, spec in _specs(texts, sin2_theta_w).items()}


def _specs(texts: Iterable[str], sin2_theta_w: float | None) -> dict[str, ModelSpec]:
    """Models as typed, by name."""
    from nuprobe.models import named

    made: dict[str, ModelSpec] = {}
    for text in texts:
        head, _, rest = text.partition(":")
        name, _, model = head.rpartition("=")
        model = model.strip()
        params = tuple(part.strip() for part in rest.split(",") if part.strip())
        name = name.strip() or (
            f"{model}({','.join(params)})" if params else model
        ).replace(" ", "")
        if name in made:
            raise InputError(
                f"two models are called {name!r}: write NAME=MODEL with different names"
            )
        fields = {f.name for f in named.model_fields(model)}
        has_angle = "sin2_theta_w" in fields or named.has_base(model)
        angle = sin2_theta_w if has_angle else None
        made[name] = ModelSpec(model, params, None, angle)
    return made


def warn_if_unseen(
    counting: AnyExperiment,
    model: Any,
    expected: AnyRates,
    analysis: str | None,
) -> None:
    """Warn if a model changes none of the counts of its base.

    Parameters
    ----------
    counting : an experiment that counts.
    model : any; one without a base is never reported.
    expected : its counts.
    analysis : of the experiment.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi, model = nu.experiment("coherent-csi-2017"), nu.StandardModel()
    >>> warn_if_unseen(csi, model, csi.predict(model), None)
    """
    import numpy as np

    from nuprobe.errors import warn

    base = model
    while getattr(base, "base", None) is not None:
        base = base.base
    if base is model:
        return

    def totals(rates: AnyRates) -> list[Any]:
        return [one.total for one in getattr(rates, "sites", {"": rates}).values()]

    plain = totals(counting.predict(base, analysis))
    if all(map(partial(np.allclose, rtol=1e-12, atol=0), totals(expected), plain)):
        warn(
            f"the model {model.name}, at these values, changes nothing that"
            f" {counting.name} counts: these are the counts of {base.name}"
        )
