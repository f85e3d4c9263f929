"""Names of free parameters: a text is one, and what is wrong with them is told."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe import inference
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.experiments import joint_cost

MAJORANA = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
FORMS: tuple[Any, Any] = ("rn_ar", ["rn_ar"])


def test_a_text_is_one_name_wherever_parameters_are_free() -> None:
    csi = nu.experiment("coherent-csi-2017")
    other, grid = "sin2_theta_w", [4.0, 5.0, 6.0, 7.0]
    cost = csi.cost(free=["rn", other])
    toys = inference.ToySettings(10)
    calls: dict[str, Callable[[Any], Any]] = {
        "joint_cost": lambda free: joint_cost([csi], free=free).digest(),
        "fit": lambda free: nu.fit(cost, free).to_dict(),
        "profile": lambda free: nu.profile(cost, "rn", grid, free).twice_nll.tolist(),
        "of an experiment": lambda free: (
            csi.profile("rn", np.array(grid), None, free).best
        ),
        "sample": lambda free: nu.sample(cost, free, steps=20).chain.tolist(),
        "coverage": lambda free: (
            inference.coverage(cost, "rn", free=free, toys=toys).covered
        ),
        "feldman_cousins": lambda free: inference.feldman_cousins(
            cost, "rn", grid[:3], free=free, toys=toys
        ).thresholds.tolist(),
        "toy_threshold": lambda free: (
            inference.toy_threshold(cost, "rn", 5.0, free=free, toys=toys).value
        ),
    }
    for name, call in calls.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ValidityWarning)  # a short chain
            assert call(other) == call([other]), name
    argon = nu.experiment("coherent-lar-2020").cost(
        free=["cevns_scale", "rn_ar"], analysis="published"
    )
    found = [inference.sensitivity(argon, "cevns_scale", free=f) for f in FORMS]
    assert found[0].to_dict() == found[1].to_dict()
    excluded = [inference.cls(argon, "cevns_scale", [1, 2, 3], free=f) for f in FORMS]
    assert excluded[0].to_dict() == excluded[1].to_dict()


def test_names_in_one_text_are_told_to_be_a_list() -> None:
    csi = nu.experiment("coherent-csi-2017")
    cost = csi.cost(free=["rn", "sin2_theta_w"])
    for ask in (lambda free: csi.cost(free=free), lambda free: nu.fit(cost, free)):
        with pytest.raises(UnknownNameError, match="give several names as a list"):
            ask("rn, sin2_theta_w")
        with pytest.raises(UnknownNameError, match="unknown parameter 'a,b' of"):
            ask("a,b")


def test_a_parameter_of_another_model_is_told_which_model_has_it() -> None:
    conus = nu.experiment("conus-plus")
    with pytest.raises(UnknownNameError, match=r"Give a model that has it: nsi$"):
        conus.cost(free="epsilon_u.ee")
    with pytest.raises(UnknownNameError, match=r"cevns_scale, k_ge, sin2_theta_w$"):
        conus.cost(free="nonsense")
    both = [nu.experiment(name) for name in ("m5-tip", "primordial-abundances")]
    with pytest.raises(
        UnknownNameError,
        match=r"'mu_emu' of m5-tip \+ primordial-abundances: did you mean"
        r".* magnetic_moment\.emu",
    ):
        joint_cost(both, MAJORANA, "mu_emu")


def test_arguments_in_the_wrong_order_are_told_the_right_one() -> None:
    csi, sm = nu.experiment("coherent-csi-2017"), nu.StandardModel()
    for wrong in ((sm, "rn", [4, 5, 6]), ("rn", sm, [4, 5, 6]), ("rn", "5", sm)):
        with pytest.raises(InputError, match=r"profile\('rn', \[4, 5, 6\], model\)"):
            csi.profile(*wrong)
    for first in ("rn", ["rn"]):
        with pytest.raises(InputError, match="the model is given before the names"):
            csi.cost(first, sm)  # type: ignore[arg-type]
