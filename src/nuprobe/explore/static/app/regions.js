// Allowed regions of a grid of −2 ln L: lines of each level, and closed rings to fill.
(function (nuprobe) {
  "use strict";
  const { statistics } = nuprobe;
  const CONFIDENCES = [0.6826894921370859, 0.9, 0.95];
  const NAMES = ["68 %", "90 %", "95 %"];

  const thresholds = (dimensions) => CONFIDENCES.map((cl) => statistics.level(cl, dimensions));

  // lines of the levels, and rings that close along the border to be filled
  function regions(engine, grid, minimum) {
    const levels = thresholds(2);
    const plain = (found) => found.map(({ lines }) => lines.map(({ x, y }) => ({ x: Array.from(x), y: Array.from(y) })));
    return {
      lines: plain(engine.contours(grid, levels, { minimum })),
      rings: plain(engine.contours(grid, levels, { minimum, closed: true })),
    };
  }

  // intervals of one parameter where Δχ² stays below each level, between linear crossings
  function intervals(scan, minimum) {
    return thresholds(1).map((delta) => {
      const f = Array.from(scan.values, (v) => v - minimum - delta);
      const found = [];
      let start = f[0] <= 0 ? scan.x[0] : null;
      for (let i = 1; i < f.length; i++) {
        if ((f[i - 1] <= 0) === (f[i] <= 0)) continue;
        const at = Number.isFinite(f[i] - f[i - 1])
          ? scan.x[i - 1] + ((scan.x[i] - scan.x[i - 1]) * f[i - 1]) / (f[i - 1] - f[i])
          : scan.x[f[i] <= 0 ? i : i - 1];
        if (f[i] <= 0) start = at;
        else {
          found.push([start, at]);
          start = null;
        }
      }
      if (start !== null) found.push([start, scan.x.at(-1)]);
      return found;
    });
  }

  nuprobe.regions = { CONFIDENCES, NAMES, thresholds, regions, intervals };
})((window.nuprobe ??= {}));
