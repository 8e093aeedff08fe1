using System.Runtime.CompilerServices;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

/// <summary>One call or creation in progress. Frames are kept and used again: a call costs no allocation once its depth has been reached before.</summary>
sealed class Frame(int depth)
{
    // Instructions check depth before they touch the stack, so 1024 is enough.
    // The interpreter forms references to the two uppermost items before it knows that there are any: without the room below, those of an empty
    // stack would point outside the array, which the garbage collector may not survive.
    readonly UInt256[] items = GC.AllocateUninitializedArray<UInt256>(2 + 1024);
    public readonly int Depth = depth;

    public Span<UInt256> Stack => items.AsSpan(2);

    public int Top, Pc;
    public long Gas;
    public Code Code = Code.Empty;
    public ReadOnlyMemory<byte> Input;
    public Account Self = null!;
    public Address Caller;
    public UInt256 Value;
    public bool IsStatic;

    /// <summary>What the last call or creation made from here returned: valid until the next one.</summary>
    public ReadOnlyMemory<byte> ReturnData;

    // How the frame gives back its result.
    public World.Moment Before;
    public bool IsCreation;
    public int OutputOffset, OutputLength;

    /// <summary>What the frame returned or reverted with: a range of its memory.</summary>
    public ReadOnlyMemory<byte> Output;

    byte[] memory = [];
    // Bytes that the program may see, a multiple of 32; all of them were cleared when they came into sight.
    int size;

    // A frame that once held more than this gives it back, so that one greedy call does not hold memory for ever.
    const int KeptMemory = 1 << 20;
    // More memory than this costs more than 2^41 gas, beyond any block here: such a program is out of gas.
    const long MaxMemory = 1 << 30;

    public int MemorySize => size;

    public void Begin(Code code, ReadOnlyMemory<byte> input, Account self, Address caller, in UInt256 value, long gas, bool isStatic)
    {
        (Code, Input, Self, Caller, Value, Gas, IsStatic) = (code, input, self, caller, value, gas, isStatic);
        (Top, Pc, size, ReturnData, Output) = (0, 0, 0, default, default);
        if (memory.Length > KeptMemory) memory = [];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Charge(long gas) => (Gas -= gas) >= 0;

    /// <summary>Makes <c>[offset, offset + length)</c> visible and pays for it; false when the gas does not suffice.</summary>
    /// <remarks>Offsets are words, and a length of zero touches nothing wherever it points (Yellow Paper, eq. 325).</remarks>
    public bool Expand(in UInt256 offset, in UInt256 length)
    {
        if (length.IsZero) return true;
        if (!length.IsUInt64 || !offset.IsUInt64 || length.U0 > MaxMemory || offset.U0 > MaxMemory) return OutOfGas();
        return Expand((long)(offset.U0 + length.U0));
    }

    bool Expand(long end)
    {
        if (end <= size) return true;
        if (end > MaxMemory) return OutOfGas();
        long words = Execution.Gas.Words(end);
        if (!Charge(Execution.Gas.Memory(words) - Execution.Gas.Memory(size >> 5))) return false;
        int newSize = (int)(words << 5);
        if (newSize > memory.Length) Array.Resize(ref memory, (int)Math.Min(Math.Max(newSize, 2L * memory.Length), MaxMemory));
        // Array.Resize copies stale bytes beyond size as well: clear all that come into sight.
        memory.AsSpan(size, newSize - size).Clear();
        size = newSize;
        return true;
    }

    bool OutOfGas()
    {
        Gas = -1;
        return false;
    }

    /// <summary>A visible range; empty where the length is zero, wherever the offset points.</summary>
    public Span<byte> Slice(scoped in UInt256 offset, scoped in UInt256 length) => length.IsZero ? default : memory.AsSpan((int)offset.U0, (int)length.U0);

    /// <inheritdoc cref="Slice"/>
    public ReadOnlyMemory<byte> Range(in UInt256 offset, in UInt256 length) => length.IsZero ? default : memory.AsMemory((int)offset.U0, (int)length.U0);

    /// <summary>The 32 bytes at <paramref name="offset"/> if they are visible already: the common case, without a charge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWord(in UInt256 offset, out Span<byte> word)
    {
        if (!offset.IsUInt64 || offset.U0 > (ulong)size || size - (int)offset.U0 < 32)
        {
            word = default;
            return false;
        }
        word = memory.AsSpan((int)offset.U0, 32);
        return true;
    }
}
