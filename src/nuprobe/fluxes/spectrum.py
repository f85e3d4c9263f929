"""Common interface of all fluxes: flavour → lines and a continuum on an energy support,
with arrival times."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import M_MUON, M_PION
from nuprobe.drawing import draws
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes.moments import FluxMoments
from nuprobe.fluxes.timing import TimeProfile
from nuprobe.markup import table
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = [
    "Flux",
    "FluxComponent",
    "Line",
    "michel_nu_e",
    "michel_nubar_mu",
    "monoenergetic",
    "pion_decay_at_rest",
    "tabulated",
]

PION_LINE = (M_PION**2 - M_MUON**2) / (2 * M_PION)
"""Energy of the ν_μ from a pion decaying at rest, MeV."""
MICHEL_ENDPOINT = M_MUON / 2
"""Largest energy of a neutrino from a muon decaying at rest, MeV (massless
electron)."""
_BLOCK = 2**17
"""Nodes in one call of an integrand: 1 MiB of float64."""


@public
@dataclass(frozen=True)
class Line:
    """A monoenergetic contribution: `energy` in MeV, `intensity` neutrinos per unit of
    the flux."""

    energy: float
    intensity: float

    def __post_init__(self) -> None:
        if not (0 < self.energy < np.inf and 0 <= self.intensity < np.inf):
            raise InputError(
                "a line needs a positive energy (MeV) and a non-negative intensity,"
                f" got {self.energy} and {self.intensity}"
            )


@public
@dataclass(frozen=True, eq=False)
class FluxComponent:
    """Neutrinos of one flavour with one arrival-time distribution.

    Attributes
    ----------
    name : e.g. ``"prompt nu_mu"``.
    flavour : what is emitted.
    lines : monoenergetic parts, treated exactly (never smeared).
    density : continuum dN/dE per MeV at energies inside the support, or None.
    edges : energies (MeV) that bound the continuum; between two of them it is smooth.
    order : Gauss–Legendre points per panel that integrate the continuum times a cross
        section.
    time : name of the time profile, or None.
    polynomial : lowest and highest power of E if the continuum is a polynomial in E
        between two edges (its moments are then exact with few points), or None.
    known_to : energy (MeV) up to which the continuum was fitted to data or
        calculations; above, it is an extrapolation. Infinite by default.
    """

    name: str
    flavour: Flavour
    lines: tuple[Line, ...] = ()
    density: Callable[[FloatArray], FloatArray] | None = None
    edges: tuple[float, ...] = ()
    order: int = 24
    time: str | None = None
    polynomial: tuple[int, int] | None = None
    known_to: float = math.inf

    def __post_init__(self) -> None:
        if self.polynomial is not None and len(self.edges) != 2:
            raise InputError(
                f"flux component {self.name}: a polynomial has two edges, got"
                f" {len(self.edges)}"
            )
        if self.density is not None and (
            len(self.edges) < 2 or any(np.diff(self.edges) <= 0)
        ):
            raise InputError(
                f"flux component {self.name}: a continuum needs increasing energy edges"
            )
        if self.density is None and not self.lines:
            raise InputError(
                f"flux component {self.name} has neither lines nor a continuum"
            )

    @property
    def e_max(self) -> float:
        """Largest energy in MeV."""
        return max([line.energy for line in self.lines] + list(self.edges[-1:]))

    @public
    def continuum(self, e_nu: ArrayLike) -> FloatArray:
        """Continuum dN/dE per MeV at `e_nu`; exactly 0 outside the support and for a
        pure line."""
        e = np.asarray(e_nu, dtype=float)
        if self.density is None:
            return np.zeros(e.shape)
        inside = (e >= self.edges[0]) & (e <= self.edges[-1])
        return np.where(inside, self.density(np.where(inside, e, self.edges[0])), 0.0)

    @public
    def integrate(
        self,
        function: Callable[[FloatArray], FloatArray],
        e_min: FloatArray | float = 0.0,
        refine: int = 1,
    ) -> FloatArray:
        """∫ dN/dE · function(E) dE above `e_min`, lines included.

        Parameters
        ----------
        function : takes energies of shape (..., nodes), where ... is the shape of
            `e_min`, and returns that shape, or (..., nodes, k) for k integrands.
        e_min : lower limit in MeV, any shape (an array has one limit per integral).
        refine : multiplies the number of nodes; compare two values for an error
            estimate.

        Returns
        -------
        array, of the shape of `e_min`, or (..., k)
        """
        if not isinstance(refine, int) or refine < 1:
            raise InputError(f"refine must be a positive integer, got {shown(refine)}")
        low = np.asarray(e_min, dtype=float)
        result: FloatArray = np.zeros(low.shape)

        def added(weight: FloatArray, values: FloatArray) -> FloatArray:
            several = values.ndim > weight.ndim
            one = (
                (weight[..., None, :] @ values)[..., 0, :]
                if several
                else (weight * values).sum(-1)
            )
            return np.asarray(
                (result[..., None] if several and result.ndim < one.ndim else result)
                + one
            )

        if self.density is not None:
            x, w = gauss_legendre(self.order * refine)
            edges = np.array(self.edges)
            # all panels at once, unless an array of limits would make the arrays too
            # large
            step = max(1, _BLOCK // (x.size * max(low.size, 1)))
            for first in range(0, edges.size - 1, step):
                left, right = (
                    edges[:-1][first : first + step],
                    edges[1:][first : first + step],
                )
                start = np.clip(low[..., None], left, right)
                width = right - start
                shape = (*low.shape, left.size * x.size)
                e = (start[..., None] + width[..., None] * x).reshape(shape)
                weight = (width[..., None] * w).reshape(shape)
                result = added(self.density(e) * weight, function(e))
        for line in self.lines:
            e = np.full((*low.shape, 1), line.energy)
            result = added(
                np.where(low <= line.energy, line.intensity, 0.0)[..., None],
                function(e),
            )
        return result


@public
@dataclass(frozen=True, eq=False)
class Flux:
    """Neutrinos from one source.

    Attributes
    ----------
    name, title : for lists and plots.
    components : the parts, by flavour and arrival time.
    per : what one unit is, e.g. ``"proton on target"``.
    emission : ``"isotropic"``: the components count neutrinos emitted into 4π per unit;
        ``"beam"``: neutrinos per cm² at the detector per unit.
    times : time profiles by name.
    references, notes : provenance.
    """

    name: str
    components: tuple[FluxComponent, ...]
    per: str
    title: str = ""
    emission: str = "isotropic"
    times: Mapping[str, TimeProfile] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        for component in self.components:
            if component.time is not None and component.time not in self.times:
                raise UnknownNameError(
                    f"time profile of flux {self.name}", component.time, self.times
                )

    def __repr__(self) -> str:
        return f"<flux {self.name}: {', '.join(map(str, self.flavours))}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                c.name,
                c.flavour.name,
                ", ".join(f"line at {line.energy:.5g}" for line in c.lines[:3])
                if c.density is None
                else f"{c.edges[0]:.4g} to {c.edges[-1]:.5g}",
                c.time or "",
            )
            for c in self.components
        ]
        title = f"flux {self.name}" + (f": {self.title}" if self.title else "")
        header = ("component", "flavour", "energies [MeV]", "arrival")
        notes = [f"per {self.per}", ", ".join(self.references)]
        return table(title, rows, header, filter(None, notes))

    plot = draws("plot_flux")

    @property
    def flavours(self) -> tuple[Flavour, ...]:
        """Flavours present, in the order of the components."""
        return tuple(dict.fromkeys(c.flavour for c in self.components))

    @public
    def of(self, flavour: str | Flavour) -> tuple[FluxComponent, ...]:
        """Components of one flavour (none if it is not in the flux)."""
        wanted = as_flavour(flavour)
        return tuple(c for c in self.components if c.flavour == wanted)

    @public
    def spectrum(self, flavour: str | Flavour, e_nu: ArrayLike) -> FloatArray:
        """Continuum dN/dE of one flavour per MeV and per unit of the flux, without the
        monoenergetic part (see `lines`).

        Parameters
        ----------
        flavour : e.g. ``"nu_e"``.
        e_nu : neutrino energies in MeV, any shape; the result has the same shape.
        """
        e = np.asarray(e_nu, dtype=float)
        return np.asarray(
            sum((c.continuum(e) for c in self.of(flavour)), np.zeros(e.shape))
        )

    @public
    def lines(self, flavour: str | Flavour) -> tuple[Line, ...]:
        """Monoenergetic parts of one flavour."""
        return tuple(line for c in self.of(flavour) for line in c.lines)

    @public
    def total(self, flavour: str | Flavour) -> float:
        """Neutrinos of one flavour per unit of the flux."""
        wanted = self.of(flavour)
        return float(sum(FluxMoments(c, (0,))(0.0).item() for c in wanted))

    @public
    def average(
        self,
        function: Callable[[FloatArray], FloatArray],
        flavour: str | Flavour,
        refine: int = 1,
    ) -> float:
        """Mean of `function` (array of energies → same shape) over the normalised
        spectrum of one flavour.

        `refine` multiplies the number of nodes.
        """
        number = self.total(flavour)
        if number == 0:
            raise InputError(
                f"flux {self.name} has no {as_flavour(flavour)}: it has"
                f" {', '.join(map(str, self.flavours))}"
            )
        return (
            float(sum(c.integrate(function, refine=refine) for c in self.of(flavour)))
            / number
        )


def michel_nubar_mu(e_nu: FloatArray) -> FloatArray:
    """Normalised ν̄_μ spectrum 64E²/m_μ³ (3/4 − E/m_μ) of muon decay at rest, per
    MeV.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, 0 to m_μ/2, any shape; the result has the same
        shape.

    Examples
    --------
    >>> import numpy as np
    >>> michel_nubar_mu(np.array([0.0, 30.0]))
    array([0.    , 0.0228])
    """
    return 64 * e_nu**2 / M_MUON**3 * (0.75 - e_nu / M_MUON)


def michel_nu_e(e_nu: FloatArray) -> FloatArray:
    """Normalised ν_e spectrum 192E²/m_μ³ (1/2 − E/m_μ) of muon decay at rest, per
    MeV.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, 0 to m_μ/2, any shape; the result has the same
        shape.

    Examples
    --------
    >>> import numpy as np
    >>> michel_nu_e(np.array([0.0, 30.0]))
    array([0.    , 0.0316])
    """
    return 192 * e_nu**2 / M_MUON**3 * (0.5 - e_nu / M_MUON)


def pion_decay_at_rest(
    per_flavour: float, prompt: str | None, delayed: str | None
) -> tuple[FluxComponent, ...]:
    """Components of a π⁺ decay-at-rest source.

    Parameters
    ----------
    per_flavour : neutrinos of each of ν_μ, ν̄_μ, ν_e per unit.
    prompt, delayed : names of the time profiles of pion and muon decay.

    Returns
    -------
    tuple of FluxComponent
        The ν_μ line at (m_π² − m_μ²)/2m_π = 29.79 MeV, and the ν̄_μ and ν_e of muon
        decay up to m_μ/2.

    Examples
    --------
    >>> prompt, *delayed = pion_decay_at_rest(0.08, None, None)
    >>> [str(c.flavour) for c in delayed], prompt.lines[0].energy
    (['nubar_mu', 'nu_e'], 29.79)
    """
    edges = (0.0, MICHEL_ENDPOINT)
    names = as_flavour("nu_mu"), as_flavour("nubar_mu"), as_flavour("nu_e")
    return (
        FluxComponent(
            "prompt nu_mu", names[0], lines=(Line(PION_LINE, per_flavour),), time=prompt
        ),
        FluxComponent(
            "delayed nubar_mu",
            names[1],
            density=lambda e: per_flavour * michel_nubar_mu(e),
            polynomial=(2, 3),
            edges=edges,
            time=delayed,
        ),
        FluxComponent(
            "delayed nu_e",
            names[2],
            density=lambda e: per_flavour * michel_nu_e(e),
            polynomial=(2, 3),
            edges=edges,
            time=delayed,
        ),
    )


@public
def monoenergetic(
    energy: float, flavour: str | Flavour, intensity: float = 1.0
) -> Flux:
    """Monoenergetic beam.

    Parameters
    ----------
    energy : in MeV.
    flavour : what is in the beam.
    intensity : neutrinos per cm² at the detector per unit.

    Raises
    ------
    InputError
        If the energy is not positive or the intensity negative, or one is not finite.
    UnknownNameError
        If there is no flavour of that name.

    Examples
    --------
    >>> beam = monoenergetic(30.0, "nu_mu", intensity=2.0)
    >>> beam.title, beam.total("nu_mu")
    ('nu_mu of 30 MeV', 2.0)
    """
    kind = as_flavour(flavour)
    return Flux(
        name="monoenergetic",
        components=(
            FluxComponent(
                f"{kind} line", kind, lines=(Line(float(energy), float(intensity)),)
            ),
        ),
        per="unit",
        title=f"{kind} of {energy:g} MeV",
        emission="beam",
    )


@public
def tabulated(
    name: str,
    flavour: str | Flavour,
    energies: ArrayLike,
    values: ArrayLike,
    interpolation: Literal["linear", "histogram"] = "linear",
) -> FluxComponent:
    """Component from a table; exactly zero outside it.

    Parameters
    ----------
    name : name of the component.
    flavour : what is emitted.
    energies : increasing energies in MeV: shape (n,) of points, or (n + 1,) of bin
        edges for a histogram.
    values : dN/dE per MeV at the points, or its mean in each bin, shape (n,).
    interpolation : ``"linear"`` between the points, or ``"histogram"``: constant in
        each bin, which preserves the bin contents of a simulation or measurement.

    Raises
    ------
    InputError
        If a number is not finite, a value negative, or the energies do not increase.
    UnknownNameError
        If there is no flavour or interpolation of that name.

    Examples
    --------
    >>> part = tabulated("mine", "nu_e", [1.0, 2.0, 4.0], [3.0, 1.0], "histogram")
    >>> float(part.integrate(lambda e: e**0))
    5.0
    """
    e, v = np.asarray(energies, dtype=float), np.asarray(values, dtype=float)
    if interpolation not in ("linear", "histogram"):
        raise UnknownNameError("interpolation", interpolation, ("linear", "histogram"))
    histogram = interpolation == "histogram"
    if histogram and (e.ndim != 1 or v.shape != (e.size - 1,) or v.size < 1):
        raise InputError(
            f"flux {name}: a histogram needs one more edge than values, got"
            f" {e.shape} and {v.shape}"
        )
    if not histogram and (e.ndim != 1 or e.shape != v.shape or e.size < 2):
        raise InputError(
            f"flux {name}: a table needs as many values as energies, got {e.shape} and"
            f" {v.shape}"
        )
    if not np.all(np.isfinite(e)) or not np.all(np.isfinite(v)):
        bad_e, bad_v = ~np.isfinite(e), ~np.isfinite(v)
        row = min(int(np.argmax(bad)) for bad in (bad_e, bad_v) if bad.any()) + 1
        raise InputError(
            f"flux {name}: row {row} of the spectrum is not a finite number; remove or"
            " correct it"
        )
    if np.any(v < 0) or np.any(np.diff(e) <= 0) or e[0] < 0:
        raise InputError(
            f"flux {name}: energies must increase from 0 or more and values must not be"
            " negative"
        )

    def linear(x: FloatArray) -> FloatArray:
        return np.asarray(np.interp(x, e, v))

    def constant(x: FloatArray) -> FloatArray:
        return np.asarray(
            v[np.clip(np.searchsorted(e, x, side="right") - 1, 0, v.size - 1)]
        )

    return FluxComponent(
        name,
        as_flavour(flavour),
        density=constant if histogram else linear,
        edges=tuple(map(float, e)),
        order=6,
    )
