"""Ladders of a global fit."""

from __future__ import annotations

import numpy as np
import pytest

from nuprobe.plotting.ladder import _decades
from nuprobe.sets.words import heading


@pytest.mark.parametrize("edge", [0.3, 2.0, 3e3, 3e5, 1e9])
@pytest.mark.parametrize("both", [True, False])
def test_few_powers_of_ten_are_labelled(edge: float, both: bool) -> None:
    ticks = _decades(0.1, edge, both)
    above = [x for x in ticks if x > 0]
    assert 1 <= len(above) <= 5
    assert max(above) <= edge < 10 * max(above)
    powers = np.log10(above)
    assert powers == pytest.approx(powers.round(), abs=1e-9)
    assert len(set(np.diff(powers).round(9))) <= 1
    # where some are left out the first is not beside 0
    if len(above) < 1 + np.log10(max(above) / 0.1).round():
        assert min(above) > 0.1
    assert ticks == sorted(ticks)
    assert ticks == ([-x for x in reversed(above)] if both else []) + [0.0, *above]


def test_headings_name_quantity_and_neutrino() -> None:
    assert heading("mu_eff.tau") == "mu_eff.tau, effective magnetic moment of nu_tau"
    assert heading("charge") == "charge, electric charge"
    axial = "epsilon_e_axial.ee, non-standard axial interaction of nu_e with electrons"
    assert heading("epsilon_e_axial.ee") == axial
    assert heading("phi_8B") == "phi_8B"
