"""The engine of the explorer in node: jobs in, numbers out."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from nuprobe.explore.engine import engine_script
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray
from nuprobe.portable import portable_likelihood
from nuprobe.portable.make import as_json

NODE: Final = shutil.which("node")

_FRAME: Final = """
const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const engine = nuprobeEngine();
// JSON has no infinity
const text = (_key, value) =>
  ArrayBuffer.isView(value) ? Array.from(value)
    : typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
(async () => {
  const output = [];
  for (const job of input) {
    let found;
    try { found = await run(job); }
    catch (error) {
      if (!(error instanceof engine.Refused)) throw error;
      found = { refused: error.message };
    }
    output.push(found);
  }
  process.stdout.write(JSON.stringify(output, text));
})();
"""


def run_engine(folder: Path, run: str, jobs: list[Any]) -> list[Any]:
    """What the JavaScript function ``run`` of a job gives for each; numbers that are
    not finite are texts, and a refusal is ``{"refused": message}``."""
    if NODE is None:
        pytest.skip("node, which runs JavaScript, is not installed")
    script = folder / "run.js"
    script.write_text(f"{engine_script()}\n{run}\n{_FRAME}", encoding="utf-8")
    done = subprocess.run(
        [NODE, str(script)],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def document_of(cost: Cost) -> dict[str, Any]:
    """The portable likelihood of a cost as JSON has it."""
    return as_json(portable_likelihood(cost))


def numbers(values: Any) -> FloatArray:
    """Numbers of the engine; ``"Infinity"`` is one."""
    return np.array([float(str(x).replace("Infinity", "inf")) for x in values])
