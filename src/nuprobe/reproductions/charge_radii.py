"""Fits of charge radii to CsI 2017, compared with those of a seminar of 2018."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from nuprobe.catalogue import catalogue
from nuprobe.errors import InputError, shown
from nuprobe.reproductions.electromagnetic import (
    CSI_2017,
    FORMS,
    PAIRS,
    cached_profile,
    intervals,
    intervals_text,
    joint_cost,
    outermost,
    scale_of_form,
)
from nuprobe.tables import Table

__all__ = ["SEMINAR", "charge_radii", "charge_radii_2018", "charge_radius_fit"]

SEMINAR: Final[dict[str, dict[str, Any]]] = {
    "energy": {
        "response.smearing.kind": "none",
        "analyses.energy.arrival": "ignored",
        "target.nucleon": "point",
    },
    "energy-time": {
        "target.nucleon": "point",
        "analyses.energy-time.counted": {},
        "analyses.energy-time.systematics": [
            "sns-flux",
            "csi-2017-signal",
            "csi-2017-prompt-neutrons",
            "csi-2017-steady-state",
        ],
        "backgrounds.0.smoothed": "exponential",
    },
}
"""Choices, by analysis, that best reproduce the fits of the 2018 seminar; the seminar
states only its form factors: Helm without the nucleon."""


def radii_parameters(analysis: str, radii: str, transitions: bool) -> tuple[str, ...]:
    if radii not in ("fixed", "free"):
        raise InputError(f'radii must be "fixed" or "free", got {shown(radii)}')
    elements = ("ee", "mumu", *(PAIRS if transitions else ()))
    return (
        *(f"charge_radius.{e}" for e in elements),
        *(("rn_cs", "rn_i") if radii == "free" else ()),
    )


def charge_radius_fit(
    quantity: str,
    analysis: str = "energy",
    radii: str = "fixed",
    transitions: bool = False,
    flip: bool = False,
    form: str = "alpha",
    changes: Mapping[str, Any] | str | None = None,
) -> float:
    """One number of a fit of charge radii to CsI 2017 at 90 %, in 1e-32 cm² (convention
    q²⟨r²⟩/6).

    Parameters
    ----------
    quantity : ``"ee lower"``, ``"ee upper"``, ``"mumu lower"``, ``"mumu upper"`` (the
        outermost ends), ``"emu"``, ``"etau"``, ``"mutau"`` (largest modulus),
        ``"chi2"`` or ``"ndf"``.
    analysis : ``"energy"`` or ``"energy-time"``.
    radii : ``"fixed"``, or ``"free"``: the neutron radii of Cs and I.
    transitions : whether off-diagonal radii are also free.
    flip : whether the charge radii of antineutrinos change sign, as in the seminar.
    form : of the coefficient, ``"alpha"`` for √2πα/3G_F or ``"mw2"`` for (2/3) m_W²
        sin²θ_W.
    changes : of the experiment's file; ``"seminar"`` stands for `SEMINAR`.

    Examples
    --------
    >>> charge_radius_fit("ndf")
    10.0
    """
    free = radii_parameters(analysis, radii, transitions)
    edits = SEMINAR[analysis] if changes == "seminar" else changes
    if isinstance(edits, str):
        raise InputError(f'changes must be a mapping or "seminar", got {shown(edits)}')
    factor = scale_of_form(form)
    if quantity in ("chi2", "ndf"):
        key = (((CSI_2017, analysis),), json.dumps(dict(edits or {})), flip, free)
        if quantity == "ndf":
            return float(joint_cost(key).n_bins - len(free))
        return min(cached_profile(key, p, None).best_twice_nll for p in free[:2])
    element, _, side = quantity.partition(" ")
    name = f"charge_radius.{element}"
    allowed = intervals({CSI_2017: analysis}, name, free, changes=edits, flip=flip)
    return outermost(allowed, side or "upper", name) / factor


@cache
def charge_radii_2018() -> Mapping[tuple[str, str, bool], Mapping[str, float]]:
    """Fits of Giunti's 2018 seminar in the catalogue, 90 %, 1e-32 cm².

    Returns
    -------
    mapping
        (analysis, radii, transitions) → numbers by their names in `charge_radius_fit`.

    Examples
    --------
    >>> sorted(charge_radii_2018()["energy", "fixed", False])
    ['chi2', 'ee lower', 'ee upper', 'mumu lower', 'mumu upper', 'ndf']
    """
    known = catalogue()
    fits: dict[tuple[str, str, bool], dict[str, float]] = {}
    for analysis, radii, transitions in _FITS_2018:
        name = "-".join(
            (
                "time" if analysis == "energy-time" else "spectrum",
                radii,
                *(("transitions",) if transitions else ()),
            )
        )
        fit = fits[analysis, radii, transitions] = {}
        for element in ("ee", "mumu", *(PAIRS if transitions else ())):
            numbers = known[
                f"charge_radius.{element}/COHERENT-2018-{name}"
            ].named_numbers()
            ends = {
                f"{element} {k}": numbers[k].value
                for k in ("lower", "upper")
                if k in numbers
            }
            fit |= ends or {element: numbers["value"].value}
            fit |= {"chi2": numbers["chi2_min"].value, "ndf": numbers["ndf"].value}
    return fits


_FITS_2018: Final = (
    *(
        ("energy", radii, transitions)
        for transitions in (False, True)
        for radii in ("fixed", "free")
    ),
    *(("energy-time", radii, True) for radii in ("fixed", "free")),
)


def charge_radii() -> Table:
    """All fits of charge radii of the 2018 seminar: published, recomputed in its
    convention, and in that of this package.

    Examples
    --------
    >>> print(charge_radii())  # doctest: +SKIP
    """
    rows = [
        row
        for (analysis, radii, transitions), published in charge_radii_2018().items()
        for row in (
            *_radius_rows(analysis, radii, transitions, published),
            *_quality_rows(analysis, radii, transitions, published),
        )
    ]
    seminar = (
        "published: 2018 seminar of Giunti. Seminar's convention: antineutrinos"
        f" reversed, coefficient (2/3) m_W2 sin2 = {FORMS['mw2']:.4f} sqrt2 pi"
        " alpha/3G_F, and the choices that come closest to its fits: energy not smeared"
        " and the arrival window not applied; in energy and time the steady state"
        " exponential and normalisation systematics only. Correct: antineutrinos as"
        " neutrinos, coefficient sqrt2 pi alpha/3G_F, the experiment as its file has"
        " it."
    )
    return Table(
        "Charge radii from CsI 2017, 90 % CL [1e-32 cm2], F_Q = q2<r2>/6",
        (
            "fit",
            "quantity",
            "published",
            "seminar's convention",
            "correct convention",
            "why",
        ),
        tuple(rows),
        None,
        (seminar, *(f"{letter}: {why}" for letter, why in _REASONS.items())),
    )


def _title(analysis: str, radii: str, transitions: bool) -> str:
    return f"{analysis}, {radii} radii" + (", transitions" if transitions else "")


def _radius_rows(
    analysis: str, radii: str, transitions: bool, published: Mapping[str, float]
) -> Iterator[tuple[str, ...]]:
    """One row for each charge radius of a fit."""
    free = radii_parameters(analysis, radii, transitions)
    for name in (p for p in free if p.startswith("charge_radius")):
        element = name.partition(".")[2]
        diagonal = element in ("ee", "mumu")
        ends = (
            (published[f"{element} lower"], published[f"{element} upper"])
            if diagonal
            else (0.0, published[element])
        )
        seminar = intervals(
            {CSI_2017: analysis}, name, free, changes=SEMINAR[analysis], flip=True
        )
        yield (
            _title(analysis, radii, transitions),
            f"<r2>_{element}" if diagonal else f"|<r2>_{element}|",
            intervals_text([ends]),
            intervals_text(seminar, FORMS["mw2"]),
            intervals_text(intervals({CSI_2017: analysis}, name, free)),
            _WHY[analysis, radii, element],
        )


def _quality_rows(
    analysis: str, radii: str, transitions: bool, published: Mapping[str, float]
) -> Iterator[tuple[str, ...]]:
    """χ² and degrees of freedom of a fit."""
    for quantity, spec in (("chi2", ".1f"), ("ndf", ".0f")):
        ours = charge_radius_fit(quantity, analysis, radii, transitions)
        seminar = charge_radius_fit(
            quantity,
            analysis,
            radii,
            transitions,
            flip=True,
            form="mw2",
            changes="seminar",
        )
        yield (
            _title(analysis, radii, transitions),
            "chi2_min" if quantity == "chi2" else "NDF",
            *(format(v, spec) for v in (published[quantity], seminar, ours)),
            "f" if quantity == "chi2" else "",
        )


_REASONS: Final = {
    "a": (
        "the seminar's convention gives the published bound within 1.6; in the correct"
        " one the coefficient is 11 % smaller and antineutrinos of the muon can"
        " compensate more of the effect of electron neutrinos"
    ),
    "b": (
        "with the sign right nu_mu and antinu_mu act together, two of the three"
        " neutrinos: a charge radius that reverses the sign of both amplitudes fits as"
        " well, so the interval opens towards the mirror solution near -50 (a second"
        " interval where the data separate the two)"
    ),
    "c": (
        "the range of the free neutron radii is not stated (here 1.6 to 10 fm each): a"
        " wider one gives weaker bounds"
    ),
    "d": (
        "as published within 2 to 3; the quenching and steady-state models of the"
        " correct column move it by 5"
    ),
    "e": (
        "as wide as published but 3.5 higher; presumably the arrival times of prompt"
        " neutrinos and the steady state (the product of projections gives -9 to 7),"
        " neither of which the seminar states"
    ),
    "f": (
        "in energy the binned residuals agree to 0.2; in energy and time the"
        " exponential steady state gives 154.3, a known product of the projections"
        " 148.1 and the default, in which they are fitted, 136.2"
    ),
    "g": (
        "transition radii add counts whatever the sign, published within 4 %; in the"
        " correct convention the coefficient is 11 % smaller, and muon amplitudes of"
        " one sign can vanish together and leave room for more"
    ),
    "h": "as (c), and without a sign of the antineutrinos to separate the flavours",
}
_WHY: Final = {
    **{("energy", "fixed", e): w for e, w in (("ee", "a"), ("mumu", "b"))},
    **{("energy", "free", e): w for e, w in (("ee", "c"), ("mumu", "b"))},
    **{("energy-time", "fixed", e): w for e, w in (("ee", "d"), ("mumu", "e"))},
    **{("energy-time", "free", e): w for e, w in (("ee", "c"), ("mumu", "e"))},
    **{(a, "fixed", e): "g" for a in ("energy", "energy-time") for e in PAIRS},
    **{(a, "free", e): "h" for a in ("energy", "energy-time") for e in PAIRS},
}
