"""A fit as a table: for notebooks, for papers, for pandas."""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.frames import data_frame
from nuprobe.latex import escaped, power
from nuprobe.latex import unit as unit_of
from nuprobe.markup import Html, table

if TYPE_CHECKING:
    from nuprobe.inference.intervals import Interval
    from nuprobe.numerics import FloatArray
    from nuprobe.parameters import Parameter

__all__ = ["correlation", "fit_frame", "fit_html", "fit_latex", "rounded"]


def correlation(covariance: FloatArray) -> FloatArray:
    """Correlations from a covariance, 1 on the diagonal.

    Parameters
    ----------
    covariance : shape (n, n), with a positive diagonal; a row with zero variance is 0
        off the diagonal.

    Examples
    --------
    >>> float(correlation(np.array([[4.0, 1.0], [1.0, 1.0]]))[0, 1])
    0.5
    """
    sigma = np.sqrt(np.diag(covariance))
    scale = np.divide(1.0, sigma, out=np.zeros_like(sigma), where=sigma > 0)
    result: FloatArray = np.clip(covariance * np.outer(scale, scale), -1.0, 1.0)
    np.fill_diagonal(result, 1.0)
    return result


def rounded(value: float, error: float | None) -> tuple[str, str]:
    """A value and its error with two significant digits of the error.

    Parameters
    ----------
    value, error : in the same unit; without an error the value has five digits.

    Examples
    --------
    >>> rounded(5.4321, 0.0678), rounded(-12345.0, 678.0), rounded(1.5, None)
    (('5.432', '0.068'), ('-12340', '680'), ('1.5', ''))
    """
    if error is None or not isfinite(error) or error <= 0:
        return f"{value:.5g}", ""
    digits = 1 - floor(log10(float(f"{error:.1e}")))
    if digits > 6 or digits < -3:
        power = floor(log10(max(abs(value), error)))
        return f"{value:.{max(power + digits, 0)}e}", f"{error:.1e}"
    value, error = round(value, digits) + 0.0, round(error, digits)
    return f"{value:.{max(digits, 0)}f}", f"{error:.{max(digits, 0)}f}"


def fit_html(result: Any) -> Html:
    """Values, errors, intervals and correlations of a fit, escaped.

    Parameters
    ----------
    result : a `FitResult`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> "<td" in fit_html(found)
    True
    """
    rows = []
    for p in result.free:
        q = p.parameter
        value, error = rounded(q.shown(p.value), q.shown(p.error))
        rows.append((q.name, value, error, _interval(p.interval, q), q.shown_unit))
    for n in result.nuisances:
        value, error = rounded(n.value, n.error)
        pull = "" if n.pull is None else f"pull {round(n.pull, 2) + 0.0:+.2f}"
        rows.append((n.nuisance.name, value, error, pull, "nuisance"))
    for q, v in result.fixed:
        rows.append((q.name, f"{q.shown(v):.5g}", "fixed", "", q.shown_unit))
    gof = f", {result.goodness}" if result.goodness and result.ndf > 0 else ""
    title = (
        f"fit of {result.cost}: −2 ln L = {result.twice_nll:.4g}, ndf ="
        f" {result.ndf}{gof}"
    )
    header = ("parameter", "value", "error", f"{100 * result.cl:.4g} % interval", "")
    first = table(title, rows, header, [f"note: {note}" for note in result.notes])
    if result.covariance is None or len(result.names) < 2:
        return first
    names = result.names
    matrix = [
        (name, *(f"{x:+.2f}" for x in row))
        for name, row in zip(names, correlation(result.covariance), strict=True)
    ]
    return Html(first + table("correlations", matrix, ("", *names)))


def fit_latex(result: Any, nuisances: bool = True) -> str:
    """A fit as a LaTeX ``tabular``, names and notes escaped.

    Parameters
    ----------
    result : a `FitResult`.
    nuisances : include rows for them.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    >>> print(fit_latex(found, nuisances=False).splitlines()[0])
    \\begin{tabular}{lccc}
    """
    level = f"{100 * result.cl:.4g}"
    lines = [
        r"\begin{tabular}{lccc}",
        r"\hline",
        rf"parameter & best fit & {level}\,\% interval & unit \\",
        r"\hline",
    ]
    for p in result.free:
        q = p.parameter
        value, error = rounded(q.shown(p.value), q.shown(p.error))
        best = rf"{value} \pm {error}" if error else value
        ends = _interval(p.interval, q)
        symbol = f"${q.latex}$" if q.latex else escaped(q.name)
        unit = unit_of(q.shown_unit)
        interval = _mathematical(ends) if ends else "--"
        lines.append(rf"{symbol} & ${power(best)}$ & {interval} & {unit} \\")
    for n in result.nuisances if nuisances else ():
        value, error = rounded(n.value, n.error)
        best = rf"{value} \pm {error}" if error else value
        pull = "--" if n.pull is None else rf"pull ${round(n.pull, 2) + 0.0:+.2f}$"
        name = escaped(n.nuisance.name)
        lines.append(rf"{name} & ${power(best)}$ & {pull} & \\")
    return "\n".join([*lines, r"\hline", r"\end{tabular}"])


def fit_frame(result: Any) -> Any:
    """A fit as a pandas ``DataFrame``, in the units of the parameters.

    Parameters
    ----------
    result : a `FitResult`.

    Returns
    -------
    DataFrame
        One row per free parameter, nuisance and fixed parameter, by name; columns
        ``kind``, ``value``, ``error``, ``lower`` and ``upper`` (ends of the interval),
        ``pull``, ``unit``. Unavailable values are missing.

    Raises
    ------
    InputError
        If pandas is not installed.

    Examples
    --------
    >>> fit_frame(found).loc["rn", "value"]  # doctest: +SKIP
    5.636
    """
    rows: list[dict[str, Any]] = [
        {
            "name": p.parameter.name,
            "kind": "free",
            "value": p.value,
            "error": p.error,
            "lower": p.interval.lower if p.interval else None,
            "upper": p.interval.upper if p.interval else None,
            "unit": p.parameter.unit,
        }
        for p in result.free
    ]
    rows += [
        {"name": n.nuisance.name, "kind": "nuisance", "unit": ""}
        | {"value": n.value, "error": n.error, "pull": n.pull}
        for n in result.nuisances
    ]
    rows += [
        {"name": q.name, "kind": "fixed", "value": v, "unit": q.unit}
        for q, v in result.fixed
    ]
    columns = ["name", "kind", "value", "error", "lower", "upper", "pull", "unit"]
    frame = data_frame(rows, columns)
    numbers = ["value", "error", "lower", "upper", "pull"]
    return frame.astype(dict.fromkeys(numbers, float)).set_index("name")


def _interval(i: Interval | None, p: Parameter) -> str:
    """The interval in the unit of tables; an open end is ∓∞."""
    if i is None:
        return ""
    if i.lower is None and i.upper is None:
        return "undetermined"
    ends = (
        p.shown(p.lower if i.lower is None else i.lower),
        p.shown(p.upper if i.upper is None else i.upper),
    )
    half = (ends[1] - ends[0]) / 2
    low, high = (
        rounded(x, half)[0] if isfinite(x) else "∞" if x > 0 else "−∞" for x in ends
    )
    return f"[{low}, {high}]"


def _mathematical(interval: str) -> str:
    if not interval.startswith("["):
        return interval
    plain = interval.replace("∞", r"\infty ").replace("−", "-")
    return f"${power(plain)}$"
