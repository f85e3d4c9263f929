"""CHARM-II and CCFR as published: glass, both beams, numbers of events."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.cli import main
from nuprobe.errors import ExperimentFileError
from nuprobe.experiments import TridentExperiment
from nuprobe.models import LMuLTau, VMinusA
from nuprobe.nuclei import MIXTURES
from nuprobe.units import GeV

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")
MUMU = "nu_mu -> nu_mu mu+ mu-"


@pytest.fixture(scope="module")
def charm() -> TridentExperiment:
    return nu.experiment("charm2-trident", TridentExperiment)


def test_glass_has_the_published_charge() -> None:
    glass = nu.target("CHARM2-Glass").components
    assert sum(c.count for c in glass) == pytest.approx(1, abs=1e-12)
    z2 = sum(c.count * c.isotope.z**2 for c in glass)
    assert z2 == pytest.approx(97.6, rel=1e-12)
    silica = nu.target("SiO2").components
    assert sum(c.count * c.isotope.z**2 for c in silica) / 3 == pytest.approx(108)
    # what is assumed is said
    assert "assumption" in MIXTURES["charm2-glass"].title


def test_cross_section_per_nucleus_of_glass(charm: TridentExperiment) -> None:
    """About 1.80e-41 in the neutrino beam, and a mean over its isotopes."""
    rates = charm.predict()
    assert rates.by_beam["charm2-nu"] == pytest.approx(1.80e-41, rel=0.02)
    silica = charm.with_changes({"target.material": "SiO2"}).predict()
    assert silica.mean_z2 == pytest.approx(108)
    assert silica.by_beam["charm2-nu"] / silica.nuclei == pytest.approx(
        1.9138e-41, rel=1e-3
    )
    # coherent as Z^2 and the form factor, nucleons as Z: between 97.6/108 and 1
    assert 97.6 / 108 < rates.cross_section / (silica.cross_section / 3) < 0.95
    share = (97.6 - 64) / 132
    parts = [
        nu.trident.flux_averaged("charm2-nu", MUMU, element, regime="elastic")
        for element in ("Si", "O")
    ]
    mixed = share * parts[0] + (1 - share) * parts[1]
    alone = nu.trident.flux_averaged(
        "charm2-nu", MUMU, "charm2-glass", regime="elastic"
    )
    assert alone == pytest.approx(mixed, rel=1e-9)


def test_both_beams_are_added_by_their_neutrinos(charm: TridentExperiment) -> None:
    rates = charm.predict(LMuLTau(50.0, 1e-3))
    shares = dict.fromkeys(rates.by_beam, 0.0)
    for beam in rates.beams:
        shares[beam.beam] += beam.share
    assert sum(shares.values()) == pytest.approx(1, rel=1e-12)
    mean = sum(shares[name] * value for name, value in rates.by_beam.items())
    assert rates.cross_section == pytest.approx(mean, rel=1e-6)
    doubled = charm.with_changes({"flux.beams.charm2-nu.exposure": 1e9}).predict()
    assert doubled.cross_section == pytest.approx(
        charm.predict().by_beam["charm2-nu"], rel=1e-6
    )


def test_mean_energies_stand_beside_the_published(charm: TridentExperiment) -> None:
    by_name = {(b.beam, b.flavour): b for b in charm.predict().beams}
    for beam, kind, published in (
        ("charm2-nu", "nu_mu", 23.8),
        ("charm2-nubar", "nubar_mu", 19.3),
    ):
        found = by_name[beam, kind]
        assert found.published == pytest.approx(published * GeV)
        e = np.arange(0.001, 500, 0.002) * GeV  # none on an edge
        phi = nu.flux(beam).spectrum(kind, e)
        assert found.mean == pytest.approx((e * phi).sum() / phi.sum(), rel=2e-4)
    assert by_name["charm2-nu", "nubar_mu"].published is None


def test_expected_events_of_ccfr() -> None:
    ccfr = nu.experiment("ccfr-trident", TridentExperiment)
    assert ccfr.predict().expected == pytest.approx(45.3)
    left = ccfr.predict(VMinusA())
    assert left.counts is not None
    assert left.counts.expected == {"sm": (45.3, 2.3), "v-a": (78.1, 3.9)}
    # ours, at one energy without cuts, within the published error
    assert left.expected == pytest.approx(78.1, abs=3.9)
    assert left.counts.observed[0] / 45.3 == pytest.approx(left.measured, abs=0.005)
    data = json.loads(json.dumps(left.to_dict()))
    assert data["published_counts"]["expected"]["v-a"] == [78.1, 3.9]
    assert data["expected_counts"] == left.expected


def test_rate_prints_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["nuprobe", "rate", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        return capsys.readouterr().out

    found = said("ccfr-trident", "--model", "v-a")
    for text in ("45.3 +- 2.3", "78.1 +- 3.9", "this model: 79.2", "37.0 +- 12.4"):
        assert text in found
    found = said("charm2-trident")
    for text in ("<Z^2> = 97.6", "23.8 GeV", "19.3 GeV", "24.9 GeV", "21.1 GeV"):
        assert text in found
    found = said("charm2-trident", "--set", "target.material=SiO2")
    assert "<Z^2> = 108" in found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flux.name": "charm2-nu"}, "either name"),
        ({"flux.beams.charm2-nu.flavour": "nu_mu2"}, "nu_mu"),
        ({"flux.beams.charm2-nu": {"flavour": "nu_mu"}}, "belong together"),
        ({"flux.beams.charm2-nu.exposure": -1}, "greater than 0"),
        ({"analyses.published.counts": {"observed": [1, 1], "expected": {}}}, "sm"),
    ],
)
def test_bad_beams_and_counts(
    charm: TridentExperiment, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ExperimentFileError, match=words) as caught:
        charm.with_changes(changes)
    assert "\n" not in str(caught.value)
