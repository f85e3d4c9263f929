// Up to four models to compare: choose, name, add, remove.
(function (nuprobe) {
  "use strict";
  const { el, replace, state: states } = nuprobe;

  class ModelList {
    // `act` has choose(index), rename(index, name), add(), remove(index), preset(preset)
    constructor(element, presets, act) {
      Object.assign(this, { element, presets, act });
      this.key = null;
    }

    // build again only when something other than a number changed
    set(state) {
      const key = JSON.stringify([state.models.map((model) => model.name), state.active]);
      if (key === this.key) return;
      const focus = document.activeElement?.dataset?.key;
      this.key = key;
      replace(this.element,
        el("div", { class: "models", role: "radiogroup", "aria-label": "Models compared" },
          state.models.map((model, i) => this.row(model, i, state))),
        el("div", { class: "row" },
          state.models.length < states.MOST_MODELS
            ? el("button", { type: "button", "data-key": "add", onclick: () => this.act.add() }, "Compare another")
            : el("span", { class: "soft" }, "Four models are compared."),
          this.presetMenu()));
      if (focus) [...this.element.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focus)?.focus();
    }

    row(model, i, state) {
      const own = i === state.active;
      return el("div", { class: `model${own ? " active" : ""}` },
        el("input", { type: "radio", name: "active-model", id: `model-${i}`, checked: own, "aria-label": `Change ${model.name}`,
          "data-key": `choose-${i}`, onchange: () => this.act.choose(i) }),
        el("label", { for: `model-${i}`, class: `swatch swatch-${i}`, "aria-hidden": "true" }),
        el("input", { type: "text", class: "name", value: model.name, maxlength: 60, "aria-label": `Name of model ${i + 1}`,
          "data-key": `name-${i}`, onchange: (event) => this.act.rename(i, event.target.value.trim() || `Model ${i + 1}`) }),
        state.models.length > 1
          ? el("button", { type: "button", class: "plain", "aria-label": `Remove ${model.name}`, onclick: () => this.act.remove(i) }, "×")
          : null);
    }

    presetMenu() {
      const menu = el("select", { "aria-label": "Set this model to a preset", "data-key": "preset", onchange: () => {
        if (menu.value !== "") this.act.preset(this.presets[Number(menu.value)]);
        menu.value = "";
      } }, el("option", { value: "" }, "Set to …"), this.presets.map((preset, i) => el("option", { value: i }, preset.name)));
      return menu;
    }
  }

  nuprobe.ModelList = ModelList;
})((window.nuprobe ??= {}));
