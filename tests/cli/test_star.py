"""``nuprobe star``: tip, emission, and the tip in the other verbs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run


def test_tip(run: Run) -> None:
    code, out, _ = run("star", "tip", "--json")
    assert code == 0
    rows = json.loads(out)["rows"]
    found = [f"{r['mu_nu below [mu_B]'] * 1e12:.2f}" for r in rows]
    assert found == ["4.47", "2.58", "4.22", "4.00"]
    assert [r["published [mu_B]"] for r in rows][:2] == [4.5e-12, 2.6e-12]
    code, out, _ = run("star", "tip", "--moment", "3e-12", "--statistic", "bayes")
    assert code == 0
    assert "M_I = -4.305 mag" in out
    assert "omega Centauri" in out


def test_another_cluster(run: Run) -> None:
    # wanted brightening: 0.11 + 1.96 sqrt(0.05² + 0.03²) = 0.2243 mag
    code, out, _ = run("star", "tip", "--json", "--observed", "-4.1 +- 0.05",
                       "--theory", "-3.99 +- 0.03")  # fmt: skip
    assert code == 0
    row = json.loads(out)["rows"][0]
    mu = row["mu_nu below [mu_B]"] * 1e12
    bright = 0.23 * ((mu**2 + 0.64) ** 0.5 - 0.8 - 0.18 * mu**1.5)
    assert bright == pytest.approx(0.22429, abs=1e-4)
    assert row["published [mu_B]"] == "-"


def test_emission(run: Run) -> None:
    code, out, _ = run("star", "emission", "--json")
    assert code == 0
    shell, core = json.loads(out)["rows"]
    assert core["weak [erg/g/s]"] == pytest.approx(30.26, rel=1e-3)
    assert shell["moment/weak"] == pytest.approx(0.418, rel=1e-3)


def test_figures(run: Run, tmp_path: Path) -> None:
    for verb in ("tip", "emission"):
        path = tmp_path / f"{verb}.png"
        assert run("star", verb, "--plot", str(path))[0] == 0
        assert path.stat().st_size > 10_000


def test_rate(run: Run) -> None:
    code, out, _ = run("rate", "m5-tip", "--json")
    assert code == 0
    assert json.loads(out)["predicted"] == [-3.99]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tip", "--moment", "-1e-12"), "cannot be negative"),
        (("tip", "--moment", "2e-11"), "from 0 to 9e-12"),
        (("tip", "--cl", "0.9"), "needs a --statistic"),
        (("tip", "--observed", "-4.1"), "a magnitude and its error"),
        (("tip", "--observed", "nan +- 0.1"), "observed must be one finite number"),
        (("tip", "--theory", "-4 +- -0.1"), "cannot be negative"),
        (("tip", "--statistic", "bayes", "--cl", "2"), "between 0 and 1"),
        (("emission", "--density", "1"), "between 200 and 2e+12"),
        (("emission", "--temperature", "1e12"), "between 1e+07 and 1e+10"),
        (("emission", "--moment", "-1"), "cannot be negative"),
    ],
)
def test_bad_input(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = run("star", *arguments)
    assert code == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1
