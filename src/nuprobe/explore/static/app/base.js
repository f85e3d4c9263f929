// The one global object, elements made without HTML, and numbers as text.
(function (nuprobe) {
  "use strict";

  // An error whose message is shown to the reader: what is wrong and what to do.
  class Refused extends Error {
    constructor(message) {
      super(message);
      this.name = "Refused";
    }
  }

  // One element. Text always becomes a text node: nothing is ever parsed as HTML.
  function el(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") made.addEventListener(key.replace(/^on/, ""), value);
      else made.setAttribute(key, value === true ? "" : String(value));
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return made;
  }

  const replace = (parent, ...children) =>
    parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));

  const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const raised = (number) => [...String(number)].map((c) => SUPERSCRIPT[c]).join("");

  // A number for the eye: four significant digits, powers of ten where it is far from one.
  function shown(x, digits = 4) {
    if (x === Infinity) return "∞";
    if (!Number.isFinite(x)) return x === -Infinity ? "−∞" : "—";
    if (x === 0) return "0";
    const size = Math.abs(x);
    const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
    const power = Number(exponent);
    if (power >= -3 && power < 6) {
      const fixed = size.toFixed(Math.max(0, digits - 1 - power));
      return (x < 0 ? "−" : "") + (fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed);
    }
    const short = mantissa.replace(/\.?0+$/, "");
    return `${x < 0 ? "−" : ""}${short === "1" ? "" : `${short} × `}10${raised(power)}`;
  }

  // two decimals, without a sign of zero
  const decimals = (x) => (Math.abs(x) < 0.005 ? "0" : x.toFixed(2)).replace("-", "−");

  // A number that reads back as itself.
  const exact = (x) => String(x);

  // The shorter way to write it: 0.0000749 as 7.49e-5.
  const compact = (x) => (x !== 0 && Math.abs(x) < 1e-3 ? x.toExponential() : exact(x));

  // Text as a number, or NaN: plain decimals, a typographic minus, "3e-5" and "3 × 10^-5".
  function parsed(text) {
    const plain = String(text).trim().replace(/[−–]/g, "-")
      .replace(/\s*[×x*]\s*10\s*\^?\s*([+-]?\d+)$/, "e$1");
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  }

  // Four significant digits, as a slider sets them.
  const rounded = (x, digits = 4) => (x === 0 || !Number.isFinite(x) ? x : Number(x.toPrecision(digits)));

  Object.assign(nuprobe, { Refused, el, replace, shown, decimals, exact, compact, parsed, rounded, raised });
})((window.nuprobe ??= {}));
