// The state as an address, and back with every entry checked.
//
//   #page=csi&1=Standard+Model&1.rn=5.5&1.sns-flux=0.02&active=1&x=rn:1.6:10:60&y=g:1e-5:1:60:log&hide=ccfr&view=0:1:log
(function (nuprobe) {
  "use strict";
  const { Refused, check, exact, state: states } = nuprobe;

  const axisText = (axis) => (axis === null ? "none" : [axis.name, exact(axis.lower), exact(axis.upper), axis.points,
    ...(axis.log ? ["log"] : [])].join(":"));

  function encode(state, page, likelihood) {
    const start = states.initial(page, likelihood);
    const query = new URLSearchParams({ page: state.page });
    state.models.forEach((model, i) => {
      query.set(String(i + 1), model.name);
      likelihood.parameters.forEach((p, k) => query.set(`${i + 1}.${p.name}`, exact(model.point[k])));
      if (model.nuisances) likelihood.nuisances.forEach((n, k) => query.set(`${i + 1}.${n.name}`, exact(model.nuisances[k])));
    });
    if (state.active !== 0) query.set("active", String(state.active + 1));
    for (const end of ["x", "y"])
      if (axisText(state.plane[end]) !== axisText(start.plane[end])) query.set(end, axisText(state.plane[end]));
    if (state.hidden.join() !== start.hidden.join()) query.set("hide", state.hidden.map(encodeURIComponent).join(","));
    const { spectrum, axis, log } = state.view;
    if (spectrum || axis || log) query.set("view", [spectrum, axis, ...(log ? ["log"] : [])].join(":"));
    return `#${query.toString()}`;
  }

  // the name of the page that a link asks for, or null
  const pageName = (hash) => new URLSearchParams(hash.replace(/^#/, "")).get("page");

  function numberOf(text, what) {
    const value = nuprobe.parsed(text);
    if (!Number.isFinite(value)) throw new Refused(`The link gives “${text}” for ${what}, which is not a number.`);
    return value;
  }

  function integer(text, what, low, high) {
    if (!/^\d+$/.test(text) || Number(text) < low || Number(text) > high)
      throw new Refused(`The link gives “${text}” for ${what}; it must be a whole number from ${low} to ${high}.`);
    return Number(text);
  }

  function valueOf(entry, text) {
    const value = numberOf(text, entry.name);
    const problem = check.problem(entry, value, text);
    if (problem) throw new Refused(`The link does not fit: ${problem}`);
    return value;
  }

  // models {number: {name, point, nuisances}} of the entries "1" and "1.rn"
  function modelsOf(query, first, likelihood) {
    const found = new Map();
    for (const [key, text] of query) {
      const match = /^(\d+)(?:\.(.+))?$/.exec(key);
      if (!match) continue;
      const number = integer(match[1], "a model", 1, states.MOST_MODELS);
      if (!found.has(number)) found.set(number, { name: null, values: new Map() });
      const model = found.get(number);
      if (match[2] === undefined) model.name = text;
      else model.values.set(match[2], text);
    }
    const numbers = [...found.keys()].sort();
    numbers.forEach((number, i) => {
      if (number !== i + 1) throw new Refused(`The link has model ${number} without model ${i + 1}.`);
    });
    return numbers.map((number) => modelFrom(found.get(number), number, first, likelihood));
  }

  function modelFrom({ name, values }, number, first, likelihood) {
    const known = new Set([...likelihood.parameters, ...likelihood.nuisances].map((entry) => entry.name));
    for (const key of values.keys())
      if (!known.has(key))
        throw new Refused(`The link sets “${key}”, which this page does not have. It has ${[...known].join(", ")}.`);
    const point = likelihood.parameters.map((p, i) =>
      values.has(p.name) ? valueOf(p, values.get(p.name)) : first.point[i]);
    const given = likelihood.nuisances.filter((n) => values.has(n.name));
    if (given.length > 0 && given.length < likelihood.nuisances.length)
      throw new Refused("The link sets some nuisances and not the others; it must set all of them or none.");
    const nuisances = given.length > 0 ? likelihood.nuisances.map((n) => valueOf(n, values.get(n.name))) : null;
    return { name: name ?? `Model ${number}`, point, nuisances };
  }

  function axisFrom(text, end, likelihood) {
    if (text === "none" && end === "y") return null;
    const [name, lower, upper, points, scale, ...more] = text.split(":");
    const entry = likelihood.parameters.find((p) => p.name === name);
    if (entry === undefined)
      throw new Refused(`The link draws “${name}”, which is not a parameter of this page.`);
    if (points === undefined || more.length > 0 || (scale !== undefined && scale !== "log"))
      throw new Refused(`The link's axis “${text}” is damaged; it must be name:from:to:points or name:from:to:points:log.`);
    const axis = { name, lower: valueOf(entry, lower), upper: valueOf(entry, upper), log: scale === "log",
      points: integer(points, "the points of an axis", 2, 400) };
    if (!(axis.lower < axis.upper)) throw new Refused(`The link's axis “${text}” does not rise.`);
    if (axis.log && !(axis.lower > 0)) throw new Refused(`The link's axis “${text}” is logarithmic and must be positive.`);
    return axis;
  }

  // a model has one number: “01” would be a second name of “1”
  const KNOWN = /^(page|active|x|y|hide|view|(0|[1-9]\d*)(\..+)?)$/;

  // the state that a link describes, or Refused with what is wrong
  function decode(hash, page, likelihood) {
    const query = new URLSearchParams(hash.replace(/^#/, ""));
    const keys = [...query.keys()];
    for (const key of keys) {
      if (!KNOWN.test(key)) throw new Refused(`The link has an entry “${key}” that this program does not know.`);
      if (keys.indexOf(key) !== keys.lastIndexOf(key)) throw new Refused(`The link has two entries “${key}”.`);
    }
    const state = states.initial(page, likelihood);
    const models = modelsOf(query, state.models[0], likelihood);
    if (models.length > 0) state.models = models;
    if (query.has("active")) state.active = integer(query.get("active"), "the active model", 1, state.models.length) - 1;
    for (const end of ["x", "y"]) if (query.has(end)) state.plane[end] = axisFrom(query.get(end), end, likelihood);
    if (state.plane.y && state.plane.x.name === state.plane.y.name)
      throw new Refused(`The link draws “${state.plane.x.name}” on both axes.`);
    if (query.has("hide")) state.hidden = hiddenOf(query.get("hide"), page);
    if (query.has("view")) state.view = viewOf(query.get("view"), nuprobe.spectra.of(page, likelihood));
    return state;
  }

  function hiddenOf(text, page) {
    let names;
    try {
      names = text.split(",").filter((name) => name !== "").map(decodeURIComponent);
    } catch {
      throw new Refused(`The link's list of hidden layers “${text}” is damaged.`);
    }
    const known = (page.layers ?? []).map((layer) => layer.name);
    for (const name of names)
      if (!known.includes(name)) throw new Refused(`The link hides a layer “${name}” that this page does not have.`);
    return names;
  }

  function viewOf(text, spectra) {
    const [spectrum, axis, scale, ...more] = text.split(":");
    if (axis === undefined || more.length > 0 || (scale !== undefined && scale !== "log"))
      throw new Refused(`The link's view “${text}” is damaged; it must be spectrum:axis or spectrum:axis:log.`);
    const which = integer(spectrum, "the spectrum", 0, spectra.length - 1);
    return { spectrum: which, axis: integer(axis, "the axis", 0, spectra[which].axes.length - 1), log: scale === "log" };
  }

  nuprobe.link = { encode, decode, pageName };
})((window.nuprobe ??= {}));
