"""What is the same in experiments of every kind that are read from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.models.sterile import SterileNeutrino

LIBRARY = resources.files("nuprobe.experiments") / "library"
MAJORANA = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
KINDS: dict[str, tuple[Any, str]] = {
    "coherent-csi-2017": (None, "rn"),
    "ccfr-trident": ("lmu-ltau", "coupling"),
    "danss": (SterileNeutrino(0.1, 1.0), "dm2_41"),
    "reactor-rates": (None, "norm"),
    "sno-2013": (None, "dm2_21"),
    "primordial-abundances": (MAJORANA, "magnetic_moment.emu"),
    "m5-tip": (MAJORANA, "magnetic_moment.emu"),
}
"""An experiment of each kind → a model and a parameter."""


@pytest.mark.parametrize("name", KINDS)
def test_free_is_known_names_each_once_and_a_text_is_one(name: str) -> None:
    one, (model, parameter) = nu.experiment(name), KINDS[name]
    assert parameter in [p.name for p in one.parameters(model)]
    with pytest.raises(InputError, match=f"{parameter} is freed twice"):
        one.prediction(model, [parameter, parameter])
    with pytest.raises(UnknownNameError, match=f"'nonsense' of {name}"):
        one.prediction(model, ["nonsense"])
    with pytest.raises(UnknownNameError, match=f"'nonsense' of {name}"):
        one.cost(model, "nonsense")
    with pytest.raises(InputError, match=r"free (is|must be) .* got 3"):
        one.prediction(model, 3)  # type: ignore[arg-type]
    listed, plain = one.cost(model, [parameter]), one.cost(model, parameter)
    assert plain.parameters == listed.parameters
    assert plain.digest() == listed.digest()


@pytest.mark.parametrize("name", KINDS)
def test_an_experiment_is_changed_by_keys_and_stays_as_it_was(name: str) -> None:
    one = nu.experiment(name)
    other = one.with_changes({"title": "another"})
    assert type(other) is type(one)
    assert (other.file.title, other.folder) == ("another", one.folder)
    assert one.file.title != "another"
    assert repr(other) == f"<experiment {name}>"
    with pytest.raises(ExperimentFileError, match="unknown key 'titel'"):
        one.with_changes({"titel": "another"})


@pytest.mark.parametrize("name", KINDS)
def test_whether_data_are_assumed_is_asked_of_an_analysis_that_exists(
    name: str,
) -> None:
    one = nu.experiment(name)
    assert [one.is_projection(analysis) for analysis in one.analyses] == [
        False for _ in one.analyses
    ]
    with pytest.raises(UnknownNameError, match=f"analysis of {name}"):
        one.is_projection("nonsense")


@pytest.mark.parametrize("name", ["dune-nd-trident", "connie-projection"])
def test_projections_say_so(name: str) -> None:
    assert nu.experiment(name).is_projection()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("coherent-csi-2017", "flux.name"),
        ("dune-nd-trident", "flux.name"),
        ("danss", "source.flux"),
        ("reactor-rates", "flux.name"),
    ],
)
def test_a_flux_lies_in_the_package_or_in_the_folder(
    tmp_path: Path, name: str, key: str
) -> None:
    one = nu.experiment(name)
    for place in ("../flux", "/tmp/flux", "./../flux"):
        with pytest.raises(ExperimentFileError, match="points outside the folder"):
            one.with_changes({key: place})
    shutil.copytree(str(LIBRARY / name), tmp_path / name)
    own = nu.experiment(tmp_path / name)
    fluxes = resources.files("nuprobe.fluxes") / "library"
    shutil.copytree(str(fluxes / own.flux.name), tmp_path / name / "mine")
    assert own.with_changes({key: "./mine"}).flux.name == own.flux.name


def test_a_flux_without_the_flavour_of_a_baseline_is_refused() -> None:
    with pytest.raises(ExperimentFileError, match=r"source\.flux: sns has no nubar_e"):
        nu.experiment("danss").with_changes(
            {"source.flux": "sns", "source.options": {}}
        )


@pytest.mark.parametrize("open_", [nu.experiment, nu.flux])
def test_a_folder_without_its_path_is_pointed_out(
    open_: Callable[[str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownNameError, match=r"by its path, e\.g\. \./my"):
        open_("mine")
    (tmp_path / "mine").mkdir()
    with pytest.raises(UnknownNameError, match=r"The folder mine .* \./mine\."):
        open_("mine")
