"""Nothing existing is replaced without ``--overwrite``: every way in which a command
writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest
from tests.cli.test_repeated import EVERY
from tests.command_line import Run

import nuprobe.catalogue
from nuprobe.data import Release, fetch

LIBRARY = Path(nuprobe.catalogue.__file__).parent / "library"

INPUTS = {
    "model_file", "wcxf", "file", "references", "library", "source", "cache", "points",
    "density", "curve", "files",
}  # fmt: skip
"""Paths that are read, and the cache of releases, of which nothing is replaced."""

CEVNS = ("xsec", "cevns", "--target", "Ar40", "--energy", "30 MeV")
ELECTRON = ("xsec", "electron", "--energy", "3 MeV")
TRIDENT = (
    "xsec", "trident", "--channel", "nu_mu -> nu_mu mu+ mu-", "--target", "Ar40",
    "--energy", "10 GeV",
)  # fmt: skip
EVENTS = (
    "--channel",
    "nu_mu -> nu_mu mu+ mu-",
    "--target",
    "Ar40",
    "--energy",
    "5 GeV",
)
FIT = ("fit", "coherent-csi-2017", "--free", "rn")
SCAN = ("scan", "coherent-csi-2017", "--grid", "rn=4:6 fm:4", "--quiet")
SAMPLE = ("sample", "coherent-csi-2017", "--free", "rn", "--steps", "5", "--quiet")
TOYS = ("toys", "coherent-csi-2017", "--free", "rn", "--toys", "5", "--quiet")
PLANE = (
    *("plane", "danss", "--grid", "sin2_2theta_14=0.1:0.3:2,dm2_41=1:2 eV2:2"),
    *("--toys", "5", "--quiet"),
)
LIMIT = ("limit", "ccfr-trident", "--grid", "mass=1:10 GeV:2,coupling=1e-3:1:5")
GLOBAL = ("global", "laboratory", "--free", "sin2_theta_w")
MEDIATOR = (
    *("global", "laboratory", "--family", "lmu-ltau"),
    *("--grid", "mass=1:10 GeV:2,coupling=1e-3:1:5"),
)
BACKGROUNDS = ("events", "backgrounds", "-n", "100")

PRECESSION = (
    *("precession", "--moment", "1e-11", "--field", "50 kG", "--energy", "10 MeV"),
)
SOLAR = ("sno-2013", "--scheme", "relative")
BOLTZMANN = (
    *("cosmology", "table", "class", "--omega-b-grid", "0.02:0.03:2"),
    *("--n-eff-grid", "3:4:2"),
)
DECAY = (
    *("cosmology", "decay", "--mass", "4 MeV", "--lifetime", "1e5 s"),
    *("--abundance", "1e-4"),
)
DECAYS = (
    *("cosmology", "decay-plane", "--masses", "3.5:4:2 MeV", "--abundance", "1e-6"),
    *("--lifetimes", "1e5:1e6:2:log", "--quiet"),
)
SUMMARY = ("cosmology", "summary", "emu", "m5-tip")
MATCH = ("match", "--mass", "3 TeV", "--g-nu", "0.6", "--g-left", "0.6")

WRITERS: dict[tuple[tuple[str, ...], str], tuple[tuple[str, ...], str]] = {
    (("check",), "output"): (("check", ".", "-o"), "a.txt"),
    (("new", "experiment"), "folder"): (
        ("new", "experiment", "--like", "conus-plus"),
        "folder",
    ),
    (("new", "flux"), "folder"): (("new", "flux", "--like", "sns"), "folder"),
    (("list",), "output"): (("list", "models", "-o"), "a.txt"),
    (("xsec", "cevns"), "output"): ((*CEVNS, "-o"), "a.txt"),
    (("xsec", "cevns"), "plot"): ((*CEVNS, "--plot"), "a.png"),
    (("xsec", "electron"), "output"): ((*ELECTRON, "-o"), "a.txt"),
    (("xsec", "electron"), "plot"): ((*ELECTRON, "--plot"), "a.png"),
    (("xsec", "trident"), "output"): ((*TRIDENT, "-o"), "a.txt"),
    (("xsec", "trident"), "plot"): ((*TRIDENT, "--plot"), "a.png"),
    **{
        (("majorana", name), what): (("majorana", name, *more, flag), file)
        for name, more in (
            ("decay", ("--mass", "1 GeV")),
            ("double-beta", ()),
            ("relic", ()),
        )
        for what, flag, file in (("output", "-o", "a.txt"), ("plot", "--plot", "a.png"))
    },
    (("xsec", "yields"), "output"): (("xsec", "yields", "-o"), "a.txt"),
    (("rate",), "output"): (("rate", "coherent-csi-2017", "-o"), "a.txt"),
    (("rate",), "plot"): (("rate", "coherent-csi-2017", "--plot"), "a.png"),
    (("fit",), "output"): ((*FIT, "-o"), "a.txt"),
    (("fit",), "plot"): ((*FIT, "--plot"), "a.png"),
    (("fit",), "checkpoint"): (
        (*FIT, "--intervals", "cls", "--toys", "10", "--checkpoint"),
        "a.h5",
    ),
    (("scan",), "output"): ((*SCAN, "-o"), "a.h5"),
    (("scan",), "plot"): ((*SCAN, "-o", "new.h5", "--plot"), "a.png"),
    (("sample",), "output"): ((*SAMPLE, "-o"), "a.h5"),
    (("sample",), "plot"): ((*SAMPLE, "--plot"), "a.png"),
    (("sample",), "getdist"): ((*SAMPLE, "--getdist"), "a"),
    (("toys",), "output"): ((*TOYS, "-o"), "a.h5"),
    (("toys",), "plot"): ((*TOYS, "--grid", "rn=5:6 fm:2", "--plot"), "a.png"),
    (("plane",), "output"): ((*PLANE, "-o"), "a.h5"),
    (("plane",), "plot"): ((*PLANE, "--plot"), "a.png"),
    (("global",), "output"): ((*GLOBAL, "-o"), "a.txt"),
    (("global",), "plot"): ((*GLOBAL, "--plot"), "a.png"),
    (("global",), "scan_file"): ((*MEDIATOR, "--scan"), "a.h5"),
    (("limit",), "output"): ((*LIMIT, "-o"), "a.txt"),
    (("limit",), "scan_file"): ((*LIMIT, "--scan"), "a.h5"),
    (("limit",), "checkpoint"): ((*LIMIT, "--checkpoint"), "a.h5"),
    (("limit",), "plot"): ((*LIMIT, "--plot"), "a.png"),
    (("export", "csv"), "output"): (("export", "csv", "rate.json", "-o"), "a.csv"),
    (("export", "latex"), "output"): (
        ("export", "latex", "rate.json", "-o"),
        "a.tex",
    ),
    (("export", "hepdata"), "output"): (
        ("export", "hepdata", "rate.json", "-o"),
        "a.zip",
    ),
    (("export", "pyhf"), "output"): (
        ("export", "pyhf", "texono-ge-projection", "--free", "sin2_theta_w", "-o"),
        "b.json",
    ),
    (("export", "hs3"), "output"): (
        ("export", "hs3", "texono-ge-projection", "--free", "sin2_theta_w", "-o"),
        "c.json",
    ),
    (("export", "likelihood"), "output"): (
        ("export", "likelihood", "conus-plus", "--free", "sin2_theta_w", "-o"),
        "a.json",
    ),
    (("reproduce",), "output"): (("reproduce", "COHERENT:2020iec", "-o"), "a.txt"),
    (("events", "backgrounds"), "output"): ((*BACKGROUNDS, "-o"), "a.txt"),
    (("events", "backgrounds"), "plot"): ((*BACKGROUNDS, "--plot"), "a.png"),
    (("events", "plot"), "output"): (("events", "plot", *EVENTS, "-o"), "a.png"),
    (("events", "trident"), "output"): (
        ("events", "trident", *EVENTS, "-n", "10", "-o"),
        "a.hepmc3",
    ),
    (("catalogue", "check"), "output"): (("catalogue", "check", "-o"), "a.txt"),
    (("catalogue", "export"), "output"): (
        ("catalogue", "export", "csv", "-o"),
        "a.csv",
    ),
    (("catalogue", "list"), "output"): (("catalogue", "list", "-o"), "a.txt"),
    (("catalogue", "plot"), "path"): (("catalogue", "plot", "charge-radii"), "a.png"),
    (("catalogue", "search"), "output"): (
        ("catalogue", "search", "reactor", "-o"),
        "a.txt",
    ),
    (("catalogue", "show"), "output"): (
        ("catalogue", "show", "trident.mumu.ratio/CCFR-1991", "-o"),
        "a.txt",
    ),
    (("catalogue", "site"), "folder"): (("catalogue", "site"), "folder"),
    **{
        (("solar", verb), option): (
            ("solar", verb, *line, f"--{option}"),
            "a.png" if option == "plot" else "a.txt",
        )
        for verb, line in (
            ("probability", ("--energy", "1:2:2 MeV")),
            ("plane", (*SOLAR, "--grid", "tan2_12=0.4:0.5:2,dm2_21=7e-5:8e-5 eV2:2")),
            ("current", SOLAR),
        )
        for option in ("output", "plot")
        if (verb, option) != ("current", "plot")
    },
    (("explore",), "folder"): (("explore", "--page", "weak-angle", "-o"), "folder"),
    (("schema",), "output"): (("schema", "-o"), "a.json"),
    (("data", "list"), "output"): (("data", "list", "-o"), "a.txt"),
    (("demo",), "output"): (("demo", "--quiet", "-o"), "folder"),
    (("xsec", "NAME"), "output"): ((*CEVNS, "-o"), "a.txt"),
    **{
        (("xsec", name), "output"): (
            ("xsec", name, "--energy", "10 MeV", "--flavour", flavour, "-o"),
            "a.txt",
        )
        for name, flavour in (
            *(("ibd", "nubar_e"), ("carbon-cc", "nu_e"), ("carbon-nc", "nu_mu")),
            *(("deuteron-cc", "nu_e"), ("deuteron-nc", "nu_mu")),
            *(("deuteron", "nu_e"), ("carbon", "nu_e")),
        )
    },
    **{
        (("xsec", name), "plot"): (
            ("xsec", name, "--energy", "10 MeV", "--plot"),
            "a.png",
        )
        for name in ("deuteron", "carbon", "ibd")
    },
    **{
        (tuple(line[:words]), name): ((*line, option), path)
        for words, line in (
            (1, ("form-factors", "Ar40")),
            (1, ("gap", "--mass", "10 MeV")),
            (1, PRECESSION),
            (2, ("cosmology", "abundances")),
            (2, ("cosmology", "neff")),
            (2, ("cosmology", "plasma", "--temperature", "1:2:2 MeV")),
            (2, ("cosmology", "potential")),
            (2, ("star", "tip")),
            (2, ("star", "emission")),
            (2, ("cosmology", "decoupling", "--moments", "1e-10:1e-9:2:log")),
            (2, DECAY),
            (2, ("cosmology", "contour", "emu", "etau", "--nodes", "2")),
            (1, ("sensitivity", "--energy", "1 GeV", "--masses", "10, 20 MeV")),
            (2, ("xsec", "asymptotics", "--energy", "10 GeV")),
            (2, ("xsec", "bump")),
            (2, ("xsec", "levels", "--energy", "10 MeV")),
            (2, ("xsec", "charged", "--energy", "10 MeV", "--channel", "ibd")),
        )
        for name, option, path in (
            ("output", "-o", "a.txt"),
            ("plot", "--plot", "a.png"),
        )
    },
    (("cosmology", "decay-plane"), "output"): ((*DECAYS, "-o"), "a.json"),
    (("cosmology", "decay-plane"), "plot"): ((*DECAYS, "--plot"), "a.png"),
    (("cosmology", "summary"), "output"): ((*SUMMARY, "-o"), "a.txt"),
    (("cosmology", "summary"), "plot"): ((*SUMMARY, "--plot"), "a.png"),
    (("cosmology", "table"), "output"): ((*BOLTZMANN, "-o"), "a.dat"),
    (("match",), "output"): ((*MATCH, "-o"), "a.txt"),
    (("plot",), "output"): (("plot", "x.h5", "-o"), "a.png"),
    (("reproduce",), "plot"): (
        ("reproduce", "--study", "standard-moments", "--plot"),
        "a.png",
    ),
}  # fmt: skip
"""Command and name of what it writes → a command line, and the path at its end."""

MADE = {"a": "a.ranges", "folder": "folder/precious.txt"}
"""What lies there already, where it is not the path itself."""


def test_every_path_of_every_command_is_tried() -> None:
    found = {
        (path, parameter.name)
        for path, command in EVERY.items()
        for parameter in command.params
        if isinstance(parameter.type, click.Path) and parameter.name not in INPUTS
    }
    assert found == {*WRITERS}


@pytest.mark.parametrize(
    "what", WRITERS, ids=lambda what: f"{' '.join(what[0])} {what[1]}"
)
def test_what_is_there_stays(
    what: tuple[tuple[str, ...], str],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    line, path = WRITERS[what]
    precious = tmp_path / MADE.get(path, path)
    precious.parent.mkdir(exist_ok=True)
    precious.write_bytes(b"precious")
    code, out, err = run(*line, path)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "--overwrite" in err
    assert precious.read_bytes() == b"precious"
    # and nothing else was left
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [precious]


def test_overwrite_replaces(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(LIBRARY / "deuteron", tmp_path / "few" / "deuteron")
    for what, *more in (
        ((("xsec", "cevns"), "plot"),),
        ((("scan",), "output"),),
        ((("catalogue", "site"), "folder"), "--library", "few"),
    ):
        line, path = WRITERS[what]
        for _ in range(2):
            code, _, err = run(*line, path, "--overwrite", *more)
            assert code == 0, err


def test_a_chain_gone_on_with_replaces_no_figure(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*SCAN, "-o", "a.h5", "--plot", "a.png")[0] == 0
    before = (tmp_path / "a.png").read_bytes()
    code, _, err = run(*SCAN, "-o", "a.h5", "--plot", "a.png", "--resume")
    assert code == 2
    assert "a.png exists already: choose another name or add --overwrite" in err
    assert (tmp_path / "a.png").read_bytes() == before
    # which, beside --resume, does not begin the chain anew
    both = ("--resume", "--overwrite")
    (tmp_path / "a.png").write_bytes(b"old")
    whole = (tmp_path / "a.h5").read_bytes()
    assert run(*SCAN, "-o", "a.h5", "--plot", "a.png", *both)[0] == 0
    assert (tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "a.h5").read_bytes() == whole
    assert run(*SCAN, "-o", "a.h5", "--plot", "b.png", "--resume")[0] == 0


def test_figures_of_several_sites_are_all_checked_first(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names are made from that of ``--plot``."""
    from nuprobe.cli import rate
    from nuprobe.experiments import SiteRates, experiment

    monkeypatch.chdir(tmp_path)
    csi = experiment("coherent-csi-2017")
    rates = csi.predict()
    both = SiteRates.__new__(SiteRates)
    for name, value in (
        *(("experiment", rates.experiment), ("analysis", rates.analysis)),
        ("sites", {"near": rates, "far": rates}),
    ):
        object.__setattr__(both, name, value)
    monkeypatch.setattr(type(csi), "predict", lambda *_: both)
    (tmp_path / "a-far.png").write_bytes(b"precious")
    code, _, err = run("rate", "coherent-csi-2017", "--plot", "a.png")
    assert code == 2
    assert "a-far.png exists already" in err
    assert [p.name for p in tmp_path.iterdir()] == ["a-far.png"]
    assert rate.__name__


def test_a_file_in_the_cache_is_kept_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    import nuprobe.data

    source = tmp_path / "from"
    source.mkdir()
    (source / "a.txt").write_bytes(b"released")
    digest = hashlib.sha256(b"released").hexdigest()
    toy = Release("toy", "10.0/toy", {"a.txt": digest})
    monkeypatch.setattr(nuprobe.data, "release", lambda _: toy)
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/a.txt").write_bytes(b"mine")
    folder = fetch("toy", source=source, cache=tmp_path)
    assert (folder / "a.txt").read_bytes() == b"released"
    (kept,) = folder.glob("a.txt.replaced-*")
    assert kept.read_bytes() == b"mine"
