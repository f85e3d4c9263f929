"""What the documentation shows works: commands, citations, the published schema.

The Python examples of docstrings, README.md and docs/guide are collected by pytest
itself (`testpaths`, `--doctest-modules`, `--doctest-glob`).
"""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.cli.main import cli
from nuprobe.experiments.format import ExperimentFile

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
TEXKEY = re.compile(r"(?<![\w-])[A-Z][A-Za-z-]+(?:-\d)?:(?:19|20)\d\d[a-z]{2,3}\b")


def _commands() -> list[str]:
    pages = [
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "docs" / "guide").glob("*.md")),
    ]
    found = [
        c
        for page in pages
        for c in re.findall(
            r"^\$ (nuprobe .*)$", page.read_text(encoding="utf-8"), re.M
        )
    ]
    return sorted(set(found))


def _write_shown_files(folder: Path, command: str) -> None:
    """Write what commands read: the files of Wilson coefficients that the page on
    verdicts shows, and the detector of the page on one's own."""
    sheet = ROOT / "examples" / "germanium-sheet"
    shutil.copytree(sheet, folder / "examples" / "germanium-sheet")
    if not command.startswith("nuprobe new"):
        shutil.copytree(sheet, folder / "ge")
    if command.startswith("nuprobe export"):
        _write_results(folder)
    page = (ROOT / "docs/guide/verdicts.md").read_text(encoding="utf-8")
    (one,) = re.findall(r"```json\n(.*?)```", page, re.S)
    (many,) = re.findall(r"```text\n(.*?)```", page, re.S)
    (folder / "wcxf-files").mkdir()
    (folder / "rs.json").write_text(one, encoding="utf-8")
    (folder / "wcxf-files" / "rs.json").write_text(one, encoding="utf-8")
    (folder / "scan.csv").write_text(many, encoding="utf-8")


def _write_results(folder: Path) -> None:
    """Write the results that the page on exports reads."""
    csi = nu.experiment("coherent-csi-2017")
    for typed in ("limit ccfr-trident --masses '10, 100 MeV'", f"rate {csi.name}"):
        verb, *options = shlex.split(typed)
        words = [verb, *options, "--json", "-o", str(folder / f"{verb}.json")]
        assert CliRunner().invoke(cli, words).exit_code == 0
    nu.scan(csi.cost(free=["rn"]), {"rn": np.linspace(2, 9, 9)}).save(folder / "rn.h5")


EVENTS = 'nuprobe events plot --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40'
PLANE = "nuprobe plane prospect --grid"
ALL = "nuprobe global --"
FEW = "nuprobe global " + " ".join(
    f"--without {name}"
    for name in (
        *("coherent-csi-2021", "coherent-lar-2020", "pandax-4t-8b", "xenonnt-8b"),
        "primordial-abundances",
    )
)
SMALLER: dict[str, tuple[tuple[str, str], ...]] = {
    # needs the plotting library, and makes pages for minutes
    **{
        f"nuprobe explore {words}": (("explore", "explore --help"),)
        for words in (
            "-o site",
            "coherent-csi-2021 --free rn,sin2_theta_w -o csi",
            "conus-plus --model b-l -o b-l",
            'danss --free sin2_2theta_14,dm2_41 --range "dm2_41=0.1:10 eV2" -o danss',
        )
    },
    'nuprobe events trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40'
    " --flux dune-nd-fhc -n 100000 -o many.root --workers 2": (
        ("-n 100000", "-n 100"),
        ("--workers 2", "--workers 1"),
    ),
    "nuprobe limit ./ge --family b-l --plot b-l.pdf": (
        ("--plot", '--masses "1, 10 MeV" --plot'),
    ),
    "nuprobe catalogue site public": (("site public", "check"),),
    'nuprobe cosmology decay-plane --masses "3.5:6:2 MeV" --lifetimes'
    ' "1e5:1e6:2:log" --abundance 1e-6 --quiet': (
        ("3.5:6:2 MeV", "3.5 MeV"),
        ("1e5:1e6:2:log", "1e5"),
    ),
    f'{ALL}family b-l --masses "1:1000:4:log MeV" --plot plane.pdf': (
        (ALL, f"{FEW} --"),
        ("4:log", "2:log"),
    ),
    f'{ALL}family b-l --grid "mass=1:1000 MeV:60,coupling=1e-7:1e-3:60"'
    " --scan plane.h5 --workers 2": (
        (ALL, f"{FEW} --"),
        ("MeV:60,coupling=1e-7:1e-3:60", "MeV:2,coupling=1e-7:1e-3:3"),
        (" --workers 2", ""),
    ),
    f"{ALL}model electromagnetic --free charge_radius.ee,charge_radius.mumu"
    " --plot ladder.pdf": ((ALL, f"{FEW} --without conus-plus --no-minos --"),),
    f"{ALL}model electromagnetic --param kind=majorana --free magnetic_moment.emu": (
        (ALL, f"{FEW} --"),
    ),
    "nuprobe global laboratory --model nsi --free epsilon_u.ee --cl 0.95": (
        ("--cl", "--without coherent-csi-2021 --without coherent-lar-2020 --cl"),
    ),
    "nuprobe fit best --free sin2_2theta_14,dm2_41": (("dm2_41", "dm2_41 --no-minos"),),
    "nuprobe fit coherent-csi-2017 --free rn --cl 0.9 --intervals feldman-cousins"
    " --toys 1000": (("1000", "10"),),
    "nuprobe limit conus-plus coherent-csi-2021 --family dipole-portal --masses"
    ' "0.1:60:24:log MeV" --cl 0.9 --plot portal.pdf --with-catalogue': (
        ("24:log", "2:log"),
        ("coherent-csi-2021", "coherent-csi-2017"),
    ),
    "nuprobe limit reactor-rates daya-bay-evolution"
    ' --grid "dm2_41=0.1:10 eV2:10:log"': ((":10:log", ":2:log"),),
    'nuprobe limit prospect danss --grid "dm2_41=0.2:20 eV2:20:log"': (
        (":20:log", ":2:log"),
    ),
    "nuprobe events backgrounds -n 20000": (("20000", "500"),),
    f'{EVENTS} --energy "5 GeV" --observable E_minus,E_plus -n 100000 -o plane.pdf': (
        ("100000", "2000"),
    ),
    f"{EVENTS} --flux dune-nd-fhc --observable m_pair --compare v-a -n 20000"
    " -o mass.pdf": (
        ("--flux dune-nd-fhc", "--energy 3GeV --regime coherent"),
        ("20000", "500"),
    ),
    "nuprobe sample coherent-csi-2017 --free rn --steps 1500 --plot corner.pdf"
    " --getdist rn": (
        (" --plot corner.pdf --getdist rn", " --seed 1"),
        ("1500", "1000"),
    ),
    "nuprobe reproduce": (("reproduce", "reproduce Cadeddu:2017etk"),),
    f'{PLANE} "sin2_2theta_14=0.01:1:30:log,dm2_41=0.1:20 eV2:30:log" --toys 1000'
    " --workers 2 -o plane.h5 --beside best --plot plane.pdf": (
        ("30:log", "3:log"),
        ("1000", "4"),
    ),
    f'{PLANE} "sin2_2theta_14=0.01:1:100:log,dm2_41=0.1:20 eV2:100:log" --toys 0'
    " --json": (("100:log", "9:log"),),
    "nuprobe solar current sno-2013 super-kamiokande-1 --scheme nnlo --flux free": (
        (" super-kamiokande-1", ""),
    ),
    "nuprobe fit sno-2013 gallium-2009 homestake-1998 kamland-2005 --free"
    " tan2_12,dm2_21": (("sno-2013 ", ""),),
    'nuprobe toys coherent-csi-2017 --free rn --grid "rn=2:9 fm:15" --cl 0.683'
    " --cl 0.9 --plot thresholds.png": (
        ("15", "3"),
        ("--free", "--toys 20 --free"),
    ),
    "nuprobe global boron-8 --free phi_8B --cl 0.6827": (
        ("--free", "--without xenonnt-8b --free"),
    ),
    "nuprobe fit xenonnt-8b pandax-4t-8b --analysis xenonnt-8b=flux --analysis"
    " pandax-4t-8b=flux --free phi_8B --plot flux.pdf": (
        ("fit xenonnt-8b", "fit"),
        (" --analysis xenonnt-8b=flux", ""),
    ),
    "nuprobe fit xenonnt-8b --analysis release-sr2 --free cevns_scale": (
        ("fit xenonnt-8b --analysis release-sr2", "fit pandax-4t-8b --analysis counts"),
    ),
    "nuprobe reproduce boron-8 independent-counts": (
        ("boron-8 independent-counts", "PandaX:2024muv"),
    ),
    "nuprobe reproduce electron-recoils": (
        ("electron-recoils", "published-conversions"),
    ),
    "nuprobe reproduce mediator-curves": (
        ("mediator-curves", "published-conversions"),
    ),
    'nuprobe limit xenonnt-8b --family dipole-portal --masses "1, 4, 10 MeV"'
    " --cl 0.9": (("1, 4, 10 MeV", "10 MeV"),),
    "nuprobe limit borexino-projection --set"
    """ 'flux.options.components=["pp","pep","7Be","13N","15O","8B"]'"""
    ' --family dipole-portal --masses "1, 2, 3 MeV" --cl 0.9': (
        ("1, 2, 3 MeV", "1 MeV"),
    ),
}
"""Commands that take seconds, and what of them is replaced in the default tests: fewer
events, steps, toys, points and experiments. tests/cli makes the site and the figure of
a chain, and every number of `reproduce` has a test of its own."""


def _smaller(command: str) -> str:
    for part, other in SMALLER[command]:
        assert part in command
        command = command.replace(part, other)
    return command


def _read(command: str) -> tuple[click.Command, list[str]]:
    """The verb of a command and the words after it."""
    words = shlex.split(command)[1:]
    verb: click.Command = cli
    while isinstance(verb, click.Group) and words:
        named = verb.get_command(click.Context(verb), words[0])
        if named is None:
            break
        verb, words = named, words[1:]
    return verb, words


@functools.cache
def _each_kind() -> set[str]:
    """The first command of each verb with the same options."""
    kinds: dict[tuple[int, frozenset[str]], str] = {}
    for command in _commands():
        if command not in SMALLER:
            verb, words = _read(command)
            options = frozenset(w.split("=")[0] for w in words if w.startswith("-"))
            kinds.setdefault((id(verb), options), command)
    return set(kinds.values())


def test_there_are_commands_to_check() -> None:
    assert len(_commands()) > 4
    assert set(_commands()) > set(SMALLER)
    assert len(_each_kind()) > 100


def _named(command: str) -> str:
    """An id that stays when commands are added before it."""
    start = re.sub(r"[^\w.=-]+", " ", command, flags=re.ASCII)[:60].strip()
    return f"{start} {zlib.crc32(command.encode()):08x}"


@pytest.mark.parametrize("command", sorted(set(_commands()) - _each_kind()), ids=_named)
def test_a_command_is_read(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that run at night alone."""
    monkeypatch.chdir(tmp_path)
    _write_shown_files(tmp_path, command.replace("nuprobe export", "nuprobe", 1))
    verb, words = _read(command)
    verb.make_context("nuprobe", words)


@pytest.mark.parametrize(
    "command",
    [
        *(
            pytest.param(c, marks=() if c in _each_kind() else pytest.mark.nightly)
            for c in _commands()
        ),
        *sorted(set(map(_smaller, SMALLER)) - set(_commands())),
    ],
    ids=_named,
)
def test_a_command_shown_in_the_documentation_runs(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if command.startswith("nuprobe explore") and "--help" not in command:
        pytest.importorskip("bokeh", reason="the explorer copies it")
    _write_shown_files(tmp_path, command)
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # the command line prints them, as here
        with pytest.raises(SystemExit) as end:
            main()
    shown = capsys.readouterr()
    assert end.value.code == 0, shown.err
    assert shown.out.strip() or "wrote" in shown.err


def test_every_cited_work_is_in_the_bibliography() -> None:
    suffixes = {".py", ".csv", ".toml", ".yaml", ".md"}
    files = [p for p in sorted(SRC.rglob("*")) if p.suffix in suffixes]
    cited = {
        key: path.name
        for path in files
        for key in TEXKEY.findall(path.read_text(encoding="utf-8"))
    }
    listed = set(
        re.findall(
            r"^@\w+\{(.*?),",
            (ROOT / "src/nuprobe/data/references.bib").read_text(encoding="utf-8"),
            re.M,
        )
    )
    assert {key: where for key, where in cited.items() if key not in listed} == {}


def test_the_bibliography_is_well_formed() -> None:
    text = (ROOT / "src/nuprobe/data/references.bib").read_text(encoding="utf-8")
    works = re.split(r"^(?=@)", re.sub(r"^%.*\n", "", text, flags=re.M), flags=re.M)[1:]
    keys = [re.match(r"@\w+\{(.*?),", work) for work in works]
    names = [key[1] for key in keys if key]
    assert len(names) == len(works)
    assert [name for name in names if names.count(name) > 1] == []
    assert [w.splitlines()[0] for w in works if w.count("{") != w.count("}")] == []
    # to BibTeX a line that begins with % is no comment inside a work
    raw = re.split(r"^(?=@)", text, flags=re.M)[1:]
    inside = [w[: w.rindex("}")] for w in raw]
    assert [w.splitlines()[0] for w in inside if re.search(r"^%", w, re.M)] == []


def test_the_published_schema_is_that_of_the_code() -> None:
    published = json.loads(
        (ROOT / "docs" / "experiment.schema.json").read_text(encoding="utf-8")
    )
    current = ExperimentFile.json_schema()

    # the exact wording of a schema depends on the version of pydantic, its sections and
    # keys do not
    def keys(schema: dict[str, Any]) -> dict[str, list[str]]:
        return {
            name: sorted(part.get("properties", {}))
            for name, part in {"": schema, **schema["$defs"]}.items()
        }

    assert keys(published) == keys(current)
    assert published["$id"] == current["$id"]
