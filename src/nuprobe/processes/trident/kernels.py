"""Kernels of a trident: model-independent cross sections by term, summed over the
constituents of the target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.constants import M_PROTON, M_TAU, M_W
from nuprobe.errors import ComputationError, InputError, shown, warn
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import FloatArray, blocks, numbers
from nuprobe.processes.trident.broken import broken_kernels
from nuprobe.processes.trident.channels import Channel, ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.couplings import terms
from nuprobe.processes.trident.cross_section import (
    combine,
    hadron_factors,
    q2_nodes,
    q_range,
    tail,
    threshold,
)
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.quadrature import direct
from nuprobe.processes.trident.tables import evaluate
from nuprobe.processes.trident.targets import broken_nucleons, currents_of
from nuprobe.reprs import readable

__all__ = [
    "Exchanged",
    "Kernels",
    "check_tail",
    "current_kernels",
    "kernels",
    "kernels_of",
]

_POINTS: Final = 16  # in each panel of ln Q
_MOST_SPLITS: Final = 256
_SETTLED: Final = 1e-5  # relative
# the integrals lose digits to cancellation at K² ~ M² << m²: 3e-5 of the cross section
# here, 1e-3 a decade below
_LIGHTEST: Final = 3e-7  # mediator mass over that of the heavier lepton
_BLOCK: Final = 512  # energies per block: 40 kB each
_HIGHEST: Final = 1e9  # MeV; W and Z are produced long before
_ON_SHELL: Final = 3e6  # MeV; on oxygen the result is 40 % too low at 4 TeV
_FAR_TAIL: Final = 1.5  # smallest Q times the rms radius
# the rule is exact to twice the order of the coefficients that `tail` inspects; those
# of noise fall as 1/points
_TAIL: Final = 0.01


Nodes = Callable[[NDArray[np.intp], FloatArray, FloatArray, FloatArray], None]
"""Accumulates the contributions of nodes in Q² to VV and AA, see `current_kernels`."""


@readable
@dataclass(frozen=True)
class Kernels:
    """Kernels and their error.

    Attributes
    ----------
    values : cm², shape (*energies, terms); the cross section is
        ``values @ coefficients``.
    error : estimate of the absolute error of each, same shape: from the interpolation
        and the integral over Q².
    """

    values: FloatArray
    error: FloatArray


@public
def current_kernels(
    e_nu: FloatArray,
    channel: Channel,
    current: Current,
    mediators: FloatArray | None = None,
    *,
    points: int = _POINTS,
    exact: bool = False,
    each: Nodes | None = None,
    axial: bool = False,
) -> Kernels:
    """Kernels of one current.

    Parameters
    ----------
    e_nu : MeV, shape (energies,).
    channel : antineutrinos are taken as the CP-conjugate channel.
    current : from `currents`.
    mediators : masses in MeV of t-channel mediators, shape (masses,).
    points : Gauss–Legendre points in each panel of ln Q.
    exact : do the integrals instead of using the tables (slow).
    each : is called with the contributions of the nodes in Q² to VV and AA: (indices of
        energies, Q² and x_max of shape (energies, nodes), VV and AA by moment of shape
        (6, 2, energies, nodes)).
    axial : also the terms AAd and dd of the mediators.

    Examples
    --------
    >>> from nuprobe.processes.trident import channel, currents
    >>> argon = currents("Ar40", "coherent")[0][1]
    >>> energies = np.array([100.0, 1e3])
    >>> found = current_kernels(energies, channel("nu_mu -> nu_mu mu+ mu-"), argon)
    >>> bool(found.values[0, 0] == 0 < found.values[1, 0])
    True
    """
    m_minus, m_plus = channel.pair_masses
    if points < 1 or (mediators is not None and not np.isfinite(mediators).all()):
        raise InputError(
            "kernels need at least one point and finite masses of mediators, got"
            f" {points} and {shown(mediators)}"
        )
    masses = 0 if mediators is None else mediators.size
    n_terms = len(terms(masses, axial=axial))
    values, error = np.zeros((e_nu.size, n_terms)), np.zeros((e_nu.size, n_terms))
    open_ = e_nu > threshold(current.mass, m_minus, m_plus)
    if not open_.any():
        return Kernels(values, error)
    e = e_nu[open_]
    ends = q_range(e, current.mass, m_minus, m_plus)
    how = _How(channel, current, mediators, points, exact, axial)
    resolved = how.resolved(e, ends=ends)
    nodes, relative = resolved.combined(), resolved.error
    sums = nodes.sum(-1).T
    size = _size(sums)
    values[open_], error[open_] = sums, relative * size
    # the form factor oscillates too fast for the panels, or is already small at the
    # smallest Q
    rough = tail(nodes[:2], points).sum(0) * points > 16 * _TAIL * size[:, 2]
    rough |= ends[0] > current.q_soft / 2
    where = np.flatnonzero(open_)
    if each is not None:
        resolved.hand_on(each, where, ~rough)
    if not rough.any():
        return Kernels(values, error)
    for split, picked in _splits(e, rough, channel, current, points):
        resolved = how.resolved(e[picked], split)
        sums = resolved.combined().sum(-1).T
        values[where[picked]] = sums
        error[where[picked]] = (resolved.error + _SETTLED) * _size(sums)
        if each is not None:
            resolved.hand_on(each, where[picked], np.full(picked.size, True))
    return Kernels(values, error)


def _size(values: FloatArray) -> FloatArray:
    """Absolute values; for VA, a fraction of VV + AA, that sum."""
    size = np.abs(values)
    size[:, 2] = size[:, 0] + size[:, 1]
    return size


@dataclass(frozen=True)
class _Resolved:
    """Moments at the nodes in Q², shape (6, terms, energies, nodes), before they meet
    the hadron tensor, and the relative error of the tables."""

    e: FloatArray
    q2: FloatArray
    weight: FloatArray
    x_max: FloatArray
    current: Current
    moments: FloatArray
    error: float

    def combined(self) -> FloatArray:
        """Contribution of each node to the terms, shape (terms, energies, nodes)."""
        return combine(
            self.e, self.q2, self.weight, self.x_max, self.current, self.moments
        )

    def hand_on(
        self, each: Nodes, where: NDArray[np.intp], some: NDArray[np.bool_]
    ) -> None:
        """Call `each` with `some` of the energies, which have the indices `where`."""
        if some.any():
            q2, x_max = self.q2[some], self.x_max[some]
            factors = hadron_factors(
                self.e[some], q2, self.weight[some], x_max, self.current
            )
            both = factors[:, None] * self.moments[:, :2, some]
            each(where[some], q2, x_max, both)


@dataclass(frozen=True)
class _How:
    """What is integrated, and how: arguments of `current_kernels`."""

    channel: Channel
    current: Current
    mediators: FloatArray | None
    points: int
    exact: bool
    axial: bool

    def resolved(
        self,
        e: FloatArray,
        split: int = 0,
        ends: tuple[FloatArray, FloatArray] | None = None,
    ) -> _Resolved:
        """Moments of the terms at the nodes in Q²."""
        masses, current = self.channel.pair_masses, self.current
        q2, weight, x_max = q2_nodes(e, current, *masses, self.points, split, ends)
        # panels of zero width contribute nothing
        live = weight.ravel() > 0
        at = x_max.ravel()[live], q2.ravel()[live], *masses, self.mediators
        base, mediated, relative = (
            (*direct(*at, axial=self.axial), 0.0)
            if self.exact
            else evaluate(*at, axial=self.axial)
        )
        if self.mediators is None and live.all():
            everything = base
        else:
            count = 3 + mediated.shape[1] * mediated.shape[3]
            everything = np.zeros((6, count, live.size))
            everything[:, :3, live] = base
            everything[:, 3:, live] = np.moveaxis(mediated, 3, 1).reshape(
                6, -1, base.shape[2]
            )
        everything = everything.reshape(6, -1, *q2.shape)
        return _Resolved(e, q2, weight, x_max, current, everything, relative)


def _splits(
    e: FloatArray, rough: FloatArray, channel: Channel, current: Current, points: int
) -> Iterator[tuple[int, FloatArray]]:
    """Number of parts into which panels must be split at the rough energies: (parts,
    indices), by halving until converged.

    The leptonic part is smooth, so the tables are good enough for this.
    """
    left = np.flatnonzero(rough)
    split, last = 1, None
    while left.size:
        if split > _MOST_SPLITS:
            raise ComputationError(
                f"the integral over Q² for {channel} on {current.name} at"
                f" {e[left[0]]:.6g} MeV is not resolved: its form factor oscillates or"
                " jumps too fast; use a smoother one"
            )
        how = _How(channel, current, None, points, False, False)
        finer = how.resolved(e[left], split)
        now = finer.combined()[:2].sum(-1)
        if last is not None:
            settled = (np.abs(now - last) <= _SETTLED * now).all(0)
            if settled.any():
                yield split, left[settled]
            left, now = left[~settled], now[:, ~settled]
        split, last = 2 * split, now


@public
def kernels(
    e_nu: ArrayLike,
    channel: ChannelSpec,
    target: TargetSpec | None,
    regime: str | TridentOptions = "all",
    *,
    mediators: Sequence[float] | FloatArray = (),
    exact: bool = False,
    with_error: bool = True,
    axial: bool = False,
    **options: Unpack[NucleusKeywords],
) -> Kernels:
    """Kernels of a target: the cross section is
    ``kernels.values @ coefficients(model, channel)``.

    Parameters
    ----------
    e_nu : neutrino energies, MeV, any shape.
    channel, target, regime, exact : as in `total`.
    mediators : masses (MeV) of t-channel vector mediators, at least 3e-7 of the heavier
        lepton's mass; each adds the terms VVc, VAc and cc (in cm² MeV⁻² and MeV⁻⁴). A
        whole grid of masses is hardly slower than one.
    with_error : also estimate the error of the integral over Q² from a second, finer
        rule, and return its values; takes more than twice as long.
    axial : also the terms AAd and dd of each mediator, needed for axial couplings.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Returns
    -------
    Kernels
        Shape (*energies, 3 + 3 masses), or 3 + 5 masses if `axial`, named by `terms`;
        exactly zero below threshold.

    Raises
    ------
    InputError
        For energies that are not positive or beyond 1e9 MeV, or mediators that are too
        light.
    ComputationError
        If the integral over Q² is not resolved.

    Examples
    --------
    >>> found = kernels(1e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", "coherent")
    >>> float(found.values[0]), float(found.values[2])
    (9.06e-45, 0.0)
    """
    reaction, settings = read_channel(channel), read_options(regime, options)
    result = kernels_of(
        e_nu,
        reaction,
        target,
        settings,
        Exchanged(mediators, axial),
        exact,
        with_error,
    )
    check_tail(e_nu, reaction, target, settings)
    return result


@dataclass(frozen=True)
class Exchanged:
    """Mediators in the t channel.

    Attributes
    ----------
    masses : MeV.
    axial : whether the terms of axial couplings are wanted.
    """

    masses: Sequence[float] | FloatArray = ()
    axial: bool = False


def kernels_of(
    e_nu: ArrayLike,
    channel: Channel,
    target: TargetSpec | None,
    options: TridentOptions,
    mediators: Exchanged | None = None,
    exact: bool = False,
    with_error: bool = True,
    each: Callable[[float], Nodes] | None = None,
) -> Kernels:
    """`kernels` for a parsed channel and parsed options.

    Parameters
    ----------
    e_nu, channel, target, exact, with_error : as in `kernels`.
    mediators : those in the t channel; None without.
    options : target options.
    each : returns, for the number of a current, the callback of `current_kernels`; not
        with `with_error`.

    Examples
    --------
    >>> from nuprobe.processes.trident import TridentOptions, channel
    >>> reaction = channel("nu_mu -> nu_mu mu+ mu-")
    >>> kernels_of(1e3, reaction, "Ar40", TridentOptions()).values.shape
    (3,)
    """
    e = _energies(e_nu)
    exchanged = Exchanged() if mediators is None else mediators
    masses, axial = _masses(exchanged.masses, channel), exchanged.axial
    flat = np.ravel(e)
    shape = (flat.size, len(terms(masses.size, axial=axial)))
    values, error = np.zeros(shape), np.zeros(shape)
    grid = masses if masses.size else None
    for number, current in currents_of(target, options):
        nodes = None if each is None else each(number)
        # a callback with indices of energies needs all of them at once
        for b in blocks(flat.size, _BLOCK if each is None else max(1, flat.size)):
            at = partial(current_kernels, flat[b], channel, current, grid)
            at = partial(at, exact=exact, axial=axial)
            part = at(each=nodes)
            if with_error:
                finer = at(points=_POINTS + 8)
                error[b] += number * np.abs(finer.values - part.values)
                part = finer
            values[b] += number * part.values
            error[b] += number * part.error
        _check_validity(float(flat.max(initial=0.0)), channel, current)
    broken = broken_nucleons(target, options)
    if any(broken):
        nodes = None if each is None else each(1.0)
        for b in blocks(flat.size, _BLOCK if each is None else max(1, flat.size)):
            more, spread = broken_kernels(
                flat[b], channel, broken, grid, exact=exact, each=nodes, axial=axial
            )
            values[b] += more
            error[b] += spread
    return Kernels(
        values.reshape(*e.shape, shape[1]), error.reshape(*e.shape, shape[1])
    )


def _energies(e_nu: ArrayLike) -> FloatArray:
    e = numbers("neutrino energies (MeV)", e_nu)
    good = (e > 0) & (e <= _HIGHEST)
    if not good.all():
        raise InputError(
            f"neutrino energies must be positive and finite, at most {_HIGHEST:.0e} MeV"
            f" (where four-fermion theory breaks down), got {e[~good].flat[0]:g} MeV"
        )
    return e


def _masses(mediators: Sequence[float] | FloatArray, channel: Channel) -> FloatArray:
    if isinstance(mediators, tuple) and not mediators:
        return np.zeros(0)
    masses = np.atleast_1d(numbers("mediator masses (MeV)", mediators))
    lightest = _LIGHTEST * max(channel.masses)
    good = (masses >= lightest) & np.isfinite(masses)
    if masses.ndim > 1 or not good.all():
        given = masses[~good].flat[0] if not good.all() else f"{masses.ndim} dimensions"
        raise InputError(
            f"mediator masses must be at least {lightest:.2g} MeV for {channel}"
            f" ({_LIGHTEST:.0e} of the lepton's mass) and finite, in one dimension,"
            f" got {given}: below that the integrals lose precision, and there is no"
            " massless limit (the cross section grows as ln 1/M)"
        )
    return masses


def _check_validity(e_nu: float, channel: Channel, current: Current) -> None:
    """Warn where W and Z propagators start to matter (K² is a fraction of ŝ ~ 2E|Q|)
    and where a W can be produced."""
    if channel.vertex.charged and e_nu >= _ON_SHELL:
        warn(
            f"at {e_nu:.4g} MeV on {current.name} the four-fermion theory fails for"
            f" {channel}, which exchanges a W: W bosons on their mass shell raise the"
            " cross section (1.7 times at 4 TeV, 3 times at 7 TeV, 7 times at 10 TeV"
            " for nu_mu -> nu_mu mu+ mu- on oxygen, Zhou:2019vxt)"
        )
        return
    q = min(current.q_soft / 2, 2 * e_nu, current.mass)
    effect = 0.3 * 2 * e_nu * q / M_W**2
    # linear in K²/M_W², meaningful only while it is small
    says = f"lower the cross section by about {100 * effect:.0f} %"
    if effect > 0.5:
        says = (
            "are resolved: the four-fermion theory fails there and the result means"
            " nothing"
        )
    if effect > 0.01:
        warn(
            f"at {e_nu:.4g} MeV on {current.name} the W and Z propagators, not included"
            f" here, {says}"
        )


def check_tail(
    e_nu: ArrayLike,
    channel: Channel,
    target: TargetSpec | None,
    options: TridentOptions,
) -> None:
    """Warn where a pair with a τ probes only the tail of a nuclear form factor.

    Parameters
    ----------
    e_nu : MeV, any shape.
    channel, target, options : as `kernels_of` takes them.

    Examples
    --------
    >>> from nuprobe.processes.trident import TridentOptions, channel
    >>> reaction = channel("nu_tau -> nu_tau tau+ tau-")
    >>> check_tail(1e6, reaction, "Ar40", TridentOptions())  # far above threshold
    """
    if max(channel.masses) < M_TAU:
        return
    e = np.ravel(np.asarray(e_nu, dtype=float))
    for _, current in currents_of(target, options):
        if not math.isfinite(current.q_soft) or current.mass < 2 * M_PROTON:
            continue
        low, _ = q_range(e, current.mass, *channel.pair_masses)
        far = low * 2 / current.q_soft > _FAR_TAIL
        if far.any():
            warn(
                f"up to {e[far].max():.4g} MeV {channel} on {current.name} depends on"
                " the tail of the charge form factor, which is not determined by"
                " measured charge densities: shapes with the same radius differ by 15"
                " % there and by factors near threshold; compare form_factor='fermi'"
            )
