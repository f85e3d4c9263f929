from __future__ import annotations

import numpy as np
import pytest

from nuprobe.bounds.companions import companions
from nuprobe.bounds.monophoton import INVERSE_AB, reach


def test_belle_ii_is_drawn_with_backgrounds_and_the_ideal_is_named_so() -> None:
    """The estimate with backgrounds is g′ = 8e-4 up to 1 GeV (Araki:2017wyg); the
    signal alone would reach four times further at 100 MeV."""
    mass = np.array([10.0, 100.0, 999.0, 2000.0])
    estimate, ideal = companions(mass)[-2:]
    assert (estimate.kind, ideal.kind) == ("reach", "ideal")
    assert "backgrounds" in estimate.label
    assert "ideal" in ideal.label
    assert estimate.upper[:3] == pytest.approx(8e-4)
    assert np.isinf(estimate.upper[3])
    assert ideal.upper == pytest.approx(reach(mass, 50 * INVERSE_AB))
    assert estimate.upper[1] / ideal.upper[1] == pytest.approx(3.9, abs=0.1)
