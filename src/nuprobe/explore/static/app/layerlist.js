// Limits over the plane, published ones and those that nuprobe computed: which are drawn, with their references.
(function (nuprobe) {
  "use strict";
  const { el, replace, shown } = nuprobe;
  const DOI = /^10\.\d{4,9}\/[-._;()/:A-Za-z0-9<>[\]]+$/;
  const TEXKEY = /^[A-Za-z0-9:_.+-]+$/;

  // where a reference leads; only addresses made here, never one from a file
  function reference(layer) {
    const link = (href, text) => el("a", { href, rel: "noopener noreferrer", target: "_blank" }, text);
    if (layer.doi && DOI.test(layer.doi)) return link(`https://doi.org/${encodeURI(layer.doi)}`, layer.texkey || layer.doi);
    if (layer.texkey && TEXKEY.test(layer.texkey))
      return link(`https://inspirehep.net/literature?q=texkeys:${encodeURIComponent(layer.texkey)}`, layer.texkey);
    return layer.texkey ? el("span", {}, layer.texkey) : null;
  }

  const COMPUTED = "Computed here by nuprobe (from published data)";
  const PUBLISHED = "Published limits and values";
  const OWN = "Lines of this page";

  // what the legend of a figure calls a layer
  const legend = (layer) => (layer.computed ? `${layer.title} (computed by nuprobe)` : layer.title);

  // a line without a source was drawn by whoever made the page
  const own = (layer) => Boolean(layer.along) && !layer.texkey && !layer.doi;
  const heading = (layer) => (layer.computed ? COMPUTED : own(layer) ? OWN : PUBLISHED);

  // layers of one name belong together; under each heading those of its kind: [heading, groups]
  function headed(layers) {
    const names = [...new Set(layers.map((layer) => layer.name))];
    const groups = names.map((name) => layers.filter((layer) => layer.name === name));
    const of = (kind) => groups.filter(([first]) => heading(first) === kind);
    return [COMPUTED, PUBLISHED, OWN].map((kind) => [kind, of(kind)]).filter(([, own]) => own.length > 0);
  }

  const axesOf = (layer, page) => [layer.x ?? page.plane.x.name, layer.y ?? page.plane.y?.name ?? null];

  // whether a layer belongs to the axes that are drawn; a straight line belongs to every plane with its parameter
  function fits(layer, page, plane) {
    if (layer.along) return layer.along === plane.x.name || layer.along === plane.y?.name;
    const [x, y] = axesOf(layer, page);
    return x === plane.x.name && y === (plane.y?.name ?? null);
  }

  // `act` has toggle(name) and all(names, shown)
  function render(element, layers, hidden, act) {
    const key = JSON.stringify([layers.map((layer) => [layer.name, layer.colour, layer.dash, Boolean(layer.computed)]), hidden]);
    if (element.dataset.key === key) return;
    const focus = document.activeElement?.id;
    const open = new Set([...element.querySelectorAll("details[open]")].map((one) => one.dataset.name));
    element.dataset.key = key;
    const parts = headed(layers);
    const names = parts.flatMap(([, groups]) => groups.map(([first]) => first.name));
    let count = 0;
    replace(element, parts.length === 0
      ? [el("h3", {}, PUBLISHED), el("p", { class: "soft" }, "This page has no published limits for these axes.")]
      : parts.map(([heading, groups]) => [el("h3", {}, heading),
        el("ul", { class: "layers", "aria-label": heading }, groups.map((group) => row(group, count++, hidden, act, open)))]),
    names.length > 2 ? el("div", { class: "row" },
      el("button", { type: "button", id: "layer-all", onclick: () => act.all(names, true) }, "Show all"),
      el("button", { type: "button", id: "layer-none", onclick: () => act.all(names, false) }, "Hide all")) : null);
    if (focus?.startsWith("layer-")) document.getElementById(focus)?.focus();
  }

  // the key of a layer, with the colour and the dashes that it has in the plane
  function swatch({ kind, colour, dash }) {
    const made = el("span", { class: `key key-${kind}`, "aria-hidden": "true" });
    made.style.setProperty("--key", colour);
    if (!Array.isArray(dash) || !["curve", "region"].includes(kind)) return made;
    const { node } = nuprobe.svgLegend;
    const line = { stroke: colour, "stroke-width": 2, "stroke-dasharray": dash.join(" ") };
    const mark = kind === "region"
      ? node("rect", { x: 1, y: 1, width: 20, height: 10, fill: colour, "fill-opacity": 0.18, ...line, "stroke-width": 1.5 })
      : node("line", { x1: 0, x2: 22, y1: 6, y2: 6, ...line });
    made.classList.add("drawn");
    made.append(node("svg", { width: 22, height: 12, viewBox: "0 0 22 12" }, mark));
    return made;
  }

  function row([layer], i, hidden, act, open) {
    const facts = [layer.cl ? `${shown(100 * layer.cl, 4)} % CL` : null,
      layer.verified === false && !own(layer) ? "not checked against the publication" : null].filter(Boolean).join("; ");
    const link = reference(layer);
    return el("li", {},
      el("input", { type: "checkbox", id: `layer-${i}`, checked: !hidden.includes(layer.name), onchange: () => act.toggle(layer.name) }),
      el("label", { for: `layer-${i}` }, swatch(layer), layer.title),
      el("span", { class: "soft details" }, facts, facts && link ? " · " : "", link),
      layer.note ? el("details", { class: "soft details", "data-name": layer.name, open: open.has(layer.name) },
        el("summary", { "aria-label": `Note on ${layer.title}` }, "note"), layer.note) : null);
  }

  nuprobe.layerList = { render, fits, headed, legend, reference };
})((window.nuprobe ??= {}));
