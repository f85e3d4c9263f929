"""Names that a shell completes, asked as a shell asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from nuprobe.cli.completion import VARIABLE
from nuprobe.cli.main import cli


def completed(line: str) -> list[str]:
    """What a shell offers for the last word of `line`."""
    *words, last = line.split(" ")
    shell = ShellComplete(cli, {}, "nuprobe", VARIABLE)
    return [item.value for item in shell.get_completions(words, last)]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("reprod", ["reproduce"]),
        ("fit coherent-csi", ["coherent-csi-2017", "coherent-csi-2021"]),
        ("rate conus-plus --model lmu", ["lmu-ltau"]),
        ("limit ccfr-tri", ["ccfr-trident"]),
        ("limit ccfr-trident --family le-", ["le-lmu", "le-ltau"]),
        ("xsec cevns --target natural", []),
        ("xsec cevns --target Ar4", ["Ar40"]),
        ("xsec cevns --target Ar40 --flux dune", ["dune-nd-fhc", "dune-nd-rhc"]),
        ("form-factors Fe5", ["Fe54", "Fe56", "Fe57", "Fe58"]),
        ("fit coherent-csi-2017 --free r", ["rn", "rn_cs", "rn_i"]),
        ("fit coherent-csi-2017 --free rn,sin2", ["rn,sin2_theta_w"]),
        ("rate conus-plus --model light-vector --param m", None),
        ("catalogue show trident.mumu.ratio/CCFR", ["trident.mumu.ratio/CCFR-1991"]),
        ("reproduce Cadeddu:2017", ["Cadeddu:2017etk"]),
        ("solar probability --model B16-G", ["B16-GS98"]),
        ("fit no-such --free r", []),
    ],
)
def test_names(line: str, offered: list[str] | None) -> None:
    found = completed(line)
    if offered is None:
        assert {"mass=", "mixing="} <= set(found)
    else:
        assert found == offered


def test_parameters_follow_the_model() -> None:
    line = "fit coherent-csi-2017 --model electromagnetic --free charge_radius.e"
    assert "charge_radius.ee" in completed(line)
    assert completed("fit coherent-csi-2017 --free charge_radius.e") == []


@pytest.mark.parametrize("line", ["rate ./", "xsec cevns --target Ar40 --flux ./"])
def test_folders(line: str) -> None:
    *words, last = line.split(" ")
    shell = ShellComplete(cli, {}, "nuprobe", VARIABLE)
    assert [item.type for item in shell.get_completions(words, last)] == ["dir"]


def commands(group: click.Group, path: str = "") -> list[tuple[str, click.Command]]:
    """Every command with its path."""
    found = []
    for name in group.list_commands(context := click.Context(group)):
        one = group.get_command(context, name)
        assert one is not None
        here = f"{path} {name}".strip()
        found += commands(one, here) if isinstance(one, click.Group) else [(here, one)]
    return found


def test_no_completion_fails() -> None:
    for path, one in commands(cli):
        context = click.Context(one, info_name=path)
        for parameter in one.params:
            items = parameter.shell_complete(context, "\N{BLACK STAR}")
            assert all(item.type != "plain" for item in items), (path, parameter.name)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert f"{VARIABLE}={shell}_complete" in result.stdout


def test_as_bash_asks() -> None:
    words = "nuprobe rate conus-p"
    asked = {
        **os.environ,
        VARIABLE: "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": "2",
    }
    script = Path(sys.executable).parent / "nuprobe"
    done = subprocess.run(
        [script], env=asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["plain,conus-plus"]
    assert done.stderr == ""


@pytest.mark.parametrize("group", ["", "xsec", "catalogue", "cosmology"])
def test_a_group_alone_prints_its_help(
    group: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuprobe.cli.main import main

    monkeypatch.setattr("sys.argv", ["nuprobe", *group.split()])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 0
    out, err = capsys.readouterr()
    assert "Commands:" in out
    assert err == ""
