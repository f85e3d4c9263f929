"""Descriptions of pages: YAML files with the experiments, model and parameters of a
page, and additional layers."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.explore.observable import with_observable
from nuprobe.parsing import read_text
from nuprobe.schema import Strict, validate

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import Cost

__all__ = [
    "AxisEntry",
    "BandLayer",
    "CatalogueLayer",
    "ExclusionLayer",
    "LineLayer",
    "PageFile",
    "PlaneEntry",
    "PointLayer",
    "PresetEntry",
    "RangeLayer",
    "default_pages",
    "family_of",
    "is_file",
    "model_of",
    "model_stack",
    "named_pages",
    "opened",
    "page_cost",
    "read_page",
]

_LARGEST: Final = 1_000_000
_NAME: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class AxisEntry(Strict):
    """A parameter and the part of its range that a plane shows."""

    name: str = Field(description="Of the parameter.")
    lower: float = Field(description="In the unit of the parameter.")
    upper: float = Field(description="In the unit of the parameter.")
    log: bool = Field(default=False, description="Whether the axis is logarithmic.")
    points: int = Field(default=60, ge=2, le=400, description="Of the grid.")

    @model_validator(mode="after")
    def _increases(self) -> AxisEntry:
        if not self.lower < self.upper:
            raise ValueError(f"upper must be larger than lower, {self.lower:g}")
        if self.log and not self.lower > 0:
            raise ValueError("a logarithmic axis needs a positive lower")
        return self


class PlaneEntry(Strict):
    """Two parameters, or one."""

    x: AxisEntry = Field(description="Horizontal.")
    y: AxisEntry | None = Field(default=None, description="Vertical.")


class PresetEntry(Strict):
    """A point with a name."""

    name: str = Field(min_length=1, description="Shown.")
    point: dict[str, float] = Field(
        default={}, description="Values by parameter; others at their defaults."
    )


class CatalogueLayer(Strict):
    """Published curves or constants of the catalogue."""

    kind: Literal["catalogue"] = Field(description="Which layer it is.")
    entries: list[str] = Field(
        min_length=1, description="Ids of entries, or topics: all curves of them."
    )
    parameter: str | None = Field(
        default=None,
        description="Of a constant limit: on which parameter of the page.",
    )
    factor: float = Field(
        default=1.0, gt=0, description="From the unit of the entry to the parameter's."
    )
    shown: bool = Field(default=True, description="False hides it at first.")
    note: str = Field(default="", description="What else there is to know.")


class PointLayer(Strict):
    """Published best fits of two parameters."""

    kind: Literal["point"] = Field(description="Which layer it is.")
    entries: list[str] = Field(min_length=1, description="Ids of entries.")
    parameter: str = Field(description="Of the value of an entry.")
    number: str = Field(description="Which of the entry's further numbers is another.")
    other: str = Field(description="Parameter of that number.")


class RangeLayer(Strict):
    """A published limit on a coupling over a range of masses, or two numbers for the
    ends of a region."""

    kind: Literal["range"] = Field(description="Which layer it is.")
    entry: str = Field(description="Id of an entry of the catalogue.")
    numbers: list[str] = Field(
        min_length=1,
        max_length=2,
        description="Of the entry: value, or names of further numbers.",
    )
    over_coupling: bool = Field(
        default=False, description="Whether they are masses divided by a coupling."
    )
    lower: float | None = Field(
        default=None, gt=0, description="Mass from which they hold, MeV; all if none."
    )
    upper: float | None = Field(
        default=None, gt=0, description="Mass to which they hold, MeV; all if none."
    )
    shown: bool = Field(default=True, description="False hides it at first.")
    note: str = Field(default="", description="What else there is to know.")


class ExclusionLayer(Strict):
    """Upper limits computed by nuprobe: on a coupling over the mass, or on the mixing
    with a sterile neutrino at each difference of squared masses."""

    kind: Literal["exclusion"] = Field(description="Which layer it is.")
    experiment: str = Field(description="Name of the experiment.")
    title: str = Field(min_length=1, description="Shown.")
    cl: float = Field(default=0.95, gt=0, lt=1, description="Confidence level.")
    shown: bool = Field(default=True, description="False hides it at first.")


class BandLayer(Strict):
    """Couplings that explain the anomalous moment of the muon."""

    kind: Literal["muon-g2"] = Field(description="Which layer it is.")
    result: str = Field(description="Name of `nuprobe.bounds.muon_g2.layers`.")


class LineLayer(Strict):
    """A straight line at one value of a parameter."""

    kind: Literal["line"] = Field(description="Which layer it is.")
    title: str = Field(min_length=1, description="Shown.")
    parameter: str = Field(description="Of the page.")
    value: float = Field(description="In the unit of the parameter.")
    cl: float | None = Field(
        default=None, gt=0, lt=1, description="Confidence level, if it has one."
    )
    texkey: str = Field(default="", description="Of the source.")
    verified: bool = Field(
        default=False, description="Whether the value was read in the source."
    )
    note: str = Field(default="", description="What else there is to know.")


Layer = Annotated[
    CatalogueLayer | PointLayer | RangeLayer | ExclusionLayer | BandLayer | LineLayer,
    Field(discriminator="kind"),
]


class PageFile(Strict):
    """One page of the explorer, as its YAML file describes it.

    An empty ``free`` means the plane of mass and coupling of the model's mediator.
    """

    title: str = Field(min_length=1, description="Of the page.")
    summary: str = Field(default="", description="One or two sentences, plain text.")
    experiments: list[str] = Field(min_length=1, description="Names or folders.")
    analyses: dict[str, str] = Field(
        default={}, description="By experiment; default the first of each."
    )
    changes: dict[str, dict[str, Any]] = Field(
        default={}, description="Keys changed in the experiment's file, by experiment."
    )
    bins: dict[str, dict[str, Any]] = Field(
        default={}, description="Merged bins, by experiment: energy and time."
    )
    model: str = Field(
        default="sm", description="See `nuprobe list models`; or a YAML file of models."
    )
    params: dict[str, Any] = Field(default={}, description="Keys of the model.")
    sin2_theta_w: float | None = Field(
        default=None, description="Weak mixing angle of the Standard Model below."
    )
    free: list[str] = Field(
        default=[], description="Parameters; none for mass and coupling of a mediator."
    )
    ranges: dict[str, tuple[float, float]] = Field(
        default={},
        description="Parts of the ranges of parameters that are tabulated.",
    )
    observable: str | None = Field(
        default=None,
        description="Name of the one measured value, which becomes a parameter.",
    )
    with_projections: bool = Field(
        default=False, description="Whether projections are added to data."
    )
    plane: PlaneEntry | None = Field(default=None, description="Shown at first.")
    presets: list[PresetEntry] = Field(default=[], description="The first at start.")
    layers: list[Layer] = Field(default=[], description="Drawn over the plane.")


def read_page(path: str | os.PathLike[str]) -> PageFile:
    """A page from its YAML file.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If it cannot be read, or a key is unknown or wrong.

    Examples
    --------
    >>> read_page("missing.yaml")
    Traceback (most recent call last):
    nuprobe.errors.InputError: ...missing.yaml...
    """
    return _read(Path(path))


def _read(file: Path | Traversable) -> PageFile:
    import yaml

    text = read_text(file, "the page", _LARGEST)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        why = " ".join(str(error).split())
        raise InputError(f"{file.name} is not YAML: {why}") from None
    if not isinstance(data, Mapping):
        raise InputError(
            f"{file.name}: a page is a mapping with title, experiments, model and free"
        )
    return validate(PageFile, data, file.name)


def default_pages(names: Sequence[str] = ()) -> dict[str, PageFile]:
    """Shipped pages by name.

    Parameters
    ----------
    names : of some of them; default all.

    Raises
    ------
    UnknownNameError
        If one is not shipped.

    Examples
    --------
    >>> list(default_pages(["weak-angle"]))
    ['weak-angle']
    """
    folder = resources.files("nuprobe").joinpath("data", "explorer")
    files = {
        f.name.removesuffix(".yaml"): f
        for f in sorted(folder.iterdir(), key=lambda f: f.name)
        if f.name.endswith(".yaml")
    }
    for name in names:
        if name not in files:
            raise UnknownNameError("page", name, list(files))
    return {name: _read(files[name]) for name in dict.fromkeys(names or files)}


def named_pages(names: Sequence[str]) -> dict[str, PageFile]:
    """Pages by name: shipped ones, or YAML files, whose name is that of the file.

    Parameters
    ----------
    names : names and paths of files; none for all that are shipped.

    Raises
    ------
    InputError
        If a name is unknown, a file cannot be read, or its name has other characters
        than small letters, digits and hyphens.

    Examples
    --------
    >>> list(named_pages(["weak-angle"]))
    ['weak-angle']
    """
    if not names:
        return default_pages()
    found: dict[str, PageFile] = {}
    for name in dict.fromkeys(names):
        if not name.lower().endswith((".yaml", ".yml")):
            found |= default_pages([name])
            continue
        stem = Path(name).stem
        if not re.fullmatch(_NAME, stem):
            raise InputError(
                f"{name}: the name of a page has small letters, digits and hyphens:"
                " rename the file"
            )
        found[stem] = read_page(name)
    return found


def opened(page: PageFile) -> list[AnyExperiment]:
    """The experiments of a page, with its changes to their files.

    Parameters
    ----------
    page : described.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> [one.name for one in opened(page)]
    ['coherent-csi-2017']
    """
    from nuprobe.experiments import experiment

    found = []
    for name in page.experiments:
        one = experiment(name)
        if changes := page.changes.get(name):
            one = one.with_changes(changes)
        if bins := page.bins.get(name):
            one = one.rebinned(**bins, analysis=page.analyses.get(name))
        found.append(one)
    return found


def page_cost(page: PageFile) -> Cost:
    """The cost whose likelihood a page shows.

    Parameters
    ----------
    page : described.

    Raises
    ------
    NuprobeError
        If experiments, model and parameters do not fit together.

    Examples
    --------
    >>> page = PageFile(title="CsI", experiments=["coherent-csi-2017"], free=["rn"])
    >>> [p.name for p in page_cost(page).parameters]
    ['rn']
    """
    from nuprobe.experiments import family_cost, joint_cost
    from nuprobe.inference import CostSum

    experiments = opened(page)
    if page.free:
        cost = joint_cost(
            experiments,
            model_of(page),
            page.free,
            page.analyses,
            with_projections=page.with_projections,
        )
        if page.observable is None:
            return cost
        return with_observable(cost, page.observable)
    costs = [
        family_cost(one, family_of(page), page.analyses.get(one.name))
        for one in experiments
    ]
    if len(costs) == 1:
        return costs[0]
    return CostSum(*costs, with_projections=page.with_projections)


def model_stack(page: PageFile, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """Models of a page, each added to the one before, as `nuprobe.model` takes them;
    none for the Standard Model as it is.

    Parameters
    ----------
    page : described.
    more : further keys of its model.

    Examples
    --------
    >>> page = PageFile(title="A", experiments=["x"], model="nsi", sin2_theta_w=0.24)
    >>> model_stack(page)
    [('standard', {'sin2_theta_w': 0.24}), ('nsi', {})]
    """
    from nuprobe.models import model_fields
    from nuprobe.models.named import has_base

    angle = {} if page.sin2_theta_w is None else {"sin2_theta_w": page.sin2_theta_w}
    keys = {**page.params, **more}
    if page.model == "sm" and not keys and not angle:
        return []
    own = {f.name for f in model_fields(page.model)}
    if not angle or "sin2_theta_w" in own:
        return [(page.model, {**angle, **keys})]
    if has_base(page.model):
        return [("standard", angle), (page.model, keys)]
    raise InputError(f"the model {page.model} has no weak mixing angle; leave it out")


def model_of(page: PageFile) -> Any:
    """The model of a page, or None for the Standard Model as it is.

    Parameters
    ----------
    page : described.

    Examples
    --------
    >>> model_of(PageFile(title="A", experiments=["x"])) is None
    True
    """
    from nuprobe.models import model

    if is_file(page):
        return model(Path(page.model))
    stack = model_stack(page)
    return model(stack) if stack else None


def is_file(page: PageFile) -> bool:
    """Whether the model of a page is that of a file, which has its own keys.

    Parameters
    ----------
    page : described.

    Raises
    ------
    InputError
        If further keys are given together with the file.

    Examples
    --------
    >>> is_file(PageFile(title="A", experiments=["x"], model="stack.yaml"))
    True
    """
    if not page.model.lower().endswith((".yaml", ".yml")):
        return False
    if page.params or page.sin2_theta_w is not None:
        raise InputError(
            f"{page.model} already defines the model; drop its keys and the weak mixing"
            " angle"
        )
    return True


MEDIATOR: Final[dict[str, Any]] = {"mass": "100 MeV", "coupling": 1e-3}
"""Of a mediator with variable mass and coupling: their initial values do not matter."""


def family_of(page: PageFile) -> Any:
    """The mediator whose mass and coupling vary, or its name.

    Parameters
    ----------
    page : described.

    Examples
    --------
    >>> family_of(PageFile(title="A", experiments=["x"], model="b-l"))
    'b-l'
    """
    from nuprobe.models import model

    if is_file(page):
        return model(Path(page.model))
    if not page.params and page.sin2_theta_w is None:
        return page.model
    return model(model_stack(page, **MEDIATOR))
