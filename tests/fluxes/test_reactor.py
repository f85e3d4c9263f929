"""Reactor antineutrinos: the polynomials against the published tables, yields, fuel,
exposure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.fluxes import Flux, fissions
from nuprobe.fluxes.reactor_parts import SpentDecay, SpentFuel, spent_components
from nuprobe.fluxes.shapes import allowed_electron_decay, allowed_positron_decay
from nuprobe.numerics import FloatArray
from nuprobe.units import keV

ISOTOPES = ("U235", "U238", "Pu239", "Pu241")


def _pure(isotope: str, **options: Any) -> Flux:
    return nu.flux("reactor", fractions={isotope: 1.0}, **options)


# Huber:2011wv, 250 keV tables: MeV, per fission and MeV, total relative standard
# deviation
TABLES = {
    "U235": [
        (2, 1.3166, 0.018),
        (3, 0.650506, 0.019),
        (4, 0.29357, 0.021),
        (5, 0.109896, 0.026),
        (6, 0.0389392, 0.031),
    ],
    "Pu239": [
        (2, 1.08367, 0.026),
        (3, 0.514998, 0.029),
        (4, 0.195292, 0.034),
        (5, 0.0612671, 0.047),
    ],
    "Pu241": [
        (2, 1.26316, 0.025),
        (3, 0.640508, 0.024),
        (4, 0.281813, 0.026),
        (5, 0.0973649, 0.033),
    ],
}


@pytest.mark.parametrize("isotope", TABLES)
def test_polynomials_agree_with_the_tables_of_huber(isotope: str) -> None:
    flux = _pure(isotope, low_energy="none")
    for energy, value, sigma in TABLES[isotope]:
        assert abs(flux.spectrum("nubar_e", energy) / value - 1) < sigma


@pytest.mark.parametrize("isotope", TABLES)
def test_polynomials_agree_with_every_bin_of_huber(isotope: str) -> None:
    file = (
        Path(os.environ.get("NUPROBE_DATA", ""))
        / "reactor"
        / f"{isotope}-anti-neutrino-flux-250keV.dat"
    )
    if not file.is_file():
        pytest.skip(
            "the tables are not here: set NUPROBE_DATA to a folder that holds them in"
            " reactor/"
        )
    table = np.loadtxt(file)
    pull = (
        _pure(isotope, low_energy="none").spectrum("nubar_e", table[:, 0]) / table[:, 1]
        - 1
    ) / table[:, 13]
    assert np.abs(pull).max() < 1.7
    assert np.sqrt(np.mean(pull**2)) < 0.8


def _inverse_beta_decay(e_nu: FloatArray) -> FloatArray:
    """Cross section in 1e-43 cm² (Strumia:2003zx eq. (25)), written without the
    package."""
    e = np.maximum(np.asarray(e_nu) - 1.293, M_ELECTRON)
    log = np.log(e_nu)
    return np.asarray(
        np.sqrt(e**2 - M_ELECTRON**2)
        * e
        * e_nu ** (-0.07056 + 0.02018 * log - 0.001953 * log**3)
    )


@pytest.mark.parametrize(
    ("isotope", "published"),
    [("U235", 6.69), ("U238", 10.10), ("Pu239", 4.36), ("Pu241", 6.04)],
)
def test_inverse_beta_decay_yields(isotope: str, published: float) -> None:
    """Published yields of these spectra, 1e-43 cm² per fission (e.g. Gariazzo:2017fdh);
    threshold 1.806 MeV."""
    (above,) = _pure(isotope, low_energy="none").components
    below = _pure(isotope).components[1]
    rate = above.integrate(_inverse_beta_decay) + below.integrate(
        _inverse_beta_decay, e_min=1.806
    )
    assert rate == pytest.approx(published, rel=0.015, abs=0)


@given(
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(
        lambda x: sum(x) > 0.1
    ),
    low=st.sampled_from(["none", "vogel-engel"]),
    e=st.floats(0.0, 9.0, allow_subnormal=False),
)
def test_fuel_mixes_linearly(shares: list[float], low: str, e: float) -> None:
    fractions = {n: x / sum(shares) for n, x in zip(ISOTOPES, shares, strict=True)}
    mixed = nu.flux("reactor", fractions=fractions, low_energy=low)
    pure = {n: _pure(n, low_energy=low) for n in ISOTOPES}
    total = sum(x * pure[n].total("nubar_e") for n, x in fractions.items())
    assert mixed.total("nubar_e") == pytest.approx(total, rel=1e-12, abs=0)
    value = sum(x * float(pure[n].spectrum("nubar_e", e)) for n, x in fractions.items())
    assert float(mixed.spectrum("nubar_e", e)) == pytest.approx(
        value, rel=1e-12, abs=1e-300
    )


@pytest.mark.parametrize("isotope", ISOTOPES)
def test_normalisation_and_support(isotope: str) -> None:
    # the table of a typical reactor does not follow the fractions
    flux = _pure(isotope, low_energy="vogel-engel")
    by_quad = quad(
        lambda e: float(flux.spectrum("nubar_e", e)), 2.0, 8.0, epsabs=0, epsrel=1e-10
    )[0]
    assert flux.components[0].integrate(np.ones_like) == pytest.approx(
        by_quad, rel=1e-9, abs=0
    )
    # a fission makes about six beta decays: 5.6 to 6.9 (Vogel:1989iv and the spectra
    # above 2 MeV)
    assert 5.0 < flux.total("nubar_e") < 7.2
    np.testing.assert_array_equal(flux.spectrum("nubar_e", [8.01, 20.0]), 0.0)
    np.testing.assert_array_equal(
        _pure(isotope, low_energy="none").spectrum("nubar_e", [0.1, 1.999]), 0.0
    )
    # the two parts meet: no double counting at 2 MeV, and a step of a few per cent at
    # most
    below, at = flux.spectrum("nubar_e", [1.99999, 2.0])
    assert at / below == pytest.approx(1, abs=0.08)


def test_captures_are_in_by_default() -> None:
    flux = nu.flux("reactor")
    assert flux.total("nubar_e") == pytest.approx(6.68, abs=0.005)
    assert [c.name for c in flux.components][-1] == "all below 2 MeV"
    # fission products alone, and 0.6 captures a fission with two decays each
    products = nu.flux("reactor", low_energy="vogel-engel").total("nubar_e")
    assert products == pytest.approx(5.62, abs=0.005)
    assert flux.total("nubar_e") == pytest.approx(products + 1.2, rel=0.03)


def test_low_energy_spectra_differ_by_captures() -> None:
    products, all_ = (
        nu.flux("reactor", low_energy=n) for n in ("vogel-engel", "kopeikin")
    )
    captures = all_.total("nubar_e") - products.total("nubar_e")
    assert captures == pytest.approx(
        1.2, abs=0.3
    )  # 0.6 captures a fission, two decays each
    # U239 and Np239 end at 1.26 and 0.71 MeV: the two spectra differ less above
    e = np.array([0.3, 1.0, 1.7])
    excess = all_.spectrum("nubar_e", e) / products.spectrum("nubar_e", e) - 1
    assert excess[0] > 1
    assert abs(excess[2]) < 0.1


def test_bump() -> None:
    plain, bumped = (nu.flux("reactor", bump=b) for b in (False, True))
    own = nu.flux(
        "reactor", bump={"amplitude": 0.2, "centre": "5 MeV", "width": 500 * keV}
    )
    e = np.array([1.0, 3.0, 5.0, 5.8, 7.0])
    ratio = bumped.spectrum("nubar_e", e) / plain.spectrum("nubar_e", e)
    np.testing.assert_allclose(
        ratio,
        1 + np.where(e > 2, 0.1 * np.exp(-(((e - 5.8) / 0.6) ** 2) / 2), 0),
        rtol=1e-12,
    )
    assert own.spectrum("nubar_e", 5.0) / plain.spectrum(
        "nubar_e", 5.0
    ) == pytest.approx(1.2)


def test_fissions() -> None:
    # 1 GW for a day: 8.64e13 J over 201.92 MeV
    assert fissions(1.0, {"U235": 1.0}) == pytest.approx(
        8.64e13 / (201.92e6 * 1.602176634e-19), rel=1e-12, abs=0
    )
    mean = 0.564 * 201.92 + 0.076 * 205.52 + 0.304 * 209.99 + 0.056 * 213.60
    assert fissions(2.9 * 365) == pytest.approx(
        2.9 * 365 * fissions(1.0, {"U235": 1.0}) * 201.92 / mean, rel=1e-12
    )


@pytest.mark.parametrize(
    ("options", "hints"),
    [
        ({"fractions": {"U235": 0.5, "Pu239": 0.4}}, ["sum to 0.9", "not to 1"]),
        ({"fractions": {"U235": 1.002}}, ["sum to 1.002"]),
        ({"fractions": {"U-235": 1.0}}, ["isotope", "U-235", "did you mean U235"]),
        ({"fractions": {"U235": 1.5, "Pu239": -0.5}}, ["fractions.Pu239", "-0.5"]),
        ({"fractions": {"U235": float("nan")}}, ["fractions.U235", "finite"]),
        ({"fraction": {"U235": 1.0}}, ["unknown key", "did you mean fractions"]),
        ({"low_energy": "kopekin"}, ["low_energy", "did you mean kopeikin"]),
        ({"bump": {"center": 5.0}}, ["bump.center", "did you mean centre"]),
        ({"bump": {"centre": "5 m"}}, ["unit of length"]),
        ({"name": "x"}, ["unknown key"]),
        (
            {"off_equilibrium": "100 d"},
            ["off_equilibrium = '100 d'", "true (450 days", "path of a table"],
        ),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], hints: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        nu.flux("reactor", **options)
    for hint in ["reactor", *hints]:
        assert hint in str(caught.value)
    assert not isinstance(caught.value, ExperimentFileError)


def test_wrong_fissions_and_options_nobody_takes() -> None:
    with pytest.raises(InputError, match="positive number of gigawatt days"):
        fissions(float("inf"))
    with pytest.raises(InputError, match="sum to"):
        fissions(1.0, {"U235": 0.2})
    with pytest.raises(InputError, match="must not be negative"):
        fissions(1.0, {"U235": float("nan")})
    with pytest.raises(InputError, match="takes no options"):
        nu.flux("sns", fractions={})
    with pytest.raises(InputError, match="takes no options"):
        nu.flux(nu.flux("sns"), fractions={})


def test_a_tolerated_sum_is_not_rescaled() -> None:
    assert nu.flux("reactor", fractions={"U235": 0.9995}, low_energy="none").total(
        "nubar_e"
    ) == pytest.approx(
        0.9995 * _pure("U235", low_energy="none").total("nubar_e"), rel=1e-12
    )


def _detector(folder: Path, options: str) -> Path:
    text = (
        Path(__file__).parents[2] / "examples/argon-detector/experiment.toml"
    ).read_text(encoding="utf-8")
    text = text.replace('name = "sns"', f'name = "reactor"\noptions = {{ {options} }}')
    text = text.replace("start = 5\nstop = 30", "start = 0.1\nstop = 0.5").replace(
        "0.2, 0]", "0.05, 0]"
    )
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    return folder


def test_options_in_an_experiment(tmp_path: Path) -> None:
    counts = {}
    for isotope in ("U235", "Pu239"):
        mine = nu.experiment(
            _detector(
                tmp_path, f"fractions = {{ {isotope} = 1.0 }}, low_energy = 'none'"
            )
        )
        assert [c.name for c in mine.flux.components] == [isotope]
        counts[isotope] = float(mine.predict(nu.StandardModel()).signal.sum())
    # the softer spectrum of plutonium gives less
    assert 0.3 < counts["Pu239"] / counts["U235"] < 0.8
    with pytest.raises(
        ExperimentFileError,
        match=r"experiment\.toml: options of flux reactor: the fractions sum to 0\.5",
    ):
        nu.experiment(_detector(tmp_path, "fractions = { U235 = 0.5 }"))
    with pytest.raises(ExperimentFileError, match="did you mean fractions"):
        nu.experiment(_detector(tmp_path, "fraction = { U235 = 0.5 }"))


@pytest.mark.parametrize(
    ("gigawatt", "metre", "published"),
    # total fluxes per cm² and second stated by GEMMA (Beda:2012zz) and TEXONO
    # (TEXONO:2006xds)
    [(3.0, 13.9, 2.7e13), (2.9, 28.0, 6.4e12)],
)
def test_total_flux_at_known_places(
    gigawatt: float, metre: float, published: float
) -> None:
    per_second = fissions(gigawatt / 86400) * nu.flux(
        "reactor", low_energy="kopeikin"
    ).total("nubar_e")
    assert per_second / (4 * np.pi * (100 * metre) ** 2) == pytest.approx(
        published, rel=0.1, abs=0
    )


# published yields, 1e-43 cm² per fission, with the cross section to first order
# (polynomials continued to 1.806 and 10 MeV): Huber and Mueller; the sums of the
# public GLoBES fluxes by other quadrature
YIELDS = {
    "huber-mueller": (6.640, 10.096, 4.345, 6.005),
    "summation": (6.217, 10.076, 4.351, 6.147),
    "hkss": (6.72, 10.20, 4.41, 6.11),
    "kopeikin-2021": (6.640 / 1.054, 10.096, 4.345, 6.005),
}
ENDS: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}


@pytest.mark.parametrize("model", YIELDS)
def test_yields_of_each_model(model: str) -> None:
    for isotope, published in zip(ISOTOPES, YIELDS[model], strict=True):
        source = _pure(isotope, model=model, **ENDS)
        found = nu.ibd.per_unit(source, version="vogel-beacom") * 1e43
        assert found == pytest.approx(published, rel=3e-3, abs=0)


def test_summation_reaches_where_polynomials_do_not() -> None:
    """Antineutrinos above 9.39 MeV, against the sum of the public table's rows."""
    rows = {"U235": 2.584e-5, "U238": 2.1132e-4, "Pu239": 8.068e-6, "Pu241": 2.1386e-5}
    for isotope, expected in rows.items():
        (part,) = _pure(isotope, model="summation", low_energy="none").components
        assert part.e_max == 16.35
        # bins of 0.1 MeV centred on the points: bins and lines differ by 4e-3
        found = part.integrate(np.ones_like, e_min=9.4)
        assert found == pytest.approx(expected, rel=5e-3, abs=0)


def test_low_energies_of_a_summation() -> None:
    whole = _pure("U235", model="summation", low_energy="model")
    cut = _pure("U235", model="summation", low_energy="none")
    e = np.array([0.05, 1.0, 1.999, 2.0, 5.0, 16.35, 16.36])
    np.testing.assert_array_equal(
        cut.spectrum("nubar_e", e), whole.spectrum("nubar_e", e) * (e >= 2)
    )
    assert whole.total("nubar_e") == pytest.approx(4.695, abs=0.001)


def test_a_table_of_your_own_and_factors(tmp_path: Path) -> None:
    e = np.arange(1.5, 9.0, 0.01)
    values = _pure("U235", low_energy="none").spectrum("nubar_e", e)
    text = "\n".join(f"{x},{v}" for x, v in zip(e, values, strict=True))
    file = tmp_path / "mine.csv"
    file.write_text(f"# mine\nenergy,U235\n{text}\n", encoding="utf-8")
    mine = _pure("U235", table=str(file), low_energy="none", highest=8.0)
    pure = _pure("U235", low_energy="none")
    assert mine.total("nubar_e") == pytest.approx(pure.total("nubar_e"), rel=1e-3)
    half = _pure("U235", low_energy="none", scale={"U235": 0.5})
    assert half.total("nubar_e") == 0.5 * pure.total("nubar_e")


@pytest.mark.parametrize(
    ("options", "hints"),
    [
        ({"model": "sumation"}, ["model", "did you mean summation"]),
        ({"model": "hkss", "highest": "12 MeV"}, ["1.75 to 10.05", "not extrapolated"]),
        ({"model": "summation", "highest": 17.0}, ["0.05 to 16.35"]),
        ({"model": "hkss", "low_energy": "model"}, ["starts at 1.75 MeV"]),
        ({"low_energy": "model"}, ["polynomials are valid above 2 MeV"]),
        ({"highest": "13 MeV"}, ["not extrapolated above 12 MeV"]),
        ({"highest": "7 MeV"}, ["highest"]),
        ({"scale": {"U233": 1.0}}, ["isotope in scale", "U233"]),
        ({"model": "hkss", "table": "a.csv"}, ["give only one of them"]),
        ({"table": "nowhere/a.csv"}, ["nowhere/a.csv", "no such file"]),
        ({"table": "a" * 5000}, ["no such file"]),
        ({"table": "\0"}, ["no such file"]),
    ],
)
def test_wrong_models_are_told(options: dict[str, Any], hints: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        nu.flux("reactor", **options)
    for hint in hints:
        assert hint in str(caught.value)


def test_long_irradiation_adds_to_the_yield() -> None:
    """0.6 % of a power reactor (published), nothing above 4.5 MeV."""
    plain = nu.flux("reactor", **ENDS)
    longer = nu.flux("reactor", off_equilibrium=True, **ENDS)
    ratio = nu.ibd.per_unit(longer) / nu.ibd.per_unit(plain)
    assert ratio - 1 == pytest.approx(0.006, abs=0.001)
    e = np.array([1.9, 2.0, 2.25, 3.0, 4.0, 4.5, 6.0])
    pure = _pure("U235", off_equilibrium=True, **ENDS)
    found = pure.spectrum("nubar_e", e) / _pure("U235", **ENDS).spectrum("nubar_e", e)
    expected = [0.057, 0.057, 0.0505, 0.015, 0.001, 0.0, 0.0]
    np.testing.assert_allclose(found - 1, expected, atol=1e-12)


def test_a_table_of_your_own_for_long_irradiation(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("energy,U235\n2,0.1\n8,0.1\n", encoding="utf-8")
    found = nu.flux("reactor", off_equilibrium=str(file), low_energy="none")
    plain = nu.flux("reactor", low_energy="none")
    more = found.total("nubar_e") / plain.total("nubar_e") - 1
    share = plain.components[0].integrate(np.ones_like) / plain.total("nubar_e")
    assert more == pytest.approx(0.1 * share, rel=1e-9)


def test_spent_fuel() -> None:
    """Published, 0.26 to 0.34 % of the flux (Ma:2015lsv)."""
    plain = nu.flux("reactor", **ENDS)
    stored = nu.flux("reactor", spent_fuel=True, **ENDS)
    assert 0.0015 < nu.ibd.per_unit(stored) / nu.ibd.per_unit(plain) - 1 < 0.0034
    names = [c.name for c in stored.components[-3:]]
    assert names == ["Y90 in spent fuel", "Rh106 in spent fuel", "Pr144 in spent fuel"]
    assert float(stored.components[-1].continuum(3.01)) == 0.0
    whole = nu.flux("reactor", low_energy="kopeikin", spent_fuel=True)
    # by steps of a day: 144Ce made in three cycles of 540 days, ten batches stored,
    # averaged over the cycle
    rate = np.log(2) / 284.9
    day = np.arange(540) + 0.5
    made = np.exp(-rate * (np.arange(3 * 540) + 0.5)).sum() / 3
    ages = day[:, None] + 540 * np.arange(10)
    decays = rate * made * np.exp(-rate * ages).sum(axis=1).mean()
    mean = 0.564 * 0.0550 + 0.076 * 0.0455 + 0.304 * 0.0374 + 0.056 * 0.0439
    found = whole.components[-1].integrate(np.ones_like)
    assert found == pytest.approx(mean * decays, rel=1e-5)


def test_what_decays_in_weeks_adds_nothing_to_spent_fuel() -> None:
    """Averaged over a cycle, products of hours to weeks above the threshold are a
    thousandth of those of a year: half-life (days), endpoints and yield of 235U."""
    short = {
        "La140": (12.75, [(2.164, 0.07), (1.68, 0.93)], 58, 140, 0.062),
        "I132": (3.2, [(2.14, 0.19), (1.6, 0.81)], 54, 132, 0.043),
        "Y93": (0.425, [(2.893, 0.9), (1.9, 0.1)], 40, 93, 0.064),
        "Ag112": (0.875, [(3.96, 0.54), (3.34, 0.46)], 48, 112, 0.0013),
    }
    e = np.linspace(1.805, 10, 2000)
    sigma = nu.ibd.total(e)
    plain = nu.flux("reactor", **ENDS).spectrum("nubar_e", e) @ sigma
    added = 0.0
    for name, (days, branches, z, a, made) in short.items():
        decay = SpentDecay(
            half_life_days=days,
            branches=branches,
            daughter_z=z,
            daughter_a=a,
            yields={"U235": made},
        )
        parts = spent_components({name: decay}, SpentFuel(), {"U235": 1.0}, 1.8)
        added += sum(float(np.asarray(c.continuum(e)) @ sigma) for c in parts)
    assert 0 < added / plain < 1e-5
    each = [
        nu.ibd.per_unit(nu.flux("reactor", spent_fuel=fuel, **ENDS))
        / nu.ibd.per_unit(nu.flux("reactor", **ENDS))
        - 1
        for fuel in (True, {"cycle_days": 365})
    ]
    np.testing.assert_allclose(each, [1.82e-3, 2.42e-3], atol=2e-5)


def test_electron_and_positron_decays_differ_by_the_fermi_function() -> None:
    """Without charge they are one, and Y90 has the mean energy of its tables."""
    e = np.linspace(0.01, 2.2, 7)
    free = [
        f(e, 2.279, 0, 90) for f in (allowed_electron_decay, allowed_positron_decay)
    ]
    np.testing.assert_allclose(free[0], free[1], rtol=1e-12)
    x = np.linspace(0, 2.279, 20001)
    weight = allowed_electron_decay(x, 2.279, 40, 90)
    # unique forbidden in nature, mean electron energy 0.93 MeV: within 3 %
    assert 2.279 - weight @ x / weight.sum() == pytest.approx(0.93, rel=0.03)


def test_captures() -> None:
    with_them = nu.flux("reactor", low_energy="vogel-engel", captures=0.6)
    without = nu.flux("reactor", low_energy="vogel-engel")
    more = with_them.total("nubar_e") - without.total("nubar_e")
    assert more == pytest.approx(1.2, rel=1e-6)
    # as much as the sum for a typical reactor has, where the captures are
    e = np.linspace(0.1, 1.2, 500)
    sums = [
        f.spectrum("nubar_e", e).sum()
        for f in (with_them, nu.flux("reactor", low_energy="kopeikin"))
    ]
    assert sums[0] == pytest.approx(sums[1], rel=0.05)
    np.testing.assert_array_equal(
        with_them.spectrum("nubar_e", [1.3, 3.0]),
        without.spectrum("nubar_e", [1.3, 3.0]),
    )


FUEL = """# a cycle
burnup,U235,U238,Pu239,Pu241
0,0.70,0.07,0.20,0.03
10,0.60,0.07,0.28,0.05
30,0.50,0.08,0.35,0.07
"""


def test_fractions_from_a_burn_up_table(tmp_path: Path) -> None:
    file = tmp_path / "fuel.csv"
    file.write_text(FUEL, encoding="utf-8")

    def flux(at: Any) -> Flux:
        return nu.flux("reactor", burnup={"table": str(file), "at": at}, **ENDS)

    def mixed(*x: float) -> Flux:
        return nu.flux("reactor", fractions=dict(zip(ISOTOPES, x, strict=True)), **ENDS)

    e = np.array([2.5, 5.0])
    for at, shares in (
        (0, (0.70, 0.07, 0.20, 0.03)),
        (5, (0.65, 0.07, 0.24, 0.04)),
        (30, (0.50, 0.08, 0.35, 0.07)),
        # means of the lines: (0.65 x 10 + 0.55 x 20)/30, ...
        ([0, 30], (0.58333333, 0.07333333, 0.29, 0.05333333)),
    ):
        np.testing.assert_allclose(
            flux(at).spectrum("nubar_e", e),
            mixed(*shares).spectrum("nubar_e", e),
            rtol=1e-7,
        )


@pytest.mark.parametrize(
    ("text", "at", "hints"),
    [
        (FUEL, 31, ["0 to 30", "not extrapolated"]),
        (FUEL, [-1, 5], ["0 to 30"]),
        (FUEL, [5, 5], ["must increase"]),
        (FUEL.replace("0.70", "0.80"), 5, ["row 1 sum to 1.1"]),
        (FUEL.replace("30,", "10,"), 5, ["must increase"]),
        (FUEL.replace("burnup", "days"), 5, ["burnup"]),
        (FUEL.replace("0.70", "nan"), 5, ["row 1", "U235"]),
        (FUEL, "late", ["burnup.at"]),
    ],
)
def test_wrong_burn_up(tmp_path: Path, text: str, at: Any, hints: list[str]) -> None:
    file = tmp_path / "fuel.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        nu.flux("reactor", burnup={"table": str(file), "at": at})
    for hint in hints:
        assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_captures_do_not_count_twice() -> None:
    with pytest.raises(InputError, match="already includes the decays after captures"):
        nu.flux("reactor", captures=0.6)
