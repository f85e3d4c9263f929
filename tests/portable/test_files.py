"""Files of likelihoods: the same bytes, and one line for what is none."""

from __future__ import annotations

import copy
import gzip
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run
from tests.portable.families import FOLDER, reference

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.portable import (
    Likelihood,
    export_likelihood,
    portable_likelihood,
    read_likelihood,
)
from nuprobe.portable.arrays import decoded, encoded
from nuprobe.portable.canonical import canonical, checksum_of
from nuprobe.portable.document import json_schema
from nuprobe.portable.make import as_json
from nuprobe.portable.reading import likelihood_of


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """With an axis, shapes and scales."""
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    return as_json(portable_likelihood(cost))


# numbers of RFC 8785, appendix B
@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
    ],
)
def test_canonical_numbers(bits: str, text: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(value) == text


def test_canonical_text_has_sorted_keys_and_no_spaces() -> None:
    data = {"b": [1.0, True, None], "a": {"é": "\n", "Z": -0.5}}
    assert canonical(data) == '{"a":{"Z":-0.5,"é":"\\n"},"b":[1,true,null]}'
    with pytest.raises(InputError, match="finite"):
        canonical({"a": float("nan")})


@pytest.mark.parametrize("size", [0, 1, 64, 65, 300])
def test_arrays_come_back_bit_by_bit(size: int) -> None:
    values = np.random.default_rng(size).normal(size=(size, 2)) * 1e-30
    again = decoded(json.loads(json.dumps(encoded(values))))
    assert again.shape == values.shape or not size
    np.testing.assert_array_equal(again.ravel(), values.ravel())
    with pytest.raises(ValueError, match="read-only"):
        again[...] = 0.0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (3.0, "nested lists"),
        ([[1, 2], [3]], "one length"),
        ([1, "2"], "consists of numbers"),
        ([1, True], "consists of numbers"),
        ([1, None], "consists of numbers"),
        ({"shape": [2]}, "keys shape and base64"),
        ({"shape": [2], "base64": "AAAA"}, "needs 16 bytes"),
        ({"shape": [-1], "base64": ""}, "whole numbers"),
        ({"shape": [1], "base64": "#"}, "damaged"),
        ({"shape": [1], "base64": "AAAAAAAA8H8="}, "finite"),
        ({"shape": [10**9, 10**9], "base64": ""}, "too many numbers"),
    ],
)
def test_damaged_arrays(bad: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        decoded(bad)


def test_the_same_likelihood_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    paths = [export_likelihood(cost, tmp_path / f"{n}.json.gz") for n in "ab"]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    again = read_likelihood(paths[0])
    plain = json.loads(gzip.decompress(paths[0].read_bytes()))
    assert as_json(again) == plain
    assert plain["terms"] == document["terms"]
    with pytest.raises(InputError, match="exists already"):
        export_likelihood(cost, paths[0])
    export_likelihood(cost, paths[0], overwrite=True)


def test_the_checksum_survives_another_layout(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    """Spaces, the order of keys and how numbers are written do not matter."""
    file = tmp_path / "a.json"
    text = json.dumps(document, indent=3, sort_keys=True).replace("0.25,", "25E-2,")
    file.write_text(text, encoding="utf-8")
    assert read_likelihood(file).checksum == document["checksum"]


def _set(*path: object) -> Callable[[dict[str, Any]], None]:
    """Change the entry at a path to its last element."""
    *keys, last, value = path

    def change(data: dict[str, Any]) -> None:
        at: Any = data
        for key in keys:
            at = at[key]
        at[last] = value

    return change


def _drop(data: dict[str, Any]) -> None:
    del data["terms"][0]["blocks"][0]["time"]


BLOCK = ("terms", 0, "blocks", 0)
GROUP = (*BLOCK, "sources", 0, "groups", 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("format", "other"), "is not a portable likelihood"),
        (_set("version", 3), "version 3 of the format is later than 2"),
        (_set("version", "x"), "version: "),
        (_set("version", True), "version: must be 1 or 2, got True"),
        (_set("nmae", "x"), "unknown key 'nmae'"),
        (_drop, "terms.0.blocks.0.time: this key is required"),
        (_set("parameters", 0, "name", "rn"), "rn is used twice"),
        (_set("parameters", 0, "default", 7.0), "default: 7 lies outside"),
        (_set("parameters", 0, "scale", 0.0), "parameters.0.scale"),
        (_set("nuisances", 0, "sigma", -1.0), "sigma: must be positive"),
        (_set("terms", []), "needs at least one"),
        (_set("terms", 0, "statistic", "kind", "student"), "statistic"),
        (_set("terms", 0, "statistic", "data", [1.0]), "needs (12,)"),
        (_set("terms", 0, "statistic", "sigma", [0.0] * 12), "must be positive"),
        (_set(*BLOCK, "bins", [6, 1]), "needs (6,)"),
        (_set(*BLOCK, "axes", 0, "name", "rm"), "neither a parameter nor"),
        (_set(*BLOCK, "axes", 0, "nodes", [1.6, 5.0, 10.0]), "not Chebyshev"),
        (_set(*BLOCK, "axes", 0, "nodes", [1.6, 9.0]), "the range of rn is"),
        (_set(*BLOCK, "sources", 0, "name", "x"), "must be called signal"),
        (_set(*BLOCK, "effects", 0, "scales", ["x"]), "x is unknown: known: signal"),
        (_set(*BLOCK, "effects", 0, "nuisance", "x"), "is no nuisance"),
        (_set(*GROUP, "smooth", [3]), "position of a chebyshev axis"),
        (_set(*GROUP, "pieces", 0, "monomial", {"x": 1}), "x is not a parameter"),
        (_set(*GROUP, "pieces", 0, "monomial", {"sin2_theta_w": -1}), "1 or more"),
        (_set(*GROUP, "pieces", 0, "table", [[1.0]]), "needs (3, 1, 12)"),
    ],
)
def test_what_is_wrong_is_one_line(
    change: Callable[[dict[str, Any]], None],
    words: str,
    document: dict[str, Any],
    tmp_path: Path,
) -> None:
    data = copy.deepcopy(document)
    change(data)
    data["checksum"] = checksum_of(data)
    file = tmp_path / "a.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_likelihood(file)
    text = str(error.value)
    assert words in text
    assert text.startswith(str(file))
    assert "\n" not in text


def test_no_number_is_one_line(document: dict[str, Any]) -> None:
    data = copy.deepcopy(document)
    data["nuisances"][0]["sigma"] = float("nan")
    with pytest.raises(
        InputError, match=r"^a\.json: JSON has only finite numbers, got"
    ):
        likelihood_of(data, "a.json")


def test_a_damaged_file_is_one_line(tmp_path: Path, document: dict[str, Any]) -> None:
    file = tmp_path / "a.json"
    with pytest.raises(InputError, match="cannot be read"):
        read_likelihood(file)
    text = json.dumps(document)
    at = text.index('"base64": "') + 40
    for bad, words in (
        (text[:-30], "not valid JSON"),
        (text.replace('"sigma": 0.1', '"sigma": 0.2'), "does not match its checksum"),
        (text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :], "checksum"),
        ("[]", "is not a portable likelihood"),
        ('{"a": 1}', "is not a portable likelihood"),
    ):
        file.write_text(bad, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            read_likelihood(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_likelihood(file)
    file.write_bytes(gzip.compress(text.encode())[:-20])
    with pytest.raises(InputError, match="compression is broken"):
        read_likelihood(file)
    # a change that is meant needs no checksum
    changed = json.loads(text.replace('"sigma": 0.1', '"sigma": 0.2'))
    del changed["checksum"]
    file.write_text(json.dumps(changed), encoding="utf-8")
    assert read_likelihood(file).nuisances[0].sigma == 0.2


def test_files_fit_the_published_schema(document: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(
        (FOLDER.parent / "likelihood.schema.json").read_text(encoding="utf-8")
    )
    trident = portable_likelihood(nu.experiment("ccfr-trident").cost("lmu-ltau"))
    for schema_of in (schema, json_schema()):
        for data in (document, as_json(trident)):
            jsonschema.validate(data, schema_of)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**document, "x": 1}, schema_of)


def test_a_fit_travels(tmp_path: Path) -> None:
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    found = nu.fit(cost, ["rn"])
    file = found.export_likelihood(tmp_path / "rn.json")
    likelihood = reference().Likelihood.read(file)
    there = likelihood.twice_nll(found.point, found.nuisance_values)
    np.testing.assert_allclose(there, found.twice_nll, rtol=1e-9)
    assert nu.open_result(file).name == cost.name


def test_from_the_command_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "csi.json.gz"
    line = ("export", "likelihood", "coherent-csi-2017", "--free", "rn")
    code, out, err = run(*line, "-o", str(file))
    assert (code, out) == (0, "")
    assert err.startswith(f"wrote {file}: ")
    found = read_likelihood(file)
    assert isinstance(found, Likelihood)
    assert found.provenance["command"].startswith("nuprobe export likelihood coh")
    assert "COHERENT:2017ipa" in found.references
    code, out, _ = run("show", str(file))
    assert code == 0
    for words in (
        "portable likelihood of coherent-csi-2017/energy",
        "made by",
        "parameter rn: 5 fm by default, from 1.6 to 10",
        "nuisance sns-flux: sigma 0.1",
        "gaussian, 12 bins, sum 142",
        found.checksum,
    ):
        assert words in out
    code, out, _ = run("show", str(file), "--json")
    assert json.loads(out)["summary"]["terms"][0]["statistic"] == "gaussian"
    code, out, _ = run(*line)
    assert "parameter rn" in out
    code, out, _ = run(*line, "--json")
    assert json.loads(out)["format"] == "nuprobe-likelihood"
    code, _, err = run("plot", str(file), "-o", str(tmp_path / "a.png"))
    assert code == 2
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("coherent-csi-2017", "conus-plus", "--model", "b-l"), ["coupling", "mass"]),
        (("ccfr-trident", "--model", "lmu-ltau"), ["mass", "coupling"]),
        (
            ("ccfr-trident", "--model", "b-3lmu", "--free", "mass,coupling"),
            ["mass", "coupling"],
        ),
        (
            (
                *("conus-plus", "--model", "b-l", "--param", "mass=10 MeV"),
                *("--param", "coupling=1e-4", "--free", "coupling"),
            ),
            ["coupling"],
        ),
    ],
)
def test_mediators_from_the_command_line(
    words: tuple[str, ...], names: list[str], run: Run
) -> None:
    code, out, err = run("export", "likelihood", *words, "--json")
    assert code == 0, err
    assert [p["name"] for p in json.loads(out)["parameters"]] == names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("conus-plus",), "no parameters: name some with --free"),
        (("conus-plus", "--model", "b-l", "--free", "x"), "needs mass and coupling"),
        (
            ("danss", "--free", "sin2_2theta_14,dm2_41", "--range", "dm2_41=1"),
            "write name=low:high",
        ),
        (("m5-tip", "--model", "b-l"), "mediators are not available"),
        (("conus-plus", "conus-plus", "--model", "b-l"), "twice"),
    ],
)
def test_what_cannot_travel_is_one_line(
    words: tuple[str, ...], said: str, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "a.json"
    code, out, err = run("export", "likelihood", *words, "-o", str(file))
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert not file.exists()
