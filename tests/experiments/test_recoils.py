"""Electron recoils from the Sun with data: against a computation in plain SciPy, limits
of independent fits, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.optimize import minimize_scalar
from scipy.stats import norm

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, NuprobeError
from nuprobe.experiments import Experiment, SitesExperiment
from nuprobe.inference import profile
from nuprobe.numerics import FloatArray

LIBRARY = Path(nu.__file__).parent / "experiments/library"
ELECTRON = 510.99895  # keV
# electrons of xenon by binding energy in keV: X-ray Data Booklet
SHELLS = [
    (2, 34.561),
    (2, 5.453),
    (2, 5.107),
    (4, 4.786),
    (2, 1.1487),
    (2, 1.0021),
    (4, 0.9406),
]
OUTER = 54 - sum(n for n, _ in SHELLS)
PP, BE7 = 5.98e10, 4.93e9  # per cm2 and second, B16-GS98
ATOMS = 1.16e6 / 131.293 * 6.02214076e23 * 365.25 * 86400


def magnetic(t: FloatArray) -> FloatArray:
    """Recoils per keV of a moment of 1e-11 Bohr magnetons, T in keV."""
    number = OUTER + sum(n * (t > b) for n, b in SHELLS)
    least = (t + np.sqrt(t**2 + 2 * ELECTRON * t)) / 2
    # pp: an allowed spectrum up to 420 keV, without Coulomb correction
    e = np.linspace(0, 420.2, 20001)[1:]
    w = 420.2 + ELECTRON - e
    spectrum = e**2 * w * np.sqrt(np.maximum(w**2 - ELECTRON**2, 0.0))
    spectrum *= PP / trapezoid(spectrum, e)

    def above(values: FloatArray) -> FloatArray:
        pieces = (values[1:] + values[:-1]) / 2 * np.diff(e)
        sums = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
        return np.asarray(np.interp(least, e, sums))

    flux, over = above(spectrum), above(spectrum / e)
    for energy, part in ((862.3, 0.897), (384.3, 0.103)):
        flux = flux + BE7 * part * (least < energy)
        over = over + BE7 * part / energy * (least < energy)
    sigma = 2.49467e-25 * 1e-22  # cm2
    return np.asarray(sigma * number * ATOMS * (flux / t - over))


def seen(t: FloatArray, x: FloatArray) -> FloatArray:
    """Density at x of recoils at T, (x, T), with the efficiency of the release."""
    table = np.loadtxt(
        LIBRARY / "xenonnt-er-2022/efficiency.csv", delimiter=",", skiprows=3
    )
    kept = np.interp(x, table[:, 0], table[:, 1], left=0.0)
    return np.asarray(
        kept[:, None] * norm.pdf(x[:, None], t, 0.31 * np.sqrt(t) + 0.0037 * t)
    )


def nodes() -> tuple[FloatArray, FloatArray]:
    """Midpoints and widths in T, keV, fine enough for 1e-4."""
    edges = np.geomspace(0.02, 60, 4001)
    return np.sqrt(edges[1:] * edges[:-1]), np.diff(edges)


@cache
def xenonnt() -> Experiment:
    found = nu.experiment("xenonnt-er-2022")
    assert isinstance(found, Experiment)
    return found


def moment(experiment: Any, analysis: str | None = None) -> Any:
    return experiment.cost(nu.model("electromagnetic"), ["mu_eff"], analysis)


def upper(cost: Any, delta: float, stop: float = 2.5e-11) -> float:
    curve = profile(cost, "mu_eff", np.linspace(0, stop, 251))
    values, rise = np.asarray(curve.values), np.asarray(curve.delta)
    first = int(rise.argmin())
    return float(np.interp(delta, rise[first:], values[first:]))


def test_density_at_the_events_against_scipy() -> None:
    # no template, no response, no flux of the package
    prediction = xenonnt().prediction(nu.model("electromagnetic"), ["mu_eff"])
    with_, without = prediction.expectation(np.array([[1e-11], [0.0]])).base
    cells = xenonnt().bins.cells_of(xenonnt().file.analyses["unbinned"])
    assert cells is not None
    assert cells.counts.sum() == 433
    found = (with_ - without)[58:] / cells.widths
    t, w = nodes()
    wanted = seen(t, cells.positions) @ (w * magnetic(t))
    assert found == pytest.approx(wanted, rel=2e-3)
    assert (with_ - without).sum() == pytest.approx(
        trapezoid(seen(t, grid := np.linspace(1, 30, 4001)) @ (w * magnetic(t)), grid),
        rel=2e-3,
    )


def test_limit_against_scipy() -> None:
    # -2 ln L of the release's events and background, minimised without the package
    table = np.loadtxt(
        LIBRARY / "xenonnt-er-2022/background.csv", delimiter=",", skiprows=3
    )
    events = np.loadtxt(LIBRARY / "xenonnt-er-2022/events.csv", skiprows=2)
    background = 1.16 * table[:, 2] / 0.1
    flat = 1.16 * table[:, 2].sum()
    t, w = nodes()
    grid = np.linspace(1, 30, 4001)
    density = seen(t, events) @ (w * magnetic(t))
    total = trapezoid(seen(t, grid) @ (w * magnetic(t)), grid)
    # solar neutrinos, 80 of 427 events and as flat as the rest: scaled with it
    known = background[np.searchsorted(table[:, 1], events)]

    def least(mu: float) -> float:
        def twice_nll(v: float) -> float:
            rho = known * (1 + v) + density * mu**2
            return float(
                2 * (flat * (1 + v) + total * mu**2 - np.log(rho).sum())
                + (v / 0.1) ** 2
            )

        return float(minimize_scalar(twice_nll, bounds=(-0.5, 0.5)).fun)

    moments = np.linspace(0, 1.2, 61)
    rise = np.array([least(m) for m in moments])
    rise -= rise.min()
    first = int(rise.argmin())
    for delta in (1.64, 2.71):
        wanted = 1e-11 * np.interp(delta, rise[first:], moments[first:])
        assert upper(moment(xenonnt()), delta) == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize(
    ("name", "analysis", "limits"),
    [
        ("xenonnt-er-2022", "unbinned", (5.8e-12, 7.2e-12)),
        ("lz-er-2025", "first-from-zero", (9.3e-12, 11.1e-12)),
        ("lz-er-2025", "from-zero", (6.0e-12, 7.2e-12)),
        ("pandax-4t-er-2024", "from-zero", (11.2e-12, 13.2e-12)),
    ],
)
def test_limits_of_independent_fits(
    name: str, analysis: str, limits: tuple[float, float]
) -> None:
    cost = moment(nu.experiment(name), analysis)
    for delta, wanted in zip((1.64, 2.71), limits, strict=True):
        assert upper(cost, delta) == pytest.approx(wanted, rel=0.05)


def test_expected_limit_of_xenonnt() -> None:
    cost = moment(xenonnt()).asimov({"mu_eff": 0.0})
    assert upper(cost, 1.64) == pytest.approx(8.85e-12, rel=0.03)
    assert upper(cost, 2.71) == pytest.approx(10.1e-12, rel=0.03)


def test_fine_bins_have_the_limit_of_single_events() -> None:
    fine = xenonnt().with_changes({"binning.energy.bins": 1160})
    wanted = upper(moment(xenonnt(), "unbinned"), 2.71)
    assert upper(moment(fine, "counts"), 2.71) == pytest.approx(wanted, rel=3e-3)
    # single events do not know of the bins
    assert upper(moment(fine, "unbinned"), 2.71) == pytest.approx(wanted, rel=1e-4)


def test_published_solar_neutrinos() -> None:
    # PandaX:2024cic lists 72.6 ± 8.1, LZ 151 ± 9 (second run), the atom's suppression
    # included in LZ's
    panda = nu.experiment("pandax-4t-er-2024").predict()
    assert panda.signal.sum() == pytest.approx(72.6, abs=8.1)
    lz = nu.experiment("lz-er-2025")
    assert isinstance(lz, SitesExperiment)
    second = lz.predict().sites["second"].signal.sum()
    assert second == pytest.approx(151, rel=0.12)


def test_background_with_the_signal_is_the_table() -> None:
    # what is subtracted is added again: the sum is that of the release
    rates = xenonnt().predict()
    table = np.loadtxt(
        LIBRARY / "xenonnt-er-2022/background.csv", delimiter=",", skiprows=3
    )
    assert rates.total.sum() == pytest.approx(1.16 * table[:, 2].sum(), rel=1e-6)
    assert rates.data is not None
    assert rates.data.sum() == 433


def test_analysis_of_one_site_alone() -> None:
    lz = nu.experiment("lz-er-2025")
    assert isinstance(lz, SitesExperiment)
    assert list(lz.predict(analysis="first").sites) == ["first"]
    assert lz.cost(free=["sin2_theta_w"], analysis="first").n_bins == 19
    with pytest.raises(ExperimentFileError, match=r"analyses.first.sites.*'third'"):
        lz.with_changes({"analyses.first.sites": ["third"]})


def _copied(tmp_path: Path, name: str = "xenonnt-er-2022") -> Path:
    return Path(shutil.copytree(LIBRARY / name, tmp_path / "mine"))


def _with(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _refused(opened: Any) -> str:
    with pytest.raises(NuprobeError) as caught:
        opened()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_event_outside_the_window(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    _with(folder / "events.csv", "1.6990\n", "31.2\n")
    message = _refused(lambda: nu.experiment(folder))
    assert "events.csv: row 1, column energy_kev: the event at 31.2" in message
    assert "remove it or widen the bins" in message


def test_efficiency_above_one(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    with (folder / "efficiency.csv").open("a") as file:
        file.write("31,1.2\n")
    message = _refused(lambda: nu.experiment(folder))
    assert "efficiency.csv" in message
    assert "1.2" in message
    assert "31" in message


def test_background_on_other_bins(tmp_path: Path) -> None:
    folder = _copied(tmp_path, "pandax-4t-er-2024")
    _with(folder / "counts.csv", "\n3,4,", "\n3,4.5,")
    message = _refused(lambda: nu.experiment(folder))
    assert "counts.csv" in message
    assert "does not match the edges" in message


def test_nothing_expected_at_an_event(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    _with(folder / "experiment.toml", "contains_signal = true\n", "")
    text = (folder / "background.csv").read_text().splitlines()
    kept = text[:3] + [r for r in text[3:] if float(r.split(",")[0]) > 1.75]
    (folder / "background.csv").write_text("\n".join(kept) + "\n")
    (folder / "efficiency.csv").write_text("energy_kev,efficiency\n1.75,0.5\n40,0.8\n")
    opened = nu.experiment(folder)
    message = _refused(lambda: opened.cost(free=["sin2_theta_w"]))
    assert "events.csv: column energy_kev: nothing is expected at the event" in message
    assert "begin energy_range above it" in message


def test_more_signal_than_the_background_that_contains_it(tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    _with(folder / "experiment.toml", "scale = 1.16 ", "scale = 0.1 ")
    opened = nu.experiment(folder)
    message = _refused(opened.predict)
    assert "contains_signal, but between" in message
    assert "not_negative = true" in message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": {"table": "events.csv"}}, "counts.*or events"),
        (
            {"data": {"table": "events.csv", "events": "x", "sigma": "s"}},
            "no sigma",
        ),
        ({"response.smearing.kind": "none"}, "need a density"),
        (
            {"analyses.unbinned.signal": {"counts": [1.0]}},
            "no published signal",
        ),
        (
            {"binning.time": {"start": "0 us", "stop": "1 us", "bins": 1}},
            "binning.time",
        ),
    ],
)
def test_what_single_events_cannot_have(
    changes: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ExperimentFileError, match=message):
        xenonnt().with_changes(changes)


def test_unbinned_needs_events() -> None:
    with pytest.raises(ExperimentFileError, match=r"needs data\.events"):
        nu.experiment("pandax-4t-er-2024").with_changes(
            {"analyses.counts.statistic": "unbinned"}
        )


def test_part_of_the_window(tmp_path: Path) -> None:
    part = xenonnt().with_changes({"analyses.unbinned.energy_range": [5, 20]})
    cost = moment(part)
    low = np.loadtxt(LIBRARY / "xenonnt-er-2022/events.csv", skiprows=2)
    assert cost.data.sum() == ((low >= 5) & (low <= 20)).sum()
    assert cost.expected({})[0].sum() == pytest.approx(
        part.predict().total.sum(), rel=1e-9
    )
    # wider bins leave the events alone
    wider = part.rebinned(energy=[5, 10, 20])
    points = np.array([[0.0], [1e-11], [2e-11]])
    fine, coarse = (c.profiled(points).twice_nll for c in (cost, moment(wider)))
    assert fine - fine[0] == pytest.approx(coarse - coarse[0], abs=1e-6)


def test_systematics_of_single_events() -> None:
    # light moves the signal at the events as it does in the bins
    light = {
        "name": "light",
        "kind": "quenching",
        "sigma": 0.05,
        "acts_on": ["signal"],
    }
    moved = xenonnt().with_changes(
        {
            "systematics": [light],
            "analyses.unbinned.systematics": ["light"],
            "analyses.counts.systematics": ["light"],
        }
    )
    single, bins = (
        moment(moved, name).prediction.expectation(np.array([[1e-11]])).slopes[0][0]
        for name in ("unbinned", "counts")
    )
    cells = moved.bins.cells_of(moved.file.analyses["unbinned"])
    assert cells is not None
    whole = single[:58] + np.bincount(cells.owners, single[58:], 58)
    assert whole == pytest.approx(bins, rel=1e-9, abs=1e-9)
    density = single[58:] / cells.widths
    assert density == pytest.approx(2 * bins[cells.owners], abs=0.3 * abs(bins).max())


def test_no_infinity_in_an_unbinned_projection() -> None:
    with pytest.raises((ExperimentFileError, InputError)):
        nu.experiment("solar-xe-projection").with_changes(
            {"analyses.energy.statistic": "unbinned"}
        )
