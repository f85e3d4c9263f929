// The numbers of each model: χ², probabilities, pulls.
(function (nuprobe) {
  "use strict";
  const { el, replace, shown, statistics, labels, rounded } = nuprobe;

  // of one model: χ² with its parts, and probabilities
  // ("shapes" is what the integral over marginal nuisances adds to −2 ln L)
  function summary(calc, point, { nuisances, shapes }, minimum, dimensions) {
    const total = calc.likelihood.twiceNll(point, nuisances);
    const pulls = calc.pulls(nuisances);
    const bins = calc.sizes.reduce((all, term) => all + term.bins, 0);
    const free = calc.nuisances.filter((n) => n.sigma === null).length;
    const freedom = bins - free;
    const measured = calc.binned;
    const delta = minimum === null ? null : total + shapes - minimum;
    const away = delta === null ? null : statistics.chi2Tail(Math.max(0, delta), dimensions);
    return {
      chi2: total, pulls, bins, freedom: measured ? freedom : null,
      probability: measured && freedom > 0 ? statistics.chi2Tail(total, freedom) : null,
      delta, away, deviations: away === null ? null : statistics.deviations(away),
    };
  }

  const probability = (p) => (p === null ? "—" : p < 1e-15 ? "< 10⁻¹⁵" : shown(p, 2));

  const ROWS = [
    ["χ² = −2 ln L", (s) => shown(s.chi2, 6), "of data and pulls together"],
    ["of pulls", (s) => shown(s.pulls, 3), "Σ (ν/σ)²"],
    ["degrees of freedom", (s) => (s.freedom === null ? "—" : String(s.freedom)), "bins less free nuisances"],
    ["p-value", (s) => probability(s.probability), "of χ², in the limit of many counts"],
    ["Δχ²", (s) => (s.delta === null ? "…" : shown(Math.abs(s.delta) < 5e-7 ? 0 : s.delta, 4)), "above the best fit in the plane"],
    ["p-value of Δχ²", (s) => (s.away === null ? "…" : probability(s.away)), "by Wilks' theorem"],
    ["deviation", (s) => (s.deviations === null ? "…" : `${shown(s.deviations, 2)} σ`), "the same in standard deviations"],
  ];

  function table(element, names, summaries, calc, states) {
    replace(element, el("table", { class: "numbers" },
      el("caption", { class: "hidden" }, "Numbers of the models"),
      el("thead", {}, el("tr", {}, el("td"), names.map((name, i) => el("th", { scope: "col" }, el("span", { class: `swatch swatch-${i}` }), name)))),
      el("tbody", {},
        ROWS.map(([title, text, about]) => el("tr", {}, el("th", { scope: "row", title: about }, title),
          summaries.map((one) => el("td", {}, text(one))))),
        calc.parameters.map((p, k) => el("tr", {}, el("th", { scope: "row" }, labels.symbolElements(p), labels.unit(p) ? ` (${labels.unit(p)})` : ""),
          states.map((model) => el("td", {}, shown(model.point[k], 6))))))));
  }

  // bars of pulls, −3σ to 3σ
  function pullTable(element, names, calc, nuisances) {
    const own = calc.nuisances.map((n, k) => ({ n, k })).filter(({ n }) => n.sigma !== null);
    if (own.length === 0) return replace(element, el("p", { class: "soft" }, "This likelihood has no nuisances with a pull."));
    return replace(element, el("table", { class: "pulls" },
      el("caption", { class: "hidden" }, "Pulls of the nuisances in standard deviations"),
      el("thead", {}, el("tr", {}, el("td"), names.map((name, i) => el("th", { scope: "col" }, el("span", { class: `swatch swatch-${i}` }), name)))),
      el("tbody", {}, own.map(({ n, k }) => el("tr", {},
        el("th", { scope: "row", title: n.description || n.name }, labels.symbolElements(n)),
        nuisances.map((values, i) => el("td", {}, bar(values[k] / n.sigma, i))))))));
  }

  function bar(pull, model) {
    const made = el("span", { class: `bar-pull model-${model}` }, el("span", { class: "fill", "aria-hidden": "true" }),
      el("span", { class: "value" }, shown(rounded(pull, 2), 2)));
    const reach = Math.min(1, Math.abs(pull) / 3) * 50;
    made.style.setProperty("--from", `${pull < 0 ? 50 - reach : 50}%`);
    made.style.setProperty("--wide", `${reach}%`);
    return made;
  }

  // one sentence for the live region
  function sentence(name, s, calc, point) {
    const at = calc.parameters.map((p, i) => `${labels.symbol(p)} ${shown(point[i])}${labels.unit(p) ? ` ${labels.unit(p)}` : ""}`).join(", ");
    const fit = `chi squared ${shown(s.chi2, 5)} for ${s.bins} bins${s.probability === null ? "" : `, p-value ${probability(s.probability)}`}`;
    const away = s.delta === null ? "" : `; ${shown(Math.max(0, s.delta), 3)} above the best fit, ${shown(s.deviations, 2)} sigma`;
    return `${name}: ${at}: ${fit}${away}.`;
  }

  nuprobe.numbers = { summary, table, pullTable, sentence, probability };
})((window.nuprobe ??= {}));
