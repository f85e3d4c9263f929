// Reading a portable likelihood: its checksum, and whether its entries fit together.
"use strict";

(globalThis.nuprobeParts ??= []).push(function document(engine) {
  const { Refused } = engine;
  const { shown, canonical, sha256 } = engine.inner;
  const FORMAT = "nuprobe-likelihood";
  const VERSION = 2;
  const LARGEST = 200_000_000; // characters
  const MOST = 50_000_000; // numbers of one array
  const DEEPEST = 12; // axes

  const refuse = (place, what) => {
    throw new Refused(place ? `${place}: ${what}` : what);
  };

  // -- entries, one by one: each kind takes (value, place) and gives what is kept

  const text = (value, place) =>
    typeof value === "string" ? value : refuse(place, `must be text, got ${shown(value)}`);
  const yesOrNo = (value, place) =>
    typeof value === "boolean" ? value : refuse(place, `must be true or false, got ${shown(value)}`);
  const number = (value, place) =>
    typeof value === "number" && Number.isFinite(value)
      ? value
      : refuse(place, `must be a finite number, got ${shown(value)}`);
  const whole = (least) => (value, place) =>
    Number.isInteger(value) && value >= least
      ? value
      : refuse(place, `must be a whole number from ${least} on, got ${shown(value)}`);
  const positive = (value, place) =>
    number(value, place) > 0 ? value : refuse(place, `must be positive, got ${shown(value)}`);
  const orNull = (kind) => (value, place) => (value === null ? null : kind(value, place));
  const oneOf = (...names) => (value, place) =>
    names.includes(value)
      ? value
      : refuse(place, `must be one of ${names.join(", ")}, got ${shown(value)}`);
  const list = (kind, length) => (value, place) => {
    if (!Array.isArray(value)) refuse(place, `must be a list, got ${shown(value)}`);
    if (length !== undefined && value.length !== length)
      refuse(place, `must have ${length} entries, got ${value.length}`);
    return value.map((one, i) => kind(one, `${place}.${i}`));
  };
  const isMapping = (value) =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  const mapping = (kind) => (value, place) => {
    if (!isMapping(value)) refuse(place, `must be a mapping, got ${shown(value)}`);
    return new Map(Object.entries(value).map(([k, v]) => [k, kind(v, `${place}.${k}`)]));
  };
  // needed entries, and optional ones with what stands for them
  const entry = (needed, optional = {}) => (value, place) => {
    if (!isMapping(value)) refuse(place, `must be a mapping, got ${shown(value)}`);
    const at = (key) => (place ? `${place}.${key}` : key);
    const found = {};
    for (const key of Object.keys(value))
      if (!Object.hasOwn(needed, key) && !Object.hasOwn(optional, key))
        refuse(at(shown(key)), "is no entry of this format; remove it");
    for (const [key, kind] of Object.entries(needed)) {
      if (!Object.hasOwn(value, key)) refuse(at(key), "is missing; add it");
      found[key] = kind(value[key], at(key));
    }
    for (const [key, [kind, without]] of Object.entries(optional))
      found[key] = Object.hasOwn(value, key) ? kind(value[key], at(key)) : without;
    return found;
  };

  // -- arrays

  function array(value, place) {
    const found = Array.isArray(value) ? nested(value, place) : packed(value, place);
    const bad = found.data.findIndex((x) => !Number.isFinite(x));
    if (bad >= 0) refuse(place, `number ${bad} is ${found.data[bad]}; all must be finite`);
    return found;
  }

  function nested(value, place) {
    const shape = [];
    let flat = value;
    for (;;) {
      const length = shape.length ? flat[0].length : flat.length;
      shape.push(length);
      if (shape.length > 1) {
        if (shape.length > DEEPEST || flat.some((row) => !Array.isArray(row) || row.length !== length))
          refuse(place, "the lists of an array must have one length in each depth");
        flat = flat.flat();
      }
      if (!flat.length || !Array.isArray(flat[0])) break;
    }
    const bad = flat.find((x) => typeof x !== "number");
    if (bad !== undefined) refuse(place, `an array consists of numbers, got ${shown(bad)}`);
    return { shape, data: Float64Array.from(flat) };
  }

  function packed(value, place) {
    if (!isMapping(value) || Object.keys(value).sort().join() !== "base64,shape" || typeof value.base64 !== "string")
      refuse(place, `an array is nested lists of numbers, or shape and base64; got ${shown(value)}`);
    const { shape } = value;
    if (!Array.isArray(shape) || shape.length > DEEPEST || !shape.every((n) => Number.isInteger(n) && n >= 0))
      refuse(place, `a shape is a list of whole numbers, got ${shown(shape)}`);
    const size = shape.reduce((a, b) => a * b, 1);
    if (size > MOST) refuse(place, `shape ${shown(shape)} has too many numbers; the limit is ${MOST}`);
    let bytes;
    try {
      bytes = atob(value.base64);
    } catch {
      refuse(place, "base64 is damaged; restore a copy of the file");
    }
    if (bytes.length !== 8 * size)
      refuse(place, `shape ${shown(shape)} needs ${8 * size} bytes, and base64 contains ${bytes.length}; restore a copy of the file`);
    const view = new DataView(new ArrayBuffer(8 * size));
    for (let i = 0; i < 8 * size; i++) view.setUint8(i, bytes.charCodeAt(i));
    return { shape, data: Float64Array.from({ length: size }, (_, i) => view.getFloat64(8 * i, true)) };
  }

  // -- the format

  const PARAMETER = entry(
    { name: text, default: number, lower: orNull(number), upper: orNull(number), scale: positive },
    { unit: [text, ""], latex: [text, ""] },
  );
  const NUISANCE = entry(
    { name: text, sigma: orNull(number) },
    { latex: [text, ""], description: [text, ""], marginal: [yesOrNo, false], anchors: [orNull(list(number)), null] },
  );
  const AXIS = entry(
    { name: text, kind: oneOf("chebyshev", "linear"), nodes: array },
    { log: [yesOrNo, false] },
  );
  const PIECE = entry(
    { monomial: mapping(whole(1)), table: array },
    { propagators: [list(entry({ axis: whole(0), momentum: number, power: number })), []], log: [orNull(array), null], complement: [mapping(number), new Map()] },
  );
  const GROUP = entry(
    { pieces: list(PIECE), templates: array },
    { smooth: [list(whole(0)), []], linear: [list(whole(0)), []] },
  );
  const BLOCK = entry(
    { bins: list(whole(1), 2), components: list(text), time: array, sources: list(entry({ name: text, groups: list(GROUP) })) },
    {
      axes: [list(AXIS), []],
      over: [orNull(text), null],
      weights: [orNull(array), null],
      backgrounds: [list(entry({ name: text, counts: array }, { axes: [list(whole(0)), []] })), []],
      effects: [
        list(entry({ nuisance: text }, {
          scales: [list(text), []], shape: [orNull(text), null],
          relative: [orNull(array), null], added: [orNull(array), null],
        })), [],
      ],
    },
  );
  const KINDS = {
    poisson: entry({ kind: text, data: array }, { offset: [number, 0] }),
    gaussian: entry({ kind: text, data: array, sigma: array }, { below: [orNull(array), null] }),
    covariance: entry({ kind: text, data: array, covariance: array }, { constraints: [orNull(whole(1)), null] }),
    cnp: entry({ kind: text, data: array }),
    "on-off": entry({ kind: text, data: array, control: array, nominal: array, ratio: positive }),
    projected: entry({ kind: text, data: array, control: array, nominal: array, ratio: positive, shape: list(whole(1), 2) }),
  };
  const statistic = (value, place) => {
    if (!isMapping(value)) refuse(place, `must be a mapping, got ${shown(value)}`);
    const kind = oneOf(...Object.keys(KINDS))(value.kind, `${place}.kind`);
    return KINDS[kind](value, place);
  };
  const anything = (value) => value;
  const LIKELIHOOD = entry(
    {
      format: text, version: whole(1), name: text, parameters: list(PARAMETER), nuisances: list(NUISANCE),
      terms: list(entry({ name: text, statistic, blocks: list(BLOCK) })),
    },
    { references: [list(text), []], provenance: [anything, {}], accuracy: [orNull(number), null], checksum: [text, ""] },
  );

  // a document, all arrays as {shape, data}; what is not right is refused
  function checked(given, source) {
    const from = source ? `${source}: ` : "";
    try {
      const data = typeof given === "string" ? parsed(given) : given;
      if (!isMapping(data) || data.format !== FORMAT)
        refuse("", `not a portable likelihood: its format is not ${FORMAT}; \`nuprobe export likelihood\` writes one`);
      if (Number.isInteger(data.version) && data.version > VERSION)
        refuse("", `version ${data.version} of the format is later than ${VERSION}, which this page reads: make the page with a newer nuprobe`);
      const { checksum, ...rest } = data;
      if (checksum && checksum !== `sha256:${sha256(canonical(rest))}`)
        refuse("", "damaged or changed: the content does not match its checksum; restore a copy, or remove the entry checksum if the change is meant");
      const found = LIKELIHOOD(data, "");
      engine.inner.fitting(found, refuse);
      return found;
    } catch (error) {
      if (error instanceof Refused) throw new Refused(from + error.message);
      // what is nested too deeply for the checks
      if (error instanceof RangeError) throw new Refused(`${from}nested too deeply for a likelihood; restore a copy`);
      throw error;
    }
  }

  function parsed(content) {
    if (content.length > LARGEST) refuse("", `larger than ${LARGEST} characters`);
    try {
      return JSON.parse(content);
    } catch (error) {
      return refuse("", `not JSON (${error.message}); restore a copy of the file`);
    }
  }

  // content of a file or page: a document, its text, {gzip64: base64 of compressed text},
  // or a Blob that may be compressed; gives a promise of the document
  async function read(given) {
    if (typeof given === "string") return parsed(given);
    if (given instanceof Blob) {
      const start = new Uint8Array(await given.slice(0, 2).arrayBuffer());
      return parsed(start[0] === 0x1f && start[1] === 0x8b ? await inflated(given) : await given.text());
    }
    if (!isMapping(given) || !Object.hasOwn(given, "gzip64")) return given;
    let bytes;
    try {
      bytes = Uint8Array.from(atob(given.gzip64), (c) => c.charCodeAt(0));
    } catch {
      refuse("", "base64 is damaged; restore a copy of the file");
    }
    return parsed(await inflated(new Blob([bytes])));
  }

  async function inflated(blob) {
    try {
      const reader = blob.stream().pipeThrough(new DecompressionStream("gzip")).getReader();
      const decoder = new TextDecoder("utf-8", { fatal: true });
      let found = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return found + decoder.decode();
        found += decoder.decode(value, { stream: true });
        if (found.length > LARGEST) break;
      }
    } catch {
      refuse("", "damaged: its compression is broken; restore a copy");
    }
    return refuse("", `larger than ${LARGEST} characters`);
  }

  engine.read = read;
  Object.assign(engine.inner, { checked });
});
