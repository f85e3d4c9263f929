"""Flavour without matter: at the source, coherent over a distance, averaged."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.numerics import FloatArray, number, sum_arrays
from nuprobe.oscillation.mixing import PMNS, Splittings, check_mixing
from nuprobe.oscillation.protocol import Phase
from nuprobe.units import m

__all__ = ["AtSource", "Averaged", "Spread", "Vacuum"]

# smaller numbers must lack their unit
_SHORTEST_BASELINE: Final = 1e-6 * m


@public
@quick_methods
@dataclass(frozen=True)
class AtSource:
    """A detector at the source: the flavour is unchanged."""

    @property
    def names(self) -> tuple[str, ...]:
        """One constant."""
        return ("",)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One constant."""
        return (("constant", 0.0),)

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """1 at energies `e_nu` (MeV), shape (*e_nu.shape, 1)."""
        return np.ones((*e_nu.shape, 1))

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the `flavour` itself."""
        return (FlavourState.pure(flavour),)


@public
@quick_methods
@dataclass(frozen=True)
class Vacuum:
    """Coherent oscillations in vacuum over one distance.

    ρ has a constant and, for each pair of masses, cos and sin of Δm² L/2E. At zero
    distance it is the flavour itself.

    Attributes
    ----------
    baseline : L in MeV⁻¹ (``20 * m``).
    mixing, splittings : U and Δm².

    Examples
    --------
    >>> from nuprobe.units import km
    >>> far = Vacuum(53 * km)
    >>> far.names
    ('', 'cos21', 'sin21', 'cos31', 'sin31', 'cos32', 'sin32')
    >>> [(form, round(scale, 2)) for form, scale in far.phases[:3]]
    [('constant', 0.0), ('cos', 10.06), ('sin', 10.06)]
    """

    baseline: float
    mixing: PMNS = field(default_factory=PMNS)
    splittings: Splittings = field(default_factory=Splittings)

    def __post_init__(self) -> None:
        if number("a baseline", self.baseline, "53 * km") < 0:
            raise InputError(
                "a baseline must not be negative (20 * m, 1 * km), got"
                f" {self.baseline / m:g} m"
            )
        check_mixing(self.mixing, self.splittings)
        if 0 < self.baseline < _SHORTEST_BASELINE:
            raise InputError(
                f"a baseline of {self.baseline:g} is {self.baseline / m:.2g} m: give it"
                f" with its unit, {self.baseline:g} * km (nuprobe.units)"
            )

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        squares = self.splittings.squares(self.mixing.size)
        pairs = [(j, i) for i, j in itertools.combinations(range(self.mixing.size), 2)]
        # equal masses never decohere; their pair belongs to the constant
        return (
            [(k, j) for k, j in pairs if squares[k] != squares[j]]
            if self.baseline
            else []
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Constant, then cos and sin of each pair."""
        return (
            "",
            *(f"{f}{k + 1}{j + 1}" for k, j in self._pairs for f in ("cos", "sin")),
        )

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One constant, then cos(c/E) and sin(c/E) of each pair with c = Δm² L/2 in
        MeV."""
        squares = self.splittings.squares(self.mixing.size)
        result: list[Phase] = [("constant", 0.0)]
        for k, j in self._pairs:
            scale = float((squares[k] - squares[j]) * self.baseline / 2)
            result += [("cos", scale), ("sin", scale)]
        return tuple(result)

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """1, cos, sin, … at energies `e_nu` (MeV), shape (*e_nu.shape, i)."""
        squares = self.splittings.squares(self.mixing.size)
        result = [np.ones_like(e_nu)]
        for k, j in self._pairs:
            phase = (squares[k] - squares[j]) * self.baseline / (2 * e_nu)
            result += [np.cos(phase), np.sin(phase)]
        return np.stack(result, axis=-1)

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return ρ of the constant, cos and sin terms of neutrinos produced as
        `flavour`."""
        u = self.mixing.matrix
        if flavour.anti:
            u = np.conj(u)
        # contribution of each mass state to the neutrino at the source, as columns
        parts = u * np.conj(u[flavour.index])
        pure = np.zeros((len(u), len(u)), dtype=complex)
        pure[flavour.index, flavour.index] = 1.0
        waves = []
        for k, j in self._pairs:
            # ν_k carries e^{−i m_k² L/2E}
            cross = np.outer(parts[:, k], np.conj(parts[:, j]))
            waves += [cross + np.conj(cross.T), -1j * cross + 1j * np.conj(cross.T)]
        return tuple(
            FlavourState.of(matrix) for matrix in (pure - sum(waves[::2]), *waves)
        )


@public
@quick_methods
@dataclass(frozen=True)
class Averaged:
    """Incoherent mass states: oscillations in vacuum that are too fast to be resolved.

    Attributes
    ----------
    mixing : U.

    Examples
    --------
    >>> from nuprobe.oscillation import probabilities
    >>> probabilities(Averaged(), "nu_e", 1.0).round(2)
    array([0.55, 0.22, 0.24])
    """

    mixing: PMNS = field(default_factory=PMNS)

    def __post_init__(self) -> None:
        check_mixing(self.mixing)

    @property
    def names(self) -> tuple[str, ...]:
        """One constant."""
        return ("",)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One constant."""
        return (("constant", 0.0),)

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """1 at energies `e_nu` (MeV), shape (*e_nu.shape, 1)."""
        return np.ones((*e_nu.shape, 1))

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return Σ_k |U_ℓk|² ν_k ν_k† of the produced `flavour` ℓ."""
        u = self.mixing.matrix
        return (
            FlavourState(
                np.conj(u) if flavour.anti else u, np.abs(u[flavour.index]) ** 2
            ),
        )


@public
@quick_methods
@dataclass(frozen=True)
class Spread:
    """Coherent oscillations over several distances, such as from an extended source.

    Attributes
    ----------
    lengths : propagation over each distance, with the same mixing and splittings.
    weights : relative number of neutrinos that arrive from each, in any unit.

    Raises
    ------
    InputError
        If there is not one positive weight per distance.

    Examples
    --------
    >>> from nuprobe.units import MeV, m
    >>> near = Spread((Vacuum(9 * m), Vacuum(11 * m)), (1.0, 1.0))
    >>> near.functions(np.array(3 * MeV)).shape == (len(near.names),)
    True
    """

    lengths: tuple[Vacuum, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not all(isinstance(one, Vacuum) for one in self.lengths):
            raise InputError(
                f"distances must be Vacuum(...), got {shown(self.lengths)}"
            )
        weights = [number("a weight of a distance", w) for w in self.weights]
        if len(weights) != len(self.lengths) or not weights or min(weights) <= 0:
            raise InputError(
                f"{len(self.lengths)} distances need the same number of positive"
                f" weights, got {len(weights)}"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the individual distances, which are the same."""
        return self.lengths[0].names

    @property
    def phases(self) -> None:
        """None: a mean over distances is not one phase."""
        return None

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """Mean of the functions over the distances at energies `e_nu` (MeV), shape
        (*e_nu.shape, functions)."""
        weights = np.array(self.weights) / np.sum(self.weights)
        every = [
            weight * one.functions(e_nu)
            for one, weight in zip(self.lengths, weights, strict=True)
        ]
        return sum_arrays(every)

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the states of a `flavour`, which do not depend on the distance."""
        return self.lengths[0].states(flavour)
