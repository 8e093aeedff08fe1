using Counterfoil.DevChain.Precompiles;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain;

/// <content>What came from outside is told, so that it can be written down, and can be run again.</content>
public sealed partial class LocalChain
{
    /// <summary>Raised in the chain's turn, in order, for each input that changed it. The chain waits for the handler, which must be quick and must not ask it anything.</summary>
    public event Action<ChainEntry>? Entered;

    void Record(ChainInput input)
    {
        if (Entered is null) return;
        var head = blocks[^1];
        Entered(new ChainEntry(now, input, head.Number, head.Hash, state.Root));
    }

    /// <summary>Runs an input again, at the time at which it came, and holds what becomes of the chain to what became of it then.</summary>
    /// <exception cref="InvalidDataException">It became another. The message names the block, and says how the two differ.</exception>
    public void Replay(ChainEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        lock (turn) // held by this thread throughout, also where the input takes it again
        {
            replayed = entry.At;
            try
            {
                Run(entry.Input);
            }
            catch (AbsentPrecompileException)
            {
                // As it was then.
            }
            finally
            {
                replayed = null;
            }
            var head = blocks[^1];
            if (head.Number != entry.Height) throw new InvalidDataException($"{entry.Input.GetType().Name} led to block {head.Number}, and not to block {entry.Height} as it once did");
            if (head.Hash != entry.Head) throw new InvalidDataException($"block {head.Number} became 0x{head.Hash}, and not 0x{entry.Head} as it once was");
            if (state.Root != entry.State) throw new InvalidDataException($"the accounts after block {head.Number} became 0x{state.Root}, and not 0x{entry.State} as they once were");
        }
    }

    void Run(ChainInput input)
    {
        switch (input)
        {
            case ChainInput.Transaction(var raw): Submit(raw, out _); break;
            case ChainInput.Impersonated(var sender, var raw):
                if (!SignedTransaction.Decode(raw.Span, out var unsigned).IsAccepted) throw new InvalidDataException("a transaction of an impersonated account is none");
                SubmitAs(unsigned!.Transaction, sender, out _);
                break;
            case ChainInput.Mine: Mine(); break;
            case ChainInput.Automine(var on): Automine = on; break;
            case ChainInput.Drop(var hash): Drop(hash); break;
            case ChainInput.Balance(var address, var wei): SetBalance(address, wei); break;
            case ChainInput.Fund(var address, var wei): Fund(address, wei); break;
            case ChainInput.Nonce(var address, var nonce): SetNonce(address, nonce); break;
            case ChainInput.Code(var address, var bytes): SetCode(address, bytes); break;
            case ChainInput.Slot(var address, var key, var value): SetStorage(address, key, value); break;
            case ChainInput.IncreaseTime(var by): TryIncreaseTime(by, out _); break;
            case ChainInput.SetTime(var timestamp): SetTime(timestamp); break;
            case ChainInput.NextTimestamp(var timestamp): SetNextTimestamp(timestamp); break;
            case ChainInput.TimestampInterval(var seconds): TimestampInterval = seconds; break;
            case ChainInput.MiningInterval(var every): MiningInterval = every; break;
            case ChainInput.NextBaseFee(var wei): SetNextBaseFee(wei); break;
            case ChainInput.Coinbase(var address): SetCoinbase(address); break;
            case ChainInput.Snapshot: TakeSnapshot(); break;
            case ChainInput.Revert(var number): RevertTo(number); break;
            case ChainInput.Reorg(var depth, var transactions, var keep, var replace): Reorganise(depth, transactions, keep, replace); break;
            default: throw new ArgumentException($"{input.GetType().Name} is not replayed", nameof(input));
        }
    }
}
