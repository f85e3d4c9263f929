// How expectations are compared with data: −2 ln L of a data set, its slopes and
// curvatures bin by bin. Formulas as in the guide "A likelihood that travels".
"use strict";

(globalThis.nuprobeParts ??= []).push(function statistics(engine) {
  const { factor } = engine.inner;
  const EDGE = 1e-10; // keeps steps off the end of the range of an on-off bin

  // 2 [µ − n + n ln(n/µ)]
  const counted = (mu, n) => 2 * (mu - n - (n > 0 ? n * Math.log(mu / n) : 0));
  const impossible = (mu, n) => !(mu > 0) && (mu < 0 || n > 0 || mu !== mu);

  // Bins stand in the order `order`: the first `active` bend −2 ln L, the others add
  // `linear` per count and must not fall below 0. `shift` is added to µ for what must
  // stay positive; null if nothing must.
  class Statistic {
    constructor(entry, bins, isActive = () => true) {
      this.kind = entry.kind;
      this.bins = bins;
      const every = Array.from({ length: bins }, (_, i) => i);
      const bent = every.filter(isActive);
      this.order = Int32Array.from([...bent, ...every.filter((i) => !isActive(i))]);
      this.place = new Int32Array(bins);
      this.order.forEach((i, at) => (this.place[i] = at));
      this.active = bent.length;
      this.data = this.sorted(entry.data);
      this.linear = 0;
      this.shift = null;
      this.least = 1; // smallest count: how far Newton's steps can be trusted
      this.first = new Float64Array(bins); // slopes
      this.second = new Float64Array(bins); // curvatures
      this.safe = true; // steps need no look at the value
      this.whiten = null;
      this.reduce = null;
    }

    sorted(array) {
      return Float64Array.from(this.order, (i) => array.data[i]);
    }

    // µ in working coordinates is µ itself, but for correlated bins
    valueWorking(mu) {
      return this.value(mu);
    }

    // curvature expected where all data equal µ, of all bins: a better first step
    expected() {
      return false;
    }
  }

  class Poisson extends Statistic {
    constructor(entry, bins) {
      super(entry, bins, (i) => entry.data.data[i] > 0);
      this.linear = 2;
      this.offset = entry.offset;
      this.shift = new Float64Array(bins);
      this.least = Math.min(...this.data.subarray(0, this.active), Infinity);
      if (!this.active) this.least = 1;
      this.sparse = this.active < 0.8 * bins;
    }

    value(mu) {
      const { data, active } = this;
      let total = 0;
      for (let b = 0; b < active; b++) {
        if (!(mu[b] > 0)) return Infinity;
        total += mu[b] - data[b] - data[b] * Math.log(mu[b] / data[b]);
      }
      for (let b = active; b < mu.length; b++) {
        if (!(mu[b] >= 0)) return Infinity;
        total += mu[b];
      }
      return Math.max(2 * total, 0) + this.offset;
    }

    derivatives(mu, pseudo) {
      const { data, active, first, second } = this;
      for (let b = 0; b < active; b++) {
        const share = (2 * data[b]) / mu[b];
        first[b] = 2 - share;
        second[b] = share / mu[b];
      }
      if (pseudo)
        for (let b = active; b < mu.length; b++) {
          // a bin that nothing moves may rest at 0
          first[b] = mu[b] > 0 ? 2 - (2 * pseudo) / mu[b] : 0;
          second[b] = mu[b] > 0 ? (2 * pseudo) / mu[b] / mu[b] : 0;
        }
    }

    expected(mu) {
      if (!this.sparse) return false;
      for (let b = 0; b < mu.length; b++) this.second[b] = mu[b] > 0 ? 2 / mu[b] : 0;
      return true;
    }

    information(mu) {
      return mu > 0 ? 2 / mu : 0;
    }
  }

  class Cnp extends Statistic {
    constructor(entry, bins) {
      super(entry, bins, (i) => entry.data.data[i] > 0);
      this.linear = 2;
      this.shift = new Float64Array(bins);
      this.least = this.active ? (2 / 3) * Math.min(...this.data.subarray(0, this.active)) : 1;
    }

    value(mu) {
      const { data, active } = this;
      let total = 0;
      for (let b = 0; b < active; b++) {
        if (!(mu[b] > 0)) return Infinity;
        total += ((data[b] - mu[b]) ** 2 * (1 / data[b] + 2 / mu[b])) / 3;
      }
      for (let b = active; b < mu.length; b++) {
        if (!(mu[b] >= 0)) return Infinity;
        total += 2 * mu[b];
      }
      return total;
    }

    derivatives(mu, pseudo) {
      const { data, active, first, second } = this;
      for (let b = 0; b < active; b++) {
        const n = data[b];
        const x = mu[b];
        first[b] = (2 / 3) * (x / n - (n / x) ** 2);
        second[b] = (2 / 3) * (1 / n + (2 * n * n) / x ** 3);
      }
      if (pseudo)
        for (let b = active; b < mu.length; b++) {
          // a bin that nothing moves may rest at 0
          first[b] = mu[b] > 0 ? 2 - (2 * pseudo) / mu[b] : 0;
          second[b] = mu[b] > 0 ? (2 * pseudo) / mu[b] / mu[b] : 0;
        }
    }

    information(mu) {
      return mu > 0 ? 2 / mu : 0;
    }
  }

  class Gaussian extends Statistic {
    constructor(entry, bins) {
      super(entry, bins);
      this.sigma = this.sorted(entry.sigma);
      this.below = entry.below ? this.sorted(entry.below) : this.sigma;
      this.safe = this.below === this.sigma;
    }

    value(mu) {
      let total = 0;
      for (let b = 0; b < mu.length; b++) {
        const d = mu[b] - this.data[b];
        const x = d / (d < 0 ? this.below : this.sigma)[b];
        total += x * x;
      }
      return total;
    }

    derivatives(mu) {
      const { data, below, sigma, first, second } = this;
      for (let b = 0; b < mu.length; b++) {
        const d = mu[b] - data[b];
        const s = d < 0 ? below[b] : sigma[b];
        second[b] = 2 / (s * s);
        first[b] = d * second[b];
      }
    }

    information(mu, b) {
      return 2 / this.sigma[b] ** 2;
    }
  }

  class Covariance extends Statistic {
    constructor(entry, bins) {
      super(entry, bins);
      // C = L Lᵀ; a whitened row y solves L y = row
      const a = Float64Array.from(entry.covariance.data);
      const inverse = new Float64Array(bins);
      factor(a, bins, inverse);
      this.root = a;
      this.scale = inverse.map(Math.sqrt);
      for (let i = 0; i < bins; i++)
        for (let j = 0; j < i; j++) a[i * bins + j] *= inverse[j]; // unit triangle
      this.whiten = (row) => {
        for (let i = 0; i < bins; i++) {
          let x = row[i];
          for (let j = 0; j < i; j++) x -= a[i * bins + j] * row[j];
          row[i] = x;
        }
        for (let i = 0; i < bins; i++) row[i] *= this.scale[i];
      };
      this.deviations = Float64Array.from({ length: bins }, (_, i) => Math.sqrt(entry.covariance.data[i * bins + i]));
      this.work = new Float64Array(bins);
    }

    value(mu) {
      for (let b = 0; b < mu.length; b++) this.work[b] = mu[b] - this.data[b];
      this.whiten(this.work);
      return this.valueWorking(this.work);
    }

    valueWorking(y) {
      let total = 0;
      for (let b = 0; b < y.length; b++) total += y[b] * y[b];
      return total;
    }

    derivatives(y) {
      for (let b = 0; b < y.length; b++) {
        this.first[b] = 2 * y[b];
        this.second[b] = 2;
      }
    }

    information() {
      return 2; // of whitened rows
    }
  }

  class OnOff extends Statistic {
    constructor(entry, bins) {
      super(entry, bins, (i) => entry.data.data[i] > 0 || entry.control.data[i] > 0);
      this.linear = 2;
      this.control = this.sorted(entry.control);
      this.nominal = this.sorted(entry.nominal);
      this.ratio = entry.ratio;
      this.room = this.control.map((m, b) => (b < this.active ? m / entry.ratio + 1 : 0));
      this.shift = this.room.map((room, b) => room - this.nominal[b]);
      const some = [...this.data, ...this.control].filter((x) => x > 0);
      this.least = some.length ? Math.min(...some) : 1;
    }

    // (1 + τ) b² + ((1 + τ) x − n − m) b − m x = 0
    background(x, n, m) {
      const tau = this.ratio;
      if (m === 0) return Math.max(0, n / (1 + tau) - x);
      const q = (1 + tau) * x - n - m;
      const root = Math.sqrt(q * q + 4 * (1 + tau) * m * x);
      if (!(root >= 0)) return Math.max(0, -q / (2 * (1 + tau)));
      return Math.max(0, q > 0 ? (2 * m * x) / (q + root) : (root - q) / (2 * (1 + tau)));
    }

    value(mu) {
      const { data, control, nominal, ratio, room, active } = this;
      let total = 0;
      for (let i = 0; i < mu.length; i++) {
        const x = mu[i] - nominal[i];
        if (i < active ? !(x > -room[i]) : !(x >= 0)) return Infinity;
        if (i >= active) {
          total += 2 * x;
          continue;
        }
        const b = this.background(x, data[i], control[i]);
        if (impossible(x + b, data[i])) return Infinity;
        total += counted(x + b, data[i]) + counted(ratio * b, control[i]);
      }
      return total;
    }

    derivatives(mu, pseudo) {
      const { data, control, nominal, ratio, room, active, first, second } = this;
      for (let i = 0; i < active; i++) {
        const x = mu[i] - nominal[i];
        const n = data[i];
        const m = control[i];
        const b = this.background(x, n, m);
        const y = x + room[i];
        const slope =
          n > 0
            ? 2 - (x + b > 0 ? (2 * n) / (x + b) : 0)
            : 2 * (m > 0 && b > 0 ? m / b : 1 + ratio) - 2 * ratio;
        const tiny = 1e-12 * (1 + Math.abs(x));
        const one = n > 0 ? (x + b) ** 2 / n : x + b > tiny ? Infinity : 0;
        const two = m > 0 ? (b * b) / m : b > tiny ? Infinity : 0;
        first[i] = slope - EDGE / y;
        second[i] = (one + two > 0 ? 2 / (one + two) : 0) + EDGE / (y * y);
      }
      if (pseudo)
        for (let i = active; i < mu.length; i++) {
          const x = mu[i] - nominal[i];
          first[i] = x > 0 ? 2 - (2 * pseudo) / x : 0;
          second[i] = x > 0 ? (2 * pseudo) / (x * x) : 0;
        }
    }

    information(mu, b) {
      const variance = mu + this.nominal[b] / this.ratio;
      return variance > 0 ? 2 / variance : 0;
    }
  }

  function statisticOf(entry, bins) {
    const kinds = {
      poisson: Poisson, gaussian: Gaussian, covariance: Covariance, cnp: Cnp,
      "on-off": OnOff, projected: engine.inner.Projected,
    };
    return new kinds[entry.kind](entry, bins);
  }

  Object.assign(engine.inner, { Statistic, statisticOf });
});
