"""Allowed transitions of carbon-13 against the β decay of nitrogen-13, closed forms and
a public table."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.constants import (
    ALPHA_EM,
    G_A,
    G_FERMI,
    HBARC_MEV_CM,
    HBARC_MEV_FM,
    M_ELECTRON,
    V_UD,
)
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.flavours import FlavourState
from nuprobe.inverse_beta import TwoBody
from nuprobe.plotting import figure_of, plot_levels
from nuprobe.processes import CONTACT, cross_section
from nuprobe.processes.nuclear.carbon import CarbonNeutral
from nuprobe.processes.nuclear.fermi import fermi_function
from nuprobe.processes.nuclear.levels import level_tables, levels
from nuprobe.processes.nuclear.one_level import one_level
from nuprobe.processes.nuclear.two_body import Transfer

GROUND, EXCITED = "1/2- g.s.", "3/2- 3.502"
Q = 2.22047
TABLES = Path(os.environ.get("NUPROBE_DATA", "/nowhere")) / "neutrino_nuclear/c12c13"


def phase_space(q: float, charge: int, a: int) -> float:
    """f of a positron decay, by plain quadrature."""
    end = q - M_ELECTRON
    x, w = np.polynomial.legendre.leggauss(300)
    e = M_ELECTRON + (end - M_ELECTRON) * (x + 1) / 2
    k = np.sqrt(e**2 - M_ELECTRON**2)
    distorted = fermi_function(e, k, -charge, 1.2 * a ** (1 / 3))
    shape = k * e * (end - e) ** 2 * distorted
    return float(shape @ w * (end - M_ELECTRON) / 2 / M_ELECTRON**5)


def test_the_mirror_strength_follows_from_the_half_life() -> None:
    f = phase_space(Q, 6, 13)
    assert f == pytest.approx(7.695, rel=1e-4)  # as published tables have it
    ft = f * 597.9 / 0.998
    assert ft == pytest.approx(4610, rel=1e-3)
    strength = 2 * 3072.3 / ft
    charged = levels("carbon13").charged
    assert charged is not None
    ours = charged.levels[0].fermi + G_A**2 * charged.levels[0].gamow_teller
    assert ours == pytest.approx(strength, rel=5e-4)
    assert ours == pytest.approx(1.3329, rel=5e-4)


@pytest.mark.parametrize(
    ("e_nu", "sigma"),
    [(5.0, 2.701e-43), (8.0, 9.93e-43), (10.0, 1.7255e-42), (15.0, 4.433e-42)],
)
def test_totals_of_an_independent_code(e_nu: float, sigma: float) -> None:
    """That code leaves the recoil out, 0.1 to 0.3 %."""
    ours = float(nu.carbon.total(e_nu, "cc", "nu_e", level=GROUND))
    assert ours == pytest.approx(sigma, rel=4e-3)


@pytest.mark.parametrize("e_nu", [3.0, 6.0, 12.0])
def test_without_recoil_it_is_the_closed_form(e_nu: float) -> None:
    e = np.array(e_nu - Q + M_ELECTRON)
    k = np.sqrt(e**2 - M_ELECTRON**2)
    strength = 1 + G_A**2 * 0.2047
    closed = (G_FERMI * V_UD) ** 2 / np.pi * k * e * strength
    closed *= fermi_function(e, k, 7, 1.2 * 13 ** (1 / 3)) * HBARC_MEV_CM**2
    ours = float(nu.carbon.total(e_nu, "cc", "nu_e", level=GROUND))
    # recoil energy and J, of order E/M, at the mean cosine: 1 + β cos for Fermi,
    # 1 − β cos/3 for Gamow–Teller transitions
    cos = (1 - (strength - 1) / 3) / strength * k / e / 3
    recoil = (e_nu**2 + k**2 - 2 * e_nu * k * cos) / 2 * (1 / e + e / k**2)
    closed *= 1 - float(recoil + e - e_nu * e * cos / k) / 12110
    assert ours == pytest.approx(float(closed), rel=2e-4, abs=0)


def test_neutral_currents_are_the_closed_form() -> None:
    for e_nu in (5.0, 10.0, 15.0):
        closed = (G_FERMI * G_A * (e_nu - 3.684) * HBARC_MEV_CM) ** 2 / (4 * np.pi)
        for flavour in ("nu_e", "nubar_tau"):
            ours = float(nu.carbon.total(e_nu, "nc", flavour))
            assert ours == pytest.approx(closed * 1.06, rel=6e-3)
    total, sm = nu.processes.cross_section.total, nu.StandardModel()  # type: ignore[attr-defined]
    process = nu.process("carbon-nc")
    by_hand = total(process, 10.0, "C13", sm, "nu_mu")
    assert float(by_hand) == float(nu.carbon.total(10.0, "nc", "nu_mu"))
    up = np.diag([0.1, 0.0, 0.0])
    shifted = nu.NSI(epsilon_u=up, base=sm)  # a vector shift
    assert float(nu.carbon.total(10.0, "nc", "nu_e", shifted)) == float(by_hand)


def test_one_level_moves_with_the_couplings() -> None:
    """Coefficients are squares: along the couplings themselves they grow twice."""
    couplings = nu.StandardModel().couplings()
    state = FlavourState.pure(nu.flavours.flavour("nu_mu"))
    alone = one_level(CarbonNeutral(), "3.684")
    np.testing.assert_allclose(
        alone.coefficient_derivatives(couplings, couplings, state, False, CONTACT),
        2 * alone.coefficients(couplings, state, False, CONTACT),
        rtol=1e-12,
    )
    assert alone.terms(CONTACT) == ("axial",)


def test_levels_add_up_and_thresholds_are_exact_zeros() -> None:
    every = nu.carbon.total([3.0, 10.0], "cc", "nu_e")
    parts = [
        nu.carbon.total([3.0, 10.0], "cc", "nu_e", level=x) for x in (GROUND, EXCITED)
    ]
    assert every == pytest.approx(sum(parts))
    assert parts[1][0] == 0  # 5.72 MeV
    below, above = nu.carbon.total([2.220, 2.222], "cc", "nu_e")
    assert below == 0
    assert above > 0
    assert np.array_equal(nu.carbon.total([3.6, 3.684], "nc", "nu_e"), np.zeros(2))
    for flavour in ("nubar_e", "nu_mu"):
        assert float(nu.carbon.total(10.0, "cc", flavour)) == 0


@given(e_nu=st.floats(3.8, 60.0), share=st.floats(0.001, 0.999))
def test_transfers_and_energies_belong_together(e_nu: float, share: float) -> None:
    carbon = Transfer(TwoBody(12109.48, 12109.48 + 3.684, 0.0))
    e = np.array(e_nu)
    low, high = carbon.t_min(e), carbon.t_max(e)
    assert low < high
    t = low + share * (high - low)
    assert carbon.e_min(t) <= e_nu * (1 + 1e-9)
    assert float(carbon.e_min(high)) == pytest.approx(e_nu, rel=1e-6)


def test_beside_the_public_table() -> None:
    """It vanishes at the threshold, where an allowed transition jumps."""
    path = TABLES / "snowglobes_nue_C13.txt"
    if not path.is_file():
        pytest.skip("the public tables are not here: set NUPROBE_DATA")
    energy, sigma = np.loadtxt(path, unpack=True)
    at = np.array([3.0, 4.0, 5.0, 8.0, 10.0, 15.0])
    ours = nu.carbon.total(at, "cc", "nu_e", level=GROUND)
    ratio = np.interp(at, energy, sigma) / ours
    expected = [0.500, 0.737, 0.847, 0.978, 1.016, 1.062]
    assert ratio == pytest.approx(expected, rel=5e-3)


TABLE = """schema_version = 1
title = "of a user"
target = "C13"
neutron = {neutron}
[charged]
product_charge = 7
q = "2.22047 MeV"
levels = [{{ name = "only", energy = "3.5 MeV", gamow_teller = {strength} }}]
"""


def test_a_user_replaces_the_table(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TABLE.format(neutron=3, strength=0.71))
    low = float(nu.carbon.total(12.0, "cc", "nu_e", levels=str(own)))
    shipped = float(nu.carbon.total(12.0, "cc", "nu_e", level=EXCITED))
    assert low / shipped == pytest.approx(0.71 / 1.06, rel=2e-3)
    with pytest.raises(InputError, match="no neutral-current transitions"):
        nu.carbon.total(12.0, "nc", "nu_e", levels=str(own))


@pytest.mark.parametrize(
    ("strength", "hint"),
    [
        ("71", "adds up to 71, but the 7 neutrons of C13 .* 3 each, 21"),
        ("0.7, fermi = 8", "fermi adds up to 8, .* 1 each, 7"),
    ],
)
def test_strengths_beyond_the_nucleons_are_refused(
    tmp_path: Path, strength: str, hint: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TABLE.format(neutron=3, strength=strength))
    with pytest.raises(InputError, match=hint):
        levels(str(own))


@pytest.mark.parametrize(
    ("right", "wrong", "hint"),
    [
        ("charge = 7", "charge = 9", "product_charge = 9, but nu_e .* 7 for C13"),
        ("charge = 7", "charge = 7\nantineutrino = true", "nubar_e makes .* 5 for C13"),
        ('"2.2', '"-2.2', "would let C13 decay"),
    ],
)
def test_products_that_cannot_be_are_refused(
    tmp_path: Path, right: str, wrong: str, hint: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TABLE.format(neutron=3, strength=0.71).replace(right, wrong))
    with pytest.raises(InputError, match=hint):
        levels(str(own))


def test_a_strength_that_hardly_occurs_is_told(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(TABLE.format(neutron=3, strength=7.1))
    with pytest.warns(ValidityWarning, match=r"7\.1 of only is above 6"):
        levels(str(own))


def test_a_table_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="table of levels 'nofile': known: carb"):
        levels("nofile")


def test_the_table_of_the_guide(tmp_path: Path) -> None:
    guide = Path(__file__).parents[3] / "docs/guide/nuclear.md"
    block = guide.read_text(encoding="utf-8").partition("```toml\n")[2]
    own = tmp_path / "guide.toml"
    own.write_text(block.partition("```")[0], encoding="utf-8")
    found = nu.carbon.by_level(12.0, "cc", "nu_e", levels=str(own))
    assert float(found[GROUND]) == float(
        nu.carbon.total(12.0, "cc", "nu_e", level=GROUND)
    )
    assert 0 < float(found[EXCITED]) < float(found[GROUND])
    with pytest.raises(InputError, match="up to 40 MeV"):
        nu.carbon.total(41.0, "cc", "nu_e", levels=str(own))


def test_mistakes_are_told(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(TABLE.format(neutron=4.88, strength=0.33))
    with pytest.raises(InputError, match="divide its gamow_teller"):
        nu.carbon.total(12.0, "cc", "nu_e", levels=str(other))
    strange = tmp_path / "strange.toml"
    strange.write_text(TABLE.format(neutron=1.0, strength=0.33))
    with pytest.raises(InputError, match="which is 3 for the neutron"):
        nu.carbon.total(12.0, "cc", "nu_e", levels=str(strange))
    broken = tmp_path / "broken.toml"
    broken.write_text(TABLE.format(neutron=3, strength=-0.1))
    with pytest.raises(ExperimentFileError, match="gamow_teller"):
        nu.carbon.total(12.0, "cc", "nu_e", levels=str(broken))
    broken.write_text("levels = [")
    nu.processes.nuclear.levels.levels.cache_clear()  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"broken\.toml: not valid TOML"):
        nu.carbon.total(12.0, "cc", "nu_e", levels=str(broken))
    with pytest.raises(UnknownNameError, match="carbon13"):
        nu.carbon.total(12.0, "cc", "nu_e", levels="carbon14")
    with pytest.raises(UnknownNameError, match=r"g\.s\."):
        nu.carbon.total(12.0, "cc", "nu_e", level="2+")
    wrong: Any = "both"
    with pytest.raises(UnknownNameError, match="cc, nc"):
        nu.carbon.total(12.0, wrong, "nu_e")
    with pytest.raises(InputError, match="no C13"):
        nu.process("carbon-cc").scatterers(nu.target("Ar40"))
    with pytest.warns(ValidityWarning, match="20 MeV"):
        nu.carbon.total(30.0, "cc", "nu_e")
    with pytest.raises(InputError, match="60 MeV"):
        nu.carbon.total(80.0, "cc", "nu_e")


class TestCarbon12:
    """The 1⁺ triplet: closed forms, half-lives and what was measured."""

    def test_strengths_follow_from_half_lives(self) -> None:
        def strength(q: float, daughter: int, half_life: float, branch: float) -> float:
            """B(GT) of carbon-12 to the parent of a decay."""
            f = phase_space(q, daughter, 12)
            return 3 * 2 * 3072.3 * branch / (f * half_life * G_A**2)

        nitrogen = strength(17.3381, 6, 11.000e-3, 0.9617)
        # an electron: the end point is a mass of two electrons higher
        boron = strength(13.3694 + 2 * M_ELECTRON, -6, 20.22e-3, 0.983)
        table = levels("carbon12")
        assert table.charged is not None
        assert table.neutral is not None
        assert table.charged.levels[0].gamow_teller == pytest.approx(nitrogen, rel=2e-3)
        neutral = table.neutral.levels[0].gamow_teller
        # twice, from isospin 0 to 1
        assert neutral == pytest.approx(nitrogen + boron, rel=2e-3)

    def test_moment_follows_from_the_width(self) -> None:
        """Γ = (4α/3) E³ |⟨μ⟩|²/4M² in nuclear magnetons, ⟨μ⟩² = μ² B(GT)/12."""
        table = levels("carbon12")
        assert table.neutral is not None
        level = table.neutral.levels[0]
        squared = level.magnetic**2 * level.gamow_teller / 12
        width = 4 * ALPHA_EM / 3 * 15.11**3 * squared / (4 * 938.92**2)
        assert width * 1e6 == pytest.approx(38.5, rel=0.03)

    @pytest.mark.parametrize(("flavour", "sign"), [("nu_mu", 1), ("nubar_mu", -1)])
    def test_neutral_currents_by_plain_quadrature(
        self, flavour: str, sign: int
    ) -> None:
        x, w = np.polynomial.legendre.leggauss(80)
        e, mass = 30.0, nu.isotope("C12").mass
        slower = 1 + e * (1 - x) / mass  # by the recoil of the nucleus
        out = (e - 15.11 - 15.11**2 / (2 * mass)) / slower
        q2 = (e**2 + out**2 - 2 * e * out * x) / HBARC_MEV_FM**2
        y = 1.64**2 * q2 / 4
        form = ((1 - 2 * y / 3) * np.exp(-y)) ** 2
        vector = sign * (1 - 2 * 0.23863)
        wm = vector * 2 * 5.15 / (3 * G_A * 938.92) * (e + out) * (1 - x)
        closed = (G_FERMI * G_A * HBARC_MEV_CM) ** 2 / (8 * np.pi) * 1.858
        closed *= float((1 - x / 3 + wm) * form * out**2 / slower @ w)
        ours = float(nu.carbon.total(e, "nc", flavour, levels="carbon12"))
        assert ours == pytest.approx(closed, rel=5e-3, abs=0)

    def test_thresholds_are_exact(self) -> None:
        mass = nu.isotope("C12").mass
        product = mass + 17.3381
        charged = (product**2 - mass**2) / (2 * mass)
        at = np.array([charged * (1 - 1e-9), charged * (1 + 1e-6)])
        below, above = nu.carbon.total(at, "cc", "nu_e", levels="carbon12")
        assert below == 0
        assert above > 0
        neutral = ((mass + 15.11) ** 2 - mass**2) / (2 * mass)
        at = np.array([neutral * (1 - 1e-9), neutral * (1 + 1e-6)])
        below, above = nu.carbon.total(at, "nc", "nubar_e", levels="carbon12")
        assert below == 0
        assert above > 0

    def test_muon_decays_at_rest(self) -> None:
        """LSND (published), KARMEN from memory."""

        def mean(current: Any, *flavours: str, **options: Any) -> float:
            found = [
                nu.carbon.flux_averaged("sns", current, f, **options) for f in flavours
            ]
            return sum(found)

        ground = mean("cc", "nu_e", levels="carbon12")
        assert abs(ground - 8.9e-42) < 0.95e-42
        assert abs(ground - 9.1e-42) < 0.94e-42
        excited = mean(
            "cc", "nu_e", levels="carbon12-inclusive", level="excited states"
        )
        assert excited == pytest.approx(4.3e-42, rel=5e-3)  # normalised to it
        both = mean("nc", "nu_e", "nubar_mu", levels="carbon12")
        assert abs(both - 10.4e-42) < 1.35e-42
        assert abs(mean("nc", "nu_mu", levels="carbon12") - 3.2e-42) < 0.64e-42

    def test_means_agree_with_the_general_fold(self) -> None:
        process = nu.process("carbon-nc", levels="carbon12")
        sm = nu.StandardModel()
        general = nu.processes.cross_section.flux_averaged(  # type: ignore[attr-defined]
            process, "sns", None, sm, "nubar_mu"
        )
        ours = nu.carbon.flux_averaged("sns", "nc", "nubar_mu", levels="carbon12")
        assert ours == pytest.approx(general, rel=1e-6)

    def test_slopes_of_the_couplings(self) -> None:
        """Against differences: the second term has a vector coupling."""
        process = nu.process("carbon-nc", levels="carbon12")
        coefficients = nu.processes.cross_section.coefficients  # type: ignore[attr-defined]
        slopes = nu.processes.cross_section.coefficient_derivatives  # type: ignore[attr-defined]
        model, step = nu.StandardModel(0.23), 1e-5
        known = dict(slopes(process, model, "nu_e"))["sin2_theta_w"]
        ends = [
            coefficients(process, nu.StandardModel(0.23 + s), "nu_e")
            for s in (step, -step)
        ]
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(known, abs=1e-6)
        assert known == pytest.approx([0.0, -2.0], abs=1e-6)
        assert coefficients(process, model, "nubar_e")[1] == pytest.approx(-0.54)

    def test_antineutrinos_to_boron(self) -> None:
        """The strength of the decay, a threshold of two electrons more, positrons that
        are repelled, and weak magnetism of the other sign."""
        q, mass = 13.3694, nu.isotope("C12").mass
        product = mass + q + 2 * M_ELECTRON
        threshold = (product**2 - mass**2) / (2 * mass)
        at = np.array([threshold * (1 - 1e-9), threshold * (1 + 1e-6)])
        below, above = nu.carbon.total(at, "cc", "nubar_e", levels="carbon12-nubar")
        assert below == 0
        assert above > 0
        x, w = np.polynomial.legendre.leggauss(80)
        e = 30.0
        # recoil: the momentum transfer and so the energy of the positron, twice
        out = np.full(x.shape, e - q - M_ELECTRON)
        for _ in range(2):
            k = np.sqrt(out**2 - M_ELECTRON**2)
            out = e - q - M_ELECTRON - (e**2 + k**2 - 2 * e * k * x) / (2 * mass)
        k = np.sqrt(out**2 - M_ELECTRON**2)
        beta = k / out
        y = 1.64**2 * (e**2 + k**2 - 2 * e * k * x) / HBARC_MEV_FM**2 / 4
        form = ((1 - 2 * y / 3) * np.exp(-y)) ** 2
        wm = 2 * 5.15 / (3 * G_A * 938.92)
        wm = wm * (e + out * beta**2 - (e + out) * beta * x)
        closed = (G_FERMI * V_UD * G_A * HBARC_MEV_CM) ** 2 / (2 * np.pi) * 0.976
        distorted = fermi_function(out, k, -5, 1.2 * 12 ** (1 / 3))
        slower = 1 + (out - e * out * x / k) / mass
        phase = k * out * distorted / slower
        closed *= float((1 - beta * x / 3 - wm) * form * phase @ w)
        ours = float(nu.carbon.total(e, "cc", "nubar_e", levels="carbon12-nubar"))
        assert ours == pytest.approx(closed, rel=5e-3, abs=0)
        assert float(nu.carbon.total(e, "cc", "nu_e", levels="carbon12-nubar")) == 0

    def test_energies_beyond_a_table_are_refused(self) -> None:
        with pytest.raises(InputError, match="up to 60 MeV, got 70 MeV"):
            nu.carbon.total(70.0, "cc", "nu_e", levels="carbon12")
        process, sm = nu.process("carbon-cc"), nu.StandardModel()
        with pytest.raises(InputError, match=r"up to 60 MeV.*extrapolated"):
            nu.processes.cross_section.flux_averaged(  # type: ignore[attr-defined]
                process, "supernova", None, sm, "nu_e"
            )
        with pytest.warns(ValidityWarning, match="giant resonances"):
            nu.carbon.total(58.0, "cc", "nu_e", levels="carbon12-inclusive")


def test_level_by_level() -> None:
    e = np.array([3.0, 10.0])
    found = nu.carbon.by_level(e, "cc", "nu_e")
    assert list(found) == [GROUND, EXCITED]
    assert sum(found.values()) == pytest.approx(nu.carbon.total(e, "cc", "nu_e"))
    for name, sigma in found.items():
        alone = nu.carbon.total(e, "cc", "nu_e", level=name)
        assert np.array_equal(sigma, alone)
    figure = figure_of(plot_levels(np.linspace(3.0, 15.0, 20)))
    top = np.asarray(figure.axes[0].lines[0].get_ydata())
    parts = [np.nan_to_num(np.asarray(x.get_ydata())) for x in figure.axes[0].lines[1:]]
    assert top == pytest.approx(sum(parts))
    with pytest.raises(InputError, match="increas"):
        plot_levels([5.0, 3.0])


def test_levels_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["nuprobe", "xsec", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 0
        return capsys.readouterr().out

    own = tmp_path / "own.toml"
    own.write_text(TABLE.format(neutron=3, strength=0.71))
    text = run("levels", "--levels", str(own), "--energy", "12 MeV")
    sigma = float(nu.carbon.total(12.0, "cc", "nu_e", levels=str(own)))
    assert f"{sigma:.4e}" in text
    assert "B(GT) = 0.71; unverified" in text
    assert "nubar_e" in run(
        "levels", "--levels", "carbon12-nubar", "--energy", "20 MeV"
    )
    monkeypatch.setattr(sys, "argv", ["nuprobe", "list", "levels"])
    with pytest.raises(SystemExit):
        main()
    listed = capsys.readouterr().out
    assert all(name in listed for name in level_tables())
    ten = run("charged", "--energy", "10 MeV", "--channel", "carbon13")
    assert f"{float(nu.carbon.total(10.0, 'cc', 'nu_e')):.4e}" in ten


def test_solar_neutrinos_above_an_energy() -> None:
    """Beside SNO+'s 16.1 +8.5 −6.7 (stat) +1.6 −2.7 (syst) e-43 cm²."""
    boron = nu.flux("solar", components=["8B"])
    ours = nu.carbon.flux_averaged(boron, "cc", "nu_e", level=GROUND, lowest=7.0)
    assert ours == pytest.approx(1.47e-42, rel=5e-3)
    assert 1.61e-42 - 0.72e-42 < ours < 1.61e-42 + 0.87e-42
    e = np.linspace(7.0, 16.5, 4000)
    weight = boron.spectrum("nu_e", e)
    sigma = nu.carbon.total(e, "cc", "nu_e", level=GROUND)
    by_hand = np.trapezoid(weight * sigma, e) / np.trapezoid(weight, e)
    assert ours == pytest.approx(float(by_hand), rel=1e-3)
    with pytest.raises(InputError, match="no nu_e above 20 MeV"):
        nu.carbon.flux_averaged(boron, "cc", "nu_e", lowest=20.0)


def test_the_mean_over_a_table_of_many_panels() -> None:
    """Against σ(E) averaged over the energies."""
    flux, process = nu.flux("solar", components=["8B"]), nu.process("carbon-cc")
    (boron,) = flux.of("nu_e")
    x, w = np.polynomial.legendre.leggauss(8)
    left, right = map(np.array, zip(*pairwise(boron.edges), strict=True))
    e = (left[:, None] + (right - left)[:, None] * (x + 1) / 2).ravel()
    weights = ((right - left)[:, None] * w / 2).ravel() * flux.spectrum("nu_e", e)
    sigma = cross_section.total(process, e, "C13", nu.StandardModel(), "nu_e")
    wanted = float(weights @ sigma / weights.sum())
    found = cross_section.flux_averaged(
        process, flux, "C13", nu.StandardModel(), "nu_e"
    )
    assert found == pytest.approx(wanted, rel=1e-5, abs=0)


def test_coherent_scattering_on_carbon_13() -> None:
    """Weak charge of 6 protons and 7 neutrons, to first order in E/M, and the spin."""
    e = 3.0
    charge = 7 - (1 - 4 * 0.23863) * 6
    mass = nu.isotope("C13").mass
    closed = (G_FERMI * charge * e * HBARC_MEV_CM) ** 2 / (4 * np.pi)
    closed *= 1 - 2 * e / mass
    ours = float(nu.cevns.total(e, "C13", nu.StandardModel(), "nubar_e"))
    assert ours == pytest.approx(closed, rel=0.03)
    lighter = float(nu.cevns.total(e, "C12", nu.StandardModel(), "nubar_e"))
    assert ours > lighter
