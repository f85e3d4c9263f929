"""Exclusion over mass and lifetime, and its checkpoint."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nuprobe.cosmology.decay import PlaneRun, decay_plane, lifetime_of, sterile_decay
from nuprobe.cosmology.decay.disintegration import SECTIONS
from nuprobe.errors import InputError, UnknownNameError

MEASURED = {"d_h": (2.547e-5, 0.029e-5), "y_p": (0.245, 0.003)}


def test_a_plane_has_the_points_and_excludes_lost_deuterium() -> None:
    plane = decay_plane(
        [4.0, 5.0], lifetimes=[1e3, 1e5], abundance=1e-5, measured=MEASURED
    )
    one = sterile_decay(5.0, 1e5, abundance=1e-5)
    assert plane.values["d_h"][1, 1] == pytest.approx(one.d_h)
    assert plane.computed.tolist() == [[False, True], [False, True]]
    assert plane.excluded.tolist() == [[False, False], [False, True]]
    # by hand
    found = 0.0
    for name, (mean, error) in MEASURED.items():
        square = error**2 + plane.theory[name] ** 2
        found += ((getattr(one, name) - mean) ** 2) / square
        found -= (plane.standard[name] - mean) ** 2 / square
    assert plane.rise()[1, 1] == pytest.approx(found)
    both = plane.rise("d_h") + plane.rise("y_p")
    assert np.allclose(both, plane.rise())
    data = plane.to_dict()
    assert data["d_h"][0][0] is None
    # rates, density of baryons and lifetime of the neutron: 1.5 % of deuterium
    assert plane.theory["d_h"] / plane.standard["d_h"] == pytest.approx(0.015, rel=0.1)


def test_moments_are_lifetimes(tmp_path: Path) -> None:
    plane = decay_plane(
        [4.0, 4.2], moments=[1e-13], abundance=1e-7, measured=MEASURED,
        nature="majorana",
    )  # fmt: skip
    assert plane.lifetimes[1, 0] == lifetime_of(4.2, 1e-13, "majorana")
    assert plane.by == "moment"


def test_a_stopped_plane_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "plane.json"
    known: dict[str, Any] = {"lifetimes": [1e5], "abundance": 1e-6}

    class Killed(Exception):
        pass

    def kill(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        decay_plane(
            [3.5, 4.0], measured=MEASURED, run=PlaneRun(file, advance=kill), **known
        )
    counted: list[int] = []
    plane = decay_plane(
        [3.5, 4.0],
        measured=MEASURED,
        run=PlaneRun(file, True, counted.append),
        **known,
    )
    assert counted == [1]
    whole = decay_plane([3.5, 4.0], measured=MEASURED, **known)
    assert np.array_equal(whole.values["li7_h"], plane.values["li7_h"])
    # an unfinished run of other cross sections would mix both
    text = file.read_text(encoding="utf-8")
    assert SECTIONS in text
    file.write_text(text.replace(SECTIONS, "fits of Cyburt 2003"), encoding="utf-8")
    with pytest.raises(InputError, match="other masses"):
        decay_plane([3.5, 4.0], measured=MEASURED, run=PlaneRun(file, True), **known)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="other masses"):
        decay_plane([3.6], measured=MEASURED, run=PlaneRun(file, True), **known)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not a checkpoint"):
        decay_plane([3.5], measured=MEASURED, run=PlaneRun(file, True), **known)


def test_wrong_input() -> None:
    known: dict[str, Any] = {"lifetimes": [1e5], "abundance": 1e-6}
    with pytest.raises(UnknownNameError, match="measurement"):
        decay_plane([4.0], measured={"c12": (1.0, 0.1)}, **known)
    with pytest.raises(InputError, match="empty"):
        decay_plane([4.0], measured={}, **known)
    with pytest.raises(InputError, match="error of d_h"):
        decay_plane([4.0], measured={"d_h": (1e-5, 0.0)}, **known)
    with pytest.raises(InputError, match="either lifetimes or moments"):
        decay_plane([4.0], measured=MEASURED, abundance=1e-6)
    with pytest.raises(InputError, match="resume needs"):
        decay_plane([4.0], measured=MEASURED, run=PlaneRun(resume=True), **known)
    with pytest.raises(InputError, match="mean of d_h"):
        decay_plane([4.0], measured={"d_h": (float("nan"), 1e-7)}, **known)
    with pytest.raises(InputError, match="one or more"):
        decay_plane([], measured=MEASURED, **known)
    for short in ([1.0], [1e12]):
        with pytest.raises(InputError, match=r"no point .* between 10000 and 1e\+11 s"):
            decay_plane([4.0], measured=MEASURED, abundance=1e-6, lifetimes=short)
    with pytest.raises(InputError, match="mass"):
        decay_plane([-4.0], measured=MEASURED, **known)
