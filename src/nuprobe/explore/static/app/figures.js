// Figures of Bokeh with one look, on the page and for files.
(function (nuprobe) {
  "use strict";
  const SIZE = 15; // px of the names of axes
  const SIDE = 22; // px for the name of a vertical axis
  const LEFT = 48; // px for its numbers
  const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

  // An empty figure. `look` has colours, and for files a backend and a fixed width.
  function figure(options, look) {
    const { colours, backend = "canvas", width = null } = look;
    const { xRange, yRange, xLog = false, yLog = false, height, left = LEFT, below = 26, above = 12 } = options;
    const made = Bokeh.Plotting.figure({
      x_range: xRange, y_range: yRange, x_axis_type: xLog ? "log" : "linear", y_axis_type: yLog ? "log" : "linear",
      height, tools: [], toolbar_location: null, output_backend: backend,
      ...(width === null ? { sizing_mode: "stretch_width" } : { width }),
      min_border_left: left, min_border_right: 14, min_border_top: above, min_border_bottom: below,
      background_fill_color: colours.paper, border_fill_color: colours.paper, outline_line_color: colours.soft,
    });
    made.toolbar.logo = null;
    style(made.xaxis, colours);
    style(made.yaxis, colours);
    for (const grid of [...made.xgrid, ...made.ygrid]) grid.grid_line_color = colours.grid;
    return made;
  }

  function style(axes, colours) {
    for (const axis of axes)
      axis.setv({
        major_label_text_font: FONT, major_label_text_font_size: "12px", major_label_text_color: colours.ink,
        axis_line_color: colours.soft, major_tick_line_color: colours.soft, minor_tick_line_color: colours.soft,
        major_tick_in: 5, major_tick_out: 0, minor_tick_in: 3, minor_tick_out: 0,
      });
  }

  // Put a panel {figure, x, y} into an element of the page, its axes named by runs of text; resolves with a
  // function that takes it away again.
  async function embed({ figure: made, x, y }, element) {
    const canvas = nuprobe.el("div", { class: "canvas" });
    const name = (runs, where) => (runs ? nuprobe.el("div", { class: where }, nuprobe.el("span", {}, nuprobe.labels.ofRuns(runs))) : null);
    const panel = nuprobe.el("div", { class: "plot" }, name(y, "y-name"), canvas, name(x, "x-name"));
    element.append(panel);
    await shown(made, canvas);
    return () => {
      forget(made);
      panel.remove();
    };
  }

  async function shown(made, element) {
    const view = await Bokeh.Plotting.show(made, element);
    const first = Array.isArray(view) ? view[0] : view;
    hasten(first);
    unstopped(element);
    return first;
  }

  // Bokeh lets its canvas take the focus; nothing there works by keys, and the figure around it has its own stop
  function unstopped(element) {
    for (const inner of [element, ...element.querySelectorAll("*")]) {
      if (inner !== element && inner.tabIndex >= 0) inner.tabIndex = -1;
      if (inner.shadowRoot) for (const child of inner.shadowRoot.children) unstopped(child);
    }
    if (element.tabIndex >= 0 && element.getRootNode() instanceof ShadowRoot) element.tabIndex = -1;
  }

  // Bokeh keeps every document that it has shown, with its views, until it is told to let go
  function forget(made) {
    const { document } = made;
    if (document === null) return;
    for (const view of [...Bokeh.index.roots]) if (view.model.document === document) {
      view.remove();
      Bokeh.index.delete(view);
    }
    document.clear();
    const at = Bokeh.documents.indexOf(document);
    if (at >= 0) Bokeh.documents.splice(at, 1);
  }

  // Whenever it paints, Bokeh asks the style sheet for each property of each axis, which takes a third of the time.
  // Our figures have no such styles. Without this, or where Bokeh is made otherwise, they are only slower.
  let hastened = false;
  function hasten(view) {
    if (hastened) return;
    hastened = true;
    let visual = Object.values(view.visuals ?? {}).find((one) => typeof one?._get_css_value === "function");
    while (visual && !Object.hasOwn(visual, "_get_css_value")) visual = Object.getPrototypeOf(visual);
    if (visual) visual._get_css_value = () => "";
  }

  const { node, legend } = nuprobe.svgLegend;

  // the name of an axis as SVG text, raised and lowered runs smaller
  function text(runs, transform) {
    let level = 0;
    const parts = runs.map((run) => {
      const moved = -0.38 * (run.level - level) * SIZE;
      level = run.level;
      return node("tspan", { dy: moved.toFixed(2), "font-size": run.level === 0 ? SIZE : (0.72 * SIZE).toFixed(2) }, run.text);
    });
    return node("text", { transform, "text-anchor": "middle", "font-family": FONT, "font-size": SIZE, fill: "#1b1f24", "xml:space": "preserve" }, ...parts);
  }

  // SVG of panels one above the other with a legend below them, as text
  async function svg({ panels, items }, width, title, description) {
    const room = nuprobe.el("div", { class: "offscreen", "aria-hidden": "true" });
    document.body.append(room);
    const whole = node("svg", { width, role: "img" }, node("title", {}, title), node("desc", {}, description));
    const back = node("rect", { width, fill: "#ffffff" });
    whole.append(back);
    let top = 0;
    try {
      for (const { figure: made, x, y } of panels) {
        const holder = nuprobe.el("div");
        room.append(holder);
        const view = await shown(made, holder);
        await finished(view);
        const part = new DOMParser().parseFromString(drawn(view), "image/svg+xml").documentElement;
        part.setAttribute("x", String(SIDE));
        part.setAttribute("y", String(top));
        whole.append(document.importNode(part, true));
        const { inner } = boxes(view);
        if (y) whole.append(text(y, `translate(${SIZE} ${top + inner.top + inner.height / 2}) rotate(-90)`));
        if (x) whole.append(text(x, `translate(${SIDE + inner.left + inner.width / 2} ${top + inner.top + inner.height + 40})`));
        top += made.height;
        forget(made);
      }
    } finally {
      room.remove();
    }
    const { element, height } = legend(items, SIDE + LEFT, top + 4, width);
    whole.append(element);
    top += height + 14;
    whole.setAttribute("height", String(top));
    whole.setAttribute("viewBox", `0 0 ${width} ${top}`);
    back.setAttribute("height", String(top));
    return new XMLSerializer().serializeToString(whole);
  }

  // the SVG that a view has drawn
  function drawn(view) {
    const layer = view.export("svg", false);
    return layer.ctx.get_serialized_svg(true);
  }

  // the frame of a view inside its figure
  function boxes(view) {
    const { left, top, width, height } = view.frame.bbox;
    return { inner: { left, top, width, height } };
  }

  async function finished(view) {
    for (let n = 0; n < 100 && !(view.has_finished?.() ?? true); n++) await new Promise((done) => setTimeout(done, 10));
  }

  // pixels of an SVG as PNG
  async function png(text, scale) {
    const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width * scale;
      canvas.height = image.height * scale;
      const context = canvas.getContext("2d");
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return await new Promise((done) => canvas.toBlob(done, "image/png"));
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  nuprobe.figures = { figure, embed, svg, png, SIDE };
})((window.nuprobe ??= {}));
