// Whether the entries of a document fit together: shapes, names and ranges.
"use strict";

(globalThis.nuprobeParts ??= []).push(function fitting(engine) {
  const { shown } = engine.inner;

  engine.inner.fitting = function fitting(found, refuse) {
    const ranges = new Map();
    const once = (place, name) => {
      if (ranges.has(name)) refuse(`${place}.name`, `${shown(name)} is used twice; rename one`);
    };
    found.parameters.forEach((p, i) => {
      once(`parameters.${i}`, p.name);
      const ends = [p.lower ?? -Infinity, p.upper ?? Infinity];
      ranges.set(p.name, ends);
      if (!(ends[0] <= p.default && p.default <= ends[1]))
        refuse(`parameters.${i}.default`, `${p.default} lies outside [${ends[0]}, ${ends[1]}]`);
    });
    const parameters = new Set(ranges.keys());
    found.nuisances.forEach((n, i) => {
      once(`nuisances.${i}`, n.name);
      const morphs = n.anchors !== null && n.anchors.length > 0;
      ranges.set(n.name, morphs ? [n.anchors[0], n.anchors.at(-1)] : [-Infinity, Infinity]);
      if (n.sigma !== null && !(n.sigma > 0))
        refuse(`nuisances.${i}.sigma`, `must be positive, got ${n.sigma}`);
      if (morphs && !increasing(n.anchors)) refuse(`nuisances.${i}.anchors`, "must increase");
      if (!morphs) n.anchors = null;
    });
    const linear = new Set(found.nuisances.filter((n) => !n.anchors).map((n) => n.name));
    if (!found.terms.length) refuse("terms", "a likelihood needs at least one");
    found.terms.forEach((term, i) => checkTerm(term, `terms.${i}`, { ranges, parameters, linear, refuse }));
  };

  const increasing = (numbers) => numbers.every((x, i) => i === 0 || x > numbers[i - 1]);

  function hasShape(place, array, shape, refuse) {
    if (array && (array.shape.length !== shape.length || array.shape.some((n, i) => n !== shape[i])))
      refuse(place, `has the shape [${array.shape}] and needs [${shape}]`);
  }

  function checkTerm(term, place, known) {
    const { refuse } = known;
    const bins = term.blocks.reduce((sum, block) => sum + block.bins[0] * block.bins[1], 0);
    const s = term.statistic;
    for (const key of ["data", "sigma", "below", "control", "nominal"])
      hasShape(`${place}.statistic.${key}`, s[key], [bins], refuse);
    hasShape(`${place}.statistic.covariance`, s.covariance, [bins, bins], refuse);
    for (const key of ["sigma", "below"])
      if (s[key] && !s[key].data.every((x) => x > 0)) refuse(`${place}.statistic.${key}`, "must be positive");
    if (s.kind !== "gaussian" && s.kind !== "covariance")
      for (const key of ["data", "control", "nominal"])
        if (s[key] && s[key].data.some((x) => x < 0))
          refuse(`${place}.statistic.${key}`, "counts must not be negative");
    if (s.kind === "covariance") checkCovariance(`${place}.statistic.covariance`, s.covariance.data, bins, refuse);
    if (s.constraints && s.constraints >= bins) refuse(`${place}.statistic.constraints`, `${s.constraints} leave none of ${bins} bins free`);
    if (s.kind === "projected" && s.shape[0] * s.shape[1] !== bins)
      refuse(`${place}.statistic.shape`, `[${s.shape}] does not match ${bins} bins`);
    term.blocks.forEach((block, i) => checkBlock(block, `${place}.blocks.${i}`, known));
  }

  function checkCovariance(place, c, n, refuse) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++)
        if (Math.abs(c[i * n + j] - c[j * n + i]) > 1e-9 * Math.sqrt(Math.abs(c[i * n + i] * c[j * n + j])))
          refuse(place, "must be symmetric");
    const pivots = new Float64Array(n);
    const definite = engine.inner.factor(Float64Array.from(c), n, pivots);
    if (!definite || pivots.some((x) => !(x > 0))) refuse(place, "must be positive definite");
  }

  function checkBlock(block, place, known) {
    const { refuse, ranges, linear } = known;
    const bins = block.bins[0] * block.bins[1];
    if (!block.components.length) refuse(`${place}.components`, "at least one component is needed");
    block.axes.forEach((axis, i) => checkAxis(axis, `${place}.axes.${i}`, ranges, refuse));
    hasShape(`${place}.time`, block.time, [block.components.length, block.bins[1]], refuse);
    hasShape(`${place}.weights`, block.weights, [bins], refuse);
    const sources = block.sources.map((source) => source.name);
    const backgrounds = block.backgrounds.map((background) => background.name);
    const names = [...sources, ...backgrounds];
    names.forEach((name, i) => {
      if (names.indexOf(name) < i) refuse(`${place}.sources.name`, `${shown(name)} is used twice; rename one`);
    });
    if (!sources.includes("signal")) refuse(`${place}.sources`, "one must be called signal");
    if (block.over !== null && (block.over === "signal" || !sources.includes(block.over)))
      refuse(`${place}.over`, `there is no source ${shown(block.over)} beside the signal`);
    block.sources.forEach((source, i) =>
      source.groups.forEach((group, j) =>
        checkGroup(group, block, `${place}.sources.${i}.groups.${j}`, known)));
    block.backgrounds.forEach((b, i) => {
      const nodes = nodesOf(`${place}.backgrounds.${i}.axes`, b.axes, block, "linear", refuse);
      hasShape(`${place}.backgrounds.${i}.counts`, b.counts, [...nodes, bins], refuse);
    });
    block.effects.forEach((effect, i) => {
      const at = `${place}.effects.${i}`;
      if (!linear.has(effect.nuisance))
        refuse(`${at}.nuisance`, `${shown(effect.nuisance)} is no nuisance without anchors`);
      for (const name of effect.scales)
        if (name !== "signal" && !backgrounds.includes(name))
          refuse(`${at}.scales`, `${shown(name)} is unknown: known: ${shown(["signal", ...backgrounds])}`);
      if (effect.shape !== null && !sources.includes(effect.shape))
        refuse(`${at}.shape`, `there is no source ${shown(effect.shape)}`);
      hasShape(`${at}.relative`, effect.relative, [bins], refuse);
      hasShape(`${at}.added`, effect.added, [bins], refuse);
    });
  }

  function checkAxis(axis, place, ranges, refuse) {
    const nodes = axis.nodes.data;
    if (!ranges.has(axis.name)) refuse(`${place}.name`, `${shown(axis.name)} is neither a parameter nor a nuisance`);
    if (axis.nodes.shape.length !== 1 || nodes.length < 2 || !increasing(Array.from(nodes)))
      refuse(`${place}.nodes`, "at least two numbers are needed, increasing");
    const [low, high] = ranges.get(axis.name);
    if (axis.log && !(low > 0)) refuse(`${place}.log`, `${shown(axis.name)} must be positive`);
    const ends = axis.log ? [Math.log(low), Math.log(high)] : [low, high];
    const last = nodes.length - 1;
    const width = nodes[last] - nodes[0];
    if (!(Math.abs(nodes[0] - ends[0]) <= 1e-9 * width && Math.abs(nodes[last] - ends[1]) <= 1e-9 * width))
      refuse(`${place}.nodes`, `run from ${nodes[0]} to ${nodes[last]}, and the range of ${shown(axis.name)} is ${ends[0]} to ${ends[1]} there`);
    if (axis.kind !== "chebyshev") return;
    const rounding = 1e-12 * Math.max(width, Math.abs(nodes[0]), Math.abs(nodes[last]));
    nodes.forEach((x, i) => {
      const wanted = nodes[0] + (width * (1 - Math.cos((Math.PI * i) / last))) / 2;
      if (Math.abs(x - wanted) > rounding) refuse(`${place}.nodes`, "are not Chebyshev points of the second kind");
    });
  }

  // numbers of nodes of some axes of a block, which are of one kind
  function nodesOf(place, axes, block, kind, refuse) {
    return axes.map((axis) => {
      if (!(axis < block.axes.length) || block.axes[axis].kind !== kind)
        refuse(place, `${axis} is not the position of a ${kind} axis`);
      return block.axes[axis].nodes.data.length;
    });
  }

  function checkGroup(group, block, place, { parameters, refuse }) {
    const smooth = nodesOf(`${place}.smooth`, group.smooth, block, "chebyshev", refuse);
    const linear = nodesOf(`${place}.linear`, group.linear, block, "linear", refuse);
    if (!group.pieces.length || group.pieces[0].table.shape.length !== 1 + smooth.length)
      refuse(`${place}.pieces`, "one table is needed, with one axis behind the smooth");
    const factors = group.pieces[0].table.shape.at(-1);
    hasShape(`${place}.templates`, group.templates, [block.components.length, factors, block.bins[0], ...linear], refuse);
    group.pieces.forEach((piece, i) => {
      const at = `${place}.pieces.${i}`;
      hasShape(`${at}.table`, piece.table, [...smooth, factors], refuse);
      hasShape(`${at}.log`, piece.log, smooth, refuse);
      for (const name of piece.monomial.keys())
        if (!parameters.has(name)) refuse(`${at}.monomial`, `${shown(name)} is not a parameter`);
      for (const name of piece.complement.keys())
        if (!parameters.has(name)) refuse(`${at}.complement`, `${shown(name)} is not a parameter`);
      for (const propagator of piece.propagators)
        if (propagator.axis >= block.axes.length) refuse(`${at}.propagators`, `there is no axis ${propagator.axis}`);
    });
  }
});
