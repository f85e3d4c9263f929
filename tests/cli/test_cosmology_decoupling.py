"""``nuprobe cosmology neff``, ``plasma``, ``potential`` and ``decoupling``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

import nuprobe as nu

COMMAND = ("cosmology",)


def test_neff_names_its_choices(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "t.png"
    code, out, _ = run(
        "neff", "--flavour-mixing", "none", "--json", "--plot", str(figure)
    )
    assert code == 0
    assert figure.stat().st_size > 10_000
    table = json.loads(out)
    values = {row["quantity"]: row["value"] for row in table["rows"]}
    assert values["N_eff"] == pytest.approx(3.04434, abs=2e-4)
    assert values["T_dec(nu_e), criterion energy"] == pytest.approx(1.489, rel=2e-3)
    assert values["T_dec(nu_mu), criterion energy"] == pytest.approx(2.464, rel=2e-3)
    for note in ("criterion: energy exchange", "flavour mixing: none"):
        assert note in table["notes"]


def test_neff_of_universal_moments(run: Run) -> None:
    moments = [x for e in ("emu", "etau", "mutau") for x in ("--moment", f"{e}=1e-9")]
    code, out, _ = run("neff", *moments, "--flavour-mixing", "none", "--json")
    assert code == 0
    assert json.loads(out)["rows"][0]["value"] == pytest.approx(3.1938, abs=1.5e-3)


def test_dirac_neutrinos_need_t_max(run: Run) -> None:
    dirac = ("neff", "--kind", "dirac", "--moment", "ee=3e-12")
    code, _, err = run(*dirac)
    assert code == 2
    assert "requires --t-max" in err
    code, out, _ = run(*dirac, "--t-max", "100 GeV", "--json")
    assert code == 0
    values = {row["quantity"]: row["value"] for row in json.loads(out)["rows"]}
    model = nu.Electromagnetic(magnetic_moment={"ee": 3e-12})
    expected = nu.cosmology.right_handed(model, 1e5).delta_n_eff
    assert values["Delta N_eff, right-handed"] == pytest.approx(expected)
    # the left-handed ones decouple as ever, the right-handed ones long before
    assert values["T_dec(nu_mu), criterion number"] == pytest.approx(2.3971, abs=1e-3)
    assert values["T_dec(right-handed of nu_e), Gamma = H"] > 1e4
    assert "T_dec(right-handed of nu_mu), Gamma = H" not in values
    assert "flips of nu_mu never have Gamma = H below T_max" in json.loads(out)["notes"]


def test_plasma_and_potential(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "d.png"
    code, out, _ = run(
        *("plasma", "--temperature", "0.01:1:3:log MeV"),
        *("--json", "--plot", str(figure)),
    )
    assert code == 0
    assert figure.stat().st_size > 10_000
    rows = json.loads(out)["rows"]
    assert rows[-1]["m_D [MeV]"] == pytest.approx(0.1714262, rel=1e-6)
    assert rows[0]["m_D [MeV]"] / 0.01 == pytest.approx(3.4664e-6, rel=1e-4)
    figure = tmp_path / "p.png"
    code, out, _ = run("potential", "--charge", "80", "--json", "--plot", str(figure))
    assert code == 0
    assert figure.stat().st_size > 10_000
    change = [row["order 3 over 1, less 1"] for row in json.loads(out)["rows"]]
    assert change[-1] == pytest.approx(-0.00548, abs=1e-5)


def test_decoupling_against_moments(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "c.png"
    code, out, _ = run(
        *("decoupling", "emu", "--moments", "1e-10:1e-9:2:log"),
        *("--json", "--plot", str(figure)),
    )
    assert code == 0
    assert figure.stat().st_size > 10_000
    table = json.loads(out)
    first, last = table["rows"]
    number, energy = "T_dec(nu_e), number [MeV]", "T_dec(nu_e), energy [MeV]"
    assert last[number] < 0.5 * first[number]
    assert last[energy] > 0.9 * first[energy]
    assert "screening: debye" in table["notes"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("neff", "--moment", "ee=1e-10"), "magnetic_moment.ee = 1e-10 must be zero"),
        (("neff", "--t-max", "100 GeV"), "requires --kind dirac"),
        (("neff", "--moment", "emu=1e-3"), "failed at"),
        (("plasma", "--temperature", "1 eV"), "temperature must lie between"),
        (("plasma", "--eta", "1"), "eta, baryons per photon"),
        (("potential", "--charge", "1e9"), "charge is too large"),
        (("decoupling", "ee"), "no diagonal moments"),
    ],
)
def test_mistakes_are_one_line(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
