"""Reading what users type: models, targets, changes of an experiment, scan grids."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.inference import Prior
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray
    from nuprobe.parameters import Parameter

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


_TOML = (
    "write a list as \"components=['8B']\", a table as 'fractions={U235=0.6,"
    " Pu239=0.4}'"
)


def make_flux(name: str, options: Iterable[str]) -> Flux:
    """Flux of that name with options written ``key=value``; a value that is not TOML is
    a text."""
    from nuprobe.fluxes import flux

    read: dict[str, Any] = {}
    for text in options:
        key, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--flux-option {text!r}: write it as key=value")
        try:
            read[key.strip()] = tomllib.loads(f"x = {value}")["x"]
        except tomllib.TOMLDecodeError:
            if value.strip()[:1] in ("[", "{"):
                raise InputError(
                    f"--flux-option {text!r} is not TOML: {_TOML}"
                ) from None
            read[key.strip()] = value.strip()
    try:
        return flux(name, **read)
    except InputError as err:
        if "should be a valid list" in str(
            err
        ) or "should be a valid dictionary" in str(err):
            raise InputError(f"{err}: {_TOML}") from None
        raise


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
) -> Any:
    """Model of that name with its parameters, or the stack of a file."""
    from nuprobe.models import named

    given = make_changes(params, "--param", "mass='10 MeV'")
    if model_file is not None:
        if given or name != "sm" or sin2_theta_w is not None:
            raise InputError(
                "--model-file already defines the model: leave --model, --param and"
                " --sin2-theta-w out"
            )
        return named.model_from_file(model_file)
    angle = {} if sin2_theta_w is None else {"sin2_theta_w": sin2_theta_w}
    keys = {f.name for f in named.model_fields(name)}
    if "sin2_theta_w" in keys:
        return named.build([(name, {**angle, **given})], "--param")
    if not named.has_base(name):
        if angle:
            raise InputError(
                f"the model {name} has no weak mixing angle: leave --sin2-theta-w out"
            )
        return named.build([(name, given)], "--param")
    return named.build([("standard", angle), (name, given)], "--param")


def make_trident_model(name: str, sin2_theta_w: float | None) -> LeptonModel:
    """Model of that name for tridents, without parameters of its own."""
    return make_lepton_model(name, sin2_theta_w, (), None)


def make_lepton_model(
    name: str,
    sin2_theta_w: float | None,
    params: Iterable[str],
    model_file: Path | None,
) -> LeptonModel:
    """Model of that name for tridents, or the stack of a file."""
    model = make_model(name, sin2_theta_w, params, model_file)
    if not hasattr(model, "lepton_couplings"):
        raise InputError(f"the model {model.name} has no couplings for tridents")
    found: LeptonModel = model
    return found


def make_mixing(text: str) -> float | Literal["loop"]:
    """Kinetic mixing: a number, or 'loop'."""
    if text == "loop":
        return "loop"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--mixing is a number or loop, got {text!r}") from None


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


def make_target_spec(text: str) -> str | dict[str, float]:
    """'Ar40', 'CsI', 'natural Xe', or a mixture by number 'Si28=1,O16=2'."""
    if "=" not in text:
        return text
    mixture = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            mixture[name.strip()] = float(number)
        except ValueError:
            raise InputError(
                f"cannot read {part!r} in the mixture {text!r}: write name=number, e.g."
                " Si28=1,O16=2"
            ) from None
    return mixture


def make_changes(
    pairs: Iterable[str],
    option: str = "--set",
    example: str = "response.smearing.kind=none",
) -> dict[str, Any]:
    """'key=value' pairs of ``--set`` or another option; values are JSON where they can
    be, text otherwise."""
    changes: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InputError(
                f"cannot read {option} {pair!r}: write key=value, e.g. {example}"
            )
        try:
            changes[key.strip()] = json.loads(value)
        except json.JSONDecodeError:
            changes[key.strip()] = value
    return changes


def make_grid(
    text: str, parameters: Iterable[Parameter], log: bool = False
) -> dict[str, FloatArray]:
    """'rn=2:9 fm:200,sin2_theta_w=0.2:0.3:50[:log]' as axes in the parameters' own
    units."""
    import numpy as np

    from nuprobe.units import parse_quantity, unit_dimension

    known: Mapping[str, Parameter] = {p.name: p for p in parameters}
    axes: dict[str, FloatArray] = {}
    total = 1
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, body = part.partition("=")
        name = name.strip()
        if name not in known:
            raise UnknownNameError("parameter", name, known)
        match = re.fullmatch(r"([^:]+):([^:]+):\s*(\d+)\s*(:log|:lin)?", body.strip())
        if match is None:
            raise InputError(
                f"cannot read the grid {part!r}: write name=start:stop unit:count, e.g."
                " rn=2:9 fm:200"
            )
        unit = known[name].unit
        start_text, stop_text = match[1].strip(), match[2].strip()
        if unit[
            :1
            # a scaled unit such as 1e-32 cm2: plain numbers, the unit may be repeated
            # at the end
        ].isdigit():
            start, stop = (
                parse_quantity(t.removesuffix(unit), "dimensionless")
                for t in (start_text, stop_text)
            )
        elif unit:
            suffix = re.search(r"[a-zA-Zµ]+$", stop_text)
            if suffix is None:
                raise InputError(
                    f"the grid {part!r} has no unit: write"
                    f" {name}={start_text}:{stop_text} {unit}:{match[3]}"
                )
            if not re.search(r"[a-zA-Zµ]$", start_text):
                start_text = f"{start_text} {suffix[0]}"
            dimension = unit_dimension(unit)
            scale = parse_quantity(f"1 {unit}", dimension)
            start, stop = (
                parse_quantity(t, dimension) / scale for t in (start_text, stop_text)
            )
        else:
            start, stop = (
                parse_quantity(t, "dimensionless") for t in (start_text, stop_text)
            )
        count = int(match[3])
        if count < 1:
            raise InputError(f"the grid {part!r} is empty: ask for at least one point")
        logarithmic = match[4] == ":log" or (log and match[4] is None)
        if logarithmic and (start <= 0 or stop <= 0):
            raise InputError(
                f"the grid {part!r} is logarithmic: both ends must be positive"
            )
        if name in axes:
            raise InputError(
                f"the grid names {name} twice: give each parameter one axis"
            )
        total *= count
        if total > 100_000_000:
            raise InputError(
                f"the grid has {total} points and more: a hundred million are the most"
            )
        axes[name] = (
            np.geomspace(start, stop, count)
            if logarithmic
            else np.linspace(start, stop, count)
        )
    if not axes:
        raise InputError("the grid is empty: write for example rn=2:9 fm:200")
    return axes


def make_priors(
    texts: Iterable[str], parameters: Iterable[Parameter]
) -> dict[str, Prior]:
    """Priors from ``rn=flat:3:8 fm``, ``coupling=log:1e-5:1`` (between) or
    ``rn=normal:5:0.2 fm`` (mean, sigma)."""
    from nuprobe.inference import Flat, LogFlat, Normal
    from nuprobe.units import parse_quantity, unit_dimension

    kinds: dict[str, Callable[[float, float], Prior]] = {
        "flat": Flat,
        "log": LogFlat,
        "normal": Normal,
    }
    known = {p.name: p for p in parameters}
    priors: dict[str, Prior] = {}
    for text in texts:
        match = re.fullmatch(r"\s*([^=\s]+)\s*=\s*(\w+):([^:]+):([^:]+)", text)
        if match is None or match[2] not in kinds:
            raise InputError(
                f"cannot read --prior {text!r}: write name=flat:lower:upper unit,"
                " name=log:lower:upper unit or name=normal:mean:sigma unit, e.g."
                " rn=normal:5:0.2 fm"
            )
        if match[1] not in known:
            raise UnknownNameError("parameter", match[1], known)
        if match[1] in priors:
            raise InputError(f"--prior names {match[1]} twice: give each parameter one")
        unit = known[match[1]].unit
        first, second = match[3].strip(), match[4].strip()
        suffix = re.search(r"[a-zA-Zµ]+$", second)
        if unit and suffix is None:
            raise InputError(
                f"--prior {text!r} has no unit: write {text.strip()} {unit}"
            )
        if suffix is not None and not re.search(r"[a-zA-Zµ]$", first):
            first = f"{first} {suffix[0]}"
        dimension = unit_dimension(unit) if unit else "dimensionless"
        scale = parse_quantity(f"1 {unit}", dimension) if unit else 1.0
        priors[match[1]] = kinds[match[2]](
            *(parse_quantity(t, dimension) / scale for t in (first, second))
        )
    return priors


def existing_or_new(path: Path | None, overwrite: bool, more: str = "") -> None:
    """Refuse to replace a file unless asked to."""
    if path is not None and path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already: choose another name or add --overwrite{more}"
        )
