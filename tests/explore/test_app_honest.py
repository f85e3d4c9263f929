"""What the page of the explorer says of its numbers: where it gives no p-value, who
computed a limit, best fits beyond the axes, numbers as they were typed (in node)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest
from scipy.stats import chi2
from tests.explore.browsing import click, field, one, ready, saved, typed
from tests.explore.test_app_functions import PAGE, node

import nuprobe as nu
from nuprobe.explore.layers import layers_of
from nuprobe.explore.pages import BandLayer, default_pages
from nuprobe.inference.costs.moments import poisson_moments
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.goodness import goodness_of_fit
from nuprobe.inference.surface import Surface
from nuprobe.portable import portable_likelihood
from nuprobe.portable.make import as_json

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

FEW: Final = "few counts: not a chi-square law"


@pytest.mark.parametrize("kind", ["poisson", "projected", "on-off"])
def test_moments_are_those_of_the_package(kind: str) -> None:
    mu = [0.0, 1e-6, 0.013, 0.1, 0.77, 3.0, 12.5, 150.0, 2e3, 1e6]
    found = poisson_moments(np.array(mu))
    means, variances = zip(
        *node(f"data.map((mu) => nuprobe.manycounts.moments('{kind}', mu))", mu),
        strict=True,
    )
    np.testing.assert_allclose(means, found.mean, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(variances, found.variance, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("kind", "expected", "bins", "holds"),
    [
        ("poisson", 0.1, 100, False),
        ("poisson", 5.0, 100, False),
        ("poisson", 1e4, 100, True),
        ("cnp", 3.0, 20, False),
        ("cnp", 1e5, 20, True),
        ("gaussian", 0.1, 100, True),
        ("covariance", 0.0, 100, True),
    ],
)
def test_many_counts(kind: str, expected: float, bins: int, holds: bool) -> None:
    terms = [{"kind": kind, "total": [expected] * bins}]
    found = node(f"nuprobe.manycounts.holds(data, {bins - 1}, 1)", terms)
    assert found is holds


@pytest.mark.parametrize(
    ("analysis", "law"), [("energy-time", "moments"), ("energy", "chi-square")]
)
def test_the_page_knows_where_the_package_has_no_chi_square(
    analysis: str, law: str
) -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"], analysis=analysis)
    start = np.array([[p.default for p in cost.parameters]])
    nuisances = cost.profiled(start).nuisances
    kinds = [
        term["statistic"]["kind"]
        for term in as_json(portable_likelihood(cost))["terms"]
    ]
    terms = []
    for (term, columns, own), kind in zip(cost.layout.places, kinds, strict=True):
        e = term.expectation(start[:, columns])
        total = expected_counts(e, nuisances[:, own])[0]
        terms.append({"kind": kind, "total": total.tolist()})
    size = sum(len(term["total"]) for term in terms)
    found = node(f"nuprobe.manycounts.holds(data, {size}, 0)", terms)
    assert goodness_of_fit(Surface(cost, ["rn"]), start[0], size - 1).law == law
    assert found is (law == "chi-square")


def test_no_p_value_of_few_counts() -> None:
    calc = (
        "(mu) => ({binned: true, nuisances: [], parameters: [], pulls: () => 0,"
        " sizes: [{bins: 10}], likelihood: {excess: () => 1, twiceNll:"
        " () => 12, expectation: () =>"
        " [{kind: 'poisson', total: Array(10).fill(mu)}]}})"
    )
    found = node(
        f"data.map((mu) => nuprobe.numbers.summary(({calc})(mu), [], {{nuisances: [],"
        " shapes: 0}, 11, 1)).map((s) => [s.few, s.probability, nuprobe.numbers"
        ".sentence('A', s, {parameters: []}, [])])",
        [0.5, 1e5],
    )
    (few, none, said), (many, p, other) = found
    assert (few, none, many) == (True, None, False)
    assert FEW in said
    assert FEW not in other
    assert p == pytest.approx(0.2851, abs=1e-4)


def test_normalisations_to_the_data_are_no_degrees_of_freedom() -> None:
    calc = (
        "{binned: true, nuisances: [], parameters: [], pulls: () => 0, sizes: [{bins:"
        " 160, constraints: 16}], likelihood: {excess: () => 1,"
        " twiceNll: () => data, expectation: () =>"
        " [{kind: 'covariance', total: Array(160).fill(500)}]}}"
    )
    freedom, few, p = node(
        f"((s) => [s.freedom, s.few, s.probability])(nuprobe.numbers.summary(({calc}),"
        " [], {nuisances: [], shapes: 0}, data, 1))",
        122.97,
    )
    assert (freedom, few) == (144, False)
    assert p == pytest.approx(chi2.sf(122.97, 144), rel=1e-6)


def test_numbers_that_rounding_spoils_are_named() -> None:
    """Where nuisances cancel 1e12 times the data, and only there."""
    calc = (
        "(excess) => ({binned: false, nuisances: [], parameters: [], pulls: () => 0,"
        " sizes: [], likelihood: {excess: () => excess, twiceNll: () => 12}})"
    )
    calm, spoiled = node(
        "data.map((excess) => nuprobe.numbers.sentence('A',"
        f" nuprobe.numbers.summary(({calc})"
        "(excess), [], {nuisances: [], shapes: 0}, 11, 1), {parameters: []}, []))",
        [2.0, 3e12],
    )
    assert "predicted" not in calm
    assert (
        "A: 3 × 10¹² times the counts seen are predicted; nuisances that cancel them"
        " leave rounding in χ²." in spoiled
    )


def test_computed_limits_have_their_own_heading() -> None:
    layers: list[dict[str, Any]] = [
        {"name": "a", "title": "A"},
        {"name": "b", "title": "B", "computed": True},
        {"name": "a", "title": "A"},
        {"name": "c", "title": "C", "along": "rn", "texkey": "", "doi": ""},
        {"name": "d", "title": "D", "along": "rn", "texkey": "Somebody:2020abc"},
    ]
    headings, legends = node(
        "[nuprobe.layerList.headed(data).map(([heading, groups]) => [heading,"
        " groups.map((group) => group.map((one) => one.name))]),"
        " data.map(nuprobe.layerList.legend)]",
        layers,
    )
    assert headings == [
        ["Computed here by nuprobe (from published data)", [["b"]]],
        ["Published limits and values", [["a", "a"], ["d"]]],
        ["Lines of this page", [["c"]]],
    ]
    assert legends == ["A", "B (computed by nuprobe)", "A", "C", "D"]


def test_layers_say_what_was_computed() -> None:
    page = default_pages()["b-l"]
    plane = page.plane
    assert plane is not None
    catalogue = [one for one in page.layers if one.kind == "catalogue"]
    ccfr = next(one for one in page.layers if one.kind == "exclusion")
    band = BandLayer(kind="muon-g2", result="2021")
    page = page.model_copy(update={"layers": [*catalogue, ccfr, band]})
    layers = layers_of(page, plane.model_dump(), [])
    computed = {one["name"] for one in layers if one.get("computed")}
    assert computed == {"ccfr-trident-limit", "muon-g2-2021"}
    assert len(layers) > 20


def test_best_fits_beyond_the_axes() -> None:
    points = [[0.2, 5.0], [0.2, 9.5], [0.05, 5.0], [0.2, 9 + 1e-12]]
    found = node(
        "data.points.map((p) => nuprobe.PlanePanel.beyond(data.plane, {index: (name) =>"
        " ['sin2_theta_w', 'rn'].indexOf(name)}, p))",
        {"points": points, "plane": PAGE["plane"]},
    )
    assert found == [False, True, True, False]


def test_the_best_fit_is_said_to_be_beyond() -> None:
    plane = json.dumps(PAGE["plane"])
    found = node(
        "data.map((rn) => { calc.index = (name) =>"
        " calc.parameters.findIndex((p) => p.name === name);"
        " nuprobe.labels.symbolElements = () => [];"
        " const plane = {minimum: {point: [0.2, rn], twiceNll: 3}};"
        f" const state = {{plane: {plane}, models: [], active: 0}};"
        " return nuprobe.PlanePanel.prototype.words.call({outside: () => []},"
        " {plane, page: {}, calc}, state, calc.parameters)[0]; })",
        [5, 9.5],
    )
    assert found == [
        "Best fit: ",
        "Best fit (outside these axes; contours are relative to it): ",
    ]


def test_what_is_only_rounding_is_zero() -> None:
    entry = {"name": "u", "default": 0, "lower": 0, "upper": 1, "latex": "u"}
    axis = {"lower": 1e-6, "upper": 1.0, "log": True}
    linear, log, small = node(
        "[data.values.map((x) => nuprobe.controls.settled(data.entry, x)),"
        " data.values.map((x) => nuprobe.controls.settled(data.entry, x, data.axis)),"
        " nuprobe.controls.settled({...data.entry, default: 1e-8}, 1e-10)]",
        {"entry": entry, "values": [5.433e-18, 1e-8, 0.3], "axis": axis},
    )
    assert linear == [0, 1e-8, 0.3]
    assert log == [0, 1e-8, 0.3]  # couplings of a logarithmic axis are no rounding
    assert small == 1e-10


def test_fields_have_all_digits_only_while_they_are_edited() -> None:
    """The value is what it was, with the field touched or not."""
    found = node(
        "(() => { const c = Object.create(nuprobe.controls.Control.prototype);"
        " const changes = []; globalThis.document = {activeElement: null};"
        " const element = () => ({value: '', attributes: {}, classList: {toggle() {}},"
        " setAttribute(k, v) { this.attributes[k] = v; },"
        " getAttribute(k) { return this.attributes[k]; }});"
        " Object.assign(c, {entry: calc.parameters[1], axis: null, full: false,"
        " span: {low: 1, high: 10, log: false}, field: element(), slider: element(),"
        " element: element(), problem: element(), pull: null,"
        " changed: (x) => changes.push(x)});"
        " c.set(5.4321234567891); const seen = [c.field.value]; c.typed();"
        " c.write(true); seen.push(c.field.value); c.typed(); c.write(false);"
        " seen.push(c.field.value, c.value, changes.length);"
        " c.write(true); c.field.value = '5.43212'; c.typed(); seen.push(changes[0]);"
        " c.field.value = '10.0000001'; c.typed(); seen.push(c.problem.textContent);"
        " return seen; })()"
    )
    assert found[:6] == [
        "5.43212",
        "5.4321234567891",
        "5.43212",
        5.4321234567891,
        0,
        5.43212,
    ]
    assert found[6].startswith("Rₙ = 10.0000001 is out of range")


def test_only_the_newest_refusal_of_a_file_is_kept() -> None:
    found = node(
        "(() => { const made = () => ({children: [], dataset: {}, get firstChild() {"
        " return this.children[0]; }, set textContent(t) { this.text = t; },"
        " get textContent() { return this.text ?? this.children.map((c) =>"
        " c.textContent ?? c).join(''); }, append(...all) {"
        " for (const c of all) { this.children.push(c);"
        " if (c && typeof c === 'object') c.parent = this; } },"
        " setAttribute(k, v) { if (k === 'data-about') this.dataset.about = v; },"
        " addEventListener() {}, remove() { const a = this.parent.children;"
        " a.splice(a.indexOf(this), 1); }});"
        " const box = made(); globalThis.document = {createElement: made,"
        " getElementById: () => box}; const R = nuprobe.Refused;"
        " nuprobe.messages.show('a link'); for (const t of ['one', 'two', 'three'])"
        " nuprobe.messages.refuse(new R(t), 'file');"
        " return box.children.map((line) => line.firstChild.textContent); })()"
    )
    assert found == ["a link", "three"]


def cells(page: WebDriver, title: str) -> list[str]:
    """Cells of a row of the numbers."""
    rows = page.find_elements("css selector", "#numbers tbody tr")
    row = next(r for r in rows if r.text.startswith(f"{title} "))
    return [cell.text for cell in row.find_elements("css selector", "td")]


def test_the_page_says_where_its_numbers_end(page: WebDriver) -> None:
    """Few counts, a computed layer, and axes without the best fit, in the browser."""
    assert cells(page, "p-value") == ["1"]  # of Gaussian bins
    holds = "nuprobe.manycounts.holds = "
    page.execute_script(
        f"window.kept = nuprobe.manycounts.holds; {holds} () => false;"
        "const s = nuprobe.app.session(); s.page.layers[1].computed = true"
    )
    upper = one(page, "[aria-label='Vertical axis: to']")
    typed(page, upper, "2.5")
    ready(page)
    assert "outside these axes; contours are relative to it" in (
        one(page, "#plane-summary").text
    )
    headings = [e.text for e in page.find_elements("css selector", "#layers h3")]
    assert headings == [
        "Computed here by nuprobe (from published data)",
        "Published limits and values",
    ]
    assert cells(page, "p-value") == ["—"]
    assert FEW in one(page, "#numbers").text
    page.execute_script(f"{holds} window.kept")
    _, svg = saved(page, "#save-plane-svg")
    legend = svg.decode()
    assert "A region (computed by nuprobe)" in legend
    assert "best fit (outside these axes)" in legend
    page.execute_script("delete nuprobe.app.session().page.layers[1].computed")


def test_fields_in_the_browser(page: WebDriver) -> None:
    box = field(page, "rn")
    typed(page, box, "5.4321234567891")
    assert box.get_attribute("value") == "5.4321234567891"
    click(page, "#best")
    page.execute_script("arguments[0].blur()", box)
    ready(page)
    value = page.execute_script(
        "return nuprobe.app.session().store.get().models[0].point[1]"
    )
    assert box.get_attribute("value") == f"{value:.6g}"
    page.execute_script("arguments[0].focus()", box)
    assert float(box.get_attribute("value") or "") == value
