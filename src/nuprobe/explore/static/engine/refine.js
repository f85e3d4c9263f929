// Finer pictures of what was found on a grid: more points where a line of the plane runs,
// and the ends of intervals to the digits that are printed.
"use strict";

(globalThis.nuprobeParts ??= []).push(function refine(engine) {
  const { Plane } = engine.inner;
  const FINER = 4; // divisions of a cell that a line crosses
  const MOST = 3e5; // nodes of a refined plane
  const SAME = 1e-9; // rise of −2 ln L that cannot be told from none
  const NEAR = 1e-3; // of an axis: how near to the end of a range it is tried
  const EXACT = 1e-13; // of an end of an interval, relative to the axis
  const ROUNDS = 100;

  // by what power of two cells are divided; fewer times where each point takes long
  engine.inner.divisions = (nx, ny, slow) => {
    let factor = slow ? FINER / 2 : FINER;
    while (factor > 1 && ((nx - 1) * factor + 1) * ((ny - 1) * factor + 1) > MOST) factor /= 2;
    return factor;
  };

  engine.inner.divided = (values, log, factor) => {
    const found = new Float64Array((values.length - 1) * factor + 1);
    for (let i = 0; i < found.length; i++) {
      const k = Math.floor(i / factor);
      const t = (i % factor) / factor;
      if (t === 0) found[i] = values[k];
      else found[i] = log ? values[k] * (values[k + 1] / values[k]) ** t : values[k] + (values[k + 1] - values[k]) * t;
    }
    return found;
  };

  // the lowest point from the lowest of a grid on; at the end of a range if nothing is lost
  // there, since strengths that count by their square end next to 0
  engine.inner.settled = (likelihood, lowest, { free, fixed, ranges, axes }) => {
    if (!Number.isFinite(lowest.twiceNll)) return lowest;
    const found = likelihood.minimum({ start: lowest.point, free, fixed, ranges });
    let best = found.twiceNll <= lowest.twiceNll ? found : lowest;
    for (const { column, values } of axes) {
      const { lower, upper } = likelihood.parameters[column];
      for (const end of [lower, upper]) {
        const away = Math.abs(best.point[column] - end);
        if (end === null || !(away > 0 && away < NEAR * (values.at(-1) - values[0]))) continue;
        const point = Float64Array.from(best.point);
        point[column] = end;
        const there = likelihood.profile(point, { fixed });
        if (there.twiceNll <= best.twiceNll + SAME) best = { ...there, point };
      }
    }
    return best;
  };

  // whether a line of a level passes between nodes of a cell, as far as they are known
  Plane.prototype.crossed = function crossed(i, j, stride, levels) {
    const { values, nx } = this;
    const half = stride / 2;
    let low = Infinity;
    let high = -Infinity;
    for (let b = 0; b <= 2; b++)
      for (let a = 0; a <= 2; a++) {
        const value = values[(j + b * half) * nx + i + a * half];
        if (value !== value) {
          if (a !== 1 && b !== 1) return false; // a corner: the cell is part of a coarser one
          continue;
        }
        if (value < low) low = value;
        if (value > high) high = value;
      }
    return levels.some((level) => low <= level && high > level);
  };

  // nodes between those of cells that are crossed, by row of the grid
  Plane.prototype.wanted = function wanted(stride, levels) {
    const { nx, ny, values, across } = this;
    const rows = new Map();
    for (let j = 0; j + stride < ny; j += stride)
      for (let i = 0; i + stride < nx; i += stride) {
        if (!this.crossed(i, j, stride, levels)) continue;
        for (let b = 0; b <= 2; b++)
          for (let a = 0; a <= 2; a++) {
            const [k, l] = [i + (a * stride) / 2, j + (b * stride) / 2];
            const at = l * nx + k;
            if (values[at] === values[at]) continue;
            const row = across ? k : l;
            if (!rows.has(row)) rows.set(row, new Set());
            rows.get(row).add(at);
          }
      }
    return [...rows].sort(([a], [b]) => a - b);
  };

  // nuisances start from the mean of those at the nodes around
  Plane.prototype.startBetween = function startBetween(i, j, half) {
    const { nx, ny, values, nuisances, nu } = this;
    const size = nu.length;
    const sum = new Float64Array(size);
    let count = 0;
    let near = -1;
    const around = (k, n) => (k % (2 * half) ? [k - half, k + half] : [k]).filter((x) => x >= 0 && x < n);
    for (const b of around(j, ny))
      for (const a of around(i, nx)) {
        const at = b * nx + a;
        if (!(values[at] < Infinity)) continue;
        for (let k = 0; k < size; k++) sum[k] += nuisances[at * size + k];
        count++;
        near = at;
      }
    return { near, start: count ? sum.map((x) => x / count) : null };
  };

  // divide cells of a stride that lines cross, and those into which they are seen to go
  Plane.prototype.refine = function* refine(stride, levels) {
    const half = stride / 2;
    this.stride = half;
    for (let rows = this.wanted(stride, levels); rows.length; rows = this.wanted(stride, levels))
      for (const [row, nodes] of rows) {
        const surface = this.row(row, false);
        for (const at of nodes) {
          const [i, j] = [at % this.nx, Math.floor(at / this.nx)];
          const { near, start } = this.startBetween(i, j, half);
          this.evaluate(surface, i, j, near, -1, start);
          yield null;
        }
      }
  };

  // lines of the levels, and rings closed along the border, as far as the plane is known
  Plane.prototype.drawn = function drawn(grid) {
    const options = { minimum: grid.minimum.twiceNll };
    return {
      lines: engine.contours(grid, this.levels, options),
      rings: engine.contours(grid, this.levels, { ...options, closed: true }),
    };
  };

  // the plane at a stride; between nodes that were left out, values of those around
  Plane.prototype.filled = function filled(stride, coarse) {
    const { nx, ny } = this;
    const values = Float64Array.from(this.values);
    for (let s = coarse; s > stride; s /= 2) {
      const half = s / 2;
      const put = (at, ...ends) => {
        if (values[at] !== values[at]) values[at] = ends.reduce((sum, end) => sum + values[end], 0) / ends.length;
      };
      for (let j = 0; j < ny; j += s)
        for (let i = 0; i + half < nx; i += s) put(j * nx + i + half, j * nx + i, j * nx + i + s);
      for (let j = 0; j + half < ny; j += s)
        for (let i = 0; i < nx; i += s) put((j + half) * nx + i, j * nx + i, (j + s) * nx + i);
      for (let j = 0; j + half < ny; j += s)
        for (let i = 0; i + half < nx; i += s)
          put((j + half) * nx + i + half, j * nx + i, j * nx + i + s, (j + s) * nx + i, (j + s) * nx + i + s);
    }
    return values;
  };

  // Intervals of a line where −2 ln L stays below each level. `valueAt` finds it between
  // nodes {x, value}, which rise in x; what it gives is `yield`ed to in pauses.
  engine.inner.intervals = function* intervals(nodes, levels, valueAt) {
    const width = nodes.at(-1).x - nodes[0].x;
    const every = [];
    for (const level of levels) {
      const found = [];
      let start = nodes[0].value <= level ? nodes[0].x : null;
      for (let i = 1; i < nodes.length; i++) {
        const inside = nodes[i].value <= level;
        if (nodes[i - 1].value <= level === inside) continue;
        const at = yield* crossing(nodes[i - 1], nodes[i], level, width, valueAt);
        if (inside) start = at;
        else {
          found.push([start, at]);
          start = null;
        }
      }
      if (start !== null) found.push([start, nodes.at(-1).x]);
      every.push(found);
    }
    return every;
  };

  // where a level lies between two nodes: regula falsi, with halves of the far value
  // (Illinois), and bisection where the value is infinite
  function* crossing(before, after, level, width, valueAt) {
    let [a, b] = [before.x, after.x];
    let [fa, fb] = [before.value - level, after.value - level];
    for (let round = 0; round < ROUNDS && fa !== 0 && fb !== 0; round++) {
      if (Math.abs(b - a) <= EXACT * width) break;
      const x = Number.isFinite(fa) && Number.isFinite(fb) ? (a * fb - b * fa) / (fb - fa) : (a + b) / 2;
      if (!(x > Math.min(a, b) && x < Math.max(a, b))) break;
      const f = valueAt(x) - level;
      yield null;
      if (f > 0 !== fb > 0) [a, fa] = [b, fb];
      else fa /= 2;
      [b, fb] = [x, f];
      if (Math.abs(fb) <= 1e-12) return b;
    }
    return fa === 0 ? a : b;
  }
});
