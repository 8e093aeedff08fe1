using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>A lease from its order to the last unit, on a chain that is reorganised, by endpoints that lie and die, in processes that lose power. Everything from one seed.</summary>
public sealed class LeaseFaultTests
{
    [Fact]
    public Task Whatever_happens_a_lease_is_opened_paid_and_refunded_once_and_to_the_last_unit() => FaultRuns.RunAsync(20, 1_500, async seed =>
    {
        var scenario = new Scenario(seed);
        await scenario.RunAsync();
        return scenario.Faults;
    }, "reorganisations", "dropped", "power cuts", "dead", "dead after the deed", "late", "cut off", "old head");

    sealed class Scenario(int seed)
    {
        const ulong Minted = 1_000_000, Deposit = 100_000, SecondDeposit = 50_000;
        static readonly UInt256 Rate = (UInt256)7ul << 64; // units a second

        readonly Random random = new(seed);
        readonly List<HostileEndpoint> endpoints = [];
        ShakyChain chain = null!;
        ChainClient honest = null!;
        Address dollar, escrow;
        int powerCuts;

        public IEnumerable<KeyValuePair<string, int>> Faults => endpoints.SelectMany(e => e.Faults)
            .Append(new("reorganisations", chain.Reorganisations)).Append(new("dropped", chain.Dropped)).Append(new("power cuts", powerCuts));

        // Who does what, and what must be final before: the accounts' and leases' numbers are given in the order of the chain.
        sealed record Step(bool IsTenant, string Name, Func<Task<byte[]>> Call, params string[] After);

        public async Task RunAsync()
        {
            using Secp256k1PrivateKey tenant = ChainFixture.KeyOf("tenant"), provider = ChainFixture.KeyOf("provider"), faucet = ChainFixture.KeyOf("faucet");
            chain = new ShakyChain(random, tenant.Address, provider.Address, faucet.Address);
            honest = new ChainClient(new InProcessTransport("honest", chain.Rpc.Handle));
            using (var account = new ChainAccount(honest, faucet))
            {
                dollar = (await account.DeployAsync(ContractArtifact.TestDollar.InitCode())).Address;
                escrow = (await account.DeployAsync(ContractArtifact.LeaseEscrow.InitCode(dollar))).Address;
                await account.SendAndWaitAsync(new ContractCall { To = dollar, Data = new TestDollarContract.MintCall(tenant.Address, Minted).Encode() });
            }
            chain.Begin();
            var bid = new LeaseEscrowContract.Bid(1ul, provider.Address, Rate, ulong.MaxValue, Keccak256.Hash("salt"u8).Value);
            Step[] steps =
            [
                new(true, "approve", () => Encoded(new TestDollarContract.ApproveCall(escrow, UInt256.MaxValue).Encode())),
                new(true, "order", () => Encoded(new LeaseEscrowContract.PlaceOrderCall(Keccak256.Hash("manifest"u8).Value, Rate).Encode())),
                new(true, "open", () => Encoded(new LeaseEscrowContract.OpenAccountCall(Deposit).Encode()), "approve"),
                new(true, "accept", () => AcceptAsync(bid, provider), "order", "open"),
                new(false, "withdraw", () => Encoded(new LeaseEscrowContract.WithdrawCall(1ul).Encode()), "accept"),
                new(true, "deposit", () => Encoded(new LeaseEscrowContract.DepositCall(1ul, SecondDeposit).Encode()), "accept"),
                new(false, "withdraw again", () => Encoded(new LeaseEscrowContract.WithdrawCall(1ul).Encode()), "accept"),
                new(true, "close", () => Encoded(new LeaseEscrowContract.CloseLeaseCall(1ul, 1).Encode()), "deposit"),
                new(false, "withdraw the rest", () => Encoded(new LeaseEscrowContract.WithdrawCall(1ul).Encode()), "close"),
                new(true, "refund", () => Encoded(new LeaseEscrowContract.RefundCall(1ul).Encode()), "close"),
            ];
            await using var database = ChainDatabase.OpenSqlite(":memory:");
            var outboxes = new Outbox?[2];
            double malice = random.NextDouble() * 0.25;
            for (int tick = 0; ; tick++)
            {
                // The storm lasts long enough for the first steps, or for all of them; then endpoints are honest.
                bool storms = tick < 150;
                Assert.True(tick < 600, "the lease does not come to its end");
                int who = random.Next(2);
                var key = who == 0 ? tenant : provider;
                try
                {
                    var outbox = outboxes[who] ??= Open(database, key, malice);
                    foreach (var step in steps.Where(s => s.IsTenant == (who == 0)))
                        if (await AreDoneAsync(step.After)) await outbox.SubmitAsync(new SendIntent(step.Name, step.Name == "approve" ? dollar : escrow, await step.Call(), GasLimit: 600_000));
                    await outbox.StepAsync();
                }
                catch (ChainException passing) when (passing.Kind != ChainFailure.Reorganised) { }
                catch (PowerLossException)
                {
                    powerCuts++;
                    Interlocked.Exchange(ref outboxes[who], null)!.Dispose();
                }
                if (!storms)
                {
                    foreach (var endpoint in endpoints) (endpoint.Malice, endpoint.PowerCuts) = (0, 0);
                    malice = 0;
                    chain.Mine();
                    if (await AreDoneAsync([.. steps.Select(s => s.Name)])) break;
                }
                else if (random.Next(3) > 0) chain.Tick();
            }
            foreach (var outbox in outboxes) outbox?.Dispose();
            await AssertAsync(database, tenant.Address, provider.Address, steps);

            async Task<bool> AreDoneAsync(IReadOnlyList<string> names)
            {
                foreach (string name in names)
                {
                    var by = steps.Single(s => s.Name == name).IsTenant ? tenant : provider;
                    if ((await new OutboxJournal(database, chain.Chain.ChainId, by.Address).FindAsync(name))?.State is not SubmissionState.Done done) return false;
                    Assert.True(done.Succeeded, name);
                }
                return true;
            }
        }

        // Each step happened once; what the provider has is what the lease earned, by the second; the rest is the tenant's again, and the escrow holds nothing.
        async Task AssertAsync(ChainDatabase database, Address tenant, Address provider, Step[] steps)
        {
            Assert.True(LeaseEscrowContract.LeaseCall.DecodeResult(await AskAsync(escrow, new LeaseEscrowContract.LeaseCall(1ul).Encode()), out var lease).IsAccepted);
            UInt256 earned = lease!.Earned;
            ulong seconds = lease.ClosedAt - lease.OpenedAt;
            Assert.Equal((UInt256)Math.Min(7 * seconds, Deposit + SecondDeposit), earned);
            Assert.Equal(earned, await BalanceAsync(provider));
            Assert.Equal((UInt256)Minted - earned, await BalanceAsync(tenant));
            Assert.Equal((UInt256)0ul, await BalanceAsync(escrow));
            await AssertNoncesAsync(database, tenant, [.. steps.Where(s => s.IsTenant).Select(s => s.Name)]);
            await AssertNoncesAsync(database, provider, [.. steps.Where(s => !s.IsTenant).Select(s => s.Name)]);
        }

        // Every nonce that the account has used is one line of its journal: one of a step, or a filler where an endpoint lied about the account.
        async Task AssertNoncesAsync(ChainDatabase database, Address account, string[] steps)
        {
            var lines = (await new OutboxJournal(database, chain.Chain.ChainId, account).ReadFromAsync(0)).Records;
            Assert.Equal((ulong)lines.Count, await honest.GetNonceAsync(account));
            Assert.Equal(steps.Order(), lines.Select(line => line.Intent.Key).Where(key => !key.StartsWith("gap:", StringComparison.Ordinal)).Order());
        }

        async Task<byte[]> AcceptAsync(LeaseEscrowContract.Bid bid, Secp256k1PrivateKey provider)
        {
            Assert.True(LeaseEscrowContract.BidDigestCall.DecodeResult(await AskAsync(escrow, new LeaseEscrowContract.BidDigestCall(bid).Encode()), out var digest).IsAccepted);
            return new LeaseEscrowContract.AcceptBidCall(bid, provider.Sign(new Keccak256Digest(digest)).ToArray(), 1ul).Encode();
        }

        Task<byte[]> AskAsync(Address to, byte[] call) => honest.CallAsync(new ContractCall { To = to, Data = call });

        async Task<UInt256> BalanceAsync(Address account) => UInt256.ReadBigEndian(await AskAsync(dollar, new TestDollarContract.BalanceOfCall(account).Encode()));

        static Task<byte[]> Encoded(byte[] call) => Task.FromResult(call);

        Outbox Open(ChainDatabase database, Secp256k1PrivateKey key, double malice)
        {
            var endpoint = new HostileEndpoint(chain.Rpc.Handle, random) { Malice = malice, PowerCuts = malice > 0 ? 0.01 : 0 };
            endpoints.Add(endpoint);
            return new Outbox(new ChainClient(endpoint), key, new OutboxJournal(database, chain.Chain.ChainId, key.Address), new OutboxOptions
            {
                ChainId = chain.Chain.ChainId, Bound = 16, Finality = new Finality { Depth = ShakyChain.DeepestReorganisation + 1 }, Interval = TimeSpan.Zero,
            }, chain.Clock);
        }
    }
}
