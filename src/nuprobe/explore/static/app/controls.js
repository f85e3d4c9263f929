// A slider and a number field for each parameter and nuisance.
(function (nuprobe) {
  "use strict";
  const { el, check, labels, compact, exact, parsed, rounded, shown } = nuprobe;
  const STEPS = 1000;
  const DIGITS = 6; // of a field that is not being edited
  const TINY = 1e-9;
  let serial = 0;

  // Whether a range is shown in logarithms: wide, with an upper end far above the default unless it is a mass or a coupling.
  function spansScales(entry, low, high) {
    return low > 0 && high > 1000 * low && (["mass", "coupling"].includes(entry.name) || high > 10 * entry.default);
  }

  // The part of the range that a slider spans: of a plane's axis, else of the parameter, else around its default.
  function span(entry, axis) {
    if ("sigma" in entry) {
      const [low, high] = check.ends(entry);
      const far = 5 * (entry.sigma ?? 0.2);
      return { low: Math.max(low, -far), high: Math.min(high, far), log: false };
    }
    if (axis) return { low: axis.lower, high: axis.upper, log: axis.log };
    const [low, high] = check.ends(entry);
    const size = Math.abs(entry.default) || entry.scale || 1;
    const from = low === -Infinity ? entry.default - 10 * size : low;
    const to = high === Infinity ? entry.default + 10 * size : high;
    return { low: from, high: to, log: spansScales(entry, from, to) };
  }

  // A value as it is printed: 0 where it is so far below the travel of its slider that it is only rounding.
  function settled(entry, value, axis = null) {
    const { low, high, log } = span(entry, axis);
    const size = Math.min(log ? low : high - low, Math.abs(entry.default) || Infinity);
    return Math.abs(value) < TINY * size ? 0 : value;
  }

  const position = ({ low, high, log }, value) =>
    STEPS * (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));

  // the value of a position; the ends are exact, others have four digits
  function valueAt({ low, high, log }, at) {
    if (at <= 0) return low;
    if (at >= STEPS) return high;
    const t = at / STEPS;
    if (log) {
      const value = low * (high / low) ** t;
      const short = rounded(value);
      return short > low && short < high ? short : value;
    }
    // as many decimals as a step needs
    const digits = Math.max(0, 1 - Math.floor(Math.log10((high - low) / STEPS)));
    const value = low + (high - low) * t;
    const short = digits > 100 ? value : Number(value.toFixed(digits));
    return short >= low && short <= high ? short : value;
  }

  class Control {
    // `changed(value, live)` is called with numbers that are allowed, and with no others
    constructor(entry, axis, changed) {
      Object.assign(this, { entry, axis, changed, span: span(entry, axis), full: false });
      const id = `control-${serial++}`;
      const name = labels.symbol(entry);
      const unit = labels.unit(entry);
      const about = entry.description || entry.name;
      this.problem = el("p", { class: "problem", id: `${id}-problem`, role: "alert", hidden: true });
      this.field = el("input", {
        type: "text", inputmode: "decimal", id, autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-problem`,
        onchange: () => this.typed(), onkeydown: (event) => event.key === "Enter" && this.typed(),
        onfocus: () => this.write(true), onblur: () => this.write(false),
      });
      this.slider = el("input", {
        type: "range", min: 0, max: STEPS, step: 1, "aria-label": `${name}${unit ? ` in ${unit}` : ""}, slider`,
        oninput: () => this.slid(true), onchange: () => this.slid(false),
      });
      this.pull = "sigma" in entry && entry.sigma !== null ? el("span", { class: "pull", "aria-hidden": "true" }) : null;
      const title = el("label", { for: id, title: `${about}: ${check.range(entry)}` }, el("span", { class: "symbol" }, labels.symbolElements(entry)),
        unit ? el("span", { class: "unit" }, unit) : null, el("span", { class: "about" }, about === name ? "" : about));
      this.element = el("div", { class: "control", "data-name": entry.name }, title, this.field, this.slider, this.pull, this.problem);
    }

    typed() {
      const text = this.field.value;
      // digits that are not shown stay as they are
      if (text.trim() === exact(this.value) || (!this.full && text === this.text(this.value))) return this.complain(null);
      const value = parsed(this.bare(text));
      const problem = check.problem(this.entry, value, text);
      const unit = labels.unit(this.entry);
      const foreign = unit && Number.isNaN(value) && /\d\s*[A-Za-zµμ]/.test(text) ? ` Give it in ${unit}.` : "";
      this.complain(problem === null ? null : `${problem}${foreign} The model stays at ${shown(this.value, 6)}.`);
      if (problem === null) this.changed(value, false);
      return undefined;
    }

    // a number without the unit of its field
    bare(text) {
      const plain = text.trim();
      const unit = [labels.unit(this.entry), this.entry.unit].find((one) => one && plain.endsWith(one));
      return unit ? plain.slice(0, -unit.length) : plain;
    }

    slid(live) {
      this.complain(null);
      const value = valueAt(this.span, Number(this.slider.value));
      // a slider that rests at the end of its travel does not move a value beyond it
      if (!live && Number(this.slider.value) === Math.round(position(this.span, this.value))) return this.changed(this.value, false);
      return this.changed(value, live);
    }

    complain(text) {
      this.problem.hidden = text === null;
      this.problem.textContent = text ?? "";
      this.field.setAttribute("aria-invalid", text === null ? "false" : "true");
    }

    // a value in few digits; nuisances that follow the data have four, and 0 is what no eye tells from it
    text(value) {
      if (!("sigma" in this.entry)) return compact(rounded(settled(this.entry, value, this.axis), DIGITS));
      return compact(Math.abs(value) < 1e-7 * (this.entry.sigma ?? 1) ? 0 : rounded(value));
    }

    // all digits while the field is edited; what was refused stays to be corrected
    write(full) {
      if (this.value === undefined || this.field.getAttribute("aria-invalid") === "true") return;
      this.full = full;
      this.field.value = full ? exact(this.value) : this.text(this.value);
    }

    // show a value that the state has
    set(value) {
      const beyond = value < this.span.low || value > this.span.high;
      this.value = value;
      if (this.field.getAttribute("aria-invalid") !== "true" || document.activeElement !== this.field) {
        this.complain(null);
        this.write(document.activeElement === this.field);
      }
      const unit = labels.unit(this.entry);
      this.slider.value = String(Math.round(position(this.span, value)) || 0);
      this.slider.setAttribute("aria-valuetext", `${shown(settled(this.entry, value, this.axis))}${unit ? ` ${unit}` : ""}${beyond ? ", beyond this slider" : ""}`);
      this.element.classList.toggle("beyond", beyond);
      if (this.pull) {
        const pull = value / this.entry.sigma;
        this.pull.textContent = `${nuprobe.decimals(pull)} σ`;
        this.pull.classList.toggle("far", Math.abs(pull) >= 2);
      }
    }
  }

  nuprobe.controls = { Control, settled, span, spansScales, position, valueAt, STEPS };
})((window.nuprobe ??= {}));
