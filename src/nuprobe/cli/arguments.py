"""Reading what users type: models, targets, changes of an experiment, scan grids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.options import key_values
from nuprobe.cli.specs import make_mixing
from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel, Model

F = TypeVar("F", bound=Callable[..., Any])

MODELS = {
    "sm": "Standard Model, tree-level couplings",
    "sm-radiative": "Standard Model, couplings with radiative corrections (CEvNS)",
    "v-a": "V-A theory without neutral currents (tridents)",
    "electromagnetic": (
        "charge, charge radius, magnetic moment, ... (CEvNS; --param"
        " charge_radius.mumu=-1e-32)"
    ),
    "nsi": "non-standard interactions (CEvNS; --param u.emu=0.1 --param d.ee=-0.05)",
    "light-vector": (
        "light vector (--param mass='10 MeV', coupling=1e-4, charges=universal or b-l"
        " ..., mixing=0.01)"
    ),
    "light-scalar": (
        "light scalar (CEvNS; --param mass='10 MeV', coupling=1e-4, charges=nucleons or"
        " universal)"
    ),
    "lmu-ltau": (
        "Z' of a gauged L_mu - L_tau (tridents: --mass, --coupling, --mixing; CEvNS:"
        " --param)"
    ),
}
"""Names of the models and what they are."""


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


def make_model(
    name: str,
    sin2_theta_w: float | None,
    params: Iterable[str] = (),
    model_file: Path | None = None,
) -> Model:
    """Model of that name with its parameters, or the stack of a file."""
    from nuprobe.cli import models

    given = key_values(params, "--param", "mass='10 MeV'")
    if model_file is not None:
        if given or name != "sm" or sin2_theta_w is not None:
            raise InputError(
                "--model-file says all: leave --model, --param and --sin2-theta-w out"
            )
        return models.read_stack(model_file)
    if name not in (*models.STACK, "sm", "sm-radiative"):
        known = [m for m in MODELS if m != "v-a"]
        raise UnknownNameError(
            "model",
            name,
            known,
            "" if name not in MODELS else "(that one is for tridents)",
        )
    standard: dict[str, Any] = (
        {} if sin2_theta_w is None else {"sin2_theta_w": sin2_theta_w}
    )
    if name in ("sm", "sm-radiative", "standard"):
        if name == "sm-radiative":
            standard["scheme"] = "radiative"
        return models.build([("standard", {**standard, **given})], "--param")
    return models.build([("standard", standard), (name, given)], "--param")


def make_trident_model(name: str, sin2_theta_w: float | None) -> LeptonModel:
    """Model of that name for tridents: ``sm`` or ``v-a``."""
    from nuprobe.models import StandardModel, VMinusA

    if name == "v-a":
        if sin2_theta_w is not None:
            raise InputError(
                "the V-A theory has no weak mixing angle: leave --sin2-theta-w out"
            )
        return VMinusA()
    if name != "sm":
        raise UnknownNameError("model for tridents", name, ["sm", "v-a", "lmu-ltau"])
    # given, it is meant, also where it happens to be the default of low energies
    if sin2_theta_w is None:
        return StandardModel()
    return StandardModel(sin2_theta_w=sin2_theta_w, sin2_theta_w_high=sin2_theta_w)


def make_lepton_model(
    name: str,
    sin2_theta_w: float | None,
    params: Iterable[str],
    model_file: Path | None,
) -> LeptonModel:
    """Model of that name for a trident experiment, or any stack that has couplings to
    charged leptons."""
    if name in ("sm", "v-a") and not tuple(params) and model_file is None:
        return make_trident_model(name, sin2_theta_w)
    if name not in (known := ("sm", "v-a", "light-vector", "lmu-ltau")):
        raise UnknownNameError("model for tridents", name, known)
    model: Any = make_model(name, sin2_theta_w, params, model_file)
    if not hasattr(model, "lepton_couplings"):
        raise InputError(
            f"the model {model.name} has no couplings for tridents: use light-vector or"
            " lmu-ltau"
        )
    found: LeptonModel = model
    return found


def make_mediator(
    mass: str | None, coupling: float | None, mixing: str, sin2_theta_w: float | None
) -> LeptonModel:
    """L_mu - L_tau from the options of the command line."""
    from nuprobe.models import LMuLTau
    from nuprobe.units import parse_quantity

    if mass is None or coupling is None:
        raise InputError(
            "--model lmu-ltau needs --mass and --coupling, e.g. --mass '10 MeV'"
            " --coupling 1e-3"
        )
    base = make_trident_model("sm", sin2_theta_w)
    return LMuLTau(
        parse_quantity(mass, "energy"), coupling, make_mixing(mixing), base=base
    )
