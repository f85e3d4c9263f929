"""Tables on the CsI 2017 fit: predictions of nuclear models, and the effect of each
choice of the analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.experiments import Experiment, experiment, limit
from nuprobe.inference import FitResult
from nuprobe.models import LMuLTau, StandardModel
from nuprobe.nuclei import (
    NeutronRadiusModel,
    neutron_radius_models,
    point_to_physical,
)
from nuprobe.reproductions.charge_radii import charge_radii
from nuprobe.reproductions.coherent import coherent_electromagnetic
from nuprobe.reproductions.coverage import coverage_table
from nuprobe.reproductions.moments import standard_moments
from nuprobe.reproductions.recipes.experiments import FULL_COHERENCE
from nuprobe.reproductions.spectra import magnetic_spectra, millicharge_figure
from nuprobe.reproductions.total_counts import total_counts
from nuprobe.tables import Table
from nuprobe.units import fm

__all__ = ["STUDIES", "csi_choices", "nuclear_models"]

_EXPERIMENT: Final = "coherent-csi-2017"


def nuclear_models() -> Table:
    """Radii of Cs and I in eight nuclear models (Cadeddu:2017etk), with rate and χ²
    compared with the R_n fit.

    Examples
    --------
    >>> nuclear_models().columns[:3]
    ('model', 'R_p(Cs) [fm]', 'R_n(Cs) [fm]')
    """
    csi = experiment(_EXPERIMENT, Experiment)
    result = csi.fit(None, ["rn"])
    best = result.values["rn"]
    plus, minus = _errors(result)
    physical = {i: _physical(best, i) for i in ("Cs133", "I127")}
    rows = [
        _model_row(csi, label, entries, result.twice_nll)
        for label, entries in _by_model().items()
    ]
    rows.append(
        (
            "fit (common R_n)",
            None,
            best,
            physical["Cs133"],
            None,
            best,
            physical["I127"],
            None,
            result.twice_nll,
            0.0,
        )
    )
    return Table(
        "Nuclear models and the fit of the CsI 2017 data",
        (
            "model",
            "R_p(Cs) [fm]",
            "R_n(Cs) [fm]",
            "physical",
            "R_p(I) [fm]",
            "R_n(I) [fm]",
            "physical ",
            "signal [counts]",
            "chi2",
            "delta chi2",
        ),
        tuple(rows),
        {
            **{f"R_{k}({n}) [fm]": ".2f" for k in "pn" for n in ("Cs", "I")},
            **{"physical": ".2f", "physical ": ".2f"},
            "signal [counts]": ".1f",
            "chi2": ".2f",
            "delta chi2": ".2f",
        },
        (
            (
                f"fit: R_n = {best:.2f} {plus} {minus} fm, chi2_min ="
                f" {result.twice_nll:.2f}, NDF = {result.ndf}"
            ),
            (
                "R_p, R_n: point protons and neutrons; physical: R_n with the nucleons"
                " inside (of Cs, of I), R_n^2 + r_p^2 + (Z/N) r_n^2"
            ),
            (
                "radii: Cadeddu:2017etk and the 2018 seminar; the experimental row is"
                " muonic (Fricke:1995zz), charge radii, which are physical"
            ),
        ),
    )


def _by_model() -> dict[str, dict[str, NeutronRadiusModel]]:
    """Predictions for both isotopes by model."""
    result: dict[str, dict[str, NeutronRadiusModel]] = {}
    for entry in neutron_radius_models():
        same = entry.family == entry.model
        label = entry.model if same else f"{entry.family} {entry.model}"
        result.setdefault(label, {})[entry.isotope] = entry
    return result


def _model_row(
    csi: Experiment,
    label: str,
    entries: Mapping[str, NeutronRadiusModel],
    best: float,
) -> tuple[Any, ...]:
    """Radii of a model, and the resulting signal and χ² of the experiment."""
    cs, iodine = entries["Cs133"], entries["I127"]
    points = tuple(_fm(r) for r in (cs.r_p, cs.r_n, iodine.r_p, iodine.r_n))
    radii = (
        *points[:2],
        _physical(points[1], "Cs133"),
        *points[2:],
        _physical(points[3], "I127"),
    )
    if cs.r_n is None or iodine.r_n is None:
        return (label, *radii, None, None, None)
    r_p_cs, r_n_cs, r_p_i, r_n_i = (f"{r} fm" for r in points)
    chosen = csi.with_changes(
        {
            "target.charge_radius": {},
            "target.proton_radius": {"Cs133": r_p_cs, "I127": r_p_i},
            "target.neutron_radius": {"Cs133": r_n_cs, "I127": r_n_i},
        }
    )
    chi2 = float(chosen.cost().profiled(np.zeros((1, 0))).twice_nll[0])
    return (
        label,
        *radii,
        float(chosen.predict().signal.sum()),
        chi2,
        chi2 - best,
    )


def _errors(result: FitResult) -> tuple[str, str]:
    """Asymmetric errors of R_n as text; an interval that reaches the end of the allowed
    range is open."""
    radius = result["rn"]
    if radius.interval is None:
        raise ComputationError("the fit has no MINOS interval")
    edges = radius.interval.upper, radius.interval.lower
    plus, minus = (
        "open" if edge is None else f"{edge - radius.value:+.2f}" for edge in edges
    )
    return plus, minus


def _physical(radius: float | None, isotope: str) -> float | None:
    """Physical neutron radius that corresponds to a point-neutron radius, both in
    fm."""
    if radius is None:
        return None
    return point_to_physical(radius * fm, isotope, "n") / fm


def _fm(radius: float | None) -> float | None:
    return None if radius is None else round(radius / fm, 6)


_CHOICES: Final[tuple[tuple[str, Mapping[str, Any], str], ...]] = (
    ("default: Poisson, acceptance integrated over each count", {}, "tree"),
    (
        "a count n in [n - 1/2, n + 1/2) instead of [n, n + 1)",
        {"response.count_cell": "centred"},
        "tree",
    ),
    ("a count n in [n - 1, n)", {"response.count_cell": "to"}, "tree"),
    (
        "acceptance at the centre of a count",
        {"response.acceptance_at": "centre"},
        "tree",
    ),
    ("acceptance at the lower edge", {"response.acceptance_at": "lower"}, "tree"),
    ("acceptance at the upper edge", {"response.acceptance_at": "upper"}, "tree"),
    (
        "Gaussian smearing, variance = mean",
        {"response.smearing.kind": "gaussian"},
        "tree",
    ),
    ("no smearing", {"response.smearing.kind": "none"}, "tree"),
    ("radiative couplings", {}, "radiative"),
    ("nucleons without extension", {"target.nucleon": "point"}, "tree"),
    ("dipole nucleons", {"target.nucleon": "dipole"}, "tree"),
    ("R_n = R_p", {"target.neutron_radius": {}}, "tree"),
    (
        "R_n of SHF SkM*",
        {"target.neutron_radius": {"Cs133": "4.90 fm", "I127": "4.84 fm"}},
        "tree",
    ),
    (
        "Klein-Nystrand form factor",
        {
            "target.form_factor": "klein-nystrand",
            "target.surface_thickness": None,
            "parameters.0.lower": "1.8 fm",
        },
        "tree",
    ),
    (
        "charge radii taken as R_p",
        {
            "target.charge_radius": {},
            "target.proton_radius": {"Cs133": "4.804 fm", "I127": "4.749 fm"},
        },
        "tree",
    ),
    ("axial response included", {"target.axial": True}, "tree"),
    (
        "arrival window not applied to the signal",
        {"analyses.energy.arrival": "ignored"},
        "tree",
    ),
    (
        "no smearing, arrival window not applied",
        {"response.smearing.kind": "none", "analyses.energy.arrival": "ignored"},
        "tree",
    ),
)


def csi_choices() -> Table:
    """Changes of the prediction and the R_n fit of CsI 2017 with each choice of the
    analysis, one at a time.

    Examples
    --------
    >>> print(csi_choices())  # doctest: +SKIP
    """
    rows = []
    for label, changes, scheme in _CHOICES:
        chosen = experiment(_EXPERIMENT, Experiment).with_changes(changes)
        model = StandardModel(scheme=scheme)  # type: ignore[arg-type]
        rates = chosen.predict(model)
        result = chosen.fit(model, ["rn"])
        plus, minus = _errors(result)
        full = chosen.with_changes(FULL_COHERENCE).cost(model)
        excess = float(full.profiled(np.zeros((1, 0))).twice_nll[0]) - result.twice_nll
        rows.append(
            (
                label,
                float(rates.signal.sum()),
                rates.signal_sigma,
                result.values["rn"],
                plus,
                minus,
                result.twice_nll,
                result.ndf,
                float(np.sqrt(max(excess, 0.0))),
            )
        )
    return Table(
        "CsI 2017: effect of each choice (published: 173 +- 48 counts; R_n = 5.5 +0.9"
        " -1.1 fm; 2.3 sigma)",
        (
            "choice",
            "signal",
            "+-",
            "R_n [fm]",
            "plus",
            "minus",
            "chi2_min",
            "NDF",
            "coherence excluded [sigma]",
        ),
        tuple(rows),
        {
            "signal": ".1f",
            "+-": ".1f",
            "R_n [fm]": ".2f",
            "chi2_min": ".2f",
            "coherence excluded [sigma]": ".2f",
        },
    )


_RADII_2021: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("RMF NL-Z2 (default)", {}),
    (
        "SHF SkM*",
        {"target.neutron_radius": {"Cs133": "4.90 fm", "I127": "4.84 fm"}},
    ),
    ("point neutrons distributed like point protons", {"target.neutron_radius": {}}),
    (
        "physical neutrons as the charge",
        {
            "target.neutron_radius": {},
            "target.physical_neutron_radius": {
                "Cs133": "4.804 fm",
                "I127": "4.749 fm",
            },
        },
    ),
)
_PUBLISHED_2021: Final = 341.0


def csi_2021_radii() -> Table:
    """Predictions of CsI 2021 for several neutron radii, couplings and nucleon form
    factors, and the common neutron radius that gives the published one.

    Examples
    --------
    >>> print(csi_2021_radii())  # doctest: +SKIP
    """
    csi = experiment("coherent-csi-2021", Experiment)
    models = [StandardModel(), StandardModel(scheme="radiative")]
    nucleons = ("kelly", "point")
    columns = [f"{m.scheme}, {n}" for m in models for n in nucleons]

    def counts(changes: Mapping[str, Any]) -> list[float]:
        chosen = [csi.with_changes({**changes, "target.nucleon": n}) for n in nucleons]
        return [float(c.predict(m).signal.sum()) for m in models for c in chosen]

    rows: list[tuple[Any, ...]] = []
    for label, changes in _RADII_2021:
        nuclei = csi.with_changes(changes).target().components
        rows.append((label, *(c.ff_n.rms / fm for c in nuclei), *counts(changes)))
    grid = np.linspace(4.4, 5.2, 9)
    both = [dict.fromkeys(("Cs133", "I127"), f"{r} fm") for r in grid]
    table = np.array([counts({"target.neutron_radius": radii}) for radii in both])
    needed = [float(np.interp(-_PUBLISHED_2021, -c, grid)) for c in table.T]
    slope = float(np.log(table[-1, 0] / table[-3, 0]) / (grid[-1] - grid[-3]) / 10)
    text = ", ".join(f"{c}: {r:.2f} fm" for c, r in zip(columns, needed, strict=True))
    return Table(
        "CsI 2021: expected signal in 8-60 PE, 0-6 us (published: 341 +- 11 +- 42)",
        ("neutrons", "R_n(Cs) [fm]", "R_n(I) [fm]", *columns),
        tuple(rows),
        {"R_n(Cs) [fm]": ".2f", "R_n(I) [fm]": ".2f", **dict.fromkeys(columns, ".1f")},
        (
            f"341 is reached with one R_n for both (point neutrons) of {text}",
            f"R_n up by 0.1 fm near 5 fm: {100 * slope:+.1f} %",
            "columns: couplings, electric form factors of the nucleons",
        ),
    )


def beam_energies() -> Table:
    """Sensitivity to L_mu - L_tau of a 25 % trident measurement on argon at several
    beam energies."""
    masses = np.array([1.0, 10.0, 100.0, 1e3, 1e5])
    rows = []
    for energy in (1.0, 2.0, 5.0, 20.0, 160.0):
        raw = {
            "flux": {"energy": f"{energy} GeV", "flavours": {"nu_mu": 1.0}},
            "target": {"material": "Ar40"},
            "regime": "coherent",
        }
        beam = experiment("dune-nd-trident").with_changes(raw)
        curve = limit([beam], mass=masses, analyses={beam.name: "error-25"}).curves[0]
        rows.append((energy, *map(float, curve.coupling)))
    columns = ("E [GeV]", *(f"g' at {m:g} MeV" for m in masses))
    note = (
        "two-sided 95 % CL; a light boson is found best at low energy, a heavy one"
        " equally well at all"
    )
    return Table(
        "Sensitivity by beam energy",
        columns,
        tuple(rows),
        dict.fromkeys(columns[1:], ".3e"),
        (note,),
    )


def kinetic_mixing() -> Table:
    """CCFR limit on L_mu - L_tau for several kinetic mixings."""
    masses = np.array([1.0, 10.0, 100.0, 1e3, 1e5])
    rows: list[tuple[Any, ...]] = []
    for mixing in (0.0, "loop", 1e-4, -1e-4, 1e-3, -1e-3):
        family = LMuLTau(mass=1.0, coupling=1e-3, mixing=mixing)
        curve = limit([experiment("ccfr-trident")], family, mass=masses).curves[0]
        rows.append((str(mixing), *map(float, curve.coupling)))
    columns = ("mixing", *(f"g' at {m:g} MeV" for m in masses))
    note = (
        "two-sided 95 % CL; where the coupling is of the order of e times the mixing,"
        " the limit moves"
    )
    return Table(
        "CCFR limit by kinetic mixing",
        columns,
        tuple(rows),
        dict.fromkeys(columns[1:], ".3e"),
        (note,),
    )


def ccfr_choices() -> Table:
    """Effect of the beam energy and the regime on the limit of CCFR on a light L_mu -
    L_tau."""
    masses = np.array([1.0, 13.5, 100.0, 1e3, 1e5])
    rows: list[tuple[Any, ...]] = []
    for energy in (60.0, 100.0, 160.0, 250.0):
        for regime in ("elastic", "coherent"):
            raw = {
                "flux": {
                    "energy": f"{energy} GeV",
                    "flavours": {"nu_mu": 2.0, "nubar_mu": 1.0},
                },
                "regime": regime,
            }
            ccfr = experiment("ccfr-trident").with_changes(raw)
            curve = limit([ccfr], mass=masses).curves[0]
            rows.append((energy, regime, *map(float, curve.coupling)))
    columns = ("E [GeV]", "regime", *(f"g' at {m:g} MeV" for m in masses))
    notes = (
        "two-sided 95 % CL; the file has the mean energy, 160 GeV: the spectrum of the"
        " quadrupole-triplet beam is not public in a table",
        "the curve of the literature is coherent at 160 GeV; a digitised copy, not"
        " shipped, is 1.036, 1.064, 0.976 and 1.034 of ours at light masses (unverified"
        " here)",
    )
    return Table(
        "CCFR limit by beam energy and regime",
        columns,
        tuple(rows),
        dict.fromkeys(columns[2:], ".3e"),
        notes,
    )


STUDIES: Final = {
    "nuclear-models": nuclear_models,
    "csi-choices": csi_choices,
    "csi-2021-radii": csi_2021_radii,
    "beam-energies": beam_energies,
    "ccfr-choices": ccfr_choices,
    "kinetic-mixing": kinetic_mixing,
    "charge-radii": charge_radii,
    "csi-total": total_counts,
    "coverage": coverage_table,
    "coherent-electromagnetic": coherent_electromagnetic,
    "millicharge-figure": millicharge_figure,
    "magnetic-spectra": magnetic_spectra,
    "standard-moments": standard_moments,
}
"""Studies by their name on the command line."""
