"""HepMC3 text in the NuHepMC layout, version 1.0.0 [Gardiner:2023ejq]; HepMC3 is
[Buckley:2019xhk].

pyhepmc writes the header and reads files. The events themselves are formatted here,
faster than pyhepmc builds them one by one, and with identical bytes: a file read and
rewritten by pyhepmc is unchanged.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Sequence
from importlib import metadata
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.events.record import (
    HADRONS,
    PB,
    Run,
    Tally,
    nucleus_pdg,
    plain,
    process_id,
    recoil_pdg,
    target_pdg,
)
from nuprobe.events.sample import MOMENTA, Chunk, EventProcess
from nuprobe.numerics import FloatArray

__all__ = [
    "BOUND",
    "CHECKSUM",
    "COUNT",
    "FOOTER",
    "SIGMA",
    "check",
    "encode",
    "header",
    "pyhepmc",
    "with_checksum",
]

FOOTER: Final = b"HepMC::Asciiv3-END_EVENT_LISTING\n\n"

_VERTEX: Final = {
    1: ("Primary", "the neutrino hits a nucleus, a nucleon or an electron"),
    21: ("NucleonSeparation", "the struck nucleon leaves the target nucleus"),
}
_PARTICLE: Final = {
    1: ("Final", "outgoing physical particle"),
    4: ("Beam", "incoming neutrino"),
    20: ("Target", "target nucleus, free nucleon or electron"),
    21: ("StruckNucleon", "nucleon inside the target nucleus that is hit"),
}
_REMNANT: Final = 2009900000
_REMNANT_TEXT: Final = "what a nucleus has left when a struck nucleon leaves it"
_HADRONS_TEXT: Final = (
    "all hadrons from the break-up of a {}, as one undecayed particle of invariant mass"
    " W, with the electric charge and baryon number of the {}"
)
BOUND: Final = 8  # particles of an event on a bound nucleon; 6 otherwise
SIGMA: Final = "NuHepMC.FluxAveragedTotalCrossSection"
COUNT: Final = "nuprobe.events"
CHECKSUM: Final = b"A 0 nuprobe.checksum "
_AFTER_CHECKSUM: Final = b"A 0 nuprobe.invariants "  # attributes are in order
_CONVENTIONS: Final = "E.C.1 E.C.4 G.C.3 G.C.5 G.S.1 G.S.2 P.C.1 P.C.2 V.C.1"
_THEORY: Final = (
    "Czyz:1964zz",
    "Lovseth:1971vv",
    "Brown:1973ih",
    "Altmannshofer:2019zhy",
)
_ATTRIBUTES: Final = (
    "nuprobe.terms: VV, AA, VA in cm2 per target; the weight in a model with couplings"
    " V and A and mediators (strength c, axial strength d, mass M) is v^2 VV + a^2 AA +"
    " v a VA with v = V + sum of c/(K2 + M^2), a = A + sum of d/(K2 + M^2)."
    " nuprobe.invariants: Q2, K2 and the squared mass of the"
    " charged pair in MeV2. nuprobe.process: index into nuprobe.processes. Weights are"
    " in pb: summed and divided by the attempted events of the last GenCrossSection"
    " they give the cross section. nuprobe.target: nuclides of the target (PDG numbers)"
    " and how many of each it has. nuprobe.events: events in the file."
    " nuprobe.checksum, in the last event: CRC-32 of the text without that line."
)


def pyhepmc() -> ModuleType:
    """Import pyhepmc; raises `InputError` naming the extra.

    Examples
    --------
    >>> pyhepmc().__name__
    'pyhepmc'
    """
    try:
        import pyhepmc
        import pyhepmc.io
    except ImportError:
        raise InputError(
            'HepMC3 files need pyhepmc: pip install ".[events]" (in a clone)'
        ) from None
    module: ModuleType = pyhepmc
    return module


def check() -> None:
    """Raise `InputError` if pyhepmc is not installed.

    Examples
    --------
    >>> check()
    """
    pyhepmc()


def header(run: Run, n: int) -> bytes:
    """Return the header of a file: everything common to all events.

    Parameters
    ----------
    run : the generator and the output settings.
    n : number of events in the file.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> header(run, 5)[:14]
    b'HepMC::Version'
    """
    hep = pyhepmc()
    generator = run.generator
    info = hep.GenRunInfo()
    info.tools = [
        hep.GenRunInfo.ToolInfo(
            "nuprobe", metadata.version("nuprobe"), "neutrino trident production"
        )
    ]
    info.weight_names = list(run.names)
    attributes: dict[str, Any] = {
        "NuHepMC.Version.Major": 1,
        "NuHepMC.Version.Minor": 0,
        "NuHepMC.Version.Patch": 0,
        "NuHepMC.Units.CrossSection.Unit": "pb",
        "NuHepMC.Units.CrossSection.TargetScale": run.per,
        "NuHepMC.Citations.Generator.InspireHep": "Altmannshofer:2019zhy",
        "NuHepMC.Provenance.RNGSeed": int(generator.settings.get("seed", 0)),
        **_additional(generator.processes),
        "nuprobe.settings": json.dumps(run.settings, sort_keys=True),
        "nuprobe.weights": json.dumps(run.models),
        "nuprobe.processes": json.dumps([plain(p) for p in generator.processes]),
        "nuprobe.attributes": _ATTRIBUTES,
        "nuprobe.unweighted": int(run.unweighted),
        COUNT: int(n),
    }
    named = {process_id(p): (_name(p), _description(p)) for p in generator.processes}
    for kind, table in (
        ("Process", named),
        ("VertexStatus", _VERTEX),
        ("ParticleStatus", _PARTICLE),
    ):
        attributes[f"NuHepMC.{kind}IDs"] = " ".join(map(str, sorted(table)))
        for number, (name, text) in table.items():
            attributes[f"NuHepMC.{kind}Info[{number}].Name"] = name
            attributes[f"NuHepMC.{kind}Info[{number}].Description"] = text
    for number in named:
        attributes[f"NuHepMC.Citations.Process[{number}].InspireHep"] = " ".join(
            _THEORY
        )
    beam = _beam(run)
    attributes.update(beam)
    conventions = _CONVENTIONS.split() + ["G.C.4"] * bool(beam)
    if run.sigma is not None:
        attributes[SIGMA] = repr(run.sigma)
        conventions.append("G.C.2")
    if run.target is not None:
        attributes["nuprobe.target"] = json.dumps(
            {str(nucleus_pdg(c.isotope)): c.count for c in run.target.components}
        )
    attributes["NuHepMC.Conventions"] = " ".join(sorted(conventions))
    for key, value in attributes.items():
        info.attributes[key] = value
    buffer = io.BytesIO()
    stream = hep.io.pyiostream(buffer)
    hep.io.WriterAscii(stream, info).close()
    stream.flush()
    # a writer both closed and deleted would end the file twice
    return buffer.getvalue().partition(FOOTER)[0]


def _additional(processes: Sequence[EventProcess]) -> dict[str, str]:
    """Particles without a PDG number, convention G.C.5: the remnant of P.C.2 and
    hadrons of any mass."""
    listed = {_REMNANT: ("NuclearRemnant", _REMNANT_TEXT)}
    for p in processes:
        if p.broken and p.nucleon:
            name = f"HadronsOf{p.nucleon.title()}"
            text = _HADRONS_TEXT.format(p.nucleon, p.nucleon)
            listed[HADRONS[p.nucleon]] = name, text
    attributes = {"NuHepMC.AdditionalParticleNumbers": " ".join(map(str, listed))}
    for number, (name, text) in listed.items():
        attributes |= {
            f"NuHepMC.AdditionalParticleNumber[{number}].Name": name,
            # the NuHepMC reader looks for the name here
            f"NuHepMC.AdditionalParticleInfo[{number}].Name": name,
            f"NuHepMC.AdditionalParticleInfo[{number}].Description": text,
        }
    return attributes


def _name(process: EventProcess) -> str:
    return f"{process.regime} trident {process.channel.name}"


def _description(process: EventProcess) -> str:
    one = process.channel
    what = {"coherent": "a nucleus that stays whole", "electron": "an electron"}
    exchange = (
        "W and Z"
        if one.incoming == one.outgoing and one.incoming.index in (one.minus, one.plus)
        else "W"
    )
    if one.incoming == one.outgoing and exchange == "W":
        exchange = "Z"
    where = what.get(process.regime, f"a {process.regime}")
    if process.broken:
        where = f"a {process.nucleon} that breaks into hadrons of mass W"
    return (
        f"{one.name} off {where}, {exchange} exchange in the Standard Model"
        f" [{', '.join(_THEORY)}]"
    )


def _beam(run: Run) -> dict[str, Any]:
    """Convention G.C.4: one energy or a histogram for each neutrino; nothing if the
    flux is neither."""
    source = run.generator.source
    flavours = {p.channel.pdg[0]: p.channel.incoming for p in run.generator.processes}
    attributes: dict[str, Any] = {}
    kinds = set()
    area = "cm-2" if source.emission == "beam" else "4pi"
    rate = "Arbitrary" if source.per == "unit" else f"{area} per {source.per}"
    for number, flavour in flavours.items():
        parts = source.of(flavour)
        lines = {line.energy for part in parts for line in part.lines}
        key = f"NuHepMC.Beam[{number}]"
        if len(lines) == 1 and all(p.density is None for p in parts):
            kind = "MonoEnergetic"
            attributes[f"{key}.{kind}.Energy"] = repr(lines.pop())
        elif not lines and parts:
            kind = "Histogram"
            edges = np.unique(np.concatenate([p.edges for p in parts]))
            # integral above an edge minus that above the next
            above = sum(p.integrate(np.ones_like, edges) for p in parts)
            attributes |= {
                f"{key}.{kind}.BinEdges": " ".join(map(repr, edges.tolist())),
                f"{key}.{kind}.BinContent": " ".join(
                    map(repr, np.maximum(-np.diff(above), 0.0).tolist())
                ),
                f"{key}.{kind}.ContentIsPerWidth": "0",
            }
        else:
            return {}
        kinds.add(kind)
        attributes[f"{key}.Type"] = kind
    # the units are common to all, but readers look for them with each type
    attributes |= {"NuHepMC.Beam.EnergyUnit": "MEV", "NuHepMC.Beam.FluxUnit": rate}
    if len(kinds) == 1:
        attributes["NuHepMC.Beam.Type"] = kinds.pop()
    return attributes


def _number(x: float) -> str:
    return f"{x:.16e}"


def _line(
    number: int, parent: int, pdg: int, momentum: str, mass: float, status: int
) -> str:
    return f"P {number} {parent} {pdg} {momentum} {_number(mass)} {status}\n"


_P: Final = "%.16e %.16e %.16e %.16e"


def _template(run: Run, index: int, host: int) -> tuple[str, float]:
    """Text of an event of a process with placeholders for numbers, and the mass of the
    target nucleus (0 for a free particle).

    The placeholders: event number, weights, cross sections, invariants, terms,
    [remnant], momenta by line, [mass of the hadrons].
    """
    process = run.generator.processes[index]
    nu_in, nu_out, plus, minus = process.channel.pdg
    m_minus, m_plus = process.channel.masses
    hit = target_pdg(process)
    more = len(run.names) - 1
    bound = host >= 0
    text = f"E %d {2 if bound else 1} {BOUND if bound else 6}\nU MEV MM\n"
    text += "W" + " %.22e" * (more + 1) + "\n"
    text += "A 0 GenCrossSection %.8e %.8e %d %d" + " %.8e %.8e" * more + "\n"
    text += "A 0 lab_pos 0 0 0\n"
    text += (
        f"A 0 nuprobe.invariants %r %r %r\nA 0 nuprobe.process {index}\nA 0"
        " nuprobe.terms %r %r %r\n"
    )
    vertex = -1
    if bound:
        nucleus = run.hosts(index)[host][0]
        z = nucleus.z - (process.nucleon == "proton")
        text += (
            "A 2 remnant_particle_number"
            f" {1_000_000_000 + 10_000 * z + 10 * (nucleus.a - 1)}\n"
        )
    text += f"A 0 signal_process_id {process_id(process)}\n"
    if bound:
        at_rest = " ".join(map(_number, (0.0, 0.0, 0.0, nucleus.mass)))
        text += (
            _line(1, 0, nucleus_pdg(nucleus), at_rest, nucleus.mass, 20)
            + "V -1 21 [1]\n"
        )
        text += f"P 2 -1 {_REMNANT} {_P} %.16e 1\n" + _line(
            3, -1, hit, _P, process.mass, 21
        )
        text += _line(4, 0, nu_in, _P, 0.0, 4) + "V -2 1 [3,4]\n"
        vertex, first = -2, 5
    else:
        text += (
            _line(1, 0, hit, _P, process.mass, 20)
            + _line(2, 0, nu_in, _P, 0.0, 4)
            + "V -1 1 [1,2]\n"
        )
        first = 3
    out = ((nu_out, 0.0), (minus, m_minus), (plus, m_plus), (hit, process.mass))
    lines = [
        _line(first + i, vertex, pdg, _P, mass, 1) for i, (pdg, mass) in enumerate(out)
    ]
    if process.broken:
        lines[-1] = f"P {first + 3} {vertex} {recoil_pdg(process)} {_P} %.16e 1\n"
    text += "".join(lines)
    return text, nucleus.mass if bound else 0.0


def encode(
    run: Run, chunk: Chunk, weights: FloatArray, tally: Tally
) -> tuple[bytes, Tally]:
    """Format the events of a chunk.

    Parameters
    ----------
    run : generator and output settings.
    chunk : of `run.generator`; or only its first events with their share of the trials.
    weights : pb, shape (events, names).
    tally : of the preceding events.

    Returns
    -------
    text, tally : the tally includes the chunk.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> chunk = run.generator.chunk(0)
    >>> text, _ = encode(run, chunk, run.weights(chunk.events) * PB, Tally.empty(run))
    >>> text[:8]
    b'E 0 1 6\\n'
    """
    events, n = chunk.events, len(chunk.events)
    kinds = len(run.names)
    trials = tally.trials + np.rint(chunk.trials * np.arange(1, n + 1) / max(n, 1))
    s1, s2 = (
        a + np.cumsum(b, axis=0)
        for a, b in ((tally.sums, weights), (tally.squares, weights**2))
    )
    sigma = s1 / trials[:, None]
    error = np.sqrt(np.maximum(s2 / trials[:, None] - sigma**2, 0.0) / trials[:, None])
    pairs = np.stack([sigma, error], axis=2).reshape(n, 2 * kinds)
    counts = np.column_stack([tally.events + np.arange(1, n + 1), trials])
    # (E, p) here, (p, E) there
    p = {name: np.roll(getattr(events, name), -1, axis=1) for name in MOMENTA}
    base = [tally.events + np.arange(n), weights, pairs[:, :2], counts, pairs[:, 2:]]
    base += [events.q2, events.k2, events.s, events.terms]
    final = [p[name] for name in ("nu_out", "minus", "plus", "recoil")]
    hosts, w = run.pick_hosts(chunk), events.w
    lines: NDArray[np.object_] = np.empty(n, dtype=object)
    for index, host in sorted(
        set(zip(events.process.tolist(), hosts.tolist(), strict=True))
    ):
        here = np.flatnonzero((events.process == index) & (hosts == host))
        template, mass = _template(run, index, host)
        if host >= 0:
            remnant = np.array([0.0, 0.0, 0.0, mass]) - p["target"]
            left = np.sqrt(
                np.maximum(remnant[:, 3] ** 2 - (remnant[:, :3] ** 2).sum(1), 0.0)
            )
            incoming = [remnant, left, p["target"], p["nu_in"]]
        else:
            incoming = [p["target"], p["nu_in"]]
        last = [w] * run.generator.processes[index].broken
        columns = (*base, *incoming, *final, *last)
        rows = np.column_stack([column[here] for column in columns])
        lines[here] = [template % tuple(row) for row in rows.tolist()]
    return "".join(lines).encode(), tally.add(
        weights, chunk.trials, run.generator.max_weight * PB
    )


def with_checksum(text: bytes, before: int) -> bytes:
    """The last events of a file with the checksum of the whole file.

    Parameters
    ----------
    text : of the last events; `FOOTER` follows.
    before : CRC-32 of everything before them.

    Examples
    --------
    >>> end = b"E 4 1 6\\nA 0 nuprobe.invariants 1 2 3\\n"
    >>> with_checksum(end, 0).decode().split("\\n")[1][:21]
    'A 0 nuprobe.checksum '
    """
    at = text.rindex(_AFTER_CHECKSUM)
    crc = zlib.crc32(text + FOOTER, before)
    return text[:at] + CHECKSUM + f"{crc:08x}\n".encode() + text[at:]
