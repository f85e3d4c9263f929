"""The tip of a red-giant branch as an experiment: moments in, a magnitude out, a cost
that adds to those of laboratories and of the early universe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.experiments.abundances import Squares, squares
from nuprobe.experiments.base import AnyExperiment, unknown_parameter
from nuprobe.experiments.changes import changed
from nuprobe.experiments.star_files import StarFile
from nuprobe.experiments.universe import UniverseRates
from nuprobe.fluxes import Flux
from nuprobe.inference import Cost, Expectation, GaussianCost
from nuprobe.models import Electromagnetic, StandardModel
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.schema import Folder, validate
from nuprobe.stars import LARGEST, stellar_moment, tip_brightening
from nuprobe.stars.moments import share_of
from nuprobe.stars.tip import tip_slope

__all__ = ["StarExperiment", "TipPrediction"]

_MOMENTS: Final = ("magnetic_moment.", "electric_moment.", "mu_eff")
_TINY: Final = 1e-18  # μ_B, far below what any star feels


@quick_methods
@dataclass(frozen=True, eq=False)
class TipPrediction:
    """−M_I of a tip over moments, one bin in magnitudes.

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


@dataclass(frozen=True, eq=False)
class StarExperiment(AnyExperiment):
    """A measured tip, read from a folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where it lies.
    raw : the parsed file.
    """

    file: StarFile
    folder: Folder
    raw: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<experiment {self.name}>"

    @classmethod
    def read(cls, folder: Folder, raw: Mapping[str, Any]) -> StarExperiment:
        """Check a parsed file; raises `ExperimentFileError` naming file, key and
        remedy."""
        return cls(validate(StarFile, raw, folder.name), folder, raw)

    @public
    def with_changes(self, changes: Mapping[str, Any]) -> StarExperiment:
        """Return the experiment with keys of its file replaced by `changes`, e.g.
        ``{"star.counting": "matrix"}``."""
        raw = changed(self.raw, changes, self.folder.name)
        return StarExperiment.read(self.folder, raw)

    @public
    def rebinned(
        self,
        energy: int | Sequence[float] | None = None,
        time: int | Sequence[str] | None = None,
        analysis: str | None = None,
    ) -> StarExperiment:
        """Always refused: a magnitude has no bins of `energy` or `time`, in no
        `analysis`."""
        raise InputError(f"{self.name} measures a magnitude, which has no bins to add")

    @property
    def flux(self) -> Flux:
        """There is none."""
        raise InputError(f"{self.name} measures red giants: it has no flux")

    def target(self) -> Target:
        """There is none."""
        raise InputError(f"{self.name} measures red giants: it has no target")

    @public
    def parameters(self, model: Any = None) -> tuple[Parameter, ...]:
        """What a fit can free with a `model` (default: Majorana moments): its
        moments."""
        known = getattr(_moments(model), "parameters", ())
        return tuple(p for p in known if p.name.startswith(_MOMENTS))

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether the tip depends on a parameter.

        Parameters
        ----------
        model : as in `cost`.
        parameter : its name.
        """
        if parameter not in {p.name for p in self.parameters(model)}:
            return False
        form = squares(_moments(model), (parameter,))
        return bool(np.any(form.quadratic) or np.any(form.linear))

    @public
    def predict(self, model: Any = None, analysis: str | None = None) -> UniverseRates:
        """The magnitude that is predicted, beside the one that is measured.

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
        """What a cost needs to know.

        Parameters
        ----------
        model : with moments; default Majorana moments, all zero.
        free : names of its moments.
        analysis : default the first of the file.
        """
        name = self._named(analysis)
        chosen = _moments(model)
        known = {p.name: p for p in self.parameters(chosen)}
        for parameter in free:
            if parameter not in known:
                raise unknown_parameter(self.name, parameter, list(known))
        given = self.file.star
        return TipPrediction(
            name=f"{self.name}/{name}",
            parameters=tuple(known[parameter] for parameter in free),
            form=squares(chosen, tuple(free)),
            share=share_of(getattr(chosen, "kind", "majorana"), given.counting),
            theory=given.theory[0],
            theory_error=given.theory[1],
        )

    @public
    def cost(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """Gaussian cost of the magnitude; that of stellar models is a nuisance which
        all experiments of this kind share.

        Parameters
        ----------
        model : with moments; default Majorana moments, all zero.
        free : names of its moments.
        analysis : default the first of the file.
        """
        prediction = self.prediction(model, free, analysis)
        value, error = self.file.analyses[self._named(analysis)].tip
        cost = GaussianCost(prediction, np.array([-value]), np.array([error]))
        return cost.of(self.origin(analysis))

    def is_projection(self, analysis: str | None = None) -> bool:
        """Whether the numbers of an analysis are assumed, not measured.

        Parameters
        ----------
        analysis : default the first of the file.
        """
        return self.file.analyses[self._named(analysis)].kind == "projection"


def _moments(model: Any) -> Any:
    """The model, Majorana moments that are zero by default."""
    if model is None or isinstance(model, StandardModel):
        return Electromagnetic(magnetic_moment=np.zeros((3, 3)), kind="majorana")
    return model
