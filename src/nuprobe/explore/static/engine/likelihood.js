// A likelihood ready for use: −2 ln L, its minimum over nuisances, and what to draw.
"use strict";

(globalThis.nuprobeParts ??= []).push(function likelihood(engine) {
  const { Refused } = engine;
  const { checked, shown, Term, Profiler, Morphing, NONE } = engine.inner;

  // terms at a point, with what is free of the nuisances at their minimum
  class Surface {
    constructor(terms, nuisances, profiler) {
      this.terms = terms;
      this.nuisances = nuisances;
      this.profiler = profiler ?? new Profiler(
        Float64Array.from(nuisances, (n) => (n.sigma === null ? 0 : 1 / n.sigma ** 2)));
      this.morphs = nuisances.flatMap((n, i) =>
        n.anchors ? [{ nuisance: i, kinks: kinksOf(n, i, terms), sigma: n.sigma }] : []);
      this.morphing = this.morphs.length ? new Morphing(this.profiler, this.morphs) : null;
      this.marginal = nuisances.flatMap((n, i) => (n.marginal && !n.anchors ? [i] : []));
      this.zero = new Float64Array(nuisances.length);
      this.isFree = () => true;
    }

    restricted(point, free) {
      const found = new Surface(this.terms.map((term) => term.restricted(point, free)), this.nuisances);
      found.isFree = this.isFree;
      return found;
    }

    move(point) {
      this.point = point;
      for (const term of this.terms) term.evaluate(point);
    }

    // base and slopes at morphing nuisances
    place(nu) {
      for (const term of this.terms)
        if (term.morphing.length) {
          term.place(nu, nu);
          term.assemble(term.base, term.slopes, NONE);
        }
    }

    // −2 ln L at nuisances
    value(nu) {
      this.place(nu);
      this.profiler.take(this.terms);
      return this.profiler.value(nu);
    }

    // minimum over the free nuisances, which start at those of the profiler if `warm`;
    // what integrating over shapes adds is `shapes`
    profile(warm = false) {
      const { profiler, morphing, isFree } = this;
      profiler.converged = true;
      this.shapes = 0;
      if (this.marginal.length) this.shapes = this.logVolume();
      if (morphing) {
        this.place(profiler.nu);
        profiler.take(this.terms);
        this.joint = morphing.minimise(isFree, warm);
      } else {
        profiler.take(this.terms);
        if (this.released !== isFree) profiler.release(isFree);
        this.released = isFree;
        this.joint = profiler.minimise(warm);
      }
      return this.joint + this.shapes;
    }

    // ln det(1 + R I Rᵀ) of the shapes in units of their constraints, at nuisances of 0
    logVolume() {
      const own = this.marginal.filter((j) => this.isFree(j));
      const size = own.length;
      if (!size) return 0;
      const matrix = new Float64Array(size * size);
      for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
      if (this.morphing) this.place(this.zero);
      for (const term of this.terms) {
        const mine = own.flatMap((j, i) => {
          const at = term.nuisances.indexOf(j);
          if (at < 0) return [];
          const row = term.slopes.slice(at * term.bins, (at + 1) * term.bins);
          const { sigma } = this.nuisances[j];
          return [{ i, row: row.map((x) => x * (sigma ?? 1)) }];
        });
        if (mine.length) addMetric(term, mine, matrix, size);
      }
      return engine.inner.logDeterminant(matrix, size);
    }
  }

  // half the expected curvature of rows of one term
  function addMetric({ statistic, base }, mine, matrix, size) {
    const mu = base.map((x) => Math.max(x, 0));
    if (statistic.metric) {
      const found = statistic.metric(mine.map(({ row }) => row), mu);
      mine.forEach(({ i }, a) => mine.forEach(({ i: j }, b) => (matrix[i * size + j] += found[a][b] / 2)));
      return;
    }
    if (statistic.whiten) for (const { row } of mine) statistic.whiten(row);
    const weights = mu.map((x, b) => statistic.information(x, b) / 2);
    for (const { i, row } of mine)
      for (const { i: j, row: other } of mine)
        for (let b = 0; b < row.length; b++) matrix[i * size + j] += weights[b] * row[b] * other[b];
  }

  // anchors, and nodes of templates, between which µ is linear in a nuisance
  function kinksOf(n, index, terms) {
    const every = new Set(n.anchors);
    for (const term of terms)
      for (const block of term.blocks)
        for (const axis of block.morphs)
          if (axis.nuisance === index) for (const x of axis.nodes) every.add(x);
    return [...every].sort((a, b) => a - b).filter((x) => x >= n.anchors[0] && x <= n.anchors.at(-1));
  }

  class Likelihood {
    constructor(found) {
      const { name, parameters, nuisances, references, provenance, accuracy } = found;
      Object.assign(this, { name, parameters, nuisances, references, provenance, accuracy });
      const numbered = (entries) => new Map(entries.map((e, i) => [e.name, i]));
      this.index = { parameters: numbered(parameters), nuisances: numbered(nuisances) };
      const known = { ...this.index, entries: parameters };
      this.terms = found.terms.map((term) => Term.of(term, known));
      this.entries = found.terms;
      this.surface = new Surface(this.terms, nuisances);
      this.default = Float64Array.from(parameters, (p) => p.default);
    }

    // numbers by name (the others at their default), or all of them in order
    point(values = {}) {
      return this.numbers("parameters", values, this.default, (p) => [p.lower, p.upper]);
    }

    nuisancePoint(values = {}) {
      return this.numbers("nuisances", values, this.surface.zero, (n) => [n.anchors?.[0], n.anchors?.at(-1)]);
    }

    numbers(what, values, rest, ends) {
      const entries = this[what];
      const index = this.index[what];
      const found = Float64Array.from(rest);
      if (Array.isArray(values) || ArrayBuffer.isView(values)) {
        if (values.length !== entries.length)
          throw new Refused(`${entries.length} ${what} are needed, got ${values.length}`);
        found.set(values);
      } else
        for (const [name, x] of Object.entries(values)) {
          if (!index.has(name))
            throw new Refused(`${shown(name)} is none of the ${what}; known: ${[...index.keys()].join(", ")}`);
          found[index.get(name)] = typeof x === "number" ? x : NaN;
        }
      entries.forEach((entry, i) => {
        const [low, high] = ends(entry);
        const x = found[i];
        if (!(Number.isFinite(x) && x >= (low ?? -Infinity) && x <= (high ?? Infinity)))
          throw new Refused(`${entry.name} must lie in [${low ?? "−∞"}, ${high ?? "∞"}], got ${shown(Number.isNaN(x) ? values[entry.name] ?? "no number" : x)}`);
      });
      return found;
    }

    // −2 ln L of one point, pulls included; Infinity where the data are impossible
    twiceNll(point, nuisances) {
      this.surface.move(this.point(point));
      return this.surface.value(this.nuisancePoint(nuisances));
    }

    // minimum over the nuisances: `start` nuisances to begin at, `fixed` those by name
    // that do not move
    profile(point, { start, fixed } = {}) {
      const p = this.point(point);
      this.hold(fixed, start);
      this.surface.move(p);
      return this.found(this.surface.profile(start !== undefined));
    }

    // The counts predicted before nuisances over those seen, the largest of the data sets that nuisances move. What they
    // cancel of more than a million times the data leaves its rounding in −2 ln L.
    excess(point) {
      this.surface.move(this.point(point));
      this.surface.place(this.surface.zero);
      const size = (array) => array.reduce((all, x) => all + Math.abs(x), 0);
      return this.terms.reduce((most, { base, bins, nuisances }, i) => {
        if (nuisances.length === 0) return most;
        const { data, sigma } = this.entries[i].statistic;
        const seen = size(data.data) + (sigma ? Math.hypot(...sigma.data) : 1);
        return Math.max(most, size(base.subarray(0, bins)) / seen);
      }, 0);
    }

    // nuisances that do not move, and where the others start
    hold(fixed = {}, start) {
      const { surface } = this;
      const held = new Set(Object.keys(fixed).map((name) => this.index.nuisances.get(name)));
      const nu = this.nuisancePoint(start ?? {});
      const given = this.nuisancePoint(fixed);
      for (const j of held) nu[j] = given[j];
      surface.profiler.nu.set(nu);
      surface.isFree = held.size ? (j) => !held.has(j) : () => true;
    }

    found(twiceNll) {
      const { profiler, joint, shapes } = this.surface;
      const { boundary, converged } = profiler;
      return { twiceNll, joint, shapes, nuisances: Float64Array.from(profiler.nu), boundary, converged };
    }
  }

  // a likelihood from its document, or the text of it; `source` is named in refusals
  engine.compile = (document, source = "") => {
    const found = checked(document, source);
    try {
      return new Likelihood(found);
    } catch (error) {
      if (source && error instanceof Refused) throw new Refused(`${source}: ${error.message}`);
      throw error;
    }
  };

  Object.assign(engine.inner, { Surface, Likelihood });
});
