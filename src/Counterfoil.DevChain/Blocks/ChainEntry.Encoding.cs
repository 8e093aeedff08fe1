using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.DevChain;

/// <content>An entry in bytes: the RLP list of kind, clock in ticks, height, head, state and what the kind has.</content>
public sealed partial record ChainEntry
{
    /// <summary>The longest entry that is read, in bytes: a reorg of all the transactions that fit a request.</summary>
    public const int MaxLength = 64 << 20;

    // Numbers are for ever: a journal outlives the program that wrote it.
    enum Kind { Transaction = 1, Mine, Automine, Drop, Balance, Fund, Nonce, Code, Slot, IncreaseTime, SetTime, NextTimestamp, TimestampInterval, MiningInterval, NextBaseFee, Snapshot, Revert, Reorg, Impersonated, Coinbase }

    /// <summary>The entry as bytes.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter();
        rlp.BeginList();
        switch (Input)
        {
            case ChainInput.Transaction(var raw): Begin(Kind.Transaction).Write(raw.Span); break;
            case ChainInput.Impersonated(var sender, var raw): Begin(Kind.Impersonated, sender).Write(raw.Span); break;
            case ChainInput.Coinbase(var address): Begin(Kind.Coinbase, address); break;
            case ChainInput.Mine: Begin(Kind.Mine); break;
            case ChainInput.Automine(var on): Begin(Kind.Automine).Write(on ? 1ul : 0); break;
            case ChainInput.Drop(var hash): Begin(Kind.Drop).Write(hash.Value); break;
            case ChainInput.Balance(var address, var wei): Begin(Kind.Balance, address).Write(wei); break;
            case ChainInput.Fund(var address, var wei): Begin(Kind.Fund, address).Write(wei); break;
            case ChainInput.Nonce(var address, var nonce): Begin(Kind.Nonce, address).Write(nonce); break;
            case ChainInput.Code(var address, var bytes): Begin(Kind.Code, address).Write(bytes.Span); break;
            case ChainInput.Slot(var address, var key, var value):
                Begin(Kind.Slot, address).Write(key);
                rlp.Write(value);
                break;
            case ChainInput.IncreaseTime(var by): Begin(Kind.IncreaseTime).Write((ulong)by.Ticks); break;
            case ChainInput.SetTime(var timestamp): Begin(Kind.SetTime).Write(timestamp); break;
            case ChainInput.NextTimestamp(var timestamp): Begin(Kind.NextTimestamp).Write(timestamp); break;
            // One more than the number, so that none has a place.
            case ChainInput.TimestampInterval(var seconds): Begin(Kind.TimestampInterval).Write(seconds + 1 ?? 0); break;
            case ChainInput.MiningInterval(var every): Begin(Kind.MiningInterval).Write((ulong)(every?.Ticks ?? 0)); break;
            case ChainInput.NextBaseFee(var wei): Begin(Kind.NextBaseFee).Write(wei); break;
            case ChainInput.Snapshot: Begin(Kind.Snapshot); break;
            case ChainInput.Revert(var number): Begin(Kind.Revert).Write((ulong)number); break;
            case ChainInput.Reorg(var depth, var transactions, var keep, var replace):
                Begin(Kind.Reorg).Write((ulong)depth);
                rlp.Write(keep ? 1ul : 0);
                rlp.Write(replace ? 1ul : 0);
                rlp.BeginList();
                foreach (var (raw, block) in transactions)
                {
                    rlp.Write((ulong)block);
                    rlp.Write(raw.Span);
                }
                rlp.EndList();
                break;
            default: throw new InvalidOperationException($"{Input.GetType().Name} is not written down");
        }
        rlp.EndList();
        return rlp.ToArray();

        RlpWriter Begin(Kind kind, Address? address = null)
        {
            rlp.Write((ulong)kind);
            rlp.Write((ulong)At.UtcTicks);
            rlp.Write(Height);
            rlp.Write(Head.Value);
            rlp.Write(State.Value);
            if (address is { } of) rlp.Write(of);
            return rlp;
        }
    }

    /// <summary>Reads an entry.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out ChainEntry? entry)
    {
        var rlp = new RlpReader(bytes, MaxLength);
        rlp.BeginList();
        ulong kind = rlp.ReadUInt64(), ticks = rlp.ReadUInt64(), height = rlp.ReadUInt64();
        Keccak256Digest head = new(rlp.ReadBytes32()), state = new(rlp.ReadBytes32());
        if (ticks > (ulong)DateTimeOffset.MaxValue.Ticks) rlp.Fail(DevChainChecks.Entry, "a time before the year 10000", $"{ticks} ticks");
        var input = ReadInput(ref rlp, (Kind)kind);
        rlp.EndList();
        var verdict = rlp.Finish();
        entry = verdict.IsAccepted ? new ChainEntry(new DateTimeOffset((long)ticks, TimeSpan.Zero), input!, height, head, state) : null;
        return verdict;
    }

    static ChainInput? ReadInput(ref RlpReader rlp, Kind kind)
    {
        switch (kind)
        {
            case Kind.Transaction: return new ChainInput.Transaction(rlp.ReadBytes().ToArray());
            case Kind.Impersonated: return new ChainInput.Impersonated(rlp.ReadAddress(), rlp.ReadBytes().ToArray());
            case Kind.Coinbase: return new ChainInput.Coinbase(rlp.ReadAddress());
            case Kind.Mine: return new ChainInput.Mine();
            case Kind.Automine: return new ChainInput.Automine(Flag(ref rlp));
            case Kind.Drop: return new ChainInput.Drop(new(rlp.ReadBytes32()));
            case Kind.Balance: return new ChainInput.Balance(rlp.ReadAddress(), rlp.ReadUInt256());
            case Kind.Fund: return new ChainInput.Fund(rlp.ReadAddress(), rlp.ReadUInt256());
            case Kind.Nonce: return new ChainInput.Nonce(rlp.ReadAddress(), rlp.ReadUInt64());
            case Kind.Code: return new ChainInput.Code(rlp.ReadAddress(), rlp.ReadBytes().ToArray());
            case Kind.Slot: return new ChainInput.Slot(rlp.ReadAddress(), rlp.ReadUInt256(), rlp.ReadUInt256());
            case Kind.IncreaseTime: return new ChainInput.IncreaseTime(new TimeSpan(Long(ref rlp)));
            case Kind.SetTime: return new ChainInput.SetTime(rlp.ReadUInt64());
            case Kind.NextTimestamp: return new ChainInput.NextTimestamp(rlp.ReadUInt64());
            case Kind.TimestampInterval: return new ChainInput.TimestampInterval(rlp.ReadUInt64() is > 0 and var seconds ? seconds - 1 : null);
            case Kind.MiningInterval: return new ChainInput.MiningInterval(Long(ref rlp) is > 0 and var every ? new TimeSpan(every) : null);
            case Kind.NextBaseFee: return new ChainInput.NextBaseFee(rlp.ReadUInt256());
            case Kind.Snapshot: return new ChainInput.Snapshot();
            case Kind.Revert: return new ChainInput.Revert((int)Long(ref rlp, int.MaxValue));
            case Kind.Reorg:
                int depth = (int)Long(ref rlp, int.MaxValue);
                bool keep = Flag(ref rlp), replace = Flag(ref rlp);
                var transactions = new List<ReorgTransaction>();
                rlp.BeginList();
                while (rlp.HasMore)
                {
                    int block = (int)Long(ref rlp, int.MaxValue);
                    transactions.Add(new ReorgTransaction(rlp.ReadBytes().ToArray(), block));
                }
                rlp.EndList();
                return new ChainInput.Reorg(depth, transactions, keep, replace);
            default:
                rlp.Fail(DevChainChecks.Entry, "a kind of input that is known", $"{(int)kind}");
                return null;
        }
    }

    static bool Flag(ref RlpReader rlp) => Long(ref rlp, 1) == 1;

    static long Long(ref RlpReader rlp, long most = long.MaxValue)
    {
        ulong value = rlp.ReadUInt64();
        if (value > (ulong)most) rlp.Fail(DevChainChecks.Entry, $"at most {most}", $"{value}");
        return value <= (ulong)most ? (long)value : 0;
    }
}
