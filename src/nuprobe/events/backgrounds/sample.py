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
from nuprobe.reprs import readable

__all__ = [
    "BLOCK",
    "MOST",
    "Background",
    "Drawing",
    "as_events",
    "blocks",
    "check_drawing",
    "drawing",
    "generate",
    "muon_neutrinos",
]

_FLAVOURS: Final = ("nu_mu", "nubar_mu")
_EACH: Final = 2400  # approximate bytes of all events per interaction of each process
BLOCK: Final = 2**16
"""Interactions of a process and flavour drawn together."""
MOST: Final = 10**10
"""Largest number of interactions, which takes days."""


@readable
@dataclass(frozen=True, eq=False)
class Background:
    """Background events, a structure of arrays as `Events`; the beam goes along +z.

    Attributes
    ----------
    kinds : names of the sources.
    kind : shape (n,), index into `kinds`.
    nu_in, minus, plus : four-momenta (E, p) in MeV, shape (n, 4): the neutrino and the
        tracks reconstructed as μ⁻ and μ⁺.
    s : shape (n,), MeV², squared mass of the pair.
    extra_energy : shape (n,), MeV: visible energy in addition to the pair, from other
        hadrons, photons and muons.
    weight : shape (n,), cm². Summed over events of a kind and divided by `trials`: the
        cross section per target averaged over the flux, times the probability of being
        reconstructed as a dimuon.
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
        """Return the events selected by an index array, a mask or a slice."""
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
            "Q2, K2, W and the recoil are defined for tridents only: cut backgrounds"
            " on energies, angles, m_pair or extra_energy"
        )

    q2 = k2 = recoil = w = property(_none)


@dataclass(frozen=True, eq=False)
class _Draw:
    """What interactions of one process and flavour are drawn from: parts of the flux
    and how probable each is, with the cross section of their middle as weight. It can
    be sent to other processes, which do not need the flux."""

    nucleus: Target
    table: Assumptions
    kind: Flavour
    process: str
    number: int  # of the process
    bins: tuple[FloatArray, FloatArray] | None = None

    def over(self, source: Flux) -> _Draw:
        """The same with the intervals of a flux; None without any."""
        low = lowest_energy(self.process, self.table)
        rows = []
        for component in source.of(self.kind):
            rows += [
                np.array([[x.energy, 0.0, x.intensity, 0.0]])
                for x in component.lines
                if x.energy > low
            ]
            if component.density is not None and component.edges[-1] > low:
                rows.append(energy_bins(component, low))
        if not rows:
            return self
        bins = np.concatenate(rows)
        middle = bins[:, 0] + bins[:, 1] / 2
        share = (bins[:, 2] + bins[:, 3] / 2) * self.sigma(middle)
        if not share.sum() > 0:
            return self
        # keep bins whose cross section vanishes at the centre only
        share = np.maximum(share, 1e-6 * share.max()) * (
            (bins[:, 2] > 0) | (bins[:, 2] + bins[:, 3] > 0)
        )
        return replace(self, bins=(bins, share / share.sum()))

    def sigma(self, e: FloatArray) -> FloatArray:
        """Cross section at energies, cm²."""
        return cross_section(self.process, e, self.kind, self.table, self.nucleus)

    def energies(
        self, n: int, random: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Energies drawn from flux times cross section, and their weights (cm² times
        neutrinos per unit of the flux)."""
        if self.bins is None:
            return np.empty(0), np.empty(0)
        bins, share = self.bins
        i = random.choice(len(bins), n, p=share)
        u = random.random(n)
        e = bins[i, 0] + u * bins[i, 1]
        weight = (bins[i, 2] + u * bins[i, 3]) / share[i] * self.sigma(e)
        return e[weight > 0], weight[weight > 0]

    def mass_numbers(self, n: int, random: np.random.Generator) -> float | FloatArray:
        """Mass numbers of the target nuclei of n interactions; a single one if there is
        no choice."""
        if self.process != "coherent pion":
            return 40.0
        numbers, share = coherent_nuclei(self.table, self.nucleus)
        if len(numbers) == 1:
            return float(numbers[0])
        return random.choice(numbers, n, p=share / share.sum())

    def columns(self, n: int, random: np.random.Generator) -> Iterator[dict[str, Any]]:
        """Arrays of a `Background` by field, for each kind of second muon of n
        interactions."""
        anti = self.kind.anti
        e, weight = self.energies(n, random)
        if not e.size:
            return
        a = self.mass_numbers(e.size, random)
        made = hadrons(self.process, e, anti, self.table, random, a)
        for second in candidates(self.process, made, anti, self.table, random):
            yield _columns(e, made.muon, weight, second, anti)


def _columns(
    e: FloatArray,
    muon: FloatArray,
    weight: FloatArray,
    second: Candidates,
    anti: bool,
) -> dict[str, Any]:
    """Arrays of the events formed by muons and second muons; weights not yet divided by
    the fluence."""
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


def check_drawing(n: int, seed: int) -> None:
    """Reject invalid numbers of interactions and seeds.

    Parameters
    ----------
    n : interactions of each process and flavour.
    seed : of all random numbers.

    Examples
    --------
    >>> check_drawing(0, 1)
    Traceback (most recent call last):
    nuprobe.errors.InputError: the number of interactions must be an integer ...
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 < n <= MOST:
        raise InputError(
            f"the number of interactions must be an integer from 1 to {MOST:g}, got"
            f" {shown(n)}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"the seed must be an integer of 0 or more, got {shown(seed)}")


@dataclass(frozen=True, eq=False)
class Drawing:
    """All background events, in blocks that can be drawn in any process and order.

    `BLOCK` interactions of a process and flavour have their own random stream, numbered
    from the seed: the first blocks do not depend on how many follow.

    Attributes
    ----------
    draws : of each process and flavour.
    fluence : neutrinos per unit of the flux, over which weights are averaged.
    n : number of interactions of each.
    seed : of all random numbers.
    """

    draws: tuple[_Draw, ...]
    fluence: float
    n: int
    seed: int

    @property
    def each(self) -> int:
        """Blocks of a process and flavour."""
        return -(-self.n // BLOCK)

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self.draws) * self.each

    def block(self, index: int) -> Iterator[Background]:
        """Events of the block with this `index`, one kind after the other."""
        which, i = divmod(index, self.each)
        draw = self.draws[which]
        stream = np.random.SeedSequence(
            (self.seed, int(draw.kind.anti), draw.number), spawn_key=(i,) if i else ()
        )
        random = np.random.Generator(np.random.PCG64DXSM(stream))
        for arrays in draw.columns(min(BLOCK, self.n - i * BLOCK), random):
            arrays["weight"] /= self.fluence
            yield Background(kinds=KINDS, trials=self.n, **arrays)


def drawing(
    source: Flux | str,
    target: TargetSpec,
    n: int,
    *,
    table: Assumptions | None = None,
    seed: int = 1,
) -> Drawing:
    """Source of weighted background events.

    Parameters
    ----------
    source, target, n, table, seed : as in `generate`.

    Raises
    ------
    InputError
        As `generate`.

    Examples
    --------
    >>> len(drawing("dune-nd-fhc", "Ar40", 70_000))
    16
    """
    source, kinds = muon_neutrinos(source)
    table = assumptions() if table is None else table
    check_drawing(n, seed)
    nucleus = (
        target
        if isinstance(target, Target)
        else read_target(target, form_factor="point")
    )
    every = (
        _Draw(nucleus, table, kind, process, j).over(source)
        for kind in kinds
        for j, process in enumerate(PROCESSES)
    )
    draws = tuple(draw for draw in every if draw.bins is not None)
    if not draws:
        raise _nothing(source)
    return Drawing(draws, sum(source.total(k) for k in kinds), int(n), int(seed))


def _nothing(source: Flux) -> InputError:
    return InputError(
        f"flux {source.name} produces no background: its energy is too low, or"
        " the assumptions exclude all processes"
    )


def blocks(
    source: Flux | str,
    target: TargetSpec,
    n: int,
    *,
    table: Assumptions | None = None,
    seed: int = 1,
) -> Iterator[Background]:
    """Draw weighted background events, a few at a time: memory does not grow with their
    number, and the first ones do not depend on how many follow.

    Parameters
    ----------
    source, target, n, table, seed : as in `generate`.

    Yields
    ------
    Background
        Events of one kind, all with `n` as `trials`.

    Raises
    ------
    InputError
        As `generate`.

    Examples
    --------
    >>> drawn = blocks("dune-nd-fhc", "Ar40", 1000)
    >>> int(next(drawn).kind[0]), sum(len(part) for part in drawn) > 1000
    (0, True)
    """
    made = drawing(source, target, n, table=table, seed=seed)
    found = False
    for index in range(len(made)):
        for part in made.block(index):
            found = True
            yield part
    if not found:
        raise _nothing(flux(source))


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
    table : assumptions; default `assumptions()`.
    seed : of all random numbers.

    Returns
    -------
    Background

    Raises
    ------
    InputError
        If n or the seed is not a positive number, or the flux produces none of the
        processes.

    Examples
    --------
    >>> drawn = generate("dune-nd-fhc", "Ar40", 1000)
    >>> len(drawn) > 1000 and bool((drawn.weight > 0).all())
    True
    """
    parts: list[Background] = []
    try:
        for part in blocks(source, target, n, table=table, seed=seed):
            if not parts:
                np.empty((n, _EACH // 8))  # fail at once without enough memory
            parts.append(part)
        arrays = {
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(Background)
            if f.name not in ("kinds", "trials")
        }
    except MemoryError:
        raise InputError(
            f"{shown(n)} interactions of each process do not fit into memory: draw"
            " fewer, or iterate over `blocks`"
        ) from None
    return Background(kinds=KINDS, trials=int(n), **arrays)


def as_events(sample: Events | Background) -> Events:
    """Treat a `Background` as the `Events` that observables and cuts expect; it raises
    an error for missing quantities.

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
    """A flux and those of its flavours that produce muons.

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
