// Loads the verifier and shows what it says about the files that the visitor chose, or that the address names (?bundle=…&policy=…).
import { dotnet } from './_framework/dotnet.js';

const { getAssemblyExports, getConfig } = await dotnet.create();
const { Counterfoil: { Explorer: { Program } } } = await getAssemblyExports(getConfig().mainAssemblyName);

const bytes = async source => source ? new Uint8Array(await source.arrayBuffer()) : new Uint8Array();
const fetched = async address => {
  if (!address) return null;
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
};

async function show(bundle, policy) {
  const report = JSON.parse(Program.Verify(await bytes(bundle), await bytes(policy)));
  document.getElementById('verdict').textContent = report.verdict;
  const pre = document.getElementById('report');
  pre.textContent = JSON.stringify(report, null, 2);
  pre.hidden = false;
  document.dispatchEvent(new CustomEvent('verified', { detail: report }));
}

const file = id => document.getElementById(id).files[0];
for (const id of ['bundle', 'policy'])
  document.getElementById(id).addEventListener('change', () => file('bundle') && show(file('bundle'), file('policy')));

const query = new URLSearchParams(location.search);
if (query.has('bundle')) await show(await fetched(query.get('bundle')), await fetched(query.get('policy')));
