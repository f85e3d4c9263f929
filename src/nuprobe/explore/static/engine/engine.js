// The engine: all parts together. `nuprobeEngine()` makes one; a worker makes its own from
// the text of the parts, for pages that are files cannot load a script into it.
"use strict";

globalThis.nuprobeEngine = function nuprobeEngine() {
  const engine = {};
  for (const part of globalThis.nuprobeParts) part(engine);
  engine.source = () => {
    const parts = globalThis.nuprobeParts.map((part) => `(${part})`).join(",\n");
    return `"use strict";globalThis.nuprobeParts=[${parts}];globalThis.nuprobeEngine=${nuprobeEngine};`;
  };
  return engine;
};
