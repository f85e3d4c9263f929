// The panel of the plane: its axes, its figure, and setting the model in it by mouse or keys.
(function (nuprobe) {
  "use strict";
  const { el, replace, figures, theme, labels, check, parsed, rounded, compact, shown, PlanePlot, controls, layerList, numbers, regions } = nuprobe;

  class PlanePanel {
    // `act` has plane(change), point(values by name, live), toggle(layer), refuse(text)
    constructor(place, act) {
      Object.assign(this, { place, act, plot: null, drop: null, key: null, serial: 0 });
      place.figure.addEventListener("keydown", (event) => this.pressed(event));
      place.figure.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && this.act.settle());
    }

    menus(session) {
      const { parameters } = session.calc;
      const fields = (end) => this.axisFields(end, parameters);
      this.fields = { x: fields("x"), y: parameters.length > 1 ? fields("y") : null };
      replace(this.place.menus, this.fields.x.element, this.fields.y?.element);
      this.key = null;
    }

    axisFields(end, parameters) {
      const title = end === "x" ? "Horizontal axis" : "Vertical axis";
      const name = el("select", { "aria-label": title, onchange: () => this.act.axis(end, name.value) },
        parameters.map((p) => el("option", { value: p.name }, labels.symbol(p))));
      const number = (what, key) => {
        const field = el("input", { type: "text", inputmode: "decimal", "aria-label": `${title}: ${what}`, autocomplete: "off",
          onchange: () => this.ends(end, key, field) });
        return field;
      };
      const lower = number("from", "lower"), upper = number("to", "upper");
      const log = el("input", { type: "checkbox", "aria-label": `${title}: logarithmic`, onchange: () => this.scaled(end, log) });
      const problem = el("p", { class: "problem", role: "alert", hidden: true });
      const face = el("span", { class: "face", "aria-hidden": "true" });
      const element = el("div", { class: "axis" }, el("span", { class: "soft", "aria-hidden": "true" }, end), el("span", { class: "choice" }, name, face), lower,
        el("span", { "aria-hidden": "true" }, "to"), upper, el("label", { class: "check" }, log, " log"), problem);
      return { element, name, face, lower, upper, log, problem };
    }

    complain(end, text) {
      const { problem } = this.fields[end];
      problem.hidden = text === null;
      problem.textContent = text ?? "";
    }

    ends(end, key, field) {
      const axis = this.state.plane[end];
      const entry = this.session.calc.parameters[this.session.calc.index(axis.name)];
      const value = parsed(field.value);
      const next = { ...axis, [key]: value };
      const problem = check.problem(entry, value, field.value)
        ?? (next.lower < next.upper ? null : "An axis must rise: its first end must be below its second.")
        ?? (next.log && !(next.lower > 0) ? "A logarithmic axis must start above 0." : null);
      this.complain(end, problem && `${problem} The axis stays as it is.`);
      if (problem === null) this.act.plane({ [end]: next });
    }

    scaled(end, box) {
      const axis = this.state.plane[end];
      if (box.checked && !(axis.lower > 0)) {
        box.checked = false;
        this.complain(end, "A logarithmic axis must start above 0: raise its lower end first.");
        return;
      }
      this.complain(end, null);
      this.act.plane({ [end]: { ...axis, log: box.checked } });
    }

    setMenus(state) {
      for (const end of ["x", "y"]) {
        const axis = state.plane[end], fields = this.fields[end];
        if (!fields || !axis) continue;
        fields.name.value = axis.name;
        // a menu has plain text alone; what is chosen is shown with its indices
        replace(fields.face, el("span", {}, labels.symbolElements(this.session.calc.parameters[this.session.calc.index(axis.name)])));
        if (fields.problem.hidden) {
          fields.lower.value = compact(axis.lower);
          fields.upper.value = compact(axis.upper);
        }
        fields.log.checked = axis.log;
      }
    }

    layers(session, state) {
      const all = PlanePlot.colouring(session.page.layers ?? [], theme.colours());
      return all.filter((layer) => layerList.fits(layer, session.page, state.plane));
    }

    content(session, state, colours) {
      const entry = (axis) => axis && session.calc.parameters[session.calc.index(axis.name)];
      const drawn = PlanePlot.colouring(session.page.layers ?? [], colours)
        .filter((layer) => layerList.fits(layer, session.page, state.plane) && !state.hidden.includes(layer.name));
      return { axes: state.plane, entries: { x: entry(state.plane.x), y: entry(state.plane.y) }, layers: drawn,
        models: state.models.map((model) => model.name), active: state.active };
    }

    figureKey(state) {
      return JSON.stringify([state.page, state.plane, state.hidden, state.models.map((model) => model.name), state.active, theme.name()]);
    }

    places(session, state) {
      const { x, y } = state.plane;
      const { calc } = session;
      return state.models.map((model, i) => [model.point[calc.index(x.name)],
        y ? model.point[calc.index(y.name)] : session.summaries[i]?.delta ?? NaN]);
    }

    render(session, state) {
      Object.assign(this, { session, state });
      const key = this.figureKey(state);
      if (key !== this.key) {
        this.key = key;
        this.setMenus(state);
        layerList.render(this.place.layers, this.layers(session, state), state.hidden, this.act);
        this.plot = null; // the old one has other models
        this.building = this.build(session, state);
      } else this.plot?.setModels(this.places(session, state));
    }

    async build(session, state) {
      const serial = ++this.serial;
      const plot = new PlanePlot(this.content(session, state, theme.colours()), { colours: theme.colours() });
      plot.figure.on_event("tap", (event) => this.tapped(event));
      this.fill(plot, session, state);
      const drop = await figures.embed(plot.panels()[0], this.place.holder);
      if (serial !== this.serial) return drop();
      this.drop?.();
      this.drop = drop;
      this.plot = plot;
      this.fill(plot, session, this.state);
      return undefined;
    }

    // all that moves: regions, best fit, models
    fill(plot, session, state) {
      const { plane, calc } = session;
      if (plane.minimum && plane.key === session.planeKey(state)) {
        const at = (axis) => plane.minimum.point[calc.index(axis.name)];
        if (state.plane.y && plane.regions) {
          plot.setRegions(plane.regions);
          plot.setBest(at(state.plane.x), at(state.plane.y));
        } else if (plane.scan) {
          plot.setCurve(plane.scan, plane.minimum.twiceNll);
          plot.setBest(at(state.plane.x), 0);
        }
        plot.nameBest(PlanePanel.beyond(state.plane, calc, plane.minimum.point));
      }
      plot.setModels(this.places(session, state));
    }

    refill(session, state) {
      if (this.plot) this.fill(this.plot, session, state);
      this.describe(session, state);
    }

    // best fit and intervals in words
    describe(session, state) {
      const { plane, calc } = session;
      const { x, y } = state.plane;
      document.getElementById("plane-lines").hidden = y === null;
      const entries = [x, y].filter(Boolean).map((axis) => calc.parameters[calc.index(axis.name)]);
      const words = plane.minimum ? this.words(session, state, entries) : ["Computing …"];
      replace(this.place.summary, words);
      const text = this.place.summary.textContent;
      this.place.figure.setAttribute("aria-label", `${y ? "Plane" : "Δχ²"} of ${entries.map(labels.symbol).join(" and ")}. ${text}`
        + " Arrow keys move the model, with shift ten times as far.");
    }

    words({ plane, calc, page }, state, entries) {
      const unit = (entry) => (labels.unit(entry) ? ` ${labels.unit(entry)}` : "");
      const axes = [state.plane.x, state.plane.y];
      const best = (entry) => plane.minimum.point[calc.index(entry.name)];
      const beyond = PlanePanel.beyond(state.plane, calc, plane.minimum.point);
      const what = axes[1] ? "contours" : "Δχ² and intervals";
      const where = beyond ? ` (outside these axes; ${what} are relative to it)` : PlanePanel.ends(axes, best) ? " (at the end of an axis)" : "";
      const found = [`Best fit${where}: `,
        entries.map((entry, i) => [labels.symbolElements(entry),
          ` = ${shown(controls.settled(entry, best(entry), axes[i]))}${unit(entry)}, `]),
      `${calc.marginal ? "−2 ln L" : "χ²"} = ${numbers.cost(plane.minimum.twiceNll)}`];
      if (plane.intervals) found.push(plane.intervals.map((own, i) =>
        `; ${regions.NAMES[i]}: ${own.length ? own.map(([a, b]) => `${shown(a)} to ${shown(b)}`).join(" and ") + unit(entries[0]) : "none"}`));
      found.push(".");
      const others = calc.parameters.filter((p) => !entries.includes(p));
      if (others.length > 0) found.push(" ", others.map((p, i) => [i ? ", " : "", labels.symbolElements(p)]), ` as in “${state.models[state.active].name}”.`);
      const outside = this.outside({ calc, page }, state);
      if (outside.length > 0) found.push(` Outside these axes: ${outside.join(", ")}.`);
      if (plane.busy) found.push(" Refining …");
      return found;
    }

    // whether a best fit stands where an axis ends, other than at 0
    static ends(axes, best) {
      return axes.filter(Boolean).some((axis) => best(axis) !== 0 && [axis.lower, axis.upper].some((end) =>
        Math.abs(best(axis) - end) <= 1e-9 * Math.abs(axis.log ? end : axis.upper - axis.lower)));
    }

    // names of models that the plane cannot show
    outside(session, state) {
      return state.models.filter((model) => PlanePanel.beyond(state.plane, session.calc, model.point)).map((model) => model.name);
    }

    // whether a point lies where the axes do not reach; what is off by rounding alone is on their end
    static beyond(axes, calc, point) {
      return [axes.x, axes.y].filter(Boolean).some((axis) => {
        const value = point[calc.index(axis.name)];
        const slack = 1e-9 * (axis.log ? Math.abs(value) : axis.upper - axis.lower);
        return value < axis.lower - slack || value > axis.upper + slack;
      });
    }

    tapped({ x, y }) {
      const { plane } = this.state;
      const wanted = { [plane.x.name]: rounded(x) };
      if (plane.y) wanted[plane.y.name] = rounded(y);
      this.act.point(wanted, false);
    }

    pressed(event) {
      const step = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowDown: ["y", -1], ArrowUp: ["y", 1] }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
      const [end, sign] = step;
      const axis = this.state.plane[end];
      event.preventDefault();
      if (!axis) return;
      const model = this.state.models[this.state.active];
      const now = model.point[this.session.calc.index(axis.name)];
      const size = ((event.shiftKey ? 10 : 1) * sign) / 200;
      // from 0 a logarithmic axis is entered at its lower end
      const next = axis.log && !(now > 0) ? (sign > 0 ? axis.lower : now) : axis.log ? now * (axis.upper / axis.lower) ** size : now + (axis.upper - axis.lower) * size;
      this.act.point({ [axis.name]: rounded(next, 6) }, true);
    }

    forFile(session, state, width) {
      const colours = theme.colours("light");
      const plot = new PlanePlot(this.content(session, state, colours), { colours, backend: "svg", width: width - figures.SIDE, file: true, height: 600 });
      this.fill(plot, session, state);
      return { panels: plot.panels(), items: [...plot.items.filter((item) => !item.last), ...plot.items.filter((item) => item.last)] };
    }
  }

  nuprobe.PlanePanel = PlanePanel;
})((window.nuprobe ??= {}));
