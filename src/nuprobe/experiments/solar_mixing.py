"""Parameters of solar experiments, and the points of a fit in terms of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import NUFIT
from nuprobe.parameters import Parameter
from nuprobe.processes.nuclear.two_nucleons import SCHEMES

__all__ = [
    "KINDS",
    "L_1A",
    "SolarFlux",
    "SolarState",
    "check_free",
    "solar_fluxes",
    "solar_parameters",
    "state_of",
]

KINDS: Final = ("pp", "pep", "hep", "7Be", "8B", "13N", "15O", "17F")
"""Kinds of solar neutrinos."""

L_1A: Final[tuple[str, ...]] = (*(f"l1a.{s}" for s in SCHEMES), "l1a.relative")
"""Names of the two-body axial current with its scheme; ``relative``: above that of the
cross sections the data were found with."""

_S12, _S13 = NUFIT["normal"][0], NUFIT["normal"][1]
_DM2: Final = NUFIT["normal"][4]
_RANGES: Final = {
    "lma": ((0.11, 1.4), (4.2e-5, 1.99e-4)),
    "all": ((1e-4, 10.0), (1e-9, 1e-3)),
}
"""Allowed ranges of tan²θ₁₂ and Δm²₂₁ (eV²)."""


@dataclass(frozen=True)
class SolarFlux:
    """Prediction of a solar model for one kind.

    Attributes
    ----------
    kind : its name.
    flux : per cm² and second.
    error : relative standard deviation.
    """

    kind: str
    flux: float
    error: float


@lru_cache(maxsize=8)
def solar_fluxes(model: str) -> Mapping[str, SolarFlux]:
    """Fluxes of a solar model by kind.

    Parameters
    ----------
    model : ``"B16-GS98"``, ``"B16-AGSS09met"`` or ``"BS05-OP"``.

    Examples
    --------
    >>> solar_fluxes("B16-GS98")["8B"]
    SolarFlux(kind='8B', flux=5460000.0, error=0.12)
    """
    table = files("nuprobe.experiments") / "data" / "solar_models.csv"
    rows = read_table(table)
    found = {
        row["kind"]: SolarFlux(row["kind"], float(row["flux"]), float(row["error"]))
        for row in rows
        if row["model"] == model
    }
    if not found:
        names = dict.fromkeys(row["model"] for row in rows)
        raise UnknownNameError("solar model", model, names)
    return found


def solar_parameters(
    model: str, region: Literal["lma", "all"]
) -> tuple[Parameter, ...]:
    """Parameters of every solar experiment.

    Parameters
    ----------
    model : solar model, whose fluxes are the defaults.
    region : of mixing.

    Examples
    --------
    >>> [p.name for p in solar_parameters("B16-GS98", "lma")][:4]
    ['sin2_12', 'tan2_12', 'dm2_21', 'sin2_13']
    """
    (low, high), (least, most) = _RANGES[region]
    tan = _S12 / (1 - _S12)
    mixing = (
        Parameter(
            "sin2_12",
            _S12,
            low / (1 + low),
            high / (1 + high),
            step=0.02,
            latex=r"\sin^2\theta_{12}",
        ),
        Parameter("tan2_12", tan, low, high, step=0.04, latex=r"\tan^2\theta_{12}"),
        Parameter(
            "dm2_21",
            _DM2,
            least,
            most,
            step=5e-6,
            unit="eV2",
            latex=r"\Delta m^2_{21}",
        ),
        Parameter("sin2_13", _S13, 0.0, 0.2, step=0.005, latex=r"\sin^2\theta_{13}"),
    )
    fluxes = tuple(
        Parameter(
            f"phi_{f.kind}",
            f.flux,
            0.0,
            20 * f.flux,
            step=max(f.error, 0.02) * f.flux,
            unit="1/cm2/s",
            latex=rf"\phi_{{{f.kind}}}",
        )
        for f in solar_fluxes(model).values()
    )
    return (*mixing, *fluxes)


def l1a_parameters(reference: Mapping[str, float]) -> tuple[Parameter, ...]:
    """The two-body current in each scheme.

    Parameters
    ----------
    reference : L_1A (fm³) of the cross sections of the data, by scheme; the defaults.

    Examples
    --------
    >>> l1a_parameters({"nnlo": 5.6, "resummed": 0.2})[-1].default
    0.0
    """
    latex = {"relative": r"\Delta L_{1,A}"}
    return tuple(
        Parameter(
            name,
            {**reference, "relative": 0.0}[(scheme := name.partition(".")[2])],
            -40.0,
            80.0,
            step=3.0,
            unit="fm3",
            latex=latex.get(scheme, rf"L_{{1,A}}^{{\rm {scheme}}}"),
        )
        for name in L_1A
    )


def check_free(free: Sequence[str]) -> None:
    """Reject different parameters for the same quantity.

    Parameters
    ----------
    free : names of the free parameters.

    Raises
    ------
    InputError
        If L_1A has no scheme or two, or θ₁₂ is given twice.

    Examples
    --------
    >>> check_free(["sin2_12", "tan2_12"])
    Traceback (most recent call last):
    nuprobe.errors.InputError: sin2_12 and tan2_12 are the same angle: ...
    """
    bare = next((n for n in free if n.lower().replace("_", "") == "l1a"), None)
    if bare is not None:
        raise InputError(
            f"{bare} is meaningful only in a given scheme: free {', '.join(L_1A)}"
            " (fm3; about 5 fm3 larger in nnlo than in resummed; relative is the"
            " difference from the cross sections used by SNO)"
        )
    if {"sin2_12", "tan2_12"} <= set(free):
        raise InputError(
            "sin2_12 and tan2_12 are the same angle: free only one of them"
        )
    given = [name for name in L_1A if name in free]
    if len(given) > 1:
        raise InputError(
            f"{' and '.join(given)} are the same quantity: free only one of them"
        )


@dataclass(frozen=True, eq=False)
class SolarState:
    """Points of a fit.

    Attributes
    ----------
    sin2_12, dm2_21, sin2_13 : distinct mixings (Δm²₂₁ in eV²), each (mixings,).
    row : index of the one each point has, (points,).
    fluxes : per cm² and second by kind, each (points,).
    l1a : fm³, (points,).
    scheme : of `l1a`, ``"resummed"``, ``"nnlo"`` or ``"relative"``.
    """

    sin2_12: FloatArray
    dm2_21: FloatArray
    sin2_13: FloatArray
    row: NDArray[np.intp]
    fluxes: Mapping[str, FloatArray]
    l1a: FloatArray
    scheme: str

    @cached_property
    def columns(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """sin²θ₁₂, Δm²₂₁ (eV²) and sin²θ₁₃, each (mixings, 1)."""
        return (
            self.sin2_12[:, None],
            self.dm2_21[:, None],
            self.sin2_13[:, None],
        )


def state_of(values: Mapping[str, FloatArray], scheme: str) -> SolarState:
    """Points from values of all parameters.

    Parameters
    ----------
    values : of the angle (``sin2_12`` or ``tan2_12``), ``dm2_21``, ``sin2_13``, the
        fluxes and ``l1a``, by name, each (points,).
    scheme : of ``l1a``.

    Examples
    --------
    >>> one = np.ones(3)
    >>> known = {"tan2_12": one, "dm2_21": one, "sin2_13": 0 * one, "l1a": one}
    >>> state_of(known, "relative").sin2_12
    array([0.5])
    """
    s12 = (
        values["tan2_12"] / (1 + values["tan2_12"])
        if "tan2_12" in values
        else values["sin2_12"]
    )
    mixings = np.stack([s12, values["dm2_21"], values["sin2_13"]], axis=1)
    distinct, row = np.unique(mixings, axis=0, return_inverse=True)
    fluxes = {n[4:]: v for n, v in values.items() if n.startswith("phi_")}
    s, d, t = distinct.T
    return SolarState(s, d, t, row.ravel(), fluxes, values["l1a"], scheme)
