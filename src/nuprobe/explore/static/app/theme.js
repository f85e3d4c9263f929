// Light and dark, and the colours of figures. Colours of models and layers tell apart with any colour vision.
(function (nuprobe) {
  "use strict";

  const LIGHT = {
    paper: "#ffffff", ink: "#1b1f24", soft: "#57606a", line: "#d9dce1", grid: "#eceef1",
    parts: ["#8fbbdc", "#c3c9d1", "#ecd5a2", "#b5d6c0", "#e2b8b0", "#cbbfe0", "#a9cfd3", "#dfe0b0"],
    models: ["#b3261e", "#0b5394", "#00795a", "#7a2e8e"],
    levels: ["#0b5394", "#4f86bd", "#9cbfe0"],
    fills: [0.26, 0.13, 0.08],
    layers: ["#c44e00", "#00795a", "#7a2e8e", "#8a6d00", "#0072b2", "#a3241b", "#3d6b35", "#8c4a7d"],
  };
  const DARK = {
    paper: "#1b1f26", ink: "#e6e8eb", soft: "#a3abb6", line: "#3a414c", grid: "#262c35",
    parts: ["#3f79a8", "#59626f", "#8d7440", "#4c7d60", "#8a5750", "#6c5c92", "#46767c", "#7b7c46"],
    models: ["#ff8a7d", "#8ab8ef", "#3fcf9f", "#d6a3e3"],
    levels: ["#a9cdf5", "#6a9fd6", "#46719f"],
    fills: [0.3, 0.16, 0.1],
    layers: ["#f29148", "#3fcf9f", "#d6a3e3", "#e0c45a", "#56b4e9", "#ff9d92", "#9bd08d", "#e5a7d5"],
  };
  const DASHES = ["solid", [7, 3], [7, 3, 2, 3], [2, 3]];

  const KEY = "nuprobe-theme";

  function stored() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // some browsers keep nothing for files
    }
  }

  const preferred = () => (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const name = () => document.documentElement.dataset.theme || "light";
  const colours = (which = name()) => (which === "dark" ? DARK : LIGHT);

  function apply(which) {
    document.documentElement.dataset.theme = which;
  }

  function toggle() {
    const next = name() === "dark" ? "light" : "dark";
    apply(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // the choice lasts as long as the page
    }
    return next;
  }

  const start = stored();
  apply(start === "dark" || start === "light" ? start : preferred());

  nuprobe.theme = { DASHES, name, colours, toggle };
})((window.nuprobe ??= {}));
