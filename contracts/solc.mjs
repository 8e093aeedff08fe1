#!/usr/bin/env node
// solc-js, spoken to as forge speaks to a native solc.
import { text } from "node:stream/consumers";
import solc from "solc";

const args = process.argv.slice(2);
if (args.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version}`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(solc.compile(await text(process.stdin)));
} else {
  console.error(`solc.mjs: error: only --version and --standard-json are understood, got ${args.join(" ")}`);
  process.exit(2);
}
