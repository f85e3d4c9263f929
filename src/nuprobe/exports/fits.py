"""Tables of fits and of posterior samples."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from nuprobe.exports.parts import DataTable, Errors, Variable, values
from nuprobe.exports.planes import region_tables

__all__ = ["chain_tables", "fit_tables"]


def fit_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Best values with their errors, pulls of nuisances, allowed regions and
    correlations.

    Parameters
    ----------
    data : of `FitResult.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"]).to_dict()
    >>> [table.name for table in fit_tables(found)]
    ['best fit', 'nuisances', 'rn intervals', 'correlations']
    """
    level = f"{100 * data['cl']:.4g} % interval"
    about = {
        "Cost": data["cost"],
        "-2 ln L": data["twice_nll"],
        "Degrees of freedom": data["ndf"],
        "Goodness of fit, p": data["goodness_of_fit"],
    }
    about |= {f"Fixed {p['name']}": p["value"] for p in data["fixed"]}
    tables = [_best(data["parameters"], level, about)]
    if data["nuisances"]:
        tables.append(_nuisances(data["nuisances"], {"Cost": data["cost"]}))
    for p in data["parameters"]:
        found = [{"cl": data["cl"], "regions": p["regions"]}]
        tables += region_tables(p["name"], p["unit"], found, about)
    if data["covariance"] is not None:
        tables.append(_correlations(data["covariance_names"], data["covariance"]))
    return tables


def _best(parameters: Any, level: str, about: Mapping[str, Any]) -> DataTable:
    """One row per parameter, with its unit."""

    def size(p: Mapping[str, Any], side: str) -> float | None:
        end = p[f"minos_{side}"]
        return None if end is None else abs(end - p["value"])

    errors = [
        Errors.symmetric("curvature", [p["error"] for p in parameters]),
        Errors(
            level,
            values([size(p, "upper") for p in parameters]),
            values([size(p, "lower") for p in parameters]),
        ),
    ]
    known = tuple(e for e in errors if any(x is not None for x in (*e.above, *e.below)))
    return DataTable(
        "best fit",
        "Best values of the free parameters; every row has its own unit. An error that"
        " is missing on one side is open there.",
        (
            Variable("parameter", tuple(p["name"] for p in parameters)),
            Variable("unit", tuple(p["unit"] or "1" for p in parameters)),
        ),
        (
            Variable(
                "best value",
                values([p["value"] for p in parameters]),
                errors=known,
                about=about,
            ),
        ),
        ("CONST",),
    )


def _nuisances(nuisances: Any, about: Mapping[str, Any]) -> DataTable:
    return DataTable(
        "nuisances",
        "Nuisances at the best fit, centred on 0; a constraint is missing where there"
        " is none.",
        (Variable("nuisance", tuple(n["name"] for n in nuisances)),),
        (
            Variable(
                "best value",
                values([n["value"] for n in nuisances]),
                errors=(
                    Errors.symmetric("curvature", [n["error"] for n in nuisances]),
                ),
                about=about,
            ),
            Variable(
                "constraint", values([n["sigma"] for n in nuisances]), about=about
            ),
            Variable("pull", values([n["pull"] for n in nuisances]), about=about),
        ),
    )


def _correlations(names: list[str], covariance: list[list[float]]) -> DataTable:
    sigma = [sqrt(row[i]) for i, row in enumerate(covariance)]
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names))]
    shares = [
        float(i == j)
        if i == j or not sigma[i] * sigma[j]
        else covariance[i][j] / (sigma[i] * sigma[j])
        for i, j in pairs
    ]
    return DataTable(
        "correlations",
        "Correlations of the free parameters and the nuisances at the best fit.",
        (
            Variable("first", tuple(names[i] for i, _ in pairs)),
            Variable("second", tuple(names[j] for _, j in pairs)),
        ),
        (Variable("correlation", values(shares)),),
        ("CORR",),
    )


def chain_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Means, widths and credible intervals of a posterior.

    Parameters
    ----------
    data : of `SampleResult.to_dict`.

    Examples
    --------
    >>> column = {"name": "x", "unit": "fm", "prior": "flat", "mean": 1.0, "std": 0.1}
    >>> column |= {"median": 1.0, "split_r_hat": 1.0, "effective_samples": 900.0}
    >>> made = {"columns": [{**column, "equal_tailed": {"0.9": [0.8, 1.2]}}]}
    >>> made |= {"cost": "c", "nuisances": "profiled", "walkers": 32, "steps": 100}
    >>> [table] = chain_tables({**made, "burn": 50, "seed": 1, "verdict": "converged"})
    >>> [v.name for v in table.dependent]
    ['mean', 'median', '90 % from', '90 % to', 'split R-hat', 'effective samples']
    """
    columns = data["columns"]
    words = ("cost", "nuisances", "walkers", "steps", "burn", "seed", "verdict")
    about = {word.capitalize(): data[word] for word in words}
    dependent = [
        Variable(
            "mean",
            values([c["mean"] for c in columns]),
            errors=(Errors.symmetric("width", [c["std"] for c in columns]),),
            about=about,
        ),
        Variable("median", values([c["median"] for c in columns]), about=about),
    ]
    for cl in columns[0]["equal_tailed"]:
        for k, word in enumerate(("from", "to")):
            dependent.append(
                Variable(
                    f"{100 * float(cl):.4g} % {word}",
                    values([c["equal_tailed"][cl][k] for c in columns]),
                    about={**about, "Interval": "equal tails"},
                )
            )
    for name, key in (
        ("split R-hat", "split_r_hat"),
        ("effective samples", "effective_samples"),
    ):
        dependent.append(Variable(name, values([c[key] for c in columns]), about=about))
    return [
        DataTable(
            "posterior",
            "Posterior of each parameter: mean, width, median and credible intervals"
            " with equal tails; every row has its own unit.",
            (
                Variable("parameter", tuple(c["name"] for c in columns)),
                Variable("unit", tuple(c["unit"] or "1" for c in columns)),
                Variable("prior", tuple(str(c["prior"]) for c in columns)),
            ),
            tuple(dependent),
            ("CONST",),
        )
    ]
