"""The commands: where each is, and one line of help."""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "list": (
        "nuprobe.cli.list",
        "What can be selected by name: targets, fluxes, models, experiments, …",
    ),
    "xsec": ("nuprobe.cli.xsec", "Cross sections."),
    "form-factors": ("nuprobe.cli.form_factors", "Form factors of a nucleus over q."),
    "new": ("nuprobe.cli.new", "Create a commented folder to start from."),
    "check": ("nuprobe.cli.check", "Check a folder for errors."),
    "rate": ("nuprobe.cli.rate", "Expected counts of an experiment."),
    "fit": ("nuprobe.cli.fit", "Fit parameters to the data of an experiment."),
    "global": (
        "nuprobe.cli.global_fit",
        "One fit of a set of experiments, and limits of each beside published ones.",
    ),
    "scan": ("nuprobe.cli.scan", "Scan a grid of parameters; resumable."),
    "sample": (
        "nuprobe.cli.sample",
        "Sample the posterior of parameters: credible intervals, chains, corner plot.",
    ),
    "toys": ("nuprobe.cli.toys", "Simulated data: coverage, thresholds, CLs."),
    "plane": ("nuprobe.cli.plane", "Exclusion of a plane by several statistics."),
    "limit": ("nuprobe.cli.limit", "Upper limits on couplings."),
    "show": ("nuprobe.cli.show", "What a file of a result is, and how it was made."),
    "plot": ("nuprobe.cli.plot", "Figures of results from their files."),
    "match": ("nuprobe.cli.match", "Wilson coefficients from a boson."),
    "majorana": (
        "nuprobe.cli.majorana",
        "Dirac or Majorana: heavy neutrinos, double beta decay, relic neutrinos.",
    ),
    "gap": ("nuprobe.cli.gap", "Cosmic neutrinos absorbed through a Z'."),
    "sensitivity": ("nuprobe.cli.sensitivity", "Expected limits; reach of tridents."),
    "solar": ("nuprobe.cli.solar", "Solar neutrinos: survival, mixing and L_1A."),
    "precession": ("nuprobe.cli.precession", "Solar neutrinos in the Sun's field."),
    "cosmology": ("nuprobe.cli.cosmology", "The early universe with moments."),
    "star": ("nuprobe.cli.star", "Cooling of red giants by moments."),
    "reproduce": (
        "nuprobe.cli.reproduce",
        "Published and computed numbers compared; exit code 1 if one disagrees.",
    ),
    "events": (
        "nuprobe.cli.events",
        "Neutrino trident events: generated, weighted by any model, written.",
    ),
    "catalogue": (
        "nuprobe.cli.catalogue",
        "Published constraints: shown, searched, checked, exported, plotted.",
    ),
    "export": (
        "nuprobe.cli.export",
        "Results for HEPData, papers and spreadsheets; likelihoods for others.",
    ),
    "explore": (
        "nuprobe.cli.explore",
        "Likelihoods in the browser: sliders, spectra and contours, offline.",
    ),
    "schema": ("nuprobe.cli.schema", "JSON Schemas of experiments and catalogue."),
    "data": (
        "nuprobe.cli.data",
        "Full data releases: fetched by DOI or from a folder, checksums verified.",
    ),
    "completion": (
        "nuprobe.cli.completion",
        "Names completed by the shell: bash, zsh, fish.",
    ),
    "demo": (
        "nuprobe.cli.demo",
        "The main job: CsI 2017 from folder to fit, with plots and tables.",
    ),
}
"""Command → module, one line of help: the help page imports nothing else."""
