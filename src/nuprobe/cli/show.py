"""``nuprobe show``: content and provenance of a result file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit

if TYPE_CHECKING:
    from nuprobe.results import StoredResult

_MOST = 60  # lines of a summary
_LEVELS = (0.9, 0.95)


@command(
    "show",
    epilog="""\b
Examples:
  nuprobe show scan.h5
  nuprobe show chains.h5 --json
  nuprobe show fit.json""",
)
@click.argument("file", type=click.Path(path_type=Path))
@JSON
def show_command(file: Path, as_json: bool) -> None:
    """What FILE is, an HDF5 or JSON result of nuprobe or a portable likelihood: how,
    when and of what it was made, whether it is finished, and its numbers."""
    from nuprobe.results import stored

    found = stored(file)
    emit("\n".join(_lines(found)), found.to_dict(), as_json)


def _lines(found: StoredResult) -> Iterator[str]:
    yield f"{found.file}: {found.title}"
    if found.finished:
        yield "finished"
    else:
        yield f"not finished: {found.done} of {found.total}"
    if found.provenance is None:
        yield "it does not say how it was made: an early version wrote it"
    else:
        rows = found.provenance.lines()
        width = max(len(name) for name, _ in rows)
        yield from (f"{name.ljust(width)}  {text}" for name, text in rows)
    yield ""
    yield from _numbers(found)


def _numbers(found: StoredResult) -> Iterator[str]:
    """The table of the result if there is one, else the summary line by line."""
    from nuprobe.cli.toy_texts import cls_text, threshold_text
    from nuprobe.experiments import Limit
    from nuprobe.inference import CLs, FeldmanCousins, FitResult, SampleResult
    from nuprobe.portable import Likelihood
    from nuprobe.portable.summary import lines_of

    value = found.value
    if isinstance(value, SampleResult | FitResult):
        yield str(value)
    elif isinstance(value, Limit):
        from nuprobe.reports import limit_table

        yield str(limit_table(value))
    elif isinstance(value, FeldmanCousins):
        yield threshold_text(value)
    elif isinstance(value, CLs):
        yield cls_text(value, _LEVELS)
    elif isinstance(value, Likelihood):
        yield from lines_of(value)
    else:
        yield from _summary(found)


def _summary(found: StoredResult) -> Iterator[str]:
    """The summary line by line, and the allowed regions of a scan."""
    from nuprobe.inference import Construction, ScanResult
    from nuprobe.inference.regions import region_lines
    from nuprobe.parameters import Parameter

    lines = list(_flat({k: v for k, v in found.summary.items() if k != "regions"}))
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield f"and {len(lines) - _MOST} lines more: add --json"
    scan = found.value
    if isinstance(scan, ScanResult) and "no_regions" not in found.summary:
        for cl in _LEVELS:
            yield f"{Construction('wilks', cl)}, one parameter each:"
            for name, each in scan.regions(cl).items():
                p = Parameter(name, scan.best[name], unit=scan.units.get(name, ""))
                yield from region_lines(p, each, cl, "grid")


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """One line per number, text or axis."""
    for key, value in data.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and {"from", "to", "values"} <= set(value):
            yield f"{name}: {_axis(value)}"
        elif isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for i, one in enumerate(value):
                if isinstance(one, Mapping):
                    yield f"{name}: {_pairs(one)}"
                else:
                    yield f"{name}: {one}" if i else str(one)
        elif value is not None and value != []:
            yield f"{name}: {_value(value)}"


def _axis(value: Mapping[str, Any]) -> str:
    shape = value.get("shape")
    number = " × ".join(map(str, shape)) if shape else str(value["values"])
    unit = f" {value['unit']}" if value.get("unit") else ""
    return (
        f"{number} values from {_value(value['from'])} to {_value(value['to'])}{unit}"
    )


def _pairs(value: Mapping[str, Any]) -> str:
    texts = {
        key: _axis(one) if isinstance(one, Mapping) and "from" in one else _value(one)
        for key, one in value.items()
        if one not in (None, [])
    }
    return ", ".join(f"{key} {text}" for key, text in texts.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return "-" if value is None else str(value)
