"""``nuprobe xsec cevns``: properties of neutrinos, baselines, the series, figures of
several targets."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run, called

import nuprobe as nu
from nuprobe.oscillation import Vacuum, probabilities
from nuprobe.plotting import Case, figure_of, plot_recoils, plot_totals
from nuprobe.reproductions.spectra import millicharge_by_hand
from nuprobe.units import fm, keV, km

COMMAND = ("xsec", "cevns")


ARGON = ("--target", "Ar40", "--energy", "50 MeV")


def rows(out: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(out)["rows"]
    return found


def test_figure_1_of_the_proceedings(run: Run, tmp_path: Path) -> None:
    """A charge names its model and flavour; the curve is eq. 6, without warnings."""
    path = tmp_path / "fig1.png"
    code, out, err = run(
        *ARGON, "--param", "charge.ee=1.5e-12", "--plot", str(path), "--json"
    )
    assert (code, err) == (0, "")
    assert path.stat().st_size > 10_000
    table = json.loads(out)
    assert "CEvNS of nu_e on Ar40" in table["title"]
    for row in table["rows"][:-1]:
        t = np.array(row["T [keV]"] * keV)
        wanted = float(millicharge_by_hand(t, 50.0, 1.5e-12)) * keV
        assert row["dsigma/dT [cm2/keV]"] == pytest.approx(wanted, rel=1e-6, abs=0)


def test_the_caption_of_figure_1_and_its_curves() -> None:
    charged = nu.Electromagnetic(charge={"ee": 1.5e-12})
    figure = figure_of(plot_recoils([Case("Ar40", charged, "nu_e", 50.0)]))
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == [r"em: $e_{ee}$ = $1.5\times10^{-12}$ $e$", "Standard Model"]
    assert figure.legends[0].get_title().get_text().startswith("CEνNS of $\\nu_{e}$ on")
    main, panel = figure.axes[:2]
    (t, y), (_, base) = (np.array(line.get_xydata()).T for line in main.lines[:2])
    for i in (50, 250, 400):
        by_hand = millicharge_by_hand(np.array(t[i] * keV), 50.0, 1.5e-12) * keV
        assert y[i] == pytest.approx(float(by_hand), rel=1e-6, abs=0)
        weak = millicharge_by_hand(np.array(t[i] * keV), 50.0, 0.0) * keV
        assert base[i] == pytest.approx(float(weak), rel=1e-6, abs=0)
    assert panel.get_ylabel() == "ratio to SM"


def test_a_total_that_is_infinite_stays_an_error_without_a_figure(run: Run) -> None:
    code, _, err = run(*ARGON, "--param", "charge.ee=1.5e-12")
    assert code == 2
    assert "infinite: give a threshold" in err


@pytest.mark.parametrize(
    ("param", "flavour"),
    [
        ("charge_radius.mumu=-1e-32", "nu_mu"),
        ("charge_radius.tautau=-1e-32", "nu_tau"),
        ("charge_radius.ee=-1e-32", "nu_e"),
        ("epsilon_u.ee=0.1", "nu_e"),
    ],
)
def test_parameters_name_their_model_and_flavour(
    run: Run, param: str, flavour: str
) -> None:
    code, out, _ = run(*ARGON, "--param", param, "--json")
    assert code == 0
    table = json.loads(out)
    assert f"CEvNS of {flavour} on" in table["title"]
    plain = rows(run(*ARGON, "--json")[1])[0]["sigma [cm2]"]
    assert table["rows"][0]["sigma [cm2]"] != pytest.approx(plain, rel=1e-3, abs=0)


def test_a_baseline_says_what_arrives(run: Run) -> None:
    far = ("--baseline", "500 km", "--recoil", "1 keV", "--flavour", "nu_mu", "--json")
    code, out, _ = run(*ARGON, "--param", "magnetic_moment.ee=1e-10", *far)
    note = json.loads(out)["notes"][-1]
    assert code == 0
    # only the electron part of what arrives has a moment: |mu| = 1e-10 sqrt(P_e)
    share = float(note.split("arrives as e ")[1].split(",")[0])
    moment = float(note.split("|mu| = ")[1].split(" muB")[0])
    assert moment == pytest.approx(1e-10 * share**0.5, rel=1e-3, abs=0)
    for extra, word in (
        (("--ordering", "inverted"), "--ordering requires --baseline"),
        (("--baseline", "3"), "unit"),
    ):
        code, _, err = run(*ARGON, *extra)
        assert (code, word in err) == (2, True)
    code, _, err = run("--target", "Ar40", "--flux", "sns", "--baseline", "20 m")
    assert (code, "--baseline requires --energy" in err) == (2, True)


def test_the_series_has_the_moments_of_the_weak_charge(run: Run) -> None:
    code, out, _ = run(
        "--target", "Ar40", "--energy", "10, 30 MeV", "--series", "--json"
    )
    table = json.loads(out)
    assert code == 0
    near, far = table["rows"]
    assert near["series/exact"] == pytest.approx(1, abs=1e-5)
    assert far["series/exact"] == pytest.approx(1, abs=1e-3)
    # the talk's leading term by hand
    weak = 22 - (1 - 4 * 0.23863) * 18
    mass = nu.isotope("Ar40").mass
    lead = 1.1663788e-11**2 / (4 * np.pi) * weak**2 * 30.0**2 * (1 - 60 / mass)
    assert far["E2 [cm2]"] == pytest.approx(lead * 0.3893794e-21, rel=1e-4, abs=0)
    # eta2 = -<r2>_W/6 from the slope of the weak form factor itself
    argon = nu.target("Ar40").components[0]
    s4 = 1 - 4 * 0.23863
    f_p, f_n = argon.shapes(np.array([0.0, 1.0]))
    f_w = (f_n - s4 * f_p) / weak
    eta2 = float(table["notes"][0].split("eta2 = ")[1].split(" fm2")[0])
    assert eta2 == pytest.approx(float(f_w[1] - f_w[0]) / fm**2, rel=1e-3, abs=0)
    for extra, word in (
        (("--param", "charge_radius.ee=1e-32"), "Standard Model at tree level"),
        (("--threshold", "1 keV"), "drop --axial"),
        (("--recoil", "1 keV"), "as a table"),
        (("--form-factor", "literature-fermi"), "point nucleons"),
    ):
        code, _, err = run(*ARGON, "--series", *extra)
        assert (code, word in err) == (2, True)
    code, _, err = run("--target", "CsI", "--energy", "30 MeV", "--series")
    assert (code, "takes one isotope" in err) == (2, True)


def test_several_targets_are_in_one_figure(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "targets.png"
    both = ("--target", "Ar40", "--target", "CsI", "--plot", str(path))
    code, out, _ = run(*both, "--energy", "10:50:3 MeV", "--json")
    assert (code, path.is_file(), len(rows(out))) == (0, True, 6)
    sm = nu.StandardModel()
    figure = figure_of(
        plot_recoils([Case(t, sm, "nu_mu", 30.0) for t in ("Ar40", "CsI")])
    )
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == ["$^{40}$Ar", "CsI", "full coherence ($F$ = 1)"]
    other = figure_of(
        plot_totals(
            [Case("Ar40", nu.model("b-l", mass=m, coupling=1e-5)) for m in (5.0, 10.0)],
            [10.0, 30.0],
        )
    )
    labels = [text.get_text() for text in other.legends[0].get_texts()]
    assert "$M$ = 5 MeV" in labels[0]
    assert "$M$ = 10 MeV" in labels[1]


def test_electrons_at_a_distance(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """ν_e far away scatter as Σ_α P_α σ(ν_α): the couplings are diagonal."""
    asked = ("--energy", "3 MeV", "--flavour", "nubar_e", "--baseline", "53 km")
    run = partial(called, monkeypatch, capsys, "xsec", "electron")
    code, out, _ = run(*asked, "--json")
    share = probabilities(Vacuum(53 * km), "nubar_e", 3.0)
    sm = nu.StandardModel()
    wanted = sum(
        p * float(nu.electron.total(3.0, sm, f))
        for p, f in zip(share, ("nubar_e", "nubar_mu", "nubar_tau"), strict=True)
    )
    assert code == 0
    assert rows(out)[0]["sigma [cm2]"] == pytest.approx(wanted, rel=1e-9, abs=0)
    near = json.loads(run("--energy", "3 MeV", "--flavour", "nubar_e", "--json")[1])
    assert near["rows"][0]["sigma [cm2]"] > 1.2 * wanted
    code, _, err = run(*asked, "--plot", "a.png")
    assert (code, "drop --flux and --plot" in err) == (2, True)


@pytest.mark.parametrize(
    ("target", "named", "said"),
    [
        ("Xe", ["Xe129", "Xe131", "Xe132"], "(3 most frequent of 9 isotopes)"),
        ("CsI", ["Cs133", "I127"], "rms radii: "),
    ],
)
def test_radii_are_those_of_the_isotopes_that_matter(
    target: str, named: list[str], said: str, run: Run
) -> None:
    _, text, _ = run("--target", target, "--energy", "10 MeV")
    (line,) = [x for x in text.splitlines() if x.startswith("rms radii")]
    assert said in line
    assert re.findall(r"(\w+) R_p", line) == named
