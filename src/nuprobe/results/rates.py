"""Rates from the JSON of ``nuprobe rate``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments import (
    BaselineRates,
    Rates,
    ReactorRates,
    SiteRates,
    SolarRates,
)
from nuprobe.numerics import FloatArray

__all__ = ["compared_of", "rates_of"]

Data = Mapping[str, Any]


def rates_of(data: Data, latex: Mapping[str, str] | None = None) -> Any:
    """Rates of any kind that has a figure; several solar experiments as a list.

    Parameters
    ----------
    data : what the command wrote.
    latex : not used.

    Raises
    ------
    InputError
        If these rates have no figure.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.experiment("coherent-csi-2017").predict()
    >>> bool(rates_of(found.to_dict()).total.sum() == found.total.sum())
    True
    """
    if "components" in data:
        return _counts(data)
    if "sites" in data:
        sites = {name: _counts(one) for name, one in data["sites"].items()}
        return SiteRates(data["experiment"], data["analysis"], sites)
    if "three_neutrinos" in data:
        return _disappearance(data)
    if "baseline_m" in data:
        return _reactors(data)
    if "values" in data and "point" in data:
        return [_solar(data)]
    if "experiments" in data and all("values" in one for one in data["experiments"]):
        return [_solar(one) for one in data["experiments"]]
    raise InputError("these rates are single numbers, without a spectrum")


def compared_of(data: Data) -> dict[str, Any]:
    """The same rates in other models, by the names of ``--compare``.

    Parameters
    ----------
    data : what the command wrote.

    Examples
    --------
    >>> compared_of({})
    {}
    """
    return {name: rates_of(one) for name, one in (data.get("compared") or {}).items()}


def _array(values: Any) -> FloatArray:
    return np.array(values, dtype=float)


def _some(values: Any) -> FloatArray | None:
    return None if values is None else _array(values)


def _counts(data: Data) -> Rates:
    times = data["time_edges_us"]
    return Rates(
        data["experiment"],
        data["analysis"],
        data["observable"],
        data["unit"],
        _array(data["energy_edges"]),
        np.array([-np.inf, np.inf]) if times is None else _array(times),
        {name: _array(values) for name, values in data["components"].items()},
        _some(data["data"]),
        _some(data["sigma"]),
        data["signal_sigma"],
        _some(data["shape_edges"]),
        data["shape_observable"] or "",
        data.get("shape_unit") or "",
    )


def _disappearance(data: Data) -> BaselineRates:
    return BaselineRates(
        data["experiment"],
        data["analysis"],
        data.get("title", ""),
        data["kind"],
        data["unit"],
        tuple(data["detectors"]),
        _some(data["low"]),
        _some(data["high"]),
        _array(data["total"]),
        _array(data["three_neutrinos"]),
        _array(data["data"]),
        _array(data["sigma"]),
        data["chi2"],
        data["chi2_three_neutrinos"],
        data["point"],
        data["normalisations"],
    )


def _reactors(data: Data) -> ReactorRates:
    return ReactorRates(
        data["experiment"],
        data["analysis"],
        tuple(data["rows"]),
        _array(data["baseline_m"]),
        {name: _array(values) for name, values in data["fractions"].items()},
        _array(data["reference_cm2"]),
        _array(data["signal"]),
        _array(data["flux_sigma"]),
        _array(data["data"]),
        _array(data["sigma"]),
        data["twice_nll"],
        data["yields_cm2"],
        _array(data["curve"]),
        data["abscissa"],
    )


def _solar(data: Data) -> SolarRates:
    rows = data["values"]

    def by_kind(key: str) -> dict[str, FloatArray]:
        kinds = list(dict.fromkeys(kind for row in rows for kind in row[key]))
        return {k: _array([row[key][k] for row in rows]) for k in kinds}

    return SolarRates(
        data["experiment"],
        data["analysis"],
        tuple(row["name"] for row in rows),
        data["unit"],
        _array([row["expected"] for row in rows]),
        by_kind("by_kind"),
        by_kind("without_oscillation"),
        _array([row["measured"] for row in rows]),
        _array([row["above"] for row in rows]),
        _array([row["below"] for row in rows]),
        data["point"],
        tuple(data["notes"]),
    )
