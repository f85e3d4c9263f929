// Factors of templates: monomials, propagators and tables between Chebyshev nodes, their
// derivatives, and what is left of templates once some parameters are fixed.
"use strict";

(globalThis.nuprobeParts ??= []).push(function templates(engine) {
  const { Refused } = engine;
  const product = (numbers) => numbers.reduce((a, b) => a * b, 1);

  // barycentric weights of the nodes of an axis at a value, and their derivatives
  class Axis {
    constructor({ nodes, log }, parameter) {
      this.nodes = nodes.data;
      this.log = log;
      this.parameter = parameter;
      this.weights = new Float64Array(this.nodes.length);
      this.slopes = new Float64Array(this.nodes.length);
      this.at = NaN;
    }

    move(value) {
      if (value === this.at) return;
      this.at = value;
      const { nodes, weights, slopes } = this;
      const n = nodes.length;
      const x = Math.min(Math.max(this.log ? Math.log(value) : value, nodes[0]), nodes[n - 1]);
      const chain = this.log ? 1 / value : 1;
      let near = -1;
      let whole = 0;
      for (let i = 0; i < n; i++) {
        if (Math.abs(x - nodes[i]) < 1e-9 * (nodes[n - 1] - nodes[0])) near = i;
        weights[i] = barycentric(i, n) / (x - nodes[i]);
        whole += weights[i];
      }
      if (near >= 0) this.slopesAtNode(near, chain);
      if (near >= 0 && x === nodes[near]) {
        weights.fill(0);
        weights[near] = 1;
        return;
      }
      let mean = 0;
      for (let i = 0; i < n; i++) {
        weights[i] /= whole;
        mean += weights[i] / (x - nodes[i]);
      }
      if (near < 0)
        for (let i = 0; i < n; i++) slopes[i] = chain * weights[i] * (mean - 1 / (x - nodes[i]));
    }

    // a row of the differentiation matrix
    slopesAtNode(k, chain) {
      const { nodes, slopes } = this;
      const n = nodes.length;
      let rest = 0;
      for (let i = 0; i < n; i++) {
        if (i === k) continue;
        slopes[i] = (chain * barycentric(i, n)) / (barycentric(k, n) * (nodes[k] - nodes[i]));
        rest += slopes[i];
      }
      slopes[k] = -rest;
    }
  }

  const barycentric = (i, n) => (i % 2 ? -1 : 1) * (i === 0 || i === n - 1 ? 0.5 : 1);

  // Σ over pieces of monomial × propagators × exp(log) × table, for templates of which
  // each is `wide` numbers
  class Group {
    constructor(pieces, axes, factors, templates) {
      Object.assign(this, { pieces, axes, factors, templates });
      this.nodes = product(axes.map((axis) => axis.nodes.length));
      this.weights = new Float64Array(this.nodes);
      this.own = new Float64Array(factors);
      this.row = new Float64Array(factors);
    }

    // weights of all nodes together; with derivatives of those of axis `which`
    together(which) {
      const { axes } = this;
      if (axes.length === 1) return which === 0 ? axes[0].slopes : axes[0].weights;
      const { weights } = this;
      weights[0] = 1;
      let size = 1;
      axes.forEach((axis, i) => {
        const own = i === which ? axis.slopes : axis.weights;
        const n = own.length;
        for (let a = size - 1; a >= 0; a--) {
          const left = weights[a];
          for (let b = n - 1; b >= 0; b--) weights[a * n + b] = left * own[b];
        }
        size *= n;
      });
      return weights;
    }

    // factors at a point in `own`; their derivatives in parameter `which` if it is given
    evaluate(point, which = -1) {
      const { own, axes } = this;
      own.fill(0);
      const weights = this.together(-1);
      for (const piece of this.pieces) {
        const log = piece.log ? Math.exp(dot(weights, piece.log)) : 1;
        const strength = (which < 0 ? piece.value(point) : piece.slope(point, which)) * log;
        if (strength !== 0) contract(weights, piece.table, strength, own);
      }
      if (which < 0) return own;
      axes.forEach((axis, i) => {
        if (axis.parameter === which) this.addSlopes(point, i);
      });
      return own;
    }

    addSlopes(point, i) {
      const { own, row } = this;
      for (const piece of this.pieces) {
        let strength = piece.value(point);
        if (piece.log) {
          const weights = this.together(-1);
          strength *= Math.exp(dot(weights, piece.log));
          row.fill(0);
          contract(weights, piece.table, strength, row);
          const bend = dot(this.together(i), piece.log);
          for (let f = 0; f < row.length; f++) own[f] += bend * row[f];
        }
        if (strength !== 0) contract(this.together(i), piece.table, strength, own);
      }
    }

    // add factors × templates to `out`
    addTo(out) {
      const { own, templates } = this;
      const wide = out.length;
      for (let f = 0; f < own.length; f++) {
        const x = own[f];
        if (x === 0) continue;
        const first = f * wide;
        for (let b = 0; b < wide; b++) out[b] += x * templates[first + b];
      }
    }

    depends(parameter) {
      return (
        this.axes.some((axis) => axis.parameter === parameter) ||
        this.pieces.some((piece) => piece.depends(parameter))
      );
    }
  }

  function dot(a, b) {
    let total = 0;
    for (let i = 0; i < a.length; i++) total += a[i] * b[i];
    return total;
  }

  // out += strength × Σ weights × rows of a table
  function contract(weights, table, strength, out) {
    const n = out.length;
    for (let i = 0; i < weights.length; i++) {
      const w = strength * weights[i];
      if (w === 0) continue;
      const first = i * n;
      for (let f = 0; f < n; f++) out[f] += w * table[first + f];
    }
  }

  class Piece {
    // powers: [parameter, scale, power]; propagators: [parameter, momentum², power];
    // complements: [parameter, power] of 1 − value
    constructor({ powers, propagators, complements }, log, table) {
      Object.assign(this, { powers, propagators, complements, log, table });
    }

    value(point) {
      return this.monomial(point) * this.propagator(point) * this.complement(point);
    }

    complement(point, without = -1) {
      let x = 1;
      for (const [parameter, power] of this.complements)
        if (parameter !== without) x *= (1 - point[parameter]) ** power;
      return x;
    }

    monomial(point, without = -1) {
      let x = 1;
      for (const [parameter, scale, power] of this.powers)
        if (parameter !== without) x *= (point[parameter] / scale) ** power;
      return x;
    }

    propagator(point) {
      let x = 1;
      for (const [parameter, square, power] of this.propagators)
        x *= (square + point[parameter] ** 2) ** -power;
      return x;
    }

    slope(point, which) {
      let found = 0;
      for (const [parameter, scale, power] of this.powers)
        if (parameter === which) {
          const own = (power * (point[which] / scale) ** (power - 1)) / scale;
          found += own * this.monomial(point, which) * this.propagator(point) * this.complement(point);
        }
      for (const [parameter, square, power] of this.propagators)
        if (parameter === which) {
          const x = point[which];
          found -= ((2 * power * x) / (square + x * x)) * this.value(point);
        }
      for (const [parameter, power] of this.complements)
        if (parameter === which) {
          const own = power * (1 - point[which]) ** (power - 1);
          found -= own * this.complement(point, which) * this.monomial(point) * this.propagator(point);
        }
      return found;
    }

    // factors that are no tables
    get factors() {
      return [...this.powers, ...this.propagators, ...this.complements];
    }

    depends(parameter) {
      return this.factors.some((factor) => factor[0] === parameter);
    }

    // what stays free, and the value of the rest
    split(point, free) {
      const some = (kept) => {
        const chosen = (factors) => factors.filter((factor) => free.has(factor[0]) === kept);
        const { powers, propagators, complements } = this;
        return new Piece({
          powers: chosen(powers), propagators: chosen(propagators), complements: chosen(complements),
        });
      };
      return [some(true), some(false).value(point)];
    }
  }

  // templates of one source: its values are those of all nodes of its linear axes
  class Field {
    constructor(groups, linear, bins, values = null) {
      Object.assign(this, { groups, linear, bins });
      this.nodes = product(linear.map((axis) => axis.nodes.length));
      this.constant = values !== null;
      this.values = values ?? new Float64Array(this.nodes * bins);
      this.now = linear.length ? new Float64Array(bins) : this.values;
    }

    evaluate(point, which = -1) {
      const { values } = this;
      if (this.constant && which < 0) return values;
      values.fill(0);
      for (const group of this.groups) {
        if (which >= 0 && !group.depends(which)) continue;
        group.evaluate(point, which);
        group.addTo(values);
      }
      return values;
    }

    depends(parameter) {
      return this.groups.some((group) => group.depends(parameter));
    }

    // the same with all but the parameters `free` fixed at a point
    restricted(point, free) {
      if (this.constant) return this;
      const kept = [];
      const merged = new Map();
      const wide = this.values.length;
      for (const group of this.groups)
        if (group.axes.some((axis) => free.has(axis.parameter))) kept.push(group);
        else mergeGroup(group, point, free, merged, wide);
      if (!kept.length && [...merged.values()].every(({ piece }) => !piece.factors.length)) {
        const only = merged.values().next().value;
        return new Field([], this.linear, this.bins, only ? only.sum : new Float64Array(wide));
      }
      const every = [...merged.values()];
      if (!every.length) return new Field(kept, this.linear, this.bins);
      const templates = new Float64Array(every.length * wide);
      const pieces = every.map(({ piece, sum }, i) => {
        templates.set(sum, i * wide);
        const table = new Float64Array(every.length);
        table[i] = 1;
        return new Piece(piece, null, table);
      });
      return new Field([...kept, new Group(pieces, [], every.length, templates)], this.linear, this.bins);
    }
  }

  // one field over another, bin by bin
  class Quotient {
    constructor(above, below) {
      Object.assign(this, { above, below, linear: [], bins: above.bins });
      this.now = new Float64Array(above.bins);
      this.constant = above.constant && below.constant;
    }

    evaluate() {
      const [a, b] = [this.above.values, this.below.values];
      for (let i = 0; i < a.length; i++) this.now[i] = a[i] / b[i];
    }

    // its derivatives in a parameter, from those that both fields have now
    evaluateSlope(above, below) {
      const [a, b] = [this.above.values, this.below.values];
      for (let i = 0; i < a.length; i++) this.now[i] = (a[i] - (above[i] / below[i]) * b[i]) / below[i];
    }
  }

  // sums of templates by what of their factors stays free
  function mergeGroup(group, point, free, merged, wide) {
    const weights = group.together(-1);
    for (const piece of group.pieces) {
      const [left, rest] = piece.split(point, free);
      const strength = rest * (piece.log ? Math.exp(dot(weights, piece.log)) : 1);
      const key = JSON.stringify([left.powers, left.propagators, left.complements]);
      if (!merged.has(key)) merged.set(key, { piece: left, sum: new Float64Array(wide) });
      if (strength === 0) continue;
      group.own.fill(0);
      contract(weights, piece.table, strength, group.own);
      group.addTo(merged.get(key).sum);
    }
  }

  // templates (components, factors, energies, nodes...) as (factors, nodes, bins)
  function inBins(block, shape, templates) {
    const [energies, times] = block.bins;
    const [components, factors] = shape;
    const nodes = product(shape.slice(3));
    const bins = energies * times;
    const out = new Float64Array(factors * nodes * bins);
    const { time, weights } = block;
    for (let c = 0; c < components; c++)
      for (let f = 0; f < factors; f++)
        for (let e = 0; e < energies; e++)
          for (let n = 0; n < nodes; n++) {
            const x = templates[((c * factors + f) * energies + e) * nodes + n];
            if (x === 0) continue;
            const first = (f * nodes + n) * bins + e * times;
            for (let t = 0; t < times; t++) out[first + t] += x * time.data[c * times + t];
          }
    if (weights)
      for (let i = 0; i < out.length; i++) out[i] *= weights.data[i % bins];
    return out;
  }

  // a group with templates over more linear axes, along which it is the same
  function spread(templates, own, all, factors, bins) {
    if (own.length === all.length) return templates;
    const sizes = all.map((axis) => axis.nodes.length);
    const nodes = product(sizes);
    const before = product(own.map((axis) => axis.nodes.length));
    const out = new Float64Array(factors * nodes * bins);
    for (let n = 0; n < nodes; n++) {
      let rest = n;
      const index = new Map();
      for (let i = all.length - 1; i >= 0; i--) {
        index.set(all[i], rest % sizes[i]);
        rest = Math.floor(rest / sizes[i]);
      }
      const from = own.reduce((at, axis) => at * axis.nodes.length + index.get(axis), 0);
      for (let f = 0; f < factors; f++) {
        const first = (f * before + from) * bins;
        out.set(templates.subarray(first, first + bins), (f * nodes + n) * bins);
      }
    }
    return out;
  }

  // a source of a block; `axes` are those of the block, smooth or linear
  function fieldOf(source, block, axes, index, parameters) {
    const bins = block.bins[0] * block.bins[1];
    const used = [...new Set(source.groups.flatMap((group) => group.linear))].sort((a, b) => a - b);
    const linear = used.map((i) => axes[i]);
    const groups = source.groups.map((group) => {
      const factors = group.templates.shape[1];
      // linear axes of a group in the order of the block
      if (group.linear.some((axis, i) => i > 0 && axis < group.linear[i - 1]))
        throw new Refused("linear axes of a group must be in the order of the block");
      const own = group.linear.map((i) => axes[i]);
      const flat = inBins(block, group.templates.shape, group.templates.data);
      const pieces = group.pieces.map((piece) => {
        const factors = {
          powers: [...piece.monomial].map(([name, power]) => [index.get(name), parameters[index.get(name)].scale, power]),
          propagators: piece.propagators.map((p) => [axes[p.axis].parameter, p.momentum ** 2, p.power]),
          complements: [...piece.complement].map(([name, power]) => [index.get(name), power]),
        };
        return new Piece(factors, piece.log ? piece.log.data : null, piece.table.data);
      });
      return new Group(pieces, group.smooth.map((i) => axes[i]), factors, spread(flat, own, linear, factors, bins));
    });
    return new Field(groups, linear, bins);
  }

  Object.assign(engine.inner, { Axis, Field, Quotient, fieldOf, product });
});
