"""Results from their files: the same numbers and figures, and one line for what is
none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, StoppedError
from nuprobe.inference import (
    ScanResult,
    ToySettings,
    cls,
    exclusion_plane,
    feldman_cousins,
    sensitivity,
)
from nuprobe.inference.checkpoints import Checkpoint
from nuprobe.plotting import figure_of, plot_results
from nuprobe.results import stored
from nuprobe.results.fits import fit_of
from nuprobe.results.objects import object_of
from nuprobe.results.rates import rates_of
from nuprobe.sealed import sealed

GRID = {"rn": np.linspace(2.0, 9.0, 15)}
DANSS = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}


def _csi() -> Any:
    return nu.experiment("coherent-csi-2017").cost(free=["rn"])


def _argon() -> Any:
    argon = nu.experiment("coherent-lar-2020")
    return argon.cost(free=["cevns_scale"], analysis="published")


def _lines(drawn: Any) -> list[Any]:
    axes = figure_of(drawn).axes
    return [line.get_xydata() for panel in axes for line in panel.lines]


def assert_same_figure(one: Any, other: Any) -> None:
    first, second = _lines(one), _lines(other)
    assert len(first) == len(second) > 0
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_scan(tmp_path: Path) -> None:
    found = nu.scan(_csi(), GRID, checkpoint=tmp_path / "a.h5")
    again = nu.open_result(tmp_path / "a.h5")
    assert isinstance(again, ScanResult)
    np.testing.assert_array_equal(again.twice_nll, found.twice_nll)
    assert again.provenance == found.provenance
    assert again.provenance is not None
    assert again.provenance.fingerprint == found.fingerprint
    said = stored(tmp_path / "a.h5").summary
    assert said["axes"]["rn"] == {"values": 15, "from": 2.0, "to": 9.0, "unit": "fm"}
    assert said["best"] == found.best
    # what was saved without a checkpoint says the same
    nu.scan(_csi(), GRID).save(tmp_path / "b.h5")
    assert stored(tmp_path / "b.h5").provenance == found.provenance
    drawn: Any = plot_results(tmp_path / "a.h5")
    assert_same_figure(drawn, found.plot(_csi().parameters))
    assert drawn[0].get_xlabel() == "$R_n$ [fm]"


def test_a_resumed_scan_keeps_its_first_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, times = tmp_path / "a.h5", [0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    def due(_: Checkpoint) -> bool:
        times[0] += 1
        if times[0] > 1:
            raise KeyboardInterrupt
        return True

    grid = {"rn": np.linspace(2.0, 9.0, 3000)}
    with monkeypatch.context() as stopping:
        stopping.setattr(Checkpoint, "due", due)
        with pytest.raises(StoppedError):
            nu.scan(_csi(), grid, checkpoint=path)
    part = stored(f"{path}.part")
    assert not part.finished
    assert 0 < part.done < part.total == 3000
    with pytest.raises(InputError, match=r"not finished \(\d+ of 3000\)"):
        nu.open_result(f"{path}.part")
    with pytest.raises(InputError, match="not finished"):
        plot_results(f"{path}.part")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(2 * 86400))
    nu.scan(_csi(), grid, checkpoint=path, resume=True)
    resumed = path.read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    nu.scan(_csi(), grid, checkpoint=path, overwrite=True)
    assert resumed == path.read_bytes()
    assert nu.open_result(path).provenance.date == "1970-01-02T00:00:00Z"


def test_toys(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    settings = ToySettings(60, checkpoint=path)
    found = feldman_cousins(_csi(), "rn", [3.0, 5.0, 7.0], toys=settings)
    again = nu.open_result(path)
    assert again.to_dict() == found.to_dict()
    assert again.intervals(0.9) == found.intervals(0.9)
    assert_same_figure(plot_results(path), found.plot())
    limits = cls(_argon(), "cevns_scale", [1.0, 1.5, 2.0, 2.5], toys=50)
    read = object_of("toys", json.loads(json.dumps(limits.to_dict())), {})
    assert read.to_dict() == limits.to_dict()
    for method in ("asymptotic", "toys", "expected"):
        assert read.limit(0.9, method) == limits.limit(0.9, method)


def test_a_plane(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    cost = nu.experiment("danss").cost(free=list(DANSS))
    found = exclusion_plane(cost, DANSS, toys=ToySettings(40, checkpoint=path))
    again = nu.open_result(path)
    assert again.methods == found.methods
    for method in found.methods:
        np.testing.assert_array_equal(
            again.exclusion(method, 0.9), found.exclusion(method, 0.9)
        )
    assert again.parameters[1].latex == cost.parameters[cost.index("dm2_41")].latex
    with pytest.raises(InputError, match="has not the single toys"):
        object_of("plane", found.to_dict(), {})
    plain = exclusion_plane(cost, DANSS, toys=0)
    read = object_of("plane", json.loads(json.dumps(plain.to_dict())), {})
    np.testing.assert_array_equal(read.cls("cls"), plain.cls("cls"))


def test_a_limit(tmp_path: Path) -> None:
    path, names = tmp_path / "a.h5", ["ccfr-trident", "charm2-trident"]
    found = nu.limit(names, mass=[1.0, 10.0, 1e3], checkpoint=path)
    again = nu.open_result(path)
    assert again.to_dict() == found.to_dict()
    assert again.provenance.names == tuple(names)
    assert object_of("limit", found.to_dict(), {}).to_dict() == found.to_dict()
    assert_same_figure(plot_results(path), found.plot())


def test_json_of_fits_rates_and_sensitivities() -> None:
    found = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    read = fit_of(json.loads(json.dumps(found.to_dict())), {"rn": "R_n"})
    assert str(read) == str(found)
    assert read.names == found.names
    np.testing.assert_array_equal(read.covariance, found.covariance)
    for name, model in (
        ("coherent-csi-2017", None),
        ("danss", nu.model("sterile")),
        ("reactor-rates", None),
    ):
        rates: Any = nu.experiment(name).predict(model)
        again = rates_of(json.loads(json.dumps(rates.to_dict())))
        assert again.to_dict() == rates.to_dict()
        assert_same_figure(again.plot(), rates.plot())
    expected = sensitivity(_argon(), "cevns_scale", toys=20)
    data = json.loads(json.dumps(expected.to_dict()))
    assert object_of("sensitivity", data, {}).to_dict() == expected.to_dict()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not a result of nuprobe"),
        (b"abc", "is not a result of nuprobe"),
        (b"[1, 2]", "is not a result of nuprobe"),
        (b"\x89HDF\r\n\x1a\n", "HDF5 of another program"),
        (b'{"a": 1}', "JSON without the provenance"),
        (b'{"a": 1', "damaged or cut short"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"provenance": {"kind": "fit", "format": 99}}', "update nuprobe"),
        (b'{"provenance": {"kind": "fit", "format": 1}}', "damaged"),
        (sealed("nuprobe-scan-99", lambda file: None), "a later version of nuprobe"),
        (sealed("nuprobe-new-1", lambda file: None), "a later version of nuprobe"),
        (sealed("nuprobe-scan-1", lambda file: None), "an earlier version of nuprobe"),
        (sealed("nuprobe-scan-2", lambda file: None)[:-1], "damaged or was changed"),
    ],
)
def test_what_is_no_result_is_refused_in_one_line(
    content: bytes, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says) as error:
        nu.open_result(path)
    assert "\n" not in str(error.value)


def test_several_results_in_one_figure(tmp_path: Path) -> None:
    one, two, other = (tmp_path / f"{name}.h5" for name in ("one", "two", "other"))
    found = nu.scan(_csi(), GRID, checkpoint=one)
    nu.scan(_csi(), {"rn": np.linspace(3.0, 8.0, 11)}, checkpoint=two)
    nu.limit(["ccfr-trident"], mass=[1.0, 10.0], checkpoint=other)
    drawn: Any = plot_results([one, two])
    legend = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    assert legend == ["one", "two", "68.27 %", "90 %"]
    x, y = drawn.lines[0].get_data()
    np.testing.assert_array_equal(x, found.curve()[0])
    np.testing.assert_array_equal(y, found.curve()[1])
    # Δχ² of one parameter at 90 %: 1.645²
    assert drawn.lines[3].get_ydata()[0] == pytest.approx(2.7055, abs=1e-4)
    drawn = plot_results([one, two], ["A", "B"], cl=0.9)
    legend = [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    assert legend == ["A", "B", "90 %"]
    with pytest.raises(InputError, match="two kinds"):
        plot_results([one, other])
    with pytest.raises(InputError, match="2 files and 1 labels"):
        plot_results([one, two], ["A"])


def test_a_file_of_an_early_version_is_read(tmp_path: Path) -> None:
    found = nu.scan(_csi(), GRID)
    old = ScanResult(**{**vars(found), "provenance": None})
    again = stored(old.save(tmp_path / "a.h5"))
    assert again.provenance is None
    assert again.value.best == found.best
    drawn: Any = plot_results(tmp_path / "a.h5")
    assert drawn[0].get_xlabel() == "rn [fm]"
