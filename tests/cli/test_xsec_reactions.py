"""``nuprobe xsec deuteron``, ``carbon`` and ``ibd`` against the functions of Python,
and remarks on what does nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run, rows_of

import nuprobe as nu

COMMAND = ("xsec",)
DEUTERON = ("deuteron", "--energy", "10 MeV")
ABOVE = ("--energy", "3 MeV", "--threshold", "1 keV")
CEVNS = ("cevns", "--target", "Ar40", "--energy", "10 MeV")


def test_channels_and_neutrinos_of_the_deuteron(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "d.png"
    rows = rows_of(
        run,
        *("deuteron", "--channel", "cc", "--channel", "nc", "--energy", "2, 10 MeV"),
        *("--neutrino", "nu_e", "--neutrino", "nubar_e", "--mean-cosine"),
        *("--plot", str(figure)),
    )
    assert figure.stat().st_size > 10_000
    found = {(r["channel"], r["flavour"], r["E [MeV]"]): r["sigma [cm2]"] for r in rows}
    # numbers of an independent code
    for key, expected in {
        ("cc", "nu_e", 10.0): 2.611e-42,
        ("cc", "nubar_e", 10.0): 1.2266e-42,
        ("nc", "nu_e", 10.0): 1.0809e-42,
        ("nc", "nubar_e", 10.0): 1.0321e-42,
    }.items():
        assert found[key] == pytest.approx(expected, rel=0.01)
    assert found["cc", "nubar_e", 2.0] == 0
    cosines = {(r["channel"], r["flavour"], r["E [MeV]"]): r["mean cos"] for r in rows}
    assert cosines["cc", "nubar_e", 2.0] is None
    # 1 − β cos θ/3 is −1/9 on average, and weak magnetism takes both apart
    assert cosines["cc", "nu_e", 10.0] < -1 / 9 < cosines["cc", "nubar_e", 10.0]


def test_a_two_body_current_needs_its_scheme(run: Run) -> None:
    (plain,) = rows_of(run, *DEUTERON)
    (more,) = rows_of(run, *DEUTERON, "--l1a", "4 fm3", "--scheme", "resummed")
    assert more["sigma [cm2]"] / plain["sigma [cm2]"] == pytest.approx(
        1 + 4 * 0.0133, rel=3e-3
    )
    code, _, err = run(*DEUTERON, "--l1a", "4 fm3")
    assert code == 2
    assert "scheme" in err
    code, _, err = run(*DEUTERON, "--channel", "ncc")
    assert code == 2
    assert "did you mean" in err


def test_angles_integrate_to_the_total(run: Run) -> None:
    x, w = np.polynomial.legendre.leggauss(4)
    cosines = "--angle=" + ", ".join(f"{c:.15f}" for c in x)
    for process in ("deuteron", "ibd"):
        rows = rows_of(run, process, "--energy", "8 MeV", cosines)
        total = rows_of(run, process, "--energy", "8 MeV", "--mean-cosine")[0]
        values = np.array([row["dsigma/dcos [cm2]"] for row in rows])
        assert w @ values == pytest.approx(total["sigma [cm2]"], rel=1e-4)
        assert (w * x) @ values == pytest.approx(
            total["sigma [cm2]"] * total["mean cos"], rel=1e-3
        )


def test_methods_of_inverse_beta_decay(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "ibd.png"
    first = ("--method", "vogel-beacom", "--plot", str(figure))
    (row,) = rows_of(run, "ibd", "--energy", "5 MeV", *first)
    assert row["sigma [cm2]"] == pytest.approx(1.2655e-42, rel=2e-3)
    assert figure.stat().st_size > 10_000
    (full,) = rows_of(run, "ibd", "--energy", "5 MeV")
    assert full["sigma [cm2]"] == pytest.approx(1.2733e-42, rel=2e-3)
    # the older name of the option
    assert rows_of(run, "ibd", "--energy", "5 MeV", "--form", "vogel-beacom") == [row]
    rows = rows_of(run, "ibd", "--energy", "5 MeV", "--recoil", "3.6:3.8:201 MeV")
    spectrum = [r["dsigma/dT [cm2/MeV]"] for r in rows]
    assert np.trapezoid(spectrum, [r["T [MeV]"] for r in rows]) == pytest.approx(
        full["sigma [cm2]"], rel=0.02
    )


def test_means_over_fluxes(run: Run) -> None:
    (heavy,) = rows_of(run, "deuteron", "--target", "D2O", "--flux", "solar 8B")
    deuterons = heavy["sigma [cm2]"] / 1.212e-42
    assert deuterons == pytest.approx(2, rel=0.015)
    long = ("--flux", "solar", "--flux-option", "components=['8B']")
    assert rows_of(run, "deuteron", "--target", "D2O", *long) == [heavy]
    options = ("--flux-option", "low_energy=none", "--flux-option", "lowest=1.8 MeV")
    (reactor,) = rows_of(run, "ibd", "--flux", "reactor", *options)
    flux = nu.flux("reactor", low_energy="none", lowest="1.8 MeV")
    assert reactor["sigma x neutrinos [cm2 per fission]"] == pytest.approx(
        nu.ibd.per_unit(flux)
    )
    level = ("--level", "1/2- g.s.", "--flux", "solar 8B", "--above", "7 MeV")
    (carbon,) = rows_of(run, "carbon", *level)
    assert carbon["sigma [cm2]"] == pytest.approx(1.47e-42, rel=5e-3)
    # a mean above an energy is not one of all neutrinos
    assert not any("sigma x" in name for name in carbon)


def test_carbon_by_both_currents(run: Run) -> None:
    rows = rows_of(
        run, "carbon", "--channel", "cc", "--channel", "nc", "--energy", "10 MeV"
    )
    for row in rows:
        ours = nu.carbon.total(10.0, row["channel"], "nu_e")
        assert row["sigma [cm2]"] == pytest.approx(float(ours))
    ground = ("--level", "1/2- g.s.", "--energy", "5, 10, 15 MeV")
    found = [row["sigma [cm2]"] for row in rows_of(run, "carbon", *ground)]
    assert found == pytest.approx([2.701e-43, 1.7255e-42, 4.433e-42], rel=5e-3)


@pytest.mark.filterwarnings("always::nuprobe.errors.ValidityWarning")
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("ibd", "--energy", "5 MeV", "--flavour", "nu_e"), "not contribute to ibd"),
        ((*DEUTERON, "--flavour", "nu_mu"), "nu_mu does not contribute to deuteron-cc"),
        (("deuteron-cc", *DEUTERON[1:], "--flavour", "nu_mu"), "does not contribute"),
        (("carbon", *DEUTERON[1:], "--flavour", "nubar_e"), "does not contribute"),
        (
            ("ibd", "--energy", "5 MeV", "--param", "mu_eff.e=1e-10"),
            "changes nothing in ibd",
        ),
        (
            (*CEVNS, "--flavour", "nu_e", "--param", "charge.mumu=1e-12"),
            "changes nothing in cevns of nu_e",
        ),
        (
            ("electron", *ABOVE, "--param", "mu_eff.mu=1e-10"),
            "changes nothing in electron of nu_e",
        ),
    ],
)
def test_what_does_nothing_is_said(
    run: Run, arguments: tuple[str, ...], word: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, err.count("warning: ")) == (0, 1), err
    assert word in err
    assert out


def test_what_acts_is_not_remarked_on(run: Run) -> None:
    for arguments in (
        ("ibd", "--energy", "5 MeV"),
        ("deuteron", "--flux", "solar 8B"),
        ("electron", *ABOVE, "--magnetic-moment", "1e-10"),
        (*CEVNS, "--model", "nsi", "--param", "epsilon_u.mumu=0.1"),
    ):
        code, _, err = run(*arguments)
        assert (code, err) == (0, ""), arguments


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((*DEUTERON, "--angle", "0", "--recoil", "5 MeV"), "one table"),
        (("deuteron", "--flux", "reactor", "--angle", "0"), "take --energy"),
        (("carbon", "--energy", "5 MeV", "--above", "7 MeV"), "--above"),
        (("ibd", "--energy", "5 MeV", "--method", "vogel"), "did you mean"),
        (("ibd", "--energy", "5 MeV", "--angle", "2"), "between -1 and 1"),
        (("deuteron", "--target", "Ar40", "--energy", "5 MeV"), "deuterium"),
    ],
)
def test_what_is_refused(run: Run, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert word in err
    assert err.count("\n") == 1
