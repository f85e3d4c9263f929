"""Names of models and layers in the page, and keys that enter a plane."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.explore.browsing import click, field, one, ready, start, state, typed
from tests.explore.test_app_functions import node

if TYPE_CHECKING:
    from pathlib import Path

    from selenium.webdriver.chrome.webdriver import WebDriver


def names(page: WebDriver) -> list[str]:
    return [model["name"] for model in state(page)["models"]]


def test_only_its_own_point_has_the_name_of_a_preset(page: WebDriver) -> None:
    """Elsewhere "Standard Model" would be wrong, in a saved figure most of all."""
    assert names(page) == ["Standard Model"]
    click(page, "#profile")  # held nuisances change no model
    assert names(page) == ["Standard Model"]
    typed(page, field(page, "rn"), "6")
    ready(page)
    assert names(page) == ["Model 1"]
    assert "Model 1" in one(page, "#spectrum-legend").text
    click(page, "#undo")
    assert names(page) == ["Standard Model"]
    click(page, "#best")
    assert names(page) == ["Model 1"]
    typed(page, one(page, ".model input.name"), "mine")
    typed(page, field(page, "rn"), "7")
    assert names(page) == ["mine"]


def test_models_that_are_added_have_names_of_their_own(page: WebDriver) -> None:
    click(page, "[data-key=add]")
    click(page, "[aria-label='Remove Standard Model']")
    click(page, "[data-key=add]")
    assert names(page) == ["Model 2", "Model 3"]


def test_keys_enter_a_logarithmic_plane_from_zero(
    page: WebDriver, explorer: Path
) -> None:
    """Without a mouse the Standard Model would be the only point to see."""
    from selenium.webdriver.common.keys import Keys

    start(page, explorer, "values")
    typed(page, field(page, "coupling"), "0")
    plane = one(page, "#plane")
    k = page.execute_script("return nuprobe.app.session().calc.index('coupling')")
    axis = state(page)["plane"]["y"]
    assert (axis["name"], axis["log"]) == ("coupling", True)
    plane.send_keys(Keys.ARROW_DOWN)
    assert state(page)["models"][0]["point"][k] == 0
    plane.send_keys(Keys.ARROW_UP)
    assert state(page)["models"][0]["point"][k] == axis["lower"]
    plane.send_keys(Keys.ARROW_UP)
    assert state(page)["models"][0]["point"][k] == pytest.approx(
        axis["lower"] * (axis["upper"] / axis["lower"]) ** (1 / 200), rel=1e-5
    )


def test_keys_of_layers_have_the_dashes_of_the_plane(page: WebDriver) -> None:
    """The ninth layer has the colour of the first, and other dashes."""
    found = page.execute_script(
        "const layers = Array.from({length: 10}, (_, i) => ({name: `l${i}`, kind:"
        " i === 9 ? 'region' : 'curve', title: `${i}`, points: []}));"
        "const all = nuprobe.PlanePlot.colouring(layers, nuprobe.theme.colours());"
        "const place = document.createElement('div');"
        "nuprobe.layerList.render(place, all, [], {});"
        "return [...place.querySelectorAll('.key')].map((key, i) =>"
        " [all[i].dash, key.querySelector('line, rect')"
        "?.getAttribute('stroke-dasharray') ?? 'solid'])"
    )
    assert [drawn for _, drawn in found[:8]] == ["solid"] * 8
    assert found[8:] == [[[8, 3], "8 3"]] * 2


def test_what_rounding_leaves_of_no_chi_square_is_zero() -> None:
    assert node("data.map(nuprobe.numbers.cost)", [2.7e-21, -3e-14, 2e-6, 98.7]) == [
        "0",
        "0",
        "2 × 10⁻⁶",
        "98.7",
    ]


def test_intervals_have_the_unit_of_their_axis(page: WebDriver, explorer: Path) -> None:
    start(page, explorer, "single")
    words = one(page, "#plane-summary").text
    interval = r"68 %: [\d.]+ to [\d.]+ fm; 90 %: [\d.]+ to [\d.]+ fm; 95 %: "
    assert re.search(interval, words), words
