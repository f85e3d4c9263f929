"""Write the catalogue's curves on B − L bosons, dark scalars and the sterile dipole
portal.

``python tools/build_curves.py FORESEE HEAVY`` reads the two MIT-licensed collections
of published curves (folders of github.com/KlingFelix/FORESEE and
github.com/mhostert/Heavy-Neutrino-Limits) and writes one entry for each file named in
``tools/curves.yaml`` into ``src/nuprobe/catalogue/library``.

What is done to the points: masses in GeV; points that only close a polygon at the edge
of a drawing (`top`, `bottom`) are dropped; a curve of more than 120 points keeps the
weakest limit in each of 120 equal steps of ln m; other polylines keep what a straight
line in the logarithms misses by more than 1 %; four digits, five of masses.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from nuprobe.files import atomic_write

LIBRARY = Path(__file__).resolve().parents[1] / "src/nuprobe/catalogue/library"
SPEC = Path(__file__).with_name("curves.yaml")
MOST = 120
CLOSE = 0.01
"""Largest distance of a dropped point from the line, in ln y."""

_FIRST = ("id", "title", "experiment", "year", "observable", "kind")

Points = NDArray[np.float64]


def read(path: Path, spec: dict[str, Any]) -> Points:
    """Points of a file, (n, 2): GeV, and the coupling in the unit of the file."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        try:
            x, y = float(words[0]), float(words[1])
        except (IndexError, ValueError):
            print(f"{path.name}: not a point: {line[:60]!r}")
            continue
        if x > 0 and y > 0:
            rows.append((x, y))
    points = np.array(rows)
    points[:, 0] *= {"GeV": 1.0, "MeV": 1e-3}[spec.get("mass", "GeV")]
    if "top" in spec:  # what closes the polygon lies above
        keep = points[:, 1] < spec["top"]
        first, last = np.flatnonzero(keep)[[0, -1]]
        points = points[first : last + 1]
        points[:, 1] = np.minimum(points[:, 1], spec["top"])
    points = points[points[:, 1] > spec.get("bottom", 0.0)]
    if "frame" in spec:  # open where the figure ended
        corner = points[np.argmin(points[:, 0]), 0], points[:, 1].max()
        points = np.concatenate([points, [corner]])
    return points


def weakest(points: Points) -> Points:
    """A curve with increasing masses, of at most `MOST` points."""
    points = points[np.argsort(points[:, 0], kind="stable")]
    x, first = np.unique(points[:, 0], return_index=True)
    y = np.maximum.reduceat(points[:, 1], first)
    if x.size <= MOST:
        return np.stack([x, y], axis=1)
    edges = np.geomspace(x[0], x[-1] * (1 + 1e-9), MOST + 1)
    bins = np.searchsorted(edges, x, side="right")
    _, first = np.unique(bins, return_index=True)
    middle = np.exp(
        np.add.reduceat(np.log(x), first) / np.diff(np.append(first, x.size))
    )
    middle[0], middle[-1] = x[0], x[-1]
    return np.stack([middle, np.maximum.reduceat(y, first)], axis=1)


def thinned(points: Points) -> Points:
    """A polyline without what straight lines in the logarithms give (Ramer, Douglas
    and Peucker)."""
    logs = np.log(points)
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    todo = [(0, len(points) - 1)]
    while todo:
        a, b = todo.pop()
        if b <= a + 1:
            continue
        side = logs[b] - logs[a]
        away = logs[a + 1 : b] - logs[a]
        length = np.hypot(*side)
        off = (
            np.hypot(*away.T)
            if length == 0
            else np.abs(away[:, 0] * side[1] - away[:, 1] * side[0]) / length
        )
        worst = int(off.argmax())
        if off[worst] > CLOSE:
            keep[a + 1 + worst] = True
            todo += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return points[keep]


def shape(points: list[Points], spec: dict[str, Any]) -> Points:
    """Of one file a curve or a polygon; of two the polygon between them."""
    if spec.get("shape", "curve") == "curve":
        return thinned(weakest(points[0]))
    if len(points) == 2:
        lower, upper = (p[np.argsort(p[:, 0])] for p in points)
        points = [np.concatenate([lower, upper[::-1]])]
    polygon = thinned(points[0])
    return polygon[:-1] if np.array_equal(polygon[0], polygon[-1]) else polygon


def _dumped(content: dict[str, Any]) -> str:
    """YAML without anchors."""
    dumper = type("Plain", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
    return yaml.dump(
        content, Dumper=dumper, sort_keys=False, allow_unicode=True, width=100
    )


def entry(spec: dict[str, Any], group: dict[str, Any], folder: Path) -> str:
    """Text of the YAML file of an entry."""
    files = spec["files"]
    points = shape([read(folder / group["folder"] / f, spec) for f in files], spec)
    about: dict[str, Any] = {**group["entry"], **spec["entry"]}
    unit = spec.get("unit", group["unit"])
    curve = {
        "x": {"quantity": "mass", "latex": group["mass_latex"], "unit": "GeV"},
        "y": {**about["observable"], "unit": unit},
        "shape": spec.get("shape", "curve"),
        "excluded": spec.get(
            "excluded", "inside" if spec.get("shape") == "region" else "above"
        ),
    }
    curve["y"].pop("parameter", None)
    names = ", ".join(files)
    source = {**group["collection"], "locator": f"{group['name']}, {names}"}
    if "source" in spec:
        about["via"] = source
        source = {**spec["source"], "locator": "figure, as digitised in the collection"}
        source |= {
            k: group["collection"][k] for k in ("method", "licence", "retrieved")
        }
    about["source"] = source
    about["verification"] = {
        "level": "transcribed",
        "evidence": spec.get("evidence", "the file of the collection alone"),
    }
    about["valid_range"] = spec.get(
        "valid_range", f"{points[:, 0].min():.3g} to {points[:, 0].max():.3g} GeV"
    )
    about["history"] = [{"date": group["collection"]["retrieved"], "change": "entered"}]
    about = {"schema_version": 1} | {k: about.pop(k) for k in _FIRST} | about
    text = _dumped(about) + "curve:\n"
    text += "".join(f"  {line}\n" for line in _dumped(curve).splitlines())
    rows = [f"    - [{x:.5g}, {y:.4g}]\n" for x, y in points]
    rows = list(dict.fromkeys(rows))
    return text + "  points:\n" + "".join(rows)


def main() -> None:
    """Write all entries."""
    folders = dict(zip(("foresee", "heavy"), map(Path, sys.argv[1:3]), strict=True))
    for group in yaml.safe_load(SPEC.read_text(encoding="utf-8")):
        for spec in group["curves"]:
            text = entry(spec, group, folders[group["from"]])
            name = yaml.safe_load(text)["id"]
            topic = name.split(".")[0].split("/")[0]
            parts = name.split("/")[1].lower() + "-" + name.split("/")[0].split(".")[-1]
            path = LIBRARY / topic / f"{parts}.yaml"
            path.parent.mkdir(exist_ok=True)
            atomic_write(path, text)
            print(path.name, text.count("    - ["))


if __name__ == "__main__":
    main()
