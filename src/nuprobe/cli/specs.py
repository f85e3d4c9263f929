"""Options for physics: a model, a source of neutrinos. Each is an object that a
decorator passes to the command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from nuprobe.cli.operators import operators_of
from nuprobe.cli.options import grouped
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError
from nuprobe.parsing import parse_toml

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray

F = TypeVar("F", bound=Callable[..., Any])


# -- models ------------------------------------------------------------------


@dataclass(frozen=True)
class ModelSpec:
    """A model as typed.

    Attributes
    ----------
    model : name from ``nuprobe list models``; may be omitted if a parameter belongs to
        only one model.
    params : ``key=value`` pairs of ``--param``.
    model_file : YAML file with a stack of models, instead of the other three.
    sin2_theta_w : weak mixing angle of the underlying Standard Model.
    wcxf : file of contact operators added to the model, or None.
    """

    model: str = "sm"
    params: tuple[str, ...] = ()
    model_file: Path | None = None
    sin2_theta_w: float | None = None
    wcxf: Path | None = None

    def build(self) -> Any:
        """Return the model."""
        if self.wcxf is None:
            return self._alone()
        return operators_of(self.wcxf, replace(self, wcxf=None).leptons())

    def _alone(self) -> Any:
        """The model without operators."""
        from nuprobe.models import named

        given = key_values(self.params, "--param", "mass='10 MeV'")
        if self.model_file is not None:
            if given or self.model != "sm" or self.sin2_theta_w is not None:
                raise InputError(
                    "--model-file already defines the model; drop --model, --param and"
                    " --sin2-theta-w"
                )
            return named.model_from_file(self.model_file)
        model = self._named(named, given)
        fields = named.model_fields(model)
        missing = [f.name for f in fields if f.required and f.name not in given]
        # a misspelt key is reported first, by `named.build`
        if missing and {k.partition(".")[0] for k in given} <= {f.name for f in fields}:
            raise InputError(
                f"the model {model} needs {' and '.join(missing)}: add"
                f" {' '.join(f'--param {name}=...' for name in missing)}"
            )
        angle = {} if self.sin2_theta_w is None else {"sin2_theta_w": self.sin2_theta_w}
        if "sin2_theta_w" in {f.name for f in fields}:
            return named.build([(model, {**angle, **given})], "--param")
        if named.has_base(model):
            return named.build([("standard", angle), (model, given)], "--param")
        if angle:
            raise InputError(
                f"the model {model} has no weak mixing angle; drop --sin2-theta-w"
            )
        return named.build([(model, given)], "--param")

    def _named(self, named: Any, given: dict[str, Any]) -> str:
        """Return the model; if none was typed, the only one that has all keys and needs
        no others."""
        heads = {key.partition(".")[0] for key in given}
        if self.model != "sm" or not heads:
            return self.model

        def takes(name: str) -> bool:
            fields = named.model_fields(name)
            return heads <= {f.name for f in fields} and not any(
                f.required and f.name not in given for f in fields
            )

        if takes("sm"):
            return "sm"
        found = [n for n in named.model_names() if takes(n)]
        return found[0] if len(found) == 1 else self.model

    def leptons(self) -> LeptonModel:
        """Return the model, which must have couplings to charged leptons."""
        model = self.build()
        if not hasattr(model, "lepton_couplings"):
            raise InputError(f"the model {model.name} has no couplings for tridents")
        chosen: LeptonModel = model
        return chosen


PARAMETERS = (
    click.option(
        "--param",
        "params",
        multiple=True,
        metavar="KEY=VALUE",
        help="Parameter of the model, e.g. mass='10 MeV'; repeatable.",
    ),
    click.option(
        "--model-file",
        type=click.Path(path_type=Path),
        help="YAML file with a stack of models, instead of --model.",
    ),
    click.option(
        "--sin2-theta-w",
        type=float,
        help="Weak mixing angle [default: 0.23863; tridents 0.23122].",
    ),
)

model_options = grouped(
    "model",
    ModelSpec,
    click.option(
        "--model", default="sm", show_default=True, help="See `nuprobe list models`."
    ),
    *PARAMETERS,
)
"""Add ``--model``, ``--param``, ``--model-file`` and ``--sin2-theta-w``, as `ModelSpec`
``model``."""

operators_options = grouped(
    "model",
    ModelSpec,
    click.option(
        "--model", default="sm", show_default=True, help="See `nuprobe list models`."
    ),
    *PARAMETERS,
    click.option(
        "--wcxf",
        type=click.Path(path_type=Path),
        help="Tridents: WCxf file of contact operators added to the model.",
    ),
)
"""The same with ``--wcxf``, for fits."""

models_options = grouped(
    "model",
    ModelSpec,
    click.option(
        "--model",
        default=["sm"],
        show_default="sm",
        multiple=True,
        help="See `nuprobe list models`; repeatable.",
    ),
    *PARAMETERS,
)
"""The same for a command that gives rows for each of several models."""


def make_mixing(text: str) -> float | Literal["loop"]:
    """Return the kinetic mixing from a text: a number, or ``loop``.

    Examples
    --------
    >>> make_mixing("0.01"), make_mixing("loop")
    (0.01, 'loop')
    """
    if text == "loop":
        return "loop"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--mixing must be a number or loop, got {text!r}") from None


# -- sources -----------------------------------------------------------------


@dataclass(frozen=True)
class SourceSpec:
    """Neutrinos of given energies, or a flux; exactly one of the two.

    Attributes
    ----------
    energy : as typed, or None.
    flux_name, flux_option : name or folder of the flux and its ``key=value`` options.
    """

    energy: str | None
    flux_name: str | None
    flux_option: tuple[str, ...]

    def __post_init__(self) -> None:
        if (self.energy is None) == (self.flux_name is None):
            raise InputError("give either --energy or --flux")
        if self.flux_option and self.flux_name is None:
            raise InputError("--flux-option requires --flux")

    def flux(self) -> Flux | None:
        """Return the flux, or None if energies were given."""
        if self.flux_name is None:
            return None
        return make_flux(self.flux_name, self.flux_option)

    def energies(self) -> FloatArray:
        """Return the energies (MeV), of shape (n,); empty if a flux was given."""
        import numpy as np

        from nuprobe.units import parse_grid

        if self.energy is None:
            return np.empty(0)
        return parse_grid(self.energy, "energy")

    def one(self) -> Flux | float:
        """Return the flux, or the one energy (MeV)."""
        from nuprobe.units import parse_quantity

        if self.energy is not None:
            return parse_quantity(self.energy, "energy")
        return make_flux(str(self.flux_name), self.flux_option)


def energy_option(help: str) -> Any:
    """Return the option ``--energy`` with a `help` text."""
    return click.option("--energy", help=help)


_FLUX_OPTION = click.option(
    "--flux-option",
    "flux_option",
    multiple=True,
    metavar="KEY=VALUE",
    help=(
        "Option of the flux, as in TOML, e.g. 'model=B16-AGSS09met' or"
        " 'fractions={U235=1.0}'; may be repeated."
    ),
)
_FLUX = (
    "Average over a flux (see `nuprobe list fluxes`; 'solar 8B' is one component) or"
    " ./folder instead of --energy"
)
FLUX_OPTIONS = (click.option("--flux", "flux_name", help=f"{_FLUX}."), _FLUX_OPTION)


def source_options(help: str) -> Callable[[F], F]:
    """Add ``--energy`` with that `help`, ``--flux`` (repeatable) and ``--flux-option``,
    as `SourceSpec` ``source``."""
    return grouped(
        "source",
        SourceSpec,
        energy_option(help),
        click.option(
            "--flux", "flux_name", multiple=True, help=f"{_FLUX}; repeatable."
        ),
        _FLUX_OPTION,
    )


_TOML = (
    "write a list as \"components=['8B']\", a table as 'fractions={U235=0.6,"
    " Pu239=0.4}'"
)


def make_flux(name: str, options: Iterable[str]) -> Flux:
    """Return a flux.

    Parameters
    ----------
    name : of the flux, or its folder.
    options : ``key=value``; a value that is not TOML is read as text.
    """
    from nuprobe.fluxes import flux

    given: dict[str, Any] = {}
    head, _, components = name.partition(" ")
    if head == "solar" and components.strip():
        # "solar 8B" is short for --flux-option "components=['8B']"
        name, given["components"] = head, components.split()
    for text in options:
        key, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--flux-option {text!r}: write it as key=value")
        if key.strip() in given:
            raise InputError(f"--flux-option gives {key.strip()} twice")
        try:
            (given[key.strip()],) = parse_toml(f"x = {value}").values()
        except ValueError:  # not TOML, or more than one value
            if value.strip()[:1] in ("[", "{"):
                raise InputError(
                    f"--flux-option {text!r} is not TOML: {_TOML}"
                ) from None
            given[key.strip()] = value.strip()
    try:
        return flux(name, **given)
    except InputError as err:
        if "should be a valid list" in str(
            err
        ) or "should be a valid dictionary" in str(err):
            raise InputError(f"{err}: {_TOML}") from None
        raise


def names(text: str) -> list[str]:
    """Return comma-separated names.

    Examples
    --------
    >>> names("rn, sin2_theta_w")
    ['rn', 'sin2_theta_w']
    """
    return [name.strip() for name in text.split(",") if name.strip()]
