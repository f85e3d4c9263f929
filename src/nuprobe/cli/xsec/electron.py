"""``nuprobe xsec electron``: neutrino-electron scattering."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nuprobe.cli.options import command, grouped, target_spec
from nuprobe.cli.output import plot_option, save_plot, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import each
from nuprobe.cli.xsec.electron_tables import ElectronTables
from nuprobe.cli.xsec.over_flux import save_averaged
from nuprobe.cli.xsec.path import PathSpec, path_options
from nuprobe.cli.xsec.remarks import remark
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.models import Model
    from nuprobe.nuclei import Binding, Target


@dataclass(frozen=True)
class ElectronSpec:
    """Electrons, free or of a target.

    Attributes
    ----------
    target_text : as typed, or None for one free electron.
    free_electrons : neglect the binding of the target's electrons.
    ionisation : otherwise the treatment of binding, ``"step"``, ``"rrpa"`` or
        ``"epa"``.
    magnetic_moment : of every flavour, as typed, in μ_B; or None.
    """

    target_text: str | None
    free_electrons: bool
    ionisation: Literal["step", "rrpa", "epa"]
    magnetic_moment: str | None

    def target(self) -> Target | None:
        """Return the target, or None for one free electron."""
        from nuprobe.nuclei import target

        bound = self.ionisation != "step"
        if self.free_electrons and bound:
            raise InputError("give --free-electrons or --ionisation, not both")
        if self.target_text is None:
            if self.free_electrons or bound:
                option = "--ionisation" if bound else "--free-electrons"
                raise InputError(f"{option} requires --target (bound electrons)")
            return None
        return target(target_spec(self.target_text))

    @property
    def binding(self) -> Binding:
        """Value for the library functions."""
        return False if self.free_electrons else self.ionisation

    def model(self, base: Model) -> Model:
        """Return `base` with the magnetic moment."""
        from nuprobe.models import Electromagnetic
        from nuprobe.units import value_in

        if self.magnetic_moment is None:
            return base
        mu = value_in(self.magnetic_moment, "muB")
        return Electromagnetic(mu_eff={"e": mu, "mu": mu, "tau": mu}, base=base)


_electron_options = grouped(
    "electrons",
    ElectronSpec,
    click.option(
        "--target",
        "target_text",
        multiple=True,
        help=(
            "Xe, NaI, … whose electrons are bound, repeatable [default: a free"
            " electron]."
        ),
    ),
    click.option(
        "--free-electrons",
        is_flag=True,
        help="Neglect the binding of the target's electrons.",
    ),
    click.option(
        "--ionisation",
        type=click.Choice(["step", "rrpa", "epa"]),
        default="step",
        show_default=True,
        help="Shell step function; many-body factors (xenon); photons (charges).",
    ),
    click.option(
        "--magnetic-moment",
        help="Effective magnetic moment of every flavour in Bohr magnetons.",
    ),
)


@command(
    "electron",
    epilog="""\b
Examples:
  nuprobe xsec electron --energy "1:20:20 MeV" --flavour nubar_e --plot sigma.pdf
  nuprobe xsec electron --target Ge --energy "3 MeV" --recoil "1:100:50:log keV" --magnetic-moment 2.9e-11 --json
  nuprobe xsec electron --target Xe --flux solar --recoil "1, 10, 30 keV\"""",  # noqa: E501
)
@each
@_electron_options
@source_options("'3 MeV', '1, 2 MeV' or 'start:stop:count[:lin|:log] MeV'.")
@recoil_options("energy transfers", "'1:100:50:log keV'", "nu_e")
@path_options
@models_options
@plot_option()
@table_options
def electron_command(
    electrons: ElectronSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    path: PathSpec,
    model: ModelSpec,
    plot: Path | None,
) -> Table:
    """Neutrino-electron scattering: σ(E), dσ/dT with --recoil, or flux averages."""
    recoils, floor = recoil.either()
    atoms = electrons.target()
    setting = ElectronTables(
        atoms,
        electrons.model(model.build()),
        {"target": atoms, "binding": electrons.binding},
        path.alone(source.flux_name, plot),
    )
    flux = source.flux()
    asked = recoil.flavour or (not flux and "nu_e")
    remark(setting.process, setting.model, not setting.path and asked)
    if flux is not None:
        table = setting.averages(flux, recoils, floor, recoil.flavour)
        save_averaged(setting.process, flux, atoms, setting.model, recoil, plot)
        return table
    energies, flavour = source.energies(), recoil.flavour or "nu_e"
    table = setting.table(energies, recoils, floor, flavour)
    save_plot(lambda: setting.figure(energies, recoils, floor, flavour), plot)
    return table
