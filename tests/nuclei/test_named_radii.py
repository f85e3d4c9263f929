"""Radii by the name of a nuclear model or measurement."""

from __future__ import annotations

import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import named_radii, named_radius, point_to_physical, radius_names
from nuprobe.units import fm

SEMINAR = {  # the table of the seminar, fm: R_p, R_n of Cs133, R_p, R_n of I127
    "SkM*": (4.76, 4.90, 4.71, 4.84),
    "SkP": (4.79, 4.91, 4.72, 4.84),
    "SkI4": (4.73, 4.88, 4.67, 4.81),
    "Sly4": (4.78, 4.90, 4.71, 4.84),
    "UNEDF1": (4.76, 4.90, 4.68, 4.83),
    "NL-SH": (4.74, 4.93, 4.68, 4.86),
    "NL3": (4.75, 4.95, 4.69, 4.89),
    "NL-Z2": (4.79, 5.01, 4.73, 4.94),
}


@pytest.mark.parametrize("name", SEMINAR)
def test_models_of_the_seminar(name: str) -> None:
    csi = nu.target("CsI", r_p=name, r_n=name.lower())
    found = [r for c in csi.components for r in (c.ff_p.rms / fm, c.ff_n.rms / fm)]
    assert found == pytest.approx(SEMINAR[name], rel=1e-12, abs=0)
    assert {c.kinds for c in csi.components} == {("point", "point")}


def test_prex_is_of_lead_alone() -> None:
    lead = nu.target("Pb208", r_n="prex").components[0]
    assert lead.ff_n.rms / fm == pytest.approx(5.78, rel=1e-12, abs=0)
    assert lead.ff_p.rms / fm == pytest.approx(5.44, abs=0.01)
    with pytest.raises(InputError, match="PREX has radii for Pb208, not for Ar40"):
        nu.target("Ar40", r_n="PREX")
    with pytest.raises(InputError, match="not the proton radius"):
        nu.target("Pb208", r_p="PREX")
    with pytest.raises(InputError, match="not for Pb2"):
        nu.target("natural Pb", r_n={"Pb": "PREX"})


def test_a_name_equals_its_length_in_cross_sections() -> None:
    mixed = nu.target("CsI", r_n={"Cs133": "RMF NL-Z2", "I": 4.94 * fm})
    plain = nu.target("CsI", r_n={"Cs133": 5.01 * fm, "I127": 4.94 * fm})
    model = nu.StandardModel()
    assert nu.cevns.total(30.0, mixed, model, "nu_mu") == pytest.approx(
        nu.cevns.total(30.0, plain, model, "nu_mu"), rel=1e-12
    )


def test_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean NL-Z2"):
        nu.target("CsI", r_n="NLZ2")
    with pytest.raises(InputError, match="a nucleon must be"):
        named_radius("NL3", "Cs133", "x")
    assert len(radius_names()) == 10
    assert sum(r.family == "measured" for r in named_radii()) == 3


def test_in_files_of_experiments() -> None:
    csi = nu.experiment("coherent-csi-2017")
    default = csi.predict().signal
    named = csi.with_changes({"target.neutron_radius": "NL-Z2"})
    assert named.predict().signal == pytest.approx(default, rel=1e-12, abs=0)
    other = csi.with_changes({"target.neutron_radius": {"Cs133": "NL3"}})
    length = csi.with_changes({"target.neutron_radius": {"Cs133": "4.95 fm"}})
    assert other.predict().signal == pytest.approx(
        length.predict().signal, rel=1e-12, abs=0
    )
    assert other.predict().signal.sum() != pytest.approx(default.sum(), rel=1e-4, abs=0)
    with pytest.raises(InputError, match="unknown name of a radius 'NLZ2'"):
        csi.with_changes({"target.neutron_radius": "NLZ2"})
    with pytest.raises(InputError, match="Pb208"):
        csi.with_changes({"target.neutron_radius": "PREX"})


def test_physical_radius_is_larger() -> None:
    """R² = R_n² + r_p² + (Z/N) r_n² with 0.84 fm and −0.11 fm² (Kelly's 0.863 fm)."""
    point = named_radius("NL-Z2", "Cs133")
    physical = point_to_physical(point, "Cs133", "n")
    by_hand = (5.01**2 + 0.863**2 - 55 / 78 * 0.112 + 0.033) ** 0.5
    assert physical / fm == pytest.approx(by_hand, abs=0.01)
