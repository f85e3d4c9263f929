"""``nuprobe limit``: why an experiment has no limit."""

from __future__ import annotations

import nuprobe as nu
from nuprobe.cli.limits import silent_notes


def test_neutrinos_without_the_coupling_are_named() -> None:
    one = [nu.experiment("conus-plus")]
    found = nu.limit(one, "dipole-portal-mu", mass=[1.0])
    assert silent_notes(found, one) == [
        "conus-plus: its neutrinos (nubar_e) do not have this coupling"
    ]
    # too heavy to be made, which is another reason
    heavy = nu.limit(one, "dipole-portal-e", mass=[1.0, 40.0])
    assert silent_notes(heavy, one) == []
