"""Bounds on all electromagnetic properties from the COHERENT data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from nuprobe.errors import ComputationError, UnknownNameError
from nuprobe.reproductions.charge_radii import charge_radii_2018
from nuprobe.reproductions.electromagnetic import (
    CSI_2017,
    PAIRS,
    intervals,
    intervals_text,
)
from nuprobe.tables import Table

__all__ = ["coherent_electromagnetic"]

_COHERENT: Final[Mapping[str, Mapping[str, str | None]]] = {
    "CsI 2017": {CSI_2017: "energy-time"},
    "CsI 2021": {"coherent-csi-2021": None},
    "LAr 2020": {"coherent-lar-2020": None},
    "CsI 2021 + LAr": {"coherent-csi-2021": None, "coherent-lar-2020": None},
}
_NUCLEAR: Final = {
    CSI_2017: "energy-time-nuclear",
    "coherent-csi-2021": "nuclear-recoils",
}
"""Analyses without the recoils of electrons; argon has none by its pulse shape."""
_FITS: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...], bool], ...]] = (
    ("mu_eff", ("e", "mu"), (), True),
    ("mu_eff", ("e", "mu"), (), False),
    ("charge_radius", ("ee", "mumu"), (), True),
    ("charge_radius", ("ee", "mumu"), PAIRS, True),
    ("charge", ("ee", "mumu"), (), True),
    ("charge", ("ee", "mumu"), (), False),
)
"""Kind of property, elements, transitions, and whether electrons recoil too."""
_PUBLISHED: Final = {
    ("diagonal", "mu_eff.e"): "some 300 (seminar: CsI 2017)",
    ("transitions", "charge_radius.mumu"): "-55 to 6 (Cadeddu:2018dux: CsI 2017)",
}


def _published(fit: str, name: str) -> str:
    """Bound of another analysis, if there is one: from the seminar, in its convention,
    if there is no other."""
    seminar = charge_radii_2018()["energy-time", "fixed", True]
    element = name.partition(".")[2]
    known = _PUBLISHED.get((fit, name), "")
    if known or fit != "transitions":
        return known
    ends = (
        (0.0, seminar[element])
        if element in seminar
        else (seminar[f"{element} lower"], seminar[f"{element} upper"])
    )
    return f"{intervals_text([ends], spec='.0f')} (seminar: CsI 2017)"


def coherent_electromagnetic(sets: Sequence[str] = tuple(_COHERENT)) -> Table:
    """Bounds on moments, charge radii and charges from the COHERENT data, one kind of
    property at a time; moments and charges with and without electron recoils.

    Parameters
    ----------
    sets : data sets, by default CsI 2017, CsI 2021, LAr 2020 and the sum of the last
        two.

    Examples
    --------
    >>> print(coherent_electromagnetic(["CsI 2017"]))  # doctest: +SKIP
    >>> coherent_electromagnetic(["CsI 2018"])
    Traceback (most recent call last):
    nuprobe.errors.UnknownNameError: unknown set of COHERENT data 'CsI 2018': ...
    """
    unknown = next((s for s in sets if s not in _COHERENT), None)
    if unknown is not None:
        raise UnknownNameError("set of COHERENT data", unknown, _COHERENT)
    rows: list[tuple[str, ...]] = []
    for kind, diagonal, pairs, electrons in _FITS:
        free = tuple(f"{kind}.{e}" for e in (*diagonal, *pairs))
        spec = ".1f" if kind == "charge_radius" else ".0f"
        fit = "transitions" if pairs else "diagonal"
        for name in free:
            cells = []
            for s in sets:
                analyses = {
                    key: analysis if electrons else _NUCLEAR.get(key, analysis)
                    for key, analysis in _COHERENT[s].items()
                }
                try:
                    found = intervals(analyses, name, free)
                    cells.append(intervals_text(found, 1.0, spec))
                except ComputationError:  # other entries of the table may work
                    cells.append("no minimum found")
            unit = {"charge": "1e-12 e", "mu_eff": "1e-11 muB"}.get(kind, "1e-32 cm2")
            recoils = "nuclei, electrons" if electrons else "nuclei"
            rows.append((name, fit, recoils, unit, *cells, _published(fit, name)))
    return Table(
        "Electromagnetic properties from the COHERENT data, 90 % CL, correct sign of"
        " antineutrinos",
        ("parameter", "free", "recoils", "unit", *sets, "published"),
        tuple(rows),
        None,
        (
            (
                "energy and time with all systematics; elements of one kind are free"
                " together, the others zero; 'sns-flux' is shared in the sum; CsI 2021"
                " contains the data of 2017; CsI scintillates alike for electrons, the"
                " pulse shape of argon removes them"
            ),
            (
                "published: the seminar of 2018 in its convention of signs, 'a few 1e-9"
                " muB' for moments; -55 to 6 is twice the listing of the Particle Data"
                " Group, which halves it; that article was not read"
            ),
        ),
    )
