"""Stacks of models as the command line and model files give them.

A model file is YAML: a list of models under ``model``, each added to the one before
it::

    model:
      - standard: {scheme: radiative}
      - nsi: {u: {ee: 0.1, emu: 0.05}}
      - light-vector: {mass: 10 MeV, coupling: 1e-4, charges: b-l}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import (
    NSI,
    Electromagnetic,
    LightScalar,
    LightVector,
    LMuLTau,
    Model,
    ScalarCharges,
    StandardModel,
    VectorCharges,
)
from nuprobe.oscillation import PMNS
from nuprobe.schema import validate
from nuprobe.units import parse_quantity

__all__ = ["STACK", "build", "read_stack"]


def _named(value: object) -> object:
    """Turn the numbers by which YAML reads the elements 11, 12, … of the mass basis
    into names."""
    return (
        {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else value
    )


def _energy(value: object) -> str:
    text = str(value)  # a bare number is told about its missing unit
    parse_quantity(text, "energy")
    return text


# complex numbers are written as text, '0.1+0.2j'
Elements = Annotated[dict[str, float | str], BeforeValidator(_named)]
Mass = Annotated[str, BeforeValidator(_energy)]
Triple = tuple[float, float, float]


class _Entry(BaseModel):
    """Keys of one model of the stack."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    def build(self, base: Any) -> Any:
        """Return the model on top of `base`."""
        raise NotImplementedError


class _Standard(_Entry):
    scheme: Literal["tree", "radiative"] = "tree"
    sin2_theta_w: float | None = None
    strange_axial: float = 0.0
    sin2_theta_w_high: float | None = None

    def build(self, base: Any) -> Any:
        # given, it is meant, also where it happens to be the default of low energies
        return StandardModel(
            **{
                "sin2_theta_w_high": self.sin2_theta_w,
                **self.model_dump(exclude_none=True),
            }
        )


class _Mixing(_Entry):
    """Arguments of `PMNS`, which says what is allowed."""

    sin2_12: float | None = None
    sin2_13: float | None = None
    sin2_23: float | None = None
    delta_cp: float | None = None
    sin2_14: float | None = None
    sin2_24: float | None = None
    sin2_34: float | None = None
    delta_14: float | None = None
    delta_34: float | None = None
    majorana: tuple[float, ...] | None = None


class _Electromagnetic(_Entry):
    charge_radius: Elements | None = None
    anapole: Elements | None = None
    charge: Elements | None = None
    magnetic_moment: Elements | None = None
    electric_moment: Elements | None = None
    mu_eff: dict[Literal["e", "mu", "tau"], float] | None = None
    basis: Literal["flavour", "mass"] = "flavour"
    kind: Literal["dirac", "majorana"] = "dirac"
    mixing: Literal["normal", "inverted"] | _Mixing | None = None
    antineutrino_flip: bool = False

    def build(self, base: Any) -> Any:
        given: dict[str, Any] = {
            k: _numbers(v) if isinstance(v, dict) and k != "mu_eff" else v
            for k, v in self
        }
        if isinstance(self.mixing, _Mixing):
            given["mixing"] = PMNS(**self.mixing.model_dump(exclude_none=True))
        elif self.mixing is not None:
            given["mixing"] = PMNS.nufit(self.mixing)
        return Electromagnetic(**given, base=base)


class _NSI(_Entry):
    u: Elements = {}
    d: Elements = {}
    e: Elements = {}
    e_axial: Elements = {}

    def build(self, base: Any) -> Any:
        return NSI(**{k: _numbers(v) for k, v in self}, base=base)


class _Massive(_Entry):
    mass: Mass
    coupling: float
    mass_range: tuple[Mass, Mass] | None = None

    @property
    def numbers(self) -> dict[str, Any]:
        """Mass, coupling and range of masses."""
        found: dict[str, Any] = {
            "mass": parse_quantity(self.mass, "energy"),
            "coupling": self.coupling,
        }
        if self.mass_range is not None:
            found["mass_range"] = tuple(
                parse_quantity(m, "energy") for m in self.mass_range
            )
        return found


class _Mediator(_Massive):
    label: str = ""


class _VectorCharges(_Entry):
    neutrinos: Triple = (1.0, 1.0, 1.0)
    leptons: Triple = (1.0, 1.0, 1.0)
    u: float = 1.0
    d: float = 1.0


class _ScalarCharges(_Entry):
    neutrinos: Triple = (1.0, 1.0, 1.0)
    p: float = 1.0
    n: float = 1.0
    e: float = 1.0


class _LightVector(_Mediator):
    charges: str | _VectorCharges = "universal"
    mixing: float | Literal["loop"] = 0.0

    def build(self, base: Any) -> Any:
        charges = (
            self.charges
            if isinstance(self.charges, str)
            else VectorCharges(**self.charges.model_dump())
        )
        return LightVector(
            **self.numbers,
            charges=charges,
            mixing=self.mixing,
            base=base,
            label=self.label,
        )


class _LightScalar(_Mediator):
    charges: str | _ScalarCharges = "nucleons"

    def build(self, base: Any) -> Any:
        charges = (
            self.charges
            if isinstance(self.charges, str)
            else ScalarCharges(**self.charges.model_dump())
        )
        return LightScalar(**self.numbers, charges=charges, base=base, label=self.label)


class _LMuLTau(_Massive):
    mixing: float | Literal["loop"] = 0.0
    lepton_charges: Triple = (0.0, 1.0, -1.0)
    neutrino_charges: Triple = (0.0, 1.0, -1.0)

    def build(self, base: Any) -> Any:
        charges: dict[str, Any] = {
            "lepton_charges": self.lepton_charges,
            "neutrino_charges": self.neutrino_charges,
        }
        return LMuLTau(**self.numbers, mixing=self.mixing, **charges, base=base)


STACK: Final[Mapping[str, type[_Entry]]] = {
    "standard": _Standard,
    "electromagnetic": _Electromagnetic,
    "nsi": _NSI,
    "light-vector": _LightVector,
    "light-scalar": _LightScalar,
    "lmu-ltau": _LMuLTau,
}
"""What a stack is made of: name → keys and constructor."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    model: Annotated[list[dict[str, dict[str, Any] | None]], Field(min_length=1)]


def build(stack: Sequence[tuple[str, Mapping[str, Any] | None]], source: str) -> Model:
    """Build models one on top of the other.

    Parameters
    ----------
    stack : names of `STACK` and their keys, the lowest first; below them all is the
        Standard Model at tree level.
    source : what the messages name.

    Raises
    ------
    InputError
        For an unknown model or key, a value that is not allowed, or the Standard Model
        anywhere but below.
    """
    model: Any = StandardModel()
    for position, (name, values) in enumerate(stack):
        if name not in STACK:
            raise UnknownNameError("model", name, STACK)
        given = _nested(values or {})
        if name == "light-scalar" and "interference" in given:
            raise InputError(
                f"{source}: a scalar flips the helicity of the neutrino and cannot"
                " interfere with a vector: remove interference"
            )
        entry = validate(STACK[name], given, f"{source}, {name}")
        if name == "standard" and position:
            raise InputError(
                f"{source}: standard is what others are added to: name it first"
            )
        model = entry.build(model)
    result: Model = model
    return result


def read_stack(path: Path) -> Model:
    """Read a model file; raises `InputError` naming the file and what is wrong in
    it."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InputError(
            f"cannot read the model file {path}: {' '.join(str(err).split())}"
        ) from None
    found = validate(_File, data, str(path)).model
    for entry in found:
        if len(entry) != 1:
            raise InputError(
                f"{path}: each item under model has one name, got {sorted(entry)}"
            )
    return build([next(iter(entry.items())) for entry in found], str(path))


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn dotted keys into nested ones: ``u.ee=0.1`` is ``u: {ee: 0.1}``."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        first, dot, rest = key.partition(".")
        if dot:
            inner = result.setdefault(first, {})
            if not isinstance(inner, dict):
                raise InputError(
                    f"{first} and {key} exclude each other: give one of them"
                )
            inner[rest] = value
        else:
            result[key] = value
    return result


def _numbers(values: Mapping[str, float | str]) -> dict[str, complex]:
    try:
        return {k: complex(v) for k, v in values.items()}
    except ValueError:
        raise InputError(
            f"an element is a number such as 0.1 or 0.1+0.2j, got {dict(values)}"
        ) from None
