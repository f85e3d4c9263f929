// Bins of the likelihood's data sets as spectra: which bins belong together, their sums, errors and residuals.
(function (nuprobe) {
  "use strict";
  const { statistics } = nuprobe;

  const COUNTED = new Set(["poisson", "cnp", "on-off", "projected"]);

  // the spectra of a page: those it describes, and for other data sets one over numbers of bins
  function of(page, calculation) {
    const described = (page.spectra ?? []).map(spectrumOf);
    return calculation.sizes.flatMap((term) => {
      const own = described.filter((spectrum) => spectrum.term === term.name && spectrum.first + spectrum.bins <= term.bins);
      return own.length > 0 ? own : undescribed(term);
    });
  }

  // blocks of a term of which no more is known than how many bins they have, energy slow and time fast
  function undescribed({ name, blocks }) {
    let first = 0;
    return blocks.map(([slow, fast], i) => {
      const numbers = (size) => Array.from({ length: size + 1 }, (_, k) => k + 0.5);
      const axes = [{ label: "bin", edges: numbers(slow) }, { label: "time bin", edges: numbers(fast) }];
      const found = spectrumOf({ term: name, title: blocks.length > 1 ? `${name}, ${i + 1}` : name, ylabel: "value", first,
        axes: fast > 1 ? axes : [axes[0]] });
      first += slow * fast;
      return found;
    });
  }

  // axes run from the slow to the fast one
  function spectrumOf({ term, title, ylabel, first = 0, axes }) {
    const sizes = axes.map((axis) => axis.edges.length - 1);
    const bins = sizes.reduce((a, b) => a * b, 1);
    let stride = bins;
    return { term, title, ylabel: ylabel || "counts", first, bins, axes: axes.map((axis, i) => {
      const step = (stride /= sizes[i]);
      return { label: axis.label, unit: axis.unit || "", low: axis.edges.slice(0, -1), high: axis.edges.slice(1), log: Boolean(axis.log),
        labels: axis.labels ?? null, quantities: axis.quantities ?? null, bins: sizes[i], of: (k) => Math.floor(k / step) % sizes[i] };
    }) };
  }

  // A spectrum projected on one of its axes. Arrays are made once and filled anew.
  class Projection {
    constructor(spectrum, axis) {
      this.spectrum = spectrum;
      this.axis = spectrum.axes[axis];
      this.size = this.axis.bins;
      this.to = Int32Array.from({ length: spectrum.bins }, (_, i) => this.axis.of(i));
    }

    // sums of a row of the term
    sum(values, out = new Float64Array(this.size)) {
      out.fill(0);
      const { first } = this.spectrum;
      for (let i = 0; i < this.to.length; i++) out[this.to[i]] += values[first + i];
      return out;
    }

    // data with errors; sums of counts have Garwood's intervals, others add in quadrature
    data(term) {
      const value = this.sum(term.data);
      if (COUNTED.has(term.kind) && value.every((n) => n >= 0 && Number.isInteger(n))) {
        const bars = Array.from(value, statistics.garwood);
        return { value, low: bars.map((bar) => bar[0]), high: bars.map((bar) => bar[1]), counted: true };
      }
      const below = new Float64Array(this.size), above = new Float64Array(this.size);
      this.to.forEach((k, i) => {
        const at = this.spectrum.first + i;
        below[k] += (term.data[at] - term.low[at]) ** 2;
        above[k] += (term.high[at] - term.data[at]) ** 2;
      });
      return { value, low: value.map((x, k) => x - Math.sqrt(below[k])), high: value.map((x, k) => x + Math.sqrt(above[k])),
        counted: false };
    }

    // how far the data lie from a model, in standard deviations: signed roots of the deviance for counts
    residuals(data, total, out = new Float64Array(this.size)) {
      for (let k = 0; k < this.size; k++) {
        const n = data.value[k], mu = total[k];
        if (data.counted && mu > 0) {
          const deviance = 2 * (mu - n + (n > 0 ? n * Math.log(n / mu) : 0));
          out[k] = Math.sign(n - mu) * Math.sqrt(Math.max(0, deviance));
        } else {
          const error = n > mu ? n - data.low[k] : data.high[k] - n;
          out[k] = error > 0 ? (n - mu) / error : NaN;
        }
      }
      return out;
    }
  }

  nuprobe.spectra = { of, Projection };
})((window.nuprobe ??= {}));
