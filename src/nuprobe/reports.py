"""Readable tables of results: rates, limits, published and computed numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.bounds.relic_absorption import LineOfSight
    from nuprobe.experiments import Limit, LimitCurve, Rates, UniverseRates
    from nuprobe.numerics import FloatArray
    from nuprobe.oscillation import PrecessionLimit, SpinFlavour
    from nuprobe.reproductions import Reproduction

__all__ = [
    "gap_table",
    "limit_table",
    "precession_limit_table",
    "precession_table",
    "rate_table",
    "reproduction_table",
    "universe_table",
]


def rate_table(rates: Rates, compared: Mapping[str, Rates] | None = None) -> Table:
    """Return counts by energy bin and component, summed over time.

    Parameters
    ----------
    rates : what `Experiment.predict` returns.
    compared : the same for other models, by name; their totals are shown.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict(nu.StandardModel())
    >>> print(rate_table(rates).notes[0])
    signal: ... +- ... (systematics)
    """
    import numpy as np

    shown, others = rates.shown, compared or {}
    names = list(shown)
    unit = f" [{rates.unit}]" if rates.unit else ""
    columns = (
        f"{rates.observable}{unit} from",
        "to",
        *names,
        "total",
        *(f"total, {name}" for name in others),
        *(() if rates.data is None else ("observed", "+-")),
    )
    rows: list[tuple[float, ...]] = []
    for i, (low, high) in enumerate(
        zip(rates.energy_edges[:-1], rates.energy_edges[1:], strict=True)
    ):
        row = [float(low), float(high)]
        row += [float(shown[n][i].sum()) for n in names]
        row.append(float(rates.total[i].sum()))
        row += [float(other.total[i].sum()) for other in others.values()]
        if rates.data is not None:
            observed = float(rates.data[i].sum())
            variance = (
                observed if rates.sigma is None else float((rates.sigma[i] ** 2).sum())
            )
            row += [observed, variance**0.5]
        rows.append(tuple(row))
    error = (
        f" +- {rates.signal_sigma:.1f} (systematics)"
        if rates.signal_sigma > 0
        else ", no systematics given"
    )
    notes = [f"signal: {rates.signal.sum():.1f}{error}"]
    if rates.data is not None:
        notes.append(
            f"observed: {rates.data.sum():.0f}; expected in all:"
            f" {rates.total.sum():.1f}"
        )
    t = rates.time_edges
    window = (
        f"arrival {t[0]:g} to {t[-1]:g} us"
        if np.all(np.isfinite(t))
        else "all arrival times"
    )
    return Table(
        f"{rates.experiment}, analysis {rates.analysis}, {window}: counts",
        columns,
        tuple(rows),
        dict.fromkeys(columns[2:], ".2f"),
        tuple(notes),
    )


def limit_table(limit: Limit, rows: int = 13) -> Table:
    """Return some masses of every curve, with the asymptotes below.

    Parameters
    ----------
    limit : what `nuprobe.limit` returns.
    rows : number of masses.

    Examples
    --------
    >>> import nuprobe as nu
    >>> ccfr = nu.limit([nu.experiment("ccfr-trident")], mass=[10.0, 100.0])
    >>> limit_table(ccfr).columns
    ("m_Z' [MeV]", 'ccfr-trident')
    """
    masses = limit.curves[0].mass
    picked = sorted(
        {round(i * (masses.size - 1) / max(rows - 1, 1)) for i in range(rows)}
    )
    from nuprobe.models.named import name_of

    mixing = getattr(limit.family, "mixing", None)
    heavy = getattr(limit.family, "MASS_BY_MASS", False)
    what = "d [1/GeV]" if heavy else "g'"
    return Table(
        f"largest {what} of {name_of(limit.family)}"
        + (f", mixing {mixing}" if mixing else ""),
        ("M_N [MeV]" if heavy else "m_Z' [MeV]", *(c.label for c in limit.curves)),
        tuple(
            (
                float(masses[i]),
                *(
                    float(c.coupling[i]) if math.isfinite(c.coupling[i]) else None
                    for c in limit.curves
                ),
            )
            for i in picked
        ),
        {c.label: ".4e" for c in limit.curves},
        (limit.statistic, *_entered(limit), *_limit_notes(limit)),
    )


def _entered(limit: Limit) -> list[str]:
    """Which experiments entered the curves, and which are only sensitivities."""
    notes = []
    for curve in limit.curves:
        if len(curve.experiments) > 1:
            kind = "with projections" if curve.projected else "measurements"
            notes.append(f"{curve.label} ({kind}): {', '.join(curve.experiments)}")
        elif curve.projected:
            notes.append(
                f"{curve.label}: sensitivity of a projection, excludes nothing"
            )
    if limit.left_out and len(limit.curves) > 1:
        notes.append(
            f"not combined, as projections: {', '.join(limit.left_out)}"
            " (--with-projections adds the curve sensitivity)"
        )
    return notes


def _heaviest(curve: LimitCurve) -> str:
    """Largest mass at which a curve excludes anything."""
    import numpy as np

    some = curve.mass[np.isfinite(curve.coupling)]
    if not some.size:
        return "excludes nothing"
    return f"the heaviest of these N with a limit has {some.max():.4g} MeV"


def _limit_notes(limit: Limit) -> list[str]:
    """Asymptotes and anomalies of every curve."""
    import numpy as np

    masses, notes = limit.curves[0].mass, []
    for curve in limit.curves:
        if getattr(limit.family, "MASS_BY_MASS", False):
            notes.append(f"{curve.label}: {_heaviest(curve)}")
        else:
            heavy, light = curve.heavy, curve.light
            above = "none" if heavy is None else f"m/g' > {heavy / 1e3:.4g} GeV"
            below = "none" if light is None else f"g' < {light:.4g}"
            notes.append(
                f"{curve.label}: at {masses[-1]:.4g} MeV {above}; at"
                f" {masses[0]:.4g} MeV {below}"
            )
        if curve.standard_excluded:
            notes.append(
                f"{curve.label}: excludes the Standard Model too; the limit is the"
                " upper end of what it allows"
            )
        if curve.reopens is not None and np.isfinite(curve.reopens).any():
            i = int(np.argmax(np.isfinite(curve.reopens)))
            islands = curve.regions[i][1:2] if curve.regions is not None else ()
            if islands:
                low, high = islands[0].low, islands[0].high
                end = ", the end of the search, so open" if islands[0].open_high else ""
                notes.append(
                    f"{curve.label}: larger couplings are allowed again at some masses,"
                    f" e.g. {low:.4g} to {high:.4g}{end}, at {masses[i]:.4g} MeV"
                    " (destructive interference); --json has all excluded and allowed"
                    " intervals"
                )
                continue
            notes.append(
                f"{curve.label}: larger couplings are allowed again at some masses,"
                f" e.g. from {curve.reopens[i]:.3g} at {masses[i]:.4g} MeV (destructive"
                " interference)"
            )
    return notes


def reproduction_table(rows: Sequence[Reproduction]) -> Table:
    """Return published and computed numbers side by side.

    Parameters
    ----------
    rows : what `nuprobe.reproduce` returns.

    Examples
    --------
    >>> import nuprobe as nu
    >>> reproduction_table(nu.reproduce("COHERENT:2020iec")).columns[:4]
    ('source', 'quantity', 'published', 'computed')
    """

    def published(r: Reproduction) -> str:
        if r.plus is None or r.minus is None:
            return f"{r.published:.7g}"
        if r.plus == r.minus:
            return f"{r.published:g} +- {r.plus:g}"
        return f"{r.published:g} +{r.plus:g} -{r.minus:g}"

    def pull(r: Reproduction) -> str:
        if r.pull is not None:
            return f"{r.pull:+.2f}"
        return (
            f"({r.difference / r.published:+.1e})"
            if r.published
            else f"({r.difference:+.1e})"
        )

    return Table(
        "Published and computed",
        (
            "source",
            "quantity",
            "published",
            "computed",
            "unit",
            "ratio",
            "pull",
            "tolerance",
            "agrees",
        ),
        tuple(
            (
                r.key,
                r.quantity,
                published(r),
                f"{r.computed:.7g}",
                r.unit,
                "" if r.ratio is None else f"{r.ratio:.4g}",
                pull(r),
                r.tolerance,
                r.agrees,
            )
            for r in rows
        ),
        notes=(
            (
                "ratio: computed over published; pull: (computed - published)/error,"
                " in brackets the relative difference where no error is published"
            ),
            *(
                f"not judged: {r.quantity} ({r.key}): {r.note}"
                for r in rows
                if r.agrees is None
            ),
        ),
    )


def universe_table(rates: UniverseRates) -> Table:
    """Return predicted and measured abundances.

    Parameters
    ----------
    rates : of an experiment on the early universe.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> rates = experiment("primordial-abundances").predict()
    >>> universe_table(rates).columns[:2]
    ('observable', 'predicted')
    """
    rows = zip(
        rates.observables,
        *(map(float, rates.signal), map(float, rates.sigma_theory)),
        *(map(float, rates.data), map(float, rates.sigma), map(float, rates.pulls)),
        strict=True,
    )
    return Table(
        f"{rates.experiment}, {rates.analysis}",
        ("observable", "predicted", "error", "measured", "its error", "pull"),
        tuple(rows),
        {"error": ".2g", "its error": ".2g", "pull": "+.2f"},
        (
            "; ".join(
                f"{name.replace('_', ' ')}: {value}"
                for name, value in rates.assumptions.items()
            ),
        ),
    )


def precession_table(model: SpinFlavour, e_nu: FloatArray) -> Table:
    """Return the probabilities at Earth of solar neutrinos with magnetic moments.

    Parameters
    ----------
    model : the neutrinos and the field.
    e_nu : neutrino energies in MeV, shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> from nuprobe.oscillation import SOLAR_RADIUS, SpinFlavour
    >>> sun = SpinFlavour({"ex": 1e-11}, production=0.05 * SOLAR_RADIUS)
    >>> precession_table(sun, np.array([10.0])).columns
    ('E [MeV]', 'nu_e', 'nu_x', 'nubar_e', 'nubar_x')
    """
    probabilities = model.probabilities(e_nu)
    rows = [
        (float(e), *map(float, p)) for e, p in zip(e_nu, probabilities, strict=True)
    ]
    return Table(
        f"Probabilities at Earth of solar nu_e, {model.kind.capitalize()} neutrinos",
        ("E [MeV]", *model.names),
        tuple(rows),
        dict.fromkeys(model.names, ".4g"),
        (_moments(model), *_assumed(model)),
    )


def precession_limit_table(
    model: SpinFlavour, limits: Mapping[str, PrecessionLimit]
) -> Table:
    """Return the constraints on moment and field from bounds on solar antineutrinos.

    Parameters
    ----------
    model : the neutrinos and the field.
    limits : what `nuprobe.oscillation.precession_limit` found, by bound.

    Examples
    --------
    >>> from nuprobe.oscillation import SOLAR_RADIUS, SpinFlavour, precession_limit
    >>> sun = SpinFlavour({"ex": 1e-10}, production=0.05 * SOLAR_RADIUS)
    >>> found = precession_limit(sun, 5.3e-5, (8.3, 9.0))
    >>> precession_limit_table(sun, {"KamLAND-2011": found}).rows[0][0]
    'KamLAND-2011'
    """
    from nuprobe.units import gauss

    columns = ("bound", "P(nu_e -> nubar_e)", "mu [muB]", "B [kG]", "mu B [muB G]")
    rows = [
        (
            name,
            one.probability,
            one.moment,
            one.field / gauss / 1e3,
            one.moment_field,
        )
        for name, one in limits.items()
    ]
    formats = dict.fromkeys(columns[1:], ".3g")
    note = "upper limits; B is the largest field of this shape, mu B what they limit"
    return Table(
        "Largest transition moment in the field of the Sun",
        columns,
        tuple(rows),
        formats,
        (note, *_assumed(model)),
    )


def _moments(model: SpinFlavour) -> str:
    moments = ", ".join(f"mu_{k} = {mu:.4g} muB" for k, mu in model.moments.items())
    return moments


def _assumed(model: SpinFlavour) -> tuple[str, str]:
    """What is assumed of field, matter and production."""
    from nuprobe.oscillation import FIELDS, SOLAR_RADIUS
    from nuprobe.units import gauss

    field = model.magnetic_field
    shape = f": {FIELDS[field.name][1]}" if field.name in FIELDS else ""
    made = (
        f"made as {model.production} neutrinos are"
        if isinstance(model.production, str)
        else f"made at {model.production / SOLAR_RADIUS:.4g} solar radii"
    )
    return (
        f"field (assumed): {field.name}{shape}, at most"
        f" {field.peak / gauss / 1e3:.4g} kG",
        f"matter: {model.matter.name}; {made}; two flavours, sin2 theta ="
        f" {model.sin2_theta:.4g}, dm2 = {model.dm2 * 1e12:.4g} eV2",
    )


def gap_table(
    energies: FloatArray,
    mass: float,
    coupling: float,
    line: LineOfSight,
    index: float = 2.0,
) -> Table:
    """Return the spectrum of cosmic neutrinos that the Z′ of L_μ − L_τ absorbs.

    Parameters
    ----------
    energies : at Earth, MeV, shape (n,).
    mass, coupling : of the boson, MeV and g′.
    line : relic neutrinos and redshift.
    index : γ of the source, dΦ/dE ∝ E^−γ.

    Examples
    --------
    >>> import numpy as np
    >>> from nuprobe.bounds.relic_absorption import PEV, LineOfSight
    >>> print(gap_table(np.array([0.4 * PEV]), 11.0, 5e-4, LineOfSight()).rows)
    ((0.4, 0.0119..., 0.0119...),)
    """
    import numpy as np

    from nuprobe.bounds import relic_absorption as relic
    from nuprobe.units import eV

    left = relic.survival(energies, mass, coupling, line)
    flux = relic.spectrum(energies, mass, coupling, line, index)
    resonances = np.unique(relic.resonance_energy(mass, line.masses)) / relic.PEV
    lower = float(relic.gap_band(mass, line)[0])
    masses = ", ".join(f"{m / eV:.4g}" for m in np.unique(line.masses))
    return Table(
        f"Cosmic neutrinos absorbed by a Z' of {mass:.4g} MeV, g' = {coupling:.4g}",
        ("E [PeV]", "share that arrives", "E2 flux"),
        tuple(
            zip(
                (energies / relic.PEV).tolist(),
                left.tolist(),
                flux.tolist(),
                strict=True,
            )
        ),
        {"share that arrives": ".4g", "E2 flux": ".4g"},
        (
            "resonance M2/2 m_nu ="
            f" {', '.join(f'{e:.4g}' for e in resonances)} PeV; absorbed on the way, it"
            f" is seen at Earth from {resonances.min() / (1 + line.z_source):.4g} PeV",
            "g' that opens the gap of 0.4 to 1 PeV: "
            + (f"{lower:.3g} or more" if np.isfinite(lower) else "none at this mass"),
            f"m_nu = {masses} eV, z = {line.z_source:.4g},"
            f" {'Dirac' if line.dirac else 'Majorana'}; E2 flux over that at 0.1 PeV,"
            f" source E^-{index:.3g}",
        ),
    )
