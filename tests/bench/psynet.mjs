// Blows the database of a PsyNet case up to a number of responses: everything that belongs to a participant is there
// many times, with ids that go on, worker and assignment ids of its own, and times moved along. Foreign keys hold, so
// PsyNet can read the result in. Seeded: the same arguments give the same bytes.
import { writeFileSync } from "node:fs";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** Tables whose rows belong to participants. */
const OWNED = new Set(["participant", "response", "info", "module_state", "request", "notification", "error", "process"]);
/** Columns that refer to rows of those tables. */
const REFERS = {
  participant_id: "participant",
  response_id: "response",
  current_trial_id: "info",
  parent_trial_id: "info",
  trial_id: "info",
  module_state_id: "module_state",
  process_id: "process",
};
const TIMES = new Set(["creation_time", "time_started", "time_finished", "end_time", "time_of_death"]);
const TEXTS = new Set(["worker_id", "assignment_id", "unique_id", "params", "answer", "vars", "message"]);

/** The members of a ZIP: name and bytes. */
function members(zip) {
  let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1")) + 16);
  const found = [];
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [packed, , name, extra, comment] = [20, 24, 28, 30, 32].map((field, i) => (i < 2 ? zip.readUInt32LE(at + field) : zip.readUInt16LE(at + field)));
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + packed);
    const path = zip.toString("utf8", at + 46, at + 46 + name);
    if (!path.endsWith("/")) found.push([path, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes]);
    at += 46 + name + extra + comment;
  }
  return found;
}

/** A ZIP of members that are Buffers. */
function zipOf(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [path, bytes] of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes, { level: 6 });
    const header = Buffer.alloc(26);
    [20, 0, 8, 0, 0x21].forEach((field, i) => header.writeUInt16LE(field, i * 2));
    [crc32(bytes), packed.length, bytes.length].forEach((field, i) => header.writeUInt32LE(field, 10 + i * 4));
    header.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), header, tail, name);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), header, name, packed);
    offset += 30 + name.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  [8, 10].forEach((at) => end.writeUInt16LE(files.length, at));
  [size, offset].forEach((field, i) => end.writeUInt32LE(field, 12 + i * 4));
  return Buffer.concat([...parts, ...directory, end]);
}

/** Rows of COPY CSV: `null` for NULL. */
function rowsOf(text) {
  const rows = [];
  let row = [];
  const field = /("(?:[^"]|"")*"|[^,\n]*)(,|\n)/gy;
  for (const [, cell, end] of text.matchAll(field)) {
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell || null);
    if (end === "\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

const cellOf = (value) => (value === null ? "" : value === "" || /[,"\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** A time of PostgreSQL's, later by some microseconds. */
function later(time, micros) {
  const [whole, fraction = ""] = time.split(".");
  const total = BigInt(Date.parse(`${whole.replace(" ", "T")}Z`)) * 1000n + BigInt(fraction.padEnd(6, "0")) + BigInt(micros);
  const iso = new Date(Number(total / 1000n)).toISOString().slice(0, 19).replace("T", " ");
  const rest = (total % 1000000n).toString().padStart(6, "0").replace(/0+$/, "");
  return rest ? `${iso}.${rest}` : iso;
}

/** Writes the blown-up database; answers what it holds. */
export function writeDatabase(path, source, { responses, seed = 1 }) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const files = members(source);
  const tables = new Map();
  for (const [name, bytes] of files) {
    if (name.endsWith(".csv")) tables.set(name, rowsOf(bytes.toString("utf8")));
  }
  const table = (name) => tables.get(`data/${name}.csv`) ?? [["id"]];
  const copies = Math.max(1, Math.ceil(responses / Math.max(1, table("response").length - 1)));
  const step = {};
  for (const name of OWNED) {
    const [header, ...rows] = table(name);
    step[name] = Math.max(0, ...rows.map((row) => Number(row[header.indexOf("id")])));
  }
  const [header, ...people] = table("participant");
  const own = ["worker_id", "assignment_id"].map((name) => header.indexOf(name));
  const tokens = [...new Set(people.flatMap((row) => own.map((at) => row[at])).filter(Boolean))];
  const anyToken = new RegExp(tokens.sort((a, b) => b.length - a.length).map((token) => token.replace(/\W/g, "\\$&")).join("|"), "g");
  const fresh = Array.from({ length: copies }, () => new Map(tokens.map((token) => [token, [0, 0, 0, 0].map(() => random().toString(16).padStart(8, "0")).join("-")])));
  let [rows, raw] = [0, 0];
  const made = files.map(([name, bytes]) => {
    const kind = name.slice(5, -4);
    if (!tables.has(name)) return [name, bytes];
    const [header, ...all] = tables.get(name);
    const times = OWNED.has(kind) && all.length > 0 ? copies : 1;
    const lines = [`${header.join(",")}\n`];
    for (let copy = 0; copy < times; copy += 1) {
      for (const row of all) {
        const cells = row.map((value, at) => {
          const column = header[at];
          if (copy === 0 || !value) return value;
          const shift = column === "id" ? step[kind] : step[REFERS[column]];
          if (shift !== undefined) return String(Number(value) + copy * shift);
          if (TIMES.has(column)) return later(value, copy * 37_000_000 + (random() % 900_000));
          return TEXTS.has(column) ? value.replace(anyToken, (token) => fresh[copy].get(token)) : value;
        });
        lines.push(`${cells.map(cellOf).join(",")}\n`);
        rows += 1;
      }
    }
    const text = Buffer.from(lines.join(""));
    raw += text.length;
    return [name, text];
  });
  writeFileSync(path, zipOf(made));
  return { rows, raw, responses: copies * (table("response").length - 1) };
}
