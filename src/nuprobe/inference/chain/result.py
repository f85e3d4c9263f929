"""Samples of a posterior, and summaries of each column."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from nuprobe.border import public, public_methods
from nuprobe.drawing import Exported, draws
from nuprobe.errors import ComputationError, InputError, UnknownNameError, shown
from nuprobe.files import atomic_write
from nuprobe.inference.chain.diagnostics import (
    autocorrelation_time,
    cut_sides,
    effective_samples,
    split_r_hat,
    tail_samples,
)
from nuprobe.inference.chain.files import chain_image, read_chain, write_getdist
from nuprobe.inference.chain.highest import highest_density
from nuprobe.inference.chain.mixture import Modes
from nuprobe.inference.chain.shares import (
    Share,
    share_notes,
    share_words,
    shares_of,
)
from nuprobe.inference.chain.summary import (
    ENOUGH,
    LARGEST_R_HAT,
    LEVELS,
    Intervals,
    ParameterSummary,
)
from nuprobe.inference.chain.tables import chain_html, chain_text
from nuprobe.inference.regions import Region
from nuprobe.numerics import FloatArray
from nuprobe.provenance import Provenance

__all__ = ["SampleResult"]


@public_methods
@dataclass(frozen=True)
class SampleResult(Exported):
    """Samples of a posterior.

    Attributes
    ----------
    cost : name of the cost.
    names, latex, units : of the columns: the free parameters, then the nuisances if
        they were sampled.
    parameters : number of columns that are parameters.
    lower, upper : ends of the prior, (columns,); ∓inf without an end.
    priors : of each column, in words.
    logarithmic : columns with a prior that is flat in the logarithm.
    fixed : values of the other parameters.
    treatment : of the nuisances, ``"sampled"`` or ``"profiled"``.
    chain : (walkers, steps, columns), including unused steps.
    log_posterior : (walkers, steps), up to a constant.
    burn : unused steps at the beginning.
    seed : of the random numbers.
    fingerprint : SHA-256 of everything that defines the run, except its length.
    modes : mixture for the jumps, and the shares of its components in an integral
        independent of the chain; None if there is none.
    provenance : of the result; None if not in the file.
    """

    cost: str
    names: tuple[str, ...]
    latex: tuple[str, ...]
    units: tuple[str, ...]
    parameters: int
    lower: FloatArray
    upper: FloatArray
    priors: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    fixed: dict[str, float]
    treatment: str
    chain: FloatArray
    log_posterior: FloatArray
    burn: int
    seed: int
    fingerprint: str
    modes: Modes | None = None
    provenance: Provenance | None = field(default=None, compare=False, repr=False)

    def __repr__(self) -> str:
        walkers, steps = self.chain.shape[:2]
        columns = ", ".join(self.names[:8]) + (", ..." if len(self.names) > 8 else "")
        return f"<{walkers} walkers × {steps} steps of {self.cost}: {columns}>"

    def _repr_html_(self) -> str:
        return chain_html(self)

    plot = draws("plot_corner")

    @property
    def kept(self) -> FloatArray:
        """The chain without `burn`, (walkers, steps, columns)."""
        return self.chain[:, self.burn :]

    @property
    def samples(self) -> FloatArray:
        """All used samples, walker after walker, (samples, columns)."""
        return self.kept.reshape(-1, len(self.names))

    def __getitem__(self, name: str) -> FloatArray:
        """Samples of one column, (samples,); raises `UnknownNameError`."""
        return self.samples[:, self.index(name)]

    @public
    def index(self, name: str) -> int:
        """Column of that name; raises `UnknownNameError`."""
        if name not in self.names:
            raise UnknownNameError("column of the chain", name, self.names)
        return self.names.index(name)

    @property
    def best(self) -> dict[str, float]:
        """The sample of highest posterior density."""
        walker, step = np.unravel_index(
            int(self.log_posterior.argmax()), self.log_posterior.shape
        )
        return dict(zip(self.names, self.chain[walker, step].tolist(), strict=True))

    @property
    def acceptance(self) -> float:
        """Fraction of the steps used at which a walker moved."""
        return float((np.diff(self.kept, axis=1) != 0).any(axis=2).mean())

    @cached_property
    def summary(self) -> tuple[ParameterSummary, ...]:
        """Mean, width, quantiles, credible intervals and convergence of each column."""
        return tuple(self._summary(c) for c in range(len(self.names)))

    def _summary(self, column: int) -> ParameterSummary:
        x = self.kept[:, :, column]
        tau = autocorrelation_time(x)
        ordered = np.sort(x, axis=None)
        ess = x.size / tau
        withheld = self.disagreement
        tails = sorted(
            {p for cl in LEVELS for p in ((1 - cl) / 2, (1 + cl) / 2)} | {0.5}
        )
        quantiles = {
            round(p, 12): float(q)
            for p, q in zip(tails, np.quantile(ordered, tails), strict=True)
        }
        return ParameterSummary(
            name=self.names[column],
            unit=self.units[column],
            mean=float(ordered.mean()),
            std=float(ordered.std()),
            error=float(ordered.std() / ess**0.5),
            median=quantiles[0.5],
            quantiles=Intervals(quantiles, withheld),
            equal_tailed=Intervals(
                {
                    cl: (
                        quantiles[round((1 - cl) / 2, 12)],
                        quantiles[round((1 + cl) / 2, 12)],
                    )
                    for cl in LEVELS
                },
                withheld,
            ),
            highest_density=Intervals(
                {} if withheld else {cl: self._regions(column, cl) for cl in LEVELS},
                withheld,
            ),
            tau=tau,
            ess=ess,
            ess_bulk=effective_samples(x),
            ess_tail=tail_samples(x),
            r_hat=self._r_hats[column],
        )

    @cached_property
    def _r_hats(self) -> tuple[float, ...]:
        """Rank-normalised split-R̂ of each column."""
        return tuple(split_r_hat(x) for x in np.moveaxis(self.kept, 2, 0))

    @public
    def regions(self, name: str, cl: float = 0.9) -> tuple[Region, ...]:
        """The shortest set of intervals of a column with a given fraction of the
        samples.

        Parameters
        ----------
        name : of the column.
        cl : the fraction, between 0 and 1.

        Raises
        ------
        InputError
            If the fraction is not between 0 and 1.
        ComputationError
            If parts of the chain disagree.
        """
        if not 0 < cl < 1:
            raise InputError(
                f"a credible level must lie between 0 and 1, got {shown(cl)}"
            )
        if self.disagreement:
            raise ComputationError(self.disagreement)
        return self._regions(self.index(name), cl)

    def _regions(self, column: int, cl: float) -> tuple[Region, ...]:
        x = self.samples[:, column]
        z = np.log(x) if self.logarithmic[column] else x
        ess = x.size / autocorrelation_time(self.kept[:, :, column])
        parts = highest_density(z, cl, ess)
        if self.logarithmic[column]:
            parts = [(float(np.exp(a)), float(np.exp(b))) for a, b in parts]
        cut = self._cut[column]
        last = len(parts) - 1
        return tuple(
            Region(
                low,
                high,
                open_low=i == 0 and "lower" in cut,
                open_high=i == last and "upper" in cut,
            )
            for i, (low, high) in enumerate(parts)
        )

    @cached_property
    def _cut(self) -> tuple[str, ...]:
        """Side on which each column is cut off by its prior; empty if on none."""
        return tuple(
            cut_sides(self.samples[:, c], float(low), float(high))
            for c, (low, high) in enumerate(zip(self.lower, self.upper, strict=True))
        )

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """Regions of the posterior, with the share of each in the chain and in an
        integral independent of it; empty without such an integral."""
        if self.modes is None:
            return ()
        return shares_of(self.modes, self._inside(), self.names, self.logarithmic)

    def _inside(self) -> FloatArray:
        """The used steps in the coordinates of the sampler."""
        z = np.array(self.kept)
        columns = list(np.flatnonzero(self.logarithmic))
        z[:, :, columns] = np.log(z[:, :, columns])
        return z

    @property
    def _units(self) -> dict[str, str]:
        return dict(zip(self.names, self.units, strict=True))

    @cached_property
    def disagreement(self) -> str:
        """Why the chain gives no intervals, and what to do; empty if its parts agree
        with each other and with the weights of the regions."""
        i = int(np.argmax(self._r_hats))
        why = []
        if self._r_hats[i] > LARGEST_R_HAT:
            why.append(
                f"rank-normalised split-R-hat of {self.names[i]} is"
                f" {self._r_hats[i]:.4g}, above {LARGEST_R_HAT}"
            )
        wrong = [share for share in self.shares if share.wrong]
        if wrong:
            worst = max(wrong, key=lambda share: abs(share.chain - share.integral))
            place = share_words(worst, self._units)
            why.append(
                f"{worst.chain:.3g} of the samples are around {place},"
                f" where an integral has {worst.integral:.3g} +- {worst.error:.1g}"
            )
        if not why:
            return ""
        return (
            f"{self.cost}: parts of the chain disagree, so no interval is given:"
            f" {'; '.join(why)}; take more steps, or start='prior' with priors that"
            " end on both sides (--steps, --start, --prior)"
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the chain is not reliable yet; empty for one that has converged."""
        steps = self.kept.shape[1]
        worst = max(self.summary, key=lambda s: s.tau)
        reasons = []
        if steps < ENOUGH * worst.tau:
            reasons.append(
                f"the {steps} steps used are only {steps / worst.tau:.3g}"
                f" autocorrelation times of {worst.name} ({worst.tau:.3g} steps);"
                f" {ENOUGH} are needed: more steps"
            )
        if self.disagreement:
            reasons.append(self.disagreement.removeprefix(f"{self.cost}: "))
        return tuple(reasons)

    @property
    def converged(self) -> bool:
        """Whether the chain is `ENOUGH` autocorrelation times long and its parts
        agree."""
        return not self.problems

    @property
    def verdict(self) -> str:
        """``"converged"``, ``"too short"``, or ``"parts disagree"``: then there are no
        intervals."""
        if self.disagreement:
            return "parts disagree"
        return "converged" if self.converged else "too short"

    @property
    def convergence(self) -> str:
        """One sentence: length, autocorrelation time, R̂, effective sample sizes,
        acceptance."""
        walkers, steps, _ = self.kept.shape
        tau = max(s.tau for s in self.summary)
        return (
            f"{walkers} walkers, {steps} steps used after {self.burn} discarded; at"
            f" most tau = {tau:.3g} steps (chain {steps / tau:.3g} tau) and"
            f" rank-normalised split-R-hat = {max(self._r_hats):.4f}, at least"
            f" {min(s.ess_bulk for s in self.summary):.0f} effective samples"
            f" ({min(s.ess_tail for s in self.summary):.0f} for tails), acceptance"
            f" {self.acceptance:.2f}"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the result: problems, the weights of separate regions, and columns
        whose posterior is cut off by their prior."""
        draws = 0.0 if self.modes is None else self.modes.draws
        regions = share_notes(self.shares, self._units, draws)
        return (*self.problems, *regions, *self._cut_notes())

    def _cut_notes(self) -> list[str]:
        """Columns whose posterior is cut off by their prior."""
        return [
            f"{name}: the posterior does not fall off towards the {side} limit of its"
            " prior, which therefore decides on means and intervals"
            for name, side in zip(self.names, self._cut, strict=True)
            if side
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data without the chain: no NaN and no infinity (None instead)."""

        def finite(value: float) -> float | None:
            return float(value) if isfinite(value) else None

        return {
            "cost": self.cost,
            "nuisances": self.treatment,
            "walkers": self.chain.shape[0],
            "steps": self.chain.shape[1],
            "burn": self.burn,
            "seed": self.seed,
            "acceptance": self.acceptance,
            "converged": self.converged,
            "verdict": self.verdict,
            "disagreement": self.disagreement or None,
            "regions": [
                {
                    "at": share.at,
                    "share_of_samples": share.chain,
                    "share_of_samples_error": share.chain_error,
                    "share_by_integral": share.integral,
                    "share_by_integral_error": share.error,
                }
                for share in self.shares
            ],
            "columns": [
                {
                    "name": s.name,
                    "unit": s.unit,
                    "kind": "parameter" if c < self.parameters else "nuisance",
                    "prior": self.priors[c],
                    "prior_lower": finite(self.lower[c]),
                    "prior_upper": finite(self.upper[c]),
                    "mean": s.mean,
                    "std": s.std,
                    "error_of_mean": s.error,
                    "median": s.median,
                    "quantiles": {f"{p:g}": q for p, q in s.quantiles.items()},
                    "equal_tailed": {
                        f"{cl:g}": list(i) for cl, i in s.equal_tailed.items()
                    },
                    "highest_density": {
                        f"{cl:g}": [region.to_dict() for region in regions]
                        for cl, regions in s.highest_density.items()
                    },
                    "autocorrelation_time": s.tau,
                    "effective_samples": s.ess,
                    "effective_samples_bulk": s.ess_bulk,
                    "effective_samples_tail": s.ess_tail,
                    "split_r_hat": s.r_hat,
                }
                for c, s in enumerate(self.summary)
            ],
            "fixed": self.fixed,
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """Table of the result."""
        return chain_text(self)

    @property
    def content(self) -> dict[str, Any]:
        """Fields by name, as in the files."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @public
    def to_h5(self, path: str | os.PathLike[str]) -> Path:
        """Write an HDF5 file to `path`, atomically; raises `OutputError`."""
        return atomic_write(path, chain_image(self.content, None, np.empty(0)))

    @classmethod
    @public
    def from_h5(cls, path: str | os.PathLike[str]) -> SampleResult:
        """Read a chain from `path`.

        Raises
        ------
        InputError
            If the file is not a chain, or the run in it was not finished.
        """
        content, state, _ = read_chain(Path(path))
        result = cls(**content)
        if result.chain.shape[1] < state.wanted:
            raise InputError(
                f"{path}: this run is not finished ({result.chain.shape[1]} of"
                f" {state.wanted} steps); run it again with resume=True, --resume on"
                " the command line"
            )
        return result

    @public
    def to_getdist(
        self, root: str | os.PathLike[str], thin: int | None = None
    ) -> tuple[Path, Path, Path]:
        """Write ``root_1.txt``, ``root.paramnames`` and ``root.ranges``, which GetDist
        and similar programs read.

        Parameters
        ----------
        root : path without suffix; the file of samples contains the walkers in
            sequence.
        thin : interval between written samples in steps; half the shortest
            autocorrelation time if not given.

        Raises
        ------
        InputError
            If `thin` is below 1.
        OutputError
            If a file cannot be written.
        """
        if thin is None:
            thin = max(1, int(min(s.tau for s in self.summary) / 2))
        if thin < 1:
            raise InputError(f"thin must be at least 1, got {thin}")
        chain = self.kept[:, ::thin].reshape(-1, len(self.names))
        posterior = self.log_posterior[:, self.burn :: thin].ravel()
        return write_getdist(os.fspath(root), self.content, chain, posterior)
