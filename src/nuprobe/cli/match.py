"""``nuprobe match``: the effective interactions of a boson far below its mass."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.bosons import BosonSpec, boson_options
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, new_file, output_options, overwriting
from nuprobe.cli.specs import ModelSpec, model_options
from nuprobe.tables import Table


@command(
    "match",
    epilog="""\b
Examples:
  nuprobe match --mass "3 TeV" --g-nu 0.6 --g-left 0.6 --g-right 0.2 --wcxf kk.json
  nuprobe match --model lmu-ltau --param mass='500 GeV' --param coupling=0.5""",
)
@boson_options
@model_options
@click.option(
    "--wcxf",
    type=click.Path(path_type=Path),
    help="Write the coefficients there, for rate, limit and fit.",
)
@output_options
def match_command(
    boson: BosonSpec, model: ModelSpec, wcxf: Path | None, out: Output
) -> None:
    """Wilson coefficients for neutrinos and charged leptons from a boson, or a model,
    far below its mass, at tree level."""
    from nuprobe.models import matched_operators, wcxf_values, write_wcxf

    new_file(wcxf, overwriting())
    found = matched_operators(boson.build(model))
    jms, flavio = (wcxf_values(found, basis) for basis in ("JMS", "flavio"))
    if wcxf is not None:
        write_wcxf(wcxf, found)
    conventions = (
        "L contains C (nu-bar gamma P_L nu)(l-bar gamma P_X l), C = -g_nu g_X/M^2;"
        " flavio: C over 4 G_F/sqrt 2",
        "V -> V - (C_L + C_R)/(2 sqrt 2 G_F), A -> A - (C_L - C_R)/(2 sqrt 2 G_F);"
        " tree level, not run, for momenta far below M",
    )
    table = Table(
        "Wilson coefficients of neutrinos with charged leptons, indices 1, 2, 3 for e,"
        " mu, tau",
        ("JMS", "C [1/GeV2]", "C [1/TeV2]", "flavio", "C/(4GF/sqrt2)"),
        tuple(
            (name, size, 1e6 * size, other, flavio[other])
            for (name, size), other in zip(jms.items(), flavio, strict=True)
        ),
        dict.fromkeys(("C [1/GeV2]", "C [1/TeV2]", "C/(4GF/sqrt2)"), ".6g"),
        conventions,
    )
    out.emit(
        str(table),
        {"JMS": dict(jms), "flavio": dict(flavio), "conventions": list(conventions)},
    )
