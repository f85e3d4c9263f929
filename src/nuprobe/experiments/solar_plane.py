"""Mixing allowed by solar neutrinos for values of the two-body axial current, and the
preferred current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import experiment
from nuprobe.experiments.joint import joint_cost
from nuprobe.experiments.solar import SolarExperiment
from nuprobe.experiments.solar_mixing import L_1A
from nuprobe.inference import Cost, FitResult, delta_threshold, fit
from nuprobe.numerics import FloatArray, numbers

__all__ = [
    "PUBLISHED_L_1A",
    "SOLAR_SET",
    "PublishedCurrent",
    "SolarPlane",
    "l1a_fit",
    "solar_plane",
]

Flux = Literal["free", "model"]
FLUXES: Final[tuple[str, ...]] = get_args(Flux)
Reference = Literal["each", "all"]
REFERENCES: Final[tuple[str, ...]] = get_args(Reference)
_NARROW: Final = ((0.3, 0.65), (6.6e-5, 9.4e-5))
_WIDE: Final = ((0.25, 0.7), (2e-5, 1.3e-4))
SOLAR_SET: Final = ("sno-2013", "gallium-2009", "homestake-1998", "kamland-2005")
"""Experiments of the figure, unless others are named."""


@dataclass(frozen=True)
class PublishedCurrent:
    """A published L_1A at μ = m_π.

    Attributes
    ----------
    source : texkey.
    scheme : what it means.
    value, plus, minus : fm³.
    how : the data it is from.
    """

    source: str
    scheme: str
    value: float
    plus: float
    minus: float
    how: str


PUBLISHED_L_1A: Final = (
    PublishedCurrent(
        "Balantekin:2003ep", "nnlo", 4.5, 18.0, 12.0, "solar data and KamLAND"
    ),
    PublishedCurrent("Chen:2002pv", "nnlo", 4.0, 6.3, 6.3, "SNO and Super-Kamiokande"),
    PublishedCurrent("Butler:2002cw", "nnlo", 3.6, 5.5, 5.5, "reactor nubar_e d"),
    PublishedCurrent(
        "Acharya:2019fij", "nnlo", 4.9, 1.9, 1.5, "chiral effective field theory"
    ),
    PublishedCurrent("Savage:2016kon", "nnlo", 3.9, 1.4, 1.4, "lattice QCD"),
)
"""Published values with their errors (of the lattice: 0.1, 1.0, 0.3 and 0.9 in
quadrature); that of the solar data and of chiral effective field theory from their
abstracts, the others at second hand. That all of them are in the scheme ``nnlo`` of
Butler:2000zp is unverified."""


@dataclass(frozen=True, eq=False)
class SolarPlane(Exported):
    """χ² as a function of mixing at several values of L_1A, minimised over the fluxes.

    Attributes
    ----------
    experiments : names.
    scheme : of `l1a`.
    flux : ``"free"``: the flux of ⁸B neutrinos is not constrained; ``"model"``: by the
        solar model.
    l1a : fm³, (values,).
    tan2_12, dm2_21 : axes, (n,) and (m,); Δm² in eV².
    twice_nll : −2 ln L, (values, n, m).
    reference : minimum for `delta` and regions: the lowest point of ``"each"`` value,
        or of ``"all"``.
    """

    experiments: tuple[str, ...]
    scheme: str
    flux: Flux
    l1a: FloatArray
    tan2_12: FloatArray
    dm2_21: FloatArray
    twice_nll: FloatArray

    reference: Reference = "each"

    plot = draws("plot_solar_plane")

    @property
    def delta(self) -> FloatArray:
        """Rise above the lowest point, (values, n, m)."""
        axes = (1, 2) if self.reference == "each" else (0, 1, 2)
        return np.asarray(self.twice_nll - self.twice_nll.min(axes, keepdims=True))

    def best(self, index: int) -> tuple[float, float, float]:
        """tan²θ₁₂, Δm²₂₁ (eV²) and −2 ln L of the lowest point at one value, by its
        `index`."""
        one = self.twice_nll[index]
        row, column = np.unravel_index(int(one.argmin()), one.shape)
        return (
            float(self.tan2_12[row]),
            float(self.dm2_21[column]),
            float(one[row, column]),
        )

    def ranges(self, index: int, cl: float) -> tuple[float, float, float, float]:
        """Smallest and largest tan²θ₁₂ and Δm²₂₁ (eV²) of the grid points inside the
        region of two parameters at one value, by its `index`, and a level `cl`; NaN
        if it is empty."""
        inside = self.delta[index] <= delta_threshold(cl, 2)
        if not inside.any():
            return (np.nan,) * 4
        rows, columns = inside.any(axis=1), inside.any(axis=0)
        tan, dm2 = self.tan2_12[rows], self.dm2_21[columns]
        return float(tan[0]), float(tan[-1]), float(dm2[0]), float(dm2[-1])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiments": list(self.experiments),
            "l1a": {
                "scheme": self.scheme,
                "unit": "fm3",
                "values": self.l1a.tolist(),
            },
            "flux_8B": self.flux,
            "delta_above": self.reference,
            "tan2_12": self.tan2_12.tolist(),
            "dm2_21_eV2": self.dm2_21.tolist(),
            "delta": self.delta.tolist(),
            "best": [
                dict(
                    zip(
                        ("tan2_12", "dm2_21_eV2", "twice_nll"),
                        self.best(i),
                        strict=True,
                    )
                )
                for i in range(len(self.l1a))
            ],
        }


@public
def solar_plane(
    experiments: Sequence[str] = SOLAR_SET,
    *,
    l1a: ArrayLike = (0.0, 5.0, 10.0, 20.0),
    scheme: str,
    flux: Flux = "free",
    tan2_12: ArrayLike | None = None,
    dm2_21: ArrayLike | None = None,
    reference: Reference = "each",
) -> SolarPlane:
    """χ² over tan²θ₁₂ and Δm²₂₁ at values of L_1A.

    Parameters
    ----------
    experiments : names or folders; SNO among them.
    l1a : fm³, shape (values,).
    scheme : what it means: ``"resummed"``, ``"nnlo"`` or ``"relative"`` (above that of
        the cross sections the data were found with).
    flux : whether the flux of ⁸B neutrinos is ``"free"`` or constrained by the solar
        ``"model"``; the other fluxes are constrained.
    tan2_12, dm2_21 : axes (Δm² in eV²); default 60 values each around the region, which
        KamLAND narrows.
    reference : of the result.

    Raises
    ------
    InputError
        If there is no such scheme, or no experiment depends on L_1A.

    Examples
    --------
    >>> plane = solar_plane(["sno-2013"], l1a=[0.0], scheme="relative",
    ...     tan2_12=[0.4, 0.5], dm2_21=[7e-5, 8e-5])
    >>> plane.twice_nll.shape
    (1, 2, 2)
    """
    values = np.atleast_1d(numbers("l1a in fm3", l1a))
    if reference not in REFERENCES:
        raise UnknownNameError("reference of the regions", reference, REFERENCES)
    opened = [experiment(one, SolarExperiment) for one in experiments]
    mapped = any(one.file.measurement.kind == "oscillation-map" for one in opened)
    widest = _NARROW if mapped else _WIDE
    tan, dm2 = (
        np.linspace(*ends, 60) if axis is None else numbers(name, axis)
        for name, axis, ends in (
            ("tan2_12", tan2_12, widest[0]),
            ("dm2_21", dm2_21, widest[1]),
        )
    )
    cost = _cost(experiments, scheme, flux)
    grids = np.meshgrid(values, tan, dm2, indexing="ij")
    order = ["l1a." + scheme, "tan2_12", "dm2_21"]
    points = np.empty((grids[0].size, 3))
    for name, grid in zip(order, grids, strict=True):
        points[:, cost.index(name)] = grid.ravel()
    found = cost.profiled(points).twice_nll.reshape(grids[0].shape)
    names = tuple(one.name for one in opened)
    return SolarPlane(names, scheme, flux, values, tan, dm2, found, reference)


@public
def l1a_fit(
    experiments: Sequence[str] = SOLAR_SET,
    *,
    scheme: str,
    flux: Flux = "model",
    cl: float = 0.6827,
) -> FitResult:
    """Best-fit L_1A, tan²θ₁₂ and Δm²₂₁.

    Parameters
    ----------
    experiments, scheme, flux : as of `solar_plane`.
    cl : level of the intervals.

    Examples
    --------
    >>> found = l1a_fit(["sno-2013", "gallium-2009"], scheme="relative")
    >>> round(found["l1a.relative"].error)
    9
    """
    return fit(_cost(experiments, scheme, flux), cl=cl)


def _cost(experiments: Sequence[str], scheme: str, flux: Flux) -> Cost:
    known = [name.partition(".")[2] for name in L_1A]
    if scheme not in known:
        raise UnknownNameError("scheme of L_1A", scheme, known)
    if flux not in FLUXES:
        raise UnknownNameError("flux of 8B neutrinos", flux, FLUXES)
    opened = [experiment(one, SolarExperiment) for one in experiments]
    name = f"l1a.{scheme}"
    if not any(one.depends_on(None, name) for one in opened):
        raise InputError(
            "none of"
            f" {', '.join(one.name for one in opened)} depends on L_1A: add sno-2013"
        )
    if not any(one.file.measurement.kind == "oscillation-map" for one in opened):
        opened = [one.with_changes({"sun.region": "all"}) for one in opened]
    if flux == "free":
        opened = [one.with_changes({"sun.free": ["8B"]}) for one in opened]
    return joint_cost(opened, None, ["tan2_12", "dm2_21", name])
