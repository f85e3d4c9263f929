"""Second muons of charged-current events: one meson per interaction decays to a muon or
is misidentified as one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import M_MUON
from nuprobe.events.assumptions import Assumptions
from nuprobe.events.backgrounds.interactions import M_NUCLEON, Hadrons, turned
from nuprobe.events.decays import (
    boost,
    decay_probability,
    direction,
    momentum_in_decay,
    semileptonic,
    two_body,
)
from nuprobe.numerics import FloatArray
from nuprobe.units import GeV

__all__ = ["KINDS", "Candidates", "candidates", "multiplicities"]

KINDS: Final = (
    "single pion, decay",
    "single pion, taken for a muon",
    "coherent pion, decay",
    "coherent pion, taken for a muon",
    "deep inelastic pion, decay",
    "deep inelastic pion, taken for a muon",
    "deep inelastic K, decay to mu nu",
    "deep inelastic K, decay to pi0 mu nu",
    "deep inelastic K, taken for a muon",
    "deep inelastic rho, decay to mu mu",
    "charm, decay to K mu nu",
)
"""The backgrounds, as (origin, mechanism of the second muon)."""
# attempts to draw a meson; after that practically no phase space is left
_ROUNDS: Final = 300


@dataclass(frozen=True, eq=False)
class Meson:
    """One meson from each of some interactions: their indices, its four-momentum (MeV),
    its multiplicity and the other visible energy (MeV)."""

    which: NDArray[np.intp]
    p: FloatArray
    number: FloatArray
    extra: FloatArray

    def becomes(
        self,
        kind: int,
        muon: FloatArray,
        probability: FloatArray,
        more: FloatArray | float = 0.0,
    ) -> Candidates:
        """Candidates of a kind; `more` is visible energy of the decay."""
        extra = self.extra + more
        return Candidates(kind, self.which, self.number, muon, probability, extra)


def multiplicities(
    w: FloatArray, anti: bool, table: Assumptions
) -> dict[str, FloatArray]:
    """Mean numbers of mesons, by kind, of the charge that mimics the second muon
    (positive for ν), in a deep inelastic event.

    The total number of charged hadrons is a + b ln(W²/GeV²), and the mean charge is
    that of an isoscalar target: 3/2 for ν and −1/2 for ν̄ (Yang:2009zx for a and b).

    Parameters
    ----------
    w : mass of the hadrons, MeV, shape (n,).
    anti : antineutrinos.
    table : the assumptions.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> counts = multiplicities(np.array([2e3, 4e3]), False, assumptions())
    >>> bool(counts["pion"][1] > counts["pion"][0] > counts["kaon"][0] > 0)
    True
    """
    h = table.values.hadrons
    log = 2 * np.log(w / GeV)
    if anti:
        charged = h.charged_intercept_nubar.value + h.charged_slope_nubar.value * log
        mesons = (charged + 0.5) / 2
        hyperons = np.zeros_like(w)
    else:
        charged = h.charged_intercept_nu.value + h.charged_slope_nu.value * log
        mesons = (charged + 1.5) / 2 - h.protons.value
        hyperons = (
            np.clip(h.hyperon_intercept.value + h.hyperon_slope.value * log, 0, 1)
            * h.hyperon_charged_kaon.value
        )
    mesons = np.maximum(mesons, 0.0)
    kaons = mesons * h.kaons_per_pion.value / (1 + h.kaons_per_pion.value) + hyperons
    return {
        "pion": np.maximum(mesons - kaons, 0.0) * h.pion_survival.value,
        "kaon": np.minimum(kaons, mesons),
        "rho": np.full_like(w, h.rhos.value),
    }


def _fragment(
    made: Hadrons,
    masses: tuple[float, float],
    number: FloatArray,
    table: Assumptions,
    random: np.random.Generator,
    heavy: bool = False,
) -> Meson:
    """Draw a meson from the hadrons, or none without phase space. `masses`: of the
    meson, and the smallest mass of the rest."""
    h = table.values.hadrons
    mass, rest = masses
    nu = made.hadrons[:, 0] - made.mass
    transfer = made.hadrons[:, 1:]
    axis = transfer / np.linalg.norm(transfer, axis=1)[:, None]
    p = np.zeros_like(made.hadrons)
    left = np.zeros(len(p))
    pt2 = h.transverse_momentum.value**2 * 4 / np.pi  # of a Gaussian with that mean
    done = np.zeros(len(p), dtype=bool)
    todo = np.flatnonzero((made.w > mass + rest) & (nu > mass))
    peak = table.values.charm.fragmentation.value
    for _ in range(_ROUNDS):
        if not todo.size:
            break
        m = todo.size
        lowest = mass / nu[todo]
        if heavy:
            z = lowest + (1 - lowest) * random.random(m)
            taken = random.random(m) < _peterson(z, peak) / _peterson_top(peak)
        else:
            z = lowest ** random.random(m)
            taken = random.random(m) < (1 - z) ** h.fragmentation_power.value
        energy = z * nu[todo]
        transverse = random.exponential(pt2, m)
        along = energy**2 - mass**2 - transverse
        taken &= along > 0
        size = np.sqrt(np.maximum(energy**2 - mass**2, 0.0))
        c = np.sqrt(np.maximum(along, 0.0)) / np.where(size > 0, size, 1.0)
        vector = size[:, None] * turned(axis[todo], c, random)
        meson = np.column_stack([energy, vector])
        other = made.hadrons[todo] - meson
        taken &= (other[:, 0] > rest) & (
            other[:, 0] ** 2 - (other[:, 1:] ** 2).sum(1) >= rest**2
        )
        p[todo[taken]], left[todo[taken]] = meson[taken], other[taken, 0]
        done[todo[taken]] = True
        todo = todo[~taken]
    extra = table.values.deep_inelastic.visible_fraction.value * np.maximum(
        left - M_NUCLEON, 0.0
    )
    which = np.flatnonzero(done & (number > 0))
    return Meson(which, p[which], number[which], extra[which])


def _peterson(z: FloatArray, epsilon: float) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(1 / (z * (1 - 1 / z - epsilon / (1 - z)) ** 2))


def _peterson_top(epsilon: float) -> float:
    return 1.01 * float(_peterson(np.linspace(0, 1, 4001)[1:-1], epsilon).max())


def _as_muon(p: FloatArray) -> FloatArray:
    """Four-momentum of a track misidentified as a muon."""
    return np.column_stack([np.sqrt((p[:, 1:] ** 2).sum(1) + M_MUON**2), p[:, 1:]])


def _size(p: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(p[:, 1:], axis=1))


class Candidates(NamedTuple):
    """Second muons of one kind.

    Attributes
    ----------
    kind : index into `KINDS`.
    which : the interactions that have one, shape (n,).
    number : mean number of such mesons in each interaction, shape (n,).
    muon : four-momenta, MeV, shape (n, 4).
    probability : of decaying to or being taken for a muon, shape (n,).
    extra : other visible energy, MeV, shape (n,).
    """

    kind: int
    which: NDArray[np.intp]
    number: FloatArray
    muon: FloatArray
    probability: FloatArray
    extra: FloatArray


def _through(meson: Meson, track: float, interaction_length: float) -> FloatArray:
    """Probability of traversing a path without interacting."""
    return np.full(len(meson.p), math.exp(-track / interaction_length))


def _pions(
    first: int, meson: Meson, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidates]:
    """Pions that decay or cross the detector; kinds `first` and `first` + 1."""
    pion, muon = table.values.pion, table.values.muon
    decays = decay_probability(
        _size(meson.p),
        pion.mass.value,
        pion.lifetime.value,
        muon.decay_length.value,
        pion.interaction_length.value,
    )
    lepton = two_body(meson.p, M_MUON, 0.0, random)[0]
    yield meson.becomes(first, lepton, decays * pion.br_mu_nu.value)
    through = _through(meson, muon.track_length.value, pion.interaction_length.value)
    yield meson.becomes(first + 1, _as_muon(meson.p), through)


def _kaons(
    meson: Meson, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidates]:
    """Kaons with two decay modes, or that cross the detector."""
    kaon, muon = table.values.kaon, table.values.muon
    decays = decay_probability(
        _size(meson.p),
        kaon.mass.value,
        kaon.lifetime.value,
        muon.decay_length.value,
        kaon.interaction_length.value,
    )
    lepton = two_body(meson.p, M_MUON, 0.0, random)[0]
    yield meson.becomes(6, lepton, decays * kaon.br_mu_nu.value)
    slope = kaon.form_factor_slope.value / table.values.pion.mass.value**2
    pi0, lepton, _ = semileptonic(
        meson.p,
        kaon.mass.value,
        kaon.pi0_mass.value,
        M_MUON,
        lambda q2: 1 + slope * q2,
        random,
    )
    yield meson.becomes(7, lepton, decays * kaon.br_pi0_mu_nu.value, pi0[:, 0])
    through = _through(meson, muon.track_length.value, kaon.interaction_length.value)
    yield meson.becomes(8, _as_muon(meson.p), through)


def _of_single_pion(
    made: Hadrons, anti: bool, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidates]:
    """Isotropic decay into pion and nucleon; a proton is visible."""
    values, n = table.values, len(made.muon)
    axis = direction(random, n)
    k = momentum_in_decay(made.w, values.pion.mass.value, M_NUCLEON)
    rest = np.column_stack([np.hypot(k, values.pion.mass.value), k[:, None] * axis])
    p = boost(rest, made.hadrons)
    proton = (random.random(n) < values.single_pion.seen_nucleon_share.value) != anti
    extra = np.where(proton, np.maximum((made.hadrons - p)[:, 0] - M_NUCLEON, 0.0), 0.0)
    number = np.full(n, values.hadrons.pion_survival.value)
    yield from _pions(0, Meson(np.arange(n), p, number, extra), table, random)


def _of_charm(
    made: Hadrons, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidates]:
    """A D meson that decays to K μ ν."""
    charm, n = table.values.charm, len(made.muon)
    meson = _fragment(
        made, (charm.mass.value, M_NUCLEON), np.ones(n), table, random, heavy=True
    )
    pole = charm.pole_mass.value**2
    kaon, lepton, _ = semileptonic(
        meson.p,
        charm.mass.value,
        table.values.kaon.mass.value,
        M_MUON,
        lambda q2: 1 / (1 - q2 / pole),
        random,
    )
    share = np.full(len(lepton), charm.br_mu.value)
    yield meson.becomes(10, lepton, share, kaon[:, 0])


def _of_deep_inelastic(
    made: Hadrons, anti: bool, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidates]:
    """Pions, kaons and ρ⁰, one at a time."""
    values = table.values
    counts = multiplicities(made.w, anti, table)
    masses = values.pion.mass.value, M_NUCLEON
    meson = _fragment(made, masses, counts["pion"], table, random)
    yield from _pions(4, meson, table, random)
    masses = values.kaon.mass.value, max(values.kaon.hyperon_mass.value, M_NUCLEON)
    meson = _fragment(made, masses, counts["kaon"], table, random)
    yield from _kaons(meson, table, random)
    masses = values.rho.mass.value, M_NUCLEON
    meson = _fragment(made, masses, counts["rho"], table, random)
    lepton, other = two_body(meson.p, M_MUON, M_MUON, random)
    share = np.full(len(lepton), values.rho.br_mu_mu.value)
    yield meson.becomes(9, lepton, share, other[:, 0])


def candidates(
    process: str,
    made: Hadrons,
    anti: bool,
    table: Assumptions,
    random: np.random.Generator,
) -> Iterator[Candidates]:
    """Second muons of interactions.

    Parameters
    ----------
    process : one of `interactions.PROCESSES`.
    made : interactions of the process.
    anti : antineutrinos.
    table, random : the assumptions and the source of random numbers.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> from nuprobe.events.backgrounds.interactions import hadrons
    >>> table, random = assumptions(), np.random.default_rng(1)
    >>> made = hadrons("coherent pion", np.full(3, 5e3), False, table, random)
    >>> [KINDS[c.kind] for c in candidates("coherent pion", made, False, table, random)]
    ['coherent pion, decay', 'coherent pion, taken for a muon']
    """
    if process == "coherent pion":
        n = len(made.muon)
        meson = Meson(np.arange(n), made.hadrons, np.ones(n), np.zeros(n))
        yield from _pions(2, meson, table, random)
    elif process == "single pion":
        yield from _of_single_pion(made, anti, table, random)
    elif process == "charm":
        yield from _of_charm(made, table, random)
    else:
        yield from _of_deep_inelastic(made, anti, table, random)
