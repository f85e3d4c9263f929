"""Tables of planes of solar mixing, of moments in the early universe and of decays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nuprobe.exports.parts import DataTable, Variable, values
from nuprobe.exports.planes import LEVELS, contour_tables
from nuprobe.inference import Contour
from nuprobe.inference.levels import delta_threshold
from nuprobe.parameters import Parameter

__all__ = [
    "channel_tables",
    "decay_plane_tables",
    "moment_plane_tables",
    "solar_plane_tables",
    "summary_tables",
]


def solar_plane_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Contours over tan²θ₁₂ and Δm²₂₁ at each value of L_1A, and the grid.

    Parameters
    ----------
    data : of `SolarPlane.to_dict`.

    Examples
    --------
    >>> nodes = np.linspace(-1.0, 1.0, 5)
    >>> rise = 20 * (nodes[:, None] ** 2 + nodes**2)
    >>> best = {"tan2_12": 0.4, "dm2_21_eV2": 8e-5, "twice_nll": 3.0}
    >>> made = {"tan2_12": (0.4 + nodes / 10).tolist(), "best": [best]}
    >>> made |= {"dm2_21_eV2": (8e-5 + 1e-5 * nodes).tolist(), "flux_8B": "free"}
    >>> made |= {"l1a": {"scheme": "nnlo", "unit": "fm3", "values": [5.0]}}
    >>> made |= {"delta": [rise.tolist()], "experiments": ["sno-2013"]}
    >>> [t.name for t in solar_plane_tables({**made, "delta_above": "each"})][-2:]
    ['L_1A = 5 tan2_12 dm2_21 contour 95 %', 'tan2_12 dm2_21 grid']
    """
    axes = [np.asarray(data[key], dtype=float) for key in ("tan2_12", "dm2_21_eV2")]
    names = (("tan2_12", ""), ("dm2_21", "eV2"))
    l1a = data["l1a"]
    tables: list[DataTable] = []
    for i, value in enumerate(l1a["values"]):
        best = data["best"][i]
        place = (best["tan2_12"], best["dm2_21_eV2"])
        x, y = (
            Parameter(name, at, unit=unit)
            for (name, unit), at in zip(names, place, strict=True)
        )
        plane = Contour(
            parameters=(x, y),
            axes=(axes[0], axes[1]),
            delta=np.asarray(data["delta"][i], dtype=float),
            thresholds={cl: delta_threshold(cl, 2) for cl in LEVELS},
            best=place,
            best_twice_nll=best["twice_nll"],
        )
        for table in contour_tables(plane.to_dict()):
            where = f" L_1A = {value:g} {l1a['unit']} in the scheme {l1a['scheme']}."
            named = f"L_1A = {value:g} {table.name}"
            tables.append(
                DataTable(
                    named,
                    table.description + where,
                    table.independent,
                    table.dependent,
                    table.observables,
                )
            )
    places = np.meshgrid(np.asarray(l1a["values"]), *axes, indexing="ij")
    about = {
        "Scheme of L_1A": l1a["scheme"],
        "Flux of 8B": data["flux_8B"],
        "Above the lowest of": data["delta_above"],
        "Experiments": ", ".join(data["experiments"]),
    }
    grid = DataTable(
        "tan2_12 dm2_21 grid",
        "Rise of -2 ln L over mixing at values of L_1A, fluxes at their best.",
        (
            Variable("L_1A", values(places[0]), l1a["unit"]),
            Variable("tan2_12", values(places[1])),
            Variable("dm2_21", values(places[2]), "eV2"),
        ),
        (Variable("Δ(-2 ln L)", values(data["delta"]), about=about),),
        ("CLS",),
        ("Solar Neutrinos",),
    )
    return [*tables, grid]


def moment_plane_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Predictions of the early universe over two moments.

    Parameters
    ----------
    data : of `MomentPlane.to_dict`.

    Examples
    --------
    >>> made = {"parameters": ["a", "b"], "unit": "muB", "nodes": [[0.0], [0.0, 1.0]]}
    >>> made |= {"observables": ["y_p"], "values": [[[0.24], [0.25]]]}
    >>> made |= {"interpolation_errors": {"y_p": 1e-6}, "assumptions": {}}
    >>> [table] = moment_plane_tables(made)
    >>> table.dependent[0].values
    (0.24, 0.25)
    """
    first, second = np.meshgrid(*map(np.asarray, data["nodes"]), indexing="ij")
    assumed = {k: v for k, v in data["assumptions"].items() if v is not None}
    columns = tuple(
        Variable(
            name,
            values(found),
            about={
                **assumed,
                "Error of interpolation": data["interpolation_errors"][name],
            },
        )
        for name, found in zip(
            data["observables"], np.moveaxis(data["values"], 2, 0), strict=True
        )
    )
    a, b = data["parameters"]
    return [
        DataTable(
            f"{a} {b} grid",
            f"Predictions of the early universe over {a} and {b}.",
            (
                Variable(a, values(first), data["unit"]),
                Variable(b, values(second), data["unit"]),
            ),
            columns,
        )
    ]


def decay_plane_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Abundances after decays over mass and lifetime or moment.

    Parameters
    ----------
    data : of `DecayPlane.to_dict`.

    Examples
    --------
    >>> made = {"masses [MeV]": [3.0, 5.0], "lifetimes": [1e5], "abundance": 1e-7}
    >>> made |= {"lifetimes [s]": [[1e5], [1e5]], "y_p": [[0.247], [None]]}
    >>> made |= {"chi2 rise": [[0.0], [9.0]], "excluded": [[False], [True]]}
    >>> made |= {"measured": {"d_h": [2.5e-5, 3e-7]}, "without decay": {}}
    >>> made |= {"caution": "c", "assumptions": {}, "theory errors": {}}
    >>> [table] = decay_plane_tables(made)
    >>> [v.name for v in table.dependent]
    ['y_p', 'rise of chi2', 'excluded']
    """
    by = "lifetimes" if "lifetimes" in data else "moments"
    masses, columns = data["masses [MeV]"], data[by]
    places = np.meshgrid(np.asarray(masses), np.asarray(columns), indexing="ij")
    unit = "s" if by == "lifetimes" else "muB"
    said = {
        *("masses [MeV]", by, "lifetimes [s]", "abundance", "chi2 rise", "excluded"),
        *("without decay", "measured", "theory errors", "caution", "assumptions"),
        "provenance",
    }
    about = {k: v for k, v in data["assumptions"].items() if v is not None}
    about["Abundance"] = data["abundance"]
    for name, (value, error) in data["measured"].items():
        about[f"Measured {name}"] = f"{value:g} +- {error:g}"
    dependent = [
        Variable(name, values(found), about=about)
        for name, found in data.items()
        if name not in said
    ]
    dependent.append(Variable("rise of chi2", values(data["chi2 rise"]), about=about))
    flags = np.ravel(np.asarray(data["excluded"], dtype=object))
    dependent.append(
        Variable("excluded", tuple("yes" if x else "no" for x in flags), about=about)
    )
    independent = [Variable("mass", values(places[0]), "MeV")]
    independent.append(Variable(by.removesuffix("s"), values(places[1]), unit))
    if by != "lifetimes":
        independent.append(Variable("lifetime", values(data["lifetimes [s]"]), "s"))
    return [
        DataTable(
            f"mass {by.removesuffix('s')} grid",
            "Light elements that decays leave; excluded where χ² rises by more than"
            f" 5.99 (95 %, two parameters). {data['caution']}",
            tuple(independent),
            tuple(dependent),
            ("CLS",),
        )
    ]


def summary_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Upper limits on one moment, computed and published, and the underlying fits.

    Parameters
    ----------
    data : output of ``nuprobe cosmology summary --json``.

    Examples
    --------
    >>> made = {"parameter": "emu", "kind": "dirac", "cl": 0.9, "fits": {}}
    >>> made |= {"upper [mu_B]": {"tip": 4e-12}, "published [mu_B]": {"V": 4.5e-12}}
    >>> [table] = summary_tables(made)
    >>> table.independent[0].values, table.dependent[0].values
    (('tip', 'V'), (4e-12, 4.5e-12))
    """
    name, level = data["parameter"], f"{100 * data['cl']:.4g} % CL"
    own, others = data["upper [mu_B]"], data["published [mu_B]"]
    about = {"Confidence level": data["cl"], "Kind of neutrino": data["kind"]}
    return [
        DataTable(
            f"{name} limits",
            f"Upper limits on {name} at {level}, computed and as published.",
            (
                Variable("data", (*own, *others)),
                Variable(
                    "origin",
                    (*("computed" for _ in own), *("published" for _ in others)),
                ),
            ),
            (
                Variable(
                    f"limit on {name}",
                    values([*own.values(), *others.values()]),
                    "muB",
                    about=about,
                ),
            ),
            ("CLS",),
        )
    ]


def channel_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Tridents channel by channel: events, or cross sections without an exposure.

    Parameters
    ----------
    data : output of ``nuprobe rate --by-channel --json``.

    Examples
    --------
    >>> one = {"channel": "a", "cross_sections_cm2": {"coherent": 1e-40}}
    >>> one |= {"events": None, "elastic_events": None}
    >>> made = {"experiment": "e", "model": "sm", "channels": [one]}
    >>> [table] = channel_tables(made)
    >>> table.dependent[0].unit
    'cm2'
    """
    rows = data["channels"]
    about = {"Experiment": data["experiment"], "Model": data["model"]}
    columns = [
        Variable(
            f"cross section, {regime}",
            values([row["cross_sections_cm2"].get(regime) for row in rows]),
            "cm2",
            about=about,
        )
        for regime in rows[0]["cross_sections_cm2"]
    ]
    columns += [
        Variable(
            f"events, {regime}",
            values([(row["events"] or {}).get(regime) for row in rows]),
            about=about,
        )
        for regime in rows[0]["events"] or ()
    ]
    return [
        DataTable(
            f"{data['experiment']} channels",
            f"Tridents of {data['experiment']} by channel, averaged over the flux.",
            (Variable("channel", tuple(row["channel"] for row in rows)),),
            tuple(columns),
            ("SIG", "N"),
        )
    ]
