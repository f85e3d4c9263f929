"""What all experiments have in common: names, parameters, predictions, costs and
fits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from nuprobe.border import public
from nuprobe.drawing import draws
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments.changes import changes_of
from nuprobe.experiments.rebinning import wider_bins
from nuprobe.fluxes import Flux
from nuprobe.inference import (
    Cost,
    FitResult,
    Origin,
    Prediction,
    Profile,
    fit,
    profile,
)
from nuprobe.markup import table
from nuprobe.models.named import model_fields, model_names
from nuprobe.models.records import model_record
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.provenance import plain
from nuprobe.schema import Folder

__all__ = [
    "AnyExperiment",
    "AnyFile",
    "AnyRates",
    "refuse_fixed_mass",
    "unknown_parameter",
]


def unknown_parameter(
    experiments: Sequence[str], name: object, known: Sequence[str]
) -> UnknownNameError:
    """Error for a parameter that neither the experiments nor the model have; other
    models that have it are named.

    Parameters
    ----------
    experiments : their names.
    name : what was given.
    known : the parameters that exist.

    Examples
    --------
    >>> print(unknown_parameter(["ge"], "epsilon_u.ee", ["rn"]))
    unknown parameter 'epsilon_u.ee' of ge: known: rn. Give a model that has it: nsi
    """
    head = str(name).partition(".")[0]
    models = [m for m in model_names() if head in {f.name for f in model_fields(m)}]
    remedy = f"Give a model that has it: {', '.join(models)}" if models else ""
    return UnknownNameError("parameter", name, known, remedy, " + ".join(experiments))


def refuse_fixed_mass(
    model: object, free: Sequence[str], experiments: Sequence[str]
) -> None:
    """Reject, with `InputError`, a free mass that belongs to the kinematics.

    Parameters
    ----------
    model : of the fit.
    free : names of parameters.
    experiments : their names.

    Examples
    --------
    >>> refuse_fixed_mass(None, ["mass"], ["ge"])
    """
    if getattr(model, "MASS_BY_MASS", False) and "mass" in free:
        name = getattr(model, "name", "")
        raise InputError(
            f"the mass of {name} is fixed in a fit, for it belongs to the kinematics:"
            f" go through masses with `nuprobe limit {' '.join(experiments)} --model"
            f" {name}`"
        )


class AnyRates(Protocol):
    """Expected and observed values of one analysis."""

    @property
    def experiment(self) -> str:
        """Name of the experiment."""

    @property
    def analysis(self) -> str:
        """Name of the analysis."""

    @property
    def signal(self) -> FloatArray:
        """The prediction of the model: counts in bins, or a ratio of cross sections,
        (1,)."""

    @property
    def total(self) -> FloatArray:
        """The signal and the backgrounds."""

    @property
    def data(self) -> FloatArray | None:
        """What was observed, of the same shape; None without data."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""


class AnyFile(Protocol):
    """Contents common to every ``experiment.toml``."""

    @property
    def name(self) -> str:
        """Name of the experiment."""

    @property
    def title(self) -> str:
        """What it is."""

    @property
    def shares_data_with(self) -> list[str]:
        """Names of other experiments that contain some of the same events."""

    @property
    def process(self) -> str:
        """What scatters."""

    @property
    def references(self) -> list[str]:
        """Texkeys."""

    @property
    def analyses(self) -> Mapping[str, Any]:
        """Analyses by name; the first is the default."""


class AnyExperiment(ABC):
    """An experiment of any kind, as `nuprobe.experiment` returns it.

    Every call takes its arguments in the order (model, free, analysis). A counting
    experiment (`Experiment`) and a measured ratio of tridents (`TridentExperiment`)
    have more; use ``isinstance`` to distinguish them.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its files lie.
    raw : the parsed file before validation.
    """

    NO_BINS: ClassVar[str] = "has no bins to add"
    """Message of `rebinned` for an experiment without bins, after its name."""

    file: AnyFile
    folder: Folder
    raw: Mapping[str, Any]

    plot = draws("plot_experiment")

    def __repr__(self) -> str:
        return f"<experiment {self.name}>"

    @property
    def name(self) -> str:
        """Name, e.g. ``"coherent-csi-2017"``."""
        return self.file.name

    @property
    def analyses(self) -> tuple[str, ...]:
        """Names of the analyses; the first is the default."""
        return tuple(self.file.analyses)

    @property
    def references(self) -> tuple[str, ...]:
        """Texkeys of the publications."""
        return tuple(self.file.references)

    @property
    def shares_data_with(self) -> tuple[str, ...]:
        """Names of other experiments that contain some of the same events."""
        return tuple(self.file.shares_data_with)

    def origin(self, analysis: str | None = None, model: Any = None) -> Origin:
        """Origin of the data and inputs of the cost of an analysis.

        Parameters
        ----------
        analysis : default the first of the file.
        model : of the prediction; None if it is not known.
        """
        return Origin(
            self.name,
            shares=self.shares_data_with,
            assumed=self.is_projection(analysis),
            made_of={**self.record(analysis), "model": model_record(model)},
        )

    def record(self, analysis: str | None = None) -> dict[str, Any]:
        """Record for result files: name, analysis, references, and changes to its file.

        Parameters
        ----------
        analysis : default the first of the file.
        """
        return {
            "name": self.name,
            "analysis": self._named(analysis),
            "references": list(self.references),
            "changes": plain(changes_of(self.raw)),
        }

    def is_projection(self, analysis: str | None = None) -> bool:
        """Whether the data of an analysis are assumed, not measured.

        Parameters
        ----------
        analysis : default the first of the file.
        """
        section = self.file.analyses[self._named(analysis)]
        assumed = getattr(section, "kind", "") == "projection"
        return assumed or bool(getattr(self.file, "projection", False))

    def _repr_html_(self) -> str:
        rows = [
            ("title", self.file.title),
            ("process", self.file.process),
            ("analyses", ", ".join(self.analyses)),
            ("references", ", ".join(self.references)),
            ("shares data with", ", ".join(self.shares_data_with)),
        ]
        return table(f"experiment {self.name}", [row for row in rows if row[1]])

    def depends_on(self, model: Any, parameter: str) -> bool:
        """Whether the expectation can depend on a parameter.

        Parameters
        ----------
        model : as in `cost`.
        parameter : its name.
        """
        return True

    @property
    @abstractmethod
    def flux(self) -> Flux:
        """The source."""

    @abstractmethod
    def target(self) -> Target:
        """The target, one formula unit."""

    @abstractmethod
    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """Return the experiment with some keys of its file changed: `changes` is a
        mapping from dotted keys to values."""

    @public
    def rebinned(
        self,
        energy: int | Sequence[float] | None = None,
        time: int | Sequence[str] | None = None,
        analysis: str | None = None,
    ) -> Self:
        """Return the experiment with neighbouring bins of an analysis added: counts and
        backgrounds, and what the model predicts.

        Parameters
        ----------
        energy : edges of the wider bins of the reconstructed quantity, a subset of the
            existing ones, or a number of bins that each combine equally many.
        time : the same for the arrival time, edges with their unit (``"2 us"``).
        analysis : whose bins; default the first of the file.

        Raises
        ------
        InputError
            If an edge splits a bin, bins cannot be divided equally, or the experiment
            has published values instead of binned events.

        Examples
        --------
        >>> import nuprobe as nu
        >>> csi = nu.experiment("coherent-csi-2017")
        >>> csi.rebinned(energy=[6, 14, 30]).predict().data.ravel()
        array([69., 73.])
        """
        return self.with_changes(wider_bins(self, energy, time, self._named(analysis)))

    @abstractmethod
    def parameters(self, model: Any = None, /) -> tuple[Parameter, ...]:
        """Everything a fit or limit can free with a `model` (default: see `cost`)."""

    @abstractmethod
    def predict(self, model: Any = None, analysis: str | None = None) -> AnyRates:
        """Expected and observed values.

        Parameters
        ----------
        model : default the Standard Model.
        analysis : default the first of the file.
        """

    @abstractmethod
    def prediction(
        self,
        model: Any = None,
        /,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Prediction:
        """Expectations and their derivatives for a cost; arguments as in `cost`."""

    @abstractmethod
    def cost(
        self,
        model: Any = None,
        /,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """−2 ln L of one analysis; costs of several experiments add with ``+``.

        Parameters
        ----------
        model : default the Standard Model; for tridents a model with a mediator,
            default L_μ − L_τ.
        free : names of parameters of the model or of the experiment.
        analysis : default the first of the file.

        Raises
        ------
        InputError
            On ``+`` with a cost of the same experiment, of one that shares data with
            it, or, for a projection, with measured data.
        """

    @public
    def fit(
        self,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
        **options: Any,
    ) -> FitResult:
        """Fit the free parameters.

        Parameters
        ----------
        model : as in `cost`.
        free : names of one or more parameters of the model or of the experiment.
        analysis : default the first of the file.
        options : passed to `nuprobe.inference.fit`.

        Examples
        --------
        >>> import nuprobe as nu
        >>> csi = nu.experiment("coherent-csi-2017")
        >>> csi.fit(nu.StandardModel(), free=["rn"]).valid
        True
        """
        if not free:
            known = ", ".join(p.name for p in self.parameters(model))
            raise InputError(
                f"nothing to fit: name at least one free parameter of {known}"
            )
        return fit(self.cost(model, free, analysis), **options)

    @public
    def profile(
        self,
        parameter: str,
        grid: FloatArray,
        model: Any = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Profile:
        """Profile of one parameter, the others that are free and all nuisances
        minimised.

        Parameters
        ----------
        parameter : its name.
        grid : its values, in its unit, shape (points,).
        model : as in `cost`.
        free : names of the other free parameters.
        analysis : default the first of the file.

        Raises
        ------
        InputError
            If the parameter is not named first, and its grid given second.
        """
        if not isinstance(parameter, str) or not np.ndim(grid):
            raise InputError(
                "profile takes the name of a parameter, then its values, then the"
                " model, such as profile('rn', [4, 5, 6], model); got"
                f" {shown(parameter)} and {shown(grid)}"
            )
        cost = self.cost(model, [parameter, *free], analysis)
        return profile(cost, parameter, grid, free=free)

    def _named(self, name: str | None) -> str:
        """Name of an analysis, by default the first; raises `UnknownNameError`."""
        name = self.analyses[0] if name is None else name
        if name not in self.file.analyses:
            raise UnknownNameError(f"analysis of {self.name}", name, self.analyses)
        return name
