"""``nuprobe show`` and ``nuprobe plot``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

SCAN = ("scan", "coherent-csi-2017", "--grid", "rn=2:9 fm:15", "--quiet", "-o")


def test_a_scan_is_shown_and_drawn(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*SCAN, "a.h5")[0] == 0
    code, out, err = run("show", "a.h5")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == ["a.h5: −2 ln L over rn", "finished"]
    assert "made by" in lines[2]
    assert "nuprobe scan coherent-csi-2017 --grid 'rn=2:9 fm:15'" in lines[2]
    assert "coherent-csi-2017 (energy)" in out
    assert "COHERENT:2017ipa" in out
    assert "15 values from 2 to 9 fm" in out
    assert "rn allowed at 90 %: [3.3" in out
    code, out, _ = run("show", "a.h5", "--json")
    found = json.loads(out)
    assert (found["kind"], found["finished"], found["total"]) == ("scan", True, 15)
    assert found["provenance"]["date"] == "2026-01-01T00:00:00Z"
    code, _, err = run("plot", "a.h5", "-o", "a.png", "--style", "color=black")
    assert (code, Path("a.png").read_bytes()[:4]) == (0, b"\x89PNG")
    assert err == "wrote a.png\n"
    code, _, err = run("plot", "a.h5", "-o", "a.png")
    assert code == 2
    assert "--overwrite" in err


@pytest.mark.parametrize(("level", "label"), [("0.95", "95 %"), ("0.6827", "1σ")])
def test_a_scan_is_drawn_at_its_level(
    run: Run, tmp_path: Path, level: str, label: str
) -> None:
    """`--cl` holds for the figure, too, and for one from the file."""
    a, b, c = (tmp_path / name for name in ("a.h5", "b.svg", "c.svg"))
    grid = ("--grid", "rn=3:8 fm:6,sin2_theta_w=0.15:0.35:5", "--cl", level)
    words = ("scan", "coherent-csi-2017", *grid, "--quiet", "-o", str(a))
    assert run(*words, "--plot", str(b))[0] == 0
    assert run("plot", str(a), "--cl", level, "-o", str(c))[0] == 0
    for figure in (b, c):
        text = figure.read_text(encoding="utf-8")
        assert (label in text, "90 %" in text) == (True, False)


def test_a_scan_is_shown_with_the_toys_beside_it(run: Run, tmp_path: Path) -> None:
    """Without them its regions are those of Wilks."""
    a = str(tmp_path / "a.h5")
    toys = ("--intervals", "feldman-cousins", "--toys", "10")
    grid = ("--grid", "rn=3:8 fm:4")
    assert run("scan", "coherent-csi-2017", *grid, *toys, "--quiet", "-o", a)[0] == 0
    assert run("plot", a, "-o", str(tmp_path / "a.svg"))[0] == 0
    assert "Feldman–Cousins" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    code, out, err = run("show", a)
    assert (code, err) == (0, "")
    assert "90 % CL, two-sided (Feldman–Cousins), 10 toys at each value" in out
    (tmp_path / "a.toys.h5").unlink()
    assert "toys at each value" not in run("show", a)[1]


def test_a_fit_is_shown_and_drawn(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("fit", "coherent-csi-2017", "--free", "rn")
    _, text, _ = run(*words)
    assert run(*words, "--json", "-o", "fit.json", "--plot", "profile.png")[0] == 0
    code, out, _ = run("show", "fit.json")
    assert code == 0
    assert text.strip() in out
    assert run("plot", "fit.json", "-o", "again.png")[0] == 0
    made = json.loads(Path("fit.json").read_text())["provenance"]
    assert made["kind"] == "fit"
    assert made["latex"] == {"rn": "R_n"}
    assert made["model"]["sin2_theta_w"] == 0.23863
    # other inputs, another fingerprint; other output, the same
    fingerprints = set()
    for more in ((), ("--overwrite",), ("--set", "response.smearing.kind=none")):
        _, out, _ = run(*words, "--json", *more)
        fingerprints.add(json.loads(out)["provenance"]["fingerprint"])
    assert len(fingerprints) == 2


def test_tables_say_how_they_were_made(run: Run) -> None:
    words = ("xsec", "cevns", "--target", "Ar40", "--energy", "10 MeV", "--json")
    code, out, _ = run(*words, "--flux-option", "a=1")
    assert code == 2
    code, out, _ = run(*words)
    made = json.loads(out)["provenance"]
    assert made["kind"] == "xsec cevns"
    assert made["command"] == "nuprobe " + " ".join(words).replace("10 MeV", "'10 MeV'")
    # lists of names are no results
    assert "provenance" not in json.loads(run("list", "models", "--json")[1])


@pytest.mark.parametrize("verb", ["show", "plot"])
def test_what_is_no_result_is_one_line(run: Run, verb: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": 1}')
    code, out, err = run(verb, str(path))
    assert (code, out) == (2, "")
    assert "JSON without the provenance" in err
    assert err.count("\n") == 1


def test_a_style_that_is_none_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for style, says in (("cl=0.9", "give --cl instead"), ("colour", "write key=value")):
        code, _, err = run("plot", "x.h5", "--style", style)
        assert code == 2
        assert says in err
