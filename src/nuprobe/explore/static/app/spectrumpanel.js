// The panel of the spectrum: which one, on which axis, and its figure.
(function (nuprobe) {
  "use strict";
  const { el, replace, figures, theme, shown, SpectrumPlot } = nuprobe;

  class SpectrumPanel {
    // `act.view(change)` changes the view of the state
    constructor(place, act) {
      Object.assign(this, { place, act, plot: null, drops: [], key: null, serial: 0 });
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

    // draw; while a slider moves this is synchronous
    render(session, state, live) {
      const key = this.figureKey(state);
      if (key !== this.key) {
        this.key = key;
        session.look(state);
        session.fill(state, false);
        this.setMenus(session, state);
        this.plot = null; // the old one has other rows
        this.building = this.build(session, state);
        return;
      }
      session.fill(state, live);
      this.plot?.update(session.shown.rows, session.shown.totals, session.shown.residuals);
    }

    async build(session, state) {
      const serial = ++this.serial;
      const plot = new SpectrumPlot(this.content(session, state), { colours: theme.colours() });
      plot.update(session.shown.rows, session.shown.totals, session.shown.residuals);
      const made = await Promise.all(plot.panels().map((panel, i) => figures.embed(panel, this.place.figures[i])));
      if (serial !== this.serial) return made.forEach((drop) => drop());
      this.drops.forEach((drop) => drop());
      this.drops = made;
      this.plot = plot;
      // numbers may have moved while the figure was made
      plot.update(session.shown.rows, session.shown.totals, session.shown.residuals);
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
      replace(this.place.legend, key(colours.ink, "data", "point"),
        parts.map((name, i) => key(colours.parts[i % colours.parts.length], name, "part")),
        names.map((name, i) => key(colours.models[i], name, "curve")));
    }

    // what a screen reader is told of the picture
    describe(session, state) {
      const { projection, data, totals } = session.shown;
      const sum = (row) => row.reduce((a, b) => a + b, 0);
      const text = `Spectrum of ${projection.spectrum.title} over ${projection.axis.label || "bins"}: ${projection.size} bins, data ${shown(sum(data.value))}, `
        + state.models.map((model, i) => `${model.name} ${shown(sum(totals[i]))}`).join(", ") + " in all.";
      this.place.figure.setAttribute("aria-label", text);
    }

    // the same figure for a file, on white with its legend
    forFile(session, state, width) {
      const plot = new SpectrumPlot(this.content(session, state), { colours: theme.colours("light"), backend: "svg", width: width - figures.SIDE, file: true });
      plot.update(session.shown.rows, session.shown.totals, session.shown.residuals);
      return { panels: plot.panels(), items: plot.items };
    }
  }

  nuprobe.SpectrumPanel = SpectrumPanel;
})((window.nuprobe ??= {}));
