// Whether −2 ln L follows a χ² law: only where every bin expects many counts. The criterion is that of the package's
// goodness of fit: mean and width of −2 ln L at the expectation agree with those of χ² to 2 % of a standard deviation.
(function (nuprobe) {
  "use strict";
  const { statistics } = nuprobe;
  const ALIKE = 0.02;
  const LEAST = 1e-8, MOST = 200, DECADE = 80; // nodes of the table of moments
  const WIDTH = 10, BEYOND = 25; // standard deviations and counts that are summed on each side

  const ratio = (n, mu) => 2 * (mu - n + (n > 0 ? n * Math.log(n / mu) : 0));
  const cnp = (n, mu) => (n > 0 ? ((n - mu) ** 2 * (1 / n + 2 / mu)) / 3 : 2 * mu);
  // Of an on-off term the counts of the signal region are looked at; its control region, which mostly has more, is not.
  const COSTS = { poisson: ratio, projected: ratio, "on-off": ratio, cnp };

  // mean and variance of the cost of one bin, over the outcomes of its Poisson law
  function summed(mu, cost) {
    const reach = WIDTH * Math.sqrt(mu) + BEYOND;
    let all = 0, first = 0, second = 0;
    for (let n = Math.max(0, Math.floor(mu - reach)); n <= mu + reach; n++) {
      const p = Math.exp(n * Math.log(mu) - mu - statistics.logGamma(n + 1)), c = cost(n, mu);
      all += p;
      first += p * c;
      second += p * c * c;
    }
    const mean = first / all;
    return [mean, second / all - mean * mean];
  }

  const tables = new Map();
  function tableOf(kind) {
    if (!tables.has(kind)) {
      const size = Math.ceil(DECADE * Math.log10(MOST / LEAST)) + 1;
      const means = new Float64Array(size), variances = new Float64Array(size);
      for (let i = 0; i < size; i++) [means[i], variances[i]] = summed(LEAST * 10 ** (i / DECADE), COSTS[kind]);
      tables.set(kind, { means, variances, last: LEAST * 10 ** ((size - 1) / DECADE) });
    }
    return tables.get(kind);
  }

  // [mean, variance] of a bin between nodes; what is missing to 1 and 2 falls as 1/µ beyond them
  function moments(kind, mu) {
    if (!Object.hasOwn(COSTS, kind)) return [1, 2]; // squares of normal deviates
    if (!(mu > LEAST)) return [0, 0];
    const { means, variances, last } = tableOf(kind);
    const end = means.length - 1;
    if (mu >= last) return [1 + ((means[end] - 1) * last) / mu, 2 + ((variances[end] - 2) * last) / mu];
    const at = DECADE * Math.log10(mu / LEAST), i = Math.min(Math.floor(at), end - 1), t = at - i;
    return [means[i] + t * (means[i + 1] - means[i]), variances[i] + t * (variances[i + 1] - variances[i])];
  }

  // Of terms {kind, total} with so many degrees of freedom. What free nuisances and normalisations absorb is that of many counts.
  function holds(terms, freedom, absorbed) {
    let bins = 0, mean = 0, variance = 0;
    for (const { kind, total } of terms) {
      bins += total.length;
      for (const mu of total) {
        const [one, two] = moments(kind, mu);
        mean += one;
        variance += two;
      }
    }
    const usual = Math.sqrt(2 * freedom);
    const width = Math.sqrt(Math.max(0, variance - 2 * absorbed));
    return Math.abs(mean - bins) < ALIKE * usual && Math.abs(width / usual - 1) < ALIKE;
  }

  nuprobe.manycounts = { moments, holds };
})((window.nuprobe ??= {}));
