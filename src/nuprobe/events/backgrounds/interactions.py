"""Charged-current interactions of muon neutrinos (single pion, coherent pion, deep
inelastic, charm) up to the hadronic system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.constants import M_MUON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.events.assumptions import Assumptions
from nuprobe.events.decays import momentum_in_decay
from nuprobe.flavours import Flavour, flavour
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable
from nuprobe.units import GeV

__all__ = [
    "M_NUCLEON",
    "PROCESSES",
    "Hadrons",
    "beam_momenta",
    "charged_current",
    "coherent_nuclei",
    "cross_section",
    "hadrons",
    "lowest_energy",
    "turned",
]

PROCESSES: Final = ("single pion", "coherent pion", "deep inelastic", "charm")
"""Charged-current processes whose mesons may decay to or be misidentified as a muon."""
M_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
"""Mass of a nucleon of an isoscalar target, MeV."""
# attempts to draw a point; after that practically no phase space is left
_DEEP_ROUNDS: Final = 20_000
_START: Final = 1.3  # deep inelastic events begin at this multiple of their threshold


def charged_current(
    e_nu: FloatArray, kind: str | Flavour, table: Assumptions
) -> FloatArray:
    """Charged-current cross section of ν_μ or ν̄_μ per nucleon of an isoscalar target.

    Parameters
    ----------
    e_nu : energies, MeV.
    kind : ``"nu_mu"`` or ``"nubar_mu"``.
    table : the assumptions; ``charged_current`` is σ/E.

    Returns
    -------
    array, cm²

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> charged_current(np.array([1e5]), "nu_mu", assumptions())
    array([6.77e-37])
    """
    curve = table.values.charged_current
    ratio = curve.antineutrino.value if flavour(kind).anti else curve.neutrino.value
    return np.asarray(ratio(e_nu) * 1e-38 * e_nu / GeV)


@readable
@dataclass(frozen=True, eq=False)
class Hadrons:
    """A charged-current interaction before hadronisation.

    Attributes
    ----------
    muon, hadrons : four-momenta, MeV, shape (n, 4); with `mass` at rest they balance
        the neutrino.
    mass : of the target, MeV: a nucleon, or 0 for the nucleus of coherent production,
        which takes no energy.
    q2, w : Q² in MeV² and mass of the hadrons in MeV, shape (n,).
    """

    muon: FloatArray
    hadrons: FloatArray
    mass: float
    q2: FloatArray
    w: FloatArray


def _muon(e: FloatArray, nu: FloatArray, q2: FloatArray, phi: FloatArray) -> FloatArray:
    """Muon of energy E − ν whose angle gives Q²; NaN where kinematically forbidden."""
    energy = e - nu
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.sqrt(energy**2 - M_MUON**2)
        c = (2 * e * energy - q2 - M_MUON**2) / (2 * e * p)
        s = np.sqrt(1 - c**2)
    return np.column_stack([energy, p * s * np.cos(phi), p * s * np.sin(phi), p * c])


def beam_momenta(e: FloatArray) -> FloatArray:
    """Four-momenta of neutrinos along the beam.

    Parameters
    ----------
    e : energies, MeV, shape (n,).

    Returns
    -------
    array, shape (n, 4)

    Examples
    --------
    >>> beam_momenta(np.array([5.0]))
    array([[5., 0., 0., 5.]])
    """
    zero = np.zeros_like(e)
    return np.column_stack([e, zero, zero, e])


def _q2_range(e: FloatArray, w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Limits of Q² on a nucleon at rest for hadrons of mass w."""
    s = M_NUCLEON**2 + 2 * M_NUCLEON * e
    root = np.sqrt(s)
    e1 = (s - M_NUCLEON**2) / (2 * root)
    e2 = (s + M_MUON**2 - w**2) / (2 * root)
    p2 = momentum_in_decay(root, w, M_MUON)
    high = 2 * e1 * (e2 + p2) - M_MUON**2
    # the product of the limits is known, which avoids a difference of large numbers
    return M_MUON**2 * (w**2 - M_NUCLEON**2) ** 2 / s / high + 0 * high, high


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
    a : mass number of the nucleus, for coherent pions; a single value or one per
        neutrino.

    Raises
    ------
    UnknownNameError
        If the process is unknown.
    InputError
        If the assumptions leave no phase space for the process at one of the energies.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> random = np.random.default_rng(1)
    >>> made = hadrons("charm", np.full(5, 5e4), False, assumptions(), random)
    >>> made.muon.shape, bool((made.w > 2000).all())
    ((5, 4), True)
    """
    if process not in PROCESSES:
        raise UnknownNameError("charged-current process", process, PROCESSES)
    e = np.asarray(e_nu, dtype=float)
    phi = random.uniform(0, 2 * np.pi, e.size)
    if process == "coherent pion":
        return _coherent(e, phi, table, random, a)
    if process == "single pion":
        return _single_pion(e, phi, table, random)
    deep = table.values.deep_inelastic
    w_min = deep.w_min.value if process == "deep inelastic" else _charm_w_min(table)
    return _deep(e, phi, anti, w_min, table, random)


def _single_pion(
    e: FloatArray, phi: FloatArray, table: Assumptions, random: np.random.Generator
) -> Hadrons:
    """Breit–Wigner in W, dipole in Q²."""
    n, values = e.size, table.values
    one = values.single_pion
    low, high = (
        M_NUCLEON + values.pion.mass.value,
        np.sqrt(M_NUCLEON**2 + 2 * M_NUCLEON * e) - M_MUON,
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
    q2 = scale * ((ends[0] + random.random(n) * (ends[1] - ends[0])) ** (-1 / 3) - 1)
    q2 = np.clip(q2, q2_low, q2_high)
    nu = (w**2 + q2 - M_NUCLEON**2) / (2 * M_NUCLEON)
    muon = _muon(e, nu, q2, phi)
    # at the ends of Q² rounding may push the cosine past 1: there the muon is along #
    # the beam
    stuck = ~np.isfinite(muon).all(1)
    p = np.sqrt((e[stuck] - nu[stuck]) ** 2 - M_MUON**2)
    sign = np.where(q2[stuck] > (q2_low[stuck] + q2_high[stuck]) / 2, -1.0, 1.0)
    lab = (2 * e[stuck] * (e - nu)[stuck] - q2[stuck] - M_MUON**2) / (2 * e[stuck] * p)
    sign = np.where(np.abs(lab) > 1, np.sign(lab), sign)
    muon[stuck] = np.column_stack([(e - nu)[stuck], 0 * p, 0 * p, sign * p])
    return _with_hadrons(e, muon, q2, w)


def _deep(
    e: FloatArray,
    phi: FloatArray,
    anti: bool,
    w_min: float,
    table: Assumptions,
    random: np.random.Generator,
) -> Hadrons:
    """y distributed as for quarks and antiquarks, x without Q² dependence, W above a
    limit."""
    deep, n = table.values.deep_inelastic, e.size
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
        q = 2 * M_NUCLEON * energy * x
        tried = _muon(here, energy, q, phi[todo])
        good = np.isfinite(tried).all(1) & (
            M_NUCLEON**2 + 2 * M_NUCLEON * energy - q >= w_min**2
        )
        taken = todo[good]
        q2[taken], nu[taken], muon[taken] = q[good], energy[good], tried[good]
        todo = todo[~good]
    if todo.size:
        raise InputError(
            f"no deep inelastic event with hadrons above {w_min / GeV:.3g} GeV is found"
            f" at {e[todo[0]] / GeV:.3g} GeV: lower deep_inelastic.w_min or correct"
            " x_rise and x_fall"
        )
    return _with_hadrons(e, muon, q2, np.sqrt(M_NUCLEON**2 + 2 * M_NUCLEON * nu - q2))


def _with_hadrons(
    e: FloatArray, muon: FloatArray, q2: FloatArray, w: FloatArray
) -> Hadrons:
    rest = beam_momenta(e) - muon
    rest[:, 0] += M_NUCLEON
    return Hadrons(muon, rest, M_NUCLEON, q2, w)


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
        transfer = beam_momenta(here)[:, 1:] - mu[:, 1:]
        length = np.linalg.norm(transfer, axis=1)
        p = np.sqrt(np.maximum(nu**2 - m_pi**2, 0.0))
        t_min = (length - p) ** 2
        t = random.exponential(1 / slope[todo])
        with np.errstate(invalid="ignore"):
            c = (length**2 + p**2 - t) / (2 * length * p)
            # the form factor suppresses events with large t_min
            good = (
                (random.random(m) < 1 - nu / here)
                & (t >= t_min)
                & (np.abs(c) <= 1)
                & np.isfinite(mu).all(1)
            )
        axis = transfer[good] / length[good, None]
        out = p[good, None] * turned(axis, c[good], random)
        i = todo[good]
        muon[i], q2[i] = mu[good], q[good]
        pion[i] = np.column_stack([nu[good], out])
        todo = todo[~good]
    return Hadrons(muon, pion, 0.0, q2, np.full(n, m_pi))


def turned(axis: FloatArray, c: FloatArray, random: np.random.Generator) -> FloatArray:
    """Unit vectors at any azimuth about others.

    Parameters
    ----------
    axis : unit vectors, shape (n, 3).
    c : cosine of the angle to them, shape (n,).
    random : source of random numbers.

    Examples
    --------
    >>> axis = np.array([[0.0, 0.0, 1.0]])
    >>> float(turned(axis, np.array([0.5]), np.random.default_rng(1))[0, 2])
    0.5
    """
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
    return float(table.values.charm.mass.value) + M_NUCLEON


def lowest_energy(process: str, table: Assumptions) -> float:
    """Threshold energy of the neutrino for a process (MeV).

    Parameters
    ----------
    process : one of `PROCESSES`.
    table : the assumptions.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> 200 < lowest_energy("single pion", assumptions()) < 300
    True
    """
    values = table.values
    if process == "single pion":
        w, factor = M_NUCLEON + values.pion.mass.value, 1.001
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
    return factor * ((w + M_MUON) ** 2 - M_NUCLEON**2) / (2 * M_NUCLEON)


def coherent_nuclei(
    table: Assumptions, nucleus: Target
) -> tuple[FloatArray, FloatArray]:
    """Mass numbers of the nuclei that produce coherent pions, and their cross sections
    in units of that of A = 40.

    Parameters
    ----------
    table : the assumptions.
    nucleus : the target.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> from nuprobe.nuclei import target
    >>> coherent_nuclei(assumptions(), target("Ar40", form_factor="point"))
    (array([40.]), array([1.]))
    """
    heavy = [c for c in nucleus.components if c.isotope.a > 1]
    a = np.array([c.isotope.a for c in heavy], dtype=float)
    power = table.values.coherent_pion.mass_number_power.value
    return a, np.array([c.count for c in heavy], dtype=float) * (a / 40) ** power


def cross_section(
    process: str, e: FloatArray, kind: Flavour, table: Assumptions, nucleus: Target
) -> FloatArray:
    """Cross section per target (formula unit), cm², before mesons are counted.

    Parameters
    ----------
    process : one of `PROCESSES`.
    e : neutrino energies, MeV, shape (n,).
    kind : ν_μ or ν̄_μ.
    table : the assumptions.
    nucleus : the target.

    Examples
    --------
    >>> from nuprobe.events.assumptions import assumptions
    >>> from nuprobe.nuclei import target
    >>> argon = target("Ar40", form_factor="point")
    >>> e, nu_mu = np.array([1e3, 1e4]), flavour("nu_mu")
    >>> cross_section("charm", e, nu_mu, assumptions(), argon) > 0
    array([False,  True])
    """
    values = table.values
    if process == "coherent pion":
        _, share = coherent_nuclei(table, nucleus)
        sigma = values.coherent_pion.cross_section.value(e) * 1e-38 * share.sum()
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
        sigma = nucleons * share * charged_current(e, kind, table)
    return np.where(e > lowest_energy(process, table), sigma, 0.0)
