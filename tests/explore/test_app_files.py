"""What comes into the page of the explorer and leaves it: links, files, figures, data.
Nothing that is wrong is taken, and nothing is more than text."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.explore.browsing import (
    EVIL,
    chosen,
    click,
    complaints,
    cost,
    field,
    messages,
    one,
    ready,
    saved,
    start,
    state,
    typed,
    until,
)
from tests.portable.families import FOLDER

from nuprobe.portable import portable_likelihood
from nuprobe.portable.make import as_json

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

SVG = "{http://www.w3.org/2000/svg}"


def go(page: WebDriver, fragment: str) -> None:
    """Follow a link within the page."""
    page.execute_script("location.hash = arguments[0]", fragment)
    page.execute_async_script("setTimeout(arguments[0], 50)")


def test_a_link_is_restored(page: WebDriver, explorer: Path) -> None:
    typed(page, field(page, "rn"), "6.123456789012345")
    click(page, "[data-key=add]")
    typed(page, one(page, "[data-key=name-1]"), "Ünlikely & 100 % = <b>")
    typed(page, field(page, "sns-flux"), "0.1")
    click(page, "#layer-2")
    click(page, "#spectrum-log")
    typed(page, one(page, "[aria-label='Vertical axis: to']"), "8.5")
    ready(page)
    before, address = state(page), page.current_url
    page.get("about:blank")
    page.get(address)
    ready(page)
    assert state(page) == before
    assert messages(page) == []
    assert page.current_url == address
    assert before["models"][0]["point"][1] == 6.123456789012345


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("1.rn=50", "Rₙ = 50 is out of range: it must be from 1.6 to 10 fm"),
        ("1.mass=5", "sets “mass”, which this page does not have. It has sin2_theta_w"),
    ],
)
def test_a_wrong_link_is_refused(page: WebDriver, fragment: str, words: str) -> None:
    """The page stays as it is, and says why."""
    typed(page, field(page, "rn"), "6")
    before = state(page)
    go(page, f"page=plane&{fragment}")
    (line,) = messages(page)
    assert words in line
    assert state(page) == before
    go(page, "page=plane&1.rn=5.5")
    assert messages(page) == []
    assert state(page)["models"][0]["point"][1] == 5.5


def test_a_wrong_link_from_outside_shows_the_first_model(
    page: WebDriver, explorer: Path
) -> None:
    page.get("about:blank")
    page.get(f"{(explorer / 'index.html').as_uri()}#page=plane&1.rn=50")
    ready(page)
    refused, instead = messages(page)
    assert "Rₙ = 50 is out of range" in refused
    assert "“Standard Model”" in instead
    assert state(page)["models"][0]["point"] == [0.23863, 5]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("unknown", "There is no page “unknown” here"),
        ("../plane", "“../plane” is not the name of a page"),
        ("opened-file", "Open that file first"),
    ],
)
def test_unknown_pages(page: WebDriver, name: str, words: str) -> None:
    go(page, f"page={name}")
    until(page, "return document.querySelector('#messages .message')")
    (line,) = messages(page)
    assert words in line
    assert one(page, "#page").get_attribute("value") == "plane"


def document() -> dict[str, Any]:
    return as_json(portable_likelihood(cost("rn")))


def damaged(change: dict[str, Any]) -> bytes:
    """Changed and, unless its checksum is what fails, without a checksum."""
    found = {**document(), **change}
    if "name" not in change:
        del found["checksum"]
    return json.dumps(found).encode()


FILES: dict[str, tuple[bytes, str]] = {
    "text.json": (b"hello", "text.json is not JSON"),
    "empty.json": (b"", "empty.json is not JSON"),
    "list.json": (b"[1, 2]", "is not a likelihood of nuprobe"),
    "other.json": (b'{"format": "pyhf"}', "is not a likelihood of nuprobe"),
    "cut.json.gz": (gzip.compress(b"{}" * 500)[:-20], "is damaged"),
    "bytes.json": (b"\xff\xfe\x00", "is damaged"),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name.startswith("cut") else pytest.mark.nightly)
        for name in FILES
    ],
)
def test_foreign_files_are_refused(page: WebDriver, tmp_path: Path, name: str) -> None:
    content, words = FILES[name]
    opened(page, tmp_path / name, content)
    (line,) = messages(page)
    assert name in line
    assert words in line
    assert state(page)["page"] == "plane"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 99}, "99"),
        ({"name": "changed"}, "checksum"),
        pytest.param({"terms": []}, "term", marks=pytest.mark.nightly),
        pytest.param({"parameters": 3}, "parameters", marks=pytest.mark.nightly),
    ],
)
def test_damaged_likelihoods_are_refused(
    page: WebDriver, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    opened(page, tmp_path / "changed.json", damaged(change))
    (line,) = messages(page)
    assert words in line
    assert state(page)["page"] == "plane"


def opened(page: WebDriver, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    page.execute_script("nuprobe.messages.clear()")
    one(page, "#file").send_keys(str(path))
    until(
        page,
        "return document.querySelector('#messages .message')"
        " || nuprobe.app.session().page.name === 'opened-file'",
    )


def test_a_likelihood_of_ones_own(page: WebDriver, tmp_path: Path) -> None:
    content = json.dumps(document()).encode()
    opened(page, tmp_path / "own.json.gz", gzip.compress(content))
    ready(page, "opened-file")
    assert messages(page) == []
    typed(page, field(page, "rn"), "4")
    ready(page)
    found = json.loads(saved(page, "#save-json")[1])
    expected = cost("rn").profiled([[4.0]]).twice_nll[0]
    assert found["models"][0]["twice_nll"] == pytest.approx(expected, rel=1e-9)
    lines = one(page, "#texts pre").get_attribute("textContent") or ""
    (tmp_path / "likelihood.json").write_bytes(gzip.compress(content))
    done = subprocess.run(
        [sys.executable, "-c", lines],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(expected, rel=1e-9)
    chosen(page, "#page", "plane")
    ready(page, "plane")


def texts_of(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not tags & {"script", "foreignObject", "img"}
    return ["".join(e.itertext()) for e in root.iter(f"{SVG}text")]


def test_figures_open_again(page: WebDriver) -> None:
    name, svg = saved(page, "#save-spectrum-svg")
    assert name == "plane-spectrum.svg"
    texts = texts_of(svg)
    for text in ("photoelectrons (PE)", "counts", "residual / σ", "data", "signal"):
        assert text in texts
    assert "Standard Model" in texts
    name, svg = saved(page, "#save-plane-svg")
    texts = texts_of(svg)
    for text in ("Rn (fm)", "sin2ϑW", "best fit", "allowed at 68 % CL", "A region"):
        assert text in texts
    root = ET.fromstring(svg)
    # the state, and no folder of whoever saves the figure
    assert b"index.html#page=plane" in svg
    assert b"file:" not in svg
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    for which in ("spectrum", "plane"):
        name, png = saved(page, f"#save-{which}-png")
        assert name == f"plane-{which}.png"
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", png[16:24])
        assert width == 1920
        assert height > 1000


def test_data_open_again(page: WebDriver) -> None:
    """CSV and JSON have the same numbers, those of the page."""
    click(page, "[data-key=add]")
    typed(page, field(page, "rn"), "7")
    ready(page)
    found = json.loads(saved(page, "#save-json")[1])
    spectrum = found["spectrum"]
    name, raw = saved(page, "#save-spectrum-csv")
    rows = list(csv.reader(io.StringIO(raw.decode())))
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    numbers = {key: [float(x) for x in column] for key, column in columns.items()}
    for key in ("low", "high", "data", "data_low", "data_high"):
        assert numbers[key] == spectrum[key]
    for part in spectrum["parts"]:
        assert numbers[f"part: {part['name']}"] == part["values"]
    assert numbers["model 2: Model 2"] == spectrum["models"][1]["values"]
    assert numbers["residual 1: Standard Model"] == spectrum["models"][0]["residuals"]
    assert name == "plane-spectrum.csv"
    rows = list(csv.reader(io.StringIO(saved(page, "#save-plane-csv")[1].decode())))
    assert rows[0] == ["confidence_level", "line", "sin2_theta_w", "rn"]
    lines = [line for c in found["plane"]["contours"] for line in c["lines"]]
    assert [float(row[2]) for row in rows[1:]] == [
        x for line in lines for x in line["x"]
    ]
    assert [float(row[3]) for row in rows[1:]] == [
        y for line in lines for y in line["y"]
    ]
    assert found["format"] == "nuprobe-explorer-result"
    assert found["link"] == page.current_url


def test_texts_are_filled_and_copied(page: WebDriver) -> None:
    typed(page, field(page, "rn"), "6.5")
    command = one(page, "#text-command").text
    assert "nuprobe" in command
    assert "6.5" in command
    python = one(page, "#text-python").text
    assert "6.5" in python
    compile(python, "python", "exec")
    assert "@article{COHERENT:2017ipa" in one(page, "#text-bibtex").text
    for button, text in (("#copy-command", command), ("#share", page.current_url)):
        page.execute_script(
            "window.copied = null; nuprobe.files.copy = async (text) =>"
            " { window.copied = text; }"
        )
        click(page, button)
        assert until(page, "return window.copied") == text


def test_lines_hold_the_nuisances_that_the_page_holds(page: WebDriver) -> None:
    typed(page, field(page, "rn"), "6.5")
    typed(page, field(page, "sns-flux"), "0.2")
    ready(page)
    found = json.loads(saved(page, "#save-json")[1])
    (name, *_, last) = one(page, "#text-python").text.splitlines()
    assert name == "import nuprobe as nu"
    assert last.startswith("print(cost.twice_nll([[")
    lines = one(page, "#text-python").text
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    wanted = found["models"][0]["twice_nll"]
    assert float(done.stdout) == pytest.approx(wanted, rel=1e-9)
    assert one(page, "#text-command").text.startswith("# profiles the nuisances")
    click(page, "#profile")
    assert "profiled([[" in one(page, "#text-python").text
    assert one(page, "#text-command").text.startswith("nuprobe")


def test_nothing_of_a_file_is_more_than_text(page: WebDriver, explorer: Path) -> None:
    start(page, explorer, "hostile")
    click(page, "[data-key=add]")
    typed(page, one(page, "[data-key=name-1]"), EVIL[:50])
    typed(page, field(page, "rn"), "99")
    ready(page)
    assert one(page, "#title").text == EVIL
    assert page.title.startswith("<img")
    assert page.execute_script("return window.hacked ?? null") is None
    made = page.execute_script(
        "return [...document.querySelectorAll('img, body script')]"
        ".filter((e) => !/^(vendor|engine|app|pages)\\//.test(e.getAttribute('src')))"
        ".map((e) => e.outerHTML)"
    )
    assert made == []
    links = page.execute_script(
        "return [...document.querySelectorAll('a[href]')].map((a) => a.href)"
    )
    assert all(link.startswith("https://") for link in links)
    assert EVIL in one(page, "#text-bibtex").text
    for button in ("#save-spectrum-svg", "#save-plane-svg"):
        assert EVIL in texts_of(saved(page, button)[1])
    head = next(csv.reader(io.StringIO(saved(page, "#save-spectrum-csv")[1].decode())))
    assert f"model 1: {EVIL}" in head
    assert json.loads(saved(page, "#save-json")[1])["title"] == EVIL
    start(page, explorer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "version 2; this program reads version 1"),
        ({"document": {"gzip64": "AAAA"}}, "likelihood of the page “bad” is damaged"),
        ({"document": {"format": "pyhf"}}, "cannot be used"),
        ({"command": "nuprobe {what}"}, "asks for “what”"),
    ],
)
def test_damaged_pages_are_refused(
    page: WebDriver, change: dict[str, Any], words: str
) -> None:
    page.execute_async_script(
        "const [change, done] = arguments, s = nuprobe.app.session();"
        "nuprobe.index.pages = nuprobe.index.pages.filter((p) => p.name !== 'bad');"
        "nuprobe.index.pages.push({name: 'bad', title: 'Bad', summary: ''});"
        "nuprobe.page({...s.page, name: 'bad', ...change});"
        "location.hash = 'page=bad'; setTimeout(done, 50)",
        change,
    )
    until(page, "return document.querySelector('#messages .message')")
    line, *_ = messages(page)
    assert words in line
    assert state(page)["page"] == "plane"
    go(page, "page=plane")


def test_a_missing_page_is_said(page: WebDriver) -> None:
    page.execute_script(
        "nuprobe.index.pages.push({name: 'gone', title: 'Gone', summary: ''});"
        "location.hash = 'page=gone'"
    )
    until(page, "return document.querySelector('#messages .message')")
    (line,) = messages(page)
    assert "pages/gone.js is missing" in line
    assert any("gone.js" in complaint for complaint in complaints(page))
    go(page, "page=plane")


@pytest.mark.nightly
def test_print_has_the_figures(page: WebDriver) -> None:
    page.execute_async_script(
        "const done = arguments[0]; nuprobe.app.exports.prepare().then(done)"
    )
    images = page.find_elements("css selector", ".for-print img")
    assert len(images) == 2
    answer = page.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert len(answer["data"]) > 50_000
    page.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert page.find_elements("css selector", ".for-print img") == []
