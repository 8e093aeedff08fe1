// What an application does with a chain, by ethers. Prints one JSON object, which the test reads.
// usage: node ethers.mjs <http address> <private key> <artifact>
import { readFileSync } from 'node:fs';
import { Contract, ContractFactory, JsonRpcProvider, Wallet, WebSocketProvider, isCallException, isError, parseEther } from 'ethers';

const [, , url, key, artifactPath] = process.argv;
const { abi, bytecode } = JSON.parse(readFileSync(artifactPath, 'utf8'));
const provider = new JsonRpcProvider(url, undefined, { polling: true, pollingInterval: 50, cacheTimeout: -1 });
const rich = new Wallet(key, provider);
const report = {};
const errorOf = async (promise) => promise.then(() => null, (error) => error);

const network = await provider.getNetwork();
report.chainId = network.chainId;
report.balance = await provider.getBalance(rich.address);
const fees = await provider.getFeeData();
report.fees = fees.maxFeePerGas > fees.maxPriorityFeePerGas;

const dollar = await (await new ContractFactory(abi, bytecode, rich).deploy()).waitForDeployment();
const address = await dollar.getAddress();
report.name = await dollar.name();
const minted = await (await dollar.mint(rich.address, 5_000_000n)).wait();
report.minted = [minted.status, minted.logs[0].fragment.name, minted.from === rich.address];
report.estimate = await dollar.transfer.estimateGas('0x00000000000000000000000000000000000a11ce', 1n) > 21_000n;
const poor = Wallet.createRandom().connect(provider);
const reverted = await errorOf(dollar.connect(poor).transfer.staticCall(rich.address, 1n));
report.reverted = isCallException(reverted) ? reverted.revert?.name : null;
const broke = await errorOf(poor.sendTransaction({ to: rich.address, value: parseEther('1') }));
report.broke = isError(broke, 'INSUFFICIENT_FUNDS');
const stale = await errorOf(rich.sendTransaction({ to: poor.address, value: 1n, nonce: 0 }));
report.stale = isError(stale, 'NONCE_EXPIRED');

// Several at once, by one sender; receipts; blocks with their transactions.
const nonce = await rich.getNonce();
const sent = await Promise.all([0, 1, 2].map((i) => rich.sendTransaction({ to: poor.address, value: 1n, nonce: nonce + i })));
const receipts = await Promise.all(sent.map((transaction) => transaction.wait()));
report.receipts = receipts.map((receipt) => receipt.status);
const block = await provider.getBlock(receipts[0].blockNumber, true);
report.block = block.prefetchedTransactions.some((transaction) => transaction.hash === sent[0].hash && transaction.from === rich.address);
report.signed = (await provider.getTransaction(sent[0].hash)).signature.r.length;

report.events = (await dollar.queryFilter('Transfer', 0)).map((event) => event.args.value);
const followed = new Promise((resolve) => dollar.once('Transfer', (from, to, value) => resolve(value)));
await new Promise((resolve) => setTimeout(resolve, 200));
await (await dollar.transfer(poor.address, 7n)).wait();
report.followed = await followed;

const socket = new WebSocketProvider(url.replace('http', 'ws'));
const heard = new Promise((resolve) => new Contract(address, abi, socket).once('Transfer', (from, to, value) => resolve(value)));
await socket.getBlockNumber();
await new Promise((resolve) => setTimeout(resolve, 200));
await (await dollar.transfer(poor.address, 8n)).wait();
report.heard = await heard;

// Development: impersonation, time, snapshots.
const whale = '0x00000000000000000000000000000000000000aa';
await provider.send('hardhat_impersonateAccount', [whale]);
await provider.send('hardhat_setBalance', [whale, '0xde0b6b3a7640000']);
const asWhale = await provider.getSigner(whale);
report.whale = (await (await asWhale.sendTransaction({ to: poor.address, value: 9n })).wait()).from.toLowerCase() === whale;
const snapshot = await provider.send('evm_snapshot', []);
await provider.send('evm_increaseTime', [3600]);
await provider.send('evm_mine', []);
const later = await provider.getBlock('latest');
await provider.send('evm_revert', [snapshot]);
report.time = later.timestamp - (await provider.getBlock('latest')).timestamp >= 3600;

console.log(JSON.stringify(report, (name, value) => (typeof value === 'bigint' ? value.toString() : value)));
await socket.destroy();
provider.destroy();
process.exit(0);
