// The lowest point over parameters, nuisances at their minimum: Newton's steps inside a
// trust region from several starts. The slopes are analytic, by the envelope theorem;
// curvatures are differences of them.
"use strict";

(globalThis.nuprobeParts ??= []).push(function minimum(engine) {
  const { NONE, Surface, Likelihood, shown } = engine.inner;
  const { Refused } = engine;
  const STARTS = 16; // points of a fixed set for one parameter, twice as many for two …
  const MOST = 64; // … and at most
  const DESCENTS = 6; // best of them from which to go down
  const STEPS = 60;
  const CLOSE = 1e-11; // expected fall of −2 ln L at which a descent has arrived
  const SMALL = 1e-4; // scales over which slopes are compared
  const PUSH = 0.3; // scales by which a point of symmetry is left
  const APART = 1e-3; // scales beyond which a minimum is another one
  const DECADES = 1e3; // range from which a parameter is followed by its logarithm

  // derivative in one parameter at the profiled nuisances
  Surface.prototype.slope = function slope(which) {
    const { profiler, terms, point } = this;
    const { nu } = profiler;
    let total = 0;
    for (const work of profiler.works) {
      const { term, bins, k, nuisances, statistic } = work;
      if (!term.depends(which)) continue;
      term.slopeBase ??= new Float64Array(bins);
      term.slopeSlopes ??= new Float64Array(k * bins);
      work.move(nu, 0);
      statistic.derivatives(work.mu, 0);
      term.evaluateSlope(point, which);
      term.assemble(term.slopeBase, term.slopeSlopes, NONE, false);
      const row = term.slopeBase;
      for (let j = 0; j < k; j++) {
        const x = nu[nuisances[j]];
        if (x !== 0) for (let b = 0; b < bins; b++) row[b] += x * term.slopeSlopes[j * bins + b];
      }
      if (statistic.whiten) statistic.whiten(row);
      const active = statistic.linear ? statistic.active : bins;
      for (let b = 0; b < active; b++) total += statistic.first[b] * row[b];
      for (let b = active; b < bins; b++) total += statistic.linear * row[b];
    }
    return total;
  };

  // −2 ln L over some parameters, in units in which they are of order 1
  class Landscape {
    constructor(likelihood, free, start, ranges) {
      const { parameters } = likelihood;
      Object.assign(this, { likelihood, surface: likelihood.surface, start });
      this.columns = free.map((name) => likelihood.index.parameters.get(name));
      const chosen = this.columns.map((i) => parameters[i]);
      this.low = chosen.map((p) => p.lower ?? -Infinity);
      this.high = chosen.map((p) => p.upper ?? Infinity);
      this.log = this.low.map((low, a) => low > 0 && this.high[a] > DECADES * low && this.high[a] < Infinity);
      this.box = chosen.map((p, a) => ranges[p.name] ?? [
        Number.isFinite(this.low[a]) ? this.low[a] : p.default - 10 * p.scale,
        Number.isFinite(this.high[a]) ? this.high[a] : p.default + 10 * p.scale,
      ]);
      this.scale = chosen.map((p) => p.scale);
      this.width = chosen.map((p, a) => (this.log[a] ? 1 : Math.min(p.scale, (this.box[a][1] - this.box[a][0]) / 10)));
      this.warm = !likelihood.surface.morphing;
      this.point = Float64Array.from(start);
    }

    inUnits(point) {
      return this.columns.map((i, a) => (this.log[a] ? Math.log(point[i]) : point[i]) / this.width[a]);
    }

    clipped(u) {
      return u.map((x, a) => {
        const [low, high] = this.ends(a);
        return Math.min(Math.max(x, low), high);
      });
    }

    ends(a) {
      const f = (x) => (this.log[a] ? Math.log(x) : x) / this.width[a];
      return [f(this.low[a]), f(this.high[a])];
    }

    value(u) {
      this.columns.forEach((i, a) => {
        const x = this.log[a] ? Math.exp(u[a] * this.width[a]) : u[a] * this.width[a];
        this.point[i] = Math.min(Math.max(x, this.low[a]), this.high[a]); // rounding of exp
      });
      this.surface.move(this.point);
      const found = this.surface.profile(this.warm);
      if (!(found < Infinity)) this.surface.profiler.nu.set(this.held);
      return found;
    }

    // slopes at the point that has just been evaluated
    gradient(u) {
      const { surface } = this;
      if (surface.profiler.boundary) return this.differences(u, (v) => this.value(v));
      const point = Float64Array.from(this.point);
      const found = this.columns.map((i, a) => surface.slope(i) * this.width[a] * (this.log[a] ? point[i] : 1));
      // at an end a slope may be infinite
      if (!found.every(Number.isFinite)) return this.differences(u, (v) => this.value(v));
      if (!surface.marginal.length) return found;
      const shapes = this.differences(u, (v) => {
        this.set(v);
        return surface.logVolume();
      });
      return found.map((x, a) => x + shapes[a]);
    }

    set(u) {
      this.columns.forEach((i, a) => {
        const x = this.log[a] ? Math.exp(u[a] * this.width[a]) : u[a] * this.width[a];
        this.point[i] = Math.min(Math.max(x, this.low[a]), this.high[a]);
      });
      this.surface.move(this.point);
    }

    differences(u, f) {
      return u.map((x, a) => {
        const [low, high] = this.ends(a);
        const h = 1e-5;
        const side = [Math.max(x - h, low), Math.min(x + h, high)];
        const [before, after] = side.map((y) => f(u.map((z, b) => (b === a ? y : z))));
        return (after - before) / (side[1] - side[0]);
      });
    }

    slopesAt(u) {
      const value = this.value(u);
      return { value, gradient: value < Infinity ? this.gradient(u) : null };
    }

    hessian(u, gradient) {
      const n = u.length;
      const found = new Float64Array(n * n);
      for (let a = 0; a < n; a++) {
        const h = u[a] + SMALL <= this.ends(a)[1] ? SMALL : -SMALL;
        const there = this.slopesAt(u.map((x, b) => (b === a ? x + h : x)));
        for (let b = 0; b < n; b++) {
          const bend = there.gradient ? (there.gradient[b] - gradient[b]) / h : a === b ? 1 : 0;
          found[a * n + b] += bend / 2;
          found[b * n + a] += bend / 2;
        }
      }
      return found;
    }

    // down from `u` to a minimum
    descend(u) {
      let here = this.slopesAt(u);
      let radius = 1;
      let pushed = false;
      for (let count = 0; count < STEPS && here.gradient; count++) {
        const bends = this.hessian(u, here.gradient);
        const { move, fall, promised, least, direction } = this.step(u, here.gradient, bends, radius);
        if (fall < CLOSE * Math.max(1, here.value)) {
          if (pushed || !(least < -1e-6)) break;
          // a saddle, or a point of symmetry
          pushed = true;
          const side = [1, -1].map((s) => this.clipped(u.map((x, a) => x + s * PUSH * direction[a])));
          const [one, two] = side.map((v) => this.value(v));
          if (!(Math.min(one, two) < here.value)) break;
          u = one <= two ? side[0] : side[1];
          here = this.slopesAt(u);
          continue;
        }
        const next = this.clipped(u.map((x, a) => x + move[a]));
        const there = this.slopesAt(next);
        const gain = here.value - there.value;
        if (there.gradient && gain > 0) {
          const length = Math.max(...move.map(Math.abs));
          if (gain > 0.5 * promised) radius = Math.max(radius, 3 * length);
          else if (gain < 0.1 * promised) radius = length / 2;
          [u, here] = [next, there];
        } else {
          if (fall < 1e-9 * Math.max(1, here.value) || radius < 1e-9) break; // rounding
          radius = Math.min(radius, Math.max(...move.map(Math.abs))) / 4;
        }
      }
      return { u, value: here.value };
    }

    // a step that stays inside the radius and the ranges, and half the fall it promises
    step(u, gradient, bends, radius) {
      const n = u.length;
      const held = u.map((x, a) => {
        const [low, high] = this.ends(a);
        return (x <= low && gradient[a] > 0) || (x >= high && gradient[a] < 0);
      });
      const matrix = Float64Array.from(bends, (x, i) => {
        const [a, b] = [Math.floor(i / n), i % n];
        return held[a] || held[b] ? (a === b ? 1 : 0) : x;
      });
      const { values, vectors } = eigen(matrix, n);
      const slope = values.map((_, i) =>
        u.reduce((sum, _x, a) => sum + (held[a] ? 0 : gradient[a]) * vectors[a * n + i], 0));
      const size = values.map((x) => Math.max(Math.abs(x), 1e-9));
      let move;
      for (let damping = 0; ; damping = damping ? damping * 3 : 1e-6) {
        move = u.map((_, a) => -slope.reduce((sum, s, i) => sum + (s / (size[i] + damping)) * vectors[a * n + i], 0));
        if (Math.max(...move.map(Math.abs)) <= radius) break;
      }
      const fall = slope.reduce((sum, s, i) => sum + (s * s) / size[i], 0) / 2;
      // what the step itself promises
      let promised = 0;
      for (let a = 0; a < n; a++) {
        promised -= gradient[a] * move[a];
        for (let b = 0; b < n; b++) promised -= (move[a] * bends[a * n + b] * move[b]) / 2;
      }
      let lowest = 0;
      values.forEach((x, i) => (lowest = x < values[lowest] ? i : lowest));
      return { move, fall, promised, least: values[lowest], direction: u.map((_, a) => vectors[a * n + lowest]) };
    }
  }

  // eigenvalues and vectors (columns) of a small symmetric matrix, by Jacobi's rotations
  function eigen(matrix, n) {
    const a = Float64Array.from(matrix);
    const v = new Float64Array(n * n);
    for (let i = 0; i < n; i++) v[i * n + i] = 1;
    for (let sweep = 0; sweep < 50; sweep++) {
      let off = 0;
      for (let p = 0; p < n; p++)
        for (let q = p + 1; q < n; q++) {
          const x = a[p * n + q];
          off += x * x;
          if (x === 0) continue;
          const theta = (a[q * n + q] - a[p * n + p]) / (2 * x);
          const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.hypot(theta, 1));
          const c = 1 / Math.hypot(t, 1);
          const s = t * c;
          for (let k = 0; k < n; k++) {
            const [y, z] = [a[k * n + p], a[k * n + q]];
            a[k * n + p] = c * y - s * z;
            a[k * n + q] = s * y + c * z;
          }
          for (let k = 0; k < n; k++) {
            const [y, z] = [a[p * n + k], a[q * n + k]];
            a[p * n + k] = c * y - s * z;
            a[q * n + k] = s * y + c * z;
            const [w, x2] = [v[k * n + p], v[k * n + q]];
            v[k * n + p] = c * w - s * x2;
            v[k * n + q] = s * w + c * x2;
          }
        }
      if (off === 0) break;
    }
    return { values: Array.from({ length: n }, (_, i) => a[i * n + i]), vectors: v };
  }

  // points that fill a box: an additive recurrence
  function filled(landscape, count) {
    const d = landscape.columns.length;
    let root = 2;
    for (let i = 0; i < 60; i++) root = (1 + root) ** (1 / (d + 1));
    return Array.from({ length: count }, (_, k) =>
      landscape.box.map(([low, high], a) => {
        const share = (0.5 + (k + 1) * root ** -(a + 1)) % 1;
        const x = between(low, high, landscape.scale[a], share);
        return (landscape.log[a] ? Math.log(x) : x) / landscape.width[a];
      }));
  }

  // evenly over decades where a range has many; a strength from 0 on is looked for around
  // its scale
  function between(low, high, scale, share) {
    if (low > 0 && high > DECADES * low) return low * (high / low) ** share;
    if (low === 0 && high > DECADES * scale) return Math.min((scale / 100) * 1e4 ** share, high);
    return low + (high - low) * share;
  }

  // lowest point over the parameters `free` (all if not given), from `start` and from
  // all over `ranges`; `minima` are all that were found, the lowest first
  Likelihood.prototype.minimum = function minimum({ start = {}, free, fixed, ranges = {} } = {}) {
    const names = free ?? this.parameters.map((p) => p.name);
    for (const name of names)
      if (!this.index.parameters.has(name)) throw new Refused(`${shown(name)} is none of the parameters`);
    const begin = this.point(start);
    this.hold(fixed);
    const landscape = new Landscape(this, names, begin, ranges);
    landscape.held = Float64Array.from(this.surface.profiler.nu);
    const own = landscape.inUnits(begin);
    const starts = names.length ? [own, landscape.inUnits(this.default), ...filled(landscape, Math.min(MOST, STARTS * 2 ** (names.length - 1)))] : [own];
    const ranked = starts.map((u) => ({ u, value: landscape.value(u) })).filter(({ value }) => value < Infinity);
    const chosen = ranked.length ? [...ranked].sort((a, b) => a.value - b.value).slice(0, DESCENTS) : [];
    if (ranked[0]?.u === own && !chosen.includes(ranked[0])) chosen.push(ranked[0]);
    const ends = chosen.map(({ u }) => landscape.descend(u)).sort((a, b) => a.value - b.value);
    const minima = [];
    for (const end of ends)
      if (!minima.some(({ u }) => u.every((x, a) => Math.abs(x - end.u[a]) < APART))) minima.push(end);
    const lowest = minima[0] ?? { u: own };
    const value = landscape.value(lowest.u);
    return {
      ...this.found(value),
      point: Float64Array.from(landscape.point),
      minima: minima.map(({ u, value: twiceNll }) => {
        landscape.set(u);
        return { point: Float64Array.from(landscape.point), twiceNll };
      }),
    };
  };
});
