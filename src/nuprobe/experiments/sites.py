"""One kind of detector at several sites: bins concatenated, parameters and nuisances
shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.drawing import Exported
from nuprobe.experiments.also import merged_response
from nuprobe.experiments.counting import Experiment
from nuprobe.experiments.folders import FolderExperiment
from nuprobe.experiments.format import ExperimentFile, SiteSection
from nuprobe.experiments.grids import Bins
from nuprobe.experiments.rates import Rates
from nuprobe.experiments.rebinning import with_wider_bins
from nuprobe.fluxes import Flux
from nuprobe.inference import Cost, CostSum, Expectation
from nuprobe.inference.protocols import morphing_of
from nuprobe.models import Model, StandardModel
from nuprobe.nuclei import Target
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.reprs import readable
from nuprobe.schema import Folder

__all__ = ["SitePrediction", "SiteRates", "SitesExperiment", "raw_of_site"]


def raw_of_site(raw: Mapping[str, Any], section: SiteSection) -> dict[str, Any]:
    """Contents of a file with only one site.

    Parameters
    ----------
    raw : the parsed file of the experiment.
    section : the site.

    Examples
    --------
    >>> raw = {"name": "ge", "flux": {"name": "reactor"}, "analyses": {}}
    >>> near = raw_of_site(raw, SiteSection(name="near", flux={"distance": "7 m"}))
    >>> near["name"], near["flux"]
    ('ge-near', {'name': 'reactor', 'distance': '7 m'})
    """
    result = {key: value for key, value in raw.items() if key != "sites"}
    result["analyses"] = {
        name: {key: value for key, value in analysis.items() if key != "sites"}
        for name, analysis in raw["analyses"].items()
    }
    result["name"] = f"{raw['name']}-{section.name}"
    for key in ("target", "flux", "response", "binning", "data"):
        given = getattr(section, key)
        if given:
            result[key] = _merged(key, raw.get(key, {}), given)
    if section.backgrounds is not None:
        result["backgrounds"] = section.backgrounds
    if section.systematics:
        own = [s.get("name") for s in section.systematics]
        result["systematics"] = [*raw.get("systematics", []), *section.systematics]
        result["analyses"] = {
            name: {**analysis, "systematics": [*analysis.get("systematics", []), *own]}
            for name, analysis in result["analyses"].items()
        }
    return result


def _merged(
    key: str, common: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """A section with the keys of a site; alternative keys are replaced together."""
    if key == "response":
        return merged_response(common, given)
    replaced: set[str] = set()
    for together in ({"distance", "baselines"}, {"exposure", "power"}):
        if key == "flux" and together & given.keys():
            replaced |= together
    return {**{k: v for k, v in common.items() if k not in replaced}, **given}


@readable
@dataclass(frozen=True, eq=False)
class SiteRates(Exported):
    """Expected and observed counts of one analysis at every site.

    Attributes
    ----------
    experiment, analysis : names.
    sites : rates by name of the site.
    """

    experiment: str
    analysis: str
    sites: Mapping[str, Rates]

    @property
    def signal(self) -> FloatArray:
        """Signal in all bins, sites concatenated, shape (bins,)."""
        return np.concatenate([rates.signal.ravel() for rates in self.sites.values()])

    @property
    def total(self) -> FloatArray:
        """All expected counts, sites concatenated, shape (bins,)."""
        return np.concatenate([rates.total.ravel() for rates in self.sites.values()])

    @property
    def data(self) -> FloatArray | None:
        """Observed counts, sites concatenated; None if a site has none."""
        every = [rates.data for rates in self.sites.values()]
        known = [data.ravel() for data in every if data is not None]
        return np.concatenate(known) if len(known) == len(every) else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "experiment": self.experiment,
            "analysis": self.analysis,
            "signal": float(self.signal.sum()),
            "total": float(self.total.sum()),
            "observed": None if self.data is None else float(self.data.sum()),
            "sites": {name: rates.to_dict() for name, rates in self.sites.items()},
        }


@quick_methods
@dataclass(frozen=True, eq=False)
class SitePrediction:
    """Predictions of several sites as one, with concatenated bins.

    Attributes
    ----------
    name : of the experiment and analysis.
    sites : predictions with the same parameters; nuisances with the same name are
        shared.
    """

    name: str
    sites: tuple[Any, ...]

    @property
    @public
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of every site, which are the same."""
        parameters: tuple[Parameter, ...] = self.sites[0].parameters
        return parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Each name once, in the order of the sites."""
        every = [n for site in self.sites for n in site.nuisances]
        return tuple({n.name: n for n in reversed(every)}[name] for name in self._names)

    @property
    def morphing(self) -> tuple[MorphingNuisance, ...]:
        """Those that morph, each name once, in the order of the sites."""
        every = {n.name: n for site in self.sites for n in morphing_of(site)}
        return tuple(every.values())

    def _of_site(self, site: Any, points: FloatArray) -> FloatArray:
        """Points with the morphing nuisances of one site."""
        first, names = len(self.parameters), [n.name for n in self.morphing]
        points = np.asarray(points, dtype=float)
        if points.ndim != 2 or points.shape[1] == first:  # a site rejects other shapes
            return points
        own = [first + names.index(n.name) for n in morphing_of(site)]
        return points[:, [*range(first), *own]]

    @property
    def _names(self) -> list[str]:
        return list(dict.fromkeys(n.name for s in self.sites for n in s.nuisances))

    def expectation(self, points: FloatArray) -> Expectation:
        """Counts at `points`, shape (points, parameters)."""
        pieces = [s.expectation(self._of_site(s, points)) for s in self.sites]
        base = np.concatenate([piece.base for piece in pieces], axis=-1)
        slopes = self._behind(
            [piece.slopes for piece in pieces], [p.base.shape[1:] for p in pieces]
        )
        return Expectation(base, slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives of `expectation` at `points`, shape (points, parameters): of the
        base, and of each slope."""
        pieces = [
            self._spread(s, s.jacobian(self._of_site(s, points))) for s in self.sites
        ]
        base = np.concatenate([piece[0] for piece in pieces], axis=-1)
        slopes = self._behind(
            [piece[1] for piece in pieces], [p[0].shape[1:] for p in pieces]
        )
        return base, slopes

    def _spread(
        self, site: Any, found: tuple[FloatArray, tuple[FloatArray, ...]]
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives of one site in the columns of all morphing nuisances."""
        own = [n.name for n in morphing_of(site)]
        names = [n.name for n in self.morphing]
        if own == names:
            return found
        first = len(self.parameters)
        columns = [*range(first), *(first + names.index(n) for n in own)]

        def spread(rows: FloatArray) -> FloatArray:
            wide = np.zeros((rows.shape[0], first + len(names), rows.shape[2]))
            wide[:, columns] = rows
            return wide

        return spread(found[0]), tuple(spread(s) for s in found[1])

    def _behind(
        self,
        slopes: Sequence[tuple[FloatArray, ...]],
        shapes: Sequence[tuple[int, ...]],
    ) -> tuple[FloatArray, ...]:
        """Slopes of each nuisance in the bins of all sites, 0 where a site lacks it."""
        result = []
        for name in self._names:
            pieces = []
            for site, of_site, shape in zip(self.sites, slopes, shapes, strict=True):
                names = [n.name for n in site.nuisances]
                known = name in names
                pieces.append(
                    of_site[names.index(name)] if known else np.zeros((1, *shape))
                )
            rows = max(len(piece) for piece in pieces)
            spread = [np.broadcast_to(p, (rows, *p.shape[1:])) for p in pieces]
            result.append(np.concatenate(spread, axis=-1))
        return tuple(result)


@dataclass(frozen=True, eq=False, repr=False)
class SitesExperiment(FolderExperiment[ExperimentFile]):
    """Counting experiment with several sites, read from one folder.

    Attributes
    ----------
    file : validated contents of ``experiment.toml``.
    folder : where its tables lie.
    raw : the parsed file before validation, the base of `with_changes`.
    sites : an experiment for each site, by its name.
    """

    FORMAT = ExperimentFile

    sites: Mapping[str, Experiment]

    @classmethod
    def _opened(cls, file: Any, folder: Folder, raw: Mapping[str, Any]) -> Self:
        sites = {
            section.name: Experiment.read(folder, raw_of_site(raw, section))
            for section in file.sites
        }
        return cls(file, folder, raw, sites)

    def _in_full(self, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        return with_wider_bins(self.file, self.raw, changes, self.folder.name)

    @property
    def first(self) -> Experiment:
        """The first site."""
        return next(iter(self.sites.values()))

    @property
    def bins(self) -> Bins:
        """Bins of the first site."""
        return self.first.bins

    @property
    def processes(self) -> tuple[Any, ...]:
        """All processes in the detectors."""
        return self.first.processes

    @property
    def flux(self) -> Flux:
        """The source of the first site."""
        return self.first.flux

    def _counted(self, analysis: str | None) -> dict[str, Experiment]:
        """The sites that an analysis has, by name."""
        names = self.file.analyses[self._named(analysis)].sites
        return {n: s for n, s in self.sites.items() if names is None or n in names}

    @public
    def target(self, values: Mapping[str, float] | None = None) -> Target:
        """Target of the first site, with radii at `values` of the experiment's
        parameters (in their units)."""
        return self.first.target(values)

    @public
    def parameters(self, model: Model | None = None) -> tuple[Parameter, ...]:
        """Everything a fit can free with a `model` (default the Standard Model)."""
        return self.first.parameters(model)

    @public
    def predict(
        self,
        model: Model | None = None,
        analysis: str | None = None,
        values: Mapping[str, float] | None = None,
    ) -> SiteRates:
        """Counts per bin at every site.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        analysis : default the first of the file.
        values : values of the experiment's own parameters, in their units.
        """
        rates = {
            name: site.predict(model, analysis, values)
            for name, site in self._counted(analysis).items()
        }
        return SiteRates(self.name, self._named(analysis), rates)

    @public
    def prediction(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> SitePrediction:
        """Counts of one analysis, sites concatenated.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        free : names of model or experiment parameters.
        analysis : default the first of the file.
        """
        return SitePrediction(
            f"{self.name}/{self._named(analysis)}",
            tuple(
                site.prediction(model, free, analysis)
                for site in self._counted(analysis).values()
            ),
        )

    @public
    def cost(
        self,
        model: Model | None = None,
        free: Sequence[str] = (),
        analysis: str | None = None,
    ) -> Cost:
        """Likelihood of one analysis: the sum over the sites, with parameters and
        nuisances of the same name shared.

        Parameters
        ----------
        model : default the Standard Model at tree level.
        free : names of parameters of the model or of the experiment.
        analysis : default the first of the file.
        """
        costs = [
            site.cost(model, free, analysis).of(
                replace(self.origin(analysis, model or StandardModel()), part=name)
            )
            for name, site in self._counted(analysis).items()
        ]
        return CostSum(*costs, name=f"{self.name}/{self._named(analysis)}")
