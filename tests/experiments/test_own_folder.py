"""Folders of one's own: written from those that ship, and checked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.experiments.test_paper import SHEET

import nuprobe as nu
from nuprobe.errors import InputError, OutputError, UnknownNameError
from nuprobe.experiments import (
    Experiment,
    Finding,
    check_folder,
    experiment_folder,
    experiment_names,
    new_experiment,
    new_flux,
    template_titles,
)
from nuprobe.experiments.findings import file_model
from nuprobe.experiments.format import ExperimentFile
from nuprobe.fluxes import flux_names
from nuprobe.inference import sensitivity
from nuprobe.parsing import parse_toml
from nuprobe.toml_text import toml_lines
from nuprobe.units import MeV

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


COUNTED = tuple(
    name
    for name in experiment_names()
    if file_model(
        parse_toml(experiment_folder(name).joinpath("experiment.toml").read_text())
    )
    is ExperimentFile
)
FEW = ("conus-plus", "coherent-csi-2017", "lz-er-2025", "texono-csi", "pandax-4t-8b")


def named_tables(text: str) -> set[str]:
    return set(re.findall(r'"([^"]+\.csv)"', text))


@pytest.mark.parametrize(
    "name", [*FEW, *(pytest.param(n, marks=pytest.mark.nightly) for n in COUNTED)]
)
def test_a_projection_needs_no_further_change(name: str, tmp_path: Path) -> None:
    folder = new_experiment(tmp_path / "mine", name, projection=True)
    assert problems(folder) == []
    text = (folder / "experiment.toml").read_text()
    raw = parse_toml(text)
    assert raw["projection"] is True
    assert not {"data", "sites", "shares_data_with", "references"} & raw.keys()
    (analysis,) = raw["analyses"].values()
    assert analysis["statistic"] == "poisson"
    assert analysis.keys() <= {
        *("title", "statistic", "systematics"),
        *("energy_range", "energy_edges", "also"),
    }
    tables = {p.name for p in folder.glob("*.csv")}
    assert tables == named_tables(text)
    mine = nu.experiment(folder)
    assert mine.is_projection()
    assert not {s["name"] for s in raw.get("systematics", [])} & {
        s.name for s in getattr(nu.experiment(name).file, "systematics", [])
    }
    # Asimov data: the fit finds what was put in
    cost = mine.cost(free=["sin2_theta_w"])
    total = np.ravel(mine.predict().total)
    np.testing.assert_allclose(np.ravel(getattr(cost, "data", 0.0)), total)
    assert nu.fit(cost).values["sin2_theta_w"] == pytest.approx(0.23863, rel=1e-3)
    # limit is two-sided, so above the median of the one-sided ones
    limit = nu.limit([mine], "b-l", mass=np.array([1.0]) * MeV).curves[0].coupling[0]
    boson = nu.model("b-l", mass=1 * MeV, coupling=1e-6)
    bands = sensitivity(mine.cost(boson, free=["coupling"]), "coupling").expected
    median, highest = bands[2], bands[4]
    assert median is not None
    assert highest is not None
    assert 0 < median < limit < highest


def test_a_projection_has_the_signal_and_the_error_of_the_original(
    tmp_path: Path,
) -> None:
    mine = nu.experiment(
        new_experiment(tmp_path / "ge", "conus-plus", projection=True), Experiment
    )
    theirs = nu.experiment("conus-plus", Experiment)
    computed = theirs.predict(analysis="first-principles").signal.sum()
    rates = mine.predict()
    assert rates.signal.sum() == pytest.approx(computed, rel=1e-12)
    # a net count with its error was published: the relative error of the signal
    published = theirs.predict()
    assert published.sigma is not None
    relative = float(published.sigma.sum() / published.signal.sum())
    error = np.sqrt(rates.total.sum())
    assert error / computed == pytest.approx(relative, rel=1e-3)
    # 91 of 298 for 106 of 347, as the guide says
    assert [round(x) for x in (error, computed)] == [91, 298]
    assert round(float(published.signal.sum())) == 347
    assert round(float(published.sigma.sum())) == 106


def test_backgrounds_of_a_projection_have_the_counts_of_the_original(
    tmp_path: Path,
) -> None:
    lar = new_experiment(tmp_path / "ar", "coherent-lar-2020", projection=True)
    ours = nu.experiment(lar, Experiment).predict()
    theirs = nu.experiment("coherent-lar-2020", Experiment).predict()
    for name in ("steady-state", "prompt-neutrons", "delayed-neutrons"):
        wanted = theirs.components[name].sum()
        assert ours.components[name].sum() == pytest.approx(wanted, rel=1e-3)
    # one that the original subtracts is there too
    csi = new_experiment(tmp_path / "csi", "coherent-csi-2017", projection=True)
    subtracted = nu.experiment(csi, Experiment).predict()
    assert subtracted.components["steady-state"].sum() > 300


def test_no_projection_without_recoils_in_bins(tmp_path: Path) -> None:
    for name in ("danss", "ccfr-trident", "sno-2013"):
        with pytest.raises(InputError, match=rf"{name} does not .*conus-plus"):
            new_experiment(tmp_path / "mine", name, projection=True)
    assert list(tmp_path.iterdir()) == []


def test_all_that_a_projection_cannot_have_is_said_at_once(tmp_path: Path) -> None:
    folder = new_experiment(tmp_path / "ge", "conus-plus")
    file = folder / "experiment.toml"
    text = file.read_text()
    assert text.count("\nprocess = ") == 2
    text = text.replace("\nprocess = ", "\nprojection = true\nprocess = ", 1)
    text = text.replace('mass = "2.83 kg"', 'mass = "2.83 kgg"')
    text = text.replace('name = "reactor"', 'name = "reactr"')
    file.write_text(text)
    found = problems(folder)
    assert {f.key for f in found} == {
        *("projection", "target.mass", ""),
        *("analyses.rate.signal", "analyses.nuclear-recoils.signal"),
    }
    (flux,) = (f for f in found if not f.key)
    assert "unknown flux 'reactr'" in flux.message


@pytest.mark.parametrize(
    "name",
    ["conus-2024", *(pytest.param(n, marks=pytest.mark.nightly) for n in COUNTED)],
)
def test_any_wrong_value_is_a_finding(name: str, tmp_path: Path) -> None:
    """Whatever is wrong, the later checks do not fail for want of it."""
    folder = new_experiment(tmp_path / "mine", name)
    file = folder / "experiment.toml"
    lines = file.read_text().split("\n")
    for mark in toml_lines("\n".join(lines)):
        line = lines[mark.number - 1]
        if mark.table or not line.rstrip().endswith(('"', "}", "]")):
            continue
        key = line.partition("=")[0]
        changed = [*lines]
        changed[mark.number - 1] = f"{key}= 2000-01-01"
        file.write_text("\n".join(changed))
        assert problems(folder), mark
