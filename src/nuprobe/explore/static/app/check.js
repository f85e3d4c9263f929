// Whether a number may be taken by a parameter or nuisance. Nothing is ever clamped.
(function (nuprobe) {
  "use strict";
  const { exact, shown, labels } = nuprobe;
  const LONGEST = 40; // characters of a number in a message

  // the allowed range [low, high] of a parameter or nuisance
  function ends(entry) {
    if ("sigma" in entry) {
      const anchors = entry.anchors ?? null;
      return anchors ? [Math.min(...anchors), Math.max(...anchors)] : [-Infinity, Infinity];
    }
    return [entry.lower ?? -Infinity, entry.upper ?? Infinity];
  }

  function range(entry) {
    const [low, high] = ends(entry);
    const unit = labels.unit(entry) ? ` ${labels.unit(entry)}` : "";
    if (low === -Infinity && high === Infinity) return "any number";
    if (high === Infinity) return `at least ${shown(low, 6)}${unit}`;
    if (low === -Infinity) return `at most ${shown(high, 6)}${unit}`;
    return `from ${shown(low, 6)} to ${shown(high, 6)}${unit}`;
  }

  // What is wrong with a number, or null. The message has the number as it was typed: rounded, it might lie inside.
  function problem(entry, value, text = exact(value)) {
    if (typeof value !== "number" || !Number.isFinite(value))
      return `${labels.symbol(entry)} must be a finite number, ${range(entry)}.`;
    const [low, high] = ends(entry);
    if (value < low || value > high)
      return `${labels.symbol(entry)} = ${text.trim().slice(0, LONGEST)} is out of range: it must be ${range(entry)}.`;
    return null;
  }

  nuprobe.check = { ends, range, problem };
})((window.nuprobe ??= {}));
