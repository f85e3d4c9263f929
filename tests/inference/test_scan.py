from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.errors import (
    InputError,
    NuprobeError,
    OutputError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.inference import (
    Cost,
    PoissonCost,
    ScanResult,
    dask_executor,
    delta_threshold,
    fit,
    grid_scan,
    profile,
    scan,
)
from nuprobe.inference.costs import BLOCK
from nuprobe.inference.grid_scan import _Points, dips
from nuprobe.inference.scan_result import read_scan
from nuprobe.numerics import FloatArray

ROOT = Path(__file__).parents[2]
GRID = {
    "strength": np.linspace(0.5, 20.0, 40),
    "radius": np.linspace(2.0, 8.0, 128),
}  # ten blocks


def cost_of(prediction: Synthetic) -> Cost:
    mu = replace(prediction, delay=0.0).expectation(np.array([[1.0, 5.0]])).base[0]
    return PoissonCost(prediction, np.random.default_rng(4).poisson(mu)) + PoissonCost(
        replace(prediction, suffix=" b"), np.random.default_rng(5).poisson(mu)
    )


@pytest.fixture(scope="module")
def cost() -> Cost:
    return cost_of(Synthetic())


@pytest.fixture(scope="module")
def reference(cost: Cost) -> ScanResult:
    return scan(cost, GRID)


def assert_same_bits(a: ScanResult, b: ScanResult) -> None:
    assert a.twice_nll.tobytes() == b.twice_nll.tobytes()
    assert a.nuisances.tobytes() == b.nuisances.tobytes()
    assert a.fingerprint == b.fingerprint
    assert list(a.axes) == list(b.axes)
    assert a.fixed == b.fixed


def run_python(code: str, **kwargs: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **kwargs,
    )


def done_points(path: Path) -> int:
    return int(read_scan(path)[1].done.sum())


def holds_something(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def test_values_are_those_of_the_cost(cost: Cost, reference: ScanResult) -> None:
    assert reference.twice_nll.shape == (40, 128)
    assert reference.nuisances.shape == (40, 128, 6)
    for i, j in ((0, 0), (3, 100), (39, 127)):
        point = [GRID["strength"][i], GRID["radius"][j]]
        assert reference.twice_nll[i, j] == pytest.approx(
            cost.profiled(point).twice_nll[0], rel=1e-10, abs=0
        )
    lowest = reference.lowest
    assert cost.profiled([lowest["strength"], lowest["radius"]]).twice_nll[
        0
    ] == pytest.approx(reference.twice_nll.min())


TRUTH = {"strength": 3.3, "radius": 4.6}


@pytest.fixture(scope="module")
def known(cost: Cost) -> Cost:
    """With the data that `TRUTH` expects, so that the best fit is known."""
    return cost.asimov([*TRUTH.values()])


def test_the_best_fit_lies_between_the_points(known: Cost) -> None:
    grid = {"strength": np.linspace(0.5, 20.0, 14), "radius": np.linspace(2.0, 8.0, 12)}
    result = scan(known, grid)
    assert result.best == pytest.approx(TRUTH, abs=1e-3)
    lowest = known.profiled([*TRUTH.values()]).twice_nll[0]
    assert result.best_twice_nll == pytest.approx(lowest, abs=1e-8)
    assert all(abs(TRUTH[n] - grid[n]).min() > 0.04 for n in grid)
    assert result.lowest != result.best
    above = result.twice_nll.min() - lowest
    assert result.delta.min() == pytest.approx(above, abs=1e-8)
    assert above > 0.01
    migrad = fit(known, [*grid], method="migrad", minos=False)
    assert result.best_twice_nll == pytest.approx(migrad.twice_nll, abs=1e-6)


def test_the_best_fit_is_in_the_file(known: Cost, tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    at = {"strength": TRUTH["strength"]}
    result = scan(known, {"radius": np.linspace(2, 8, 7)}, fixed=at, checkpoint=path)
    again = ScanResult.load(path)
    assert again.fitted is not None
    assert again.fitted == result.fitted
    assert again.best_twice_nll == result.best_twice_nll < again.twice_nll.min()
    again.save(tmp_path / "copy.h5")
    assert ScanResult.load(tmp_path / "copy.h5").best == result.best


def test_the_best_fit_lies_within_the_grid(known: Cost) -> None:
    at = {"strength": TRUTH["strength"]}
    result = scan(known, {"radius": np.linspace(2.0, 4.0, 5)}, fixed=at)
    assert result.best == result.lowest == {"radius": 4.0}
    assert result.delta.min() == 0
    alone = scan(known, {"radius": [4.0]}, fixed=at)
    assert alone.fitted is None
    assert alone.best == {"radius": 4.0}


def test_every_dip_of_the_grid_is_a_start() -> None:
    values = np.array([4.0, 0.6, 3.0, 0.9, 4.0])
    assert dips(values).tolist() == [1, 3]
    apart = np.array([[0.5, 3.0, 4.0], [3.0, 2.0, 3.0], [4.0, 3.0, 1.0]])
    assert dips(apart).tolist() == [0, 8]
    # a valley across the axes has one
    assert dips(np.array([[2.0, 1.0], [0.5, 3.0]])).tolist() == [2]
    assert dips(np.array([np.inf, 1.0, np.inf])).tolist() == [1]


def test_dips_do_not_depend_on_how_much_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(2)
    for shape in ((37,), (9, 8), (5, 4, 6), (1, 7)):
        values = rng.integers(0, 12, size=shape).astype(float)
        values[rng.random(shape) < 0.1] = np.inf
        padded = np.pad(values, 1, constant_values=np.inf)
        around = sliding_window_view(padded, (3,) * len(shape))
        lowest = around.min(axis=tuple(range(len(shape), 2 * len(shape))))
        every = np.flatnonzero(np.isfinite(values) & (values <= lowest))
        expected = every[np.argsort(values.ravel()[every], kind="stable")[:16]]
        for slab in (1, 10, 1 << 16):
            monkeypatch.setattr(grid_scan, "_SLAB", slab)
            np.testing.assert_array_equal(dips(values), expected)


def test_points_of_a_grid_are_those_of_its_axes(cost: Cost) -> None:
    points = _Points(cost, GRID, {})
    whole = np.array([*product(*GRID.values())])
    columns = [cost.index(name) for name in GRID]
    np.testing.assert_array_equal(points[0 : len(points)][:, columns], whole)
    some = np.array([0, 77, 5119])
    np.testing.assert_array_equal(points[some][:, columns], whole[some])
    np.testing.assert_array_equal(points[100:130][:, columns], whole[100:130])
    assert points[40:41].flags.c_contiguous
    np.testing.assert_array_equal(points.at(77)[columns], whole[77])


def test_the_curve_goes_through_the_best_fit(known: Cost) -> None:
    """Δ is above the true minimum, so intervals of a coarse grid are those of the exact
    profile."""
    at = {"strength": TRUTH["strength"]}
    result = scan(known, {"radius": np.linspace(2, 8, 19)}, fixed=at)
    x, y = result.curve()
    assert len(x) == 20
    assert y.min() == 0
    exact = profile(known, "radius", np.linspace(2, 8, 19), fixed=at)
    assert x[y.argmin()] == pytest.approx(exact.best, abs=1e-4)
    ((low, high),) = result.intervals(0.9)
    ((exact_low, exact_high),) = exact.intervals(0.9)
    assert (low, high) == pytest.approx((exact_low, exact_high), abs=5e-3)
    with pytest.raises(InputError, match="scan of one parameter"):
        scan(known, {"radius": [4.0, 5.0], "strength": [1.0, 2.0]}).curve()


def test_a_damaged_best_fit_is_refused(cost: Cost, tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    result = scan(cost, {"radius": np.linspace(2, 8, 7)})
    replace(result, fitted={"radius": 9.0}).save(path)
    with pytest.raises(InputError, match="best fit"):
        ScanResult.load(path)


def test_a_parameter_without_effect_is_told(cost: Cost) -> None:
    with pytest.warns(ValidityWarning, match="does not depend on radius between 5 and"):
        scan(cost, {"radius": 5.0 + 1e-11 * np.arange(5)})
    with pytest.warns(ValidityWarning, match="does not depend on radius"):
        profile(cost, "radius", 5.0 + 1e-11 * np.arange(5))
    # one axis of two
    with pytest.warns(ValidityWarning, match="radius") as told:
        scan(cost, {"strength": [1.0, 2.0, 3.0], "radius": [5.0, 5.0 + 1e-11]})
    assert len(told) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"chunk": 1},
        {"chunk": 3 * BLOCK + 1, "threads": 2},
        {"chunk": BLOCK, "executor": "threads"},
        {"chunk": BLOCK, "workers": 2},
    ],
)
def test_every_way_gives_the_same_bits(
    cost: Cost, reference: ScanResult, how: dict[str, Any]
) -> None:
    if how.get("executor"):
        with ThreadPoolExecutor(2) as pool:
            assert_same_bits(scan(cost, GRID, **{**how, "executor": pool}), reference)
    else:
        assert_same_bits(scan(cost, GRID, **how), reference)


def test_save_and_load(cost: Cost, reference: ScanResult, tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    result = scan(
        cost, {"radius": [3.0, 4.0, 5.0]}, fixed={"strength": 1.5}, checkpoint=path
    )
    again = ScanResult.load(path)
    assert_same_bits(result, again)
    assert again.units == {"radius": "fm"}
    assert again.fixed == {"strength": 1.5}
    assert again.nuisance_names == tuple(n.name for n in cost.nuisances)
    reference.save(tmp_path / "other.h5")
    assert_same_bits(ScanResult.load(tmp_path / "other.h5"), reference)
    swapped = scan(
        cost,
        {"radius": [3.0, 4.0], "strength": [1.0, 2.0, 3.0]},
        checkpoint=tmp_path / "swapped.h5",
    )
    assert list(ScanResult.load(tmp_path / "swapped.h5").axes) == ["radius", "strength"]
    assert swapped.twice_nll.shape == (2, 3)


def test_intervals_and_levels() -> None:
    p = Synthetic(signal=4e4)
    c = PoissonCost(p, p.expectation(np.array([[1.0, 5.0]])).base[0])
    result = scan(c, {"radius": np.linspace(1, 9, 81)})
    ((low, high),) = result.intervals(0.9)
    ((exact_low, exact_high),) = profile(c, "radius", np.linspace(1, 9, 9)).intervals(
        0.9
    )
    np.testing.assert_allclose([low, high], [exact_low, exact_high], atol=1e-4)
    assert result.contour_levels(0.9) == {0.9: delta_threshold(0.9, 1)}
    assert scan(c, {"radius": np.linspace(4.9, 5.1, 5)}).intervals() == [
        (-np.inf, np.inf)
    ]


def test_regions_of_a_scan_are_those_of_a_fit() -> None:
    """Two regions of a charge radius, a grid against the fitter's own ends."""
    cost = nu.experiment("coherent-csi-2021").cost(
        nu.Electromagnetic(), ["charge_radius.mumu"]
    )
    exact = fit(cost, cl=0.9).regions["charge_radius.mumu"]
    grid = {"charge_radius.mumu": np.linspace(-80e-32, 40e-32, 121)}
    found = scan(cost, grid).regions(0.9)["charge_radius.mumu"]
    assert len(found) == len(exact) == 2
    for a, b in zip(found, exact, strict=True):
        assert [a.low, a.high] == pytest.approx([b.low, b.high], abs=2e-35)
        assert (a.best, a.open_low, a.open_high) == (b.best, False, False)
        assert a.rise == pytest.approx(b.rise, abs=1e-4)
        assert a.minimum == pytest.approx(b.minimum, abs=2e-34)
    # up to where the grid ends: the same lower end, and open there
    short = {"charge_radius.mumu": np.linspace(-80e-32, 2e-32, 83)}
    (_, last) = scan(cost, short).regions(0.9)["charge_radius.mumu"]
    assert last.low == pytest.approx(exact[1].low, abs=2e-35)
    assert (last.high, last.open_high) == (2e-32, True)


def test_regions_of_a_plane_have_the_other_parameter_at_its_lowest() -> None:
    """Parabolas with a known covariance, and a second valley along the other axis."""
    x, y = np.linspace(-4, 4, 33), np.linspace(-7, 9, 65)
    a, b = np.meshgrid(x, y, indexing="ij")
    ellipse = (a**2 - 1.2 * a * b + b**2) / 0.64
    plane = np.minimum(ellipse, 4 * (a - 0.3) ** 2 + (b - 6.1) ** 2 + 0.5)
    empty = np.zeros((*plane.shape, 0))
    units = {"a": "", "b": ""}
    result = ScanResult({"a": x, "b": y}, units, {}, plane, empty, (), "")
    found = result.regions(0.9)
    z = np.sqrt(delta_threshold(0.9, 1))
    (only,) = found["a"]
    assert [only.low, only.high] == pytest.approx([-z, z], abs=0.02)
    first, second = found["b"]
    assert [first.low, first.high] == pytest.approx([-z, z], abs=0.01)
    side = np.sqrt(z**2 - 0.5)
    assert [second.low, second.high] == pytest.approx(
        [6.1 - side, 6.1 + side], abs=0.01
    )
    assert (first.best, second.best) == (True, False)
    assert second.rise == pytest.approx(0.5, abs=1e-3)


def test_killed_and_resumed(reference: ScanResult, cost: Cost, tmp_path: Path) -> None:
    path, part = tmp_path / "scan.h5", tmp_path / "scan.h5.part"
    code = (
        "import numpy as np\nfrom tests.inference.test_scan import GRID, BLOCK,"
        " Synthetic, cost_of, scan\nscan(cost_of(Synthetic(delay=0.1)), GRID,"
        f" checkpoint={str(path)!r}, every_s=0, chunk=BLOCK)\n"
    )
    process = run_python(code)
    deadline = time.monotonic() + 60
    while not (holds_something(part) and done_points(part) >= 3 * BLOCK):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = done_points(part)
    assert 3 * BLOCK <= done < reference.twice_nll.size
    assert os.listdir(tmp_path) == ["scan.h5.part"]  # no debris
    with pytest.raises(
        InputError, match=rf"not finished \({done} of 5120 points\).*resume=True"
    ):
        ScanResult.load(part)
    with pytest.raises(InputError, match=r"scan.h5.part has an unfinished .*--resume"):
        ScanResult.load(path)
    with pytest.raises(InputError, match="unfinished run: continue with resume=True"):
        scan(cost, GRID, checkpoint=path)
    assert_same_bits(scan(cost, GRID, checkpoint=path, resume=True), reference)
    assert_same_bits(ScanResult.load(path), reference)


def test_resume_does_not_compute_again(
    cost: Cost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scan.h5"
    first = scan(
        cost, GRID, checkpoint=path, resume=True
    )  # there is nothing to go on with: it starts

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(type(cost), "profiled", refuse)
    assert_same_bits(scan(cost, GRID, checkpoint=path, resume=True), first)


def test_resume_refuses_another_scan(cost: Cost, tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    scan(cost, GRID, checkpoint=path)
    before = path.read_bytes()
    others: list[tuple[Cost, dict[str, FloatArray]]] = [
        (cost, {**GRID, "radius": GRID["radius"] + 1e-9}),
        (cost.asimov([1.0, 5.0]), GRID),
        (cost_of(Synthetic(sigmas=(0.28, 0.1, 0.25, 0.06))), GRID),
        (cost.terms[0], GRID),
    ]
    for other, grid in others:
        with pytest.raises(InputError, match="belongs to another scan"):
            scan(other, grid, checkpoint=path, resume=True)
    # same data, names and systematics, but other physics
    data = [t.data for t in cost.terms]
    with pytest.raises(InputError, match="belongs to another scan"):
        scan(
            cost_of(Synthetic(signal=151.0)).with_data(data),
            GRID,
            checkpoint=path,
            resume=True,
        )
    (tmp_path / "text.h5").write_text("no scan")
    with pytest.raises(InputError, match="cannot be read as a scan"):
        scan(cost, GRID, checkpoint=tmp_path / "text.h5", resume=True)
    assert path.read_bytes() == before
    scan(cost.asimov([1.0, 5.0]), GRID, checkpoint=path, overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    ("fatal", "how"),
    [(False, {}), (False, {"workers": 1}), (True, {"workers": 1})],
    ids=["error here", "error in a process", "a process dies"],
)
def test_failure_saves_what_is_done(
    reference: ScanResult, tmp_path: Path, fatal: bool, how: dict[str, Any]
) -> None:
    trap, path = tmp_path / "trap", tmp_path / "scan.h5"
    trap.touch()
    cost = cost_of(Synthetic(trap=str(trap), fatal=fatal))
    message = (
        r"scan stopped \((.*Error: the trap is set.*|BrokenProcessPool.*)\);"
        r" (\d+) of 5120 points are saved"
    )
    with pytest.raises(NuprobeError, match=message) as error:
        scan(
            cost_of(Synthetic(trap=str(trap), fatal=fatal)),
            GRID,
            checkpoint=path,
            chunk=BLOCK,
            **how,
        )
    assert "resume=True" in str(error.value)
    assert 0 < done_points(tmp_path / "scan.h5.part") < 5120
    assert not path.exists()
    trap.unlink()
    assert_same_bits(scan(cost, GRID, checkpoint=path, resume=True, **how), reference)
    trap.touch()
    with pytest.raises(NuprobeError, match="nothing is saved; give a checkpoint"):
        scan(cost_of(Synthetic(trap=str(trap))), GRID)


def test_interrupt_saves_what_is_done(
    cost: Cost, reference: ScanResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scan.h5"
    profiled, calls = Cost.profiled, []

    def interrupted(
        self: Cost,
        points: FloatArray,
        *,
        threads: int = 1,
        compiled: bool | None = None,
    ) -> Any:
        calls.append(len(points))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return profiled(self, points, threads=threads, compiled=compiled)

    with monkeypatch.context() as patch:
        patch.setattr(Cost, "profiled", interrupted)
        with pytest.raises(
            NuprobeError,
            match=rf"interrupted\); {3 * BLOCK} of 5120 points are saved in .*",
        ):
            scan(cost, GRID, checkpoint=path, chunk=BLOCK)
    assert_same_bits(scan(cost, GRID, checkpoint=path, resume=True), reference)


def test_full_disk_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "scan.h5"
    small = {"radius": [3.0, 4.0]}
    scan(cost_of(Synthetic()), small, checkpoint=path)
    before = path.read_bytes()
    code = (
        "import resource, signal\nfrom tests.inference.test_scan import GRID, BLOCK,"
        " Synthetic, cost_of, scan\nfrom nuprobe.errors import"
        " OutputError\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ncost ="
        " cost_of(Synthetic())\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096,"
        f" 4096))\ntry:\n    scan(cost, GRID, checkpoint={str(path)!r}, overwrite=True,"
        " every_s=0, chunk=BLOCK)\nexcept OutputError as error:\n    print(error)\n"
    )
    process = run_python(code)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert f"cannot write {path}" in out
    assert "\n" not in out.strip()
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["scan.h5"]  # no debris


def test_bad_requests(
    cost: Cost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed before the check")

    monkeypatch.setattr(Cost, "profiled", refuse)
    with pytest.raises(InputError, match="the grid is empty"):
        scan(cost, {})
    with pytest.raises(InputError, match="radius: the grid is empty"):
        scan(cost, {"radius": []})
    with pytest.raises(UnknownNameError, match="did you mean radius"):
        scan(cost, {"radus": [1.0]})
    with pytest.raises(
        InputError,
        match=r"radius: the grid must lie in \[1, 9\] fm, got values from 3 to 12",
    ):
        scan(cost, {"radius": [3.0, 12.0]})
    with pytest.raises(InputError, match="radius: the grid must lie in"):
        scan(cost, {"radius": [3.0, np.nan]})
    with pytest.raises(InputError, match="must increase"):
        scan(cost, {"radius": [3.0, 3.0]})
    with pytest.raises(InputError, match="both an axis"):
        scan(cost, {"radius": [3.0]}, fixed={"radius": 4.0})
    with pytest.raises(InputError, match="not several"):
        scan(cost, GRID, workers=2, executor=ThreadPoolExecutor(1))
    with pytest.raises(InputError, match="at least 1"):
        scan(cost, GRID, workers=0)
    with pytest.raises(InputError, match="resume needs a checkpoint"):
        scan(cost, GRID, resume=True)
    with pytest.raises(OutputError, match="cannot write"):
        scan(cost, GRID, checkpoint=tmp_path / "missing" / "scan.h5")


def test_progress_only_on_a_terminal(
    cost: Cost, capfd: pytest.CaptureFixture[str]
) -> None:
    scan(cost, GRID, progress=True)
    assert capfd.readouterr() == ("", "")


def test_progress_on_a_terminal(
    cost: Cost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    scan(cost, GRID, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "/5120" in err


def test_dask_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r'pip install "\.\[cluster\]"'),
        dask_executor("tcp://127.0.0.1:1"),
    ):
        pass


@pytest.mark.nightly
def test_dask_with_a_worker_killed(reference: ScanResult, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    path, part = tmp_path / "scan.h5", tmp_path / "scan.h5.part"
    killed: list[int] = []
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=50,
    ) as cluster:
        with distributed.Client(cluster, set_as_default=False) as client:
            pids = list(client.run(os.getpid).values())
        assert len(set(pids)) == 2

        def kill_one() -> None:
            while not holds_something(part):
                time.sleep(0.005)
            os.kill(pids[0], signal.SIGKILL)
            killed.append(done_points(part))

        watcher = threading.Thread(target=kill_one, daemon=True)
        with dask_executor(cluster.scheduler_address) as executor:
            watcher.start()
            result = scan(
                cost_of(Synthetic(delay=0.1)),
                GRID,
                executor=executor,
                checkpoint=path,
                every_s=0,
                chunk=BLOCK,
            )
        watcher.join(timeout=10)
    assert killed
    assert killed[0] < reference.twice_nll.size  # it died while there was work to do
    assert_same_bits(result, reference)


def test_chunks_do_not_matter_with_compiled_loops(
    cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = {"strength": np.linspace(0.5, 6, 50), "radius": np.linspace(2, 8, 30)}
    plain = scan(cost, grid)
    monkeypatch.setattr(
        sys.modules["nuprobe.inference.executors"], "COMPILED", 1500
    )  # the grid has as many points, a chunk has not
    small, large = scan(cost, grid, chunk=BLOCK), scan(cost, grid, chunk=4 * BLOCK)
    assert small.twice_nll.tobytes() == large.twice_nll.tobytes()
    np.testing.assert_allclose(small.twice_nll, plain.twice_nll, rtol=1e-9)
