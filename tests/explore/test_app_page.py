"""The page of the explorer in a real browser, from the disk: every control does what it
says, and the numbers are the package's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.explore.browsing import (
    chosen,
    click,
    complaints,
    cost,
    field,
    messages,
    one,
    ready,
    resize,
    saved,
    start,
    state,
    typed,
    until,
)

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver


def cells(page: WebDriver, row: str, table: str = "numbers") -> list[str]:
    """Texts of a row of a table."""
    return list(
        page.execute_script(
            "return [...document.querySelectorAll(`#${arguments[1]} tbody tr`)]"
            ".filter((row) => row.cells[0].textContent.startsWith(arguments[0]))"
            ".flatMap((row) => [...row.cells].slice(1).map((c) => c.textContent))",
            row,
            table,
        )
    )


def point(page: WebDriver, model: int = 0) -> list[float]:
    return list(state(page)["models"][model]["point"])


def result(page: WebDriver) -> dict[str, Any]:
    return dict(json.loads(saved(page, "#save-json")[1]))


def test_the_numbers_are_the_packages(page: WebDriver) -> None:
    """−2 ln L with profiled nuisances, its best fit, and the counts of the bins."""
    ours = cost("sin2_theta_w", "rn")
    typed(page, field(page, "rn"), "6.25")
    ready(page)
    found = result(page)
    (model,) = found["models"]
    assert model["point"] == {"sin2_theta_w": 0.23863, "rn": 6.25}
    profiled = ours.profiled([[0.23863, 6.25]])
    assert model["twice_nll"] == pytest.approx(profiled.twice_nll[0], rel=1e-9)
    nuisances = [list(model["nuisances"].values())]
    assert ours.twice_nll([[0.23863, 6.25]], nuisances)[0] == pytest.approx(
        model["twice_nll"], rel=1e-12
    )
    best = list(found["best_fit"]["point"].values())
    lowest = ours.profiled([best]).twice_nll[0]
    assert found["best_fit"]["twice_nll"] == pytest.approx(lowest, abs=1e-9)
    for step in ([1e-3, 0], [-1e-3, 0], [0, 0.02], [0, -0.02]):
        assert ours.profiled([np.add(best, step)]).twice_nll[0] > lowest - 1e-9
    assert model["delta_chi2"] == pytest.approx(
        model["twice_nll"] - found["best_fit"]["twice_nll"]
    )
    parts = np.sum([part["values"] for part in found["spectrum"]["parts"]], axis=0)
    assert parts == pytest.approx(found["spectrum"]["models"][0]["values"])
    assert found["spectrum"]["data"] == pytest.approx(ours.terms[0].data)


def test_the_contours_have_the_right_height(page: WebDriver) -> None:
    """Δχ² of two parameters, at points of the lines away from the ends of the plane."""
    ours = cost("sin2_theta_w", "rn")
    found = result(page)
    lowest = found["best_fit"]["twice_nll"]
    contours = found["plane"]["contours"]
    assert [round(c["confidence_level"], 4) for c in contours] == [0.6827, 0.9, 0.95]
    for contour in contours:
        assert contour["delta_chi2"] == pytest.approx(
            -2 * np.log(1 - contour["confidence_level"])
        )
        (line, *_) = contour["lines"]
        points = np.column_stack([line["x"], line["y"]])[:: len(line["x"]) // 3]
        heights = ours.profiled(points).twice_nll - lowest
        # lines are straight between nodes of a grid of 20 × 20
        assert heights == pytest.approx(contour["delta_chi2"], rel=0.1)


def test_the_page_compares_itself_with_the_package(page: WebDriver) -> None:
    text = one(page, "#accuracy").text
    assert text.startswith("At 4 points χ² differs from the package's by")
    page.execute_script(
        "const s = nuprobe.app.session();"
        "const checks = s.page.checks.map((c) =>"
        " ({...c, twice_nll: c.twice_nll + 1e-6}));"
        "nuprobe.index.pages.push({name: 'off', title: 'Off', summary: ''});"
        "nuprobe.page({...s.page, name: 'off', checks}); location.hash = 'page=off'"
    )
    ready(page, "off")
    (line,) = messages(page)
    assert "χ² differs from the package's by 10⁻⁶: do not use its numbers" in line


def test_a_number_sets_the_model(page: WebDriver) -> None:
    typed(page, field(page, "rn"), "5.5")
    assert point(page) == [0.23863, 5.5]
    assert cells(page, "Rn (fm)") == ["5.5"]
    typed(page, field(page, "sin2_theta_w"), "2.3e-1")
    assert point(page) == [0.23, 5.5]
    until(page, "return document.getElementById('live').textContent.includes('0.23')")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("50", "must be from 1.6 to 10 fm"),
        ("5,5", "must be a finite number, from 1.6 to 10 fm. The"),
        ("5 pm", "must be a finite number, from 1.6 to 10 fm. Give it in fm."),
        ("50 fm", "Rₙ = 50 fm is out of range"),
    ],
)
def test_a_number_out_of_range_is_said_and_not_taken(
    page: WebDriver, text: str, words: str
) -> None:
    before = state(page)
    typed(page, field(page, "rn"), text)
    problem = one(page, ".control[data-name='rn'] .problem")
    assert words in problem.text
    assert "The model stays at 5." in problem.text
    assert field(page, "rn").get_attribute("aria-invalid") == "true"
    assert state(page) == before
    typed(page, field(page, "rn"), "6 fm")
    assert not problem.is_displayed()
    assert point(page)[1] == 6


def test_sliders_by_keyboard(page: WebDriver) -> None:
    from selenium.webdriver.common.keys import Keys

    slider = one(page, ".control[data-name='rn'] input[type=range]")
    slider.send_keys(Keys.ARROW_RIGHT * 3)
    ready(page)
    moved = point(page)[1]
    assert 5 < moved < 5.1
    assert float(field(page, "rn").get_attribute("value") or "") == moved
    assert slider.get_attribute("aria-valuetext") == f"{moved:.4g} fm"
    slider.send_keys(Keys.END)
    assert point(page)[1] == 9
    slider.send_keys(Keys.HOME)
    assert point(page)[1] == 2


def test_nuisances_follow_the_data_or_stay(page: WebDriver) -> None:
    name = "sns-flux"
    assert one(page, "#profile").is_selected()
    followed = cells(page, "χ²")
    typed(page, field(page, name), "0.05")
    assert not one(page, "#profile").is_selected()
    nuisances = state(page)["models"][0]["nuisances"]
    assert nuisances[0] == 0.05
    assert float(cells(page, "χ²")[0]) > float(followed[0])
    assert one(page, f".control[data-name='{name}'] .pull").text == "0.50 σ"
    assert cells(page, "αΦ", "pulls") == ["0.50"]
    expected = cost("sin2_theta_w", "rn").twice_nll([[0.23863, 5.0]], [nuisances])
    assert result(page)["models"][0]["twice_nll"] == pytest.approx(expected[0])
    click(page, "#profile")
    assert state(page)["models"][0]["nuisances"] is None
    assert cells(page, "χ²") == followed


def test_four_models_are_compared(page: WebDriver) -> None:
    click(page, "[data-key=add]")
    typed(page, field(page, "rn"), "7")
    click(page, "[data-key=add]")
    chosen(page, "[data-key=preset]", "0")
    click(page, "[data-key=add]")
    typed(page, one(page, "[data-key=name-3]"), "Mine")
    ready(page)
    assert [model["name"] for model in state(page)["models"]] == [
        "Standard Model",
        "Model 2",
        "Standard Model",
        "Mine",
    ]
    assert [point(page, i)[1] for i in range(4)] == [5, 7, 5, 5]
    assert page.find_elements("css selector", "[data-key=add]") == []
    rows = cells(page, "Rn (fm)")
    assert rows == ["5", "7", "5", "5"]
    heights = cells(page, "χ²")
    assert heights[0] == heights[2] == heights[3] != heights[1]
    click(page, "#model-1")
    assert state(page)["active"] == 1
    assert field(page, "rn").get_attribute("value") == "7"
    click(page, "[aria-label='Remove Model 2']")
    assert len(state(page)["models"]) == 3
    assert "Mine" in one(page, "#spectrum-legend").text
    ready(page)


def test_undo_and_redo(page: WebDriver) -> None:
    from selenium.webdriver.common.keys import Keys

    assert not one(page, "#undo").is_enabled()
    typed(page, field(page, "rn"), "6")
    click(page, "[data-key=add]")
    click(page, "#layer-0")
    assert len(state(page)["models"]) == 2
    click(page, "#undo")
    assert state(page)["hidden"] == []
    body = one(page, "#theme")
    body.send_keys(Keys.CONTROL, "z")
    assert len(state(page)["models"]) == 1
    body.send_keys(Keys.CONTROL, "z")
    assert point(page) == [0.23863, 5]
    assert not one(page, "#undo").is_enabled()
    body.send_keys(Keys.CONTROL, "y")
    assert point(page)[1] == 6
    click(page, "#redo")
    click(page, "#redo")
    assert state(page)["hidden"] == ["a-curve"]
    assert not one(page, "#redo").is_enabled()
    ready(page)


def test_a_slider_in_motion_is_one_step(page: WebDriver) -> None:
    page.execute_script(
        "const s = document.querySelector(\".control[data-name='rn'] [type=range]\");"
        "for (const x of [500, 600, 700]) {"
        " s.value = x; s.dispatchEvent(new Event('input')); }"
        "s.dispatchEvent(new Event('change'))"
    )
    assert point(page)[1] == pytest.approx(6.9, abs=0.01)
    click(page, "#undo")
    assert point(page)[1] == 5


def test_the_plane_sets_the_model(page: WebDriver) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    plane = one(page, "#plane")
    ActionChains(page).move_to_element(plane).click().perform()
    until(page, "return nuprobe.app.session().store.get().models[0].point[1] !== 5")
    assert point(page) == pytest.approx([0.25, 5.5], abs=0.4)
    before = point(page)
    plane.send_keys(Keys.ARROW_RIGHT)
    assert point(page) == pytest.approx([before[0] + 0.3 / 200, before[1]])
    plane.send_keys(Keys.SHIFT, Keys.ARROW_UP)
    assert point(page)[1] == pytest.approx(before[1] + 70 / 200)
    label = plane.get_attribute("aria-label") or ""
    assert "Best fit" in label
    assert "Arrow keys" in label


def test_axes_of_the_plane(page: WebDriver) -> None:
    chosen(page, "#plane-menus select", "rn")
    ready(page)
    assert [state(page)["plane"][end]["name"] for end in "xy"] == ["rn", "sin2_theta_w"]
    upper = one(page, "[aria-label='Horizontal axis: to']")
    typed(page, upper, "11")
    problem = one(page, "#plane-menus .problem")
    assert "out of range" in problem.text
    assert state(page)["plane"]["x"]["upper"] == 9
    typed(page, upper, "8")
    assert state(page)["plane"]["x"]["upper"] == 8
    click(page, "[aria-label='Horizontal axis: logarithmic']")
    assert state(page)["plane"]["x"]["log"]
    ready(page)
    found = result(page)["plane"]
    assert found["x"] == "rn"
    assert max(found["contours"][0]["lines"][0]["x"]) <= 8


def test_layers_come_and_go(page: WebDriver) -> None:
    titles = [e.text for e in page.find_elements("css selector", ".layers label")]
    assert titles == ["A curve", "A region", "A point", "A line"]
    reference = one(page, ".layers a")
    assert reference.get_attribute("href") == "https://doi.org/10.1126/science.aao0990"
    drawn = "return nuprobe.app.planePanel.plot.content.layers.map((l) => l.name)"
    click(page, "#layer-1")
    ready(page)
    assert page.execute_script(drawn) == ["a-curve", "a-point", "a-line"]
    click(page, "#layer-none")
    ready(page)
    assert page.execute_script(drawn) == []
    click(page, "#layer-all")
    ready(page)
    assert len(page.execute_script(drawn)) == 4


def test_the_best_fit_and_the_logarithm(page: WebDriver) -> None:
    click(page, "#best")
    ready(page)
    assert cells(page, "Δχ²") == ["0"]
    assert cells(page, "deviation") == ["0 σ"]
    click(page, "#spectrum-log")
    ready(page)
    assert page.execute_script(
        "return nuprobe.app.spectrumPanel.plot.main.y_range.start > 0"
    )


def test_light_and_dark(page: WebDriver) -> None:
    paper = "return nuprobe.app.spectrumPanel.plot.main.background_fill_color"
    first = page.execute_script("return document.documentElement.dataset.theme")
    colours = set()
    for _ in range(2):
        click(page, "#theme")
        ready(page)
        colours.add(str(page.execute_script(paper)))
    assert len(colours) == 2
    assert first == page.execute_script("return document.documentElement.dataset.theme")


def test_one_parameter_has_a_curve(page: WebDriver, explorer: Path) -> None:
    start(page, explorer, "single")
    ours = cost("rn")
    found = result(page)["plane"]
    heights = ours.profiled(np.array(found["values"])[::15, None]).twice_nll
    lowest = ours.profiled([[result(page)["best_fit"]["point"]["rn"]]]).twice_nll[0]
    assert np.array(found["delta_chi2"])[::15] == pytest.approx(heights - lowest)
    (interval,) = found["intervals"][0]["intervals"]
    edges = ours.profiled(np.array(interval)[:, None]).twice_nll
    assert edges - lowest == pytest.approx(1.0, rel=1e-6)
    assert "68 %" in one(page, "#plane-summary").text


@pytest.mark.parametrize(
    "width", [360, *(pytest.param(w, marks=pytest.mark.nightly) for w in (768, 1400))]
)
def test_no_width_scrolls_sideways(page: WebDriver, width: int) -> None:
    resize(page, width, 800)
    until(
        page,
        "return document.documentElement.scrollWidth <= arguments[0]"
        " && document.querySelector('#spectrum-main *') !== null",
        width,
    )
    wide = page.execute_script(
        "return [...document.querySelectorAll('body *')].filter((e) =>"
        " e.getBoundingClientRect().right > arguments[0] + 1"
        " && !e.closest('.scroll, .offscreen, pre')).map((e) => e.outerHTML)",
        width,
    )
    assert wide == []


def test_every_control_has_a_name(page: WebDriver) -> None:
    click(page, "[data-key=add]")
    ready(page)
    roles = {"button", "textbox", "slider", "combobox", "checkbox", "radio", "link"}
    roles |= {"image", "application", "spinbutton", "radiogroup", "table"}
    tree = page.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    seen = set()
    for node in tree:
        role = node.get("role", {}).get("value")
        if role in roles and not node.get("ignored"):
            seen.add(role)
            assert node.get("name", {}).get("value", "").strip(), node
    assert {"button", "slider", "textbox", "combobox", "checkbox"} <= seen
    sliders = [
        node["name"]["value"]
        for node in tree
        if node.get("role", {}).get("value") == "slider"
    ]
    assert len(set(sliders)) == len(sliders)


def test_all_is_within_reach_of_the_tab_key(page: WebDriver) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    wanted = page.execute_script(
        "document.body.focus(); document.activeElement?.blur();"
        "const all = 'button, select, input, #plane, a[href]';"
        "return [...document.querySelectorAll(all)].filter((e) => !e.disabled"
        " && e.checkVisibility() && e.type !== 'radio')"
        ".map((e, i) => (e.dataset.tab = String(i)))"
    )
    ActionChains(page).send_keys(Keys.TAB * (len(wanted) + 25)).perform()
    page.execute_script(
        "window.reached = new Set(); document.addEventListener('focusin',"
        " (event) => window.reached.add(event.target.dataset.tab))"
    )
    ActionChains(page).send_keys(Keys.TAB * (len(wanted) + 25)).perform()
    reached = page.execute_script("return [...window.reached]")
    assert set(wanted) - set(reached) == set()


def test_nothing_is_asked_of_a_network(page: WebDriver) -> None:
    """The policy of the page refuses what a script might try."""
    answer = page.execute_async_script(
        "const done = arguments[0];"
        "fetch('https://example.org').then(() => done('sent'), () => done('refused'))"
    )
    assert answer == "refused"
    assert any("Content Security Policy" in line for line in complaints(page))
    assert messages(page) == []
