"""The folder of an explorer: files of the package, the plotting library, and pages."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError, OutputError
from nuprobe.explore.assemble import packed
from nuprobe.files import replace_folder

__all__ = ["MADE_BY", "PageSize", "library_files", "site_files", "write_explorer"]

MADE_BY: Final = "nuprobe explore"
LARGEST_DOCUMENT: Final = 1_000_000
"""Bytes of a compressed likelihood."""
LARGEST_PAGE: Final = 6_000_000
"""Bytes that a browser loads for one page, the library included."""

_SCRIPTS: Final = ("bokeh.min.js", "bokeh-api.min.js")


@dataclass(frozen=True)
class PageSize:
    """Size of a page.

    Attributes
    ----------
    name, title : of the page.
    document : bytes of its likelihood, compressed.
    script : bytes of its file.
    whole : bytes that a browser loads for it, the library included.
    """

    name: str
    title: str
    document: int
    script: int
    whole: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)


def library_files() -> dict[str, str]:
    """JavaScript of the plotting library and its licence, from the installed package:
    path in the folder → text.

    Raises
    ------
    InputError
        If it is not installed.

    Examples
    --------
    >>> sorted(library_files())  # doctest: +SKIP
    ['vendor/LICENSE-bokeh.txt', 'vendor/bokeh-api.min.js', 'vendor/bokeh.min.js']
    """
    spec = importlib.util.find_spec("bokeh")
    if spec is None or spec.origin is None:  # a folder of that name is not a package
        raise InputError(
            "the explorer draws with Bokeh, which is not installed:"
            ' pip install ".[explore]" (in a clone)'
        )
    root = Path(spec.origin).parent
    scripts = root / "server" / "static" / "js"
    files = {f"vendor/{name}": scripts / name for name in _SCRIPTS}
    files["vendor/LICENSE-bokeh.txt"] = root / "LICENSE.txt"
    try:
        return {name: path.read_text("utf-8") for name, path in files.items()}
    except OSError as error:
        raise InputError(
            f"the installed Bokeh lacks {error.filename}; install Bokeh again"
        ) from None


def site_files(
    pages: Iterable[Mapping[str, Any]], title: str = "nuprobe explorer"
) -> tuple[dict[str, str], list[PageSize]]:
    """All files of an explorer: path → text, and the sizes of its pages.

    Parameters
    ----------
    pages : as `nuprobe.explore.assemble.page_of` makes them.
    title : of the site.

    Raises
    ------
    InputError
        If there is no page, two have one name, or a likelihood is too large.

    Examples
    --------
    >>> site_files([])
    Traceback (most recent call last):
    nuprobe.errors.InputError: an explorer needs at least one page
    """
    scripts: dict[str, str] = {}
    listed, documents = [], {}
    for page in pages:
        name = page["name"]
        if f"pages/{name}.js" in scripts:
            raise InputError(f"two pages are called {name}; rename one")
        small = packed(page["document"])
        documents[name] = len(base64.b64decode(small["gzip64"]))
        if documents[name] > LARGEST_DOCUMENT:
            raise InputError(
                f"the likelihood of {name} takes {documents[name]:,} bytes, and a page"
                f" {LARGEST_DOCUMENT:,} at most: free fewer parameters, give a smaller"
                f" part of a range with {_smaller_range(page['document'])}, or leave an"
                " experiment out"
            )
        scripts[f"pages/{name}.js"] = _call("page", {**page, "document": small})
        listed.append({key: page[key] for key in ("name", "title", "summary")})
    if not listed:
        raise InputError("an explorer needs at least one page")
    common = {**dict(_static()), **library_files()}
    index = {"format": "nuprobe-site", "version": 1, "title": title, "pages": listed}
    files = {**common, "pages/index.js": _call("site", index), **scripts}
    shared = sum(
        len(text.encode()) for path, text in files.items() if path not in scripts
    )
    sizes = []
    for one in listed:
        own = len(scripts[f"pages/{one['name']}.js"].encode())
        sizes.append(
            PageSize(
                one["name"], one["title"], documents[one["name"]], own, shared + own
            )
        )
    large = next((one for one in sizes if one.whole > LARGEST_PAGE), None)
    if large is not None:
        raise InputError(
            f"the page {large.name} takes {large.whole:,} bytes, and the limit is"
            f" {LARGEST_PAGE:,}: leave layers out"
        )
    return files, sizes


def _smaller_range(document: Mapping[str, Any]) -> str:
    """The option that makes a document smaller: a smaller range, without the outer
    decades or quarters, of the parameter with the most nodes."""
    known = {p["name"]: p for p in document["parameters"]}
    nodes = [
        (_length(axis["nodes"]), axis["name"], axis.get("log", False))
        for term in document["terms"]
        for block in term["blocks"]
        for axis in block.get("axes", ())
        if axis["name"] in known
    ]
    if not nodes:
        return "--range"
    _, name, log = max(nodes)
    low, high = known[name]["lower"], known[name]["upper"]
    if log and high > 1000 * low:
        low, high = 10 * low, high / 10
    elif log:
        low, high = low * (high / low) ** 0.25, high * (low / high) ** 0.25
    else:
        low, high = low + (high - low) / 4, high - (high - low) / 4
    unit = f" {known[name]['unit']}" if known[name].get("unit") else ""
    return f'--range "{name}={low:.4g}:{high:.4g}{unit}"'


def _length(array: Any) -> int:
    """Length of an array of a document, which is a list if it is short."""
    return len(array) if isinstance(array, list) else int(array["shape"][0])


def _call(function: str, data: object) -> str:
    """A script that passes data to the page; its content cannot end a script
    element."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return f"nuprobe.{function}({text.replace('<', chr(92) + 'u003c')});\n"


def _static() -> Iterator[tuple[str, str]]:
    """Files of the package: path → text."""
    root = resources.files("nuprobe").joinpath("explore", "static")
    if not root.is_dir():
        raise OutputError(
            "this nuprobe lacks the files of the explorer: install it again"
        )
    yield from _below(root, "")


def _below(folder: Traversable, above: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(entry, f"{above}{entry.name}/")
        elif entry.name.endswith((".html", ".css", ".js", ".svg")):
            yield f"{above}{entry.name}", entry.read_text("utf-8")


@public
def write_explorer(
    folder: str | os.PathLike[str],
    pages: Iterable[Mapping[str, Any]],
    *,
    title: str = "nuprobe explorer",
) -> list[PageSize]:
    """Write an explorer atomically: a reader finds either the old or the new one.

    Parameters
    ----------
    folder : new, empty or an earlier explorer (anything else is rejected); its parent
        folder must exist.
    pages : as `nuprobe.explore.assemble.page_of` makes them.
    title : of the site.

    Returns
    -------
    list of PageSize
        One for each page.

    Raises
    ------
    InputError
        If the plotting library is not installed, or a page is too large.
    OutputError
        If the folder contains anything else, or cannot be written; it is left as it
        was.

    Examples
    --------
    >>> write_explorer("site", [])
    Traceback (most recent call last):
    nuprobe.errors.InputError: an explorer needs at least one page
    """
    files, sizes = site_files(pages, title)
    replace_folder(folder, files, made_by=MADE_BY)
    return sizes
