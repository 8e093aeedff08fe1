using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Abi;

/// <summary>Some bytes: Solidity's <c>bytes</c>, or its <c>bytes1</c> to <c>bytes31</c>. Equal by what they hold.</summary>
/// <param name="Memory">The bytes.</param>
public readonly record struct AbiBytes(ReadOnlyMemory<byte> Memory)
{
    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;
    /// <summary>How many.</summary>
    public int Length => Memory.Length;
    /// <summary>A copy.</summary>
    public byte[] ToArray() => Memory.ToArray();

    /// <summary>The bytes, not copied.</summary>
    public static implicit operator AbiBytes(byte[] bytes) => new(bytes);
    /// <summary>The bytes, not copied.</summary>
    public static implicit operator AbiBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The first bytes of a word, as <c>bytesN</c> is encoded.</summary>
    public static AbiBytes FromWord(Bytes32 word, int count) => word.ToArray()[..count];

    /// <summary>These bytes as the word of a <c>bytesN</c>.</summary>
    /// <exception cref="ArgumentException">They are not exactly <paramref name="count"/>.</exception>
    public AbiValue ToWord(int count) => Length == count ? AbiValue.FixedBytes(Span) : throw new ArgumentException($"bytes{count} got {Length} bytes");

    /// <inheritdoc/>
    public bool Equals(AbiBytes other) => Span.SequenceEqual(other.Span);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>0x and hexadecimal digits.</summary>
    public override string ToString() => $"0x{Convert.ToHexStringLower(Span)}";
}
