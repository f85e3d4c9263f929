"""``nuprobe sample`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run, found_in

import nuprobe as nu
from nuprobe.inference import Normal, SampleResult

pytest.importorskip("emcee", reason="the extra nuprobe[sampling] is not installed")

COMMAND = ("sample", "coherent-csi-2017")
# a warning (the runs are short) goes to standard error in one line, as for a user
pytestmark = pytest.mark.filterwarnings("always::nuprobe.errors.ValidityWarning")


def test_sample_gives_what_the_library_gives_and_all_files(
    run: Run, tmp_path: Path
) -> None:
    short = (
        "--free",
        "rn",
        "--prior",
        "rn = normal:5:0.3 fm",
        "--seed",
        "4",
        "--quiet",
        "-o",
        str(tmp_path / "c.h5"),
    )
    extra = (
        "--getdist",
        str(tmp_path / "chain"),
        "--plot",
        str(tmp_path / "corner.png"),
    )
    # so short a chain has no intervals: a check failed
    code, out, _ = run(*short, "--steps", "30", *extra, "--json")
    assert code == 1
    cost = nu.experiment("coherent-csi-2017").cost(None, ["rn"])
    expected = nu.sample(
        cost, ["rn"], priors={"rn": Normal(5.0, 0.3)}, steps=30, seed=4
    )
    assert found_in(out) == expected.to_dict()
    assert np.array_equal(SampleResult.from_h5(tmp_path / "c.h5").chain, expected.chain)
    assert (tmp_path / "corner.png").stat().st_size > 10_000
    assert (
        (tmp_path / "chain.paramnames")
        .read_text()
        .startswith("rn\tR_n\\ [\\mathrm{fm}]\n")
    )

    code, _, err = run(*short, "--steps", "40")
    assert code == 2
    assert "exists already" in err
    code, out, err = run(*short, "--steps", "40", "--resume")
    assert code == 1
    assert "posterior, nuisances sampled" in out
    assert "not given" in out
    assert err.startswith("warning: ")
    assert "no interval is given" in err
    assert "--steps" in err
    assert err.count("\n") == 1
    # R_n, and the flux, signal, electrons and prompt neutrons
    assert SampleResult.from_h5(tmp_path / "c.h5").chain.shape == (32, 40, 5)


@pytest.mark.nightly
def test_a_chain_whose_parts_agree_has_intervals(run: Run) -> None:
    code, out, err = run("--free", "rn", "--steps", "1500", "--quiet", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["verdict"], found["disagreement"]) == ("converged", None)
    (region,) = found["columns"][0]["highest_density"]["0.68"]
    assert region["low"] < found["columns"][0]["median"] < region["high"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--free", "rm"), "did you mean rn?"),
        (("--free", ","), "name parameters with --free"),
        (("--free", "rn", "--prior", "rn=normal:5:0.3"), "has no unit"),
        (("--free", "rn", "--prior", "rn=normal:5 fm"), "cannot read --prior"),
        (("--free", "rn", "--prior", "rn=cauchy:5:1 fm"), "cannot read --prior"),
        (("--free", "rn", "--prior", "r=flat:5:6 fm"), "unknown parameter 'r'"),
        (
            ("--free", "rn", "--prior", "rn=flat:5:6 fm", "--prior", "rn=flat:5:6 fm"),
            "twice",
        ),
        (("--free", "rn", "--prior", "rn=flat:6:5 fm"), "lower < upper"),
        (
            ("--free", "rn", "--prior", "sin2_theta_w=normal:0.24:0.01"),
            "not a free parameter",
        ),
        (("--free", "rn", "--prior", "rn=flat:5:6 MeV"), "MeV"),
        (("--free", "rn", "--walkers", "7"), "walkers must be even"),
        (("--free", "rn", "--resume"), "resume needs"),
        (("--free", "rn", "--plot", "corner.gif"), "corner.gif"),
        (("--free", "rn", "--getdist", "missing/chain"), "cannot write"),
    ],
)
def test_bad_input_is_one_line(
    run: Run, arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_units_of_a_prior_are_converted(run: Run) -> None:
    one, two = (
        json.loads(run("--free", "rn", "--steps", "10", "--json", "--prior", text)[1])
        for text in ("rn=flat:4e-15 m:6e-15 m", "rn=flat:4:6 fm")
    )
    assert one["columns"][0]["prior"] == two["columns"][0]["prior"] == "flat [4, 6]"
