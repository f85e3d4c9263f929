// Work in the background: in a worker made of the engine's own text, or in slices on the
// main thread where a page may not start one.
"use strict";

(globalThis.nuprobeParts ??= []).push(function client(engine) {
  const { Refused } = engine;
  const SLICE = 12; // ms after which what else waits has its turn

  class Cancelled extends Error {
    constructor() {
      super("a newer request took the place of this one");
      this.name = "Cancelled";
    }
  }

  // does requests one after the other, in slices; `tell` gets {id, partial | result | error}
  class Desk {
    constructor(tell) {
      this.tell = tell;
      this.cancelled = new Set();
      // messages come sooner than timers
      const channel = new MessageChannel();
      const paused = [];
      channel.port1.onmessage = () => paused.shift()();
      this.pause = () => new Promise((resolve) => {
        paused.push(resolve);
        channel.port2.postMessage(null);
      });
    }

    open(document, source) {
      this.likelihood = engine.compile(document, source);
    }

    async take({ id, op, request, document, source }) {
      if (op === "cancel") {
        this.cancelled.add(request);
        return;
      }
      try {
        if (op === "open") this.open(document, source);
        const result = await this.does(id, op, request);
        if (!this.cancelled.delete(id)) this.tell({ id, result });
      } catch (error) {
        this.cancelled.delete(id);
        this.tell({ id, error: { message: error.message, refused: error instanceof Refused } });
      }
    }

    does(id, op, request) {
      const { likelihood } = this;
      if (op === "open") return true;
      if (op === "profile") return likelihood.profile(request.point, request);
      if (op === "minimum") return likelihood.minimum(request);
      return this.inSlices(id, op === "grid" ? likelihood.gridJob(request) : likelihood.scanJob(request));
    }

    async inSlices(id, job) {
      let start = performance.now();
      for (;;) {
        const { done, value } = job.next();
        if (done) return value;
        if (value !== null && !value.complete) this.tell({ id, partial: value });
        if (value === null && performance.now() - start < SLICE) continue;
        await this.pause();
        if (this.cancelled.has(id)) return null;
        start = performance.now();
      }
    }
  }

  // a worker whose messages are those of a desk
  function workerDesk(tell, fail) {
    const boot = `${engine.source()}
      const engine = nuprobeEngine();
      const desk = new engine.inner.Desk((message) => postMessage(message));
      onmessage = ({ data }) => desk.take(data);`;
    const address = URL.createObjectURL(new Blob([boot], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }) => tell(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      fail(event);
    };
    return { take: (message) => worker.postMessage(message), close: () => { worker.terminate(); URL.revokeObjectURL(address); } };
  }

  class Client {
    constructor(document, { source = "", workers = true } = {}) {
      this.waiting = new Map();
      this.number = 0;
      this.latest = new Map(); // request of each kind of which only the newest counts
      this.document = document;
      this.name = source;
      this.inWorker = false;
      this.start(workers && typeof Worker === "function");
    }

    start(inWorker) {
      const tell = (message) => this.heard(message);
      if (inWorker)
        try {
          this.desk = workerDesk(tell, () => this.fallBack());
          this.inWorker = true;
        } catch {
          this.inWorker = false;
        }
      if (!this.inWorker) this.desk = Object.assign(new Desk(tell), { close() {} });
      this.ready = this.ask("open", undefined, undefined, { document: this.document, source: this.name });
    }

    // a worker that does not start, or that fails: everything again on the main thread
    fallBack() {
      if (!this.inWorker) return;
      this.inWorker = false;
      this.desk.close();
      const again = [...this.waiting.values()];
      this.waiting.clear();
      this.desk = Object.assign(new Desk((message) => this.heard(message)), { close() {} });
      for (const { message, ...rest } of again) {
        this.waiting.set(message.id, { message, ...rest });
        this.desk.take(message);
      }
    }

    ask(op, request, onPartial, more = {}) {
      const id = ++this.number;
      const message = { id, op, request, ...more };
      return new Promise((resolve, reject) => {
        this.waiting.set(id, { message, resolve, reject, onPartial });
        this.desk.take(message);
      });
    }

    heard({ id, partial, result, error }) {
      const entry = this.waiting.get(id);
      if (!entry) return;
      if (partial) {
        entry.onPartial?.(partial);
        return;
      }
      this.waiting.delete(id);
      if (error) entry.reject(error.refused ? new Refused(error.message) : new Error(error.message));
      else entry.resolve(result);
    }

    // the newest request of a kind ends the one before
    newest(kind, request, onPartial) {
      this.cancel(kind);
      const promise = this.ask(kind, request, onPartial);
      this.latest.set(kind, this.number);
      return promise;
    }

    // end what is under way: its promise is rejected with an error called Cancelled
    cancel(kind) {
      for (const [own, id] of this.latest) {
        if (kind !== undefined && kind !== own) continue;
        const entry = this.waiting.get(id);
        this.latest.delete(own);
        if (!entry) continue;
        this.waiting.delete(id);
        this.desk.take({ op: "cancel", request: id });
        entry.reject(new Cancelled());
      }
    }

    grid(request, onPartial) {
      return this.newest("grid", request, onPartial);
    }

    scan1d(request) {
      return this.newest("scan1d", request);
    }

    profile(point, options = {}) {
      return this.ask("profile", { ...options, point });
    }

    minimum(options = {}) {
      return this.ask("minimum", options);
    }

    close() {
      for (const entry of this.waiting.values()) entry.reject(new Cancelled());
      this.waiting.clear();
      this.desk.close();
    }
  }

  engine.client = (document, options) => new Client(document, options);
  engine.Cancelled = Cancelled;
  Object.assign(engine.inner, { Desk });
});
