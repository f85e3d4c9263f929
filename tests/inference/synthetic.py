"""A synthetic but realistic prediction: templates times coefficients, one of them of a
nonlinear parameter.

It lives in its own module so that worker processes can import it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import numpy as np

from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

STRENGTH = Parameter("strength", 1.0, 0.0, 20.0, step=0.1)
RADIUS = Parameter("radius", 5.0, 1.0, 9.0, step=0.3, unit="fm", latex="R")


@dataclass(frozen=True)
class Synthetic:
    """Signal strength² · (a + b·radius + c·exp(−radius)) on a background, as CEvNS in a
    scintillator looks.

    Nuisances: signal normalisation and signal shape (slopes depend on the point),
    background normalisation and background tilt (constant slopes).
    """

    bins: int = 24
    signal: float = 150.0
    background: float = 300.0
    suffix: str = ""
    sigmas: tuple[float, float, float, float] = (0.28, 0.1, 0.25, 0.05)
    n_nuisances: int = 4
    delay: float = 0.0  # seconds a call
    trap: str = ""  # a file; while it exists, points with strength > 10 fail
    fatal: bool = False  # fail by killing the process
    parameters: tuple[Parameter, ...] = (STRENGTH, RADIUS)
    x: FloatArray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", (np.arange(self.bins) + 0.5) / self.bins)

    @property
    def name(self) -> str:
        return f"synthetic{self.suffix}"

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        names = (
            "signal norm",
            "signal shape",
            f"background norm{self.suffix}",
            f"background tilt{self.suffix}",
        )
        return tuple(Nuisance(n, s) for n, s in zip(names, self.sigmas, strict=True))[
            : self.n_nuisances
        ]

    def templates(self) -> FloatArray:
        t = np.array(
            [np.exp(-4 * self.x), self.x * np.exp(-3 * self.x) / 4, np.exp(-8 * self.x)]
        )
        return np.asarray(self.signal * t / np.exp(-4 * self.x).sum())

    def rest(self) -> FloatArray:
        b = np.exp(-1.5 * self.x)
        return np.asarray(self.background * b / b.sum())

    def expectation(self, points: FloatArray) -> Expectation:
        if self.delay:
            time.sleep(self.delay)
        if (
            self.trap
            and os.path.exists(self.trap)
            and len(points) > 1
            and points[-1, 0] > 10
        ):
            if self.fatal:
                os._exit(1)
            raise ZeroDivisionError("the trap is set")
        strength, radius = points.T
        coefficients = strength[:, None] ** 2 * np.stack(
            [np.ones_like(radius), -radius / 9, np.exp(-radius)], axis=1
        )
        signal = coefficients @ self.templates()
        b = self.rest()[None]
        slopes = (signal, signal * (self.x - 0.3), b, b * (self.x - 0.5))
        return Expectation(signal + b, slopes[: self.n_nuisances])

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        strength, radius = points.T
        shape = np.stack([np.ones_like(radius), -radius / 9, np.exp(-radius)], axis=1)
        zero = np.zeros_like(radius)
        d_shape = np.stack([zero, zero - 1 / 9, -np.exp(-radius)], axis=1)
        d = (
            np.stack(
                [2 * strength[:, None] * shape, strength[:, None] ** 2 * d_shape],
                axis=1,
            )
            @ self.templates()
        )
        constant = np.zeros((1, len(self.parameters), self.bins))
        return d, (d, d * (self.x - 0.3), constant, constant)[: self.n_nuisances]
