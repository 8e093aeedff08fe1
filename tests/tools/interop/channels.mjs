// What x402's own client and facilitator do with our contracts, put where they expect the canonical ones. Prints one JSON object, which the test reads.
// usage: node channels.mjs <http address> <private key of an account with ether> <contracts folder>
import { readFileSync } from 'node:fs';
import { createPublicClient, createTestClient, createWalletClient, defineChain, getAddress, http, parseEventLogs } from 'viem';
import { multicall3Bytecode } from '../node_modules/viem/_esm/constants/contracts.js'; // not among its exports
import { privateKeyToAccount } from 'viem/accounts';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme as Client } from '@x402/evm/batch-settlement/client';
import { BatchSettlementEvmScheme as Facilitator } from '@x402/evm/batch-settlement/facilitator';

const [, , url, key, contracts] = process.argv;
const artifact = (name, folder = 'artifacts') => JSON.parse(readFileSync(`${contracts}/${folder}/${name}.json`, 'utf8'));
const chain = defineChain({ id: 31337, name: 'local', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
const transport = http(url);
const reader = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 });
const rich = privateKeyToAccount(key);
const writer = createWalletClient({ chain, transport, account: rich });
const cheats = createTestClient({ chain, transport, mode: 'anvil' });
const mined = (hash) => reader.waitForTransactionReceipt({ hash });
const report = {};

// The addresses that the client and the facilitator have built in.
const settlement = '0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003';
const byAuthorization = '0x4020806089470a89826cB9fB1f4059150b550004';
const byPermit2 = '0x4020425FAf3B746C082C2f942b4E5159887B0005';
const permit2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
const multicall3 = '0xcA11bde05977b3631167028862bE2a173976CA11';
const deploy = async ({ abi, bytecode }, args = []) => (await mined(await writer.deployContract({ abi, bytecode, args }))).contractAddress;
const place = async (address, what, args) => cheats.setCode({ address, bytecode: await reader.getCode({ address: await deploy(what, args) }) });
await place(settlement, artifact('BatchSettlement'));
await place(byAuthorization, artifact('ERC3009DepositCollector'), [settlement]);
await place(byPermit2, artifact('Permit2DepositCollector'), [settlement, permit2]);
await place(permit2, artifact('Permit2ForTests', 'test/artifacts'));
await place(multicall3, { abi: [], bytecode: multicall3Bytecode });
const dollar = { address: await deploy(artifact('TestDollar')), abi: artifact('TestDollar').abi };
const channels = { address: settlement, abi: artifact('BatchSettlement').abi };
const ask = (contract, functionName, ...args) => reader.readContract({ ...contract, functionName, args });
const send = async (contract, functionName, ...args) => mined(await writer.writeContract({ ...contract, functionName, args }));

const payer = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const authorizer = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const receiver = privateKeyToAccount(`0x${'33'.repeat(32)}`).address;
await send(dollar, 'mint', payer.address, 1_000_000n);

const signer = toFacilitatorEvmSigner({
  address: rich.address,
  readContract: (args) => reader.readContract({ ...args, account: rich }),
  verifyTypedData: (args) => reader.verifyTypedData(args),
  writeContract: (args) => writer.writeContract(args),
  sendTransaction: (args) => writer.sendTransaction(args),
  waitForTransactionReceipt: (args) => reader.waitForTransactionReceipt(args),
  getCode: (args) => reader.getCode(args),
});
const facilitator = new Facilitator(signer, { address: authorizer.address, signTypedData: (args) => authorizer.signTypedData(args) });
const requirements = (method) => ({
  scheme: 'batch-settlement', network: 'eip155:31337', amount: '1000', asset: getAddress(dollar.address), payTo: receiver, maxTimeoutSeconds: 3600,
  extra: { receiverAuthorizer: authorizer.address, withdrawDelay: 900, name: 'Test Dollar', version: '1', assetTransferMethod: method },
});

const pay = async (client, required) => {
  const { payload } = await client.createPaymentPayload(2, required);
  return { x402Version: 2, accepted: required, payload };
};
const verified = async (payment) => {
  const answer = await facilitator.verify(payment, payment.accepted);
  return answer.isValid || answer.invalidReason;
};
const settled = async (payment, payload = payment.payload) => {
  const answer = await facilitator.settle({ ...payment, payload }, payment.accepted);
  return { outcome: answer.success || `${answer.errorReason}: ${answer.errorMessage}`, amount: answer.amount, transaction: answer.transaction };
};
const events = async ({ transaction }) => parseEventLogs({ abi: channels.abi, logs: (await reader.getTransactionReceipt({ hash: transaction })).logs }).map((log) => log.eventName);

// By EIP-3009: the client signs, the facilitator checks and submits.
const client = new Client(payer, { depositPolicy: { depositMultiplier: 5 } });
const first = await pay(client, requirements('eip3009'));
const config = first.payload.channelConfig;
const id = first.payload.voucher.channelId;
report.channelId = (await ask(channels, 'getChannelId', config)) === id;
report.depositVerified = await verified(first);
const deposited = await settled(first);
report.deposited = deposited.outcome;
report.depositEvents = await events(deposited);
report.balance = (await ask(channels, 'channels', id))[0];
report.depositedAgain = (await facilitator.verify(first, first.accepted)).isValid;

// The voucher that came with it, claimed by the authorizer's signature, and swept.
const voucher = { type: 'voucher', channelConfig: config, voucher: first.payload.voucher };
report.voucherVerified = await verified({ ...first, payload: voucher });
const { signature, maxClaimableAmount } = first.payload.voucher;
const claims = [{ voucher: { channel: config, maxClaimableAmount }, signature, totalClaimed: '700' }];
const claimed = await settled(first, { type: 'claim', claims });
report.claimed = claimed.outcome;
report.claimEvents = await events(claimed);
const swept = await settled(first, { type: 'settle', receiver, token: dollar.address });
report.swept = [swept.outcome, swept.amount];
report.received = await ask(dollar, 'balanceOf', receiver);
report.sweptAgain = (await settled(first, { type: 'settle', receiver, token: dollar.address })).outcome.split(':')[0];

// What is left goes back, with a last claim in the same transaction (multicall).
const refund = {
  type: 'refund', channelConfig: config, voucher: first.payload.voucher, amount: '4000', refundNonce: '0',
  claims: [{ voucher: { channel: config, maxClaimableAmount }, signature, totalClaimed: '1000' }],
};
const refunded = await settled(first, refund);
report.refunded = [refunded.outcome, refunded.amount];
report.refundEvents = await events(refunded);
report.state = await ask(channels, 'channels', id);
report.nonce = await ask(channels, 'refundNonce', id);

// By Permit2, for another channel of the same payer.
await cheats.setBalance({ address: payer.address, value: 10n ** 18n });
await mined(await createWalletClient({ chain, transport, account: payer }).writeContract({ ...dollar, functionName: 'approve', args: [permit2, 1n << 255n] }));
const other = new Client(payer, { depositPolicy: { depositMultiplier: 5 }, salt: `0x${'07'.repeat(32)}` });
const second = await pay(other, requirements('permit2'));
report.permit2Verified = await verified(second);
const permitted = await settled(second);
report.permit2Deposited = permitted.outcome;
report.permit2Balance = (await ask(channels, 'channels', second.payload.voucher.channelId))[0];

// A voucher that is not the payer's is refused by the facilitator and by the contract.
const forged = { ...voucher, voucher: { ...first.payload.voucher, maxClaimableAmount: '4999' } };
report.forgedVerified = await verified({ ...first, payload: forged });
report.forgedClaimed = (await settled(second, {
  type: 'claim', claims: [{ voucher: { channel: second.payload.channelConfig, maxClaimableAmount: '4999' }, signature: second.payload.voucher.signature, totalClaimed: '4999' }],
})).outcome.split(':')[0];

report.held = await ask(dollar, 'balanceOf', settlement); // what the second channel has, and what the first's last claim has not been swept of
console.log(JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
process.exit(0);
