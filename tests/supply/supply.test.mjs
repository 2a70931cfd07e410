// What the project is made of: exact versions, allowed licences, known sources.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed, crates, loose, objections, satisfied } from "../../.ci/supply.mjs";

test("every version is exact", () => assert.deepEqual(loose(), []));

test("every dependency has an allowed licence and a known source", () => {
  assert.ok(crates().length > 20);
  assert.deepEqual(objections(), []);
});

test("a version that is not exact is found", () => {
  const cargo = '[dependencies]\na = "=1.0.0" # exact\nb = "1"\nc = { version = "0.3", optional = true }\n[dev-dependencies]\nd = { default-features = false, version = "=2.0.0" }\n';
  assert.deepEqual(loose(cargo, { devDependencies: { e: "^1.0.0", f: "1.0.0" } }), ["b", "c", "e"]);
});

test("licence expressions", () => {
  assert.ok(allowed.includes("MIT"));
  const mit = ["MIT", "Zlib"];
  for (const good of ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR GPL-3.0) AND Zlib", "MIT WITH some-exception", "MIT AND Zlib"]) {
    assert.ok(satisfied(good, mit), good);
  }
  for (const bad of [undefined, "", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Zlib) AND GPL-3.0", "(MIT", "MIT Zlib", "mit"]) {
    assert.ok(!satisfied(bad, mit), bad);
  }
});
