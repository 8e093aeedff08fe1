// Validates documents against JSON Schemas of draft 2020-12, by ajv. Reads from stdin
//   {"<name>": {"schema": {…}, "documents": [{…}, …]}, …}
// and prints, for each name, a list with the errors of each document: empty where it is valid.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const answer = {};
for (const [name, { schema, documents }] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  const validate = ajv.compile(schema);
  answer[name] = documents.map((document) => (validate(document) ? [] : validate.errors.map((e) => `${e.instancePath || '/'} ${e.message}`)));
}
console.log(JSON.stringify(answer));
