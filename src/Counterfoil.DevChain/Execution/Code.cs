using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Execution;

/// <summary>The code of an account: its bytes, its hash, and where in it one may jump, found once and kept.</summary>
/// <remarks>Accounts with the same code share one of these through the state, so the analysis is made once per code hash.</remarks>
public sealed class Code
{
    // PUSH32 as the last byte reads 32 bytes beyond the end, and running off the end is STOP: zeros behind the code give both without a test.
    const int Padding = 33;

    readonly byte[] padded;
    Keccak256Digest? hash;
    ulong[]? jumpDestinations;

    /// <summary>No code: an account that only holds money.</summary>
    public static Code Empty { get; } = new([]);

    /// <summary>Copies the code's bytes.</summary>
    public Code(ReadOnlySpan<byte> bytes)
    {
        padded = new byte[bytes.Length + Padding];
        bytes.CopyTo(padded);
        Length = bytes.Length;
        DelegatesTo = Delegation.TryRead(bytes, out var address) ? address : null;
    }

    /// <summary>The number of bytes.</summary>
    public int Length { get; }

    /// <summary>Whose code is run in place of this, where it is a designator (EIP-7702).</summary>
    public Address? DelegatesTo { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => padded.AsSpan(0, Length);

    /// <summary>The Keccak-256 digest of the bytes.</summary>
    public Keccak256Digest Hash => hash ??= Keccak256.Hash(Bytes);

    internal byte[] Padded => padded;

    /// <summary>One bit per byte of the code: set where a JUMPDEST is an instruction and not the operand of a PUSH.</summary>
    internal ulong[] JumpDestinations => jumpDestinations ??= Analyse();

    ulong[] Analyse()
    {
        var bits = new ulong[(Length >> 6) + 1];
        for (int i = 0; i < Length; i++)
        {
            byte opcode = padded[i];
            if (opcode == (byte)Opcode.JumpDest) bits[i >> 6] |= 1UL << (i & 63);
            else if (opcode is >= (byte)Opcode.Push1 and <= (byte)Opcode.Push32) i += opcode - (byte)Opcode.Push1 + 1;
        }
        return bits;
    }
}
