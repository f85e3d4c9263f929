// What the other parts stand on: refusals, checksums, and linear algebra without
// garbage. Every part is a function of the engine, for a worker is made of their text.
"use strict";

(globalThis.nuprobeParts ??= []).push(function numerics(engine) {
  // says what is wrong and what to do; the page shows its message as text
  class Refused extends Error {
    constructor(message) {
      super(message);
      this.name = "Refused";
    }
  }

  const LONGEST = 60;

  // something from a file, short enough for a message
  function shown(value) {
    let text;
    try {
      text = typeof value === "number" ? String(value) : JSON.stringify(value);
    } catch {
      text = String(value);
    }
    text ??= String(value);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  }

  // canonical JSON of RFC 8785
  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${pairs.join(",")}}`;
  }

  // fractional parts of square or cube roots of primes: constants of FIPS 180-4
  function fractions(count, root) {
    const found = [];
    for (let n = 2; found.length < count; n++) {
      let prime = true;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
      if (!prime) continue;
      const x = root(n);
      found.push(Math.floor((x - Math.floor(x)) * 2 ** 32) | 0);
    }
    return Int32Array.from(found);
  }

  // SHA-256 in hexadecimal digits: crypto.subtle is missing where a page is a file
  function sha256(text) {
    const message = new TextEncoder().encode(text);
    const size = ((message.length + 8) >> 6) * 64 + 64;
    const bytes = new Uint8Array(size);
    bytes.set(message);
    bytes[message.length] = 0x80;
    const view = new DataView(bytes.buffer);
    view.setUint32(size - 8, Math.floor(message.length / 2 ** 29));
    view.setUint32(size - 4, message.length << 3);
    const k = fractions(64, Math.cbrt);
    const hash = fractions(8, Math.sqrt);
    const w = new Int32Array(64);
    for (let first = 0; first < size; first += 64) compress(hash, k, w, view, first);
    return Array.from(hash, (x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
  }

  function compress(hash, k, w, view, first) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(first + 4 * i);
    for (let i = 16; i < 64; i++) {
      const p = w[i - 15];
      const q = w[i - 2];
      const s = ((p >>> 7) | (p << 25)) ^ ((p >>> 18) | (p << 14)) ^ (p >>> 3);
      const t = ((q >>> 17) | (q << 15)) ^ ((q >>> 19) | (q << 13)) ^ (q >>> 10);
      w[i] = (w[i - 16] + s + w[i - 7] + t) | 0;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i++) {
      const s = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const t = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (t + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    hash[0] += a; hash[1] += b; hash[2] += c; hash[3] += d;
    hash[4] += e; hash[5] += f; hash[6] += g; hash[7] += h;
  }

  // pivots below this share of their diagonal are directions that nothing measures
  const NOTHING = 1e-13;

  // L D Lᵀ in the lower triangle of `a` (n × n, row by row); 1/D in `inverse`, 0 for a
  // direction that `a` does not see. Whether no pivot is negative.
  function factor(a, n, inverse) {
    let positive = true;
    for (let j = 0; j < n; j++) {
      const row = j * n;
      let d = a[row + j];
      const whole = Math.abs(d);
      for (let m = 0; m < j; m++) d -= a[row + m] * a[row + m] * inverse[m];
      const seen = Math.abs(d) > NOTHING * whole;
      if (seen && !(d > 0)) positive = false;
      inverse[j] = seen ? 1 / d : 0;
      for (let i = j + 1; i < n; i++) {
        const other = i * n;
        let x = a[other + j];
        for (let m = 0; m < j; m++) x -= a[other + m] * a[row + m] * inverse[m];
        a[other + j] = x; // L times D
      }
    }
    return positive;
  }

  // x := A⁻¹ x with what `factor` left
  function solve(a, n, inverse, x) {
    for (let j = 0; j < n; j++) {
      let y = x[j];
      for (let m = 0; m < j; m++) y -= a[j * n + m] * inverse[m] * x[m];
      x[j] = y;
    }
    for (let j = 0; j < n; j++) x[j] *= inverse[j];
    for (let j = n - 1; j >= 0; j--) {
      let y = x[j];
      for (let i = j + 1; i < n; i++) y -= a[i * n + j] * inverse[j] * x[i];
      x[j] = y;
    }
    return x;
  }

  // upper triangle R (n × n, row by row) with Rᵀ R = Aᵀ A of columns, by Householder's
  // reflections; the columns are overwritten
  function triangle(columns) {
    const n = columns.length;
    const found = new Float64Array(n * n);
    columns.forEach((column, a) => {
      let square = 0;
      for (let i = a; i < column.length; i++) square += column[i] * column[i];
      const length = column[a] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
      const scale = square - column[a] * length; // half of |v|²
      column[a] -= length;
      found[a * n + a] = length;
      for (let b = a + 1; b < n; b++) {
        const other = columns[b];
        let along = 0;
        for (let i = a; i < column.length; i++) along += column[i] * other[i];
        if (scale > 0) along /= scale;
        for (let i = a; i < column.length; i++) other[i] -= along * column[i];
        found[a * n + b] = other[a];
      }
    });
    return found;
  }

  // pivots of a triangle that is n wide; 0 for a direction that it does not see
  function pivot(r, n, a) {
    let whole = 0;
    for (let b = 0; b <= a; b++) whole = Math.max(whole, Math.abs(r[b * n + a]));
    const x = r[a * n + a];
    return Math.abs(x) > 1e-15 * whole ? 1 / x : 0;
  }

  // R⁻ᵀ x and x := R⁻¹ x of the first `size` of a triangle
  function solveLower(r, n, size, x) {
    const y = Float64Array.from(x);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < a; b++) y[a] -= r[b * n + a] * y[b];
      y[a] *= pivot(r, n, a);
    }
    return y;
  }

  function solveUpper(r, n, size, x) {
    for (let a = size - 1; a >= 0; a--) {
      for (let b = a + 1; b < size; b++) x[a] -= r[a * n + b] * x[b];
      x[a] *= pivot(r, n, a);
    }
    return x;
  }

  // ln det of a positive definite matrix, which is overwritten
  function logDeterminant(a, n) {
    const inverse = new Float64Array(n);
    factor(a, n, inverse);
    let total = 0;
    for (let j = 0; j < n; j++) total -= Math.log(inverse[j]);
    return total;
  }

  Object.assign(engine, { Refused });
  engine.inner = { shown, canonical, sha256, factor, solve, triangle, solveLower, solveUpper, logDeterminant };
});
