"""Entries that are wrong or nonsense: named with their line and the remedy, and nothing
else beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.experiments.test_own_folder import written
from tests.experiments.test_paper import SHEET

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, ValidityWarning
from nuprobe.experiments import check_folder

SHEET_Z = SHEET.replace('"lindhard", k = 0.162, z = 32', '"constant", factor = 0.2')


def findings(tmp_path: Path, *changes: tuple[str, str]) -> list[tuple[int, str, str]]:
    text = SHEET
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    folder = written(tmp_path / "sheet", text)
    return [(f.line or 0, f.key, f.message) for f in check_folder(folder)]


def line(part: str) -> int:
    return next(i for i, x in enumerate(SHEET.split("\n"), 1) if part in x)


ELECTRONS = ('process = "cevns"', 'process = "electron"')


@pytest.mark.parametrize(
    ("changes", "key", "parts"),
    [
        ([ELECTRONS], "response.quenching", ["Lindhard", "factor = 1.0"]),
        ([("z = 32", "z = 14")], "response.quenching", ["z = 14", "z = 32 (Ge)"]),
        ([("k = 0.162", "k = 16.2")], "response.quenching", ["k < 1", "16.2"]),
        ([("natural Ge", "natural Gx")], "target.material", ["'Gx'", "Ge"]),
        (
            [ELECTRONS, ('{ kind = "lindhard", k = 0.162, z = 32 }', '"ge-fef"')],
            "response.quenching",
            ["ge-fef", "factor = 1.0"],
        ),
        (
            [('stop = "1 keVee"', 'stop = "50 eVee"')],
            "binning.energy.stop",
            ["stop = 50 must be above start = 100"],
        ),
        (
            [("sigma = 0.05", 'sigma = "5 %"')],
            "systematics.0.sigma",
            ["'5 %' is a percentage; write 0.05"],
        ),
        # a rate per mass and time is not blamed for them
        ([('"1 kg"', '"1"')], "target.mass", ["'1' has no unit"]),
        ([('"1 kg"', '"-1 kg"')], "target.mass", ["'-1 kg' must be positive"]),
        ([('"1 kg"', "3")], "target.mass", ["'3' has no unit"]),
        ([('"1 year"', '"nan year"')], "flux.time", ["'nan year' is not a finite"]),
        # nor are energies for the light yield
        (
            [('unit = "eVee"', 'light_yield = "3 kg"')],
            "response.light_yield",
            ["'3 kg' has a unit of mass"],
        ),
    ],
)
def test_one_finding_on_its_line(
    changes: list[tuple[str, str]], key: str, parts: list[str], tmp_path: Path
) -> None:
    ((number, found, message),) = findings(tmp_path, *changes)
    name = "unit" if key.endswith("light_yield") else key.split(".")[-1]
    assert (number, found) == (line(f"{name} = "), key)
    assert all(part in message for part in parts), message
    with pytest.raises(ExperimentFileError, match=key):
        nu.experiment(tmp_path / "sheet")


def test_electrons_are_not_quenched_beside_nuclei_either(tmp_path: Path) -> None:
    more = SHEET + '\n[[also]]\nprocess = "electron"\n'
    (found,) = check_folder(written(tmp_path / "sheet", more))
    assert found.key == "also.0.response.quenching"
    assert found.line == more.split("\n").index("[[also]]") + 1


def test_a_factor_of_electrons_is_a_warning(tmp_path: Path) -> None:
    text = SHEET_Z.replace(*ELECTRONS)
    folder = written(tmp_path / "sheet", text)
    (found,) = check_folder(folder)
    assert (found.kind, found.key) == ("warning", "response.quenching")
    assert found.line == line("quenching = ")
    with pytest.warns(ValidityWarning, match=r"a factor of 0\.2 quenches"):
        nu.experiment(folder).predict()


def test_each_wrong_quantity_of_a_list_is_named(tmp_path: Path) -> None:
    edges = 'edges = ["100 yards", "1 keVee", "2 m"]'
    found = findings(
        tmp_path,
        ('start = "100 eVee"\nstop = "1 keVee"\nbins = 18', edges),
        ("1/keV/kg/day", "yd"),
        ('mass = "1 kg"', 'mass = "1"'),
    )
    assert [key for _, key, _ in found] == [
        "background",
        "target.mass",
        "binning.energy.edges.0",
        "binning.energy.edges.2",
    ]


def test_backgrounds_without_a_target(tmp_path: Path) -> None:
    target = '[target]\nmaterial = "natural Ge"\nmass = "1 kg"\n'
    ((_, key, _),) = findings(tmp_path, (target, ""))
    assert key == "target"


def test_all_missing_keys_of_a_flux_are_named(tmp_path: Path) -> None:
    (tmp_path / "flux.toml").write_text('schema_version = 1\nname = "beam"\n')
    keys = ["title", "per", "emission", "source"]
    assert sorted(f.key for f in check_folder(tmp_path)) == sorted(keys)
    rest = ", ".join(keys[1:])
    with pytest.raises(InputError, match=rf"title: .*required.* \(3 more: {rest}\)"):
        nu.flux(tmp_path)
