using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.State;

/// <summary>An account as the state trie holds it (Yellow Paper §4.1): its RLP is the list of nonce, balance, storage root and code hash.</summary>
sealed record AccountRecord(ulong Nonce, UInt256 Balance, Code Code, Trie<StorageValue> Storage) : ITrieValue
{
    public int WriteRlp(Span<byte> destination)
    {
        // 9 + 33 + 33 + 33 bytes at most: always the header of a list of 56 to 255 bytes.
        int end = 2 + Quantity.WriteRlp(Nonce, destination[2..]);
        end += Quantity.WriteRlp(Balance, destination[end..]);
        destination[end] = 0xa0;
        Storage.Hash.CopyTo(destination[(end + 1)..]);
        destination[end + 33] = 0xa0;
        Code.Hash.CopyTo(destination[(end + 34)..]);
        end += 66;
        destination[0] = 0xf8;
        destination[1] = (byte)(end - 2);
        return end;
    }
}

/// <summary>The value of a storage slot; zero is never stored.</summary>
readonly record struct StorageValue(UInt256 Value) : ITrieValue
{
    public int WriteRlp(Span<byte> destination) => Quantity.WriteRlp(Value, destination);
}

/// <summary>RLP of integers straight into a trie node's buffer: big-endian without leading zeros.</summary>
static class Quantity
{
    public static int WriteRlp(UInt256 value, Span<byte> destination)
    {
        if (value.IsUInt64 && value.U0 is > 0 and < 0x80)
        {
            destination[0] = (byte)value.U0;
            return 1;
        }
        Span<byte> word = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(word);
        int length = value.ByteLength;
        destination[0] = (byte)(0x80 + length);
        word[(UInt256.Size - length)..].CopyTo(destination[1..]);
        return 1 + length;
    }
}
