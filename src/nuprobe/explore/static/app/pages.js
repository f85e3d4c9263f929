// Page descriptions: loaded as scripts when they are opened, checked before use.
(function (nuprobe) {
  "use strict";
  const { Refused } = nuprobe;
  const AGAIN = "Write the site again with “nuprobe explore”.";

  const loaded = new Map();
  const waiting = new Map();

  // called by pages/index.js and by pages/NAME.js
  nuprobe.site = (index) => {
    nuprobe.index = index;
  };
  nuprobe.page = (page) => {
    loaded.set(page?.name, page);
  };

  const isObject = (x) => typeof x === "object" && x !== null && !Array.isArray(x);
  const isText = (x) => typeof x === "string";
  const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
  const NAME = /^[a-z0-9][a-z0-9-]*$/;

  function need(condition, where, what) {
    if (!condition) throw new Refused(`This page is damaged: ${where} must be ${what}. ${AGAIN}`);
  }

  function versioned(thing, format, what) {
    need(isObject(thing), what, "an object");
    if (thing.format !== format)
      throw new Refused(`This is not a ${what}: its format is “${thing.format}”, expected “${format}”. ${AGAIN}`);
    if (!Number.isInteger(thing.version) || thing.version < 1)
      throw new Refused(`This ${what} is damaged: its version is “${thing.version}”. ${AGAIN}`);
    if (thing.version > 1)
      throw new Refused(`This ${what} has version ${thing.version}; this program reads version 1.`
        + " Open it with the site of a newer nuprobe.");
  }

  function checkIndex(index) {
    if (index === undefined)
      throw new Refused(`The list of pages did not load: pages/index.js is missing or damaged. ${AGAIN}`);
    versioned(index, "nuprobe-site", "list of pages");
    need(Array.isArray(index.pages) && index.pages.length > 0, "pages", "a list with at least one page");
    index.pages.forEach((page, i) => {
      need(isObject(page), `pages[${i}]`, "an object");
      need(isText(page.name) && NAME.test(page.name), `pages[${i}].name`, "lower-case letters, digits and hyphens");
      need(isText(page.title), `pages[${i}].title`, "text");
      need(page.summary === undefined || isText(page.summary), `pages[${i}].summary`, "text");
    });
    return index;
  }

  function checkPoints(points, where) {
    need(Array.isArray(points) && points.length > 0, where, "a list of points");
    for (const point of points)
      need(Array.isArray(point) && point.length === 2 && point.every(isNumber), where, "pairs of finite numbers");
  }

  const KINDS = ["curve", "region", "line", "point"];
  function checkLayers(layers) {
    need(Array.isArray(layers), "layers", "a list");
    layers.forEach((layer, i) => {
      const where = `layers[${i}]`;
      need(isObject(layer), where, "an object");
      for (const key of ["name", "title"]) need(isText(layer[key]), `${where}.${key}`, "text");
      for (const key of ["texkey", "doi", "note", "group", "x", "y"])
        need(layer[key] === undefined || layer[key] === null || isText(layer[key]), `${where}.${key}`, "text");
      need(KINDS.includes(layer.kind), `${where}.kind`, `one of ${KINDS.join(", ")}`);
      for (const key of ["shown", "computed"])
        need(layer[key] === undefined || typeof layer[key] === "boolean", `${where}.${key}`, "true or false");
      need(layer.cl === undefined || layer.cl === null || isNumber(layer.cl), `${where}.cl`, "a number");
      if (layer.along !== undefined && layer.along !== null)
        need(isText(layer.along) && isNumber(layer.value), where, "a line along a parameter at a number");
      else checkPoints(layer.points, `${where}.points`);
    });
  }

  const rises = (x) => Array.isArray(x) && x.length > 1 && x.every(isNumber) && x.every((y, k) => k === 0 || y > x[k - 1]);
  function checkSpectra(spectra) {
    need(Array.isArray(spectra), "spectra", "a list");
    spectra.forEach((spectrum, i) => {
      const where = `spectra[${i}]`;
      need(isObject(spectrum), where, "an object");
      for (const key of ["term", "title"]) need(isText(spectrum[key]), `${where}.${key}`, "text");
      need(spectrum.ylabel === undefined || isText(spectrum.ylabel), `${where}.ylabel`, "text");
      need(spectrum.first === undefined || (Number.isInteger(spectrum.first) && spectrum.first >= 0), `${where}.first`, "the number of a bin");
      need(Array.isArray(spectrum.axes) && spectrum.axes.length > 0, `${where}.axes`, "a list of axes");
      for (const axis of spectrum.axes) {
        need(isObject(axis) && isText(axis.label), `${where}.axes`, "axes with labels");
        need(axis.unit === undefined || axis.unit === null || isText(axis.unit), `${where}.axes`, "axes whose units are text");
        need(rises(axis.edges), `${where}.axes`, "axes with rising edges");
        const { labels, quantities } = axis;
        need(quantities === undefined || quantities === null || (Array.isArray(quantities) && quantities.length === axis.edges.length - 1
          && quantities.every((q) => isObject(q) && isText(q.latex) && isText(q.unit) && isNumber(q.scale) && q.scale > 0)),
        `${where}.axes`, "axes with a symbol, unit and positive scale for each value");
        need(labels === undefined || labels === null
          || (Array.isArray(labels) && labels.length === axis.edges.length - 1 && labels.every(isText)), `${where}.axes`, "axes with a label for each bin");
      }
    });
  }

  // ends of an axis of the plane against the range of the parameter
  function checkAxis(axis, where, byName) {
    need(isObject(axis), where, "an object");
    const entry = byName.get(axis.name);
    need(entry !== undefined, `${where}.name`, "the name of a parameter");
    need(isNumber(axis.lower) && isNumber(axis.upper) && axis.lower < axis.upper, where, "two rising ends");
    need(axis.lower >= (entry.lower ?? -Infinity) && axis.upper <= (entry.upper ?? Infinity), where,
      "inside the range of its parameter");
    need(!axis.log || axis.lower > 0, where, "positive where it is logarithmic");
    need(axis.points === undefined || (Number.isInteger(axis.points) && axis.points >= 2 && axis.points <= 400),
      `${where}.points`, "a number of points from 2 to 400");
  }

  // everything about a page that does not need its likelihood
  function checkPage(page, name) {
    versioned(page, "nuprobe-page", "page");
    need(page.name === name, "name", `“${name}”`);
    need(isText(page.title), "title", "text");
    for (const key of ["summary", "command", "python", "bibtex"])
      need(page[key] === undefined || page[key] === null || isText(page[key]), key, "text");
    need(isObject(page.document), "document", "a likelihood");
    need(isObject(page.plane), "plane", "an object");
    need(Array.isArray(page.presets) && page.presets.length > 0, "presets", "a list with at least one model");
    need(page.checks === undefined || (Array.isArray(page.checks) && page.checks.every((one) => isObject(one) && isObject(one.point)
      && isObject(one.nuisances) && isNumber(one.twice_nll))), "checks", "points with numbers");
    checkLayers(page.layers ?? []);
    checkSpectra(page.spectra ?? []);
    return page;
  }

  // what must agree with the parameters of the likelihood
  function checkAgainst(page, likelihood) {
    const byName = new Map(likelihood.parameters.map((entry) => [entry.name, entry]));
    checkAxis(page.plane.x, "plane.x", byName);
    if (page.plane.y !== null && page.plane.y !== undefined) {
      checkAxis(page.plane.y, "plane.y", byName);
      need(page.plane.x.name !== page.plane.y.name, "plane", "of two different parameters");
    }
    page.presets.forEach((preset, i) => {
      const where = `presets[${i}]`;
      need(isObject(preset) && isText(preset.name) && isObject(preset.point), where, "a name with a point");
      for (const key of Object.keys(preset.point)) need(byName.has(key), `${where}.point`, "of parameters of the likelihood");
      for (const entry of likelihood.parameters) {
        if (!(entry.name in preset.point)) continue;
        const problem = nuprobe.check.problem(entry, preset.point[entry.name]);
        need(problem === null, `${where}.point`, `inside the ranges (${problem})`);
      }
    });
  }

  function script(name) {
    return new Promise((resolve, reject) => {
      const made = document.createElement("script");
      made.src = `pages/${name}.js`;
      made.onload = () => resolve();
      made.onerror = () => reject(new Refused(
        `The page “${name}” did not load: pages/${name}.js is missing. ${AGAIN}`));
      document.head.append(made);
    });
  }

  // the page of a name, checked; loads its script once
  async function get(name) {
    if (!NAME.test(name)) throw new Refused(`“${name}” is not the name of a page. Choose one from the list.`);
    if (!nuprobe.index.pages.some((page) => page.name === name) && !loaded.has(name))
      throw new Refused(`There is no page “${name}” here. Choose one from the list.`);
    if (!loaded.has(name)) {
      if (!waiting.has(name)) waiting.set(name, script(name));
      try {
        await waiting.get(name);
      } catch (error) {
        waiting.delete(name);
        throw error;
      }
    }
    if (!loaded.has(name)) throw new Refused(`The page “${name}” is damaged: pages/${name}.js holds no such page. ${AGAIN}`);
    return checkPage(loaded.get(name), name);
  }

  // the likelihood of a page as an object
  async function likelihoodDocument(page) {
    const { gzip64 } = page.document;
    if (gzip64 === undefined) return page.document;
    try {
      const bytes = Uint8Array.from(atob(gzip64), (c) => c.charCodeAt(0));
      return JSON.parse(await nuprobe.files.unzipped(bytes));
    } catch {
      throw new Refused(`The likelihood of the page “${page.name}” is damaged. ${AGAIN}`);
    }
  }

  nuprobe.pages = { get, add: nuprobe.page, checkIndex, checkPage, checkAgainst, likelihoodDocument };
})((window.nuprobe ??= {}));
