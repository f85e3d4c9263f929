"""Flux folders: what a user writes, and what a user gets wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError
from nuprobe.units import keV

HEAD = (
    'schema_version = 1\nname = "mine"\ntitle = "Mine"\nper = "day"\nemission ='
    ' "beam"\n'
)
TABLE = (
    '[source]\nkind = "table"\ntable = "spectrum.csv"\nenergy_unit = "keV"\nflavours ='
    ' ["nubar_e", "nu_mu"]\n'
)
BINS = TABLE.replace("energy_unit", 'interpolation = "histogram"\nenergy_unit')
HISTOGRAM = "# made up\nlow,high,nubar_e,nu_mu\n100,200,2,1\n200,400,3,0\n"
SPECTRUM = "# made up\nenergy,nubar_e,nu_mu\n100,0,1\n200,2,1\n400,0,1\n"
TIMES = '[times.pulse]\ntable = "times.csv"\ncolumn = "p"\n'


def _write(folder: Path, toml: str, **tables: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "flux.toml").write_text(toml, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_table_in_its_own_folder(tmp_path: Path) -> None:
    toml = HEAD + TABLE + 'time = "pulse"\n' + TIMES
    flux = nu.flux(
        _write(
            tmp_path / "mine",
            toml,
            spectrum=SPECTRUM,
            times="low_us,high_us,p\n0,1,0.25\n1,3,0.75\n",
        )
    )
    assert [str(f) for f in flux.flavours] == ["nubar_e", "nu_mu"]
    assert flux.total("nubar_e") == pytest.approx(
        100 + 200
    )  # per keV times keV: trapezoids
    assert flux.total("nu_mu") == pytest.approx(300)
    np.testing.assert_allclose(
        flux.spectrum("nubar_e", [150 * keV, 300 * keV, 500 * keV]) * keV, [1, 1, 0]
    )
    assert [c.time for c in flux.components] == ["pulse", "pulse"]
    np.testing.assert_allclose(
        flux.times["pulse"].fraction(np.array([0.0, 2.0])), [0.625]
    )
    assert flux.emission == "beam"
    assert nu.flux(f"{tmp_path}/mine").total("nu_mu") == flux.total("nu_mu")


def test_a_histogram_in_its_own_folder(tmp_path: Path) -> None:
    flux = nu.flux(_write(tmp_path / "mine", HEAD + BINS, spectrum=HISTOGRAM))
    assert flux.total("nubar_e") == pytest.approx(2 * 100 + 3 * 200)
    assert flux.total("nu_mu") == pytest.approx(100)
    np.testing.assert_allclose(
        flux.spectrum("nubar_e", [99 * keV, 101 * keV, 300 * keV, 401 * keV]) * keV,
        [0, 2, 3, 0],
    )


def test_lines_in_their_own_folder(tmp_path: Path) -> None:
    lines = (
        '[source]\nkind = "monoenergetic"\nlines = [{flavour = "nu_e", energy = "862'
        ' keV", intensity = 3.0}]\n'
    )
    flux = nu.flux(_write(tmp_path / "mine", HEAD + lines))
    (line,) = flux.lines("nu_e")
    assert line.energy == pytest.approx(0.862)
    assert line.intensity == 3.0
    assert flux.average(lambda e: e, "nu_e") == pytest.approx(0.862)


LINE = (
    '[source]\nkind = "monoenergetic"\nlines = [{flavour = "nu_e", energy = "ENERGY",'
    " intensity = 3.0}]\n"
)


@pytest.mark.parametrize(
    ("toml", "tables", "hints"),
    [
        (
            HEAD + TABLE.replace("energy_unit", "enery_unit"),
            {},
            [": source.enery_unit: ", "did you mean energy_unit"],
        ),
        (HEAD + TABLE.replace('"keV"', '"furlong"'), {}, ["energy_unit", "furlong"]),
        (
            HEAD + TABLE.replace("nubar_e", "nubar_x"),
            {},
            ["flavour", "nubar_x", "did you mean"],
        ),
        (
            HEAD + TABLE.replace("spectrum.csv", "../spectrum.csv"),
            {},
            ["../spectrum.csv", "points outside the folder"],
        ),
        (
            HEAD + TABLE.replace("spectrum.csv", "none.csv"),
            {},
            ["none.csv", "does not exist"],
        ),
        (
            HEAD + TABLE,
            {"spectrum": SPECTRUM.replace("200,2", "200,nan")},
            ["row 2", "nubar_e", "'nan'"],
        ),
        (HEAD + TABLE, {"spectrum": SPECTRUM.replace("200,2", "200,-2")}, ["negative"]),
        (HEAD + TABLE, {"spectrum": SPECTRUM.replace("200,2", "50,2")}, ["increase"]),
        (
            HEAD + TABLE,
            {"spectrum": SPECTRUM.replace("nubar_e", "nubare")},
            ["column", "did you mean nubare"],
        ),
        (HEAD + TABLE, {"spectrum": "# empty\n"}, ["column"]),
        (HEAD + TABLE + 'time = "pulse"\n', {}, ["pulse"]),
        (HEAD + BINS, {}, ["column", "'low'"]),
        (
            HEAD + BINS,
            {"spectrum": HISTOGRAM.replace("200,400", "300,400")},
            ["spectrum.csv", "energy bins must be contiguous"],
        ),
        (
            HEAD + BINS,
            {"spectrum": HISTOGRAM.replace("100,200", "250,200")},
            ["increase"],
        ),
        (
            HEAD + BINS,
            {"spectrum": HISTOGRAM.replace("200,2,1", "200,-2,1")},
            ["negative"],
        ),
        (
            HEAD + BINS + 'energy_column = "low"\n',
            {"spectrum": HISTOGRAM},
            ["energy_column", "histogram", "remove it"],
        ),
        (
            HEAD + TABLE + 'low = "energy"\n',
            {},
            ["low", "linear", "change the interpolation"],
        ),
        (
            HEAD + BINS.replace('"histogram"', '"cubic"'),
            {},
            ["interpolation", "cubic", "histogram"],
        ),
        (
            HEAD + TABLE + TIMES,
            {"times": "low_us,high_us,p\n0,1,0.5\n2,3,0.5\n"},
            ["times.csv", "contiguous"],
        ),
        (
            HEAD + TABLE + TIMES,
            {"times": "low_us,high_us,p\n0,1,1.5\n1,3,0.5\n"},
            ["at most 1"],
        ),
        (HEAD + LINE.replace("ENERGY", "-1 MeV"), {}, ["positive energy"]),
        (HEAD + LINE.replace("ENERGY", "0.862"), {}, ["lines.0", "no unit", "MeV"]),
        (HEAD + LINE.replace("ENERGY", "3 m"), {}, ["unit of length"]),
        (
            HEAD + LINE.replace("ENERGY", "1 MeV").replace("3.0", "inf"),
            {},
            ["intensity", "finite"],
        ),
        (HEAD.replace('"beam"', '"laser"') + TABLE, {}, ["emission", "laser"]),
        (
            HEAD.replace("schema_version = 1", "schema_version = 2") + TABLE,
            {},
            ["schema_version"],
        ),
        (HEAD, {}, ["source", "required"]),
        ("this is not toml", {}, ["not valid TOML"]),
    ],
)
def test_mistakes_name_file_key_and_remedy(
    tmp_path: Path, toml: str, tables: dict[str, str], hints: list[str]
) -> None:
    folder = _write(tmp_path / "mine", toml, **{"spectrum": SPECTRUM} | tables)
    with pytest.raises(ExperimentFileError) as caught:
        nu.flux(folder)
    text = str(caught.value)
    assert str(folder) in text
    assert "\n" not in text
    for hint in hints:
        assert hint in text


def test_a_folder_without_its_file(tmp_path: Path) -> None:
    with pytest.raises(ExperimentFileError, match=r"no flux\.toml"):
        nu.flux(tmp_path)
    with pytest.raises(ExperimentFileError, match=r"no flux\.toml"):
        nu.flux(str(tmp_path / "missing"))
