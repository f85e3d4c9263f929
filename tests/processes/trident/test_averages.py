"""Flux averages against plain quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from tests.nightly import few

from nuprobe.errors import ComputationError, InputError
from nuprobe.flavours import flavour
from nuprobe.fluxes import Flux, FluxComponent, Line, flux, tabulated
from nuprobe.models import LMuLTau, StandardModel
from nuprobe.numerics import panel_nodes
from nuprobe.processes import trident
from nuprobe.processes.trident import averages, folded
from nuprobe.processes.trident.folded import FluxMeasure
from nuprobe.processes.trident.moments import Orders
from nuprobe.processes.trident.quadrature import direct
from nuprobe.units import GeV

CHANNEL = "nu_mu -> nu_mu mu+ mu-"


def bump(e: float) -> float:
    return float(np.exp(-0.5 * ((e / GeV - 4) / 1.5) ** 2))


@pytest.fixture(scope="module")
def beam() -> Flux:
    energies = np.linspace(0.05, 14, 400) * GeV
    return Flux(
        "bump",
        (tabulated("bump", "nu_mu", energies, [bump(e) for e in energies]),),
        per="POT",
        emission="beam",
    )


@pytest.mark.parametrize("model", [StandardModel(), LMuLTau(50.0, 2e-3)])
def test_average_is_the_integral(beam: Flux, model: StandardModel | LMuLTau) -> None:
    def integrand(e: float) -> float:
        return bump(e) * float(
            trident.total(e, CHANNEL, "Ar40", model, regime="coherent")
        )

    low = trident.threshold_energy(CHANNEL, "Ar40")
    top = quad(integrand, low, 14 * GeV, epsrel=1e-6, limit=60)[0]
    number = quad(bump, 0.05 * GeV, 14 * GeV, epsrel=1e-9)[0]
    got = trident.flux_averaged(beam, CHANNEL, "Ar40", model, regime="coherent")
    assert got == pytest.approx(top / number, rel=3e-5, abs=0)


def test_lines_are_exact_and_flavours_are_told_apart() -> None:
    line = Flux(
        "line",
        (FluxComponent("l", flavour("nu_mu"), lines=(Line(5 * GeV, 3.0),)),),
        per="neutrino",
    )
    expected = float(trident.total(5 * GeV, CHANNEL, "Fe56", StandardModel(), "all"))
    assert trident.flux_averaged(line, CHANNEL, "Fe56") == pytest.approx(
        expected, rel=1e-5, abs=0
    )
    with pytest.raises(InputError, match="nu_e"):
        trident.flux_averaged(line, "nu_e -> nu_e e+ e-", "Fe56")


def test_a_beam_below_threshold_gives_an_exact_zero() -> None:
    soft = Flux(
        "soft",
        (tabulated("soft", "nu_mu", [1.0, 100.0, 200.0], [0.0, 1.0, 0.0]),),
        per="POT",
        emission="beam",
    )
    assert trident.flux_averaged(soft, CHANNEL, "Ar40", regime="coherent") == 0.0


def test_a_mediator_that_was_not_averaged_is_an_error(beam: Flux) -> None:
    found = trident.average(
        beam, [CHANNEL], "Ar40", mediators=[10.0], regime="coherent"
    )
    assert found.total(LMuLTau(10.0, 1e-3)) > found.total(StandardModel())
    with pytest.raises(InputError, match="20"):
        found.total(LMuLTau(20.0, 1e-3))


def test_mediator_terms_are_the_integrals_from_threshold_up(beam: Flux) -> None:
    """Folded as ratios to VV at few energies, which grow without bound at threshold:
    against every term by itself."""
    masses = few([0.2, 1e4], [0.2, 3.0, 100.0, 1e4, 1e6])
    low = trident.threshold_energy(CHANNEL, "Ar40")
    # below, less is made than the tolerance
    e, w = panel_nodes(np.geomspace(1.1 * low, 14 * GeV, 13), 8)
    spectrum = np.array([bump(x) for x in e])
    values = trident.kernels(
        e, CHANNEL, "Ar40", regime="all", mediators=masses, with_error=False
    ).values
    number = quad(bump, 0.05 * GeV, 14 * GeV, epsrel=1e-9)[0]
    found = trident.average(beam, [CHANNEL], "Ar40", regime="all", mediators=masses)
    np.testing.assert_allclose(
        found.values[0], (w * spectrum) @ values / number, rtol=3e-5
    )
    assert found.error < 1e-4


def test_flavours_that_share_kernels_keep_their_own_spectra() -> None:
    """Beams of one range are folded together: the same as each by itself, and neutrinos
    as antineutrinos."""
    energies = np.linspace(1, 14, 60) * GeV
    soft, hard = [
        tabulated(n, n, energies, energies**p)
        for n, p in (("nu_mu", -2.0), ("nubar_mu", 1.0))
    ]
    channels = [CHANNEL, "nubar_mu -> nubar_mu mu+ mu-"]

    def averaged(*parts: FluxComponent, chosen: list[str]) -> trident.Averaged:
        return trident.average(
            Flux("f", parts, per="POT", emission="beam"),
            chosen,
            "Ar40",
            mediators=[1.0, 1e3],
            regime="coherent",
        )

    both = averaged(soft, hard, chosen=channels)
    for row, part, one in zip(both.values, (soft, hard), channels, strict=True):
        alone = averaged(part, chosen=[one])
        share = alone.fluence / both.fluence
        np.testing.assert_allclose(row, share * alone.values[0], rtol=1e-5)
    swapped = averaged(
        tabulated("a", "nubar_mu", energies, energies**-2.0), chosen=channels[1:]
    )
    assert both.values[0] == pytest.approx(
        swapped.values[0] * swapped.fluence / both.fluence, rel=1e-5, abs=0
    )
    # a hard spectrum feels a light mediator less
    per_vv = both.values[:, 3] / both.values[:, 0]
    assert per_vv[1] < 0.9 * per_vv[0]


def test_a_ratio_that_does_not_settle_is_an_error(
    beam: Flux, monkeypatch: pytest.MonkeyPatch
) -> None:
    # lighter than the tables reach, without their continuation: folded as ratios to VV
    monkeypatch.setattr(folded, "_LIGHTEST", -7.0)
    monkeypatch.setattr(averages, "_RATIO_NODES", (2, 3))
    with pytest.raises(ComputationError, match="reaches a precision of only"):
        trident.average(beam, [CHANNEL], "Ar40", regime="coherent", mediators=[0.05])


@pytest.mark.nightly
def test_a_light_mass_is_that_of_the_integrals(
    beam: Flux, monkeypatch: pytest.MonkeyPatch
) -> None:
    continued = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=[0.01])
    monkeypatch.setattr(folded, "_LIGHTEST", -7.0)
    integrated = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=[0.01])
    # VV, AA and the terms of the boson; those of VA vanish on a nucleus of spin 0
    ours, theirs = (x.values[0, [0, 1, 3, 5]] for x in (continued, integrated))
    np.testing.assert_allclose(ours, theirs, rtol=3e-5)
    assert (ours != theirs).any()


def test_too_few_energies_are_an_error(beam: Flux) -> None:
    with pytest.raises(ComputationError, match="reaches a precision of only"):
        trident.average(
            beam, [CHANNEL], "Ar40", "coherent", mediators=[1.0, 1e3], nodes=11
        )


def test_masses_that_are_folded_together_are_each_of_them(beam: Flux) -> None:
    """One measure of the flux serves every mass."""
    masses = [0.2, 0.4, 20.0, 1e3, 1e6]
    every = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=masses)
    assert every.error < 1e-6
    for i, mass in enumerate(masses):
        alone = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=[mass])
        assert alone.error < 1e-6
        np.testing.assert_allclose(
            every.values[0, 3 + 3 * i : 6 + 3 * i], alone.values[0, 3:], rtol=1e-12
        )
    vvc = every.values[0, 3::3]
    assert (np.diff(vvc) < 0).all()
    # a contact interaction
    assert vvc[-1] * masses[-1] ** 2 == pytest.approx(
        every.values[0, 0], rel=1e-5, abs=0
    )


def test_masses_beyond_the_tables_are_folded_as_ratios(
    beam: Flux, monkeypatch: pytest.MonkeyPatch
) -> None:
    masses = [0.2, 20.0, 1e3]
    every = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=masses)

    def fits(measure: FluxMeasure, given: list[float]) -> list[bool]:
        return np.array([m != 20.0 for m in given])  # type: ignore[return-value]

    measured = FluxMeasure.fits
    monkeypatch.setattr(FluxMeasure, "fits", fits)
    mixed = trident.average(beam, [CHANNEL], "Ar40", "coherent", mediators=masses)
    assert (mixed.values[0, [3, 5, 9, 11]] == every.values[0, [3, 5, 9, 11]]).all()
    np.testing.assert_allclose(mixed.values, every.values, rtol=1e-5)
    assert (mixed.values != every.values).any()
    # what the tables reach, and their continuation down to e⁻⁴⁰ of the lepton's mass
    empty = FluxMeasure(105.66, np.ones((1, 1)), np.ones((1, 1)))
    one = np.array([[1.0]])
    empty.add(1.0, np.array([0]), one * 1e4, one * 1e6, np.ones((6, 2, 1, 1)))
    assert measured(empty, [1e-16, 1e-15, 0.2, 1e6]).tolist() == [False] + 3 * [True]


@pytest.mark.parametrize("axial", [False, True])
@pytest.mark.parametrize(
    ("table", "delta"), [("equal-low", (0.1, 30.0)), ("equal-high", (30.0, 1e6))]
)
def test_light_masses_continue_the_tables(
    table: str, delta: tuple[float, float], axial: bool
) -> None:
    """Against the integrals over K², which resolve masses down to e⁻¹⁴ of the
    lepton's."""
    box = folded._Box(table, delta, 10.0)
    masses = np.exp([-6.9, -7.1, -9.0, -11.5, -14.0])
    d, q2 = (x[x.size // 2 : x.size // 2 + 1] for x in box.points())
    means = folded._propagators(box, tuple(masses), axial)
    i, j = (n // 2 for n in box.nodes)
    base, mediated = direct(
        4 * (1 + d) + q2,
        q2,
        1.0,
        1.0,
        masses,
        Orders(k2=80, s=40, angle=40),
        axial=axial,
    )
    for power in (0, 1):
        column = 3 + power if axial else 2 * power
        exact = mediated[:, column, 0] / base[:, 1 if axial else 0]
        np.testing.assert_allclose(means[power, :, i, j], exact, rtol=1.5e-4)


@pytest.mark.parametrize("source", ["charm2-nu", "nutev"])
def test_beams_of_experiments_against_a_fine_quadrature(source: str) -> None:
    """Far more energies than the fold has, with the propagators at every node."""
    made, masses = flux(source), [0.3, 30.0, 5e3]
    found = trident.average(made, [CHANNEL], "Fe56", "coherent", mediators=masses)
    sums = np.zeros(3 + 3 * len(masses))
    for component in made.of(flavour("nu_mu")):
        low = trident.threshold_energy(CHANNEL, "Fe56")
        edges = [low, *(edge for edge in component.edges if edge > low)]
        e, w = panel_nodes(edges, 2)
        values = trident.kernels(
            e, CHANNEL, "Fe56", "coherent", mediators=masses, with_error=False
        ).values
        sums += (w * component.continuum(e)) @ values
    ratio = sums[3:] / sums[0]
    assert found.error < 1e-6
    np.testing.assert_allclose(
        found.values[0, 3:] / found.values[0, 0], ratio, rtol=2e-6
    )
