// The panel of the spectrum: which one, on which axis, and its figure.
(function (nuprobe) {
  "use strict";
  const { el, replace, figures, theme, shown, labels, SpectrumPlot, measurements } = nuprobe;

  class SpectrumPanel {
    // `act.view(change)` changes the view of the state
    constructor(place, act) {
      Object.assign(this, { place, act, plot: null, drops: [], key: null, serial: 0 });
      this.values = new measurements.ValueTable(place.values);
    }

    // the menus of a page, which has these spectra
    menus(session) {
      const { spectra } = session;
      const option = (text, i) => el("option", { value: i }, text);
      this.which = el("select", { id: "spectrum-which", onchange: () => this.act.view({ spectrum: Number(this.which.value), axis: 0 }) },
        spectra.map((one, i) => option(one.title, i)));
      this.axis = el("select", { id: "spectrum-axis", onchange: () => this.act.view({ axis: Number(this.axis.value) }) });
      this.log = el("input", { type: "checkbox", id: "spectrum-log", onchange: () => this.act.view({ log: this.log.checked }) });
      replace(this.place.menus,
        el("label", { hidden: spectra.length < 2 }, "Data set ", this.which),
        el("label", { id: "axis-label" }, "Over ", this.axis),
        el("label", { class: "check" }, this.log, " logarithmic"));
      this.key = null;
    }

    setMenus(session, state) {
      const { spectrum, axis, log } = state.view;
      const { axes } = session.spectra[spectrum];
      this.which.value = String(spectrum);
      replace(this.axis, axes.map((one, i) => el("option", { value: i }, one.label || "bins")));
      this.axis.value = String(axis);
      this.axis.parentElement.hidden = axes.length < 2;
      this.log.checked = log;
      this.log.parentElement.hidden = axes[axis].quantities !== null;
    }

    // what the figure itself depends on; anything else only moves numbers in it
    figureKey(state) {
      return JSON.stringify([state.page, state.view, state.models.map((model) => model.name), state.active, theme.name()]);
    }

    content(session, state) {
      const { shown: now } = session;
      return { projection: now.projection, data: now.data, parts: now.parts, log: state.view.log,
        ylabel: now.projection.spectrum.ylabel, models: now.names, active: state.active };
    }

    plotOf(session, state, look) {
      const content = this.content(session, state);
      return measurements.applies(content.projection) ? new measurements.MeasurementPlot(content, look) : new SpectrumPlot(content, look);
    }

    // values that are measured each for itself have a table instead of residuals
    arrange(session) {
      const each = measurements.applies(session.shown.projection);
      this.place.figure.classList.toggle("measured", each);
      this.place.figures[1].hidden = each;
      this.place.title.textContent = each ? "Measured values" : "Spectrum";
      if (each) this.values.build(session.shown);
      else this.values.clear();
    }

    update(plot, session) {
      const { rows, totals, residuals } = session.shown;
      plot?.update(rows, totals, residuals);
      if (measurements.applies(session.shown.projection)) this.values.update(session.shown);
    }

    // draw; while a slider moves this is synchronous
    render(session, state, live) {
      const key = this.figureKey(state);
      if (key !== this.key) {
        this.key = key;
        session.look(state);
        session.fill(state, false);
        this.setMenus(session, state);
        this.arrange(session);
        this.plot = null; // the old one has other rows
        this.building = this.build(session, state);
        return;
      }
      session.fill(state, live);
      this.update(this.plot, session);
    }

    async build(session, state) {
      const serial = ++this.serial;
      const plot = this.plotOf(session, state, { colours: theme.colours() });
      this.update(plot, session);
      const made = await Promise.all(plot.panels().map((panel, i) => figures.embed(panel, this.place.figures[i])));
      if (serial !== this.serial) return made.forEach((drop) => drop());
      this.drops.forEach((drop) => drop());
      this.drops = made;
      this.plot = plot;
      // numbers may have moved while the figure was made
      this.update(plot, session);
      this.legend(session);
      return undefined;
    }

    legend(session) {
      const { parts, names } = session.shown;
      const colours = theme.colours();
      const key = (colour, text, kind) => {
        const mark = el("span", { class: `key key-${kind}`, "aria-hidden": "true" });
        mark.style.setProperty("--key", colour);
        return el("li", {}, mark, text);
      };
      if (measurements.applies(session.shown.projection)) {
        replace(this.place.legend, key(colours.ink, "measured, with its error", "point"),
          names.map((name, i) => el("li", {}, el("span", { class: `swatch swatch-${i}`, "aria-hidden": "true" }), name)));
        return;
      }
      replace(this.place.legend, key(colours.ink, "data", "point"),
        parts.map((name, i) => key(colours.parts[i % colours.parts.length], name, "part")),
        names.map((name, i) => key(colours.models[i], name, "curve")));
    }

    // what a screen reader is told of the picture
    describe(session, state) {
      const { projection, data, totals, residuals } = session.shown;
      if (measurements.applies(projection)) {
        const names = projection.axis.quantities.map((q) => labels.plain(q.latex));
        const away = (i) => names.map((name, k) => `${name} ${nuprobe.decimals(-residuals[i][k])} σ`).join(", ");
        this.place.figure.setAttribute("aria-label", `Measured values of ${projection.spectrum.title}; model less measured: `
          + `${state.models.map((model, i) => `${model.name}: ${away(i)}`).join("; ")}. The table below has the values.`);
        return;
      }
      const sum = (row) => row.reduce((a, b) => a + b, 0);
      const text = `Spectrum of ${projection.spectrum.title} over ${projection.axis.label || "bins"}: ${projection.size} bins, data ${shown(sum(data.value))}, `
        + state.models.map((model, i) => `${model.name} ${shown(sum(totals[i]))}`).join(", ") + " in all.";
      this.place.figure.setAttribute("aria-label", text);
    }

    // the same figure for a file, on white with its legend
    forFile(session, state, width) {
      const plot = this.plotOf(session, state, { colours: theme.colours("light"), backend: "svg", width: width - figures.SIDE, file: true });
      plot.update(session.shown.rows, session.shown.totals, session.shown.residuals);
      return { panels: plot.panels(), items: plot.items };
    }
  }

  nuprobe.SpectrumPanel = SpectrumPanel;
})((window.nuprobe ??= {}));
