"""Closed forms of χ² against SciPy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv, ndtri
from scipy.stats import chi2

from nuprobe.errors import InputError
from nuprobe.inference.levels import (
    ONE_SIGMA,
    delta_threshold,
    log_survival,
    survival,
)


@given(st.floats(1e-9, 1 - 1e-12), st.integers(1, 5))
def test_thresholds(cl: float, dof: int) -> None:
    expected = chi2.ppf(cl, dof) if cl < 0.5 else chi2.isf(1 - cl, dof)
    assert delta_threshold(cl, dof) == pytest.approx(expected, rel=1e-13, abs=0)


def test_thresholds_of_known_levels() -> None:
    assert delta_threshold(ONE_SIGMA) == pytest.approx(1, rel=1e-14)
    assert delta_threshold(0.9) == pytest.approx(ndtri(0.95) ** 2, rel=1e-14)
    assert delta_threshold(0.9, 2) == pytest.approx(2 * gammaincinv(1, 0.9), rel=1e-14)


@given(st.floats(0, 1200), st.integers(1, 1500))
def test_p_values(x: float, dof: int) -> None:
    expected = float(chi2.sf(x, dof))
    assert survival(x, dof) == pytest.approx(expected, rel=1e-11, abs=1e-300)


@given(st.floats(1e-6, 1e5), st.integers(1, 10))
def test_logarithms_of_p_values(x: float, dof: int) -> None:
    mine = log_survival(x, dof)
    assert np.isfinite(mine)
    assert mine <= 0
    if chi2.sf(x, dof) > 1e-300:
        expected = float(chi2.logsf(x, dof))
        assert mine == pytest.approx(expected, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize(("cl", "dof"), [(0.0, 1), (1.0, 1), (90, 1), (0.9, 0)])
def test_bad_levels_are_refused(cl: float, dof: int) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        delta_threshold(cl, dof)


def test_a_fit_needs_no_scipy() -> None:
    code = (
        "import sys, nuprobe as nu;"
        "nu.experiment('coherent-csi-2017').fit(free=['rn']);"
        "sys.exit(sum(m in sys.modules for m in ('scipy', 'numba', 'iminuit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
