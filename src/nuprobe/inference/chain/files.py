"""Files of chains: HDF5 to resume from, and text for GetDist.

The content of a chain is a mapping with the fields of a `SampleResult`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.files import atomic_write
from nuprobe.inference.chain.mixture import Mixture, Modes
from nuprobe.inference.checkpoints import same_probe
from nuprobe.inference.result_files import made, numbers, opened, require, texts, whole
from nuprobe.numerics import FloatArray
from nuprobe.sealed import sealed

__all__ = ["FORMAT", "ChainState"]

FORMAT: Final = "nuprobe-chain-3"
"""Version of the file format."""
_STATE: Final = 624  # words of the Mersenne twister
_BY_COLUMN: Final = (
    "names",
    "latex",
    "units",
    "priors",
    "logarithmic",
    "lower",
    "upper",
)


@dataclass
class ChainState:
    """State from which a run can be resumed.

    Attributes
    ----------
    chain : shape (steps, walkers, columns).
    log_posterior : shape (steps, walkers).
    random : state of the random numbers; empty if the run is finished.
    wanted : number of steps requested.
    modes : mixture for the jumps of its walkers.
    """

    chain: FloatArray
    log_posterior: FloatArray
    random: tuple[Any, ...]
    wanted: int
    modes: Modes | None


def chain_image(
    content: Mapping[str, Any], state: ChainState | None, probe: FloatArray
) -> bytes:
    """The complete file, built in memory, with its checksum.

    Parameters
    ----------
    content : fields of the result.
    state : to resume from; None if the run is finished.
    probe : identifies the prediction.
    """

    def fill(file: Any) -> None:
        for key in ("cost", "parameters", "treatment", "burn", "seed", "fingerprint"):
            file.attrs[key] = content[key]
        for key in ("names", "latex", "units", "priors"):
            file.attrs[key] = list(content[key])
        file.attrs["logarithmic"] = np.array(content["logarithmic"], dtype=bool)
        file.create_group("fixed").attrs.update(content["fixed"])
        for key in ("lower", "upper", "chain", "log_posterior"):
            file[key] = content[key]
        if content["modes"] is not None:
            _write_modes(file.create_group("modes"), content["modes"])
        file["probe"] = probe
        steps = content["chain"].shape[1]
        file.attrs["steps"] = steps if state is None else state.wanted
        if state is not None:
            file["random"] = np.asarray(state.random[1], dtype=np.uint32)
            names = ("pos", "has_gauss", "gauss")
            file["random"].attrs.update(zip(names, state.random[2:5], strict=True))

    return sealed(FORMAT, fill, content.get("provenance"))


def read_chain(path: Path) -> tuple[dict[str, Any], ChainState, FloatArray]:
    """Content, state and probe of a file.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If the file is damaged, not a chain, or has invalid content.
    """
    with opened(path, "chain", FORMAT) as file:
        content = _content(file)
        random = _random(file) if "random" in file else ()
        wanted = whole(file, "steps", 1)
        probe = numbers(file, "probe", 1)
        chain, posterior = content["chain"], content["log_posterior"]
        walkers, steps, columns = chain.shape
        require(
            bool(chain.size)
            and posterior.shape == (walkers, steps)
            and all(len(content[key]) == columns for key in _BY_COLUMN)
            and 1 <= content["parameters"] <= columns
            and content["burn"] < steps <= wanted,
            "its arrays do not fit together",
        )
        require(
            all(np.isfinite(a).all() for a in (chain, posterior, probe))
            and np.isfinite(list(content["fixed"].values())).all(),
            "it contains numbers that are not finite",
        )
        require(
            bool((content["lower"] < content["upper"]).all()),
            "the limits of its priors are not in order",
        )
        require(
            content["treatment"] in ("sampled", "profiled"),
            "it does not record how nuisances were treated",
        )
    state = ChainState(
        chain.swapaxes(0, 1), posterior.T, random, wanted, content["modes"]
    )
    return content, state, probe


def _write_modes(group: Any, modes: Modes) -> None:
    """Put a mixture into an open file."""
    group.attrs["draws"] = modes.draws
    mixture = modes.mixture
    group["weights"], group["means"] = mixture.weights, mixture.means
    group["roots"] = mixture.roots
    group["shares"], group["errors"] = modes.shares, modes.errors


def _modes(file: Any, columns: int) -> Modes | None:
    """The mixture of an open file, checked, since an invalid one would make a chain
    wrong."""
    if "modes" not in file:
        return None
    group = file["modes"]
    weights, means = numbers(group, "weights", 1), numbers(group, "means", 2)
    roots, draws = numbers(group, "roots", 3), float(group.attrs["draws"])
    shares, errors = numbers(group, "shares", 1), numbers(group, "errors", 1)
    k = len(weights)
    arrays = (weights, means, roots, shares, errors)
    require(
        k > 0
        and means.shape == (k, columns)
        and roots.shape == (k, columns, columns)
        and shares.shape == errors.shape == (k,)
        and all(np.isfinite(a).all() for a in arrays)
        and isfinite(draws)
        and draws >= 0
        and bool((weights > 0).all())
        and abs(weights.sum() - 1) < 1e-9
        and bool((np.diagonal(roots, axis1=1, axis2=2) > 0).all())
        and not np.triu(roots, 1).any()
        and bool(((shares >= 0) & (shares <= 1 + 1e-9) & (errors >= 0)).all()),
        "the densities with which its walkers jump are impossible",
    )
    return Modes(Mixture(weights, means, roots), shares, errors, draws)


def _content(file: Any) -> dict[str, Any]:
    """Fields of a result in an open file."""
    content: dict[str, Any] = {
        k: str(file.attrs[k]) for k in ("cost", "treatment", "fingerprint")
    }
    content |= {k: whole(file, k, 0) for k in ("parameters", "burn")}
    content["seed"] = whole(file, "seed", 0, 2**32 - 1)
    content |= {k: texts(file, k) for k in ("names", "latex", "units", "priors")}
    content |= {k: numbers(file, k, 1) for k in ("lower", "upper")}
    content |= {"chain": numbers(file, "chain", 3)}
    content |= {"log_posterior": numbers(file, "log_posterior", 2)}
    content["provenance"] = made(file)
    content["modes"] = _modes(file, len(content["names"]))
    content["logarithmic"] = tuple(bool(b) for b in file.attrs["logarithmic"])
    content["fixed"] = {n: float(value) for n, value in file["fixed"].attrs.items()}
    return content


def _random(file: Any) -> tuple[Any, ...]:
    """State of the random numbers, checked, since NumPy reads out of bounds with an
    invalid one."""
    table, words = file["random"], numbers(file, "random", 1, np.uint32)
    gauss = float(table.attrs["gauss"])
    require(
        words.shape == (_STATE,) and bool(words.any()) and isfinite(gauss),
        "the state of its random numbers is impossible",
    )
    pos, has = whole(table, "pos", 0, _STATE), whole(table, "has_gauss", 0, 1)
    return ("MT19937", words, pos, has, gauss)


def resumed_chain(
    path: Path, fingerprint: str, probe: FloatArray, steps: int
) -> ChainState:
    """State of a run to resume.

    Parameters
    ----------
    path : of the file.
    fingerprint, probe : of the run requested.
    steps : number requested now.

    Raises
    ------
    InputError
        If the file belongs to another run or is longer than that.
    """
    content, state, old = read_chain(path)
    if not state.random:
        raise InputError(
            f"{path} contains only the chain, not the state needed to resume; choose"
            " another file"
        )
    if content["fingerprint"] != fingerprint or not same_probe(old, probe):
        raise InputError(
            f"{path} belongs to another run (parameters, priors, walkers, seed,"
            " data, systematics, prediction or version of nuprobe differ); resume"
            " with the original settings, or choose another file"
        )
    if len(state.chain) > steps:
        raise InputError(
            f"{path} has {len(state.chain)} steps already, more than the {steps} asked"
            " for; ask for more"
        )
    return state


def getdist_files(root: str | os.PathLike[str]) -> tuple[Path, Path, Path]:
    """Return the three files that GetDist reads: samples, names and ranges.

    Parameters
    ----------
    root : path without suffix.

    Examples
    --------
    >>> [path.name for path in getdist_files("rn")]
    ['rn_1.txt', 'rn.paramnames', 'rn.ranges']
    """
    start = os.fspath(root)
    return Path(f"{start}_1.txt"), Path(f"{start}.paramnames"), Path(f"{start}.ranges")


def write_getdist(
    root: str, content: Mapping[str, Any], samples: FloatArray, posterior: FloatArray
) -> tuple[Path, Path, Path]:
    """Write the three files that GetDist reads.

    Parameters
    ----------
    root : path without suffix.
    content : fields of the result.
    samples : shape (samples, columns).
    posterior : logarithm of the density, shape (samples,).

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    chains, parameters, limits = getdist_files(root)
    names: list[str] = []
    for name in content["names"]:
        plain = re.sub(r"[^\w.+-]", "_", name)
        names.append(plain if plain not in names else f"{plain}_{len(names)}")
    text = StringIO()
    weights = np.ones(len(samples))
    np.savetxt(text, np.column_stack([weights, -posterior, samples]), fmt="%.9e")
    ends = [
        ["N" if not isfinite(v) else f"{v:.12g}" for v in content[side]]
        for side in ("lower", "upper")
    ]
    columns = zip(names, content["latex"], content["units"], strict=True)
    labels = [
        (latex or r"\mathrm{" + name.replace("_", r"\_") + "}")
        + (rf"\ [\mathrm{{{unit}}}]" if unit else "")
        for name, latex, unit in columns
    ]
    lines = [f"{n}\t{x}\n" for n, x in zip(names, labels, strict=True)]
    ranges = [f"{n} {a} {b}\n" for n, a, b in zip(names, *ends, strict=True)]
    return (
        atomic_write(chains, text.getvalue()),
        atomic_write(parameters, "".join(lines)),
        atomic_write(limits, "".join(ranges)),
    )
