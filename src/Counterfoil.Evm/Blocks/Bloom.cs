using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Blocks;

/// <summary>2048 bits in which every address and topic of a log sets three (yellow paper §4.3.1, M3:2048): may say yes wrongly, never no.</summary>
public sealed class Bloom : IEquatable<Bloom>
{
    readonly byte[] bits = new byte[Size];

    /// <summary>The number of bytes: 256.</summary>
    public const int Size = 256;

    /// <summary>The filter of nothing.</summary>
    public Bloom() { }

    /// <summary>Reads exactly 256 bytes.</summary>
    public Bloom(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"expected {Size} bytes, got {bytes.Length}", nameof(bytes));
        bytes.CopyTo(bits);
    }

    /// <summary>The 256 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bits;

    /// <summary>The filter of the addresses and topics of some log entries.</summary>
    public static Bloom Of(IEnumerable<LogEntry> logs)
    {
        ArgumentNullException.ThrowIfNull(logs);
        var bloom = new Bloom();
        Span<byte> word = stackalloc byte[Bytes32.Size];
        foreach (var log in logs)
        {
            log.Address.CopyTo(word);
            bloom.Add(word[..Address.Size]);
            foreach (var topic in log.Topics)
            {
                topic.CopyTo(word);
                bloom.Add(word);
            }
        }
        return bloom;
    }

    /// <summary>Adds the bytes of an address or topic.</summary>
    public void Add(ReadOnlySpan<byte> item)
    {
        foreach (int bit in Bits(item, stackalloc int[3])) bits[Size - 1 - bit / 8] |= (byte)(1 << (bit & 7));
    }

    /// <summary>Adds all that another filter holds.</summary>
    public void Add(Bloom other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < Size; i++) bits[i] |= other.bits[i];
    }

    /// <summary>False where the item was surely not added.</summary>
    public bool MayContain(ReadOnlySpan<byte> item)
    {
        foreach (int bit in Bits(item, stackalloc int[3]))
            if ((bits[Size - 1 - bit / 8] & 1 << (bit & 7)) == 0) return false;
        return true;
    }

    /// <summary>Whether an entry of this address, with this first topic, may be among the logs.</summary>
    public bool MayContain(Address address, Bytes32 topic)
    {
        Span<byte> word = stackalloc byte[Bytes32.Size];
        address.CopyTo(word);
        if (!MayContain(word[..Address.Size])) return false;
        topic.CopyTo(word);
        return MayContain(word);
    }

    // The low eleven bits of each of the first three pairs of bytes of the digest.
    static ReadOnlySpan<int> Bits(ReadOnlySpan<byte> item, Span<int> three)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Keccak256.Hash(item, digest);
        for (int i = 0; i < 3; i++) three[i] = (digest[2 * i] << 8 | digest[2 * i + 1]) & 2047;
        return three;
    }

    /// <inheritdoc/>
    public bool Equals(Bloom? other) => other is not null && bits.AsSpan().SequenceEqual(other.bits);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Bloom);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(bits);
        return hash.ToHashCode();
    }

    /// <summary>512 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(bits);
}
