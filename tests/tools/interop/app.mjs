// What an application does with a chain, by viem. Prints one JSON object, which the test reads.
// usage: node app.mjs <http address> <private key> <artifact>
import { readFileSync } from 'node:fs';
import {
  BaseError, ContractFunctionRevertedError, InsufficientFundsError, createPublicClient, createTestClient, createWalletClient, decodeEventLog, defineChain,
  erc20Abi, http, parseEther, parseGwei, webSocket, zeroAddress,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';

const [, , url, key, artifactPath] = process.argv;
const { abi, bytecode } = JSON.parse(readFileSync(artifactPath, 'utf8'));
const chain = defineChain({ id: 31337, name: 'in-process', nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
const transport = http(url);
const reader = createPublicClient({ chain, transport, pollingInterval: 50, cacheTime: 0 });
const rich = privateKeyToAccount(key);
const writer = createWalletClient({ chain, transport, account: rich });
const cheats = createTestClient({ chain, transport, mode: 'anvil' });
const report = {};
const mined = async (hash) => reader.waitForTransactionReceipt({ hash });
const errorOf = async (promise) => promise.then(() => null, (error) => error);

// The chain.
report.chainId = await reader.getChainId();
report.balance = await reader.getBalance({ address: rich.address });
report.fees = await reader.estimateFeesPerGas();
report.gasPrice = await reader.getGasPrice();
report.feeHistoryLength = (await reader.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] })).baseFeePerGas.length;

// A contract: deployed, written, read.
const deployed = await mined(await writer.deployContract({ abi, bytecode }));
const dollar = { address: deployed.contractAddress, abi };
report.deployed = deployed.status;
report.code = (await reader.getCode({ address: dollar.address })).length > 2;
report.name = await reader.readContract({ ...dollar, functionName: 'name' });
const minting = await reader.simulateContract({ ...dollar, functionName: 'mint', args: [rich.address, 5_000_000n], account: rich });
const minted = await mined(await writer.writeContract(minting.request));
report.minted = minted.status;
report.mintedBalance = await reader.readContract({ ...dollar, functionName: 'balanceOf', args: [rich.address] });
report.balanceBeforeMint = await reader.readContract({ ...dollar, functionName: 'balanceOf', args: [rich.address], blockNumber: minted.blockNumber - 1n });

// EIP-3009: signed by one who has no ether, settled by another.
const payer = privateKeyToAccount(generatePrivateKey());
const payee = privateKeyToAccount(generatePrivateKey()).address;
await mined(await writer.writeContract({ ...dollar, functionName: 'transfer', args: [payer.address, 1_000_000n] }));
const authorization = { from: payer.address, to: payee, value: 400_000n, validAfter: 0n, validBefore: 1n << 40n, nonce: generatePrivateKey() };
const uint = (name) => ({ name, type: 'uint256' });
const account = (name) => ({ name, type: 'address' });
const signature = await payer.signTypedData({
  domain: {
    name: await reader.readContract({ ...dollar, functionName: 'name' }), version: await reader.readContract({ ...dollar, functionName: 'version' }),
    chainId: report.chainId, verifyingContract: dollar.address,
  },
  types: { TransferWithAuthorization: [account('from'), account('to'), uint('value'), uint('validAfter'), uint('validBefore'), { name: 'nonce', type: 'bytes32' }] },
  primaryType: 'TransferWithAuthorization',
  message: authorization,
});
const settling = { ...dollar, functionName: 'transferWithAuthorization', args: [...Object.values(authorization), signature] };
const settled = await mined(await writer.writeContract(settling));
report.settled = settled.status;
report.paid = await reader.readContract({ ...dollar, functionName: 'balanceOf', args: [payee] });
report.events = settled.logs.map((log) => decodeEventLog({ abi, ...log }).eventName);
report.nonceUsed = await reader.readContract({ ...dollar, functionName: 'authorizationState', args: [payer.address, authorization.nonce] });

// Errors, by their names.
const again = await errorOf(reader.simulateContract({ ...settling, account: rich }));
report.secondSettlement = again.walk((e) => e instanceof ContractFunctionRevertedError)?.data?.errorName;
const poor = await errorOf(reader.simulateContract({ ...dollar, functionName: 'transfer', args: [rich.address, 9n], account: privateKeyToAccount(generatePrivateKey()) }));
report.withoutBalance = poor.walk((e) => e instanceof ContractFunctionRevertedError)?.data?.errorName;
const broke = createWalletClient({ chain, transport, account: payer });
const unfunded = await errorOf(broke.sendTransaction({ to: payee, value: parseEther('1') }));
report.withoutEther = unfunded instanceof BaseError && unfunded.walk((e) => e instanceof InsufficientFundsError) instanceof InsufficientFundsError;
const stale = await errorOf(writer.sendTransaction({ to: payee, value: 1n, nonce: 0, gas: 21_000n, maxFeePerGas: parseGwei('9'), maxPriorityFeePerGas: 1n }));
report.staleNonce = stale?.walk((e) => e.name === 'NonceTooLowError')?.name;

// Logs and filters.
report.transfers = (await reader.getLogs({ address: dollar.address, event: erc20Abi.find((e) => e.name === 'Transfer'), fromBlock: 0n, toBlock: 'latest' })).length;
report.transfersToPayee = (await reader.getContractEvents({ ...dollar, eventName: 'Transfer', args: { to: payee }, fromBlock: 0n })).map((log) => log.args.value);
const eventFilter = await reader.createContractEventFilter({ ...dollar, eventName: 'Transfer', fromBlock: 0n });
const blockFilter = await reader.createBlockFilter();
const pendingFilter = await reader.createPendingTransactionFilter();
report.filterLogs = (await reader.getFilterLogs({ filter: eventFilter })).length;
const moved = await mined(await writer.writeContract({ ...dollar, functionName: 'transfer', args: [payee, 7n] }));
report.filterChanges = (await reader.getFilterChanges({ filter: eventFilter })).map((log) => log.args.value);
report.filterBlocks = (await reader.getFilterChanges({ filter: blockFilter })).includes(moved.blockHash);
report.filterPending = (await reader.getFilterChanges({ filter: pendingFilter })).includes(moved.transactionHash);
report.filterDrained = (await reader.getFilterChanges({ filter: eventFilter })).length;
report.uninstalled = await reader.uninstallFilter({ filter: eventFilter });

// Nonces: waiting transactions count, and mined together they keep their order.
await cheats.setAutomine(false);
const before = await reader.getTransactionCount({ address: rich.address });
const waiting = [];
for (let i = 0; i < 3; i++) waiting.push(await writer.sendTransaction({ to: payee, value: 1n }));
report.pendingNonces = (await reader.getTransactionCount({ address: rich.address, blockTag: 'pending' })) - before;
report.pendingPool = (await cheats.getTxpoolStatus()).pending;
await cheats.mine({ blocks: 1 });
await cheats.setAutomine(true);
const together = await Promise.all(waiting.map((hash) => mined(hash)));
report.minedTogether = together.map((receipt) => receipt.transactionIndex);

// Blocks and transactions.
const block = await reader.getBlock({ includeTransactions: true });
report.blockTransactions = block.transactions.length;
report.blockByHash = (await reader.getBlock({ blockHash: block.hash })).number === block.number;
report.countByHash = await reader.getBlockTransactionCount({ blockHash: block.hash });
report.byIndex = (await reader.getTransaction({ blockNumber: block.number, index: 1 })).hash === waiting[1];
report.byHash = (await reader.getTransaction({ hash: waiting[2] })).nonce - before;
report.confirmations = await reader.getTransactionConfirmations({ hash: waiting[2] });

// A proof of the account, and what a transaction will touch.
const proof = await reader.getProof({ address: dollar.address, storageKeys: [`0x${'0'.repeat(64)}`] });
report.proof = { account: proof.accountProof.length > 0, storage: proof.storageProof.length, codeHash: proof.codeHash.length };

// Time travel and cheats.
const snapshot = await cheats.snapshot();
await cheats.setBalance({ address: payee, value: parseEther('2') });
report.cheatBalance = await reader.getBalance({ address: payee });
await cheats.increaseTime({ seconds: 3_600 });
await cheats.mine({ blocks: 2 });
report.hour = (await reader.getBlock()).timestamp - block.timestamp >= 3_600n;
await cheats.revert({ id: snapshot });
report.reverted = (await reader.getBlockNumber()) === block.number;
report.automine = await cheats.getAutomine();

// The call tracer.
const trace = await reader.request({ method: 'debug_traceTransaction', params: [settled.transactionHash, { tracer: 'callTracer' }] });
report.trace = { type: trace.type, to: trace.to === dollar.address.toLowerCase(), gasUsed: BigInt(trace.gasUsed) === settled.gasUsed, calls: trace.calls?.map((call) => `${call.type} ${BigInt(call.to)}`) };

// Subscriptions.
const socket = createPublicClient({ chain, transport: webSocket(url.replace('http', 'ws')), cacheTime: 0 });
const seen = { blocks: [], transfers: [], pending: [] };
const stops = [
  socket.watchBlocks({ onBlock: (b) => seen.blocks.push(b.hash) }),
  socket.watchContractEvent({ ...dollar, eventName: 'Transfer', onLogs: (logs) => seen.transfers.push(...logs.map((log) => log.args.value)) }),
  socket.watchPendingTransactions({ onTransactions: (hashes) => seen.pending.push(...hashes) }),
];
report.socketChainId = await socket.getChainId();
await new Promise((resolve) => setTimeout(resolve, 300)); // subscriptions are asked for without an answer to wait for
const watched = await mined(await writer.writeContract({ ...dollar, functionName: 'transfer', args: [payee, 11n] }));
for (let i = 0; i < 100 && !(seen.blocks.length && seen.transfers.length && seen.pending.length); i++) await new Promise((resolve) => setTimeout(resolve, 50));
report.watched = { block: seen.blocks.includes(watched.blockHash), transfers: seen.transfers, pending: seen.pending.includes(watched.transactionHash) };
stops.forEach((stop) => stop());
(await socket.transport.getRpcClient()).close();

report.zero = await reader.getBalance({ address: zeroAddress, blockTag: 'earliest' });
console.log(JSON.stringify(report, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
process.exit(0);
