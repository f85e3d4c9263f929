"""The table of all assumptions of the background source: validation, display,
overrides."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    model_validator,
)

from nuprobe.constants import M_MUON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray
from nuprobe.parsing import parse_toml, read_text
from nuprobe.schema import Strict, validate
from nuprobe.tables import Table
from nuprobe.units import GeV, MeV, cm, parse_grid, parse_quantity

__all__ = ["Assumptions", "Curve", "assumptions"]

T = TypeVar("T")
_GIVEN = "given by the user"
_LOSS = 2.1 * MeV / cm  # of a muon in liquid argon, as in the note of cuts.tracks


def _quantity(dimension: str) -> BeforeValidator:
    def read(value: object) -> float:
        number = parse_quantity(
            str(value), dimension
        )  # the error for a bare number mentions the missing unit
        if number <= 0:
            raise InputError(f"{value!r} must be positive")
        return number

    return BeforeValidator(read)


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise InputError(f"must be a number, got {value!r}")
    return value


Energy = Annotated[float, _quantity("energy")]
Length = Annotated[float, _quantity("length")]
Time = Annotated[float, _quantity("time")]
Mass = Annotated[float, _quantity("mass")]
Fraction = Annotated[float, BeforeValidator(_no_truth), Field(ge=0, le=1)]
Number = Annotated[float, BeforeValidator(_no_truth)]
NotNegative = Annotated[float, BeforeValidator(_no_truth), Field(ge=0)]


class Curve(Strict):
    """A function of the neutrino's energy: linear in ln E between points, constant
    outside.

    Attributes
    ----------
    energy : of the points, as text with a unit.
    ratio : values at the points.
    """

    energy: str = Field(description="increasing energies, e.g. '1, 2, 5 GeV'")
    ratio: list[NotNegative]

    @model_validator(mode="before")
    @classmethod
    def _constant(cls, value: object) -> object:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"energy": "1 GeV", "ratio": [value]}
        return value

    @model_validator(mode="after")
    def _check(self) -> Curve:
        e = parse_grid(self.energy, "energy")
        if len(e) != len(self.ratio):
            raise InputError(
                f"{len(e)} energies but {len(self.ratio)} values: give one value per"
                " energy"
            )
        if np.any(e <= 0) or np.any(np.diff(e) <= 0):
            raise InputError(
                f"the energies {self.energy!r} must be positive and increase"
            )
        return self

    def __call__(self, e_nu: FloatArray) -> FloatArray:
        """Values at energies in MeV, same shape."""
        nodes = np.log(parse_grid(self.energy, "energy"))
        return np.interp(np.log(np.maximum(e_nu, 1e-300)), nodes, self.ratio)


def _shares(curve: Curve) -> Curve:
    if max(curve.ratio) > 1:
        raise InputError(f"a share must be at most 1, got {max(curve.ratio):g}")
    return curve


Shares = Annotated[Curve, AfterValidator(_shares)]


class Item(Strict, Generic[T]):
    """A value and its source."""

    value: T
    status: Literal["read", "unverified", "assumption", "given by the user"]
    source: str = ""
    note: str = ""


class _Normalisation(Strict):
    mass: Item[Mass]
    exposure: Item[PositiveFloat]


class _ChargedCurrent(Strict):
    neutrino: Item[Curve]
    antineutrino: Item[Curve]


class _Composition(Strict):
    quasielastic: Item[Shares]
    single_pion: Item[Shares]

    @model_validator(mode="after")
    def _check(self) -> _Composition:
        one, two = self.quasielastic.value, self.single_pion.value
        e = np.union1d(
            parse_grid(one.energy, "energy"), parse_grid(two.energy, "energy")
        )
        worst = float((one(e) + two(e)).max())
        if worst > 1 + 1e-9:
            raise InputError(
                f"quasielastic and single_pion add up to {worst:.4g} at some energy: at"
                " most 1 is allowed"
            )
        return self


class _SinglePion(Strict):
    charged_share: Item[Fraction]
    seen_nucleon_share: Item[Fraction]
    resonance_mass: Item[Energy]
    resonance_width: Item[Energy]
    axial_mass: Item[Energy]


class _CoherentPion(Strict):
    cross_section: Item[Curve]
    mass_number_power: Item[Number]
    axial_mass: Item[Energy]
    radius: Item[Length]


class _DeepInelastic(Strict):
    antiquark_ratio: Item[Fraction]
    x_rise: Item[NotNegative]
    x_fall: Item[NotNegative]
    w_min: Item[Energy]
    visible_fraction: Item[Fraction]

    @model_validator(mode="after")
    def _check(self) -> _DeepInelastic:
        if not 1.1 * GeV <= self.w_min.value <= 3 * GeV:
            raise InputError(
                f"w_min = {self.w_min.value / GeV:g} GeV: it must lie between 1.1 and 3"
                " GeV"
            )
        return self


class _Hadrons(Strict):
    charged_intercept_nu: Item[Number]
    charged_slope_nu: Item[NotNegative]
    charged_intercept_nubar: Item[Number]
    charged_slope_nubar: Item[NotNegative]
    protons: Item[NotNegative]
    kaons_per_pion: Item[NotNegative]
    hyperon_intercept: Item[NotNegative]
    hyperon_slope: Item[NotNegative]
    hyperon_charged_kaon: Item[Fraction]
    rhos: Item[NotNegative]
    fragmentation_power: Item[NotNegative]
    transverse_momentum: Item[Energy]
    pion_survival: Item[Fraction]


class _Pion(Strict):
    mass: Item[Energy]
    lifetime: Item[Time]
    br_mu_nu: Item[Fraction]
    interaction_length: Item[Length]


class _Kaon(Strict):
    mass: Item[Energy]
    lifetime: Item[Time]
    br_mu_nu: Item[Fraction]
    br_pi0_mu_nu: Item[Fraction]
    form_factor_slope: Item[NotNegative]
    pi0_mass: Item[Energy]
    hyperon_mass: Item[Energy]
    interaction_length: Item[Length]

    @model_validator(mode="after")
    def _check(self) -> _Kaon:
        total = self.br_mu_nu.value + self.br_pi0_mu_nu.value
        if total > 1:
            raise InputError(
                f"br_mu_nu and br_pi0_mu_nu add up to {total:.4g}: branching ratios sum"
                " to at most 1"
            )
        return self


class _Rho(Strict):
    mass: Item[Energy]
    br_mu_mu: Item[Fraction]


class _Charm(Strict):
    fraction: Item[Shares]
    br_mu: Item[Fraction]
    mass: Item[Energy]
    pole_mass: Item[Energy]
    fragmentation: Item[PositiveFloat]


class _Muon(Strict):
    track_length: Item[Length]
    decay_length: Item[Length]


class _File(Strict):
    normalisation: _Normalisation
    charged_current: _ChargedCurrent
    composition: _Composition
    single_pion: _SinglePion
    coherent_pion: _CoherentPion
    deep_inelastic: _DeepInelastic
    hadrons: _Hadrons
    pion: _Pion
    kaon: _Kaon
    rho: _Rho
    charm: _Charm
    muon: _Muon
    cuts: dict[str, Item[str]]


@dataclass(frozen=True, eq=False)
class Assumptions:
    """Assumptions of the background source; made by `assumptions`.

    Attributes
    ----------
    values : by section and key, in natural units (``values.pion.mass.value`` in MeV);
        curves take energies in MeV.
    raw : as written, with units.
    """

    values: _File
    raw: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def __reduce__(self) -> tuple[object, ...]:
        # classes of generic items cannot be pickled: the text is pickled instead
        return _of, (self.raw,)

    @property
    def cuts(self) -> tuple[str, ...]:
        """The cuts, in their order."""
        return tuple(item.value for item in self.values.cuts.values())

    def warnings(self, cuts: Sequence[str]) -> list[str]:
        """Warnings about inconsistent values: the cut on tracks corresponds to the path
        of the muon unless one of them was changed.

        Parameters
        ----------
        cuts : texts of the cuts in use.
        """
        path, cut = self.raw["muon"]["track_length"], self.raw["cuts"]["tracks"]
        if (
            path["status"] != _GIVEN
            or cut["status"] == _GIVEN
            or cut["value"] not in cuts
        ):
            return []
        e = (M_MUON + _LOSS * self.values.muon.track_length.value) / GeV
        return [
            f"muon.track_length is {path['value']}, but cuts.tracks is still"
            f" {cut['value']!r}: that path needs about "
            f'{e:.2f} GeV (--set "cuts.tracks=E_minus > {e:.2f} GeV, E_plus > {e:.2f}'
            ' GeV")'
        ]

    def table(self) -> Table:
        """Every assumption: key, value with unit, status, source and note."""
        rows = [
            (
                f"{section}.{key}",
                _shown(item["value"]),
                item["status"],
                item.get("source", ""),
                item.get("note", ""),
            )
            for section, items in self.raw.items()
            for key, item in items.items()
        ]
        return Table(
            "What the backgrounds assume",
            ("key", "value", "status", "source", "note"),
            tuple(rows),
        )


def _of(
    raw: Mapping[str, Mapping[str, Mapping[str, Any]]], name: str = "assumptions"
) -> Assumptions:
    """The table from its text; raises `InputError`, with the name of a file."""
    return Assumptions(validate(_File, raw, name), raw)


def _shown(value: Any) -> str:
    if not isinstance(value, Mapping):
        return (
            f"{value:g}"
            if isinstance(value, float) and not isinstance(value, bool)
            else str(value)
        )
    return (
        f"{len(value['ratio'])} points at {value['energy']}, linear in ln E"
        if len(value["ratio"]) < 4
        else (
            f"{value['ratio'][0]:g} ... {value['ratio'][-1]:g} at"
            f" {value['energy'].split(',')[0]} ..."
            f" {value['energy'].split(',')[-1].strip()} ({len(value['ratio'])} points,"
            " linear in ln E)"
        )
    )


@cache
def _shipped() -> dict[str, Any]:
    path = files("nuprobe.events").joinpath("library", "backgrounds.toml")
    return parse_toml(read_text(path))


def assumptions(
    file: str | Path | None = None, changes: Mapping[str, Any] | None = None
) -> Assumptions:
    """Read the table of assumptions, with changes.

    Parameters
    ----------
    file : TOML with the sections and keys of the shipped table; only differences from
        it. A value is given bare (``br_mu_nu = 0.6``) or with ``value``, ``source`` and
        ``note``.
    changes : ``{"kaon.br_mu_nu": 0.6, "muon.decay_length": "3 m"}``; they override the
        file.

    Returns
    -------
    Assumptions

    Raises
    ------
    InputError
        If the file cannot be read, or a value is not allowed: the message names the
        key.
    UnknownNameError
        If there is no such key (but a new key in ``cuts`` adds a cut).

    Examples
    --------
    >>> assumptions(changes={"kaon.br_mu_nu": 0.6}).values.kaon.br_mu_nu.value
    0.6
    """
    raw: dict[str, Any] = copy.deepcopy(_shipped())
    name = "assumptions"
    if file is not None:
        name = str(file)
        text = read_text(Path(file), "the assumptions")
        try:
            read = parse_toml(text)
        except InputError as err:
            raise InputError(f"{file}: {err}") from None
        for section, items in read.items():
            if not isinstance(items, Mapping):
                raise InputError(
                    f"{file}: {section!r} does not belong to a section; write"
                    " [section] followed by key = value"
                )
            for key, item in items.items():
                _replace(raw, f"{section}.{key}", item, name)
    for key, value in (changes or {}).items():
        _replace(raw, key, value, "")
    return _of(raw, name)


def _replace(raw: dict[str, Any], key: str, item: Any, file: str) -> None:
    known = [f"{s}.{k}" for s, items in raw.items() for k in items]
    section, _, inner = key.partition(".")
    if key not in known and not (section == "cuts" and inner):
        raise UnknownNameError("assumption", key, known, "(see --show-assumptions)")
    given = (
        dict(item) if isinstance(item, Mapping) and "value" in item else {"value": item}
    )
    raw[section][inner] = {"source": file, **given, "status": _GIVEN}
