"""The tip of a red-giant branch as an experiment: moments in, a magnitude out, with a
cost that combines with those of laboratories and the early universe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.cosmology.moments import Squares
from nuprobe.experiments.moments import MomentExperiment, with_moments
from nuprobe.experiments.star_files import StarFile
from nuprobe.experiments.universe import UniverseRates
from nuprobe.inference import Cost, Expectation, GaussianCost
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.stars import LARGEST, stellar_moment, tip_brightening
from nuprobe.stars.moments import share_of
from nuprobe.stars.tip import tip_slope

__all__ = ["StarExperiment", "TipPrediction"]

_TINY: Final = 1e-18  # μ_B, far below any effect in stars


@quick_methods
@dataclass(frozen=True, eq=False)
class TipPrediction:
    """−M_I of a tip as a function of moments, one bin in magnitudes.

    Attributes
    ----------
    name : of the experiment and analysis.
    parameters : those that are free, in the order of the columns of ``points``.
    form : Σ_j |μ_ij|² of three flavours over them.
    share : μ_ν² over their sum, which depends on the kind of neutrino.
    theory : M_I without moments.
    theory_error : its error.
    """

    name: str
    parameters: tuple[Parameter, ...]
    form: Squares
    share: float
    theory: float
    theory_error: float

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """The magnitude of stellar models, in standard deviations; all tips share
        it."""
        return (Nuisance("star-tip", 1.0, description="stellar models of the tip"),)

    def moments(self, points: FloatArray) -> FloatArray:
        """μ_ν at `points`, shape (points, parameters); shape (points,)."""
        sums = self.form.at(np.asarray(points, dtype=float)).sum(axis=1)
        return np.asarray(np.sqrt(self.share * sums))

    def expectation(self, points: FloatArray) -> Expectation:
        """Expectation at `points`, shape (points, parameters)."""
        bright = tip_brightening(self.moments(points), extended=True)
        base = (bright - self.theory)[:, None]
        return Expectation(base, (np.array([[self.theory_error]]),))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters); of the base (points,
        parameters, 1), of the slope zero."""
        mu = np.maximum(self.moments(points), _TINY)
        squared = self.form.slopes(np.asarray(points, dtype=float)).sum(axis=2)
        base = (tip_slope(mu) / (2 * mu))[:, None] * self.share * squared
        return base[..., None], (np.zeros((1, len(self.parameters), 1)),)


class StarExperiment(MomentExperiment[StarFile]):
    """A measured tip, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    FORMAT = StarFile
    NO_BINS = "measures a magnitude, which has no bins to add"
    STUDIED = "red giants"

    @public
    def predict(self, model: Any = None, analysis: str | None = None) -> UniverseRates:
        """The predicted and the measured magnitude.

        Parameters
        ----------
        model : Standard Model (default), or with moments.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        given, measured = self.file.star, self.file.analyses[name]
        moment = stellar_moment(model, given.counting)
        bright = float(tip_brightening(moment, extended=True))
        return UniverseRates(
            experiment=self.name,
            analysis=name,
            observables=("M_I of the tip [mag]",),
            signal=np.array([given.theory[0] - bright]),
            sigma_theory=np.array([given.theory[1]]),
            data=np.array([measured.tip[0]]),
            sigma=np.array([measured.tip[1]]),
            assumptions={
                "mu_nu [mu_B]": moment,
                "counting": given.counting,
                "formula": "Viaux 2013"
                + (" (beyond its range)" if moment > LARGEST else ""),
            },
        )

    @public
    def prediction(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> TipPrediction:
        """Expectations and their derivatives for a cost.

        Parameters
        ----------
        model : with moments; default Majorana moments, all zero.
        free : names of its moments.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        chosen = with_moments(model)
        parameters, form = self._over(model, free)
        given = self.file.star
        return TipPrediction(
            name=f"{self.name}/{name}",
            parameters=parameters,
            form=form,
            share=share_of(getattr(chosen, "kind", "majorana"), given.counting),
            theory=given.theory[0],
            theory_error=given.theory[1],
        )

    def _statistic(self, prediction: Any, analysis: str) -> Cost:
        """Gaussian: one magnitude; the stellar-model error is a nuisance shared by all
        experiments of this kind."""
        value, error = self.file.analyses[analysis].tip
        return GaussianCost(prediction, np.array([-value]), np.array([error]))
