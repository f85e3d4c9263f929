// Allowed regions of a grid of −2 ln L: lines of each level, and closed rings to fill.
(function (nuprobe) {
  "use strict";
  const { statistics } = nuprobe;
  const CONFIDENCES = [0.6826894921370859, 0.9, 0.95];
  const NAMES = ["68 %", "90 %", "95 %"];

  const thresholds = (dimensions) => CONFIDENCES.map((cl) => statistics.level(cl, dimensions));

  // lines of the levels, and rings that close along the border to be filled, as the engine drew them
  function regions({ lines, rings }) {
    const plain = (found) => found.map((level) => level.lines.map(({ x, y }) => ({ x: Array.from(x), y: Array.from(y) })));
    return { lines: plain(lines), rings: plain(rings) };
  }

  nuprobe.regions = { CONFIDENCES, NAMES, thresholds, regions };
})((window.nuprobe ??= {}));
