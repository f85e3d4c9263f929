"""Submissions to HEPData: a ``submission.yaml`` and one data file per table, in a
folder or an archive (format: https://hepdata-submission.readthedocs.io)."""

from __future__ import annotations

import gzip
import html
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public_methods
from nuprobe.errors import InputError, OutputError, shown
from nuprobe.exports.parts import DataTable, Value, Variable
from nuprobe.files import atomic_write
from nuprobe.latex import unit as typeset_unit

__all__ = ["Submission"]

_NAME: Final = 64
"""Largest length of the name of a table in HEPData."""
_KEYWORD: Final = 128
_ARCHIVES: Final = (".zip", ".tar.gz", ".tgz")
_MISSING: Final = "-"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date possible in a zip file


@public_methods
@dataclass(frozen=True)
class Submission:
    """Tables for HEPData with a common description.

    Attributes
    ----------
    tables : at least one; names that HEPData would identify are numbered.
    comment : applies to all tables.
    attached : further files by name, which accompany the tables and are listed in
        ``additional_resources``.

    Raises
    ------
    InputError
        If there is no table, or the name of a file includes a folder.

    Examples
    --------
    >>> mass = Variable("mass", (1.0, 10.0), "MeV")
    >>> limit = Variable("coupling", (1e-4, 2e-4), about={"Confidence level": 0.95})
    >>> made = Submission((DataTable("limit", "Limits.", (mass,), (limit,)),))
    >>> list(made.documents())
    ['submission.yaml', 'limit.yaml']
    """

    tables: tuple[DataTable, ...]
    comment: str = ""
    attached: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        tables, files = self.tables, self.attached
        if not isinstance(tables, tuple) or not all(
            isinstance(table, DataTable) for table in tables
        ):
            raise InputError(
                f"the tables of a submission must be a tuple of DataTable, got"
                f" {shown(tables)}"
            )
        if not tables:
            raise InputError("a submission needs at least one table, got none")
        if not isinstance(self.comment, str):
            raise InputError(
                f"the comment of a submission must be a text, got {shown(self.comment)}"
            )
        if not isinstance(files, Mapping) or not all(
            isinstance(name, str) and isinstance(content, bytes)
            for name, content in files.items()
        ):
            raise InputError(
                "files of a submission must be a mapping of names to bytes, got"
                f" {shown(files)}"
            )
        for name in files:
            if Path(name).name != name:
                raise InputError(
                    "files beside the tables have no folder in their name, got"
                    f" {shown(name)}"
                )

    def documents(self) -> dict[str, list[dict[str, Any]]]:
        """The YAML documents of each file, by its name, ``submission.yaml`` first."""
        names = _distinct([t.name for t in self.tables], _NAME)
        files = _distinct([_slug(name) for name in names], _NAME)
        taken = {"submission", *(Path(name).stem for name in self.attached)}
        files = [f"table-{f}" if f in taken else f for f in files]
        first: dict[str, Any] = {"comment": html.escape(self.comment, quote=False)}
        if self.attached:
            first["additional_resources"] = [
                {"location": name, "description": "Result file of nuprobe"}
                for name in self.attached
            ]
        described = [
            _described(table, name, f"{file}.yaml")
            for table, name, file in zip(self.tables, names, files, strict=True)
        ]
        return {
            "submission.yaml": [first, *described],
            **{
                f"{file}.yaml": [_data(table)]
                for table, file in zip(self.tables, files, strict=True)
            },
        }

    def contents(self) -> dict[str, bytes]:
        """The content of each file by its name, attached ones last."""
        first, *others = self.documents().items()
        texts = {first[0]: _yaml(first[1])}
        texts |= {name: _data_yaml(one).encode() for name, (one,) in others}
        return {**texts, **self.attached}

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the submission; the same tables give the same bytes.

        Parameters
        ----------
        path : a ``.zip`` or ``.tar.gz`` file, written atomically; any other name is a
            folder, created if missing.
        overwrite : whether an archive, or files in the folder, may be replaced; other
            YAML files in the folder are then an error, as HEPData rejects them.

        Raises
        ------
        InputError
            If the path exists and must not be replaced.
        OutputError
            If nothing can be written there.
        """
        target = Path(path)
        files = self.contents()
        if target.name.lower().endswith(_ARCHIVES):
            if target.exists() and not overwrite:
                raise InputError(
                    f"{target} exists already: choose another name or overwrite it"
                )
            pack = _zipped if target.suffix.lower() == ".zip" else _tarred
            return atomic_write(target, pack(files))
        _check_folder(target, files, overwrite)
        try:
            target.mkdir(exist_ok=True)
        except OSError as error:
            why = error.strerror or str(error)
            raise OutputError(
                f"cannot make the folder {target}: {why}; choose another place"
            ) from error
        for name, content in files.items():
            atomic_write(target / name, content)
        return target


def _check_folder(target: Path, files: Mapping[str, bytes], overwrite: bool) -> None:
    """Reject a folder with content that must not be replaced."""
    if target.exists() and not target.is_dir():
        raise InputError(
            f"{target} is a file: choose another name, or one that ends in .zip or"
            " .tar.gz for an archive"
        )
    inside = sorted(p.name for p in target.iterdir()) if target.is_dir() else []
    if inside and not overwrite:
        raise InputError(
            f"the folder {target} is not empty ({', '.join(inside[:3])}"
            f"{', ...' if len(inside) > 3 else ''}): choose another name or overwrite"
            " it"
        )
    left = [n for n in inside if n not in files]
    if left:
        raise InputError(
            f"the folder {target} has files of no table of this submission"
            f" ({', '.join(left[:3])}{', ...' if len(left) > 3 else ''}), which HEPData"
            " refuses: remove them or choose another name"
        )


def _slug(name: str) -> str:
    """A name for a file."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-.") or "table"


def _distinct(names: Sequence[str], longest: int) -> list[str]:
    """Names of at most `longest` characters; duplicates are numbered."""
    found: list[str] = []
    for name in names:
        short, i = name[:longest], 2
        while short in found:
            end = f"-{i}"
            short, i = name[: longest - len(end)] + end, i + 1
        found.append(short)
    return found


def _described(table: DataTable, name: str, file: str) -> dict[str, Any]:
    """The document of a table in ``submission.yaml``."""
    keywords = {"observables": table.observables, "phrases": table.phrases}
    return {
        "name": name,
        "description": html.escape(table.description, quote=False),
        "keywords": [
            {"name": key, "values": [word[:_KEYWORD] for word in words]}
            for key, words in keywords.items()
            if words
        ],
        "data_file": file,
    }


def _data(table: DataTable) -> dict[str, Any]:
    """The document of a data file."""
    return {
        "independent_variables": [
            {"header": _header(v), "values": [_place(x) for x in v.values]}
            for v in table.independent
        ],
        "dependent_variables": [_dependent(v) for v in table.dependent],
    }


def _header(v: Variable) -> dict[str, str]:
    name = f"${v.symbol}$" if v.symbol else v.name
    if not v.unit:
        return {"name": name}
    plain = re.fullmatch(r"[A-Za-z]+", v.unit) and v.unit != "muB"
    return {"name": name, "units": v.unit if plain else typeset_unit(v.unit)}


def _place(x: Value) -> dict[str, Any]:
    if isinstance(x, tuple):
        return {"low": x[0], "high": x[1]}
    return {"value": _MISSING if x is None else x}


def _dependent(v: Variable) -> dict[str, Any]:
    column: dict[str, Any] = {"header": _header(v)}
    about: dict[str, Any] = {
        k: x for k, x in v.about.items() if x is not None and x != ""
    }
    if v.symbol:
        about["Name in nuprobe"] = v.name
    if about:
        column["qualifiers"] = [
            {"name": k, "value": ("yes" if x else "no") if isinstance(x, bool) else x}
            for k, x in about.items()
        ]
    column["values"] = [_measured(v, i) for i in range(len(v.values))]
    return column


def _measured(v: Variable, row: int) -> dict[str, Any]:
    entry = _place(v.values[row])
    if "low" in entry:
        raise InputError(f"{v.name} depends on others: it has values, not bins")
    errors: list[dict[str, Any]] = []
    for error in v.errors:
        above, below = error.above[row], error.below[row]
        # HEPData rejects errors that are all zero
        if not above and not below:
            continue
        if above == below:
            errors.append({"symerror": above, "label": error.label})
        else:
            sides: dict[str, Any] = {
                "plus": "" if above is None else above,
                "minus": "" if below is None else -below,
            }
            errors.append({"asymerror": sides, "label": error.label})
    return entry | ({"errors": errors} if errors and v.values[row] is not None else {})


def _yaml(documents: Sequence[dict[str, Any]]) -> bytes:
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Safe, and without aliases, which other readers may not support."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    write = partial(yaml.dump_all, Dumper=Dumper, sort_keys=False, allow_unicode=True)
    text = write(documents, width=120, explicit_start=len(documents) > 1)
    return str(text).encode()


def _data_yaml(data: Mapping[str, Any]) -> str:
    """A data file as YAML, one entry per line: PyYAML takes ten times as long for a
    grid."""
    lines = []
    for kind, variables in data.items():
        lines.append(f"{kind}:" if variables else f"{kind}: []")
        for variable in variables:
            lines.append(f"- header: {_flow(variable['header'])}")
            for key in ("qualifiers", "values"):
                if key in variable:
                    entries = variable[key]
                    lines.append(f"  {key}:" if entries else f"  {key}: []")
                    lines += [f"  - {_flow(entry)}" for entry in entries]
    return "\n".join([*lines, ""])


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float):
        text = repr(value)
        # without a decimal point YAML 1.1 reads it as text
        return text if "." in text or "e" not in text else text.replace("e", ".0e")
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    safe = (c if c.isprintable() else rf"\U{ord(c):08x}" for c in plain)
    return '"' + "".join(safe) + '"'


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _tarred(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)
