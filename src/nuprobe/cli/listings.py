"""The tables of ``nuprobe list``: everything that has a name."""

from __future__ import annotations

from collections.abc import Callable

from nuprobe.tables import Table


def targets() -> Table:
    """Isotopes and named materials."""
    from nuprobe.nuclei import MIXTURES, isotopes
    from nuprobe.units import fm

    return Table(
        "targets",
        (
            "isotope",
            "Z",
            "N",
            "nuclear mass [MeV]",
            "spin",
            "abundance",
            "charge radius [fm]",
        ),
        tuple(
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
        ),
        {"nuclear mass [MeV]": ".3f", "charge radius [fm]": ".4f"},
        tuple(f"material {name}: {one.title}" for name, one in MIXTURES.items()),
    )


def spins() -> Table:
    """Spin expectation values, for the axial response."""
    from nuprobe.nuclei import spin_expectation, spin_nuclei, structure_nuclei

    structured = structure_nuclei()
    rows = [
        (
            name,
            spins.s_p,
            spins.s_n,
            spins.method,
            spins.source if spins.verified else f"{spins.source} (unverified)",
            spins.moment,
            "yes" if name in structured else None,
        )
        for name, spins in ((n, spin_expectation(n)) for n in spin_nuclei())
    ]
    return Table(
        "spins",
        (
            "isotope",
            "<S_p>",
            "<S_n>",
            "method",
            "source",
            "moment [mu_N]",
            "structure functions",
        ),
        tuple(rows),
        notes=(
            "odd group, isoscalar: from the magnetic moment alone; single particle: of"
            " the last nucleon (Schmidt)",
        ),
    )


def fluxes() -> Table:
    """Fluxes."""
    from nuprobe.fluxes import flux, flux_names

    return Table(
        "fluxes",
        ("flux", "what", "flavours", "per"),
        tuple(
            (f.name, f.title, " ".join(map(str, f.flavours)), f.per)
            for f in map(flux, flux_names())
        ),
    )


def models() -> Table:
    """Models."""
    from nuprobe.models import named

    def keys(name: str) -> str:
        fields = named.model_fields(name)
        return " ".join(f"{f.name}*" if f.required else f.name for f in fields)

    return Table(
        "models",
        ("model", "what", "keys"),
        tuple((n, named.model_title(n), keys(n)) for n in named.model_names()),
        notes=("keys with * are required; give them as --param KEY=VALUE",),
    )


def processes() -> Table:
    """Processes that deposit energy in a detector, and tridents."""
    from nuprobe.processes import process, process_names, process_options

    rows = [
        (name, process(name).deposit.name, " ".join(process_options(name)))
        for name in process_names()
    ]
    return Table(
        "processes",
        ("process", "deposit", "options"),
        (*rows, ("trident", "no deposit: a lepton pair", "")),
    )


def levels() -> Table:
    """Tables of levels of nuclei."""
    from nuprobe.processes.nuclear.levels import level_tables
    from nuprobe.processes.nuclear.levels import levels as read

    rows = []
    for name in level_tables():
        table = read(name)
        anti = table.charged is not None and table.charged.antineutrino
        kinds = {
            "cc nubar_e" if anti else "cc nu_e": table.charged,
            "nc": table.neutral,
        }
        rows += [
            (name, table.target, current, x.name, x.energy, x.gamow_teller, x.status)
            for current, transitions in kinds.items()
            if transitions is not None
            for x in transitions.levels
        ]
    return Table(
        "levels",
        ("table", "target", "current", "level", "E [MeV]", "B(GT)", "from"),
        tuple(rows),
        {"E [MeV]": ".3f", "B(GT)": ".4g"},
        ("--levels of `nuprobe xsec levels`, carbon-cc and carbon-nc; or a TOML file",),
    )


def form_factors() -> Table:
    """Form factors."""
    from nuprobe.errors import NuprobeError
    from nuprobe.nuclei import FORM_FACTORS, form_factors
    from nuprobe.units import fm

    columns = ("rms of Ar40 [fm]", "as charge [fm]")

    def row(name: str) -> tuple[str | float | None, ...]:
        shape = form_factors.shape_named(name)
        radii: list[float | None] = []
        for which in ("point", "charge"):
            try:
                radii.append(form_factors.named(name, "Ar40", which).rms / fm)
            except NuprobeError:  # not measured
                radii.append(None)
        words = " ".join((shape.__doc__ or "").split())
        for end in (". ", ": ", " [", " (`", "; "):
            words = words.partition(end)[0]
        return (name, words.rstrip("."), *radii)

    return Table(
        "form factors",
        ("form factor", "what", *columns),
        tuple(row(name) for name in FORM_FACTORS),
        dict.fromkeys(columns, ".3f"),
        (
            "rms: of point nucleons, folded with the nucleon form factors, when used in"
            " a target, and of the charge, as in tridents; equal: the radius is fixed"
            " by the name, including nucleons (literature: Brown:1973ih)",
        ),
    )


def radii() -> Table:
    """Radii of nuclei by name."""
    from nuprobe.nuclei import named_radii, point_to_physical
    from nuprobe.units import fm

    columns = ("R_p [fm]", "R_n [fm]", "physical R_n [fm]", "+ [fm]", "- [fm]")
    rows = []
    for r in named_radii():
        lengths = (
            r.r_p,
            r.r_n,
            point_to_physical(r.r_n, r.isotope, "n"),
            *(r.errors or (None, None)),
        )
        shown = (None if x is None else x / fm for x in lengths)
        rows.append((r.name, r.family, r.isotope, *shown, r.source))
    return Table(
        "radii",
        ("name", "from", "isotope", *columns, "source"),
        tuple(rows),
        dict.fromkeys(columns, ".3f"),
        (
            "R_p, R_n: rms radii of point protons and neutrons; physical: with the"
            " nucleons inside. Names are accepted wherever a radius of point nucleons"
            " is: --r-n NL-Z2, --set target.neutron_radius=NL-Z2",
        ),
    )


def quenchings() -> Table:
    """Published quenching factors by name."""
    from nuprobe.detectors import named_quenchings
    from nuprobe.units import keV

    rows = []
    for one in named_quenchings():
        ends = (None, None) if one.measured is None else one.measured
        shown = (None if x is None else x / keV for x in ends)
        source = one.source or None
        rows.append((one.name, one.title, one.k, one.sigma, *shown, source, one.status))
    return Table(
        "quenchings",
        ("name", "what", "k", "+-", "from [keV]", "to [keV]", "source", "status"),
        tuple(rows),
        notes=(
            "of nuclear recoils: --set quenching=ge-fef, or response.quenching ="
            " 'ge-fef' in a file; those with k are Lindhard's form",
        ),
    )


def experiments() -> Table:
    """Experiments."""
    from nuprobe.experiments import experiment, experiment_names

    return Table(
        "experiments",
        ("experiment", "title", "process", "analyses"),
        tuple(
            (e.name, e.file.title, e.file.process, " ".join(e.analyses))
            for e in map(experiment, experiment_names())
        ),
    )


def sets() -> Table:
    """Sets of experiments for one fit."""
    from nuprobe.sets import experiment_set, set_names

    return Table(
        "sets",
        ("set", "title", "experiments"),
        tuple(
            (one.name, one.title, " ".join(one.names))
            for one in map(experiment_set, set_names())
        ),
    )


def templates() -> Table:
    """Folders that ``nuprobe new`` can copy."""
    from nuprobe.experiments import template_titles

    return Table(
        "templates of nuprobe new",
        ("--like", "kind", "title"),
        tuple(template_titles()),
    )


def parameters() -> Table:
    """Parameters of the experiments."""
    from nuprobe.experiments import experiment, experiment_names

    return Table(
        "parameters",
        ("experiment", "parameter", "default", "lower", "upper", "unit"),
        tuple(
            (e.name, p.name, p.default, p.lower, p.upper, p.unit)
            for e in map(experiment, experiment_names())
            for p in e.parameters()
        ),
    )


def observables() -> Table:
    """Observables of events."""
    from nuprobe.events.observables import OBSERVABLES

    return Table(
        "observables of events",
        ("observable", "what", "unit"),
        tuple((o.name, o.what, o.unit) for o in OBSERVABLES.values()),
    )


def reproductions() -> Table:
    """Reproductions and studies."""
    from nuprobe.reproductions import reproduction_titles
    from nuprobe.reproductions.studies import STUDIES

    rows = [
        *reproduction_titles(),
        *((f"--study {name}", _summary(study), 0) for name, study in STUDIES.items()),
    ]
    return Table("reproductions", ("key", "title", "numbers"), tuple(rows))


def _summary(function: Callable[..., object]) -> str:
    """First sentence of a docstring, possibly over several lines."""
    return " ".join((function.__doc__ or "").partition("\n\n")[0].split())


def catalogue_entries() -> Table:
    """Entries of the catalogue."""
    from nuprobe.catalogue import catalogue
    from nuprobe.cli.catalogue.library import entry_table

    return entry_table(catalogue().search(), "catalogue")


TABLES: dict[str, Callable[[], Table]] = {
    "targets": targets,
    "spins": spins,
    "fluxes": fluxes,
    "models": models,
    "processes": processes,
    "levels": levels,
    "form-factors": form_factors,
    "radii": radii,
    "quenchings": quenchings,
    "experiments": experiments,
    "sets": sets,
    "templates": templates,
    "parameters": parameters,
    "observables": observables,
    "reproductions": reproductions,
    "catalogue": catalogue_entries,
}
"""Argument of ``nuprobe list`` → its table."""
