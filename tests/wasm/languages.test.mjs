// Every language says everything that English says, of every problem that the engine knows, and promises no more.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./cli.mjs";
import { formatFor, languages } from "./words.mjs";

const { en, ...others } = languages;
const codes = [...readFileSync(join(root, "src/error.rs"), "utf8").matchAll(/^ {4}[A-Z]\w+ = "([a-z-]+)"/gm)].map(([, code]) => code);

/** Every text by its path; functions are asked with two-digit numbers, which stay as they are in every locale. */
function texts(words, f = formatFor(words.code), path = [], found = new Map()) {
  for (const [key, value] of Object.entries(words)) {
    const at = [...path, key];
    if (at.join(".") === "problems.known") continue;
    if (typeof value === "function") {
      const names = value.toString().match(/^\(?(.*?)\)? *=>/s)[1].replaceAll(/\[.*?\]/gs, "list").split(",").map((name) => name.trim());
      const args = names.map((name, i) => (name === "f" ? f : name === "list" ? [51, 52, 53, 54, 55] : 20 + i));
      found.set(at.join("."), value(...args));
    } else if (typeof value === "string") {
      found.set(at.join("."), value);
    } else if (value !== null) {
      texts(value, f, at, found);
    }
  }
  return found;
}

/** Plural forms that a language has not: the forms that it has stand for them. */
const kept = (path) => !/\.(zero|one|two|few|many)$/.test(path);
const numbers = (text) => [...new Set(text.match(/\d+/g))].sort();
const english = texts(en);

test("the catalogue of problems is read from the engine", () => {
  assert.ok(codes.length > 30 && codes.includes("truncated"), `${codes}`);
});

for (const [code, words] of Object.entries(others)) {
  const own = texts(words);

  test(`${code}: no text is missing, empty or too much`, () => {
    assert.deepEqual([...english.keys()].filter((path) => kept(path) && !own.has(path)), [], "missing");
    assert.deepEqual([...own.keys()].filter((path) => kept(path) && !english.has(path)), [], "not in English");
    for (const [path, text] of english) if (kept(path)) assert.equal(own.get(path) === "", text === "", path);
  });

  test(`${code}: no sentence was left in English`, () => {
    const same = [...english].filter(([path, text]) => /[a-z] [a-z]/.test(text) && own.get(path) === text);
    assert.deepEqual(same, []);
  });

  test(`${code}: what is put into a text comes out of it`, () => {
    for (const [path, text] of english) {
      if (typeof at(en, path) !== "function") continue;
      assert.doesNotMatch(own.get(path), /undefined|NaN|\[object/, path);
      assert.deepEqual(numbers(own.get(path)), numbers(text), path);
    }
  });

  test(`${code}: every problem has a meaning and an advice`, () => {
    assert.deepEqual(Object.keys(words.problems.known).sort(), [...codes].sort());
    for (const [code, said] of Object.entries(words.problems.known)) {
      assert.equal(said.length, 2, code);
      for (const text of said) assert.match(text, /[.。]$/, code);
    }
  });
}

const at = (words, path) => path.split(".").reduce((part, key) => part[key], words);

/** What nobody can promise, as each language would say it. */
const never = {
  de: /anonym|DSGVO|konform|gefahrlos|(un)?bedenklich|sicher (zu|zum) (teilen|veröffentlichen)|re-?identifiz|alle personenbezogenen (Daten|Angaben) (wurden|sind) gefunden/i,
  es: /an[óo]nim|RGPD|conforme (a|con)|cumple con|segur[oa]s? (de|para) (compartir|publicar)|reidentific|todos los datos personales (se encontraron|fueron)/i,
  ja: /匿名|GDPR|準拠|安全に(公開|共有)|再識別|再特定|個人データはすべて見つか/,
};

test("no language promises what nobody can promise", () => {
  assert.deepEqual(Object.keys(never).sort(), Object.keys(others).sort());
  for (const [code, pattern] of Object.entries(never)) {
    const folder = join(root, "www/src/i18n", code);
    const files = readdirSync(folder);
    assert.ok(files.length > 1, code);
    for (const name of files) {
      // The name of a file in the ZIP is no promise.
      const text = readFileSync(join(folder, name), "utf8").replaceAll("ANONYMIZATION.txt", "");
      assert.doesNotMatch(text, pattern, `${code}/${name}`);
    }
  }
});
