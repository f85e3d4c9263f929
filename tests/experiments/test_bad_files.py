"""Every mistake in a folder is one line that names the file, the key and a remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.experiments.folders import EXPERIMENT, FLUX, TABLES, write

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, NuprobeError

COUNTS = TABLES["counts.csv"]


def _refused(folder: Path, *hints: str) -> str:
    with pytest.raises(ExperimentFileError) as caught:
        nu.experiment(folder)
    text = str(caught.value)
    assert isinstance(caught.value, NuprobeError)
    assert str(folder) in text
    assert "\n" not in text
    for hint in hints:
        assert hint in text
    return text


def test_the_folder_itself_is_right(tmp_path: Path) -> None:
    assert nu.experiment(write(tmp_path / "lab")).predict().signal.sum() > 100


@pytest.mark.parametrize(
    ("old", "new", "hints"),
    [
        # keys
        ("mass =", "masss =", ["target.masss", "did you mean mass"]),
        (
            "light_yield =",
            "lightyield =",
            ["response.lightyield", "did you mean light_yield"],
        ),
        (
            'kind = "constant", factor',
            'kind = "constant", facto',
            ["response.quenching.facto", "did you mean factor"],
        ),
        (
            'kind = "table", table',
            'kind = "table", tabel',
            ["response.acceptance.tabel", "did you mean table"],
        ),
        (
            'column = "off"',
            'colum = "off"',
            ["backgrounds.0.colum", "did you mean column"],
        ),
        ("sigma = 0.3", "sigm = 0.3", ["systematics.1.sigm", "did you mean sigma"]),
        (
            "time_bins = true",
            "timebins = true",
            ["analyses.both.timebins", "did you mean time_bins"],
        ),
        ('mass = "20 kg"\n', "", ["target.mass", "required"]),
        ('kind = "constant", ', "", ["response.quenching"]),
        ("schema_version = 1", "schema_version = 3", ["schema_version", "got 3"]),
        ('process = "cevns"', 'process = "proton"', ["process", "electron"]),
        ('name = "invented"', 'name = "In vented"', ["name", "In vented"]),
        # units
        ('"20 kg"', '"20"', ["target.mass", "no unit", "kg"]),
        ('"20 kg"', "20", ["target.mass", "20"]),
        ('"20 kg"', '"20 m"', ["target.mass", "unit of length", "kg"]),
        ('"20 kg"', '"20 kgs"', ["target.mass", "did you mean kg"]),
        ('"20 m"', '"20 us"', ["flux.distance", "unit of time"]),
        ('"10 PE/keVee"', '"10 PE"', ["response.light_yield", "unknown unit 'PE'"]),
        ('"5.01 fm"', '"5.01 MeV"', ["target.neutron_radius.Cs133", "unit of energy"]),
        ('"100 ns"', '"100"', ["response.timing.resolution", "no unit"]),
        ('lower = "2 fm"', "lower = 2", ["parameters.0", "no unit"]),
        # numbers
        ("exposure = 2e23", "exposure = nan", ["flux.exposure"]),
        ("exposure = 2e23", "exposure = inf", ["flux.exposure"]),
        ("exposure = 2e23", "exposure = -1", ["flux.exposure", "greater than 0"]),
        ("factor = 0.09", "factor = nan", ["response.quenching.factor"]),
        ("scale = 0.5", "scale = nan", ["backgrounds.0.scale"]),
        ("[0.5, 1.0, 0.0]", "[0.0, 0.0, 0.0]", ["resolution", "positive"]),
        ("[0.5, 1.0, 0.0]", "[0.5, nan, 0.0]", ["response.smearing.resolution.1"]),
        ("[0.5, 1.0, 0.0]", "[0.5, 1.0]", ["response.smearing.resolution"]),
        ("sigma = 0.1", "sigma = 0", ["systematics.0.sigma"]),
        ('default = "5 fm"', 'default = "9 fm"', ["parameter rn", "outside"]),
        # binning
        ("bins = 6", "bins = 7", ["counts.csv", "18 rows", "7 x 3 = 21", "[binning]"]),
        ("bins = 6", "bins = 0", ["binning.energy.bins"]),
        ("stop = 28", "stop = 2", ["binning.energy", "above start = 4"]),
        ("stop = 28", "stop = 34", ["counts.csv", "does not match the edges"]),
        ("start = 4\nstop = 28", "edges = [4, 8]", ["binning.energy", "either"]),
        ("stop = 28\n", "", ["binning.energy", "all of start, stop and bins"]),
        ('stop = "6 us"', 'stop = "-6 us"', ["binning.time", "before"]),
        (
            "energy_range = [8, 28]",
            "energy_range = [9, 28]",
            ["energy_range", "9 is not a bin edge", "nearest is 8"],
        ),
        (
            "energy_range = [8, 28]",
            "energy_range = [28, 8]",
            ["energy_range", "no bin"],
        ),
        ("energy_range = [8, 28]", "energy_range = [8, nan]", ["energy_range"]),
        ('["0 us", "4 us"]', '["0 us", "3 us"]', ["time_range", "3 is not a bin edge"]),
        ('["0 us", "4 us"]', '["0 us", "4"]', ["time_range", "no unit"]),
        (
            '[binning.time]\nstart = "0 us"\nstop = "6 us"\nbins = 3\n',
            "",
            ["both", "time_bins", "[binning.time]"],
        ),
        ('time_low = "t_low"\n', "", ["time_low", "name the columns"]),
        # names
        (
            'name = "off"',
            'name = "neutrons"',
            ["background 'neutrons' is defined twice"],
        ),
        ('name = "off"', 'name = "signal"', ["background 'signal' is defined twice"]),
        (
            'name = "neutron-rate"',
            'name = "flux"',
            ["systematic 'flux' is defined twice"],
        ),
        ('name = "light"\n', 'name = "rn"\n', ["parameter 'rn' is defined twice"]),
        (
            'acts_on = ["neutrons"]',
            'acts_on = ["neutron"]',
            ["neutron-rate.acts_on", "'neutron' is not defined", "neutrons"],
        ),
        (
            '"flux", "neutron-rate", "light-yield"',
            '"fluxx"',
            ["both.systematics", "'fluxx' is not defined", "flux"],
        ),
        (
            'subtract = ["off"]',
            'subtract = ["of"]',
            ["energy.subtract", "'of' is not defined", "off"],
        ),
        (
            'subtract = ["off"]',
            'subtract = ["neutrons"]',
            ["energy.subtract", "defined are off"],
        ),
        ("time_bins = true", 'subtract = ["off"]', ["both", "gaussian"]),
        (
            'isotopes = ["Cs133", "I127"]',
            'isotopes = ["Cs133", "I128"]',
            ["parameters.0.isotopes", "I127"],
        ),
        (
            'isotopes = ["Cs133", "I127"]',
            "isotopes = []",
            ["parameters.0", "required for a radius"],
        ),
        (
            'I127 = "4.94 fm"',
            'Xe131 = "4.94 fm"',
            ["target.neutron_radius", "Xe131", "I127"],
        ),
        ('material = "CsI"', 'material = "CsJ"', ["J"]),
        ('name = "./source"', 'name = "sn"', ["flux", "did you mean sns"]),
        (
            'acts_on = "quenching-scale"',
            'acts_on = "quenching"',
            ["parameters.1.acts_on", "quenching-scale"],
        ),
        (
            (
                '[data]\ntable = "counts.csv"\ncounts = "on"\ntime_low ='
                ' "t_low"\ntime_high = "t_high"\n'
            ),
            "",
            ["[data]"],
        ),
        ('distance = "20 m"\n', "", ["flux.distance", "required"]),
        ("title =", "title ", ["not valid TOML", "line 3"]),
        # paths
        ('table = "counts.csv"', 'table = "none.csv"', ["none.csv", "does not exist"]),
        (
            'table = "counts.csv"',
            'table = "../counts.csv"',
            ["../counts.csv", "points outside the folder"],
        ),
        (
            'table = "counts.csv"',
            'table = "source/../../x/counts.csv"',
            ["points outside the folder"],
        ),
        (
            'table = "counts.csv"',
            'table = "/etc/hostname"',
            ["/etc/hostname", "points outside the folder"],
        ),
        (
            'table = "acceptance.csv"',
            'table = "../acceptance.csv"',
            ["points outside the folder"],
        ),
        (
            'energy_table = "neutrons.csv"',
            'energy_table = "/dev/null"',
            ["points outside the folder"],
        ),
        ('name = "./source"', 'name = "./../source"', ["points outside the folder"]),
        (
            'name = "./source"',
            'name = "../source"',
            ["flux.name", "points outside the folder"],
        ),
        (
            'name = "./source"',
            'name = "/tmp"',
            ["flux.name", "points outside the folder"],
        ),
        ('name = "./source"', 'name = "./nothing"', ["no flux.toml"]),
    ],
)
def test_mistakes_in_the_file(
    tmp_path: Path, old: str, new: str, hints: list[str]
) -> None:
    assert old in EXPERIMENT
    # a folder beside it that must never be read
    write(tmp_path)
    _refused(write(tmp_path / "lab", EXPERIMENT.replace(old, new, 1)), *hints)


@pytest.mark.parametrize(
    ("file", "change", "hints"),
    [
        (
            "counts.csv",
            lambda t: t.replace("27,6", "nan,6"),
            ["counts.csv", "row 4", "column on", "'nan'"],
        ),
        (
            "counts.csv",
            lambda t: t.replace("27,6", "many,6"),
            ["row 4", "'many' is not a finite number"],
        ),
        (
            "counts.csv",
            lambda t: t.replace("27,6", "-27,6"),
            ["row 4", "column on", "negative"],
        ),
        (
            "counts.csv",
            lambda t: t.replace(",27,6", ",27"),
            ["counts.csv:6", "5 cells under 6"],
        ),
        (
            "counts.csv",
            lambda t: t.replace("on,off", "yes,off"),
            ["counts.csv", "column 'on'"],
        ),
        (
            "counts.csv",
            lambda t: t.rsplit("\n", 2)[0] + "\n",
            ["17 rows", "6 x 3 = 18"],
        ),
        (
            "counts.csv",
            lambda t: t.replace("8,12,0,2", "9,12,0,2"),
            ["column low", "does not match"],
        ),
        ("counts.csv", lambda t: t + "24,28,4,6,1,1\n", ["19 rows"]),
        ("counts.csv", lambda _: "", ["counts.csv", "column"]),
        (
            "acceptance.csv",
            lambda t: t.replace("0.6", "1.6"),
            ["acceptance", "between 0 and 1"],
        ),
        (
            "acceptance.csv",
            lambda t: t.replace("0.6", "inf"),
            ["acceptance.csv", "row 2", "'inf'"],
        ),
        ("acceptance.csv", lambda t: t.replace("10,", "40,"), ["increasing"]),
        (
            "neutrons.csv",
            lambda t: t.replace("4,6,", "6,6,"),
            ["neutrons.csv", "row 3", "increase"],
        ),
        (
            "neutrons.csv",
            lambda t: t.replace("4,6,", "3,6,"),
            ["neutrons.csv", "row 3", "overlap"],
        ),
        (
            "neutrons.csv",
            lambda t: t.replace("4,6,", "4,6,-"),
            ["neutrons.csv", "row 3", "negative"],
        ),
        (
            "neutron_times.csv",
            lambda t: t.replace("0.7", "NaN"),
            ["neutron_times.csv", "row 1", "'NaN'"],
        ),
        (
            "source/times.csv",
            lambda t: t.replace("0.9", "nan"),
            ["times.csv", "row 1", "'nan'"],
        ),
        (
            "source/times.csv",
            lambda t: t.replace("2,6,", "3,6,"),
            ["times.csv", "contiguous"],
        ),
        (
            "source/flux.toml",
            lambda t: t.replace("neutrinos_per_flavour", "neutrinos"),
            ["flux.toml", "source.neutrinos"],
        ),
        (
            "source/flux.toml",
            lambda t: t.replace("0.1", "nan"),
            ["flux.toml", "neutrinos_per_flavour"],
        ),
        (
            "source/flux.toml",
            lambda t: t.replace('prompt = "pulse"', 'prompt = "puls"'),
            ["did you mean pulse"],
        ),
    ],
)
def test_mistakes_in_the_tables(
    tmp_path: Path, file: str, change: Callable[[str], str], hints: list[str]
) -> None:
    changed = change(TABLES[file])
    assert changed != TABLES[file]
    _refused(write(tmp_path / "lab", tables={file: changed}), *hints)


@pytest.mark.parametrize("file", ["counts.csv", "acceptance.csv", "source"])
def test_links_out_of_the_folder_are_not_followed(tmp_path: Path, file: str) -> None:
    outside = write(tmp_path / "outside")
    folder = write(tmp_path / "lab")
    (folder / file).rename(folder / "moved")
    (folder / file).symlink_to(outside / file)
    _refused(folder, file, "link to outside the folder")


def test_links_inside_the_folder_are_followed(tmp_path: Path) -> None:
    folder = write(tmp_path / "lab")
    (folder / "counts.csv").rename(folder / "real.csv")
    (folder / "counts.csv").symlink_to("real.csv")
    assert nu.experiment(folder).name == "invented"


def test_a_folder_reached_through_a_link_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write(tmp_path / "lab"))
    assert nu.experiment(tmp_path / "link").name == "invented"


def test_files_that_are_not_text(tmp_path: Path) -> None:
    folder = write(tmp_path / "lab")
    (folder / "counts.csv").write_bytes(b"low,high\n\xff\xfe,1\n")
    _refused(folder, "counts.csv", "UTF-8")
    (folder / "experiment.toml").write_bytes(b"\xff\xfe")
    _refused(folder, "experiment.toml", "not UTF-8 text")
    (folder / "experiment.toml").unlink()
    _refused(folder, "no experiment.toml")


def test_rows_in_any_order_are_the_same_data(tmp_path: Path) -> None:
    head, *rows = COUNTS.split("\n", 2)[2].splitlines()
    shuffled = "\n".join(["low,high,t_low,t_high,on,off", *rows[::-1], head]) + "\n"
    ordered, other = (
        nu.experiment(write(tmp_path / name, tables={"counts.csv": text}))
        .predict()
        .data
        for name, text in (("a", COUNTS), ("b", shuffled))
    )
    assert ordered is not None
    assert other is not None
    assert (ordered == other).all()


def test_the_valid_texts_parse() -> None:
    assert tomllib.loads(EXPERIMENT)["name"] == "invented"
    assert tomllib.loads(FLUX)["name"] == "source"


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("start = 4\nstop = 28\nbins = 6", "edges = {many}", "must increase"),
        ('mass = "20 kg"', "mass = {many}", "target.mass"),
        ("exposure = 2e23", "exposure = {many}", "flux.exposure"),
    ],
)
def test_the_message_stays_short_however_long_the_value(
    tmp_path: Path, old: str, new: str, hint: str
) -> None:
    assert old in EXPERIMENT
    many = str([1.0] * 5000)
    text = EXPERIMENT.replace(old, new.format(many=many), 1)
    message = _refused(write(tmp_path / "lab", text), hint)
    assert len(message) < len(str(tmp_path)) + 400
