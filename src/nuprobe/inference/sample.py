"""Posterior samples of a cost by an ensemble of walkers, reproducible from one seed and
resumable bit for bit.

The sampler is emcee (Foreman-Mackey:2012ig), which evaluates half of the walkers in one
call, as the costs like it. Its moves here are differential evolution (ter Braak 2006),
every fifth time by the whole difference of two walkers: in the fits of CsI 2017 their
autocorrelation time is a third of that of the stretch move. The snooker update of emcee
3.1.6 is biased (its distribution of R_n is 12 % too narrow; mended in emcee's source,
but not released), so it is not used.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from io import BytesIO, StringIO
from math import inf, isfinite, log
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from nuprobe.errors import (
    ComputationError,
    InputError,
    NuprobeError,
    OutputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.files import atomic_write, writable_or_error
from nuprobe.inference.costs import Cost
from nuprobe.inference.fit import fit
from nuprobe.inference.scan import _bar, _probe
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = [
    "Flat",
    "LogFlat",
    "Normal",
    "ParameterSummary",
    "Prior",
    "SampleResult",
    "sample",
]

_FORMAT: Final = "nuprobe-chain-1"
LEVELS: Final = (0.68, 0.90, 0.95)
"""Probabilities of the credible intervals of a summary."""
ENOUGH: Final = 50
"""Autocorrelation times that a chain must be long; below it the time itself is
underestimated."""
LARGEST_R_HAT: Final = 1.05
"""A chain of `ENOUGH` autocorrelation times has about 1.02: halves of walkers are
short, so 1.01 is out of reach."""


@dataclass(frozen=True)
class Flat:
    """Equal density between two values (in the unit of the parameter); its limits where
    none is given."""

    lower: float = -inf
    upper: float = inf

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise InputError(
                f"a flat prior needs lower < upper, got {self.lower} and {self.upper}"
            )


@dataclass(frozen=True)
class LogFlat:
    """Equal density in the logarithm between two positive values: for scales such as a
    coupling or a mass."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not 0 < self.lower < self.upper < inf:
            raise InputError(
                f"a log-flat prior needs 0 < lower < upper, got {self.lower} and"
                f" {self.upper}"
            )


@dataclass(frozen=True)
class Normal:
    """Gaussian of a mean and a standard deviation, cut off at the limits of the
    parameter."""

    mean: float
    sigma: float

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and 0 < self.sigma < inf):
            raise InputError(
                "a normal prior needs a finite mean and a positive sigma, got"
                f" {self.mean}, {self.sigma}"
            )


Prior = Flat | LogFlat | Normal


@dataclass(frozen=True)
class ParameterSummary:
    """What a chain says of one parameter, in its unit.

    Attributes
    ----------
    name, unit : of the parameter.
    mean, std : of the posterior; error : Monte-Carlo standard error of the mean.
    quantiles : probability to value.
    equal_tailed : probability to the interval with equal tails on both sides.
    highest_density : probability to the shortest interval; for several separate regions
        it spans what lies between.
    tau : integrated autocorrelation time in steps; ess : effective sample size; r_hat :
        split-R̂.
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
            highest_density={cl: _shortest(ordered, cl) for cl in LEVELS},
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
        found = []
        if steps < ENOUGH * worst.tau:
            found.append(
                f"the {steps} steps used are only {steps / worst.tau:.3g}"
                f" autocorrelation times of {worst.name} ({worst.tau:.3g} steps);"
                f" {ENOUGH} are needed: more steps"
            )
        if apart.r_hat > LARGEST_R_HAT:
            found.append(
                f"split-R-hat of {apart.name} is {apart.r_hat:.4g}, above"
                f" {LARGEST_R_HAT}: parts of the chain disagree (more steps, or several"
                " separate regions)"
            )
        return tuple(found)

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
            side = _cut(self.samples[:, c], float(self.lower[c]), float(self.upper[c]))
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

    def to_h5(self, path: str | os.PathLike[str]) -> Path:
        """Write to an HDF5 file, whole or not at all; raises `OutputError`."""
        return _write(Path(path), self, None, np.empty(0))

    @classmethod
    def from_h5(cls, path: str | os.PathLike[str]) -> SampleResult:
        """Read a chain; raises `InputError` if the file holds none, or the run in it
        was not finished."""
        result, state, _ = _read(Path(path))
        if result.chain.shape[1] < state.wanted:
            raise InputError(
                f"{path}: this run is not finished ({result.chain.shape[1]} of"
                f" {state.wanted} steps); run it again with resume=True, --resume on"
                " the command line"
            )
        return result

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
            raise InputError(f"thin is at least 1, got {thin}")
        root = os.fspath(root)
        names: list[str] = []
        for name in self.names:
            plain = re.sub(r"[^\w.+-]", "_", name)
            names.append(plain if plain not in names else f"{plain}_{len(names)}")
        chain = self.kept[:, ::thin].reshape(-1, len(names))
        posterior = self.log_posterior[:, self.burn :: thin].ravel()
        text = StringIO()
        np.savetxt(
            text, np.column_stack([np.ones(len(chain)), -posterior, chain]), fmt="%.9e"
        )
        ends = [
            ["N" if not isfinite(v) else f"{v:.12g}" for v in side]
            for side in (self.lower, self.upper)
        ]
        labels = [
            (latex or r"\mathrm{" + name.replace("_", r"\_") + "}")
            + (rf"\ [\mathrm{{{unit}}}]" if unit else "")
            for name, latex, unit in zip(names, self.latex, self.units, strict=True)
        ]
        return (
            atomic_write(f"{root}_1.txt", text.getvalue()),
            atomic_write(
                f"{root}.paramnames",
                "".join(f"{n}\t{x}\n" for n, x in zip(names, labels, strict=True)),
            ),
            atomic_write(
                f"{root}.ranges",
                "".join(f"{n} {a} {b}\n" for n, a, b in zip(names, *ends, strict=True)),
            ),
        )


def autocorrelation_time(x: FloatArray) -> float:
    """Integrated autocorrelation time of one column in steps, from all walkers
    (walkers, steps).

    τ = 1 + 2 Σ ρ(t), summed up to the first t ≥ 5 τ (Goodman:2010dyf). Deviations are
    from the mean of all walkers, so that walkers that stay in different places make it
    long. A column that never moves gets the number of steps.
    """
    steps = x.shape[1]
    deviation = x - x.mean()
    if steps < 2 or not (np.diff(x, axis=1) != 0).any():
        return float(steps)
    size = 1 << (2 * steps - 1).bit_length()
    power = np.abs(np.fft.rfft(deviation / np.abs(deviation).max(), size, axis=1)) ** 2
    rho = np.fft.irfft(power, size, axis=1)[:, :steps].sum(axis=0)
    tau = 2 * np.cumsum(rho / rho[0]) - 1
    stop = np.flatnonzero(np.arange(steps) >= 5 * tau)
    return float(max(tau[stop[0] if stop.size else -1], 1.0))


def split_r_hat(x: FloatArray) -> float:
    """R̂ of (walkers, steps) with each walker cut in two halves (Gelman:1992zz): 1
    where all halves agree."""
    half = x.shape[1] // 2
    parts = np.concatenate([x[:, :half], x[:, x.shape[1] - half :]])
    within = parts.var(axis=1, ddof=1).mean() if half > 1 else 0.0
    between = parts.mean(axis=1).var(ddof=1)
    if within == 0:
        # nothing moved: the parts agree only where they are the same number
        return 1.0 if between == 0 else 1e30
    return float(np.sqrt((half - 1) / half + between / within))


def _shortest(ordered: FloatArray, cl: float) -> tuple[float, float]:
    """Shortest interval with a share `cl` of the sorted samples."""
    inside = min(int(np.ceil(cl * len(ordered))), len(ordered) - 1)
    widths = ordered[inside:] - ordered[: len(ordered) - inside]
    i = int(widths.argmin())
    return float(ordered[i]), float(ordered[i + inside])


def _cut(x: FloatArray, lower: float, upper: float) -> str:
    """Side on which the samples do not thin out before the limit: the outermost of 50
    bins above 5 % of the fullest."""
    counts, edges = np.histogram(x, 50)
    width = edges[1] - edges[0]
    low = counts[0] > 0.05 * counts.max() and x.min() - lower < width
    high = counts[-1] > 0.05 * counts.max() and upper - x.max() < width
    return " and the ".join(
        [s for s, there in (("lower", low), ("upper", high)) if there]
    )


@dataclass
class _State:
    """Where a run can go on: chain (steps, walkers, columns), log posterior, state of
    the random numbers."""

    chain: FloatArray
    log_posterior: FloatArray
    random: tuple[Any, ...]
    wanted: int


def sample(
    cost: Cost,
    free: Iterable[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    *,
    priors: Mapping[str, Prior] | None = None,
    nuisances: Literal["sampled", "profiled"] = "sampled",
    steps: int = 4000,
    burn: int | None = None,
    walkers: int | None = None,
    seed: int = 0,
    start: Literal["fit", "prior"] = "fit",
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = False,
    every_s: float = 30.0,
) -> SampleResult:
    """Sample the posterior of a cost: likelihood exp(−½ cost), times the priors.

    Needs emcee, which comes with ``nuprobe[sampling]``.

    Parameters
    ----------
    cost : −2 ln L with the constraints of its nuisances.
    free : names of the parameters to sample; all that are not fixed if not given.
    fixed : values of parameters that stay fixed; those neither free nor fixed keep
        their default.
    priors : of parameters, by name; flat within the limits of the parameter if not
        given.
    nuisances : ``"sampled"`` with their Gaussian constraint as prior, so that the other
        columns are marginalised over them; ``"profiled"`` samples exp(−½ profiled cost)
        of the parameters alone, which is no posterior but gives the intervals of the
        profile likelihood a shape; the two differ where a nuisance's effect depends on
        a parameter.
    steps : of each walker.
    burn : steps at the beginning that are not used; a fifth if not given.
    walkers : how many, even and at least twice the columns; 32 or four times the
        columns if not given.
    seed : of all random numbers; the same run on the same machine gives the same chain.
    start : ``"fit"``: around the best fit, as its covariance says; ``"prior"``: drawn
        from the priors, for posteriors with several separate regions.
    checkpoint : HDF5 file to which the chain goes every `every_s` seconds and at the
        end; whole or not at all.
    resume : go on with the checkpoint if there is one, also to more steps than were
        asked for then.
    overwrite : replace an existing file.
    progress : show a bar, if standard error is a terminal.

    Returns
    -------
    SampleResult
        A `ValidityWarning` says if the chain is shorter than 50 autocorrelation times
        or its parts disagree.

    Raises
    ------
    InputError
        If a name or number is not possible, emcee is missing, or the checkpoint exists
        or belongs to another run.
    ComputationError
        If the fit or the prediction fails; no sample has a NaN.
    OutputError
        If the checkpoint cannot be written; what was there is untouched.
    NuprobeError
        If the run was interrupted; what is done is saved, and the message says how to
        go on.
    """
    emcee = _emcee()
    target = _Target.of(cost, free, fixed, dict(priors or {}), nuisances)
    columns = len(target.names)
    walkers = max(32, 4 * columns) if walkers is None else walkers
    burn = steps // 5 if burn is None else burn
    if walkers % 2 or walkers < max(6, 2 * columns):
        raise InputError(
            f"walkers is even and at least {max(6, 2 * columns)} for {columns} columns,"
            f" got {walkers}"
        )
    if steps < 4 or not 0 <= burn <= steps - 4:
        raise InputError(
            f"steps is at least 4 more than burn, and burn not negative; got {steps}"
            f" and {burn}"
        )
    if not 0 <= seed < 2**32:
        raise InputError(f"a seed is a whole number from 0 to 4294967295, got {seed}")
    if start not in ("fit", "prior"):
        raise InputError(f"start is 'fit' or 'prior', got {start!r}")
    path = Path(checkpoint) if checkpoint is not None else None
    if resume and (path is None or overwrite):
        raise InputError(
            "resume needs the checkpoint to go on with, and excludes overwrite"
        )
    fingerprint = target.fingerprint(walkers, seed, start)
    probe = target.probe()
    state = None
    if path is not None:
        if path.exists() and resume:
            state = _resumed(path, fingerprint, probe, steps)
        elif path.exists() and not overwrite:
            raise InputError(
                f"{path} exists: give resume=True to go on with it, overwrite=True, or"
                " another name"
            )
        writable_or_error(path)
    if state is None:
        first = target.start(walkers, start, np.random.default_rng([seed, 1]))
        state = _State(
            np.empty((0, walkers, columns)),
            np.empty((0, walkers)),
            np.random.RandomState(seed).get_state(legacy=True),  # type: ignore[arg-type]
            steps,
        )
        density = target(first)
    else:
        first, density = state.chain[-1], state.log_posterior[-1]
    done = len(state.chain)
    chain, posterior = np.empty((steps, walkers, columns)), np.empty((steps, walkers))
    chain[:done], posterior[:done] = state.chain, state.log_posterior
    random = state.random

    def result() -> SampleResult:
        return target.result(
            chain[:done],
            posterior[:done],
            burn if done == steps else 0,
            seed,
            fingerprint,
        )

    def write() -> None:
        if path is not None:
            _write(
                path,
                result(),
                _State(chain[:done], posterior[:done], random, steps),
                probe,
            )

    trouble: list[BaseException] = []

    def log_probability(coordinates: FloatArray) -> FloatArray:
        # emcee prints what passes through it
        try:
            return target(target.outside(coordinates))
        except BaseException as error:
            trouble.append(error)
            return np.full(len(coordinates), -inf)

    # a step by the whole difference of two walkers leads from one separate region into
    # another
    hop = emcee.moves.DEMove(gamma0=1.0)
    moves = [(emcee.moves.DEMove(), 0.8), (hop, 0.2)]
    sampler = emcee.EnsembleSampler(
        walkers, columns, log_probability, vectorize=True, moves=moves
    )
    begin = emcee.State(target.inside(first), log_prob=density, random_state=random)
    saved = time.monotonic()
    bar = _bar(progress, steps, done, "step")
    try:
        for now in (
            sampler.sample(
                begin,
                iterations=steps - done,
                store=False,
                skip_initial_state_check=done > 0,
            )
            if done < steps
            else ()
        ):
            if trouble:
                raise trouble[0]
            chain[done], posterior[done], random = (
                target.outside(now.coords),
                now.log_prob,
                now.random_state,
            )
            done += 1
            bar(1)
            if path is not None and time.monotonic() - saved >= every_s:
                write()
                saved = time.monotonic()
    except OutputError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        what = (
            "interrupted"
            if isinstance(error, KeyboardInterrupt)
            else f"{type(error).__name__}: {error}".rstrip(": ")
        )
        if path is None or not done:
            remedy = "nothing is saved" + (
                "; give a checkpoint to be able to resume" if path is None else ""
            )
        else:
            write()
            remedy = (
                f"{done} of {steps} steps are saved in {path}; go on with resume=True,"
                " --resume on the command line"
            )
        kind = (
            type(error)
            if type(error) in (InputError, ComputationError)
            else NuprobeError
        )
        raise kind(f"sampling stopped ({what}); {remedy}") from error
    finally:
        bar(None)
    write()
    final = result()
    if final.problems:
        warnings.warn(
            f"{cost.name}: not converged: {'; '.join(final.problems)}",
            ValidityWarning,
            stacklevel=2,
        )
    return final


_Draw = Callable[
    [int, float], FloatArray
]  # number of walkers, distance from the best fit -> free parameters


def _emcee() -> Any:
    try:
        import emcee
    except ImportError:
        raise InputError(
            'sampling needs emcee: install it with pip install "nuprobe[sampling]"'
        ) from None
    return emcee


@dataclass(frozen=True)
class _Target:
    """The density that is sampled. Coordinates ("inside") are the columns, the
    logarithm of those with such a prior."""

    cost: Cost
    columns: list[int]
    point: FloatArray
    priors: tuple[Prior, ...]
    sampled: bool
    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(
        cls,
        cost: Cost,
        free: Iterable[str] | None,
        fixed: Mapping[str, float] | None,
        priors: dict[str, Prior],
        nuisances: str,
    ) -> _Target:
        fixed = dict(fixed or {})
        names = (
            [p.name for p in cost.parameters if p.name not in fixed]
            if free is None
            else list(free)
        )
        columns = [cost.index(name) for name in names]
        if not names or len(set(names)) < len(names):
            raise InputError(
                f"{cost.name}: name one or more different parameters to sample, got"
                f" ({', '.join(names)})"
            )
        both = sorted(set(names) & fixed.keys())
        if both:
            raise InputError(
                f"{cost.name}: {both[0]} is both free and fixed; choose one"
            )
        if nuisances not in ("sampled", "profiled"):
            raise InputError(
                f"nuisances are 'sampled' or 'profiled', got {nuisances!r}"
            )
        stray = sorted(priors.keys() - set(names))
        if stray:
            raise InputError(
                f"{cost.name}: a prior is given for {stray[0]}, which is no free"
                f" parameter ({', '.join(names)}); the prior of a nuisance is its"
                " constraint"
            )
        chosen = tuple(priors.get(name, Flat()) for name in names)
        ends = [
            _ends(cost.parameters[c], prior)
            for c, prior in zip(columns, chosen, strict=True)
        ]
        open_ended = [(-inf, inf)] * (
            len(cost.nuisances) if nuisances == "sampled" else 0
        )
        low, high = np.array(ends + open_ended).T
        return cls(
            cost, columns, cost.point(fixed), chosen, nuisances == "sampled", low, high
        )

    @property
    def names(self) -> tuple[str, ...]:
        parameters = tuple(self.cost.parameters[c].name for c in self.columns)
        return parameters + tuple(n.name for n in self.cost.nuisances) * self.sampled

    @property
    def logarithmic(self) -> list[int]:
        return [i for i, prior in enumerate(self.priors) if isinstance(prior, LogFlat)]

    def inside(self, x: FloatArray) -> FloatArray:
        z = np.array(x)
        z[:, self.logarithmic] = np.log(z[:, self.logarithmic])
        return z

    def outside(self, z: FloatArray) -> FloatArray:
        x = np.array(z)
        # a far step of the logarithm must not overflow
        x[:, self.logarithmic] = np.exp(np.clip(x[:, self.logarithmic], -700.0, 700.0))
        return x

    def __call__(self, x: FloatArray) -> FloatArray:
        """Logarithm of the density in the coordinates at (points, columns), up to a
        constant; −inf outside."""
        density = np.full(len(x), -inf)
        there = np.flatnonzero(
            ((x >= self.lower) & (x <= self.upper) & np.isfinite(x)).all(axis=1)
        )
        if there.size:
            n = len(self.columns)
            points, nu = self.full(x[there, :n]), x[there, n:]
            value = (
                self.cost.twice_nll(points, nu)
                if self.sampled
                else self.cost.profiled(points).twice_nll
            )
            if np.isnan(value).any():
                where = self.cost.describe(points[np.isnan(value)][0])
                raise ComputationError(
                    f"{self.cost.name}: −2 ln L is not a number at {where}"
                )
            for i, prior in enumerate(self.priors):
                if isinstance(prior, Normal):
                    value = value + ((x[there, i] - prior.mean) / prior.sigma) ** 2
            density[there] = -0.5 * value
        return density

    def full(self, x: FloatArray) -> FloatArray:
        """All parameters of the cost at (points, free parameters)."""
        points = np.tile(self.point, (len(x), 1))
        points[:, self.columns] = x
        return points

    def start(self, walkers: int, how: str, rng: np.random.Generator) -> FloatArray:
        """Possible places for the walkers, (walkers, columns)."""
        draw = self._around_fit(rng) if how == "fit" else self._from_prior(rng)
        n = len(self.columns)
        x = np.empty((walkers, len(self.names)))
        left = np.arange(walkers)
        for attempt in range(100):
            # closer and closer to the best fit, should the data be impossible around it
            points = draw(len(left), 0.9**attempt)
            x[left, :n] = points
            if self.sampled and self.cost.nuisances:
                best = self.cost.profiled(self.full(points))
                at = int(best.twice_nll.argmin())
                if not isfinite(best.twice_nll[at]):
                    continue
                covariance = self.cost.nuisance_covariance(
                    self.full(points)[at], best.nuisances[at]
                )
                noise = rng.multivariate_normal(
                    np.zeros(len(covariance)), covariance, len(left)
                )
                x[left, n:] = best.nuisances + 0.9**attempt * noise
            left = left[~np.isfinite(self(x[left]))]
            if not left.size:
                return x
        raise InputError(
            f"{self.cost.name}: the data are impossible at {len(left)} of {walkers}"
            " places tried for walkers; narrow the priors to where they are possible"
        )

    def _around_fit(self, rng: np.random.Generator) -> _Draw:
        names = self.names[: len(self.columns)]
        fixed = {
            p.name: float(v)
            for p, v in zip(self.cost.parameters, self.point, strict=True)
            if p.name not in names
        }
        try:
            found = fit(self.cost, names, fixed, minos=False)
        except ComputationError as error:
            raise ComputationError(f"{error}; or sample with start='prior'") from error
        low, high = self.lower[: len(names)], self.upper[: len(names)]
        best = np.array(found.point[self.columns])
        if found.covariance is None:
            root = np.diag([self.cost.parameters[c].step for c in self.columns])
        else:
            root = np.linalg.cholesky(found.covariance)

        def draw(n: int, scale: float) -> FloatArray:
            x = best + scale * rng.standard_normal((n, len(names))) @ root.T
            x = np.where(x < low, 2 * low - x, x)
            x = np.where(x > high, 2 * high - x, x)
            # a box narrower than the error, or without the best fit in it: anywhere in
            # it
            box_low, box_high = np.where(
                np.isfinite([low, high]), [low, high], [best - 1, best + 1]
            )
            return np.where(
                (x < low) | (x > high), rng.uniform(box_low, box_high, x.shape), x
            )

        return draw

    def _from_prior(self, rng: np.random.Generator) -> _Draw:
        endless = [
            self.names[i]
            for i, prior in enumerate(self.priors)
            if isinstance(prior, Flat)
            and not (isfinite(self.lower[i]) and isfinite(self.upper[i]))
        ]
        if endless:
            raise InputError(
                "start='prior' needs a prior with an end on both sides for"
                f" {endless[0]}: give one"
            )

        def draw(n: int, scale: float) -> FloatArray:
            x = np.empty((n, len(self.priors)))
            for i, prior in enumerate(self.priors):
                low, high = self.lower[i], self.upper[i]
                if isinstance(prior, Normal):
                    x[:, i] = rng.normal(
                        prior.mean, prior.sigma, n
                    )  # one outside the limits is drawn again
                elif isinstance(prior, LogFlat):
                    x[:, i] = np.clip(
                        np.exp(rng.uniform(log(low), log(high), n)), low, high
                    )
                else:
                    x[:, i] = rng.uniform(low, high, n)
            return np.clip(x, self.lower[: x.shape[1]], self.upper[: x.shape[1]])

        return draw

    def probe(self) -> FloatArray:
        """Expectations at points next to the default: they tell predictions apart."""
        points = np.tile(self.point, (2 * len(self.columns) + 1, 1))
        for i, c in enumerate(self.columns):
            p = self.cost.parameters[c]
            points[2 * i, c] = max(points[2 * i, c] - p.step, p.lower)
            points[2 * i + 1, c] = min(points[2 * i + 1, c] + p.step, p.upper)
        return _probe(self.cost, points)

    def fingerprint(self, walkers: int, seed: int, start: str) -> str:
        run = (
            walkers,
            seed,
            start,
            self.names,
            self.priors,
            self.sampled,
            self.point.tolist(),
        )
        text = f"{_FORMAT} {version('nuprobe')} {self.cost.digest()} {run!r}"
        return hashlib.sha256(text.encode()).hexdigest()

    def result(
        self,
        chain: FloatArray,
        posterior: FloatArray,
        burn: int,
        seed: int,
        fingerprint: str,
    ) -> SampleResult:
        free = [self.cost.parameters[c] for c in self.columns]
        nuisances = self.cost.nuisances if self.sampled else ()
        return SampleResult(
            cost=self.cost.name,
            names=self.names,
            latex=tuple(p.latex for p in free) + tuple(n.latex for n in nuisances),
            units=tuple(p.unit for p in free) + ("",) * len(nuisances),
            parameters=len(free),
            lower=self.lower,
            upper=self.upper,
            priors=tuple(
                _words(p, a, b)
                for p, a, b in zip(self.priors, self.lower, self.upper, strict=False)
            )
            + tuple(
                f"normal 0 +- {n.sigma:g}" if isfinite(n.sigma) else "flat"
                for n in nuisances
            ),
            logarithmic=tuple(i in self.logarithmic for i in range(len(self.names))),
            fixed={
                p.name: float(v)
                for p, v in zip(self.cost.parameters, self.point, strict=True)
                if p not in free
            },
            treatment="sampled" if self.sampled else "profiled",
            chain=np.ascontiguousarray(chain.swapaxes(0, 1)),
            log_posterior=np.ascontiguousarray(posterior.T),
            burn=burn,
            seed=seed,
            fingerprint=fingerprint,
        )


def _ends(p: Parameter, prior: Prior) -> tuple[float, float]:
    """Where the prior of a parameter ends."""
    if isinstance(prior, Normal):
        low, high = p.lower, p.upper
        near = min(max(prior.mean, low), high)
        if abs(near - prior.mean) > 5 * prior.sigma:
            raise InputError(
                f"the prior of {p.name} lies outside its range [{low:g}, {high:g}]"
                f" {p.unit}".rstrip()
            )
        return low, high
    low, high = max(p.lower, prior.lower), min(p.upper, prior.upper)
    if not low < high:
        raise InputError(
            f"the prior of {p.name}, [{prior.lower:g}, {prior.upper:g}], has nothing in"
            f" common with its range [{p.lower:g}, {p.upper:g}] {p.unit}".rstrip()
        )
    return low, high


def _words(prior: Prior, lower: float, upper: float) -> str:
    if isinstance(prior, Normal):
        return f"normal {prior.mean:g} +- {prior.sigma:g}"
    kind = "log-flat" if isinstance(prior, LogFlat) else "flat"
    return f"{kind} [{lower:g}, {upper:g}]"


def _write(
    path: Path, result: SampleResult, state: _State | None, probe: FloatArray
) -> Path:
    """The whole file is built in memory, so that a full disk or a kill leaves the
    previous one intact."""
    import h5py

    image = BytesIO()
    with h5py.File(image, "w") as file:
        file.attrs["format"] = _FORMAT
        file.attrs["nuprobe"] = version("nuprobe")
        for key in ("cost", "parameters", "treatment", "burn", "seed", "fingerprint"):
            file.attrs[key] = getattr(result, key)
        for key in ("names", "latex", "units", "priors"):
            file.attrs[key] = list(getattr(result, key))
        file.attrs["logarithmic"] = np.array(result.logarithmic, dtype=bool)
        file.create_group("fixed").attrs.update(result.fixed)
        file["lower"], file["upper"] = result.lower, result.upper
        file["chain"] = result.chain
        file["log_posterior"] = result.log_posterior
        file["probe"] = probe
        file.attrs["steps"] = result.chain.shape[1] if state is None else state.wanted
        if state is not None:
            file["random"] = np.asarray(state.random[1], dtype=np.uint32)
            file["random"].attrs.update(
                {
                    "pos": state.random[2],
                    "has_gauss": state.random[3],
                    "gauss": state.random[4],
                }
            )
    return atomic_write(path, image.getvalue())


def _read(path: Path) -> tuple[SampleResult, _State, FloatArray]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != _FORMAT:
                raise InputError(
                    f"{path} is no chain of this version of nuprobe (format"
                    f" {file.attrs.get('format')})"
                )
            content: dict[str, Any] = {
                k: str(file.attrs[k]) for k in ("cost", "treatment", "fingerprint")
            }
            content |= {k: int(file.attrs[k]) for k in ("parameters", "burn", "seed")}
            content |= {
                k: tuple(str(t) for t in file.attrs[k])
                for k in ("names", "latex", "units", "priors")
            }
            content |= {
                k: np.array(file[k])
                for k in ("lower", "upper", "chain", "log_posterior")
            }
            content["logarithmic"] = tuple(bool(b) for b in file.attrs["logarithmic"])
            content["fixed"] = {
                name: float(value) for name, value in file["fixed"].attrs.items()
            }
            result = SampleResult(**content)
            random: tuple[Any, ...] = ()
            if "random" in file:
                a = file["random"].attrs
                random = (
                    "MT19937",
                    np.array(file["random"]),
                    int(a["pos"]),
                    int(a["has_gauss"]),
                    float(a["gauss"]),
                )
            wanted, probe = int(file.attrs["steps"]), np.array(file["probe"])
    except (OSError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a chain: {error}") from error
    walkers, steps, columns = (
        result.chain.shape if result.chain.ndim == 3 else (0, 0, 0)
    )
    if (
        result.log_posterior.shape != (walkers, steps)
        or columns != len(result.names)
        or not steps
    ):
        raise InputError(
            f"{path} cannot be read as a chain: its arrays do not fit together"
        )
    if not (
        np.isfinite(result.chain).all() and np.isfinite(result.log_posterior).all()
    ):
        raise InputError(
            f"{path} cannot be read as a chain: it holds numbers that are not finite"
        )
    state = _State(result.chain.swapaxes(0, 1), result.log_posterior.T, random, wanted)
    return result, state, probe


def _resumed(path: Path, fingerprint: str, probe: FloatArray, steps: int) -> _State:
    result, state, old = _read(path)
    # the probe is compared to rounding, so that a run may go on with another build of
    # the linear algebra
    same = old.shape == probe.shape and np.allclose(old, probe, rtol=1e-9, atol=0)
    if not state.random:
        raise InputError(
            f"{path} holds a chain alone, without what is needed to go on; choose"
            " another file"
        )
    if result.fingerprint != fingerprint or not same:
        raise InputError(
            f"{path} belongs to another run (parameters, priors, walkers, seed, data,"
            " systematics, prediction or version of nuprobe differ); resume with what"
            " it was started with, or choose another file"
        )
    if len(state.chain) > steps:
        raise InputError(
            f"{path} has {len(state.chain)} steps already, more than the {steps} asked"
            " for; ask for more"
        )
    return state
