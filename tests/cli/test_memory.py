"""Peaks of memory of commands with very many numbers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MEASURED = """
import resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "nuprobe", *sys.argv[2:]],
                      stdout=open(sys.argv[1], "w"))
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(done.returncode, used * (1 if sys.platform == "darwin" else 1024))
"""
MB = 1e6


def peak(output: Path, *command: str) -> float:
    """Largest memory (bytes) of a command that writes to a file."""
    found = subprocess.run(
        [sys.executable, "-c", MEASURED, str(output), *command],
        capture_output=True,
        text=True,
        check=True,
    )
    code, size = map(int, found.stdout.split())
    assert code == 0, found.stderr
    return float(size)


ELECTRON = ("xsec", "electron", "--energy", "1:1000:1000000 MeV")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "command",
    [
        ELECTRON,
        (*ELECTRON, "--json"),
        (*ELECTRON, "--json", "-o", "sigma.json"),
        (*ELECTRON, "-o", "sigma.csv"),
        (*ELECTRON[:2], "--energy", "10 MeV", "--recoil", "1:1000:1000000 keV"),
        ("xsec", "cevns", "--target", "Ar40", "--energy", "1:100:1000000 MeV"),
    ],
)
def test_a_million_energies_fit_into_memory(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert peak(tmp_path / "out.txt", *command) < 150 * MB
    written = tmp_path / (command[-1] if "-o" in command else "out.txt")
    with written.open() as lines:
        assert sum(1 for _ in lines) >= 1_000_000


@pytest.mark.nightly
def test_memory_of_tridents_does_not_grow_with_energies(tmp_path: Path) -> None:
    muons = (
        *("xsec", "trident", "--channel", "nu_mu -> nu_mu mu+ mu-"),
        *("--target", "Ar40"),
    )
    few, many = (
        peak(tmp_path / "out.txt", *muons, "--energy", f"1:100:{n} GeV")
        for n in (2000, 10000)
    )
    # five columns and what they are computed from; a million may take 0.5 GB at most
    assert many < 200 * MB
    assert (many - few) / 8000 < 400


@pytest.mark.nightly
def test_memory_of_backgrounds_does_not_grow_with_their_number(tmp_path: Path) -> None:
    few, many = (
        peak(tmp_path / "out.txt", "events", "backgrounds", "-n", str(n))
        for n in (100_000, 400_000)
    )
    assert many < 350 * MB
    assert many - few < 20 * MB
