"""``nuprobe events`` as a user meets it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.cli.events.sizes import EVENT
from nuprobe.cli.variations import variations
from nuprobe.errors import InputError
from nuprobe.events import root
from nuprobe.events.store import read_events, unfinished

pytest.importorskip("pyhepmc", reason="the extra nuprobe[events] is not installed")
pytest.importorskip("uproot", reason="the extra nuprobe[events] is not installed")

COMMAND = ("events", "trident")
MUMU = ("--channel", "nu_mu -> nu_mu mu+ mu-", "--target", "Ar40")
FIVE = (*MUMU, "--energy", "5 GeV", "--regime", "coherent")


def test_events_of_several_models_in_one_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3"
    vary = ("--vary", "v-a", "--vary", "light=lmu-ltau:coupling=1e-3,mass=10 MeV")
    code, out, err = run(
        *FIVE, "-n", "300", "-o", str(path), *vary, "--no-progress", "--json"
    )
    assert code == 0
    assert err == ""
    data = json.loads(out)
    stored = read_events(path)
    assert data["events"] == len(stored.events) == 300
    assert (data["sigma_cm2"], data["error_cm2"]) == pytest.approx(
        stored.estimate(), rel=1e-12, abs=0
    )
    expected = nu.trident.total(5000.0, MUMU[1], "Ar40", nu.StandardModel(), "coherent")
    assert data["deterministic_cm2"] == pytest.approx(float(expected), rel=1e-4, abs=0)
    assert abs(data["pull"]) < 5
    assert data["per"] == "PerAtom"
    assert list(data["weights"]) == ["CV", "v-a", "light"]
    models: dict[str, Any] = {"v-a": nu.VMinusA(), "light": nu.LMuLTau(10.0, 1e-3)}
    for name, model in models.items():
        assert stored.weights[name] == pytest.approx(
            stored.events.weights(model), rel=1e-12, abs=0
        )
    # the same again, as a tree and as a table
    code, out, _ = run(
        *FIVE,
        "-n",
        "300",
        "-o",
        str(tmp_path / "x.root"),
        "--workers",
        "1",
        "--progress",
    )
    assert code == 0
    assert "unweighted trident events" in out
    assert "difference in errors" in out
    assert np.array_equal(
        read_events(tmp_path / "x.root").events.minus, stored.events.minus
    )


def test_weighted_events_of_a_flux_and_another_model(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3.gz"
    options = (
        "--flux",
        "dune-nd-fhc",
        "--weighted",
        "--model",
        "v-a",
        "--seed",
        "7",
        "--nucleons",
        "fermi-gas",
    )
    code, out, _ = run(*MUMU, *options, "-n", "200", "-o", str(path))
    assert code == 0
    assert "not known" in out
    stored = read_events(path)
    assert stored.settings["seed"] == 7
    assert stored.models == {"CV": "VMinusA()"}
    assert np.unique(stored.events.weight).size > 100
    assert stored.events.weights(nu.VMinusA()) == pytest.approx(
        stored.events.weight, rel=1e-9, abs=0
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (*FIVE, "-n", "0", "-o", "x.hepmc3"),
            "number of events must be an integer of 1 or more, got 0",
        ),
        ((*FIVE, "-n", "5", "-o", "x.txt"), "end in .hepmc3"),
        ((*FIVE, "-n", "5", "-o", "no/x.root"), "cannot write"),
        (
            (*FIVE, "-n", "5", "-o", "x.root", "--model", "sn"),
            "unknown model 'sn'",
        ),
        (
            (*FIVE, "-n", "5", "-o", "x.root", "--vary", "b-k"),
            "unknown model 'b-k'",
        ),
        (
            (*FIVE, "-n", "5", "-o", "x.root", "--vary", "v-a", "--vary", "v-a"),
            "called 'v-a'",
        ),
        (
            (*FIVE, "-n", "5", "-o", "x.root", "--vary", "CV=v-a"),
            "cannot be called 'CV'",
        ),
        (
            (*FIVE, "-n", "5", "-o", "x.root", "--flux", "dune-nd-fhc"),
            "either --energy or --flux",
        ),
        ((*MUMU, "-n", "5", "-o", "x.root"), "either --energy or --flux"),
        ((*MUMU, "--energy", "5", "-n", "5", "-o", "x.root"), "unit"),
        ((*MUMU, "--energy", "100 MeV", "-n", "5", "-o", "x.root"), "threshold of 21"),
        ((*MUMU, "--flux", "sns", "-n", "5", "-o", "x.root"), "threshold of 21"),
        (
            ("--channel", "nu_e -> e- e+", *FIVE[2:], "-n", "5", "-o", "x.root"),
            "cannot read the channel",
        ),
        ((*FIVE[:2], *FIVE[4:], "-n", "5", "-o", "x.root"), "needs a target"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("nuprobe: ")
    assert err.count("\n") == 1
    assert message in err
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_stays_without_overwrite(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3"
    path.write_text("precious")
    code, _, err = run(*FIVE, "-n", "5", "-o", str(path))
    assert code == 2
    assert "add --overwrite" in err
    assert path.read_text() == "precious"
    assert run(*FIVE, "-n", "5", "-o", str(path), "--overwrite")[0] == 0
    assert len(read_events(path).events) == 5
    # what an earlier run left, damaged
    part, journal = unfinished(path)
    path.unlink()
    part.write_bytes(b"x")
    journal.write_text("{}")
    code, _, err = run(*FIVE, "-n", "5", "-o", str(path), "--resume")
    assert code == 2
    assert "damaged" in err
    assert err.count("\n") == 1
    assert part.read_bytes() == b"x"
    # what is said wrongly comes before what lies there
    code, _, err = run(
        "--channel", "nu_e -> e- e+", *FIVE[2:], "-n", "5", "-o", str(path)
    )
    assert code == 2
    assert "cannot read the channel" in err


def test_a_flux_of_the_user_below_threshold(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "low"
    folder.mkdir()
    (folder / "flux.toml").write_text(
        'schema_version = 1\nname = "low"\ntitle = "Low"\nper = "second"\nemission ='
        ' "beam"\nreferences = []\n[source]\nkind = "table"\ntable ='
        ' "low.csv"\nenergy_column = "energy"\nenergy_unit = "MeV"\nflavours ='
        ' ["nu_mu"]\n'
    )
    (folder / "low.csv").write_text("energy,nu_mu\n50,1.0\n100,2.0\n200,0.5\n")
    code, _, err = run(
        *MUMU, "--flux", str(folder), "-n", "5", "-o", str(tmp_path / "x.root")
    )
    assert code == 2
    assert "threshold of 21" in err
    assert err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["low"]


@pytest.mark.nightly
def test_a_killed_command_goes_on(run: Run, tmp_path: Path) -> None:
    path, once = tmp_path / "x.hepmc3", tmp_path / "once.hepmc3"
    arguments = (*FIVE, "-n", "65000", "--weighted", "--no-progress", "--vary", "v-a")
    assert run(*arguments, "-o", str(once))[0] == 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [
        sys.executable,
        "-m",
        "nuprobe",
        "events",
        "trident",
        *arguments,
        "-o",
        str(path),
    ]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as process:
        _, journal = unfinished(path)
        # after the first chunk, or any later moment
        while process.poll() is None and not (
            journal.exists() and json.loads(journal.read_text())["chunk"] > 0
        ):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert journal.exists()
    assert not path.exists()
    code, out, _ = run(*arguments, "-o", str(path), "--resume", "--json")
    assert code == 0
    assert 0 < json.loads(out)["resumed"] < 65000
    assert path.read_bytes() == once.read_bytes()


def test_variations_are_named_by_the_user_or_by_what_they_are() -> None:
    found = variations(
        (
            "v-a",
            "lmu-ltau:coupling=1e-3, mass=10 MeV",
            "Z'=light-vector:mass=1 GeV,coupling=0.1",
        ),
        None,
    )
    assert list(found) == ["v-a", "lmu-ltau(coupling=1e-3,mass=10MeV)", "Z'"]
    assert found["v-a"] == nu.VMinusA()
    assert found["lmu-ltau(coupling=1e-3,mass=10MeV)"] == nu.LMuLTau(10.0, 1e-3)
    moved = variations(("a=sm", "b=v-a"), 0.25)["a"]
    assert moved == nu.StandardModel(sin2_theta_w=0.25)
    assert moved.angles == {"sin2_theta_w": 0.25, "sin2_theta_w_high": 0.25}
    with pytest.raises(InputError, match="called 'a'"):
        variations(("a=sm", "a=v-a"), None)


def test_what_does_not_fit_onto_the_disk_is_asked_about(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.hepmc3"
    code, _, err = run(*FIVE, "-n", "1e12", "-o", str(path))
    assert code == 2
    assert re.search(r"1e\+12 events in .* need about \S+ [TP]B of disk; \S+ \wB", err)
    assert "ask for fewer (-n), or add --yes" in err
    assert list(tmp_path.iterdir()) == []
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    call = (*FIVE, "-n", "100", "-o", str(path), "--no-progress")
    code, _, err = run(*call)
    assert code == 2
    assert "1 kB are free" in err
    code, _, err = run(*call, "--yes")
    assert code == 0
    assert "1 kB are free" in err


@pytest.mark.parametrize("ending", sorted(EVENT))
def test_the_disk_said_is_the_disk_used(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both: list[int] = []  # the records and the tree exist at the same time
    finish = root.finish

    def watched(run: Any, part: Path, made: Path, tally: Any) -> None:
        finish(run, part, made, tally)
        both.append(part.stat().st_size + made.stat().st_size)

    monkeypatch.setattr(root, "finish", watched)
    generator = nu.events.trident(MUMU[1], "Ar40", 5000.0)
    others = {f"m{i}": nu.LMuLTau(10.0 * (i + 1), 1e-3) for i in range(10)}
    for models in ({}, others):
        path = tmp_path / f"x{len(models)}{ending}"
        nu.events.write_events(path, generator, 2000, variations=models)
        used = both.pop() if both else path.stat().st_size
        each, weight = EVENT[ending]
        assert used == pytest.approx(2000 * (each + weight * (1 + len(models))), 0.15)


@pytest.mark.parametrize("number", ["1.5", "many", "1e30", "nan", "9" * 400])
def test_a_number_of_events_is_a_whole_one(run: Run, number: str) -> None:
    code, _, err = run(*FIVE, "-n", number, "-o", "x.hepmc3")
    assert code == 2
    assert "is not a whole number below 2^63 (such as 100000 or 1e5)" in err
    assert len(err) < 400
