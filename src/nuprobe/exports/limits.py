"""Tables of limits: numbers, and curves over a mass or a second parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nuprobe.exports.parts import DataTable, Errors, Variable, values

__all__ = [
    "cls_tables",
    "coverage_tables",
    "factor_tables",
    "limit_tables",
    "sensitivity_tables",
    "threshold_tables",
    "verdict_tables",
]

_LIMITS = ("CLS",)
_CL = "Confidence level"


def limit_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Largest allowed couplings over the mass, and all excluded intervals if any of
    them has an upper end.

    Parameters
    ----------
    data : of `Limit.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.limit(["ccfr-trident"], "lmu-ltau", mass=[10.0, 100.0])
    >>> [table] = limit_tables(found.to_dict())
    >>> [round(x, 5) for x in table.dependent[0].values]
    [0.00092, 0.00122]
    """
    curves, unit = data["curves"], data["mass_unit"]
    model = {"Model": data["family"], _CL: data["cl"], "Sides": data["sides"]}
    model |= {
        key: data[key]
        for key in ("mixing", "sin2_theta_w", "sin2_theta_w_high")
        if data.get(key) is not None
    }
    columns = [
        Variable(
            f"coupling, {c['label']}",
            values(c["coupling"]),
            about={
                **model,
                "Experiments": ", ".join(c["experiments"]),
                "Statistic": data["statistic"],
                "Projection": c["projected"],
                "Standard Model excluded": c["standard_excluded"],
            },
        )
        for c in curves
    ]
    level, largest = f"{100 * data['cl']:.4g} % CL", curves[0]["largest_coupling"]
    ends = "" if largest is None else f" up to a coupling of {largest:g}"
    phrases = ("Beyond Standard Model", "Exclusion Limit")
    mass = Variable("mass", values(curves[0]["mass"]), unit)
    tables = [
        DataTable(
            f"{data['family']} limit",
            f"Largest coupling of the mediator {data['family']} that is allowed,"
            f" {level}: the first that is excluded on the way up; missing where nothing"
            f" is excluded{ends}.",
            (mass,),
            tuple(columns),
            _LIMITS,
            phrases,
        )
    ]
    for curve, column in zip(curves, columns, strict=True):
        more = [
            (m, a, b)
            for m, pairs in zip(curve["mass"], curve["excluded"] or (), strict=False)
            for a, b in pairs
        ]
        if all(b is None for _, _, b in more) and len(more) <= len(curve["mass"]):
            continue
        tables.append(
            DataTable(
                f"{data['family']} excluded, {curve['label']}",
                f"All intervals of the coupling that {curve['label']} excludes,"
                f" {level}; an upper end is missing where all above is excluded{ends}.",
                (Variable("mass", values([m for m, _, _ in more]), unit),),
                (
                    Variable(
                        "coupling from",
                        values([a for _, a, _ in more]),
                        about=column.about,
                    ),
                    Variable(
                        "coupling to",
                        values([b for _, _, b in more]),
                        about=column.about,
                    ),
                ),
                _LIMITS,
                phrases,
            )
        )
    return tables


def factor_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Factors on all coefficients of a point allowed by experiments.

    Parameters
    ----------
    data : of `FactorLimits.to_dict`.

    Examples
    --------
    >>> one = {"label": "ccfr", "projected": False, "allowed_factors": [[-1.0, 2.0]]}
    >>> [table] = factor_tables({"cl": 0.95, "limits": [one]})
    >>> table.dependent[1].values
    (2.0,)
    """
    rows = [(one, *ends) for one in data["limits"] for ends in one["allowed_factors"]]
    about = {_CL: data["cl"], "Sides": 2}
    return [
        DataTable(
            "allowed factors",
            "Intervals of a common factor on all coefficients of the point that are"
            f" allowed at {100 * data['cl']:.4g} % CL; 1 is the point itself.",
            (Variable("experiment", tuple(one["label"] for one, _, _ in rows)),),
            (
                Variable("factor from", values([a for _, a, _ in rows]), about=about),
                Variable("factor to", values([b for _, _, b in rows]), about=about),
            ),
            _LIMITS,
        )
    ]


def verdict_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Verdicts of experiments on points of a model.

    Parameters
    ----------
    data : of `Verdicts.to_dict`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.experiments import verdict
    >>> [table] = verdict_tables(verdict(["ccfr-trident"]).to_dict())
    >>> table.dependent[-1].values
    ('allowed',)
    """
    rows = [
        (one, i) for one in data["verdicts"] for i in range(len(one["exclusion_cl"]))
    ]
    about = {_CL: data["cl"], "Sides": 2}
    ratios = [None if one["ratio"] is None else one["ratio"][i] for one, i in rows]
    return [
        DataTable(
            "verdicts",
            "Predicted ratios to the Standard Model, and the confidence level at which"
            " each point is just excluded.",
            (
                Variable("experiment", tuple(one["label"] for one, _ in rows)),
                Variable("point", values([i + 1 for _, i in rows])),
            ),
            (
                Variable("ratio", values(ratios), about=about),
                Variable(
                    "pull", values([one["pull"][i] for one, i in rows]), about=about
                ),
                Variable(
                    "excluded at",
                    values([one["exclusion_cl"][i] for one, i in rows]),
                    about=about,
                ),
                Variable(
                    "verdict", tuple(one["verdict"][i] for one, i in rows), about=about
                ),
            ),
            _LIMITS,
        )
    ]


def sensitivity_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Median expected limit on a parameter, with its bands.

    Parameters
    ----------
    data : of `Sensitivity.to_dict`.

    Examples
    --------
    >>> bands = {"-2": 1.0, "-1": 1.5, "median": 2.0, "+1": 3.0, "+2": None}
    >>> made = {"parameter": "x", "unit": "fm", "cl": 0.9, "null": 0.0}
    >>> made |= {"method": "CLs", "expected": bands, "toys": None, "number": 0}
    >>> [table] = sensitivity_tables(made)
    >>> table.dependent[0].values
    (1.0, 1.5, 2.0, 3.0, None)
    """
    about = {
        _CL: data["cl"],
        "Method": data["method"],
        "Without a signal": data["null"],
    }
    about |= {"Experiments": ", ".join(data.get("experiments") or ()) or None}
    name, unit = data["parameter"], data["unit"]
    columns = [
        Variable(
            f"limit on {name}", values([*data["expected"].values()]), unit, about=about
        )
    ]
    if data["toys"] is not None:
        counted = {**about, "Method": "CLs, toys", "Toys": data["number"]}
        columns.append(
            Variable(
                f"limit on {name}, toys",
                values([*data["toys"].values()]),
                unit,
                about=counted,
            )
        )
    places = tuple(
        k if k == "median" else f"{k} standard deviations" for k in data["expected"]
    )
    return [
        DataTable(
            f"{name} sensitivity",
            f"Upper limits on {name} at {100 * data['cl']:.4g} % CL that experiments"
            " without a signal would set: median and bands; missing where no value is"
            " excluded.",
            (Variable("experiments without a signal", places),),
            tuple(columns),
            _LIMITS,
        )
    ]


def cls_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """CLs over a parameter from toys: observed, and expected with its bands.

    Parameters
    ----------
    data : of `CLs.to_dict`.

    Examples
    --------
    >>> made = {"parameter": "x", "unit": "fm", "null": 0.0, "values": [1.0, 2.0]}
    >>> made |= {"statistic": [1.0, 4.0], "asymptotic": [0.3, 0.04]}
    >>> made |= {"expected": [[0.1, 0.01]] * 5, "toys": None, "toys_errors": None}
    >>> [table] = cls_tables({**made, "number": 0})
    >>> table.dependent[0].values
    (0.3, 0.04)
    """
    name = data["parameter"]
    about = {"Without a signal": data["null"], "Statistic": "q-tilde"}
    formula = {**about, "Method": "asymptotic"}
    columns = [Variable("CLs, observed", values(data["asymptotic"]), about=formula)]
    columns += [
        Variable(f"CLs, expected, {n} standard deviations", values(c), about=formula)
        for n, c in zip(
            ("-2", "-1", "median, 0", "+1", "+2"), data["expected"], strict=True
        )
    ]
    if data["toys"] is not None:
        errors = Errors.symmetric("toys", data["toys_errors"])
        counted = {**about, "Method": "toys", "Toys": data["number"]}
        columns.append(
            Variable(
                "CLs, observed, toys", values(data["toys"]), "", (errors,), counted
            )
        )
    columns.append(Variable("statistic", values(data["statistic"]), about=about))
    return [
        DataTable(
            f"{name} CLs",
            f"CLs of values of {name}: a value is excluded where CLs is below one minus"
            " the confidence level.",
            (Variable(name, values(data["values"]), data["unit"]),),
            tuple(columns),
            _LIMITS,
        )
    ]


def threshold_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Thresholds from toys over a parameter, and the resulting intervals.

    Parameters
    ----------
    data : of `FeldmanCousins.to_dict`.

    Examples
    --------
    >>> ends = {"lower": 1.0, "upper": 2.0, "lower_error": 0.1, "upper_error": 0.1}
    >>> level = {"cl": 0.9, "thresholds": [2.7], "errors": [0.1], "intervals": [ends]}
    >>> made = {"parameter": "x", "unit": "fm", "best": 1.5, "toys": 50, "seed": 1}
    >>> made |= {"values": [1.5], "delta": [0.0], "p_values": [1.0], "levels": [level]}
    >>> [t.name for t in threshold_tables({**made, "ensemble": "unconditional"})]
    ['x thresholds', 'x intervals']
    """
    name, unit = data["parameter"], data["unit"]
    about = {"Toys": data["toys"], "Seed": data["seed"], "Ensemble": data["ensemble"]}
    rise = "Δ(-2 ln L)"
    columns = [
        Variable(rise, values(data["delta"]), about={f"Best {name}": data["best"]}),
        Variable("p-value", values(data["p_values"]), about=about),
    ]
    rows: list[tuple[float, dict[str, Any]]] = []
    for level in data["levels"]:
        rows += [(level["cl"], ends) for ends in level["intervals"]]
        errors = (Errors.symmetric("toys", level["errors"]),)
        columns.append(
            Variable(
                f"threshold of {rise}, {100 * level['cl']:.4g} % CL",
                values(level["thresholds"]),
                errors=errors,
                about={**about, _CL: level["cl"]},
            )
        )
    tables = [
        DataTable(
            f"{name} thresholds",
            f"Profiled {rise} of the data over {name}, the share of toys at least as"
            " far from their best fit, and the thresholds of Feldman and Cousins.",
            (Variable(name, values(data["values"]), unit),),
            tuple(columns),
            _LIMITS,
        )
    ]
    sides = [
        Variable(
            f"{name} {word}",
            values([ends[key] for _, ends in rows]),
            unit,
            (Errors.symmetric("toys", [ends[f"{key}_error"] for _, ends in rows]),),
            about,
        )
        for word, key in (("from", "lower"), ("to", "upper"))
    ]
    if not rows:
        return tables
    return [
        *tables,
        DataTable(
            f"{name} intervals",
            f"Allowed intervals of {name} with thresholds by toys; an end is missing"
            " where the grid ends inside the interval.",
            (Variable(_CL, values([cl for cl, _ in rows])),),
            tuple(sides),
            _LIMITS,
        ),
    ]


def coverage_tables(data: Mapping[str, Any]) -> list[DataTable]:
    """Fraction of toys whose interval contains the truth.

    Parameters
    ----------
    data : of `Coverage.to_dict`.

    Examples
    --------
    >>> made = {"parameter": "x", "unit": "fm", "truth": 1.0, "toys": 100, "seed": 1}
    >>> made |= {"levels": [0.9], "covered": [0.91], "errors": [0.03]}
    >>> made |= {"ensemble": "unconditional", "mean": 1.0, "bias": 0.0}
    >>> [table] = coverage_tables({**made, "median": 1.0, "bias_error": 0.1})
    >>> table.dependent[0].values
    (0.91,)
    """
    name = data["parameter"]
    words = ("truth", "toys", "seed", "ensemble", "mean", "median", "bias")
    about = {word.capitalize(): data[word] for word in words}
    return [
        DataTable(
            f"{name} coverage",
            f"Share of toys whose interval of {name} contains the true value"
            f" {data['truth']:g} {data['unit']}".rstrip()
            + ".",
            (Variable("nominal confidence level", values(data["levels"])),),
            (
                Variable(
                    "coverage",
                    values(data["covered"]),
                    errors=(Errors.symmetric("toys", data["errors"]),),
                    about=about,
                ),
            ),
        )
    ]
