"""How a published number is computed again: each function takes the keywords of a file
and returns one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np

from nuprobe.bounds import monophoton, muon_g2
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON, M_MUON, M_TAU
from nuprobe.errors import ComputationError, InputError
from nuprobe.experiments import Experiment, TridentExperiment, limit
from nuprobe.experiments import experiment as open_experiment
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import flux as open_flux
from nuprobe.inference import Cost, FitResult
from nuprobe.models import (
    Electromagnetic,
    LeptonModel,
    LMuLTau,
    Model,
    StandardModel,
    VectorAxial,
    VMinusA,
)
from nuprobe.models.predictions import dirac_moments, majorana_moments
from nuprobe.models.predictions import standard_charge_radius as charge_radius
from nuprobe.nuclei import FormFactor, Target
from nuprobe.nuclei import isotope as find_isotope
from nuprobe.nuclei import target as make_target
from nuprobe.nuclei.form_factors import Fermi, WoodsSaxon
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import PMNS, Averaged, Solar
from nuprobe.oscillation import moment_limits as limits_on_moments
from nuprobe.processes import cevns, trident
from nuprobe.processes.trident.tables import direct
from nuprobe.reproductions.electromagnetic import (
    charge_radius_fit,
    electromagnetic_limit,
    equal_recoil,
)
from nuprobe.units import GeV, eV, fm, keV, parse_quantity

__all__ = [
    "anomalous_moment_coupling",
    "bound",
    "charge_radius_fit",
    "counts",
    "differential_cross_section",
    "dirac_moment",
    "electromagnetic_limit",
    "equal_recoil",
    "fit_error",
    "fit_value",
    "fitted_background",
    "fitted_signal",
    "flux_averaged",
    "full_coherence_sigma",
    "millicharge",
    "moment_limit",
    "monophoton_reach",
    "no_signal",
    "nuclear_charge_radius",
    "nuclear_mass",
    "scaled_signal",
    "signal",
    "signal_sigma",
    "standard_charge_radius",
    "total_cross_section",
    "transition_moment_scale",
    "trident_beam_cross_section",
    "trident_cross_section",
    "trident_events",
    "trident_heavy_limit",
    "trident_model_ratio",
    "trident_pull",
    "trident_real_photon",
]

FULL_COHERENCE: Final[dict[str, Any]] = {
    "target.form_factor": "point",
    "target.charge_radius": {},
    "target.proton_radius": {},
    "target.neutron_radius": {},
    "target.surface_thickness": None,
}
"""Changes of an experiment's file that take the form factors out."""


@lru_cache(maxsize=8)
def _opened(name: str) -> Experiment:
    """One object a name, because it keeps its templates."""
    chosen = open_experiment(name)
    if not isinstance(chosen, Experiment):
        raise InputError(f"{name} has no spectrum")
    return chosen


def _experiment(name: str, changes: Mapping[str, Any] | None) -> Experiment:
    return _opened(name).with_changes(changes) if changes else _opened(name)


def _model(sin2_theta_w: float | None, scheme: str) -> StandardModel:
    options: dict[str, Any] = (
        {} if sin2_theta_w is None else {"sin2_theta_w": sin2_theta_w}
    )
    return StandardModel(scheme=scheme, **options)  # type: ignore[arg-type]


def counts(experiment: str, column: str, analysis: str | None = None) -> float:
    """Counts of one column of the data table in the window of an analysis."""
    return float(_experiment(experiment, None).observed_counts(column, analysis).sum())


def signal(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: str = "tree",
) -> float:
    """Predicted signal counts."""
    return float(
        _experiment(experiment, changes)
        .predict(_model(None, scheme), analysis)
        .signal.sum()
    )


def signal_sigma(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> float:
    """Uncertainty of the predicted signal counts from the systematics of the
    analysis."""
    return _experiment(experiment, changes).predict(None, analysis).signal_sigma


def _fitted(
    name: str,
    free: Sequence[str],
    analysis: str | None,
    changes: Mapping[str, Any] | None,
    scheme: str,
) -> FitResult:
    return _experiment(name, changes).fit(_model(None, scheme), free, analysis)


def fit_value(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: str = "tree",
) -> float:
    """Best-fit value of a parameter, in its unit."""
    return _fitted(experiment, free, analysis, changes, scheme).values[parameter]


def fit_error(
    experiment: str,
    free: Sequence[str],
    parameter: str,
    side: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    scheme: str = "tree",
) -> float:
    """Signed MINOS error (``side``: ``"upper"`` or ``"lower"``) of a parameter, in its
    unit."""
    found = _fitted(experiment, free, analysis, changes, scheme)[parameter]
    edge = None if found.interval is None else getattr(found.interval, side)
    if edge is None:
        raise ComputationError(
            f"the {side} error of {parameter} is open inside its allowed range"
        )
    return float(edge - found.value)


def fitted_signal(
    experiment: str,
    systematic: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> float:
    """Signal counts found when the normalisation of the signal is free."""
    chosen = _experiment(experiment, changes)
    index = [s.name for s in chosen.file.systematics].index(systematic)
    loose = chosen.with_changes({f"systematics.{index}.sigma": 1e3})
    profiled = loose.cost(analysis=analysis).profiled(np.zeros((1, 0)))
    nuisances = [n.name for n in loose.cost(analysis=analysis).nuisances]
    pull = profiled.nuisances[0, nuisances.index(systematic)]
    return float(loose.predict(None, analysis).signal.sum() * (1 + pull))


def scaled_signal(
    experiment: str,
    analysis: str | None = None,
    parameter: str = "cevns_scale",
    side: str | None = None,
) -> float:
    """Signal counts found when their scale is free; with a side, the signed MINOS
    error."""
    chosen = _experiment(experiment, None)
    expected = float(chosen.predict(None, analysis).signal.sum())
    if side is None:
        return expected * fit_value(experiment, [parameter], parameter, analysis)
    return expected * fit_error(experiment, [parameter], parameter, side, analysis)


def no_signal(
    experiment: str, analysis: str | None = None, parameter: str = "cevns_scale"
) -> float:
    """−2Δln L between no signal and the best scale of the signal."""
    chosen = _experiment(experiment, None)
    best = chosen.fit(None, [parameter], analysis, minos=False)
    cost = chosen.cost(None, [parameter], analysis)
    return float(cost.profiled(np.zeros((1, 1))).twice_nll[0]) - best.twice_nll


def bound(
    experiment: str,
    parameter: str,
    side: str,
    delta: float,
    analysis: str | None = None,
    model: str = "electromagnetic",
) -> float:
    """Value of a parameter, in its unit, where −2 ln L is `delta` above its minimum
    over that parameter.

    ``side``: ``"upper"`` or ``"lower"``: the outermost such value. ``model``:
    ``"electromagnetic"`` or ``"sm"``.
    """
    from scipy.optimize import brentq, minimize_scalar

    chosen = _experiment(experiment, None)
    base: Model = Electromagnetic() if model == "electromagnetic" else StandardModel()
    own = next(p for p in chosen.parameters(base) if p.name == parameter)
    cost = chosen.cost(base, [parameter], analysis)

    def twice_nll(values: FloatArray) -> FloatArray:
        return np.asarray(cost.profiled(values[:, None]).twice_nll)

    def excess(value: float) -> float:
        return float(twice_nll(np.array([value]))[0])

    offsets = own.step * np.geomspace(1e-3, 1e3, 2000)
    grid = own.default + np.concatenate([-offsets[::-1], [0.0], offsets])
    grid = np.unique(np.clip(grid, own.lower, own.upper))
    values = twice_nll(grid)
    place = int(values.argmin())
    around = grid[max(place - 1, 0)], grid[min(place + 1, grid.size - 1)]
    level = (
        min(values[place], minimize_scalar(excess, bounds=around, method="bounded").fun)
        + delta
    )
    if side == "lower":
        grid, values = grid[::-1], values[::-1]
    last = int(np.flatnonzero(values <= level)[-1])
    if last + 1 == grid.size:
        raise ComputationError(
            f"{experiment} does not bound {parameter} from this side"
        )
    return float(
        brentq(lambda v: excess(v) - level, grid[last], grid[last + 1], xtol=1e-12)
    )


def fitted_background(
    experiment: str,
    background: str,
    systematic: str,
    analysis: str | None = None,
    parameter: str = "cevns_scale",
) -> float:
    """Counts of a background at the best fit, from the nuisance of its
    normalisation."""
    chosen = _experiment(experiment, None)
    found = chosen.fit(None, [parameter], analysis, minos=False)
    pull = next(n.value for n in found.nuisances if n.nuisance.name == systematic)
    return float(
        chosen.predict(None, analysis).components[background].sum() * (1 + pull)
    )


def full_coherence_sigma(
    experiment: str,
    analysis: str | None = None,
    changes: Mapping[str, Any] | None = None,
    parameter: str = "rn",
) -> float:
    """√Δχ² between full coherence (all form factors one) and the best fit of the
    neutron radius."""
    chosen = _experiment(experiment, changes)
    best = chosen.fit(None, [parameter], analysis, minos=False)
    cost: Cost = chosen.with_changes(FULL_COHERENCE).cost(analysis=analysis)
    full = float(cost.profiled(np.zeros((1, 0))).twice_nll[0])
    return float(np.sqrt(max(full - best.twice_nll, 0.0)))


def _target(target: str, r_p: str | None, r_n: str | None, form_factor: str) -> Target:
    radii = [None if r is None else parse_quantity(r, "length") for r in (r_p, r_n)]
    return make_target(target, r_p=radii[0], r_n=radii[1], form_factor=form_factor)


def total_cross_section(
    target: str,
    energy: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
) -> float:
    """CEνNS σ(E) in cm²."""
    nucleus, model = (
        _target(target, r_p, r_n, form_factor),
        _model(sin2_theta_w, "tree"),
    )
    return float(cevns.total(parse_quantity(energy, "energy"), nucleus, model, flavour))


def differential_cross_section(
    target: str,
    energy: str,
    recoil: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    flavour: str = "nu_mu",
) -> float:
    """CEνNS dσ/dT in cm²/keV."""
    nucleus, model = (
        _target(target, r_p, r_n, form_factor),
        _model(sin2_theta_w, "tree"),
    )
    e_nu, t_nr = parse_quantity(energy, "energy"), parse_quantity(recoil, "energy")
    return float(cevns.differential(e_nu, t_nr, nucleus, model, flavour)) * keV


def flux_averaged(
    flux: str,
    target: str,
    r_p: str | None = None,
    r_n: str | None = None,
    form_factor: str = "helm",
    sin2_theta_w: float | None = None,
    options: Mapping[str, Any] | None = None,
    atoms: int = 1,
) -> float:
    """CEνNS cross section averaged over all neutrinos of a flux (with its options), in
    cm² per target/`atoms`."""
    source, nucleus, model = (
        open_flux(flux, **(options or {})),
        _target(target, r_p, r_n, form_factor),
        _model(sin2_theta_w, "tree"),
    )
    numbers = [source.total(f) for f in source.flavours]
    means = [
        cevns.flux_averaged(source, nucleus, model, flavour)
        for flavour in source.flavours
    ]
    return float(np.average(means, weights=numbers)) / atoms


def nuclear_mass(isotope: str) -> float:
    """Nuclear mass in MeV."""
    return find_isotope(isotope).mass


def _shape(
    radius: str | None, diffuseness: str | None, form_factor: str | None
) -> str | FormFactor | None:
    """Named form factor, or a density with half-density radius c = radius · A^(1/3) put
    in by the caller."""
    if radius is None or diffuseness is None:
        return form_factor
    shape = WoodsSaxon if form_factor == "woods-saxon" else Fermi
    return shape(
        parse_quantity(radius, "length"), parse_quantity(diffuseness, "length")
    )


def _lepton_model(
    model: str, sin2_theta_w: float | None, mass: str | None, coupling: float | None
) -> LeptonModel:
    base = (
        StandardModel()
        if sin2_theta_w is None
        else StandardModel(sin2_theta_w=sin2_theta_w)
    )
    if model == "v-a":
        return VMinusA()
    if model == "lmu-ltau":
        if mass is None or coupling is None:
            raise InputError("model lmu-ltau needs mass and coupling")
        return LMuLTau(parse_quantity(mass, "energy"), coupling, base=base)
    if model in ("vector", "axial"):
        return VectorAxial(1.0, 0.0) if model == "vector" else VectorAxial(0.0, 1.0)
    return base


def trident_cross_section(
    channel: str,
    energy: str,
    target: str | None = None,
    regime: str = "coherent",
    model: str = "sm",
    sin2_theta_w: float | None = None,
    mass: str | None = None,
    coupling: float | None = None,
    form_factor: str | None = None,
    radius: str | None = None,
    diffuseness: str | None = None,
    pauli: bool = True,
    nucleon_form_factors: str = "dipole",
    over_sm: bool = False,
) -> float:
    """Trident σ(E) in cm² per nucleus or nucleon, or its ratio to the Standard
    Model."""
    e_nu = parse_quantity(energy, "energy")
    shape = _shape(radius, diffuseness, form_factor)
    wanted = _lepton_model(model, sin2_theta_w, mass, coupling)
    at = partial(
        trident.total,
        e_nu,
        channel,
        target,
        regime=regime,
        form_factor=shape,
        pauli=pauli,
        nucleon_form_factors=nucleon_form_factors,
    )
    value = at(model=wanted)
    return float(
        value / at(model=_lepton_model("sm", sin2_theta_w, None, None))
        if over_sm
        else value
    )


def trident_real_photon(
    channel: str, root_s: str, sin2_theta_w: float | None = None
) -> float:
    """σ(νγ → νℓℓ′) in cm² for an unpolarised real photon at a centre-of-mass energy
    √s."""
    one, s = trident.channel(channel), parse_quantity(root_s, "energy") ** 2
    # the structure function A at Q² → 0 is the derivative of its cumulative moment
    at = s * np.array([1 - 1e-3, 1 + 1e-3])
    cumulative = direct(
        at, np.full(2, 1e-6 * min(one.pair_masses) ** 2), *one.pair_masses
    )[0][0]
    a = np.diff(cumulative)[:, 0] / (2e-3 * s)
    found = _lepton_model("sm", sin2_theta_w, None, None).lepton_couplings(one.vertex)
    v, ax = found.vector, found.axial
    strength = float(v**2 * a[0] + ax**2 * a[1] + v * ax * a[2])
    return G_FERMI**2 / 2 * 4 * np.pi * ALPHA_EM * strength / (2 * s) * HBARC_MEV_CM**2


def _tridents(name: str) -> TridentExperiment:
    found = open_experiment(name)
    if not isinstance(found, TridentExperiment):
        raise InputError(f"{name} measures no tridents")
    return found


def trident_model_ratio(experiment: str, model: str = "v-a") -> float:
    """Flux-averaged cross section of a model over the Standard Model's."""
    return _tridents(experiment).predict(_lepton_model(model, None, None, None)).ratio


def trident_pull(experiment: str, model: str = "v-a") -> float:
    """(Predicted − measured)/error of the ratio, for a model."""
    return _tridents(experiment).predict(_lepton_model(model, None, None, None)).pull


def trident_events(
    experiment: str, regime: str, flavours: Sequence[str] | None = None
) -> float:
    """Expected events of one regime in the Standard Model, from some flavours of the
    beam."""
    return _tridents(experiment).events(regime, flavours)


def trident_heavy_limit(experiment: str, equal_weights: bool = False) -> float:
    """Two-sided 95 % limit on M/g' (GeV) of a heavy L_mu − L_tau Z′; `equal_weights`
    takes σ ∝ V² + A²."""
    one = _tridents(experiment)
    if not equal_weights:
        heavy = limit([one]).curves[0].heavy
        if heavy is None:
            raise ComputationError(f"{experiment} gives no limit")
        return heavy / GeV
    found = one.measurement()
    allowed = found.ratio + 1.959963984540054 * found.plus
    standard = StandardModel().lepton_couplings(one.channels()[0].vertex)
    v, a = float(standard.vector), float(standard.axial)
    shift = np.sqrt(allowed * (v**2 + a**2) - a**2) - v
    return float(1 / np.sqrt(np.sqrt(2) * G_FERMI * shift)) / GeV


def trident_beam_cross_section(
    experiment: str, atoms: int = 1, model: str = "sm"
) -> float:
    """Flux-averaged trident cross section in cm² per formula unit, or per nucleus if it
    has that many atoms."""
    rates = _tridents(experiment).predict(_lepton_model(model, None, None, None))
    return sum(rates.cross_sections.values()) / atoms


def standard_charge_radius(flavour: str) -> float:
    """⟨r²⟩ of the Standard Model in cm²."""
    return charge_radius(flavour)


def dirac_moment(mass: str) -> float:
    """Diagonal magnetic moment, in Bohr magnetons, of a Dirac neutrino in the Standard
    Model with right-handed ones."""
    return float(
        dirac_moments([0.0, 0.0, parse_quantity(mass, "energy")], PMNS())[0][2, 2].real
    )


def transition_moment_scale(kind: str) -> float:
    """Magnetic transition moment over its masses and mixing, in Bohr magnetons per eV.

    μ_12/[(m_1 + m_2) Σ_ℓ U*_ℓ1 U_ℓ2 (m_ℓ/m_τ)²] for ``"dirac"``, with Im of the product
    in the sum and divided by i for ``"majorana"``.
    """
    masses, u = np.array([0.01, 0.02, 0.03]) * eV, PMNS().matrix
    product = (
        np.conj(u[:, 0])
        * u[:, 1]
        * (np.array([M_ELECTRON, M_MUON, M_TAU]) / M_TAU) ** 2
    )
    if kind == "dirac":
        scale = dirac_moments(masses, u)[0][0, 1] / product.sum()
    elif kind == "majorana":
        scale = majorana_moments(masses, u)[0][0, 1] / (1j * product.imag.sum())
    else:
        raise InputError(f'kind must be "dirac" or "majorana", got {kind!r}')
    return float((scale / ((masses[0] + masses[1]) / eV)).real)


def moment_limit(
    mu: float, element: str, energy: str | None = None, component: str = "Be7"
) -> float:
    """Limit on a moment of mass states, in Bohr magnetons, from one on the effective
    moment of solar neutrinos.

    `energy` and `component` take the shares of the mass states in the Sun; without an
    energy they are those of vacuum.
    """
    if energy is None:
        shares = Averaged().states(as_flavour("nu_e"))[0].weights
    else:
        shares = Solar(component).functions(np.array(parse_quantity(energy, "energy")))
    return limits_on_moments(mu, shares)[element]


def millicharge(moment: float, threshold: str) -> float:
    """Charge, in e, whose scattering on electrons equals at the threshold that of a
    magnetic moment (Bohr magnetons).

    dσ_q/dσ_μ = (2 m_e/T)(q/e)²(μ_B/μ)² where T ≪ E.
    """
    return float(
        moment * np.sqrt(parse_quantity(threshold, "energy") / (2 * M_ELECTRON))
    )


def nuclear_charge_radius(isotope: str) -> float:
    """Measured rms charge radius in fm."""
    radius = find_isotope(isotope).r_charge
    if radius is None:
        raise ComputationError(f"the charge radius of {isotope} is not measured")
    return radius / fm


def anomalous_moment_coupling(
    layer: str, mass: str, side: str, n_sigma: float = 2.0, cl: float = 0.95
) -> float:
    """Coupling to muons from (g−2)_μ: the ``"lower"`` or ``"upper"`` edge of the band,
    or the upper ``"limit"``."""
    m = parse_quantity(mass, "energy")
    if side == "limit":
        return float(muon_g2.upper_limit(layer, m, cl))
    if side not in ("lower", "upper"):
        raise InputError(f'side must be "lower", "upper" or "limit", got {side!r}')
    return float(muon_g2.band(layer, m, n_sigma)[side == "upper"])


def monophoton_reach(mass: str, luminosity: float) -> float:
    """Coupling g' at which Belle II expects three events e⁺e⁻ → γ + nothing in that
    luminosity (ab⁻¹)."""
    return float(
        monophoton.reach(
            parse_quantity(mass, "energy"), luminosity * monophoton.INVERSE_AB
        )
    )
