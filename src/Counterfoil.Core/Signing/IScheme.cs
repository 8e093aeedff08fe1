using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Signing;

/// <summary>The seam: what a signature library does for us. Nothing outside the two implementations knows which library that is.</summary>
interface IScheme
{
    const int SignatureSize = 64;
    const int SeedSize = 32;

    static IReadOnlyList<IScheme> All { get; } = [new Ed25519Scheme(), new P256Scheme()];

    SignatureAlgorithm Algorithm { get; }
    string Name { get; }
    int PublicKeySize { get; }
    ReadOnlySpan<byte> SubjectPublicKeyInfoPrefix { get; }

    /// <summary>Of an encoding of the right length: canonical, on the curve, in the prime-order group?</summary>
    Verdict CheckPublicKey(byte[] publicKey);
    Verdict Verify(byte[] publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    bool IsSeed(ReadOnlySpan<byte> seed);
    byte[] PublicKeyOf(byte[] seed);
    byte[] Sign(byte[] seed, byte[] publicKey, ReadOnlySpan<byte> message);

    static IScheme Of(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Ed25519 => All[0],
        SignatureAlgorithm.P256 => All[1],
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not a signature algorithm"),
    };
}
