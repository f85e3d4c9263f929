"""Prediction of a disappearance experiment, and its derivatives with respect to
sin²2θ₁₄ and Δm²₄₁."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.experiments.baselines.folding import PhaseFolding
from nuprobe.inference import Expectation
from nuprobe.models.mixing import PMNS
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import disappearance, known_waves, sterile_waves
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["BaselinePrediction", "DataRows", "SterileTemplates"]

_BLOCK = 128  # values of Δm² per block


@dataclass(frozen=True, eq=False)
class DataRows:
    """Where the rows of the data are.

    Attributes
    ----------
    expected : expectation without a sterile neutrino, or without oscillations, up to
        normalisations; shape (rows,).
    detector, bin : of each row, shape (rows,).
    over : detector in the denominator, or None.
    three : whether `expected` is for three neutrinos.
    group : which rows share an energy, shape (rows,), if only relative counts are used;
        None otherwise.
    acts : on which rows each normalisation acts, shape (normalisations, rows).
    """

    expected: FloatArray
    detector: np.ndarray
    bin: np.ndarray
    over: int | None
    three: bool
    group: np.ndarray | None
    acts: np.ndarray


class SterileTemplates:
    """Folded kernels of an experiment, computed once for each Δm², whatever the mixing.

    Parameters
    ----------
    folding : distances, energies and response.
    mixing : of the three known neutrinos.
    """

    def __init__(self, folding: PhaseFolding, mixing: PMNS) -> None:
        self.folding, self.mixing = folding, mixing
        self.constant = folding.constant
        self.known = folding.average(*known_waves(mixing))
        x = folding.phases
        waves = sterile_waves(mixing)
        # Σ w cos((Δm² + δ)x) = a cos(Δm² x) + b sin(Δm² x)
        self._even = sum((w.weight * np.cos(w.dm2 * x) for w in waves), 0 * x)
        self._odd = sum((-w.weight * np.sin(w.dm2 * x) for w in waves), 0 * x)
        self._last: tuple[bytes, list[FloatArray]] = b"", []

    def sterile(self, dm2_41: FloatArray, slope: bool = False) -> list[FloatArray]:
        """Kernel of the fourth neutrino and, if asked, its derivative in Δm², shape
        (nodes, detectors, bins) each.

        Parameters
        ----------
        dm2_41 : eV², shape (nodes,).
        slope : whether to compute the derivative.
        """
        # a cost evaluates values and then derivatives at the same points
        key, found = self._last
        if key != dm2_41.tobytes() or len(found) <= slope:
            blocks = [dm2_41[i : i + _BLOCK] for i in range(0, len(dm2_41), _BLOCK)]
            parts = [self._block(block, slope) for block in blocks]
            found = [np.concatenate(one) for one in zip(*parts, strict=True)]
            self._last = dm2_41.tobytes(), found
        return found[: 1 + slope]

    def _block(self, nodes: FloatArray, slope: bool) -> list[FloatArray]:
        x = self.folding.phases
        kept, fading = self.folding.kept(nodes)
        cos, sin = np.cos(nodes[:, None] * x), np.sin(nodes[:, None] * x)
        wave = cos * self._even + sin * self._odd
        found = [self.folding.folded(wave * kept)]
        if slope:
            turned = cos * (x * self._odd) - sin * (x * self._even)
            found.append(self.folding.folded(turned * kept + wave * fading))
        return found


@quick_methods
@dataclass(frozen=True, eq=False)
class BaselinePrediction:
    """Prediction of a disappearance experiment for inference.

    At one Δm² the events are linear in three coefficients of sin²2θ₁₄, so any number of
    mixings is a single product with templates.

    Attributes
    ----------
    name : of the experiment and analysis.
    parameters : those that are free, in the order of the columns of ``points``.
    nuisances : normalisations.
    templates : folded kernels.
    rows : of the analysis.
    fixed : sin²2θ₁₄ and Δm²₄₁ where they are not free.
    """

    name: str
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    templates: SterileTemplates
    rows: DataRows
    fixed: Mapping[str, float] = field(default_factory=dict)

    def expectation(self, points: FloatArray) -> Expectation:
        """Expected values at `points`, shape (points, parameters)."""
        (base,) = self._values(points, False)
        return Expectation(base, tuple(base * one for one in self.rows.acts))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters); shape (points,
        parameters, rows)."""
        _, mixing, splitting = self._values(points, True)
        known = {"sin2_2theta_14": mixing, "dm2_41": splitting}
        shape = (len(points), len(self.parameters), len(self.rows.expected))
        slopes = np.empty(shape)
        for i, p in enumerate(self.parameters):
            slopes[:, i] = known[p.name]
        return slopes, tuple(slopes * one for one in self.rows.acts)

    def _column(self, points: FloatArray, name: str) -> FloatArray:
        names = [p.name for p in self.parameters]
        if name in names:
            return points[:, names.index(name)]
        return np.full(len(points), float(self.fixed[name]))

    def _values(self, points: FloatArray, slopes: bool) -> tuple[FloatArray, ...]:
        """Expected values and, if asked, their derivatives in the two parameters, each
        (points, rows)."""
        rows = self.rows
        mixing = disappearance(self._column(points, "sin2_2theta_14"))
        nodes, place = np.unique(self._column(points, "dm2_41"), return_inverse=True)
        kernels = self.templates.sterile(nodes, slopes)
        found = self._survival(rows.detector, kernels, place, mixing)
        if rows.over is not None:
            over = np.full_like(rows.detector, rows.over)
            value, *turns = self._survival(over, kernels, place, mixing)
            ratio = found[0] / value
            found = (
                ratio,
                *(
                    (a - ratio * b) / value
                    for a, b in zip(found[1:], turns, strict=True)
                ),
            )
        found = tuple(rows.expected * one for one in found)
        return found if rows.group is None else _shares(found, rows.group)

    def _survival(
        self,
        detector: np.ndarray,
        kernels: Sequence[FloatArray],
        place: np.ndarray,
        mixing: tuple[FloatArray, FloatArray],
    ) -> tuple[FloatArray, ...]:
        """Mean survival relative to the reference and, with the derivative of the
        kernel, its derivatives."""
        at = detector, self.rows.bin
        constant, known = self.templates.constant[at], self.templates.known[at]
        reference = known if self.rows.three else constant
        # three known neutrinos, one, and the fourth: (points, 3) with (3, rows)
        still = np.stack([known, constant]) / reference
        fourth, *turn = (k[:, *at][place] / reference for k in kernels)
        values, slopes = mixing
        survival = values[:, :2] @ still + values[:, 2:] * fourth
        if not turn:
            return (survival,)
        by_mixing = slopes[:, :2] @ still + slopes[:, 2:] * fourth
        return survival, by_mixing, values[:, 2:] * turn[0]


def _shares(found: tuple[FloatArray, ...], group: np.ndarray) -> tuple[FloatArray, ...]:
    """Each row over the sum of its group, and the derivatives."""
    value, *slopes = found
    sums = np.zeros((int(group.max()) + 1, len(group)))
    sums[group, np.arange(len(group))] = 1.0
    whole = (value @ sums.T)[:, group]
    share = value / whole
    turned = ((slope - share * (slope @ sums.T)[:, group]) / whole for slope in slopes)
    return share, *turned
