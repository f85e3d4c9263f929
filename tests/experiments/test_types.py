"""What type checkers see of an experiment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pytest

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import AnyExperiment, Experiment, TridentExperiment

RIGHT = """\
import nuprobe as nu
from nuprobe.experiments import Experiment, TridentExperiment

fit = nu.experiment("coherent-csi-2017").fit(nu.StandardModel(), free=["rn"])
value: float = fit["rn"].value
cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
signal: float = nu.experiment("coherent-csi-2017").predict().signal.sum()
edges = nu.experiment("coherent-csi-2017", Experiment).predict().energy_edges.size
ratio: float = nu.experiment("ccfr-trident", TridentExperiment).predict().ratio
same: Experiment = nu.experiment(nu.experiment("coherent-csi-2017", Experiment))
"""
WRONG = """\
import nuprobe as nu

nu.experiment("coherent-csi-2017").fitt(free=["rn"])
nu.experiment("coherent-csi-2017").fit(free=3)
nu.experiment(3)
"""


def types_of_an_experiment() -> None:
    """RIGHT and WRONG as mypy sees them when it checks this file: it complains about
    each line that ignores an error which is none."""
    fit = nu.experiment("coherent-csi-2017").fit(nu.StandardModel(), free=["rn"])
    assert_type(fit["rn"].value, float)
    nu.experiment("coherent-csi-2017").cost(free=["rn"])
    assert_type(
        nu.experiment("coherent-csi-2017", Experiment).predict().energy_edges.size, int
    )
    assert_type(nu.experiment("ccfr-trident", TridentExperiment).predict().ratio, float)
    one = nu.experiment("coherent-csi-2017", Experiment)
    assert_type(nu.experiment(one), Experiment)
    nu.experiment("coherent-csi-2017").fitt(free=["rn"])  # type: ignore[attr-defined]
    nu.experiment("coherent-csi-2017").fit(free=3)  # type: ignore[arg-type]
    nu.experiment(3)  # type: ignore[call-overload]


@pytest.mark.nightly
def test_a_type_checker_follows_an_experiment(tmp_path: Path) -> None:
    for name, text in (("right.py", RIGHT), ("wrong.py", WRONG)):
        (tmp_path / name).write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "right.py", "wrong.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    errors = [line for line in run.stdout.splitlines() if "error:" in line]
    assert [line.split(":")[:2] for line in errors] == [
        ["wrong.py", "3"],
        ["wrong.py", "4"],
        ["wrong.py", "5"],
    ], run.stdout


@pytest.mark.parametrize(
    ("name", "kind"),
    [("coherent-csi-2017", Experiment), ("ccfr-trident", TridentExperiment)],
)
def test_the_two_kinds_share_names_and_calls(
    name: str, kind: type[AnyExperiment]
) -> None:
    chosen = nu.experiment(name)
    assert isinstance(chosen, AnyExperiment)
    assert nu.experiment(name, kind).name == name
    assert nu.experiment(chosen) is chosen
    assert chosen.references
    rates = chosen.predict(None, chosen.analyses[0])
    assert rates.data is not None
    assert rates.signal.shape == rates.total.shape == rates.data.shape
    assert rates.to_dict()["experiment"] == rates.experiment == name
    assert chosen.prediction().parameters == chosen.cost().parameters


def test_the_other_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"ccfr-trident .*'trident'.* an Exper"):
        nu.experiment("ccfr-trident", Experiment)
    with pytest.raises(InputError, match="a trident experiment, such as"):
        nu.experiment("coherent-csi-2017", TridentExperiment)
