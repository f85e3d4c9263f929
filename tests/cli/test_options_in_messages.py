"""Messages name what the user wrote: options rather than keys of a file, lengths in m,
km and fm, and what a grid or a table lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

LMU_LTAU = ("match", "--model", "lmu-ltau", "--param", "mass=500 GeV")
CEVNS = ("xsec", "cevns", "--target", "Ar40", "--energy")


@pytest.mark.parametrize(
    ("arguments", "words", "absent"),
    [
        (
            ("rate", "coherent-csi-2017", "--bins", "energy=5:4:3"),
            ("--bins energy=5:4:3", "splits the bin"),
            (".toml", "energy_edges"),
        ),
        (
            ("rate", "coherent-csi-2017", "--bins", "time=0:600:2 us"),
            ("--bins", "arrival time"),
            (".toml", "time_edges"),
        ),
        (
            ("sensitivity", "--energy", "1 keV", "--masses", "10 MeV"),
            ("--energy", "threshold"),
            (".toml", "correct the flux"),
        ),
        ((*CEVNS, "10 MeV", "--baseline=-5 m"), ("got -5 m",), ("e+", "E+", "2533")),
        ((*CEVNS, "10 MeV", "--r-n", "3 km"), ("3e+18 fm",), ("e+16",)),
        ((*CEVNS, "10:50:1 MeV"), ("single point", "both ends"), ()),
        ((*CEVNS, "0:50:3:log MeV"), ("logarithmic", "positive"), ("cannot read",)),
        (("form-factors", "CsI"), ("several nuclei", "Cs133", "I127"), ("Si30",)),
        (
            ("match", "--mass", "3 TeV", "--g-nu", "0.6"),
            ("--g-left or --g-right",),
            ("chiral",),
        ),
        (
            (*LMU_LTAU, "--param", "coupling=0"),
            ("coupling is 0",),
            (),
        ),
    ],
)  # fmt: skip
def test_a_message_names_what_was_typed(
    run: Run,
    arguments: tuple[str, ...],
    words: tuple[str, ...],
    absent: tuple[str, ...],
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert [word for word in words if word not in err] == [], err
    assert [word for word in absent if word in err] == [], err


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("radius,field\n", "no rows below its header"),
        ("radius,field\n0.1,5\n", "got 69570 km"),
        (
            "radius,field\n0.3,5\n0.1,5\n",
            "non-negative and increasing, got 208710, 69570 km",
        ),
        ("radius,strength\n0.1,5\n0.2,5\n", "no column field"),
    ],
)
def test_profiles_of_the_field(run: Run, tmp_path: Path, table: str, word: str) -> None:
    path = tmp_path / "profile.csv"
    path.write_text(table)
    code, _, err = run("precession", "--profile", str(path), "--moment", "1e-11")
    assert code == 2
    assert word in err
    assert "array" not in err


def test_an_experiment_of_another_kind(run: Run, tmp_path: Path) -> None:
    point = tmp_path / "point.json"
    code, _, err = run(
        *("match", "--mass", "3 TeV", "--g-nu", "0.6", "--g-left", "0.6"),
        *("--wcxf", str(point)),
    )
    assert code == 0, err
    code, _, err = run("limit", "coherent-csi-2017", "--wcxf", str(point))
    assert code == 2
    assert "a trident experiment, such as ccfr-trident" in err
    assert "TridentExperiment" not in err


def test_one_trident_experiment_has_the_keys_of_several(run: Run) -> None:
    _, out, _ = run("rate", "ccfr-trident", "--json")
    one = json.loads(out)
    _, out, _ = run("rate", "ccfr-trident", "charm2-trident", "--json")
    several = json.loads(out)
    assert set(several) <= set(one)
    assert one["verdicts"] == several["verdicts"][:1]
    # what readers of one experiment know stays
    assert one["verdict"] == "allowed"
    assert [one["exclusion_cl"]] == one["verdicts"][0]["exclusion_cl"]
