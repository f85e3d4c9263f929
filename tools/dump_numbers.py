"""Dump templates, totals and fits of everything that ships, and compare two dumps.

A move of code must leave every bit where it was, a change of kinematics 1e-12, a change
of the minimiser 1e-9. Run it before and after::

    python tools/dump_numbers.py before.npz
    python tools/dump_numbers.py after.npz
    python tools/dump_numbers.py --compare before.npz after.npz
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import nuprobe as nu
from nuprobe.experiments import Experiment, experiment, experiment_names

Numbers = dict[str, np.ndarray]
SETS = (
    *("templates", "tridents", "cevns", "electron"),
    *("fits", "costs", "limits", "events"),
)


def models() -> dict[str, object]:
    """Models that between them reach every term of a process."""
    return {
        "sm": nu.StandardModel(),
        "radii": nu.Electromagnetic(
            charge_radius={"ee": 1e-32, "emu": 2e-32}, magnetic_moment={"mumu": 1e-10}
        ),
        "vector": nu.LightVector(50.0, 3e-5, "universal"),
        "scalar": nu.LightScalar(50.0, 3e-5, "nucleons"),
    }


def counting() -> Iterator[Experiment]:
    """Counting experiments that ship."""
    for name in experiment_names():
        one = experiment(name)
        if isinstance(one, Experiment):
            yield one


def templates() -> Numbers:
    """Templates of every counting experiment, with each of its axes alone."""
    found: Numbers = {}
    for one in counting():
        axes = [(), *((p.name,) for p in one.file.parameters)]
        for name, model in models().items():
            for free in axes if name == "sm" else [()]:
                try:
                    result = one.templates(free=free, model=model)
                except nu.errors.InputError as err:  # such as a rate that diverges
                    print(f"left out: {one.name}, {name}: {err}", file=sys.stderr)
                    continue
                key = f"{one.name}/{name}/{','.join(free)}"
                for part in result.parts:
                    found[f"{key}/{part.isotope}"] = part.values
                found[f"{key}/time"] = result.time
                if not free:
                    parts = one.predict(model).components.values()
                    counts = np.stack([v.ravel() for v in parts])
                    found[f"{one.name}/{name}/counts"] = counts
    return found


def tridents() -> Numbers:
    """Totals of every channel and regime, Standard Model and a Z'."""
    from nuprobe.processes.trident.channels import CHANNELS

    zp = nu.LMuLTau(mass=100.0, coupling=1e-3)
    found: Numbers = {}
    for one in CHANNELS:
        for target, regimes in (
            ("Ar40", ("coherent", "proton", "neutron", "all")),
            ("Fe56", ("coherent",)),
        ):
            for regime in regimes:
                key = f"{one.name}/{target}/{regime}"
                energies = np.array([2e3, 2e4, 2e5])
                for label, model in (("sm", nu.StandardModel()), ("zp", zp)):
                    found[f"{key}/{label}"] = nu.trident.total(
                        energies, one.name, target, model, regime=regime
                    )
    return found


def cevns() -> Numbers:
    """Cross sections of CEvNS on several targets."""
    found: Numbers = {}
    recoil = np.geomspace(1e-4, 5e-2, 40)
    for target in ("Ar40", "CsI", "Xe", "Ge", "H2O", "F19"):
        for name, model in models().items():
            threshold = {"threshold": 1e-4}
            for flavour in ("nu_e", "nubar_mu"):
                key = f"{target}/{name}/{flavour}"
                found[f"{key}/total"] = nu.cevns.total(
                    np.array([3.0, 10.0, 50.0]), target, model, flavour, **threshold
                )
                found[f"{key}/differential"] = nu.cevns.differential(
                    30.0, recoil, target, model, flavour
                )
        for source, flavour in (("sns", "nu_e"), ("reactor", "nubar_e")):
            found[f"{target}/{source}"] = nu.cevns.averaged(
                nu.flux(source), recoil, target, nu.StandardModel(), flavour
            )
    return found


def electron() -> Numbers:
    """Cross sections on electrons."""
    found: Numbers = {}
    recoil = np.geomspace(1e-4, 1.0, 40)
    for name, model in models().items():
        for flavour in ("nu_e", "nubar_mu"):
            key = f"{name}/{flavour}"
            found[f"{key}/total"] = nu.electron.total(
                np.array([0.4, 3.0, 30.0]), model, flavour, threshold=1e-3
            )
            found[f"{key}/differential"] = nu.electron.differential(
                2.0, recoil, model, flavour
            )
    for source, flavour in (("solar", "nu_e"), ("reactor", "nubar_e")):
        found[source] = nu.electron.averaged(
            nu.flux(source), recoil, nu.StandardModel(), flavour, "Xe"
        )
    return found


def fits() -> Numbers:
    """Minima, errors and intervals of fits and joint fits."""
    found: Numbers = {}

    def keep(key: str, result: object) -> None:
        free = result.free  # type: ignore[attr-defined]
        # as tables show them: charge radii in 1e-32 cm2, like older versions
        scaled = [getattr(p.parameter, "shown", lambda x: x) for p in free]
        found[f"{key}/best"] = np.array(
            [f(p.value) for f, p in zip(scaled, free, strict=True)]
        )
        found[f"{key}/nll"] = np.array(result.twice_nll)  # type: ignore[attr-defined]
        ends = [
            (f(p.interval.lower), f(p.interval.upper))
            for f, p in zip(scaled, free, strict=True)
            if p.interval is not None
        ]
        found[f"{key}/ends"] = np.array(
            [[np.nan if e is None else e for e in pair] for pair in ends]
        )

    for one in counting():
        if one.file.data is None:
            continue
        for analysis in one.analyses:
            free = ["sin2_theta_w"]
            keep(f"{one.name}/{analysis}/s2", one.fit(None, free, analysis))
            names = [p.name for p in one.file.parameters][:1]
            if names:
                keep(f"{one.name}/{analysis}/own", one.fit(None, names, analysis))
    csi = experiment("coherent-csi-2017")
    assert isinstance(csi, Experiment)
    radii = ["charge_radius.ee", "charge_radius.mumu", "charge_radius.emu"]
    model = nu.Electromagnetic(charge_radius={"ee": 0.0, "mumu": 0.0, "emu": 0.0})
    keep("csi/radii", csi.fit(model, radii, "energy-time"))
    from nuprobe.experiments import joint_cost

    pair = [experiment("coherent-csi-2021"), experiment("coherent-lar-2020")]
    keep("joint/s2", nu.fit(joint_cost(pair, None, ["sin2_theta_w"])))  # type: ignore[arg-type]
    keep("joint/radii", nu.fit(joint_cost(pair, model, radii[:2])))  # type: ignore[arg-type]
    return found


def costs() -> Numbers:
    """Predictions and costs of what does not count: ratios, rates, abundances."""
    from nuprobe.models.sterile import SterileNeutrino

    found: Numbers = {}
    sterile = SterileNeutrino(0.1, 1.0)
    for name in experiment_names():
        one = experiment(name)
        if isinstance(one, Experiment):
            continue
        oscillates = one.file.process in ("oscillation", "reactor-rates")
        model = sterile if oscillates else None
        for analysis in one.analyses:
            key = f"{name}/{analysis}"
            found[f"{key}/signal"] = one.predict(None, analysis).signal
            for parameter in one.parameters(model):
                if parameter.name.startswith("mu_eff"):  # stands for matrices
                    continue
                cost = one.cost(model, [parameter.name], analysis)
                # a trident has mass and coupling, whichever is asked for
                point = [
                    p.default + (p.step if p.name == parameter.name else 0.0)
                    for p in cost.parameters
                ]
                best = cost.profiled([point])
                found[f"{key}/{parameter.name}/nll"] = best.twice_nll
                found[f"{key}/{parameter.name}/nuisances"] = best.nuisances
    return found


def limits() -> Numbers:
    """Limits from trident and counting experiments."""
    found: Numbers = {}
    masses = np.geomspace(1.0, 1e5, 25)
    names = ["ccfr-trident", "charm2-trident", "nutev-trident"]
    trident = nu.limit([experiment(n) for n in names], mass=masses)
    for curve in trident.curves:
        found[f"trident/{curve.label}"] = curve.coupling
    found["conus-plus/s2"] = np.array(
        experiment("conus-plus").fit(None, ["sin2_theta_w"]).twice_nll  # type: ignore[union-attr]
    )
    return found


def events() -> Numbers:
    """Trident events of the compiled loops, backgrounds and distributions."""
    from itertools import islice

    from nuprobe.events import backgrounds, distributions, expected, trident

    mumu, emu = "nu_mu -> nu_mu mu+ mu-", "nu_mu -> nu_e e+ mu-"
    zp = nu.LMuLTau(mass=50.0, coupling=1e-3)
    gas = {"nucleons": "fermi-gas"}
    made = {
        "argon": trident(mumu, "Ar40", 5000.0, regime="coherent"),
        "dune": trident(
            [mumu, "nubar_mu -> nubar_e e- mu+"],
            "Ar40",
            "dune-nd-fhc",
            regime="elastic",
        ),
        "electron": trident("nu_e -> nu_e e+ e-", None, 20.0, regime="electron"),
        "water": trident(emu, "H2O", 3000.0, regime="elastic", seed=7, **gas),
        "free": trident(emu, "O16", 2000.0, regime="neutron", pauli=False, **gas),
        "light": trident(mumu, "Fe56", 2e4, regime="elastic", model=zp, seed=2**40),
    }
    found: Numbers = {}
    arrays = "process nu_in target nu_out minus plus recoil q2 k2 s terms weight"
    for name, generator in made.items():
        found[f"{name}/sigma"] = np.array([generator.sigma, generator.max_weight])
        for unweighted in (False, True):
            chunk = generator.chunk(1, unweighted)
            found[f"{name}/{unweighted}/size"] = np.array(len(chunk.events))
            for field in arrays.split():
                values = getattr(chunk.events, field)[:300]
                found[f"{name}/{unweighted}/{field}"] = values
    for name, flux, target in (
        ("dune", "dune-nd-fhc", "Ar40"),
        ("rhc", "dune-nd-rhc", "H2O"),
    ):
        drawn = backgrounds.generate(flux, target, 400, seed=3)
        for field in ["kind", "nu_in", "minus", "plus", "s", "extra_energy", "weight"]:
            found[f"background {name}/{field}"] = getattr(drawn, field)
    filled = distributions(
        list(islice(made["dune"].chunks(), 2)),
        ["m_pair", "Q2", ("E_minus", "E_plus")],
        models={"generated": None, "zp": zp},
        cuts="E_minus > 0.5 GeV and theta_plus < 20 deg, m_pair < 1 GeV",
    )
    for i, item in enumerate(filled.items):
        for field in ["values", "covariance", "second", "outside", "counts"]:
            found[f"distribution {i}/{field}"] = getattr(item, field)
        found |= {f"distribution {i}/edges{j}": e for j, e in enumerate(item.edges)}
    found["distribution/efficiency"] = filled.flow.efficiency
    found["distribution/interval"] = filled.flow.interval
    whole = distributions([made["argon"].chunk(0)], ["Q2"])
    curve = expected(made["argon"], whole.items[0], {"sm": None}, quick=True)
    assert curve is not None
    found["expected"] = curve.values
    return found


def dump(path: Path, wanted: list[str]) -> None:
    """Write the numbers of the wanted sets."""
    found: Numbers = {}
    for name in wanted:
        start = time.perf_counter()
        make: Callable[[], Numbers] = globals()[name]
        found |= {f"{name}:{key}": np.asarray(v) for key, v in make().items()}
        print(f"{name}: {time.perf_counter() - start:.1f} s", file=sys.stderr)
    np.savez_compressed(path, **found)  # type: ignore[arg-type]


def compare(before: Path, after: Path) -> int:
    """Print the largest relative difference of each group; returns the exit code."""
    rows: dict[str, tuple[float, str]] = {}
    with np.load(before) as old, np.load(after) as new:
        missing = set(old) ^ set(new)
        for key in sorted(set(old) & set(new)):
            a, b = old[key], new[key]
            group = "/".join(key.split("/")[:1])
            if a.shape != b.shape:
                rows[f"{key} (shape {a.shape} -> {b.shape})"] = (np.inf, key)
                continue
            scale = np.maximum(np.abs(a), 1e-12 * np.abs(a).max(initial=0.0))
            both = np.isfinite(a) & np.isfinite(b)
            odd = (np.isfinite(a) != np.isfinite(b)).any()
            with np.errstate(all="ignore"):
                ratio = np.where(scale > 0, np.abs(a - b) / scale, np.abs(a - b))
            worst = np.inf if odd else float(np.max(ratio[both], initial=0.0))
            if worst >= rows.get(group, (-1.0, ""))[0]:
                rows[group] = (worst, key)
    for group, (worst, key) in sorted(rows.items()):
        print(f"{group:46s} {worst:9.2e}  {'bitwise' if worst == 0 else key}")
    for key in sorted(missing):
        print(f"only in one: {key}")
    return 1 if missing else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--only", default=",".join(SETS), help="of " + ", ".join(SETS))
    options = parser.parse_args()
    if options.compare:
        return compare(*options.paths)
    dump(options.paths[0], options.only.split(","))
    return 0


if __name__ == "__main__":
    sys.exit(main())
