"""``nuprobe majorana decay``: decays of a heavy neutrino."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.majorana.decay_tables import (
    NATURES,
    Decays,
    angular,
    channels,
    spectrum,
    summary,
    two_complex,
)
from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.majorana import HeavyNeutrino


@dataclass(frozen=True)
class DecaySpec:
    """Decays as typed.

    Attributes
    ----------
    mass : of N.
    channels : of the decay, or none for all open ones.
    polarisation : of N.
    moments : two complex numbers.
    """

    mass: str
    channels: tuple[str, ...]
    polarisation: float
    moments: str

    def build(self) -> Decays:
        """Return the decays of all natures, by channel."""
        from nuprobe.majorana import HeavyNeutrino
        from nuprobe.units import parse_quantity

        mass, moments = parse_quantity(self.mass, "energy"), two_complex(self.moments)

        def decay(channel: Any, nature: Any) -> HeavyNeutrino:
            return HeavyNeutrino(mass, channel, nature, self.polarisation, moments)

        chosen = channels(self.channels, mass)
        return {c: [decay(c, nature) for nature in NATURES] for c in chosen}


_decay_options = grouped(
    "decays",
    DecaySpec,
    click.option(
        "--mass", required=True, help="Of the heavy neutrino N, e.g. '1 GeV'."
    ),
    click.option(
        "--channel",
        "channels",
        multiple=True,
        help="photon, pi0, eta, rho0, omega, Z or h; repeatable [default: all open].",
    ),
    click.option(
        "--polarisation", default=1.0, show_default=True, help="Of N, from -1 to 1."
    ),
    click.option(
        "--moments",
        default="1,0",
        show_default=True,
        help="Magnetic and electric transition moment of the photon channel, in any"
        " common unit; complex numbers such as 1j.",
    ),
)


@command(
    "decay",
    epilog="""\b
Examples:
  nuprobe majorana decay --mass "1 GeV"
  nuprobe majorana decay --mass "1 GeV" --channel pi0 --channel rho0 --gamma 5 --plot decay.pdf
  nuprobe majorana decay --mass "300 MeV" --channel pi0 --cosine="-1:1:5" --polarisation 0.5 --json
  nuprobe majorana decay --mass "10 MeV" --channel photon --moments 1,1j --gamma 3 --energies 9""",  # noqa: E501
)
@_decay_options
@click.option(
    "--sigma",
    default=3.0,
    show_default=True,
    help="Significance for telling the two apart.",
)
@click.option(
    "--gamma", type=float, help="Lorentz factor of N, for laboratory energies."
)
@click.option(
    "--cosine",
    help="Give the angular distribution at these cosines, e.g. '-1:1:5'.",
)
@click.option(
    "--energies",
    type=click.IntRange(2, 100_000),
    help="Give the laboratory spectrum at this many energies (needs --gamma).",
)
@plot_option("Save angular and (with --gamma) energy distributions (pdf, png, svg).")
@output_options
def decay_command(
    decays: DecaySpec,
    sigma: float,
    gamma: float | None,
    cosine: str | None,
    energies: int | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Decays of a heavy neutrino N to a neutrino and X: angular and energy
    distributions, and the number of decays needed to distinguish Dirac from Majorana
    neutrinos."""
    if cosine is not None and energies is not None:
        raise InputError("give --cosine or --energies: one table at a time")
    if energies is not None and gamma is None:
        raise InputError("--energies needs --gamma, the Lorentz factor of N")
    made = decays.build()
    if plot is not None:
        from nuprobe.plotting import plot_heavy_decays

        every = [decay for found in made.values() for decay in found]
        save_plot(lambda: plot_heavy_decays(every, gamma), plot)
    if cosine is not None:
        return out.table(angular(made, cosine))
    if energies is not None and gamma is not None:
        return out.table(spectrum(made, gamma, energies))
    return out.table(summary(made, sigma, gamma))
