// Counts on a background b = e_i t_j of which row and column sums are counted too: the
// best e and t are found for every expectation.
"use strict";

(globalThis.nuprobeParts ??= []).push(function projected(engine) {
  const { Statistic, factor, solve } = engine.inner;
  const STEPS = 500;
  const LONGEST = 2; // step of a logarithm
  const SURE = 1e-3; // fall of −2 ln L up to which a full step needs no look
  const DONE = 1e-13; // of −2 ln L

  class Projected extends Statistic {
    constructor(entry, bins) {
      super(entry, bins);
      [this.rows, this.columns] = entry.shape;
      this.ratio = entry.ratio;
      this.nominal = this.sorted(entry.nominal);
      this.shift = this.nominal.map((x) => -x / 2); // µ − nominal ≥ −nominal/2
      this.safe = false;
      this.least = Math.min(1, ...this.data.filter((n) => n > 0));
      this.prepare(entry.control.data);
      this.reduce = (hessian, size, columns, map) => this.eliminate(hessian, size, columns, map);
    }

    prepare(control) {
      const { rows, columns, data, ratio } = this;
      const size = rows + columns;
      this.sums = new Float64Array(size);
      this.seen = new Float64Array(size);
      for (let i = 0; i < data.length; i++)
        for (const k of [Math.floor(i / columns), rows + (i % columns)]) {
          this.sums[k] += control[i];
          this.seen[k] += data[i];
        }
      this.whole = control.reduce((a, b) => a + b, 0);
      const logs = this.sums.reduce((a, s) => a + (s > 0 ? s * Math.log(s) : 0), 0);
      this.logs = logs - (this.whole > 0 ? this.whole * Math.log(ratio * this.whole) : 0);
      // only the product counts: the fullest column is held
      let held = rows;
      for (let k = rows; k < size; k++)
        if (this.sums[k] + this.seen[k] > this.sums[held] + this.seen[held]) held = k;
      this.held = held;
      for (const name of ["z", "trial", "gradient", "step", "inverse"]) this[name] = new Float64Array(size);
      this.matrix = new Float64Array(size * size);
      this.b = new Float64Array(data.length);
      this.x = new Float64Array(data.length);
      this.known = false;
    }

    background(z) {
      const { rows, columns, b } = this;
      for (let r = 0, i = 0; r < rows; r++)
        for (let c = 0; c < columns; c++, i++) b[i] = Math.exp(z[r] + z[rows + c]);
    }

    valueAt(z) {
      this.background(z);
      const { x, b, data, ratio, sums } = this;
      let on = 0;
      let all = 0;
      for (let i = 0; i < b.length; i++) {
        const mu = x[i] + b[i];
        const n = data[i];
        if (n > 0 ? !(mu > 0) : !(mu >= 0)) return Infinity;
        on += mu - n - (n > 0 ? n * Math.log(mu / n) : 0);
        all += b[i];
      }
      let rest = ratio * all - this.whole + this.logs;
      for (let k = 0; k < z.length; k++) if (sums[k] > 0) rest -= z[k] * sums[k];
      return 2 * (on + rest);
    }

    begin() {
      const { rows, columns, ratio, sums, seen, z, x, b } = this;
      let share = this.whole + 1e-3 * columns;
      for (let k = rows; k < rows + columns; k++) share += seen[k];
      for (let k = 0; k < z.length; k++)
        z[k] = Math.log((seen[k] + sums[k] + 1e-3) / (k < rows ? 1 + ratio : share));
      this.background(z);
      let below = 0;
      for (let i = 0; i < b.length; i++) below = Math.max(below, -x[i] / b[i]);
      const more = Math.log(Math.max(1, below / 0.9)); // every x + b positive
      for (let k = 0; k < rows; k++) z[k] += more;
    }

    // half the derivatives in the logarithms of e and t; the held one does not move
    bend(exact) {
      const { rows, columns, ratio, sums, data, x, b, gradient, matrix } = this;
      const size = rows + columns;
      matrix.fill(0);
      for (let k = 0; k < size; k++) gradient[k] = -sums[k];
      for (let r = 0, i = 0; r < rows; r++)
        for (let c = 0; c < columns; c++, i++) {
          const k = rows + c;
          const mu = x[i] + b[i];
          const share = data[i] > 0 ? (data[i] * b[i]) / mu : 0;
          const slope = (1 + ratio) * b[i] - share;
          const curve = (1 + ratio) * b[i] - (exact && share > 0 ? (share * x[i]) / mu : 0);
          gradient[r] += slope;
          gradient[k] += slope;
          matrix[r * size + r] += curve;
          matrix[k * size + k] += curve;
          matrix[k * size + r] += curve;
        }
      const { held } = this;
      gradient[held] = 0;
      for (let k = 0; k < size; k++) matrix[held * size + k] = matrix[k * size + held] = 0;
      matrix[held * size + held] = 1;
    }

    // the best background for `x`; −2 ln L there
    settle() {
      const { z, trial, gradient, step, matrix, inverse } = this;
      const size = z.length;
      if (!this.known || this.valueAt(z) === Infinity) this.begin();
      let now = this.valueAt(z);
      for (let count = 0; count < STEPS; count++) {
        this.bend(true);
        if (!factor(matrix, size, inverse)) {
          this.bend(false); // where it is not convex, a curvature that is positive
          factor(matrix, size, inverse);
        }
        for (let k = 0; k < size; k++) step[k] = -gradient[k];
        solve(matrix, size, inverse, step);
        let longest = 0;
        for (let k = 0; k < size; k++) longest = Math.max(longest, Math.abs(step[k]));
        if (longest > LONGEST) for (let k = 0; k < size; k++) step[k] *= LONGEST / longest;
        let fall = 0;
        for (let k = 0; k < size; k++) fall -= 2 * step[k] * gradient[k];
        const close = fall < DONE * (1 + Math.abs(now));
        let length = 1;
        let value = Infinity;
        for (;;) {
          if (length < 1e-14) return now; // rounding leaves nothing to gain
          for (let k = 0; k < size; k++) trial[k] = z[k] + length * step[k];
          value = this.valueAt(trial);
          if (value <= now - 1e-4 * length * fall || (value < Infinity && (fall < SURE || length < 1e-9))) break;
          length /= 2;
        }
        z.set(trial);
        now = value;
        if (close) break;
      }
      this.known = true;
      return now;
    }

    toSignal(mu) {
      for (let i = 0; i < mu.length; i++) this.x[i] = mu[i] - this.nominal[i];
    }

    value(mu) {
      for (let i = 0; i < mu.length; i++) if (!(mu[i] + this.shift[i] >= 0)) return Infinity;
      this.toSignal(mu);
      return this.settle();
    }

    derivatives(mu, pseudo) {
      this.toSignal(mu);
      this.settle();
      const { x, b, data, first, second, shift } = this;
      for (let i = 0; i < b.length; i++) {
        const total = x[i] + b[i];
        const n = data[i];
        first[i] = n > 0 ? 2 - (2 * n) / total : 2;
        second[i] = n > 0 ? (2 * n) / (total * total) : 0;
        const y = mu[i] + shift[i];
        if (pseudo && y > 0) {
          first[i] -= (2 * pseudo) / y;
          second[i] += (2 * pseudo) / (y * y);
        }
      }
    }

    // take from a Hessian what the background gives back: its columns are rows of bins,
    // one behind the other, that belong to the entries `map` of it
    eliminate(hessian, size, columns, map) {
      const { rows, columns: times, held, matrix, inverse, x, b, data } = this;
      const own = rows + times;
      this.bend(true);
      if (!factor(matrix, own, inverse)) {
        this.bend(false);
        factor(matrix, own, inverse);
      }
      const n = b.length;
      const right = map.map((_, k) => {
        const found = new Float64Array(own);
        for (let i = 0; i < n; i++) {
          if (!(data[i] > 0)) continue;
          const mixed = ((data[i] * b[i]) / (x[i] + b[i]) ** 2) * columns[k * n + i];
          found[Math.floor(i / times)] += mixed;
          found[rows + (i % times)] += mixed;
        }
        found[held] = 0;
        return found;
      });
      right.forEach((one, k) => {
        const solved = solve(matrix, own, inverse, Float64Array.from(one));
        right.forEach((other, l) => {
          let total = 0;
          for (let i = 0; i < own; i++) total += other[i] * solved[i];
          hessian[map[k] * size + map[l]] -= 2 * total;
        });
      });
    }

    // expected curvature of directions, the nominal background following
    metric(lines, mu) {
      const { rows, columns, held, nominal, ratio } = this;
      const own = rows + columns;
      const matrix = new Float64Array(own * own);
      const right = lines.map(() => new Float64Array(own));
      const full = lines.map(() => new Float64Array(lines.length));
      for (let i = 0; i < nominal.length; i++) {
        const safe = Math.max(mu[i], 1e-9);
        const [r, c] = [Math.floor(i / columns), rows + (i % columns)];
        const curve = (nominal[i] / safe + ratio) * nominal[i];
        matrix[r * own + r] += curve;
        matrix[c * own + c] += curve;
        matrix[c * own + r] += curve;
        lines.forEach((line, k) => {
          right[k][r] += (line[i] * nominal[i]) / safe;
          right[k][c] += (line[i] * nominal[i]) / safe;
          lines.forEach((other, l) => (full[k][l] += (2 * line[i] * other[i]) / safe));
        });
      }
      for (let k = 0; k < own; k++) matrix[held * own + k] = matrix[k * own + held] = 0;
      matrix[held * own + held] = 1;
      for (const one of right) one[held] = 0;
      const inverse = new Float64Array(own);
      factor(matrix, own, inverse);
      right.forEach((one, k) => {
        const solved = solve(matrix, own, inverse, Float64Array.from(one));
        right.forEach((other, l) => {
          for (let i = 0; i < own; i++) full[k][l] -= 2 * other[i] * solved[i];
        });
      });
      return full;
    }
  }

  Object.assign(engine.inner, { Projected });
});
