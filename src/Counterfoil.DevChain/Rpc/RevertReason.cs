using System.Text;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

/// <summary>What Solidity's own two errors say in words; anything else the client reads from the data.</summary>
static class RevertReason
{
    /// <summary>The text of <c>Error(string)</c> (08c379a0: offset, length, text) or the meaning of <c>Panic(uint256)</c> (4e487b71).</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith((ReadOnlySpan<byte>)[0x4e, 0x48, 0x7b, 0x71]) && data.Length == 36) return Panic(UInt256.ReadBigEndian(data[4..]));
        if (data.Length < 68 || !data.StartsWith((ReadOnlySpan<byte>)[0x08, 0xc3, 0x79, 0xa0])) return null;
        var length = UInt256.ReadBigEndian(data.Slice(36, 32));
        if (length > new UInt256((ulong)Math.Min(data.Length - 68, 1_024))) return null;
        return Encoding.UTF8.GetString(data.Slice(68, (int)length.U0));
    }

    // Solidity's documentation, "Panic via assert and Error via require", in geth's words.
    static string Panic(UInt256 code) => !code.IsUInt64 ? $"unknown panic code: {code.ToHex()}" : code.U0 switch
    {
        0x00 => "generic panic",
        0x01 => "assert(false)",
        0x11 => "arithmetic underflow or overflow",
        0x12 => "division or modulo by zero",
        0x21 => "enum overflow",
        0x22 => "invalid encoded storage byte array accessed",
        0x31 => "out-of-bounds array access; popping on an empty array",
        0x32 => "out-of-bounds access of an array or bytesN",
        0x41 => "out of memory",
        0x51 => "uninitialized function",
        _ => $"unknown panic code: {code.ToHex()}",
    };
}
