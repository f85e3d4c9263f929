"""Quantities as a data sheet has them, beside the plain keys they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, NuprobeError
from nuprobe.experiments import Experiment
from nuprobe.experiments.format.paper import flat_rate
from nuprobe.experiments.sites import SitesExperiment
from nuprobe.fluxes import fissions

SHEET = """
schema_version = 2
name = "my-ge"
title = "A germanium detector at a reactor"
process = "cevns"
projection = true
background = "10 1/keV/kg/day"

[target]
material = "natural Ge"
mass = "1 kg"

[flux]
name = "reactor"
options = { low_energy = "kopeikin" }
power = "3 GW"
time = "1 year"
distance = "20 m"

[response]
observable = "ionisation energy"
unit = "eVee"
quenching = { kind = "lindhard", k = 0.162, z = 32 }
resolution = "30 eV"
threshold = "100 eVee"

[binning.energy]
start = "100 eVee"
stop = "1 keVee"
bins = 18

[[systematics]]
name = "flux"
kind = "normalisation"
sigma = 0.05
acts_on = ["signal"]

[analyses.energy]
title = "100 eVee to 1 keVee"
statistic = "poisson"
energy_range = ["150 eVee", 1000]
systematics = ["flux"]
"""

PLAIN: dict[str, Any] = {
    "flux": {
        "name": "reactor",
        "options": {"low_energy": "kopeikin"},
        "exposure": fissions(3 * 365.25),
        "distance": "20 m",
    },
    "response": {
        "observable": "ionisation energy",
        "unit": "keVee",
        "light_yield": "1 1/keV",
        "quenching": {"kind": "lindhard", "k": 0.162, "z": 32},
        "smearing": {"kind": "gaussian", "resolution": [0.03, 0.0, 0.0]},
    },
    "binning": {"energy": {"start": 0.1, "stop": 1.0, "bins": 18}},
    "backgrounds": [
        # 10 per keV, kg and day in 1 kg and 365.25 days
        {"kind": "flat", "name": "b", "density": 3652.5, "accepted": True}
    ],
}


def opened(folder: Path, text: str = SHEET) -> Experiment:
    folder.mkdir(exist_ok=True)
    (folder / "experiment.toml").write_text(text)
    return nu.experiment(folder, Experiment)


def test_a_data_sheet_is_what_the_plain_keys_are(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "sheet")
    raw = {k: v for k, v in sheet.raw.items() if k != "background"} | PLAIN
    raw["analyses"] = {
        "energy": {**raw["analyses"]["energy"], "energy_range": [0.15, 1.0]}
    }
    plain = Experiment.read(sheet.folder, raw)
    one, other = sheet.predict(), plain.predict()
    assert one.signal.sum() > 100
    np.testing.assert_allclose(one.signal, other.signal, rtol=1e-9)
    np.testing.assert_allclose(one.total, other.total, rtol=1e-9)
    assert sheet.energy_edges[0] == 100.0
    assert sheet.signal.exposure == pytest.approx(fissions(3 * 365.25), rel=1e-12)


def test_the_fuel_sets_the_energy_of_a_fission(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "sheet")
    uranium = sheet.with_changes({"flux.options.fractions": {"U235": 1.0}})
    wanted = fissions(3 * 365.25, {"U235": 1.0})
    assert uranium.signal.exposure == pytest.approx(wanted, rel=1e-12)
    assert uranium.signal.exposure > sheet.signal.exposure


def test_full_width_and_share_of_the_energy(tmp_path: Path) -> None:
    sheet = opened(tmp_path / "sheet")
    width = sheet.with_changes({"response.resolution": "70.64460135 eV FWHM"})
    assert width.file.response.smearing.resolution[0] == pytest.approx(30, rel=1e-9)
    share = sheet.with_changes({"response.resolution": "5 %"})
    assert share.file.response.smearing.resolution == (0.0, 0.0, 0.05)
    rms = sheet.with_changes({"response.resolution": "30 eV (rms)"})
    assert rms.file.response.smearing.resolution == (30.0, 0.0, 0.0)


def test_a_threshold_cuts_the_bins(tmp_path: Path) -> None:
    """Bins from 0 with a threshold hold what bins from the threshold on do."""
    sheet = opened(tmp_path / "sheet", SHEET.replace('"150 eVee"', "100"))
    lower = sheet.with_changes(
        {
            "binning.energy": {"edges": [0, 80, 120, 200, 1000]},
            "analyses.energy.energy_range": [0, 1000],
            "response.threshold": "120 eVee",
        }
    )
    counts = lower.predict().signal.ravel()
    assert (counts[:2] == 0).all()
    whole = sheet.with_changes(
        {
            "binning.energy": {"edges": ["120 eVee", "1 keVee"]},
            "analyses.energy.energy_range": [120, 1000],
        }
    )
    assert counts.sum() == pytest.approx(float(whole.predict().signal.sum()), rel=1e-6)
    # inside a bin as well, and on top of another acceptance
    inside = lower.with_changes({"response.threshold": "100 eVee"}).predict().signal
    assert inside.ravel()[1] > 0
    half = lower.with_changes(
        {"response.acceptance": {"kind": "logistic", "a": 0.5, "k": 9, "x0": -99}}
    )
    np.testing.assert_allclose(half.predict().signal.ravel(), counts / 2, rtol=1e-9)


def test_photoelectrons_take_energies_too(tmp_path: Path) -> None:
    text = SHEET.replace('unit = "eVee"', 'unit = "PE"\nlight_yield = "10 PE/keVee"')
    text = text.replace('"150 eVee", 1000', '"150 eVee", "1 keVee"')
    sheet = opened(tmp_path / "sheet", text)
    assert sheet.energy_edges[[0, -1]].tolist() == [1.0, 10.0]
    assert sheet.file.response.smearing.resolution[0] == pytest.approx(0.3)
    # the same counts of background, whatever the unit of the bins
    other = opened(tmp_path / "other").predict()
    one = sheet.predict()
    np.testing.assert_allclose(
        one.total - one.signal, other.total - other.signal, rtol=1e-9
    )
    np.testing.assert_allclose(one.signal, other.signal, rtol=1e-6)


def test_seconds_of_the_sun(tmp_path: Path) -> None:
    text = SHEET.replace(
        'name = "reactor"\noptions = { low_energy = "kopeikin" }\npower = "3 GW"\n',
        'name = "solar"\n',
    ).replace('distance = "20 m"\n', "")
    assert opened(tmp_path / "sun", text).signal.exposure == pytest.approx(31557600)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('power = "3 GW"', "power = 3", ["flux.power", "no unit", "3 MW", "GW"]),
        ('power = "3 GW"', 'power = "3 km"', ["flux.power", "length"]),
        ('time = "1 year"\n', "", ["flux.time", "background"]),
        ('power = "3 GW"\n', "", ["flux.time alone", "fission", "flux.power"]),
        ('time = "1 year"', 'time = "1 yeer"', ["yeer", "did you mean year"]),
        ('power = "3 GW"', "exposure = 1e27\npower = '3 GW'", ["not both"]),
        ('unit = "eVee"\n', "", ["an energy needs", "response.unit"]),
        ('"30 eV"', "30", ["response.resolution", "no unit", "FWHM"]),
        ('"30 eV"', '"30 kg"', ["response.resolution", "mass"]),
        ('"30 eV"', '"0 eV"', ["response.resolution", "positive"]),
        ('"100 eVee"\n\n', '"100 keVnr"\n\n', ["response.threshold", "keVnr"]),
        ('"10 1/keV/kg/day"', '"10 1/keV/kg"', ["background", "1/keV/kg/day"]),
        ('"10 1/keV/kg/day"', '"10 1/keV/kg/kg"', ["background", "1/keV/kg/day"]),
        ('"10 1/keV/kg/day"', '"-1 dru"', ["background", "positive"]),
        ('"10 1/keV/kg/day"', "10", ["background", "1/keV/kg/day"]),
        ('start = "100 eVee"', 'start = "100 m"', ["binning.energy.start", "length"]),
        ('["150 eVee"', '["150 s"', ["energy.energy_range.0", "time"]),
        ('threshold = "100 eVee"', 'threshold = "1e999 eVee"', ["finite"]),
    ],
)
def test_bad_quantities(old: str, new: str, parts: list[str], tmp_path: Path) -> None:
    assert old in SHEET
    with pytest.raises(ExperimentFileError) as caught:
        opened(tmp_path / "sheet", SHEET.replace(old, new, 1))
    message = str(caught.value)
    assert "\n" not in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    "text", ["1 dru", "1 1/keV/kg/day", "1 counts/(keV kg d)", "1 /keVee/kg/day"]
)
def test_spellings_of_a_rate(text: str) -> None:
    from nuprobe.units import day, keV, kg

    assert flat_rate(text) * keV * kg * day == pytest.approx(1.0)


@pytest.mark.parametrize(
    "text", ["1", "1 1/keV", "1 keV/kg/day", "a dru", "1 1/s/s/kg"]
)
def test_rates_that_are_none(text: str) -> None:
    with pytest.raises(NuprobeError):
        flat_rate(text)


def test_a_further_process_may_have_another_smearing(tmp_path: Path) -> None:
    more = """
[[also]]
process = "electron"
[also.response]
smearing = { kind = "none" }
quenching = { kind = "constant", factor = 1.0 }
"""
    both = opened(tmp_path / "both", SHEET + more)
    assert both.signal.others[0].file.response.smearing.kind == "none"
    assert both.file.response.smearing.kind == "gaussian"


def test_sites_of_other_power(tmp_path: Path) -> None:
    sites = """
[[sites]]
name = "near"

[[sites]]
name = "far"
flux = { exposure = 1e27 }
response = { smearing = { kind = "none" } }
"""
    folder = tmp_path / "both"
    folder.mkdir()
    (folder / "experiment.toml").write_text(SHEET + sites)
    both = nu.experiment(folder, SitesExperiment)
    rates = both.predict()
    assert set(rates.sites) == {"near", "far"}
