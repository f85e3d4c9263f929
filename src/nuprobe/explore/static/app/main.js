// The page as a whole: opens what the address asks for, and lets state, controls and pictures follow each other.
(function (nuprobe) {
  "use strict";
  const { el, replace, check, controls, files, link, messages, numbers, openFile, pages, state: states, theme } = nuprobe;
  const place = (id) => document.getElementById(id);

  let session = null, entries = null, ours = null, serial = 0;
  const spectrumPanel = new nuprobe.SpectrumPanel({ menus: place("spectrum-menus"), legend: place("spectrum-legend"),
    figure: place("spectrum"), figures: [place("spectrum-main"), place("spectrum-residuals")], values: place("spectrum-values"), title: place("spectrum-title") }, {
    view: (change) => edit((state) => ({ ...state, view: { ...state.view, ...change } })),
  });
  const planePanel = new nuprobe.PlanePanel({ menus: place("plane-menus"), figure: place("plane"), holder: place("plane-figure"),
    summary: place("plane-summary"), layers: place("layers") }, {
    plane: (change) => edit((state) => ({ ...state, plane: { ...state.plane, ...change } })),
    axis: chooseAxis,
    point: setPoint,
    settle: () => edit(named),
    toggle: (name) => edit((state) => ({ ...state, hidden: state.hidden.includes(name)
      ? state.hidden.filter((one) => one !== name) : [...state.hidden, name] })),
    all: (names, shown) => edit((state) => ({ ...state, hidden: shown ? state.hidden.filter((one) => !names.includes(one))
      : [...new Set([...state.hidden, ...names])] })),
  });
  const exports = new nuprobe.Exports({ buttons: place("export-buttons"), texts: place("texts") },
    () => ({ session, spectrumPanel, planePanel }));

  const edit = (change) => session.store.commit(change(session.store.get()));
  const named = (state) => states.named(state, session.page, session.calc);

  // a parameter comes on an axis; if it is on the other one, they change places
  function chooseAxis(end, name) {
    edit((state) => {
      const other = end === "x" ? "y" : "x";
      if (state.plane[other]?.name === name) return { ...state, plane: { x: state.plane.y, y: state.plane.x } };
      return { ...state, plane: { ...state.plane, [end]: axisOf(name) } };
    });
  }

  // the axis of a parameter: of the page's plane, else as its slider spans
  function axisOf(name) {
    const { page, calc } = session;
    for (const axis of [page.plane.x, page.plane.y]) if (axis?.name === name) return states.axisOf(axis);
    const { low, high, log } = controls.span(calc.parameters[calc.index(name)], null);
    return { name, lower: low, upper: high, log, points: 60 };
  }

  // several parameters at once, from the plane; all must be allowed
  function setPoint(wanted, live) {
    const { calc, store } = session;
    const state = store.get();
    const point = state.models[state.active].point.slice();
    for (const [name, value] of Object.entries(wanted)) {
      const i = calc.index(name);
      const problem = check.problem(calc.parameters[i], value);
      if (problem !== null) return messages.show(`${problem} The model stays where it is.`);
      point[i] = value;
    }
    const next = states.withModel(state, state.active, { point });
    return live ? store.live(next) : store.commit(named(next));
  }

  function setValue(kind, i, value, live) {
    const { store } = session;
    const state = store.get();
    const next = states.withValue(state, kind, i, value, session.nuisances[state.active] ?? session.calc.zeros());
    if (live) store.live(next);
    else store.commit(named(next));
  }

  const modelList = (page) => new nuprobe.ModelList(place("models"), page.presets, {
    choose: (i) => edit((state) => ({ ...state, active: i })),
    rename: (i, name) => edit((state) => states.withModel(state, i, { name })),
    remove: (i) => edit((state) => states.without(state, i)),
    add: () => edit((state) => states.withAdded(state, { ...state.models[state.active], name: states.freeName(state, state.models.length + 1) })),
    preset: (preset) => edit((state) => states.withModel(state, state.active, states.modelOf(preset, session.calc))),
  });

  // controls of a page that was just opened
  function buildControls() {
    const { calc, page } = session;
    const axisFor = (name) => [page.plane.x, page.plane.y].find((axis) => axis?.name === name);
    const make = (kind, list) => list.map((entry, i) =>
      new controls.Control(entry, axisFor(entry.name), (value, live) => setValue(kind, i, value, live)));
    entries = { parameters: make("parameter", calc.parameters), nuisances: make("nuisance", calc.nuisances), models: modelList(page) };
    replace(place("parameters"), entries.parameters.map((control) => control.element));
    replace(place("nuisances"), entries.nuisances.map((control) => control.element));
    place("nuisance-panel").hidden = calc.nuisances.length === 0;
    spectrumPanel.menus(session);
    planePanel.menus(session);
    exports.begin(page);
  }

  function showControls(state) {
    const model = state.models[state.active];
    entries.parameters.forEach((control, i) => control.set(model.point[i]));
    const nuisances = session.nuisances[state.active];
    entries.nuisances.forEach((control, i) => control.set(nuisances[i]));
    place("profile").checked = model.nuisances === null;
  }

  // Everything after the state changed. While a slider moves, the spectrum is drawn at once, and the rest when that
  // is on the screen.
  function render(state, live) {
    if (live) {
      spectrumPanel.render(session, state, true);
      soon();
      return;
    }
    spectrumPanel.render(session, state, false);
    follow(state, false);
    entries.models.set(state);
    session.computePlane(state);
    announce();
    planePanel.describe(session, state);
    exports.set(session, state);
    place("undo").disabled = !session.store.canUndo();
    place("redo").disabled = !session.store.canRedo();
    write(state);
  }

  // numbers, markers and fields
  function follow(state, live) {
    session.summarise(state, live);
    planePanel.render(session, state);
    showControls(state);
    showNumbers(state);
  }

  let due = false;
  function soon() {
    if (due) return;
    due = true;
    requestAnimationFrame(() => setTimeout(() => {
      due = false;
      if (session) follow(session.store.get(), true);
    }));
  }

  function showNumbers(state) {
    const names = state.models.map((model) => model.name);
    numbers.table(place("numbers"), names, session, state.models);
    numbers.pullTable(place("pulls"), names, session.calc, session.nuisances);
    const model = state.models[state.active];
    spectrumPanel.describe(session, state);
    messages.say(numbers.sentence(model.name, session.summaries[state.active], session.calc, model.point));
  }

  // numbers came from the worker
  function arrived(what) {
    const state = session.store.get();
    session.summarise(state);
    if (what === "plane") planePanel.refill(session, state);
    else {
      spectrumPanel.render(session, state, false);
      showControls(state);
      exports.set(session, state);
    }
    planePanel.plot?.setModels(planePanel.places(session, state));
    showNumbers(state);
    announce();
  }

  // the body says when numbers and figures are those of the state
  async function announce() {
    const own = session;
    const done = () => own.plane.minimum !== null && !own.plane.busy;
    if (!done()) document.body.dataset.ready = "false";
    await Promise.all([spectrumPanel.building, planePanel.building]);
    if (own === session && done()) document.body.dataset.ready = "true";
  }

  function write(state) {
    ours = link.encode(state, session.page, session.calc);
    if (location.hash !== ours) history.replaceState(null, "", ours);
  }

  // a page with its likelihood as a running session
  async function begin(page, document, hash) {
    const calc = new nuprobe.calc.Calculation(document);
    try {
      pages.checkAgainst(page, calc);
      nuprobe.texts.check(page, calc);
    } catch (error) {
      calc.close();
      throw error;
    }
    session?.close();
    session = new nuprobe.Session(page, calc, arrived);
    const own = session;
    session.changed = (what) => own === session && arrived(what);
    let first = states.initial(page, calc);
    try {
      if (hash !== null) first = link.decode(hash, page, calc);
    } catch (error) {
      messages.refuse(error);
      messages.show(`The page shows “${page.presets[0].name}” instead.`, "hint");
    }
    session.begin(first);
    title(page);
    buildControls();
    session.store.subscribe((state, live) => own === session && render(state, live));
    place("board").hidden = false;
    render(first, false);
    verify(page, calc);
  }

  function title(page) {
    document.title = `${page.title} · nuprobe explorer`;
    replace(place("title"), nuprobe.labels.prose(page.title));
    replace(place("summary"), nuprobe.labels.prose(page.summary ?? ""));
    place("summary").hidden = !page.summary;
    place("page").value = page.name;
  }

  // how well the numbers of this page are known to be right
  function verify(page, calc) {
    const { accuracy } = calc;
    const { worst, relative, wrong } = calc.agreement(page.checks ?? []);
    const lines = [];
    if (accuracy !== null) lines.push(`This likelihood is interpolated; χ² is good to ${nuprobe.shown(accuracy, 1)}.`);
    if (worst !== null) lines.push(`At ${page.checks.length} points χ² differs from the package's by ${nuprobe.shown(worst, 1)} at most (relative: ${nuprobe.shown(relative, 1)}).`);
    if (wrong)
      messages.show(`This page's χ² differs from the package's by ${nuprobe.shown(worst, 2)}: do not use its numbers. Write the site again`
        + " with “nuprobe explore”; if it stays, please report it.");
    replace(place("accuracy"), lines.join(" "));
    place("accuracy").hidden = lines.length === 0;
  }

  // open what an address asks for; nothing changes if it cannot be opened
  async function open(hash) {
    const mine = ++serial;
    document.body.dataset.ready = "false";
    const name = link.pageName(hash) ?? nuprobe.index.pages[0].name;
    if (name === openFile.NAME && session?.page.name !== name)
      throw new nuprobe.Refused("This link is of a likelihood that was opened from a file. Open that file first, then the link.");
    if (session?.page.name === name) return session.store.commit(link.decode(hash, session.page, session.calc));
    const page = await pages.get(name);
    const document_ = await pages.likelihoodDocument(page);
    if (mine === serial) await begin(page, document_, hash === "" ? null : hash);
    return undefined;
  }

  async function openedByHand(file) {
    const document_ = await openFile.read(file);
    const trial = new nuprobe.calc.Calculation(document_);
    const page = openFile.pageOf(document_, trial);
    trial.close();
    serial++;
    messages.clear();
    if (![...place("page").options].some((option) => option.value === page.name))
      place("page").append(el("option", { value: page.name }, "Opened file"));
    await begin(pages.checkPage(page, page.name), document_, null);
  }

  const attempt = (job, about = null) => async (...args) => {
    try {
      await job(...args);
    } catch (error) {
      messages.refuse(error, about);
      if (session) place("page").value = session.page.name;
    }
  };

  function keys(event) {
    const typing = event.target.matches?.('input[type="text"], textarea');
    if (typing || !(event.ctrlKey || event.metaKey) || !session) return;
    const key = event.key.toLowerCase();
    if (key === "p") exports.print().catch((error) => messages.refuse(error));
    else if (key === "z" && !event.shiftKey) session.store.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) session.store.redo();
    else return;
    event.preventDefault();
  }

  function listen() {
    const redraw = () => session && render(session.store.get(), false);
    place("page").addEventListener("change", (event) => {
      messages.clear();
      location.hash = `#${new URLSearchParams({ page: event.target.value })}`;
    });
    place("skip").addEventListener("click", () => place("parameters-title").focus());
    place("undo").addEventListener("click", () => session?.store.undo());
    place("redo").addEventListener("click", () => session?.store.redo());
    place("share").addEventListener("click", attempt(async () => {
      await files.copy(location.href);
      messages.note("Link copied");
    }));
    place("theme").addEventListener("click", () => {
      theme.toggle();
      redraw();
    });
    window.addEventListener("afterprint", nuprobe.Exports.printed);
    place("profile").addEventListener("change", (event) => edit((state) => states.withModel(state, state.active,
      { nuisances: event.target.checked ? null : Array.from(session.nuisances[state.active]) })));
    place("best").addEventListener("click", attempt(async () => toBest()));
    place("file").addEventListener("change", attempt(async (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) await openedByHand(file);
    }, "file"));
    document.addEventListener("keydown", keys);
    window.addEventListener("hashchange", attempt(async () => {
      if (location.hash === ours) return;
      messages.clear();
      await open(location.hash);
    }));
  }

  // the active model goes to the best fit of the plane
  function toBest() {
    const { minimum } = session.plane;
    if (minimum === null) throw new nuprobe.Refused("The best fit is still being computed. Try again in a moment.");
    edit((state) => named(states.withModel(state, state.active, { point: Array.from(minimum.point), nuisances: null })));
  }

  function start() {
    const index = pages.checkIndex(nuprobe.index);
    replace(place("page"), index.pages.map((page) => el("option", { value: page.name }, page.title)));
    listen();
    // on a narrow screen the pictures come first
    if (window.matchMedia("(max-width: 52rem)").matches) place("nuisance-panel").open = false;
    Bokeh.set_log_level("warn");
    return open(location.hash);
  }

  nuprobe.app = { session: () => session, spectrumPanel, planePanel, exports };
  attempt(start)();
})((window.nuprobe ??= {}));
