"""What a file of a likelihood contains.

The expectation of a term is linear in its nuisances, µ = base + Σ ν · slope. Base and
slopes are made of *sources*, templates that need no physics any more: interpolated
over axes, times monomials in the parameters. `docs/guide/likelihoods.md` has the
formulas.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from nuprobe.portable.arrays import Array
from nuprobe.schema import Strict

__all__ = [
    "FORMAT",
    "VERSION",
    "AxisEntry",
    "BackgroundEntry",
    "BlockEntry",
    "EffectEntry",
    "GroupEntry",
    "Likelihood",
    "NuisanceEntry",
    "ParameterEntry",
    "PieceEntry",
    "PropagatorEntry",
    "SourceEntry",
    "TermEntry",
    "json_schema",
]

FORMAT: Final = "nuprobe-likelihood"
VERSION: Final = 2
"""The latest; files say 1 where they have nothing of version 2."""


class ParameterEntry(Strict):
    """A parameter, in the order of the columns of points."""

    name: str = Field(description="Used everywhere in the file.")
    unit: str = Field(
        default="", description="Unit of its values everywhere in the file."
    )
    latex: str = Field(default="", description="Symbol, without dollar signs.")
    default: float = Field(description="Value where nothing is said of it.")
    lower: float | None = Field(description="End of its range; null for none.")
    upper: float | None = Field(description="End of its range; null for none.")
    scale: float = Field(gt=0, description="Monomials are powers of value / scale.")


class NuisanceEntry(Strict):
    """A nuisance, in the order of the columns of nuisances, centred on 0."""

    name: str = Field(description="Used everywhere in the file.")
    sigma: float | None = Field(
        description="Standard deviation of its constraint; null leaves it free."
    )
    latex: str = Field(default="", description="Symbol, without dollar signs.")
    description: str = Field(default="", description="What it stands for.")
    marginal: bool = Field(
        default=False,
        description="Whether nuprobe integrates over it instead of profiling.",
    )
    anchors: list[float] | None = Field(
        default=None,
        description=(
            "Of a nuisance that morphs: the expectation is linear between these values"
            " only, and stays inside them."
        ),
    )


class AxisEntry(Strict):
    """A parameter, or nuisance that morphs, over which templates are interpolated."""

    name: str = Field(description="Of the parameter or nuisance.")
    kind: Literal["chebyshev", "linear"] = Field(
        description=(
            "Barycentric between Chebyshev points of the second kind, or linear between"
            " neighbours."
        )
    )
    log: bool = Field(
        default=False, description="Whether the coordinate is the natural logarithm."
    )
    nodes: Array = Field(description="Coordinates, increasing.")


class PropagatorEntry(Strict):
    """A factor (momentum² + x²)^−power, x being the value on an axis."""

    axis: int = Field(ge=0, description="Position among the axes of the block.")
    momentum: float = Field(description="p, in the unit of the axis.")
    power: float = Field(description="k")


class PieceEntry(Strict):
    """Part of the factors of a group: monomial × complement × propagators × exp(log) ×
    table, the last two interpolated over the smooth axes."""

    monomial: dict[str, int] = Field(
        description="Power of value / scale by name of the parameter; {} is 1."
    )
    complement: dict[str, float] = Field(
        default={},
        description="Power of (1 − value) by name of the parameter. Version 2.",
    )
    propagators: list[PropagatorEntry] = []
    log: Array | None = Field(
        default=None,
        description="Interpolated, its exponential is a factor; shape (nodes...).",
    )
    table: Array = Field(
        description="Shape (nodes of each smooth axis, factors); (factors,) without."
    )


class GroupEntry(Strict):
    """Σ over factors of factor × template. The factors depend on parameters alone;
    each is the sum of that of the pieces."""

    smooth: list[int] = Field(
        default=[], description="Chebyshev axes of the tables, positions in the block."
    )
    linear: list[int] = Field(
        default=[], description="Linear axes of the templates, positions in the block."
    )
    pieces: list[PieceEntry]
    templates: Array = Field(
        description="Shape (components, factors, energy bins, nodes of linear axes)."
    )


class SourceEntry(Strict):
    """Templates of the signal, or of the change by one nuisance."""

    name: str = Field(description="signal, or of the nuisance that adds it.")
    groups: list[GroupEntry] = Field(description="Their counts add up.")


class BackgroundEntry(Strict):
    """Counts that no parameter moves."""

    name: str = Field(description="By which effects scale it.")
    axes: list[int] = Field(
        default=[],
        description="Axes of nuisances that morph it, positions in the block.",
    )
    counts: Array = Field(description="Shape (nodes of each axis, bins).")


class EffectEntry(Strict):
    """What one nuisance adds to the expectation per unit."""

    nuisance: str
    scales: list[str] = Field(
        default=[], description='"signal" and names of backgrounds: added once more.'
    )
    shape: str | None = Field(
        default=None, description="Name of a source that is added."
    )
    relative: Array | None = Field(
        default=None, description="Added: this times the signal, shape (bins,)."
    )
    added: Array | None = Field(
        default=None, description="Added: counts, shape (bins,)."
    )


class BlockEntry(Strict):
    """Consecutive bins of a term. The bins are those of energy times those of time,
    time running fastest."""

    bins: tuple[int, int] = Field(description="Numbers of energy and of time bins.")
    axes: list[AxisEntry] = Field(
        default=[], description="Numbered from 0 by what uses them."
    )
    components: list[str] = Field(description="Names of the components of the flux.")
    time: Array = Field(
        description="Share of each in the time bins, (components, time)."
    )
    weights: Array | None = Field(
        default=None, description="Factor on every source in each bin, shape (bins,)."
    )
    sources: list[SourceEntry] = Field(description="One of them is the signal.")
    over: str | None = Field(
        default=None,
        description=(
            "Name of a source by which the signal is divided, bin by bin, before"
            " anything else is done with it. Version 2."
        ),
    )
    backgrounds: list[BackgroundEntry] = Field(
        default=[], description="Part of the base."
    )
    effects: list[EffectEntry] = Field(
        default=[], description="Slopes, one for each nuisance."
    )


class Poisson(Strict):
    """2 Σ [µ − n + n ln(n/µ)] + offset."""

    kind: Literal["poisson"]
    data: Array
    offset: float = Field(default=0.0, description="Of a likelihood of single events.")


class Gaussian(Strict):
    """Σ ((µ − d)/σ)²."""

    kind: Literal["gaussian"]
    data: Array
    sigma: Array
    below: Array | None = Field(
        default=None, description="σ where µ < d, if it differs."
    )


class Covariance(Strict):
    """(µ − d)ᵀ C⁻¹ (µ − d)."""

    kind: Literal["covariance"]
    data: Array
    covariance: Array
    constraints: int | None = Field(
        default=None,
        ge=1,
        description="Number of conditions that d and µ fulfil exactly because µ is"
        " normalised to d; as many bins are no degrees of freedom.",
    )


class CNP(Strict):
    """Σ (n − µ)² (1/n + 2/µ)/3, and 2µ where n = 0."""

    kind: Literal["cnp"]
    data: Array


class OnOff(Strict):
    """Counts n ~ x + b and control counts m ~ τ b, minimised over every b ≥ 0; x is
    the expectation less the nominal background."""

    kind: Literal["on-off"]
    data: Array
    control: Array
    nominal: Array
    ratio: float = Field(gt=0, description="τ")


class Projected(Strict):
    """Counts n ~ x + e_i t_j, and row and column sums of control counts of
    τ e_i t_j, minimised over all e_i and t_j."""

    kind: Literal["projected"]
    data: Array
    control: Array
    nominal: Array
    ratio: float = Field(gt=0, description="τ")
    shape: tuple[int, int] = Field(description="Numbers of rows and columns.")


StatisticEntry = Annotated[
    Poisson | Gaussian | Covariance | CNP | OnOff | Projected,
    Field(discriminator="kind"),
]


class TermEntry(Strict):
    """One data set: blocks of bins behind each other, and how they are compared."""

    name: str = Field(description="Experiment and analysis.")
    statistic: StatisticEntry = Field(description="With the data.")
    blocks: list[BlockEntry]


class Likelihood(Strict):
    """−2 ln L of one or more data sets: what `read_likelihood` returns.

    −2 ln L is the sum of that of the terms and of Σ (ν/σ)² of the nuisances, which
    terms share by name.
    """

    format: Literal["nuprobe-likelihood"] = Field(description="What the file is.")
    version: Literal[1, 2] = Field(
        description="Of the format: 1 has neither `over` nor `complement`."
    )
    name: str = Field(description="Of the cost.")
    parameters: list[ParameterEntry] = Field(description="Columns of points.")
    nuisances: list[NuisanceEntry] = Field(description="Columns of nuisances.")
    terms: list[TermEntry] = Field(description="Data sets.")
    accuracy: float | None = Field(
        default=None,
        gt=0,
        description=(
            "Largest error of −2 ln L by interpolation that was found, relative to it"
            " where it is above 1; absent where there is none but rounding."
        ),
    )
    references: list[str] = Field(default=[], description="Texkeys and DOIs.")
    provenance: dict[str, Any] = Field(
        default={}, description="Command, version, date, experiments and model."
    )
    checksum: str = Field(
        default="",
        description="sha256 of canonical JSON (RFC 8785) without this entry.",
    )

    def __str__(self) -> str:
        """As its ``repr``."""
        return repr(self)

    def __repr__(self) -> str:
        """Name and sizes."""
        bins = sum(len(term.statistic.data) for term in self.terms)
        names = ", ".join(p.name for p in self.parameters)
        return (
            f"<likelihood {self.name!r}: {bins} bins, ({names}),"
            f" {len(self.nuisances)} nuisances>"
        )


def json_schema() -> dict[str, Any]:
    """JSON Schema of a file of a likelihood.

    Examples
    --------
    >>> json_schema()["properties"]["version"]["enum"]
    [1, 2]
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:nuprobe:likelihood:{VERSION}",
        **Likelihood.model_json_schema(),
    }
