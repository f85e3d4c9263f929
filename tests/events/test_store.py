"""Files of events: what is in them, whatever reads them, and what a killed run
leaves."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.events import text
from tests.events.double import Double

import nuprobe as nu
from nuprobe.errors import (
    ComputationError,
    InputError,
    NuprobeError,
    OutputError,
    StoppedError,
)
from nuprobe.events import MOMENTA, Chunk, EventProcess, Events, trident
from nuprobe.events.hepmc import header
from nuprobe.events.record import PB, Run, process_id
from nuprobe.events.store import (
    FORMATS,
    check_new,
    format_of,
    read_events,
    unfinished,
    write_events,
)
from nuprobe.fluxes import Flux, flux, monoenergetic
from nuprobe.processes.trident import CHANNELS

pyhepmc = pytest.importorskip(
    "pyhepmc", reason="the extra nuprobe[events] is not installed"
)
uproot = pytest.importorskip(
    "uproot", reason="the extra nuprobe[events] is not installed"
)

MODELS: dict[str, Any] = {
    "VMinusA": nu.VMinusA(),
    "LMuLTau(g=1e-3,M=10MeV)": nu.LMuLTau(10.0, 1e-3),
}
# every kind of scatterer: nuclei, moving bound nucleons, free protons, electrons
SOURCES = {
    "argon": Double(motion=100.0),
    "water": Double(target="H2O"),
    "salt": Double(target="CsI", regime="incoherent", motion=80.0),
    "hydrogen": Double(target="H1", regime="proton"),
    "electron": Double(
        channels=("nubar_mu -> nubar_mu e+ e-",),
        target=None,
        regime="electron",
        source=monoenergetic(9e3, "nubar_mu"),
    ),
}


def events_of(source: Double, n: int, unweighted: bool) -> Events:
    """First events of a source, without any file."""
    found: list[Events] = []
    for chunk in source.chunks(unweighted=unweighted):
        found.append(chunk.events)
        if sum(map(len, found)) >= n:
            break
    arrays = {
        name: np.concatenate([getattr(e, name) for e in found])[:n]
        for name in (*MOMENTA, *REST)
    }
    return Events(source.processes, **arrays)


REST = ("process", "q2", "k2", "s", "terms", "weight")


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc.gz", ".root"])
def test_what_is_read_is_what_was_generated(
    tmp_path: Path, name: str, ending: str
) -> None:
    source = SOURCES[name]
    written = write_events(
        tmp_path / f"x{ending}", source, 150, variations=MODELS, unweighted=False
    )
    stored = read_events(tmp_path / f"x{ending}")
    expected = events_of(source, 150, False)
    for field in (*MOMENTA, *REST):
        if field != "weight":
            assert np.array_equal(
                getattr(stored.events, field), getattr(expected, field)
            ), field
    assert stored.events.processes == source.processes
    # through picobarns and back
    assert stored.events.weight == pytest.approx(expected.weight, rel=1e-15, abs=0)
    assert list(stored.weights) == ["CV", *MODELS]
    for variation, model in MODELS.items():
        assert stored.weights[variation] == pytest.approx(
            expected.weights(model), rel=1e-14, abs=0
        )
    # a model nobody thought of when the file was written
    late = nu.LMuLTau(300.0, 0.02)
    assert np.array_equal(stored.events.weights(late), expected.weights(late))
    assert stored.settings["seed"] == source.seed
    assert stored.sigma == pytest.approx(source.sigma, rel=1e-15, abs=0)
    assert (stored.trials, len(stored.events)) == (written.trials, 150)
    assert stored.estimate() == pytest.approx(
        (written.sigma, written.error), rel=1e-12, abs=0
    )
    assert stored.models["VMinusA"] == "VMinusA()"


@pytest.mark.parametrize("name", SOURCES)
def test_an_independent_reader_finds_conserved_momenta_masses_and_weights(
    tmp_path: Path, name: str
) -> None:
    source = SOURCES[name]
    write_events(
        tmp_path / "x.hepmc3", source, 120, variations=MODELS, unweighted=False
    )
    file = text.read(tmp_path / "x.hepmc3")
    expected = events_of(source, 120, False)
    weights = np.column_stack(
        [expected.weight, *(expected.weights(m) for m in MODELS.values())]
    )
    assert np.array([e.weights for e in file.events]) == pytest.approx(
        weights * PB, rel=1e-15, abs=0
    )
    for i, event in enumerate(file.events):
        process = source.processes[expected.process[i]]
        scale = max(p.p[3] for p in event.particles.values())
        for vertex, (_, incoming) in event.vertices.items():
            left = sum(event.particles[j].p for j in incoming)
            assert (
                np.abs(left - sum(p.p for p in event.leaving(vertex))).max()
                < 1e-9 * scale
            )
        outer = sum(p.p for p in event.leaving(0)) - sum(
            p.p for p in event.with_status(1)
        )
        assert np.abs(outer).max() < 1e-9 * scale
        *_, nu_out, minus, plus, recoil = (
            event.particles[j] for j in sorted(event.particles)
        )
        for particle, field in (
            (nu_out, "nu_out"),
            (minus, "minus"),
            (plus, "plus"),
            (recoil, "recoil"),
        ):
            e, *p = getattr(expected, field)[i]
            assert particle.p.tolist() == [*p, e]
        beam, final = event.with_status(4)[0], (nu_out.pdg, plus.pdg, minus.pdg)
        assert (beam.pdg, *final) == process.channel.pdg
        assert (minus.mass, plus.mass, recoil.mass) == (
            *process.channel.masses,
            process.mass,
        )
        for particle in event.particles.values():
            mass2 = particle.p[3] ** 2 - particle.p[:3] @ particle.p[:3]
            assert mass2 == pytest.approx(
                particle.mass**2, rel=1e-9, abs=1e-9 * particle.p[3] ** 2
            )


def test_every_requirement_of_nuhepmc_is_met(tmp_path: Path) -> None:
    for name, source in SOURCES.items():
        write_events(tmp_path / f"{name}.hepmc3", source, 60, variations=MODELS)
        _check_rules(text.read(tmp_path / f"{name}.hepmc3"))


def _check_rules(file: text.File) -> None:
    """The requirements of version 1.0.0, and the conventions that the file says it
    follows."""
    a = file.attributes
    # G.R.2, G.R.3
    assert [
        int(a[f"NuHepMC.Version.{part}"]) for part in ("Major", "Minor", "Patch")
    ] == [1, 0, 0]
    assert file.tools
    assert all(all(tool.split("\\|")[:2]) for tool in file.tools)
    # G.R.4, G.R.5
    conventions = a["NuHepMC.Conventions"].split(" ")
    assert {"G.C.2", "E.C.4"} & set(conventions)
    assert all(re.fullmatch(r"[GEVP]\.[CS]\.\d+", c) for c in conventions)
    # G.R.6, G.R.7
    assert a["NuHepMC.Units.CrossSection.Unit"] == "pb"
    assert a["NuHepMC.Units.CrossSection.TargetScale"] in (
        "PerAtom",
        "PerFormulaUnit",
        "PerProton",
        "PerElectron",
    )
    assert file.names[0] == "CV"
    assert len(set(file.names)) == len(file.names)
    # G.R.8 to G.R.10
    known = {}
    for kind in ("Process", "VertexStatus", "ParticleStatus"):
        known[kind] = set(map(int, a[f"NuHepMC.{kind}IDs"].split(" ")))
        for number in known[kind]:
            assert a[f"NuHepMC.{kind}Info[{number}].Name"]
            assert a[f"NuHepMC.{kind}Info[{number}].Description"]
    # G.R.11
    special = set(map(int, a["NuHepMC.AdditionalParticleNumbers"].split(" ")))
    assert all(
        a[f"NuHepMC.AdditionalParticleNumber[{number}].Name"] for number in special
    )
    # G.C.5, and where the reference reader looks for the name
    for number in special:
        assert a[f"NuHepMC.AdditionalParticleInfo[{number}].Description"]
        assert (
            a[f"NuHepMC.AdditionalParticleInfo[{number}].Name"]
            == a[f"NuHepMC.AdditionalParticleNumber[{number}].Name"]
        )
    # G.C.2, G.C.3, G.C.4
    assert float(a["NuHepMC.FluxAveragedTotalCrossSection"]) > 0
    assert a["NuHepMC.Citations.Generator.InspireHep"]
    for number in known["Process"]:
        assert re.fullmatch(
            r"(\w+:\d{4}\w+ ?)+", a[f"NuHepMC.Citations.Process[{number}].InspireHep"]
        )
    # G.C.4
    described = {k.split("]")[0] for k in a if k.startswith("NuHepMC.Beam[")}
    assert described
    assert a["NuHepMC.Beam.EnergyUnit"] == "MEV"
    assert a["NuHepMC.Beam.FluxUnit"]
    for key in described:
        assert a[f"{key}].Type"] == a["NuHepMC.Beam.Type"]
        assert a[f"{key}].Type"] in ("MonoEnergetic", "Histogram")
    # E.R.2
    assert [e.number for e in file.events] == list(range(len(file.events)))
    attempted = 0
    for event in file.events:
        # E.R.1: numbers of vertices and particles, one incoming at least, no orphan
        assert event.sizes == (len(event.vertices), len(event.particles))
        used = {i for _, incoming in event.vertices.values() for i in incoming}
        ends = {i for i, p in event.particles.items() if i not in used}
        assert {p.status for i, p in event.particles.items() if i in ends} == {1}
        assert {p.status for p in event.leaving(0)} == {4, 20}
        # E.R.3 to E.R.6, E.C.1
        process = int(event.attributes[0, "signal_process_id"])
        assert process in known["Process"]
        assert process >= 700
        assert event.units.split(" ")[0] == "MEV"
        assert event.attributes[0, "lab_pos"] == "0 0 0"
        assert [s for s, _ in event.vertices.values()].count(1) == 1
        assert {s for s, _ in event.vertices.values()} <= known["VertexStatus"]
        # E.R.7: one beam, one target, which is not a bound nucleon
        beams, targets, struck = (event.with_status(s) for s in (4, 20, 21))
        assert len(beams) == len(targets) == 1
        assert abs(beams[0].pdg) in (12, 14, 16)
        assert targets[0].pdg in (11, 2212) or re.fullmatch(
            r"10\d{7}0", str(targets[0].pdg)
        )
        # P.R.1, P.C.1, V.C.1
        assert {p.status for p in event.particles.values()} <= known["ParticleStatus"]
        assert bool(struck) == (21 in {s for s, _ in event.vertices.values()})
        remnants = [i for i, p in event.particles.items() if p.pdg == 2009900000]
        assert len(remnants) == len(struck)
        for i, nucleon in zip(remnants, struck, strict=True):
            # P.C.2: what the nucleus has left
            z, n = (targets[0].pdg // 10_000) % 1000, (targets[0].pdg // 10) % 1000
            left = int(event.attributes[i, "remnant_particle_number"])
            assert left == 1_000_000_000 + 10_000 * (z - (nucleon.pdg == 2212)) + 10 * (
                n - 1
            )
        assert len(event.weights) == len(file.names)
        # E.C.4
        first, error, accepted, tried, *more = event.attributes[
            0, "GenCrossSection"
        ].split(" ")
        assert float(first) > 0
        assert float(error) >= 0
        assert int(accepted) == event.number + 1
        assert attempted <= int(tried) >= int(accepted)
        attempted = int(tried)
        assert len(more) == 2 * (len(file.names) - 1)


def test_the_running_cross_section_is_that_of_the_events_so_far(tmp_path: Path) -> None:
    written = write_events(
        tmp_path / "x.hepmc3", SOURCES["argon"], 90, variations=MODELS, unweighted=False
    )
    file = text.read(tmp_path / "x.hepmc3")
    w = np.array([e.weights for e in file.events])
    for i in (0, 44, 89):
        numbers = [
            float(x) for x in file.events[i].attributes[0, "GenCrossSection"].split(" ")
        ]
        trials = numbers.pop(3)
        del numbers[2]
        mean = w[: i + 1].sum(0) / trials
        error = np.sqrt(
            np.maximum((w[: i + 1] ** 2).sum(0) / trials - mean**2, 0) / trials
        )
        assert numbers[::2] == pytest.approx(mean, rel=1e-7)
        assert numbers[1::2] == pytest.approx(error, rel=1e-6, abs=1e-15)
    assert trials == written.trials
    assert written.sigma * PB == pytest.approx(mean[0], rel=1e-12)


@pytest.mark.parametrize("name", SOURCES)
def test_pyhepmc_writes_the_same_bytes(tmp_path: Path, name: str) -> None:
    write_events(
        tmp_path / "x.hepmc3", SOURCES[name], 80, variations=MODELS, unweighted=False
    )
    with (
        pyhepmc.open(tmp_path / "x.hepmc3") as source,
        pyhepmc.open(tmp_path / "y.hepmc3", "w") as copy,
    ):
        read = list(source)
        for event in read:
            copy.write(event)
    ours, theirs = (_until_end(tmp_path / f"{n}.hepmc3") for n in "xy")
    assert ours == theirs
    assert len(read) == 80
    assert read[3].weight("VMinusA") == read[3].weights[1]
    assert [p.pid for p in read[3].beams] == [
        p.pid for p in read[3].particles if p.status in (4, 20)
    ]


def _until_end(path: Path) -> list[str]:
    # lines, so that a failure is readable; the library may end a file twice
    return path.read_text().partition("HepMC::Asciiv3-END")[0].splitlines()


def test_uproot_reads_the_tree(tmp_path: Path) -> None:
    source = SOURCES["argon"]
    write_events(tmp_path / "x.root", source, 130, variations=MODELS, unweighted=False)
    expected = events_of(source, 130, False)
    with uproot.open(tmp_path / "x.root") as file:
        tree = file["events"]
        assert tree.num_entries == 130
        rows = tree.arrays(library="np")
        about = json.loads(str(file["nuprobe"]))
    assert rows["event"].tolist() == list(range(130))
    assert np.array_equal(rows["minus_pz"], expected.minus[:, 3])
    assert np.array_equal(rows["recoil_e"], expected.recoil[:, 0])
    assert rows["weight_LMuLTau_g_1e_3_M_10MeV"] == pytest.approx(
        expected.weights(MODELS["LMuLTau(g=1e-3,M=10MeV)"]), rel=1e-14, abs=0
    )
    kinds = [source.processes[i] for i in expected.process]
    assert rows["plus_pdg"].tolist() == [k.channel.pdg[2] for k in kinds]
    assert rows["process_id"].tolist() == [process_id(k) for k in kinds]
    assert set(rows["target_pdg"].tolist()) == {1000180400, 2212, 2112}
    assert about["branches"]["VMinusA"] == "weight_VMinusA"
    assert about["settings"]["target"] == "Ar40"


def test_variations_whose_branches_would_have_one_name_get_two(tmp_path: Path) -> None:
    models: dict[str, Any] = {"a-b": nu.VMinusA(), "a+b": nu.StandardModel()}
    write_events(tmp_path / "x.root", SOURCES["argon"], 10, variations=models)
    stored = read_events(tmp_path / "x.root")
    for name, model in models.items():
        assert stored.weights[name] == pytest.approx(
            stored.events.weights(model), rel=1e-14, abs=0
        )


def test_struck_nucleons_come_from_all_nuclei_in_proportion(tmp_path: Path) -> None:
    source = Double(target={"C12": 1, "O16": 3, "H1": 2}, size=2000)
    write_events(tmp_path / "x.hepmc3", source, 4000)
    hosts: dict[tuple[int, int], int] = {}
    for event in text.read(tmp_path / "x.hepmc3").events:
        target, struck = event.with_status(20)[0].pdg, event.with_status(21)
        key = (target, struck[0].pdg if struck else 0)
        hosts[key] = hosts.get(key, 0) + 1
    # hydrogen gives free protons only
    assert set(hosts) == {
        *((1000060120, k) for k in (0, 2112, 2212)),
        *((1000080160, k) for k in (0, 2112, 2212)),
        (2212, 0),
    }
    for nucleon in (2112, 2212):
        carbon, oxygen = hosts[1000060120, nucleon], hosts[1000080160, nucleon]
        share = 6 / (6 + 3 * 8)
        expected = share * (carbon + oxygen)
        assert abs(carbon - expected) < 5 * np.sqrt(expected * (1 - share))


def test_the_beam_is_described_where_nuhepmc_can(tmp_path: Path) -> None:
    beam = flux("dune-nd-fhc")
    write_events(tmp_path / "x.hepmc3", Double(source=beam), 5)
    a = text.read(tmp_path / "x.hepmc3").attributes
    assert a["NuHepMC.Beam[14].Type"] == "Histogram"
    edges, content = (
        np.array([float(x) for x in a[f"NuHepMC.Beam[14].Histogram.{k}"].split(" ")])
        for k in ("BinEdges", "BinContent")
    )
    assert edges.size == content.size + 1
    assert content.sum() == pytest.approx(beam.total("nu_mu"), rel=1e-9)
    assert a["NuHepMC.Beam.FluxUnit"] == "cm-2 per proton on target"
    i = int(np.argmax(content))
    middle = beam.spectrum("nu_mu", 0.5 * (edges[i] + edges[i + 1])) * (
        edges[i + 1] - edges[i]
    )
    assert content[i] == pytest.approx(float(middle), rel=0.2)
    assert "G.C.4" in a["NuHepMC.Conventions"].split(" ")
    # a line with a continuum is neither of the two kinds
    both = Flux(
        "both",
        (*monoenergetic(5000.0, "nu_mu").components, *beam.of("nu_mu")),
        per="unit",
    )
    write_events(tmp_path / "y.hepmc3", Double(source=both), 5)
    a = text.read(tmp_path / "y.hepmc3").attributes
    assert not [k for k in a if "Beam" in k]
    assert "G.C.4" not in a["NuHepMC.Conventions"]


BEAM_NAMES = {
    "MonoEnergetic": {"MonoEnergetic.Energy"},
    "Histogram": {
        "Histogram.BinEdges",
        "Histogram.BinContent",
        "Histogram.ContentIsPerWidth",
    },
}
"""Names after ``NuHepMC.Beam[<PDG>].``, beside ``Type``: G.C.4 of the text of 1.0.0."""


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (monoenergetic(5e3, "nu_mu"), {14: "MonoEnergetic"}),
        (flux("dune-nd-fhc"), {14: "Histogram", 12: "Histogram"}),
        (
            Flux(
                "mixed",
                (
                    *monoenergetic(5e3, "nu_e").components,
                    *flux("dune-nd-fhc").of("nu_mu"),
                ),
                per="unit",
            ),
            {14: "Histogram", 12: "MonoEnergetic"},
        ),
    ],
    ids=["one energy", "histograms", "mixed"],
)
def test_the_names_of_the_beam_are_those_of_the_final_text(
    tmp_path: Path, source: Flux, kinds: dict[int, str]
) -> None:
    """Units once; the reference reader also looks for one type of all (and then for
    what has the names of that type), the text for one by particle."""
    channels = [f"nu_{f} -> nu_{f} mu+ mu-" for f in ("e", "mu")]
    double = Double(source=source, channels=tuple(channels[-len(kinds) :]))
    write_events(tmp_path / "x.hepmc3", double, 5)
    a = text.read(tmp_path / "x.hepmc3").attributes
    expected = {"NuHepMC.Beam.EnergyUnit", "NuHepMC.Beam.FluxUnit"}
    if len(set(kinds.values())) == 1:
        expected.add("NuHepMC.Beam.Type")
        assert a["NuHepMC.Beam.Type"] == kinds[14]
    for pdg, kind in kinds.items():
        assert a[f"NuHepMC.Beam[{pdg}].Type"] == kind
        names = {"Type", *BEAM_NAMES[kind]}
        expected |= {f"NuHepMC.Beam[{pdg}].{name}" for name in names}
    assert {k for k in a if "Beam" in k} == expected
    assert a["NuHepMC.Beam.EnergyUnit"] == "MEV"
    arbitrary = source.per == "unit"
    assert (a["NuHepMC.Beam.FluxUnit"] == "Arbitrary") == arbitrary


def test_a_cross_section_that_is_not_known_is_not_written(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Gas(Double):
        @property
        def settings(self) -> dict[str, Any]:
            return {**super().settings, "nucleons": "fermi-gas", "pauli": True}

    written = write_events(tmp_path / "x.hepmc3", Gas(), 20)
    assert (written.expected, written.pull) == (None, None)
    assert read_events(tmp_path / "x.hepmc3").sigma is None
    a = text.read(tmp_path / "x.hepmc3").attributes
    assert "NuHepMC.FluxAveragedTotalCrossSection" not in a
    assert "E.C.4" in a["NuHepMC.Conventions"]
    assert "G.C.2" not in a["NuHepMC.Conventions"]


def test_process_numbers_are_all_different_and_in_their_ranges() -> None:
    found = {}
    for regime, hundreds in (
        ("coherent", 700),
        ("proton", 800),
        ("neutron", 900),
        ("electron", 1000),
    ):
        for one in CHANNELS:
            number = process_id(EventProcess(one, "x", regime, 1.0, 1.0))
            assert hundreds <= number < hundreds + 100
            # charged current alone below 50
            assert (number % 100 < 50) == (one.incoming != one.outgoing)
            found[number] = (one, regime)
    assert len(found) == 4 * len(CHANNELS)


class Interrupted(Exception):
    pass


@dataclass(frozen=True)
class Stopping(Double):
    """A source that is interrupted before a chunk."""

    stop: int = 2

    def chunks(
        self, start: int = 0, unweighted: bool = False, workers: int = 1
    ) -> Iterator[Chunk]:
        for chunk in super().chunks(start, unweighted, workers):
            if chunk.index == self.stop:
                raise Interrupted
            yield chunk


def interrupt(path: Path, stop: int, n: int = 150, **options: Any) -> None:
    with pytest.raises(Interrupted):
        write_events(
            path,
            Stopping(motion=50.0, stop=stop),
            n,
            variations=MODELS,
            unweighted=False,
            **options,
        )


def whole(path: Path, n: int = 150, **options: Any) -> Path:
    write_events(
        path, Double(motion=50.0), n, variations=MODELS, unweighted=False, **options
    )
    return path


@pytest.mark.parametrize("stop", [0, 1, 3])
@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz", ".root"])
def test_a_run_that_goes_on_writes_the_same_file(
    tmp_path: Path, ending: str, stop: int
) -> None:
    once, twice = tmp_path / f"once{ending}", tmp_path / f"twice{ending}"
    whole(once)
    interrupt(twice, stop)
    part, journal = unfinished(twice)
    assert not twice.exists()
    assert journal.exists()
    # what a kill in the middle of writing leaves behind the last good byte
    with part.open("ab") as stream:
        stream.write(b"E 17 half an ev")
    written = write_events(
        twice,
        Double(motion=50.0),
        150,
        variations=MODELS,
        unweighted=False,
        resume=True,
    )
    assert (written.resumed > 0) == (stop > 0)
    assert not part.exists()
    assert not journal.exists()
    if ending == ".root":
        first, second = (read_events(p) for p in (once, twice))
        for field in (*MOMENTA, *REST):
            assert np.array_equal(
                getattr(first.events, field), getattr(second.events, field)
            )
        assert first.trials == second.trials
        assert first.estimate() == second.estimate()
    else:
        assert once.read_bytes() == twice.read_bytes()


_KILLED = """
import sys, time
from pathlib import Path
from tests.events.double import Double
from tests.events.test_store import MODELS
from nuprobe.events.store import write_events

class Slow(Double):
    def chunks(self, start=0, unweighted=False, workers=1):
        for chunk in super().chunks(start, unweighted, workers):
            print(chunk.index, flush=True)
            yield chunk
            time.sleep(0.02)

source = Slow(motion=50.0, size=400)
write_events(sys.argv[1], source, 8000, variations=MODELS, unweighted=False)
"""


def test_kill_nine_leaves_what_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    command = [sys.executable, "-c", _KILLED, str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 6:
                break
        process.send_signal(signal.SIGKILL)
    part, journal = unfinished(path)
    assert not path.exists()
    assert journal.exists()
    good = json.loads(journal.read_text())
    assert part.stat().st_size >= good["offset"] > 0
    # the number of events is one of the settings
    source, n = Double(motion=50.0, size=400), 8000
    with pytest.raises(InputError, match="events was 8000"):
        write_events(
            path, source, 9000, variations=MODELS, unweighted=False, resume=True
        )
    assert (
        write_events(
            path, source, n, variations=MODELS, unweighted=False, resume=True
        ).resumed
        > 0
    )
    write_events(
        tmp_path / "once.hepmc3", source, n, variations=MODELS, unweighted=False
    )
    assert path.read_bytes() == (tmp_path / "once.hepmc3").read_bytes()


def _garbage(part: Path, journal: Path) -> None:
    journal.write_bytes(b"\x00\xffnot a journal")


def _cut_journal(part: Path, journal: Path) -> None:
    journal.write_text(journal.read_text()[:100])


def _other_kind(part: Path, journal: Path) -> None:
    journal.write_text("[1, 2]")


def _no_journal(part: Path, journal: Path) -> None:
    journal.unlink()


def _short(part: Path, journal: Path) -> None:
    part.write_bytes(part.read_bytes()[:-200])


def _no_part(part: Path, journal: Path) -> None:
    part.unlink()


def _changed(part: Path, journal: Path) -> None:
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_garbage, "damaged or missing"),
        (_cut_journal, "damaged or missing"),
        (_other_kind, "damaged or missing"),
        (_no_journal, "damaged or missing"),
        (_short, "shorter than"),
        (_no_part, "shorter than"),
        (_changed, "does not match"),
    ],
)
def test_a_damaged_unfinished_run_is_refused_and_kept(
    tmp_path: Path, damage: Any, message: str
) -> None:
    path = tmp_path / "x.hepmc3"
    interrupt(path, 3)
    damage(*unfinished(path))
    before = _contents(tmp_path)
    with pytest.raises(InputError, match=message) as error:
        whole(path, resume=True)
    assert "--overwrite instead of --resume" in str(error.value)
    assert "\n" not in str(error.value)
    assert _contents(tmp_path) == before
    # the remedy works
    whole(path, overwrite=True)
    assert _contents(tmp_path) == {
        "x.hepmc3": whole(tmp_path / "y.hepmc3").read_bytes()
    }


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], bytes]:
    """What an interrupted run leaves, and what the whole one makes."""
    folder = tmp_path_factory.mktemp("left")
    interrupt(folder / "x.hepmc3", 3)
    remains = _contents(folder)
    return remains, whole(folder / "y.hepmc3").read_bytes()


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_changed_digit_of_a_journal_is_believed(
    left: tuple[dict[str, bytes], bytes], data: st.DataObject
) -> None:
    """Numbers of events and sums of weights make the cross section: a flipped bit must
    not."""
    remains, right = left
    (name,) = (n for n in remains if n.endswith(".json"))
    journal = bytearray(remains[name])
    journal[data.draw(st.integers(0, len(journal) - 1))] ^= 1 << data.draw(
        st.integers(0, 6)
    )
    with TemporaryDirectory() as folder:
        for other, content in {**remains, name: bytes(journal)}.items():
            (Path(folder) / other).write_bytes(content)
        try:
            whole(Path(folder) / "x.hepmc3", resume=True)
        except InputError:
            assert _contents(Path(folder)) == {**remains, name: bytes(journal)}
        else:  # white space
            assert (Path(folder) / "x.hepmc3").read_bytes() == right


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.mark.parametrize(
    ("change", "n", "key"),
    [
        ({"seed": 2}, 150, "seed was 1, now 2"),
        ({"target": "CsI"}, 150, "target was Ar40, now CsI"),
        ({}, 160, "events was 150, now 160"),
    ],
)
def test_an_unfinished_run_of_other_settings_is_refused(
    tmp_path: Path, change: dict[str, Any], n: int, key: str
) -> None:
    interrupt(tmp_path / "x.hepmc3", 3)
    before = _contents(tmp_path)
    with pytest.raises(InputError, match=key):
        write_events(
            tmp_path / "x.hepmc3",
            replace(Double(motion=50.0), **change),
            n,
            variations=MODELS,
            unweighted=False,
            resume=True,
        )
    # the order of the weights counts
    for models in ({}, dict(reversed(MODELS.items()))):
        with pytest.raises(InputError, match="weights was"):
            write_events(
                tmp_path / "x.hepmc3",
                Double(motion=50.0),
                150,
                variations=models,
                unweighted=False,
                resume=True,
            )
    assert _contents(tmp_path) == before


def test_nothing_that_exists_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.hepmc3"
    path.write_text("precious")
    with pytest.raises(
        InputError, match="exists already: choose another name or add --overwrite"
    ):
        whole(path)
    with pytest.raises(InputError, match="exists already and is complete"):
        whole(path, resume=True)
    assert _contents(tmp_path) == {"x.hepmc3": b"precious"}
    # only the last moment replaces it
    interrupt(path, 2, overwrite=True)
    assert path.read_text() == "precious"
    with pytest.raises(InputError, match="exists already"):
        whole(path)
    whole(path, overwrite=True, resume=True)
    assert path.read_bytes() == whole(tmp_path / "y.hepmc3").read_bytes()
    # an unfinished run is not begun anew by accident
    interrupt(tmp_path / "z.hepmc3", 2)
    before = _contents(tmp_path)
    with pytest.raises(
        InputError, match=r"unfinished run: add --resume to continue, or --overwrite"
    ):
        whole(tmp_path / "z.hepmc3")
    assert _contents(tmp_path) == before


def test_two_processes_do_not_write_one_file(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="no locks on this system")
    path = tmp_path / "x.hepmc3"
    interrupt(path, 2)
    before = _contents(tmp_path)
    part, _ = unfinished(path)
    with part.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for options in ({"resume": True}, {"overwrite": True}, {}):
            with pytest.raises(InputError, match="being written by another process"):
                whole(path, **options)
        assert _contents(tmp_path) == before
    assert (
        whole(path, resume=True).read_bytes()
        == whole(tmp_path / "y.hepmc3").read_bytes()
    )


def test_systems_without_locks_write_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = whole(tmp_path / "x.hepmc3").read_bytes()
    monkeypatch.setattr("nuprobe.unfinished._LOCKS", False)
    interrupt(tmp_path / "y.hepmc3", 2)
    with pytest.raises(InputError, match="unfinished run"):
        whole(tmp_path / "y.hepmc3")
    assert whole(tmp_path / "y.hepmc3", resume=True).read_bytes() == first


@pytest.mark.parametrize("name", ["x", "x.txt", "x.h5", ".hepmc3", "x.gz", "x.root.gz"])
def test_an_unknown_ending_names_those_allowed(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=re.escape(", ".join(FORMATS))):
        write_events(tmp_path / name, Double(), 10)
    with pytest.raises(InputError, match="end in"):
        read_events(tmp_path / name)
    assert _contents(tmp_path) == {}


@pytest.mark.parametrize("n", [0, -3, 2.5, True])
def test_the_number_of_events_is_positive(tmp_path: Path, n: Any) -> None:
    with pytest.raises(
        InputError, match="number of events must be an integer of 1 or more"
    ):
        write_events(tmp_path / "x.hepmc3", Double(), n)
    assert _contents(tmp_path) == {}


def test_a_folder_that_is_missing_is_named_before_anything_is_computed(
    tmp_path: Path,
) -> None:
    with pytest.raises(NuprobeError, match="cannot write"):
        check_new(tmp_path / "missing" / "x.root", 10)


def test_a_full_disk_loses_nothing_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.hepmc3"
    path.write_text("precious")
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left on device"):
            whole(path, overwrite=True)
    assert path.read_text() == "precious"
    whole(path, overwrite=True, resume=True)
    assert path.read_bytes() == whole(tmp_path / "y.hepmc3", resume=True).read_bytes()


def test_events_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Broken(Double):
        def chunk(self, index: int, unweighted: bool = False) -> Chunk:
            chunk = super().chunk(index, unweighted)
            if index == 1:
                chunk.events.plus[3, 2] = np.nan
            return chunk

    with pytest.raises(ComputationError, match=r"chunk 1 .* not finite"):
        write_events(tmp_path / "x.hepmc3", Broken(), 100)
    assert not (tmp_path / "x.hepmc3").exists()


@pytest.mark.parametrize("name", ["CV", "", "a b", "a|b", "a\\b", "a\nb"])
def test_names_of_weights_that_the_format_cannot_hold_are_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match="variation cannot be called"):
        write_events(
            tmp_path / "x.hepmc3", Double(), 10, variations={name: nu.VMinusA()}
        )
    assert _contents(tmp_path) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=3))
def test_any_name_of_a_weight_is_kept_or_refused(names: list[str]) -> None:
    try:
        run = Run(Double(), True, dict.fromkeys(names, nu.VMinusA()))
    except InputError:
        return
    line = next(
        line for line in header(run, 3).decode().split("\n") if line.startswith("W ")
    )
    assert line[2:].split("\\|") == ["CV", *names]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.hepmc3", b"hello", "not HepMC3 text"),
        (
            "x.hepmc3",
            b"HepMC::Version 3\nHepMC::Asciiv3-START_EVENT_LISTING\nE 0 1 2\n",
            "not written by nuprobe",
        ),
        ("x.hepmc3", None, "cannot read"),
        ("x.hepmc3.gz", b"hello", "cannot read"),
        ("x.root", b"hello", "not a complete ROOT file"),
        ("x.root", None, "cannot read"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_events(tmp_path / name)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A complete file of each format."""
    folder = tmp_path_factory.mktemp("complete")
    return {
        ending: whole(folder / f"x{ending}").read_bytes()
        for ending in (".hepmc3", ".hepmc3.gz", ".root")
    }


def _damaged(content: bytes, bit: int) -> bytes:
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz", ".root"])
@pytest.mark.parametrize("number", [40, pytest.param(400, marks=pytest.mark.nightly)])
def test_a_flipped_bit_in_a_file_of_events_is_refused(
    complete: dict[str, bytes], tmp_path: Path, ending: str, number: int
) -> None:
    """Before the library of the format reads it: a damaged text made HepMC3 fault."""
    path, content = tmp_path / f"x{ending}", complete[ending]
    right = _numbers(whole(path))
    bits = np.random.default_rng(3).integers(8 * len(content), size=number).tolist()
    accepted = 0
    for bit in [*bits, 8 * len(content) - 1]:
        path.write_bytes(_damaged(content, bit))
        try:
            found = _numbers(path)
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017
        else:
            accepted += 1
            # gzip does not check the time and the system in its own headers
            assert ending.endswith(".gz")
            assert found == right
    assert accepted <= 0.1 * number


def _numbers(path: Path) -> list[bytes]:
    stored = read_events(path)
    names = (*MOMENTA, *REST)
    arrays = [getattr(stored.events, name).tobytes() for name in names]
    return [*arrays, str((stored.trials, stored.sigma, stored.estimate())).encode()]


@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz"])
def test_no_single_letter_of_a_text_can_change(
    complete: dict[str, bytes], tmp_path: Path, ending: str, monkeypatch: Any
) -> None:
    """Every fiftieth bit of the text; the library must not be asked."""
    content = complete[".hepmc3"]
    monkeypatch.setattr("nuprobe.events.hepmc_reader.pyhepmc", lambda: None)
    path = tmp_path / f"x{ending}"
    for bit in range(0, 8 * len(content), 1 + len(content) // 50):
        damaged = _damaged(content, bit)
        path.write_bytes(
            gzip.compress(damaged, 1) if ending.endswith(".gz") else damaged
        )
        with pytest.raises(
            InputError, match=r"damaged|incomplete|HepMC3 text|by nuprobe"
        ):
            read_events(path)


def test_events_taken_out_or_put_twice_are_noticed(
    complete: dict[str, bytes], tmp_path: Path
) -> None:
    """A changed letter in an event, a missing one and a repeated one gave another
    cross section without a word."""
    path, content = tmp_path / "x.hepmc3", complete[".hepmc3"]
    events = re.split(rb"(?=^E )", content, flags=re.M)
    assert len(events) == 151
    mistyped = events[100].replace(b"P 3", b"Q 3")
    for changed in (
        [*events[:50], *events[51:]],
        [*events[:50], events[50], *events[50:]],
        [*events[:50], events[51], events[50], *events[52:]],
        [*events[:100], mistyped, *events[101:]],
        [*events[:-1]],
        [*events, events[-1]],
    ):
        path.write_bytes(b"".join(changed))
        with pytest.raises(InputError, match=r"damaged|incomplete|lacks the number"):
            read_events(path)


def test_a_reader_that_stops_early_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason: the library says nothing."""
    path = whole(tmp_path / "x.hepmc3")
    hep = pytest.importorskip("pyhepmc")

    class Stopping:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.file = hep.io.open(*args, **kwargs)

        def __enter__(self) -> Any:
            return islice(self.file.__enter__(), 100)

        def __exit__(self, *args: Any) -> None:
            self.file.__exit__(*args)

    monkeypatch.setattr(hep, "open", Stopping)
    with pytest.raises(InputError, match="up to event 100 of 150 only"):
        read_events(path)


@pytest.mark.parametrize("ending", [".hepmc3", ".root"])
def test_a_file_from_before_there_was_a_checksum_says_what_to_do(
    complete: dict[str, bytes], tmp_path: Path, ending: str
) -> None:
    path, content = tmp_path / f"x{ending}", complete[ending]
    if ending == ".root":
        content = content.replace(b"nuprobe-sha256:", b"nuprobe_other-:")
    else:
        content = re.sub(rb"A (0 nuprobe.checksum|nuprobe.events) .*\n", b"", content)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"early version.*write it again"):
        read_events(path)


def test_other_programs_read_a_file_with_a_checksum(
    complete: dict[str, bytes], tmp_path: Path
) -> None:
    """The library of the format reads all events, and writes the same file."""
    hep = pytest.importorskip("pyhepmc")
    for ending in (".hepmc3", ".hepmc3.gz"):
        (tmp_path / f"x{ending}").write_bytes(complete[ending])
        with (
            hep.open(str(tmp_path / f"x{ending}")) as read,
            hep.open(str(tmp_path / "y.hepmc3"), "w", format="HepMC3") as again,
        ):
            for event in read:
                again.write(event)
        assert (tmp_path / "y.hepmc3").read_bytes() == complete[".hepmc3"]
    assert b"A nuprobe.events 150\n" in complete[".hepmc3"]
    assert complete[".hepmc3"].count(b"nuprobe.checksum ") == 1


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_whole_chunks_and_says_how_to_go_on(
    tmp_path: Path, stop: signal.Signals
) -> None:
    path = tmp_path / "x.hepmc3"

    @dataclass(frozen=True)
    class Stopped(Double):
        def chunk(self, index: int, unweighted: bool = False) -> Chunk:
            if index == 3:
                signal.raise_signal(stop)
            return super().chunk(index, unweighted)

    with pytest.raises(
        StoppedError, match=r"of 150 are in .*continue with --resume"
    ) as e:
        write_events(
            path, Stopped(motion=50.0), 150, variations=MODELS, unweighted=False
        )
    assert e.value.signal == stop
    assert not path.exists()
    whole(path, resume=True)
    assert path.read_bytes() == whole(tmp_path / "y.hepmc3").read_bytes()


@pytest.mark.parametrize("ending", [".hepmc3", ".hepmc3.gz", ".root"])
def test_a_file_cut_short_is_refused(tmp_path: Path, ending: str) -> None:
    path = whole(tmp_path / f"x{ending}")
    path.write_bytes(path.read_bytes()[: -path.stat().st_size // 3])
    with pytest.raises(InputError, match=r"incomplete|cannot read"):
        read_events(path)


@pytest.mark.parametrize(
    ("ending", "module"), [(".hepmc3", "pyhepmc"), (".root", "uproot")]
)
def test_a_missing_library_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        InputError, match=rf'{module}: pip install "\.\[events\]" \(in a clone\)'
    ):
        write_events(tmp_path / f"x{ending}", Double(), 10)
    assert _contents(tmp_path) == {}


def test_format_of_knows_every_ending() -> None:
    for ending in FORMATS:
        assert format_of(f"folder.root/My.File{ending.upper()}") == ending


@pytest.fixture(scope="module")
def generator() -> Any:
    return trident(
        ["nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_e e+ mu-"],
        "Ar40",
        flux("dune-nd-fhc"),
        nucleons="fermi-gas",
        seed=3,
    )


@pytest.mark.nightly
def test_the_generator_in_a_file(tmp_path: Path, generator: Any) -> None:
    first = write_events(tmp_path / "x.hepmc3", generator, 500, variations=MODELS)
    write_events(tmp_path / "y.hepmc3", generator, 500, variations=MODELS, workers=2)
    assert (tmp_path / "x.hepmc3").read_bytes() == (tmp_path / "y.hepmc3").read_bytes()
    assert first.expected is None
    file = text.read(tmp_path / "x.hepmc3")
    for event in file.events:
        scale = max(p.p[3] for p in event.particles.values())
        for vertex, (_, incoming) in event.vertices.items():
            left = sum(event.particles[j].p for j in incoming)
            assert (
                np.abs(left - sum(p.p for p in event.leaving(vertex))).max()
                < 1e-9 * scale
            )
    stored = read_events(tmp_path / "x.hepmc3")
    for name, model in MODELS.items():
        assert stored.weights[name] == pytest.approx(
            stored.events.weights(model), rel=1e-12, abs=0
        )
    assert stored.events.weights(nu.StandardModel()) == pytest.approx(
        stored.events.weight, rel=1e-9, abs=0
    )


def test_the_cross_section_in_a_file_is_the_deterministic_one(tmp_path: Path) -> None:
    source = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, seed=5)
    for unweighted in (True, False):
        written = write_events(
            tmp_path / f"{unweighted}.root", source, 4000, unweighted=unweighted
        )
        assert written.expected == pytest.approx(source.sigma, rel=1e-14, abs=0)
        assert written.pull is not None
        assert abs(written.pull) < 5
        assert 0 < written.error < 0.1 * written.sigma
        assert 0 <= written.overweight_fraction < 0.01
        assert read_events(written.path).estimate()[0] == pytest.approx(
            written.sigma, rel=1e-12, abs=0
        )


def test_files_say_which_mixing_angle_was_used(tmp_path: Path) -> None:
    used = {"low": nu.StandardModel(0.23863), "default": nu.StandardModel()}
    found: dict[str, Any] = {}
    for name, model in used.items():
        made = trident(
            "nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, model=model, regime="coherent"
        )
        path = tmp_path / f"{name}.root"
        light = nu.LMuLTau(mass=50.0, coupling=1e-3, base=model)
        write_events(path, made, 20, variations={"light": light})
        found[name] = read_events(path)
        total = nu.trident.total(
            5e3, "nu_mu -> nu_mu mu+ mu-", "Ar40", model, regime="coherent"
        )
        assert found[name].sigma == pytest.approx(float(total), rel=1e-6, abs=0)
    for name, angle in (("low", 0.23863), ("default", 0.23122)):
        for written in found[name].models.values():
            assert f"sin2_theta_w={angle}, " in written
            assert f"sin2_theta_w_high={angle}" in written
        assert found[name].settings["model"]["sin2_theta_w"] == angle
        assert found[name].settings["model"]["sin2_theta_w_high"] == angle
        # no other angle is named anywhere
        named = re.findall(r"0\.2[23]\d+", json.dumps(found[name].settings))
        assert set(named) == {str(angle)}
        # what is named generates the same events
        again = trident(
            "nu_mu -> nu_mu mu+ mu-",
            "Ar40",
            5e3,
            model=nu.StandardModel(found[name].settings["model"]["sin2_theta_w"]),
            regime="coherent",
        )
        write_events(tmp_path / f"{name}-again.root", again, 20)
        repeated = read_events(tmp_path / f"{name}-again.root").events
        assert np.array_equal(repeated.weight, found[name].events.weight)
    assert found["low"].sigma / found["default"].sigma > 1.01
