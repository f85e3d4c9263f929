"""How toys are thrown: how many, from which random numbers, and where."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.inference.checkpoints import Checkpoint
from nuprobe.inference.executors import one_place
from nuprobe.inference.toys.ensemble import Ensemble, check_ensemble
from nuprobe.reprs import readable

__all__ = ["BLOCK", "ToySettings", "settings_of"]

BLOCK: Final = 250
"""Toys that share one stream of random numbers and are fitted together."""

_MOST: Final = 10_000_000


@readable
@dataclass(frozen=True)
class ToySettings:
    """How toys are thrown.

    Results depend on the first four alone: each block of `BLOCK` toys has random
    numbers of its own, whoever computes it.

    Attributes
    ----------
    number : toys at each point.
    seed : of the random numbers, 0 or more.
    ensemble : ``"unconditional"``: data and auxiliary measurements of the nuisances
        fluctuate; ``"conditional"``: data alone; ``"averaged"``: true nuisances vary
        within their constraints.
    nuisances : true nuisances: ``"profiled"``, where the observed data put them at the
        true parameters, or ``"nominal"``, at 0.
    executor : where to compute: anything with the interface of `concurrent.futures`,
        such as `dask_executor`.
    client : a Dask cluster instead: a ``distributed.Client``, the address of its
        scheduler, or the path of the JSON file that the scheduler writes.
    workers : start that many processes instead.
    checkpoint : HDF5 file of the toys; until they are complete what is done is in
        ``checkpoint.part``.
    resume : go on with an unfinished run if there is one.
    overwrite : replace an existing file.
    progress : show a bar, if standard error is a terminal.
    every_s : seconds between two writes, at most.

    Raises
    ------
    InputError
        If a number or name is not possible.

    Examples
    --------
    >>> ToySettings(2000, seed=7).ensemble
    'unconditional'
    """

    number: int = 1000
    seed: int = 1
    ensemble: Ensemble = "unconditional"
    nuisances: Literal["profiled", "nominal"] = "profiled"
    executor: Executor | None = None
    workers: int | None = None
    checkpoint: str | os.PathLike[str] | None = None
    resume: bool = False
    overwrite: bool = False
    progress: bool = False
    every_s: float = 30.0
    client: Any = None

    def __post_init__(self) -> None:
        for name, value, least in (("toys", self.number, 1), ("seed", self.seed, 0)):
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not whole or not least <= value:
                raise InputError(
                    f"{name} must be a whole number of at least {least}, got"
                    f" {shown(value)}"
                )
        if self.number > _MOST:
            raise InputError(
                f"at most {_MOST} toys can be generated at each point, got"
                f" {shown(self.number)}"
            )
        # where a client is given, it is the executor
        where = one_place(self.executor, self.client, self.workers)
        object.__setattr__(self, "executor", where)
        check_ensemble(self.ensemble)
        if self.nuisances not in ("profiled", "nominal"):
            raise UnknownNameError(
                "choice of nuisances", str(self.nuisances), ["profiled", "nominal"]
            )

    @property
    def placed(self) -> bool:
        """Whether they say where to compute or to save."""
        where = (self.executor, self.workers, self.checkpoint)
        return any(one is not None for one in where)

    @property
    def blocks(self) -> list[slice]:
        """Toys of each block."""
        edges = range(0, self.number, BLOCK)
        return [slice(i, min(i + BLOCK, self.number)) for i in edges]

    def file(self) -> Checkpoint:
        """The file to which the run goes."""
        return Checkpoint(self.checkpoint, self.resume, self.overwrite, self.every_s)


def settings_of(
    toys: int | ToySettings, nuisances: Literal["profiled", "nominal"] | None = None
) -> ToySettings:
    """Settings from what a user gave.

    Parameters
    ----------
    toys : their number, or all settings.
    nuisances : the choice where `toys` is a number.

    Examples
    --------
    >>> settings_of(500).number
    500
    """
    if isinstance(toys, ToySettings):
        return toys
    found = ToySettings(toys)
    return found if nuisances is None else replace(found, nuisances=nuisances)
