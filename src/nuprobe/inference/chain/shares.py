"""Comparison of the shares of regions in a chain with those in an integral independent
of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.chain.diagnostics import autocorrelation_time
from nuprobe.inference.chain.mixture import Modes
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES, shown_unit

__all__ = ["Share", "share_notes", "share_words", "shares_of"]

IntArray = NDArray[np.intp]

_FEW: Final = 200  # effective draws below which the integral is not compared
_WRONG: Final = 5.0  # standard errors at which chain and integral disagree
_SMALL: Final = 0.01  # difference of shares that is always tolerated
_TOLD: Final = 1e-3  # minimum share of a region to be reported
_REGION: Final = 0.01  # minimum share of a component to form its own region
_APART: Final = 2.0  # distance of two regions in the sum of their standard deviations
_LOOKS: Final = 33  # points between two components
_DEPTH: Final = 1.0  # depth of a valley between them, in the logarithm of the density


@dataclass(frozen=True)
class Share:
    """One region of a posterior: adjacent components of the mixture.

    A position belongs to the region of the component that is largest there.

    Attributes
    ----------
    at : its highest point, values by name of the columns that distinguish regions.
    chain, chain_error : share of the samples, and its error.
    integral, error : share in an integral from weighted draws, and its error.
    wrong : whether chain and integral differ by more than their errors allow, in the
        region or in one of its components.
    """

    at: dict[str, float]
    chain: float
    chain_error: float
    integral: float
    error: float
    wrong: bool


def shares_of(
    modes: Modes, z: FloatArray, names: Sequence[str], logarithmic: Sequence[bool]
) -> tuple[Share, ...]:
    """Regions with a share, the largest first.

    Parameters
    ----------
    modes : mixture for the jumps of walkers.
    z : a chain in the coordinates of the sampler, shape (walkers, steps, columns).
    names : of the columns.
    logarithmic : whether the coordinate of each column is its logarithm.

    Examples
    --------
    >>> from nuprobe.inference.chain.mixture import Mixture
    >>> means = np.array([[0.0], [9.0]])
    >>> two = Mixture(np.array([0.5, 0.5]), means, np.ones((2, 1, 1)))
    >>> modes = Modes(two, np.array([0.3, 0.7]), np.array([0.01, 0.01]), 3000.0)
    >>> z = np.random.default_rng(1).normal(size=(8, 100, 1))
    >>> found = shares_of(modes, z, ["x"], [False])
    >>> [(share.at, share.integral, share.chain, share.wrong) for share in found]
    [({'x': 9.0}, 0.7, 0.0, True), ({'x': 0.0}, 0.3, 1.0, True)]
    """
    walkers, steps, width = z.shape
    where = modes.mixture.nearest(z.reshape(-1, width)).reshape(walkers, steps)
    chain = np.bincount(where.ravel(), minlength=len(modes.shares)) / where.size
    told = np.flatnonzero(np.maximum(chain, modes.shares) >= _TOLD)
    groups = _groups(modes, told)
    columns = _telling(modes, groups)
    result = []
    for members in groups:
        single = [_compared(modes, where, [k]) for k in members]
        share, share_error, integral, error, wrong = _compared(modes, where, members)
        centre = modes.mixture.means[members[0]]
        at = {
            names[c]: float(np.exp(centre[c]) if logarithmic[c] else centre[c])
            for c in columns
        }
        wrong = wrong or any(one[-1] for one in single)
        result.append(Share(at, share, share_error, integral, error, wrong))
    return tuple(sorted(result, key=lambda one: -one.integral))


def share_words(share: Share, units: Mapping[str, str]) -> str:
    """Position of a region, formatted as in tables.

    Parameters
    ----------
    share : the region.
    units : of the columns, by name.

    Examples
    --------
    >>> share_words(Share({"x": 5e-32}, 1.0, 0.0, 1.0, 0.0, False), {"x": "cm2"})
    'x = 5 1e-32 cm2'
    """
    words = []
    for name, x in share.at.items():
        unit = units[name]
        words.append(f"{name} = {x / SCALES.get(unit, 1.0):.3g} {shown_unit(unit)}")
    return ", ".join(word.rstrip() for word in words)


def share_notes(
    shares: Sequence[Share], units: Mapping[str, str], draws: float
) -> list[str]:
    """A note on the weights of separate regions; none for a single one.

    Parameters
    ----------
    shares : the regions.
    units : of the columns, by name.
    draws : effective number of draws in the integral.

    Examples
    --------
    >>> one = Share({"x": 1.0}, 1.0, 0.0, 1.0, 0.0, False)
    >>> share_notes([one], {"x": ""}, 3000.0)
    []
    """
    if len(shares) < 2:
        return []
    parts = [
        f"around {share_words(share, units)}: {share.chain:.3g} +-"
        f" {share.chain_error:.1g} ({share.integral:.3g} +- {share.error:.1g})"
        for share in shares
    ]
    unsure = f"; not compared, from {draws:.0f} effective draws" if draws < _FEW else ""
    return [
        "separate regions, share of the samples (and by an integral without a chain):"
        f" {'; '.join(parts)}{unsure}"
    ]


def _compared(
    modes: Modes, where: IntArray, members: list[int]
) -> tuple[float, float, float, float, bool]:
    """Share of the samples and its error, share in the integral and its error, and
    whether they disagree, of some components."""
    inside = np.isin(where, members).astype(float)
    chain, integral = float(inside.mean()), float(modes.shares[members].sum())
    mixed = 0 < chain < 1
    time = autocorrelation_time(inside) if mixed else 1.0
    p = chain if mixed else min(integral, 1.0)
    own = max(p * (1 - p) * time / inside.size, 0.0) ** 0.5
    error = float(np.sqrt((modes.errors[members] ** 2).sum()))
    off = abs(chain - integral)
    allowed = max(_WRONG * float(np.hypot(own, error)), _SMALL)
    return chain, own, integral, error, modes.draws >= _FEW and off > allowed


def _groups(modes: Modes, told: IntArray) -> list[list[int]]:
    """Groups of adjacent components, in each group the highest first.

    A component joins the highest of the others not separated by a valley, or the
    nearest if it is part of a tail.
    """
    height = modes.mixture.log_density(modes.mixture.means)
    groups: list[list[int]] = []
    small: list[int] = []
    for k in sorted(told.tolist(), key=lambda k: -float(height[k])):
        near = [g for g in groups if not _valley(modes, k, g[0])]
        if near:
            near[0].append(k)
        elif modes.shares[k] >= _REGION or not groups:
            groups.append([k])
        else:
            small.append(k)
    for k in small:
        leaders = modes.mixture.means[[g[0] for g in groups]]
        sigma = np.sqrt((modes.mixture.roots[k] ** 2).sum(axis=1))
        away = ((leaders - modes.mixture.means[k]) / sigma) ** 2
        groups[int(away.sum(axis=1).argmin())].append(k)
    return groups


def _valley(modes: Modes, k: int, j: int) -> bool:
    """Whether there is a minimum of the density between two components."""
    a, b = modes.mixture.means[[k, j]]
    line = a + np.linspace(0, 1, _LOOKS)[:, None] * (b - a)
    height = modes.mixture.log_density(line)
    return bool(height.min() < min(height[0], height[-1]) - _DEPTH)


def _telling(modes: Modes, groups: list[list[int]]) -> list[int]:
    """Columns in which two regions are separated."""
    apart = {0} if len(groups) < 2 else set()
    means, sigma = modes.mixture.means, np.sqrt((modes.mixture.roots**2).sum(axis=2))
    for (k, *_), (j, *_) in combinations(groups, 2):
        between = np.abs(means[k] - means[j]) / (sigma[k] + sigma[j])
        apart |= set(np.flatnonzero(between >= _APART).tolist())
        apart.add(int(between.argmax()))
    return sorted(apart)
