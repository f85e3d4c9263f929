"""``nuprobe events backgrounds``."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from click.testing import CliRunner

from nuprobe.cli.events.sizes import INTERACTION
from nuprobe.cli.main import cli
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.events.assumptions import assumptions
from nuprobe.events.backgrounds import compare


def _run(*arguments: str) -> str:
    # before click 8.2 its runner mixes what goes to stderr into the output
    printed = io.StringIO()
    with redirect_stdout(printed):
        cli(["events", "backgrounds", *arguments], standalone_mode=False)
    return printed.getvalue()


def test_the_assumptions_are_shown_with_their_sources() -> None:
    text = _run("--show-assumptions", "--set", "kaon.br_mu_nu=0.5")
    for section, items in assumptions().raw.items():
        assert all(f"{section}.{key} " in text for key in items)
    line = next(row for row in text.splitlines() if row.startswith("kaon.br_mu_nu"))
    assert "0.5" in line
    assert "given by the user" in line
    rows = json.loads(_run("--show-assumptions", "--json"))["rows"]
    assert {"key", "value", "status", "source", "note"} == set(rows[0])


def test_counts_and_a_figure(tmp_path: Path) -> None:
    figure = tmp_path / "b.png"
    text = _run(
        "-n",
        "2000",
        "--cut",
        "extra_energy < 50 MeV",
        "--cut",
        "m_pair < 0.5 GeV",
        "--plot",
        str(figure),
        "--json",
    )
    with pytest.raises(
        InputError,
        match=r"b\.png exists already: choose another name or add --overwrite",
    ):
        _run("-n", "2000", "--plot", str(figure))
    data = json.loads(text)
    assert [s["cut"] for s in data["stages"]] == [
        "all",
        "extra_energy < 50 MeV",
        "m_pair < 0.5 GeV",
    ]
    assert (
        data["stages"][2]["signal_over_background"]
        > data["stages"][0]["signal_over_background"]
    )
    assert data["assumptions"]["pion.br_mu_nu"]["value"] == 0.999877
    published = data["published"]
    assert (published["coherent"], published["incoherent"]) == (
        237.0,
        pytest.approx(100.7),
    )
    assert published["here"] == pytest.approx([237.0, 100.7], rel=0.15)
    assert figure.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (["--set", "pion.br_munu=1"], UnknownNameError, "did you mean pion.br_mu_nu"),
        (["--set", "pion.br_mu_nu"], InputError, "key=value"),
        (["--set", "pion.br_mu_nu=-1"], InputError, "pion.br_mu_nu"),
        (["--set", "muon.decay_length=5"], InputError, "no unit"),
        (
            ["--assumptions", "missing.toml"],
            InputError,
            "cannot read the assumptions missing.toml",
        ),
        (["--cut", "Q2 < 1 GeV2", "-n", "100"], InputError, "belong to tridents"),
        (["--cut", "m_pair < 1 deg", "-n", "100"], InputError, "energy"),
        (
            ["--cut", "m_pair < 1 MeV", "-n", "100"],
            InputError,
            "'m_pair < 1 MeV' took the last",
        ),
        (
            [
                "--cut",
                "extra_energy < 1 GeV",
                "--cut",
                "E_minus > 900 TeV",
                "-n",
                "100",
            ],
            InputError,
            "'E_minus > 900 TeV'",
        ),
        (["-n", "0"], InputError, "from 1 to"),
        (["--plot", "x.gif"], InputError, ".png"),
        (["--target", "Xy3"], NuprobeError, "Xy"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], kind: type[Exception], message: str
) -> None:
    found = CliRunner().invoke(cli, ["events", "backgrounds", *arguments])
    assert isinstance(found.exception, kind)
    assert message in str(found.exception)
    assert "\n" not in str(found.exception)


def test_what_does_not_fit_into_memory_is_asked_about() -> None:
    call = ["events", "backgrounds", "-n"]
    found = CliRunner().invoke(cli, [*call, "1e12"])
    assert isinstance(found.exception, InputError)
    told = str(found.exception)
    assert re.fullmatch(
        r"1e\+12 interactions of each process need about \S+ PB of memory; \S+ \wB are"
        r" free: ask for fewer \(-n\), or add --yes",
        told,
    )
    # beyond any address space: nothing is really allocated
    found = CliRunner().invoke(cli, [*call, "1e15", "--yes"])
    assert isinstance(found.exception, InputError)
    assert "do not fit into memory" in str(found.exception)
    assert "EB of memory" in found.output


def test_the_memory_said_is_the_memory_used() -> None:
    peaks = []
    for n in (100, 2000, 8000):  # tables are read once
        tracemalloc.start()
        try:
            compare("dune-nd-fhc", "Ar40", n, cuts="m_pair < 1 GeV")
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert (peaks[2] - peaks[1]) / 6000 == pytest.approx(INTERACTION, rel=0.15)
