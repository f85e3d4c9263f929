"""Trident kernels averaged over a flux: a few energies carry the whole spectrum."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from nuprobe.errors import ComputationError, InputError
from nuprobe.fluxes import Flux, FluxComponent, flux
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import FormFactor, TargetSpec
from nuprobe.numerics import (
    FloatArray,
    barycentric_matrix,
    chebyshev_nodes,
    panel_nodes,
)
from nuprobe.processes.trident.channels import Channel, ChannelSpec, channel
from nuprobe.processes.trident.totals import (
    Kernels,
    coefficients,
    kernels,
    mediator_masses,
    threshold_energy,
)

__all__ = ["Averaged", "average", "flux_averaged"]

_NODES = 40
_POINTS = 4  # a panel between two energies of the flux table
_RTOL = 1e-4
_RATIO_NODES = (5, 9, 17, 33, 65)  # nested
_SETTLED = 2e-5  # of the sums: between two of these; the finer is better by far
_NOTHING = 1e-7  # of the folded cross section


@dataclass(frozen=True, eq=False)
class Averaged:
    """Kernels averaged over a flux.

    Attributes
    ----------
    channels : one row each.
    values : shape (channels, terms), cm² (times MeV⁻², MeV⁻⁴ for mediator terms):
        averaged over all neutrinos of the flux in the flavours of the channels, so that
        rows add.
    mediators : masses (MeV) of the mediator terms.
    fluence : neutrinos in those flavours per unit of the flux (per cm² for a beam).
    error : largest relative numerical error, of VV + AA and of the mediator terms.
    """

    channels: tuple[Channel, ...]
    values: FloatArray
    mediators: tuple[float, ...]
    fluence: float
    error: float

    def total(self, model: LeptonModel) -> float:
        """Averaged cross section of a model with scalar parameters, cm².

        Raises
        ------
        InputError
            If the model has a mediator whose mass was not averaged.
        """
        result = 0.0
        for row, one in zip(self.values, self.channels, strict=True):
            weights = coefficients(model, one)
            if weights.ndim != 1:
                raise InputError(
                    "an averaged cross section needs a model with scalar parameters"
                )
            result += float(row[:3] @ weights[:3])
            for i, mass in enumerate(mediator_masses(model, one)):
                if mass not in self.mediators:
                    raise InputError(
                        f"the average holds no mediator of {mass:g} MeV: name it in"
                        " `mediators`"
                    )
                j = 3 + 3 * self.mediators.index(mass)
                result += float(row[j : j + 3] @ weights[3 + 3 * i : 6 + 3 * i])
        return result


def average(
    source: Flux | str,
    channels: Sequence[ChannelSpec],
    target_: TargetSpec | None,
    *,
    regime: str = "coherent",
    mediators: Sequence[float] | FloatArray = (),
    form_factor: str | FormFactor | None = None,
    pauli: bool = True,
    nodes: int = _NODES,
) -> Averaged:
    """Average the kernels of several channels over a flux.

    The kernels over E² are smooth in ln E: they are computed at Chebyshev nodes between
    threshold and the end of the flux, and the spectrum is folded with the interpolant.
    The mediator terms are folded as ratios to VV, which need fewer nodes. A second
    order measures the errors.

    Raises
    ------
    ComputationError
        If the average does not reach 1e-4.
    """
    source = source if isinstance(source, Flux) else flux(source)
    read = tuple(channel(c) for c in channels)
    if not read:
        raise InputError("an average needs at least one channel")
    fluence = sum(source.total(f) for f in dict.fromkeys(c.incoming for c in read))
    if fluence <= 0:
        raise InputError(
            f"flux {source.name} holds none of"
            f" {', '.join(str(c.incoming) for c in read)}"
        )
    masses = tuple(float(m) for m in mediators)
    rows = np.zeros((len(read), 3 + 3 * len(masses)))
    errors = rows.copy()
    # the nodes in energy carry the error that is measured here; that in Q² is smaller
    # by far
    at = partial(
        kernels,
        target_=target_,
        regime=regime,
        form_factor=form_factor,
        pauli=pauli,
        with_error=False,
    )
    # of a channel kernels know only the pair: flavours of one beam share them
    lines: dict[tuple[float, ...], FloatArray] = {}
    beams: dict[tuple[float, ...], list[tuple[int, FluxComponent]]] = {}
    for i, one in enumerate(read):
        low = threshold_energy(one, target_, regime)
        for component in source.of(one.incoming):
            for line in component.lines:
                key = (*one.pair_masses, line.energy)
                if key not in lines:
                    lines[key] = at(line.energy, one, mediators=masses).values
                rows[i] += line.intensity * lines[key]
            if component.density is not None and component.edges[-1] > low:
                beam = (
                    *one.pair_masses,
                    max(low, component.edges[0]),
                    component.edges[-1],
                )
                beams.setdefault(beam, []).append((i, component))
    for (*_, low, top), members in beams.items():
        kernels_at = partial(at, channel_=read[members[0][0]])
        folded = _fold([c for _, c in members], kernels_at, low, top, nodes, masses)
        for (i, _), row, error in zip(members, *folded, strict=True):
            rows[i] += row
            errors[i] += error
    worst = max(
        (_relative(row, error) for row, error in zip(rows, errors, strict=True)),
        default=0.0,
    )
    if worst > _RTOL:
        raise ComputationError(
            f"the average over {source.name} reaches only {worst:.1e}; smooth the flux"
            " table"
        )
    return Averaged(read, rows / fluence, masses, fluence, worst)


def _relative(row: FloatArray, error: FloatArray) -> float:
    """Largest error of VV + AA, and of the mediator terms; that of VAc counts as a part
    of VVc."""
    if not row[0] + row[1] > 0:
        return 0.0
    size = np.abs(row[3:]).reshape(-1, 3)[:, [0, 0, 2]].ravel()
    return float(
        max(error[:2].sum() / (row[0] + row[1]), (error[3:] / size).max(initial=0.0))
    )


def _fold(
    components: Sequence[FluxComponent],
    kernels_at: Callable[..., Kernels],
    low: float,
    top: float,
    nodes: int,
    masses: tuple[float, ...],
) -> tuple[FloatArray, FloatArray]:
    """∫ φ(E) K(E) dE above `low` and its error, shape (components, terms)."""
    points = [
        panel_nodes([low, *(edge for edge in c.edges if edge > low)], _POINTS)
        for c in components
    ]
    logs = [np.log(e) for e, _ in points]

    def base(n: int) -> list[FloatArray]:
        """VV, AA and VA at each point with its weight: K/E² interpolated in ln E."""
        energies = _energies(low, top, n)
        found = kernels_at(energies).values / energies[:, None] ** 2
        return [
            (w * c.continuum(e) * e**2)[:, None] * (_matrix(energies, log) @ found)
            for c, (e, w), log in zip(components, points, logs, strict=True)
        ]

    fine = base(nodes)
    rows = np.stack([part.sum(0) for part in fine])
    errors = np.abs(rows - np.stack([part.sum(0) for part in base(nodes - 8)]))
    more, change = np.zeros((2, len(components), 3 * len(masses)))
    weights = [np.maximum(part[:, 0], 0.0) for part in fine]
    if masses and any(w.any() for w in weights):
        more, change = _mediated(logs, weights, partial(kernels_at, mediators=masses))
    return np.concatenate([rows, more], axis=1), np.concatenate(
        [errors, change], axis=1
    )


def _mediated(
    logs: Sequence[FloatArray],
    weights: Sequence[FloatArray],
    kernels_at: Callable[[FloatArray], Kernels],
) -> tuple[FloatArray, FloatArray]:
    """Mediator terms of each component, folded as ratios to VV: these are smooth where
    VV is not small.

    Parameters
    ----------
    logs, weights : ln E of the points and VV there with their weight in the flux, by
        component.

    Returns
    -------
    sums, errors : shape (components, 3 × masses).
    """
    ends = []
    for log, weight in zip(logs, weights, strict=True):
        share = np.cumsum(weight) / (weight.sum() or 1.0)
        # the ratios grow without bound at threshold, where nothing is made
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
        # every second node is known
        new = slice(1 if ratios.size else 0, None, 2 if ratios.size else 1)
        found = kernels_at(energies[new]).values
        known, ratios = ratios, np.empty((n, found.shape[1] - 3))
        ratios[::2] = known if known.size else 0.0
        ratios[new] = found[:, 3:] / found[:, :1]
        sums = np.stack(
            [
                w @ _matrix(energies, log) @ ratios
                for log, w in zip(logs, weights, strict=True)
            ]
        )
        if last.size:
            errors = np.abs(sums - last)
            size = (
                np.abs(sums)
                .reshape(len(sums), -1, 3)[:, :, [0, 0, 2]]
                .reshape(sums.shape)
            )
            if np.all(errors <= _SETTLED * size):
                break
        last = sums
    return sums, errors


def _energies(low: float, top: float, n: int) -> FloatArray:
    energies = np.exp(chebyshev_nodes(math.log(low), math.log(top), n))
    energies[[0, -1]] = low, top
    return energies


def _matrix(energies: FloatArray, logs: FloatArray) -> FloatArray:
    """Weights that interpolate values at `_energies` in ln E; constant beyond the
    ends."""
    grid = chebyshev_nodes(math.log(energies[0]), math.log(energies[-1]), energies.size)
    return barycentric_matrix(grid, np.clip(logs, grid[0], grid[-1]))


def flux_averaged(
    source: Flux | str,
    channel_: ChannelSpec,
    target_: TargetSpec | None,
    model: LeptonModel | None = None,
    regime: str = "all",
    *,
    form_factor: str | FormFactor | None = None,
    pauli: bool = True,
) -> float:
    """Flux-averaged cross section of one channel, cm² (per nucleus, formula unit or
    nucleon: see `total`).

    Parameters
    ----------
    source : a flux or its name.
    channel_, target_, model, regime, form_factor, pauli : as in `total`.
    """
    model = StandardModel() if model is None else model
    one = channel(channel_)
    masses = mediator_masses(model, one)
    found = average(
        source,
        [one],
        target_,
        regime=regime,
        mediators=masses,
        form_factor=form_factor,
        pauli=pauli,
    )
    return found.total(model)
