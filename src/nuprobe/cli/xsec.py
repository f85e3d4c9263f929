"""``nuprobe xsec``: cross sections."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.arguments import (
    make_mediator,
    make_model,
    make_target_spec,
    make_trident_model,
    model_options,
)
from nuprobe.cli.output import check_plot, emit, output_options
from nuprobe.errors import InputError
from nuprobe.tables import Table


@click.group("xsec")
def xsec_command() -> None:
    """Cross sections."""


@xsec_command.command(
    "cevns",
    epilog="""\b
Examples:
  nuprobe xsec cevns --target Ar40 --energy "10:50:41 MeV" --plot sigma.pdf
  nuprobe xsec cevns --target CsI --energy "30 MeV" --recoil "0:20:5 keV" --json""",
)
@click.option("--target", "target_text", required=True, help="Ar40, CsI, 'natural Xe', or a mixture Si28=1,O16=2.")
@click.option("--energy", required=True, help="'30 MeV', '10, 20 MeV' or 'start:stop:count[:log] MeV'.")
@click.option("--recoil", help="Give dσ/dT at these recoil energies, e.g. '0:50:11 keV'.")
@click.option("--threshold", default="0 keV", show_default=True, help="Count recoils above this energy only.")
@click.option("--flavour", default="nu_mu", show_default=True)
@click.option("--form-factor", default="helm", show_default=True, help="See `nuprobe list form-factors`.")
@click.option("--r-p", help="Point-proton rms radius, e.g. '3.33 fm' [default: from the charge radius].")
@click.option("--r-n", help="Point-neutron rms radius, e.g. '3.42 fm' [default: that of the protons].")
@click.option("--axial", is_flag=True, help="Include the axial response of nuclei with spin.")
@model_options
@click.option("--plot", type=click.Path(path_type=Path), help="Save a figure (pdf, png, svg).")
@output_options
def cevns_command(
    target_text: str,
    energy: str,
    recoil: str | None,
    threshold: str,
    flavour: str,
    form_factor: str,
    r_p: str | None,
    r_n: str | None,
    axial: bool,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    plot: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Coherent elastic neutrino-nucleus scattering: σ(E), or dσ/dT with --recoil."""
    check_plot(plot)
    import numpy as np

    from nuprobe.nuclei import form_factors, target, with_form_factors
    from nuprobe.processes import cevns
    from nuprobe.units import keV, parse_grid, parse_quantity

    radii = [None if r is None else parse_quantity(r, "length") for r in (r_p, r_n)]
    nucleus = target(make_target_spec(target_text), r_p=radii[0], r_n=radii[1], form_factor=form_factor)
    full = with_form_factors(nucleus, form_factors.Point(), form_factors.Point())
    couplings = make_model(model, sin2_theta_w, params, model_file)
    energies = parse_grid(energy, "energy")
    floor = parse_quantity(threshold, "energy")
    per = "nucleus" if nucleus.is_single else "formula unit"
    if recoil is None:
        sigma, coherent = (
            cevns.total(energies, t, couplings, flavour, threshold=floor, axial=axial) for t in (nucleus, full)
        )
        table = Table(
            f"CEvNS of {flavour} on {nucleus.name}, cm2 per {per}, {couplings.name}, {form_factor}",
            ("E [MeV]", "sigma [cm2]", "full coherence [cm2]", "ratio"),
            tuple(
                (float(e), float(s), float(c), float(s / c) if c > 0 else None)
                for e, s, c in zip(energies, sigma, coherent, strict=True)
            ),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e", "ratio": ".4f"},
        )
    else:
        recoils = parse_grid(recoil, "energy")
        values = cevns.differential(energies[:, None], recoils, nucleus, couplings, flavour, axial=axial)
        table = Table(
            f"CEvNS of {flavour} on {nucleus.name}, cm2/keV per {per}, {couplings.name}, {form_factor}",
            ("E [MeV]", "T [keV]", "dsigma/dT [cm2/keV]"),
            tuple(
                (float(e), float(t / keV), float(values[i, j] * keV))
                for i, e in enumerate(energies)
                for j, t in enumerate(recoils)
            ),
            {"dsigma/dT [cm2/keV]": ".6e"},
        )
    if plot is not None:
        from nuprobe.plotting import plot_differential, plot_total, save

        if recoil is None:
            grid = energies if energies.size > 1 else np.linspace(1.0, 1.5 * float(energies[0]), 120)
            save(plot_total(nucleus, couplings, grid, flavour=flavour, threshold=floor, axial=axial), plot)
        else:
            save(plot_differential(nucleus, couplings, energies, flavours=flavour, axial=axial), plot)
    emit(str(table), table.to_dict(), as_json, output)


@xsec_command.command(
    "trident",
    epilog="""\b
Examples:
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "160 GeV" --regime all
  nuprobe xsec trident --channel "nu_e -> nu_e e+ e-" --target Ar40 --energy "1:100:9:log GeV" --json""",
)
@click.option("--channel", required=True, help="Such as 'nu_mu -> nu_e e+ mu-'.")
@click.option("--target", "target_text", help="As for cevns; not needed for --regime electron.")
@click.option("--energy", required=True, help="'30 GeV', '10, 20 GeV' or 'start:stop:count[:log] GeV'.")
@click.option(
    "--regime",
    type=click.Choice(["coherent", "proton", "neutron", "incoherent", "electron", "all"]),
    default="all",
    show_default=True,
)
@click.option(
    "--form-factor",
    help="Charge form factor, of the measured charge radius [default: Fourier-Bessel density if measured].",
)
@click.option("--no-pauli", is_flag=True, help="No Pauli blocking of the nucleons.")
@click.option("--model", default="sm", show_default=True, help="sm, v-a or lmu-ltau.")
@click.option("--sin2-theta-w", type=float, help="Weak mixing angle [default: 0.23122].")
@click.option("--mass", help="Mass of the Z' of lmu-ltau, e.g. '10 MeV'.")
@click.option("--coupling", type=float, help="Coupling g' of lmu-ltau.")
@click.option("--mixing", default="0", show_default=True, help="Kinetic mixing of lmu-ltau: a number, or loop.")
@click.option("--plot", type=click.Path(path_type=Path), help="Save sigma/E by regime (pdf, png, svg).")
@click.option("--wcxf", type=click.Path(path_type=Path), help="Contact operators from a WCxf file, added to the model.")
@output_options
def trident_command(
    channel: str,
    target_text: str | None,
    energy: str,
    regime: str,
    form_factor: str | None,
    no_pauli: bool,
    model: str,
    sin2_theta_w: float | None,
    mass: str | None,
    coupling: float | None,
    mixing: str,
    plot: Path | None,
    wcxf: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Neutrino trident production: σ(E) per nucleus, nucleon or electron, with its numerical error."""
    import numpy as np

    from nuprobe.models import StandardModel, read_wcxf
    from nuprobe.processes import trident
    from nuprobe.units import GeV, parse_grid

    check_plot(plot)
    energies = parse_grid(energy, "energy")
    one = trident.channel(channel)
    spec = None if target_text is None else make_target_spec(target_text)
    chosen = make_mediator(mass, coupling, mixing, sin2_theta_w) if model == "lmu-ltau" else None
    if chosen is None:
        if mass is not None or coupling is not None or mixing != "0":
            raise InputError("--mass, --coupling and --mixing belong to --model lmu-ltau")
        chosen = make_trident_model(model, sin2_theta_w)
    if wcxf is not None:
        chosen = read_wcxf(wcxf, chosen)
    pauli = not no_pauli
    found = trident.total(energies, one, spec, chosen, regime, form_factor=form_factor, pauli=pauli, with_error=True)
    # with the same nodes, the ratio of the Standard Model is 1
    standard = trident.total(
        energies, one, spec, StandardModel(), regime, form_factor=form_factor, pauli=pauli, with_error=True
    ).value
    if plot is not None:
        from nuprobe.plotting import plot_trident_energy, save

        if spec is None:
            raise InputError("--plot needs --target")
        low = 1.02 * trident.threshold_energy(one, spec, "coherent")
        few = energies.size <= 4
        grid = np.geomspace(low, max(10 * low, 1.5 * float(energies.max())), 60) if few else energies
        marks = energies if few else ()
        save(plot_trident_energy([one], spec, grid, model=chosen, form_factor=form_factor, marks=marks), plot)
    start = trident.threshold_energy(one, spec, regime)
    silent = model == "lmu-ltau" and not any(np.any(m.strength) for m in chosen.lepton_couplings(one.vertex).mediators)
    table = Table(
        f"{one.name} on {target_text or regime}, {regime}, per {found.per}",
        ("E [GeV]", "sigma [cm2]", "error [cm2]", "ratio to SM", "below threshold"),
        tuple(
            (float(e / GeV), float(s), float(d), float(s / b) if b > 0 else None, bool(e <= start))
            for e, s, d, b in zip(energies, found.value, found.error, standard, strict=True)
        ),
        {"sigma [cm2]": ".6e", "error [cm2]": ".1e"},
        (
            f"threshold {start / GeV:.6g} GeV",
            *(["the mediator does not couple in this channel"] if silent else []),
            *(f"form factor of {k}: {v}" for k, v in found.form_factors.items()),
        ),
    )
    emit(str(table), table.to_dict(), as_json, output)
