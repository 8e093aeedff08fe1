using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;

namespace Counterfoil.DevChain;

public sealed partial class LocalChain
{
    /// <summary>Runs a block again from the state before it, up to a transaction, and tells the observer of that one's calls.</summary>
    internal void Replay(Block block, int index, ICallObserver observer)
    {
        var context = new BlockContext
        {
            Fork = options.Fork,
            ChainId = ChainId,
            Number = block.Number,
            Timestamp = block.Header.Timestamp,
            GasLimit = block.Header.GasLimit,
            BaseFee = block.Header.BaseFeePerGas ?? default,
            Coinbase = block.Header.Beneficiary,
            PrevRandao = block.Header.PrevRandao,
            HashOf = HashOf,
        };
        var executor = new Executor(new World(block.Before), context);
        ulong gasLeft = context.GasLimit;
        for (int i = 0; i <= index; i++)
        {
            var mined = block.Transactions[i];
            if (i == index) executor.Observer = observer;
            var verdict = executor.Execute(Envelope.Of(mined.Signed, mined.From), gasLeft, out var result);
            if (!verdict.IsAccepted || (ulong)result!.GasUsed != mined.GasUsed)
                throw new InvalidOperationException($"transaction {i} of block {block.Number} did not run again as it ran: {verdict}");
            gasLeft -= mined.GasUsed;
        }
    }
}
