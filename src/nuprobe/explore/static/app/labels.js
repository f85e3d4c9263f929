// Symbols from LaTeX, readable without it: runs of text, raised or lowered.
(function (nuprobe) {
  "use strict";

  const GREEK = {
    alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", zeta: "ζ", eta: "η", theta: "θ",
    vartheta: "ϑ", iota: "ι", kappa: "κ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ",
    tau: "τ", phi: "φ", varphi: "φ", chi: "χ", psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ",
    Lambda: "Λ", Xi: "Ξ", Pi: "Π", Sigma: "Σ", Phi: "Φ", Psi: "Ψ", Omega: "Ω",
  };
  const SIGNS = {
    times: "×", cdot: "·", pm: "±", to: "→", rightarrow: "→", le: "≤", ge: "≥", langle: "⟨", rangle: "⟩", prime: "′",
    infty: "∞", ell: "ℓ", odot: "⊙", sin: "sin", cos: "cos", tan: "tan", ln: "ln", log: "log", left: "", right: "",
    ",": "\u2009", ";": " ", "!": "", " ": " ", quad: " ", "%": "%", _: "_", "{": "{", "}": "}", "#": "#", "&": "&",
  };
  const FONTS = new Set(["mathrm", "text", "rm", "mathit", "mathbf", "mathcal", "textrm", "operatorname", "it"]);
  const ACCENTS = { bar: "\u0304", overline: "\u0304", hat: "\u0302", tilde: "\u0303", vec: "\u20d7" };

  // Pieces {text, level} of LaTeX: level 1 is raised, −1 lowered.
  function runs(latex) {
    const found = [];
    let at = 0;
    const add = (text, level) => {
      const last = found.at(-1);
      if (last && last.level === level) last.text += text;
      else if (text !== "") found.push({ text, level });
    };
    const group = (level) => {
      if (latex[at] === "{") {
        at++;
        while (at < latex.length && latex[at] !== "}") one(level);
        at++;
      } else if (at < latex.length) one(level);
    };
    function command(level) {
      const name = /^[a-zA-Z]+|^./.exec(latex.slice(at))?.[0] ?? "";
      at += name.length;
      while (/^[a-zA-Z]/.test(name) && latex[at] === " ") at++;
      if (FONTS.has(name)) return latex[at] === "{" ? group(level) : undefined;
      if (name in ACCENTS) {
        group(level);
        return add(ACCENTS[name], found.at(-1)?.level ?? level);
      }
      add(GREEK[name] ?? SIGNS[name] ?? name, level);
      return undefined;
    }
    function one(level) {
      const c = latex[at++];
      if (c === "\\") command(level);
      else if (c === "^") group(1);
      else if (c === "_") group(-1);
      else if (c === "{") {
        at--;
        group(level);
      } else if (c === "'") add("′", level);
      else if (c === "-") add("−", level);
      else if (c !== "}" && c !== "$") add(c, level);
    }
    while (at < latex.length) one(0);
    return found;
  }

  // Unicode has raised letters for most, and lowered ones for some
  const glyphs = (from, to) => Object.fromEntries([...from].map((c, i) => [c, [...to][i]]));
  const RAISED = glyphs("0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW,′*",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ,′*");
  const LOWERED = glyphs("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");

  // The same in one line of Unicode, for menus, ticks and attributes; what has no glyph stands as it is typed, _ee or ^u.
  function plain(latex) {
    return runs(latex).map(({ text, level }) => {
      if (level === 0) return text;
      const table = level > 0 ? RAISED : LOWERED;
      const letters = [...text];
      return letters.every((c) => c in table) ? letters.map((c) => table[c]).join("") : `${level > 0 ? "^" : "_"}${text}`;
    }).join("");
  }

  // Elements with sub and sup for the page.
  const ofRuns = (found) => found.map(({ text, level }) =>
    level === 0 ? document.createTextNode(text) : nuprobe.el(level > 0 ? "sup" : "sub", {}, text));
  const elements = (latex) => ofRuns(runs(latex));

  // Elements of a sentence in which symbols such as L_μ, Y_P and L_1A have their indices.
  const INDEX = /(?<![A-Za-z0-9_])([A-Za-z\u0370-\u03ff])_([A-Za-z0-9\u0370-\u03ff]{1,3})(?!\.?[A-Za-z0-9_\u0370-\u03ff])/g;
  function prose(text) {
    const found = [];
    let from = 0;
    for (const match of text.matchAll(INDEX)) {
      found.push(text.slice(from, match.index) + match[1], nuprobe.el("sub", {}, match[2]));
      from = match.index + match[0].length;
    }
    return [...found, text.slice(from)];
  }

  // How a parameter or nuisance is called: by its symbol, else by its name.
  const symbol = (entry) => (entry.latex ? plain(entry.latex) : entry.name.replaceAll("_", " "));
  const symbolElements = (entry) => (entry.latex ? elements(entry.latex) : [symbol(entry)]);

  const UNITS = { muB: "μB", "1/MeV2": "MeV⁻²", us: "µs" };
  const unit = (entry) => (entry.unit ? UNITS[entry.unit] ?? entry.unit.replace(/(?<=[A-Za-z])[23]$/, nuprobe.raised) : "");

  // the name of an axis as runs, with its unit
  // (of multiples of a power of ten, where the numbers of the axis are)
  function axisRuns(entry, exponent = 0) {
    const made = [exponent ? `10${nuprobe.raised(exponent)}` : "", unit(entry)].filter(Boolean).join(" ");
    return [...(entry.latex ? runs(entry.latex) : [{ text: symbol(entry), level: 0 }]), ...(made ? [{ text: ` (${made})`, level: 0 }] : [])];
  }

  nuprobe.labels = { runs, plain, elements, symbol, symbolElements, unit, axisRuns, ofRuns, prose };
})((window.nuprobe ??= {}));
