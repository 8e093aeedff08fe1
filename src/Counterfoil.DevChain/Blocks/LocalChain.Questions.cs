using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain;

/// <summary>A call that is tried out and leaves nothing behind.</summary>
public sealed record CallRequest
{
    /// <summary>Who calls; needs no key.</summary>
    public Address From { get; init; }
    /// <summary>Whom; null tries out a creation.</summary>
    public Address? To { get; init; }
    /// <summary>Wei sent along; the caller must hold it.</summary>
    public UInt256 Value { get; init; }
    /// <summary>The call's data.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
    /// <summary>The most gas to use; the block's limit if null.</summary>
    public ulong? Gas { get; init; }
    /// <summary>What it announces it will touch.</summary>
    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];
    /// <summary>What it would delegate (EIP-7702).</summary>
    public IReadOnlyList<SignedAuthorization> Authorizations { get; init; } = [];
}

/// <summary>What came of a call that was tried out.</summary>
/// <param name="Fault">Why it failed, or <see cref="Fault.None"/>.</param>
/// <param name="Output">What it returned or reverted with.</param>
/// <param name="GasUsed">With the cost of the transaction that would carry it.</param>
public sealed record CallResult(Fault Fault, ReadOnlyMemory<byte> Output, ulong GasUsed)
{
    /// <summary>Whether it ran to its end.</summary>
    public bool Succeeded => Fault == Fault.None;
}

public sealed partial class LocalChain
{
    /// <summary>Tries out a call on the state after a block, or, without one, in the block that would come next.</summary>
    /// <returns>A rejection where the call could not even begin: too little money, too little gas.</returns>
    /// <exception cref="Precompiles.AbsentPrecompileException">It calls a precompile that is absent here.</exception>
    public Verdict Call(CallRequest request, Block? block, out CallResult? result)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call(request, block, Supposition.Nothing, null, out result);
    }

    internal Verdict Call(CallRequest request, Block? block, Supposition supposed, ICallObserver? observer, out CallResult? result)
    {
        var (snapshot, context, most) = At(block, supposed);
        return Try(request, snapshot, context, Math.Min(request.Gas ?? most, most), out result, observer);
    }

    /// <summary>The least gas limit with which the call succeeds in the block that would come next, to within a 64th.</summary>
    /// <param name="request">The call.</param>
    /// <param name="gas">The limit, when accepted and <paramref name="failed"/> is null.</param>
    /// <param name="failed">How the call ends where no limit helps it.</param>
    public Verdict EstimateGas(CallRequest request, out ulong gas, out CallResult? failed)
    {
        ArgumentNullException.ThrowIfNull(request);
        return EstimateGas(request, null, Supposition.Nothing, out gas, out failed);
    }

    internal Verdict EstimateGas(CallRequest request, Block? block, Supposition supposed, out ulong gas, out CallResult? failed)
    {
        (gas, failed) = (0, null);
        var (snapshot, context, most) = At(block, supposed);
        if (context.Fork >= Fork.Osaka) most = Math.Min(most, Gas.MaxTransaction);
        ulong enough = Math.Min(request.Gas ?? most, most);
        var verdict = Try(request, snapshot, context, enough, out var generous);
        if (!verdict.IsAccepted) return verdict;
        if (!generous!.Succeeded)
        {
            failed = generous;
            return verdict;
        }
        // A call may need more than it uses: refunds come at the end, and callees get at most 63/64.
        ulong tooLittle = generous.GasUsed - 1;
        bool Suffices(ulong limit) => Try(request, snapshot, context, limit, out var tried).IsAccepted && tried!.Succeeded;
        if (Suffices(generous.GasUsed)) enough = generous.GasUsed;
        while (enough - tooLittle > Math.Max(1, enough / 64))
        {
            ulong middle = tooLittle + (enough - tooLittle) / 2;
            if (Suffices(middle)) enough = middle;
            else tooLittle = middle;
        }
        gas = enough;
        return verdict;
    }

    // However much gas a block is supposed to have, no question works longer than a real one lets it.
    (StateSnapshot, BlockContext, ulong MostGas) At(Block? block, Supposition supposed)
    {
        var (snapshot, context) = At(block);
        ulong most = context.GasLimit;
        (snapshot, context) = supposed.Apply(snapshot, context);
        return (snapshot, context, Math.Min(most, context.GasLimit));
    }

    (StateSnapshot, BlockContext) At(Block? block)
    {
        lock (turn)
        {
            ReadClock();
            var next = NextContext();
            if (block is null) return (state, next);
            // Money and code that were given outside any block belong to the latest one from then on.
            var snapshot = block == blocks[^1] ? state : block.State;
            return (snapshot, next with
            {
                Number = block.Number,
                Timestamp = block.Header.Timestamp,
                BaseFee = block.Header.BaseFeePerGas ?? default,
                PrevRandao = block.Header.PrevRandao,
            });
        }
    }

    /// <summary>The access list with which a call costs least to name what it touches (EIP-2930): named anew until naming changes nothing.</summary>
    internal Verdict FindAccesses(CallRequest request, Block? block, Supposition supposed, out IReadOnlyList<AccessListEntry> accesses, out CallResult? result)
    {
        var (snapshot, context, most) = At(block, supposed);
        accesses = request.AccessList;
        // What a call touches can depend on its gas, and its gas on what was named; more rounds than these and it follows no rule.
        const int Rounds = 8;
        for (int i = 0; ; i++)
        {
            var executor = new Executor(new World(snapshot), context) { KeepsAccesses = true };
            var asked = request with { AccessList = accesses };
            var verdict = executor.Execute(Question(asked, snapshot, context, Math.Min(request.Gas ?? most, most)), context.GasLimit, out var ran);
            result = ran is null ? null : new CallResult(ran.Fault, ran.Output, (ulong)ran.GasUsed);
            if (!verdict.IsAccepted) return verdict;
            // Sender, recipient, coinbase and precompiles are warm without being named.
            var found = executor.Accesses.Where(entry => entry.StorageKeys.Count > 0 || entry.Address != request.From && entry.Address != (request.To ?? ran!.Created)
                && entry.Address != context.Coinbase && Precompiles.PrecompileSet.Of(context.Fork).At(entry.Address) is null).ToList();
            bool same = found.Count == accesses.Count && found.Zip(accesses).All(pair => pair.First.Address == pair.Second.Address && pair.First.StorageKeys.SequenceEqual(pair.Second.StorageKeys));
            accesses = found;
            if (same || i == Rounds) return verdict;
        }
    }

    static Verdict Try(CallRequest request, StateSnapshot snapshot, BlockContext context, ulong gas, out CallResult? result, ICallObserver? observer = null)
    {
        var verdict = new Executor(new World(snapshot), context) { Observer = observer }.Execute(Question(request, snapshot, context, gas), context.GasLimit, out var ran);
        result = ran is null ? null : new CallResult(ran.Fault, ran.Output, (ulong)ran.GasUsed);
        return verdict;
    }

    static Envelope Question(CallRequest request, StateSnapshot snapshot, BlockContext context, ulong gas) => new()
    {
        From = request.From,
        To = request.To,
        Nonce = snapshot.Nonce(request.From),
        GasLimit = Math.Min(gas, context.GasLimit),
        Value = request.Value,
        Data = request.Data,
        AccessList = request.AccessList,
        Authorizations = request.Authorizations.Count > 0 ? request.Authorizations : null,
        IsQuestion = true,
    };
}
