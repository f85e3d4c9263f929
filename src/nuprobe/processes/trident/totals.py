"""Total cross sections by regime: kernels that know no model, coefficients that know no
nucleus."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args, overload

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import M_W
from nuprobe.errors import (
    ComputationError,
    InputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.models import LeptonCouplings, LeptonModel, StandardModel
from nuprobe.nuclei import (
    Component,
    FormFactor,
    Isotope,
    Target,
    TargetSpec,
    form_factors,
    target,
)
from nuprobe.numerics import FloatArray, numbers
from nuprobe.processes.trident.channels import Channel, ChannelSpec, channel
from nuprobe.processes.trident.cross_section import (
    combine,
    q2_nodes,
    q_range,
    tail,
    threshold,
)
from nuprobe.processes.trident.currents import (
    FERMI_MOMENTUM,
    Current,
    coherent,
    electron,
    nucleon,
)
from nuprobe.processes.trident.tables import direct, evaluate
from nuprobe.units import fm

__all__ = [
    "REGIMES",
    "TERMS",
    "CrossSection",
    "Kernels",
    "charge_form_factor",
    "coefficients",
    "current_kernels",
    "currents",
    "kernels",
    "lepton_couplings",
    "mediator_masses",
    "terms",
    "threshold_energy",
    "total",
]

Regime = Literal["coherent", "proton", "neutron", "incoherent", "electron", "all"]
REGIMES: Final[tuple[str, ...]] = get_args(Regime)
TERMS: Final = ("VV", "AA", "VA")
MEDIATOR_TERMS: Final = ("VVc", "VAc", "cc")
_POINTS: Final = 16  # in each panel of ln Q
_MOST_SPLITS: Final = 256
_SETTLED: Final = 1e-5  # relative
# the integrals lose digits to cancellation at K² ~ M² << m²: 3e-5 of the cross section
# here, 1e-3 a decade below
_LIGHTEST: Final = 3e-7  # mediator mass over that of the heavier lepton
_LARGEST: Final = 1e200  # of a coefficient
_HIGHEST: Final = 1e9  # MeV; W and Z are produced long before
# the rule is exact to twice the order of the coefficients that `tail` looks at; those
# of noise fall as 1/points
_TAIL: Final = 0.01

FormFactorSpec = str | FormFactor | None


@dataclass(frozen=True)
class Kernels:
    """Kernels and their error.

    Attributes
    ----------
    values : cm², shape (*energies, terms); the cross section is
        ``values @ coefficients``.
    error : estimate of the absolute error of each, same shape: of the interpolation and
        the integral over Q².
    """

    values: FloatArray
    error: FloatArray


@dataclass(frozen=True)
class CrossSection:
    """A cross section with its numerical error.

    Attributes
    ----------
    value, error : cm², shape of the energies.
    per : what it counts: ``"nucleus"``, ``"formula unit"``, ``"nucleon"`` or
        ``"electron"``.
    form_factors : by isotope, the shape and the rms radius of its charge; empty where
        none is used.
    """

    value: FloatArray
    error: FloatArray
    per: str
    form_factors: Mapping[str, str]


def terms(mediators: int = 0) -> tuple[str, ...]:
    """Names of the terms: VV, AA, VA, then VVc, VAc, cc for each mediator."""
    return (
        *TERMS,
        *(
            name + (str(i + 1) if mediators > 1 else "")
            for i in range(mediators)
            for name in MEDIATOR_TERMS
        ),
    )


def charge_form_factor(one: Isotope, shape: FormFactorSpec = None) -> FormFactor:
    """Charge form factor of a nucleus, which is what a photon sees.

    Parameters
    ----------
    one : the isotope.
    shape : None for the measured Fourier–Bessel density, else a Fermi density of the
        measured rms charge radius with a surface of t = 2.3 fm (a Gaussian for nuclei
        too small for it). A name of `nuclei.FORM_FACTORS` whose radius can be set gets
        the measured rms charge radius (not that of point protons, as `nuprobe.target`
        gives it); the others are what they are. An object is returned as it is.

    Raises
    ------
    InputError
        If the charge radius of the isotope is not measured and no shape is named.
    UnknownNameError
        If the name is unknown, or there is no Fourier–Bessel analysis of the isotope.
    """
    if shape is None:
        if one.name in form_factors.fourier_bessel_isotopes():
            return form_factors.FourierBessel.of(one)
        if one.r_charge is None:
            raise InputError(
                f"the charge radius of {one.name} is not measured: give a form factor,"
                " e.g. 'fermi'"
            )
        shape = "fermi"
    return form_factors.named(shape, one, "charge")


def _components(
    target_: TargetSpec | None, form_factor: FormFactorSpec, regime: str
) -> tuple[str, list[Component]]:
    if target_ is None:
        raise InputError(f"the regime {regime!r} needs a target, e.g. 'Ar40'")
    if isinstance(target_, Target):
        if form_factor is not None:
            raise InputError(
                f"the target {target_.name} has form factors already: leave form_factor"
                " out, or give the target by name"
            )
        return target_.name, list(target_.components)
    # the shape is replaced at once: any that needs no radius will do
    made = target(target_, form_factor="point")
    result = []
    for c in made.components:
        ff = charge_form_factor(c.isotope, form_factor) if c.isotope.a > 1 else c.ff_p
        result.append(Component(c.isotope, c.count, ff, ff))
    return made.name, result


def currents(
    target_: TargetSpec | None,
    regime: str = "coherent",
    *,
    form_factor: FormFactorSpec = None,
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
    nucleon_form_factors: str = "dipole",
) -> list[tuple[float, Current]]:
    """Return what a neutrino scatters off in a regime: (how many, current), as
    `kernels` adds them up."""
    if regime not in REGIMES:
        raise UnknownNameError("trident regime", regime, REGIMES)
    if regime == "electron":
        return [(1.0, electron())]

    def one_nucleon(kind: str, bound: bool) -> Current:
        return nucleon(kind, nucleon_form_factors, pauli and bound, k_f)

    if regime in ("proton", "neutron"):
        found = (
            [] if target_ is None else target(target_, form_factor="point").components
        )
        # hydrogen holds a free proton; other nuclei block alike
        free = bool(found) and all(c.isotope.a == 1 for c in found)
        if free and regime == "neutron":
            raise InputError("hydrogen holds no neutron: use regime='proton'")
        return [(1.0, one_nucleon(regime, not free))]
    _, parts = _components(target_, form_factor, regime)
    result: list[tuple[float, Current]] = []
    if regime in ("coherent", "all"):
        result += [(c.count, coherent(c)) for c in parts if c.isotope.a > 1]
        if not result and regime == "coherent":
            raise InputError(
                "hydrogen's nucleus is a proton and has no coherent regime: use"
                " regime='proton'"
            )
    if regime in ("incoherent", "all"):
        bound = [c for c in parts if c.isotope.a > 1]
        protons = sum(c.count * c.isotope.z for c in bound)
        neutrons = sum(c.count * c.isotope.n for c in bound)
        free_protons = sum(c.count for c in parts if c.isotope.a == 1)
        for number, kind, is_bound in (
            (protons, "proton", True),
            (neutrons, "neutron", True),
            (free_protons, "proton", False),
        ):
            if number:
                result.append((number, one_nucleon(kind, is_bound)))
    return result


def threshold_energy(
    channel_: ChannelSpec, target_: TargetSpec | None = None, regime: str = "coherent"
) -> float:
    """Smallest neutrino energy (MeV) at which a channel opens in a regime, exact: m(1 +
    m/2M), m = m_ℓ + m_ℓ′."""
    if target_ is not None and not isinstance(target_, Target):
        target_ = target(target_, form_factor="point")  # only the mass matters
    return min(
        threshold(c.mass, *channel(channel_).masses)
        for _, c in currents(target_, regime)
    )


def current_kernels(
    e_nu: FloatArray,
    channel_: Channel,
    current: Current,
    mediators: FloatArray | None = None,
    *,
    points: int = _POINTS,
    exact: bool = False,
) -> Kernels:
    """Kernels of one current.

    Parameters
    ----------
    e_nu : MeV, shape (energies,).
    channel_ : the channel; antineutrinos are taken as the CP-conjugate channel.
    current : from `currents`.
    mediators : masses in MeV of t-channel mediators, shape (masses,).
    points : Gauss–Legendre points in each panel of ln Q.
    exact : do the integrals instead of using the tables (slow).
    """
    m_minus, m_plus = channel_.pair_masses
    n_terms = 3 + 3 * (0 if mediators is None else mediators.size)
    values, error = np.zeros((e_nu.size, n_terms)), np.zeros((e_nu.size, n_terms))
    open_ = e_nu > threshold(current.mass, m_minus, m_plus)
    if not open_.any():
        return Kernels(values, error)
    e = e_nu[open_]
    nodes, relative = _nodes(e, channel_, current, mediators, points, 0, exact)
    values[open_] = nodes.sum(-1).T
    error[open_] = relative * _size(values[open_])
    # the form factor oscillates: too fast for the panels, or it has fallen before the
    # smallest Q
    rough = (
        tail(nodes[:2], points).sum(0) * points
        > 16 * _TAIL * _size(values[open_])[:, 2]
    )
    rough |= q_range(e, current.mass, m_minus, m_plus)[0] > current.q_soft / 2
    where = np.flatnonzero(open_)
    for split, picked in _splits(e, rough, channel_, current, points):
        nodes, relative = _nodes(
            e[picked], channel_, current, mediators, points, split, exact
        )
        found = nodes.sum(-1).T
        values[where[picked]], error[where[picked]] = (
            found,
            (relative + _SETTLED) * _size(found),
        )
    return Kernels(values, error)


def _size(values: FloatArray) -> FloatArray:
    """Absolute values; of VA, which is a fraction of VV + AA, that sum."""
    size = np.abs(values)
    size[:, 2] = size[:, 0] + size[:, 1]
    return size


def _nodes(
    e: FloatArray,
    channel_: Channel,
    current: Current,
    mediators: FloatArray | None,
    points: int,
    split: int,
    exact: bool,
) -> tuple[FloatArray, float]:
    """What each node in Q² adds to the terms, shape (terms, energies, nodes), and the
    relative error of the tables."""
    m_minus, m_plus = channel_.pair_masses
    q2, weight, x_max = q2_nodes(e, current, m_minus, m_plus, points, split)
    # panels of no width carry nothing
    live = weight.ravel() > 0
    at = x_max.ravel()[live], q2.ravel()[live], m_minus, m_plus, mediators
    base, mediated, relative = (*direct(*at), 0.0) if exact else evaluate(*at)
    everything = np.zeros((6, 3 + 3 * mediated.shape[3], live.size))
    everything[:, :3, live] = base
    everything[:, 3:, live] = np.moveaxis(mediated, 3, 1).reshape(6, -1, base.shape[2])
    everything = everything.reshape(6, -1, *q2.shape)
    return combine(e, q2, weight, x_max, current, everything), relative


def _splits(
    e: FloatArray, rough: FloatArray, channel_: Channel, current: Current, points: int
) -> Iterator[tuple[int, FloatArray]]:
    """Into how many parts the panels must be cut at the rough energies: (parts,
    indices), by halving until it settles.

    The leptons are smooth, so the tables are good enough to find out.
    """
    left = np.flatnonzero(rough)
    split, last = 1, None
    while left.size:
        if split > _MOST_SPLITS:
            raise ComputationError(
                f"the integral over Q² for {channel_} on {current.name} at"
                f" {e[left[0]]:.6g} MeV is not resolved: its form factor oscillates or"
                " jumps too fast; use a smoother one"
            )
        now = _nodes(e[left], channel_, current, None, points, split, False)[0][:2].sum(
            -1
        )
        if last is not None:
            settled = (np.abs(now - last) <= _SETTLED * now).all(0)
            if settled.any():
                yield split, left[settled]
            left, now = left[~settled], now[:, ~settled]
        split, last = 2 * split, now


def kernels(
    e_nu: ArrayLike,
    channel_: ChannelSpec,
    target_: TargetSpec | None,
    *,
    regime: str = "coherent",
    mediators: Sequence[float] | FloatArray = (),
    form_factor: FormFactorSpec = None,
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
    nucleon_form_factors: str = "dipole",
    exact: bool = False,
    with_error: bool = True,
) -> Kernels:
    """Kernels of a target: the cross section is
    ``kernels.values @ coefficients(model, channel)``.

    Parameters
    ----------
    e_nu : neutrino energies, MeV.
    mediators : masses (MeV) of t-channel vector mediators, at least 3e-7 of the heavier
        lepton's mass; each adds the terms VVc, VAc and cc (in cm² MeV⁻² and MeV⁻⁴). A
        whole grid of masses costs little more than one.
    channel_, target_, regime, form_factor, pauli, k_f, nucleon_form_factors, exact : as
    in `total`.
    with_error : also estimate the error of the integral over Q² from a second, finer
        rule (twice the time); without it the error is that of the interpolation.

    Returns
    -------
    Kernels
        Shape (*energies, 3 + 3 masses), named by `terms`; exactly zero below threshold.

    Raises
    ------
    InputError
        For energies that are not positive or beyond 1e9 MeV, or mediators that are too
        light.
    ComputationError
        If the integral over Q² is not resolved.
    """
    e = numbers("neutrino energies (MeV)", e_nu)
    if not np.all((e > 0) & (e <= _HIGHEST)):
        raise InputError(
            f"neutrino energies must be positive and finite, at most {_HIGHEST:.0e} MeV"
            f" (four-fermion theory is no guide beyond), got {e_nu!r} MeV"
        )
    one = channel(channel_)
    masses = np.atleast_1d(numbers("mediator masses (MeV)", mediators))
    lightest = _LIGHTEST * max(one.masses)
    if masses.ndim > 1 or not np.all((masses >= lightest) & np.isfinite(masses)):
        raise InputError(
            f"mediator masses must be at least {lightest:.2g} MeV for {one}"
            f" ({_LIGHTEST:.0e} of the lepton's mass) and finite, in one dimension, got"
            f" {mediators!r}: below, the integrals lose their digits, and there is no"
            " massless limit (the cross section grows as ln 1/M)"
        )
    flat = np.ravel(e)
    shape = (flat.size, 3 + 3 * masses.size)
    values, error = np.zeros(shape), np.zeros(shape)
    parts = currents(
        target_,
        regime,
        form_factor=form_factor,
        pauli=pauli,
        k_f=k_f,
        nucleon_form_factors=nucleon_form_factors,
    )
    for number, current in parts:
        grid = masses if masses.size else None
        part = current_kernels(flat, one, current, grid, exact=exact)
        if with_error:
            finer = current_kernels(
                flat, one, current, grid, points=_POINTS + 8, exact=exact
            )
            error += number * np.abs(finer.values - part.values)
            part = finer
        values += number * part.values
        error += number * part.error
        _check_validity(float(flat.max(initial=0.0)), current)
    return Kernels(
        values.reshape(*e.shape, shape[1]), error.reshape(*e.shape, shape[1])
    )


def _check_validity(e_nu: float, current: Current) -> None:
    """Warn where W and Z propagators begin to be resolved: K² is a fraction of ŝ ~
    2E|Q|."""
    q = min(current.q_soft / 2, 2 * e_nu, current.mass)
    effect = 0.3 * 2 * e_nu * q / M_W**2
    # linear in K²/M_W²: a size only while it is small
    says = f"lower the cross section by about {100 * effect:.0f} %"
    if effect > 0.5:
        says = (
            "are resolved: the four-fermion theory fails there and the result means"
            " nothing"
        )
    if effect > 0.01:
        warnings.warn(
            f"at {e_nu:.4g} MeV on {current.name} the W and Z propagators, left out"
            f" here, {says}",
            ValidityWarning,
            stacklevel=3,
        )


def mediator_masses(model: LeptonModel, channel_: ChannelSpec) -> tuple[float, ...]:
    """Masses (MeV) of the mediators that a model exchanges in a channel, in the order
    of `coefficients`."""
    couplings = lepton_couplings(model, channel(channel_))
    return tuple(dict.fromkeys(m.mass for m in couplings.mediators))


def coefficients(model: LeptonModel, channel_: ChannelSpec) -> FloatArray:
    """Coefficients of the terms: V², A², VA and, for a mediator of strength c, 2Vc, Ac,
    c².

    Mediators of different masses M_i also interfere: c_i c_j/[(K² + M_i²)(K² + M_j²)]
    is a difference of the terms of single mediators and is put there.

    Returns
    -------
    array, shape (terms,) or (points, terms)
        One row a parameter point if the model's fields are arrays.

    Raises
    ------
    InputError
        If `model` has no couplings to charged leptons.
    ComputationError
        If the couplings are so large that their squares overflow.
    """
    one = channel(channel_)
    found = lepton_couplings(model, one)
    with np.errstate(over="ignore", invalid="ignore"):
        result = _coefficients(found)
    if not np.all(np.abs(result) < _LARGEST):
        raise ComputationError(
            f"the couplings of {getattr(model, 'name', 'the model')} in {one} are too"
            " large: their squares overflow"
        )
    return result


def lepton_couplings(model: LeptonModel, channel_: Channel) -> LeptonCouplings:
    """Couplings of a model in a channel; raises `InputError` for what is no model of
    tridents."""
    if isinstance(model, type) or not hasattr(model, "lepton_couplings"):
        raise InputError(
            "a model with couplings to charged leptons is needed, such as"
            f" StandardModel(), got {model!r}"
        )
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # `coefficients` refuses what overflows
        return model.lepton_couplings(channel_.vertex)


def _coefficients(found: LeptonCouplings) -> FloatArray:
    v, a = found.vector, found.axial
    strengths: dict[float, FloatArray] = {}
    for mediator in found.mediators:
        strengths[mediator.mass] = (
            strengths.get(mediator.mass, np.asarray(0.0)) + mediator.strength
        )
    columns = [v**2, a**2, v * a]
    for mass, c in strengths.items():
        mixed = sum(
            (
                d / (other**2 - mass**2)
                for other, d in strengths.items()
                if other != mass
            ),
            np.asarray(0.0),
        )
        columns += [2 * v * c + 2 * c * mixed, a * c, c**2]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


@overload
def total(
    e_nu: ArrayLike,
    channel_: ChannelSpec,
    target_: TargetSpec | None = ...,
    model: LeptonModel | None = ...,
    regime: str = ...,
    *,
    form_factor: FormFactorSpec = ...,
    pauli: bool = ...,
    k_f: float = ...,
    nucleon_form_factors: str = ...,
    exact: bool = ...,
    with_error: Literal[False] = ...,
) -> FloatArray: ...
@overload
def total(
    e_nu: ArrayLike,
    channel_: ChannelSpec,
    target_: TargetSpec | None = ...,
    model: LeptonModel | None = ...,
    regime: str = ...,
    *,
    form_factor: FormFactorSpec = ...,
    pauli: bool = ...,
    k_f: float = ...,
    nucleon_form_factors: str = ...,
    exact: bool = ...,
    with_error: Literal[True],
) -> CrossSection: ...
def total(
    e_nu: ArrayLike,
    channel_: ChannelSpec,
    target_: TargetSpec | None = None,
    model: LeptonModel | None = None,
    regime: str = "coherent",
    *,
    form_factor: FormFactorSpec = None,
    pauli: bool = True,
    k_f: float = FERMI_MOMENTUM,
    nucleon_form_factors: str = "dipole",
    exact: bool = False,
    with_error: bool = False,
) -> FloatArray | CrossSection:
    """Total cross section σ(E) of a neutrino trident.

    Parameters
    ----------
    e_nu : neutrino energies, MeV.
    channel_ : ``"nu_mu -> nu_mu mu+ mu-"``, PDG numbers or a `Channel`.
    target_ : an isotope, element, formula, mixture or `Target` (see `nuprobe.target`);
        None for a bare nucleon (blocked unless ``pauli=False``) or electron.
    model : couplings; the Standard Model with sin²θ_W = 0.23122 by default.
    regime : ``"coherent"`` (per nucleus, spin 0; hydrogen in a compound is left out),
        ``"proton"``, ``"neutron"`` (per nucleon of that kind), ``"incoherent"`` (all
        nucleons of the nucleus), ``"all"`` (coherent + incoherent), or ``"electron"``
        (per electron, free and at rest: photon exchange only; for electrons in the
        final state the exchange of the target with the produced one is left out, and so
        are the graphs where a W or Z couples to the target electron, which for ν_e are
        of the same order). A molecule or mixture gives the sum over its formula unit.
    form_factor : charge form factor, by name or object, as `charge_form_factor` reads
        it: a named shape has the measured rms charge radius. Not with a `Target`, which
        has its own.
    pauli, k_f : whether nucleons are Pauli-blocked, and the Fermi momentum (MeV);
        hydrogen never is.
    nucleon_form_factors : ``"dipole"`` or ``"kelly"``.
    exact : do the integrals over the leptons instead of using the tables: hundreds of
        times slower.
    with_error : return a `CrossSection` with the estimate of the numerical error.

    Returns
    -------
    array of cm², of the shape of `e_nu` (exactly zero below threshold), or CrossSection

    Raises
    ------
    InputError, UnknownNameError
        For energies that are not positive or beyond 1 PeV, an impossible channel, an
        unknown target, regime or form factor, a mediator lighter than 3e-7 of the
        lepton's mass.
    ComputationError
        If the integral does not converge, or couplings are too large for numbers.

    Warns
    -----
    ValidityWarning
        Where the W and Z propagators change the cross section by more than a per cent.
    """
    one = channel(channel_)
    model = StandardModel() if model is None else model
    weights = coefficients(model, one)
    if weights.ndim != 1:
        raise InputError(
            "a cross section needs a model with scalar parameters; use kernels @"
            " coefficients for many"
        )
    found = kernels(
        e_nu,
        one,
        target_,
        regime=regime,
        mediators=mediator_masses(model, one),
        form_factor=form_factor,
        pauli=pauli,
        k_f=k_f,
        nucleon_form_factors=nucleon_form_factors,
        exact=exact,
        with_error=with_error,
    )
    value = np.asarray(found.values @ weights)
    if not with_error:
        return value
    used: dict[str, str] = {}
    per = {"electron": "electron", "proton": "nucleon", "neutron": "nucleon"}.get(
        regime, ""
    )
    if not per:
        _, parts = _components(target_, form_factor, regime)
        single = len(parts) == 1 and parts[0].count == 1
        per = "nucleus" if single else "formula unit"
        if regime != "incoherent":
            used = {
                c.isotope.name: (
                    f"{type(c.ff_p).__name__}, rms radius {c.ff_p.rms / fm:.4f} fm"
                )
                for c in parts
                if c.isotope.a > 1
            }
    return CrossSection(value, np.asarray(found.error @ np.abs(weights)), per, used)
