"""Tables of ``nuprobe majorana relic``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.tables import Cell, Table

if TYPE_CHECKING:
    from nuprobe.majorana import TritiumElectrons
    from nuprobe.numerics import FloatArray


def _title(found: list[TritiumElectrons]) -> str:
    from nuprobe.units import eV

    one = found[0]
    return (
        f"{one.tritium:g} g of tritium, lightest neutrino {one.lightest / eV:g} eV,"
        f" clustering {one.clustering:g}"
    )


def rates(found: list[TritiumElectrons], width: float) -> Table:
    """Return captures per year of each mass state, with the gap.

    Parameters
    ----------
    found : of one or two natures.
    width : resolution, full width at half maximum, MeV.
    """
    from nuprobe.units import eV

    first = found[0]
    states = zip(
        first.masses / eV,
        first.weights,
        first.gap / eV,
        *(one.captures for one in found),
        strict=True,
    )
    rows: list[tuple[Cell, ...]] = [
        (f"nu_{i}", *map(float, cells)) for i, cells in enumerate(states, 1)
    ]
    whole = (float(one.captures.sum()) for one in found)
    rows.append(("all", None, None, None, *whole))
    notes = [
        "gap: from the end of the beta spectrum to the peak; of slow Dirac neutrinos"
        " only the left-helical half is captured",
    ]
    for one in found:
        captured, decays = one.counts(width)
        notes.append(
            f"{one.nature}: within half of {width / eV:g} eV (FWHM) of the highest peak"
            f" {captured:.3g} captures and {decays:.3g} beta decays per year"
        )
    columns = [f"{one.nature} [1/yr]" for one in found]
    return Table(
        f"Captures of relic neutrinos: {_title(found)}",
        ("state", "m [eV]", "|U_ei|2", "gap [eV]", *columns),
        tuple(rows),
        None,
        tuple(notes),
    )


def spectrum(
    found: list[TritiumElectrons], width: float, energies: FloatArray
) -> Table:
    """Return the spectra of electrons.

    Parameters
    ----------
    found : of one or two natures.
    width : resolution, full width at half maximum, MeV.
    energies : above the endpoint of massless neutrinos, MeV.
    """
    from nuprobe.tables import Rows
    from nuprobe.units import eV

    columns = [one.capture_spectrum(energies, width) * eV for one in found]
    return Table(
        f"Electrons per year and eV: {_title(found)}, resolution {width / eV:g} eV",
        (
            "E above endpoint [eV]",
            "beta decay",
            *(f"captures, {one.nature}" for one in found),
        ),
        Rows(energies / eV, found[0].decay_spectrum(energies, width) * eV, *columns),
        None,
        ("endpoint of massless neutrinos; molecular final states are not included",),
    )
