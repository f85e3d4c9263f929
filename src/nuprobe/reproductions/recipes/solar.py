"""Solar neutrinos: survival, captures, and the two-body axial current."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nuprobe.errors import InputError
from nuprobe.experiments import SolarExperiment, experiment
from nuprobe.experiments.solar_mixing import solar_fluxes
from nuprobe.experiments.solar_plane import SOLAR_SET, l1a_fit
from nuprobe.oscillation import survival
from nuprobe.units import parse_quantity

__all__ = ["axial_current", "capture_rate", "captured_line", "solar_survival"]


def solar_survival(
    kind: str,
    energy: str,
    sin2_12: float = 0.307,
    dm2_21: float = 7.5e-5,
    sin2_13: float = 0.022,
    model: str = "B16-GS98",
) -> float:
    """Survival probability of a solar ν_e by day.

    Parameters
    ----------
    kind, sin2_12, dm2_21, sin2_13, model : as in `nuprobe.oscillation.survival`.
    energy : e.g. ``"10 MeV"``.

    Examples
    --------
    >>> round(solar_survival("8B", "10 MeV"), 4)
    0.3268
    """
    found = survival(
        parse_quantity(energy, "energy"),
        kind,
        sin2_12=sin2_12,
        dm2_21=dm2_21,
        sin2_13=sin2_13,
        model=model,
    )
    return float(found)


def capture_rate(
    experiment_name: str,
    mixing: Literal["none", "lma"] = "lma",
    kind: str | None = None,
) -> float:
    """Captures in SNU.

    Parameters
    ----------
    experiment_name : ``"gallium-2009"`` or ``"homestake-1998"``.
    mixing : ``"none"``, or ``"lma"``: sin²θ₁₂ 0.307, Δm²₂₁ 7.5e-5 eV², sin²θ₁₃ 0.022.
    kind : of neutrinos; default all.

    Examples
    --------
    >>> round(capture_rate("gallium-2009", "none"), 1)
    127.1
    """
    one = experiment(experiment_name, SolarExperiment)
    rates = one.predict(sin2_12=0.307, dm2_21=7.5e-5, sin2_13=0.022)
    parts = rates.parts if mixing == "lma" else rates.unmixed
    if not rates.unmixed:
        raise InputError(f"{one.name} does not count captures")
    return sum(float(v[0]) for k, v in parts.items() if kind in (None, k))


def captured_line(experiment_name: str, kind: str) -> float:
    """Mean cross section of one kind of neutrinos in 1e-46 cm².

    Parameters
    ----------
    experiment_name, kind : as in `capture_rate`.

    Examples
    --------
    >>> round(captured_line("homestake-1998", "pep"), 2)
    16.04
    """
    flux = solar_fluxes("B16-GS98")[kind].flux
    return capture_rate(experiment_name, "none", kind) / flux * 1e10


def axial_current(
    scheme: str = "nnlo",
    flux: Literal["free", "model"] = "model",
    experiments: Sequence[str] = SOLAR_SET,
) -> float:
    """L_1A preferred by experiments, fm³.

    Parameters
    ----------
    scheme, flux, experiments : as in `nuprobe.experiments.solar_plane.l1a_fit`.

    Examples
    --------
    >>> round(axial_current("relative", experiments=("sno-2013", "gallium-2009")))
    -3
    """
    return l1a_fit(experiments, scheme=scheme, flux=flux)[f"l1a.{scheme}"].value
