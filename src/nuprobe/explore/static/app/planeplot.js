// The plane of two parameters: allowed regions, best fit, models, published limits; or Δχ² of one parameter.
(function (nuprobe) {
  "use strict";
  const { figures, labels, layerList, regions } = nuprobe;
  const MARKERS = ["circle", "square", "triangle", "diamond"];
  const LINES = ["solid", [6, 3], [2, 2]];
  const source = (data) => new Bokeh.ColumnDataSource({ data });

  class PlanePlot {
    // `content`: axes {x, y, entries}, layers with colours, models (names), active; `look` as of figures
    constructor(content, look) {
      Object.assign(this, { content, look, colours: look.colours });
      const { x, y } = content.axes;
      const Range1d = Bokeh.Models.Range1d;
      const range = (axis) => new Range1d({ start: axis.lower, end: axis.upper });
      this.figure = figures.figure({
        xRange: range(x), yRange: y ? range(y) : new Range1d({ start: 0, end: 10 }), xLog: x.log, yLog: Boolean(y?.log),
        height: look.height ?? 470, below: look.file ? 54 : 26,
      }, look);
      const exponent = (axis) => (axis.log ? 0 : nuprobe.ticks.power(axis.lower, axis.upper));
      const name = (entry, axis) => labels.axisRuns(entry, exponent(axis));
      this.names = { x: name(content.entries.x, x), y: y ? name(content.entries.y, y) : labels.runs("\\Delta\\chi^2") };
      const set = (axes, axis) => nuprobe.ticks.set(axes, axis.lower, axis.upper, { log: axis.log, room: 7, exponent: exponent(axis) });
      set(this.figure.xaxis, x);
      if (y) set(this.figure.yaxis, y);
      this.items = [];
      if (y) this.buildPlane();
      else this.buildCurve();
      this.buildModels();
    }

    buildPlane() {
      const { colours, figure } = this;
      this.fills = regions.NAMES.map((_, i) => {
        const rings = source({ xs: [], ys: [] });
        figure.multi_polygons({ xs: { field: "xs" }, ys: { field: "ys" }, source: rings, fill_color: colours.levels[0],
          fill_alpha: colours.fills[i], line_color: null });
        return rings;
      });
      this.drawLayers("region");
      this.lines = regions.NAMES.map((name, i) => {
        const lines = source({ xs: [], ys: [] });
        figure.multi_line({ xs: { field: "xs" }, ys: { field: "ys" }, source: lines,
          line_color: colours.levels[0], line_width: [2.2, 1.7, 1.5][i], line_dash: { value: LINES[i] } });
        this.items.push({ label: `allowed at ${name} CL`, kind: "line", colour: colours.levels[0], dash: LINES[i] });
        return lines;
      });
      this.drawLayers("line");
      this.buildBest();
    }

    buildCurve() {
      const { colours, figure } = this;
      this.curve = source({ x: [], y: [] });
      const levels = regions.thresholds(1);
      levels.forEach((delta, i) =>
        figure.add_layout(new Bokeh.Models.Span({ location: delta, dimension: "width", line_color: colours.soft,
          line_dash: LINES[i], line_width: 1, level: "underlay" })));
      figure.text({ x: { field: "x" }, y: { field: "y" }, text: { field: "t" }, text_font_size: "11px",
        text_color: colours.soft, text_baseline: "bottom", x_offset: 4, y_offset: -1,
        source: source({ x: levels.map(() => this.content.axes.x.lower), y: levels, t: regions.NAMES }) });
      figure.line({ x: { field: "x" }, y: { field: "y" }, source: this.curve, line_color: colours.levels[0],
        line_width: 2.2 });
      this.items.push({ label: "Δχ², nuisances profiled", kind: "line", colour: colours.levels[0] });
      this.drawLayers("line");
      this.buildBest();
    }

    buildBest() {
      const { colours, figure } = this;
      this.best = source({ x: [], y: [] });
      figure.scatter({ x: { field: "x" }, y: { field: "y" }, source: this.best, marker: "star", size: 15,
        fill_color: colours.levels[0], line_color: colours.paper, line_width: 1 });
      this.bestItem = { label: "best fit", kind: "point", shape: "star", colour: colours.levels[0] };
      this.items.push(this.bestItem);
    }

    // the legend says why no star is seen
    nameBest(beyond) {
      this.bestItem.label = beyond ? "best fit (outside these axes)" : "best fit";
    }

    drawLayers(when) {
      for (const layer of this.content.layers) {
        if ((layer.kind === "region") !== (when === "region")) continue;
        const points = this.pointsOf(layer);
        const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
        this.drawLayer(layer, xs, ys);
        const kind = { region: "region", point: "point" }[layer.kind] ?? "line";
        if (!this.items.some((item) => item.last && item.name === layer.name))
          this.items.push({ last: true, name: layer.name, label: layerList.legend(layer), kind, colour: layer.colour, dash: layer.kind === "line" ? [6, 3] : layer.dash, shape: "diamond" });
      }
    }

    // a line along a parameter crosses the whole plane
    pointsOf({ along, value, points }) {
      const { x, y } = this.content.axes;
      if (!along) return points;
      const [low, high] = y ? [y.lower, y.upper] : [0, 1e3];
      return along === x.name ? [[value, low], [value, high]] : [[x.lower, value], [x.upper, value]];
    }

    drawLayer({ kind, colour, dash }, xs, ys) {
      const { figure } = this;
      const rows = source({ x: xs, y: ys });
      const at = { x: { field: "x" }, y: { field: "y" }, source: rows };
      if (kind === "region")
        figure.patch({ ...at, fill_color: colour, fill_alpha: 0.16, line_color: colour, line_width: 1.4, line_dash: { value: dash } });
      else if (kind === "point")
        figure.scatter({ ...at, marker: "diamond", size: 10, fill_color: colour, line_color: this.colours.paper });
      else figure.line({ ...at, line_color: colour, line_width: 1.8, line_dash: { value: kind === "line" ? [6, 3] : dash } });
    }

    buildModels() {
      this.points = this.content.models.map((name, i) => {
        const rows = source({ x: [], y: [] });
        const colour = this.colours.models[i];
        const own = i === this.content.active;
        const at = { x: { field: "x" }, y: { field: "y" }, source: rows };
        this.figure.scatter({ ...at, marker: "circle", size: own ? 16 : 12, fill_color: this.colours.paper,
          line_color: colour, line_width: 2 });
        this.figure.scatter({ ...at, marker: MARKERS[i], size: own ? 8 : 6,
          fill_color: colour, line_color: null });
        this.items.push({ label: name, kind: "ring", colour, shape: MARKERS[i] });
        return rows;
      });
    }

    // allowed regions of a grid, as of `regions.regions`
    setRegions({ lines, rings }) {
      lines.forEach((own, i) => {
        this.lines[i].data = { xs: own.map((line) => line.x), ys: own.map((line) => line.y) };
        const polygons = rings[i].filter((ring) => ring.x.length > 2);
        this.fills[i].data = polygons.length === 0 ? { xs: [], ys: [] }
          : { xs: [[polygons.map((ring) => ring.x)]], ys: [[polygons.map((ring) => ring.y)]] };
      });
    }

    setCurve(scan, minimum) {
      const heights = Array.from(scan.values, (v) => v - minimum);
      this.curve.data = { x: Array.from(scan.x), y: heights };
      this.height = Math.min(Math.max(4.5, ...heights.filter(Number.isFinite)), 12);
      this.figure.y_range.end = this.height;
    }

    setBest(x, y) {
      this.best.data = x === null ? { x: [], y: [] } : { x: [x], y: [y] };
    }

    // where the models stand; a point outside the axes is not drawn
    setModels(places) {
      places.forEach(([x, y], i) => {
        const known = this.points[i].place;
        if (known && Object.is(known[0], x) && Object.is(known[1], y)) return;
        this.points[i].place = [x, y];
        this.points[i].data = Number.isFinite(x) && Number.isFinite(y) ? { x: [x], y: [y] } : { x: [], y: [] };
      });
    }

    panels() {
      return [{ figure: this.figure, ...this.names }];
    }

    // colours of layers by the order of their names, so that hiding one changes no other
    static colouring(layers, colours) {
      const dashes = ["solid", [8, 3], [3, 2], [8, 3, 2, 3]];
      const names = [...new Set(layers.map((layer) => layer.name))];
      return layers.map((layer) => {
        const i = names.indexOf(layer.name);
        return { ...layer, colour: colours.layers[i % colours.layers.length], dash: dashes[Math.floor(i / colours.layers.length) % dashes.length] };
      });
    }
  }

  nuprobe.PlanePlot = PlanePlot;
})((window.nuprobe ??= {}));
