"""Samples of a posterior, and what they say of each column."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from nuprobe.border import public, public_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import atomic_write
from nuprobe.inference.chain.diagnostics import (
    autocorrelation_time,
    cut_sides,
    shortest_interval,
    split_r_hat,
)
from nuprobe.inference.chain.files import chain_image, read_chain, write_getdist
from nuprobe.inference.chain.mixture import Modes
from nuprobe.numerics import FloatArray

__all__ = ["ENOUGH", "LARGEST_R_HAT", "LEVELS", "ParameterSummary", "SampleResult"]

LEVELS: Final = (0.68, 0.90, 0.95)
"""Probabilities of the credible intervals of a summary."""
ENOUGH: Final = 50
"""Autocorrelation times that a chain must be long; below it the time itself is
underestimated."""
LARGEST_R_HAT: Final = 1.05
"""A chain of `ENOUGH` autocorrelation times has about 1.02: halves of walkers are
short, so 1.01 is out of reach."""


@dataclass(frozen=True)
class ParameterSummary:
    """What a chain says of one parameter, in its unit.

    Attributes
    ----------
    name, unit : of the parameter.
    mean, std : of the posterior.
    error : Monte-Carlo standard error of the mean.
    quantiles : probability to value.
    equal_tailed : probability to the interval with equal tails on both sides.
    highest_density : probability to the shortest interval; for several separate regions
        it spans what lies between.
    tau : integrated autocorrelation time in steps.
    ess : effective sample size.
    r_hat : split-R̂.
    """

    name: str
    unit: str
    mean: float
    std: float
    error: float
    quantiles: dict[float, float]
    equal_tailed: dict[float, tuple[float, float]]
    highest_density: dict[float, tuple[float, float]]
    tau: float
    ess: float
    r_hat: float


@public_methods
@dataclass(frozen=True)
class SampleResult:
    """Samples of a posterior.

    Attributes
    ----------
    cost : name of the cost.
    names, latex, units : of the columns: the free parameters, then the nuisances if
        they were sampled.
    parameters : how many of the columns are parameters.
    lower, upper : where the prior ends, (columns,); ∓inf if nowhere.
    priors : what the prior of each column is, in words.
    logarithmic : columns with a prior that is flat in the logarithm.
    fixed : values of the other parameters.
    treatment : of the nuisances, ``"sampled"`` or ``"profiled"``.
    chain : (walkers, steps, columns), with the steps that are not used.
    log_posterior : (walkers, steps), up to a constant.
    burn : steps at the beginning that are not used.
    seed : of the random numbers.
    fingerprint : SHA-256 of what defines the run, apart from its length.
    modes : what walkers jumped with, and the shares of its components in an integral
        that needs no chain; None if there is none.
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

    @property
    def kept(self) -> FloatArray:
        """The chain without `burn`, (walkers, steps, columns)."""
        return self.chain[:, self.burn :]

    @property
    def samples(self) -> FloatArray:
        """All samples that are used, walker after walker, (samples, columns)."""
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
            quantiles=quantiles,
            equal_tailed={
                cl: (
                    quantiles[round((1 - cl) / 2, 12)],
                    quantiles[round((1 + cl) / 2, 12)],
                )
                for cl in LEVELS
            },
            highest_density={cl: shortest_interval(ordered, cl) for cl in LEVELS},
            tau=tau,
            ess=ess,
            r_hat=split_r_hat(x),
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the chain is not to be trusted yet; empty for one that has converged."""
        steps = self.kept.shape[1]
        worst = max(self.summary, key=lambda s: s.tau)
        apart = max(self.summary, key=lambda s: s.r_hat)
        reasons = []
        if steps < ENOUGH * worst.tau:
            reasons.append(
                f"the {steps} steps used are only {steps / worst.tau:.3g}"
                f" autocorrelation times of {worst.name} ({worst.tau:.3g} steps);"
                f" {ENOUGH} are needed: more steps"
            )
        if apart.r_hat > LARGEST_R_HAT:
            reasons.append(
                f"split-R-hat of {apart.name} is {apart.r_hat:.4g}, above"
                f" {LARGEST_R_HAT}: parts of the chain disagree (more steps, or several"
                " separate regions)"
            )
        return tuple(reasons)

    @property
    def converged(self) -> bool:
        """Whether the chain is `ENOUGH` autocorrelation times long and its parts
        agree."""
        return not self.problems

    @property
    def convergence(self) -> str:
        """One sentence: length, autocorrelation time, split-R̂, effective sample size,
        acceptance."""
        walkers, steps, _ = self.kept.shape
        tau = max(s.tau for s in self.summary)
        return (
            f"{walkers} walkers, {steps} steps used after {self.burn} discarded; at"
            f" most tau = {tau:.3g} steps (chain {steps / tau:.3g} tau) and split-R-hat"
            f" = {max(s.r_hat for s in self.summary):.4f}, at least"
            f" {min(s.ess for s in self.summary):.0f} effective samples, acceptance"
            f" {self.acceptance:.2f}"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about the result: problems, and columns whose posterior is cut
        off by their prior."""
        cut = []
        for c, name in enumerate(self.names):
            side = cut_sides(
                self.samples[:, c], float(self.lower[c]), float(self.upper[c])
            )
            if side:
                cut.append(
                    f"{name}: the posterior does not fall off towards the {side} limit"
                    " of its prior, which"
                )
        return self.problems + tuple(
            f"{text} therefore decides on means and intervals" for text in cut
        )

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
                    "quantiles": {f"{p:g}": q for p, q in s.quantiles.items()},
                    "equal_tailed": {
                        f"{cl:g}": list(i) for cl, i in s.equal_tailed.items()
                    },
                    "highest_density": {
                        f"{cl:g}": list(i) for cl, i in s.highest_density.items()
                    },
                    "autocorrelation_time": s.tau,
                    "effective_samples": s.ess,
                    "split_r_hat": s.r_hat,
                }
                for c, s in enumerate(self.summary)
            ],
            "fixed": self.fixed,
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """Table of the result."""
        rows = [
            (
                "",
                "mean",
                "std",
                "median",
                "68 % equal-tailed",
                "90 % highest density",
                "prior",
                "unit",
            )
        ]
        for s, prior in zip(self.summary, self.priors, strict=True):
            (a, b), (c, d) = s.equal_tailed[0.68], s.highest_density[0.90]
            numbers = f"{s.mean:.5g}", f"{s.std:.4g}", f"{s.quantiles[0.5]:.5g}"
            rows.append(
                (
                    s.name,
                    *numbers,
                    f"[{a:.5g}, {b:.5g}]",
                    f"[{c:.5g}, {d:.5g}]",
                    prior,
                    s.unit,
                )
            )
        widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
        lines = [f"{self.cost}: posterior, nuisances {self.treatment}"]
        lines += [
            "  ".join(
                cell.ljust(w) for cell, w in zip(row, widths, strict=True)
            ).rstrip()
            for row in rows
        ]
        return "\n".join(
            [*lines, self.convergence] + [f"note: {note}" for note in self.notes]
        )

    @property
    def content(self) -> dict[str, Any]:
        """Its fields by name, as the files have them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @public
    def to_h5(self, path: str | os.PathLike[str]) -> Path:
        """Write an HDF5 file to `path`, whole or not at all; raises `OutputError`."""
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
        and its kin read.

        Parameters
        ----------
        root : path without suffix; the walkers follow each other in the one file of
            samples.
        thin : every how many steps a sample is written; half the shortest
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
