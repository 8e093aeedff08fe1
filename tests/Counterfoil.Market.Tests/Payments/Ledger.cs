using System.Collections.Concurrent;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>
/// A token under the rules of EIP-3009 and a chain of one account, in memory: signature, validity by the block's time, nonce once, balance; account
/// nonces without gaps. It outlives the facilitators that "crash" on it. The same tests run on the real contract elsewhere; here blocks can be held back.
/// </summary>
sealed class Ledger(TimeProvider time, Token token) : ISettlementChain
{
    readonly Lock guard = new();
    readonly Dictionary<Address, TokenAmount> balances = [];
    readonly Dictionary<(Address, Bytes32), Bytes32> usedBy = [];
    readonly ConcurrentDictionary<Bytes32, (SettlementIntent Intent, ulong Nonce)> signed = [];
    readonly SortedDictionary<ulong, PreparedTransfer> pool = [];
    readonly Dictionary<Bytes32, bool> mined = [];
    ulong accountNonce;

    /// <summary>While false, transactions wait in the pool.</summary>
    public bool Mines { get; set; } = true;
    /// <summary>What a node says to the next transactions.</summary>
    public Func<PreparedTransfer, string?> Refusal { get; set; } = _ => null;
    public int Transfers { get; private set; }
    public int Reverts { get; private set; }
    public int Sends { get; private set; }

    public NetworkId Network => token.Network;
    public Address Submitter { get; } = Address.Parse("0x00000000000000000000000000000000000000f1");
    ulong BlockTime => (ulong)time.GetUtcNow().ToUnixTimeSeconds();

    public void Mint(Address to, ulong units) { lock (guard) balances[to] = BalanceOf(to) + new TokenAmount(units); }
    public TokenAmount BalanceOf(Address account) { lock (guard) return balances.GetValueOrDefault(account); }

    public ValueTask<PayerView> ViewAsync(Address asset, Address payer, Bytes32 nonce, CancellationToken cancellation)
    {
        lock (guard) return new(new PayerView(BalanceOf(payer), usedBy.ContainsKey((payer, nonce)), BlockTime));
    }

    public ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation)
    {
        lock (guard) return new(Why(intent) is { } why ? Verdict.Reject(PaymentChecks.Simulation, "a transfer", why) : Verdict.Accept);
    }

    public ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation) 
    {
        lock (guard)
        {
            ulong next = accountNonce;
            while (pool.ContainsKey(next)) next++;
            return new(next);
        }
    }

    public ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation)
    {
        byte[] raw = [.. BitConverter.GetBytes(accountNonce), .. intent.Authorization.SigningDigest(intent.Token).ToArray()];
        var transfer = new PreparedTransfer(Keccak256.Hash(raw).Value, accountNonce, raw);
        signed[transfer.Hash] = (intent, accountNonce);
        return new(transfer);
    }

    public ValueTask<SendResult> SendAsync(PreparedTransfer transfer, CancellationToken cancellation)
    {
        lock (guard)
        {
            Sends++;
            if (Refusal(transfer) is { } refusal) return new(new SendResult(refusal));
            if (mined.ContainsKey(transfer.Hash) || pool.Values.Any(p => p.Hash == transfer.Hash)) return new(SendResult.Taken);
            if (transfer.AccountNonce < accountNonce) return new(new SendResult("nonce too low"));
            if (!pool.TryAdd(transfer.AccountNonce, transfer)) return new(new SendResult("replacement transaction underpriced"));
            if (Mines) Mine();
            return new(SendResult.Taken);
        }
    }

    /// <summary>Takes what waits into a block.</summary>
    public void Mine()
    {
        lock (guard)
            while (pool.Remove(accountNonce, out var transfer))
            {
                accountNonce++;
                mined[transfer.Hash] = Execute(signed[transfer.Hash].Intent, transfer.Hash);
            }
    }

    /// <summary>Forgets what waits, as a node does that restarts.</summary>
    public void DropPool() { lock (guard) pool.Clear(); }

    /// <summary>A stranger submits an authorization that it saw.</summary>
    public bool SubmitByStranger(SettlementIntent intent) { lock (guard) return Execute(intent, Keccak256.Hash("stranger"u8).Value); }

    bool Execute(SettlementIntent intent, Bytes32 hash)
    {
        if (Why(intent) is not null)
        {
            Reverts++;
            return false;
        }
        var a = intent.Authorization;
        usedBy[(a.From, a.Nonce)] = hash;
        balances[a.From] = BalanceOf(a.From) - a.Value;
        balances[a.To] = BalanceOf(a.To) + a.Value;
        Transfers++;
        return true;
    }

    string? Why(SettlementIntent intent)
    {
        var a = intent.Authorization;
        if (a.ValidAfter >= BlockTime) return "authorization is not yet valid";
        if (a.ValidBefore <= BlockTime) return "authorization is expired";
        if (usedBy.ContainsKey((a.From, a.Nonce))) return "authorization is used or canceled";
        if (!intent.Signature.Verify(a, token).IsAccepted) return "invalid signature";
        return BalanceOf(a.From) < a.Value ? "transfer amount exceeds balance" : null;
    }

    public ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation)
    {
        lock (guard)
        {
            var key = (intent.Key.Payer, intent.Key.Nonce);
            bool used = usedBy.TryGetValue(key, out var by);
            var place = transfer is null ? TransactionPlace.Unknown
                : mined.TryGetValue(transfer.Hash, out bool succeeded) ? succeeded ? TransactionPlace.Succeeded : TransactionPlace.Reverted
                : pool.Values.Any(p => p.Hash == transfer.Hash) ? TransactionPlace.Waiting : TransactionPlace.Unknown;
            return new(new Sighting(used, used ? by : null, used ? 1u : 0u, place, BlockTime, true));
        }
    }
}

/// <summary>A clock that stands until it is told to move. Its timers run in real time: they only pace retries here.</summary>
sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    DateTimeOffset now = now;
    public override DateTimeOffset GetUtcNow() => now;
    public void Advance(TimeSpan by) => now += by;
}
