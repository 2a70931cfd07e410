// Writes a made-up dump in the shape of real ones: what a session and its players start with, then rounds of
// pages and answers of several types, interleaved in time, with deletions. The same arguments give the same bytes.
import { createWriteStream } from "node:fs";
import { once } from "node:events";

/** Numbers that look random and are always the same. */
function generator(seed) {
  let state = BigInt(seed);
  return (below) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}

const text = (string) => {
  const bytes = Buffer.from(string);
  const head = bytes.length < 32 ? [0xa0 | bytes.length] : [0xda, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
};

const keys = ["seq", "namespace", "field", "value", "created_at", "context"].map(text);

/** A change as a dump has it; `value` is its type and JSON, or nothing for a deletion. */
export function row(seq, namespace, field, value, time, context) {
  const number = Buffer.alloc(5, 0xce);
  number.writeUInt32BE(seq, 1);
  const clock = Buffer.alloc(9, 0xcb);
  clock.writeDoubleBE(time, 1);
  let stored = Buffer.from([0xc0]);
  if (value) {
    const [type, json] = value;
    const payload = Buffer.from(json);
    stored = Buffer.concat([Buffer.from([0xc5, (payload.length + 1) >> 8, (payload.length + 1) & 255, type]), payload]);
  }
  const parts = [number, text(namespace), text(field), stored, clock, text(context)];
  return Buffer.concat([Buffer.from([0x86]), ...parts.flatMap((part, i) => [keys[i], part])]);
}

const json = JSON.stringify;
const pages = ["Consent", "Instructions", "Decide", "Wait", "Result", "Questions", "End"];
const words = "I think the other player, who waited \"long\", would have chosen fairly; größer 変数".split(" ");

/** Writes about `size` bytes with so many sessions and players; resolves to what was written. */
export async function writeDump(path, { size, sessions, players = 60 }) {
  const random = generator(size + sessions);
  const out = createWriteStream(path);
  const made = { bytes: 0, changes: 0 };
  let time = 1_760_000_000;
  const put = async (namespace, field, value, context) => {
    time += random(2000) / 10_000 + 0.000123;
    made.changes += 1;
    const bytes = row(made.changes, namespace, field, value, time, context);
    made.bytes += bytes.length;
    if (!out.write(bytes)) await once(out, "drain");
  };
  for (let s = 1; s <= sessions; s += 1) {
    const session = `session/s${s}`;
    const names = Array.from({ length: players }, (_, i) => `p${s}x${i}`);
    const of = (name) => `player/s${s}/${name}`;
    await put(session, "config", [2, json("market")], "uproot.core.create_session:60");
    await put(session, "_uproot_secret", [2, json(`secret${s}`)], "uproot.core.create_session:66");
    for (const [i, name] of names.entries()) {
      await put(of(name), "id", [0, String(i)], "uproot.core.create_player:120");
      await put(of(name), "pid", [64, json([`s${s}`, name])], "uproot.core.create_player:121");
      await put(of(name), "_uproot_key", [13, json("AZfzoVt8fS6PEAEjRWeJqw==")], "uproot.core.create_player:122");
      await put(of(name), "page_order", [128, json(pages)], "uproot.core.create_player:130");
    }
    await put(session, "_uproot_players", [132, json(names.map((uname) => ({ sname: `s${s}`, uname })))], "uproot.core:140");
    for (let round = 1; made.bytes < (size * s) / sessions; round += 1) {
      for (const name of names) {
        const who = of(name);
        await put(who, "round", [0, String(round)], "uproot.flow.rounds:31");
        await put(who, "app", [2, json(round % 7 ? "market" : "survey")], "uproot.flow.app:12");
        for (let page = 0; page < 5; page += 1) await put(who, "show_page", [0, String(page)], "uproot.server1.nextpage:210");
        await put(who, "offer", [8, json(`${random(100)}.${random(10)}0`)], "market.Decide.may_proceed:48");
        await put(who, "belief", [1, String(random(1000) / 1000 + 0.0001)], "market.Decide.may_proceed:49");
        await put(who, "accepted", [5, random(2) ? "true" : "false"], "market.Decide.may_proceed:50");
        if (random(7) === 0) {
          const said = Array.from({ length: 5 + random(25) }, () => words[random(words.length)]).join(" ");
          await put(who, "comment", [2, json(said)], "survey.Questions.may_proceed:77");
        }
        if (random(40) === 0) await put(who, "offer", null, "market.Result.after:90");
      }
    }
  }
  out.end();
  await once(out, "close");
  return made;
}
