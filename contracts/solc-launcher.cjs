// The Solidity compiler of npm behind the two options of the native one that py-solc-x, ape and forge use:
// `--version`, and `--standard-json` with every source inlined (no file is read here, so no import can reach the disk).
"use strict";
const { readFileSync } = require("node:fs");
const solc = require("solc");

const options = process.argv.slice(2);
if (options.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (options.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write(`expected --version or --standard-json, got: ${options.join(" ")}\n`);
  process.exitCode = 2;
}
