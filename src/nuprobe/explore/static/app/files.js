// Files in and out: saving, copying, unpacking.
(function (nuprobe) {
  "use strict";
  const { Refused } = nuprobe;

  // text of gzip'd bytes
  async function unzipped(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  function save(name, blob) {
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    nuprobe.lastSaved = { name, blob };
  }

  const saveText = (name, text, type) => save(name, new Blob([text], { type: `${type};charset=utf-8` }));

  // the clipboard, also where the page is a file and has no permission to it
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      const area = nuprobe.el("textarea", { class: "hidden", "aria-hidden": "true" });
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Refused("The browser does not let this page copy. Select the text and copy it yourself.");
    }
  }

  nuprobe.files = { unzipped, save, saveText, copy };
})((window.nuprobe ??= {}));
