"""Measurements of the early universe: moments in, abundances and N_eff out, with costs
that combine with those of laboratories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology import decoupling
from nuprobe.cosmology.nucleosynthesis import (
    OBSERVABLES,
    Nucleosynthesis,
    abundances,
    uncertainties,
)
from nuprobe.cosmology.nucleosynthesis.surfaces import moment_surface
from nuprobe.drawing import Exported
from nuprobe.errors import InputError, NuprobeError
from nuprobe.experiments.abundances import AbundancePrediction
from nuprobe.experiments.moments import MomentExperiment, with_moments
from nuprobe.experiments.universe_files import UniverseFile
from nuprobe.inference import Cost, GaussianCost
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance
from nuprobe.reprs import readable
from nuprobe.units import parse_quantity

__all__ = ["UniverseExperiment", "UniverseRates"]

_FELT: Final = 1e-3
"""A nuisance that changes no bin by more than this fraction of its error is omitted."""


@readable
@dataclass(frozen=True, eq=False)
class UniverseRates(Exported):
    """Predicted and measured values.

    Attributes
    ----------
    experiment, analysis : names.
    observables : names of the bins.
    signal : predicted values, shape (bins,).
    sigma_theory : errors of the prediction from its inputs, shape (bins,).
    data, sigma : measured values and errors, shape (bins,).
    assumptions : of the prediction, by name.
    """

    experiment: str
    analysis: str
    observables: tuple[str, ...]
    signal: FloatArray
    sigma_theory: FloatArray
    data: FloatArray
    sigma: FloatArray
    assumptions: Mapping[str, Any]

    @property
    def total(self) -> FloatArray:
        """The signal: nothing is added to it."""
        return self.signal

    @property
    def pulls(self) -> FloatArray:
        """(predicted − measured)/error of both, shape (bins,)."""
        both = np.hypot(self.sigma, self.sigma_theory)
        return np.asarray((self.signal - self.data) / both)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "observables": list(self.observables),
            "predicted": self.signal.tolist(),
            "predicted_sigma": self.sigma_theory.tolist(),
            "data": self.data.tolist(),
            "sigma": self.sigma.tolist(),
            "pulls": self.pulls.tolist(),
            "assumptions": dict(self.assumptions),
        }


class UniverseExperiment(MomentExperiment[UniverseFile]):
    """Measured abundances and N_eff, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = UniverseFile
    NO_BINS = "measures abundances, which have no bins to add"
    STUDIED = "the early universe"

    def _check(self) -> None:
        try:
            self.options()
            self._t_max()
        except NuprobeError as err:
            raise InputError(f"universe: {err}") from None

    def options(self) -> Nucleosynthesis:
        """Options of nucleosynthesis from the file."""
        given = self.file.universe
        return Nucleosynthesis(
            omega_b=given.omega_b[0],
            tau_n=given.tau_n[0],
            rates=given.rates,
            weak=given.weak,
            nuclear_qed=given.nuclear_qed,
        )

    def _t_max(self) -> float | None:
        given = self.file.universe.t_max
        return None if given is None else parse_quantity(given, "energy")

    def _choices(self, model: Any) -> dict[str, Any]:
        """Options of decoupling for a model."""
        choices: dict[str, Any] = {"flavour_mixing": self.file.universe.flavour_mixing}
        if getattr(model, "kind", "") == "dirac":
            if self.file.universe.t_max is None:
                raise InputError(
                    f"Dirac moments need universe.t_max in {self.name}, the temperature"
                    " without right-handed neutrinos, e.g. --set"
                    " universe.t_max='100 GeV'"
                )
            choices["t_max"] = self._t_max()
        return choices

    @public
    def predict(self, model: Any = None, analysis: str | None = None) -> UniverseRates:
        """Predicted and measured values.

        Parameters
        ----------
        model : Standard Model (default), or with moments.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        data = self.file.analyses[name].data()
        choices = self._choices(model)
        history = decoupling(model, **choices)
        found = abundances(history=history, options=self.options())
        bins = [OBSERVABLES.index(one) for one in data]
        moved = self._moved()
        spread = np.sqrt(sum(shift**2 for shift in moved.values()))
        return UniverseRates(
            experiment=self.name,
            analysis=name,
            observables=tuple(data),
            signal=found.values()[bins],
            sigma_theory=np.asarray(spread)[bins],
            data=np.array([value for value, _ in data.values()]),
            sigma=np.array([error for _, error in data.values()]),
            assumptions=found.assumptions,
        )

    def _moved(self) -> dict[str, FloatArray]:
        """Shifts of all observables by one standard deviation of each input."""
        given = self.file.universe
        found = _uncertainties(
            self.options(), given.tau_n[1], given.omega_b[1], given.flavour_mixing
        )
        if given.rate_errors:
            return found
        return {k: v for k, v in found.items() if k in ("tau_n", "omega_b")}

    @public
    def prediction(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> AbundancePrediction:
        """Expectations and their derivatives for a cost.

        Parameters
        ----------
        model : with moments; default Majorana moments, all zero.
        free : names of its moments.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        data = self.file.analyses[name].data()
        chosen = with_moments(model)
        parameters, form = self._over(model, free)
        choices = self._choices(chosen)
        sigma = np.array([error for _, error in data.values()])
        bins = [OBSERVABLES.index(one) for one in data]
        moved = {
            key: shift[bins]
            for key, shift in self._moved().items()
            if np.any(np.abs(shift[bins]) > _FELT * sigma)
        }
        return AbundancePrediction(
            name=f"{self.name}/{name}",
            parameters=parameters,
            form=form,
            surface=moment_surface(
                self.options(),
                choices["flavour_mixing"],
                getattr(chosen, "kind", "majorana"),
                choices.get("t_max"),
            ),
            observables=tuple(data),
            sigma=sigma,
            nuisances=tuple(_nuisance(key) for key in moved),
            moved=np.array(list(moved.values())).reshape(len(moved), len(data)),
        )

    def _statistic(self, prediction: Any, analysis: str) -> Cost:
        """Gaussian; baryon density, neutron lifetime and nuclear rates are nuisances
        shared by all experiments of this kind."""
        data = self.file.analyses[analysis].data()
        values = np.array([value for value, _ in data.values()])
        return GaussianCost(prediction, values / prediction.sigma, np.ones(len(values)))


def _nuisance(name: str) -> Nuisance:
    """An input of the prediction, in standard deviations."""
    words = {"tau_n": "lifetime of the neutron", "omega_b": "density of baryons"}
    return Nuisance(
        f"universe-{name}", 1.0, description=words.get(name, f"rate of {name}")
    )


def _uncertainties(
    options: Nucleosynthesis, tau_n: float, omega_b: float, mixing: str
) -> dict[str, FloatArray]:
    key = (options.omega_b, options.tau_n, options.rates, options.weak)
    return _known_uncertainties(key, options.nuclear_qed, tau_n, omega_b, mixing)


@lru_cache(maxsize=16)
def _known_uncertainties(
    key: tuple[Any, ...], nuclear_qed: bool, tau_n: float, omega_b: float, mixing: Any
) -> dict[str, FloatArray]:
    past = decoupling(flavour_mixing=mixing)
    density, lifetime, rates, weak = key
    return uncertainties(
        past,
        Nucleosynthesis(density, lifetime, rates, weak, nuclear_qed),
        sigma_tau_n=tau_n,
        sigma_omega_b=omega_b,
    )
