// The legend of a figure that is saved: rows of keys with names, below the picture.
(function (nuprobe) {
  "use strict";
  const NS = "http://www.w3.org/2000/svg";
  const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
  const SIZE = 13, ROW = 20, KEY = 26, GAP = 8, BETWEEN = 22;

  function node(tag, attributes, ...children) {
    const made = document.createElementNS(NS, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.append(...children);
    return made;
  }

  const dashes = (dash) => (Array.isArray(dash) ? dash.join(" ") : "none");
  const POLYGONS = {
    square: [[-4, -4], [4, -4], [4, 4], [-4, 4]], triangle: [[0, -5], [5, 4], [-5, 4]], diamond: [[0, -6], [4.5, 0], [0, 6], [-4.5, 0]],
    star: Array.from({ length: 10 }, (_, i) => [(i % 2 ? 3 : 7) * Math.sin((i * Math.PI) / 5), -(i % 2 ? 3 : 7) * Math.cos((i * Math.PI) / 5)]),
  };

  // a mark at the origin
  function marker(shape, colour) {
    if (shape === "circle") return node("circle", { r: 4.5, fill: colour });
    return node("polygon", { points: POLYGONS[shape].map((p) => p.join(",")).join(" "), fill: colour });
  }

  // the key of an item, in a box of KEY × ROW around the origin's line
  function key({ kind, colour, dash, shape }) {
    const half = KEY / 2;
    if (kind === "part") return node("rect", { x: 0, y: -6, width: KEY, height: 12, fill: colour });
    if (kind === "region")
      return node("rect", { x: 0.7, y: -6, width: KEY - 1.4, height: 12, fill: colour, "fill-opacity": 0.16, stroke: colour, "stroke-width": 1.4, "stroke-dasharray": dashes(dash) });
    if (kind === "line") return node("line", { x1: 0, x2: KEY, y1: 0, y2: 0, stroke: colour, "stroke-width": 2, "stroke-dasharray": dashes(dash) });
    const at = node("g", { transform: `translate(${half} 0)` });
    if (kind === "data") at.append(node("line", { y1: -8, y2: 8, stroke: colour, "stroke-width": 1.2 }));
    if (kind === "ring") at.append(node("circle", { r: 7.5, fill: "none", stroke: colour, "stroke-width": 2 }));
    at.append(marker(shape ?? "circle", colour));
    return at;
  }

  // {element, height} of a legend for a width
  function legend(items, left, top, width) {
    const context = document.createElement("canvas").getContext("2d");
    context.font = `${SIZE}px ${FONT}`;
    const widest = Math.max(...items.map((item) => context.measureText(item.label).width));
    const column = KEY + GAP + widest + BETWEEN;
    const columns = Math.max(1, Math.min(4, items.length, Math.floor((width - left + BETWEEN) / column)));
    const rows = Math.ceil(items.length / columns);
    const element = node("g", { transform: `translate(${left} ${top})`, "font-family": FONT, "font-size": SIZE, fill: "#1b1f24" });
    items.forEach((item, i) => {
      const x = Math.floor(i / rows) * column, y = (i % rows) * ROW + ROW / 2;
      element.append(node("g", { transform: `translate(${x.toFixed(1)} ${y})` }, key(item),
        node("text", { x: KEY + GAP, y: 0.35 * SIZE }, item.label)));
    });
    return { element, height: rows * ROW };
  }

  nuprobe.svgLegend = { node, legend };
})((window.nuprobe ??= {}));
