// Lines for the reader: what was refused and why, and the live region of screen readers.
(function (nuprobe) {
  "use strict";
  const { el } = nuprobe;
  const place = (id) => document.getElementById(id);

  // One line that stays until it is closed; the same line is not shown twice, and of lines about one thing only the
  // newest is kept.
  function show(text, kind = "refusal", about = null) {
    const box = place("messages");
    if (about !== null) for (const line of [...box.children]) if (line.dataset.about === about) line.remove();
    if ([...box.children].some((line) => line.firstChild.textContent === text)) return;
    const line = el("p", { class: `message ${kind}`, "data-about": about }, el("span", {}, text));
    line.append(el("button", { type: "button", class: "plain", "aria-label": "Close this message", onclick: () => line.remove() }, "×"));
    box.append(line);
    while (box.children.length > 4) box.firstChild.remove();
  }

  const clear = () => place("messages").replaceChildren();

  // an error as a line: our own messages as they are, anything else as a fault of the program
  function refuse(error, about = null) {
    if (error?.name === "Cancelled") return;
    if (error?.name === "Refused") show(error.message, "refusal", about); // of the page and of the engine
    else {
      show(`Something went wrong in this page: ${error?.message ?? error}. Load the page again; if it stays, please report it.`, "refusal", about);
      console.error(error);
    }
  }

  // numbers for the screen reader, once they have settled
  let timer = null;
  function say(text, delay = 500) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      place("live").textContent = text;
    }, delay);
  }

  // a short confirmation that fades
  let fading = null;
  function note(text) {
    const box = place("note");
    box.textContent = text;
    box.classList.add("on");
    clearTimeout(fading);
    fading = setTimeout(() => box.classList.remove("on"), 1800);
  }

  nuprobe.messages = { show, clear, refuse, say, note };
})((window.nuprobe ??= {}));
