"""Functions that several shapes share, smooth to machine precision for q → 0."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

_SERIES: Final = tuple(
    3 / (math.factorial(k) * math.prod(range(1, 2 * k + 4, 2))) for k in range(12)
)


def sphere(t: FloatArray) -> FloatArray:
    """3 j1(x)/x as a function of t = x², continued to t < 0 (3(x cosh x − sinh x)/x³);
    not used for t < -1."""
    small = np.abs(t) < 1
    if not small.any():
        x = np.sqrt(t)
        return np.asarray(3 * (np.sin(x) - x * np.cos(x)) / x**3)
    half = np.where(small, -t / 2, 0.0)
    series = np.zeros_like(half)
    for c in reversed(_SERIES):
        series *= half
        series += c
    x = np.sqrt(np.where(small, 1.0, t))
    return np.where(small, series, 3 * (np.sin(x) - x * np.cos(x)) / x**3)


def sinc(x: FloatArray) -> FloatArray:
    """Sin(x)/x."""
    return np.asarray(np.sinc(x / np.pi))


def logistic(z: FloatArray) -> FloatArray:
    """1/(1 + e^z), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, z)))


def ball_moments(radius: float) -> tuple[float, float]:
    """<r²> and <r⁴> of a uniform ball."""
    return 0.6 * radius**2, 3 / 7 * radius**4


def fold_r4(first: tuple[float, float], second: tuple[float, float]) -> float:
    """<r⁴> of the sum of two independent isotropic vectors with given (<r²>, <r⁴>)."""
    return first[1] + second[1] + 10 / 3 * first[0] * second[0]
