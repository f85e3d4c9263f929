"""Histograms of rates follow the UHI protocol, and other packages take them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import UnknownNameError


@pytest.fixture(scope="module")
def csi() -> Any:
    return nu.experiment("coherent-csi-2017").predict()


@pytest.fixture(scope="module")
def two() -> Any:
    """Counts in energy and time."""
    return nu.experiment("coherent-csi-2021").predict()


def _is_plottable(histogram: Any) -> None:
    """What the protocol asks for, without the package that states it."""
    assert histogram.kind == "COUNT"
    values = histogram.values()
    assert len(histogram.axes) == values.ndim
    for axis, size in zip(histogram.axes, values.shape, strict=True):
        assert len(axis) == size
        assert not axis.traits.circular
        assert not axis.traits.discrete
        low, high = axis[0]
        assert low < high
        assert next(iter(axis)) == axis[0]
    variances = histogram.variances()
    assert variances is None or variances.shape == values.shape
    assert histogram.counts().shape == values.shape


def test_counts_follow_the_protocol(csi: Any, two: Any) -> None:
    for rates, axes in ((csi, 1), (two, 2)):
        for name in ("total", "signal", "data", *rates.components):
            made = rates.histogram(name)
            _is_plottable(made)
            assert made.values().ndim == axes


def test_values_edges_and_variances_are_those_of_the_rates(csi: Any, two: Any) -> None:
    total = two.histogram()
    assert total.values() == pytest.approx(two.total, abs=0)
    assert total.axes[0].edges.tolist() == two.energy_edges.tolist()
    assert total.axes[1].edges.tolist() == two.time_edges.tolist()
    assert [axis.label for axis in total.axes] == ["photoelectrons [PE]", "time [µs]"]
    # expected counts are exact, not draws
    assert total.variances() is None
    data = two.histogram("data")
    assert data.variances() == pytest.approx(two.data, abs=0)
    assert data.project(1).values() == pytest.approx(two.data.sum(axis=0))
    measured = csi.histogram("data")
    assert measured.variances() == pytest.approx(csi.sigma.ravel() ** 2)
    assert (measured.values() < 0).any() == (csi.data < 0).any()
    parts = sum(two.histogram(name).values() for name in two.components)
    assert parts == pytest.approx(total.values(), rel=1e-12)


def test_all_times_are_no_axis(csi: Any) -> None:
    open_ = replace(csi, time_edges=np.array([-np.inf, np.inf]))
    assert len(open_.histogram().axes) == 1


def test_a_third_quantity_is_an_axis_between(two: Any) -> None:
    shape = (two.energy_edges.size - 1, 3, two.time_edges.size - 1)
    made = replace(
        two,
        shape_edges=np.array([0.0, 0.2, 0.5, 1.0]),
        shape_observable="F90",
        components={"signal: x": np.arange(np.prod(shape), dtype=float).reshape(shape)},
        data=None,
    ).histogram()
    assert made.values().shape == shape
    assert [axis.name for axis in made.axes] == ["photoelectrons", "F90", "time"]


def test_unknown_counts_are_named(csi: Any) -> None:
    with pytest.raises(UnknownNameError, match="signal"):
        csi.histogram("background")


def test_the_protocol_as_its_package_states_it(csi: Any, two: Any) -> None:
    plottable = pytest.importorskip("uhi.typing.plottable")
    for made in (csi.histogram("data"), two.histogram()):
        assert isinstance(made, plottable.PlottableHistogram)


def test_hist_takes_them(two: Any) -> None:
    hist = pytest.importorskip("hist")
    made = hist.Hist(two.histogram("data"))
    assert made.axes["time"].label == "time [µs]"
    assert made.sum().value == two.data.sum()
    assert made.project("photoelectrons").values() == pytest.approx(
        two.data.sum(axis=1)
    )


def test_mplhep_draws_them(csi: Any, two: Any) -> None:
    pytest.importorskip("matplotlib").use("agg")
    mplhep = pytest.importorskip("mplhep")
    from matplotlib.figure import Figure

    left, right = Figure().subplots(1, 2)
    mplhep.histplot(csi.histogram(), ax=left, label="expected")
    mplhep.histplot(csi.histogram("data"), ax=left, histtype="errorbar")
    assert left.get_xlabel() == "photoelectrons [PE]"
    mplhep.hist2dplot(two.histogram(), ax=right, cbar=False)
    assert right.get_ylabel() == "time [µs]"
