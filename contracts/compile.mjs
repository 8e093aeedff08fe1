// The one place that says how the contracts are compiled. foundry.toml repeats these settings for forge.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

export const root = fileURLToPath(new URL(".", import.meta.url));
export const names = [
  "Anchor", "BatchSettlement", "Challenges", "ERC3009DepositCollector", "LeaseEscrow", "Permit2DepositCollector", "ProofEscrow", "ProviderRegistry", "TestDollar",
  "ValidationRegistry",
];
/** Contracts that only tests deploy; where they stand in for what public chains have. */
export const testNames = ["AgentsForTests", "Permit2ForTests"];

export const settings = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 10000 },
  // No metadata in the bytecode: it would change with every comment, and bytes could not be compared.
  metadata: { bytecodeHash: "none", appendCBOR: false },
};

export const compiler = solc.version().replace(".Emscripten.clang", "");

/** Compiles every contract in src/, and those of test/ that have a name above, and returns what is committed for each name. Warnings are errors. */
export function compile() {
  const sources = {};
  for (const name of testNames) sources[`test/${name}.sol`] = { content: readFileSync(join(root, "test", `${name}.sol`), "utf8") };
  for (const file of readdirSync(join(root, "src")).sort())
    if (file.endsWith(".sol")) sources[`src/${file}`] = { content: readFileSync(join(root, "src", file), "utf8") };
  const outputSelection = { "*": { "*": ["abi", "devdoc", "userdoc", "evm.bytecode.object", "evm.deployedBytecode.object"] } };
  const output = JSON.parse(solc.compile(JSON.stringify({
    language: "Solidity", sources, settings: { ...settings, outputSelection },
  }), { import: (path) => ({ contents: readFileSync(join(root, "node_modules", path), "utf8") }) }));
  if (output.errors?.length) throw new Error(output.errors.map((e) => e.formattedMessage).join("\n"));
  return [...names, ...testNames].map((contractName) => {
    const folder = names.includes(contractName) ? "src" : "test";
    const { abi, devdoc, userdoc, evm } = output.contracts[`${folder}/${contractName}.sol`][contractName];
    return {
      contractName,
      abi,
      devdoc,
      userdoc,
      bytecode: `0x${evm.bytecode.object}`,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
      compiler: { name: "solc", version: compiler, settings },
    };
  });
}
