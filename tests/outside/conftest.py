"""A distribution that offers `capture` through an entry point, as an installed package
does."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder on the path with the metadata of the distribution."""
    info = tmp_path / "site" / "invented_capture-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: invented-capture\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(
        "[nuprobe.processes]\ncapture = tests.outside.capture:Capture\n"
    )
    monkeypatch.syspath_prepend(info.parent)
    return info.parent
