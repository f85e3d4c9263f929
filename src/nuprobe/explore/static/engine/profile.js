// Minimum over the nuisances: damped Newton with analytic slopes and curvatures.
//
// At fixed parameters µ is linear in the nuisances but for those that morph, so −2 ln L
// is convex and Newton's method finds its minimum; see `nuprobe.inference.newton`.
"use strict";

(globalThis.nuprobeParts ??= []).push(function profile(engine) {
  const { factor, solve, triangle, solveUpper, solveLower } = engine.inner;
  // Newton decrements at which the step just taken was the last one, or the next is
  const LAST = 1e-6;
  const LAST_BUT_ONE = 1e-3;
  const PLAIN = 15; // steps that only keep µ positive; later ones must also go down
  const MOST = 500;
  const KEPT = 0.9; // share of a count that a step may remove
  const LONG = 1e6; // decrement of a step of which rounding leaves something to do
  const LOST = 1e-6; // of a pivot: rounding of products hides what is left

  // nuisances of one likelihood at a point; arrays are used again for the next point
  class Profiler {
    constructor(weights) {
      const k = weights.length;
      this.weights = weights; // 1/σ²; 0 for a free one
      this.size = k;
      this.nu = new Float64Array(k);
      this.gradient = new Float64Array(k);
      this.step = new Float64Array(k);
      this.hessian = new Float64Array(k * k);
      this.small = new Float64Array(k * k);
      this.inverse = new Float64Array(k);
      this.packed = new Float64Array(k);
      this.order = new Int32Array(k); // free nuisances
      this.free = k;
      this.at = new Int32Array(k); // where a nuisance stands among them, or −1
      this.works = [];
      this.boundary = false;
    }

    // which nuisances move
    release(isFree) {
      this.free = 0;
      for (let j = 0; j < this.size; j++) {
        this.at[j] = -1;
        if (!isFree(j)) continue;
        this.at[j] = this.free;
        this.order[this.free++] = j;
      }
    }

    // terms that have been evaluated at a point
    take(terms) {
      if (this.terms !== terms) {
        this.terms = terms;
        this.works = terms.map((term, i) => new Work(term, this.works[i]));
      }
      for (const work of this.works) work.begin();
    }

    // −2 ln L at nuisances; leaves µ where it was
    value(nu) {
      let total = 0;
      for (let j = 0; j < this.size; j++) total += nu[j] * nu[j] * this.weights[j];
      for (const work of this.works) total += work.value(nu);
      return total;
    }

    pulls(nu) {
      let total = 0;
      for (let j = 0; j < this.size; j++) total += nu[j] * nu[j] * this.weights[j];
      return total;
    }

    // gradient and Hessian at the present µ
    slopes(nu, pseudo, begin, again) {
      const { gradient, hessian, size, weights } = this;
      if (!again) hessian.fill(0);
      for (let j = 0; j < size; j++) {
        gradient[j] = 2 * nu[j] * weights[j];
        if (!again) hessian[j * size + j] = 2 * weights[j];
      }
      for (const work of this.works) work.addSlopes(this, pseudo, begin, again);
    }

    // Newton's step of the free nuisances; minus the fall that it promises
    direction(again) {
      const { free, order, size, hessian, small, inverse, packed, gradient, step } = this;
      if (!again) {
        for (let a = 0; a < free; a++)
          for (let b = 0; b <= a; b++) {
            const [i, j] = [order[a], order[b]];
            small[a * free + b] = i > j ? hessian[i * size + j] : hessian[j * size + i];
          }
        this.positive = factor(small, free, inverse);
      }
      for (let a = 0; a < free; a++) packed[a] = -gradient[order[a]];
      if (!again) this.triangle = this.lost() ? this.orthogonal() : null;
      step.fill(0);
      if (this.triangle) return this.leastSquares();
      solve(small, free, inverse, packed);
      let decrement = 0;
      for (let a = 0; a < free; a++) {
        step[order[a]] = packed[a];
        decrement -= packed[a] * gradient[order[a]];
      }
      return decrement;
    }

    // whether nuisances cancel each other so well that their curvatures drown
    lost() {
      const { free, small, inverse } = this;
      for (let a = 0; a < free; a++) {
        const whole = small[a * free + a];
        if (whole > 0 && !(inverse[a] * whole < 1 / LOST && inverse[a] > 0)) return true;
      }
      return false;
    }

    // the Newton step as a problem of least squares |A δ + q|, where the entries of H =
    // Aᵀ A and of the gradient Aᵀ q have lost what nuisances leave when they cancel: the
    // triangle of A and q; null where bins do not stand alone
    orthogonal() {
      const { free, order, works, weights, nu } = this;
      if (works.some(({ statistic }) => statistic.reduce)) return null;
      const rows = free + works.reduce((n, work) => n + work.used, 0);
      const columns = Array.from({ length: free + 1 }, () => new Float64Array(rows));
      this.flat = new Float64Array(free);
      for (let a = 0; a < free; a++) {
        columns[a][a] = Math.sqrt(2 * weights[order[a]]);
        columns[free][a] = columns[a][a] * nu[order[a]];
      }
      let at = free;
      for (const work of works) {
        work.addRows(columns, at, this);
        at += work.used;
      }
      return triangle(columns);
    }

    // the step of that problem
    leastSquares() {
      const { free, order, triangle: r, step, flat } = this;
      const size = free + 1;
      const right = solveLower(r, size, free, flat); // what is linear in the nuisances
      let decrement = 0;
      for (let a = 0; a < free; a++) {
        right[a] = -(right[a] + r[a * size + free]);
        decrement += right[a] * right[a];
      }
      solveUpper(r, size, free, right);
      for (let a = 0; a < free; a++) step[order[a]] = right[a];
      return decrement;
    }

    // from `nu`, at which data are possible, to the minimum; whether it was found
    descend(nu, pseudo = 0, cold = false) {
      for (const work of this.works) work.move(nu, pseudo);
      let least = 1;
      let safe = true;
      let exact = true;
      for (const { statistic } of this.works) {
        if (statistic.shift) {
          exact = false;
          least = Math.min(least, pseudo ? Math.min(statistic.least, pseudo) : statistic.least);
        }
        safe &&= statistic.safe;
      }
      exact &&= safe;
      let last = false;
      for (let count = 0; count < MOST; count++) {
        const begin = cold && count === 0 && !pseudo;
        this.slopes(nu, pseudo, begin, last);
        const decrement = this.direction(last);
        const near = !begin && decrement < least;
        let length = 1;
        for (const work of this.works) length = Math.min(length, work.change(this.step, near));
        if (!safe || count >= PLAIN) length = this.backtrack(nu, length, decrement, pseudo);
        for (let j = 0; j < this.size; j++) nu[j] += length * this.step[j];
        for (const work of this.works) work.follow(length);
        if ((exact && (decrement < LONG || count > 2)) || last) return true;
        if (!begin && length === 1 && decrement <= LAST * least) return true;
        if (length === 0) return decrement < LAST * Math.max(1, Math.abs(this.value(nu)));
        last = safe && !begin && !this.triangle && length === 1 && decrement <= LAST_BUT_ONE * least;
      }
      return false;
    }

    // a length at which −2 ln L falls; 0 if rounding leaves none
    backtrack(nu, length, decrement, pseudo) {
      const here = this.ahead(nu, 0, pseudo);
      // what rounding of the value hides is taken as it is
      if (decrement < 1e-9 * Math.max(1, Math.abs(here))) return length;
      for (; length > 1e-12; length /= 2)
        if (this.ahead(nu, length, pseudo) <= here - 1e-4 * length * decrement) return length;
      return 0;
    }

    ahead(nu, length, pseudo) {
      let total = 0;
      for (let j = 0; j < this.size; j++) {
        const x = nu[j] + length * this.step[j];
        total += x * x * this.weights[j];
      }
      for (const work of this.works) total += work.ahead(length, pseudo);
      return total;
    }

    // minimum over the free nuisances from `this.nu`, or from 0; −2 ln L there
    minimise(warm) {
      const { nu } = this;
      this.boundary = false;
      if (!warm) this.reset();
      let possible = this.works.every((work) => work.possibleAt(nu)) && !this.works.some((work) => work.huge());
      if (!possible && warm) {
        this.reset();
        possible = this.works.every((work) => work.possibleAt(nu));
        warm = false;
      }
      if (possible && !this.works.some((work) => work.huge()) && this.descend(nu, 0, !warm)) {
        let value = this.pulls(nu);
        for (const work of this.works) value += work.now();
        if (value < Infinity) return value;
      }
      this.reset();
      return engine.inner.minimiseHard(this);
    }

    reset() {
      for (let a = 0; a < this.free; a++) this.nu[this.order[a]] = 0;
    }
  }

  // one term on its way to the minimum
  class Work {
    constructor(term, before) {
      this.term = term;
      const { statistic, bins } = term;
      this.statistic = statistic;
      this.bins = bins;
      this.k = term.nuisances.length;
      this.nuisances = term.nuisances;
      const own = before && before.bins === bins && before.k === this.k;
      this.mu = own ? before.mu : new Float64Array(bins);
      this.delta = own ? before.delta : new Float64Array(bins);
      this.scratch = own ? before.scratch : new Float64Array(bins);
      this.rest = own ? before.rest : new Float64Array(this.k);
      this.base = statistic.whiten ? new Float64Array(bins) : term.base;
      this.slopes = statistic.whiten ? new Float64Array(this.k * bins) : term.slopes;
      this.used = bins; // bins that follow the steps
      this.rows = Array.from({ length: this.k }, (_, j) => this.slopes.subarray(j * bins, (j + 1) * bins));
      this.live = new Int32Array(this.k);
    }

    // working coordinates of what the term has evaluated
    begin() {
      const { statistic, term, bins, k } = this;
      if (statistic.whiten) {
        for (let b = 0; b < bins; b++) this.base[b] = term.base[b] - statistic.data[b];
        this.slopes.set(term.slopes);
        statistic.whiten(this.base);
        for (const row of this.rows) statistic.whiten(row);
      }
      if (!statistic.linear) return;
      for (let j = 0; j < k; j++) {
        let total = 0;
        for (let b = statistic.active; b < bins; b++) total += this.slopes[j * bins + b];
        this.rest[j] = total;
      }
      this.restBase = 0;
      for (let b = statistic.active; b < bins; b++) this.restBase += this.base[b];
    }

    // bins that Newton's steps take along
    reach(pseudo) {
      return pseudo || !this.statistic.linear ? this.bins : this.statistic.active;
    }

    fill(nu, from, to, out) {
      const { base, slopes, bins, k, nuisances } = this;
      for (let b = from; b < to; b++) out[b] = base[b];
      for (let j = 0; j < k; j++) {
        const x = nu[nuisances[j]];
        if (x === 0) continue;
        const first = j * bins;
        for (let b = from; b < to; b++) out[b] += x * slopes[first + b];
      }
    }

    move(nu, pseudo) {
      this.used = this.reach(pseudo);
      this.fill(nu, 0, this.bins, this.mu);
      this.at = nu;
    }

    value(nu) {
      this.fill(nu, 0, this.bins, this.scratch);
      return this.statistic.valueWorking(this.scratch);
    }

    // −2 ln L at µ, of which the bins that did not follow are filled in
    now() {
      this.fill(this.at, this.used, this.bins, this.mu);
      return this.statistic.valueWorking(this.mu);
    }

    possibleAt(nu) {
      const { shift, active, linear } = this.statistic;
      if (!shift) return true;
      const { scratch } = this;
      this.fill(nu, 0, this.bins, scratch);
      const to = linear ? active : this.bins;
      for (let b = 0; b < to; b++) if (!(scratch[b] + shift[b] > 0)) return false;
      return true;
    }

    // so many counts that their rounding matters
    huge() {
      const { base, bins, statistic } = this;
      const most = (statistic.hugest ??= hugest(statistic));
      for (let b = 0; b < bins; b++) if (Math.abs(base[b]) > most) return true;
      return false;
    }

    addSlopes(all, pseudo, begin, again) {
      const { statistic, mu, bins, nuisances, used, rest, rows, live } = this;
      statistic.derivatives(mu, pseudo);
      const { first, second } = statistic;
      const wide = begin && statistic.expected(mu) ? bins : used;
      let count = 0;
      for (let j = 0; j < this.k; j++) if (all.at[nuisances[j]] >= 0) live[count++] = j;
      const linear = used < bins ? statistic.linear : 0;
      const row = (i) => rows[live[i < count ? i : count - 1]];
      for (let i = 0; i < count; i += 4) {
        sums(first, row(i), row(i + 1), row(i + 2), row(i + 3), used, FOUND);
        for (let m = i; m < i + 4 && m < count; m++)
          all.gradient[nuisances[live[m]]] += linear * rest[live[m]] + FOUND[m - i];
      }
      if (again) return;
      for (let i = 0; i < count; i += 2)
        for (let j = 0; j <= i + 1 && j < count; j += 4) {
          products(second, row(i), row(i + 1), row(j), row(j + 1), row(j + 2), row(j + 3), wide, FOUND);
          this.store(all, i, j, count);
        }
      if (statistic.reduce) this.reduce(all);
    }

    // what `products` found into the lower triangle of the Hessian
    store({ hessian, size }, i, j, count) {
      const { nuisances, live } = this;
      for (let m = i; m < i + 2 && m < count; m++)
        for (let n = j; n < j + 4 && n <= m; n++) {
          const [a, b] = [nuisances[live[m]], nuisances[live[n]]];
          const x = FOUND[4 * (m - i) + n - j];
          if (a > b) hessian[a * size + b] += x;
          else hessian[b * size + a] += x;
        }
    }

    // rows √f″ s of the columns, and f′/√f″ behind them; slopes of bins that are straight go
    // to `flat`
    addRows(columns, at, all) {
      const { statistic, used, rows, nuisances, rest, bins } = this;
      const { first, second, linear } = statistic;
      const last = columns.length - 1;
      for (let b = 0; b < used; b++)
        if (second[b] > 0) columns[last][at + b] = first[b] / Math.sqrt(second[b]);
      for (let j = 0; j < this.k; j++) {
        const a = all.at[nuisances[j]];
        if (a < 0) continue;
        if (used < bins) all.flat[a] += linear * rest[j];
        for (let b = 0; b < used; b++)
          if (second[b] > 0) columns[a][at + b] = Math.sqrt(second[b]) * rows[j][b];
          else all.flat[a] += first[b] * rows[j][b];
      }
    }

    reduce(all) {
      const found = [];
      for (let j = 0; j < this.k; j++) found.push(this.nuisances[j]);
      this.statistic.reduce(all.hessian, all.size, this.slopes, found);
    }

    // change of µ by a step; how much of it keeps µ positive
    change(step, near) {
      const { delta, slopes, bins, k, nuisances, used, mu } = this;
      this.step = step;
      for (let b = 0; b < used; b++) delta[b] = 0;
      for (let j = 0; j < k; j++) {
        const x = step[nuisances[j]];
        if (x === 0) continue;
        const first = j * bins;
        for (let b = 0; b < used; b++) delta[b] += x * slopes[first + b];
      }
      const { shift } = this.statistic;
      if (!shift || near) return 1;
      let lost = KEPT;
      for (let b = 0; b < used; b++) {
        const share = -delta[b] / (mu[b] + shift[b]);
        if (share > lost) lost = share;
      }
      return KEPT / lost;
    }

    follow(length) {
      const { mu, delta, used } = this;
      for (let b = 0; b < used; b++) mu[b] += length * delta[b];
    }

    // −2 ln L after a step, with the barrier
    ahead(length, pseudo) {
      const { mu, delta, used, scratch, statistic, bins } = this;
      const { shift, active, linear } = statistic;
      for (let b = 0; b < used; b++) scratch[b] = mu[b] + length * delta[b];
      if (used < bins) return this.aheadOfActive(length);
      let total = statistic.valueWorking(scratch);
      if (pseudo && shift)
        for (let b = linear ? active : 0; b < bins; b++) {
          const y = scratch[b] + shift[b];
          if (y > 0) total -= 2 * pseudo * Math.log(y);
          else if (delta[b] !== 0) return Infinity;
        }
      return total;
    }

    // bins without counts may fall below 0 on the way: what they add is linear
    aheadOfActive(length) {
      const { scratch, statistic, bins, used, rest, nuisances } = this;
      let total = this.restBase;
      for (let j = 0; j < this.k; j++)
        total += (this.at[nuisances[j]] + length * this.step[nuisances[j]]) * rest[j];
      scratch.fill(0, used, bins);
      return statistic.valueWorking(scratch) + statistic.linear * total;
    }
  }

  function hugest(statistic) {
    const { data, control, ratio, sigma, deviations } = statistic;
    let least = Infinity;
    for (let b = 0; b < data.length; b++) {
      let spread = Math.sqrt(Math.max(data[b], 1));
      if (control) spread = Math.sqrt(Math.max(data[b] + control[b] / ratio ** 2, 1));
      if (sigma ?? deviations) spread = (sigma ?? deviations)[b];
      least = Math.min(least, spread);
    }
    return 1e-4 * 2 ** 52 * least;
  }

  const FOUND = new Float64Array(8);

  // Σ of a row with four others
  function sums(a, x, y, z, u, n, out) {
    let [p, q, r, s] = [0, 0, 0, 0];
    for (let b = 0; b < n; b++) {
      const v = a[b];
      p += v * x[b];
      q += v * y[b];
      r += v * z[b];
      s += v * u[b];
    }
    out[0] = p; out[1] = q; out[2] = r; out[3] = s;
  }

  // Σ of weighted products of two rows with four others: eight sums for six rows that
  // are read, which is what takes the time
  function products(w, x0, x1, y0, y1, y2, y3, n, out) {
    let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    for (let i = 0; i < n; i++) {
      const p = w[i] * x0[i];
      const q = w[i] * x1[i];
      const r = y0[i];
      const s = y1[i];
      const t = y2[i];
      const u = y3[i];
      a += p * r; b += p * s; c += p * t; d += p * u;
      e += q * r; f += q * s; g += q * t; h += q * u;
    }
    out[0] = a; out[1] = b; out[2] = c; out[3] = d;
    out[4] = e; out[5] = f; out[6] = g; out[7] = h;
  }

  Object.assign(engine.inner, { Profiler, sums, products });
});
