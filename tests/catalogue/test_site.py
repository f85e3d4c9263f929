"""The catalogue's site as files: well-formed, complete, escaped, and asking nothing of
a network."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.catalogue.examples import CURVE, LINK, MOMENT, RATIO, entry

from nuprobe.catalogue import Catalogue, catalogue
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.site import site_files, write_site
from nuprobe.catalogue.site.formulas import mathml
from nuprobe.catalogue.site.keys import axis_key
from nuprobe.catalogue.site.ladder import ladder_figure
from nuprobe.catalogue.site.text import (
    flavour_text,
    number_text,
    prose,
    range_text,
    unit_text,
)
from nuprobe.errors import InputError, OutputError
from nuprobe.markup import el

VOID = {"meta", "link", "input", "br", "hr"}
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)></title>"


class Page(HTMLParser):
    """Elements of a page; fails where a tag is closed that was not opened last."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names)
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data


def toys(*entries: Entry) -> Catalogue:
    return Catalogue({f"{e.id}.yaml": e for e in entries})


def moment(name: str, value: float, **changes: object) -> Entry:
    return entry(
        MOMENT,
        {"id": f"magnetic_moment.e/{name}-2001", "experiment": name, "value": value},
        changes,
    )


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return site_files(catalogue())


@pytest.fixture(scope="module")
def pages(files: dict[str, str]) -> dict[str, Page]:
    return {name: Page(text) for name, text in files.items() if name.endswith(".html")}


def test_each_entry_has_a_page_and_its_json(files: dict[str, str]) -> None:
    for e in catalogue().values():
        assert f"entry/{e.id}/index.html" in files
        assert Entry.model_validate_json(files[f"entry/{e.id}/entry.json"]) == e
    assert [
        Entry.model_validate(raw) for raw in json.loads(files["catalogue.json"])
    ] == catalogue().search()
    schema = json.loads(files["catalogue.schema.json"])
    for e in catalogue().values():
        raw = json.loads(files[f"entry/{e.id}/entry.json"])
        assert set(schema["required"]) <= set(raw) <= set(schema["properties"])


def test_pages_are_documents(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        tags = [tag for tag, _ in page.elements]
        assert tags[0] == "html", name
        assert page.elements[0][1]["lang"] == "en"
        for once in ("title", "h1", "main", "header", "footer"):
            # an SVG has a title too; the document's is in its head
            assert (
                tags[: tags.index("body")].count(once)
                + (once != "title") * tags.count(once)
                == 1
            ), (name, once)
        ids = [a["id"] for _, a in page.elements if "id" in a]
        assert len(set(ids)) == len(ids), name
        for tag, attributes in page.elements:
            if tag == "button":
                assert attributes["type"] in ("button", "reset")
            if attributes.get("role") == "img":
                assert tag == "svg"


def test_every_link_resolves(files: dict[str, str], pages: dict[str, Page]) -> None:
    checked = 0
    for name, page in pages.items():
        ids = {a["id"] for _, a in page.elements if "id" in a}
        for tag, attributes in page.elements:
            address = urlsplit(attributes.get("href", ""))
            if address.scheme == "data" or "href" not in attributes:
                continue
            if address.scheme:
                assert (tag, address.scheme) == ("a", "https"), (name, attributes)
                assert "noopener" in attributes["rel"]
                continue
            assert not address.netloc
            if not address.path:
                assert address.fragment in ids, (name, attributes)
                continue
            parts = name.split("/")[:-1]
            for part in unquote(address.path).split("/"):
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in files, (name, attributes)
            checked += 1
    assert checked > len(pages)


def test_nothing_is_fetched(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for tag, attributes in page.elements:
            assert "src" not in attributes, name
            assert "style" not in attributes, "the policy forbids it"
            assert not any(key.startswith("on") for key in attributes), name
            if tag == "link":
                assert not re.match(r"https?:|//", attributes["href"]), name
        policy = next(
            a["content"]
            for _, a in page.elements
            if a.get("http-equiv") == "Content-Security-Policy"
        )
        assert policy.startswith("default-src 'none';")


def test_formulas_and_code_of_the_library_are_drawn(pages: dict[str, Page]) -> None:
    for e in catalogue().values():
        page = pages[f"entry/{e.id}/index.html"]
        drawn = [a["alttext"] for tag, a in page.elements if tag == "math"]
        if e.value is not None or e.interval is not None:
            assert e.observable.latex in drawn, e.id
        assert mathml(e.observable.latex)
        for link in e.code:
            assert link.command in page.text


def test_conditions_are_no_values(files: dict[str, str]) -> None:
    text = files["entry/trident.mumu.ratio/CCFR-1991/index.html"]
    values, conditions = text.split("<aside", 1)
    assert "160 GeV" in conditions
    assert "160 GeV" not in values
    assert "45.3 ± 2.3 events" in values


def test_a_computed_number_stands_beside_the_published_one() -> None:
    # 0.8 + 0.3 - 0.2 and 0.5 computed: (0.5 - 0.8) / 0.2 = -1.5
    link = LINK | {
        "result": 0.5,
        "tolerance": {"sigma": 1},
        "agrees": False,
        "explanation": "because",
    }
    known = toys(entry(RATIO, {"code": [link]}))
    page = Page(site_files(known)["entry/ratio.x/TOY-2001/index.html"])
    for text in (
        "0.8 +0.3 −0.2",
        "−1.50 σ",
        "differs: not within 1 σ",
        "because",
        LINK["command"],
    ):
        assert text in page.text, text
    copies = [a["data-copy"] for _, a in page.elements if "data-copy" in a]
    ids = {a["id"] for _, a in page.elements if "id" in a}
    assert {"bibtex", "command-0", "id"} == set(copies) <= ids


def test_a_computed_number_has_one_digit_more_than_the_published_one() -> None:
    link = LINK | {"result": 116592033.256, "tolerance": {"absolute": 1}}
    known = toys(entry(RATIO, {"value": 116592033.0, "code": [link]}))
    assert "116592033.3" in site_files(known)["entry/ratio.x/TOY-2001/index.html"]


def test_hostile_text_is_text() -> None:
    source = {
        **{
            "doi": "10.1000/182",
            "locator": HOSTILE,
            "method": "text",
            "licence": HOSTILE,
            "retrieved": "2026-01-02",
        },
        **{"title": HOSTILE, "authors": HOSTILE, "journal": HOSTILE},
    }
    hostile = entry(
        {
            "title": HOSTILE,
            "experiment": HOSTILE,
            "model": HOSTILE,
            "valid_range": HOSTILE,
            "observable": {
                "quantity": "charge_radius",
                "latex": HOSTILE,
                "parameter": HOSTILE,
            },
            "numbers": {"n": {"value": 1.0, "unit": HOSTILE, "meaning": HOSTILE}},
            "notes": {"why": HOSTILE, "validity": HOSTILE, "caveat": HOSTILE},
            "conditions": {"target": HOSTILE},
            "verification": {"level": "transcribed", "evidence": HOSTILE},
            "history": [{"date": "2026-01-02", "change": HOSTILE}],
            "source": source,
            "code": [
                LINK
                | {
                    "quantity": HOSTILE,
                    "explanation": HOSTILE,
                    "command": "nuprobe " + HOSTILE,
                    "compares": "lower",
                    "tolerance": {"shown": True},
                    "agrees": None,
                }
            ],
        }
    )
    made = site_files(toys(hostile, entry({"id": "charge_radius.ee/OTHER-2001"})))
    calm = site_files(toys(entry(), entry({"id": "charge_radius.ee/OTHER-2001"})))
    for name, text in made.items():
        if not name.endswith(".html"):
            continue
        assert "<script>alert" not in text
        assert "<img" not in text
        page = Page(text)
        scripts = [a for tag, a in page.elements if tag == "script"]
        assert len(scripts) == 1
        assert not any(key.startswith("on") for _, a in page.elements for key in a)
        assert [a for tag, a in page.elements if tag == "meta"] == [
            a for tag, a in Page(calm[name]).elements if tag == "meta"
        ]
    assert HOSTILE in Page(made["entry/charge_radius.ee/TOY-2001/index.html"]).text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_survives_an_element(text: str) -> None:
    shown: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(
            self, tag: str, attrs: list[tuple[str, str | None]]
        ) -> None:
            assert (tag, attrs) == ("b", [("title", text)])

        def handle_data(self, data: str) -> None:
            shown.append(data)

    reader = Reader(convert_charrefs=True)
    reader.feed(el("b", text, title=text))
    reader.close()
    assert "".join(shown) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.82, "0.82"),
        (2.9e-11, "2.9 × 10⁻¹¹"),
        (-0.5, "−0.5"),
        (1e-7, "10⁻⁷"),
        (11659207.15, "11659207.15"),
        (0, "0"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number_text(value) == text


@example(0.03125, 0.001953125)
@given(st.floats(1e-40, 1e40), st.floats(1e-3, 1))
def test_a_common_power_of_ten_loses_nothing(value: float, relative: float) -> None:
    value, error = float(f"{value:.4g}"), float(f"{value * relative:.3g}")
    text = range_text(value, "cm2", error, error)
    # a power of ten after brackets is that of both numbers, without them that of the
    # error
    match = re.fullmatch(
        r"\((.+?) ± (.+?)\) × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+) cm²", text
    ) or re.fullmatch(r"\(?([^()]+?) ± ([^()]+?)()\)? cm²", text)
    assert match is not None, text
    power = (match[3] or "0").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    plain = [m.replace("− ", "-").replace(" × 10", "e") for m in match.group(1, 2)]
    plain = [re.sub(r"^10([⁻⁰-⁹¹²³]+)$", r"1e\1", m) for m in plain]
    found = [
        float(m.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) for m in plain
    ]
    assert found == pytest.approx(
        [x / 10 ** int(power) for x in (value, error)], rel=1e-11, abs=0
    )


def test_units_and_words() -> None:
    assert unit_text("1e-32 cm2") == "× 10⁻³² cm²"
    assert unit_text("1") == ""
    assert (
        range_text(None, "1e-32 cm2", lower=-4.2, upper=6.6)
        == "(−4.2 to 6.6) × 10⁻³² cm²"
    )
    assert range_text(None, "muB", upper=3e-11) == "< 3 × 10⁻¹¹ μB"
    assert range_text(2.2, "fm", 2.4, 2.3) == "2.2 +2.4 −2.3 fm"
    assert (
        prose("anti-nu_e, L_mu - L_tau & 0.48e-32 cm2")
        == "ν̄<sub>e</sub>, L<sub>μ</sub> − L<sub>τ</sub> &amp; 0.48 × 10⁻³² cm²"
    )
    assert prose("charge_radius of my_file") == "charge_radius of my_file"
    assert flavour_text("nubar_mu") == "ν̄_μ"
    assert flavour_text("solar") == "solar"


def test_mathml() -> None:
    assert (
        mathml(r"\mu_{\nu_e}") == r"<math"
        r' alttext="\mu_{\nu_e}"><msub><mi>μ</mi>'
        r"<msub><mi>ν</mi><mi>e</mi></msub></msub></math>"
    )
    assert "<mfrac><mn>1</mn><msqrt><mi>x</mi></msqrt></mfrac>" in mathml(
        r"\frac{1}\sqrt{x}"
    )
    assert (
        "<msubsup><mi>g</mi><mn>1</mn><mrow><mo>′</mo><mn>2</mn></mrow></msubsup>"
        in mathml("g'^2_1")
    )
    assert "<msup><mi>x</mi><mn>1</mn></msup><mn>2</mn>" in mathml("x^12")


@pytest.mark.parametrize(
    "latex",
    [
        r"\newcommand",
        "{a",
        "a}",
        "a^",
        "a_b_c",
        r"\mathrm a",
        r"\left",
        "$a$",
        r"\text{a",
    ],
)
def test_a_formula_that_cannot_be_read_is_an_error_and_shown_as_it_is(
    latex: str,
) -> None:
    with pytest.raises(InputError, match="formula"):
        mathml(latex)
    page = Page(
        site_files(
            toys(entry({"observable": {"quantity": "charge_radius", "latex": latex}}))
        )["index.html"]
    )
    assert latex in page.text


@given(st.text(r"\{}_^'abmun 12$&", max_size=12))
def test_any_formula_is_well_formed_or_an_error(latex: str) -> None:
    try:
        made = mathml(latex)
    except InputError:
        return
    assert Page(made).elements[0][0] == "math"


def bars(figure: str) -> Iterator[tuple[str, float, float]]:
    """Title, left and right end in per cent of each row."""
    for row in re.findall(r'<svg[^>]*role="img"[^>]*>(.*?)</svg>', figure, re.DOTALL):
        title, x, width = re.search(
            r'<title>(.*?)</title>.*<rect x="([\d.]+)%" y="5" width="([\d.]+)%"', row
        ).groups()  # type: ignore[union-attr]
        yield title, float(x), float(x) + float(width)


def test_limits_lie_on_a_logarithmic_axis() -> None:
    found = [moment("A", 1e-12), moment("B", 1e-11), moment("C", 1e-9)]
    figure = ladder_figure(found, lambda e: e.id)
    assert figure is not None
    ends = {title[0]: (left, right) for title, left, right in bars(figure)}
    assert {left for left, _ in ends.values()} == {0.0}
    a, b, c = (ends[k][1] for k in "ABC")
    assert c - b == pytest.approx(2 * (b - a), rel=1e-4, abs=0)


def test_charge_radii_are_converted_to_one_convention() -> None:
    # half of the same interval in the convention that halves
    half = {
        "id": "charge_radius.ee/HALF-2001",
        "experiment": "HALF",
        "convention": "half",
    }
    halved = {"interval": {"lower": -2.0, "upper": 3.0}}
    other = {
        "id": "charge_radius.ee/ODD-2001",
        "convention": "other",
        "notes": {"why": "x", "convention": "odd"},
    }
    found = [entry(), entry(half, halved)]
    figure = ladder_figure(found, lambda e: e.id)
    assert figure is not None
    (_, *one), (_, *two) = bars(figure)
    assert one == two
    assert axis_key(entry(other)) is None
    page = site_files(toys(*found, entry(other)))["quantity/charge_radius.html"]
    assert "1 in a convention that cannot be converted is not drawn" in page
    assert "charge_radius.ee/ODD-2001" in page.split("Not on an axis")[1]


def test_an_open_end_reaches_the_edge() -> None:
    lower = entry(
        {
            "id": "charge_radius.ee/OPEN-2001",
            "experiment": "OPEN",
            "interval": {"lower": -1.0},
        }
    )
    figure = ladder_figure([entry(), lower], lambda e: e.id)
    assert figure is not None
    ends = {title.split()[0]: right for title, _, right in bars(figure)}
    assert ends["OPEN"] == 100.0
    assert ends["TOY"] < 100.0


@given(st.lists(st.floats(1e-20, 1e3), min_size=2, max_size=6), st.booleans())
def test_bars_stay_on_the_axis(values: list[float], signed: bool) -> None:
    found = [
        entry(
            {
                "id": f"charge_radius.ee/T{i}-2001",
                "interval": {"lower": -v if signed else 0.5 * v, "upper": v},
            }
        )
        for i, v in enumerate(values)
    ]
    figure = ladder_figure(found, lambda e: e.id)
    assert figure is not None
    rows = list(bars(figure))
    assert len(rows) == len(values)
    for _, left, right in rows:
        assert math.isfinite(left + right)
        assert 0 <= left <= right <= 100.2
    # larger limits reach farther, whatever the axis; rows are in the order of the ids
    ends = [
        right
        for _, (_, right) in sorted(zip(values, [row[1:] for row in rows], strict=True))
    ]
    assert ends == sorted(ends)


def test_curves_stand_in_one_plane() -> None:
    other = {
        "id": "lmu_ltau.coupling/BAND-2003",
        "experiment": "BAND",
        "year": 2003,
        "kind": "preferred_band",
    }
    band = CURVE["curve"] | {
        "shape": "band",
        "excluded": "none",
        "points": [[0.1, 1e-4, 2e-4], [10.0, 1e-3, 2e-3]],
    }
    made = site_files(toys(entry(CURVE), entry(CURVE, other | {"curve": band})))
    page = Page(made["entry/lmu_ltau.coupling/TOY-2001/index.html"])
    assert [a["href"] for _, a in page.elements if "BAND-2003" in a.get("href", "")]
    paths = [
        a["d"] for tag, a in page.elements if tag == "path" and "area" not in a["class"]
    ]
    assert len(paths) == 2
    for path in paths:
        for number in re.findall(r"[\d.]+", path):
            assert 0 <= float(number) <= 1000
    assert {tag for tag, _ in page.elements} >= {"desc", "title", "svg"}


def test_relations_are_links() -> None:
    old = moment(
        "OLD", 1e-10, status="superseded", superseded_by=["magnetic_moment.e/NEW-2001"]
    )
    new = moment("NEW", 1e-11, supersedes=["magnetic_moment.e/OLD-2001"])
    made = site_files(toys(old, new))
    for here, there in (("OLD", "NEW"), ("NEW", "OLD")):
        page = Page(made[f"entry/magnetic_moment.e/{here}-2001/index.html"])
        targets = [a["href"] for tag, a in page.elements if tag == "a"]
        assert f"../../../entry/magnetic_moment.e/{there}-2001/index.html" in targets
    assert "Superseded by" in made["entry/magnetic_moment.e/OLD-2001/index.html"]


def test_the_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    first = write_site(folder, toys(moment("A", 1e-11)))
    assert first == folder / "index.html"
    old = folder / "entry/magnetic_moment.e/A-2001/index.html"
    assert old.is_file()
    write_site(folder, toys(moment("B", 1e-11)))
    assert not old.exists()
    assert (folder / "entry/magnetic_moment.e/B-2001/index.html").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    write_site(folder, toys(entry()))  # an empty folder is fine
    (folder / "chapter.txt").write_text("years of work")
    before = sorted(p.name for p in folder.rglob("*"))
    with pytest.raises(OutputError, match=r"chapter\.txt"):
        write_site(folder, toys(moment("A", 1e-11)))
    assert sorted(p.name for p in folder.rglob("*")) == before
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(OutputError, match="a file has that name"):
        write_site(file, toys(entry()))
    assert file.read_text() == "mine"
    with pytest.raises(OutputError, match="cannot write"):
        write_site(tmp_path / "no" / "site", toys(entry()))


def test_a_failed_swap_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    write_site(folder, toys(entry()))
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name.endswith(".part"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError, match="No space left"):
        write_site(folder, toys(moment("A", 1e-11)))
    assert (folder / "entry/charge_radius.ee/TOY-2001/index.html").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_what_was_derived_is_not_called_published(files: dict[str, str]) -> None:
    assert "Reference</" in files["entry/lmu_ltau.coupling/g-2-2021/index.html"]
    assert "Published</" not in files["entry/lmu_ltau.coupling/g-2-2021/index.html"]
    assert "Published</" in files["entry/trident.mumu.ratio/CCFR-1991/index.html"]
