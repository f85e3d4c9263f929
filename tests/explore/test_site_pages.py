"""Pages of the explorer: their descriptions, what the browser gets, and the folder."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import yaml
from tests.command_line import Run
from tests.nightly import mostly_nightly
from tests.portable.families import reference

import nuprobe as nu
from nuprobe.errors import InputError, OutputError, UnknownNameError
from nuprobe.explore import PageFile, default_pages, read_page, write_explorer
from nuprobe.explore import site as site_module
from nuprobe.explore.assemble import built_page
from nuprobe.explore.bibliography import bibtex_of
from nuprobe.explore.building import built_pages
from nuprobe.explore.layers import layers_of
from nuprobe.explore.pages import named_pages, page_cost
from nuprobe.explore.site import LARGEST_DOCUMENT, LARGEST_PAGE, site_files

PAGES = default_pages()
CSI = {"title": "CsI", "experiments": ["coherent-csi-2017"], "free": ["rn"]}
LIBRARY = {"vendor/bokeh.min.js": "var Bokeh;", "vendor/LICENSE-bokeh.txt": "BSD"}


@pytest.fixture(scope="module")
def csi() -> dict[str, Any]:
    return built_page("csi", PageFile.model_validate(CSI))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for the plotting library, which need not be installed."""
    monkeypatch.setattr(site_module, "library_files", lambda: dict(LIBRARY))


# -- descriptions


def test_everything_that_was_asked_for_is_shipped() -> None:
    assert {*PAGES} == {
        *("charge-radii", "magnetic-moments", "weak-angle", "nsi", "b-l", "lmu-ltau"),
        *("reactor-moment", "l1a", "solar-plane", "sterile", "helium", "abundances"),
    }


def test_a_page_is_a_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "my-page.yaml"
    file.write_text(yaml.safe_dump(CSI), encoding="utf-8")
    assert read_page(file) == PageFile.model_validate(CSI)
    assert [*named_pages([str(file), "weak-angle"])] == ["my-page", "weak-angle"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"experimets": ["a"]}, "experimets"),
        ({"experiments": []}, "experiments"),
        ({"plane": {"x": {"name": "rn", "lower": 3.0, "upper": 2.0}}}, "larger than"),
        (
            {"plane": {"x": {"name": "rn", "lower": 0.0, "upper": 2.0, "log": True}}},
            "positive lower",
        ),
        ({"layers": [{"kind": "circle"}]}, "circle"),
        ({"layers": [{"kind": "catalogue", "entries": []}]}, "entries"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line(
    change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "page.yaml"
    file.write_text(yaml.safe_dump(CSI | change), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_page(file)
    assert said in str(error.value)
    assert "page.yaml" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1", "a page is a mapping"),
        ("a: [", "is not YAML"),
        ("!!python/object/apply:os.system ['true']", "is not YAML"),
    ],
)
def test_what_is_no_page(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "page.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_page(file)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean sterile"):
        named_pages(["sterilee"])
    with pytest.raises(InputError, match="rename the file"):
        named_pages(["My Page.yaml"])
    preset = {"presets": [{"name": "A", "point": {"rm": 5.0}}]}
    with pytest.raises(UnknownNameError, match="did you mean rn"):
        built_page("csi", PageFile.model_validate(CSI | preset))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"presets": [{"name": "A", "point": {"rn": -5.0}}]},
            r"presets\.0\.point\.rn is -5 fm, .* of rn, 1\.6 to 10 fm",
        ),
        (
            {"presets": [{"name": "A", "point": {"rn": float("nan")}}]},
            r"presets\.0\.point\.rn",
        ),
        (
            {"plane": {"x": {"name": "rn", "lower": 2.0, "upper": 1e9}}},
            r"plane\.x\.upper is 1e\+09 fm, .* of rn, 1\.6 to 10 fm",
        ),
        (
            {"plane": {"x": {"name": "rn", "lower": 0.0, "upper": 5.0}}},
            r"plane\.x\.lower is 0 fm",
        ),
    ],
)
def test_what_the_browser_could_not_open_is_refused(
    change: dict[str, Any],
    said: str,
    library: None,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(yaml.safe_dump(CSI | change), encoding="utf-8")
    code, out, err = run("explore", "--page", "mine.yaml", "-o", "site")
    assert (code, out) == (2, "")
    assert re.search(rf"mine\.yaml: .*{said}", err), err
    assert err.count("\n") == 1
    assert not Path("site").exists()


@pytest.mark.parametrize("name", mostly_nightly(["b-l", "lmu-ltau"], ["lmu-ltau"]))
def test_the_planes_of_bosons_have_the_lightest_one(name: str) -> None:
    """Their best fits may lie there."""
    page = PAGES[name]
    lightest = {p.name: p.lower for p in page_cost(page).parameters}["mass"]
    assert page.plane is not None
    assert page.plane.x.lower == lightest


def test_a_free_radius_has_no_error_of_the_form_factor() -> None:
    names = [n.name for n in page_cost(PAGES["weak-angle"]).nuisances]
    assert "csi-2021-acceptance" in names
    assert "csi-2021-form-factor" not in names


# -- what the browser gets


def test_the_structure_of_a_page(csi: dict[str, Any]) -> None:
    assert (csi["format"], csi["version"], csi["name"]) == ("nuprobe-page", 1, "csi")
    assert csi["plane"]["x"]["name"] == "rn"
    assert csi["plane"]["y"] is None
    assert csi["presets"] == [{"name": "Default", "point": {"rn": 5.0}}]
    (spectrum,) = csi["spectra"]
    (axis,) = spectrum["axes"]
    assert (axis["label"], axis["unit"]) == ("photoelectrons", "PE")
    assert axis["edges"] == list(np.arange(6.0, 31.0, 2.0))
    assert "COHERENT:2017ipa" in csi["bibtex"]
    json.dumps(csi, allow_nan=False)


def test_checks_are_numbers_of_the_package(csi: dict[str, Any]) -> None:
    """With the evaluator of the documentation, from the page alone."""
    likelihood = reference().Likelihood(csi["document"])
    assert len(csi["checks"]) == 4
    for check in csi["checks"]:
        found = likelihood.twice_nll(
            [[*check["point"].values()]], [[*check["nuisances"].values()]]
        )
        assert found[0] == pytest.approx(check["twice_nll"], rel=1e-9)


def _filled(template: str, point: dict[str, float]) -> str:
    """As the page fills a template."""
    return re.sub(
        r"\{\{|\}\}|\{([^{}]+)\}",
        lambda m: m[0][0] if m[1] is None else repr(point[m[1]]),
        template,
    )


def _point(page: PageFile) -> dict[str, float]:
    return {p.name: float(p.default) for p in page_cost(page).parameters}


@pytest.mark.parametrize("name", mostly_nightly(PAGES, ["weak-angle"]))
def test_pages_their_commands_and_python(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = PAGES[name]
    made = built_page(name, page)
    _check_layers(made)
    _check_spectra(made)
    point = dict(made["presets"][0]["point"])
    printed: list[float] = []
    exec(_filled(made["python"], point), {"print": printed.append})
    cost = page_cost(page)
    row = [[point[p.name] for p in cost.parameters]]
    expected = cost.profiled(row).twice_nll[0]
    assert printed == [pytest.approx(expected, rel=1e-9, abs=1e-9)]
    if page.observable is None:
        command, *words = shlex.split(_filled(made["command"], point))
        assert command == "nuprobe"
        code, out, err = run(*words, "--json", "--quiet")
        assert code == 0, err
        from_command = json.loads(out)["lowest_twice_nll"]
        assert from_command == pytest.approx(expected, rel=1e-6, abs=1e-6)
    else:  # a scan minimises over the value
        assert made["command"] is None
    likelihood = reference().Likelihood(made["document"])
    allowed = max(3 * made["document"].get("accuracy", 0.0), 1e-9)
    for check in made["checks"]:
        found = likelihood.twice_nll(
            [[*check["point"].values()]], [[*check["nuisances"].values()]]
        )
        assert found[0] == pytest.approx(check["twice_nll"], rel=allowed, abs=allowed)


def _check_layers(made: dict[str, Any]) -> None:
    same = [(layer["name"], str(layer["points"])) for layer in made["layers"]]
    assert len({*same}) == len(same)
    for layer in made["layers"]:
        assert layer["kind"] in ("curve", "region", "line", "point")
        assert len(layer["points"]) >= 1 + (layer["kind"] != "point")
        assert np.isfinite(layer["points"]).all()
        assert isinstance(layer["verified"], bool)
        assert layer["texkey"] in made["bibtex"]


def _check_spectra(made: dict[str, Any]) -> None:
    bins: dict[str, int] = {}
    for spectrum in made["spectra"]:
        assert spectrum["first"] == bins.get(spectrum["term"], 0)
        own = np.prod([len(axis["edges"]) - 1 for axis in spectrum["axes"]])
        bins[spectrum["term"]] = spectrum["first"] + int(own)
        for axis in spectrum["axes"]:
            assert (np.diff(axis["edges"]) > 0).all()
    for term in made["document"]["terms"]:
        wanted = sum(np.prod(block["bins"]) for block in term["blocks"])
        assert bins[term["name"]] == wanted


def test_bins_changes_and_analyses_are_typed_as_well(tmp_path: Path) -> None:
    page = PageFile.model_validate(
        CSI
        | {
            "analyses": {"coherent-csi-2017": "energy-time"},
            "bins": {"coherent-csi-2017": {"energy": 4}},
            "changes": {"coherent-csi-2017": {"response.smearing.kind": "none"}},
            "sin2_theta_w": 0.24,
        }
    )
    made = built_page("csi", page)
    assert "--analysis energy-time" in made["command"]
    assert "--bins energy=4" in made["command"]
    assert "--set response.smearing.kind=none" in made["command"]
    assert "--sin2-theta-w 0.24" in made["command"]
    assert "{{" in made["python"]  # of the changes, in Python's braces
    printed: list[float] = []
    exec(_filled(made["python"], {"rn": 5.5}), {"print": printed.append})
    (expected,) = page_cost(page).profiled([[5.5]]).twice_nll
    assert printed == [pytest.approx(expected, rel=1e-12)]


def test_published_limits_are_in_the_units_of_the_axes() -> None:
    page = PAGES["charge-radii"]
    parameters = page_cost(page).parameters
    assert page.plane is not None
    plane = page.plane.model_dump()
    lower, upper = (
        one
        for one in layers_of(page, plane, parameters)
        if one["name"] == "charge_radius.ee/LSND-2001"
    )
    assert lower["value"] == pytest.approx(-5.94e-32)
    assert upper["value"] == pytest.approx(8.28e-32)
    assert (upper["kind"], upper["along"]) == ("line", "charge_radius.ee")
    assert upper["points"] == [[upper["value"], -8e-31], [upper["value"], 3e-31]]
    assert (upper["cl"], upper["doi"]) == (0.9, "10.1103/PhysRevD.63.112001")


def test_curves_hidden_at_first_are_not_drawn_twice() -> None:
    page = PAGES["b-l"].model_copy(
        update={
            "layers": [one for one in PAGES["b-l"].layers if one.kind == "catalogue"]
        }
    )
    assert page.plane is not None
    layers = layers_of(page, page.plane.model_dump(), [])
    names = [one["name"] for one in layers]
    assert len({*names}) == 19
    shown = {one["name"] for one in layers if one.get("shown", True)}
    assert len(shown) == 4
    # masses that BaBar left out break its curve
    assert names.count("b_minus_l.coupling/BaBar-collection") > 1
    curves = [one for one in layers if one["kind"] == "curve"]
    assert all(y < 1 for one in curves for _, y in one["points"])


def test_published_best_fits_are_points() -> None:
    points = [one for one in PAGES["sterile"].layers if one.kind == "point"]
    page = PAGES["sterile"].model_copy(update={"layers": points})
    assert page.plane is not None
    plane = page.plane.model_dump()
    found = {one["name"]: one for one in layers_of(page, plane, [])}
    assert found["sterile.mixing/NEUTRINO4-2018"]["points"] == [[0.26, 7.25]]
    turned = {"x": plane["y"], "y": plane["x"]}
    (first, _) = layers_of(page, turned, [])
    assert (first["x"], first["points"]) == ("dm2_41", [[7.25, 0.26]])


def test_computed_curves_are_those_of_the_package() -> None:
    page = PAGES["lmu-ltau"]
    assert page.plane is not None
    layers = layers_of(page, page.plane.model_dump(), [])
    ccfr = next(one for one in layers if one["name"] == "ccfr-trident-limit")
    masses, couplings = np.array(ccfr["points"]).T
    limit = nu.limit(["ccfr-trident"], "lmu-ltau", mass=masses[[0, -1]])
    np.testing.assert_allclose(couplings[[0, -1]], limit.curves[0].coupling, rtol=1e-9)
    assert ccfr["verified"]
    dune = next(one for one in layers if one["name"] == "dune-nd-trident-limit")
    assert "projection" in dune["note"]


def test_a_layer_that_does_not_fit_is_refused() -> None:
    plane = {"x": {"name": "rn", "lower": 2.0, "upper": 7.0}, "y": None}
    parameters = page_cost(PageFile.model_validate(CSI)).parameters
    for layer, said in (
        ({"kind": "muon-g2", "result": "2021"}, "plane of mass and coupling"),
        ({"kind": "catalogue", "entries": ["b_minus_l"]}, "plane of mass"),
        ({"kind": "catalogue", "entries": ["b_minus"]}, "unknown entry or topic"),
        (
            {"kind": "line", "title": "A", "parameter": "rn", "value": 99.0},
            "outside the range",
        ),
        (
            {"kind": "line", "title": "A", "parameter": "rm", "value": 5.0},
            "did you mean rn",
        ),
    ):
        page = PageFile.model_validate(CSI | {"layers": [layer]})
        with pytest.raises(InputError, match=said):
            layers_of(page, plane, parameters)


def test_entries_of_the_bibliography_are_given_once() -> None:
    text = bibtex_of(["COHERENT:2017ipa", "10.1000/x", "COHERENT:2017ipa"])
    assert text.count("@") == 2


@pytest.mark.nightly
def test_minimised_over_the_observable_it_is_the_measurement() -> None:
    page = PAGES["helium"]
    alone = page_cost(page.model_copy(update={"observable": None}))
    both = page_cost(page)
    values = np.array([0.24, 0.245, 0.25])
    for moment in (0.0, 2e-9, 7e-9):
        points = np.stack([np.full_like(values, moment), values], axis=1)
        parabola = np.polynomial.Polynomial.fit(values, both.twice_nll(points), 2)
        (best,) = parabola.deriv().roots()
        expected = alone.profiled([[moment]]).twice_nll[0]
        assert parabola(best) == pytest.approx(expected, abs=1e-6)


@pytest.mark.nightly
def test_the_grid_of_helium_resolves_the_tips_of_its_contours() -> None:
    """Largest moments of the contours, linear between points of the plane as in the
    page, against roots of the minimum over the abundance."""
    from scipy.optimize import brentq

    page = PAGES["helium"]
    cost = page_cost(page)
    assert page.plane is not None
    assert page.plane.y is not None
    x, y = (
        np.linspace(axis.lower, axis.upper, axis.points)
        for axis in (page.plane.x, page.plane.y)
    )

    def valley(moment: float) -> float:
        points = np.stack([np.full_like(y, moment), y], axis=1)
        parabola = np.polynomial.Polynomial.fit(y, cost.twice_nll(points), 2)
        return float(parabola(parabola.deriv().roots()[0]))

    every = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    best = min(valley(moment) for moment in x[::10])
    delta = cost.twice_nll(every).reshape(len(x), len(y)) - best
    for share in (0.68, 0.90, 0.95):
        level = -2 * np.log(1 - share)
        tip = brentq(lambda m, a=level: valley(m) - best - a, 3e-9, 8e-9)
        left = (delta[:-1] <= level) & (delta[1:] > level)
        i, j = np.nonzero(left)
        part = (level - delta[i, j]) / (delta[i + 1, j] - delta[i, j])
        assert (x[i] + (x[1] - x[0]) * part).max() == pytest.approx(tip, rel=0.01)


# -- the folder


def test_the_folder_is_complete_and_asks_nothing_of_a_network(
    csi: dict[str, Any], library: None, tmp_path: Path
) -> None:
    (size,) = write_explorer(tmp_path / "site", [csi])
    names = {
        path.relative_to(tmp_path / "site").as_posix()
        for path in (tmp_path / "site").rglob("*")
        if path.is_file()
    }
    assert {"index.html", "style.css", "pages/index.js", "pages/csi.js"} <= names
    assert {*LIBRARY} <= names
    assert size.document < LARGEST_DOCUMENT
    assert size.whole < LARGEST_PAGE
    assert size.script == (tmp_path / "site/pages/csi.js").stat().st_size
    loads = re.compile(
        r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//"""
        r"""|\bimport\s*\(|importScripts|XMLHttpRequest|\bfetch\s*\(|WebSocket|sendBeacon"""
    )
    for name in names:
        if not name.startswith("vendor/"):
            text = (tmp_path / "site" / name).read_text(encoding="utf-8")
            assert not loads.search(text), name


def test_the_document_in_the_file_is_that_of_the_page(
    csi: dict[str, Any], library: None
) -> None:
    files, _ = site_files([csi])
    text = files["pages/csi.js"]
    assert text.startswith("nuprobe.page(")
    assert text.endswith(");\n")
    data = json.loads(text.removeprefix("nuprobe.page(").removesuffix(");\n"))
    packed = base64.b64decode(data["document"]["gzip64"])
    assert json.loads(gzip.decompress(packed)) == csi["document"]
    index = files["pages/index.js"]
    listed = json.loads(index.removeprefix("nuprobe.site(").removesuffix(");\n"))
    assert listed["pages"] == [{"name": "csi", "title": "CsI", "summary": ""}]
    again, _ = site_files([csi])
    assert again == files  # no time inside


def test_hostile_titles_end_no_script(csi: dict[str, Any], library: None) -> None:
    title = "</script><script>alert(1)</script>\u2028\u2029"
    files, _ = site_files([csi | {"title": title}])
    for name in ("pages/csi.js", "pages/index.js"):
        assert "<" not in files[name]
        assert files[name].isascii()


def test_sizes_are_limits(
    csi: dict[str, Any], library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_module, "LARGEST_DOCUMENT", 1000)
    with pytest.raises(InputError, match=r'free fewer parameters.* "rn=.*:.* fm"'):
        site_files([csi])
    mass = {"name": "dm2_41", "unit": "eV2", "lower": 0.01, "upper": 100.0}
    axis = {"name": "dm2_41", "log": True, "nodes": {"shape": [3073]}}
    terms = [{"blocks": [{"axes": [axis]}, {}]}]
    noise = "".join(map(str, np.random.default_rng(1).integers(0, 9, 9000)))
    large = {"parameters": [mass], "terms": terms, "noise": noise}
    with pytest.raises(InputError, match=r'with --range "dm2_41=0\.1:10 eV2", or'):
        site_files([csi | {"document": large}])
    monkeypatch.undo()
    monkeypatch.setattr(site_module, "library_files", lambda: dict(LIBRARY))
    monkeypatch.setattr(site_module, "LARGEST_PAGE", 1000)
    with pytest.raises(InputError, match="leave layers out"):
        site_files([csi])


def test_a_foreign_folder_stays(
    csi: dict[str, Any], library: None, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError, match=r"mine\.txt"):
        write_explorer(folder, [csi])
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_an_interrupted_one_leaves_the_old_one(
    csi: dict[str, Any],
    library: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "site"
    write_explorer(folder, [csi])
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    def failing(self: Path, *_: Any, **__: Any) -> None:
        if self.name == "csi.js":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", failing)
    with pytest.raises(OutputError, match="No space left"):
        write_explorer(folder, [csi | {"title": "new"}])
    monkeypatch.undo()
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert [*tmp_path.iterdir()] == [folder]


def test_without_the_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r'pip install "\.\[explore\]"'):
        site_module.library_files()


@pytest.mark.nightly
def test_workers_make_the_same_pages() -> None:
    chosen = default_pages(["weak-angle", "sterile"])
    plain = json.dumps(_without_dates(built_pages(chosen)))
    assert json.dumps(_without_dates(built_pages(chosen, workers=2))) == plain


def _without_dates(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for page in pages:
        page["document"] = {
            k: v
            for k, v in page["document"].items()
            if k not in ("provenance", "checksum")
        }
    return pages


# -- the command


def test_the_command(
    library: None, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ("explore", "coherent-csi-2017", "--free", "rn", "-o", "site", "--json")
    code, out, err = run(*line)
    assert code == 0, err
    data = json.loads(out)
    assert data["folder"] == "site"
    assert [page["name"] for page in data["pages"]] == ["coherent-csi-2017"]
    assert (tmp_path / "site/pages/coherent-csi-2017.js").is_file()
    assert run(*line)[0] == 2
    assert run(*line, "--overwrite")[0] == 0
    (tmp_path / "site/mine.txt").write_text("x", encoding="utf-8")
    code, _, err = run(*line, "--overwrite")
    assert code == 2
    assert "mine.txt" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("coherent-csi-2017",), "no parameters: name some with --free"),
        (("nope",), "unknown experiment 'nope'"),
        (("--free", "rn"), "require an EXPERIMENT"),
        (("--model", "b-l"), "require an EXPERIMENT"),
        (("--page", "x"), "unknown page 'x'"),
        (("coherent-csi-2017", "--page", "b-l"), "EXPERIMENT or --page, not both"),
        (
            ("best", "--free", "sin2_2theta_14,dm2_41", "--range", "x"),
            "write name=low:high",
        ),
    ],
)
def test_errors_of_the_command(
    words: tuple[str, ...],
    said: str,
    library: None,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("explore", *words, "-o", "site")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "site").exists()


def test_open_serves_and_opens(
    library: None, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import webbrowser

    from nuprobe import explore

    monkeypatch.chdir(tmp_path)
    seen: list[str] = []

    def served(folder: Path, *, started: Any) -> None:
        assert (folder / "index.html").is_file()
        started("http://127.0.0.1:1/")

    monkeypatch.setattr(explore, "serve", served)
    monkeypatch.setattr(webbrowser, "open", seen.append)
    line = ("explore", "coherent-csi-2017", "--free", "rn", "-o", "site", "--open")
    code, _, err = run(*line)
    assert code == 0
    assert seen == ["http://127.0.0.1:1/"]
    assert "until Ctrl-C" in err


def test_every_option_has_help() -> None:
    from nuprobe.cli.explore import explore_command

    for option in explore_command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
