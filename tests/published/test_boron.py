"""Solar 8B neutrinos on xenon: recoils, efficiencies and the flux, by other means."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment, joint_cost
from nuprobe.reproductions import recipes
from nuprobe.units import keV, parse_quantity

LIBRARY = Path(nu.__file__).parent / "experiments" / "library"
FLUXES = Path(nu.__file__).parent / "fluxes" / "library" / "solar"
slow = pytest.mark.nightly
XENON = {  # mole fraction, atomic mass in u, rms charge radius in fm (Angeli 2013)
    124: (0.000952, 123.905892, 4.7661),
    126: (0.000890, 125.904298, 4.7722),
    128: (0.019102, 127.903531, 4.7774),
    129: (0.264006, 128.904781, 4.7775),
    130: (0.040710, 129.903509, 4.7818),
    131: (0.212324, 130.905084, 4.7808),
    132: (0.269086, 131.904155, 4.7859),
    134: (0.104357, 133.905395, 4.7899),
    136: (0.088573, 135.907214, 4.7964),
}


def own_recoils(t: np.ndarray, flux: float) -> np.ndarray:
    """Recoils per tonne, year and keV at `t` keV: nothing of the package but the
    tabulated 8B spectrum."""
    table = np.loadtxt(FLUXES / "b8.csv", delimiter=",", skiprows=_comments())
    e = np.linspace(0.01, 17.0, 4000)
    spectrum = np.interp(e, table[:, 0], table[:, 1], left=0, right=0)
    spectrum /= np.trapezoid(spectrum, e)
    rate = np.zeros_like(t)
    recoil = t[:, None] * 1e-3
    for a, (share, mass, charge) in XENON.items():
        m = mass * 931.49410242 - 54 * 0.51099895
        q = np.sqrt(2 * m * recoil) / 197.3269804
        r0 = math.sqrt(5 / 3 * (charge**2 - 3 * 0.9**2))
        x = q * r0
        form = 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((0.9 * q) ** 2) / 2)
        weak = -0.5 * (a - 54) + 54 * (0.5 - 2 * 0.23863)
        kinematics = 1 - recoil / e - m * recoil / (2 * e**2)
        allowed = recoil < 2 * e**2 / (m + 2 * e)
        cross = 1.1663788e-11**2 * m / math.pi * (weak * form) ** 2
        cross = np.where(allowed, cross * kinematics, 0) * 0.3893793721e-21
        rate += share * np.trapezoid(cross * spectrum, e, axis=1)
    mean = sum(share * mass for share, mass, _ in XENON.values())
    return np.asarray(rate * flux * 1e6 / mean * 6.02214076e23 * 31557600 * 1e-3)


def _comments() -> int:
    lines = (FLUXES / "b8.csv").read_text().splitlines()
    return next(i for i, line in enumerate(lines) if line[:1].isdigit())


def test_recoils_by_an_own_calculation() -> None:
    """Per tonne-year above 0.5 keV, and the same in the package."""
    t = (np.arange(900) + 0.5) * 5e-3 + 0.5
    own = own_recoils(t, 5.46e6).sum() * 5e-3
    boron, xenon = nu.flux("solar", components=["8B"]), nu.target("natural Xe")
    mean = nu.cevns.averaged(boron, t * keV, xenon, nu.StandardModel(), "nu_e")
    here = mean.sum() * 5e-3 * keV * 5.46e6 * 31557600
    here *= parse_quantity("1000 kg", "mass") / xenon.mass
    assert own == pytest.approx(320.9, rel=1e-3, abs=0)
    assert here == pytest.approx(own, rel=1e-3, abs=0)


def test_the_collaboration_expects_fewer_recoils() -> None:
    """9 % fewer events than B16-GS98 and the spectrum here, in all runs alike; 4 % of
    it are SNO's flux."""
    xenon = nu.experiment("xenonnt-8b")
    assert isinstance(xenon, Experiment)
    for theirs, ours in (
        ("release", "counts"),
        ("release-sr0-sr1", "sr0-sr1"),
        ("release-sr2", "sr2"),
    ):
        ratio = (
            xenon.predict(analysis=theirs).signal.sum()
            / xenon.predict(analysis=ours).signal.sum()
        )
        assert ratio == pytest.approx(0.914, abs=0.002)
        assert ratio * 5.46 / 5.25 == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize("analysis", ["discovery", "release-sr2"])
def test_published_counts_are_for_their_flux(analysis: str) -> None:
    """As published without a flux; with one, published counts times flux over 5.25."""
    xenon = nu.experiment("xenonnt-8b")
    assert isinstance(xenon, Experiment)
    nominal = xenon.predict(analysis=analysis).signal.sum()
    for flux in (5.25e6, 5.46e6, 1e6):
        moved = xenon.predict(analysis=analysis, values={"phi_8B": flux}).signal.sum()
        assert moved == pytest.approx(nominal * flux / 5.25e6, rel=1e-9, abs=0)
    own = xenon.predict(analysis="sr2").signal.sum()
    moved = xenon.predict(analysis="sr2", values={"phi_8B": 1e6}).signal.sum()
    assert moved == pytest.approx(own / 5.46, rel=1e-9, abs=0)


@slow
def test_flux_is_the_scale_times_the_expected_flux() -> None:
    for analysis, flux in (("discovery", 5.25), ("release-sr2", 5.25), ("sr2", 5.46)):
        scale = recipes.fit_value(
            "xenonnt-8b", ["cevns_scale"], "cevns_scale", analysis
        )
        found = recipes.boron_flux({"xenonnt-8b": analysis})
        assert found == pytest.approx(flux * scale, rel=2e-3, abs=0)


def test_paired_events_of_pandax_by_hand() -> None:
    """The shipped efficiency folded with the recoils above."""
    table = np.loadtxt(
        LIBRARY / "pandax-4t-8b" / "recoils.csv", delimiter=",", skiprows=3
    )
    t = (np.arange(2200) + 0.5) * 2e-3 + 0.2
    recoils = 1.20 * own_recoils(t, 5.46e6) * 2e-3
    paired, single = (
        (recoils * np.interp(t, table[:, 0], column, left=0, right=0)).sum()
        for column in table[:, 1:].T
    )
    panda = nu.experiment("pandax-4t-8b")
    assert isinstance(panda, Experiment)
    computed = panda.predict(analysis="efficiency").signal.ravel()
    assert computed == pytest.approx([paired, single], rel=5e-3, abs=0)
    assert computed == pytest.approx([3.43, 48.75], rel=1e-3, abs=0)


def test_a_joint_flux_is_that_of_the_sum() -> None:
    """PandaX-4T and SNO: the name of the flux is shared, the costs add."""
    panda, sno = nu.experiment("pandax-4t-8b"), nu.experiment("sno-2013")
    both = joint_cost([panda, sno], free=["phi_8B"], analysis={"pandax-4t-8b": "flux"})
    points = np.array([[3e6], [5.25e6], [9e6]])
    single = [
        panda.cost(free=["phi_8B"], analysis="flux"),
        sno.cost(free=["phi_8B"]),
    ]
    sums = sum(c.profiled(points).twice_nll for c in single)
    np.testing.assert_allclose(both.profiled(points).twice_nll, sums, rtol=1e-6)


def test_flux_of_pandax_by_hand() -> None:
    """Two counts, three nuisances: the profile at its best value and at its edges."""
    panda = nu.experiment("pandax-4t-8b")
    found = panda.fit(None, ["phi_8B"], "flux")["phi_8B"]
    assert found.interval is not None
    lower, upper = found.interval.lower, found.interval.upper
    assert lower is not None
    assert upper is not None

    def twice_nll(flux: float) -> float:
        """Minimum over the nuisances on a fine grid."""
        a = np.linspace(-0.6, 0.6, 121)
        e, p, i = np.meshgrid(a, a, np.linspace(-0.4, 0.4, 161), indexing="ij")
        total = (e / 0.2) ** 2 + (p / 0.179) ** 2 + (i / 0.127) ** 2
        s = flux / 5.46e6 * (1 + e)
        for n, signal, mu_b in ((3, 2.275, 2.8 * (1 + p)), (332, 48.75, 251 * (1 + i))):
            mu = signal * s + mu_b
            total += 2 * (mu - n + n * np.log(n / mu))
        return float(total.min())

    best = twice_nll(found.value)
    assert twice_nll(lower) - best == pytest.approx(1, abs=0.02)
    assert twice_nll(upper) - best == pytest.approx(1, abs=0.02)


def _panda(tmp_path: Path, name: str, old: str, new: str) -> Path:
    folder = tmp_path / "pandax-4t-8b"
    shutil.copytree(LIBRARY / "pandax-4t-8b", folder)
    text = (folder / name).read_text()
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new))
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "recoils.csv",
            "\n1.5,0.0309,0\n",
            "\n1.5,1.3,0\n",
            r"recoils\.csv: at a recoil energy of 1\.5 keV .* sum is 1\.3;",
        ),
        (
            "backgrounds.csv",
            "1,2,0,251",
            "1,3,0,251",
            r"backgrounds\.csv: column high does not match the edges of \[binning\]",
        ),
        (
            "experiment.toml",
            'default = "5.46e6 1/cm2/s"',
            'default = "5.25e6 1/cm2/s"',
            r"phi_8B: default 5\.25e6 1/cm2/s differs from the 5\.46e\+06 1/cm2/s",
        ),
        (
            "experiment.toml",
            'upper = "1.092e8 1/cm2/s"',
            'upper = "1.092e8 cm"',
            "cm",
        ),
    ],
)
def test_bad_tables_are_refused(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(ExperimentFileError, match=message):
        nu.experiment(_panda(tmp_path, name, old, new))


def test_a_flux_of_published_counts_needs_a_parameter() -> None:
    found = nu.experiment("coherent-lar-2020")
    key = "analyses.published.signal.flux"
    with pytest.raises(ExperimentFileError, match="acts_on = 'flux'"):
        found.with_changes({key: 5.25e6})
    panda = nu.experiment("pandax-4t-8b")
    with pytest.raises(ExperimentFileError, match="must be positive"):
        panda.with_changes({"analyses.flux.signal.flux": 0})


@pytest.mark.parametrize(
    "free",
    [lambda: ["phi_8B", "cevns_scale"], lambda: ["cevns_scale", "phi_8B"]],
)
def test_flux_and_scale_are_one_thing(free: Callable[[], list[str]]) -> None:
    with pytest.raises(InputError, match="scale the same signal: free only one"):
        nu.experiment("pandax-4t-8b").fit(None, free(), "flux")


def test_lz_is_a_projection() -> None:
    """An efficiency, no data."""
    lz = nu.experiment("lz-8b-projection")
    assert isinstance(lz, Experiment)
    assert lz.is_projection()
    assert lz.predict().signal.sum() == pytest.approx(18.7, abs=0.05)
    table = LIBRARY / "lz-8b-projection" / "efficiency.csv"
    t, kept = np.loadtxt(table, delimiter=",", skiprows=2).T
    # points of the published table
    for energy, published in ((0.5025, 1.574e-4), (9.548, 2.48e-5)):
        assert kept[t == energy] == pytest.approx(published)
    for energy, published in ((1.508, 0.03509), (3.015, 0.1378), (5.025, 0.04107)):
        assert np.interp(energy, t, kept) == pytest.approx(published, rel=0.03, abs=0)
