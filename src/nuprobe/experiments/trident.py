"""Trident experiments: a spectrum, a target and a measured ratio in; predictions, costs
and limits out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments.coefficients import CouplingPrediction, one_value
from nuprobe.experiments.folders import FolderExperiment, flux_of
from nuprobe.experiments.ratio import RatioPrediction, scanned_ratio
from nuprobe.experiments.scanned import Scanned, has_mediator, is_plane
from nuprobe.experiments.trident_files import TridentFile, TridentMeasurement
from nuprobe.experiments.trident_rates import TridentRates, beam_energies
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line
from nuprobe.inference import Cost, GaussianCost
from nuprobe.models import LeptonModel, StandardModel
from nuprobe.nuclei import Target, target
from nuprobe.numerics import FloatArray, flag
from nuprobe.parameters import Parameter
from nuprobe.processes import trident
from nuprobe.units import parse_quantity

__all__ = ["TridentExperiment", "TridentRates"]


def _scaled(component: FluxComponent, beam: str, factor: float) -> FluxComponent:
    """A component of one of several beams times its exposure."""
    density = component.density
    return replace(
        component,
        name=f"{beam}, {component.name}",
        lines=tuple(Line(o.energy, factor * o.intensity) for o in component.lines),
        density=None if density is None else lambda e: factor * density(e),
    )


@dataclass(frozen=True, eq=False, repr=False)
class TridentExperiment(FolderExperiment[TridentFile]):
    """One trident experiment, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = TridentFile
    NO_BINS = "measures one ratio and has no bins to add"

    def _check(self) -> None:
        channels, source, made = self.channels(), self.flux, self.target()
        if not channels:
            raise InputError(
                f"flux.name: {source.name} has no neutrinos that produce this pair"
            )
        if self.file.flux.exposure is not None and self.file.flux.energy:
            raise InputError(
                "flux.exposure needs a flux with a normalisation: give flux.name"
            )
        for one in channels:
            start = trident.threshold_energy(one, made, self.file.regime)
            if any(c.e_max > start for c in source.of(one.incoming)):
                break
        else:
            raise InputError(
                f"flux: ends below the threshold of {channels[0]}, {start:.6g} MeV;"
                " correct the flux"
            )
        if self.file.regime == "incoherent":
            return
        for component in made.components:
            try:
                if component.isotope.a > 1:
                    trident.charge_form_factor(
                        component.isotope, self.file.target.form_factor
                    )
            except InputError as err:
                raise InputError(f"target.form_factor: {err}") from None

    @property
    def flux(self) -> Flux:
        """The beam, or all beams with their exposures."""
        beams = self.beams()
        if not self.file.flux.beams:
            return next(iter(beams.values()))
        parts = [
            _scaled(component, name, self.file.flux.beams[name].exposure)
            for name, source in beams.items()
            for component in source.components
        ]
        first = next(iter(beams.values()))
        return Flux(" and ".join(beams), tuple(parts), first.per, emission="beam")

    @public
    def beams(self) -> dict[str, Flux]:
        """Beams by name, without their exposures."""
        section = self.file.flux
        if section.energy is not None:
            energy = parse_quantity(section.energy, "energy")
            components = [
                FluxComponent(name, flavour(name), lines=(Line(energy, number),))
                for name, number in section.flavours.items()
            ]
            name = f"{section.energy} beam"
            return {name: Flux(name, tuple(components), per="neutrino")}
        if section.name is not None:
            return {section.name: flux_of(self.folder, section.name, section.options)}
        return {n: flux_of(self.folder, n, key="flux.beams") for n in section.beams}

    @property
    def material(self) -> str | dict[str, float]:
        """Material of the target as given in the file."""
        material = self.file.target.material
        return material if isinstance(material, str) else dict(material)

    def target(self) -> Target:
        """One formula unit: isotopes and counts (charge form factors are chosen by the
        cross section)."""
        return target(self.material, form_factor="point")

    def channels(self) -> tuple[trident.Channel, ...]:
        """Channels ν ℓ⁺ ℓ⁻ without change of flavour, for every flavour of the flux."""
        pair = self.file.pair
        return tuple(
            trident.channel(f"{f} -> {f} {pair}+ {pair}-") for f in self.flux.flavours
        )

    @public
    def parameters(self, family: Any = None) -> tuple[Parameter, ...]:
        """What a fit can free: mass and coupling of a `family` given by name (default
        L_μ − L_τ), or the parameters of a model and the masses of its mediators."""
        if is_plane(family, ()) and not has_mediator(family):
            return Scanned.of("lmu-ltau" if family is None else family).parameters
        masses = getattr(family, "mass_parameters", ())
        return (*getattr(family, "parameters", ()), *masses)

    @public
    def events(
        self,
        regime: str,
        flavours: Sequence[str] | None = None,
        model: LeptonModel | None = None,
    ) -> float:
        """Expected events of one `regime` from some `flavours` of the beam (default
        all), for a `model` (default the Standard Model)."""
        number = self.targets()
        if number is None:
            raise InputError(
                f"{self.name} has no target mass and exposure, so event rates cannot"
                " be computed"
            )
        model = model or StandardModel()
        part = self.averaged(regime, *self._exchanged(model))
        wanted = set(flavours or [c.incoming.name for c in part.channels])
        unknown = wanted - {c.incoming.name for c in part.channels}
        if unknown:
            raise UnknownNameError(
                "flavour of the beam",
                min(unknown),
                [c.incoming.name for c in part.channels],
            )
        rows = [i for i, c in enumerate(part.channels) if c.incoming.name in wanted]
        chosen = replace(
            part,
            channels=tuple(part.channels[i] for i in rows),
            values=part.values[rows],
        )
        return (
            number
            * part.fluence
            * self.nucleons(regime)
            * one_value(chosen.observed(model))
        )

    @public
    def averaged(
        self,
        regime: str,
        mediators: Sequence[float] | FloatArray = (),
        axial: bool = False,
    ) -> trident.Averaged:
        """Flux-averaged kernels of every channel.

        Parameters
        ----------
        regime : one of `trident.REGIMES`.
        mediators : masses in MeV of t-channel mediators.
        axial : whether they have axial couplings.
        """
        key = (regime, tuple(mediators), flag("axial", axial))
        return self._kept(
            key, lambda: self._average(self.flux, regime, mediators, axial)
        )

    def _average(
        self,
        source: Flux,
        regime: str,
        mediators: Sequence[float] | FloatArray,
        axial: bool,
    ) -> trident.Averaged:
        section = self.file.target
        options = trident.TridentOptions(
            regime,
            form_factor=section.form_factor,
            pauli=section.pauli,
            nucleon_form_factors=section.nucleon_form_factors,
        )
        return trident.average(
            source,
            self.channels(),
            self.material,
            options,
            mediators=mediators,
            axial=axial,
        )

    def _by_beam(self, model: LeptonModel) -> dict[str, float]:
        """Cross section in the ratio, in each of several beams, cm² per formula
        unit."""
        beams = self.beams() if self.file.flux.beams else {}
        return {
            name: one_value(
                self._average(
                    source, self.file.regime, *self._exchanged(model)
                ).observed(model)
            )
            for name, source in beams.items()
        }

    @public
    def predict(
        self, model: LeptonModel | None = None, analysis: str | None = None
    ) -> TridentRates:
        """Ratio to the Standard Model, cross sections and, where the file allows,
        events by regime, for a `model` (default the Standard Model) beside the ratio of
        an `analysis` (default the first)."""
        model = model or StandardModel()
        name, chosen = self._analysis(analysis)
        regimes = {
            "coherent": ["coherent"],
            "incoherent": ["proton", "neutron"],
            "elastic": ["coherent", "proton", "neutron"],
            "inelastic": ["inelastic"],
            "all": ["coherent", "proton", "neutron", "inelastic"],
        }[self.file.regime]
        # inelastic events are listed in addition to the selected regime
        listed = list(dict.fromkeys([*regimes, "inelastic"]))
        sections: dict[str, float] = {}
        events: dict[str, float] = {}
        error = 0.0
        for regime in listed:
            part = self.averaged(regime, *self._exchanged(model))
            number = self.nucleons(regime)
            value = number * one_value(part.observed(model))
            sections[regime] = value
            error = max(error, part.error)
            per_cm2 = self.targets()
            if per_cm2 is not None:
                events[regime] = per_cm2 * part.fluence * value
        total = sum(sections[regime] for regime in regimes)
        standard = sum(
            self.nucleons(r) * self.averaged(r).total(StandardModel()) for r in regimes
        )
        ratio = total / standard
        sigma = chosen.plus if ratio > chosen.ratio else chosen.minus
        angle = trident.weak_angle(model)
        parts = self.target().components
        nuclei = sum(c.count for c in parts)
        return TridentRates(
            experiment=self.name,
            analysis=name,
            ratio=ratio,
            measured=chosen.ratio,
            plus=chosen.plus,
            minus=chosen.minus,
            pull=(ratio - chosen.ratio) / sigma,
            cross_sections=sections,
            events=events or None,
            error=error,
            regime=self.file.regime,
            beside=tuple(r for r in listed if r not in regimes),
            sin2_theta_w=None if angle is None else float(angle),
            by_beam=self._by_beam(model),
            beams=beam_energies(self.beams(), self.file.flux.beams),
            mean_z2=sum(c.count * c.isotope.z**2 for c in parts) / nuclei,
            nuclei=nuclei,
            counts=chosen.counts,
        )

    @public
    def prediction(
        self,
        family: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> RatioPrediction:
        """σ/σ_SM as a function of mass and coupling of a model, for inference.

        Parameters
        ----------
        family : a model with a mass and a coupling, or its name; default L_μ − L_τ.
        free : names of the two, which are always free.
        analysis : default the first of the file.
        """
        scanned = Scanned.of("lmu-ltau" if family is None else family)
        name, _ = self._analysis(analysis)
        self._freed(free, scanned.parameters)
        return scanned_ratio(
            f"{self.name}/{name}",
            scanned,
            self.channels(),
            partial(self.averaged, self.file.regime),
        )

    @public
    def coefficients(
        self, model: Any, free: Sequence[str], analysis: str | None = None
    ) -> CouplingPrediction:
        """σ/σ_SM as a function of coupling parameters of a model, for inference.

        Parameters
        ----------
        model : with couplings to charged leptons, at the values of what is not free.
        free : names of its parameters, excluding masses of mediators.
        analysis : default the first of the file.

        Raises
        ------
        InputError
            If a parameter is a flat direction: the ratio does not depend on it.
        """
        name, _ = self._analysis(analysis)
        found = CouplingPrediction(
            name=f"{self.name}/{name}",
            model=model,
            parameters=self._freed(free, getattr(model, "parameters", ())),
            part=self.averaged(self.file.regime, *self._exchanged(model)),
            standard=self.averaged(self.file.regime).total(StandardModel()),
        )
        flat = [p for p in free if not found.moves_with(p)]
        if flat:
            raise InputError(
                f"{', '.join(flat)}: unconstrained (a flat direction), because"
                f" {self.name} ({', '.join(c.name for c in self.channels())}) does not"
                " depend on it; leave it out, or add an experiment with its flavours"
            )
        return found

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether the ratio depends on a parameter of a model.

        Parameters
        ----------
        model : as in `cost`.
        parameter : its name.
        """
        if is_plane(model, [parameter]):
            return True
        try:
            self.coefficients(model, [parameter])
        except UnknownNameError:
            raise
        except InputError:
            return False
        return True

    def _exchanged(self, model: LeptonModel) -> tuple[tuple[float, ...], bool]:
        """Masses (MeV) of the mediators that the channels exchange, and whether any has
        an axial coupling."""
        found = [
            m
            for c in self.channels()
            for couplings in trident.final_couplings(model, c)
            for m in couplings.mediators
        ]
        masses = tuple(sorted({m.mass for m in found}))
        return masses, any(np.any(m.axial) for m in found)

    @public
    def cost(
        self,
        family: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """Gaussian cost of the ratio, with the error of its side.

        Parameters
        ----------
        family : a model, or the name of one with a mass and a coupling; default
            L_μ − L_τ.
        free : names of its parameters. If the model is given by name, or `free` is
            empty or contains the mass of the mediator: mass and coupling. Otherwise all
            other parameters are fixed at their values in the model.
        analysis : default the first of the file.

        Raises
        ------
        InputError
            If a parameter is a flat direction.
        """
        _, chosen = self._analysis(analysis)
        prediction: RatioPrediction | CouplingPrediction = (
            self.prediction(family, free, analysis)
            if is_plane(family, free)
            else self.coefficients(family, free, analysis)
        )
        below = None if chosen.minus == chosen.plus else [chosen.minus]
        cost = GaussianCost(
            prediction, [chosen.ratio], [chosen.plus], prediction.name, below=below
        )
        known = "lmu-ltau" if family is None else family
        scanned = isinstance(known, str | Scanned)
        model = Scanned.of(known).model if scanned else known
        return cost.of(self.origin(analysis, model))

    def measurement(self, analysis: str | None = None) -> TridentMeasurement:
        """The measured or assumed ratio of an analysis."""
        return self._analysis(analysis)[1]

    def _analysis(self, name: str | None) -> tuple[str, TridentMeasurement]:
        name = self._named(name)
        return name, self.file.analyses[name]

    @public
    def nucleons(self, regime: str) -> float:
        """Number of nucleons per formula unit to which the cross section of a `regime`
        refers: protons, neutrons, or 1."""
        parts = self.target().components
        if regime == "proton":
            return sum(c.count * c.isotope.z for c in parts)
        if regime == "neutron":
            return sum(c.count * c.isotope.n for c in parts)
        return 1.0

    @public
    def targets(self) -> float | None:
        """Formula units times flux units, which multiply the fluence per unit (cm⁻²)
        and the cross section (cm²); None if the file lacks mass or exposure."""
        section = self.file
        if section.target.mass is None or section.flux.exposure is None:
            return None
        return (
            parse_quantity(section.target.mass, "mass")
            / self.target().mass
            * section.flux.exposure
        )
