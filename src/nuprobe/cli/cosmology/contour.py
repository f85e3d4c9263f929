"""``nuprobe cosmology contour``: lines of constant abundance over two moments."""

from __future__ import annotations

from pathlib import Path

from nuprobe.cli.cosmology.specs import (
    NeutrinoSpec,
    NucleosynthesisSpec,
    PlaneSpec,
    neutrino_options,
    nucleosynthesis_options,
    numbers_of,
    plane_options,
)
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "contour",
    epilog="""\b
Examples:
  nuprobe cosmology contour emu mutau --plot helium.pdf
  nuprobe cosmology contour emu etau --of d_h --levels 2.45e-5,2.5e-5 --json
  nuprobe cosmology contour emu mutau --of n_eff --top 2e-9 --flavour-mixing none
  nuprobe cosmology contour ee mutau --kind dirac --t-max "100 GeV" --of n_eff""",
)
@plane_options
@neutrino_options
@nucleosynthesis_options
@plot_option("Save the contours (pdf, png, svg).")
@output_options
def contour_command(
    asked: PlaneSpec,
    neutrinos: NeutrinoSpec,
    nuclei: NucleosynthesisSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Contours of constant abundance over the moments X and Y (emu, etau, mutau; of
    Dirac neutrinos also ee, mumu, tautau)."""
    from nuprobe.cli.cosmology.tables import contour_table
    from nuprobe.errors import InputError

    plane, observable = asked.build(neutrinos, nuclei), asked.observable
    levels = (
        plane.levels(observable)
        if asked.levels is None
        else numbers_of(asked.levels, "--levels")
    )
    _, _, z = plane.grid(observable)
    if not any(z.min() < level < z.max() for level in levels):
        raise InputError(
            f"none of the levels is reached in this plane, where {observable} runs"
            f" from {z.min():.6g} to {z.max():.6g}"
        )
    lines = plane.contours(observable, levels)
    if plot is not None:
        from nuprobe.plotting import plot_moment_plane

        save_plot(lambda: plot_moment_plane(plane, observable, levels), plot)
    data = plane.to_dict() | {
        "observable": observable,
        "contours": [
            {"level": level, "lines": [line.tolist() for line in found]}
            for level, found in lines.items()
        ],
    }
    out.emit(str(contour_table(plane, observable, lines)), data)
