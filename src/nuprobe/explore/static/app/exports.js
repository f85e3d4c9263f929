// Buttons that save figures and data, and texts to copy.
(function (nuprobe) {
  "use strict";
  const { el, replace, figures, files, messages, tables, texts } = nuprobe;
  const WIDTH = 640, SCALE = 3;

  // the address of the state; of a page on the disk without the folders of whoever saves the figure
  const here = () => (location.protocol === "file:" ? `index.html${location.hash}` : location.href);

  class Exports {
    // `current()` gives {session, spectrumPanel, planePanel}
    constructor(place, current) {
      Object.assign(this, { place, current });
    }

    begin(page) {
      const group = (title, ...buttons) => el("span", { class: "group", role: "group", "aria-label": title }, el("span", { class: "soft", "aria-hidden": "true" }, title), buttons);
      const button = (id, text, job) => el("button", { type: "button", id, onclick: () => job().catch((error) => messages.refuse(error)) }, text);
      replace(this.place.buttons,
        group("Spectrum", button("save-spectrum-svg", "SVG", () => this.figure("spectrum", "svg")),
          button("save-spectrum-png", "PNG", () => this.figure("spectrum", "png")),
          button("save-spectrum-csv", "CSV", () => this.csv("spectrum"))),
        group("Plane", button("save-plane-svg", "SVG", () => this.figure("plane", "svg")),
          button("save-plane-png", "PNG", () => this.figure("plane", "png")),
          button("save-plane-csv", "CSV", () => this.csv("plane"))),
        group("Everything", button("save-json", "JSON", () => this.json()),
          button("print", "Print", () => this.print())));
      this.parts = {};
      const part = (key, title, given) => {
        if (!given) return null;
        const text = el("pre", { id: `text-${key}`, tabindex: 0 });
        const copied = el("button", { type: "button", id: `copy-${key}`, "aria-label": `Copy: ${title}`, onclick: () => this.copy(key) }, "Copy");
        this.parts[key] = text;
        return el("div", { class: "text" }, el("div", { class: "row" }, el("h3", {}, title), copied), text);
      };
      replace(this.place.texts, part("command", "The same on the command line", page.command),
        part("python", "The same in Python", page.python), part("bibtex", "Whom to cite", page.bibtex));
    }

    // fill the templates with the active model
    set(session, state) {
      const nuisances = session.nuisances[state.active] ?? session.calc.zeros();
      const known = texts.values(state, session.calc, nuisances);
      const held = state.models[state.active].nuisances !== null;
      for (const key of ["command", "python"]) {
        if (!this.parts[key]) continue;
        const text = texts.filled(session.page[key], known);
        this.parts[key].textContent = held ? texts.held(key, text, nuisances) : text;
      }
      if (this.parts.bibtex) this.parts.bibtex.textContent = session.page.bibtex;
    }

    async copy(key) {
      await files.copy(this.parts[key].textContent);
      messages.note("Copied");
    }

    ready(session, which) {
      if (which === "plane" && (session.plane.minimum === null || session.plane.busy))
        throw new nuprobe.Refused("The plane is still being computed. Save it in a moment.");
    }

    async svg(which) {
      const { session, spectrumPanel, planePanel } = this.current();
      this.ready(session, which);
      const state = session.store.get();
      const panel = which === "spectrum" ? spectrumPanel : planePanel;
      const names = state.models.map((model) => model.name).join(", ");
      return figures.svg(panel.forFile(session, state, WIDTH), WIDTH, `${session.page.title}: ${which}`,
        `${which === "spectrum" ? session.shown.projection.spectrum.title : planePanel.place.summary.textContent} Models: ${names}. ${here()}`);
    }

    async figure(which, kind) {
      const text = await this.svg(which);
      const name = `${this.current().session.page.name}-${which}.${kind}`;
      if (kind === "svg") files.saveText(name, text, "image/svg+xml");
      else files.save(name, await figures.png(text, SCALE));
      messages.note(`Saved ${name}`);
    }

    // Figures as in files take the place of those on the screen, whatever its width and colours.
    async prepare() {
      for (const which of ["spectrum", "plane"]) {
        const image = el("img", { alt: "" });
        image.src = URL.createObjectURL(new Blob([await this.svg(which)], { type: "image/svg+xml" }));
        await image.decode();
        replace(document.getElementById(`print-${which}`), image);
      }
      document.body.classList.add("printing");
    }

    async print() {
      await this.prepare();
      window.print();
    }

    static printed() {
      document.body.classList.remove("printing");
      for (const image of document.querySelectorAll(".for-print img")) {
        URL.revokeObjectURL(image.src);
        image.remove();
      }
    }

    async csv(which) {
      const { session } = this.current();
      this.ready(session, which);
      const rows = which === "spectrum" ? tables.spectrumRows(session.shown) : tables.planeRows(session.plane, session.store.get());
      const name = `${session.page.name}-${which}.csv`;
      files.saveText(name, tables.lines(rows), "text/csv");
      messages.note(`Saved ${name}`);
    }

    async json() {
      const { session } = this.current();
      this.ready(session, "plane");
      const name = `${session.page.name}.json`;
      files.saveText(name, JSON.stringify(tables.everything(session), null, 1), "application/json");
      messages.note(`Saved ${name}`);
    }
  }

  nuprobe.Exports = Exports;
})((window.nuprobe ??= {}));
