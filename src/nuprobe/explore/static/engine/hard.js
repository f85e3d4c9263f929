// Points where nuisances of 0 are impossible, or an empty bin is driven to µ = 0: a
// convex minimum with µ ≥ 0, by a barrier that falls.
"use strict";

(globalThis.nuprobeParts ??= []).push(function hard(engine) {
  const { factor, solve } = engine.inner;
  // pseudo-counts that keep expectations positive
  const BARRIERS = Array.from({ length: 14 }, (_, i) => 10 ** (18 - 2 * i));
  const LEAST = BARRIERS.at(-1);
  const NEGLIGIBLE = 1e-9; // of −2 ln L
  const FAR = 100; // standard deviations in which a possible start is looked for

  // −2 ln L of a profiler at its minimum, from its present nuisances
  function minimiseHard(all) {
    all.boundary = true;
    if (!all.works.every(possibleRigid)) return Infinity;
    if (!all.works.every((work) => margin(work, all.nu) > 0) && !findStart(all)) return Infinity;
    for (const work of all.works) work.move(all.nu, 1);
    let value = all.value(all.nu);
    for (const pseudo of BARRIERS) {
      if (pseudo > Math.max(value, LEAST)) continue;
      if (!all.descend(all.nu, pseudo)) all.converged = false;
      value = all.value(all.nu);
      if (pseudo <= NEGLIGIBLE * value) break;
    }
    return value;
  }

  const moves = (work, b) => {
    for (let j = 0; j < work.k; j++) if (work.slopes[j * work.bins + b] !== 0) return true;
    return false;
  };

  // bins that nothing moves must be possible as they are
  function possibleRigid(work) {
    const { statistic, base, bins } = work;
    if (!statistic.shift) return true;
    for (let b = 0; b < bins; b++) {
      const y = base[b] + statistic.shift[b];
      if (!(y > 0) && !moves(work, b) && (y < 0 || (b < statistic.active && statistic.data[b] > 0))) return false;
    }
    return true;
  }

  // least of what must be positive in bins that move
  function margin(work, nu) {
    const { statistic, bins, scratch } = work;
    let least = Infinity;
    if (!statistic.shift) return least;
    work.fill(nu, 0, bins, scratch);
    for (let b = 0; b < bins; b++) {
      const y = scratch[b] + statistic.shift[b];
      if (y < least && moves(work, b)) least = y;
    }
    return least;
  }

  // rows of bins that must be positive, in units of their size
  function rowsOf(all) {
    const rows = [];
    for (const work of all.works) {
      const { statistic, slopes, bins, k, nuisances } = work;
      if (!statistic.shift) continue;
      for (let b = 0; b < bins; b++) {
        if (!moves(work, b)) continue;
        const row = new Float64Array(all.free);
        let base = work.base[b] + statistic.shift[b];
        let size = Math.abs(base);
        for (let j = 0; j < k; j++) {
          const x = slopes[j * bins + b];
          const at = all.at[nuisances[j]];
          if (at >= 0) row[at] = x;
          else base += all.nu[nuisances[j]] * x;
          size = Math.max(size, Math.abs(x));
        }
        rows.push({ base: base / size, row: row.map((x) => x / size) });
      }
    }
    return rows;
  }

  // free nuisances at which every bin is positive; whether there are some
  function findStart(all) {
    const rows = rowsOf(all);
    const n = all.free;
    const x = new Float64Array(n + 1); // nuisances, and how far below 0 bins may be
    for (const { base } of rows) x[n] = Math.max(x[n], 1.1 * -base + 0.1);
    const weights = Float64Array.from({ length: n }, (_, a) => all.weights[all.order[a]] / FAR ** 2);
    for (let force = 1; force < 1e13; force *= 10) {
      relax(rows, x, n, weights, force);
      const room = rows.map(({ base, row }) => row.reduce((sum, y, a) => sum + y * x[a], base));
      if (x[n] < 0 || room.every((y) => y > 1e-12)) {
        for (let a = 0; a < n; a++) all.nu[all.order[a]] = x[a];
        if (all.works.every((work) => margin(work, all.nu) > 0)) return true;
      }
    }
    return false;
  }

  // Newton's steps to the least of force·s − Σ ln(y + s) + Σ w ν²
  function relax(rows, x, n, weights, force) {
    const size = n + 1;
    const matrix = new Float64Array(size * size);
    const gradient = new Float64Array(size);
    const inverse = new Float64Array(size);
    const room = ({ base, row }) => row.reduce((sum, y, a) => sum + y * x[a], base) + x[n];
    for (let count = 0; count < 100; count++) {
      matrix.fill(0);
      gradient.fill(0);
      gradient[n] = force;
      for (let a = 0; a < n; a++) {
        gradient[a] = 2 * weights[a] * x[a];
        matrix[a * size + a] = 2 * weights[a];
      }
      for (const one of rows) {
        const y = 1 / room(one);
        const at = (a) => (a < n ? one.row[a] : 1) * y;
        for (let a = 0; a < size; a++) {
          gradient[a] -= at(a);
          for (let b = 0; b <= a; b++) matrix[a * size + b] += at(a) * at(b);
        }
      }
      factor(matrix, size, inverse);
      const step = solve(matrix, size, inverse, gradient.map((y) => -y));
      const fall = -step.reduce((sum, y, a) => sum + y * gradient[a], 0);
      const length = fall > 0.25 ? 1 / (1 + Math.sqrt(fall)) : 1;
      for (let a = 0; a < size; a++) x[a] += length * step[a];
      if (fall < 1e-9) return;
    }
  }

  Object.assign(engine.inner, { minimiseHard });
});
