// The expectation of a data set, µ = base + Σ ν slope, from its sources and backgrounds.
// All arrays are made once; bins stand in the order of the statistic, those that bend
// −2 ln L first.
"use strict";

(globalThis.nuprobeParts ??= []).push(function counts(engine) {
  const { Refused } = engine;
  const { Axis, Field, Quotient, fieldOf, shown } = engine.inner;

  // a linear axis of a nuisance that morphs: weights of its nodes in one of its cells
  class Morph {
    constructor(nodes, nuisance) {
      this.nodes = nodes;
      this.nuisance = nuisance;
      this.cell = 0;
      this.value = new Float64Array(2);
      this.slope = new Float64Array(2);
    }

    // at t in the cell that contains `inside`
    move(t, inside) {
      const { nodes } = this;
      let cell = 0;
      while (cell < nodes.length - 2 && inside >= nodes[cell + 1]) cell++;
      const width = nodes[cell + 1] - nodes[cell];
      this.cell = cell;
      this.value[1] = (t - nodes[cell]) / width;
      this.value[0] = 1 - this.value[1];
      this.slope[1] = 1 / width;
      this.slope[0] = -1 / width;
    }
  }

  // between the nodes of a field; along `which` axes derivatives are taken
  function interpolate(field, which) {
    const { linear, bins, values, now } = field;
    if (!linear.length) return;
    if (linear.length === 2) {
      interpolateTwo(field, which);
      return;
    }
    now.fill(0);
    for (let corner = 0; corner < 1 << linear.length; corner++) {
      let w = 1;
      let node = 0;
      for (let i = 0; i < linear.length; i++) {
        const side = (corner >> i) & 1;
        const axis = linear[i];
        w *= (which.has(axis.nuisance) ? axis.slope : axis.value)[side];
        node = node * axis.nodes.length + axis.cell + side;
      }
      if (w === 0) continue;
      const first = node * bins;
      for (let b = 0; b < bins; b++) now[b] += w * values[first + b];
    }
  }

  // the same of two axes, whose four corners are read together
  function interpolateTwo({ linear, bins, values, now }, which) {
    const [one, two] = linear;
    const [p, q] = linear.map((axis) => (which.has(axis.nuisance) ? axis.slope : axis.value));
    const [a, b, c, d] = [p[0] * q[0], p[0] * q[1], p[1] * q[0], p[1] * q[1]];
    const first = (one.cell * two.nodes.length + two.cell) * bins;
    const third = first + two.nodes.length * bins;
    for (let i = 0; i < bins; i++)
      now[i] =
        a * values[first + i] + b * values[first + bins + i] +
        c * values[third + i] + d * values[third + bins + i];
  }

  const NONE = new Set();

  // blocks of bins of one term
  class Block {
    constructor(parts) {
      Object.assign(this, parts);
      this.fields = [...this.sources, ...this.moving];
      if (this.over < 0) return;
      this.quotient = new Quotient(this.sources[this.signal], this.sources[this.over]);
      this.fields[this.signal] = this.quotient;
    }

    // what the nuisances of the document do, as names became positions
    static of(block, first, order, known) {
      const axes = block.axes.map((axis) => axisOf(axis, known));
      const bins = block.bins[0] * block.bins[1];
      const names = block.sources.map((source) => source.name);
      for (const source of block.sources)
        for (const group of source.groups)
          for (const piece of group.pieces)
            for (const p of piece.propagators)
              if (axes[p.axis] instanceof Morph) throw new Refused("a propagator needs the axis of a parameter");
      const sources = block.sources.map((source) => fieldOf(source, block, axes, known.parameters, known.entries));
      const signal = names.indexOf("signal");
      const over = block.over === null ? -1 : names.indexOf(block.over);
      if (over >= 0 && (sources[signal].linear.length || sources[over].linear.length))
        throw new Refused("the signal of a block with the entry over must not morph");
      const moving = [];
      const still = new Map();
      const where = new Map([["signal", signal]]);
      for (const background of block.backgrounds) {
        if (background.axes.length) {
          where.set(background.name, sources.length + moving.length);
          moving.push(new Field([], background.axes.map((i) => axes[i]), bins, background.counts.data));
        } else still.set(background.name, background.counts.data);
      }
      const effects = block.effects.map((effect) => ({
        slope: known.slope(effect.nuisance),
        fields: [
          ...effect.scales.filter((name) => where.has(name)).map((name) => where.get(name)),
          ...(effect.shape === null ? [] : [names.indexOf(effect.shape)]),
        ],
        relative: effect.relative ? effect.relative.data : null,
        constants: [
          ...effect.scales.filter((name) => still.has(name)).map((name) => still.get(name)),
          ...(effect.added ? [effect.added.data] : []),
        ],
        scales: effect.scales,
        shape: effect.shape === null ? -1 : names.indexOf(effect.shape),
        added: effect.added ? effect.added.data : null,
        nuisance: effect.nuisance,
      }));
      return new Block({
        bins, first, place: order.subarray(first, first + bins), signal, over, sources, moving, still, effects,
        backgrounds: block.backgrounds.map((b) => b.name), where,
        axes: axes.filter((axis) => axis instanceof Axis),
        morphs: axes.filter((axis) => axis instanceof Morph),
      });
    }

    restricted(point, free) {
      const sources = this.sources.map((field) => field.restricted(point, free));
      return new Block({ ...this, sources });
    }

    evaluate(point, which = -1) {
      for (const axis of this.axes) axis.move(point[axis.parameter]);
      const { quotient } = this;
      if (which < 0 || !quotient) {
        for (const field of this.sources) field.evaluate(point, which);
        if (quotient) quotient.evaluate();
        return;
      }
      this.evaluate(point);
      const [above, below] = [quotient.above.values.slice(), quotient.below.values.slice()];
      for (const field of this.sources) field.evaluate(point, which);
      quotient.evaluateSlope(above, below);
    }
  }

  function axisOf(axis, known) {
    const parameter = known.parameters.get(axis.name);
    if (axis.kind === "chebyshev") {
      if (parameter === undefined)
        throw new Refused(`the axis ${shown(axis.name)} between Chebyshev points is no parameter`);
      return new Axis({ nodes: axis.nodes, log: axis.log }, parameter);
    }
    if (parameter !== undefined || axis.log)
      throw new Refused(`the linear axis ${shown(axis.name)} is no nuisance with anchors`);
    return new Morph(axis.nodes.data, known.nuisances.get(axis.name));
  }

  // add `factor` times a row of a block to bins of a term
  function scatter(place, row, out, first) {
    for (let b = 0; b < place.length; b++) out[first + place[b]] += row[b];
  }

  // one data set
  class Term {
    constructor(parts) {
      Object.assign(this, parts);
      const { bins } = this;
      const k = this.nuisances.length;
      this.constantBase = new Float64Array(bins);
      this.constantSlopes = new Float64Array(k * bins);
      this.base = new Float64Array(bins);
      this.slopes = new Float64Array(k * bins);
      this.mu = new Float64Array(bins);
      this.still = this.collect();
      this.slopes.set(this.constantSlopes);
      this.rows = new Map();
    }

    // slopes that are not constant, or that have derivatives along morphing nuisances
    moved(which) {
      const key = [...which].join();
      if (!this.rows.has(key)) {
        const found = new Set();
        for (const { fields, effects, signal } of this.blocks)
          for (const effect of effects) {
            const own = effect.relative ? [...effect.fields, signal] : effect.fields;
            if (own.some((i) => needed(fields[i], which))) found.add(effect.slope);
          }
        this.rows.set(key, [...found]);
      }
      return this.rows.get(key);
    }

    // sums of what does not move; whether that is all
    collect() {
      let still = true;
      for (const block of this.blocks) {
        for (const values of block.still.values()) scatter(block.place, values, this.constantBase, 0);
        for (const effect of block.effects)
          for (const values of effect.constants)
            scatter(block.place, values, this.constantSlopes, effect.slope * this.bins);
        still &&= block.fields.every((field) => field.constant && !field.linear.length);
      }
      return still;
    }

    static of(term, known) {
      const bins = term.blocks.reduce((sum, block) => sum + block.bins[0] * block.bins[1], 0);
      const statistic = engine.inner.statisticOf(term.statistic, bins);
      const used = [...new Set(term.blocks.flatMap((block) => block.effects.map((e) => e.nuisance)))];
      const nuisances = used.map((name) => known.nuisances.get(name));
      const slope = (name) => used.indexOf(name);
      let first = 0;
      const blocks = term.blocks.map((block) => {
        const found = Block.of(block, first, statistic.place, { ...known, slope });
        first += found.bins;
        return found;
      });
      const morphing = [...new Set(blocks.flatMap((block) => block.morphs.map((m) => m.nuisance)))];
      return new Term({ name: term.name, bins, statistic, nuisances, blocks, morphing });
    }

    restricted(point, free) {
      for (const block of this.blocks) for (const axis of block.axes) axis.move(point[axis.parameter]);
      return new Term({ ...this, blocks: this.blocks.map((block) => block.restricted(point, free)) });
    }

    depends(parameter) {
      return this.blocks.some((block) => block.sources.some((field) => field.depends(parameter)));
    }

    // fields at a point; `assemble` then gives base and slopes
    evaluate(point) {
      for (const block of this.blocks) block.evaluate(point);
      if (!this.morphing.length) this.assemble(this.base, this.slopes, NONE);
    }

    // derivatives in a parameter instead; the fields have to be evaluated again
    // afterwards
    evaluateSlope(point, which) {
      for (const block of this.blocks) block.evaluate(point, which);
    }

    // morphing nuisances at values in the cells that contain `inside`
    place(values, inside) {
      for (const block of this.blocks)
        for (const axis of block.morphs) axis.move(values[axis.nuisance], inside[axis.nuisance]);
    }

    // base and slopes, or derivatives of them along the morphing nuisances `which`; after
    // `evaluateSlope` those of the parameter if `constants` is false. Slopes that are not
    // `moved` stay as they are, except after `evaluateSlope`
    assemble(base, slopes, which, constants = which.size === 0) {
      const still = !constants && which.size === 0; // backgrounds have no such slopes
      const { bins, constantBase, constantSlopes } = this;
      if (constants) base.set(constantBase);
      else base.fill(0);
      if (still) slopes.fill(0);
      else
        for (const j of this.moved(which)) {
          const [from, to] = [j * bins, (j + 1) * bins];
          if (constants) for (let i = from; i < to; i++) slopes[i] = constantSlopes[i];
          else slopes.fill(0, from, to);
        }
      for (const block of this.blocks) {
        const { place, fields } = block;
        const sources = block.sources.length;
        for (const field of fields) if (needed(field, which)) interpolate(field, which);
        const signal = fields[block.signal];
        if (needed(signal, which)) scatter(place, signal.now, base, 0);
        if (!still)
          for (const field of block.moving) if (needed(field, which)) scatter(place, field.now, base, 0);
        for (const effect of block.effects) {
          const first = effect.slope * this.bins;
          for (const i of effect.fields)
            if ((i < sources || !still) && needed(fields[i], which)) scatter(place, fields[i].now, slopes, first);
          if (effect.relative && needed(signal, which)) {
            const { now } = signal;
            for (let b = 0; b < place.length; b++) slopes[first + place[b]] += effect.relative[b] * now[b];
          }
        }
      }
    }
  }

  // whether a field has derivatives along some morphing nuisances
  function needed(field, which) {
    for (const nuisance of which) if (!field.linear.some((axis) => axis.nuisance === nuisance)) return false;
    return true;
  }

  Object.assign(engine.inner, { Term, NONE });
});
