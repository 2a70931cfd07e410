// An export whose work is shared gives the same bytes, whatever is shared and whoever finishes first.
import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { become, Digests, imprint, makeStretch, open } from "../../pkg/js/index.js";
import * as wasm from "../../pkg/windrow.js";
import * as other from "../../pkg/windrow.js?copy";
import { writeDump } from "../bench/dump.mjs";
import { example, exportByCli, root } from "./cli.mjs";

const folder = mkdtempSync(join(tmpdir(), "windrow-share-"));
const dump = join(folder, "large.msgpack");
let instance;
let copied;
let study;
let expected;

before(async () => {
  const module = new WebAssembly.Module(readFileSync(join(root, "pkg/windrow_bg.wasm")));
  instance = wasm.initSync({ module });
  copied = other.initSync({ module });
  await writeDump(dump, { size: 16e6, sessions: 2 });
  study = await opened();
  expected = exportByCli([dump], "--threads", "1");
});
after(() => rmSync(folder, { recursive: true }));

const opened = async (options) => open(wasm, [{ path: "large.msgpack", blob: await openAsBlob(dump) }], options);

/** Settles after some turns: what was asked later may be done before. */
function delays() {
  let asked = 0;
  return async (work) => {
    for (let turns = (asked += 7) % 5; turns > 0; turns -= 1) await new Promise(setImmediate);
    return work();
  };
}

const digests = () => {
  const hasher = new wasm.Hasher();
  return new Digests(async ({ bytes, last }) => {
    hasher.update(bytes);
    return last ? hasher.finish() : undefined;
  });
};

/** Who compresses and hashes, and notes how often. */
function packers(done) {
  const later = delays();
  const files = new Map();
  return {
    most: 4,
    pack: (task, small) =>
      later(() => {
        done.packed += 1;
        const { bytes, crc } = wasm.pack_block(task.bytes, task.last, small);
        return { bytes, crc, room: new Uint8Array(task.bytes.buffer) };
      }),
    // In the order in which it was asked, for each file.
    async hash(raw) {
      done.hashed += 1;
      const mine = files.get(raw.file) ?? digests();
      files.set(raw.file, mine);
      return { digest: await mine.take(raw) };
    },
  };
}

/** Exports with helpers and expects the command line's bytes. */
async function agrees(helpers, of = study) {
  const parts = [];
  const sink = { write: (bytes) => void parts.push(Buffer.from(bytes)), close() {}, abort() {} };
  await of.export(wasm.default_recipe(), sink, { helpers });
  helpers.makers?.end();
  assert.ok(Buffer.concat(parts).equals(expected));
}

test("the command line's threads give the same bytes", () => {
  assert.ok(exportByCli([dump], "--threads", "5").equals(expected));
});

test("blocks that others compress and hash", async () => {
  const done = { packed: 0, hashed: 0 };
  await agrees(packers(done));
  assert.ok(done.packed > 20 && done.hashed > 20, JSON.stringify(done));
});

/** Makes the other instance a copy. */
const copy = () => {
  const pieces = [...imprint(instance)];
  assert.ok(pieces.length > 1);
  for (const piece of pieces) become(copied, piece);
};

/** Who makes tables in a copy of the module, and here when there are more than two under way, or many where more will be read. */
function makers(done, fits = true) {
  const later = delays();
  let busy = 0;
  let [here, there] = [];
  const leave = () => {
    here?.free();
    here = undefined;
    done.meanwhile += busy > 0 ? 1 : 0;
  };
  const forget = () => {
    there?.free();
    there = undefined;
  };
  return {
    most: 64,
    take() {
      done.taken += 1;
      here = new wasm.Lane(wasm.default_recipe());
      // What was given out before is still made there.
      if (busy === 0) forget();
      else done.stale = true;
    },
    leave,
    provided: () => fits,
    end() {
      leave();
      forget();
    },
    make(stretch) {
      if (done.stale && busy > 0) return undefined;
      if (done.stale) forget();
      done.stale = false;
      if (busy > (stretch.closing ? 32 : 2)) return undefined;
      if (fits && !there) {
        copy();
        there = new other.Lane(wasm.default_recipe());
      }
      busy += 1;
      done.there += 1;
      done.partial += stretch.whole ? 0 : 1;
      return later(() => makeStretch(fits ? there : here, digests(), stretch)).finally(() => (busy -= 1));
    },
    makeHere(stretch, pause) {
      done.here += 1;
      return makeStretch(here, digests(), stretch, pause);
    },
  };
}

for (const [what, options, parts] of [["at hand", {}, 1], ["read part by part", { part: 1 }, 2]]) {
  test(`tables that a copy of the module makes, and some here, of data ${what}`, async () => {
    const done = { packed: 0, hashed: 0, taken: 0, here: 0, there: 0, partial: 0, meanwhile: 0, stale: false };
    await agrees({ ...packers(done), makers: makers(done) }, await opened(options));
    assert.ok(done.here > 0 && done.there > 1 && done.partial > 1 && done.taken === parts, JSON.stringify(done));
    // While a part is read, what is left of the one before is made there.
    assert.equal(done.meanwhile, parts - 1, JSON.stringify(done));
  });
}

test("where no copy fits, what was given to one is made here, before more is read", async () => {
  const done = { packed: 0, hashed: 0, taken: 0, here: 0, there: 0, partial: 0, meanwhile: 0, stale: false };
  await agrees({ ...packers(done), makers: makers(done, false) }, await opened({ part: 1 }));
  assert.ok(done.there > 1 && done.taken === 2 && done.meanwhile === 0, JSON.stringify(done));
});

test("what a copy does changes nothing here", async () => {
  copy();
  const mine = await open(other, [{ path: "example.msgpack.gz", blob: await openAsBlob(example) }]);
  assert.notDeepEqual(mine.summary, study.summary);
  await agrees(packers({ packed: 0, hashed: 0 }));
});
