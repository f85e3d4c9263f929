"""Trident kernels averaged over a flux: a few energies represent the whole spectrum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal, Unpack, overload

import numpy as np

from nuprobe.border import public
from nuprobe.errors import ComputationError, InputError
from nuprobe.fluxes import Flux, FluxComponent, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import TargetSpec
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    panel_nodes,
)
from nuprobe.processes.trident.averaged import Averaged
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.channels import channel as read_channel
from nuprobe.processes.trident.couplings import (
    is_axial,
    lepton_couplings,
    masses_of,
    terms,
    weak_angle,
)
from nuprobe.processes.trident.folded import FluxMeasure
from nuprobe.processes.trident.kernels import Exchanged, Kernels, Nodes, kernels_of
from nuprobe.processes.trident.options import (
    NucleusKeywords,
    TridentOptions,
    read_options,
)
from nuprobe.processes.trident.tables import chebyshev
from nuprobe.processes.trident.targets import describe, lowest_energy
from nuprobe.processes.trident.totals import CrossSection

__all__ = ["average", "flux_averaged"]

_NODES = 40
_DROPPED = 8  # Chebyshev coefficients in ln E, to measure the error
_POINTS = 4  # per panel between two energies of the flux table
_RTOL = 1e-4
_RATIO_NODES = (5, 9, 17, 33, 65)  # nested
_SETTLED = 2e-5  # of the sums, between two orders; the finer is far better
_NOTHING = 1e-7  # of the folded cross section


@public
def average(
    source: Flux | str,
    channels: Sequence[ChannelSpec],
    target: TargetSpec | None,
    regime: str | TridentOptions = "all",
    *,
    mediators: Sequence[float] | FloatArray = (),
    axial: bool = False,
    nodes: int = _NODES,
    **options: Unpack[NucleusKeywords],
) -> Averaged:
    """Average the kernels of several channels over a flux.

    The kernels over E² are smooth in ln E: they are computed at Chebyshev nodes between
    threshold and the end of the flux, and the spectrum is folded with the interpolant.
    The mediator terms are folded as ratios to VV, which need fewer nodes. A second
    order measures the errors.

    Parameters
    ----------
    source : a flux or its name.
    channels : at least one.
    target, regime : as in `total`.
    mediators : masses (MeV) of t-channel mediators.
    axial : also the terms of their axial couplings.
    nodes : Chebyshev nodes in ln E.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Raises
    ------
    ComputationError
        If the average does not reach 1e-4.

    Examples
    --------
    >>> import nuprobe as nu
    >>> channel = "nu_mu -> nu_mu mu+ mu-"
    >>> found = average("dune-nd-fhc", [channel], "Ar40", "coherent", mediators=[10.0])
    >>> found.values.shape, found.regime
    ((1, 6), 'coherent')
    >>> found.total(nu.LMuLTau(10.0, 1e-3)) > found.total(nu.StandardModel())
    True
    """
    settings = read_options(regime, options)
    source = source if isinstance(source, Flux) else flux(source)
    read = tuple(read_channel(c) for c in channels)
    if not read:
        raise InputError("an average needs at least one channel")
    fluence = sum(source.total(f) for f in dict.fromkeys(c.incoming for c in read))
    if fluence <= 0:
        raise InputError(
            f"flux {source.name} has no"
            f" {' or '.join(dict.fromkeys(str(c.incoming) for c in read))}: it has"
            f" {', '.join(map(str, source.flavours))}"
        )
    masses = tuple(float(m) for m in mediators)
    rows = np.zeros((len(read), len(terms(len(masses), axial=axial))))
    errors = rows.copy()
    # the measured error is that of the nodes in energy; that in Q² is far smaller
    at = partial(kernels_of, target=target, options=settings, with_error=False)
    exchanged = Exchanged(masses, axial)
    # kernels depend only on the lepton pair, so flavours of one beam share them
    lines: dict[tuple[float, ...], FloatArray] = {}
    beams: dict[tuple[float, ...], list[tuple[int, FluxComponent]]] = {}
    for i, one in enumerate(read):
        low = lowest_energy(one, target, settings)
        for component in source.of(one.incoming):
            for line in component.lines:
                key = (*one.pair_masses, line.energy)
                if key not in lines:
                    lines[key] = at(
                        line.energy, channel=one, mediators=exchanged
                    ).values
                rows[i] += line.intensity * lines[key]
            if component.density is not None and component.edges[-1] > low:
                beam = (
                    *one.pair_masses,
                    max(low, component.edges[0]),
                    component.edges[-1],
                )
                beams.setdefault(beam, []).append((i, component))
    for (*_, low, top), members in beams.items():
        first = read[members[0][0]]
        kernels_at = partial(at, channel=first)
        beam_ = _Beam.of([c for _, c in members], low, top, nodes)
        folded = beam_.fold(kernels_at, first.pair_masses, masses, axial)
        for (i, _), row, error in zip(members, *folded, strict=True):
            rows[i] += row
            errors[i] += error
    worst = max(
        (_relative(*pair, axial) for pair in zip(rows, errors, strict=True)),
        default=0.0,
    )
    if worst > _RTOL:
        raise ComputationError(
            f"the average over {source.name} reaches a precision of only"
            f" {worst:.1e}; smooth the flux table"
        )
    return Averaged(
        read, rows / fluence, masses, fluence, worst, settings.regime, axial
    )


def _relative(row: FloatArray, error: FloatArray, axial: bool) -> float:
    """Largest error of VV + AA, and of the mediator terms; that of VAc relative to
    VVc."""
    if not row[0] + row[1] > 0:
        return 0.0
    size = np.abs(_beside_va(row[3:], axial))
    return float(
        max(error[:2].sum() / (row[0] + row[1]), (error[3:] / size).max(initial=0.0))
    )


def _beside_va(terms: FloatArray, axial: bool) -> FloatArray:
    """Mediator terms in the last axis, with VVc in the place of VAc, which may be 0."""
    order = [0, 0, 2, 3, 4] if axial else [0, 0, 2]
    return terms.reshape(*terms.shape[:-1], -1, len(order))[..., order].reshape(
        terms.shape
    )


@dataclass(frozen=True)
class _Beam:
    """Components of a flux between two energies.

    Attributes
    ----------
    energies : Chebyshev nodes in ln E, MeV.
    logs, weights : ln E of points of each component, and its flux there times dE E².
    """

    energies: FloatArray
    logs: list[FloatArray]
    weights: list[FloatArray]

    @classmethod
    def of(
        cls, components: Sequence[FluxComponent], low: float, top: float, nodes: int
    ) -> _Beam:
        logs, weights = [], []
        for component in components:
            edges = [low, *(edge for edge in component.edges if edge > low)]
            e, w = panel_nodes(edges, _POINTS)
            logs.append(np.log(e))
            weights.append(w * component.continuum(e) * e**2)
        return cls(_energies(low, top, nodes), logs, weights)

    def fold(
        self,
        kernels_at: Callable[..., Kernels],
        pair: tuple[float, float],
        masses: tuple[float, ...],
        axial: bool,
    ) -> tuple[FloatArray, FloatArray]:
        """∫ φ(E) K(E) dE and its error, shape (components, terms).

        K/E² is interpolated in ln E; the contribution of its last Chebyshev
        coefficients is the error.
        """
        matrices = [_matrix(self.energies, log) for log in self.logs]
        at = np.stack([w @ m for w, m in zip(self.weights, matrices, strict=True)])
        at /= self.energies**2
        change = (at * self.energies**2) @ _last_coefficients(
            self.energies.size, _DROPPED
        )
        change /= self.energies**2
        measures = [
            FluxMeasure(pair[0], at, at - change, other)
            for other in ((False, True) if axial else (False,))
        ]
        # a mediator couples to leptons of one flavour
        tabulated = bool(masses) and pair[0] == pair[1]

        def each(number: float) -> Nodes:
            def add(*nodes: Any) -> None:
                for measure in measures:
                    measure.add(number, *nodes)

            return add

        values = kernels_at(self.energies, each=each if tabulated else None).values
        rows, errors = at @ values, np.abs(change @ values)
        more, spread = np.zeros((2, len(rows), len(masses), 5 if axial else 3))
        if masses and rows[:, 0].any():
            fits = np.zeros(len(masses), dtype=bool)
            if tabulated:
                fits = np.all([one.fits(masses) for one in measures], axis=0)
            if fits.any():
                picked = tuple(m for m, good in zip(masses, fits, strict=True) if good)
                for measure in measures:
                    places = (3, 4) if measure.axial else (0, 2)
                    found, error = measure.terms(picked)
                    for place, term in zip(places, range(2), strict=True):
                        more[:, fits, place] = found[..., term]
                        spread[:, fits, place] = error[..., term]
            if not fits.all():
                left = [m for m, good in zip(masses, fits, strict=True) if not good]
                scaled = values / self.energies[:, None] ** 2
                vv, aa = (
                    [
                        np.maximum(w * (m @ scaled[:, column]), 0.0)
                        for w, m in zip(self.weights, matrices, strict=True)
                    ]
                    for column in (0, 1)
                )
                mediated = partial(kernels_at, mediators=Exchanged(left, axial))
                found, error = _mediated(self.logs, vv, mediated, axial)
                more[:, ~fits], spread[:, ~fits] = found, error
                if axial:
                    # the terms of AA as ratios to AA
                    found, error = _mediated(self.logs, aa, mediated, axial, column=1)
                    more[:, ~fits, 3:] = found[..., 3:]
                    spread[:, ~fits, 3:] = error[..., 3:]
        return (
            np.concatenate([rows, more.reshape(len(rows), -1)], axis=1),
            np.concatenate([errors, spread.reshape(len(rows), -1)], axis=1),
        )


@lru_cache(maxsize=8)
def _last_coefficients(n: int, last: int) -> FloatArray:
    """Projection of values at n `chebyshev_nodes` on the last coefficients of their
    Chebyshev series, shape (n, n)."""
    nodes = np.clip(chebyshev_nodes(-1.0, 1.0, n), -1.0, 1.0)
    series = chebyshev(nodes, n)
    projection = series[:, n - last :] @ np.linalg.inv(series)[n - last :]
    return np.asarray(projection)


def _mediated(
    logs: Sequence[FloatArray],
    weights: Sequence[FloatArray],
    kernels_at: Callable[[FloatArray], Kernels],
    axial: bool,
    *,
    column: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Mediator terms of each component, folded as ratios to VV or AA: these are smooth
    where it is not small. Only terms proportional to it are handled.

    Parameters
    ----------
    logs, weights : ln E of the points and VV (AA) there with their weight in the flux,
        by component.
    axial : whether there are terms of axial couplings.
    column : 0 for VV, 1 for AA.

    Returns
    -------
    sums, errors : shape (components, masses, 3 or 5).
    """
    ends = []
    for log, weight in zip(logs, weights, strict=True):
        share = np.cumsum(weight) / (weight.sum() or 1.0)
        # the ratios diverge at threshold, where nothing is produced
        ends += list(
            log[
                (share > _NOTHING)
                & (share - weight / (weight.sum() or 1.0) < 1 - _NOTHING)
            ]
        )
    low, top = math.exp(min(ends)), math.exp(max(ends))
    top = max(top, low * (1 + 1e-6))  # one point alone
    ratios, last = np.zeros((0, 0)), np.zeros((0, 0))
    for n in _RATIO_NODES:
        energies = _energies(low, top, n)
        # every second node is already known
        new = slice(1 if ratios.size else 0, None, 2 if ratios.size else 1)
        found = kernels_at(energies[new]).values
        known, ratios = ratios, np.empty((n, found.shape[1] - 3))
        ratios[::2] = known if known.size else 0.0
        ratios[new] = found[:, 3:] / found[:, column, None]
        sums = np.stack(
            [
                w @ _matrix(energies, log) @ ratios
                for log, w in zip(logs, weights, strict=True)
            ]
        )
        if last.size:
            errors = np.abs(sums - last)
            size = np.abs(_beside_va(sums, axial))
            step = 5 if axial else 3
            meant = np.arange(sums.shape[1]) % step >= 3
            meant = meant if column else ~meant
            if np.all((errors <= _SETTLED * size)[:, meant]):
                break
        last = sums
    shape = len(sums), -1, 5 if axial else 3
    return sums.reshape(shape), errors.reshape(shape)


def _energies(low: float, top: float, n: int) -> FloatArray:
    energies = np.exp(chebyshev_nodes(math.log(low), math.log(top), n))
    energies[[0, -1]] = low, top
    return energies


def _matrix(energies: FloatArray, logs: FloatArray) -> FloatArray:
    """Weights that interpolate values at `_energies` in ln E; constant beyond the
    ends."""
    grid = chebyshev_nodes(math.log(energies[0]), math.log(energies[-1]), energies.size)
    return barycentric_matrix(grid, np.clip(logs, grid[0], grid[-1]))


@overload
def flux_averaged(
    source: Flux | str,
    channel: ChannelSpec,
    target: TargetSpec | None,
    model: LeptonModel | None = ...,
    regime: str | TridentOptions = ...,
    *,
    with_error: Literal[False] = ...,
    **options: Unpack[NucleusKeywords],
) -> float: ...


@overload
def flux_averaged(
    source: Flux | str,
    channel: ChannelSpec,
    target: TargetSpec | None,
    model: LeptonModel | None = ...,
    regime: str | TridentOptions = ...,
    *,
    with_error: Literal[True],
    **options: Unpack[NucleusKeywords],
) -> CrossSection: ...


@public
def flux_averaged(
    source: Flux | str,
    channel: ChannelSpec,
    target: TargetSpec | None,
    model: LeptonModel | None = None,
    regime: str | TridentOptions = "all",
    *,
    with_error: bool = False,
    **options: Unpack[NucleusKeywords],
) -> float | CrossSection:
    """Flux-averaged cross section of one channel, cm² (per nucleus, formula unit or
    nucleon: see `total`).

    Parameters
    ----------
    source : a flux or its name; the average is over its neutrinos of the flavour of
        the channel.
    channel, target, model, regime : as in `total`.
    with_error : return a `CrossSection` with the estimate of the numerical error, the
        regime, the form factors and the weak mixing angle used.
    options : ``form_factor``, ``pauli``, ``k_f`` and ``nucleon_form_factors``, see
        `TridentOptions`.

    Examples
    --------
    >>> channel = "nu_mu -> nu_mu mu+ mu-"
    >>> found = flux_averaged("dune-nd-fhc", channel, "Ar40", with_error=True)
    >>> found.regime, found.per, found.sin2_theta_w
    ('all', 'nucleus', 0.23122)
    """
    model = StandardModel() if model is None else model
    settings = read_options(regime, options)
    reaction = read_channel(channel)
    couplings = lepton_couplings(model, reaction)
    mean = average(
        source,
        [reaction],
        target,
        settings,
        mediators=masses_of(couplings),
        axial=is_axial(couplings),
    )
    value = mean.total(model)
    if not with_error:
        return value
    per, used = describe(target, settings)
    return CrossSection(
        np.asarray(value),
        np.asarray(mean.error * value),
        per,
        settings.regime,
        used,
        weak_angle(model),
    )
