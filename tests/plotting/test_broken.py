"""Combined limits where an experiment has none at the next mass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.plotting.broken import broken_line

MASS = np.array([1.0, 3.0, 10.0, 40.0])


def _along(x: np.ndarray, y: np.ndarray, at: float) -> float:
    """Line between the last point at or below a mass and the next one."""
    i = int(np.flatnonzero(x <= at)[-1])
    part = np.log(at / x[i]) / np.log(x[i + 1] / x[i])
    return float(y[i] * (y[i + 1] / y[i]) ** part)


def test_between_masses_with_different_experiments_the_best_of_the_rest() -> None:
    first = np.array([0.01, 0.02, np.nan, np.nan])
    second = np.array([0.5, 0.6, 0.8, 2.0])
    together = np.fmin(first, second)
    x, y = broken_line(MASS, together, [first, second])
    assert x[0] == 1.0
    assert y[0] == 0.01
    assert np.all(np.diff(x) >= 0)
    assert _along(x, y, 2.0) == pytest.approx(_along(MASS, first, 2.0), rel=1e-12)
    for at in (3.0001, 5.0, 9.9, 12.0):
        assert _along(x, y, at) == pytest.approx(_along(MASS, second, at), rel=1e-12)


def test_lines_that_cross_there_are_both_followed() -> None:
    a, b = np.array([0.1, 0.4]), np.array([0.3, 0.2])
    ends = np.array([0.01, np.nan])
    mass = np.array([2.0, 5.0])
    x, y = broken_line(mass, np.array([0.01, 0.15]), [ends, a, b])
    for at in np.geomspace(2.01, 4.99, 7):
        best = min(_along(mass, a, at), _along(mass, b, at))
        assert _along(x, y, at) == pytest.approx(best, rel=1e-12)


def test_without_an_experiment_at_both_masses_there_is_a_gap() -> None:
    a, b = np.array([0.1, np.nan]), np.array([np.nan, 0.2])
    _, y = broken_line(np.array([1.0, 2.0]), np.array([0.1, 0.2]), [a, b])
    assert y[0] == 0.1
    assert y[-1] == 0.2
    assert np.isnan(y[1:-1]).all()
    assert y.size > 2


def test_the_line_is_unbroken_where_all_go_on() -> None:
    a, b = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.2, 0.3, 0.3, 0.3])
    x, y = broken_line(MASS, a / 2, [a, b])
    assert x.tolist() == MASS.tolist()
    assert y.tolist() == (a / 2).tolist()


def test_a_plane_draws_it() -> None:
    limit = nu.limit(
        [nu.experiment("ccfr-trident"), nu.experiment("charm2-trident")], mass=MASS
    )
    first, second, both = limit.curves
    ended = replace(first, coupling=np.where(MASS < 5, first.coupling, np.inf))
    both = replace(both, coupling=np.where(MASS < 5, both.coupling, second.coupling))
    drawn = nu.plotting.plot_plane(replace(limit, curves=(ended, second, both)))
    x, y = (np.asarray(each, dtype=float) for each in drawn.lines[2].get_data())
    for at in (4.0, 9.0):
        expected = _along(MASS, second.coupling, at)
        assert _along(1e3 * x, y, at) == pytest.approx(expected, rel=1e-9)
