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
    kind : ``"majorana"`` or ``"dirac"``.
    t_max, g_entropy : of Dirac neutrinos, or None.
    flavour_mixing, screening : of the decoupling.
    """

    moment: tuple[str, ...]
    kind: str
    t_max: str | None
    g_entropy: str | None
    flavour_mixing: str
    screening: str

    def build(self) -> Electromagnetic:
        """Return neutrinos with these moments, zero if none are given."""
        import numpy as np

        from nuprobe.models import Electromagnetic
        from nuprobe.units import value_in

        given = key_values(self.moment, "--moment", "emu=1e-10")
        elements = {name: value_in(str(v), "muB") for name, v in given.items()}
        return Electromagnetic(
            magnetic_moment=elements or np.zeros((3, 3)),
            kind=self.kind,  # type: ignore[arg-type]
        )

    def decoupling(self, moments: bool | None = None) -> dict[str, Any]:
        """Return the options of `nuprobe.cosmology.decoupling`; `moments` tells whether
        there are any, if they are not those of ``--moment``."""
        from nuprobe.units import parse_quantity

        made = {"flavour_mixing": self.flavour_mixing, "screening": self.screening}
        found: dict[str, Any] = dict(made)
        if self.kind != "dirac":
            for flag, given in (("--t-max", self.t_max), ("--g-s", self.g_entropy)):
                if given is not None:
                    raise InputError(f"{flag} requires --kind dirac")
            return found
        if self.t_max is not None:
            found["t_max"] = parse_quantity(self.t_max, "energy")
        elif self.moment or moments or self.g_entropy is not None:
            raise InputError(
                "--kind dirac requires --t-max, e.g. '100 GeV': production of"
                " right-handed neutrinos depends on the highest temperature"
            )
        if self.g_entropy is not None:
            from nuprobe.cosmology.degrees import read_degrees

            found["g_entropy"] = read_degrees(self.g_entropy)
        return found


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
    help="Screening of soft photons, for numbers of scatterings.",
)
exchange_screening_option = click.option(
    "--exchange-screening",
    type=click.Choice(["none", "debye", "talk", "cut", "linear"]),
    default="none",
    show_default=True,
    help="Screening of soft photons in the energy exchange.",
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
    click.option(
        "--kind",
        type=click.Choice(["majorana", "dirac"]),
        default="majorana",
        show_default=True,
        help="Whether flipped neutrinos are antineutrinos or right-handed.",
    ),
    click.option(
        "--t-max",
        help="Dirac neutrinos: highest temperature, e.g. '100 GeV'; required.",
    ),
    click.option(
        "--g-s",
        "g_entropy",
        metavar="FILE",
        help="Dirac neutrinos: CSV with columns temperature (MeV, in either order) and"
        " entropy (g*s) [default: the package's own].",
    ),
    flavour_mixing_option,
    screening_option,
)
"""Add ``--moment``, ``--kind``, ``--t-max``, ``--g-s``, ``--flavour-mixing`` and
``--screening``, as `NeutrinoSpec` ``neutrinos``."""


@dataclass(frozen=True)
class NucleosynthesisSpec:
    """Options of nucleosynthesis as typed.

    Attributes
    ----------
    omega_b, eta : baryon density; at most one of the two.
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
        help="Include electron pairs from captures in addition to photons.",
    ),
    click.option(
        "--criterion",
        type=click.Choice(["evolved", "number", "energy"]),
        default="evolved",
        show_default=True,
        help="Evolved temperatures, or instantaneous decoupling by this criterion (with"
        " --flavour-mixing none).",
    ),
)
"""Add the options of nucleosynthesis, as `NucleosynthesisSpec` ``nuclei``."""


def numbers_of(text: str, flag: str) -> list[float]:
    """Return comma-separated numbers.

    Parameters
    ----------
    text : as typed.
    flag : option named in messages.

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
    observable : constant along a line.
    levels : of the lines, or None.
    top : largest moments, or None.
    nodes : along each axis, or None.
    """

    x: str
    y: str
    observable: str
    levels: str | None
    top: str | None
    nodes: int | None

    def build(
        self, neutrinos: NeutrinoSpec, nuclei: NucleosynthesisSpec
    ) -> MomentPlane:
        """Return the abundances over the plane; `neutrinos` and `nuclei` provide the
        other options."""
        from nuprobe.cosmology.nucleosynthesis import moment_plane

        x, y = (n if "." in n else f"magnetic_moment.{n}" for n in (self.x, self.y))
        top: tuple[float, float] | None = None
        if self.top is not None:
            tops = numbers_of(self.top, "--top")
            if len(tops) > 2:
                raise InputError(f"--top takes one or two moments, got {self.top}")
            top = (tops[0], tops[-1])
        options = {**neutrinos.decoupling(moments=True), "criterion": nuclei.criterion}
        return moment_plane(
            x,
            y,
            neutrinos.build(),
            nuclei.build(),
            top=top,
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
        "--levels",
        help="Values, e.g. 0.2470,0.2472 [default: five to nine round ones in range].",
    ),
    click.option(
        "--top",
        help="Largest moments in Bohr magnetons: one, or one for each axis"
        " (1e-9,2e-9) [default: 1e-9, of Dirac neutrinos 3e-11].",
    ),
    click.option(
        "--nodes",
        type=int,
        help="Chebyshev nodes along each axis [default: 9, of Dirac neutrinos as many"
        " as N_eff to 1e-6 needs].",
    ),
)
"""Add the plane, as `PlaneSpec` ``asked``."""
