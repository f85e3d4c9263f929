// Lines of equal −2 ln L on a grid, by marching squares with linear interpolation, and
// the levels of −2 ln L that bound regions.
"use strict";

(globalThis.nuprobeParts ??= []).push(function contours(engine) {
  const { Refused } = engine;

  // erf by its series: good to rounding up to 4 or so
  function erf(x) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total) && n < 500; n++) {
      term *= (-x * x) / n;
      total += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * total;
  }

  // rise of −2 ln L that bounds a region of a confidence level, of 1 or 2 parameters
  engine.level = (cl, dof = 2) => {
    if (!(cl > 0 && cl < 0.9999)) throw new Refused(`a confidence level must lie between 0 and 0.9999, got ${cl}`);
    if (dof === 2) return -2 * Math.log1p(-cl);
    if (dof !== 1) throw new Refused(`levels are for 1 or 2 parameters, got ${dof}`);
    let z = 1;
    for (let i = 0; i < 50; i++) {
      const slope = Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2);
      const step = (erf(z / Math.SQRT2) - cl) / slope;
      z = Math.max(z - step, z / 4);
      if (Math.abs(step) < 1e-15 * z) break;
    }
    return z * z;
  };

  // edges that a line crosses in a cell, by which corners lie above: corners 1 (x0, y0),
  // 2 (x1, y0), 4 (x1, y1), 8 (x0, y1); edges 0 below, 1 right, 2 above, 3 left
  const PAIRS = [
    [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], null, [[0, 2]], [[3, 2]],
    [[2, 3]], [[2, 0]], null, [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
  ];

  // a grid with a border beyond which nothing is allowed
  function bordered({ x, y, values }) {
    const wide = (axis) => {
      const v = Array.from(axis.values);
      return { ...axis, values: [v[0], ...v, v.at(-1)] };
    };
    const [nx, ny] = [x.values.length, y.values.length];
    const found = new Float64Array((nx + 2) * (ny + 2)).fill(Infinity);
    for (let j = 0; j < ny; j++)
      found.set(values.slice(j * nx, (j + 1) * nx), (j + 1) * (nx + 2) + 1);
    return { x: wide(x), y: wide(y), values: found };
  }

  // lines at `levels` above `minimum` (the least value of the grid if not given), each
  // {x, y, closed}; with `closed` all are closed along the border
  engine.contours = (grid, levels, { minimum, closed = false } = {}) => {
    let least = minimum ?? Infinity;
    if (minimum === undefined) for (const v of grid.values) if (v < least) least = v;
    const whole = closed ? bordered(grid) : grid;
    return levels.map((level) => ({ level, lines: lines(whole, least + level) }));
  };

  function lines(grid, level) {
    const [xs, ys] = [coordinates(grid.x), coordinates(grid.y)];
    const [nx, ny] = [xs.values.length, ys.values.length];
    const { values } = grid;
    const next = new Map(); // from an edge to that at the other end of its piece
    const link = (a, b) => {
      for (const [p, q] of [[a, b], [b, a]]) {
        if (!next.has(p)) next.set(p, []);
        next.get(p).push(q);
      }
    };
    // edges: 2 (j nx + i) along x, the odd ones along y
    for (let j = 0; j + 1 < ny; j++)
      for (let i = 0; i + 1 < nx; i++) {
        const at = j * nx + i;
        const [a, b, c, d] = [values[at], values[at + 1], values[at + nx + 1], values[at + nx]];
        const code = (a > level ? 1 : 0) | (b > level ? 2 : 0) | (c > level ? 4 : 0) | (d > level ? 8 : 0);
        if (code === 0 || code === 15) continue;
        if (a !== a || b !== b || c !== c || d !== d) continue;
        const edges = [2 * at, 2 * (at + 1) + 1, 2 * (at + nx), 2 * at + 1];
        const middle = (a + b + c + d) / 4 > level;
        const pairs = PAIRS[code] ?? ((code === 5) === middle ? [[0, 1], [2, 3]] : [[3, 0], [1, 2]]);
        for (const [from, to] of pairs) link(edges[from], edges[to]);
      }
    const place = (edge) => {
      const at = edge >> 1;
      const [i, j] = [at % nx, Math.floor(at / nx)];
      const other = edge & 1 ? at + nx : at + 1;
      const t = share(values[at], values[other], level);
      return edge & 1 ? [xs.at(i), ys.between(j, t)] : [xs.between(i, t), ys.at(j)];
    };
    return chained(next).map(({ edges, closed }) => {
      const points = edges.map(place);
      if (closed) points.push(points[0]);
      return { x: Float64Array.from(points, (p) => p[0]), y: Float64Array.from(points, (p) => p[1]), closed };
    });
  }

  // where a level lies between two values, of which one may be infinite
  function share(a, b, level) {
    if (a === Infinity) return 1;
    if (b === Infinity) return 0;
    return (level - a) / (b - a);
  }

  // coordinates of an axis, between which a logarithmic one runs logarithmically
  function coordinates({ values, log }) {
    return {
      values,
      at: (i) => values[i],
      between: (i, t) =>
        values[i] === values[i + 1] ? values[i]
          : log ? values[i] * (values[i + 1] / values[i]) ** t : values[i] + t * (values[i + 1] - values[i]),
    };
  }

  // pieces put together: open lines from their ends, then closed ones
  function chained(next) {
    const found = [];
    const follow = (start) => {
      const edges = [start];
      let here = start;
      for (;;) {
        const to = next.get(here).pop();
        if (to === undefined) break;
        const back = next.get(to);
        back.splice(back.indexOf(here), 1);
        here = to;
        if (here === start) return { edges, closed: true };
        edges.push(here);
      }
      return { edges, closed: false };
    };
    for (const [edge, ends] of next) if (ends.length === 1) found.push(follow(edge));
    for (const [edge, ends] of next) if (ends.length) found.push(follow(edge));
    return found;
  }
});
