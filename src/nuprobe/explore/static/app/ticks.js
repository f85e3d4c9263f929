// Where the ticks of an axis stand and what is written there.
(function (nuprobe) {
  "use strict";
  const { raised, shown } = nuprobe;

  // steps of 1, 2 or 5 times a power of ten, about as many as there is room for
  function step(span, room) {
    const rough = span / room;
    const power = 10 ** Math.floor(Math.log10(rough));
    const factor = rough / power;
    return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  }

  const multiples = (low, high, width) => {
    const first = Math.ceil(low / width - 1e-9), last = Math.floor(high / width + 1e-9);
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * width);
  };

  // The power of ten that the numbers of a linear axis are multiples of: 0 unless they are far from one.
  function power(low, high) {
    const size = Math.max(Math.abs(low), Math.abs(high));
    const found = size > 0 ? Math.floor(Math.log10(size) + 1e-9) : 0;
    return found >= -2 && found < 5 ? 0 : found;
  }

  function linear(low, high, room, exponent) {
    const width = step(high - low, room);
    const unit = 10 ** exponent;
    const decimals = Math.max(0, -Math.floor(Math.log10(width / unit) + 1e-9));
    const text = (x) => {
      const plain = (x / unit).toFixed(Math.min(decimals, 20));
      return /^-?0(\.0*)?$/.test(plain) ? "0" : plain.replace("-", "−");
    };
    const ticks = multiples(low, high, width);
    const minor = multiples(low, high, width / (Math.abs(step(width, 5) * 5 - width) < 1e-6 * width ? 5 : 4));
    return { ticks, minor, texts: ticks.map(text) };
  }

  const decade = (n, plain) => (plain ? shown(10 ** n) : `10${raised(n)}`);

  // powers of ten; where there are few of them, their doubles and fivefolds too
  function logarithmic(low, high, room) {
    const first = Math.floor(Math.log10(low) + 1e-9), last = Math.ceil(Math.log10(high) - 1e-9);
    const inside = (x) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9);
    const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const nines = powers.flatMap((n) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((m) => m * 10 ** n)).filter(inside);
    const every = Math.ceil((last - first) / room);
    const few = powers.filter((n) => inside(10 ** n)).length < 3;
    const ticks = few ? powers.flatMap((n) => [1, 2, 5].map((m) => m * 10 ** n)).filter(inside)
      : powers.filter((n) => n % every === 0 && inside(10 ** n)).map((n) => 10 ** n);
    const plain = first >= -2 && last <= 3;
    return { ticks, minor: nines, texts: ticks.map((x) => (few ? shown(x) : decade(Math.round(Math.log10(x)), plain))) };
  }

  // set the ticks of axes of a figure
  function set(axes, low, high, { log = false, room = 6, exponent = 0 } = {}) {
    if (!(high > low) || !Number.isFinite(high - low)) return;
    const { ticks, minor, texts } = log ? logarithmic(low, high, room) : linear(low, high, room, exponent);
    for (const axis of axes) {
      axis.ticker = new Bokeh.Models.FixedTicker({ ticks, minor_ticks: minor });
      axis.major_label_overrides = new Map(ticks.map((x, i) => [x, texts[i]]));
    }
  }

  nuprobe.ticks = { set, power, linear, logarithmic };
})((window.nuprobe ??= {}));
