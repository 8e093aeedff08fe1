// Loads the verifier and shows what it says about the files that the visitor chose, or that the address names (?bundle=…&policy=…).
import { dotnet } from './_framework/dotnet.js';

const { getAssemblyExports, getConfig } = await dotnet.create();
const { Counterfoil: { Explorer: { Program } } } = await getAssemblyExports(getConfig().mainAssemblyName);

const byId = id => document.getElementById(id);
const bytes = async source => source ? new Uint8Array(await source.arrayBuffer()) : new Uint8Array();
const because = r => r.check ? `${r.check}: ${r.verdict === 'UNVERIFIABLE' ? `missing ${r.expected}` : `expected ${r.expected}, found ${r.found}`}` : '';

// What a bundle says is a stranger's text: it is only ever set as text.
const element = (name, text, className = '') => Object.assign(document.createElement(name), { textContent: text, className });

async function fetched(address) {
  if (!address) return null;
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

async function show(bundle, policy) {
  const report = JSON.parse(Program.Verify(await bytes(bundle), await bytes(policy)));
  Object.assign(byId('verdict'), { textContent: report.verdict, className: report.verdict });
  byId('reason').textContent = because(report);
  byId('links').replaceChildren(...report.links.map(link => {
    const row = document.createElement('tr'), digest = document.createElement('td'), verdict = element('td', '');
    digest.append(element('code', link.digest));
    verdict.append(element('span', link.verdict, link.verdict), ` ${because(link)}`);
    row.append(element('td', link.type ?? 'unreadable'), verdict, digest);
    return row;
  }));
  for (const list of ['proves', 'doesNotProve']) byId(list).replaceChildren(...report[list].map(line => element('li', line)));
  byId('json').textContent = JSON.stringify(report, null, 2);
  byId('report').hidden = false;
  dispatchEvent(new CustomEvent('verified', { detail: report }));
}

const file = id => byId(id).files[0];
for (const id of ['bundle', 'policy'])
  byId(id).addEventListener('change', () => file('bundle') && show(file('bundle'), file('policy')));

const query = new URLSearchParams(location.search);
if (query.has('bundle')) await show(await fetched(query.get('bundle')), await fetched(query.get('policy')));
