// What the page computes: the engine on this thread for the spectrum, its worker for minima and grids.
(function (nuprobe) {
  "use strict";
  const { Refused } = nuprobe;

  // a compiled likelihood with its worker
  class Calculation {
    constructor(document) {
      this.engine = nuprobeEngine();
      try {
        this.likelihood = this.engine.compile(document);
        this.client = this.engine.client(document);
        this.client.ready?.catch(() => {}); // what it would refuse was refused above
      } catch (error) {
        throw new Refused(`This likelihood cannot be used: ${error.message}`);
      }
      const { terms } = document;
      this.sizes = terms.map((term) => ({
        name: term.name, blocks: term.blocks.map((block) => block.bins),
        bins: term.blocks.reduce((all, block) => all + block.bins[0] * block.bins[1], 0),
        // conditions that a normalisation to the data makes exact: as many bins are no degrees of freedom
        constraints: term.statistic.constraints,
      }));
      // −2 ln L of single events has an offset, and measures no goodness of fit
      this.binned = terms.every((term) => !term.statistic.offset);
      this.marginal = this.nuisances.some((n) => n.marginal);
      this.accuracy = document.accuracy ?? null;
      this.references = document.references ?? [];
      this.provenance = document.provenance ?? {};
      this.name = document.name;
    }

    get parameters() {
      return this.likelihood.parameters;
    }

    get nuisances() {
      return this.likelihood.nuisances;
    }

    zeros() {
      return new Float64Array(this.nuisances.length);
    }

    index(name) {
      return this.parameters.findIndex((p) => p.name === name);
    }

    // The largest difference from numbers that the package computed at some points, also relative to the numbers, and whether one is larger than
    // rounding and interpolation explain. (The accuracy of an interpolation is the largest error in a sample, no bound.)
    agreement(checks) {
      let worst = checks.length > 0 ? 0 : null, relative = worst, wrong = false;
      for (const { point, nuisances, twice_nll: expected } of checks) {
        const away = Math.abs(this.likelihood.twiceNll(point, nuisances) - expected);
        worst = Math.max(worst, away);
        relative = Math.max(relative, away / Math.max(1, Math.abs(expected)));
        wrong ||= !(away <= Math.max(1e-9 * Math.max(1, Math.abs(expected)), 10 * (this.accuracy ?? 0)));
      }
      return { worst, relative, wrong };
    }

    close() {
      this.client.close?.();
    }

    // pulls (ν/σ)² of nuisances that have a sigma
    pulls(nuisances) {
      return this.nuisances.reduce((all, n, i) => all + (n.sigma === null ? 0 : (nuisances[i] / n.sigma) ** 2), 0);
    }
  }

  // Runs one asynchronous job at a time and afterwards only the last one asked for meanwhile.
  function latest(job) {
    let running = false, waiting = null;
    const run = async (...args) => {
      if (running) {
        waiting = args;
        return;
      }
      running = true;
      try {
        await job(...args);
      } finally {
        running = false;
        if (waiting) {
          const next = waiting;
          waiting = null;
          run(...next);
        }
      }
    };
    return run;
  }

  nuprobe.calc = { Calculation, latest };
})((window.nuprobe ??= {}));
