"""Captures of solar neutrinos on nuclei, and the solar luminosity: rates linear in the
fluxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nuprobe.constants import M_ELECTRON
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.solar_files import Luminosity, Radiochemical
from nuprobe.experiments.solar_mixing import KINDS, SolarState
from nuprobe.experiments.solar_sun import Passage, folded_nodes
from nuprobe.numerics import FloatArray
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.schema import Folder

__all__ = ["CaptureCrossSection", "CaptureRate", "LuminosityRatio"]

_UNIT = 1e-46  # cm², of the tables
_SNU = 1e-36


@dataclass(frozen=True, eq=False)
class CaptureCrossSection:
    """σ(E) of ν_e A → e⁻ B from a table.

    The interpolated quantity is ln(σ/(p E F)), which is constant for a transition to
    the ground state only; below the first energy of the table, where no excited state
    is open, it is kept constant down to the threshold.

    Attributes
    ----------
    threshold : MeV.
    z, mass_number : of the daughter.
    energy, sigma, error : the table, MeV, 1e-46 cm² and relative errors, each (n,).
    name : for messages.
    """

    threshold: float
    z: int
    mass_number: int
    energy: FloatArray
    sigma: FloatArray
    error: FloatArray
    name: str

    @classmethod
    def read(cls, folder: Folder, section: Radiochemical) -> CaptureCrossSection:
        """Read the table of a `section` from a `folder`."""
        columns = folder.table(section.cross_section, ["energy", "sigma", "error"])
        energy, sigma = columns["energy"], columns["sigma"]
        if (
            energy.size < 2
            or np.any(np.diff(energy) <= 0)
            or np.any(sigma <= 0)
            or energy[0] <= section.threshold
        ):
            raise ExperimentFileError(
                f"{folder.name}: {section.cross_section}: energies must increase from"
                f" above the threshold ({section.threshold:g} MeV), and cross sections"
                " be positive"
            )
        return cls(
            section.threshold,
            section.daughter_z,
            section.mass_number,
            energy,
            sigma,
            columns["error"],
            f"{folder.root}/{section.cross_section}",
        )

    @property
    def knots(self) -> tuple[float, ...]:
        """MeV: the threshold, where σ begins with a step, and the energies of the
        table, where it has kinks."""
        return (self.threshold, *map(float, self.energy))

    def __call__(self, e_nu: FloatArray) -> FloatArray:
        """σ in cm² at energies `e_nu` (MeV, any shape), exactly 0 below the threshold;
        raises `InputError` beyond the table."""
        from scipy.interpolate import PchipInterpolator

        e = np.asarray(e_nu, dtype=float)
        if np.any(e > self.energy[-1]):
            raise InputError(
                f"{self.name} ends at {self.energy[-1]:g} MeV, got"
                f" {float(e.max()):g} MeV: cross sections are not extrapolated (valid"
                f" {self.threshold:g} to {self.energy[-1]:g} MeV)"
            )
        ratio = PchipInterpolator(
            self.energy, np.log(self.sigma / self._ground(self.energy))
        )
        inside = e > self.threshold
        at = np.where(inside, e, self.energy[0])
        value = self._ground(at) * np.exp(ratio(np.maximum(at, self.energy[0])))
        return np.where(inside, _UNIT * value, 0.0)

    def error_at(self, e_nu: FloatArray) -> FloatArray:
        """Relative error at energies `e_nu` (MeV, any shape), linear between points."""
        return np.asarray(np.interp(e_nu, self.energy, self.error))

    def _ground(self, e: FloatArray) -> FloatArray:
        """p E F of the electron, MeV²."""
        total = e - self.threshold + M_ELECTRON
        p = np.sqrt(total**2 - M_ELECTRON**2)
        radius = 1.2 * self.mass_number ** (1 / 3)
        return np.asarray(p * total * fermi_function(total, p, self.z, radius))


@dataclass(frozen=True, eq=False)
class CaptureRate:
    """Captures per target nucleus, in SNU.

    Attributes
    ----------
    section : σ(E).
    passage : from the Sun to the detector.
    """

    section: CaptureCrossSection
    passage: Passage
    fixed = False

    @cached_property
    def _nodes(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Energies and weights by kind, for neutrinos that can be captured."""
        section, knots = self.section, self.section.knots
        every = {kind: folded_nodes(kind, section, knots=knots) for kind in KINDS}
        return {kind: nodes for kind, nodes in every.items() if nodes[0].size}

    def terms(self, state: SolarState) -> dict[str, FloatArray]:
        """Rates by kind of neutrino at points `state`, each (points, 1)."""
        found = {}
        for kind, (e, w) in self._nodes.items():
            flux = state.fluxes[kind]
            share = self.passage.mean(kind, e, state) @ w / _SNU
            found[kind] = (flux * share[state.row])[:, None]
        return found

    def changes(self) -> dict[str, FloatArray]:
        """Relative error of each kind's rate by the cross section, fully correlated
        between energies, by kind, each (1,)."""
        return {
            kind: np.array([w @ self.section.error_at(e) / w.sum()])
            for kind, (e, w) in self._nodes.items()
        }

    def unmixed(self, fluxes: Mapping[str, float]) -> dict[str, float]:
        """Rates without oscillation by kind for `fluxes` per cm² and second."""
        return {
            kind: fluxes[kind] * float(w.sum()) / _SNU
            for kind, (_, w) in self._nodes.items()
        }


@dataclass(frozen=True)
class LuminosityRatio:
    """Energy released by the reactions behind the fluxes over the luminosity of the
    Sun.

    Attributes
    ----------
    file : energies and luminosity.
    """

    file: Luminosity
    fixed = False

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.file.energies if kind not in KINDS]
        if unknown:
            raise InputError(
                f"measurement.energies: unknown kind {unknown[0]}; known:"
                f" {', '.join(KINDS)}"
            )

    def terms(self, state: SolarState) -> dict[str, FloatArray]:
        """Fractions of the luminosity by kind at points `state`, each (points, 1)."""
        return {
            kind: (state.fluxes[kind] * energy / self.file.luminosity)[:, None]
            for kind, energy in self.file.energies.items()
        }
