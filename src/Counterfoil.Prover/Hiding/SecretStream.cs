using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Prover.Hiding;

/// <summary>Pads, masks and salts from a seed of 32 bytes: AES-256 in counter mode.</summary>
/// <remarks>
/// What a proof hides, it hides as well as AES-256 with a secret key looks random. A field element is a word below p, drawn again otherwise. Not safe for concurrent use.
/// </remarks>
sealed class SecretStream : IDisposable
{
    const int BlockSize = 16;

    readonly Aes aes = Aes.Create();
    readonly byte[] counters = new byte[1 << 14];
    ulong block;

    /// <summary>The stream of a seed, which it copies.</summary>
    public SecretStream(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize) throw new ArgumentException($"a seed has {SeedSize} bytes, got {seed.Length}", nameof(seed));
        aes.SetKey(seed);
    }

    /// <summary>Bytes of a seed.</summary>
    public const int SeedSize = 32;

    /// <summary>A stream of its own, with a seed from a source of randomness.</summary>
    public static SecretStream From(RandomNumberGenerator random)
    {
        Span<byte> seed = stackalloc byte[SeedSize];
        random.GetBytes(seed);
        var stream = new SecretStream(seed);
        CryptographicOperations.ZeroMemory(seed);
        return stream;
    }

    /// <summary>The next bytes; a stretch always starts at a block of its own.</summary>
    public void Fill(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int blocks = Math.Min(counters.Length / BlockSize, (bytes.Length + BlockSize - 1) / BlockSize);
            for (int i = 0; i < blocks; i++) BinaryPrimitives.WriteUInt64BigEndian(counters.AsSpan(BlockSize * i + 8), block++);
            int size = blocks * BlockSize;
            if (size <= bytes.Length)
            {
                aes.EncryptEcb(counters.AsSpan(0, size), bytes[..size], PaddingMode.None);
                bytes = bytes[size..];
                continue;
            }
            Span<byte> rest = new byte[size];
            aes.EncryptEcb(counters.AsSpan(0, size), rest, PaddingMode.None);
            rest[..bytes.Length].CopyTo(bytes);
            CryptographicOperations.ZeroMemory(rest);
            return;
        }
    }

    /// <summary>Uniform elements of the base field.</summary>
    public void Fill(Span<Goldilocks> elements)
    {
        var words = MemoryMarshal.Cast<Goldilocks, ulong>(elements);
        Fill(MemoryMarshal.AsBytes(words));
        for (int i = 0; i < words.Length; i++)
            while (words[i] >= Goldilocks.Modulus) Fill(MemoryMarshal.AsBytes(words.Slice(i, 1)));
    }

    /// <inheritdoc/>
    public void Dispose() => aes.Dispose();
}
