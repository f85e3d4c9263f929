// Evaluate a portable likelihood without any dependency: −2 ln L at any point.
//
//   import { Likelihood } from "./likelihood.js";
//   const likelihood = new Likelihood(JSON.parse(text));
//   likelihood.twiceNll([5.5, 0.24], [0, 0, 0, 0]);  // parameters, nuisances
//
// Copy it, translate it, use it as you like.

export class Likelihood {
  constructor(document) {
    if (document.format !== "nuprobe-likelihood" || ![1, 2].includes(document.version))
      throw new Error("not a likelihood of version 1 or 2");
    this.parameters = document.parameters;
    this.nuisances = document.nuisances;
    this.terms = unpacked(document.terms);
  }

  // −2 ln L of one point, pulls included
  twiceNll(point, nuisances = this.nuisances.map(() => 0)) {
    const values = this.values(point, nuisances);
    let total = 0;
    for (const n of this.nuisances)
      if (n.sigma !== null) total += (values[n.name] / n.sigma) ** 2;
    for (const term of this.terms)
      total += STATISTICS[term.statistic.kind](this.expectation(term, values), term.statistic);
    return total;
  }

  // numbers by name; a value outside its range is an error
  values(point, nuisances) {
    const found = {};
    const take = (entries, numbers, ends) => {
      if (numbers.length !== entries.length)
        throw new Error(`${entries.length} numbers are needed, got ${numbers.length}`);
      entries.forEach((entry, i) => {
        const [low, high] = ends(entry);
        const x = numbers[i];
        if (!(x >= (low ?? -Infinity) && x <= (high ?? Infinity) && Number.isFinite(x)))
          throw new Error(`${entry.name} must lie in [${low}, ${high}]`);
        found[entry.name] = x;
      });
    };
    take(this.parameters, point, (p) => [p.lower, p.upper]);
    take(this.nuisances, nuisances, (n) => [n.anchors?.at(0), n.anchors?.at(-1)]);
    return found;
  }

  // µ in all bins of a term
  expectation(term, values) {
    const scaled = {};
    for (const p of this.parameters) scaled[p.name] = values[p.name] / p.scale;
    return term.blocks.flatMap((block) => blockCounts(block, values, scaled));
  }
}

// every array of a document as {shape, data}: nested lists, or base64 of 64-bit floats
const ARRAYS = new Set(["nodes", "log", "table", "templates", "time", "weights", "counts",
  "relative", "added", "data", "offset", "sigma", "below", "covariance", "control", "nominal"]);

function unpacked(value, key = "") {
  const isArray = Array.isArray(value) || (value !== null && typeof value === "object" && "base64" in value);
  if (ARRAYS.has(key) && isArray) return array(value);
  if (Array.isArray(value)) return value.map((one) => unpacked(one));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, unpacked(v, k)]));
}

export function array(value) {
  if (!Array.isArray(value)) {
    const bytes = Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const data = Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
    return { shape: value.shape, data };
  }
  const shape = [];
  for (let row = value; Array.isArray(row); row = row[0]) shape.push(row.length);
  return { shape, data: Float64Array.from(value.flat(Infinity)) };
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

// interpolate the first axis of an array
function along(weights, { shape, data }) {
  const rest = shape.slice(1), size = product(rest), out = new Float64Array(size);
  weights.forEach((w, i) => {
    if (w !== 0) for (let j = 0; j < size; j++) out[j] += w * data[i * size + j];
  });
  return { shape: rest, data: out };
}

// the same with axes that stand behind `first` others
function alongLast(weights, table) {
  const last = table.shape.at(-1), rows = table.data.length / last;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < last; j++) if (weights[j] !== 0) out[i] += weights[j] * table.data[i * last + j];
  return { shape: table.shape.slice(0, -1), data: out };
}

// weights of the nodes of an axis
function axisWeights(axis, value) {
  const nodes = axis.nodes.data, n = nodes.length;
  let x = axis.log ? Math.log(value) : value;
  const weights = new Array(n).fill(0);
  if (axis.kind === "linear") {
    let cell = 0;
    while (cell < n - 2 && x >= nodes[cell + 1]) cell++;
    const t = (x - nodes[cell]) / (nodes[cell + 1] - nodes[cell]);
    weights[cell] = 1 - t;
    weights[cell + 1] = t;
    return weights;
  }
  x = Math.min(Math.max(x, nodes[0]), nodes[n - 1]); // rounding of a logarithm
  for (let i = 0; i < n; i++) {
    if (x === nodes[i]) return weights.map((_, j) => (j === i ? 1 : 0));
    weights[i] = ((i % 2 ? -1 : 1) * (i === 0 || i === n - 1 ? 0.5 : 1)) / (x - nodes[i]);
  }
  const whole = sum(weights);
  return weights.map((w) => w / whole);
}

function blockCounts(block, values, scaled) {
  const axes = block.axes ?? [];
  const at = axes.map((axis) => values[axis.name]);
  const weights = axes.map((axis, i) => axisWeights(axis, at[i]));
  const counts = {};
  for (const source of block.sources)
    counts[source.name] = sourceCounts(block, source, weights, at, values, scaled);
  if (block.over) counts.signal = counts.signal.map((x, i) => x / counts[block.over][i]);
  const signal = counts.signal, total = Float64Array.from(signal);
  const add = (factor, row) => row.forEach((x, i) => (total[i] += factor * x));
  for (const background of block.backgrounds ?? []) {
    let own = background.counts;
    for (const axis of background.axes ?? []) own = along(weights[axis], own);
    counts[background.name] = own.data;
    add(1, own.data);
  }
  for (const effect of block.effects ?? []) {
    const nu = values[effect.nuisance];
    for (const name of effect.scales ?? []) add(nu, counts[name]);
    if (effect.shape !== undefined) add(nu, counts[effect.shape]);
    if (effect.relative) add(nu, effect.relative.data.map((r, i) => r * signal[i]));
    if (effect.added) add(nu, effect.added.data);
  }
  return Array.from(total);
}

function sourceCounts(block, source, weights, at, values, scaled) {
  const [energies, times] = block.bins, components = block.components.length;
  const each = new Float64Array(components * energies);
  for (const group of source.groups) {
    const smooth = (table) => (group.smooth ?? []).reduce((t, axis) => along(weights[axis], t), table).data;
    let factors = null;
    for (const piece of group.pieces) {
      let factor = piece.log ? Math.exp(smooth(piece.log)[0]) : 1;
      for (const [name, power] of Object.entries(piece.monomial)) factor *= scaled[name] ** power;
      for (const [name, power] of Object.entries(piece.complement ?? {}))
        factor *= (1 - values[name]) ** power;
      for (const p of piece.propagators ?? [])
        factor *= (p.momentum ** 2 + at[p.axis] ** 2) ** -p.power;
      const own = smooth(piece.table);
      factors ??= new Float64Array(own.length);
      own.forEach((x, i) => (factors[i] += factor * x));
    }
    let templates = group.templates;
    for (const axis of [...(group.linear ?? [])].reverse()) templates = alongLast(weights[axis], templates);
    for (let c = 0; c < components; c++)
      for (let f = 0; f < factors.length; f++)
        for (let e = 0; e < energies; e++)
          each[c * energies + e] += factors[f] * templates.data[(c * factors.length + f) * energies + e];
  }
  const counts = new Float64Array(energies * times);
  for (let c = 0; c < components; c++)
    for (let e = 0; e < energies; e++)
      for (let t = 0; t < times; t++)
        counts[e * times + t] += each[c * energies + e] * block.time.data[c * times + t];
  if (block.weights) block.weights.data.forEach((w, i) => (counts[i] *= w));
  return counts;
}

// 2 [µ − n + n ln(n/µ)]; Infinity where it is impossible
function poissonBin(mu, n) {
  if (mu < 0 || (mu === 0 && n > 0)) return Infinity;
  return 2 * (mu - n + (n > 0 ? n * Math.log(n / mu) : 0));
}

function cnpBin(mu, n) {
  if (mu < 0 || (mu === 0 && n > 0)) return Infinity;
  return n > 0 ? ((n - mu) ** 2 * (1 / n + 2 / mu)) / 3 : 2 * mu;
}

function onOffBin(x, n, m, tau) {
  if (n === 0 && m === 0) return x < 0 ? Infinity : 2 * x;
  if (x <= -m / tau - 1) return Infinity;
  // the best background solves (1 + τ) b² + q b − m x = 0
  const q = (1 + tau) * x - n - m, root = Math.sqrt(q * q + 4 * (1 + tau) * m * x);
  const b = q > 0 ? (2 * m * x) / (q + root) : (root - q) / (2 * (1 + tau));
  return poissonBin(x + b, n) + poissonBin(tau * b, m);
}

const STATISTICS = {
  poisson: (mu, s) => sum(mu.map((x, i) => poissonBin(x, s.data.data[i]))) + (s.offset ?? 0),
  cnp: (mu, s) => sum(mu.map((x, i) => cnpBin(x, s.data.data[i]))),
  gaussian: (mu, s) => sum(mu.map((x, i) => {
    const d = s.data.data[i];
    return ((x - d) / (s.below && x < d ? s.below : s.sigma).data[i]) ** 2;
  })),
  covariance: (mu, s) => {
    const root = cholesky(matrix(s.covariance));
    return sum(forward(root, mu.map((x, i) => x - s.data.data[i])).map((y) => y * y));
  },
  "on-off": (mu, s) => sum(mu.map((x, i) =>
    onOffBin(x - s.nominal.data[i], s.data.data[i], s.control.data[i], s.ratio))),
  projected: (mu, s) => {
    const x = mu.map((y, i) => y - s.nominal.data[i]);
    if (x.some((y, i) => y < -s.nominal.data[i] / 2)) return Infinity;
    return bestProduct(x, s.data.data, s.control.data, s.ratio, s.shape);
  },
};

const matrix = ({ shape, data }) => Array.from({ length: shape[0] }, (_, i) => data.slice(i * shape[1], (i + 1) * shape[1]));

// lower triangle L with L Lᵀ = A; null if A is not positive definite
function cholesky(a) {
  const n = a.length, root = a.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let rest = a[i][j];
      for (let k = 0; k < j; k++) rest -= root[i][k] * root[j][k];
      if (i === j && !(rest > 0)) return null;
      root[i][j] = i === j ? Math.sqrt(rest) : rest / root[j][j];
    }
  return root;
}

function forward(root, b) {
  const y = [];
  root.forEach((row, i) => y.push((b[i] - sum(y.map((z, k) => z * row[k]))) / row[i]));
  return y;
}

function solve(root, b) {
  const y = forward(root, b), n = y.length;
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) y[i] -= root[k][i] * y[k];
    y[i] /= root[i][i];
  }
  return y;
}

// minimum over b = e t of counts n ~ x + b and of the sums of m ~ τ b, by Newton's method
// in the logarithms of e and t
function bestProduct(x, n, m, tau, [rows, columns]) {
  const size = rows + columns, sums = new Array(size).fill(0), seen = new Array(size).fill(0);
  const bins = x.map((_, i) => [Math.floor(i / columns), rows + (i % columns)]);
  bins.forEach(([r, c], i) => {
    for (const k of [r, c]) { sums[k] += m[i]; seen[k] += n[i]; }
  });
  const whole = sum(m);
  const logs = sum(sums.map((s) => (s > 0 ? s * Math.log(s) : 0))) - (whole > 0 ? whole * Math.log(tau * whole) : 0);
  const background = (z) => bins.map(([r, c]) => Math.exp(z[r] + z[c]));
  const value = (z) => {
    const b = background(z);
    const on = sum(b.map((y, i) => (x[i] + y < 0 ? Infinity : poissonBin(x[i] + y, n[i]))));
    return on + 2 * (tau * sum(b) - whole + logs - sum(z.map((y, k) => y * sums[k])));
  };
  const share = sum(seen.slice(rows)) + whole + 1e-3 * columns;
  let z = sums.map((s, k) => Math.log((seen[k] + s + 1e-3) / (k < rows ? 1 + tau : share)));
  const below = Math.max(...background(z).map((b, i) => -x[i] / b));
  z = z.map((y, k) => (k < rows ? y + Math.log(Math.max(1, below / 0.9)) : y)); // every x + b positive
  let now = value(z);
  for (let count = 0; count < 500; count++) {
    const b = background(z), g = sums.map((s) => -s);
    bins.forEach(([r, c], i) => {
      const slope = (1 + tau) * b[i] - (n[i] * b[i]) / (x[i] + b[i]);
      g[r] += slope;
      g[c] += slope;
    });
    let root = null;
    // where it is not convex, a curvature that is always positive
    for (const exact of [true, false]) {
      const h = g.map(() => new Float64Array(size));
      bins.forEach(([r, c], i) => {
        const bend = (1 + tau) * b[i] - (exact ? (n[i] * b[i] * x[i]) / (x[i] + b[i]) ** 2 : 0);
        h[r][r] += bend; h[c][c] += bend; h[r][c] += bend; h[c][r] += bend;
      });
      h.forEach((row, k) => (row[k] += 1e-9 * Math.abs(row[k]) + 1e-12)); // one direction is free
      root ??= cholesky(h);
    }
    let step = solve(root, g.map((y) => -y));
    const longest = Math.max(...step.map(Math.abs));
    if (longest > 2) step = step.map((y) => (2 * y) / longest);
    const fall = -2 * sum(step.map((y, k) => y * g[k]));
    if (fall < 1e-12 * (1 + Math.abs(now))) return now;
    const moved = () => z.map((y, k) => y + step[k]);
    while (!(value(moved()) <= now - 1e-4 * fall) && Math.max(...step.map(Math.abs)) > 1e-9)
      step = step.map((y) => y / 2);
    z = moved();
    now = Math.min(now, value(z));
  }
  return now;
}

// canonical JSON (RFC 8785), whose SHA-256 without the entry "checksum" is the checksum
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${canonical(value[k])}`).join(",")}}`;
}
