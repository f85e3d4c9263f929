"""Weighted background events: energies, interactions, second muons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, shown
from nuprobe.events.assumptions import Assumptions, assumptions
from nuprobe.events.backgrounds.interactions import (
    PROCESSES,
    beam_momenta,
    coherent_nuclei,
    cross_section,
    hadrons,
    lowest_energy,
)
from nuprobe.events.backgrounds.mesons import KINDS, Candidates, candidates
from nuprobe.events.energies import energy_bins
from nuprobe.events.sample import Events
from nuprobe.flavours import Flavour, flavour
from nuprobe.fluxes import Flux, flux
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as read_target
from nuprobe.numerics import FloatArray

__all__ = ["Background", "as_events", "generate", "muon_neutrinos"]

_FLAVOURS: Final = ("nu_mu", "nubar_mu")
_MOST: Final = 10**15  # interactions; arrays end there


@dataclass(frozen=True, eq=False)
class Background:
    """Background events, a structure of arrays as `Events`; the beam goes along +z.

    Attributes
    ----------
    kinds : names of the sources.
    kind : shape (n,), index into `kinds`.
    nu_in, minus, plus : four-momenta (E, p) in MeV, shape (n, 4): the neutrino and what
        is seen as μ⁻ and μ⁺.
    s : shape (n,), MeV², squared mass of the pair.
    extra_energy : shape (n,), MeV: visible energy besides the pair, that of the other
        hadrons, photons and muons.
    weight : shape (n,), cm². Summed over events of a kind and divided by `trials`: the
        cross section per target averaged over the flux, times the probability to be
        seen as a dimuon.
    trials : interactions drawn for each kind and flavour.
    """

    kinds: tuple[str, ...]
    kind: NDArray[np.int32]
    nu_in: FloatArray
    minus: FloatArray
    plus: FloatArray
    s: FloatArray
    extra_energy: FloatArray
    weight: FloatArray
    trials: int

    def __len__(self) -> int:
        """Return the number of events."""
        return int(self.weight.size)

    def __getitem__(self, which: Any) -> Background:
        """Return the events that an index array, a mask or a slice picks."""
        arrays = {
            f.name: getattr(self, f.name)[which]
            for f in fields(self)
            if f.name not in ("kinds", "trials")
        }
        if arrays["weight"].ndim != 1:
            raise InputError(
                f"pick events by a slice, a mask or an array of indices, got {which!r}"
            )
        return replace(self, **arrays)

    def _none(self) -> NoReturn:
        raise InputError(
            "Q2, K2, W and the recoil belong to tridents: cut backgrounds on energies,"
            " angles, m_pair or extra_energy"
        )

    q2 = k2 = recoil = w = property(_none)


@dataclass(frozen=True)
class _Draw:
    """What interactions are drawn from."""

    source: Flux
    nucleus: Target
    n: int
    table: Assumptions

    def energies(
        self, kind: Flavour, process: str, random: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Energies drawn from flux times cross section, and their weights (cm² times
        neutrinos per unit of the flux)."""
        low = lowest_energy(process, self.table)
        rows = []
        for component in self.source.of(kind):
            rows += [
                np.array([[x.energy, 0.0, x.intensity, 0.0]])
                for x in component.lines
                if x.energy > low
            ]
            if component.density is not None and component.edges[-1] > low:
                rows.append(energy_bins(component, low))
        if not rows:
            return np.empty(0), np.empty(0)
        bins = np.concatenate(rows)
        middle = bins[:, 0] + bins[:, 1] / 2

        def sigma(e: FloatArray) -> FloatArray:
            return cross_section(process, e, kind, self.table, self.nucleus)

        share = (bins[:, 2] + bins[:, 3] / 2) * sigma(middle)
        if not share.sum() > 0:
            return np.empty(0), np.empty(0)
        # no bin with a cross section only off its middle is left out
        share = np.maximum(share, 1e-6 * share.max()) * (
            (bins[:, 2] > 0) | (bins[:, 2] + bins[:, 3] > 0)
        )
        share /= share.sum()
        i = random.choice(len(bins), self.n, p=share)
        u = random.random(self.n)
        e = bins[i, 0] + u * bins[i, 1]
        weight = (bins[i, 2] + u * bins[i, 3]) / share[i] * sigma(e)
        return e[weight > 0], weight[weight > 0]

    def mass_numbers(
        self, process: str, n: int, random: np.random.Generator
    ) -> float | FloatArray:
        """Mass numbers of the nuclei that n interactions hit; one for all if there is
        no choice."""
        if process != "coherent pion":
            return 40.0
        numbers, share = coherent_nuclei(self.table, self.nucleus)
        if len(numbers) == 1:
            return float(numbers[0])
        return random.choice(numbers, n, p=share / share.sum())

    def columns(
        self, kind: Flavour, process: str, random: np.random.Generator
    ) -> Iterator[dict[str, Any]]:
        """Arrays of a `Background` by field, for each kind of second muon."""
        e, weight = self.energies(kind, process, random)
        if not e.size:
            return
        a = self.mass_numbers(process, e.size, random)
        made = hadrons(process, e, kind.anti, self.table, random, a)
        for second in candidates(process, made, kind.anti, self.table, random):
            yield _columns(e, made.muon, weight, second, kind.anti)


def _columns(
    e: FloatArray,
    muon: FloatArray,
    weight: FloatArray,
    second: Candidates,
    anti: bool,
) -> dict[str, Any]:
    """Arrays of the events that muons make with second ones; weights before they are
    divided by the fluence."""
    which = second.which
    heavy = weight[which] * second.number * second.probability
    good = np.flatnonzero(heavy > 0)
    pair = (muon[which][good], second.muon[good])
    minus, plus = pair[::-1] if anti else pair
    total = minus + plus
    return {
        "kind": np.full(good.size, second.kind, dtype=np.int32),
        "nu_in": beam_momenta(e[which][good]),
        "minus": minus,
        "plus": plus,
        "s": total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1),
        "extra_energy": second.extra[good],
        "weight": heavy[good],
    }


def _drawn(draw: _Draw, kinds: tuple[Flavour, ...], seed: int) -> dict[str, Any]:
    """Arrays of a `Background` by field, of all flavours and processes; none if nothing
    is made."""
    blocks: list[dict[str, Any]] = []
    for kind in kinds:
        for j, process in enumerate(PROCESSES):
            random = np.random.Generator(
                np.random.PCG64DXSM(np.random.SeedSequence((seed, int(kind.anti), j)))
            )
            blocks += draw.columns(kind, process, random)
    return {
        k: np.concatenate([b[k] for b in blocks]) for k in (blocks[0] if blocks else {})
    }


def generate(
    source: Flux | str,
    target: TargetSpec,
    n: int,
    *,
    table: Assumptions | None = None,
    seed: int = 1,
) -> Background:
    """Draw weighted background events.

    Parameters
    ----------
    source : flux or its name; its ν_μ and ν̄_μ interact, and cross sections are
        averaged over both.
    target : isotope, formula or mixture; isoscalar cross sections times the number of
        nucleons.
    n : interactions drawn for each process and flavour.
    table : what is assumed; default `assumptions()`.
    seed : of all random numbers.

    Returns
    -------
    Background

    Raises
    ------
    InputError
        If n or the seed is not a positive number, or the flux makes none of the
        processes.

    Examples
    --------
    >>> drawn = generate("dune-nd-fhc", "Ar40", 1000)
    >>> len(drawn) > 1000 and bool((drawn.weight > 0).all())
    True
    """
    source, kinds = muon_neutrinos(source)
    table = assumptions() if table is None else table
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 < n <= _MOST:
        raise InputError(
            f"the number of interactions is an integer from 1 to {_MOST:g}, got"
            f" {shown(n)}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"the seed must be an integer of 0 or more, got {shown(seed)}")
    nucleus = (
        target
        if isinstance(target, Target)
        else read_target(target, form_factor="point")
    )
    draw = _Draw(source, nucleus, n, table)
    fluence = sum(source.total(k) for k in kinds)
    try:
        arrays = _drawn(draw, kinds, seed)
    except MemoryError:
        raise InputError(
            f"{n} interactions of each process do not fit into memory: draw fewer"
        ) from None
    if not arrays:
        raise InputError(
            f"flux {source.name} makes no background: it has too little energy, or the"
            " assumptions forbid all"
        )
    arrays["weight"] /= fluence
    return Background(kinds=KINDS, trials=int(n), **arrays)


def as_events(sample: Events | Background) -> Events:
    """Observables and cuts are written for `Events`; a `Background` has what they need
    or says what is missing.

    Parameters
    ----------
    sample : returned as it is.

    Examples
    --------
    >>> drawn = generate("dune-nd-fhc", "Ar40", 10)
    >>> as_events(drawn) is drawn
    True
    """
    return cast(Events, sample)


def muon_neutrinos(source: Flux | str) -> tuple[Flux, tuple[Flavour, ...]]:
    """A flux and those of its flavours that make muons.

    Parameters
    ----------
    source : a flux or its name.

    Raises
    ------
    InputError
        If it has no muon neutrinos.

    Examples
    --------
    >>> [k.name for k in muon_neutrinos("dune-nd-fhc")[1]]
    ['nu_mu', 'nubar_mu']
    """
    source = flux(source)
    kinds = tuple(flavour(f) for f in _FLAVOURS if source.of(f))
    if not kinds:
        raise InputError(
            f"flux {source.name} has no muon neutrinos: take a beam such as dune-nd-fhc"
        )
    return source, kinds
