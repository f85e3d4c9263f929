// A likelihood opened by hand: `nuprobe export likelihood` made it, and a page is made around it.
(function (nuprobe) {
  "use strict";
  const { Refused } = nuprobe;
  const NAME = "opened-file";
  const LARGEST = 64e6;

  // part of a parameter's range that the plane shows at first
  function axis(p) {
    const size = 10 * (p.scale || Math.abs(p.default) || 1);
    const lower = Number.isFinite(p.lower ?? NaN) ? p.lower : p.default - size;
    const upper = Number.isFinite(p.upper ?? NaN) ? p.upper : p.default + size;
    if (p.name === "coupling" && p.default > 0)
      return { name: p.name, lower: Math.max(p.default * 1e-3, lower), upper: Math.min(p.default * 10, upper), log: true, points: 60 };
    return { name: p.name, lower, upper, log: nuprobe.controls.spansScales(p, lower, upper), points: 60 };
  }

  // placeholders of a template by number: names of a file may have braces
  const listed = (kind, entries) => entries.map((_, i) => `{${kind}:${i}}`).join(", ");

  // a page around a document that was compiled
  function pageOf(document, calc) {
    const ordered = [...calc.parameters].sort((a, b) => (b.name === "mass") - (a.name === "mass"));
    if (ordered.length === 0) throw new Refused("This likelihood has no parameters, so there is nothing to move.");
    return {
      format: "nuprobe-page", version: 1, name: NAME, title: String(document.name ?? "A likelihood"),
      summary: "Opened from a file. Links to this page need the file.", document,
      plane: { x: axis(ordered[0]), y: ordered[1] ? axis(ordered[1]) : null },
      presets: [{ name: "Default", point: {} }], layers: [], spectra: [],
      command: null, bibtex: null,
      python: ["from likelihood import Likelihood  # likelihood.py of nuprobe's documentation", "",
        'likelihood = Likelihood.read("likelihood.json")', `point = [${listed("parameter", calc.parameters)}]`,
        `nuisances = [${listed("nuisance", calc.nuisances)}]`, "print(likelihood.twice_nll(point, nuisances)[0])"].join("\n"),
    };
  }

  async function read(file) {
    if (file.size > LARGEST) throw new Refused(`${file.name} has ${Math.round(file.size / 1e6)} MB; likelihoods have at most ${LARGEST / 1e6} MB.`);
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text;
    try {
      text = bytes[0] === 0x1f && bytes[1] === 0x8b ? await nuprobe.files.unzipped(bytes) : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw new Refused(`${file.name} is damaged: it cannot be unpacked. Export it again with “nuprobe export likelihood”.`);
    }
    let document;
    try {
      document = JSON.parse(text);
    } catch {
      throw new Refused(`${file.name} is not JSON. Open a file that “nuprobe export likelihood” wrote.`);
    }
    if (typeof document !== "object" || document === null || document.format !== "nuprobe-likelihood")
      throw new Refused(`${file.name} is not a likelihood of nuprobe. Open a file that “nuprobe export likelihood” wrote.`);
    return document;
  }

  nuprobe.openFile = { NAME, pageOf, read };
})((window.nuprobe ??= {}));
