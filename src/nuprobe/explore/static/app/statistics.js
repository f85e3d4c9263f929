// Probabilities of χ², and the error bars of counts.
(function (nuprobe) {
  "use strict";

  // Stirling's series with the argument raised above 10
  function logGamma(x) {
    let shift = 0;
    while (x < 10) shift -= Math.log(x++);
    const inverse = 1 / (x * x);
    return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI)
      + (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  }

  // regularised upper incomplete gamma function Q(a, x): series below a + 1, Lentz's continued fraction above
  function upperGamma(a, x) {
    if (!(x > 0)) return 1;
    if (x === Infinity) return 0;
    const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
    if (x < a + 1) {
      let term = 1 / a, sum = term;
      for (let n = 1; n < 10000 && term > 1e-16 * sum; n++) sum += term *= x / (a + n);
      return Math.max(0, 1 - scale * sum);
    }
    let b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (let n = 1; n < 10000; n++) {
      const factor = -n * (n - a);
      b += 2;
      d = 1 / (factor * d + b);
      c = b + factor / c;
      h *= c * d;
      if (Math.abs(c * d - 1) < 1e-15) break;
    }
    return scale * h;
  }

  // P(χ² ≥ x) of n degrees of freedom
  const chi2Tail = (x, n) => upperGamma(n / 2, Math.max(0, x) / 2);

  // the x at which a falling function has the value, by bisection
  function crossing(falling, value, low, high) {
    for (let n = 0; n < 200 && high - low > 1e-14 * (1 + Math.abs(high)); n++) {
      const middle = (low + high) / 2;
      if (falling(middle) > value) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  // Δχ² of a confidence level for n parameters
  const level = (confidence, n) => crossing((x) => chi2Tail(x, n), 1 - confidence, 0, 200);

  // a probability as two-sided Gaussian standard deviations
  const deviations = (p) => (p >= 1 ? 0 : p <= 0 ? Infinity : Math.sqrt(crossing((x) => chi2Tail(x, 1), p, 0, 1500)));

  // central 68.27 % interval of the mean of n counts (Garwood 1936)
  function garwood(n) {
    const tail = chi2Tail(1, 1) / 2;
    const far = n + 10 * Math.sqrt(n + 1) + 10;
    // P(at least n | µ) is the lower, P(at most n | µ) the upper incomplete gamma function
    const low = n > 0 ? crossing((mu) => upperGamma(n, mu), 1 - tail, 0, far) : 0;
    const high = crossing((mu) => upperGamma(n + 1, mu), tail, 0, far);
    return [low, high];
  }

  nuprobe.statistics = { logGamma, upperGamma, chi2Tail, level, deviations, garwood };
})((window.nuprobe ??= {}));
