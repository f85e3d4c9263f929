"""The options of a target with its form factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped, target_spec
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.nuclei import Axial, Target

NUCLEONS = ("kelly", "dipole", "point")
"""Names of `nuprobe.nuclei.form_factors.NUCLEON_NAMES`, which a test compares: help
must not import NumPy."""


@dataclass(frozen=True)
class NucleusSpec:
    """A target with its form factor.

    Attributes
    ----------
    target_text : as typed.
    form_factor : name of the form factor.
    r_p, r_n : point-nucleon radii as typed, or None.
    nucleon : name of the electric form factors of the nucleons.
    axial_spins : with the axial response.
    axial_structure : with structure functions, where available.
    """

    target_text: str
    form_factor: str
    r_p: str | None
    r_n: str | None
    nucleon: str
    axial_spins: bool
    axial_structure: bool

    @property
    def axial(self) -> Axial:
        """Value for the library functions."""
        if self.axial_spins and self.axial_structure:
            raise InputError("--axial and --axial-structure exclude each other")
        return "structure" if self.axial_structure else self.axial_spins

    def build(self) -> Target:
        """Return the target."""
        from nuprobe.nuclei import target
        from nuprobe.nuclei.named_radii import length_or_name

        r_p, r_n = (
            None if r is None else length_or_name(r) for r in (self.r_p, self.r_n)
        )
        return target(
            target_spec(self.target_text),
            r_p=r_p,
            r_n=r_n,
            form_factor=self.form_factor,
            nucleon=self.nucleon,
        )


def radii_note(target: Target) -> str:
    """One line on the rms radii of the (three most frequent) isotopes of a target."""
    from nuprobe.units import fm

    every = target.components
    least = sorted((c.count for c in every), reverse=True)[:3][-1]
    most = [c for c in every if c.count >= least]
    radii = "; ".join(
        f"{c.isotope.name} R_p = {c.ff_p.rms / fm:.3f} fm ({c.shapes.kind_names[0]}),"
        f" R_n = {c.ff_n.rms / fm:.3f} fm ({c.shapes.kind_names[1]})"
        for c in most
    )
    some = f" ({len(most)} most frequent of {len(every)} isotopes)"
    which = some if len(most) < len(every) else ""
    return f"rms radii{which}: {radii}"


def axial_notes(axial: Axial, target: Target) -> tuple[str, ...]:
    """Return notes on the nuclei with an axial part, and its source.

    Parameters
    ----------
    axial : as in `Cevns`.
    target : as built.
    """
    if not axial:
        return ()
    kind = "structure functions" if axial == "structure" else "spins"
    isotopes = (c.isotope for c in target.components)
    names = ", ".join(i.name for i in isotopes if i.spin)
    return (f"axial part from {kind}: {names or 'no nucleus here has a spin'}",)


nucleus_options = grouped(
    "nucleus",
    NucleusSpec,
    click.option(
        "--target",
        "target_text",
        required=True,
        multiple=True,
        help="Ar40, CsI, 'natural Xe', or a mixture Si28=1,O16=2; repeatable.",
    ),
    click.option(
        "--form-factor",
        default="helm",
        show_default=True,
        help="See `nuprobe list form-factors`.",
    ),
    click.option(
        "--r-p",
        help=(
            "Rms point-proton radius, e.g. '3.33 fm' or a name of `nuprobe list radii`"
            " [default: from the charge radius]."
        ),
    ),
    click.option(
        "--r-n",
        help=(
            "Rms point-neutron radius, e.g. '3.42 fm', NL-Z2 or PREX [default: that of"
            " the protons]."
        ),
    ),
    click.option(
        "--nucleon",
        type=click.Choice(NUCLEONS),
        default=NUCLEONS[0],
        show_default=True,
        help="Electric form factors of the nucleons.",
    ),
    click.option(
        "--axial",
        "axial_spins",
        is_flag=True,
        help="Include the axial response of nuclei with spin.",
    ),
    click.option(
        "--axial-structure",
        is_flag=True,
        help="Include the axial response from structure functions if available.",
    ),
)
"""Add ``--target``, ``--form-factor``, ``--r-p``, ``--r-n``, ``--nucleon`` and
``--axial``, as `NucleusSpec` ``nucleus``."""
