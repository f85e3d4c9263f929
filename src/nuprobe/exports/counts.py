"""Tables of expected and measured counts and rates of experiments, from the data of
their results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nuprobe.exports.parts import Bin, DataTable, Errors, Variable, bins, values

__all__ = [
    "count_tables",
    "detector_tables",
    "measured_tables",
    "reactor_tables",
    "site_tables",
    "solar_tables",
    "trident_tables",
]

_COUNTS = ("N",)
_RATIOS = ("RATIO",)


def count_tables(data: Mapping[str, Any], site: str = "") -> list[DataTable]:
    """Counts bin by bin: expected by source and in total, and observed.

    Parameters
    ----------
    data : of `Rates.to_dict`, with other models under ``"compared"``.
    site : name of the detector, if there are several.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").predict().to_dict()
    >>> [table] = count_tables(found)
    >>> table.rows, [v.name for v in table.dependent][-2:]
    (12, ['expected, total', 'observed'])
    """
    axes = _axes(data)
    shape = tuple(len(places) for _, _, places in axes)
    places = np.stack(
        np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1
    ).reshape(-1, len(shape))
    independent = tuple(
        Variable(name, tuple(edges[i] for i in places[:, k]), unit)
        for k, (name, unit, edges) in enumerate(axes)
        if k == 0 or len(edges) > 1
    )
    about = {"Experiment": data["experiment"], "Analysis": data["analysis"]}
    about |= {"Detector": site} if site else {}
    total = np.sum([np.ravel(v) for v in data["components"].values()], axis=0)
    dependent = [
        Variable(f"expected, {name}", values(v), about=about)
        for name, v in data["components"].items()
    ]
    whole: dict[str, Any] = dict(about)
    if data["signal_sigma"] > 0:
        whole["Error of the summed signal from systematics"] = data["signal_sigma"]
    dependent.append(Variable("expected, total", values(total), about=whole))
    for name, other in (data.get("compared") or {}).items():
        other = other["sites"][site] if "sites" in other else other
        sums = np.sum([np.ravel(v) for v in other["components"].values()], axis=0)
        dependent.append(
            Variable(
                f"expected, total, {name}", values(sums), about={**about, "Model": name}
            )
        )
    if data["data"] is not None:
        sigma = data["sigma"]
        errors = () if sigma is None else (Errors.symmetric("data", sigma),)
        dependent.append(
            Variable("observed", values(data["data"]), errors=errors, about=about)
        )
    title = " ".join(filter(None, (data["experiment"], data["analysis"], site)))
    return [
        DataTable(
            f"{title} counts",
            f"Expected counts by source{_observed(data)} of {title}, bin by bin."
            + (f" {_summed(data)}" if len(independent) < len(axes) else ""),
            independent,
            tuple(dependent),
            _COUNTS,
            ("Neutrino Interactions",),
        )
    ]


def _observed(data: Mapping[str, Any]) -> str:
    if data["data"] is None:
        return ""
    return " and observed counts" + (
        ", measured backgrounds subtracted," if data["sigma"] is not None else ""
    )


def _summed(data: Mapping[str, Any]) -> str:
    times = data["time_edges_us"]
    if times is None:
        return "They are summed over all times."
    return f"They are summed over times from {times[0]:g} to {times[-1]:g} µs."


def _axes(data: Mapping[str, Any]) -> list[tuple[str, str, tuple[Bin, ...]]]:
    """Name, unit and bins of each axis, in the order of the arrays."""
    found = [(data["observable"], data["unit"], bins(data["energy_edges"]))]
    if data["shape_edges"] is not None:
        # files of older versions lack the unit of a third quantity
        unit = data.get("shape_unit") or ""
        found.append((data["shape_observable"], unit, bins(data["shape_edges"])))
    times = data["time_edges_us"]
    found.append(("time", "µs", ((0.0, 0.0),) if times is None else bins(times)))
    return found


def site_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """A table for each detector.

    Parameters
    ----------
    data : of `SiteRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict().to_dict()
    >>> [table.name for table in site_tables({"sites": {"near": rates}})]
    ['coherent-csi-2017 energy near counts']
    """
    more = {"compared": data["compared"]} if "compared" in data else {}
    return [
        table
        for site, rates in data["sites"].items()
        for table in count_tables({**rates, **more}, site)
    ]


def detector_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Values of a disappearance, row by row.

    Parameters
    ----------
    data : of `BaselineRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [table] = detector_tables(nu.experiment("best").predict().to_dict())
    >>> [v.name for v in table.dependent]
    ['expected', 'expected, three neutrinos', 'observed']
    """
    unit, point = data["unit"], data["point"]
    independent = [Variable("detector", tuple(data["detectors"]))]
    if data["low"] is not None:
        pairs = zip(values(data["low"]), values(data["high"]), strict=True)
        edges = tuple((a or 0.0, b or 0.0) for a, b in pairs)
        independent.append(Variable("energy", edges, data["energy_unit"]))
    about = {"Experiment": data["experiment"], "Analysis": data["analysis"]}
    title = f"{data['experiment']} {data['analysis']}"
    return [
        DataTable(
            f"{title} values",
            f"Expected and observed values of {title}; errors are those of the diagonal"
            " of the covariance, of which the χ² takes all.",
            tuple(independent),
            (
                Variable(
                    "expected",
                    values(data["total"]),
                    unit,
                    about={**about, **point, "χ²": data["chi2"]},
                ),
                Variable(
                    "expected, three neutrinos",
                    values(data["three_neutrinos"]),
                    unit,
                    about={**about, "χ²": data["chi2_three_neutrinos"]},
                ),
                Variable(
                    "observed",
                    values(data["data"]),
                    unit,
                    (Errors.symmetric("total", data["sigma"]),),
                    about,
                ),
            ),
            _COUNTS if data["kind"] == "spectra" else _RATIOS,
            ("Neutrino Oscillations",),
        )
    ]


def reactor_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Rates of reactors over their published prediction.

    Parameters
    ----------
    data : of `ReactorRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [table] = reactor_tables(nu.experiment("reactor-rates").predict().to_dict())
    >>> table.rows
    21
    """
    about = {"Experiment": data["experiment"], "Analysis": data["analysis"]}
    title = f"{data['experiment']} {data['analysis']}"
    fractions = (
        Variable(f"fission fraction of {name}", values(v))
        for name, v in data["fractions"].items()
    )
    return [
        DataTable(
            f"{title} ratios",
            f"Expected and measured rates of {title} over the published prediction"
            " without oscillations.",
            (
                Variable("measurement", tuple(data["rows"])),
                Variable("baseline", values(data["baseline_m"]), "m"),
                *fractions,
            ),
            (
                Variable(
                    "expected",
                    values(data["signal"]),
                    errors=(Errors.symmetric("flux", data["flux_sigma"]),),
                    about={**about, "-2 ln L": data["twice_nll"]},
                ),
                Variable(
                    "measured",
                    values(data["data"]),
                    errors=(Errors.symmetric("total", data["sigma"]),),
                    about=about,
                ),
            ),
            _RATIOS,
            ("Neutrino Oscillations",),
        )
    ]


def solar_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Values of a solar experiment.

    Parameters
    ----------
    data : of `SolarRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [table] = solar_tables(nu.experiment("gallium-2009").predict().to_dict())
    >>> table.dependent[-1].values
    (66.1,)
    """
    rows, unit = data["values"], data["unit"]
    about = {"Experiment": data["experiment"], "Analysis": data["analysis"]}
    title = f"{data['experiment']} {data['analysis']}"
    parts = [
        Variable(
            f"expected, {kind}" if kind else "expected, without a flux",
            values([row["by_kind"][kind] for row in rows]),
            unit,
            about=about,
        )
        for kind in rows[0]["by_kind"]
    ]
    return [
        DataTable(
            f"{title} values",
            f"Expected and measured values of {title}.",
            (Variable("value", tuple(row["name"] for row in rows)),),
            (
                *parts,
                Variable(
                    "expected",
                    values([row["expected"] for row in rows]),
                    unit,
                    about={**about, **data["point"]},
                ),
                Variable(
                    "measured",
                    values([row["measured"] for row in rows]),
                    unit,
                    (
                        Errors(
                            "total",
                            values([row["above"] for row in rows]),
                            values([row["below"] for row in rows]),
                        ),
                    ),
                    about,
                ),
            ),
            _COUNTS,
            ("Solar Neutrinos",),
        )
    ]


def measured_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Abundances of the early universe, or the tip of a red-giant branch.

    Parameters
    ----------
    data : of `UniverseRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> [table] = measured_tables(nu.experiment("m5-tip").predict().to_dict())
    >>> table.independent[0].values
    ('M_I of the tip [mag]',)
    """
    about = {"Experiment": data["experiment"], "Analysis": data["analysis"]}
    assumed = {k: v for k, v in data["assumptions"].items() if v is not None}
    title = f"{data['experiment']} {data['analysis']}"
    return [
        DataTable(
            f"{title} values",
            f"Predicted and measured values of {title}.",
            (Variable("observable", tuple(data["observables"])),),
            (
                Variable(
                    "predicted",
                    values(data["predicted"]),
                    errors=(Errors.symmetric("theory", data["predicted_sigma"]),),
                    about={**about, **assumed},
                ),
                Variable(
                    "measured",
                    values(data["data"]),
                    errors=(Errors.symmetric("total", data["sigma"]),),
                    about=about,
                ),
            ),
        )
    ]


def trident_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Cross section of tridents over that of the Standard Model, and its regimes.

    Parameters
    ----------
    data : of `TridentRates.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("ccfr-trident").predict().to_dict()
    >>> [table.name for table in trident_tables(found)]
    ['ccfr-trident published ratio', 'ccfr-trident published cross sections']
    """
    about = {
        "Experiment": data["experiment"],
        "Analysis": data["analysis"],
        "Regime": data["regime"],
        "sin2_theta_w": data["sin2_theta_w"],
    }
    title = f"{data['experiment']} {data['analysis']}"
    plus, minus = values([data["plus"]]), values([data["minus"]])
    regimes = data["cross_sections_cm2"]
    sections = [
        Variable("cross section", values(list(regimes.values())), "cm2", about=about)
    ]
    if data["events"] is not None:
        events = [data["events"].get(name) for name in regimes]
        sections.append(Variable("events", values(events), about=about))
    return [
        DataTable(
            f"{title} ratio",
            f"Cross section of {title} over that of the Standard Model, averaged over"
            " the flux.",
            (Variable("experiment", (data["experiment"],)),),
            (
                Variable("predicted", values([data["ratio"]]), about=about),
                Variable(
                    "measured",
                    values([data["measured"]]),
                    errors=(Errors("total", plus, minus),),
                    about=about,
                ),
            ),
            _RATIOS,
        ),
        DataTable(
            f"{title} cross sections",
            "Cross sections averaged over the flux, per nucleus or formula unit; not in"
            f" the ratio: {', '.join(data['beside']) or 'none'}.",
            (Variable("regime", tuple(regimes)),),
            tuple(sections),
            ("SIG",),
        ),
    ]
