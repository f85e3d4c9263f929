"""``nuprobe events backgrounds``."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.nightly import mostly_nightly

from nuprobe.cli.events.sizes import INTERACTION
from nuprobe.cli.main import cli
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.events.assumptions import assumptions
from nuprobe.events.backgrounds import Background, blocks, compare
from nuprobe.events.backgrounds.counting import Part, counted


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
        (["--cut", "Q2 < 1 GeV2", "-n", "100"], InputError, "for tridents only"),
        (["--cut", "m_pair < 1 deg", "-n", "100"], InputError, "energy"),
        (
            ["--cut", "m_pair < 1 MeV", "-n", "100"],
            InputError,
            "'m_pair < 1 MeV' removed the last",
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


def test_what_takes_longer_than_a_day_is_asked_about() -> None:
    call = ["events", "backgrounds", "-n"]
    found = CliRunner().invoke(cli, [*call, "5e9"])
    assert isinstance(found.exception, InputError)
    assert re.fullmatch(
        r"5e\+09 interactions of each process take about 5\.8 days \(and little"
        r" memory\): ask for fewer \(-n\), or add --yes",
        str(found.exception),
    )
    # nobody waits for more than the most that is taken
    for number in ("1e12", "1e15"):
        found = CliRunner().invoke(cli, [*call, number, "--yes"])
        assert isinstance(found.exception, InputError)
        assert "from 1 to 1e+10" in str(found.exception)


def test_the_time_is_as_said() -> None:
    """Within a factor of a few: that of the machine."""
    taken = []
    for n in (100, 100, 10_000):  # the first reads tables too
        start = time.process_time()
        compare("dune-nd-fhc", "Ar40", n, cuts="m_pair < 1 GeV")
        taken.append(time.process_time() - start)
    assert 0.2 < (taken[2] - taken[1]) / 9900 / INTERACTION < 8


def test_events_are_forgotten_once_they_are_counted() -> None:
    """So memory does not grow with their number."""
    one = next(blocks("dune-nd-fhc", "Ar40", 100))
    parts: list[weakref.ref[Background]] = []
    most = 0

    class Made:
        stages = ()

        def parts(self) -> Iterator[Part]:
            nonlocal most
            for _ in range(20):
                new = one[:]
                parts.append(weakref.ref(new))
                yield Part(new, new.kind + np.intp(2), 0)
                del new
                most = max(most, sum(part() is not None for part in parts))

    found = counted(Made())  # type: ignore[arg-type]
    assert found.all.events.sum() == 20 * len(one)
    assert most <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(
    "number",
    mostly_nightly([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], [signal.SIGHUP]),
)
def test_a_stop_says_that_nothing_is_kept(
    tmp_path: Path, number: signal.Signals
) -> None:
    code = (
        "import sys\n"
        "from nuprobe.events.backgrounds.counting import Counting\n"
        "take = Counting.take\n"
        "def told(self, tally):\n"
        "    take(self, tally)\n"
        "    print('counted', file=sys.stderr, flush=True)\n"
        "Counting.take = told\n"
        "sys.argv = 'nuprobe events backgrounds -n 1e7 -o x.txt'.split()\n"
        "from nuprobe.cli.main import main\nmain()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "counted\n"
    os.killpg(process.pid, number)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + number
    said = [line for line in err.splitlines() if line != "counted"]
    assert len(said) == 1
    assert re.search(r"stopped \(.*\); none of the \d+ events is kept", said[0])
    assert os.listdir(tmp_path) == []
