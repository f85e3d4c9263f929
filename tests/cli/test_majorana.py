"""``nuprobe majorana``: tables and figures of what tells Majorana from Dirac."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run, rows_of

from nuprobe.majorana import (
    HeavyNeutrino,
    TritiumElectrons,
    effective_mass_range,
    half_life,
)
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.units import eV

COMMAND = ("majorana",)


def test_open_channels_and_how_many_decays_tell(run: Run) -> None:
    rows = {row["X"]: row for row in rows_of(run, "decay", "--mass", "1 GeV")}
    assert list(rows) == ["photon", "pi0", "eta", "rho0", "omega"]
    needed = "decays to tell at 3 sigma"
    # a magnetic moment alone cannot tell, a left-handed coupling in some twenty decays
    assert rows["photon"][needed] is None
    assert rows["pi0"][needed] == pytest.approx(23.3, abs=0.05)
    # (m² − 2 m_V²)/(m² + 2 m_V²)
    ratio = 2 * 0.77526**2
    assert rows["rho0"]["alpha"] == pytest.approx((1 - ratio) / (1 + ratio))
    assert rows["rho0"][needed] == pytest.approx(
        27 / rows["rho0"]["alpha"] ** 2, rel=1e-2
    )
    twice = rows_of(
        run, "decay", "--mass", "1 GeV", "--channel", "rho0", "--sigma", "6"
    )
    assert twice[0]["decays to tell at 6 sigma"] == pytest.approx(
        4 * rows["rho0"][needed]
    )
    moments = ("--channel", "photon", "--moments", "1,1j")
    (row,) = rows_of(run, "decay", "--mass", "10 MeV", *moments)
    assert row["alpha"] == -1.0


def test_distributions_of_decays(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "decay.png"
    args = ("decay", "--mass", "300 MeV", "--channel", "pi0", "--polarisation", "0.5")
    rows = rows_of(run, *args, "--cosine=-1:1:3", "--plot", str(figure))
    assert figure.stat().st_size > 10_000
    assert [row["dirac"] for row in rows] == pytest.approx([0.25, 0.5, 0.75])
    assert [row["antidirac"] for row in rows] == pytest.approx([0.75, 0.5, 0.25])
    assert [row["majorana"] for row in rows] == pytest.approx([0.5] * 3)
    rows = rows_of(run, *args, "--gamma", "3", "--energies", "5")
    energy = [row["E_X [MeV]"] for row in rows]
    for nature in ("majorana", "dirac", "antidirac"):
        # linear, so that the rule of a trapezium is exact
        assert np.trapezoid([row[nature] for row in rows], energy) == pytest.approx(1.0)
    # cosine of the rest frame from a boost by hand
    rest = (300**2 + 134.9768**2) / 600
    assert energy[2] == pytest.approx(3 * rest)
    assert energy[-1] - energy[0] == pytest.approx(
        2 * np.sqrt(8 * (rest**2 - 134.9768**2))
    )


def test_half_lives_and_masses_are_each_others_inverse(run: Run) -> None:
    (there,) = rows_of(run, "double-beta", "--isotope", "Ge76", "--half-life", "1.8e26")
    low, high = there["m_bb from [eV]"], there["to [eV]"]
    ends = f"{low!r}, {high!r} eV"
    back = rows_of(run, "double-beta", "--isotope", "Ge76", "--m-bb", ends)
    assert back[0]["T1/2 from [yr]"] == pytest.approx(1.8e26)
    assert back[1]["to [yr]"] == pytest.approx(1.8e26)
    args = ("double-beta", "--isotope", "Ge76", "--m-bb", "0.1 eV")
    (one,) = rows_of(run, *args, "--matrix-element", "3")
    assert one["T1/2 from [yr]"] == one["to [yr]"] == pytest.approx(4.72e26, rel=3e-3)
    more = rows_of(run, *args, "--matrix-element", "3", "--contact", "0.4")
    assert more[0]["to [yr]"] == pytest.approx(one["to [yr]"] / 1.96)
    (never,) = rows_of(run, "double-beta", "--isotope", "Ge76", "--m-bb", "0 eV")
    assert never["to [yr]"] is None


def test_bands_and_published_limits(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "bands.png"
    args = ("double-beta", "--lightest", "0.001, 0.1 eV", "--isotope", "Xe136")
    rows = rows_of(run, *args, "--plot", str(figure))
    assert figure.stat().st_size > 10_000
    assert [row["ordering"] for row in rows] == ["normal"] * 2 + ["inverted"] * 2
    band = effective_mass_range(
        0.1 * eV, PMNS.nufit("inverted"), Splittings.nufit("inverted")
    )
    assert rows[3]["to [eV]"] * eV == pytest.approx(band[1])
    # the shortest half-life: largest mass, largest matrix element
    assert rows[3]["T1/2(Xe136) above [yr]"] == pytest.approx(
        float(half_life("Xe136", band[1], 4.77))
    )
    published = {r["experiment"]: r for r in rows_of(run, "double-beta", "--published")}
    zen = published["KamLAND-Zen 2024"]
    assert zen["T1/2 above [yr]"] == 3.8e26
    for ours, theirs in (("ours from", "published from"), ("ours to", "to")):
        assert zen[f"{ours} [eV]"] == pytest.approx(zen[f"{theirs} [eV]"], rel=0.02)
    # superseded limits are not shown
    assert "KamLAND-Zen 2016" not in published


def test_relic_neutrinos_on_tritium(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "relic.png"
    rows = rows_of(run, "relic", "--lightest", "0.3 eV", "--plot", str(figure))
    assert figure.stat().st_size > 10_000
    assert rows[-1]["dirac [1/yr]"] == pytest.approx(4.06, rel=5e-3)
    assert rows[-1]["majorana [1/yr]"] == pytest.approx(8.11, rel=5e-3)
    assert rows[0]["gap [eV]"] == pytest.approx(0.6)
    some = rows_of(
        run, "relic", "--tritium", "10", "--clustering", "2", "--nature", "dirac"
    )
    assert some[-1]["dirac [1/yr]"] == pytest.approx(0.2 * 4.077, rel=1e-3)
    at = rows_of(run, "relic", "--energy", "0.1 eV", "--resolution", "0.02 eV")
    found = TritiumElectrons(0.1 * eV, "majorana")
    assert at[0]["captures, majorana"] == pytest.approx(
        float(found.capture_spectrum(0.1 * eV, 0.02 * eV)) * eV
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("decay", "--mass", "100 MeV", "--channel", "pi0"), "too light"),
        (("decay", "--mass", "1 GeV", "--channel", "pi"), "did you mean"),
        (("decay", "--mass", "1 GeV", "--energies", "5"), "--gamma"),
        (("decay", "--mass", "1 GeV", "--gamma", "0.5"), "gamma"),
        (("decay", "--mass", "1 GeV", "--moments", "1"), "1,1j"),
        (("decay", "--mass", "1 GeV", "--polarisation", "2"), "between -1 and 1"),
        (("double-beta", "--isotope", "Ca48", "--half-life", "1e26"), "matrix"),
        (("double-beta", "--isotope", "Ge", "--half-life", "1e26"), "Ge76"),
        (("double-beta", "--half-life", "-1"), "positive"),
        (("double-beta", "--half-life", "1e26", "--m-bb", "1 eV"), "choose one"),
        (("double-beta", "--contact", "-2", "--published"), "above -1"),
        (("relic", "--clustering", "-1"), "clustering"),
        (("relic", "--resolution", "0 eV"), "resolution"),
        (("relic", "--energy", "-500 eV"), "-100 eV"),
        (("relik",), "relic"),
    ],
)
def test_what_cannot_be(run: Run, arguments: tuple[str, ...], word: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert word in err
    assert len(err.strip().splitlines()) == 1


def test_a_heavy_neutrino_at_rest_has_one_energy() -> None:
    decay = HeavyNeutrino(1000.0, "eta")
    low, high = decay.energy_range(1.0)
    assert low == high == decay.rest_energies[0]


def test_bounds_in_figures_say_level_and_sides() -> None:
    from nuprobe.cli.majorana.limits import published_bounds
    from nuprobe.majorana.double_beta import MatrixElements

    labels = [label for label, _, _ in published_bounds((), MatrixElements())]
    assert labels
    assert all(label.endswith(", 90 % CL, one-sided") for label in labels)
