"""``nuprobe xsec``: cross sections."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.arguments import (
    energy_or_flux,
    flux_options,
    make_flux,
    make_mediator,
    make_model,
    make_target_spec,
    make_trident_model,
    model_options,
    trident_options,
)
from nuprobe.cli.output import check_plot, emit, output_options
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.models import LeptonModel
    from nuprobe.processes.trident import Channel


@click.group("xsec")
def xsec_command() -> None:
    """Cross sections."""


@xsec_command.command(
    "cevns",
    epilog="""\b
Examples:
  nuprobe xsec cevns --target Ar40 --energy "10:50:41 MeV" --plot sigma.pdf
  nuprobe xsec cevns --target Cs133 --energy "30 MeV" --model light-vector --param mass='10 MeV' --param coupling=1e-4
  nuprobe xsec cevns --target CsI --energy "30 MeV" --recoil "0:20:5 keV" --json
  nuprobe xsec cevns --target Xe --flux solar --flux-option "components=['8B']" --threshold "1 keV\"""",
)
@click.option(
    "--target",
    "target_text",
    required=True,
    help="Ar40, CsI, 'natural Xe', or a mixture Si28=1,O16=2.",
)
@click.option(
    "--energy", help="'30 MeV', '10, 20 MeV' or 'start:stop:count[:log] MeV'."
)
@flux_options
@click.option(
    "--recoil", help="Give dσ/dT at these recoil energies, e.g. '0:50:11 keV'."
)
@click.option(
    "--threshold",
    default="0 keV",
    show_default=True,
    help="Count recoils above this energy only.",
)
@click.option("--flavour", help="[default: nu_mu; with --flux each flavour in it]")
@click.option(
    "--form-factor",
    default="helm",
    show_default=True,
    help="See `nuprobe list form-factors`.",
)
@click.option(
    "--r-p",
    help="Point-proton rms radius, e.g. '3.33 fm' [default: from the charge radius].",
)
@click.option(
    "--r-n",
    help="Point-neutron rms radius, e.g. '3.42 fm' [default: that of the protons].",
)
@click.option(
    "--axial", is_flag=True, help="Include the axial response of nuclei with spin."
)
@model_options
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Save a figure (pdf, png, svg)."
)
@output_options
def cevns_command(
    target_text: str,
    energy: str | None,
    flux_name: str | None,
    flux_option: tuple[str, ...],
    recoil: str | None,
    threshold: str,
    flavour: str | None,
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
    """Coherent elastic neutrino-nucleus scattering: σ(E), dσ/dT with --recoil, or the
    mean over a flux."""
    check_plot(plot)
    energy_or_flux(energy, flux_name, flux_option)
    if flux_name is not None and (recoil is not None or plot is not None):
        raise InputError("--recoil and --plot belong to --energy")
    import numpy as np

    from nuprobe.flavours import flavour as as_flavour
    from nuprobe.nuclei import form_factors, target, with_form_factors
    from nuprobe.processes import cevns
    from nuprobe.units import keV, parse_grid, parse_quantity

    radii = [None if r is None else parse_quantity(r, "length") for r in (r_p, r_n)]
    nucleus = target(
        make_target_spec(target_text),
        r_p=radii[0],
        r_n=radii[1],
        form_factor=form_factor,
    )
    full = with_form_factors(nucleus, form_factors.Point(), form_factors.Point())
    couplings = make_model(model, sin2_theta_w, params, model_file)
    floor = parse_quantity(threshold, "energy")
    per = "nucleus" if nucleus.is_single else "formula unit"
    if flux_name is not None:
        source = make_flux(flux_name, flux_option)
        flavours = source.flavours if flavour is None else (as_flavour(flavour),)
        area = "1/cm2" if source.emission == "beam" else "in 4 pi"
        sigma_of = partial(cevns.total, model=couplings, threshold=floor, axial=axial)
        # the threshold is a kink: more nodes than the flux alone takes
        found = [
            [
                source.average(partial(sigma_of, target=t, flavour=f), f, refine=4)
                for t in (nucleus, full)
            ]
            for f in flavours
        ]
        table = Table(
            f"CEvNS on {nucleus.name}, mean over {source.name}, cm2 per {per},"
            f" {couplings.name}, {form_factor}",
            (
                "flavour",
                f"neutrinos [{area} per {source.per}]",
                "sigma [cm2]",
                "full coherence [cm2]",
            ),
            tuple(
                (str(f), source.total(f), *sigmas)
                for f, sigmas in zip(flavours, found, strict=True)
            ),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e"},
        )
        return emit(str(table), table.to_dict(), as_json, output)
    assert energy is not None  # energy_or_flux
    flavour = "nu_mu" if flavour is None else flavour
    energies = parse_grid(energy, "energy")
    if recoil is None:
        sigma, coherent = (
            cevns.total(energies, t, couplings, flavour, threshold=floor, axial=axial)
            for t in (nucleus, full)
        )
        table = Table(
            f"CEvNS of {flavour} on {nucleus.name}, cm2 per {per}, {couplings.name},"
            f" {form_factor}",
            ("E [MeV]", "sigma [cm2]", "full coherence [cm2]", "ratio"),
            tuple(
                (float(e), float(s), float(c), float(s / c) if c > 0 else None)
                for e, s, c in zip(energies, sigma, coherent, strict=True)
            ),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e", "ratio": ".4f"},
        )
    else:
        recoils = parse_grid(recoil, "energy")
        values = cevns.differential(
            energies[:, None], recoils, nucleus, couplings, flavour, axial=axial
        )
        table = Table(
            f"CEvNS of {flavour} on {nucleus.name}, cm2/keV per {per},"
            f" {couplings.name}, {form_factor}",
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
            grid = (
                energies
                if energies.size > 1
                else np.linspace(1.0, 1.5 * float(energies[0]), 120)
            )
            save(
                plot_total(
                    nucleus,
                    couplings,
                    grid,
                    flavour=flavour,
                    threshold=floor,
                    axial=axial,
                ),
                plot,
            )
        else:
            save(
                plot_differential(
                    nucleus, couplings, energies, flavours=flavour, axial=axial
                ),
                plot,
            )
    emit(str(table), table.to_dict(), as_json, output)


@xsec_command.command(
    "electron",
    epilog="""\b
Examples:
  nuprobe xsec electron --energy "1:20:20 MeV" --flavour nubar_e --plot sigma.pdf
  nuprobe xsec electron --target Ge --energy "3 MeV" --recoil "1:100:50:log keV" --magnetic-moment 2.9e-11 --json
  nuprobe xsec electron --target Xe --flux solar --recoil "1, 10, 30 keV\"""",
)
@click.option(
    "--target",
    "target_text",
    help="Xe, NaI, … whose electrons are bound [default: one free electron].",
)
@click.option(
    "--free-electrons",
    is_flag=True,
    help="Leave the binding of the target's electrons out.",
)
@click.option("--energy", help="'3 MeV', '1, 2 MeV' or 'start:stop:count[:log] MeV'.")
@flux_options
@click.option(
    "--recoil", help="Give dσ/dT at these energy transfers, e.g. '1:100:50:log keV'."
)
@click.option(
    "--threshold",
    default="0 keV",
    show_default=True,
    help="Count energy transfers above this energy only.",
)
@click.option("--flavour", help="[default: nu_e; with --flux each flavour in it]")
@click.option(
    "--magnetic-moment",
    type=float,
    help="Effective magnetic moment of every flavour in Bohr magnetons.",
)
@model_options
@click.option(
    "--plot", type=click.Path(path_type=Path), help="Save a figure (pdf, png, svg)."
)
@output_options
def electron_command(
    target_text: str | None,
    free_electrons: bool,
    energy: str | None,
    flux_name: str | None,
    flux_option: tuple[str, ...],
    recoil: str | None,
    threshold: str,
    flavour: str | None,
    magnetic_moment: float | None,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    plot: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Neutrino-electron scattering: σ(E), dσ/dT with --recoil, or their means over a
    flux."""
    check_plot(plot)
    energy_or_flux(energy, flux_name, flux_option)
    if flux_name is not None and plot is not None:
        raise InputError("--plot belongs to --energy")
    if free_electrons and target_text is None:
        raise InputError(
            "--free-electrons belongs to --target; without a target the electron is"
            " free"
        )
    import numpy as np

    from nuprobe.flavours import flavour as as_flavour
    from nuprobe.models import Electromagnetic, Model
    from nuprobe.nuclei import target
    from nuprobe.processes import electron
    from nuprobe.units import keV, parse_grid, parse_quantity

    couplings: Model = make_model(model, sin2_theta_w, params, model_file)
    if magnetic_moment is not None:
        couplings = Electromagnetic(
            mu_eff=dict.fromkeys(("e", "mu", "tau"), magnetic_moment), base=couplings
        )
    atoms = None if target_text is None else target(make_target_spec(target_text))
    binding, floor = not free_electrons, parse_quantity(threshold, "energy")
    recoils = None if recoil is None else parse_grid(recoil, "energy")
    if recoils is not None and floor > 0:
        raise InputError(
            "--threshold belongs to the total cross section, not to --recoil"
        )
    what = (
        "a free electron, cm2" if atoms is None else f"electrons of {atoms.name}, cm2"
    )
    per = (
        "electron"
        if atoms is None
        else (
            "atom"
            if len({c.isotope.z for c in atoms.components}) == 1
            else "formula unit"
        )
    )
    where: dict[str, Any] = {"target": atoms, "binding": binding}
    if flux_name is not None:
        source = make_flux(flux_name, flux_option)
        flavours = source.flavours if flavour is None else (as_flavour(flavour),)
        if recoils is None:
            area = "1/cm2" if source.emission == "beam" else "in 4 pi"
            sigma_of = partial(
                electron.total, model=couplings, threshold=floor, **where
            )
            # the edges of shells are kinks: more nodes than the flux alone takes
            means = [
                source.average(partial(sigma_of, flavour=f), f, refine=4)
                for f in flavours
            ]
            table = Table(
                f"Scattering off {what} per {per}, mean over {source.name},"
                f" {couplings.name}",
                ("flavour", f"neutrinos [{area} per {source.per}]", "sigma [cm2]"),
                tuple(
                    (str(f), source.total(f), s)
                    for f, s in zip(flavours, means, strict=True)
                ),
                {"sigma [cm2]": ".6e"},
            )
        else:
            spectra = [
                electron.averaged(source, recoils, couplings, f, **where)
                for f in flavours
            ]
            table = Table(
                f"Scattering off {what}/keV per {per}, mean over {source.name},"
                f" {couplings.name}",
                ("flavour", "T [keV]", "dsigma/dT [cm2/keV]"),
                tuple(
                    (str(f), float(t / keV), float(v * keV))
                    for f, values in zip(flavours, spectra, strict=True)
                    for t, v in zip(recoils, values, strict=True)
                ),
                {"dsigma/dT [cm2/keV]": ".6e"},
            )
        return emit(str(table), table.to_dict(), as_json, output)
    assert energy is not None  # energy_or_flux
    flavour = "nu_e" if flavour is None else flavour
    energies = parse_grid(energy, "energy")
    if recoils is None:
        sigma = electron.total(energies, couplings, flavour, threshold=floor, **where)
        table = Table(
            f"Scattering of {flavour} off {what} per {per}, {couplings.name}",
            ("E [MeV]", "sigma [cm2]", "sigma/E [cm2/MeV]"),
            tuple(
                (float(e), float(s), float(s / e))
                for e, s in zip(energies, sigma, strict=True)
            ),
            {"sigma [cm2]": ".6e", "sigma/E [cm2/MeV]": ".6e"},
        )
    else:
        values = electron.differential(
            energies[:, None], recoils, couplings, flavour, **where
        )
        table = Table(
            f"Scattering of {flavour} off {what}/keV per {per}, {couplings.name}",
            ("E [MeV]", "T [keV]", "dsigma/dT [cm2/keV]"),
            tuple(
                (float(e), float(t / keV), float(values[i, j] * keV))
                for i, e in enumerate(energies)
                for j, t in enumerate(recoils)
            ),
            {"dsigma/dT [cm2/keV]": ".6e"},
        )
    if plot is not None:
        from nuprobe.plotting import (
            plot_electron_differential,
            plot_electron_total,
            save,
        )

        if recoils is None:
            ends = (
                (0.1 * energies[0], 1.5 * energies[0])
                if energies.size == 1
                else (energies.min(), energies.max())
            )
            grid = energies if energies.size >= 20 else np.linspace(*ends, 120)
            save(
                plot_electron_total(
                    couplings, grid, flavours=(flavour,), threshold=floor, **where
                ),
                plot,
            )
        else:
            fine = (
                None
                if recoils.size < 2 or recoils[0] <= 0
                else np.geomspace(recoils[0], recoils[-1], 800)
            )
            save(
                plot_electron_differential(
                    couplings, energies, flavour=flavour, recoils=fine, **where
                ),
                plot,
            )
    emit(str(table), table.to_dict(), as_json, output)


@xsec_command.command(
    "trident",
    epilog="""\b
Examples:
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "160 GeV" --regime all
  nuprobe xsec trident --channel "nu_e -> nu_e e+ e-" --target Ar40 --energy "1:100:9:log GeV" --json
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --flux dune-nd-fhc""",
)
@click.option("--channel", required=True, help="Such as 'nu_mu -> nu_e e+ mu-'.")
@click.option(
    "--target", "target_text", help="As for cevns; not needed for --regime electron."
)
@click.option(
    "--energy", help="'30 GeV', '10, 20 GeV' or 'start:stop:count[:log] GeV'."
)
@flux_options
@trident_options
@click.option("--model", default="sm", show_default=True, help="sm, v-a or lmu-ltau.")
@click.option(
    "--sin2-theta-w", type=float, help="Weak mixing angle [default: 0.23122]."
)
@click.option("--mass", help="Mass of the Z' of lmu-ltau, e.g. '10 MeV'.")
@click.option("--coupling", type=float, help="Coupling g' of lmu-ltau.")
@click.option(
    "--mixing",
    default="0",
    show_default=True,
    help="Kinetic mixing of lmu-ltau: a number, or loop.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Save sigma/E by regime (pdf, png, svg).",
)
@click.option(
    "--wcxf",
    type=click.Path(path_type=Path),
    help="Contact operators from a WCxf file, added to the model.",
)
@output_options
def trident_command(
    channel: str,
    target_text: str | None,
    energy: str | None,
    flux_name: str | None,
    flux_option: tuple[str, ...],
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
    """Neutrino trident production: σ(E) per nucleus, nucleon or electron, with its
    numerical error."""
    import numpy as np

    from nuprobe.models import StandardModel, read_wcxf
    from nuprobe.processes import trident
    from nuprobe.units import GeV, parse_grid

    check_plot(plot)
    energy_or_flux(energy, flux_name, flux_option)
    one = trident.channel(channel)
    spec = None if target_text is None else make_target_spec(target_text)
    chosen = (
        make_mediator(mass, coupling, mixing, sin2_theta_w)
        if model == "lmu-ltau"
        else None
    )
    if chosen is None:
        if mass is not None or coupling is not None or mixing != "0":
            raise InputError(
                "--mass, --coupling and --mixing belong to --model lmu-ltau"
            )
        chosen = make_trident_model(model, sin2_theta_w)
    if wcxf is not None:
        chosen = read_wcxf(wcxf, chosen)
    pauli = not no_pauli
    if flux_name is not None:
        if plot is not None:
            raise InputError("--plot belongs to --energy")
        source = make_flux(flux_name, flux_option)
        means = [
            trident.flux_averaged(
                source, one, spec, m, regime, form_factor=form_factor, pauli=pauli
            )
            for m in (chosen, StandardModel())
        ]
        table = Table(
            f"{one.name} on {target_text or regime}, {regime}, mean over {source.name}",
            ("flux", "sigma [cm2]", "ratio to SM"),
            ((source.name, means[0], means[0] / means[1] if means[1] > 0 else None),),
            {"sigma [cm2]": ".6e"},
        )
        return emit(str(table), table.to_dict(), as_json, output)
    assert energy is not None  # energy_or_flux
    energies = parse_grid(energy, "energy")
    found = trident.total(
        energies,
        one,
        spec,
        chosen,
        regime,
        form_factor=form_factor,
        pauli=pauli,
        with_error=True,
    )
    # with the same nodes, the ratio of the Standard Model is 1
    sm = StandardModel()
    standard = trident.total(
        energies,
        one,
        spec,
        sm,
        regime,
        form_factor=form_factor,
        pauli=pauli,
        with_error=True,
    ).value
    if plot is not None:
        from nuprobe.plotting import plot_trident_energy, save

        if spec is None:
            raise InputError("--plot needs --target")
        low = 1.02 * trident.threshold_energy(one, spec, "coherent")
        few = energies.size <= 4
        grid = (
            np.geomspace(low, max(10 * low, 1.5 * float(energies.max())), 60)
            if few
            else energies
        )
        marks = energies if few else ()
        save(
            plot_trident_energy(
                [one], spec, grid, model=chosen, form_factor=form_factor, marks=marks
            ),
            plot,
        )
    start = trident.threshold_energy(one, spec, regime)
    silent = model == "lmu-ltau" and not any(
        np.any(m.strength) for m in chosen.lepton_couplings(one.vertex).mediators
    )
    table = Table(
        f"{one.name} on {target_text or regime}, {regime}, per {found.per}",
        ("E [GeV]", "sigma [cm2]", "error [cm2]", "ratio to SM", "below threshold"),
        tuple(
            (
                float(e / GeV),
                float(s),
                float(d),
                float(s / b) if b > 0 else None,
                bool(e <= start),
            )
            for e, s, d, b in zip(
                energies, found.value, found.error, standard, strict=True
            )
        ),
        {"sigma [cm2]": ".6e", "error [cm2]": ".1e"},
        (
            f"threshold {start / GeV:.6g} GeV",
            *(["the mediator does not couple in this channel"] if silent else []),
            _couplings_note(chosen, one),
            *(f"form factor of {k}: {v}" for k, v in found.form_factors.items()),
        ),
    )
    emit(str(table), table.to_dict(), as_json, output)


def _couplings_note(model: LeptonModel, channel: Channel) -> str:
    """V and A of a channel, and the weak mixing angles behind the columns."""
    from nuprobe.models import StandardModel

    found = model.lepton_couplings(channel.vertex)
    base: object = model
    while not isinstance(base, StandardModel) and hasattr(base, "base"):
        base = base.base
    angle = (
        f", sin2 theta_W = {base.lepton_sin2:g}"
        if isinstance(base, StandardModel)
        else ""
    )
    return (
        f"couplings of {getattr(model, 'name', type(model).__name__)}: V ="
        f" {float(found.vector):.6g}, A = {float(found.axial):.6g}{angle}; SM of the"
        f" ratio: sin2 theta_W = {StandardModel().lepton_sin2:g}"
    )
