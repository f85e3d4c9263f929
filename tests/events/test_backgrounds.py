"""The parametrised background source: conservation, limits, closed forms, counts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate
from tests.nightly import few

from nuprobe.constants import M_MUON, M_NEUTRON, M_PROTON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.events import trident
from nuprobe.events.assumptions import assumptions
from nuprobe.events.backgrounds import (
    KINDS,
    PROCESSES,
    Background,
    Comparison,
    blocks,
    charged_current,
    coherent_nuclei,
    compare,
    generate,
    hadrons,
    multiplicities,
    spectra,
)
from nuprobe.events.decays import decay_probability
from nuprobe.events.observables import OBSERVABLES
from nuprobe.fluxes import flux, monoenergetic
from nuprobe.nuclei import target
from nuprobe.units import GeV, m, ns

M_N = (M_PROTON + M_NEUTRON) / 2
TABLE = assumptions()


def _random() -> np.random.Generator:
    return np.random.default_rng(7)


def _mass2(p: np.ndarray) -> np.ndarray:
    return np.asarray(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1))


def _mono(energy: float, kind: str = "nu_mu") -> object:
    return monoenergetic(energy, kind)


@pytest.fixture(scope="module")
def dune() -> Background:
    return generate("dune-nd-fhc", "Ar40", 4000, seed=3)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare("dune-nd-fhc", "Ar40", few(6000, 20_000), seed=5)


def test_the_cross_section_is_the_named_one() -> None:
    e = np.array([100.0, 300.0]) * GeV
    np.testing.assert_allclose(
        charged_current(e, "nu_mu", TABLE) / (e / GeV), 0.677e-38
    )
    np.testing.assert_allclose(
        charged_current(e, "nubar_mu", TABLE) / (e / GeV), 0.334e-38
    )
    # measurements the table is not made of, SciBooNE and IHEP-JINR, within their errors
    assert charged_current(np.array([0.87 * GeV]), "nu_mu", TABLE)[0] == pytest.approx(
        1.01e-38, abs=0.12e-38
    )
    assert charged_current(np.array([15 * GeV]), "nu_mu", TABLE)[
        0
    ] / 15 == pytest.approx(0.683e-38, abs=0.033e-38)


def test_antiquarks_make_the_ratio_of_the_cross_sections() -> None:
    r = TABLE.values.deep_inelastic.antiquark_ratio.value
    assert (r + 1 / 3) / (1 + r / 3) == pytest.approx(0.334 / 0.677, abs=0.005)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("anti", [False, True])
@pytest.mark.parametrize("energy", [12.0, 80.0])
def test_interactions_conserve_energy_and_momentum(
    process: str, anti: bool, energy: float
) -> None:
    e = np.full(2000, energy * GeV)
    found = hadrons(process, e, anti, TABLE, _random())
    assert np.abs(_mass2(found.muon) / e**2 - (M_MUON / e) ** 2).max() < 1e-12
    # Q2 once more from the muon alone
    np.testing.assert_allclose(
        2 * e * (found.muon[:, 0] - found.muon[:, 3]) - M_MUON**2,
        found.q2,
        rtol=1e-6,
        atol=1e-9 * e[0] ** 2,
    )
    total = found.muon + found.hadrons
    np.testing.assert_allclose(total[:, 0], e + found.mass, rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(_mass2(found.hadrons)), found.w, rtol=1e-5)
    if process != "coherent pion":
        np.testing.assert_allclose(total[:, 1:3], 0.0, atol=1e-9 * e[0])
        np.testing.assert_allclose(total[:, 3], e, rtol=1e-12)


def test_single_pions_reach_down_to_threshold() -> None:
    start = ((M_N + TABLE.values.pion.mass.value + M_MUON) ** 2 - M_N**2) / (2 * M_N)
    found = hadrons("single pion", np.full(500, 1.002 * start), False, TABLE, _random())
    assert np.isfinite(found.muon).all()
    assert (found.w >= M_N + TABLE.values.pion.mass.value).all()


def test_deep_inelastic_muons_have_the_inelasticity_of_quarks() -> None:
    """Far above threshold the mean y is that of 1 + r (1 - y)^2 and of r + (1 -
    y)^2."""
    e = np.full(40_000, 1e4 * GeV)
    r = TABLE.values.deep_inelastic.antiquark_ratio.value
    for anti, (flat, falling) in ((False, (1.0, r)), (True, (r, 1.0))):
        y = 1 - hadrons("deep inelastic", e, anti, TABLE, _random()).muon[:, 0] / e
        mean = (flat / 2 + falling / 12) / (flat + falling / 3)
        assert y.mean() == pytest.approx(mean, abs=5 * y.std() / 200)
    assert (
        0.18 < (TABLE.values.deep_inelastic.x_rise.value + 1) / 5.3 < 0.3
    )  # mean x of data


def test_coherent_pions_leave_the_nucleus_alone() -> None:
    e = np.full(4000, 5 * GeV)
    found = hadrons("coherent pion", e, False, TABLE, _random())
    beam = np.column_stack([e, 0 * e, 0 * e, e])
    t = -_mass2(beam - found.muon - found.hadrons)
    slope = (TABLE.values.coherent_pion.radius.value * 40 ** (1 / 3)) ** 2 / 3
    assert t.min() >= 0
    transfer = np.linalg.norm((beam - found.muon)[:, 1:], axis=1)
    t_min = (transfer - np.linalg.norm(found.hadrons[:, 1:], axis=1)) ** 2
    # an exponential has no memory: beyond the smallest |t| of each event its mean is
    # 1/b
    assert (t >= t_min * (1 - 1e-6) - 1e-3).all()
    assert (t - t_min).mean() * slope == pytest.approx(1.0, abs=5 / np.sqrt(4000))
    lighter = hadrons("coherent pion", e, False, TABLE, _random(), a=12.0)
    t_light = -_mass2(beam - lighter.muon - lighter.hadrons)
    assert t_light.mean() > 1.5 * t.mean()


@pytest.mark.parametrize("anti", [False, True])
def test_mesons_do_not_carry_more_energy_than_there_is(anti: bool) -> None:
    w = np.geomspace(1.5, 20, 30) * GeV
    found = multiplicities(w, anti, TABLE)
    assert all((v >= 0).all() and np.isfinite(v).all() for v in found.values())
    assert (np.diff(found["pion"]) >= 0).all()
    # mean z of (1 - z)^n / z from m/nu on, times the number: less than all
    n = TABLE.values.hadrons.fragmentation_power.value
    for mass, kind in ((139.57, "pion"), (493.7, "kaon")):
        for energy, number in zip(
            (w**2 - M_N**2) / (2 * M_N) / 0.8, found[kind], strict=True
        ):
            low = min(mass / energy, 0.9)
            norm = integrate.quad(lambda z: (1 - z) ** n / z, low, 1)[0]
            mean = integrate.quad(lambda z: (1 - z) ** n, low, 1)[0] / norm
            assert number * mean < 0.9


def test_events_are_on_shell_and_weigh_something(dune: Background) -> None:
    for p in (dune.minus, dune.plus):
        assert np.abs(_mass2(p) / p[:, 0] ** 2 - (M_MUON / p[:, 0]) ** 2).max() < 1e-9
    assert np.isfinite(dune.weight).all()
    assert (dune.weight > 0).all()
    assert (dune.extra_energy >= 0).all()
    assert (dune.s >= 4 * M_MUON**2 * (1 - 1e-6)).all()
    seen = dune.minus[:, 0] + dune.plus[:, 0]
    assert (seen <= dune.nu_in[:, 0] + M_N).all()
    assert set(np.unique(dune.kind)) == set(range(len(KINDS)))
    np.testing.assert_allclose(
        OBSERVABLES["m_pair"](dune) ** 2,  # type: ignore[arg-type]
        _mass2(dune.minus + dune.plus),
        rtol=1e-9,
    )


def test_the_charged_current_muon_has_the_charge_of_the_neutrino() -> None:
    """At high y the antineutrino's muon is soft: minus and plus swap between nu and
    nubar."""
    energy = 20 * GeV
    nu = generate(_mono(energy), "Ar40", 4000)  # type: ignore[arg-type]
    nubar = generate(_mono(energy, "nubar_mu"), "Ar40", 4000)  # type: ignore[arg-type]
    for found, prompt, other in (
        (nu, nu.minus, nu.plus),
        (nubar, nubar.plus, nubar.minus),
    ):
        w = found.weight / found.weight.sum()
        assert (w * prompt[:, 0]).sum() > 3 * (w * other[:, 0]).sum()


def test_single_pion_weights_are_the_closed_form() -> None:
    """One energy: everything is the cross section, a share and a probability; decays by
    a mean over pions."""
    energy = 3 * GeV
    found = generate(_mono(energy), "Ar40", 4000)  # type: ignore[arg-type]
    v = TABLE.values
    sigma = 40 * charged_current(np.array([energy]), "nu_mu", TABLE)[0]
    share = (
        v.composition.single_pion.value(np.array([energy]))[0]
        * v.single_pion.charged_share.value
    )
    taken = found.kind == 1
    assert found.weight[taken].sum() / found.trials == pytest.approx(
        sigma * share * np.exp(-2.5 / 1.07), rel=1e-9, abs=0
    )
    # the same pions, in the same order, decay
    p = np.linalg.norm(found.plus[taken][:, 1:], axis=1)
    probability = (
        decay_probability(p, v.pion.mass.value, 26.033 * ns, 5 * m, 1.07 * m) * 0.999877
    )
    np.testing.assert_allclose(
        found.weight[found.kind == 0], sigma * share * probability, rtol=1e-9
    )


def test_a_flux_gives_the_average_over_its_spectrum() -> None:
    source = flux("dune-nd-fhc")
    found = generate(source, "Ar40", few(25_000, 100_000), seed=11)
    v = TABLE.values

    def sigma(kind: str) -> float:
        def one(e: np.ndarray) -> np.ndarray:
            share = (
                v.composition.single_pion.value(e) * v.single_pion.charged_share.value
            )
            return np.where(
                e > 280.0, 40 * charged_current(e, kind, TABLE) * share, 0.0
            )

        return source.average(one, kind, refine=4) * source.total(kind)

    expected = (sigma("nu_mu") + sigma("nubar_mu")) / (
        source.total("nu_mu") + source.total("nubar_mu")
    )
    w = found.weight[found.kind == 1] / found.trials
    assert w.sum() == pytest.approx(
        expected * np.exp(-2.5 / 1.07), rel=few(1e-2, 5e-3), abs=0
    )


def test_nothing_below_threshold_is_an_error() -> None:
    with pytest.raises(InputError, match="no background"):
        generate(_mono(200.0), "Ar40", 100)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no muon neutrinos"):
        generate("reactor", "Ar40", 100)
    with pytest.raises(UnknownNameError):
        hadrons("diffractive", np.array([1e4]), False, TABLE, _random())
    with pytest.raises(InputError, match=r"from 1 to 1e\+10"):
        generate("dune-nd-fhc", "Ar40", 0)


def test_heavy_mesons_have_thresholds() -> None:
    found = generate(_mono(4 * GeV), "Ar40", 2000)  # type: ignore[arg-type]
    assert not (found.kind == KINDS.index("charm, decay to K mu nu")).any()
    # 1.05 GeV makes hadrons of less than 1.6 GeV: no hyperon with a kaon
    found = generate(_mono(1.05 * GeV), "Ar40", 2000)  # type: ignore[arg-type]
    assert not any(
        (found.kind == i).any()
        for i, name in enumerate(KINDS)
        if " K" in name or "rho" in name
    )


def test_longer_paths_and_smaller_branching_ratios_act() -> None:
    def total(kind: str, **changes: object) -> float:
        keys = {k.replace("__", "."): v for k, v in changes.items()}
        found = generate(_mono(20 * GeV), "Ar40", 1000, table=assumptions(changes=keys))  # type: ignore[arg-type]
        return float(found.weight[found.kind == KINDS.index(kind)].sum())

    kind = "deep inelastic K, decay to mu nu"
    assert total(kind, kaon__br_mu_nu=0.3) == pytest.approx(
        total(kind) * 0.3 / 0.6356, rel=1e-9, abs=0
    )
    assert total(kind, muon__decay_length="1 m") < total(kind)
    track = "coherent pion, taken for a muon"
    assert total(track, muon__track_length="5 m") == pytest.approx(
        total(track) * np.exp(-2.5 / 1.07), rel=1e-9, abs=0
    )


def test_hydrogen_makes_no_coherent_pions() -> None:
    """The nucleus of a coherent pion in CH is carbon: its weight and its momentum
    transfer are."""
    pure, compound = (
        generate("dune-nd-fhc", what, 20_000, table=TABLE) for what in ("C12", "CH")
    )
    track = KINDS.index("coherent pion, taken for a muon")
    found = []
    for sample in (pure, compound):
        one = sample[sample.kind == track]
        angle = np.arccos(
            np.clip(one.plus[:, 3] / np.linalg.norm(one.plus[:, 1:], axis=1), -1, 1)
        )
        found.append(
            (one.weight.sum() / sample.trials, np.average(angle, weights=one.weight))
        )
    # 1.1 % of carbon is C13
    assert found[1] == pytest.approx(found[0], rel=2e-2, abs=0)
    # nuclei in proportion to their cross sections
    salt = target("CsI", form_factor="point")
    a, share = coherent_nuclei(TABLE, salt)
    assert a.tolist() == [133.0, 127.0] or a.tolist() == [127.0, 133.0]
    assert share == pytest.approx((a / 40) ** 0.6667, rel=1e-12)
    e = np.full(20_000, 5 * GeV)
    drawn = hadrons(
        "coherent pion", e, False, TABLE, _random(), a=np.repeat([12.0, 208.0], 10_000)
    )
    t = -_mass2(np.column_stack([e, 0 * e, 0 * e, e]) - drawn.muon - drawn.hadrons)
    assert t[:10_000].mean() > 3 * t[10_000:].mean()


def test_the_track_cut_belongs_to_the_track_length() -> None:
    longer = assumptions(changes={"muon.track_length": "4 m"})
    (line,) = longer.warnings(longer.cuts)
    assert "0.95 GeV" in line
    assert longer.warnings(["m_pair < 1 GeV"]) == []
    assert TABLE.warnings(TABLE.cuts) == []
    both = assumptions(
        changes={"muon.track_length": "4 m", "cuts.tracks": "E_minus > 0.95 GeV"}
    )
    assert both.warnings(both.cuts) == []
    found = compare("dune-nd-fhc", "Ar40", 300, table=longer)
    assert line in found.summary().notes
    assert found.to_dict()["warnings"] == [line]
    # the shipped cut is that of the shipped path
    again = assumptions(changes={"muon.track_length": "2.5 m"})
    assert "0.63 GeV" in again.warnings(again.cuts)[0].split("needs")[1]


def test_limits_of_what_is_not_left(compared: Comparison) -> None:
    empty = compared.events[:, compared.signals :] == 0
    assert empty[-1].any()
    assert not compared.limits[0]
    largest = compared.largest[compared.signals :]
    assert compared.limits[-1] == pytest.approx(
        2.3 * largest[empty[-1]].sum(), rel=1e-12, abs=0
    )
    assert (
        compared.to_dict()["stages"][-1]["background_limit_of_empty"]
        == compared.limits[-1]
    )


def test_the_same_seed_gives_the_same_events() -> None:
    one, two = (generate("dune-nd-fhc", "Ar40", 300, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one.plus, two.plus)
    assert not np.array_equal(
        one.plus, generate("dune-nd-fhc", "Ar40", 300, seed=5).plus
    )


def test_the_signal_is_that_of_the_engine(compared: Comparison) -> None:
    """Counts of the repository's own projection for the same mass and exposure, by
    quadrature."""
    import nuprobe as nu
    from nuprobe.experiments import TridentExperiment

    dune = nu.experiment("dune-nd-trident", TridentExperiment)
    rates = dune.predict(nu.StandardModel())
    assert rates.events is not None
    for j, expected in enumerate(
        (
            rates.events["coherent"],
            rates.events["proton"] + rates.events["neutron"],
            rates.events["inelastic"],
        )
    ):
        assert abs(compared.counts[0, j] - expected) < 5 * compared.errors[0, j]


def test_cuts_only_take_away_and_help(compared: Comparison) -> None:
    assert (np.diff(compared.counts, axis=0) <= 1e-9).all()
    assert (np.diff(compared.events, axis=0) <= 0).all()
    ratio = compared.signal_counts / compared.background_counts
    assert ratio[-1] > 100 * ratio[0]
    # the vertex cut spares coherent tridents and coherent pions entirely
    names = [n.startswith("coherent") for n in compared.names]
    np.testing.assert_allclose(compared.counts[1, names], compared.counts[0, names])
    made = compare("dune-nd-fhc", "Ar40", few(300, 1000), seed=5)
    for name in ("m_pair", "opening_angle"):
        edges = np.linspace(0, 1e5 if name == "m_pair" else np.pi, 50)
        for stage in (0, len(made.stages) - 1):
            counts, errors = spectra(made, name, edges, stage)
            np.testing.assert_allclose(counts.sum(1), made.counts[stage], rtol=1e-9)
            np.testing.assert_allclose(
                np.sqrt((errors**2).sum(1)), made.errors[stage], rtol=1e-9
            )


def test_a_cut_on_what_backgrounds_have_not_is_refused() -> None:
    with pytest.raises(InputError, match="for tridents only"):
        compare("dune-nd-fhc", "Ar40", 100, cuts="Q2 < 0.1 GeV2")
    with pytest.raises(InputError, match="not a beam"):
        compare("sns", "Ar40", 100)


def test_the_table_and_its_json_agree(compared: Comparison) -> None:
    data = compared.to_dict()
    assert [s["cut"] for s in data["stages"]] == list(compared.stages)
    assert data["stages"][0]["total_signal"] == pytest.approx(compared.signal_counts[0])
    text = str(compared.summary())
    assert "MicroBooNE:2021sfa" in text
    assert "S/B" in text


def test_more_interactions_than_memory_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for n in (10**16, 10**400):
        with pytest.raises(InputError, match=r"from 1 to 1e\+10"):
            generate("dune-nd-fhc", "Ar40", n)
    monkeypatch.setattr("nuprobe.events.backgrounds.sample.MOST", 10**15)
    with pytest.raises(InputError, match="do not fit into memory: draw fewer"):
        generate("dune-nd-fhc", "Ar40", 10**15)  # beyond any address space


@pytest.mark.nightly
def test_counts_in_blocks_are_those_of_all_events_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocks of 1000 counted and forgotten, against one array of all events and
    `numpy.histogram`."""
    monkeypatch.setattr("nuprobe.events.backgrounds.sample.BLOCK", 1000)
    n, seed = 2300, 6
    found = compare("dune-nd-fhc", "Ar40", n, cuts="E_minus > 1 GeV", seed=seed)
    drawn = generate("dune-nd-fhc", "Ar40", n, seed=seed)
    assert drawn.trials == n
    passes = drawn.minus[:, 0] > 1 * GeV
    channels = [f"{k} -> {k} mu+ mu-" for k in ("nu_mu", "nubar_mu")]
    signal = trident(channels, "Ar40", "dune-nd-fhc", seed=seed).generate(n)
    values = OBSERVABLES["m_pair"](drawn)  # type: ignore[arg-type]
    at_hand = np.linspace(0.2, 2.0, 37) * GeV
    others = np.array([0.25, 0.3337, 1.1]) * GeV
    histograms = [(e, spectra(found, "m_pair", e, 1)) for e in (at_hand, others)]
    for i in range(len(KINDS)):
        kind, j = drawn.kind == i, found.signals + i
        for stage, mine in enumerate((kind, kind & passes)):
            weight = drawn.weight[mine] * found.scale / n
            error = np.sqrt((weight**2).sum())
            assert found.events[stage, j] == weight.size
            np.testing.assert_allclose(found.counts[stage, j], weight.sum(), rtol=1e-12)
            np.testing.assert_allclose(found.errors[stage, j], error, rtol=1e-12)
        for e, (counts, errors) in histograms:
            expected = np.histogram(values[mine], e, weights=weight)[0]
            square = np.histogram(values[mine], e, weights=weight**2)[0]
            # numpy takes differences of running sums: right to rounding of all of them
            np.testing.assert_allclose(
                counts[j], expected, rtol=1e-12, atol=1e-12 * weight.sum()
            )
            np.testing.assert_allclose(
                errors[j] ** 2, square, rtol=1e-12, atol=1e-12 * (weight**2).sum()
            )
    assert found.counts[0, : found.signals].sum() == pytest.approx(
        signal.sigma * found.scale, rel=1e-12, abs=0
    )
    assert found.events[0, : found.signals].sum() == n


def test_a_block_does_not_depend_on_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nuprobe.events.backgrounds.sample.BLOCK", 1000)
    long, short = (
        [part for part in blocks("dune-nd-fhc", "Ar40", n) if part.kind[0] == 1]
        for n in (2500, 1000)
    )
    assert len(long) == 6  # three blocks of two flavours
    for a, b in ((long[0], short[0]), (long[3], short[1])):
        for field in ("nu_in", "minus", "plus", "weight"):
            np.testing.assert_array_equal(getattr(a, field), getattr(b, field))
    assert not np.array_equal(long[0].nu_in, long[1].nu_in)
