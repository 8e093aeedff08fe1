// Validates documents against JSON Schemas (draft 2020-12): a JSON array of [schema file, document] pairs on stdin; one line for each that does not fit.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allErrors: true, strict: false });
let failed = 0;
for (const [schema, document] of JSON.parse(readFileSync(0, 'utf8'))) {
  const parsed = JSON.parse(readFileSync(schema, 'utf8'));
  const validate = ajv.getSchema(parsed.$id) ?? ajv.compile(parsed);
  if (validate(document)) continue;
  failed++;
  console.log(`${schema}: ${ajv.errorsText(validate.errors)}`);
}
process.exit(failed ? 1 : 0);
