"""Backgrounds to trident dimuons: charged-current events with a meson that decays to a
muon or is taken for one.

A parametrised source, not an event generator of neutrino interactions: every number is
in the table of `nuprobe.events.assumptions`. A neutrino makes a muon and hadrons
(single pion, coherent pion, deep inelastic, charm); one meson at a time becomes the
second muon, weighted with how many there are and how probable that is. Nuclear motion,
final-state interactions, polarisation, energy loss and the detector's resolution are
left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import M_MUON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.events.assumptions import Assumptions, assumptions
from nuprobe.events.cuts import parse_cuts
from nuprobe.events.decays import (
    boost,
    decay_probability,
    direction,
    momentum_in_decay,
    semileptonic,
    two_body,
)
from nuprobe.events.energies import energy_bins
from nuprobe.events.generator import Sample, trident
from nuprobe.events.observables import observable
from nuprobe.events.sample import Events
from nuprobe.flavours import Flavour, flavour
from nuprobe.fluxes import Flux, flux
from nuprobe.models import LeptonModel
from nuprobe.nuclei import Target, TargetSpec, target
from nuprobe.numerics import FloatArray
from nuprobe.tables import Table
from nuprobe.units import GeV

__all__ = [
    "KINDS",
    "Background",
    "Comparison",
    "Hadrons",
    "charged_current",
    "compare",
    "generate",
    "hadrons",
]

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
"""What the backgrounds are, as (origin, how it becomes a muon)."""
PROCESSES: Final = ("single pion", "coherent pion", "deep inelastic", "charm")
_FLAVOURS: Final = ("nu_mu", "nubar_mu")
_M_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
_ROUNDS: Final = (
    300  # of drawing a meson; what fits nowhere then has practically no room
)
_DEEP_ROUNDS: Final = 20_000
_START: Final = 1.3  # deep inelastic events begin at this multiple of their threshold


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
            "Q2, K2 and the recoil belong to tridents: cut backgrounds on energies,"
            " angles, m_pair or extra_energy"
        )

    q2 = k2 = recoil = property(_none)


def charged_current(
    e_nu: FloatArray, kind: str | Flavour, table: Assumptions
) -> FloatArray:
    """Charged-current cross section of ν_μ or ν̄_μ per nucleon of an isoscalar target.

    Parameters
    ----------
    e_nu : energies, MeV.
    kind : ``"nu_mu"`` or ``"nubar_mu"``.
    table : ``charged_current`` in it is σ/E.

    Returns
    -------
    array, cm²
    """
    curve = table.values.charged_current
    ratio = curve.antineutrino.value if flavour(kind).anti else curve.neutrino.value
    return np.asarray(ratio(e_nu) * 1e-38 * e_nu / GeV)


@dataclass(frozen=True, eq=False)
class Hadrons:
    """A charged-current interaction before its mesons.

    Attributes
    ----------
    muon, hadrons : four-momenta, MeV, shape (n, 4); with `mass` at rest they balance
        the neutrino.
    mass : of what is hit, MeV: a nucleon, or 0 for the nucleus of coherent production,
        which takes no energy.
    q2, w : Q² in MeV² and mass of the hadrons in MeV, shape (n,).
    """

    muon: FloatArray
    hadrons: FloatArray
    mass: float
    q2: FloatArray
    w: FloatArray


def _muon(e: FloatArray, nu: FloatArray, q2: FloatArray, phi: FloatArray) -> FloatArray:
    """Muon of energy E − ν whose angle gives Q²; not a number where there is none."""
    energy = e - nu
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.sqrt(energy**2 - M_MUON**2)
        c = (2 * e * energy - q2 - M_MUON**2) / (2 * e * p)
        s = np.sqrt(1 - c**2)
    return np.column_stack([energy, p * s * np.cos(phi), p * s * np.sin(phi), p * c])


def _beam(e: FloatArray) -> FloatArray:
    zero = np.zeros_like(e)
    return np.column_stack([e, zero, zero, e])


def _q2_range(e: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Limits of Q² on a nucleon at rest for hadrons of mass w."""
    s = _M_NUCLEON**2 + 2 * _M_NUCLEON * e
    root = np.sqrt(s)
    e1 = (s - _M_NUCLEON**2) / (2 * root)
    e2 = (s + M_MUON**2 - w**2) / (2 * root)
    p2 = momentum_in_decay(root, w, M_MUON)
    high = 2 * e1 * (e2 + p2) - M_MUON**2
    # the product of both ends is known: no difference of large numbers
    return M_MUON**2 * (w**2 - _M_NUCLEON**2) ** 2 / s / high + 0 * high, high


def hadrons(
    process: str,
    e_nu: FloatArray,
    anti: bool,
    table: Assumptions,
    random: np.random.Generator,
    a: float | FloatArray = 40.0,
) -> Hadrons:
    """Draw charged-current interactions of neutrinos of given energies.

    Parameters
    ----------
    process : one of `PROCESSES`.
    e_nu : energies in MeV above the threshold of the process, shape (n,).
    anti : antineutrinos.
    table, random : the assumptions and the source of random numbers.
    a : mass number of the nucleus, for coherent pions; one for all or one each.

    Raises
    ------
    UnknownNameError
        For another process.
    InputError
        If the assumptions leave no room for the process at one of the energies.
    """
    if process not in PROCESSES:
        raise UnknownNameError("charged-current process", process, PROCESSES)
    e = np.asarray(e_nu, dtype=float)
    n = e.size
    values = table.values
    phi = random.uniform(0, 2 * np.pi, n)
    if process == "coherent pion":
        return _coherent(e, phi, table, random, a)
    if process == "single pion":
        one = values.single_pion
        low, high = (
            _M_NUCLEON + values.pion.mass.value,
            np.sqrt(_M_NUCLEON**2 + 2 * _M_NUCLEON * e) - M_MUON,
        )
        half = one.resonance_width.value / 2
        first, last = (
            np.arctan((edge - one.resonance_mass.value) / half) for edge in (low, high)
        )
        w = one.resonance_mass.value + half * np.tan(
            first + random.random(n) * (last - first)
        )
        q2_low, q2_high = _q2_range(e, w)
        scale = one.axial_mass.value**2
        ends = [(1 + q / scale) ** -3 for q in (q2_low, q2_high)]
        q2 = scale * (
            (ends[0] + random.random(n) * (ends[1] - ends[0])) ** (-1 / 3) - 1
        )
        q2 = np.clip(q2, q2_low, q2_high)
        nu = (w**2 + q2 - _M_NUCLEON**2) / (2 * _M_NUCLEON)
        muon = _muon(e, nu, q2, phi)
        # at the ends of Q² rounding may push the cosine past 1: there the muon goes
        # along the beam
        stuck = ~np.isfinite(muon).all(1)
        p = np.sqrt((e[stuck] - nu[stuck]) ** 2 - M_MUON**2)
        sign = np.where(q2[stuck] > (q2_low[stuck] + q2_high[stuck]) / 2, -1.0, 1.0)
        lab = (2 * e[stuck] * (e - nu)[stuck] - q2[stuck] - M_MUON**2) / (
            2 * e[stuck] * p
        )
        sign = np.where(np.abs(lab) > 1, np.sign(lab), sign)
        muon[stuck] = np.column_stack([(e - nu)[stuck], 0 * p, 0 * p, sign * p])
        return _with_hadrons(e, muon, q2, w)
    deep = values.deep_inelastic
    w_min = deep.w_min.value if process == "deep inelastic" else _charm_w_min(table)
    q2, nu, muon = np.empty(n), np.empty(n), np.full((n, 4), np.nan)
    r = deep.antiquark_ratio.value
    flat, falling = (r, 1.0) if anti else (1.0, r)
    todo = np.arange(n)
    for _ in range(_DEEP_ROUNDS):
        if not todo.size:
            break
        m = todo.size
        here = e[todo]
        x = random.beta(deep.x_rise.value + 1, deep.x_fall.value + 1, m)
        u = random.random(m)
        y = np.where(random.random(m) < flat / (flat + falling / 3), u, 1 - np.cbrt(u))
        energy = here * y
        q = 2 * _M_NUCLEON * energy * x
        found = _muon(here, energy, q, phi[todo])
        good = np.isfinite(found).all(1) & (
            _M_NUCLEON**2 + 2 * _M_NUCLEON * energy - q >= w_min**2
        )
        q2[todo[good]], nu[todo[good]], muon[todo[good]] = (
            q[good],
            energy[good],
            found[good],
        )
        todo = todo[~good]
    if todo.size:
        raise InputError(
            f"no deep inelastic event with hadrons above {w_min / GeV:.3g} GeV is found"
            f" at {e[todo[0]] / GeV:.3g} GeV: lower deep_inelastic.w_min or correct"
            " x_rise and x_fall"
        )
    return _with_hadrons(e, muon, q2, np.sqrt(_M_NUCLEON**2 + 2 * _M_NUCLEON * nu - q2))


def _with_hadrons(
    e: FloatArray, muon: FloatArray, q2: FloatArray, w: FloatArray
) -> Hadrons:
    rest = _beam(e) - muon
    rest[:, 0] += _M_NUCLEON
    return Hadrons(muon, rest, _M_NUCLEON, q2, w)


def _coherent(
    e: FloatArray,
    phi: FloatArray,
    table: Assumptions,
    random: np.random.Generator,
    a: float | FloatArray,
) -> Hadrons:
    """Pion along the momentum transfer, |t| exponential; the nucleus takes momentum and
    no energy."""
    values = table.values
    m_pi, scale = values.pion.mass.value, values.coherent_pion.axial_mass.value**2
    n = e.size
    slope = np.broadcast_to(
        (values.coherent_pion.radius.value * np.cbrt(a)) ** 2 / 3, n
    )
    muon, pion, q2 = np.full((n, 4), np.nan), np.empty((n, 4)), np.empty(n)
    todo = np.arange(n)
    while todo.size:
        m, here = todo.size, e[todo]
        # (1 − y)/ν between the pion's mass and the end, by rejection from 1/ν
        top = here - M_MUON
        nu = m_pi * (top / m_pi) ** random.random(m)
        u = random.random(m)
        q = scale * (1 / (1 - u) - 1)  # (1 + Q²/M²)⁻² without an upper end
        mu = _muon(here, nu, q, phi[todo])
        transfer = _beam(here)[:, 1:] - mu[:, 1:]
        length = np.linalg.norm(transfer, axis=1)
        p = np.sqrt(np.maximum(nu**2 - m_pi**2, 0.0))
        t_min = (length - p) ** 2
        t = random.exponential(1 / slope[todo])
        with np.errstate(invalid="ignore"):
            c = (length**2 + p**2 - t) / (2 * length * p)
            # the form factor cuts |t| < t_min away: an event with a large one is rare
            good = (
                (random.random(m) < 1 - nu / here)
                & (t >= t_min)
                & (np.abs(c) <= 1)
                & np.isfinite(mu).all(1)
            )
        axis = transfer[good] / length[good, None]
        out = p[good, None] * _turned(axis, c[good], random)
        i = todo[good]
        muon[i], q2[i] = mu[good], q[good]
        pion[i] = np.column_stack([nu[good], out])
        todo = todo[~good]
    return Hadrons(muon, pion, 0.0, q2, np.full(n, m_pi))


def _turned(axis: FloatArray, c: FloatArray, random: np.random.Generator) -> FloatArray:
    """Unit vectors at cosine c to unit vectors, any azimuth."""
    helper = np.where(np.abs(axis[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    e1 = np.cross(axis, helper)
    e1 /= np.linalg.norm(e1, axis=1)[:, None]
    e2 = np.cross(axis, e1)
    phi = random.uniform(0, 2 * np.pi, len(axis))
    s = np.sqrt(np.maximum(1 - c**2, 0.0))
    return np.asarray(
        c[:, None] * axis
        + (s * np.cos(phi))[:, None] * e1
        + (s * np.sin(phi))[:, None] * e2
    )


def _charm_w_min(table: Assumptions) -> float:
    return float(table.values.charm.mass.value) + _M_NUCLEON


def _start(process: str, table: Assumptions) -> float:
    """Neutrino energy where a process begins."""
    values = table.values
    if process == "single pion":
        w, factor = _M_NUCLEON + values.pion.mass.value, 1.001
    elif process == "coherent pion":
        return 1.2 * (values.pion.mass.value + M_MUON)
    else:
        w, factor = (
            (
                values.deep_inelastic.w_min.value
                if process == "deep inelastic"
                else _charm_w_min(table)
            ),
            _START,
        )
    return factor * ((w + M_MUON) ** 2 - _M_NUCLEON**2) / (2 * _M_NUCLEON)


def _coherent_nuclei(
    table: Assumptions, nucleus: Target
) -> tuple[FloatArray, FloatArray]:
    """Mass numbers of the nuclei that make coherent pions, and their cross sections in
    units of that of A = 40."""
    heavy = [c for c in nucleus.components if c.isotope.a > 1]
    a = np.array([c.isotope.a for c in heavy], dtype=float)
    power = table.values.coherent_pion.mass_number_power.value
    return a, np.array([c.count for c in heavy], dtype=float) * (a / 40) ** power


def _sigma(
    process: str, e: FloatArray, kind: Flavour, table: Assumptions, nucleus: Target
) -> FloatArray:
    """Cross section per target (formula unit), cm², before mesons are counted."""
    values = table.values
    if process == "coherent pion":
        _, share = _coherent_nuclei(table, nucleus)
        found = values.coherent_pion.cross_section.value(e) * 1e-38 * share.sum()
    else:
        nucleons = sum(c.count * c.isotope.a for c in nucleus.components)
        quasi, one = (
            values.composition.quasielastic.value(e),
            values.composition.single_pion.value(e),
        )
        share = {
            "single pion": one * values.single_pion.charged_share.value,
            "deep inelastic": np.maximum(1 - quasi - one, 0.0),
            "charm": values.charm.fraction.value(e),
        }[process]
        found = nucleons * share * charged_current(e, kind, table)
    return np.where(e > _start(process, table), found, 0.0)


def _energies(
    source: Flux,
    kind: Flavour,
    process: str,
    table: Assumptions,
    nucleus: Target,
    n: int,
    random: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Energies drawn from flux times cross section, and their weights (cm² times
    neutrinos per unit of the flux)."""
    low = _start(process, table)
    rows = []
    for component in source.of(kind):
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
    share = (bins[:, 2] + bins[:, 3] / 2) * _sigma(
        process, middle, kind, table, nucleus
    )
    if not share.sum() > 0:
        return np.empty(0), np.empty(0)
    # no bin with a cross section only off its middle is left out
    share = np.maximum(share, 1e-6 * share.max()) * (
        (bins[:, 2] > 0) | (bins[:, 2] + bins[:, 3] > 0)
    )
    share /= share.sum()
    i = random.choice(len(bins), n, p=share)
    u = random.random(n)
    e = bins[i, 0] + u * bins[i, 1]
    weight = (
        (bins[i, 2] + u * bins[i, 3])
        / share[i]
        * _sigma(process, e, kind, table, nucleus)
    )
    return e[weight > 0], weight[weight > 0]


@dataclass(frozen=True, eq=False)
class _Meson:
    """One meson of each interaction: four-momentum, how many there are, what else is
    visible."""

    p: FloatArray
    number: FloatArray
    extra: FloatArray


def multiplicities(
    w: FloatArray, anti: bool, table: Assumptions
) -> dict[str, FloatArray]:
    """Mean numbers of mesons of the charge that fakes (positive for ν), by kind, in a
    deep inelastic event.

    Charged hadrons are a + b ln(W²/GeV²) in all, and the mean charge is that of an
    isoscalar target: 3/2 for ν and −1/2 for ν̄ (Yang:2009zx for a and b).

    Parameters
    ----------
    w : mass of the hadrons, MeV.
    anti : antineutrinos.
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
    found: Hadrons,
    mass: float,
    rest: float,
    number: FloatArray,
    table: Assumptions,
    random: np.random.Generator,
    heavy: bool = False,
) -> _Meson:
    """Draw a meson out of hadrons such that what is left weighs at least `rest`; no
    room, no meson."""
    h = table.values.hadrons
    nu = found.hadrons[:, 0] - found.mass
    transfer = found.hadrons[:, 1:]
    axis = transfer / np.linalg.norm(transfer, axis=1)[:, None]
    p = np.zeros_like(found.hadrons)
    left = np.zeros(len(p))
    pt2 = h.transverse_momentum.value**2 * 4 / np.pi  # of a Gaussian with that mean
    done = np.zeros(len(p), dtype=bool)
    todo = np.flatnonzero((found.w > mass + rest) & (nu > mass))
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
        vector = size[:, None] * _turned(axis[todo], c, random)
        meson = np.column_stack([energy, vector])
        other = found.hadrons[todo] - meson
        taken &= (other[:, 0] > rest) & (
            other[:, 0] ** 2 - (other[:, 1:] ** 2).sum(1) >= rest**2
        )
        p[todo[taken]], left[todo[taken]] = meson[taken], other[taken, 0]
        done[todo[taken]] = True
        todo = todo[~taken]
    extra = table.values.deep_inelastic.visible_fraction.value * np.maximum(
        left - _M_NUCLEON, 0.0
    )
    return _Meson(p, np.where(done, number, 0.0), extra)


def _peterson(z: FloatArray, epsilon: float) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(1 / (z * (1 - 1 / z - epsilon / (1 - z)) ** 2))


def _peterson_top(epsilon: float) -> float:
    return 1.01 * float(_peterson(np.linspace(0, 1, 4001)[1:-1], epsilon).max())


def _as_muon(p: FloatArray) -> FloatArray:
    """Four-momentum of a track that is taken for a muon."""
    return np.column_stack([np.sqrt((p[:, 1:] ** 2).sum(1) + M_MUON**2), p[:, 1:]])


def _size(p: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(p[:, 1:], axis=1))


Candidate = tuple[
    int, FloatArray, FloatArray, FloatArray
]  # kind, second muon, probability, extra energy


def _pions(
    first: int, meson: _Meson, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidate]:
    pion, muon = table.values.pion, table.values.muon
    decays = decay_probability(
        _size(meson.p),
        pion.mass.value,
        pion.lifetime.value,
        muon.decay_length.value,
        pion.interaction_length.value,
    )
    yield (
        first,
        two_body(meson.p, M_MUON, 0.0, random)[0],
        decays * pion.br_mu_nu.value,
        meson.extra,
    )
    through = math.exp(-muon.track_length.value / pion.interaction_length.value)
    yield first + 1, _as_muon(meson.p), np.full(len(meson.p), through), meson.extra


def _kaons(
    meson: _Meson, table: Assumptions, random: np.random.Generator
) -> Iterator[Candidate]:
    kaon, muon = table.values.kaon, table.values.muon
    decays = decay_probability(
        _size(meson.p),
        kaon.mass.value,
        kaon.lifetime.value,
        muon.decay_length.value,
        kaon.interaction_length.value,
    )
    yield (
        6,
        two_body(meson.p, M_MUON, 0.0, random)[0],
        decays * kaon.br_mu_nu.value,
        meson.extra,
    )
    slope = kaon.form_factor_slope.value / table.values.pion.mass.value**2
    pi0, lepton, _ = semileptonic(
        meson.p,
        kaon.mass.value,
        kaon.pi0_mass.value,
        M_MUON,
        lambda q2: 1 + slope * q2,
        random,
    )
    yield 7, lepton, decays * kaon.br_pi0_mu_nu.value, meson.extra + pi0[:, 0]
    through = math.exp(-muon.track_length.value / kaon.interaction_length.value)
    yield 8, _as_muon(meson.p), np.full(len(meson.p), through), meson.extra


def _kept(meson: _Meson) -> NDArray[np.intp]:
    return np.flatnonzero(meson.number > 0)


def _take(meson: _Meson, which: NDArray[np.intp]) -> _Meson:
    return _Meson(meson.p[which], meson.number[which], meson.extra[which])


def _candidates(
    process: str,
    found: Hadrons,
    anti: bool,
    table: Assumptions,
    random: np.random.Generator,
) -> Iterator[tuple[NDArray[np.intp], FloatArray, Candidate]]:
    """Second muons: which interactions, numbers of mesons, and the candidate."""
    values = table.values
    n = len(found.muon)
    everything = np.arange(n)
    if process == "coherent pion":
        meson = _Meson(found.hadrons, np.ones(n), np.zeros(n))
        for one in _pions(2, meson, table, random):
            yield everything, meson.number, one
        return
    if process == "single pion":
        axis = direction(random, n)
        k = momentum_in_decay(found.w, values.pion.mass.value, _M_NUCLEON)
        rest = np.column_stack([np.hypot(k, values.pion.mass.value), k[:, None] * axis])
        p = boost(rest, found.hadrons)
        proton = (
            random.random(n) < values.single_pion.seen_nucleon_share.value
        ) != anti
        extra = np.where(
            proton, np.maximum((found.hadrons - p)[:, 0] - _M_NUCLEON, 0.0), 0.0
        )
        meson = _Meson(p, np.full(n, values.hadrons.pion_survival.value), extra)
        for one in _pions(0, meson, table, random):
            yield everything, meson.number, one
        return
    if process == "charm":
        charm = values.charm
        meson = _fragment(
            found, charm.mass.value, _M_NUCLEON, np.ones(n), table, random, heavy=True
        )
        which = _kept(meson)
        meson = _take(meson, which)
        pole = charm.pole_mass.value**2
        k, lepton, _ = semileptonic(
            meson.p,
            charm.mass.value,
            values.kaon.mass.value,
            M_MUON,
            lambda q2: 1 / (1 - q2 / pole),
            random,
        )
        yield (
            which,
            meson.number,
            (
                10,
                lepton,
                np.full(len(lepton), charm.br_mu.value),
                meson.extra + k[:, 0],
            ),
        )
        return
    counts = multiplicities(found.w, anti, table)
    meson = _fragment(
        found, values.pion.mass.value, _M_NUCLEON, counts["pion"], table, random
    )
    which = _kept(meson)
    meson = _take(meson, which)
    for one in _pions(4, meson, table, random):
        yield which, meson.number, one
    heaviest = max(values.kaon.hyperon_mass.value, _M_NUCLEON)
    meson = _fragment(
        found, values.kaon.mass.value, heaviest, counts["kaon"], table, random
    )
    which = _kept(meson)
    meson = _take(meson, which)
    for one in _kaons(meson, table, random):
        yield which, meson.number, one
    meson = _fragment(
        found, values.rho.mass.value, _M_NUCLEON, counts["rho"], table, random
    )
    which = _kept(meson)
    meson = _take(meson, which)
    one_muon, other = two_body(meson.p, M_MUON, M_MUON, random)
    yield (
        which,
        meson.number,
        (
            9,
            one_muon,
            np.full(len(one_muon), values.rho.br_mu_mu.value),
            meson.extra + other[:, 0],
        ),
    )


def generate(
    source: Flux | str,
    target_: TargetSpec,
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
    target_ : isotope, formula or mixture; isoscalar cross sections times the number of
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
        If n or the seed is no positive number, or the flux makes none of the processes.

    Examples
    --------
    >>> found = generate("dune-nd-fhc", "Ar40", 1000)
    >>> len(found) > 1000 and bool((found.weight > 0).all())
    True
    """
    source, kinds = _flux(source)
    table = assumptions() if table is None else table
    if (
        isinstance(n, bool)
        or not isinstance(n, int | np.integer)
        or not 0 < n <= 10_000_000
    ):
        raise InputError(f"draw from 1 to ten million interactions, got {n!r}")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"the seed must be an integer of 0 or more, got {seed!r}")
    nucleus = (
        target_ if isinstance(target_, Target) else target(target_, form_factor="point")
    )
    fluence = sum(source.total(k) for k in kinds)
    columns: list[tuple[Any, ...]] = []
    for kind in kinds:
        for j, process in enumerate(PROCESSES):
            random = np.random.Generator(
                np.random.PCG64DXSM(np.random.SeedSequence((seed, int(kind.anti), j)))
            )
            e, weight = _energies(source, kind, process, table, nucleus, n, random)
            if not e.size:
                continue
            a: float | FloatArray = 40.0
            if process == "coherent pion":
                numbers_, share = _coherent_nuclei(table, nucleus)
                a = (
                    random.choice(numbers_, e.size, p=share / share.sum())
                    if len(numbers_) > 1
                    else numbers_[0]
                )
            found = hadrons(process, e, kind.anti, table, random, a)
            for which, number, (index, second, probability, extra) in _candidates(
                process, found, kind.anti, table, random
            ):
                heavy = weight[which] * number * probability / fluence
                good = np.flatnonzero(heavy > 0)
                pair = (found.muon[which][good], second[good])
                minus, plus = pair[::-1] if kind.anti else pair
                total = minus + plus
                s = total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1)
                columns.append(
                    (
                        np.full(good.size, index, dtype=np.int32),
                        _beam(e[which][good]),
                        minus,
                        plus,
                        s,
                        extra[good],
                        heavy[good],
                    )
                )
    if not columns:
        raise InputError(
            f"flux {source.name} makes no background: it has too little energy, or the"
            " assumptions forbid all"
        )
    names = ("kind", "nu_in", "minus", "plus", "s", "extra_energy", "weight")
    arrays: dict[str, Any] = {
        k: np.concatenate(c)
        for k, c in zip(names, zip(*columns, strict=True), strict=True)
    }
    return Background(kinds=KINDS, trials=int(n), **arrays)


def _as_events(sample: Events | Background) -> Events:
    """Observables and cuts are written for `Events`; a `Background` has what they need
    or says what is missing."""
    return cast(Events, sample)


def _flux(source: Flux | str) -> tuple[Flux, tuple[Flavour, ...]]:
    source = flux(source)
    kinds = tuple(flavour(f) for f in _FLAVOURS if source.of(f))
    if not kinds:
        raise InputError(
            f"flux {source.name} has no muon neutrinos: take a beam such as dune-nd-fhc"
        )
    return source, kinds


@dataclass(frozen=True, eq=False)
class Comparison:
    """Signal and backgrounds, stage by stage of the cuts.

    Attributes
    ----------
    names : what is counted; the first `signals` of them are signal.
    signals : how many.
    stages : texts of the cuts, the first one ``"all"``.
    counts, errors : expected events and the statistical errors √Σw² of this sample,
        shape (stages, names).
    events : events left, shape (stages, names).
    largest : largest weight of each name as a count, shape (names,): what one event
        more would add.
    signal, background : the events.
    scale : counts per cm² of cross section.
    table : what was assumed.
    flux, target : names.
    """

    names: tuple[str, ...]
    signals: int
    stages: tuple[str, ...]
    counts: FloatArray
    errors: FloatArray
    events: NDArray[np.int64]
    largest: FloatArray
    signal: Sample
    background: Background
    scale: float
    table: Assumptions
    flux: str
    target: str

    @property
    def signal_counts(self) -> FloatArray:
        """Signal at each stage, shape (stages,)."""
        return np.asarray(self.counts[:, : self.signals].sum(1))

    @property
    def background_counts(self) -> FloatArray:
        """Background at each stage, shape (stages,)."""
        return np.asarray(self.counts[:, self.signals :].sum(1))

    @property
    def neutrino_signal(self) -> tuple[float, float]:
        """Coherent and incoherent tridents of neutrinos, without antineutrinos, before
        cuts."""
        events = self.signal.events
        mine = np.array([not p.channel.incoming.anti for p in events.processes])[
            events.process
        ]
        coherent = np.array([p.regime == "coherent" for p in events.processes])[
            events.process
        ]
        weight = events.weight * self.scale / self.signal.trials
        return float(weight[mine & coherent].sum()), float(
            weight[mine & ~coherent].sum()
        )

    @property
    def limits(self) -> FloatArray:
        """Sum of the limits on backgrounds of which no event is left, at each stage,
        shape (stages,)."""
        empty = self.events[:, self.signals :] == 0
        return np.asarray((empty * 2.3 * self.largest[self.signals :]).sum(1))

    def _sums(self) -> list[tuple[str, FloatArray, FloatArray]]:
        s, b = slice(None, self.signals), slice(self.signals, None)
        return [
            (
                name,
                self.counts[:, part].sum(1),
                np.sqrt((self.errors[:, part] ** 2).sum(1)),
            )
            for name, part in (("signal", s), ("background", b))
        ]

    def summary(self) -> Table:
        """Counts by name and stage, and signal over background.

        Where no event is left, ``<`` stands before 2.3 times the largest weight.
        """
        columns = ["", *(f"{i}" if i else "all" for i in range(len(self.stages)))]
        rows: list[tuple[str, ...]] = []
        for j, name in enumerate(self.names):
            cells = [
                f"{c:.4g} ± {e:.2g}" if k else f"< {2.3 * self.largest[j]:.2g}"
                for c, e, k in zip(
                    self.counts[:, j], self.errors[:, j], self.events[:, j], strict=True
                )
            ]
            rows.append((("signal: " if j < self.signals else "") + name, *cells))
        (_, s, ds), (_, b, db) = self._sums()
        for name, value, error in self._sums():
            rows.append(
                (
                    name,
                    *(f"{v:.4g} ± {e:.2g}" for v, e in zip(value, error, strict=True)),
                )
            )
        limits = self.limits
        if limits.any():
            rows.append(
                (
                    "limits <, not in the sum",
                    *(f"{v:.2g}" if v else "-" for v in limits),
                )
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = s / b
            spread = ratio * np.hypot(ds / s, db / b)
        rows.append(
            (
                "S/B",
                *(
                    f"{r:.3g} ± {e:.1g}" if np.isfinite(e) else "-"
                    for r, e in zip(ratio, spread, strict=True)
                ),
            )
        )
        values = self.table.raw["normalisation"]
        notes = [f"{i}: {text}" for i, text in enumerate(self.stages) if i]
        if limits.any():
            notes.append(
                "<: no event of this sample is left; 2.3 times the largest weight,"
                " which neither the sum nor S/B holds. More interactions (-n) lower it."
            )
        notes += self.table.warnings(self.stages)
        notes += [
            (
                "Errors are statistical errors of this sample only; those of the"
                " assumptions are far larger."
            ),
            (
                "sigma_CC:"
                f" {self.table.raw['charged_current']['neutrino']['source'] or 'given by the user'}."
            ),
        ]
        title = (
            f"{self.flux} on {self.target}: {values['mass']['value']}, exposure"
            f" {values['exposure']['value']:g}; expected events"
        )
        return Table(title, tuple(columns), tuple(rows), None, tuple(notes))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        stages = []
        for i, text in enumerate(self.stages):
            parts = {
                name: {"counts": float(c), "error": float(e), "events": int(k)}
                for name, c, e, k in zip(
                    self.names,
                    self.counts[i],
                    self.errors[i],
                    self.events[i],
                    strict=True,
                )
            }
            s, b = float(self.signal_counts[i]), float(self.background_counts[i])
            stages.append(
                {
                    "cut": text,
                    "signal": dict(list(parts.items())[: self.signals]),
                    "background": dict(list(parts.items())[self.signals :]),
                    "total_signal": s,
                    "total_background": b,
                    "background_limit_of_empty": float(self.limits[i]),
                    "signal_over_background": s / b if b > 0 else None,
                }
            )
        return {
            "flux": self.flux,
            "target": self.target,
            "counts_per_cm2": self.scale,
            "warnings": self.table.warnings(self.stages),
            "stages": stages,
            "assumptions": {
                f"{s}.{k}": dict(item)
                for s, items in self.table.raw.items()
                for k, item in items.items()
            },
        }


def compare(
    source: Flux | str,
    target_: TargetSpec,
    n: int,
    *,
    table: Assumptions | None = None,
    cuts: str | Sequence[str] | None = None,
    model: LeptonModel | None = None,
    seed: int = 1,
) -> Comparison:
    """Count trident dimuons and their backgrounds before and after cuts.

    Parameters
    ----------
    source, target_, table, seed : as in `generate`; the flux must be a beam (neutrinos
        per area).
    n : trident events to generate, and interactions of each background process and
        flavour.
    cuts : texts as `nuprobe.events.cuts` reads them, one stage each; default those of
        the assumptions.
    model : of the signal; Standard Model by default.

    Raises
    ------
    InputError
        If the flux is not a beam, a cut cannot be read or asks for what backgrounds
        have not, or nothing passes.
    """
    source, kinds = _flux(source)
    table = assumptions() if table is None else table
    if source.emission != "beam":
        raise InputError(
            f"flux {source.name} is not a beam: events are counted for neutrinos per"
            " area, as of dune-nd-fhc"
        )
    texts = (
        [cuts] if isinstance(cuts, str) else list(table.cuts if cuts is None else cuts)
    )
    stages = [(text, parse_cuts(text)) for text in texts]
    nucleus = (
        target_ if isinstance(target_, Target) else target(target_, form_factor="point")
    )
    background = generate(source, nucleus, n, table=table, seed=seed)
    for _, parts in stages:
        for cut in parts:
            cut.passes(
                _as_events(background[:0])
            )  # backgrounds know less than tridents: say so before the signal is made
    channels = [f"{k.name} -> {k.name} mu+ mu-" for k in kinds]
    generator = trident(channels, target_, source, model=model, seed=seed)
    signal = generator.generate(n)
    coherent = np.array([p.regime == "coherent" for p in signal.events.processes])[
        signal.events.process
    ]
    values = table.values.normalisation
    fluence = sum(source.total(k) for k in kinds) * values.exposure.value
    scale = fluence * values.mass.value / nucleus.mass
    groups: list[tuple[str, Events | Background, NDArray[np.bool_], int]] = [
        ("coherent trident", signal.events, coherent, signal.trials),
        ("incoherent trident", signal.events, ~coherent, signal.trials),
        *(
            (name, background, background.kind == i, background.trials)
            for i, name in enumerate(KINDS)
        ),
    ]
    rows = len(stages) + 1
    counts, errors = np.zeros((rows, len(groups))), np.zeros((rows, len(groups)))
    events = np.zeros((rows, len(groups)), dtype=np.int64)
    largest = np.zeros(len(groups))
    passed: dict[int, list[NDArray[np.bool_]]] = {}
    for sample in (signal.events, background):
        alive = [np.ones(len(sample), dtype=bool)]
        for _, parts in stages:
            alive.append(
                np.logical_and.reduce(
                    [alive[-1], *(cut.passes(_as_events(sample)) for cut in parts)]
                )
            )
        passed[id(sample)] = alive
    for j, (_, sample, mine, trials) in enumerate(groups):
        weight = sample.weight * scale / trials
        largest[j] = weight[mine].max(initial=0.0)
        for i in range(rows):
            kept = weight[mine & passed[id(sample)][i]]
            counts[i, j], events[i, j] = kept.sum(), kept.size
            errors[i, j] = math.sqrt(float((kept**2).sum()))
    left = events.sum(1)
    if not left[-1]:
        i = int(np.argmax(left == 0))
        raise InputError(
            f"no event passes the cuts: {stages[i - 1][0]!r} took the last"
            f" {left[i - 1]} of {left[0]} events, of signal and backgrounds together;"
            " loosen it, or generate more"
        )
    return Comparison(
        tuple(g[0] for g in groups), 2, ("all", *(text for text, _ in stages)), counts, errors, events, largest,
        signal, background, scale, table, source.name, nucleus.name,
    )  # fmt: skip


def spectra(
    found: Comparison, name: str, edges: FloatArray, stage: int
) -> tuple[FloatArray, FloatArray]:
    """Histogram an observable of signal and backgrounds after a stage of the cuts.

    Parameters
    ----------
    found : from `compare`.
    name : of the observable.
    edges : of the bins, in the observable's unit (MeV, rad).
    stage : how many stages of cuts, 0 for none.

    Returns
    -------
    counts, errors : shape (names, bins)
        Expected events by bin, and the statistical errors √Σw² of this sample.
    """
    one = observable(name)
    result, square = np.zeros((2, len(found.names), len(edges) - 1))
    conditions = [
        cut for text in found.stages[1 : stage + 1] for cut in parse_cuts(text)
    ]
    for sample, trials in (
        (found.signal.events, found.signal.trials),
        (found.background, found.background.trials),
    ):
        alive = np.logical_and.reduce(
            [
                np.ones(len(sample), dtype=bool),
                *(c.passes(_as_events(sample)) for c in conditions),
            ]
        )
        value, weight = one(_as_events(sample)), sample.weight * found.scale / trials
        if isinstance(sample, Background):
            kind = sample.kind + found.signals
        else:
            kind = (
                np.array([p.regime != "coherent" for p in sample.processes])[
                    sample.process
                ]
            ).astype(np.int32)
        for j in np.unique(kind):
            mine = alive & (kind == j)
            result[j] += np.histogram(value[mine], edges, weights=weight[mine])[0]
            square[j] += np.histogram(value[mine], edges, weights=weight[mine] ** 2)[0]
    return result, np.sqrt(square)
