"""Posterior samples of a cost by an ensemble of walkers, reproducible from one seed and
resumable bit for bit.

The sampler is emcee (Foreman-Mackey:2012ig), which evaluates half of the walkers or
all of them in one call, which suits the vectorised costs. Its moves here are jumps to
positions drawn from a mixture of densities around all minima of −2 ln L, which lead
from one region into another (Metropolis–Hastings with an independent proposal), and
differential evolution (ter Braak 2006), sometimes by the whole difference of two
walkers, for regions badly covered by the mixture. The snooker update of emcee 3.1.6 is
biased (its distribution of R_n is 12 % too narrow; fixed in emcee's source, but not
released), so it is not used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, OutputError, shown, warn
from nuprobe.inference.chain.files import ChainState, chain_image, resumed_chain
from nuprobe.inference.chain.mixture import Modes
from nuprobe.inference.chain.modes import modes_of
from nuprobe.inference.chain.priors import Prior
from nuprobe.inference.chain.result import SampleResult
from nuprobe.inference.chain.starts import start as first_places
from nuprobe.inference.chain.target import Target
from nuprobe.inference.checkpoints import Checkpoint, progress_bar, stopped
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.provenances import provenance_of
from nuprobe.numerics import FloatArray

__all__ = ["sample"]

_JUMP: Final = 0.6  # fraction of steps that are jumps from the mixture
_LOCAL: Final = 0.3  # fraction that are differential evolution
_HOP: Final = 0.1  # fraction that use the whole difference of two walkers


@public
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
    start: Literal["both", "fit", "prior"] = "both",
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = False,
    every_s: float = 30.0,
) -> SampleResult:
    """Sample the posterior of a cost: likelihood exp(−½ cost), times the priors.

    All other arguments are keywords with defaults: the density, the length of the run,
    and options of the file. Needs emcee, which comes with ``nuprobe[sampling]``.

    Parameters
    ----------
    cost : −2 ln L with the constraints of its nuisances.
    free : names of the parameters to sample; default: all that are not fixed.
    fixed : values of parameters that stay fixed; those neither free nor fixed keep
        their default.
    priors : of parameters, by name; flat within the limits of the parameter if not
        given.
    nuisances : ``"sampled"`` with their Gaussian constraint as prior, so that the other
        columns are marginalised over them; ``"profiled"`` samples exp(−½ profiled cost)
        of only the parameters, which is not a posterior but represents the profile
        likelihood; the two differ if a nuisance's effect depends on a parameter.
    steps : of each walker.
    burn : unused steps at the beginning; a fifth if not given.
    walkers : number, even and at least twice the columns; the larger of 32 and four
        times the columns if not given.
    seed : of all random numbers; the same run on the same machine gives the same chain.
    start : ``"fit"``: around all minima of −2 ln L, according to its curvature;
        ``"prior"``: drawn from the priors; ``"both"``: half of the walkers each, or
        only around the minima if a prior has no ends.
    checkpoint : HDF5 file of the chain; it appears when the run is complete. Until then
        ``checkpoint.part`` contains the partial result.
    resume : continue an unfinished run, or the file, if there is one, possibly to more
        steps than originally requested.
    overwrite : replace an existing file, once the run is complete, and without `resume`
        discard an unfinished one; with `resume` replace that of another run.
    progress : show a bar, if standard error is a terminal.
    every_s : largest interval between two writes in seconds.

    Returns
    -------
    SampleResult
        A `ValidityWarning` is issued if the chain is shorter than 50 autocorrelation
        times or its parts disagree.

    Raises
    ------
    InputError
        If a name or number is invalid, emcee is missing, or the checkpoint exists,
        is damaged, belongs to another run or is being written by another process.
    ComputationError
        If the fit or the prediction fails; no sample has a NaN.
    OutputError
        If the checkpoint cannot be written; an existing file is unchanged.
    NuprobeError
        If the run was interrupted; the partial result is saved, and the message tells
        how to resume.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # far too short to have converged
    ...     result = sample(cost, ["rn"], steps=20, seed=1)
    >>> result.chain.shape
    (32, 20, 5)
    """
    check_cost(cost)
    emcee = _emcee()
    target = Target.of(cost, free, fixed, dict(priors or {}), nuisances)
    columns = len(target.names)
    walkers = max(32, 4 * columns) if walkers is None else walkers
    burn = steps // 5 if burn is None else burn
    _check(columns, walkers, steps, burn, seed, start)
    file = Checkpoint(checkpoint, resume, overwrite, every_s)
    run = _Run(target, walkers, steps, burn, seed, start)
    with file.held():
        known = file.known(
            lambda path: resumed_chain(path, run.fingerprint, run.probe, steps)
        )
        run.provenance = file.dated(run.provenance)
        run.begin(known, start)
        file.start()
        bar = progress_bar(progress, steps, run.done, "step")
        try:
            for _ in run.steps_of(emcee):
                bar(1)
                if file.due():
                    file.save(run.image)
        except OutputError:
            raise
        except (Exception, KeyboardInterrupt) as error:
            if run.done:
                file.save(run.image)
            raise stopped("sampling", error, run.remedy(file)) from error
        finally:
            bar(None)
        file.complete(run.image)
    result = run.result()
    if result.problems:
        warn(f"{cost.name}: not converged: {'; '.join(result.problems)}")
    return result


def _check(
    columns: int, walkers: int, steps: int, burn: int, seed: int, start: str
) -> None:
    """Reject numbers with which a run cannot start."""
    if walkers % 2 or walkers < max(6, 2 * columns):
        raise InputError(
            f"walkers must be even and at least {max(6, 2 * columns)} for {columns}"
            " columns,"
            f" got {walkers}"
        )
    if steps < 4 or not 0 <= burn <= steps - 4:
        raise InputError(
            "steps must be at least 4 more than burn, and burn not negative; got"
            f" {steps}"
            f" and {burn}"
        )
    if not 0 <= seed < 2**32:
        raise InputError(
            f"a seed must be a whole number from 0 to 4294967295, got {seed}"
        )
    if start not in ("both", "fit", "prior"):
        raise InputError(f"start must be 'both', 'fit' or 'prior', got {shown(start)}")


class _Run:
    """A run of the sampler: the chain so far, and the state of the random numbers."""

    def __init__(
        self, target: Target, walkers: int, steps: int, burn: int, seed: int, start: str
    ) -> None:
        self.target, self.walkers, self.steps = target, walkers, steps
        self.burn, self.seed, self.done = burn, seed, 0
        self.fingerprint = target.fingerprint(walkers, seed, start)
        self.provenance = provenance_of(target.cost, self.fingerprint)
        self.probe = target.probe()
        self.chain = np.empty((steps, walkers, len(target.names)))
        self.posterior = np.empty((steps, walkers))
        self.random: tuple[Any, ...] = ()
        self.modes: Modes | None = None
        self.trouble: list[BaseException] = []

    def begin(self, known: ChainState | None, how: str) -> None:
        """Initial positions of the walkers: from a previous run, or new."""
        if known is None:
            rng = np.random.default_rng([self.seed, 1])
            self.modes = modes_of(self.target, self.seed)
            self.first = first_places(self.target, self.modes, self.walkers, how, rng)
            self.density = self.target(self.first)
            state = np.random.RandomState(self.seed).get_state(legacy=True)
            self.random = tuple(state)
        else:
            self.first, self.density = known.chain[-1], known.log_posterior[-1]
            self.done, self.random = len(known.chain), known.random
            self.modes = known.modes
            self.chain[: self.done] = known.chain
            self.posterior[: self.done] = known.log_posterior

    def steps_of(self, emcee: Any) -> Iterator[None]:
        """Take the remaining steps one by one."""
        if self.done == self.steps:
            return
        moves = emcee.moves
        chosen = [(moves.DEMove(), _LOCAL), (moves.DEMove(gamma0=1.0), _HOP)]
        if self.modes is not None:
            chosen.append((moves.MHMove(self.modes.mixture.propose), _JUMP))
        sampler = emcee.EnsembleSampler(
            self.walkers,
            len(self.target.names),
            self._log_probability,
            vectorize=True,
            moves=chosen,
        )
        begin = emcee.State(
            self.target.inside(self.first),
            log_prob=self.density,
            random_state=self.random,
        )
        for now in sampler.sample(
            begin,
            iterations=self.steps - self.done,
            store=False,
            skip_initial_state_check=self.done > 0,
        ):
            if self.trouble:
                raise self.trouble[0]
            self.chain[self.done] = self.target.outside(now.coords)
            self.posterior[self.done] = now.log_prob
            self.random = now.random_state
            self.done += 1
            yield

    def _log_probability(self, coordinates: FloatArray) -> FloatArray:
        # emcee prints exceptions that pass through it
        try:
            return self.target(self.target.outside(coordinates))
        except BaseException as error:
            self.trouble.append(error)
            return np.full(len(coordinates), -inf)

    def result(self) -> SampleResult:
        """The chain so far."""
        found = self.target.result(
            self.chain[: self.done],
            self.posterior[: self.done],
            self.burn if self.done == self.steps else 0,
            self.seed,
            self.fingerprint,
            self.modes,
        )
        return replace(found, provenance=self.provenance)

    def image(self) -> bytes:
        """The chain so far, as a file."""
        chain, posterior = self.chain[: self.done], self.posterior[: self.done]
        state = ChainState(chain, posterior, self.random, self.steps, self.modes)
        return chain_image(self.result().content, state, self.probe)

    def remedy(self, file: Checkpoint) -> str:
        """What is saved, and how to resume."""
        if file.path is None:
            return file.remedy
        if not self.done:
            return "nothing is saved"
        return f"{self.done} of {self.steps} steps are {file.remedy}"


def _emcee() -> Any:
    try:
        import emcee
    except ImportError:
        raise InputError(
            'sampling needs emcee: pip install ".[sampling]" (in a clone)'
        ) from None
    return emcee
