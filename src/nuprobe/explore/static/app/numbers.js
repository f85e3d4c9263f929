// The numbers of each model: χ², probabilities, pulls.
(function (nuprobe) {
  "use strict";
  const { el, replace, controls, manycounts, shown, statistics, labels } = nuprobe;
  const SAME = 5e-7; // rise of χ² that is rounding
  const ROUNDING = 1e-9; // of χ², as far as the page agrees with the package
  const EXCESS = 1e6; // predicted over seen counts, up to which χ² is that of the package to 1e-9
  const FEW = "few counts: not a chi-square law";

  // of one model: χ² with its parts, and probabilities
  // ("shapes" is what the integral over marginal nuisances adds to −2 ln L)
  function summary(calc, point, { nuisances, shapes }, minimum, dimensions) {
    const total = calc.likelihood.twiceNll(point, nuisances);
    const pulls = calc.pulls(nuisances);
    const bins = calc.sizes.reduce((all, term) => all + term.bins, 0);
    const free = calc.nuisances.filter((n) => n.sigma === null).length;
    const absorbed = free + calc.sizes.reduce((all, term) => all + (term.constraints ?? 0), 0);
    const freedom = bins - absorbed;
    const measured = calc.binned;
    const few = measured && freedom > 0 && !manycounts.holds(calc.likelihood.expectation(point, nuisances), freedom, absorbed);
    const delta = minimum === null ? null : total + shapes - minimum;
    const away = delta === null ? null : statistics.chi2Tail(delta < SAME ? 0 : delta, dimensions);
    return {
      excess: calc.likelihood.excess(point), chi2: total, twiceNll: total + shapes, pulls, bins, freedom: measured ? freedom : null, few,
      probability: measured && freedom > 0 && !few ? statistics.chi2Tail(total, freedom) : null,
      delta, away, deviations: away === null ? null : statistics.deviations(away),
    };
  }

  // χ² or −2 ln L as text; what rounding leaves of 0 is 0
  const cost = (value) => shown(Math.abs(value) < ROUNDING ? 0 : value, 6);

  const probability = (p) => (p === null ? "—" : p < 1e-15 ? "< 10⁻¹⁵" : shown(p, 2));

  // where nuisances are integrated over, −2 ln L is χ² with what the integral adds
  const PLAIN = [["χ² = −2 ln L", (s) => cost(s.chi2), "of data and pulls together"]];
  const MARGINAL = [
    ["−2 ln L", (s) => cost(s.twiceNll), "χ² and what the integral over shapes of spectra adds"],
    ["χ²", (s) => cost(s.chi2), "of data and pulls together"],
  ];
  const REST = [
    ["of pulls", (s) => shown(s.pulls, 3), "Σ (ν/σ)²"],
    ["degrees of freedom", (s) => (s.freedom === null ? "—" : String(s.freedom)), "bins less free nuisances and normalisations to the data"],
    ["p-value", (s) => probability(s.probability), "of χ², where many counts are expected"],
    ["Δχ²", (s) => (s.delta === null ? "…" : shown(Math.abs(s.delta) < SAME ? 0 : s.delta, 4)), "above the best fit in the plane"],
    ["p-value of Δχ²", (s) => (s.away === null ? "…" : probability(s.away)), "by Wilks' theorem"],
    ["deviation", (s) => (s.deviations === null ? "…" : `${shown(s.deviations, 2)} σ`), "the same in standard deviations"],
  ];

  // How much better or worse than the first model: the difference, and its root as standard deviations of one parameter.
  const AGAINST = ["Δχ² to the first", (s, first) => {
    if (s === first) return "—";
    const rise = s.twiceNll - first.twiceNll;
    const away = Math.sqrt(Math.abs(rise));
    return Math.abs(rise) < SAME ? "0" : `${rise > 0 ? "+" : ""}${shown(rise, 4)} (${away < 0.005 ? "0" : shown(away, 2)} σ)`;
  }, "of the first model compared; √|Δχ²| in parentheses, standard deviations of one parameter"];

  // A table that is built anew only when its heads change, and whose cells are otherwise set where they differ.
  function build(element, caption, kind, names, heads) {
    const key = JSON.stringify([names, heads.map((head) => head.key)]);
    if (element.dataset.key !== key) {
      element.dataset.key = key;
      element.cells = heads.map(() => names.map((_, i) => (kind === "pulls" ? el("span", { class: `bar-pull model-${i}` },
        el("span", { class: "fill", "aria-hidden": "true" }), el("span", { class: "value" })) : el("span"))));
      // roles, since rows of many models are laid out otherwise on a narrow screen
      const table = el("table", { role: "table", class: `${kind}${names.length > 2 ? " many" : ""}` },
        el("caption", { class: "hidden" }, caption),
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, el("td", { role: "cell" }),
          names.map((name, i) => el("th", { scope: "col", role: "columnheader", title: name }, el("span", { class: `swatch swatch-${i}` }), name)))),
        el("tbody", { role: "rowgroup" }, heads.map((head, k) => el("tr", { role: "row" }, el("th", { scope: "row", role: "rowheader", title: head.about }, head.title()),
          element.cells[k].map((cell) => el("td", { role: "cell" }, cell))))));
      table.style.setProperty("--models", names.length);
      replace(element, table);
    }
    return element.cells;
  }

  function put(cell, text) {
    if (cell.textContent !== text) cell.textContent = text;
  }

  function table(element, names, { summaries, calc, page }, models) {
    const rows = [...(calc.marginal ? MARGINAL : PLAIN), ...REST, ...(models.length > 1 ? [AGAINST] : [])];
    const heads = [...rows.map(([title, , about]) => ({ key: title, title: () => title, about })),
      ...calc.parameters.map((p) => ({ key: p.name, about: p.name,
        title: () => [...labels.symbolElements(p), labels.unit(p) ? ` (${labels.unit(p)})` : ""] }))];
    const cells = build(element, "Numbers of the models", "numbers", names, heads);
    rows.forEach(([, text], k) => summaries.forEach((one, i) => put(cells[k][i], text(one, summaries[0]))));
    const axes = [page.plane.x, page.plane.y].filter(Boolean);
    calc.parameters.forEach((p, k) => models.forEach((model, i) => put(cells[rows.length + k][i],
      shown(controls.settled(p, model.point[k], axes.find((axis) => axis.name === p.name)), 6))));
    note(element, [summaries.some((one) => one.few) ? `p-value: ${FEW}` : null,
      ...summaries.map((one, i) => cancelled(names[i], one))].filter(Boolean).join(". ") || null);
  }

  // what rounding does where nuisances have to cancel nearly all that is predicted
  const cancelled = (name, { excess }) => (excess > EXCESS
    ? `${name}: ${shown(excess, 2)} times the counts seen are predicted; nuisances that cancel them leave rounding in χ²` : null);

  // a line below a table, or none
  function note(element, text) {
    const old = element.querySelector("p.note");
    if (text === null) old?.remove();
    else if (old) put(old, text);
    else element.append(el("p", { class: "note levels soft" }, text));
  }

  // bars of pulls, −3σ to 3σ
  function pullTable(element, names, calc, nuisances) {
    const own = calc.nuisances.map((n, k) => ({ n, k })).filter(({ n }) => n.sigma !== null);
    if (own.length === 0) {
      element.dataset.key = "";
      replace(element, el("p", { class: "soft" }, "This likelihood has no nuisances with a pull."));
      return;
    }
    const heads = own.map(({ n }) => ({ key: n.name, about: n.description || n.name, title: () => labels.symbolElements(n) }));
    const cells = build(element, "Pulls of the nuisances in standard deviations", "pulls", names, heads);
    own.forEach(({ n, k }, row) => nuisances.forEach((values, i) => setBar(cells[row][i], values[k] / n.sigma)));
  }

  function setBar(cell, pull) {
    put(cell.lastChild, nuprobe.decimals(pull));
    const reach = Math.min(1, Math.abs(pull) / 3) * 50;
    cell.style.setProperty("--from", `${pull < 0 ? 50 - reach : 50}%`);
    cell.style.setProperty("--wide", `${reach}%`);
  }

  // one sentence for the live region
  function sentence(name, s, calc, point) {
    const at = calc.parameters.map((p, i) => `${labels.symbol(p)} ${shown(point[i])}${labels.unit(p) ? ` ${labels.unit(p)}` : ""}`).join(", ");
    const fit = `chi squared ${shown(s.chi2, 5)} for ${s.bins} bins${s.few ? `, no p-value (${FEW})` : s.probability === null ? "" : `, p-value ${probability(s.probability)}`}`;
    const away = s.delta === null ? "" : `; ${shown(Math.max(0, s.delta), 3)} above the best fit, ${shown(s.deviations, 2)} sigma`;
    return `${name}: ${at}: ${fit}${away}.${s.excess > EXCESS ? ` ${cancelled(name, s)}.` : ""}`;
  }

  nuprobe.numbers = { FEW, cost, summary, table, pullTable, sentence, probability };
})((window.nuprobe ??= {}));
