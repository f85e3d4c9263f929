"""Options given twice: rows for each value or a refusal, never the last value."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.cli.options import Command
from nuprobe.cli.xsec.process import process_command
from nuprobe.errors import InputError
from nuprobe.units import GeV

KEYS = {
    "params": ("mass=1", "mass=2"),
    "changes": ("a.b=1", "a.b=2"),
    "flux_option": ("model=1", "model=2"),
    "analyses": ("ccfr-trident=a", "ccfr-trident=b"),
    "ranges": ("E_minus=0 GeV:1 GeV", "E_minus=0 GeV:2 GeV"),
    "priors": ("rn=flat:1 fm:2 fm", "rn=flat:1 fm:3 fm"),
    "truth": ("rn=4", "rn=5"),
    "varied": ("x=v-a", "x=sm"),
    "compared": ("x=v-a", "x=sm"),
    "bins": ("energy=6,14,30", "energy=6:30:3"),
    "parts": ("dm2_41=1:2 eV2", "dm2_41=1:3 eV2"),
    "at": ("tan2_12=0.4", "tan2_12=0.5"),
    "styles": ("linewidth=1", "linewidth=2"),
    "moment": ("ee=1e-11", "ee=2e-11"),
}
"""Repeatable options that give a key a value: two values of one key."""

LISTS = {
    "measured", "published",
    "beside", "marks", "methods",
    "channel", "channels", "target_text", "flux_name", "flavour", "model", "cuts",
    "labels", "pages",
    "observables", "without", "cl", "names", "isotopes", "density", "temperature",
}  # fmt: skip
"""Repeatable options whose values all count."""


def commands(
    node: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands that are no groups, with their names."""
    if not isinstance(node, click.Group):
        yield path, node
        return
    context = click.Context(node)
    for name in node.list_commands(context):
        below = node.get_command(context, name)
        assert below is not None
        yield from commands(below, (*path, name))


# the command of every process that has none of its own
EVERY = {**dict(commands()), ("xsec", "NAME"): process_command("cevns")}


def test_the_walk_finds_the_commands() -> None:
    assert {("fit",), ("xsec", "trident"), ("events", "plot")} <= {*EVERY}


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_no_option_given_twice_answers_for_the_last(path: tuple[str, ...]) -> None:
    command = EVERY[path]
    assert isinstance(command, Command), "decorate it with nuprobe.cli.options.command"
    for option in command.params:
        if not isinstance(option, click.Option) or option.is_flag or option.count:
            continue
        if option.multiple:
            assert option.name in LISTS | {*KEYS}, option.name
            continue
        flag = max(option.opts, key=len)
        with pytest.raises(InputError, match=rf"{flag} is given 2 times"):
            command.make_context(path[-1], [flag, "1", flag, "2"])


def test_opposite_flags_are_refused() -> None:
    command = EVERY["events", "plot"]
    with pytest.raises(InputError, match="--progress is given 2 times"):
        command.make_context("plot", ["--progress", "--no-progress"])


def test_a_flag_given_twice_says_the_same(run: Run) -> None:
    code, out, _ = run("list", "models", "--json", "--json")
    assert code == 0
    assert json.loads(out)


@pytest.mark.parametrize(
    "line",
    [
        ("xsec", "cevns", "--target", "Ar40", "--energy", "5", "--param"),
        ("rate", "coherent-csi-2017", "--set"),
        ("xsec", "cevns", "--target", "Ar40", "--flux", "sns", "--flux-option"),
        ("limit", "ccfr-trident", "--analysis"),
        ("sample", "coherent-csi-2017", "--free", "rn", "--quiet", "--prior"),
        ("rate", "coherent-csi-2017", "--bins"),
        ("precession", "--kind", "dirac", "--moment"),
        ("export", "likelihood", "best", "--free", "sin2_2theta_14,dm2_41", "--range"),
    ],
)  # fmt: skip
def test_a_key_has_one_value(run: Run, line: tuple[str, ...]) -> None:
    names = {"--param": "params", "--set": "changes", "--flux-option": "flux_option",
             "--analysis": "analyses", "--prior": "priors", "--bins": "bins",
             "--moment": "moment", "--range": "parts"}  # fmt: skip
    first, second = KEYS[names[line[-1]]]
    code, _, err = run(*line, first, line[-1], second)
    assert code == 2
    assert "twice" in err or "once" in err
    assert err.count("\n") == 1


def test_events_take_one_range_and_one_name() -> None:
    from nuprobe.cli.events.specs import HistogramSpec
    from nuprobe.cli.variations import variations

    spec = HistogramSpec((), None, KEYS["ranges"], (), 1, 1, None, None)
    with pytest.raises(InputError, match="E_minus twice"):
        spec.limits()
    with pytest.raises(InputError, match="two models are called 'x'"):
        variations(KEYS["varied"])


@pytest.mark.filterwarnings("always::nuprobe.errors.ValidityWarning")
def test_what_channels_share_is_said_once(run: Run) -> None:
    tau = ("nu_e -> nu_tau tau+ e-", "nu_tau -> nu_e e+ tau-")
    options = [word for one in tau for word in ("--channel", one)]
    typed = ("xsec", "trident", *options, "--target", "Ar40", "--energy", "3 GeV")
    code, out, err = run(*typed)
    assert code == 0
    (warning,) = err.splitlines()
    assert tau[0] in warning
    assert warning.endswith(f"(and so: {tau[1]})")
    assert "\non Ar40, all, per nucleus\n" in out
    assert out.count("form factor of Ar40") == 1
    assert out.count("couplings of sm") == 1


def test_channels_and_targets_give_rows_each(run: Run) -> None:
    channels = ("nu_mu -> nu_mu mu+ mu-", "nu_e -> nu_e e+ e-")
    targets = ("Ar40", "Fe56")
    code, out, _ = run(
        "xsec", "trident", "--energy", "10 GeV", "--json",
        *(a for c in channels for a in ("--channel", c)),
        *(a for t in targets for a in ("--target", t)),
    )  # fmt: skip
    assert code == 0
    rows = json.loads(out)["rows"]
    assert [(r["channel"], r["target"]) for r in rows] == [
        (c, t) for c in channels for t in targets
    ]
    for row in rows:
        expected = nu.trident.total(
            10 * GeV, row["channel"], row["target"], nu.StandardModel(), regime="all"
        )
        assert row["sigma [cm2]"] == pytest.approx(float(expected), rel=1e-12)


def test_models_and_flavours_give_rows_each(run: Run) -> None:
    code, out, _ = run(
        "xsec", "cevns", "--target", "Ar40", "--energy", "30 MeV", "--json",
        "--model", "sm", "--model", "sm-radiative",
        "--flavour", "nu_e", "--flavour", "nu_mu",
    )  # fmt: skip
    assert code == 0
    table = json.loads(out)
    models = {
        "sm": nu.StandardModel(),
        "sm-radiative": nu.StandardModel(scheme="radiative"),
    }
    rows = table["rows"]
    assert len(rows) == 4
    for row in rows:
        expected = nu.cevns.total(
            30.0, nu.target("Ar40"), models[row["model"]], row["flavour"]
        )
        assert row["sigma [cm2]"] == pytest.approx(float(expected), rel=1e-12)
    assert any(note.startswith("nu_e, sm-radiative: CEvNS") for note in table["notes"])


def test_fluxes_and_targets_of_electrons_give_rows_each(run: Run) -> None:
    code, out, _ = run(
        "xsec", "electron", "--flux", "sns", "--flux", "reactor", "--target", "Xe",
        "--target", "Ge", "--json",
    )  # fmt: skip
    assert code == 0
    table = json.loads(out)
    rows = table["rows"]
    assert {(r["flux"], r["target"]) for r in rows} == {
        (f, t) for f in ("sns", "reactor") for t in ("Xe", "Ge")
    }
    # their neutrinos are counted per proton and per fission: each has its column
    assert {c for c in rows[0] if c.startswith("neutrinos")} == {
        "neutrinos [in 4 pi per proton on target]",
        "neutrinos [in 4 pi per fission]",
    }


def test_a_file_of_commas_is_csv(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sigma.csv"
    asked = ("xsec", "cevns", "--target", "Ar40", "--target", "Xe", "--energy")
    assert run(*asked, "10, 30 MeV", "-o", str(path))[0] == 0
    _, out, _ = run(*asked, "10, 30 MeV", "--json")
    rows = [row for row in path.read_text().splitlines() if row[0] != "#"]
    found = [*csv.DictReader(rows)]
    wanted = json.loads(out)["rows"]
    assert [float(r["sigma [cm2]"]) for r in found] == [
        r["sigma [cm2]"] for r in wanted
    ]
    assert [r["target"] for r in found] == ["Ar40", "Ar40", "Xe", "Xe"]
    code, _, err = run(*asked, "30 MeV", "--json", "-o", str(tmp_path / "new.csv"))
    assert (code, (tmp_path / "new.csv").exists()) == (2, False)
    assert "drop --json" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "Ar40"), "--target Ar40 is given twice"),
        (
            ("--model", "sm", "--model", "light-vector", "--param", "mass=1"),
            "--param works with a single model, and 2 are given",
        ),
    ],
)
def test_what_belongs_to_one_value_is_refused(
    run: Run, options: tuple[str, ...], words: str
) -> None:
    code, _, err = run(
        "xsec", "cevns", "--target", "Ar40", "--energy", "30 MeV", *options
    )
    assert code == 2
    assert words in err
    assert err.count("\n") == 1


def test_channels_are_drawn_together_and_targets_apart(
    run: Run, tmp_path: Path
) -> None:
    figure = tmp_path / "channels.svg"
    two = (
        *("--channel", "nu_mu -> nu_mu mu+ mu-", "--channel", "nu_mu -> nu_e e+ mu-"),
        *("--energy", "10, 20 GeV", "--regime", "coherent", "--plot", str(figure)),
    )
    code, _, err = run("xsec", "trident", *two, "--target", "Ar40")
    assert (code, err) == (0, "")
    assert figure.stat().st_size > 10_000
    code, _, err = run(
        "xsec", "trident", *two, "--target", "Ar40", "--target", "Fe56", "--overwrite"
    )
    assert code == 2
    assert err.count("\n") == 1


def test_a_figure_of_several_is_refused_where_it_draws_one(run: Run) -> None:
    several = ("--flavour", "nu_e", "--flavour", "nu_mu", "--plot", "a.png")
    for command in (
        ("electron", "--energy", "3 MeV"),
        ("cevns", "--target", "Ar40", "--flux", "sns"),
    ):
        code, _, err = run("xsec", *command, *several)
        assert (code, err.count("\n")) == (2, 1)
        assert "--plot draws one flavour" in err
