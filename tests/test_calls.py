"""Calls of the reference of the package's names, with the values of independent codes
or of the literature."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import pytest

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.errors import InputError, UnknownNameError


@pytest.mark.parametrize(
    ("reaction", "expected"),
    [
        ("nu_e d -> e- p p", 2.611e-42),
        ("nubar_e d -> e+ n n", 1.2266e-42),
        ("nu d -> nu p n", 1.0809e-42),
        ("nubar  d -> nubar p n", 1.0321e-42),
        ("nu_tau d -> nu_tau p n", 1.0809e-42),
    ],
)
def test_deuteron_by_written_reactions(reaction: str, expected: float) -> None:
    plain = float(nu.deuteron.total(10.0, reaction))
    assert plain == pytest.approx(expected, rel=1e-3)
    with_l1a = nu.deuteron.total(10.0, reaction, l1a=0.0, scheme="resummed")
    assert float(with_l1a) == plain


@pytest.mark.parametrize(
    ("reaction", "level", "expected", "rel"),
    [
        ("nu_e C13 -> e- N13", "g.s.", 1.7255e-42, 0.005),
        ("nu_e C13 -> e- N13", "3/2- 3.502", 7.43e-43, 0.005),
        ("nu C12 -> nu C12*", None, 0.0, 0.0),
    ],
)
def test_carbon_by_written_reactions(
    reaction: str, level: str | None, expected: float, rel: float
) -> None:
    found = float(nu.carbon.total(10.0, reaction, level=level))
    assert found == pytest.approx(expected, rel=rel, abs=0)


def test_reactions_that_are_none() -> None:
    with pytest.raises(UnknownNameError, match="nu_e d -> e- p p"):
        nu.deuteron.total(10.0, "nu_mu d -> mu- p p")
    with pytest.raises(InputError, match="needs a flavour"):
        nu.deuteron.total(10.0, "cc")
    with pytest.raises(InputError, match="not of nubar_e"):
        nu.deuteron.total(10.0, "nu_e d -> e- p p", "nubar_e")
    with pytest.raises(UnknownNameError, match="level"):
        nu.carbon.total(10.0, "nu_e C13 -> e- N13", level="3/2")


def test_yields_of_a_reactor() -> None:
    flux = nu.flux("reactor", model="huber-mueller", bump=None)
    first = {"U235": 6.640, "U238": 10.096, "Pu239": 4.345, "Pu241": 6.005}
    for isotope, expected in first.items():
        found = flux.yield_ibd(isotope, version="vogel-beacom") * 1e43
        assert found == pytest.approx(expected, rel=3e-4)
    mix = {"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056}
    whole = nu.flux("reactor", fractions=mix, low_energy="none")
    assert whole.yield_ibd() * 1e43 == pytest.approx(6.214, rel=3e-4)
    parts = sum(f * whole.yield_ibd(name) for name, f in mix.items())
    assert whole.yield_ibd() == pytest.approx(parts, rel=1e-9)
    with pytest.raises(UnknownNameError, match="U235"):
        whole.yield_ibd("Th232")


def test_a_yield_is_the_integral_of_spectrum_and_cross_section() -> None:
    ends: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
    flux = nu.flux("reactor", fractions={"Pu239": 1.0}, model="summation", **ends)
    assert flux.yield_ibd() == pytest.approx(nu.ibd.per_unit(flux), rel=1e-7)


def test_early_universe_and_stars() -> None:
    apart = nu.cosmology.decoupling(flavour_mixing="none")
    assert apart.n_eff == pytest.approx(3.0443, abs=1e-4)
    assert apart.temperature("nu_e", criterion="energy") == pytest.approx(
        1.489, abs=1e-3
    )
    found = nu.cosmology.abundances(omega_b=0.02242, tau_n=878.4, flavour_mixing="none")
    assert found.y_p == pytest.approx(0.24685, abs=2e-5)
    assert found.d_h == pytest.approx(2.438e-5, rel=1e-3)
    options = nu.cosmology.Nucleosynthesis(tau_n=880.2)
    assert nu.cosmology.abundances(options=options) == nu.cosmology.abundances(
        tau_n=880.2
    )
    with pytest.raises(InputError, match="not both"):
        nu.cosmology.abundances(options=options, tau_n=880.2)
    assert nu.stars.plasmon_emissivity(1e6, 1e8) == pytest.approx(30.26, rel=1e-3)
    # with a moment, by the ratio of the two parts
    both = nu.stars.plasmon_emissivity(1e6, 1e8, moment=1e-12)
    assert both / 30.26 == pytest.approx(1.0972, rel=1e-3)
    tip = nu.stars.tip_luminosity([0.0, 3e-12])
    assert tip.tolist() == pytest.approx([-3.99, -4.305], abs=5e-4)


def test_an_unknown_option_of_abundances_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"'eta'.*omega_baryon"):
        nu.cosmology.abundances(eta=6e-10)
    with pytest.raises(UnknownNameError, match="screening"):
        nu.cosmology.abundances(screenin="debye")


def _ran(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["nuprobe", *shlex.split(line)])
    with pytest.raises(SystemExit) as end:
        main()
    captured = capsys.readouterr()
    return end.value.code, captured.out + captured.err


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("cosmology potential --charge 0", 2, "without a charge"),
        (
            "cosmology contour emu mutau --levels 0.9",
            2,
            "none of the levels is reached in this plane",
        ),
        (
            "xsec deuteron --channel cc --energy '10 MeV'",
            *(0, "L_1A = 0 fm3 in the resummed scheme"),
        ),
        (
            "xsec deuteron --channel cc --energy '10 MeV' --scheme nnlo",
            *(0, "L_1A = 0 fm3 in the nnlo scheme"),
        ),
    ],
)
def test_what_commands_say(
    line: str,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, text = _ran(line, monkeypatch, capsys)
    assert (found, said in text) == (code, True), text
