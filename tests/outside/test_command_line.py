"""A process of another package on the command line, without a line of nuprobe."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.outside.capture import Capture

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.processes import cross_section

Run = Callable[..., tuple[int, str, str]]
SM = nu.StandardModel()
CAPTURE = ("xsec", "capture", "--target", "Ar40")


@pytest.fixture
def run(
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nuprobe", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, captured.out, captured.err

    return call


def rows(run: Run, *arguments: str) -> list[dict[str, float]]:
    code, out, err = run(*CAPTURE, *arguments, "--json")
    assert code == 0, err
    found: list[dict[str, float]] = json.loads(out)["rows"]
    return found


def test_it_is_listed_with_its_options(run: Run) -> None:
    code, out, _ = run("list", "processes", "--json")
    assert code == 0
    listed = {row["process"]: row for row in json.loads(out)["processes"]}
    assert listed["capture"]["deposit"] == "visible energy"
    assert listed["capture"]["options"] == "g_a g_f"
    assert "capture" in run("xsec", "--help")[1]
    assert "--g-a" in run("xsec", "capture", "--help")[1]


def test_several_targets_give_rows_each(run: Run) -> None:
    found = rows(run, "--energy", "20 MeV", "--target", "Ca40")
    for row, target in zip(found, ("Ar40", "Ca40"), strict=True):
        sigma = cross_section.total(Capture(), [20.0], target, SM, "nu_e")
        assert str(row["target"]) == target
        assert row["sigma [cm2]"] == sigma[0] > 0


def test_totals_and_spectra_are_those_of_the_library(run: Run) -> None:
    energies = np.array([10.0, 20.0, 30.0])
    for arguments, process in (
        ((), Capture()),
        (("--g-a", "1.0"), Capture(g_a=1.0)),
    ):
        found = rows(run, "--energy", "10:30:3 MeV", *arguments)
        sigma = cross_section.total(process, energies, "Ar40", SM, "nu_e")
        assert (sigma > 0).all()
        np.testing.assert_array_equal([r["sigma [cm2]"] for r in found], sigma)
    found = rows(run, "--energy", "20 MeV", "--recoil", "9.5, 12 MeV")
    values = cross_section.differential(
        Capture(), 20.0, [9.5, 12.0], "Ar40", SM, "nu_e"
    )
    np.testing.assert_allclose(
        [r["dsigma/dT [cm2/MeV]"] for r in found], values, rtol=1e-14
    )


def test_means_over_a_flux_are_those_of_the_library(run: Run) -> None:
    flux = nu.flux("sns")
    (found,) = rows(run, "--flux", "sns", "--flavour", "nu_e")
    grid = np.linspace(5.01, 52.8, 4001)
    density = flux.spectrum("nu_e", grid) / flux.total("nu_e")
    sigma = cross_section.total(Capture(), grid, "Ar40", SM, "nu_e")
    assert found["sigma [cm2]"] == pytest.approx(
        float(np.trapezoid(density * sigma, grid)), rel=1e-4
    )
    (found,) = rows(run, "--flux", "sns", "--flavour", "nu_e", "--recoil", "12 MeV")
    value = cross_section.averaged(Capture(), flux, 12.0, "Ar40", SM, "nu_e")
    assert found["dsigma/dT [cm2/MeV]"] == pytest.approx(float(value), rel=1e-14)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("xsec", "captur", "--energy", "20 MeV"), "did you mean capture"),
        (("xsec", "capture", "--energy", "20 MeV"), "needs a target"),
        ((*CAPTURE, "--energy", "20 MeV", "--g-b", "1"), "No such option"),
        (
            (
                *CAPTURE,
                "--energy",
                "9 MeV",
                "--recoil",
                "1 MeV",
                "--threshold",
                "1 MeV",
            ),
            "--threshold applies to",
        ),
    ],
)
def test_what_is_wrong_is_one_line(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert words in err
