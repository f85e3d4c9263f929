"""``nuprobe new`` and ``nuprobe check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run


@pytest.fixture(autouse=True)
def inside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Folders are made in a new one."""
    monkeypatch.chdir(tmp_path)


def test_new_check_rate(run: Run, tmp_path: Path) -> None:
    code, out, err = run("new", "experiment", "./ge", "--like", "conus-plus")
    assert (code, err) == (0, "")
    assert "next: nuprobe check ./ge, nuprobe rate ./ge" in out
    code, out, _ = run("check", "./ge")
    assert (code, out.splitlines()[-1]) == (0, "ge: no problems, 1 warning")
    assert run("rate", "./ge")[0] == 0
    # written again only if asked to
    assert run("new", "experiment", "./ge", "--like", "conus-plus")[0] == 2
    again = ("new", "experiment", "./ge", "--like", "texono-csi", "--overwrite")
    assert run(*again)[0] == 0
    assert 'material = "CsI"' in (tmp_path / "ge/experiment.toml").read_text()


def test_exit_code_and_json(run: Run, tmp_path: Path) -> None:
    run("new", "flux", "beam", "--like", "sns")
    file = tmp_path / "beam/flux.toml"
    file.write_text(file.read_text().replace("0.08\n", "-0.08\n", 1))
    code, out, _ = run("check", "beam", "--json")
    found = json.loads(out)
    assert (code, found["problems"]) == (2, 1)
    assert found["findings"][0]["key"] == "source.neutrinos_per_flavour"
    assert isinstance(found["findings"][0]["line"], int)


def test_no_such_folder(run: Run) -> None:
    code, out, err = run("check", "nowhere")
    assert (code, out) == (2, "")
    assert "experiment.toml" in err
    assert err.count("\n") == 1
    code, _, err = run("new", "experiment", "ge", "--like", "conus")
    assert (code, err.count("\n")) == (2, 1)
    assert "did you mean conus-2024, conus-plus" in err


def test_templates(run: Run) -> None:
    code, out, _ = run("list", "templates")
    assert code == 0
    assert "conus-plus" in out
    assert "supernova" in out


def test_a_kind_that_is_missing_or_unknown(run: Run, tmp_path: Path) -> None:
    """The change of a systematic is named, not the section that it changes."""
    run("new", "experiment", "./ge", "--like", "conus-plus")
    file = tmp_path / "ge/experiment.toml"
    text = file.read_text()
    start = text.index("acceptance = {")
    file.write_text(text.replace(text[start : text.index("\n", start)], "", 1))
    code, out, _ = run("check", "./ge")
    (number,) = (n for n, x in enumerate(text.splitlines()) if "[0.155, 0.3" in x)
    kinds = "it must be one of full, logistic, table"
    said = f"systematics.3.up: response.acceptance: kind is missing: {kinds}"
    assert (code, out.splitlines()[0]) == (
        2,
        f"ge/experiment.toml:{number + 1}: problem: {said}",
    )
    code, _, err = run("rate", "./ge")
    assert code == 2
    said = said.replace("3", "conus-plus-threshold")
    assert err.strip().endswith(f"ge/experiment.toml: {said}")
    file.write_text(text.replace('kind = "lindhard"', 'kind = "lindhart"', 1))
    assert "kind is 'lindhart': it must be one of constant, " in run("check", "./ge")[1]


def test_a_projection(run: Run, tmp_path: Path) -> None:
    like = ("--like", "conus-plus", "--projection")
    code, out, err = run("new", "experiment", "./ge", *like)
    assert (code, err) == (0, "")
    assert "wrote ./ge (README.md, experiment.toml)" in out
    assert run("check", "./ge")[1] == "ge: no problems, no warnings\n"
    text = (tmp_path / "ge/experiment.toml").read_text()
    assert "--like conus-plus --projection" in text.splitlines()[0]
    assert "# mass of the target" in text  # each key is explained
    assert run("rate", "./ge")[0] == 0
    code, out, _ = run("limit", "./ge", "--family", "b-l", "--masses", "1,10 MeV")
    assert code == 0
    free = ("--model", "b-l", "--param", "mass=1 MeV", "--free", "coupling")
    code, out, _ = run("sensitivity", "./ge", *free, "--param", "coupling=1e-6")
    assert (code, "median" in out) == (0, True)
    code, _, err = run("new", "experiment", "./d", "--like", "danss", "--projection")
    assert (code, err.count("\n")) == (2, 1)
