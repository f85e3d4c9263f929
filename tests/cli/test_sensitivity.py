"""``nuprobe sensitivity``: beams of several energies against limits by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

import nuprobe as nu

COMMAND = ("sensitivity",)


def test_couplings_are_those_that_move_the_ratio(run: Run, tmp_path: Path) -> None:
    options = ("--energy", "2, 20 GeV", "--target", "Fe56", "--accuracy", "0.1")
    figure = tmp_path / "beams.png"
    more = ("--masses", "10, 1e3 MeV", "--plot", str(figure), "--json")
    code, out, _ = run(*options, *more)
    assert code == 0
    assert figure.stat().st_size > 1e4
    curves = {c["label"]: c for c in json.loads(out)["curves"]}
    for label, energy in (("2-gev", 2e3), ("20-gev", 20e3)):
        g = curves[label]["coupling"][0]
        model = nu.LMuLTau(mass=10.0, coupling=g)
        channel = "nu_mu -> nu_mu mu+ mu-"
        ratio = nu.trident.total(energy, channel, "Fe56", model, "coherent")
        ratio = ratio / nu.trident.total(energy, channel, "Fe56", regime="coherent")
        assert ratio == pytest.approx(1 + 1.959964 * 0.1, rel=1e-3)
    # the talk: lower energies see lighter bosons better
    assert curves["2-gev"]["coupling"][0] < curves["20-gev"]["coupling"][0]


def test_mistakes(run: Run) -> None:
    for options in (("--accuracy", "0"), ("--energy", "0.1 GeV"), ("--target", "X")):
        code, _, err = run(*options)
        assert code == 2
        assert "Traceback" not in err


LAR = ("coherent-lar-2020", "--analysis", "published", "--free", "cevns_scale")


def test_expected_limit_of_an_experiment(
    run: Run,
    tmp_path: Path,
) -> None:
    figure = tmp_path / "limit.png"
    more = ("--toys", "20", "--cl", "0.9", "--plot", str(figure), "--json")
    code, out, _ = run(*LAR, *more)
    found = json.loads(out)
    assert code == 0
    assert figure.stat().st_size > 5e3
    assert found["expected"]["median"] == pytest.approx(0.513, rel=1e-3)
    assert found["number"] == 20
    code, out, _ = run(*LAR)
    assert (code, "median" in out, "by toys" in out) == (0, True, False)


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (("--free", "rn"), "require an experiment"),
        (("coherent-lar-2020",), "nothing to fit"),
        ((*LAR, "--energy", "1 GeV"), "--energy applies to trident beams"),
        (("coherent-lar-2020", "--free", "nothing"), "nothing"),
    ],
)
def test_experiment_and_beams_do_not_mix(
    line: tuple[str, ...],
    part: str,
    run: Run,
) -> None:
    code, out, err = run(*line)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert part in err
