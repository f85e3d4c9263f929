"""Data releases: only the released content gets in. No network."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from nuprobe import data
from nuprobe.data import Release, fetch, release, release_names
from nuprobe.errors import ChecksumError, InputError, UnknownNameError

CONTENT = {"a.txt": b"1 2 3\n", "b+1sig.txt": b"4 5 6\n"}


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A release of two files, and a folder that holds them."""
    sums = {
        name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()
    }
    monkeypatch.setattr(
        data, "_releases", lambda: {"toy": Release("toy", "10.5281/zenodo.42", sums)}
    )
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_local_folder_is_taken(toy: Path, tmp_path: Path) -> None:
    folder = fetch("toy", source=toy, cache=tmp_path / "cache")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == CONTENT
    # what is there and right is not asked for again
    assert fetch("toy", source=tmp_path / "nowhere", cache=tmp_path / "cache") == folder


def test_a_tampered_file_is_kept_aside_and_named(toy: Path, tmp_path: Path) -> None:
    (toy / "a.txt").write_bytes(b"1 2 4\n")
    with pytest.raises(
        ChecksumError, match=r"a\.txt is not the file of doi:10\.5281/zenodo\.42"
    ) as caught:
        fetch("toy", source=toy, cache=tmp_path / "cache")
    kept = [p for p in (tmp_path / "cache" / "toy").iterdir() if "rejected" in p.name]
    assert len(kept) == 1
    assert str(kept[0]) in str(caught.value)
    assert kept[0].read_bytes() == b"1 2 4\n"
    assert not (tmp_path / "cache" / "toy" / "a.txt").exists()


def test_a_file_that_rots_in_the_cache_is_replaced(toy: Path, tmp_path: Path) -> None:
    folder = fetch("toy", source=toy, cache=tmp_path)
    (folder / "a.txt").write_bytes(b"rotten")
    assert (fetch("toy", source=toy, cache=tmp_path) / "a.txt").read_bytes() == CONTENT[
        "a.txt"
    ]


def test_downloads_are_checked_too(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def download(url: str) -> bytes:
        asked.append(url)
        return CONTENT["a.txt"]  # the wrong content for the second file

    monkeypatch.setenv("NUPROBE_DATA", str(tmp_path / "env"))
    with pytest.raises(ChecksumError, match=r"b%2B1sig\.txt"):
        fetch("toy", download=download)
    assert asked[0] == "https://zenodo.org/records/42/files/a.txt?download=1"
    assert (tmp_path / "env" / "toy" / "a.txt").read_bytes() == CONTENT["a.txt"]


def test_what_cannot_be_fetched(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean toy"):
        fetch("toys")
    with pytest.raises(InputError, match="give a folder that contains it"):
        fetch("toy", source=tmp_path, cache=tmp_path / "cache")


def test_a_release_without_checksums_says_where_it_is() -> None:
    with pytest.raises(
        InputError, match=r"its checksum is unknown.*doi\.org/10\.5281/zenodo\.20576156"
    ):
        fetch("xenonnt-8b")
    assert not set(data.WITHOUT_CHECKSUMS) & set(release_names())


def test_the_registry_is_well_formed() -> None:
    assert release_names() == ("coherent-csi-2017", "coherent-lar-2020")
    assert len(release("coherent-lar-2020").sha256) == 21
    for name in release_names():
        assert all(
            len(sum_) == 64 and int(sum_, 16) for sum_ in release(name).sha256.values()
        )


def test_the_full_lar_release(tmp_path: Path) -> None:
    place = os.environ.get("NUPROBE_TEST_LAR_2020")
    if not place:
        pytest.skip(
            "NUPROBE_TEST_LAR_2020 names no folder with the release"
            " doi:10.5281/zenodo.3903810"
        )
    assert (
        len(
            list(
                fetch("coherent-lar-2020", source=Path(place), cache=tmp_path).iterdir()
            )
        )
        == 21
    )
