"""Parts of the page of the explorer that need no browser, in node: what links and pages
are refused for, probabilities, symbols, and numbers as text."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nuprobe.latex import escaped

NODE: Final = shutil.which("node")
STATIC: Final = files("nuprobe.explore") / "static" / "app"
PARTS: Final = (
    "base labels ticks statistics check files pages state spectra link texts regions"
    " controls layerlist manycounts numbers measurements planeplot planepanel"
    " messages tables"
)
AXIS: Final = {"lower": 0.1, "upper": 0.4, "log": False, "points": 20}
PARAMETERS: Final = [
    {"name": "sin2_theta_w", "default": 0.2386, "lower": 0, "upper": 1, "latex": "s"},
    {
        "name": "rn",
        "default": 5,
        "lower": 1.6,
        "upper": 10,
        "latex": "R_n",
        "unit": "fm",
    },
]
PAGE: Final[dict[str, Any]] = {
    "format": "nuprobe-page",
    "version": 1,
    "name": "plane",
    "title": "A plane",
    "summary": "",
    "document": {"gzip64": ""},
    "plane": {
        "x": {"name": "sin2_theta_w", **AXIS},
        "y": {"name": "rn", **AXIS, "lower": 2, "upper": 9},
    },
    "presets": [{"name": "Standard Model", "point": {}}],
    "layers": [
        {"name": "a", "title": "A", "kind": "curve", "points": [[0.1, 2], [0.2, 3]]}
    ],
    "spectra": [
        {
            "term": "t",
            "title": "T",
            "axes": [{"label": "energy", "edges": [0, 1, 2], "unit": "MeV"}],
        }
    ],
}


def node(expression: str, data: object = None) -> Any:
    """Value of an expression in ``data``; a refusal is its message."""
    if NODE is None:
        pytest.skip("node, which runs JavaScript, is not installed")
    scripts = [(STATIC / f"{part}.js").read_text("utf-8") for part in PARTS.split()]
    script = "\n".join(
        [
            "globalThis.window = globalThis;",
            *scripts,
            "const data = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));",
            f"const calc = {{parameters: {json.dumps(PARAMETERS)}, nuisances:"
            " [{name: 'flux', sigma: 0.1}, {name: 'b', sigma: 1}],"
            " sizes: [{name: 't', bins: 2}]};",
            "const told = (job) => { try { return job(); } catch (error) {"
            " if (!(error instanceof nuprobe.Refused)) throw error;"
            " return error.message; } };",
            f"process.stdout.write(JSON.stringify({expression}))",
        ]
    )
    done = subprocess.run(
        [NODE, "-e", script],
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LINKS: Final = {
    "1.rn=50": "Rₙ = 50 is out of range: it must be from 1.6 to 10 fm",
    "1.rn=1e999": "“1e999” for rn, which is not a number",
    "1.rn=NaN": "which is not a number",
    "1.rn=": "“” for rn, which is not a number",
    "1.mass=5": "sets “mass”, which this page does not have. It has sin2_theta_w, rn",
    "1.__proto__=5": "which this page does not have",
    "2.rn=5": "model 2 without model 1",
    "9.rn=5": "a whole number from 1 to 4",
    "1.flux=0.1": "all of them or none",
    "active=2": "the active model; it must be a whole number from 1 to 1",
    "active=x": "a whole number",
    "x=mass:1:2:20": "“mass”, which is not a parameter",
    "x=rn:1:5:20": "out of range",
    "x=rn:5:2:20": "does not rise",
    "x=rn:2:9:9999": "a whole number from 2 to 400",
    "x=rn:2:9:20": "on both axes",
    "x=sin2_theta_w:0:1:20:log": "logarithmic and must be positive",
    "x=sin2_theta_w:0.1": "is damaged",
    "hide=unknown": "a layer “unknown” that this page does not have",
    "hide=%25zz": "is damaged",
    "view=3:0": "the spectrum; it must be a whole number from 0 to 0",
    "view=0": "is damaged",
    "view=0:0:log:more": "is damaged",
    "colour=red": "an entry “colour” that this program does not know",
    "1.rn=5&1.rn=6": "two entries “1.rn”",
    "1=a&01=b": "an entry “01” that this program does not know",
    "1.rn=5&01.rn=6": "an entry “01.rn” that this program does not know",
    "1.rn=10.0000001": "Rₙ = 10.0000001 is out of range: it must be from 1.6 to 10",
}


def test_wrong_links_are_refused() -> None:
    found = node(
        "data.links.map((hash) => told(() => nuprobe.link.decode(hash, data.page,"
        " calc)))",
        {"links": [f"#page=plane&{link}" for link in LINKS], "page": PAGE},
    )
    for words, line in zip(LINKS.values(), found, strict=True):
        assert isinstance(line, str)
        assert words in line


def test_links_are_restored() -> None:
    state = {
        "page": "plane",
        "models": [
            {
                "name": "A & b = 100 % ü",
                "point": [0.1 + 0.2, 5e-324 + 5],
                "nuisances": None,
            },
            {"name": "", "point": [1e-7, 10], "nuisances": [-0.1, 1 / 3]},
        ],
        "active": 1,
        "plane": {
            "x": {"name": "rn", "lower": 2, "upper": 9.5, "log": True, "points": 33},
            "y": {"name": "sin2_theta_w", **AXIS},
        },
        "hidden": ["a"],
        "view": {"spectrum": 0, "axis": 0, "log": True},
    }
    found = node(
        "nuprobe.link.decode(nuprobe.link.encode(data.state, data.page, calc),"
        " data.page, calc)",
        {"state": state, "page": PAGE},
    )
    assert found == state


PAGES: Final[list[tuple[dict[str, Any], str]]] = [
    ({"version": 2}, "version 2; this program reads version 1"),
    ({"version": "1"}, "damaged: its version is “1”"),
    ({"format": "other"}, "its format is “other”"),
    ({"name": "else"}, "name must be “plane”"),
    ({"title": 3}, "title must be text"),
    ({"document": None}, "document must be a likelihood"),
    ({"plane": {"x": {**AXIS, "name": "mass"}}}, "plane.x.name"),
    ({"plane": {"x": {**AXIS, "name": "rn"}}}, "inside the range"),
    ({"plane": {"x": {"name": "rn", "lower": 3, "upper": 2}}}, "two rising ends"),
    ({"presets": []}, "at least one model"),
    ({"presets": [{"name": "far", "point": {"rn": 99}}]}, "Rₙ = 99 is out of range"),
    ({"presets": [{"name": "far", "point": {"mass": 1}}]}, "of parameters"),
    ({"layers": [{"name": "a"}]}, "layers[0].title must be text"),
    ({"layers": [{**PAGE["layers"][0], "kind": "x"}]}, "layers[0].kind"),
    ({"layers": [{**PAGE["layers"][0], "points": [[1, None]]}]}, "layers[0].points"),
    ({"layers": [{**PAGE["layers"][0], "shown": "no"}]}, "layers[0].shown"),
    ({"layers": [{**PAGE["layers"][0], "computed": 1}]}, "layers[0].computed"),
    ({"spectra": [{"term": "t", "title": "T"}]}, "spectra[0].axes"),
    (
        {
            "spectra": [
                {"term": "t", "title": "", "axes": [{"label": "", "edges": [2, 1]}]}
            ]
        },
        "rising edges",
    ),
    ({"command": "nuprobe {what}"}, "asks for “what”"),
]


def test_damaged_pages_are_refused() -> None:
    changed = [{**PAGE, **change} for change, _ in PAGES]
    found = node(
        "data.map((page) => told(() => { nuprobe.pages.checkPage(page, 'plane');"
        " nuprobe.pages.checkAgainst(page, calc);"
        " calc.zeros = () => [0, 0]; nuprobe.texts.check(page, calc); return null; }))",
        [PAGE, *changed],
    )
    assert found[0] is None
    for (_, words), line in zip(PAGES, found[1:], strict=True):
        assert words in str(line)


def test_probabilities() -> None:
    """Against SciPy."""
    x = [0.0, 0.3, 1.0, 5.0, 30.0, 120.0, 1000.0]
    n = [1, 2, 3, 12, 112, 1072]
    found = node(
        "[data[0].map((x) => data[1].map((n) => nuprobe.statistics.chi2Tail(x, n))),"
        " [0.6827, 0.9, 0.95].map((p) => nuprobe.statistics.level(p, 2)),"
        " [1, 0.5, 0.0027, 1e-12].map(nuprobe.statistics.deviations),"
        " [0, 1, 5, 400].map(nuprobe.statistics.garwood)]",
        [x, n],
    )
    expected = stats.chi2.sf(np.array(x)[:, None], np.array(n))
    assert np.array(found[0]) == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert found[1] == pytest.approx(stats.chi2.ppf([0.6827, 0.9, 0.95], 2))
    assert found[2] == pytest.approx(
        stats.norm.isf(np.array([1, 0.5, 0.0027, 1e-12]) / 2)
    )
    tail = stats.norm.sf(1)
    for count, (low, high) in zip([0, 1, 5, 400], found[3], strict=True):
        assert high == pytest.approx(stats.gamma.isf(tail, count + 1))
        assert low == pytest.approx(stats.gamma.ppf(tail, count) if count else 0)


SYMBOLS: Final = {
    r"\sin^2\vartheta_W": "sin²ϑ_W",
    r"m_{Z'}": "m_Z′",
    "R_n": "Rₙ",
    r"\eta_\mathrm{Ar}": "η_Ar",
    r"\varepsilon_{ee}^{uV}": "εₑₑᵘⱽ",
    r"L_{1,A}^{\rm NLO}": "L_1,Aᴺᴸᴼ",
    r"\Delta m^2_{41}": "Δm²₄₁",
    r"\langle r^2_{\nu_e}\rangle": "⟨r²_νe⟩",
    r"\bar\nu_{e}": "ν̄ₑ",
    r"\mu_{e\mu}": "μ_eμ",
    "Y_P": "Y_P",
    "<img src=x>": "<img src=x>",
}


def test_symbols_without_latex() -> None:
    assert node("data.map(nuprobe.labels.plain)", [*SYMBOLS]) == [*SYMBOLS.values()]


def test_measured_values_have_the_digits_of_their_error() -> None:
    values = [
        ({"scale": 0.003, "unit": ""}, 0.245 / 0.003, 0.24686 / 0.003),
        ({"scale": 2.9e-7, "unit": ""}, 2.547e-5 / 2.9e-7, 2.5037e-5 / 2.9e-7),
        ({"scale": 1, "unit": "SNU"}, 66.1, 71.234),
        ({"scale": 1.2e-4, "unit": ""}, 0.0, -1e-9),
    ]
    found = node(
        "data.map(([q, x, m]) => { const w = nuprobe.measurements.written(q, x, x - 1,"
        " x + 1); return [w.measured, w.model(m), w.unit]; })",
        values,
    )
    assert found == [
        ["0.2450 ± 0.0030", "0.24686", ""],
        ["2.547 ± 0.029", "2.5037", "10⁻⁵"],
        ["66.1 ± 1.0", "71.23", "SNU"],
        ["0.0 ± 1.2", "0.00", "10⁻⁴"],
    ]


def test_symbols_in_sentences() -> None:
    """L_μ and Y_P have indices; names of parameters and files stay as they are."""
    texts = ["L_μ − L_τ", "L_1A and Y_P", "mu_eff.e, sin2_theta_w, a_b.yaml_c"]
    found = node(
        "(nuprobe.el = (tag, _, text) => `<${text}>`,"
        " data.map((text) => nuprobe.labels.prose(text).join('')))",
        texts,
    )
    assert found == ["L<μ> − L<τ>", "L<1A> and Y<P>", texts[2]]


@pytest.mark.nightly
@given(st.lists(st.text(alphabet=r"\{}_^ab'$1 ", max_size=30), min_size=1))
def test_no_latex_stops_the_page(texts: list[str]) -> None:
    texts.append(escaped("100 % of {it}"))
    found = node("data.map(nuprobe.labels.runs)", texts)
    assert len(found) == len(texts)


NUMBERS: Final = {
    "5": 5,
    " −2.5 ": -2.5,
    "3e-5": 3e-5,
    "3 × 10^-5": 3e-5,
    ".5": 0.5,
    "1,5": None,
    "": None,
    "0x10": None,
    "1e999": None,
    "5 fm": None,
    "Infinity": None,
}


def test_numbers_as_text() -> None:
    """JSON has no NaN: what is no number is null."""
    assert node("data.map(nuprobe.parsed)", [*NUMBERS]) == [*NUMBERS.values()]
    shown = node(
        "data.map((x) => nuprobe.shown(x))", [0.23863, 0, -2.5e-11, 1e6, 123456]
    )
    assert shown == ["0.2386", "0", "−2.5 × 10⁻¹¹", "10⁶", "123456"]


def test_a_spreadsheet_computes_nothing() -> None:
    rows = [["=1+1", "+2", "-3", "@x", 'a "b", c', -4.5]]
    line = node("nuprobe.tables.lines(data)", rows)
    assert line == '\'=1+1,\'+2,\'-3,\'@x,"a ""b"", c",-4.5\r\n'


def test_a_layer_may_start_hidden() -> None:
    layers = [{**PAGE["layers"][0], "shown": False}, {**PAGE["layers"][0], "name": "b"}]
    page = {**PAGE, "layers": layers}
    state, hash_, other = node(
        "[nuprobe.state.initial(data, calc), nuprobe.link.encode("
        "nuprobe.state.initial(data, calc), data, calc),"
        " nuprobe.link.encode({...nuprobe.state.initial(data, calc), hidden: []},"
        " data, calc)]",
        page,
    )
    assert state["hidden"] == ["a"]
    assert "hide" not in hash_
    assert other.endswith("&hide=")


TICKS: Final[list[tuple[tuple[float, float, bool], list[str]]]] = [
    ((0, 1, False), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ((-3e-32, 3e-32, False), ["−3", "−2", "−1", "0", "1", "2", "3"]),
    ((6.6e-5, 9.4e-5, False), ["7.0", "7.5", "8.0", "8.5", "9.0"]),
    ((1, 1e4, True), ["10⁰", "10¹", "10²", "10³", "10⁴"]),
    ((0.01, 1, True), ["0.01", "0.1", "1"]),
    ((0.2, 3, True), ["0.2", "0.5", "1", "2"]),
    ((1e-10, 1e10, True), ["10⁻⁹", "10⁻⁶", "10⁻³", "10⁰", "10³", "10⁶", "10⁹"]),
]


def test_ticks() -> None:
    found = node(
        "data.map(([low, high, log]) => (log ? nuprobe.ticks.logarithmic(low, high, 7)"
        " : nuprobe.ticks.linear(low, high, 7, nuprobe.ticks.power(low, high))))",
        [ends for ends, _ in TICKS],
    )
    for ((low, high, _), texts), ticks in zip(TICKS, found, strict=True):
        assert ticks["texts"] == texts
        every = [*ticks["ticks"], *ticks["minor"]]
        assert min(every) >= low - 1e-9 * (high - low)
        assert max(every) <= high + 1e-9 * (high - low)
