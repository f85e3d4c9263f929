"""``nuprobe list`` and ``nuprobe schema``."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.output import emit, output_options
from nuprobe.tables import Table

_WHAT = (
    "targets",
    "fluxes",
    "models",
    "form-factors",
    "experiments",
    "parameters",
    "observables",
    "reproductions",
    "catalogue",
)


@click.command("list", epilog="Example: nuprobe list experiments")
@click.argument("what", type=click.Choice(_WHAT), required=False)
@output_options
def list_command(what: str | None, as_json: bool, output: Path | None) -> None:
    """Everything that can be named.

    WHAT is one of targets, fluxes, models, form-factors, experiments, parameters,
    observables, reproductions, catalogue; all without it, except the long lists of
    targets and of the catalogue.
    """
    tables = [
        _table(name)
        for name in (
            [what] if what else [n for n in _WHAT if n not in ("targets", "catalogue")]
        )
    ]
    text = "\n\n".join(str(t) for t in tables)
    if what is None:
        text += (
            "\n\nTargets: any of the isotopes of `nuprobe list targets`, elements,"
            " molecules and mixtures of them."
        )
    emit(text, {t.title: t.to_dict()["rows"] for t in tables}, as_json, output)


@click.command(
    "schema", epilog="Example: nuprobe schema cevns -o experiment.schema.json"
)
@click.argument(
    "process", type=click.Choice(["cevns", "trident", "catalogue"]), default="cevns"
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write there instead of printing.",
)
def schema_command(process: str, output: Path | None) -> None:
    """JSON Schema of ``experiment.toml`` for PROCESS (cevns, the default, or trident),
    or of a catalogue entry."""
    from nuprobe.catalogue.entry import json_schema as catalogue_schema
    from nuprobe.experiments.format import json_schema
    from nuprobe.experiments.trident_files import trident_json_schema

    schemas = {
        "cevns": json_schema,
        "trident": trident_json_schema,
        "catalogue": catalogue_schema,
    }
    emit("", schemas[process](), True, output)


def _table(what: str) -> Table:
    if what == "targets":
        from nuprobe.nuclei import isotopes
        from nuprobe.units import fm

        rows = tuple(
            (
                i.name,
                i.z,
                i.n,
                i.mass,
                i.spin,
                i.abundance,
                None if i.r_charge is None else i.r_charge / fm,
            )
            for i in isotopes()
        )
        columns = (
            "isotope",
            "Z",
            "N",
            "nuclear mass [MeV]",
            "spin",
            "abundance",
            "charge radius [fm]",
        )
        return Table(
            "targets",
            columns,
            rows,
            {"nuclear mass [MeV]": ".3f", "charge radius [fm]": ".4f"},
        )
    if what == "fluxes":
        from nuprobe.fluxes import flux, flux_names

        sources = [flux(name) for name in flux_names()]
        return Table(
            "fluxes",
            ("flux", "what", "flavours", "per"),
            tuple(
                (f.name, f.title, " ".join(map(str, f.flavours)), f.per)
                for f in sources
            ),
        )
    if what == "models":
        from nuprobe.models import named

        names = named.model_names()
        return Table(
            "models",
            ("model", "what", "keys"),
            tuple(
                (
                    name,
                    named.model_title(name),
                    " ".join(
                        f"{f.name}*" if f.required else f.name
                        for f in named.model_fields(name)
                    ),
                )
                for name in names
            ),
        )
    if what == "form-factors":
        from nuprobe.nuclei import FORM_FACTORS

        return Table(
            "form factors", ("form factor",), tuple((name,) for name in FORM_FACTORS)
        )
    if what == "observables":
        from nuprobe.events.observables import OBSERVABLES

        return Table(
            "observables of events",
            ("observable", "what", "unit"),
            tuple((o.name, o.what, o.unit) for o in OBSERVABLES.values()),
        )
    if what == "catalogue":
        from nuprobe.catalogue import catalogue
        from nuprobe.cli.catalogue import entry_table

        return entry_table(catalogue().search(), "catalogue")
    if what == "reproductions":
        from nuprobe.catalogue import catalogue
        from nuprobe.reproductions import _files
        from nuprobe.reproductions.studies import STUDIES

        rows_ = [
            (
                f.key,
                f.title,
                len(f.entries) + sum(len(catalogue()[n].code) for n in f.catalogue),
            )
            for f in _files().values()
        ]
        rows_ += [
            (f"--study {name}", (study.__doc__ or "").splitlines()[0], 0)
            for name, study in STUDIES.items()
        ]
        return Table("reproductions", ("key", "title", "numbers"), tuple(rows_))
    from nuprobe.experiments import experiment, experiment_names

    known = [experiment(name) for name in experiment_names()]
    if what == "parameters":
        return Table(
            "parameters",
            ("experiment", "parameter", "default", "lower", "upper", "unit"),
            tuple(
                (e.name, p.name, p.default, p.lower, p.upper, p.unit)
                for e in known
                for p in e.parameters()
            ),
        )
    return Table(
        "experiments",
        ("experiment", "title", "process", "analyses"),
        tuple(
            (e.name, e.file.title, e.file.process, " ".join(e.analyses)) for e in known
        ),
    )
