// node build.mjs          writes artifacts/<Name>.json, and test/artifacts/<Name>.json for what only tests deploy
// node build.mjs --check  recompiles and fails if any byte of an artifact differs
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, compiler, root, testNames } from "./compile.mjs";

const check = process.argv.includes("--check");
const unknown = process.argv.slice(2).filter((a) => a !== "--check");
if (unknown.length) {
  console.error(`build: error: unknown argument ${unknown[0]}; the only one is --check`);
  process.exit(2);
}

let artifacts;
try {
  artifacts = compile();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

let differing = 0;
mkdirSync(join(root, "test", "artifacts"), { recursive: true });
for (const artifact of artifacts) {
  const file = `${testNames.includes(artifact.contractName) ? "test/" : ""}artifacts/${artifact.contractName}.json`;
  const path = join(root, file);
  const text = `${JSON.stringify(artifact, null, 2)}\n`;
  const bytes = (artifact.deployedBytecode.length - 2) / 2;
  if (!check) {
    writeFileSync(path, text);
    console.log(`${artifact.contractName}: ${bytes} bytes deployed`);
  } else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    differing++;
    console.error(`build: error: ${file} is not what the sources compile to with solc ${compiler}`);
  } else {
    console.log(`${artifact.contractName}: identical, ${bytes} bytes deployed`);
  }
}
if (differing) {
  console.error('build: hint: run "node build.mjs" and commit the result');
  process.exit(1);
}
