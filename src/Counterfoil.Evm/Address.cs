using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm;

/// <summary>The address of an account: the last 20 bytes of a Keccak-256 digest (yellow paper §4.1, §7).</summary>
public readonly record struct Address : IComparable<Address>
{
    readonly ulong high, middle;
    readonly uint low;

    /// <summary>The number of bytes: 20.</summary>
    public const int Size = 20;

    /// <summary>The address of twenty zero bytes: "nobody", where a contract says so.</summary>
    public static Address Zero => default;

    /// <summary>Reads exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 20 bytes long.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"expected {Size} bytes, got {bytes.Length}", nameof(bytes));
        high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>Whether every byte is zero.</summary>
    public bool IsZero => (high | middle | low) == 0;

    /// <summary>The low 160 bits of a word, as the EVM reads an address off its stack.</summary>
    public static Address FromWord(UInt256 word)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        word.WriteBigEndian(bytes);
        return new Address(bytes[12..]);
    }

    /// <summary>The address as a word, with twelve leading zero bytes.</summary>
    public UInt256 ToWord() => new(middle << 32 | low, high << 32 | middle >> 32, high >> 32, 0);

    /// <summary>The account of a public key: the last 20 bytes of the Keccak-256 digest of its coordinates.</summary>
    /// <param name="coordinates">x and y, 64 bytes big-endian, without the SEC 1 prefix 0x04.</param>
    public static Address FromPublicKey(ReadOnlySpan<byte> coordinates)
    {
        if (coordinates.Length != 64) throw new ArgumentException($"expected 64 bytes, got {coordinates.Length}", nameof(coordinates));
        return OfDigest(Keccak256.Hash(coordinates));
    }

    /// <summary>The contract that <paramref name="creator"/> creates with its nonce (CREATE, and transactions without a recipient).</summary>
    public static Address Created(Address creator, ulong nonce)
    {
        var rlp = new RlpWriter(32);
        rlp.BeginList();
        rlp.Write(creator);
        rlp.Write(nonce);
        rlp.EndList();
        return OfDigest(Keccak256.Hash(rlp.WrittenSpan));
    }

    /// <summary>The contract that <paramref name="creator"/> creates at an address of its choosing (CREATE2, EIP-1014).</summary>
    public static Address Created2(Address creator, Bytes32 salt, Keccak256Digest initCodeHash)
    {
        Span<byte> preimage = stackalloc byte[1 + Size + 64];
        preimage[0] = 0xff;
        creator.CopyTo(preimage[1..]);
        salt.CopyTo(preimage[21..]);
        initCodeHash.CopyTo(preimage[53..]);
        return OfDigest(Keccak256.Hash(preimage));
    }

    static Address OfDigest(Keccak256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        digest.CopyTo(bytes);
        return new Address(bytes[12..]);
    }

    /// <summary>Writes the 20 bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], low);
    }

    /// <summary>A new array of the 20 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary><c>0x</c> and 40 lower-case digits.</summary>
    public string ToHex() => $"0x{Convert.ToHexStringLower(ToArray())}";

    /// <summary>The address with the checksum of EIP-55 in the case of its letters.</summary>
    public override string ToString()
    {
        Span<byte> ascii = stackalloc byte[40], digest = stackalloc byte[Bytes32.Size], bytes = stackalloc byte[Size];
        CopyTo(bytes);
        for (int i = 0; i < 40; i++) ascii[i] = (byte)"0123456789abcdef"[bytes[i >> 1] >> (4 - (i & 1) * 4) & 15];
        Keccak256.Hash(ascii, digest);
        Span<char> text = ['0', 'x', .. stackalloc char[40]];
        for (int i = 0; i < 40; i++)
        {
            bool upper = ascii[i] > '9' && (digest[i >> 1] >> (4 - (i & 1) * 4) & 8) != 0;
            text[i + 2] = (char)(upper ? ascii[i] - 32 : ascii[i]);
        }
        return new string(text);
    }

    /// <summary>Reads <c>0x</c> and 40 digits: all lower case, all upper case, or mixed with a correct EIP-55 checksum. A mistyped checksum is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        address = default;
        if (text is not { Length: 42 } || !text.StartsWith("0x", StringComparison.Ordinal)) return false;
        Span<byte> bytes = stackalloc byte[Size];
        var digits = text.AsSpan(2);
        if (!Hex.TryDecode(text.ToLowerInvariant().AsSpan(2), bytes)) return false;
        var read = new Address(bytes);
        bool mixed = digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F');
        if (mixed && read.ToString() != text) return false;
        address = read;
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, for constants in code and values already validated.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not an address.</exception>
    public static Address Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address");

    /// <inheritdoc/>
    public int CompareTo(Address other) =>
        high != other.high ? high.CompareTo(other.high) : middle != other.middle ? middle.CompareTo(other.middle) : low.CompareTo(other.low);
    /// <summary>Orders by bytes.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;
    /// <summary>Orders by bytes.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
