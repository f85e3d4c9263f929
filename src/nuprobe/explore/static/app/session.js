// One open page: its likelihood, its state, and the numbers that are shown.
(function (nuprobe) {
  "use strict";
  const { calc: calculations, numbers, regions, spectra, state: states, messages } = nuprobe;
  const QUICK = 4; // ms: a profile that is found in less is made at once

  class Session {
    // `changed(what)` is called after numbers are new: "spectrum", "plane" or "numbers"
    constructor(page, calc, changed) {
      Object.assign(this, { page, calc, changed });
      this.spectra = spectra.of(page, calc);
      this.profiled = []; // of each model: {key, nuisances}
      this.nuisances = [];
      this.summaries = [];
      this.plane = { key: null, minimum: null, regions: null, scan: null, intervals: null, coarse: false };
      this.profileLater = calculations.latest((i, model) => this.profileInWorker(i, model));
      this.cost = null;
      this.closed = false;
    }

    begin(state) {
      this.store = states.store(state);
    }

    close() {
      this.closed = true;
      this.calc.close();
    }

    // the nuisances of a model as far as they are known: its own, or those that follow the data
    nuisancesOf(i, model) {
      if (model.nuisances !== null && !this.calc.marginal) return model.nuisances;
      const followed = this.follow(i, model);
      return model.nuisances ?? followed;
    }

    follow(i, model) {
      const key = model.point.join();
      const known = this.profiled[i];
      if (known?.key === key) return known.nuisances;
      if (this.cost === null || this.cost < QUICK) {
        const before = performance.now();
        const found = this.calc.likelihood.profile(model.point, { start: known?.nuisances ?? this.calc.zeros() });
        const took = performance.now() - before;
        // the first call compiles; what counts is the least that was seen
        this.cost = this.cost === null ? (took < 8 * QUICK ? 0 : took) : 0.7 * this.cost + 0.3 * took;
        this.profiled[i] = { key, nuisances: Float64Array.from(found.nuisances), shapes: found.shapes };
        return this.profiled[i].nuisances;
      }
      this.profileLater(i, model);
      return known?.nuisances ?? this.calc.zeros();
    }

    async profileInWorker(i, model) {
      const start = this.profiled[i]?.nuisances ?? this.calc.zeros();
      try {
        const found = await this.calc.client.profile(model.point, { start });
        if (this.closed || this.store.get().models[i]?.point.join() !== model.point.join()) return;
        this.profiled[i] = { key: model.point.join(), nuisances: Float64Array.from(found.nuisances), shapes: found.shapes };
        this.changed("spectrum");
      } catch (error) {
        if (!this.closed) messages.refuse(error);
      }
    }

    // start anew with the projection that the state asks for
    look(state) {
      const spectrum = this.spectra[state.view.spectrum];
      const projection = new spectra.Projection(spectrum, state.view.axis);
      const term = this.term(spectrum, this.expectation(state, state.active));
      const data = projection.data(term);
      const parts = term.parts.map((part) => part.name);
      const row = () => new Float64Array(projection.size);
      this.shown = { projection, term, data, parts, names: state.models.map((model) => model.name), rows: parts.map(row),
        totals: state.models.map(row), residuals: state.models.map(row) };
      return this.shown;
    }

    term(spectrum, terms) {
      return terms.find((term) => term.name === spectrum.term) ?? terms[0];
    }

    expectation(state, i) {
      const model = state.models[i];
      this.nuisances[i] = this.nuisancesOf(i, model);
      return this.calc.likelihood.expectation(model.point, this.nuisances[i]);
    }

    // fill the arrays of what is shown; while a slider moves, only those of the active model
    fill(state, live) {
      const { projection, data, rows, totals, residuals } = this.shown;
      for (let i = 0; i < state.models.length; i++) {
        if (live && i !== state.active) continue;
        const term = this.term(projection.spectrum, this.expectation(state, i));
        projection.sum(term.total, totals[i]);
        projection.residuals(data, totals[i], residuals[i]);
        if (i === state.active) term.parts.forEach((part, k) => projection.sum(part.values, rows[k]));
      }
    }

    // of all models, or of the active one alone
    summarise(state, activeOnly = false) {
      this.nuisances.length = this.profiled.length = state.models.length;
      const dimensions = state.plane.y === null ? 1 : 2;
      const minimum = this.plane.minimum?.twiceNll ?? null;
      this.summaries = state.models.map((model, i) => {
        if (activeOnly && i !== state.active && this.summaries[i]) return this.summaries[i];
        this.nuisances[i] = this.nuisancesOf(i, model);
        const found = { nuisances: this.nuisances[i], shapes: this.profiled[i]?.shapes ?? 0 };
        return numbers.summary(this.calc, model.point, found, minimum, dimensions);
      });
      return this.summaries;
    }

    // what a plane depends on: its axes and the parameters that are not on them
    planeKey(state) {
      const on = [state.plane.x.name, state.plane.y?.name];
      const others = this.calc.parameters.map((p, i) => (on.includes(p.name) ? null : state.models[state.active].point[i]));
      return JSON.stringify([state.plane, others]);
    }

    // compute the plane again if it changed; a newer request cancels an older one
    async computePlane(state) {
      const key = this.planeKey(state);
      if (key === this.plane.key) return;
      this.plane.key = key;
      this.plane.busy = true;
      const { x, y } = state.plane;
      const request = { x, y, point: Float64Array.from(state.models[state.active].point), levels: regions.thresholds(y === null ? 1 : 2) };
      const { client } = this.calc;
      const take = (grid, coarse) => {
        if (!this.closed && this.plane.key === key) this.takePlane(grid, state, coarse);
      };
      try {
        take(y === null ? await client.scan1d(request) : await client.grid(request, (part) => take(part, true)), false);
      } catch (error) {
        if (this.closed || error?.name === "Cancelled" || this.plane.key !== key) return;
        this.plane.key = null;
        this.plane.busy = false;
        messages.refuse(error);
      }
    }

    takePlane(found, state, coarse) {
      const { key } = this.plane;
      this.plane = { key, minimum: found.minimum, coarse, busy: coarse, regions: null, scan: null, intervals: null };
      if (state.plane.y === null) {
        this.plane.scan = { x: found.x.values, values: found.values };
        this.plane.intervals = found.intervals;
      } else this.plane.regions = regions.regions(found);
      this.changed("plane");
    }
  }

  nuprobe.Session = Session;
})((window.nuprobe ??= {}));
