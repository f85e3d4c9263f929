"""``nuprobe limit``: why an experiment has no limit."""

from __future__ import annotations

import nuprobe as nu
from nuprobe.cli.limits import silent_notes
from nuprobe.reports import limit_table


def test_neutrinos_without_the_coupling_are_named() -> None:
    one = [nu.experiment("conus-plus")]
    found = nu.limit(one, "dipole-portal-mu", mass=[1.0])
    assert silent_notes(found, one) == [
        "conus-plus: its neutrinos (nubar_e) do not have this coupling"
    ]
    # too heavy to be made, which is another reason
    heavy = nu.limit(one, "dipole-portal-e", mass=[1.0, 40.0])
    assert silent_notes(heavy, one) == []


def test_a_title_has_the_mixing_if_there_is_one() -> None:
    one = [nu.experiment("ccfr-trident")]
    titles = [
        limit_table(nu.limit(one, nu.LMuLTau(10.0, 1e-3, mixing=x), mass=[10.0])).title
        for x in (0.0, 0.01)
    ]
    assert titles == ["largest g' of lmu-ltau", "largest g' of lmu-ltau, mixing 0.01"]
