// `npm run audit`: versions, licences, sources and known weaknesses of everything that is built in, and of what builds it.
import { environment, output, run, say, stop } from "./steps.mjs";
import { loose, objections } from "./supply.mjs";

const free = loose();
if (free.length > 0) stop(`these versions are not exact: ${free.join(", ")}`);
const against = objections();
if (against.length > 0) stop(`not allowed:\n${against.join("\n")}`);
say("versions exact, licences allowed, sources known");

// Advisories come from the network: RustSec's through cargo-deny, npm's through the registry, which not every mirror answers.
const results = [];
if (output("cargo", ["deny", "--version"])) {
  results.push(["cargo-deny: licences, bans, sources", run("cargo", ["deny", "--all-features", "check", "licenses", "bans", "sources"])]);
  results.push(["cargo-deny: advisories", run("cargo", ["deny", "--all-features", "check", "advisories"])]);
} else {
  results.push(["cargo-deny: not installed (cargo install cargo-deny --locked)", false]);
}
results.push(["npm audit", run("npm", ["audit", "--audit-level=low"], { env: environment() })]);
for (const [what, good] of results) say(`${good ? "good" : "NOT CHECKED OR NOT GOOD"}: ${what}`);
process.exitCode = results.every(([, good]) => good) ? 0 : 1;
