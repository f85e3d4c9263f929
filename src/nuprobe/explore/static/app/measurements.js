// Values that are measured each for itself: how far each model is from each, in standard deviations, and the values.
(function (nuprobe) {
  "use strict";
  const { figures, labels, el, replace, raised } = nuprobe;
  const MARKERS = ["circle", "square", "triangle", "diamond"];
  const ROW = 46; // px
  const LEAST = 3.5; // standard deviations that are always shown
  const source = (data) => new Bokeh.ColumnDataSource({ data });

  class MeasurementPlot {
    // `content`: projection, data, models (names), active; `look` as of figures
    constructor(content, look) {
      Object.assign(this, { content, look });
      const { colours } = look;
      const { Range1d, FixedTicker, Span } = Bokeh.Models;
      this.size = content.projection.size;
      this.names = { x: [{ text: "(model − measured) / σ", level: 0 }] };
      const rows = Array.from({ length: this.size }, (_, i) => this.size - i);
      this.figure = figures.figure({ xRange: new Range1d({ start: -LEAST, end: LEAST }), yRange: new Range1d({ start: 0.4, end: this.size + 0.6 }),
        height: ROW * this.size + 44 + (look.file ? 28 : 0), below: look.file ? 54 : 26 }, look);
      const { quantities } = content.projection.axis;
      for (const axis of this.figure.yaxis) {
        axis.ticker = new FixedTicker({ ticks: rows, minor_ticks: [] });
        axis.major_label_overrides = new Map(rows.map((y, i) => [y, labels.plain(quantities[i].latex)]));
        axis.major_label_text_font_size = "14px";
      }
      for (const at of [-1, 0, 1])
        this.figure.add_layout(new Span({ location: at, dimension: "height", line_color: at ? colours.line : colours.soft, line_width: 1,
          line_dash: at ? [4, 3] : "solid", level: "underlay" }));
      this.drawMeasured(rows, colours);
      this.models = content.models.map((_, i) => this.drawModel(i, rows, colours));
      this.items = [{ label: "measured, 1σ", kind: "data", colour: colours.ink },
        ...content.models.map((label, i) => ({ label, kind: "point", shape: MARKERS[i], colour: colours.models[i] }))];
    }

    // zero with its error, which reaches to −1 and 1 by definition
    drawMeasured(rows, colours) {
      const bars = source({ y: rows, x: rows.map(() => 0), low: rows.map(() => -1), high: rows.map(() => 1) });
      this.figure.segment({ y0: { field: "y" }, y1: { field: "y" }, x0: { field: "low" }, x1: { field: "high" }, source: bars,
        line_color: colours.ink, line_width: 1.4 });
      this.figure.scatter({ x: { field: "x" }, y: { field: "y" }, source: bars, size: 6, fill_color: colours.ink, line_color: null });
    }

    // models stand one above the other, so that none hides another
    drawModel(i, rows, colours) {
      const { models, active } = this.content;
      const raise = models.length > 1 ? 0.3 * (1 - (2 * i) / (models.length - 1)) : 0;
      const points = source({ x: new Float64Array(this.size), y: rows.map((y) => y + raise) });
      this.figure.scatter({ x: { field: "x" }, y: { field: "y" }, source: points, marker: MARKERS[i], size: i === active ? 12 : 9,
        fill_color: colours.models[i], line_color: colours.paper, line_width: 1 });
      return points;
    }

    // as of a spectrum: totals are of the table, residuals of the picture
    update(_parts, _totals, residuals) {
      let far = 0;
      residuals.forEach((row, i) => {
        row.forEach((x, k) => {
          this.models[i].data.x[k] = -x;
          if (Number.isFinite(x)) far = Math.max(far, Math.abs(x));
        });
        this.models[i].change.emit();
      });
      const reach = Math.max(LEAST, Math.ceil(1.15 * far));
      if (reach === this.reach) return;
      this.reach = reach;
      this.figure.x_range.setv({ start: -reach, end: reach });
      nuprobe.ticks.set(this.figure.xaxis, -reach, reach, { room: 8 });
    }

    panels() {
      return [{ figure: this.figure, x: this.names.x, y: null }];
    }
  }

  // Numbers of one quantity, all multiples of one power of ten, to two digits of the error; the unit has the power.
  function written({ scale, unit: name }, value, low, high) {
    const error = (scale * (high - low)) / 2;
    const size = Math.max(Math.abs(scale * value), error);
    const power = size > 0 ? Math.floor(Math.log10(size)) : 0;
    const exponent = power < -3 || power >= 5 ? power : 0;
    const unit = 10 ** exponent;
    const digits = error > 0 ? Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error / unit)))) : 4;
    const one = (x, more = 0) => {
      const text = ((scale * x) / unit).toFixed(digits + more);
      return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
    };
    const up = one(high - value), down = one(value - low);
    const errors = up === down ? ` ± ${up}` : ` +${up} −${down}`;
    const power10 = exponent ? `10${raised(exponent)}` : "";
    return { measured: `${one(value)}${errors}`, model: (x) => one(x, 1), unit: [power10, name].filter(Boolean).join(" ") };
  }

  // a table of the values below the picture
  class ValueTable {
    constructor(element) {
      this.element = element;
    }

    clear() {
      this.element.hidden = true;
      replace(this.element);
    }

    build({ projection, data, names, term }) {
      const { quantities } = projection.axis;
      this.texts = quantities.map((q, k) => written(q, data.value[k], data.low[k], data.high[k]));
      this.cells = quantities.map(() => names.map(() => [el("span"), el("span", { class: "soft" })]));
      const cell = (content) => el("td", { role: "cell" }, content);
      const unit = (k) => (this.texts[k].unit ? ` (${this.texts[k].unit})` : "");
      const table = el("table", { role: "table", class: `values${names.length > 2 ? " many" : ""}` },
        el("caption", { class: "hidden" }, "Measured values and those of the models"),
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, el("td", { role: "cell" }), el("th", { scope: "col", role: "columnheader" }, "measured"),
          names.map((name, i) => el("th", { scope: "col", role: "columnheader" }, el("span", { class: `swatch swatch-${i}` }), name)))),
        el("tbody", { role: "rowgroup" }, quantities.map((q, k) => el("tr", { role: "row" },
          el("th", { scope: "row", role: "rowheader" }, labels.elements(q.latex), unit(k)), cell(this.texts[k].measured),
          this.cells[k].map((pair) => cell([pair[0], " ", pair[1]]))))));
      table.style.setProperty("--models", names.length);
      replace(this.element, table, term.kind === "covariance"
        ? el("p", { class: "levels soft" }, "The errors of these values are correlated. σ is of each alone; χ² has the correlations.") : null);
      this.element.hidden = false;
    }

    // residuals are measured − model
    update({ totals, residuals }) {
      const put = (node, text) => node.textContent === text || (node.textContent = text);
      this.cells.forEach((row, k) => row.forEach(([value, away], i) => {
        put(value, this.texts[k].model(totals[i][k]));
        const far = -residuals[i][k];
        put(away, Number.isFinite(far) ? `${far > 0.005 ? "+" : ""}${nuprobe.decimals(far)} σ` : "");
      }));
    }
  }

  // whether a projection is one of such values
  const applies = (projection) => projection.axis.quantities !== null;

  nuprobe.measurements = { MeasurementPlot, ValueTable, applies, written };
})((window.nuprobe ??= {}));
