"""Abundances of nuclei while a sterile neutrino decays, N → ν γ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import TAU_NEUTRON_S
from nuprobe.cosmology.decay.background import Background, background, with_sterile
from nuprobe.cosmology.decay.cascade import LOWEST
from nuprobe.cosmology.decay.disintegration import (
    CAUTION,
    DISINTEGRATIONS,
    NUCLEI,
    SECTIONS,
    threshold,
)
from nuprobe.cosmology.decay.spectrum import COLDEST, HIGHEST, HOTTEST, strengths
from nuprobe.cosmology.nucleosynthesis import (
    SPECIES,
    Nucleosynthesis,
    baryon_to_photon,
    evolution,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.majorana import photon_width
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.reprs import readable

__all__ = ["LIFETIMES", "DecayedAbundances", "lifetime_of", "sterile_decay"]

LIFETIMES: Final = (1e4, 1e11)
"""s: nuclei burn before, electrons recombine after."""
_TRITIUM: Final = 5.61e8
"""s: mean life of tritium (half-life 12.32 y)."""
_PER_DECADE: Final = 24
_HELIUM: Final = 0.247
"""Helium mass fraction for electrons and charges in the cascade."""
_EARLY_HEAT: Final = 0.01
_MOST: Final = 10.0
"""Largest n_N/n_γ at 10 MeV."""


@readable
@dataclass(frozen=True, eq=False)
class DecayedAbundances:
    """Primordial abundances after the decay of N.

    Attributes
    ----------
    mass : of N in MeV.
    lifetime : in s.
    abundance : n_N/n_γ at 10 MeV.
    nuclei : numbers per baryon in the order of `NUCLEI`, after all decays, (9,).
    before : the same at the end of nucleosynthesis, (9,).
    n_eff : effective number of neutrinos with those of the decay.
    delta_n_eff : contribution of the decay neutrinos (each takes half of the energy).
    heat : energy given to photons over theirs, ∫dρ/ρ.
    omega_b_before : Ω_b h² during nucleosynthesis; heat dilutes baryons to today's
        value.
    error : largest estimated error of the photon spectra, relative.
    assumptions : what was assumed, by name.
    """

    mass: float
    lifetime: float
    abundance: float
    nuclei: FloatArray
    before: FloatArray
    n_eff: float
    delta_n_eff: float
    heat: float
    omega_b_before: float
    error: float
    assumptions: Mapping[str, Any] = field(default_factory=dict)

    def _ratio(self, *names: str) -> float:
        index = [NUCLEI.index(name) for name in names]
        hydrogen = self.nuclei[0] + self.nuclei[1]
        return float(self.nuclei[index].sum() / hydrogen)

    @property
    def y_p(self) -> float:
        """Mass fraction of ⁴He."""
        return float(4 * self.nuclei[NUCLEI.index("he4")])

    @property
    def d_h(self) -> float:
        """D/H."""
        return self._ratio("d")

    @property
    def he3_h(self) -> float:
        """³He/H with tritium."""
        return self._ratio("t", "he3")

    @property
    def he3_d(self) -> float:
        """³He/D with tritium; infinite where no deuterium is left."""
        return self.he3_h / self.d_h if self.d_h > 0 else float("inf")

    @property
    def li6_h(self) -> float:
        """⁶Li/H produced by the decays."""
        return self._ratio("li6")

    @property
    def li7_h(self) -> float:
        """⁷Li/H with ⁷Be."""
        return self._ratio("li7", "be7")

    def values(self) -> dict[str, float]:
        """Return y_p, d_h, he3_d, li7_h and n_eff by name."""
        names = ("y_p", "d_h", "he3_d", "li7_h", "n_eff")
        return {name: float(getattr(self, name)) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "mass [MeV]": self.mass,
            "lifetime [s]": self.lifetime,
            "abundance": self.abundance,
            **self.values(),
            "he3_h": self.he3_h,
            "li6_h": self.li6_h,
            "delta_n_eff": self.delta_n_eff,
            "heat": self.heat,
            "omega_b_before": self.omega_b_before,
            "error": self.error,
            "nuclei": dict(zip(NUCLEI, self.nuclei.tolist(), strict=True)),
            "before": dict(zip(NUCLEI, self.before.tolist(), strict=True)),
            "caution": CAUTION,
            "assumptions": dict(self.assumptions),
        }


@public
def lifetime_of(mass: float, moment: float, nature: str = "dirac") -> float:
    """Lifetime of N if it decays only through its transition moment, in s.

    One over `nuprobe.majorana.photon_width`, 5.307 κ²(m/eV)³ 1/s: that of the channel
    N → ν γ for a Dirac N; a Majorana N also has N → ν̄ γ and lives half as long. The
    moment κ is that of one channel, in Bohr magnetons; for several flavours it is the
    root of the sum of squares.

    Parameters
    ----------
    mass : of N in MeV.
    moment : in Bohr magnetons.
    nature : ``"dirac"`` or ``"majorana"``.

    Raises
    ------
    InputError
        If mass or moment is not positive.

    Examples
    --------
    >>> [round(lifetime_of(4.0, 1e-12, n)) for n in ("dirac", "majorana")]
    [2944, 1472]
    """
    if nature not in ("dirac", "majorana"):
        raise UnknownNameError("nature of N", nature, ("dirac", "majorana"))
    if not number("moment", moment) > 0:
        raise InputError(f"moment must be positive (Bohr magnetons), got {moment:g}")
    width = photon_width(mass, moment, nature)  # type: ignore[arg-type]
    return float(1 / width)


@public
def sterile_decay(
    mass: float,
    lifetime: float,
    *,
    abundance: float,
    options: Nucleosynthesis | None = None,
    start: Mapping[str, float] | None = None,
    nucleus: str | None = None,
    photons: float = 1.0,
) -> DecayedAbundances:
    """Abundances of the light elements when a sterile neutrino decays, N → ν γ.

    Each decay gives one photon of half the mass, whose cascade disintegrates nuclei
    after nucleosynthesis, and a neutrino that adds to N_eff. The energy density of N is
    included; its heat dilutes baryons, so there were more of them during
    nucleosynthesis. N is cold, decays after nucleosynthesis has ended, and has no other
    interactions. Free neutrons decay; secondary reactions of fragments and electron
    capture by ⁷Be before 1 eV are neglected. Photon spectra agree within 1 % with a
    Monte Carlo calculation up to masses of 2000 MeV; the cross sections of nuclei are
    `unverified`, those of mass 7 two to three times too large: see
    `disintegration_cross_section`. Heat alone changes D/H, by −0.7 % at 4 MeV, 1e5 s
    and an abundance of 1e-4.

    Parameters
    ----------
    mass : of N in MeV, at most 2000.
    lifetime : in s, 1e4 to 1e11; see `lifetime_of` for that of a moment.
    abundance : n_N/n_γ at a temperature of 10 MeV; nothing is assumed about the
        production of N.
    options : of nucleosynthesis; Ω_b h² is that of today.
    start : numbers per baryon at the end of nucleosynthesis by name, e.g. from another
        code, instead of computing them.
    nucleus : reject a mass that cannot disintegrate this nucleus, e.g. ``"d"`` or
        ``"Be7"``.
    photons : number of photons with half the mass per decay; 2 for a boson X → γ γ,
        whose energy then all becomes heat.

    Returns
    -------
    DecayedAbundances

    Raises
    ------
    InputError
        Outside these ranges, for a mass below the threshold of `nucleus`, and if the
        heat before 10 keV is not small.

    Examples
    --------
    >>> found = sterile_decay(4.0, 1e5, abundance=1e-4)  # destroys 7Be
    >>> print(f"{found.d_h:.3e} {found.li7_h:.2e}")
    2.420e-05 2.88e-11
    """
    top = _checked(mass, lifetime, abundance, nucleus)
    if number("photons", photons) not in (1.0, 2.0):
        raise InputError(f"photons per decay must be 1 or 2, got {photons:g}")
    given = options if options is not None else Nucleosynthesis()
    past = background(mass, lifetime, abundance, 0.5 * photons)
    _early(mass, lifetime, past)
    omega_before = given.omega_b * float(past.dilution[-1])
    if start is None:
        if omega_before > 0.1:
            raise InputError(
                f"N with the abundance {abundance:g} heats the photons so much that"
                f" nucleosynthesis would need Omega_b h^2 = {omega_before:.3g},"
                " above 0.1; lower the abundance"
            )
        burnt = evolution(
            with_sterile(mass, lifetime, abundance),
            given.changed(omega_b=omega_before),
        )
        first = dict(zip(SPECIES, burnt.abundances[-1].tolist(), strict=True))
    else:
        first = _given(start)
    before = np.array([first.get(name, 0.0) for name in NUCLEI])
    after, error = _decayed(
        before, top, past, lifetime / photons, baryon_to_photon(given.omega_b)
    )
    named = {
        "abundance": f"{abundance:g} of photons at 10 MeV",
        "photons in each decay": f"{photons:g}, of {top:g} MeV",
        "cross sections": SECTIONS,
        **given.assumptions(),
    }
    if start is not None:
        named["start"] = "numbers of nuclei given"
    return DecayedAbundances(
        mass,
        lifetime,
        abundance,
        _settled(after),
        before,
        past.n_eff,
        past.n_eff_daughters,
        past.heat,
        omega_before,
        error,
        named,
    )


def _checked(
    mass: float, lifetime: float, abundance: float, nucleus: str | None
) -> float:
    """Energy of the photon, after checking the arguments."""
    if not 0 < number("mass", mass) <= 2 * HIGHEST:
        raise InputError(
            f"the mass of N must lie between 0 and {2 * HIGHEST:g} MeV, got {mass:g}"
        )
    low, high = LIFETIMES
    if not low <= number("lifetime", lifetime) <= high:
        raise InputError(
            f"the lifetime of N must lie between {low:g} s (earlier, nucleosynthesis"
            f" is still under way) and {high:g} s (later, electrons recombine), got"
            f" {lifetime:g}"
        )
    if not 0 < number("abundance", abundance) <= _MOST:
        raise InputError(
            f"abundance, n_N/n_gamma at 10 MeV, must lie in (0, {_MOST:g}], got"
            f" {abundance:g}"
        )
    if nucleus is not None and mass / 2 <= threshold(nucleus):
        least = threshold(nucleus)
        raise InputError(
            f"N of {mass:g} MeV gives photons of {mass / 2:g} MeV, below the threshold"
            f" of {nucleus}, {least:.4g} MeV; give a mass above {2 * least:.4g} MeV"
        )
    return float(mass / 2)


def _early(mass: float, lifetime: float, past: Background) -> None:
    """Reject parameters for which the heat before the start is not small."""
    from nuprobe.constants import HBARC_MEV_CM

    energy = np.pi**2 / 15 * past.t_gamma[0] ** 4
    early = np.expm1(past.time[0] / lifetime) * mass * past.density[0]
    share = float(early * HBARC_MEV_CM**3 / 2 / energy)
    if share > _EARLY_HEAT:
        raise InputError(
            f"N heats photons by {share:.2g} before nuclei cease to burn at 10 keV,"
            " which is not computed; use a longer lifetime or a lower abundance"
        )


def _given(start: Mapping[str, float]) -> dict[str, float]:
    for name in start:
        if name not in NUCLEI:
            raise UnknownNameError("nucleus", name, NUCLEI)
    found = {name: number(f"start of {name}", value) for name, value in start.items()}
    if any(not 0 <= value <= 1 for value in found.values()) or not found.get("p", 0):
        raise InputError(
            "start must give the number of each nucleus per baryon, from 0 to 1,"
            f" including p; got {numbers('start', list(found.values())).min():g} to"
            f" {max(found.values()):g}"
        )
    return found


@lru_cache(maxsize=1)
def _channels() -> FloatArray:
    """Change of the numbers of nuclei by one disintegration, (channels, nuclei)."""
    table = np.zeros((len(DISINTEGRATIONS), len(NUCLEI)))
    for i, channel in enumerate(DISINTEGRATIONS):
        table[i, NUCLEI.index(channel.nucleus)] -= 1
        for name in channel.products:
            table[i, NUCLEI.index(name)] += 1
    return table


def _temperatures(low: float, high: float) -> FloatArray:
    """Nodes of one fixed grid around a range of temperatures."""
    decades = round(np.log10(HOTTEST / COLDEST))
    nodes = np.geomspace(HOTTEST, COLDEST, _PER_DECADE * decades + 1)
    nodes[[0, -1]] = HOTTEST, COLDEST
    first = max(int(np.searchsorted(-nodes, -high, side="right")) - 1, 0)
    last = min(int(np.searchsorted(-nodes, -low)) + 1, nodes.size)
    return nodes[first:last]


def _decayed(
    before: FloatArray, top: float, past: Background, lifetime: float, eta: float
) -> tuple[FloatArray, float]:
    """Numbers after disintegration, and the largest error of a spectrum."""
    from scipy.interpolate import PchipInterpolator
    from scipy.linalg import expm

    middle_t = np.sqrt(past.t_gamma[1:] * past.t_gamma[:-1])
    step = np.diff(past.time)
    rates = np.zeros((middle_t.size, len(DISINTEGRATIONS)))
    error = 0.0
    if top > 1.01 * LOWEST:
        nodes = _temperatures(float(middle_t[-1]), float(middle_t[0]))
        solved = [strengths(top, float(t), eta, _HELIUM) for t in nodes]
        table = np.stack([one for one, _ in solved])
        error = max(off for _, off in solved)
        logs = np.log(np.maximum(table, 1e-300))
        line = PchipInterpolator(-np.log(nodes), logs)(-np.log(middle_t))
        density = np.sqrt(past.density[1:] * past.density[:-1])
        # before the heat there were more baryons per photon, which stop photons sooner
        dilution = np.sqrt(past.dilution[1:] * past.dilution[:-1])
        source = density / lifetime * dilution / past.dilution[-1]
        rates = np.where(line > -600, np.exp(line), 0.0) * source[:, None]
    change = _channels()
    matrices = np.zeros((middle_t.size, len(NUCLEI), len(NUCLEI)))
    for i, channel in enumerate(DISINTEGRATIONS):
        matrices[:, :, NUCLEI.index(channel.nucleus)] += rates[:, i, None] * change[i]
    n, p, t, he3 = (NUCLEI.index(name) for name in ("n", "p", "t", "he3"))
    for parent, child, life in ((n, p, TAU_NEUTRON_S), (t, he3, _TRITIUM)):
        matrices[:, parent, parent] -= 1 / life
        matrices[:, child, parent] += 1 / life
    y = before
    for one in expm(matrices * step[:, None, None]):
        y = one @ y
    return np.asarray(np.maximum(y, 0.0)), error


def _settled(y: FloatArray) -> FloatArray:
    """After the decays of n, t and ⁷Be."""
    found = y.copy()
    for parent, child in (("n", "p"), ("t", "he3"), ("be7", "li7")):
        i, j = NUCLEI.index(parent), NUCLEI.index(child)
        found[j] += found[i]
        found[i] = 0.0
    return found
