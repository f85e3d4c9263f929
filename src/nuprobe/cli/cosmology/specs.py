"""Neutrinos and universe, as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.cosmology.nucleosynthesis import MomentPlane, Nucleosynthesis
    from nuprobe.models import Electromagnetic


@dataclass(frozen=True)
class NeutrinoSpec:
    """Moments and decoupling as typed.

    Attributes
    ----------
    moment : ``element=value`` pairs.
    flavour_mixing, screening : of the decoupling.
    """

    moment: tuple[str, ...]
    flavour_mixing: str
    screening: str

    def build(self, kind: str = "majorana") -> Electromagnetic:
        """Return neutrinos of this `kind` with these moments; none at all are zero."""
        import numpy as np

        from nuprobe.models import Electromagnetic
        from nuprobe.units import value_in

        given = key_values(self.moment, "--moment", "emu=1e-10")
        elements = {name: value_in(str(v), "muB") for name, v in given.items()}
        return Electromagnetic(
            magnetic_moment=elements or np.zeros((3, 3)),
            kind=kind,  # type: ignore[arg-type]
        )

    def decoupling(self) -> dict[str, Any]:
        """Return the options of `nuprobe.cosmology.decoupling`."""
        return {"flavour_mixing": self.flavour_mixing, "screening": self.screening}


flavour_mixing_option = click.option(
    "--flavour-mixing",
    type=click.Choice(["none", "full"]),
    default="full",
    show_default=True,
    help="Whether oscillations keep the three neutrinos at one temperature.",
)
screening_option = click.option(
    "--screening",
    type=click.Choice(["debye", "talk", "cut", "linear"]),
    default="debye",
    show_default=True,
    help="Of soft photons, where a number of scatterings is asked for.",
)
exchange_screening_option = click.option(
    "--exchange-screening",
    type=click.Choice(["none", "debye", "talk", "cut", "linear"]),
    default="none",
    show_default=True,
    help="Of soft photons in the exchange of energy.",
)

neutrino_options = grouped(
    "neutrinos",
    NeutrinoSpec,
    click.option(
        "--moment",
        multiple=True,
        metavar="ELEMENT=VALUE",
        help="Moment in Bohr magnetons, e.g. emu=1e-10; repeatable.",
    ),
    flavour_mixing_option,
    screening_option,
)
"""Add ``--moment``, ``--flavour-mixing`` and ``--screening``, as `NeutrinoSpec`
``neutrinos``."""


@dataclass(frozen=True)
class NucleosynthesisSpec:
    """Options of nucleosynthesis as typed.

    Attributes
    ----------
    omega_b, eta : density of baryons, one of the two or neither.
    tau_n, rates, weak, nuclear_qed : as in `Nucleosynthesis`.
    criterion : of decoupling.
    """

    omega_b: float | None
    eta: float | None
    tau_n: float | None
    rates: str
    weak: str
    nuclear_qed: bool
    criterion: Any

    def build(self) -> Nucleosynthesis:
        """Return the options."""
        from nuprobe.cosmology.nucleosynthesis import Nucleosynthesis, omega_baryon

        if self.omega_b is not None and self.eta is not None:
            raise InputError("give either --omega-b or --eta, not both")
        given: dict[str, Any] = {
            "rates": self.rates,
            "weak": self.weak,
            "nuclear_qed": self.nuclear_qed,
        }
        if self.eta is not None:
            given["omega_b"] = omega_baryon(self.eta)
        if self.omega_b is not None:
            given["omega_b"] = self.omega_b
        if self.tau_n is not None:
            given["tau_n"] = self.tau_n
        return Nucleosynthesis(**given)


nucleosynthesis_options = grouped(
    "nuclei",
    NucleosynthesisSpec,
    click.option("--omega-b", type=float, help="Omega_b h^2 [default: 0.02242]."),
    click.option("--eta", type=float, help="Baryons per photon, instead of --omega-b."),
    click.option(
        "--tau-n", type=float, help="Lifetime of the neutron in s [default: 878.4]."
    ),
    click.option(
        "--rates",
        default="primat-2023",
        show_default=True,
        help="Nuclear rates: primat-2023, recommended-2026 or yof.",
    ),
    click.option(
        "--weak",
        default="full",
        show_default=True,
        help="Corrections of n <-> p: born, 'finite mass' or full.",
    ),
    click.option(
        "--nuclear-qed",
        is_flag=True,
        help="Electron pairs beside the photons of captures.",
    ),
    click.option(
        "--criterion",
        type=click.Choice(["evolved", "number", "energy"]),
        default="evolved",
        show_default=True,
        help="Temperatures evolved, or decoupling in an instant by that criterion"
        " (with --flavour-mixing none).",
    ),
)
"""Add the options of nucleosynthesis, as `NucleosynthesisSpec` ``nuclei``."""


def numbers_of(text: str, flag: str) -> list[float]:
    """Return numbers that commas separate.

    Parameters
    ----------
    text : as typed.
    flag : option that a message names.

    Examples
    --------
    >>> numbers_of("1,2.5", "--levels")
    [1.0, 2.5]
    """
    from nuprobe.units import value_in

    try:
        return [value_in(part, "muB") for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"{flag} takes numbers separated by commas, got {text}"
        ) from None


@dataclass(frozen=True)
class PlaneSpec:
    """A plane of two moments as typed.

    Attributes
    ----------
    x, y : elements of the matrix, or names of parameters.
    observable : what is constant along a line.
    levels : of the lines, or None.
    top : largest moments.
    nodes : along each axis.
    """

    x: str
    y: str
    observable: str
    levels: str | None
    top: str
    nodes: int

    def build(
        self, neutrinos: NeutrinoSpec, nuclei: NucleosynthesisSpec
    ) -> MomentPlane:
        """Return the abundances over the plane; `neutrinos` and `nuclei` have the
        rest."""
        from nuprobe.cosmology.nucleosynthesis import moment_plane

        x, y = (n if "." in n else f"magnetic_moment.{n}" for n in (self.x, self.y))
        tops = numbers_of(self.top, "--top")
        if len(tops) > 2:
            raise InputError(f"--top takes one or two moments, got {self.top}")
        options = {**neutrinos.decoupling(), "criterion": nuclei.criterion}
        return moment_plane(
            x,
            y,
            neutrinos.build(),
            nuclei.build(),
            top=(tops[0], tops[-1]),
            nodes=self.nodes,
            **options,
        )


plane_options = grouped(
    "asked",
    PlaneSpec,
    click.argument("x"),
    click.argument("y"),
    click.option(
        "--of",
        "observable",
        default="y_p",
        show_default=True,
        help="y_p, d_h, he3_h, li7_h or n_eff.",
    ),
    click.option(
        "--levels", help="Values, e.g. 0.2470,0.2472 [default: seven in range]."
    ),
    click.option(
        "--top",
        default="1e-9",
        show_default=True,
        help="Largest moments in Bohr magnetons: one, or one for each axis"
        " (1e-9,2e-9).",
    ),
    click.option(
        "--nodes",
        type=int,
        default=9,
        show_default=True,
        help="Chebyshev nodes along each axis.",
    ),
)
"""Add the plane, as `PlaneSpec` ``asked``."""
