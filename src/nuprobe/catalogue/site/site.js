"use strict";
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const theme = () => remembered() ?? (system.matches ? "dark" : "light");
  const paint = () => {
    root.dataset.theme = theme();
    document.getElementById("theme")?.setAttribute("aria-pressed", String(root.dataset.theme === "dark"));
  };
  paint(); // before anything is drawn
  system.addEventListener("change", paint);
  const toggle = () => {
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* then it lasts as long as the page */ }
    paint();
    root.dataset.theme = next;
    document.getElementById("theme").setAttribute("aria-pressed", String(next === "dark"));
  };

  const say = (text) => {
    const box = document.getElementById("said");
    box.textContent = text;
    box.classList.add("on");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => box.classList.remove("on"), 1800);
  };
  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // no permission or an old browser: select a field and copy that
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "hidden";
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      return done;
    }
  };
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const done = await copyText(source.textContent);
    button.focus();
    if (!done) { // leave it selected, for the reader's own keys
      source.closest("details")?.setAttribute("open", "");
      getSelection().selectAllChildren(source);
    }
    say(done ? "Copied" : "Selected: press Ctrl+C or ⌘C");
  };

  const filters = () => {
    const form = document.getElementById("filters");
    if (!form) return;
    const body = document.querySelector("#entries tbody");
    const rows = [...body.rows];
    const names = ["q", "observable", "flavour", "kind", "status", "from", "to"];
    const fits = {
      q: (row, text) => text.toLowerCase().split(/\s+/).every((word) => row.dataset.words.includes(word)),
      observable: (row, value) => row.dataset.observable === value,
      flavour: (row, value) => row.dataset.flavour.split(" ").includes(value),
      kind: (row, value) => row.dataset.kind === value,
      status: (row, value) => row.dataset.status === value,
      from: (row, value) => Number(row.dataset.year) >= Number(value),
      to: (row, value) => Number(row.dataset.year) <= Number(value),
    };
    const asked = () => names.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value);
    const apply = () => {
      const wanted = asked();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !wanted.every(([name, value]) => fits[name](row, value));
        shown += !row.hidden;
      }
      document.getElementById("count").textContent =
        shown === rows.length ? `${shown} entries` : `${shown} of ${rows.length} entries`;
      document.getElementById("none").hidden = shown > 0;
      document.getElementById("entries").hidden = shown === 0;
      for (const select of form.querySelectorAll("select")) { // how many each choice would leave
        const others = wanted.filter(([name]) => name !== select.name);
        const left = rows.filter((row) => others.every(([name, value]) => fits[name](row, value)));
        for (const option of select.options) {
          if (!option.value) continue;
          const n = left.filter((row) => fits[select.name](row, option.value)).length;
          option.textContent = `${option.dataset.text} (${n})`;
          option.disabled = n === 0 && select.value !== option.value;
        }
      }
      return wanted;
    };
    const remember = () => {
      const hash = new URLSearchParams(apply()).toString();
      history.replaceState(null, "", hash ? `#${hash}` : location.pathname.split("/").pop() || "./");
    };
    const read = () => {
      const given = new URLSearchParams(location.hash.slice(1));
      if (location.hash === "#main") return;
      for (const name of names) form.elements[name].value = given.get(name) ?? "";
      apply();
    };
    const clear = () => { form.reset(); remember(); form.elements.q.focus(); };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", remember);
    form.addEventListener("reset", (event) => { event.preventDefault(); for (const n of names) form.elements[n].value = ""; remember(); });
    document.getElementById("clear").addEventListener("click", clear);
    addEventListener("hashchange", read);
    read();

    for (const button of document.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => {
        const key = button.dataset.sort;
        const head = button.closest("th");
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of head.parentElement.cells) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const compare = (a, b) => a.dataset[key].localeCompare(b.dataset[key], "en", { numeric: true });
        rows.sort((a, b) => (up ? compare(a, b) : compare(b, a)));
        body.append(...rows);
      });
    }
  };

  const move = (step) => { // through the links of what is listed
    const links = [...document.querySelectorAll("#entries tbody tr:not([hidden]) .name a, .rung-label a")].filter((a) => a.offsetParent);
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : -1) : at + step;
    if (next < 0) document.getElementById("q")?.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  };
  const keys = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = document.activeElement;
    const field = at?.matches("input, select, textarea");
    const q = document.getElementById("q");
    if (event.key === "Escape" && at === q) { q.value = ""; q.dispatchEvent(new Event("input", { bubbles: true })); return; }
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const listed = at === q || at?.matches("#entries a, .rung-label a");
    if (arrow && listed && !(at === q && arrow < 0)) { event.preventDefault(); move(arrow); return; }
    if (field) return;
    if (event.key === "/") {
      event.preventDefault();
      if (q) { q.focus(); q.select(); } else location.href = document.getElementById("all").href + "#search";
    } else if (event.key === "t") toggle();
    else if (event.key === "ArrowLeft") document.querySelector("a[rel=prev]")?.click();
    else if (event.key === "ArrowRight") document.querySelector("a[rel=next]")?.click();
  };

  addEventListener("DOMContentLoaded", () => {
    paint();
    document.getElementById("theme").addEventListener("click", toggle);
    for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
    filters();
    addEventListener("keydown", keys);
    if (location.hash === "#search") document.getElementById("q")?.focus();
    addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("details:not([open])")) d.open = d.dataset.closed = true; });
    addEventListener("afterprint", () => { for (const d of document.querySelectorAll("details[data-closed]")) { d.open = false; delete d.dataset.closed; } });
  });
})();
