// The spectrum of one projection: data, stacked components, a line for each model, residuals.
(function (nuprobe) {
  "use strict";
  const { figures, theme } = nuprobe;

  const source = (data) => new Bokeh.ColumnDataSource({ data });

  // places of a step line: gaps between bins are jumps to the next
  const steps = (axis) => Float64Array.from([...axis.low, axis.high.at(-1)]);

  class SpectrumPlot {
    // `content`: projection, data, parts (names), models (names); `look` as of figures
    constructor(content, look) {
      const { projection, data, log } = content;
      Object.assign(this, { content, look });
      this.axis = projection.axis;
      const n = projection.size;
      this.count = content.parts.length;
      this.x = steps(this.axis);
      this.levels = Array.from({ length: this.count + 1 }, () => new Float64Array(n + 1));
      this.lines = Array.from({ length: nuprobe.state.MOST_MODELS }, () => new Float64Array(n + 1));
      this.floor = log ? positiveFloor(data) : 0;
      this.top = 0;
      this.build(data, log);
    }

    build(data, log) {
      const { look, axis } = this;
      const { colours } = look;
      const label = axis.label + (axis.unit && axis.unit !== "1" ? ` (${axis.unit})` : "");
      const Range1d = Bokeh.Models.Range1d;
      const span = [axis.low[0], axis.high.at(-1)];
      const xRange = () => new Range1d({ start: span[0], end: span[1] });
      this.yRange = new Range1d({ start: this.floor, end: 1 });
      this.main = figures.figure({ xRange: xRange(), yRange: this.yRange, yLog: log, height: 330, below: 6 }, look);
      this.below = figures.figure({ xRange: xRange(), yRange: new Range1d({ start: -4, end: 4 }),
        height: 140 + (look.file ? 28 : 0), above: 4, below: look.file ? 54 : 26 }, look);
      const run = (text) => [{ text, level: 0 }];
      this.names = { x: run(label), y: run(this.content.ylabel), residuals: run("residual / σ") };
      for (const hidden of this.main.xaxis) hidden.setv({ major_label_text_alpha: 0, major_label_standoff: 0, major_label_text_font_size: "1px" });
      this.parts = source(this.partColumns());
      this.models = source(this.modelColumns());
      const stack = this.drawStack(colours);
      const models = this.drawModels(colours);
      this.items = [this.drawData(data, colours), ...stack, ...models];
      this.drawResiduals(colours);
      if (axis.labels) this.nameTicks();
    }

    partColumns() {
      return Object.fromEntries([["x", this.x], ...this.levels.map((row, i) => [`y${i}`, row])]);
    }

    modelColumns() {
      return Object.fromEntries([["x", this.x], ...this.lines.map((row, i) => [`y${i}`, row])]);
    }

    drawStack(colours) {
      const found = [];
      for (let i = 0; i < this.count; i++) {
        const colour = colours.parts[i % colours.parts.length];
        this.main.varea_step({ x: { field: "x" }, y1: { field: `y${i}` }, y2: { field: `y${i + 1}` },
          source: this.parts, step_mode: "after", fill_color: colour, fill_alpha: 1 });
        found.unshift({ label: this.content.parts[i], kind: "part", colour });
      }
      return found;
    }

    drawModels(colours) {
      return this.content.models.map((name, i) => {
        this.main.step({ x: { field: "x" }, y: { field: `y${i}` }, source: this.models, mode: "after",
          line_color: colours.models[i], line_width: i === this.content.active ? 2.2 : 1.6, line_dash: { value: theme.DASHES[i] } });
        return { label: name, kind: "line", colour: colours.models[i], dash: theme.DASHES[i] };
      });
    }

    drawData(data, colours) {
      const middle = this.middles();
      const low = this.floor > 0 ? data.low.map((x) => Math.max(x, this.floor)) : data.low;
      const bars = source({ x: middle, y: data.value, low, high: data.high });
      this.main.segment({ x0: { field: "x" }, x1: { field: "x" }, y0: { field: "low" }, y1: { field: "high" },
        source: bars, line_color: colours.ink, line_width: 1.2 });
      this.main.scatter({ x: { field: "x" }, y: { field: "y" }, source: bars, size: this.dot(), fill_color: colours.ink,
        line_color: null });
      return { label: "data", kind: "data", colour: colours.ink };
    }

    dot() {
      return this.x.length > 40 ? 4.5 : 6;
    }

    middles() {
      return Float64Array.from(this.axis.low, (low, i) => (low + this.axis.high[i]) / 2);
    }

    drawResiduals(colours) {
      const { Span } = Bokeh.Models;
      for (const at of [-2, 0, 2])
        this.below.add_layout(new Span({ location: at, dimension: "width", line_color: at ? colours.line : colours.soft,
          line_width: 1, line_dash: at ? [4, 3] : "solid", level: "underlay" }));
      this.residuals = this.content.models.map((_, i) => {
        const rows = source({ x: this.middles(), y: new Float64Array(this.axis.bins), zero: new Float64Array(this.axis.bins) });
        const own = i === this.content.active;
        if (own)
          this.below.segment({ x0: { field: "x" }, x1: { field: "x" }, y0: { field: "zero" }, y1: { field: "y" }, source: rows,
            line_color: colours.models[i], line_width: 1.4, line_alpha: 0.6 });
        this.below.scatter({ x: { field: "x" }, y: { field: "y" }, source: rows, size: own ? this.dot() + 0.5 : 4,
          marker: ["circle", "square", "triangle", "diamond"][i], fill_color: own ? colours.models[i] : null,
          line_color: colours.models[i] });
        return rows;
      });
    }

    nameTicks() {
      const ticks = Array.from(this.middles());
      for (const axis of [...this.main.xaxis, ...this.below.xaxis]) {
        axis.ticker = new Bokeh.Models.FixedTicker({ ticks });
        axis.major_label_overrides = new Map(ticks.map((x, i) => [x, this.axis.labels[i]]));
      }
      if (ticks.length > 4) for (const axis of this.below.xaxis) axis.major_label_orientation = 0.6;
    }

    // New numbers: parts of the active model (rows in the order of `parts`), totals and residuals of each model.
    // Only the columns change; the range of y moves when it must.
    update(parts, totals, residuals) {
      const n = this.axis.bins;
      for (let k = 0; k < n; k++) {
        let height = 0;
        this.levels[0][k] = this.floor;
        for (let i = 0; i < this.count; i++) {
          height += parts[i][k];
          this.levels[i + 1][k] = Math.max(height, this.floor || -Infinity);
        }
      }
      totals.forEach((total, i) => {
        this.lines[i].set(total);
        this.lines[i][n] = total[n - 1];
      });
      for (const row of this.levels) row[n] = row[n - 1];
      this.parts.change.emit();
      this.models.change.emit();
      residuals.forEach((row, i) => {
        this.residuals[i].data.y.set(row);
        this.residuals[i].change.emit();
      });
      this.fit(totals, residuals);
    }

    fit(totals, residuals) {
      let top = 0, low = 0, far = 0;
      for (const x of this.content.data.high) top = Math.max(top, x);
      for (const x of this.content.data.low) low = Math.min(low, x);
      for (const total of totals) for (const x of total) {
        top = Math.max(top, x);
        low = Math.min(low, x);
      }
      for (const row of residuals) for (const x of row) if (Number.isFinite(x)) far = Math.max(far, Math.abs(x));
      if (top > this.top || top < 0.6 * this.top) {
        this.top = top * (this.content.log ? 2 : 1.12);
        this.yRange.end = this.top || 1;
      }
      if (!this.content.log) this.yRange.start = low < 0 ? 1.15 * low : 0;
      this.tick();
      const reach = Math.max(3.5, Math.ceil(1.15 * far));
      if (reach !== this.reach) {
        this.reach = reach;
        this.below.y_range.setv({ start: -reach, end: reach });
      }
    }

    // ticks of the vertical axis, when its range has changed
    tick() {
      const { start, end } = this.yRange;
      if (this.ticked?.start === start && this.ticked?.end === end) return;
      this.ticked = { start, end };
      nuprobe.ticks.set(this.main.yaxis, start, end, { log: this.content.log, room: 6, exponent: 0 });
    }

    // panels of the page and of files
    panels() {
      const { x, y, residuals } = this.names;
      return [{ figure: this.main, x: null, y }, { figure: this.below, x, y: residuals }];
    }
  }

  // where a logarithmic axis of counts starts
  function positiveFloor(data) {
    const positive = Array.from(data.value).filter((x) => x > 0);
    return positive.length > 0 ? Math.min(...positive) / 5 : 0.1;
  }

  nuprobe.SpectrumPlot = SpectrumPlot;
})((window.nuprobe ??= {}));
