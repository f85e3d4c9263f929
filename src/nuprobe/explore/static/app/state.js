// What the reader chose: models, axes, layers, views. Plain objects, never changed in place.
(function (nuprobe) {
  "use strict";

  const MOST_MODELS = 4;

  // the state a page starts with
  function initial(page, likelihood) {
    return {
      page: page.name,
      models: [modelOf(page.presets[0], likelihood)],
      active: 0,
      plane: planeOf(page.plane),
      hidden: hiddenAtFirst(page),
      view: { spectrum: 0, axis: 0, log: false },
    };
  }

  const hiddenAtFirst = (page) => [...new Set((page.layers ?? []).filter((layer) => layer.shown === false).map((layer) => layer.name))];

  // a model: values in the order of the likelihood; nuisances null follow the data
  function modelOf(preset, likelihood) {
    return { name: preset.name, point: likelihood.parameters.map((p) => preset.point[p.name] ?? p.default), nuisances: null };
  }

  const axisOf = (axis) =>
    axis ? { name: axis.name, lower: axis.lower, upper: axis.upper, log: Boolean(axis.log), points: axis.points ?? 60 } : null;
  const planeOf = (plane) => ({ x: axisOf(plane.x), y: axisOf(plane.y) });

  const withModel = (state, index, change) => ({
    ...state,
    models: state.models.map((model, i) => (i === index ? { ...model, ...change } : model)),
  });

  // the state with one parameter or nuisance of the active model changed
  function withValue(state, kind, index, value, current) {
    const model = state.models[state.active];
    if (kind === "parameter") {
      const point = model.point.slice();
      point[index] = value;
      return withModel(state, state.active, { point });
    }
    const nuisances = Array.from(model.nuisances ?? current);
    nuisances[index] = value;
    return withModel(state, state.active, { nuisances });
  }

  function withAdded(state, model) {
    if (state.models.length >= MOST_MODELS) return state;
    return { ...state, models: [...state.models, model], active: state.models.length };
  }

  // “Model 2”, or the next that no other model has
  function freeName(state, number) {
    const taken = state.models.map((model) => model.name);
    let n = number;
    while (taken.includes(`Model ${n}`)) n++;
    return `Model ${n}`;
  }

  // Away from its preset a model has no longer the preset's name: no other point may be called “Standard Model”.
  function named(state, page, likelihood) {
    const model = state.models[state.active];
    const preset = page.presets.find((one) => one.name === model.name);
    if (!preset || modelOf(preset, likelihood).point.every((value, i) => value === model.point[i])) return state;
    return withModel(state, state.active, { name: freeName(state, state.active + 1) });
  }

  function without(state, index) {
    if (state.models.length === 1) return state;
    const models = state.models.filter((_, i) => i !== index);
    const active = state.active > index ? state.active - 1 : Math.min(state.active, models.length - 1);
    return { ...state, models, active };
  }

  // The current state with its past and future. Live changes, as of a slider in motion, become one step.
  function store(first) {
    let now = first, settled = first, past = [], future = [];
    const listeners = new Set();
    const tell = (live) => listeners.forEach((listener) => listener(now, live));
    const made = {
      get: () => now,
      subscribe: (listener) => listeners.add(listener),
      canUndo: () => past.length > 0,
      canRedo: () => future.length > 0,
      live(next) {
        now = next;
        tell(true);
      },
      commit(next = now) {
        now = next;
        if (JSON.stringify(now) !== JSON.stringify(settled)) {
          past = [...past.slice(-199), settled];
          future = [];
          settled = now;
        }
        tell(false);
      },
      reset(next) {
        now = settled = next;
        past = [];
        future = [];
        tell(false);
      },
      undo() {
        if (past.length === 0) return;
        future = [settled, ...future];
        now = settled = past.at(-1);
        past = past.slice(0, -1);
        tell(false);
      },
      redo() {
        if (future.length === 0) return;
        past = [...past, settled];
        now = settled = future[0];
        future = future.slice(1);
        tell(false);
      },
    };
    return made;
  }

  nuprobe.state = { MOST_MODELS, initial, modelOf, axisOf, planeOf, withModel, withValue, withAdded, without, freeName, named, store };
})((window.nuprobe ??= {}));
