"""Germanium experiments: counts by a plain calculation, published numbers, and what the
quenching does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

import nuprobe as nu
from nuprobe.detectors import named_quenching, named_quenchings
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.experiments import Experiment, joint_cost
from nuprobe.reproductions import recipes
from nuprobe.units import keV

GE = {70: 0.2052, 72: 0.2745, 73: 0.0776, 74: 0.3652, 76: 0.0775}
G_F, HBARC2, FM = 1.1663788e-11, 0.3893794e-21, 197.32698  # MeV, MeV2 cm2
ALPHA_U = 931.494
AVOGADRO = 6.02214076e23


def _experiment(name: str) -> Experiment:
    return nu.experiment(name, Experiment)


def lindhard(t: np.ndarray, k: float) -> np.ndarray:
    """Ionisation (keV) of a recoil (keV) in germanium."""
    e = 11.5 * 32 ** (-7 / 3) * t
    g = 3 * e**0.15 + 0.7 * e**0.6 + e
    return np.asarray(t * k * g / (1 + k * g))


def helm(q: np.ndarray, a: int) -> np.ndarray:
    """Helm form factor for q in 1/fm, of the measured charge radii, about 4.07 fm."""
    radius = {70: 4.0414, 72: 4.0576, 73: 4.0632, 74: 4.0742, 76: 4.0811}[a]
    s = 0.9
    r = math.sqrt(5 / 3 * (radius**2 - 3 * s**2))
    x = q * r
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * s) ** 2) / 2)


def cross_section(e: np.ndarray, t: np.ndarray, a: int) -> np.ndarray:
    """dσ/dT (cm²/MeV) on one isotope for energies E and recoils T, MeV."""
    mass = a * ALPHA_U
    q_w = (a - 32) - (1 - 4 * 0.23863) * 32
    shape = 1 - t / e - mass * t / (2 * e**2)
    q = np.sqrt(2 * mass * t) / FM
    value = G_F**2 * mass / (4 * np.pi) * q_w**2 * shape * helm(q, a) ** 2 * HBARC2
    return np.where(shape > 0, value, 0.0)


def sns_spectra(e: np.ndarray) -> np.ndarray:
    """Continuum of both delayed neutrinos, per MeV."""
    m = 105.6583755
    anti = 64 * e**2 / m**3 * (0.75 - e / m)
    electron = 192 * e**2 / m**3 * (0.5 - e / m)
    return np.where(e < m / 2, anti + electron, 0.0)


def test_counts_of_ge_mini_by_hand() -> None:
    """Neutrinos per cm², nuclei, cross section, quenching, resolution and efficiency
    in plain numpy."""
    fluence = 2.0516e22 * 0.09627 / (4 * np.pi * 1910.0**2)
    nuclei = 10.66e3 * AVOGADRO / 72.63
    t = np.linspace(0.002, 0.085, 1500)
    e = np.linspace(0.02, 52.82, 1200)
    d_t = np.zeros_like(t)
    for a, share in GE.items():
        folded = cross_section(e[:, None], t, a) * sns_spectra(e)[:, None]
        d_t += share * np.trapezoid(folded, e, axis=0)
        d_t += share * cross_section(np.array(29.792), t, a)
    seen = lindhard(t * 1e3, 0.157)
    width = np.sqrt(0.06**2 + 0.12**2 * seen)
    x = np.linspace(1.5, 20, 1851)
    middle = (x[1:] + x[:-1]) / 2
    share = np.diff(ndtr((x[:, None] - seen) / width), axis=0)
    kept = np.interp(middle, [1.5, 1.7, 2.0, 2.4, 3.0], [0.978, 0.987, 0.994, 0.998, 1])
    kept[(middle > 8.5) & (middle < 10.6)] = 0
    counts = fluence * nuclei * np.trapezoid(d_t * (kept @ share), t)
    ours = _experiment("coherent-ge-mini-2024").predict().signal.sum()
    # 1 % for nucleons inside nuclei, masses of atoms and the efficiency at few points
    assert ours == pytest.approx(counts, rel=0.02)


def test_counts_of_conus_plus_depend_on_quenching_as_by_hand() -> None:
    """Ratios of predictions: the threshold on the recoil moves with k."""
    source = nu.flux("reactor", highest="10 MeV")
    e = np.linspace(4.0, 9.99, 800)
    spectrum = np.asarray(source.spectrum("nubar_e", e))
    t = np.linspace(2e-4, 3e-3, 900)
    d_t = np.trapezoid(cross_section(e[:, None], t, 73) * spectrum[:, None], e, axis=0)

    def rate(k: float) -> float:
        seen = lindhard(t * 1e3, k)
        width = np.sqrt(0.0204**2 + 0.0176**2 * seen)
        kept = sum(ndtr((seen - x) / width) for x in (0.16, 0.17, 0.18)) / 3
        return float(np.trapezoid(d_t * kept, t))

    conus = _experiment("conus-plus")
    signals = {
        k: conus.with_changes({"quenching": name})
        .predict(analysis="first-principles")
        .signal.sum()
        for k, name in ((0.157, "ge-lindhard"), (0.179, "ge-scholz-2016"))
    }
    ratio = signals[0.179] / signals[0.157]
    assert ratio == pytest.approx(rate(0.179) / rate(0.157), rel=0.02)


def test_ge_mini_and_a_public_code() -> None:
    """Signal of a member's code: 25.80 counts in 7.187 GWh kg."""
    ours = recipes.signal("coherent-ge-mini-2024")
    assert ours == pytest.approx(25.80 * 10.22 / 7.187, rel=0.02)


def test_the_effective_count_has_the_published_errors() -> None:
    """Their mean is an input; their difference and the significance are not."""
    arguments = ("coherent-ge-mini-2024", "normalisation")
    found = recipes.scaled_signal(*arguments)
    assert found == pytest.approx(20.6, abs=1e-3)
    up = recipes.scaled_signal(*arguments, side="upper")
    down = recipes.scaled_signal(*arguments, side="lower")
    assert up == pytest.approx(7.1, abs=0.1)
    assert down == pytest.approx(-6.3, abs=0.1)
    assert math.sqrt(recipes.no_signal(*arguments)) == pytest.approx(3.9, abs=0.2)
    assert recipes.expected_distance("coherent-ge-mini-2024", "counts") < 2.0


def test_a_free_flux_nuisance_is_that_of_the_other_targets() -> None:
    names = ("coherent-csi-2017", "coherent-ge-mini-2024")
    cost = joint_cost([nu.experiment(n) for n in names], free=["sin2_theta_w"])
    assert [n.name for n in cost.nuisances].count("sns-flux") == 1


def test_lindhard_k_is_what_the_file_says() -> None:
    """The axis of k, at a node and off it, against files with that k."""
    mini = _experiment("coherent-ge-mini-2024")
    prediction = mini.prediction(None, ["k_ge"], "counts")
    for k in (0.11, 0.157, 0.243):
        written = {"kind": "lindhard", "k": k, "z": 32}
        there = mini.with_changes({"quenching": written}).predict().signal.sum()
        assert prediction.signal(np.array([[k]])).sum() == pytest.approx(
            there, rel=1e-5
        )


def test_one_k_for_all_germanium() -> None:
    """Shared by name; the joint fit lies between."""
    pair = [nu.experiment(n) for n in ("coherent-ge-mini-2024", "conus-plus")]
    analyses = {"conus-plus": "first-principles"}
    both = nu.fit(joint_cost(pair, free=["k_ge"], analysis=analyses), minos=False)
    one = pair[1].fit(free=["k_ge"], analysis="first-principles", minos=False)
    assert 0.08 < both.values["k_ge"] < one.values["k_ge"]
    assert one.values["k_ge"] == pytest.approx(0.177, abs=0.001)


def test_published_factors() -> None:
    """Quoted in abstracts: 25.3 % at 8.5 keV (Scholz), 14 % at 254 eV (Lindhard, in
    arXiv:2405.10405), k of Lindhard's theory."""
    scholz = named_quenching("ge-scholz-2016").function()
    assert float(scholz(np.array(8.5 * keV))) / (8.5 * keV) == pytest.approx(
        0.253, abs=0.0005
    )
    plain = named_quenching("ge-lindhard")
    there = float(plain.function()(np.array(0.254 * keV))) / (0.254 * keV)
    assert there == pytest.approx(0.14, abs=0.005)
    assert plain.k == pytest.approx(0.133 * 32 ** (2 / 3) / math.sqrt(72.63), abs=5e-4)


@given(
    st.sampled_from([q.name for q in named_quenchings()]),
    st.floats(0.01, 4.5),
)
@settings(deadline=None)
def test_ionisation_is_less_than_the_recoil(name: str, recoil: float) -> None:
    seen = float(named_quenching(name).function()(np.array(recoil * keV)))
    assert 0.05 * recoil * keV < seen < 0.5 * recoil * keV


def test_dresden_is_what_a_free_background_finds() -> None:
    """A separate nonlinear fit with the signal of a public code finds 0.95 ± 0.34 of
    it, Δχ² = 7.4; ours has 0.78 of that signal."""
    fit = _experiment("dresden-ii-2022").fit(
        free=["cevns_scale"], analysis="normalisation", minos=False
    )
    share = recipes.signal("dresden-ii-2022") / 115.03
    error = fit["cevns_scale"].error
    assert error is not None
    assert fit.values["cevns_scale"] * share == pytest.approx(0.95, abs=0.05)
    assert error * share == pytest.approx(0.34, abs=0.02)
    rise = recipes.no_signal("dresden-ii-2022", "normalisation")
    assert rise == pytest.approx(7.4, abs=0.3)


def test_what_does_not_fit_is_refused() -> None:
    conus = _experiment("conus-plus")
    with pytest.raises(ExperimentFileError, match=r"tabulated up to 4\.5 keV"):
        _experiment("coherent-ge-mini-2024").with_changes({"quenching": "ge-fef"})
    with pytest.raises(ExperimentFileError, match="is of Ge, but what recoils is"):
        _experiment("coherent-csi-2017").with_changes({"quenching": "ge-fef"})
    with pytest.raises(ExperimentFileError, match="did you mean ge-fef"):
        conus.with_changes({"quenching": "ge-feff"})
    with pytest.raises(UnknownNameError, match="ge-ybe"):
        named_quenching("ge-yb")
    table = conus.with_changes({"quenching": "ge-ybe"})
    with pytest.raises(InputError, match="Lindhard's k, which the quenching"):
        table.fit(free=["k_ge"], analysis="first-principles")
    with pytest.raises(ExperimentFileError, match="'ge-ybe', a name: choose an anal"):
        table.cost(free=["cevns_scale"], analysis="shapes")
    with pytest.raises(InputError, match="smearing"):
        table.with_changes(
            {"quenching": "ge-fef", "response.smearing": {"kind": "none"}}
        )
    with pytest.raises(InputError, match="has no data"):
        _experiment("conus-2024").fit(free=["sin2_theta_w"])


def test_a_named_k_can_be_moved_by_a_systematic() -> None:
    """`shapes` of CONUS+ has ±0.004 in k around any named k."""
    named = _experiment("conus-plus").with_changes({"quenching": "ge-lindhard"})
    assert named.predict(analysis="shapes").signal_sigma > 0


def test_what_cannot_move_published_counts_is_told() -> None:
    """The default analysis of CONUS+ is scaled to the published expectation."""
    changed = _experiment("conus-plus").with_changes({"quenching": "ge-fef"})
    with pytest.warns(ValidityWarning, match=r"quenching is; .* first-principles"):
        published = changed.predict().signal.sum()
    assert published == pytest.approx(
        _experiment("conus-plus").predict().signal.sum(), rel=1e-12
    )
    assert changed.predict(analysis="first-principles").signal.sum() > 2 * published
