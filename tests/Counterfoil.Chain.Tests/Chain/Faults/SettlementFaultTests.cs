using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Node.Payments;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>A facilitator that settles payments on a chain that is reorganised, by an endpoint that lies and dies, in a process that loses power. Everything from one seed.</summary>
public sealed class SettlementFaultTests
{
    [Fact]
    public Task Whatever_happens_a_payment_is_one_transfer_at_most_and_what_was_said_of_it_is_so_on_the_final_chain() => FaultRuns.RunAsync(40, 3_000, async seed =>
    {
        var scenario = new Scenario(seed);
        await scenario.RunAsync();
        return scenario.Faults;
    }, "reorganisations", "dropped", "power cuts", "dead", "dead after the deed", "late", "cut off", "old head", "settled", "opened again");

    sealed class Scenario(int seed)
    {
        const int Payments = 5;
        const ulong Minted = 1_000_000;

        readonly Random random = new(seed);
        readonly List<HostileEndpoint> endpoints = [];
        readonly Journal journal = new();
        readonly Dictionary<int, SettlementOutcome> said = [];
        readonly Dictionary<int, (SettlementIntent, PaymentRequirements, PaymentPayload)> signed = [];
        ShakyChain chain = null!;
        ChainClient honest = null!;
        Token dollar = null!;
        Secp256k1PrivateKey payer = null!, submitter = null!;
        ulong expiry;
        int powerCuts;

        public IEnumerable<KeyValuePair<string, int>> Faults => endpoints.SelectMany(e => e.Faults)
            .Append(new("reorganisations", chain.Reorganisations)).Append(new("dropped", chain.Dropped)).Append(new("power cuts", powerCuts))
            .Append(new("settled", said.Values.OfType<SettlementOutcome.Settled>().Count())).Append(new("opened again", journal.OpenedAgain));

        static Address Payee(int payment) => Address.FromWord((ulong)(0x1000 + payment));

        public async Task RunAsync()
        {
            using var faucet = ChainFixture.KeyOf("faucet");
            using (payer = ChainFixture.KeyOf("payer"))
            using (submitter = ChainFixture.KeyOf("submitter"))
            {
                chain = new ShakyChain(random, submitter.Address, faucet.Address);
                honest = new ChainClient(new InProcessTransport("honest", chain.Rpc.Handle));
                using (var mints = new ChainAccount(honest, faucet))
                {
                    var contract = (await mints.DeployAsync(ContractArtifact.TestDollar.InitCode())).Address;
                    await mints.SendAndWaitAsync(new ContractCall { To = contract, Data = new TestDollarContract.MintCall(payer.Address, Minted).Encode() });
                    dollar = new Token(new NetworkId(chain.Chain.ChainId), contract, "Test Dollar", "1", 6);
                }
                chain.Begin();
                // Some runs outlast the authorizations, so that what was never paid must be found to be so.
                expiry = Now + (ulong)(seed % 3 == 0 ? 300 : 70_000);
                await StormAsync(random.NextDouble() * 0.25);
                await ConvergeAsync();
            }
        }

        async Task StormAsync(double malice)
        {
            Process? process = null;
            for (int tick = 0; tick < 60; tick++)
            {
                process ??= Open(malice);
                int payment = random.Next(Payments);
                if (random.Next(3) == 0) await process.Facilitator.ReexamineAsync(default);
                else said[payment] = await process.SettleAsync(Pay(payment));
                if (process.HasLostPower)
                {
                    powerCuts++;
                    await process.Facilitator.DisposeAsync();
                    journal.LoseLateWrites(random);
                    process = null;
                }
                if (random.Next(3) > 0) chain.Tick();
            }
            if (process is not null) await process.Facilitator.DisposeAsync();
        }

        // The storm is over: the endpoint is honest, blocks come. Nobody asks for a payment any more: what the journal holds is seen to all the same.
        async Task ConvergeAsync()
        {
            await using var facilitator = Facilitator(new InProcessTransport("honest", chain.Rpc.Handle));
            for (int blocks = 0; await facilitator.ReexamineAsync(default) > 0; blocks++)
            {
                Assert.True(blocks < 200, "a settlement does not end");
                chain.Mine();
            }
            ulong moved = 0;
            for (int i = 0; i < Payments; i++)
            {
                bool paid = await BalanceAsync(Payee(i)) == (UInt256)(ulong)(100 + i);
                if (!paid) Assert.Equal((UInt256)0ul, await BalanceAsync(Payee(i)));
                else moved += (ulong)(100 + i);
                var state = (await journal.FindAsync(Pay(i).Intent.Key, default))?.State;
                if (state is SettlementState.Settled settled)
                {
                    var receipt = await honest.GetReceiptAsync(new Keccak256Digest(settled.Transaction));
                    Assert.True(paid && receipt!.Succeeded && Eip3009.Paid(Pay(i).Intent, receipt.Logs), $"payment {i} is said to be settled");
                }
                else Assert.False(paid, $"payment {i} was paid, and its record is {state}");
                // What was said last may have been taken back by a reorganisation, but then the record says so; a failure is never taken back.
                if (said.GetValueOrDefault(i) is SettlementOutcome.Failed) Assert.False(paid, $"payment {i} was said to have failed");
                if (said.GetValueOrDefault(i) is SettlementOutcome.Settled && !paid) Assert.IsType<SettlementState.Failed>(state);
                if (said.GetValueOrDefault(i) is SettlementOutcome.Settled && expiry > Now) Assert.True(paid, $"payment {i} was said to be settled");
            }
            Assert.Equal((UInt256)(Minted - moved), await BalanceAsync(payer.Address));
        }

        ulong Now => (ulong)chain.Clock.GetUtcNow().ToUnixTimeSeconds();

        async Task<UInt256> BalanceAsync(Address account) =>
            UInt256.ReadBigEndian(await honest.CallAsync(new ContractCall { To = dollar.Contract, Data = new TestDollarContract.BalanceOfCall(account).Encode() }));

        (SettlementIntent Intent, PaymentRequirements Required, PaymentPayload Payload) Pay(int i)
        {
            if (signed.TryGetValue(i, out var before)) return before;
            var required = new ExactTerms(dollar, Payee(i), new TokenAmount((ulong)(100 + i)), 80_000).ToRequirements();
            var authorization = new TransferAuthorization(payer.Address, Payee(i), new TokenAmount((ulong)(100 + i)), 0, expiry, Keccak256.Hash([(byte)i]).Value);
            var signature = new AuthorizationSignature(payer.Sign(authorization.SigningDigest(dollar)));
            return signed[i] = (new SettlementIntent(dollar, authorization, signature), required, ExactPayment.Write(required, null, null, authorization, signature, null));
        }

        Facilitator Facilitator(IJsonRpcTransport transport) => new(new FacilitatorOptions { Tokens = [dollar], Patience = TimeSpan.FromTicks(-1), Interval = TimeSpan.Zero, WatchInterval = TimeSpan.FromDays(1) },
            new ChainSettlement(new ChainClient(transport), chain.Chain.ChainId, submitter, finality: new Finality { Depth = ShakyChain.DeepestReorganisation + 1 }), journal, chain.Clock);

        Process Open(double malice)
        {
            var endpoint = new HostileEndpoint(chain.Rpc.Handle, random) { Malice = malice, PowerCuts = 0.01 };
            endpoints.Add(endpoint);
            var supply = new PowerSupply(endpoint);
            return new Process(Facilitator(supply), supply);
        }
    }

    sealed record Process(Facilitator Facilitator, PowerSupply Supply)
    {
        public bool HasLostPower => Supply.IsOut;

        public async Task<SettlementOutcome> SettleAsync((SettlementIntent Intent, PaymentRequirements Required, PaymentPayload Payload) payment) =>
            await Facilitator.SettleAsync(payment.Payload, payment.Required, default);
    }

    /// <summary>Once the power is gone it stays away: the facilitator, which takes an error for the chain's, reaches nothing any more.</summary>
    sealed class PowerSupply(IJsonRpcTransport inner) : IJsonRpcTransport
    {
        public string Endpoint => inner.Endpoint;
        public bool IsOut { get; private set; }

        public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken)
        {
            if (IsOut) throw new PowerLossException();
            try { return await inner.SendAsync(request, method, cancellationToken); }
            catch (PowerLossException)
            {
                IsOut = true;
                throw;
            }
        }
    }

    /// <summary>What a disk would hold: a power cut may take the latest of what nobody waited for.</summary>
    sealed class Journal : ISettlementJournal
    {
        readonly Dictionary<PaymentKey, SettlementRecord> records = [];
        readonly List<SettlementRecord?> undo = [];

        public int OpenedAgain { get; private set; }

        public ValueTask<SettlementRecord?> FindAsync(PaymentKey key, CancellationToken cancellation) => new(records.GetValueOrDefault(key));

        public ValueTask WriteAsync(IReadOnlyList<SettlementRecord> written, CancellationToken cancellation)
        {
            undo.Clear();
            foreach (var record in written) Put(record);
            return ValueTask.CompletedTask;
        }

        public void WriteLater(SettlementRecord record)
        {
            undo.Add(records.GetValueOrDefault(record.Intent.Key));
            Put(record);
        }

        void Put(SettlementRecord record)
        {
            if (records.GetValueOrDefault(record.Intent.Key)?.State is SettlementState.Settled && record.State is SettlementState.Submitted) OpenedAgain++;
            records[record.Intent.Key] = record;
        }

        public void LoseLateWrites(Random random)
        {
            for (int lost = random.Next(undo.Count + 1); lost > 0; lost--)
            {
                if (undo[^1] is { } before) records[before.Intent.Key] = before;
                undo.RemoveAt(undo.Count - 1);
            }
            undo.Clear();
        }

        static ulong NonceOf(SettlementState state) => (state as SettlementState.Submitted ?? ((SettlementState.Settled)state).Watched)!.Transfer.AccountNonce;

        public ValueTask<IReadOnlyList<SettlementRecord>> ReadOpenAsync(CancellationToken cancellation) =>
            new([.. records.Values.Where(r => r.State is SettlementState.Submitted or SettlementState.Settled { Watched: not null }).OrderBy(r => NonceOf(r.State))]);
    }
}
