// What is drawn of a data set: its components, their sum, and the data with errors.
"use strict";

(globalThis.nuprobeParts ??= []).push(function expectation(engine) {
  const { Likelihood } = engine.inner;
  const TAIL = 0.15865525393145707; // beyond one standard deviation of a Gaussian

  // ln Γ by Stirling's series, from 10 on
  function logGamma(x) {
    let shift = 0;
    for (; x < 10; x++) shift -= Math.log(x);
    const y = 1 / (x * x);
    const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))))) / x;
    return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
  }

  // regularised lower incomplete gamma function P(a, x), and its slope in x
  function lowerGamma(a, x) {
    const front = Math.exp(a * Math.log(x) - x - logGamma(a));
    const slope = front / x;
    if (x < a + 1) {
      let term = 1 / a;
      let total = term;
      for (let n = 1; term > 1e-17 * total; n++) {
        term *= x / (a + n);
        total += term;
      }
      return [front * total, slope];
    }
    // continued fraction of 1 − P, by Lentz's method
    let b = x + 1 - a;
    let c = 1e300;
    let d = 1 / b;
    let h = d;
    for (let i = 1; i < 100000; i++) {
      const an = -i * (i - a);
      b += 2;
      d = 1 / (an * d + b);
      c = b + an / c;
      h *= d * c;
      if (Math.abs(d * c - 1) < 1e-16) break;
    }
    return [1 - front * h, slope];
  }

  // x with P(a, x) = p
  function gammaQuantile(a, p) {
    let [low, high] = [0, a + 10 * Math.sqrt(a) + 20];
    let x = a;
    for (let i = 0; i < 200; i++) {
      const [value, slope] = lowerGamma(a, x);
      if (value < p) low = x;
      else high = x;
      const newton = x - (value - p) / slope;
      const next = newton > low && newton < high ? newton : (low + high) / 2;
      if (Math.abs(next - x) < 1e-14 * x) return next;
      x = next;
    }
    return x;
  }

  // ends of the central 68.27 % interval of a Poisson mean (Garwood 1936)
  const countingEnds = (n) => [n > 0 ? gammaQuantile(n, TAIL) : 0, gammaQuantile(n + 1, 1 - TAIL)];

  function errorsOf(entry) {
    const { data, sigma, below, covariance } = entry.statistic;
    const n = data.data.length;
    const low = new Float64Array(n);
    const high = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const d = data.data[i];
      if (sigma) [low[i], high[i]] = [d - (below ?? sigma).data[i], d + sigma.data[i]];
      else if (covariance) {
        const s = Math.sqrt(covariance.data[i * n + i]);
        [low[i], high[i]] = [d - s, d + s];
      } else [low[i], high[i]] = countingEnds(d);
    }
    return { low, high };
  }

  // arrays of one term, made once
  function pictureOf(term, entry) {
    const names = new Set(["signal"]);
    for (const block of term.blocks) {
      for (const name of block.backgrounds) names.add(name);
      for (const effect of block.effects) if (effect.added) names.add(effect.nuisance);
    }
    const { order } = term.statistic;
    return {
      order,
      shown: {
        name: term.name,
        kind: term.statistic.kind,
        bins: entry.blocks.map((block) => block.bins),
        parts: [...names].map((name) => ({ name, values: new Float64Array(term.bins) })),
        total: new Float64Array(term.bins),
        data: Float64Array.from(entry.statistic.data.data),
        ...errorsOf(entry),
      },
    };
  }

  // parts of a block at nuisances; every field holds its values already
  function fillBlock(term, block, parts, nu) {
    const { bins, first, fields, effects, signal } = block;
    const of = (name) => parts.find((part) => part.name === name).values;
    const strength = (name) =>
      effects.reduce((sum, e) => sum + (e.scales.includes(name) ? nu[term.nuisances[e.slope]] : 0), 1);
    const out = of("signal");
    const { now } = fields[signal];
    const whole = strength("signal");
    for (let b = 0; b < bins; b++) out[first + b] = whole * now[b];
    for (const effect of effects) {
      const x = nu[term.nuisances[effect.slope]];
      if (effect.relative) for (let b = 0; b < bins; b++) out[first + b] += x * effect.relative[b] * now[b];
      if (effect.shape >= 0) {
        const shape = fields[effect.shape].now;
        for (let b = 0; b < bins; b++) out[first + b] += x * shape[b];
      }
      if (effect.added) {
        const added = of(effect.nuisance);
        for (let b = 0; b < bins; b++) added[first + b] += x * effect.added[b];
      }
    }
    for (const name of block.backgrounds) {
      const values = block.still.get(name) ?? fields[block.where.get(name)].now;
      const own = of(name);
      const factor = strength(name);
      for (let b = 0; b < bins; b++) own[first + b] = factor * values[b];
    }
  }

  // data sets as they are drawn: each has its parts, their total, and data with the ends
  // of their errors; bins are those of the document, blocks behind each other, energy the
  // slow index and time the fast one. The arrays are written again by the next call.
  Likelihood.prototype.expectation = function expectation(point, nuisances) {
    const { surface, terms, entries } = this;
    const nu = this.nuisancePoint(nuisances);
    surface.move(this.point(point));
    surface.place(nu);
    this.pictures ??= terms.map((term, i) => pictureOf(term, entries[i]));
    return terms.map((term, i) => {
      const { order, shown } = this.pictures[i];
      for (const part of shown.parts) part.values.fill(0);
      for (const block of term.blocks) fillBlock(term, block, shown.parts, nu);
      const { bins, base, slopes, nuisances: own } = term;
      for (let at = 0; at < bins; at++) {
        let x = base[at];
        for (let j = 0; j < own.length; j++) x += nu[own[j]] * slopes[j * bins + at];
        shown.total[order[at]] = x;
      }
      return shown;
    });
  };

  Object.assign(engine.inner, { countingEnds });
});
