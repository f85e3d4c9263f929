"""Folders of one's own: written from those that ship, and checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.experiments.test_paper import SHEET

import nuprobe as nu
from nuprobe.errors import InputError, OutputError, UnknownNameError
from nuprobe.experiments import (
    Finding,
    check_folder,
    experiment_names,
    new_experiment,
    new_flux,
    template_titles,
)
from nuprobe.fluxes import flux_names
from nuprobe.parsing import parse_toml
from nuprobe.toml_text import toml_lines

FAST = ("conus-plus", "coherent-csi-2017", "ccfr-trident", "danss", "reactor-rates")
SLOW = [pytest.param(n, marks=pytest.mark.nightly) for n in experiment_names()]


def problems(folder: Path) -> list[Finding]:
    return [f for f in check_folder(folder) if f.kind == "problem"]


@pytest.mark.parametrize("name", [*FAST, *SLOW])
def test_a_copy_passes_and_counts_the_same(name: str, tmp_path: Path) -> None:
    folder = new_experiment(tmp_path / "mine", name)
    assert problems(folder) == []
    ours, theirs = nu.experiment(folder), nu.experiment(name)
    assert ours.name == "mine"
    np.testing.assert_array_equal(
        np.ravel(ours.predict().signal), np.ravel(theirs.predict().signal)
    )


@pytest.mark.parametrize("name", flux_names())
def test_a_copied_flux_is_the_same(name: str, tmp_path: Path) -> None:
    folder = new_flux(tmp_path / "mine", name)
    assert problems(folder) == []
    energies = np.geomspace(0.5, 50, 20)
    for one, other in zip(
        nu.flux(folder).components, nu.flux(name).components, strict=True
    ):
        if one.density is not None and other.density is not None:
            np.testing.assert_array_equal(
                one.density(energies), other.density(energies)
            )


def test_each_key_is_explained(tmp_path: Path) -> None:
    folder = new_experiment(tmp_path / "ge", "conus-plus")
    text = (folder / "experiment.toml").read_text()
    lines = text.split("\n")
    before = next(i for i, line in enumerate(lines) if line.startswith("mass ="))
    assert "mass of the target" in lines[before - 1]
    assert "kg" in lines[before - 1]
    assert "power: thermal power of a reactor" in text  # a key it does not have
    flat = text.replace("\n# ", " ")
    assert 'kinds: "constant" (factor)' in flat
    assert "| `target.mass` |" in (folder / "README.md").read_text()
    assert max(map(len, (x for x in lines if x.startswith("#")))) <= 120
    # each is said once
    said = [x for x in lines if x.startswith("# ") and "relative standard" in x]
    assert len(said) == 1


def test_a_copy_does_not_combine_with_the_original(tmp_path: Path) -> None:
    mine = nu.experiment(new_experiment(tmp_path / "ge", "conus-plus"))
    theirs = nu.experiment("conus-plus")
    with pytest.raises(InputError, match="share data"):
        mine.cost(free=["cevns_scale"]) + theirs.cost(free=["cevns_scale"])


def test_bad_names_and_full_folders(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="conus-plus"):
        new_experiment(tmp_path / "ge", "conus")
    with pytest.raises(UnknownNameError, match="sns"):
        new_flux(tmp_path / "f", "sms")
    with pytest.raises(InputError, match="my-detector"):
        new_experiment(tmp_path / "ümlaut", "conus-plus")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        new_experiment(tmp_path / "full", "conus-plus")


def test_templates_are_listed() -> None:
    names = [(name, kind) for name, kind, _ in template_titles()]
    assert len(names) == len(experiment_names()) + len(flux_names())
    assert all(title for _, _, title in template_titles())


def test_lines_of_all_files_that_ship_lead_to_their_values() -> None:
    library = Path(nu.__file__).parent
    number = 0
    for file in library.rglob("*.toml"):
        text = file.read_text(encoding="utf-8")
        raw = parse_toml(text)
        for line in toml_lines(text):
            here = raw
            for part in line.key:
                here = here[part]  # type: ignore[index]
            number += 1
    assert number > 2000


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "experiment.toml").write_text(text)
    return folder


def test_every_problem_is_listed_with_its_line(tmp_path: Path) -> None:
    text = SHEET
    changes = {
        'material = "natural Ge"': 'materiel = "natural Ge"',
        'mass = "1 kg"': "mass = 1",
        'threshold = "100 eVee"': 'threshold = "100 keVnr"',
        'acts_on = ["signal"]': 'acts_on = ["signl"]',
        'systematics = ["flux"]': 'systematics = ["fluxx"]',
        "10 1/keV/kg/day": "10 kg",
        'start = "100 eVee"': 'start = "100 yards"',
        "bins = 18": "bins = 0",
    }
    for old, new in changes.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = check_folder(written(tmp_path / "ge", text))
    lines = text.split("\n")
    wanted = {
        "background": "10 kg",
        "target.materiel": "did you mean material",
        "target.material": "required",
        "target.mass": "no unit",
        "response.threshold": "keVnr",
        "binning.energy.start": "yards",
        "binning.energy.bins": "greater than or equal to 1",
        "systematics.0.acts_on": "signl",
        "analyses.energy.systematics": "fluxx",
    }
    assert {f.key for f in found} == wanted.keys()
    for one in found:
        assert one.kind == "problem"
        assert wanted[one.key] in one.message
        assert one.line is not None
        name = one.key.split(".")[-1]
        if name != "material":  # which is missing: the line of its section
            assert lines[one.line - 1].split(" =")[0] == name


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    folder = written(tmp_path / "ge", SHEET.replace('"3 GW"', '"3 GW'))
    (found,) = check_folder(folder)
    assert found.line == 1 + SHEET[: SHEET.index('"3 GW"')].count("\n")
    assert "not valid TOML" in found.message


def test_tables(tmp_path: Path) -> None:
    folder = new_experiment(tmp_path / "ge", "conus-plus")
    table = folder / "counts.csv"
    right = table.read_text()
    # too many rows for the bins
    table.write_text(right + "0.80,0.90,1,1,1\n")
    (found,) = problems(folder)
    assert "bins" in found.message
    # a cell that is no number, with its line
    table.write_text(right.replace("395", "many"))
    (found,) = problems(folder)
    assert found.file.endswith("counts.csv")
    assert found.line == 3
    # a decimal comma
    table.write_text(right.replace("395", "395,5"))
    (found,) = problems(folder)
    assert (found.line, "commas" in found.message) == (3, True)
    # a table that is not there, beside another problem
    file = folder / "experiment.toml"
    file.write_text(file.read_text().replace('mass = "2.83 kg"', "mass = 2.83"))
    table.unlink()
    keys = [f.key for f in problems(folder)]
    assert "target.mass" in keys
    assert "data.table" in keys


@pytest.mark.parametrize(
    ("old", "new", "key", "part"),
    [
        ("sigma = 0.05", "sigma = 5", "systematics.0.sigma", "500 %"),
        ('systematics = ["flux"]', "", "systematics.0", "no analysis"),
        ('"20 m"', '"20 km"', "flux.distance", "20000 m"),
        ('"100 eVee"\n\n', '"170 eVee"\n\n', "response.threshold", "inside the bin"),
        ('unit = "eVee"', 'unit = "eVee"\nlight_yield = "1 1/keV"',
         "response.light_yield", "0.001"),
        ('resolution = "30 eV"', 'resolution = "60 eV"', "binning.energy", "noise"),
        ("projection = true", "", "analyses", "no data"),
        ('name = "my-ge"', 'name = "conus-plus"', "name", "installed"),
    ],
)  # fmt: skip
def test_what_is_suspicious(
    old: str, new: str, key: str, part: str, tmp_path: Path
) -> None:
    sheet = SHEET.replace(", 1000]", ', "1 keVee"]')
    assert check_folder(written(tmp_path / "right", sheet)) == ()
    assert old in sheet
    found = check_folder(written(tmp_path / "ge", sheet.replace(old, new, 1)))
    assert {f.kind for f in found} == {"warning"}
    assert any(f.key == key and part in f.message for f in found), found


def test_a_table_that_nothing_names(tmp_path: Path) -> None:
    folder = written(tmp_path / "ge", SHEET)
    (folder / "old.csv").write_text("a\n1\n")
    (found,) = check_folder(folder)
    assert found.message.startswith("old.csv is named nowhere")
    assert json.dumps(found.to_dict())


def test_a_flux_is_checked_too(tmp_path: Path) -> None:
    folder = new_flux(tmp_path / "beam", "sns")
    file = folder / "flux.toml"
    file.write_text(file.read_text().replace('emission = "iso', 'emision = "iso'))
    assert {f.key for f in check_folder(folder)} == {"emission", "emision"}
    assert all(f.line for f in check_folder(folder) if f.key == "emision")
