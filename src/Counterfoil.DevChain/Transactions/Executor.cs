using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Transactions;

/// <summary>Decides whether a transaction may be in a block and carries it out: Yellow Paper §6, with the fees of EIP-1559 and EIP-4844 and the delegations of EIP-7702.</summary>
sealed class Executor(World world, BlockContext block)
{
    static readonly TransactionContext Nobody = new(default, default, []);

    readonly Machine machine = new(world, block, Nobody);
    World world = world;
    BlockContext block = block;

    /// <summary>Who is told of the calls of what is executed from here on.</summary>
    public ICallObserver? Observer { set => machine.Observer = value; }

    /// <summary>Whether to keep what is warm at the end of a transaction.</summary>
    public bool KeepsAccesses { get; init; }

    /// <summary>Accounts and slots that the last transaction left warm, where they are kept.</summary>
    public IReadOnlyList<AccessListEntry> Accesses { get; private set; } = [];

    /// <summary>Goes on with another block, or in another world.</summary>
    public void Reset(World newWorld, BlockContext newBlock) => (world, block) = (newWorld, newBlock);

    /// <summary>Runs the transaction and ends it in the world. A rejection leaves the world as it was.</summary>
    /// <param name="envelope">The transaction.</param>
    /// <param name="gasAvailable">Gas left in the block.</param>
    /// <param name="result">What it did, when accepted.</param>
    /// <exception cref="AbsentPrecompileException">It called a precompile that is absent; the world is as it was.</exception>
    public Verdict Execute(Envelope envelope, ulong gasAvailable, out TransactionResult? result)
    {
        result = null;
        var sender = world[envelope.From];
        var verdict = Check(envelope, gasAvailable);
        if (!verdict.IsAccepted) return verdict;

        var start = world.Now;
        try
        {
            result = Run(envelope, sender);
            if (KeepsAccesses) Accesses = world.Accesses();
        }
        catch
        {
            world.Revert(start);
            world.EndTransaction();
            throw;
        }
        world.EndTransaction();
        return Verdict.Accept;
    }

    TransactionResult Run(Envelope envelope, Account sender)
    {
        var price = envelope.EffectiveGasPrice(block.BaseFee);
        var gasLimit = new UInt256(envelope.GasLimit);
        world.Debit(sender, gasLimit * price + BlobGas(envelope) * block.BlobBaseFee);
        world.SetNonce(sender, envelope.Nonce + 1);
        WarmUp(envelope, sender);
        foreach (var authorization in envelope.Authorizations ?? []) Delegate(authorization);

        machine.Reset(world, block, new TransactionContext(envelope.From, price, envelope.BlobHashes ?? []));
        long gas = (long)envelope.GasLimit - envelope.IntrinsicGas;
        var outcome = machine.Run(new Message(envelope.From, envelope.To, envelope.Value, envelope.Data, gas, envelope.Nonce));

        long used = (long)envelope.GasLimit - outcome.GasLeft;
        used -= Math.Min(world.Refund, used / Gas.MaxRefundQuotient); // of a failed message nothing is left but what came before it
        if (block.Fork >= Fork.Prague) used = Math.Max(used, envelope.FloorGas);
        world.Credit(sender, (gasLimit - new UInt256((ulong)used)) * price);
        var tip = envelope.IsQuestion ? default : price - block.BaseFee; // the base fee is burned
        world.Credit(world[block.Coinbase], new UInt256((ulong)used) * tip);
        return new TransactionResult(outcome.Fault, used, price, outcome.Output, outcome.Created, world.Logs);
    }

    // EIP-2929 and EIP-2930; EIP-3651 for the coinbase.
    void WarmUp(Envelope envelope, Account sender)
    {
        world.Warm(sender);
        world.Warm(world[block.Coinbase]);
        if (envelope.To is { } to) world.Warm(world[to]);
        foreach (var precompile in PrecompileSet.Of(block.Fork).Addresses) world.Warm(world[precompile]);
        foreach (var entry in envelope.AccessList)
        {
            var account = world[entry.Address];
            world.Warm(account);
            foreach (var key in entry.StorageKeys) world.Warm(account, UInt256.ReadBigEndian(key.ToArray()));
        }
    }

    // EIP-7702, step by step: one that is not valid is passed over, and what it warmed up stays so.
    void Delegate(SignedAuthorization signed)
    {
        var authorization = signed.Authorization;
        if (!authorization.ChainId.IsZero && authorization.ChainId != block.ChainId) return;
        if (authorization.Nonce == ulong.MaxValue || !signed.RecoverAuthority(out var address).IsAccepted) return;
        var authority = world[address];
        world.Warm(authority);
        if (authority.Code.Length > 0 && authority.Code.DelegatesTo is null || authority.Nonce != authorization.Nonce) return;
        if (!authority.IsEmpty) world.Refund += Gas.AuthorizationRefund;
        world.SetCode(authority, authorization.Delegate.IsZero ? Code.Empty : new Code(Delegation.To(authorization.Delegate)));
        world.SetNonce(authority, authority.Nonce + 1);
    }

    static UInt256 BlobGas(Envelope envelope) => new((ulong)(Gas.PerBlob * (envelope.BlobHashes?.Count ?? 0)));

    /// <summary>Whether the transaction may be in the block. Changes nothing.</summary>
    /// <param name="envelope">The transaction.</param>
    /// <param name="gasAvailable">Gas left in the block.</param>
    /// <param name="mayWait">Whether a nonce further on is fine, because transactions before it may yet come.</param>
    public Verdict Check(Envelope envelope, ulong gasAvailable, bool mayWait = false)
    {
        var sender = world[envelope.From];
        if (!envelope.IsQuestion)
        {
            if ((mayWait ? envelope.Nonce < sender.Nonce : envelope.Nonce != sender.Nonce) || envelope.Nonce == ulong.MaxValue)
                return Verdict.Reject(DevChainChecks.Nonce, $"nonce {sender.Nonce}", $"{envelope.Nonce}");
            if (sender.Code.Length > 0 && !envelope.IsImpersonated && !(sender.Code.DelegatesTo is not null && block.Fork >= Fork.Prague))
                return Verdict.Reject(DevChainChecks.SenderIsExternal, "a sender without code", $"{sender.Code.Length} bytes of code");
            if (envelope.MaxTip > envelope.MaxFee) return Verdict.Reject(DevChainChecks.Fee, $"a tip of at most {envelope.MaxFee} wei", $"{envelope.MaxTip}");
            if (envelope.MaxFee < block.BaseFee) return Verdict.Reject(DevChainChecks.Fee, $"a fee of at least {block.BaseFee} wei", $"{envelope.MaxFee}");
        }
        var blobs = CheckBlobs(envelope);
        if (!blobs.IsAccepted) return blobs;
        var authorizations = CheckAuthorizations(envelope);
        if (!authorizations.IsAccepted) return authorizations;
        if (block.Fork >= Fork.Osaka && !envelope.IsQuestion && envelope.GasLimit > Gas.MaxTransaction)
            return Verdict.Reject(DevChainChecks.GasLimit, $"at most {Gas.MaxTransaction} gas in a transaction (EIP-7825)", $"{envelope.GasLimit}");
        if (envelope.GasLimit > gasAvailable) return Verdict.Reject(DevChainChecks.GasLimit, $"at most {gasAvailable} gas", $"{envelope.GasLimit}");
        if (Cost(envelope) is not { } cost || cost > sender.Balance)
            return Verdict.Reject(DevChainChecks.Funds, $"{Cost(envelope)?.ToString() ?? "more than 2^256"} wei at {envelope.From}", $"{sender.Balance}");
        if ((UInt256)envelope.GasLimit < (UInt256)(ulong)envelope.IntrinsicGas)
            return Verdict.Reject(DevChainChecks.IntrinsicGas, $"at least {envelope.IntrinsicGas} gas", $"{envelope.GasLimit}");
        if (block.Fork >= Fork.Prague && (UInt256)envelope.GasLimit < (UInt256)(ulong)envelope.FloorGas)
            return Verdict.Reject(DevChainChecks.IntrinsicGas, $"at least {envelope.FloorGas} gas (EIP-7623)", $"{envelope.GasLimit}");
        if (envelope.To is null && envelope.Data.Length > Gas.MaxInitCodeSize)
            return Verdict.Reject(DevChainChecks.InitCode, $"at most {Gas.MaxInitCodeSize} bytes of initialisation code", $"{envelope.Data.Length}");
        return Verdict.Accept;
    }

    Verdict CheckBlobs(Envelope envelope)
    {
        if (envelope.BlobHashes is not { } hashes) return Verdict.Accept;
        if (envelope.To is null) return Verdict.Reject(DevChainChecks.Blobs, "a recipient", "a creation");
        if (hashes.Count == 0) return Verdict.Reject(DevChainChecks.Blobs, "at least one blob", "none");
        if (hashes.Count > Gas.MaxBlobs(block.Fork)) return Verdict.Reject(DevChainChecks.Blobs, $"at most {Gas.MaxBlobs(block.Fork)} blobs", $"{hashes.Count}");
        foreach (var hash in hashes)
            if (hash.ToArray()[0] != 1) return Verdict.Reject(DevChainChecks.Blobs, "versioned hashes that begin with 01", hash.ToString());
        if (!envelope.IsQuestion && envelope.MaxBlobFee < block.BlobBaseFee)
            return Verdict.Reject(DevChainChecks.Blobs, $"a blob fee of at least {block.BlobBaseFee} wei", $"{envelope.MaxBlobFee}");
        return Verdict.Accept;
    }

    Verdict CheckAuthorizations(Envelope envelope)
    {
        if (envelope.Authorizations is not { } authorizations) return Verdict.Accept;
        if (block.Fork < Fork.Prague) return Verdict.Reject(DevChainChecks.Authorizations, $"a transaction of {block.Fork}", "one that sets code (EIP-7702)");
        if (envelope.To is null) return Verdict.Reject(DevChainChecks.Authorizations, "a recipient", "a creation");
        if (authorizations.Count == 0) return Verdict.Reject(DevChainChecks.Authorizations, "at least one authorization", "none");
        return Verdict.Accept;
    }

    // The most the sender may have to pay; null where that exceeds 256 bits, which nobody has.
    static UInt256? Cost(Envelope envelope)
    {
        if (UInt256.MultiplyOverflows(envelope.GasLimit, envelope.MaxFee, out var gas)) return null;
        if (UInt256.MultiplyOverflows(BlobGas(envelope), envelope.MaxBlobFee, out var blobs)) return null;
        if (UInt256.AddOverflows(gas, blobs, out var fees) || UInt256.AddOverflows(fees, envelope.Value, out var all)) return null;
        return all;
    }
}
