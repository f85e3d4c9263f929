// What is exported as data: CSV of the spectrum and of the plane, JSON of everything.
(function (nuprobe) {
  "use strict";
  const { regions, labels } = nuprobe;

  // one cell; text that a spreadsheet would compute is marked as text
  function cell(value) {
    if (typeof value === "number") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  const lines = (rows) => rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

  // the spectrum that is shown, a row for each bin
  function spectrumRows(shown) {
    const { projection, data, parts, names, totals, residuals, rows } = shown;
    const { labels: things, low, high } = projection.axis;
    const head = [...(things ? ["name"] : ["low", "high"]), "data", "data_low", "data_high", ...parts.map((name) => `part: ${name}`),
      ...names.flatMap((name, i) => [`model ${i + 1}: ${name}`, `residual ${i + 1}: ${name}`])];
    const body = Array.from({ length: projection.size }, (_, k) => [
      ...(things ? [things[k]] : [low[k], high[k]]), data.value[k], data.low[k], data.high[k],
      ...rows.map((row) => row[k]), ...totals.flatMap((total, i) => [total[k], residuals[i][k]])]);
    return [head, ...body];
  }

  // lines of the contours, or the curve of one parameter
  function planeRows(plane, state) {
    const { x, y } = state.plane;
    if (y === null) return [[x.name, "delta_chi2"], ...Array.from(plane.scan.x, (at, i) => [at, plane.scan.values[i] - plane.minimum.twiceNll])];
    const head = ["confidence_level", "line", x.name, y.name];
    const body = plane.regions.lines.flatMap((own, level) => own.flatMap((line, number) =>
      line.x.map((at, k) => [regions.CONFIDENCES[level], number + 1, at, line.y[k]])));
    return [head, ...body];
  }

  const named = (entries, values) => Object.fromEntries(entries.map((entry, i) => [entry.name, values[i]]));

  // everything on the page as one object
  function everything(session) {
    const { page, calc, store, shown, plane } = session;
    const state = store.get();
    const minimum = plane.minimum;
    return {
      format: "nuprobe-explorer-result", version: 1, page: page.name, title: page.title, likelihood: calc.name,
      references: calc.references, provenance: calc.provenance, link: location.href,
      units: Object.fromEntries(calc.parameters.map((p) => [p.name, labels.unit(p)])),
      models: state.models.map((model, i) => ({
        name: model.name, active: i === state.active, point: named(calc.parameters, model.point),
        nuisances: named(calc.nuisances, Array.from(session.nuisances[i])), nuisances_profiled: model.nuisances === null,
        twice_nll: session.summaries[i].twiceNll, chi2: session.summaries[i].chi2, delta_chi2: session.summaries[i].delta, p_value: session.summaries[i].probability,
        ...(session.summaries[i].few ? { p_value_note: nuprobe.numbers.FEW } : {}),
      })),
      best_fit: minimum === null ? null : { point: named(calc.parameters, Array.from(minimum.point)), twice_nll: minimum.twiceNll,
        nuisances: named(calc.nuisances, Array.from(minimum.nuisances)) },
      spectrum: { term: shown.projection.spectrum.term, axis: shown.projection.axis.label, unit: shown.projection.axis.unit,
        ...(shown.projection.axis.labels ? { names: shown.projection.axis.labels } : {}), low: Array.from(shown.projection.axis.low), high: Array.from(shown.projection.axis.high), data: Array.from(shown.data.value),
        data_low: Array.from(shown.data.low), data_high: Array.from(shown.data.high),
        parts: shown.parts.map((name, i) => ({ name, values: Array.from(shown.rows[i]) })),
        models: shown.totals.map((total, i) => ({ values: Array.from(total), residuals: Array.from(shown.residuals[i]) })) },
      plane: planeObject(plane, state),
    };
  }

  function planeObject(plane, state) {
    const { x, y } = state.plane;
    if (plane.minimum === null) return null;
    if (y === null) return { x: x.name, values: Array.from(plane.scan.x), delta_chi2: Array.from(plane.scan.values, (v) => v - plane.minimum.twiceNll),
      intervals: plane.intervals.map((found, i) => ({ confidence_level: regions.CONFIDENCES[i], intervals: found })) };
    return { x: x.name, y: y.name, contours: plane.regions.lines.map((lines, i) => ({ confidence_level: regions.CONFIDENCES[i],
      delta_chi2: regions.thresholds(2)[i], lines })) };
  }

  nuprobe.tables = { lines, spectrumRows, planeRows, everything };
})((window.nuprobe ??= {}));
