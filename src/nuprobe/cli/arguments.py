"""Reading what users type: models, targets, changes of an experiment, scan grids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel

F = TypeVar("F", bound=Callable[..., Any])


def model_options(function: F) -> F:
    """Add ``--model``, ``--param``, ``--model-file`` and ``--sin2-theta-w``."""
    function = click.option(
        "--sin2-theta-w",
        type=float,
        help="Weak mixing angle [default: 0.23863; tridents 0.23122].",
    )(function)
    function = click.option(
        "--model-file",
        type=click.Path(path_type=Path),
        help="YAML file with a stack of models, instead of --model.",
    )(function)
    function = click.option(
        "--param",
        "params",
        multiple=True,
        metavar="KEY=VALUE",
        help="Parameter of the model, e.g. mass='10 MeV'; repeatable.",
    )(function)
    return click.option(
        "--model", default="sm", show_default=True, help="See `nuprobe list models`."
    )(function)


def flux_options(function: F) -> F:
    """Add ``--flux`` and ``--flux-option``."""
    function = click.option(
        "--flux-option",
        "flux_option",
        multiple=True,
        metavar="KEY=VALUE",
        help=(
            "Option of the flux, as in TOML, e.g. 'model=B16-AGSS09met' or"
            " 'fractions={U235=1.0}'; may be repeated."
        ),
    )(function)
    return click.option(
        "--flux",
        "flux_name",
        help=(
            "Average over a flux (see `nuprobe list fluxes`) or ./folder instead of"
            " --energy."
        ),
    )(function)


def trident_options(function: F) -> F:
    """Add ``--regime``, ``--form-factor`` and ``--no-pauli`` of tridents."""
    function = click.option(
        "--no-pauli", is_flag=True, help="No Pauli blocking of the nucleons."
    )(function)
    function = click.option(
        "--form-factor",
        help=(
            "Charge form factor, of the measured charge radius [default: Fourier-Bessel"
            " density if measured]."
        ),
    )(function)
    return click.option(
        "--regime",
        type=click.Choice(
            ["coherent", "proton", "neutron", "incoherent", "electron", "all"]
        ),
        default="all",
        show_default=True,
    )(function)


def generator_options(function: F) -> F:
    """Add what generates trident events: channels, target, energy or flux, regime,
    nucleons, model, seed, workers."""
    for option in (
        click.option(
            "--workers",
            type=click.IntRange(1),
            default=1,
            show_default=True,
            help="Threads; they do not change the events.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help="Of all random numbers.",
        ),
        model_options,
        click.option(
            "--nucleons",
            type=click.Choice(["rest", "fermi-gas"]),
            default="rest",
            show_default=True,
        ),
        trident_options,
        flux_options,
        click.option("--energy", help="Of every neutrino, e.g. '5 GeV'."),
        click.option(
            "--target",
            "target_text",
            help="As for xsec; not needed for --regime electron.",
        ),
        click.option(
            "--channel",
            "channels",
            multiple=True,
            required=True,
            help="Such as 'nu_mu -> nu_e e+ mu-'; repeatable.",
        ),
    ):
        function = option(function)
    return function


def energy_or_flux(
    energy: str | None, flux_name: str | None, flux_option: tuple[str, ...]
) -> None:
    """Refuse both or neither of ``--energy`` and ``--flux``."""
    if (energy is None) == (flux_name is None):
        raise InputError("give either --energy or --flux")
    if flux_option and flux_name is None:
        raise InputError("--flux-option belongs to --flux")


def make_lepton_model(
    name: str,
    sin2_theta_w: float | None,
    params: Iterable[str],
    model_file: Path | None,
) -> LeptonModel:
    """Model of that name for tridents, or the stack of a file."""
    return ModelSpec(name, tuple(params), model_file, sin2_theta_w).leptons()
