using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Blocks;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Tries;

namespace Counterfoil.DevChain;

public sealed partial class LocalChain
{
    BlockContext NextContext()
    {
        var parent = blocks.Count > 0 ? blocks[^1] : null;
        return new BlockContext
        {
            Fork = options.Fork,
            ChainId = options.ChainId,
            Number = (ulong)blocks.Count,
            Timestamp = NextTimestamp(),
            GasLimit = options.GasLimit,
            BaseFee = nextBaseFee ?? (parent is null ? options.InitialBaseFee : FeeMarket.NextBaseFee(parent.Header)),
            Coinbase = options.Coinbase,
            PrevRandao = Randomness(parent),
            HashOf = HashOf,
        };
    }

    // EIP-7934 allows a block of 8 MiB; header and lists need less than the difference.
    const int MaxBlockSize = (8 << 20) - 4_096;

    Keccak256Digest? HashOf(ulong number)
    {
        lock (turn) return number < (ulong)blocks.Count ? blocks[(int)number].Hash : null;
    }

    // A block in the place of one that was taken back is another block, also where nothing else about it is.
    Bytes32 Randomness(Block? parent)
    {
        if (parent is null) return Keccak256.Hash([]).Value;
        if (reorgs == 0) return Keccak256.Hash(parent.Hash.ToArray()).Value;
        Span<byte> input = stackalloc byte[40];
        parent.Hash.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[32..], reorgs);
        return Keccak256.Hash(input).Value;
    }

    Block MineFrom(IEnumerable<PendingTransaction> candidates, Action<Verdict>? refused = null)
    {
        var context = NextContext();
        executor.Reset(world, context);
        var run = new List<(PendingTransaction, TransactionResult)>();
        ulong gasLeft = options.GasLimit;
        int size = 0;
        foreach (var candidate in candidates)
        {
            try
            {
                if (size + candidate.Raw.Length > MaxBlockSize) continue;
                var verdict = executor.Execute(candidate.Envelope, gasLeft, out var result);
                if (!verdict.IsAccepted)
                {
                    refused?.Invoke(verdict);
                    continue;
                }
                gasLeft -= (ulong)result!.GasUsed;
                size += candidate.Raw.Length;
                run.Add((candidate, result));
            }
            catch (AbsentPrecompileException)
            {
                pool = pool.Without(pending => pending == candidate);
                world = new World(state); // what the transactions before it in this block did is undone with it
                throw;
            }
        }
        var before = state;
        state = world.Commit();
        var block = Seal(context, run, before);
        Append(block);
        // What was mined is gone, and so is what a mined transaction of the same nonce has replaced.
        if (pool.Count > 0) pool = pool.Without(pending => pending.Envelope.Nonce < state.Nonce(pending.Envelope.From));
        return block;
    }

    void Add(Block block)
    {
        blocks.Add(block);
        blockNumbers[block.Hash] = block.Number;
        foreach (var transaction in block.Transactions) transactions[transaction.Hash] = (block.Number, transaction.Index);
    }

    void Append(Block block)
    {
        Add(block);
        (nextTimestamp, nextBaseFee) = (null, null);
        Changed?.Invoke();
    }

    Block Seal(BlockContext context, List<(PendingTransaction Pending, TransactionResult Result)> run, StateSnapshot before)
    {
        var mined = new MinedTransaction[run.Count];
        var raws = new byte[run.Count][];
        var receipts = new byte[run.Count][];
        var bloom = new Bloom();
        ulong gasUsed = 0;
        for (int i = 0; i < run.Count; i++)
        {
            var (pending, result) = run[i];
            gasUsed += (ulong)result.GasUsed;
            var receipt = new TransactionReceipt(pending.Signed.Transaction.Type, result.Succeeded, gasUsed, result.Logs);
            raws[i] = pending.Raw.ToArray();
            receipts[i] = receipt.Encode();
            if (result.Logs.Count > 0) bloom.Add(receipt.Bloom);
            mined[i] = new MinedTransaction
            {
                Hash = pending.Hash,
                Raw = pending.Raw,
                Signed = pending.Signed,
                From = pending.Envelope.From,
                BlockNumber = context.Number,
                Index = i,
                Receipt = receipt,
                GasUsed = (ulong)result.GasUsed,
                EffectiveGasPrice = result.EffectiveGasPrice,
                Created = result.Succeeded ? result.Created : null,
                Fault = result.Fault,
                Output = result.Output,
            };
        }
        var header = new BlockHeader
        {
            ParentHash = blocks.Count > 0 ? blocks[^1].Hash : default,
            Beneficiary = context.Coinbase,
            StateRoot = state.Root,
            TransactionsRoot = MerklePatriciaTrie.OfList(raws).Root,
            ReceiptsRoot = MerklePatriciaTrie.OfList(receipts).Root,
            LogsBloom = bloom,
            Number = context.Number,
            GasLimit = context.GasLimit,
            GasUsed = gasUsed,
            Timestamp = context.Timestamp,
            PrevRandao = context.PrevRandao,
            BaseFeePerGas = context.BaseFee,
            WithdrawalsRoot = NoWithdrawals,
            BlobGasUsed = 0,
            ExcessBlobGas = 0,
            ParentBeaconBlockRoot = default(Bytes32),
            RequestsHash = context.Fork >= Fork.Prague ? NoRequests : null,
        };
        return new Block(header, header.Hash, mined, state) { Before = before };
    }

    // SHA-256 of nothing: no request to a consensus layer (EIP-7685).
    static readonly Bytes32 NoRequests = Sha256.Hash([]).Value;

    // The root of a trie without entries.
    static readonly Keccak256Digest NoWithdrawals = Keccak256.Hash([0x80]);
}
