"""The parsers that `fuzz.py` feeds: their right files, and what a reading must give.

Where a damaged copy may be read, what is read is compared with another reading of the
same bytes: files with a checksum with the undamaged file, texts with the readers of
Python's own library on decimal arithmetic, so that no number is taken for another one.
"""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import nuprobe as nu
from nuprobe.errors import NuprobeError

PACKAGE = Path(nu.__file__).parent
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PLAIN = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
ENERGIES = {"eV": -6, "keV": -3, "MeV": 0, "GeV": 3, "TeV": 6}
VALUES = [
    *("30 MeV", "10:50:41 MeV", "1e-3:10:80:log GeV", "10, 20 keV", "3e-11 muB"),
    *("mass=1e-3:1e2 GeV:80,coupling=1e-5:1:80", "a.b=2", "Si28=1,O16=2", "kind=none"),
    *("observed / expected", "sqrt(a**2 + b**2)", "m_pair < 0.5 GeV", "CsI", "Ar40"),
    *("nu_mu -> nu_mu mu+ mu-", "nu_mu => nu_e e- mu+", "a=[1, 2.5]", "1.5", "helm"),
    *("E_minus > 0.5 GeV, E_plus > 0.5 GeV", "3 1e-11 muB", "natural Ge", "H2O", "5 %"),
]
COMMANDS = [
    *(
        "xsec cevns --target Ar40 --energy '10:50:5 MeV'",
        "xsec cevns --target CsI --energy '30 MeV' --recoil '1:20:5 keV' --json",
        "xsec cevns --target Cs133 --energy '30 MeV' --model light-vector"
        " --param mass='10 MeV' --param coupling=1e-4",
        "xsec cevns --target Cs133 --energy '30 MeV' --form-factor helm",
        "xsec electron --target Ge --energy '3 MeV' --recoil '1:100:5:log keV'"
        " --magnetic-moment 2.9e-11",
        "xsec electron --flux reactor --target Ge --recoil '3, 10, 30 keV'",
        "xsec trident --channel 'nu_mu -> nu_mu mu+ mu-' --target Ar40"
        " --energy '5, 10 GeV'",
        "rate conus-plus --json",
        "rate conus-plus --set response.floor='0.2 keV'",
        "rate ccfr-trident --model b-l --param mass='1 GeV' --param coupling=1e-3",
        "list targets",
        "list observables --json",
        "catalogue search --observable charge_radius --flavour nubar_e",
        "catalogue show trident.mumu.ratio/CCFR-1991",
        "schema catalogue",
    )
]
STACKS = [
    "model:\n- standard: {scheme: radiative}\n- b-l: {mass: 10 MeV, coupling: 1e-4}\n"
    "- nsi: {epsilon_u.ee: 0.1}\n",
    "model:\n  - light-scalar: {mass: 1 GeV, coupling: 1.0e-5,"
    " mass_range: [1 MeV, 1 TeV]}\n",
    "model:\n  - electromagnetic:\n      magnetic_moment: {ee: 3.0e-11 muB}\n"
    "      charge_radius: {ee: 1e-32 cm2, mumu: -2.0e-33}\n      charge.mumu: 1e-9\n",
    '{"model": [{"v-a": {}}, {"lmu-ltau": {"mass": "0.1 GeV", "coupling": 5e-4}}]}',
    "model:\n- vector-axial: {vector: 0.5, axial: -0.5}\n",
    "# several\nmodel:\n  - nsi: {epsilon_u.ee: 0.1}\n"
    "  - universal-vector: {mass: 50 MeV, coupling: 2e-5}\n",
]
COEFFICIENTS = [
    "eft: WET\nbasis: JMS\nscale: 91.1876\nvalues: {VnueLL_2222: 1.0e-6}\n",
    '{\n\t"eft": "WET",\n\t"basis": "flavio",\n\t"scale": 4.8,\n\t"values":'
    ' {"CVLL_numunumumumu": 0.01, "CVLR_numunumumumu": {"Re": 1e-2, "Im": 0}}\n}\n',
    "eft: LEFT\nbasis: JMS\nscale: 80\nvalues:\n  VnueLR_2211: 1e-7\n"
    "  VnueLL_2332: {Re: 1e-8}\nmetadata: {generator: by hand}\n",
    "eft: WET-3\nbasis: flavio\nscale: 2\nvalues: {CVLL_numunumuee: -0.02}\n",
]
DETECTOR = """\
schema_version = 1
name = "bolometer"
title = "An invented germanium bolometer in a beam of one energy"
process = "cevns"

[target]
material = "natural Ge"
mass = "2 kg"

[flux]
name = "./beam"
exposure = 100.0

[response]
observable = "heat"
light_yield = "1 1/keV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "gaussian", resolution = [0.2, 0.0, 0.01] }
acceptance = { kind = "table", table = "acceptance.csv" }

[binning.energy]
edges = [-5, 2, 4, 8, 40]

[data]
table = "counts.csv"
counts = "on"

[[systematics]]
name = "flux"
kind = "normalisation"
sigma = 0.1
acts_on = ["signal"]

[analyses.only]
title = "counts"
statistic = "poisson"
systematics = ["flux"]
"""
BEAM = """\
schema_version = 1
name = "beam"
title = "One line"
per = "day"
emission = "beam"

[source]
kind = "monoenergetic"
lines = [{ flavour = "nu_e", energy = "20 MeV", intensity = 1e12 }]
"""
DETECTOR_FILES = {
    "experiment.toml": DETECTOR,
    "beam/flux.toml": BEAM,
    "acceptance.csv": "x,efficiency\n-5,0.1\n10,0.6\n30,0.8\n50,0.8\n",
    "counts.csv": "# made up\nlow,high,on\n-5,2,10\n2,4,3\n4,8,2\n8,40,1\n",
}


class Other(Exception):
    """Something else was read than stands there."""


@dataclass(frozen=True)
class Parser:
    """What reads one kind of file.

    Attributes
    ----------
    name : for messages.
    seeds : files (or files in folders) that are right.
    read : reads a damaged copy; raises `Other` if it reads what is not there.
    exact : whether a copy that is read must give what the seed gives.
    root : file that marks the folder which is copied with the seed; empty for none,
        ``"."`` for the seed's own.
    damage : how a copy is damaged, if not as a text.
    weight : share of the inputs.
    lines : whether one line of the seed is one input.
    """

    name: str
    seeds: tuple[Path, ...]
    read: Callable[[Path], object]
    exact: bool = False
    root: str = ""
    damage: Callable[[bytes, np.random.Generator], bytes] | None = None
    weight: int = 2
    lines: bool = False

    def folder(self, seed: Path) -> Path | None:
        """Folder that is copied with a seed."""
        if not self.root:
            return None
        for folder in seed.parents:
            if self.root == "." or (folder / self.root).exists():
                return folder
        raise FileNotFoundError(self.root)


# -- other readings --------------------------------------------------------------------


def close(found: float, text: str | int | Decimal, power: int = 0) -> bool:
    """Whether a number is what stands there, to rounding."""
    try:
        expected = Decimal(text).scaleb(power)
        difference = abs(Decimal(found) - expected)
    except (InvalidOperation, ValueError, OverflowError):
        return False
    if expected and not found:
        return False
    return difference <= abs(expected) * Decimal("1e-14") + Decimal("1e-322")


def _require(holds: bool, what: object) -> None:
    if not holds:
        raise Other(str(what)[:200])


def _same(found: Any, other: Any) -> bool:
    """Whether two readings agree; the other one has decimals for numbers."""
    if isinstance(other, dict):
        return (
            isinstance(found, dict)
            and list(found) == list(other)
            and all(_same(found[k], v) for k, v in other.items())
        )
    if isinstance(other, list):
        return (
            isinstance(found, list)
            and len(found) == len(other)
            and all(map(_same, found, other))
        )
    if isinstance(other, Decimal):
        if not other.is_finite():
            return str(float(found)) == str(float(other))
        return type(found) in (int, float) and close(found, other)
    return type(found) is type(other) and bool(found == other)


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")


def _json(path: Path) -> object:
    from nuprobe.parsing import parse_json

    text = _text_of(path)
    found = parse_json(text)
    other = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    _require(_same(found, other), found)
    return None


def _toml(path: Path) -> object:
    from nuprobe.parsing import parse_toml

    text = _text_of(path)
    found = parse_toml(text)
    _require(_same(found, tomllib.loads(text, parse_float=Decimal)), found)
    return None


def _yaml_same(found: Any, node: Any) -> bool:
    if isinstance(node, yaml.MappingNode):
        return (
            isinstance(found, dict)
            and len(found) == len(node.value)
            and all(
                _yaml_same(key, k) and _yaml_same(value, v)
                for (key, value), (k, v) in zip(found.items(), node.value, strict=True)
            )
        )
    if isinstance(node, yaml.SequenceNode):
        return (
            isinstance(found, list)
            and len(found) == len(node.value)
            and all(map(_yaml_same, found, node.value))
        )
    text = node.value
    if isinstance(found, str):
        return bool(found == text)
    if node.style not in (None, ""):
        return False
    if isinstance(found, bool):
        return text.lower() == str(found).lower()
    if isinstance(found, int | float):
        return PLAIN.fullmatch(text) is not None and close(found, text)
    if found is None:
        return text.lower() in ("", "null", "~")
    return str(found).replace(" ", "T") == text.strip().replace(" ", "T")


def _yaml(path: Path) -> object:
    from nuprobe.parsing import parse_yaml

    text = _text_of(path)
    found = parse_yaml(text)
    _require(_yaml_same(found, yaml.compose(text, Loader=_LOADER)), found)
    return None


def _csv(path: Path) -> object:
    from nuprobe.decimals import parse_numbers
    from nuprobe.parsing import parse_csv

    text = _text_of(path)
    found = parse_csv(text, path.name)
    lines = [x.strip() for x in re.split("\r\n|\r|\n", text)]
    header, *rest = [x for x in lines if x and not x.startswith("#")]
    if '"' not in text:
        names = [x.strip() for x in header.split(",")]
        rows = [[x.strip() for x in line.split(",")] for line in rest]
        _require(
            found == [dict(zip(names, row, strict=True)) for row in rows], found[:2]
        )
    for name in found[0] if found else ():
        column = [row[name] for row in found]
        with contextlib.suppress(NuprobeError):
            for value, cell in zip(parse_numbers(column), column, strict=True):
                plain = PLAIN.fullmatch(cell.strip())
                _require(plain is not None and close(value, cell.strip()), cell)
    return None


def _quantity(text: str) -> None:
    from nuprobe.units import parse_quantity

    found = parse_quantity(text, "energy")
    match = re.fullmatch(rf"\s*({PLAIN.pattern})\s*(\w+)\s*", text)
    _require(
        match is not None and close(found, match[1], ENERGIES.get(match[2], 99)), found
    )


def _plain_value(text: str) -> None:
    from nuprobe.units import value_in

    found = value_in(text, "muB")
    match = re.fullmatch(
        rf"\s*({PLAIN.pattern})(?:\s+({PLAIN.pattern}))?\s*(\D*?)\s*", text
    )
    _require(match is not None, found)
    assert match is not None
    expected = Decimal(match[1]) * Decimal(match[2] or 1)
    _require(close(found, expected), found)


def _grid(text: str) -> None:
    from nuprobe.units import parse_grid

    found = parse_grid(text, "energy")
    match = re.fullmatch(r"\s*(.*?)(:log)?\s*([kMGT]?eV)\s*", text, re.DOTALL)
    _require(match is not None, found)
    assert match is not None
    power = ENERGIES[match[3]]
    numbers = re.split("[:,]", match[1])
    _require(all(PLAIN.fullmatch(x.strip()) for x in numbers), found)
    if ":" in match[1]:
        _require(len(numbers) == 3 and len(found) == int(numbers[2]), found)
        ends = (found[0], found[-1])[: len(found)]
        _require(all(map(close, ends, numbers, (power, power))), found)
    else:
        _require(len(found) == len(numbers), found)
        _require(all(map(close, found, numbers, [power] * len(found))), found)


def _key_values(text: str) -> None:
    from nuprobe.cli.values import key_values

    for key, value in key_values([text]).items():
        raw = text.partition("=")[2]
        _require(key == text.partition("=")[0].strip(), key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            _require(close(value, raw.strip()), value)
        elif isinstance(value, str):
            _require(value in (raw, raw.strip()[1:-1]) or "\\" in raw, value)


def _values(path: Path) -> object:
    from nuprobe.catalogue.expressions import evaluate
    from nuprobe.cli.options import target_spec
    from nuprobe.events import parse_cuts

    text = path.read_bytes().decode("utf-8", "replace")
    variables = {"observed": 3.0, "expected": 4.0, "a": 1.0, "b": 2.0}
    calls: list[Callable[[], object]] = [
        lambda: _quantity(text),
        lambda: _grid(text),
        lambda: _plain_value(text),
        lambda: _key_values(text),
        lambda: nu.target(target_spec(text)),
        lambda: evaluate(text, variables),
        lambda: parse_cuts([text]),
        lambda: nu.trident.channel(text),
        lambda: nu.target("Ar40", form_factor=text),
        lambda: nu.isotope(text),
        lambda: nu.model(text),
        lambda: nu.events.observable(text),
    ]
    for call in calls:
        with contextlib.suppress(NuprobeError):
            call()
    return None


def _command(path: Path) -> object:
    """Run a command line; what it prints is an answer or an error of one line."""
    from nuprobe.cli.main import main

    text = path.read_bytes().decode("utf-8", "replace").replace("\0", "")
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    before = sys.argv
    sys.argv = ["nuprobe", *words]
    try:
        main()
    except SystemExit as end:
        _require(end.code in (0, 1, 2, None), f"exit code {end.code}")
    finally:
        sys.argv = before
    return None


# -- files of results ------------------------------------------------------------------


def _events(path: Path) -> object:
    found = nu.events.read_events(path)
    weights = {name: w.tolist() for name, w in found.weights.items()}
    return weights, found.trials, found.sigma


def _scan(path: Path) -> object:
    from nuprobe.inference import ScanResult

    found = ScanResult.load(path)
    repr(found)
    return found.twice_nll.tolist(), [a.tolist() for a in found.axes.values()]


def _chain(path: Path) -> object:
    from nuprobe.inference import SampleResult

    found = SampleResult.from_h5(path)
    repr(found)
    return found.chain.tolist(), found.log_posterior.tolist(), found.burn


def _limit(path: Path) -> object:
    from nuprobe.experiments.limit_files import read_limit

    made, state = read_limit(path)
    arrays = (made.masses, made.probe, *vars(state).values())
    return made.labels, made.fingerprint, [repr(a.tolist()) for a in arrays]


def _journal(path: Path) -> object:
    """How far an unfinished file of events is good."""
    from nuprobe.events.journal import read_journal

    part = path if path.suffix == ".part" else path.with_suffix("")
    journal = part.with_name(f"{part.name}.json")
    settings = json.loads((path.parent / "settings").read_text())
    return read_journal(part, journal, settings)


HOSTILE: tuple[Any, ...] = (
    *(np.nan, np.inf, -1, 0, 1_000_000, 2**63 - 1, 1e308, True, "", "text", "x" * 9000),
    *(np.array([]), np.zeros((2, 2)), np.array([np.nan]), np.array([1, 2], "i2")),
    *(np.array(["a"], "S1"), np.array([1j]), b"\xff", "\x1b[2J", np.array([1e400])),
)


def reforged(content: bytes, random: np.random.Generator) -> bytes:
    """A result file in which something else stands, with a checksum that is right."""
    import h5py

    from nuprobe.sealed import seal

    image = BytesIO(content)
    with h5py.File(image, "r+") as file:
        places = ["/"]
        file.visit(places.append)
        for _ in range(int(random.integers(1, 3))):
            place = file[places[int(random.integers(len(places)))]]
            value = HOSTILE[int(random.integers(len(HOSTILE)))]
            names = list(place.attrs)
            if names and random.integers(2):
                name = names[int(random.integers(len(names)))]
                del place.attrs[name]
                if random.integers(6):
                    place.attrs[name] = value
            elif isinstance(place, h5py.Dataset) and random.integers(2) and place.size:
                array = np.array(place[()])
                with contextlib.suppress(ValueError, TypeError, OverflowError):
                    array.flat[int(random.integers(array.size))] = value
                place[()] = array
            elif place.name != "/":
                name, attributes = place.name, dict(place.attrs)
                del file[name]
                places.remove(name.lstrip("/"))
                places = [p for p in places if not p.startswith(name.lstrip("/") + "/")]
                if random.integers(6):
                    file[name] = value
                    with contextlib.suppress(UnicodeEncodeError):
                        file[name].attrs.update(attributes)
                    places.append(name.lstrip("/"))
    return seal(image.getvalue())


class _Stop(Exception):
    pass


def _unfinished(folder: Path, generator: Any) -> tuple[Path, ...]:
    """An unfinished file of events, its journal, and the settings of its run."""
    from nuprobe.events import journal, store

    path, commits = folder / "run" / "x.hepmc3", 0
    path.parent.mkdir()

    def commit(*args: Any) -> None:
        nonlocal commits
        journal.commit(*args)
        (path.parent / "settings").write_text(json.dumps(args[1]))
        commits += 1
        if commits == 2:
            raise _Stop

    before = vars(store)["commit"]
    setattr(store, "commit", commit)  # noqa: B010
    try:
        with contextlib.suppress(_Stop):
            nu.events.write_events(path, generator, 300)
    finally:
        setattr(store, "commit", before)  # noqa: B010
    return journal.unfinished(path)


# -- all of them -----------------------------------------------------------------------


def _written(folder: Path, name: str, texts: list[str]) -> tuple[Path, ...]:
    stem, dot, ending = name.rpartition(".")
    paths = [folder / f"{stem}{i}{dot}{ending}" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return tuple(paths)


def _shipped(pattern: str) -> tuple[Path, ...]:
    return tuple(sorted(PACKAGE.glob(pattern)))


def _entry(path: Path) -> object:
    from nuprobe.catalogue import read_entry

    return read_entry(path.read_bytes().decode("utf-8", "replace"), path.name).id


def _library(path: Path) -> object:
    from nuprobe.catalogue import read_library

    entries, problems = read_library(path.parents[1])
    for problem in problems:
        _require(str(problem).isprintable() and len(str(problem)) < 1200, problem)
    return len(entries)


def _assumptions(path: Path) -> object:
    from nuprobe.events.assumptions import assumptions

    return repr(assumptions(path))


def _experiment(path: Path) -> object:
    folder = next(f for f in path.parents if (f / "experiment.toml").exists())
    found = nu.experiment(folder)
    return repr(found)


def _flux(path: Path) -> object:
    return repr(nu.flux(str(path.parent)))


def _results(folder: Path) -> tuple[Parser, ...]:
    """Events, unfinished events, scans, chains and limits."""
    generator = nu.events.trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3)
    events = [folder / f"seed{ending}" for ending in (".hepmc3", ".hepmc3.gz", ".root")]
    for path in events:
        nu.events.write_events(path, generator, 20, variations={"v-a": nu.VMinusA()})
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    names = ("scan", "chain", "half", "limit")
    scan, chain, half, limit = (folder / f"{n}.h5" for n in names)
    nu.scan(cost, {"rn": np.linspace(3.0, 6.0, 5)}, checkpoint=scan)
    nu.sample(cost, ["rn"], steps=20, checkpoint=chain, nuisances="profiled")
    nu.scan(cost, {"rn": np.linspace(3.0, 6.0, 5)}).save(half)
    masses = {"mass": np.array([10.0, 100.0])}
    nu.limit(["ccfr-trident"], "lmu-ltau", grid=masses, checkpoint=limit)
    return (
        Parser("events", tuple(events), _events, exact=True),
        Parser(
            "journal", _unfinished(folder, generator), _journal, exact=True, root="."
        ),
        Parser("scan", (scan, half), _scan, exact=True, weight=1),
        Parser("chain", (chain,), _chain, exact=True, weight=1),
        Parser("scan content", (scan, half), _scan, damage=reforged),
        Parser("chain content", (chain,), _chain, damage=reforged),
        Parser("limit", (limit,), _limit, exact=True, weight=1),
        Parser("limit content", (limit,), _limit, damage=reforged),
    )


def _texts(folder: Path) -> tuple[Parser, ...]:
    """The four languages, and what is typed."""
    models = _written(folder, "stack.yaml", STACKS)
    values = folder / "values.txt"
    values.write_text("\n".join(VALUES))
    commands = folder / "commands.txt"
    commands.write_text("\n".join(COMMANDS))
    stack = folder / "stack.json"
    stack.write_text(json.dumps(yaml.safe_load(STACKS[0]), indent=1))
    return (
        Parser("json", (stack,), _json),
        Parser("toml", _shipped("*/library/*/*.toml"), _toml),
        Parser("yaml", (*models, *_shipped("catalogue/library/*/*.yaml")[:20]), _yaml),
        Parser("csv", _shipped("nuclei/data/s*.csv") + _small_tables(), _csv),
        Parser("value", (values,), _values, lines=True, weight=4),
        Parser("command", (commands,), _command, lines=True, weight=1),
        Parser("model", models, lambda p: repr(nu.model(p))),
        Parser(
            "wcxf",
            _written(folder, "wc.yaml", COEFFICIENTS),
            lambda p: repr(nu.read_wcxf(p)),
        ),
    )


def _small_tables() -> tuple[Path, ...]:
    every = _shipped("experiments/library/**/*.csv")
    return tuple(p for p in every if p.stat().st_size < 100_000)


@cache
def parsers(folder: Path) -> tuple[Parser, ...]:
    """All parsers with their seeds."""
    for name, text in DETECTOR_FILES.items():
        path = folder / "detector" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    own = [folder / "detector" / name for name in DETECTOR_FILES]
    tables = _small_tables()
    large = tuple(
        p for p in _shipped("experiments/library/**/*.csv") if p not in tables
    )
    topic = folder / "entries" / "trident"
    topic.mkdir(parents=True)
    for path in _shipped("catalogue/library/trident*/*.yaml")[:3]:
        (topic / path.name).write_bytes(path.read_bytes())
    tomls = (own[0], *_shipped("experiments/library/*/experiment.toml"))
    heavy = tuple(p for p in tomls if p.parent.name == "xenonnt-8b")
    light = tuple(p for p in tomls if p not in heavy)
    inner = (own[1], *_shipped("experiments/library/*/*/flux.toml"))
    root = "experiment.toml"
    return (
        *_texts(folder),
        Parser("entry", _shipped("catalogue/library/*/*.yaml"), _entry),
        Parser(
            "entry file",
            tuple(topic.glob("*.yaml")),
            _library,
            root="../trident",
            weight=1,
        ),
        Parser("experiment", light, _experiment, root=root, weight=4),
        Parser("table", (*own[2:], *tables), _experiment, root=root, weight=3),
        Parser("flux of experiment", inner, _experiment, root=root, weight=1),
        Parser("flux", _shipped("fluxes/library/*/flux.toml"), _flux, root="."),
        Parser("flux table", _shipped("fluxes/library/*/*.csv"), _flux, root="."),
        Parser(
            "assumptions", _shipped("events/library/backgrounds.toml"), _assumptions
        ),
        *_results(folder),
        Parser("large tables", (*large, *heavy), _experiment, root=root, weight=0),
    )
