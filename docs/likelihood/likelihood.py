"""Evaluate a portable likelihood with plain NumPy: −2 ln L at any point.

    from likelihood import Likelihood

    likelihood = Likelihood.read("file.json")
    likelihood.twice_nll(points, nuisances)  # (points, parameters), (points, nuisances)

Nothing else is needed, nuprobe least of all. Copy it, translate it, use it as you like.
"""

import base64
import gzip
import json

import numpy as np


def array(value):
    """Nested lists, or little-endian 64-bit floats in base64."""
    if isinstance(value, dict):
        raw = base64.b64decode(value["base64"], validate=True)
        return np.frombuffer(raw, "<f8").reshape(value["shape"])
    return np.array(value, dtype=float)


class Likelihood:
    def __init__(self, document):
        known = document["version"] in (1, 2)
        if document["format"] != "nuprobe-likelihood" or not known:
            raise ValueError("not a likelihood of version 1 or 2")
        self.document = document
        self.parameters, self.nuisances = document["parameters"], document["nuisances"]

    @classmethod
    def read(cls, path):
        with open(path, "rb") as file:
            raw = file.read()
        return cls(json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))

    def twice_nll(self, points, nuisances=None):
        """−2 ln L, pulls included, shape (points,)."""
        values = self.values(points, nuisances)
        total = np.zeros(len(np.atleast_2d(points)))
        for n in self.nuisances:
            if n["sigma"] is not None:
                total = total + (values[n["name"]] / n["sigma"]) ** 2
        for term in self.document["terms"]:
            mu = expectation(self.parameters, term, values)
            with np.errstate(divide="ignore", invalid="ignore"):
                total = total + STATISTICS[term["statistic"]["kind"]](
                    mu, term["statistic"]
                )
        return total

    def values(self, points, nuisances=None):
        """Columns by name; a value outside its range is an error."""
        points = np.atleast_2d(np.asarray(points, dtype=float))
        if nuisances is None:
            nuisances = np.zeros(len(self.nuisances))
        nuisances = np.atleast_2d(np.asarray(nuisances, dtype=float))
        shape = len(points), len(self.nuisances)
        nuisances = np.broadcast_to(nuisances, shape)
        if points.shape[1] != len(self.parameters):
            raise ValueError(f"points have {len(self.parameters)} columns")
        entries = [(p, p["lower"], p["upper"]) for p in self.parameters]
        for n in self.nuisances:
            anchors = n.get("anchors") or [None]
            entries.append((n, anchors[0], anchors[-1]))
        found = {}
        columns = np.hstack([points, nuisances]).T
        for (entry, low, high), x in zip(entries, columns, strict=True):
            low = -np.inf if low is None else low
            high = np.inf if high is None else high
            if not np.all((x >= low) & (x <= high) & np.isfinite(x)):
                raise ValueError(f"{entry['name']} must lie in [{low}, {high}]")
            found[entry["name"]] = x
        return found


def expectation(parameters, term, values):
    """µ in all bins of a term, shape (points, bins)."""
    scaled = {p["name"]: values[p["name"]] / p["scale"] for p in parameters}
    return np.hstack([block_counts(b, values, scaled) for b in term["blocks"]])


def block_counts(block, values, scaled):
    weights = [axis_weights(a, values[a["name"]]) for a in block.get("axes", [])]
    at = [values[a["name"]] for a in block.get("axes", [])]
    counts = {
        source["name"]: source_counts(block, source, weights, at, values, scaled)
        for source in block["sources"]
    }
    if "over" in block:
        counts["signal"] = counts["signal"] / counts[block["over"]]
    signal = counts["signal"]
    total = signal.copy()
    for background in block.get("backgrounds", []):
        own = array(background["counts"])[None]
        for axis in background.get("axes", []):
            own = along(weights[axis], own)
        counts[background["name"]] = own
        total = total + own
    for effect in block.get("effects", []):
        slope = sum(counts[name] for name in effect.get("scales", []))
        if "shape" in effect:
            slope = slope + counts[effect["shape"]]
        if "relative" in effect:
            slope = slope + signal * array(effect["relative"])
        if "added" in effect:
            slope = slope + array(effect["added"])
        total = total + values[effect["nuisance"]][:, None] * slope
    return total


def source_counts(block, source, weights, at, values, scaled):
    """Counts of one source, shape (points, bins)."""
    each = np.zeros((1, len(block["components"]), block["bins"][0]))
    for group in source["groups"]:
        factors = 0.0
        for piece in group["pieces"]:
            own = interpolated(array(piece["table"]), group, weights)
            if "log" in piece:
                log = interpolated(array(piece["log"]), group, weights)
                own = own * np.exp(log)[:, None]
            for name, power in piece.get("monomial", {}).items():
                own = own * scaled[name][:, None] ** power
            for name, power in piece.get("complement", {}).items():
                own = own * (1 - values[name])[:, None] ** power
            for p in piece.get("propagators", []):
                flat = p["momentum"] ** 2 + at[p["axis"]] ** 2
                own = own * flat[:, None] ** -p["power"]
            factors = factors + own
        # linear axes first, for `along`
        templates = np.moveaxis(array(group["templates"]), (0, 1, 2), (-3, -2, -1))
        templates = templates[None]
        for axis in group.get("linear", []):
            templates = along(weights[axis], templates)
        each = each + np.einsum("pf,pcfe->pce", *_alike(factors, templates))
    shared = np.einsum("pce,ct->pet", each, array(block["time"]))
    shared = shared.reshape(len(each), -1)
    return shared * array(block["weights"]) if "weights" in block else shared


def _alike(factors, templates):
    size = max(len(factors), len(templates))
    return [np.broadcast_to(x, (size, *x.shape[1:])) for x in (factors, templates)]


def interpolated(table, group, weights):
    table = table[None]
    for axis in group.get("smooth", []):
        table = along(weights[axis], table)
    return table


def along(weights, table):
    """Interpolate the first axis behind the points: (points, n) with (points or 1, n,
    ...)."""
    if len(table) == 1:
        return np.tensordot(weights, table[0], 1)
    return np.einsum("pn,pn...->p...", weights, table)


def axis_weights(axis, x):
    """Weights of the nodes, shape (points, nodes)."""
    nodes = array(axis["nodes"])
    x = np.log(x) if axis.get("log") else x
    if axis["kind"] == "linear":
        return np.stack([np.interp(x, nodes, unit) for unit in np.eye(len(nodes))], 1)
    sign = np.where(np.arange(len(nodes)) % 2, -1.0, 1.0)
    sign[[0, -1]] /= 2
    gap = np.clip(x, nodes[0], nodes[-1])[:, None] - nodes  # rounding of a logarithm
    hit = (gap == 0).any(axis=1)
    share = sign / np.where(gap == 0, 1.0, gap)
    share[hit] = gap[hit] == 0
    return share / share.sum(axis=1, keepdims=True)


def poisson_bins(mu, n):
    """2 [µ − n + n ln(n/µ)] of each bin; inf where it is impossible."""
    value = 2 * (mu - n + np.where(n > 0, n * np.log(np.where(n > 0, n, 1) / mu), 0))
    return np.where((mu < 0) | ((mu == 0) & (n > 0)), np.inf, value)


def poisson(mu, s):
    return poisson_bins(mu, array(s["data"])).sum(axis=1) + s.get("offset", 0.0)


def gaussian(mu, s):
    d, sigma = array(s["data"]), array(s["sigma"])
    sigma = np.where(mu < d, array(s["below"]), sigma) if "below" in s else sigma
    return (((mu - d) / sigma) ** 2).sum(axis=1)


def covariance(mu, s):
    root = np.linalg.cholesky(array(s["covariance"]))
    white = np.linalg.solve(root, (mu - array(s["data"])).T)
    return (white**2).sum(axis=0)


def cnp(mu, s):
    n = array(s["data"])
    some = np.where(n > 0, n, 1.0)
    value = np.where(n > 0, (n - mu) ** 2 * (1 / some + 2 / mu) / 3, 2 * mu)
    bad = (mu < 0) | ((mu == 0) & (n > 0))
    return np.where(bad, np.inf, value).sum(axis=1)


def on_off(mu, s):
    n, m, tau = array(s["data"]), array(s["control"]), s["ratio"]
    x = mu - array(s["nominal"])
    # the best background solves (1 + τ) b² + q b − m x = 0
    q = (1 + tau) * x - n - m
    root = np.sqrt(q**2 + 4 * (1 + tau) * m * x)
    b = np.where(q > 0, 2 * m * x / (q + root), (root - q) / (2 * (1 + tau)))
    none = (n == 0) & (m == 0)
    value = np.where(none, 2 * x, poisson_bins(x + b, n) + poisson_bins(tau * b, m))
    bad = np.where(none, x < 0, x <= -m / tau - 1)
    return np.where(bad, np.inf, value).sum(axis=1)


def projected(mu, s):
    shape, tau = s["shape"], s["ratio"]
    n, m = array(s["data"]).reshape(shape), array(s["control"]).reshape(shape)
    x = mu - array(s["nominal"])
    bad = (x < -array(s["nominal"]) / 2).any(axis=1)
    return np.array(
        [
            np.inf if one else best_product(row.reshape(shape), n, m, tau)
            for one, row in zip(bad, x, strict=True)
        ]
    )


def best_product(x, n, m, tau):
    """Minimum over b = e t of counts n ~ x + b and of the sums of m ~ τ b, by Newton's
    method in the logarithms of e and t."""
    rows, columns, whole = m.sum(axis=1), m.sum(axis=0), m.sum()

    def value(z):
        b = np.exp(z[: len(rows), None] + z[len(rows) :])
        on = poisson_bins(x + b, n).sum() if (x + b).min() >= 0 else np.inf
        sums = rows @ z[: len(rows)] + columns @ z[len(rows) :]
        logs = sum((c[c > 0] * np.log(c[c > 0])).sum() for c in (rows, columns))
        logs -= whole * np.log(tau * whole) if whole else 0
        return on + 2 * (tau * b.sum() - whole + logs - sums)

    start = (n.sum(axis=1) + rows + 1e-3) / (1 + tau)
    share = n.sum(axis=0) + columns + 1e-3
    z = np.log(np.concatenate([start, share / share.sum()]))
    below = (-x / np.exp(z[: len(rows), None] + z[len(rows) :])).max()
    z[: len(rows)] += np.log(max(1.0, below / 0.9))  # every x + b positive
    now = value(z)
    for _ in range(500):
        b = np.exp(z[: len(rows), None] + z[len(rows) :])
        slope = (1 + tau) * b - n * b / (x + b)
        g = np.concatenate([slope.sum(axis=1) - rows, slope.sum(axis=0) - columns])
        for bend in ((1 + tau) * b - n * b * x / (x + b) ** 2, (1 + tau) * b):
            h = np.block(
                [[np.diag(bend.sum(axis=1)), bend], [bend.T, np.diag(bend.sum(axis=0))]]
            )
            h += np.diag(1e-9 * np.abs(np.diag(h)) + 1e-12)  # one direction is free
            try:
                np.linalg.cholesky(h)
                break
            except np.linalg.LinAlgError:
                continue  # not convex here: a curvature that is always positive
        step = -np.linalg.solve(h, g)
        step /= max(1.0, np.abs(step).max() / 2)
        fall = -2 * (g @ step)
        if fall < 1e-12 * (1 + abs(now)):
            break
        after = value(z + step)
        while after > now - 1e-4 * fall and np.abs(step).max() > 1e-9:
            step = step / 2
            after = value(z + step)
        z, now = z + step, min(now, after)
    return now


STATISTICS = {
    "poisson": poisson,
    "gaussian": gaussian,
    "covariance": covariance,
    "cnp": cnp,
    "on-off": on_off,
    "projected": projected,
}
