using System.Numerics;
using System.Text;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evm.Abi;

/// <summary>A value to encode or decoded: a word, bytes, or a sequence of values. What it means is said by the <see cref="AbiType"/> beside it.</summary>
/// <remarks>Made by conversion from the types that have one place in the ABI. A mismatch between value and type is the caller's bug and throws.</remarks>
public abstract record AbiValue
{
    AbiValue() { }

    /// <summary>Integers, accounts, booleans and fixed bytes, as the 32-byte word they are encoded to.</summary>
    public sealed record Word(UInt256 Value) : AbiValue;

    /// <summary><c>bytes</c> and <c>string</c>.</summary>
    public sealed record Blob(ReadOnlyMemory<byte> Bytes) : AbiValue
    {
        /// <inheritdoc/>
        public bool Equals(Blob? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);
        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(Bytes.Span);
            return hash.ToHashCode();
        }
    }

    /// <summary>Arrays and tuples.</summary>
    public sealed record Sequence(IReadOnlyList<AbiValue> Values) : AbiValue
    {
        /// <inheritdoc/>
        public bool Equals(Sequence? other) => other is not null && Values.SequenceEqual(other.Values);
        /// <inheritdoc/>
        public override int GetHashCode() => Values.Aggregate(Values.Count, HashCode.Combine);
    }

    /// <summary>An unsigned integer; of a signed one, its two's complement.</summary>
    public static implicit operator AbiValue(UInt256 value) => new Word(value);
    /// <summary>An unsigned integer.</summary>
    public static implicit operator AbiValue(ulong value) => new Word(value);
    /// <summary>An amount in the token's units.</summary>
    public static implicit operator AbiValue(TokenAmount value) => new Word(value.Units);
    /// <summary>A boolean.</summary>
    public static implicit operator AbiValue(bool value) => new Word(value ? 1 : 0);
    /// <summary>An account.</summary>
    public static implicit operator AbiValue(Address value) => new Word(value.ToWord());
    /// <summary>32 bytes.</summary>
    public static implicit operator AbiValue(Bytes32 value) => FixedBytes(value.ToArray());
    /// <summary>A digest as 32 bytes.</summary>
    public static implicit operator AbiValue(Keccak256Digest value) => value.Value;
    /// <summary>A digest as 32 bytes.</summary>
    public static implicit operator AbiValue(Sha256Digest value) => value.Value;
    /// <summary>Bytes of any number.</summary>
    public static implicit operator AbiValue(byte[] value) => new Blob(value);
    /// <summary>Bytes of any number.</summary>
    public static implicit operator AbiValue(ReadOnlyMemory<byte> value) => new Blob(value);
    /// <summary>Text.</summary>
    public static implicit operator AbiValue(string value) => new Blob(Encoding.UTF8.GetBytes(value));
    /// <summary>An array or a tuple.</summary>
    public static implicit operator AbiValue(AbiValue[] values) => new Sequence(values);

    /// <summary>A signed integer as its two's complement.</summary>
    /// <exception cref="ArgumentException">It is not in [−2^255, 2^255).</exception>
    public static AbiValue Signed(BigInteger value) =>
        BigInteger.Abs(value.Sign < 0 ? value + 1 : value) >> 255 == 0 ? new Word((UInt256)value) : throw new ArgumentException($"{value} does not fit 256 bits");

    /// <summary>Up to 32 bytes, at the left of a word.</summary>
    public static AbiValue FixedBytes(ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        bytes.CopyTo(word);
        return new Word(UInt256.ReadBigEndian(word));
    }

    /// <summary>The word as an unsigned integer.</summary>
    public UInt256 AsNumber => this is Word word ? word.Value : throw Mismatch("a word");
    /// <summary>The word as a signed integer.</summary>
    public BigInteger AsSigned => (BigInteger)AsNumber - (AsNumber.BitLength == 256 ? BigInteger.One << 256 : 0);
    /// <summary>The word as an account.</summary>
    public Address AsAddress => Address.FromWord(AsNumber);
    /// <summary>The word as a boolean.</summary>
    public bool AsBool => !AsNumber.IsZero;
    /// <summary>The word as 32 bytes.</summary>
    public Bytes32 AsBytes32 => new(AsNumber.ToBigEndian());
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> AsBytes => this is Blob blob ? blob.Bytes : throw Mismatch("bytes");
    /// <summary>The bytes as text; <see cref="AbiCodec.Decode"/> has made sure of a string's UTF-8.</summary>
    public string AsText => Encoding.UTF8.GetString(AsBytes.Span);
    /// <summary>The values of an array or a tuple.</summary>
    public IReadOnlyList<AbiValue> Items => this is Sequence sequence ? sequence.Values : throw Mismatch("a sequence");

    /// <summary>The word in hexadecimal, the bytes in hexadecimal, or the values in brackets.</summary>
    public sealed override string ToString() => this switch
    {
        Word word => word.Value.ToHex(),
        Blob blob => $"hex:{Convert.ToHexStringLower(blob.Bytes.Span)}",
        Sequence sequence => $"[{string.Join(", ", sequence.Values)}]",
        _ => GetType().Name,
    };

    InvalidOperationException Mismatch(string wanted) => new($"this value is {GetType().Name}, not {wanted}");
}
