// The worker: holds the wasm module and the data, and answers the page's requests.
// It is started from a blob: URL and so is bound by the page's policy: it cannot connect to anything.
import * as wasm from "windrow-wasm";
import { AheadReader, ReadingEnd, type ToReader } from "./ahead.js";
import { showLife } from "./alive.js";
import { EngineError, throwIfAborted } from "./engine/error.js";
import { imprint, makeStretch, open, type Browser, type Instance, type Look, type OpenStudy, type ProtectedStudy, type Sink } from "./engine/index.js";
import { compileEngine, type ToCompiler } from "./compiler.js";
import { Hashes } from "./hashes.js";
import { here, LaneEnd } from "./lane.js";
import { Lanes, type Lent, type ToLane } from "./lanes.js";
import { canSpool, memorySpool, storageSpool } from "./spool.js";
import { faultOfWork } from "./trap.js";
import type { Recipe } from "./engine/types.js";
import type { Outlet, Request, Requests, ToPage, ToWorker } from "./protocol.js";

declare const self: DedicatedWorkerGlobalScope;

/** Pieces that may be under way to the page before it says that it took one. */
const MOST_UNDER_WAY = 8;

/** Below this many changes or rows an export is done before helpers have started. */
const WORTH_HELPERS = 50_000;

/** Milliseconds of practice that make most of the module fast. */
const LONG_ENOUGH = 600;

/** While files of this many bytes are read there is time to start them. */
const WORTH_STARTING = 16 << 20;

let study: OpenStudy | undefined;
/** What was looked at last. */
let looked: Look | undefined;
/** Where changes were searched for last. */
let searched: Browser | undefined;
/** What was prepared to be looked at; it takes as much memory as the data. */
let prepared: ProtectedStudy | undefined;
let engine: { module: WebAssembly.Module; instance: Instance } | undefined;
/** Lanes that were started for the first export. */
let started: Lanes | undefined;
/** A reader whose worker was started for the first files. */
let ahead: AheadReader | undefined;
/** Of the tables that are made here. */
const hashes = new Hashes();
const stops = new Map<number, AbortController>();
const waiting = new Map<number, { underWay: number; wake: () => void }>();

const post = (message: ToPage, transfer: Transferable[] = []) => self.postMessage(message, transfer);

function opened(): OpenStudy {
  if (!study) throw new EngineError({ code: "internal", message: "no file is open" });
  return study;
}

/** Instantiates the module, once. */
function begin(module: WebAssembly.Module): void {
  engine ??= { module, instance: wasm.initSync({ module }) };
}

const inputsOf = (files: Requests["open"]["ask"]["files"]) => files.map(({ path, file }) => ({ path, blob: file }));

function forget(): void {
  prepared?.free();
  prepared = undefined;
}

/** Tells the page a number now and then, not each time. */
function progressOf(id: number): (part: number) => void {
  let last = 0;
  return (part) => {
    const now = performance.now();
    if (now - last < 250 && part < 1) return;
    last = now;
    post({ id, progress: part });
  };
}

const handlers: { [R in Request]: (id: number, ask: Requests[R]["ask"], signal: AbortSignal) => Promise<Requests[R]["answer"]> } = {
  async practise(_, { module, files }, signal) {
    begin(module);
    const lanes = (started = new Lanes(module));
    ahead = new AheadReader(self.location.href);
    ahead.start();
    const recipe = wasm.default_recipe();
    const nowhere = { write() {}, close() {}, abort() {} };
    for (const until = performance.now() + LONG_ENOUGH; performance.now() < until; ) {
      study = await open(wasm, inputsOf(files), { signal });
      try {
        study.tables(recipe);
        await study.export(recipe, nowhere, { signal, helpers: lanes.help(here, lent(recipe)) });
      } finally {
        study.free();
        study = undefined;
      }
    }
    return null;
  },

  async open(id, { module, files }, signal) {
    begin(module);
    forget();
    const progress = progressOf(id);
    const inputs = inputsOf(files);
    if (files.some(({ file }) => file.size >= WORTH_STARTING)) {
      started ??= new Lanes(module);
    } else {
      started?.end();
      started = undefined;
    }
    const reader = ahead?.alive ? ahead : new AheadReader(self.location.href);
    ahead = undefined;
    reader.heed(signal);
    try {
      study = await open(wasm, inputs, {
        signal,
        reader,
        onProgress: (done, total) => progress(total === 0 ? 1 : Math.min(1, done / total)),
      });
    } finally {
      reader.end();
    }
    return { summary: study.summary, recipe: wasm.default_recipe(), version: wasm.version() };
  },

  async parseRecipe(_, { text }) {
    return wasm.parse_recipe(text);
  },

  async recipeText(_, { recipe }) {
    return wasm.recipe_text(recipe);
  },

  async tables(_, { recipe, session }) {
    const study = opened();
    return study.near(session, () => study.tables(recipe));
  },

  async preview(_, { recipe, session, path, start, count }) {
    const study = opened();
    return study.near(session, () => study.preview(recipe, path, start, count));
  },

  async contents(_, { recipe }, signal) {
    return opened().contents(recipe, { signal });
  },

  async commandLine(_, { recipe, inputs, output }) {
    return wasm.command_line(recipe, inputs, output);
  },

  async look(id, { recipe }, signal) {
    const look = await opened().look(recipe, { signal, onProgress: progressOf(id) });
    looked?.free();
    looked = look;
    return look.protection;
  },

  async texts(_, { start, count }) {
    if (!looked) throw new EngineError({ code: "internal", message: "nothing was looked at" });
    return looked.texts(start, count);
  },

  async protect(id, { recipe, given, file }, signal) {
    const stage = (stage: string) => post({ id, stage });
    stage("preparing");
    forget();
    const mine = await opened().protect(recipe, given, { signal, onProgress: progressOf(id) });
    let failed: unknown;
    try {
      stage("writing");
      const spool = await (file && canSpool() ? storageSpool(file) : memorySpool());
      const result = await mine.export(recipe, spool, { signal, onProgress: progressOf(id), onSearch: () => stage("searching") });
      return { ...result, stored: result.leaks.total > 0 ? null : await spool.stored() };
    } catch (error) {
      failed = error;
      throw error;
    } finally {
      // It takes as much memory as the data; after a trap nothing can be freed.
      if (!(failed instanceof WebAssembly.RuntimeError)) mine.free();
    }
  },

  async preparedTables(_, { recipe, given }, signal) {
    forget();
    const mine = await opened().protect(recipe, given, { signal });
    // Another may have been prepared meanwhile.
    forget();
    prepared = mine;
    return prepared.tables(recipe);
  },

  async preparedRows(_, { recipe, path, start, count }) {
    if (!prepared) throw new EngineError({ code: "internal", message: "nothing is prepared" });
    return prepared.preview(recipe, path, start, count);
  },

  async parsePreset(_, { text }) {
    return wasm.parse_preset(text);
  },

  async presetText(_, { preset }) {
    return wasm.preset_text(preset);
  },

  async browse(_, { look, what }) {
    const study = opened();
    // What was found is kept where it was looked for.
    if ("search" in what) return (searched ?? study.browser()).look(look, what);
    return study.near("of" in what ? what.of.session : what.session, () => study.browser().look(look, what));
  },

  async search(id, { filter }, signal) {
    const study = opened();
    return study.near(filter.session ?? "", () => {
      searched = study.browser();
      return searched.search(filter, { signal, onProgress: progressOf(id) });
    });
  },

  async export(id, { recipe, outlet, file }, signal) {
    const sink = await sinks[outlet](id, file, signal);
    const { changes, psynet } = opened().summary;
    const work = psynet?.database.reduce((sum, { rows }) => sum + rows, 0) ?? changes;
    const lanes = started?.alive ? started : engine && work >= WORTH_HELPERS ? new Lanes(engine.module) : undefined;
    started = undefined;
    try {
      const options = { signal, onProgress: progressOf(id), ...(lanes && { helpers: lanes.help(here, lent(recipe)) }) };
      const { name, size } = await opened().export(recipe, sink, options);
      return { name, size, stored: (await sink.stored?.()) ?? null };
    } finally {
      lanes?.end();
    }
  },
};

/** What makes tables of uproot's here, and copies of this instance elsewhere. */
function lent(recipe: Recipe): Lent | undefined {
  if (!engine || opened().summary.psynet) return undefined;
  const { instance } = engine;
  let mine: wasm.Lane | undefined;
  const leave = () => {
    mine?.free();
    mine = undefined;
  };
  return {
    // Of a study in parts it has held one before: memory is never given back.
    size: instance.memory.buffer.byteLength,
    copy: () => ({ pieces: imprint(instance), recipe }),
    take() {
      leave();
      hashes.clear();
      mine = new wasm.Lane(recipe);
    },
    leave,
    makeHere: (stretch, pause) => makeStretch(mine!, hashes, stretch, pause),
  };
}

const sinks: { [O in Outlet]: (id: number, file: string, signal: AbortSignal) => Promise<Sink & { stored?: () => Promise<File> }> } = {
  /** Into a file of the browser's own storage: no memory is taken, however large the ZIP. */
  async storage(id, file, signal) {
    return canSpool() ? storageSpool(file) : sinks.page(id, file, signal);
  },

  /** Sends the pieces to the page, never more than it can take. */
  async page(id, _, signal) {
    const state = { underWay: 0, wake: () => {} };
    waiting.set(id, state);
    const until = async (most: number) => {
      while (state.underWay > most) await new Promise<void>((resolve) => (state.wake = resolve));
      throwIfAborted(signal);
    };
    return {
      async write(bytes) {
        await until(MOST_UNDER_WAY);
        state.underWay += 1;
        const piece = bytes.byteLength === bytes.buffer.byteLength ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
        post({ id, piece }, [piece.buffer]);
      },
      close: () => until(0),
      abort() {},
    };
  },
};

async function answer<R extends Request>(message: { id: number; ask: R } & Requests[R]["ask"]): Promise<void> {
  const { id } = message;
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    post({ id, answer: await handlers[message.ask](id, message, stop.signal) });
  } catch (error) {
    post({ id, ...faultOfWork(error) });
  } finally {
    stops.delete(id);
    waiting.delete(id);
  }
}

/** Lets a writer go on that waits for the page: the page may never answer a piece of a job that was stopped. */
function release(id: number): void {
  const state = waiting.get(id);
  if (!state) return;
  state.underWay = 0;
  state.wake();
}

/** The other lives of this script: a worker that makes tables, compresses and hashes, and one that only reads. */
const lane = new LaneEnd((answer, moved) => self.postMessage(answer, moved));
const reading = new ReadingEnd((message, moved) => self.postMessage(message, moved));

// At once: some workers are started before there is work, and who hears nothing of one gives it up.
void showLife();

self.onmessage = async ({ data }: MessageEvent<ToWorker | ToLane | ToReader | ToCompiler>) => {
  await showLife();
  if ("engine" in data) {
    self.postMessage(await compileEngine(data));
  } else if ("lane" in data || "job" in data) {
    void lane.hear(data);
  } else if ("read" in data || "again" in data) {
    void reading.hear(data);
  } else if ("ask" in data) {
    void answer(data as { id: number; ask: Request } & Requests[Request]["ask"]);
  } else if ("took" in data) {
    const state = waiting.get(data.id);
    if (!state) return;
    state.underWay -= 1;
    state.wake();
  } else {
    stops.get(data.id)?.abort();
    release(data.id);
  }
};
