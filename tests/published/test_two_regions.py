"""A charge radius may reverse the amplitude: a fit says that its interval is one of two
regions."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu


def test_a_fit_tells_of_the_region_that_reverses_the_amplitude() -> None:
    csi, name = nu.experiment("coherent-csi-2017"), "charge_radius.mumu"
    found = csi.fit(nu.Electromagnetic(), free=[name])
    (note,) = found.notes
    assert "another region is allowed too, around charge_radius.mumu = -5.1" in note
    # the profile sees both, as the note says
    profile = csi.profile(name, np.linspace(-8e-31, 4e-31, 49), nu.Electromagnetic())
    regions = profile.intervals()
    assert len(regions) == 2
    assert regions[0][0] < -5.1e-31 < regions[0][1]
    interval = found.free[0].interval
    assert interval is not None
    assert interval.lower == pytest.approx(regions[1][0], abs=1e-34)


def test_a_fit_with_one_region_has_no_note() -> None:
    assert (
        nu.experiment("coherent-csi-2017").fit(nu.StandardModel(), free=["rn"]).notes
        == ()
    )


def test_numbers_in_the_unit_of_fits_are_refused() -> None:
    with pytest.raises(
        nu.NuprobeError, match=r"charge_radius of 0\.5 cm2 .* it is given in cm2"
    ):
        nu.Electromagnetic(charge_radius={"mumu": 0.5})
