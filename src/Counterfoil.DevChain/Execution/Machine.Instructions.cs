using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.DevChain.Execution;

/// <content>The instructions with more to them than arithmetic. Those that can fail say why in <see cref="fault"/> and return false.</content>
sealed partial class Machine
{
    static UInt256 Word(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        return UInt256.ReadBigEndian(bytes);
    }

    bool OutOfGas()
    {
        fault = Fault.OutOfGas;
        return false;
    }

    bool Reach(Frame frame, in UInt256 offset, in UInt256 length) => frame.Expand(offset, length) || OutOfGas();

    bool Hash(Frame frame, in UInt256 offset, ref UInt256 length)
    {
        if (!frame.Expand(offset, length) || !frame.Charge(Gas.KeccakWord * Gas.Words((long)length.U0))) return OutOfGas();
        Span<byte> digest = stackalloc byte[32];
        Keccak256.Hash(frame.Slice(offset, length), digest);
        length = UInt256.ReadBigEndian(digest);
        return true;
    }

    static UInt256 LoadCallData(ReadOnlySpan<byte> input, in UInt256 offset)
    {
        if (!offset.IsUInt64 || offset.U0 >= (ulong)input.Length) return default;
        var present = input[(int)offset.U0..];
        if (present.Length >= 32) return UInt256.ReadBigEndian(present[..32]);
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        present.CopyTo(word);
        return UInt256.ReadBigEndian(word);
    }

    UInt256 BlobHash(in UInt256 index) =>
        index.IsUInt64 && index.U0 < (ulong)transaction.BlobHashes.Count ? Word(transaction.BlobHashes[(int)index.U0]) : default;

    UInt256 BlockHash(in UInt256 number)
    {
        if (!number.IsUInt64 || number.U0 >= block.Number || block.Number - number.U0 > 256) return default;
        return block.HashOf(number.U0) is { } hash ? Word(hash.Value) : default;
    }

    // Memory from a source that is taken to go on with zeros for ever.
    bool Copy(Frame frame, ReadOnlySpan<byte> source, in UInt256 to, in UInt256 from, in UInt256 length)
    {
        if (!frame.Expand(to, length) || !frame.Charge(Gas.CopyWord * Gas.Words((long)length.U0))) return OutOfGas();
        var destination = frame.Slice(to, length);
        var present = from.IsUInt64 && from.U0 < (ulong)source.Length ? source[(int)from.U0..] : default;
        if (present.Length > destination.Length) present = present[..destination.Length];
        present.CopyTo(destination);
        destination[present.Length..].Clear();
        return true;
    }

    bool CopyReturnData(Frame frame, in UInt256 to, in UInt256 from, in UInt256 length)
    {
        if (UInt256.AddOverflows(from, length, out var end) || end > new UInt256((ulong)frame.ReturnData.Length))
        {
            fault = Fault.ReturnDataOutOfBounds;
            return false;
        }
        return Copy(frame, frame.ReturnData.Span, to, from, length);
    }

    bool CopyMemory(Frame frame, in UInt256 to, in UInt256 from, in UInt256 length)
    {
        var furthest = to > from ? to : from;
        if (!frame.Expand(furthest, length) || !frame.Charge(Gas.CopyWord * Gas.Words((long)length.U0))) return OutOfGas();
        frame.Slice(from, length).CopyTo(frame.Slice(to, length)); // Span.CopyTo is right for ranges that overlap
        return true;
    }

    bool CopyForeignCode(Frame frame, in UInt256 word, in UInt256 to, in UInt256 from, in UInt256 length)
    {
        var account = world[Address.FromWord(word)];
        return frame.Charge(world.Warm(account) ? Gas.ColdAccount : Gas.Warm) ? Copy(frame, account.Code.Bytes, to, from, length) : OutOfGas();
    }

    bool AskAccount(Frame frame, Opcode question, ref UInt256 word)
    {
        var account = world[Address.FromWord(word)];
        if (!frame.Charge(world.Warm(account) ? Gas.ColdAccount : Gas.Warm)) return OutOfGas();
        word = question switch
        {
            Opcode.Balance => account.Balance,
            Opcode.ExtCodeSize => new UInt256((ulong)account.Code.Length),
            _ => account.IsEmpty ? default : Word(account.Code.Hash.Value), // EIP-1052: zero where there is no account
        };
        return true;
    }

    bool LoadStorage(Frame frame, ref UInt256 word)
    {
        var key = word;
        return frame.Charge(world.Load(frame.Self, key, out word) ? Gas.ColdSlot : Gas.Warm) || OutOfGas();
    }

    /// <summary>SSTORE: the net gas metering of EIP-2200 with the prices of EIP-2929 and the refunds of EIP-3529.</summary>
    bool StoreStorage(Frame frame, in UInt256 key, in UInt256 value)
    {
        if (frame.IsStatic)
        {
            fault = Fault.StaticViolation;
            return false;
        }
        if (frame.Gas <= Gas.SStoreSentry) return OutOfGas();
        bool cold = world.Warm(frame.Self, key);
        ref var slot = ref world.SlotAt(frame.Self, key);
        long cost = cold ? Gas.ColdSlot : 0, refund = 0;
        if (slot.Current == value) cost += Gas.Warm;
        else if (slot.Current == slot.Original)
        {
            cost += slot.Original.IsZero ? Gas.SStoreSet : Gas.SStoreReset;
            if (!slot.Original.IsZero && value.IsZero) refund = Gas.SStoreClearRefund;
        }
        else
        {
            cost += Gas.Warm;
            if (!slot.Original.IsZero)
            {
                if (slot.Current.IsZero) refund -= Gas.SStoreClearRefund;
                else if (value.IsZero) refund += Gas.SStoreClearRefund;
            }
            if (slot.Original == value) refund += (slot.Original.IsZero ? Gas.SStoreSet : Gas.SStoreReset) - Gas.Warm;
        }
        if (!frame.Charge(cost)) return OutOfGas();
        world.Refund += refund;
        if (slot.Current != value) world.Store(frame.Self, ref slot, key, value);
        return true;
    }

    bool Emit(Frame frame, int topics)
    {
        var stack = frame.Stack;
        int top = frame.Top;
        var offset = stack[top - 1];
        var length = stack[top - 2];
        if (frame.IsStatic)
        {
            fault = Fault.StaticViolation;
            return false;
        }
        if (!frame.Expand(offset, length) || !frame.Charge(Gas.LogByte * (long)length.U0)) return OutOfGas();
        var subjects = new Bytes32[topics];
        for (int i = 0; i < topics; i++) subjects[i] = new Bytes32(stack[top - 3 - i].ToBigEndian());
        world.Logs.Add(new LogEntry(frame.Self.Address, subjects, frame.Slice(offset, length).ToArray()));
        return true;
    }
}
