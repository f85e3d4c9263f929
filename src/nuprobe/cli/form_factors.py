"""``nuprobe form-factors``: form factors of one nucleus over the momentum transfer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.nuclei import FormFactor
    from nuprobe.numerics import FloatArray

_USUAL = ("helm", "literature-exponential", "literature-exponential-1.3")


@command(
    "form-factors",
    epilog="""\b
Examples:
  nuprobe form-factors Fe56 --form-factor literature-exponential --form-factor literature-exponential-1.3 --over q2 --plot bc.pdf
  nuprobe form-factors Ar40 --form-factor helm --form-factor fourier-bessel --q "0:300:31 MeV\"""",  # noqa: E501
)
@click.argument("isotope")
@click.option(
    "--form-factor",
    "names",
    multiple=True,
    default=_USUAL,
    show_default=True,
    help="A name of `nuprobe list form-factors`; repeatable.",
)
@click.option(
    "--q",
    "momenta",
    default="0:200:21 MeV",
    show_default=True,
    help="Momentum transfers.",
)
@click.option(
    "--r",
    "radius",
    help="Rms radius of shapes with a free radius [default: the charge radius].",
)
@click.option(
    "--over",
    type=click.Choice(["q", "q2"]),
    default="q",
    show_default=True,
    help="Horizontal axis of the figure.",
)
@plot_option()
@output_options
def form_factors_command(
    isotope: str,
    names: tuple[str, ...],
    momenta: str,
    radius: str | None,
    over: Literal["q", "q2"],
    plot: Path | None,
    out: Output,
) -> None:
    """Form factors of ISOTOPE as a photon sees them, with their rms radii: F(q²) of
    each, and over the first."""
    from nuprobe.nuclei import isotope as as_isotope
    from nuprobe.nuclei.form_factors import named
    from nuprobe.units import parse_grid, parse_quantity

    try:
        nucleus = as_isotope(isotope)
    except UnknownNameError:
        _refuse_compound(isotope)
        raise
    rms = None if radius is None else parse_quantity(radius, "length")
    q = parse_grid(momenta, "energy")

    def build(name: str) -> FormFactor:
        from nuprobe.nuclei.form_factors import shape_named

        free = shape_named(name).free_radius
        return named(name, nucleus, "charge", rms=rms if free else None)

    shapes = {name: build(name) for name in dict.fromkeys(names)}
    table = _table(nucleus.name, q, shapes)

    def figure() -> object:
        from nuprobe.plotting import plot_form_factors

        return plot_form_factors(
            nucleus,
            list(shapes),
            q_max=float(q.max()),
            rms=rms,
            reference=next(iter(shapes)),
            over=over,
        )

    save_plot(figure, plot)  # type: ignore[arg-type]
    out.table(table)


def _table(name: str, q: FloatArray, shapes: dict[str, FormFactor]) -> Table:
    """Return F(q²) of each shape, and its ratio to the first."""
    from nuprobe.units import fm

    values = {label: shape(q**2) for label, shape in shapes.items()}
    first = next(iter(values))
    columns: dict[str, FloatArray] = {"q [MeV]": q, "q2 [MeV2]": q**2, **values}
    formats = dict.fromkeys(values, ".6f")
    for label in list(values)[1:]:
        title = f"{label}/{first}"
        columns[title] = _over(values[label], values[first])
        formats[title] = ".4f"
    radii = ", ".join(f"{k} {s.rms / fm:.3f} fm" for k, s in shapes.items())
    return Table(
        f"Form factors of the charge of {name}",
        tuple(columns),
        Rows(*columns.values()),
        formats,
        (f"rms radii: {radii}",),
    )


def _over(value: FloatArray, base: FloatArray) -> FloatArray:
    """Ratio of arrays; an empty cell where the denominator is zero."""
    import numpy as np

    return np.divide(value, base, out=np.full_like(value, np.nan), where=base != 0)


def _refuse_compound(text: str) -> None:
    """Reject a compound or an element, which has several form factors, naming its
    isotopes."""
    from nuprobe.nuclei import target

    try:
        found = target(text)
    except InputError:
        return
    isotopes = sorted(found.components, key=lambda c: -c.count)
    names = ", ".join(c.isotope.name for c in isotopes[:3])
    raise InputError(
        f"{text} contains several nuclei: give one isotope, such as {names}"
    )
