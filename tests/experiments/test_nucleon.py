"""The nucleon and the radii of an experiment's target."""

from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment, experiment
from nuprobe.nuclei import physical_to_point, point_to_physical
from nuprobe.units import fm

from . import folders

SM = nu.StandardModel()


@pytest.fixture(scope="module")
def csi() -> Experiment:
    return experiment("coherent-csi-2017", Experiment)


def test_the_nucleon_is_a_key_of_the_target(csi: Experiment) -> None:
    assert csi.target().components[0].nucleon.name == "kelly"
    other = csi.with_changes({"target.nucleon": "point"})
    assert other.target().components[0].nucleon.name == "point"
    with pytest.raises(ExperimentFileError, match=r"target\.nucleon.*kelly"):
        csi.with_changes({"target.nucleon": "galster"})


def test_a_physical_radius_is_converted(csi: Experiment) -> None:
    changes = {
        "target.neutron_radius": {},
        "target.physical_neutron_radius": {"Cs133": "5.1 fm", "I127": "5 fm"},
    }
    parts = csi.with_changes(changes).target().components
    assert parts[0].ff_n.rms == pytest.approx(
        physical_to_point(5.1 * fm, "Cs133", "n"), rel=1e-12
    )
    assert parts[0].shapes.rms[1] == pytest.approx(5.1 * fm, rel=1e-12)
    assert parts[1].shapes.rms[1] == pytest.approx(5.0 * fm, rel=1e-12)
    with pytest.raises(ExperimentFileError, match="Cs133 is in both target"):
        csi.with_changes({"target.physical_neutron_radius": {"Cs133": "5.1 fm"}})
    with pytest.raises(ExperimentFileError, match="nucleons alone give"):
        csi.with_changes(
            {
                "target.neutron_radius": {},
                "target.physical_neutron_radius": {"Cs133": "0.5 fm"},
            }
        )
    with pytest.raises(ExperimentFileError, match="physical_neutron_radius"):
        csi.with_changes(
            {"target.physical_neutron_radius": {"Xe131": "5.1 fm"}},
        )


def test_electrons_know_no_nucleon(tmp_path: Path) -> None:
    folder = folders.write(tmp_path / "invented")
    text = (folder / "experiment.toml").read_text(encoding="utf-8")
    text = text.replace('mass = "20 kg"', 'mass = "20 kg"\nnucleon = "dipole"')
    (folder / "experiment.toml").write_text(text, encoding="utf-8")
    dipole = experiment(str(folder), Experiment)
    kelly = dipole.with_changes({"target.nucleon": "kelly"})
    counts = [e.predict(SM).signal.sum() for e in (dipole, kelly)]
    assert counts[0] == pytest.approx(counts[1], rel=5e-4)
    assert counts[0] != counts[1]


def test_a_fitted_radius_is_quoted_both_ways(csi: Experiment) -> None:
    found = csi.fit(SM, ["rn"])
    radius = found["rn"]
    assert radius.interval is not None
    also = radius.also
    assert list(also) == [
        "neutron radius of Cs133 (physical)",
        "neutron radius of I127 (physical)",
    ]
    physical = also["neutron radius of Cs133 (physical)"]
    exact = point_to_physical(radius.value * fm, "Cs133", "n") / fm
    assert physical.value == pytest.approx(exact, rel=1e-12)
    assert physical.interval is not None
    assert radius.interval.upper is not None
    upper = point_to_physical(radius.interval.upper * fm, "Cs133", "n") / fm
    assert physical.interval.upper == pytest.approx(upper, rel=1e-12)
    # the error propagated by a small step
    assert radius.error is not None
    step = point_to_physical((radius.value + 1e-6) * fm, "Cs133", "n") / fm - exact
    assert physical.error == pytest.approx(radius.error * step / 1e-6, rel=1e-5)
    assert "neutron radius of Cs133 (physical)" in str(found)
    quoted = found.to_dict()["parameters"][0]["also"]
    assert quoted[0]["value"] == physical.value
    bare = csi.with_changes({"target.nucleon": "point"}).fit(SM, ["rn"], minos=False)
    assert not bare["rn"].also
    assert "also" not in bare.to_dict()["parameters"][0]


def test_the_physical_radius_hardly_depends_on_the_nucleon(csi: Experiment) -> None:
    values = []
    for nucleon in ("kelly", "dipole", "point"):
        found = csi.with_changes({"target.nucleon": nucleon}).fit(
            SM, ["rn"], minos=False
        )
        radius = found["rn"].value * fm
        values.append(point_to_physical(radius, "Cs133", "n", nucleon) / fm)
    assert np.ptp(values) < 0.025


def test_unknown_particles_and_missing_neutrons() -> None:
    with pytest.raises(InputError, match="no neutrons"):
        point_to_physical(1 * fm, "H1", "n")
