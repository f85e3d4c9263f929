// The command, Python lines and references that do the same as the page.
(function (nuprobe) {
  "use strict";
  const { Refused, exact } = nuprobe;

  // values of the placeholders of a template
  function values(state, calc, nuisances) {
    const model = state.models[state.active];
    const found = new Map();
    const put = (kind, entries, numbers) => entries.forEach((entry, i) => {
      for (const key of [entry.name, `${kind}:${i}`]) found.set(key, exact(numbers[i]));
    });
    put("parameter", calc.parameters, model.point);
    put("nuisance", calc.nuisances, nuisances);
    for (const end of ["x", "y"]) {
      const axis = state.plane[end];
      if (axis === null) continue;
      found.set(end, axis.name);
      found.set(`${end}.lower`, exact(axis.lower));
      found.set(`${end}.upper`, exact(axis.upper));
    }
    return found;
  }

  // a template with its placeholders filled in; {{ and }} are braces
  function filled(template, known) {
    return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, name) => {
      if (whole === "{{") return "{";
      if (whole === "}}") return "}";
      if (!known.has(name))
        throw new Refused(`This page's text asks for “${name}”, which it does not have. Write the site again with “nuprobe explore”.`);
      return known.get(name);
    });
  }

  // refuse a page whose templates ask for what its likelihood does not have
  function check(page, calc) {
    const start = nuprobe.state.initial(page, calc);
    const known = values(start, calc, calc.zeros());
    for (const template of [page.command, page.python]) if (template) filled(template, known);
  }

  // The lines for nuisances that are held, not profiled; a scan always profiles them, and the command says so.
  const PROFILED = /^print\(cost\.profiled\((\[\[[^\]]*\]\])\)\.twice_nll\[0\]\)$/m;
  function held(key, text, nuisances) {
    if (key === "command") return `# profiles the nuisances; the Python lines hold them as here\n${text}`;
    return text.replace(PROFILED, (_, point) =>
      `nuisances = [[${Array.from(nuisances, exact).join(", ")}]]\nprint(cost.twice_nll(${point}, nuisances)[0])`);
  }

  nuprobe.texts = { values, filled, held, check };
})((window.nuprobe ??= {}));
