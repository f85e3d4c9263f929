// Nuisances that morph: µ is linear in each of them between anchors only, so that −2 ln L
// has kinks at the anchors. Linear and morphing nuisances take Newton's steps together
// inside a cell between anchors; at an anchor a nuisance goes on into the next cell only
// if −2 ln L falls there.
"use strict";

(globalThis.nuprobeParts ??= []).push(function morphing(engine) {
  const { factor, solve, sums, products, NONE } = engine.inner;
  const STEPS = 200;
  const HALVINGS = 50;
  const DECREMENT = 1e-11; // expected fall of −2 ln L, of the larger of it and 1: done
  const ENOUGH = 1e-6; // at which it may stop when rounding hides a further fall
  const NEAR = 1e-2; // at which a step of Newton's ends near the minimum
  const SAME = 1e-3; // distance of nuisances at one minimum, in sigmas
  const FOUND = new Float64Array(8);

  // derivatives of one term along the morphing nuisances
  class Slopes {
    constructor(work, morphing) {
      this.work = work;
      this.own = morphing.map((m) => work.term.morphing.includes(m));
      const { bins, k } = work;
      const rows = (n) => Array.from({ length: n }, () => new Float64Array(bins));
      this.base = rows(morphing.length);
      this.slopes = morphing.map(() => new Float64Array(k * bins));
      this.jacobian = rows(morphing.length);
      this.both = [new Float64Array(bins), new Float64Array(k * bins)];
      this.scratch = new Float64Array(bins);
    }

    whiten(base, slopes, moved) {
      const { work } = this;
      const { whiten } = work.statistic;
      if (!whiten) return;
      whiten(base);
      for (const j of moved) whiten(slopes.subarray(j * work.bins, (j + 1) * work.bins));
    }

    // ∂µ/∂t of one nuisance, in the cell where the term is placed
    along(i, nuisance, nu) {
      const { work } = this;
      const [base, slopes, out] = [this.base[i], this.slopes[i], this.jacobian[i]];
      this.assemble(base, slopes, new Set([nuisance]), nu, out);
      return out;
    }

    assemble(base, slopes, which, nu, out) {
      const { term, bins, nuisances } = this.work;
      const moved = term.moved(which);
      term.assemble(base, slopes, which);
      this.whiten(base, slopes, moved);
      out.set(base);
      for (const j of moved) {
        const x = nu[nuisances[j]];
        if (x === 0) continue;
        for (let b = 0; b < bins; b++) out[b] += x * slopes[j * bins + b];
      }
    }

    // Σ f′ ∂²µ/∂t∂t′ of two nuisances
    bend(one, two, nu, first) {
      const [base, slopes] = this.both;
      this.assemble(base, slopes, new Set([one, two]), nu, this.scratch);
      return dot(first, this.scratch, 0, this.work.bins);
    }
  }

  function dot(a, matrix, first, n) {
    let total = 0;
    for (let b = 0; b < n; b++) total += a[b] * matrix[first + b];
    return total;
  }

  class Morphing {
    // `morphs`: [{nuisance, kinks, sigma}] of the document
    constructor(profiler, morphs) {
      this.all = profiler;
      this.morphs = morphs;
      this.names = morphs.map((m) => m.nuisance);
      this.inside = new Float64Array(profiler.size);
      const size = profiler.size;
      this.matrix = new Float64Array(size * size);
      this.bare = new Float64Array(size * size);
      this.gradient = new Float64Array(size);
      this.step = new Float64Array(size);
      this.inverse = new Float64Array(size);
      this.trial = new Float64Array(size);
      this.low = new Float64Array(morphs.length);
      this.high = new Float64Array(morphs.length);
      this.moving = new Uint8Array(morphs.length);
      this.columns = [];
    }

    take(works) {
      if (this.works === works) return;
      this.works = works;
      this.columns = works.map((work) => new Slopes(work, this.names));
    }

    // base and slopes of all terms at the morphing nuisances of `nu`
    place(nu) {
      for (const { nuisance } of this.morphs) this.inside[nuisance] = nu[nuisance];
      for (const work of this.works) {
        if (!work.term.morphing.length) continue;
        work.term.place(nu, this.inside);
        work.term.assemble(work.term.base, work.term.slopes, NONE);
        work.begin();
      }
    }

    // minimum over all free nuisances from several starts, or from `nu` alone; −2 ln L
    minimise(isFree, warm) {
      const { all, morphs } = this;
      this.take(all.works);
      const free = morphs.filter((m) => isFree(m.nuisance));
      const isLinear = (j) => isFree(j) && !this.names.includes(j);
      all.release(isLinear);
      if (warm) return this.from(free, isLinear, true, null);
      let best = Infinity;
      let found = null;
      const held = Float64Array.from(all.nu);
      for (const start of starts(free)) {
        // the linear nuisances of one minimum are not far from those of the next
        const again = found !== null && !found.boundary;
        all.nu.set(again ? found.nu : held);
        free.forEach((m, i) => (all.nu[m.nuisance] = start[i]));
        const value = this.from(free, isLinear, again, again ? found.nu : null);
        if (value < best) {
          best = value;
          found = { nu: Float64Array.from(all.nu), boundary: all.boundary };
        }
      }
      if (found) {
        all.nu.set(found.nu);
        all.boundary = found.boundary;
      } else for (const m of free) all.nu[m.nuisance] = 0;
      return best;
    }

    // linear nuisances first, then all together; Infinity if they go to where the minimum
    // `known` is
    from(free, isLinear, warm, known) {
      const { all } = this;
      this.place(all.nu);
      all.release(isLinear);
      const value = all.minimise(warm);
      if (value === Infinity || !free.length) return value;
      return all.boundary ? this.nested(free, value) : this.descend(free, value, known);
    }

    // the cell of each nuisance that may move, and whether it does
    sides(free, nu) {
      const { all, inside, low, high, moving } = this;
      free.forEach((m, i) => {
        const t = nu[m.nuisance];
        const { kinks } = m;
        let cell = 0;
        while (cell < kinks.length - 2 && t >= kinks[cell + 1]) cell++;
        [low[i], high[i], moving[i]] = [kinks[cell], kinks[cell + 1], 1];
        inside[m.nuisance] = (low[i] + high[i]) / 2;
        if (t > low[i] && t < high[i]) return;
        // on an anchor: the sides before and after it
        const at = kinks.indexOf(t);
        const slope = (a, b) => {
          inside[m.nuisance] = (a + b) / 2;
          return this.slopeOf(m.nuisance, nu) + 2 * t * all.weights[m.nuisance];
        };
        const below = at > 0 ? slope(kinks[at - 1], t) : -Infinity;
        const above = at < kinks.length - 1 ? slope(t, kinks[at + 1]) : Infinity;
        const up = above < 0 && -above >= below;
        const down = !up && below > 0;
        moving[i] = up || down ? 1 : 0;
        [low[i], high[i]] = down || at === kinks.length - 1 ? [kinks[at - 1], t] : [t, kinks[at + 1]];
        inside[m.nuisance] = (low[i] + high[i]) / 2;
      });
    }

    // derivative of the terms in a morphing nuisance, in the cell of `inside`
    slopeOf(nuisance, nu) {
      let total = 0;
      const at = this.names.indexOf(nuisance);
      for (const columns of this.columns) {
        if (!columns.own[at]) continue;
        const { work } = columns;
        work.term.place(nu, this.inside);
        total += dot(work.statistic.first, columns.along(at, nuisance, nu), 0, work.bins);
      }
      return total;
    }

    // slopes of −2 ln L bin by bin at `nu`
    bins(nu) {
      for (const work of this.works) {
        const { statistic } = work;
        work.move(nu, 0);
        if (statistic.linear) {
          statistic.first.fill(statistic.linear, statistic.active);
          statistic.second.fill(0, statistic.active);
        }
        statistic.derivatives(work.mu, 0);
      }
    }

    // gradient and Hessian of what moves; `order` lists nuisances, the morphing ones last
    build(order, linear, nu) {
      const { gradient, matrix, bare, all } = this;
      const size = order.length;
      matrix.fill(0, 0, size * size);
      bare.fill(0, 0, size * size);
      for (let a = 0; a < size; a++) {
        gradient[a] = 2 * nu[order[a]] * all.weights[order[a]];
        bare[a * size + a] = 2 * all.weights[order[a]];
      }
      for (const columns of this.columns) this.addTerm(columns, order, linear, nu);
      // `matrix` had the bends of µ itself alone
      for (let i = 0; i < size * size; i++) matrix[i] += bare[i];
    }

    addTerm(columns, order, linear, nu) {
      const { matrix, bare } = this;
      const { work } = columns;
      const { bins, nuisances, statistic } = work;
      const size = order.length;
      const rows = [];
      const map = [];
      for (let a = 0; a < size; a++) {
        if (a < linear) {
          const j = nuisances.indexOf(order[a]);
          if (j < 0) continue;
          rows.push(work.rows[j]);
        } else {
          const at = this.names.indexOf(order[a]);
          if (!columns.own[at]) continue;
          rows.push(columns.along(at, order[a], nu));
        }
        map.push(a);
      }
      const { first } = statistic;
      this.addRows(rows, map, size, statistic, bins);
      if (statistic.reduce) {
        const flat = new Float64Array(rows.length * bins);
        rows.forEach((row, r) => flat.set(row, r * bins));
        statistic.reduce(bare, size, flat, map);
      }
      for (let a = linear; a < size; a++) {
        const at = this.names.indexOf(order[a]);
        if (!columns.own[at]) continue;
        for (const j of work.term.moved(new Set([order[a]]))) {
          const b = order.indexOf(nuisances[j]);
          if (b >= 0) matrix[a * size + b] += dot(first, columns.slopes[at], j * bins, bins);
        }
        for (let b = linear; b < a; b++)
          if (columns.own[this.names.indexOf(order[b])])
            matrix[a * size + b] += columns.bend(order[a], order[b], nu, first);
      }
    }

    // Σ f′ of rows into the gradient, and Σ f″ of their products
    addRows(rows, map, size, { first, second }, bins) {
      const { gradient, bare } = this;
      const count = rows.length;
      const row = (i) => rows[Math.min(i, count - 1)];
      for (let i = 0; i < count; i += 4) {
        sums(first, row(i), row(i + 1), row(i + 2), row(i + 3), bins, FOUND);
        for (let m = i; m < i + 4 && m < count; m++) gradient[map[m]] += FOUND[m - i];
      }
      for (let i = 0; i < count; i += 2)
        for (let j = 0; j <= i + 1 && j < count; j += 4) {
          products(second, row(i), row(i + 1), row(j), row(j + 1), row(j + 2), row(j + 3), bins, FOUND);
          for (let m = i; m < i + 2 && m < count; m++)
            for (let n = j; n < j + 4 && n <= m; n++)
              bare[map[m] * size + map[n]] += FOUND[4 * (m - i) + n - j];
        }
    }

    // Newton's step in `this.step`; twice the fall that it promises
    direction(size) {
      const { matrix, bare, gradient, step, inverse } = this;
      if (!factor(matrix, size, inverse)) {
        matrix.set(bare.subarray(0, size * size)); // without the bends of µ itself
        factor(matrix, size, inverse);
      }
      for (let a = 0; a < size; a++) step[a] = -gradient[a];
      solve(matrix, size, inverse, step);
      let decrement = 0;
      for (let a = 0; a < size; a++) decrement -= step[a] * gradient[a];
      return decrement;
    }

    // all nuisances together, inside cells, to the minimum; −2 ln L there
    descend(free, value, known) {
      const { all, moving, low, high } = this;
      const { nu } = all;
      const linear = Array.from(all.order.subarray(0, all.free));
      for (let count = 0; count < STEPS; count++) {
        this.bins(nu);
        this.sides(free, nu);
        for (const { work } of this.columns) if (work.term.morphing.length) work.term.place(nu, this.inside);
        let order;
        let used;
        let decrement;
        for (;;) {
          used = free.flatMap((m, i) => (moving[i] ? [i] : []));
          order = [...linear, ...used.map((i) => free[i].nuisance)];
          this.build(order, linear.length, nu);
          decrement = this.direction(order.length);
          const out = used.filter((i, a) => {
            const step = this.step[linear.length + a];
            const t = nu[free[i].nuisance];
            return (t <= low[i] && step < 0) || (t >= high[i] && step > 0);
          });
          if (!out.length) break;
          for (const i of out) moving[i] = 0;
        }
        const scale = Math.max(value, 1);
        if (known && decrement < NEAR && this.goesTo(known, order, nu)) return Infinity;
        if (!(decrement > DECREMENT * scale)) return this.settled(free, value);
        const next = this.walk(order, linear.length, free, used, value, decrement);
        if (next === null) {
          if (decrement > ENOUGH * scale) all.converged = false;
          return this.settled(free, value);
        }
        value = next;
      }
      all.converged = false;
      return value;
    }

    // whether the step ends at a minimum that is known
    goesTo(known, order, nu) {
      const { all, step, trial } = this;
      trial.set(nu);
      order.forEach((j, a) => (trial[j] += step[a]));
      return trial.every((x, j) => {
        const unit = all.weights[j] > 0 ? 1 / Math.sqrt(all.weights[j]) : Math.abs(x);
        return Math.abs(x - known[j]) <= SAME * unit;
      });
    }

    // linear nuisances once more, which also finds bins that fell below 0
    settled(free, value) {
      const { all } = this;
      this.place(all.nu);
      const found = all.minimise(true);
      return found < Infinity ? found : value;
    }

    // along the step to where −2 ln L has fallen; its value, or null if it does not fall
    walk(order, linear, free, used, value, decrement) {
      const { all, step, trial, low, high } = this;
      const { nu } = all;
      let length = 1;
      const room = used.map((i, a) => {
        const s = step[linear + a];
        return s === 0 ? Infinity : ((s > 0 ? high : low)[i] - nu[free[i].nuisance]) / s;
      });
      for (const r of room) length = Math.min(length, r);
      for (let count = 0; count < HALVINGS; count++, length /= 2) {
        trial.set(nu);
        order.forEach((j, a) => (trial[j] += length * step[a]));
        used.forEach((i, a) => {
          const j = free[i].nuisance;
          // a step as long as its room ends on the anchor exactly
          if (length >= room[a]) trial[j] = (step[linear + a] > 0 ? high : low)[i];
          trial[j] = Math.min(Math.max(trial[j], low[i]), high[i]);
        });
        this.place(trial);
        const found = all.value(trial);
        if (found <= value - 1e-4 * length * decrement) {
          nu.set(trial);
          return found;
        }
      }
      this.place(nu);
      return null;
    }

    // where a barrier is needed: one morphing nuisance after the other, the linear ones at
    // their minimum, by golden sections between anchors
    nested(free, value) {
      const { all } = this;
      const at = (m, t) => {
        all.nu[m.nuisance] = t;
        this.place(all.nu);
        return all.minimise(true);
      };
      for (let round = 0; round < 30; round++) {
        const before = value;
        for (const m of free) value = lowest(m, all.nu[m.nuisance], value, (t) => at(m, t));
        if (before - value <= 1e-10 * Math.max(1, value)) break;
      }
      return value;
    }
  }

  // the least of a function of t between neighbouring anchors, from where it is
  function lowest(m, start, value, f) {
    let best = [start, value];
    const { kinks } = m;
    for (let i = 0; i + 1 < kinks.length; i++) {
      if (kinks[i + 1] < start || kinks[i] > start) continue;
      let [a, b] = [kinks[i], kinks[i + 1]];
      const ratio = (Math.sqrt(5) - 1) / 2;
      let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
      let [fc, fd] = [f(c), f(d)];
      while (b - a > 1e-7 * (kinks.at(-1) - kinks[0])) {
        if (fc < fd) [b, d, fd, c, fc] = [d, c, fc, d - ratio * (d - a), NaN];
        else [a, c, fc, d, fd] = [c, d, fd, c + ratio * (b - c), NaN];
        if (Number.isNaN(fc)) fc = f(c);
        if (Number.isNaN(fd)) fd = f(d);
      }
      for (const t of [kinks[i], kinks[i + 1], (a + b) / 2]) {
        const found = f(t);
        if (found < best[1]) best = [t, found];
      }
    }
    return f(best[0]);
  }

  // 0 and both sides of it: kinks can leave several minima
  function starts(free) {
    const clip = (m, t) => Math.min(Math.max(t, m.kinks[0]), m.kinks.at(-1));
    const zero = free.map((m) => clip(m, 0));
    const found = [zero];
    for (const sign of [1, -1])
      free.forEach((m, i) => {
        const start = [...zero];
        start[i] = clip(m, sign * (m.sigma ?? m.kinks.at(-1)));
        found.push(start);
      });
    return found;
  }

  Object.assign(engine.inner, { Morphing });
});
