// −2 ln L over planes and lines, nuisances at their minimum: coarse first, then finer.
// A job is a generator, which gives what is new now and then, so that whoever runs it can
// stop, or do something else in between.
"use strict";

(globalThis.nuprobeParts ??= []).push(function grids(engine) {
  const { Refused } = engine;
  const { Likelihood, shown } = engine.inner;
  const COARSE = 16; // points of an axis of the first picture
  const COARSEST = 10; // of likelihoods that take longer
  const LONG = 2e4; // products of a Hessian from which they do
  const MOST = 1_000_000; // points of a grid

  function axisOf(likelihood, { name, values, lower, upper, points, log = false }) {
    const column = likelihood.index.parameters.get(name);
    if (column === undefined) throw new Refused(`${shown(name)} is none of the parameters`);
    const own = values ? Float64Array.from(values) : spaced(name, lower, upper, points, log);
    for (const x of own) {
      const p = likelihood.parameters[column];
      if (!(x >= (p.lower ?? -Infinity) && x <= (p.upper ?? Infinity)))
        throw new Refused(`${name} must lie in [${p.lower ?? "−∞"}, ${p.upper ?? "∞"}], got ${x}`);
    }
    return { name, values: own, log, column };
  }

  function spaced(name, lower, upper, points, log) {
    if (!(Number.isInteger(points) && points >= 2 && lower < upper && (!log || lower > 0)))
      throw new Refused(`the axis ${shown(name)} needs two points at least and a range that increases${log ? " from above 0" : ""}, got ${lower} to ${upper}`);
    const at = (i) => {
      if (i === 0 || i === points - 1) return i ? upper : lower;
      const t = i / (points - 1);
      return log ? lower * (upper / lower) ** t : lower + (upper - lower) * t;
    };
    return Float64Array.from({ length: points }, (_, i) => at(i));
  }

  // positions of an axis at a stride, with the last one
  function every(n, stride) {
    const found = [];
    for (let i = 0; i < n - 1; i += stride) found.push(i);
    return [...found, n - 1];
  }

  const isLong = ({ terms }) => terms.reduce(
    (sum, { bins, nuisances, morphing }) => sum + bins * (nuisances.length + 4 * morphing.length) ** 2, 0) > LONG;

  // one plane of a likelihood
  class Plane {
    constructor(likelihood, { x, y, point, fixed, start, levels }) {
      this.likelihood = likelihood;
      this.x = axisOf(likelihood, x);
      this.y = axisOf(likelihood, y);
      if (this.x.column === this.y.column) throw new Refused("the axes of a plane must be two parameters");
      this.point = likelihood.point(point);
      likelihood.hold(fixed, start);
      this.nu = Float64Array.from(likelihood.surface.profiler.nu);
      const columns = [this.x.column, this.y.column];
      this.surface = likelihood.surface.restricted(this.point, new Set(columns));
      // rows along a parameter that templates have no axis of need few templates
      const smooth = (column) => this.surface.terms.some((term) =>
        term.blocks.some((block) => block.sources.some((field) =>
          field.groups.some((group) => group.axes.some((axis) => axis.parameter === column)))));
      const [sx, sy] = columns.map(smooth);
      this.across = sx && !sy; // columns of the grid are its rows
      this.rows = (sx || sy) && !(sx && sy) ? new Map() : null;
      this.levels = levels;
      this.divide(isLong(likelihood) || (sx && sy));
    }

    // the finest grid, of which strides are
    divide(slow) {
      const { x, y } = this;
      const size = () => ([this.nx, this.ny] = [x.values.length, y.values.length]);
      size();
      this.divided = this.levels ? engine.inner.divisions(this.nx, this.ny, slow) : 1;
      for (const axis of [x, y]) axis.values = engine.inner.divided(axis.values, axis.log, this.divided);
      size();
      if (this.nx * this.ny > MOST) throw new Refused(`a plane has at most ${MOST} points, got ${this.nx * this.ny}`);
      this.values = new Float64Array(this.nx * this.ny).fill(NaN);
      this.nuisances = new Float64Array(this.nx * this.ny * this.nu.length);
    }

    // what is left of the likelihood in a row of the grid, kept if it is wanted again
    row(j, keep = true) {
      if (!this.rows) return this.surface;
      if (this.rows.has(j)) return this.rows.get(j);
      const [slow, fast] = this.across ? [this.x, this.y] : [this.y, this.x];
      this.point[slow.column] = slow.values[j];
      const found = this.surface.restricted(this.point, new Set([fast.column]));
      if (keep) this.rows.set(j, found);
      return found;
    }

    // at a point of the grid, nuisances starting from those at points nearby: along the
    // straight line through the two nearest, if there are two, or from `start`
    evaluate(surface, i, j, near, beyond, start = null) {
      const { values, nuisances, nu, nx, point, x, y } = this;
      const at = j * nx + i;
      const size = nu.length;
      const { profiler } = surface;
      point[x.column] = x.values[i];
      point[y.column] = y.values[j];
      surface.move(point);
      if (surface.morphing && this.stride < this.first) values[at] = this.fromSeveral(surface, i, j, near);
      else if (near >= 0 && values[near] < Infinity && !surface.morphing) {
        const line = beyond >= 0 && values[beyond] < Infinity;
        if (start) profiler.nu.set(start);
        else for (let k = 0; k < size; k++) {
          const here = nuisances[near * size + k];
          profiler.nu[k] = line ? 2 * here - nuisances[beyond * size + k] : here;
        }
        values[at] = surface.profile(true);
      } else {
        profiler.nu.set(nu);
        values[at] = surface.profile(false);
      }
      nuisances.set(profiler.nu, at * size);
    }

    // the lowest of the minima that nuisances which morph reach from the last point and
    // from those of the coarser grid around, where they lie in different cells
    fromSeveral(surface, i, j, near) {
      const { nx, ny, nuisances, values, stride, nu } = this;
      const { profiler } = surface;
      const around = (k, n) => {
        const before = Math.floor(k / (2 * stride)) * 2 * stride;
        return [before, Math.min(before + 2 * stride, n - 1)];
      };
      const starts = new Map();
      const add = (at) => {
        if (!(values[at] < Infinity)) return;
        const start = nuisances.subarray(at * nu.length, (at + 1) * nu.length);
        const cells = surface.morphs.map((m) => m.kinks.findIndex((kink) => kink >= start[m.nuisance]));
        starts.set(cells.join(), start);
      };
      for (const b of around(j, ny)) for (const a of around(i, nx)) add(b * nx + a);
      if (near >= 0) add(near);
      let best = Infinity;
      let found = nu;
      for (const start of starts.values()) {
        profiler.nu.set(start);
        const value = surface.profile(true);
        if (value < best) [best, found] = [value, Float64Array.from(profiler.nu)];
      }
      profiler.nu.set(found);
      return best < Infinity ? best : surface.profile(false);
    }

    pointAt(at) {
      const { nx, point, x, y } = this;
      const found = Float64Array.from(point);
      found[x.column] = x.values[at % nx];
      found[y.column] = y.values[Math.floor(at / nx)];
      return found;
    }

    *pass(stride) {
      this.stride = stride;
      this.first ??= stride;
      const { nx, ny, values, across } = this;
      const slow = every(across ? nx : ny, stride);
      const fast = every(across ? ny : nx, stride);
      let above = -1;
      for (const a of slow) {
        const surface = this.row(a);
        let last = above;
        let beyond = -1;
        let first = -1;
        for (const b of fast) {
          const [i, j] = across ? [a, b] : [b, a];
          const at = j * nx + i;
          if (values[at] !== values[at]) {
            this.evaluate(surface, i, j, last, beyond);
            yield null;
          }
          beyond = first < 0 ? -1 : last;
          if (first < 0) first = at;
          last = at;
        }
        above = first;
      }
      yield this.partial(stride);
    }

    // the grid as it is; coarse ones have fewer points
    partial(stride) {
      const { nx, ny, x, y } = this;
      const values = stride < this.divided ? this.filled(stride, this.divided) : this.values;
      const [is, js] = [every(nx, stride), every(ny, stride)];
      const found = new Float64Array(is.length * js.length);
      let lowest = -1;
      js.forEach((j, b) => is.forEach((i, a) => {
        const at = j * nx + i;
        found[b * is.length + a] = values[at];
        if (lowest < 0 || values[at] < values[lowest]) lowest = at;
      }));
      const size = this.nu.length;
      const grid = {
        x: { name: x.name, log: x.log, values: Float64Array.from(is, (i) => x.values[i]) },
        y: { name: y.name, log: y.log, values: Float64Array.from(js, (j) => y.values[j]) },
        values: found,
        complete: stride === 1,
        minimum: this.lowest ?? {
          point: this.pointAt(lowest), twiceNll: values[lowest],
          nuisances: this.nuisances.slice(lowest * size, (lowest + 1) * size),
        },
      };
      return this.levels ? { ...grid, ...this.drawn(grid) } : grid;
    }
  }

  // a plane: {x: {name, lower, upper, points, log} or {name, values, log}, y, point: other
  // parameters, fixed: nuisances that do not move, coarse: points of an axis at first;
  // levels: rises of −2 ln L whose lines are drawn, the grid being refined near them}
  Likelihood.prototype.gridJob = function* gridJob(request) {
    const plane = new Plane(this, request);
    const coarse = Math.max(2, request.coarse ?? (isLong(this) ? COARSEST : COARSE));
    const { divided, levels } = plane;
    let stride = divided;
    while (Math.max(plane.nx, plane.ny) / stride > coarse) stride *= 2;
    for (; stride >= divided; stride /= 2) yield* plane.pass(stride);
    if (levels) {
      const { minimum } = plane.partial(divided);
      const free = [plane.x.name, plane.y.name];
      plane.lowest = engine.inner.settled(this, minimum, { free, fixed: request.fixed, axes: [plane.x, plane.y] });
      for (stride = divided; stride > 1; stride /= 2) {
        yield plane.partial(stride);
        yield* plane.refine(stride, levels.map((level) => plane.lowest.twiceNll + level));
      }
    }
    return plane.partial(1);
  };

  // a line: {x: {name, values} or {name, lower, upper, points, log}, point, free: other
  // parameters at their minimum over `ranges`, fixed: nuisances that do not move;
  // levels: rises of −2 ln L that bound intervals}
  Likelihood.prototype.scanJob = function* scanJob({ x, point, free = [], fixed, ranges, levels }) {
    const axis = axisOf(this, x);
    const start = this.point(point);
    if (free.includes(axis.name)) throw new Refused(`${axis.name} is scanned, so it cannot be free`);
    const at = (value) => {
      start[axis.column] = value;
      return free.length
        ? this.minimum({ start, free, fixed, ranges })
        : { ...this.profile(start, { fixed }), point: Float64Array.from(start) };
    };
    const found = [];
    for (const value of axis.values) {
      found.push(at(value));
      yield null;
    }
    let lowest = found.reduce((best, one) => (one.twiceNll < best.twiceNll ? one : best));
    let intervals = {};
    if (levels) {
      lowest = engine.inner.settled(this, lowest, { free: [axis.name, ...free], fixed, ranges, axes: [axis] });
      const nodes = [...found, lowest].map((one) => ({ x: one.point[axis.column], value: one.twiceNll }))
        .filter(({ x: here }) => here >= axis.values[0] && here <= axis.values.at(-1)).sort((a, b) => a.x - b.x);
      const heights = levels.map((level) => lowest.twiceNll + level);
      intervals = { intervals: yield* engine.inner.intervals(nodes, heights, (value) => at(value).twiceNll) };
    }
    return {
      ...intervals,
      x: { name: axis.name, log: axis.log, values: axis.values },
      values: Float64Array.from(found, ({ twiceNll }) => twiceNll),
      points: found.map((one) => one.point),
      minimum: { point: lowest.point, nuisances: lowest.nuisances, twiceNll: lowest.twiceNll },
    };
  };

  Object.assign(engine.inner, { Plane });

  // a job at once; `onPartial` is told what comes on the way
  engine.runAtOnce = (job, onPartial) => {
    for (;;) {
      const { done, value } = job.next();
      if (done) return value;
      if (value !== null && onPartial) onPartial(value);
    }
  };

  Likelihood.prototype.grid = function grid(request, onPartial) {
    return engine.runAtOnce(this.gridJob(request), onPartial);
  };
  Likelihood.prototype.scan1d = function scan1d(request) {
    return engine.runAtOnce(this.scanJob(request));
  };
});
