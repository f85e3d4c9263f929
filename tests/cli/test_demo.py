"""Where the demonstration says that the gallery is."""

from __future__ import annotations

from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

from nuprobe.cli.demo import _gallery


def test_a_clone_has_scripts_and_perhaps_their_page(tmp_path: Path) -> None:
    scripts = tmp_path / "examples"
    scripts.mkdir()
    (scripts / "GALLERY_HEADER.rst").write_text("Gallery\n", encoding="utf-8")
    assert _gallery(tmp_path).endswith(f"{scripts}; `make docs` runs them")
    page = tmp_path / "docs/_build/html/auto_examples/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("", encoding="utf-8")
    assert _gallery(tmp_path).endswith(f"{scripts}; {page}")


def test_this_clone_has_a_gallery() -> None:
    root = Path(__file__).parents[2]
    assert str(root / "examples") in _gallery(root)


def test_an_installed_package_names_an_address_only_if_it_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = Message()
    monkeypatch.setattr(metadata, "metadata", lambda name: installed)
    assert _gallery(tmp_path).endswith(": folder examples of the repository")
    installed["Project-URL"] = "Documentation, https://docs.example.org"
    assert _gallery(tmp_path).endswith(": https://docs.example.org")
