using System.Security.Cryptography;
using Counterfoil.Chain.Secp256k1;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Counterfoil.Cli.Bench;

/// <summary>The managed secp256k1 and Keccak beside others' in the same run, every answer compared.</summary>
static class CurveBench
{
    const int Count = 64;

    static readonly byte[] Secret = Keccak256.Hash("a signer for measurements"u8).ToArray();

    /// <summary>The machine's library, or why there is none.</summary>
    public static string Library => LibSecp256k1.TryLoad(out var library, out string? why) ? library.Name : why;

    public static IEnumerable<Figure> Signatures(BenchRun run)
    {
        var managed = ManagedSecp256k1.Instance;
        var key = managed.PublicKeyOf(Secret);
        Bytes32[] digests = [.. Enumerable.Range(0, Count).Select(i => Keccak256.Hash(BitConverter.GetBytes(i)).Value)];
        EcdsaSignature[] signatures = [.. digests.Select(d => managed.Sign(Secret, d))];

        void Sign(int i) => Agree(managed.Sign(Secret, digests[i]) == signatures[i]);
        void Verify(int i) => Agree(managed.Verify(key, digests[i], signatures[i]));
        void Recover(int i) => Agree(managed.TryRecover(digests[i], signatures[i], out var recovered) && recovered == key);

        LibSecp256k1.TryLoad(out var library, out _);
        yield return Of(run, "secp256k1 sign", Sign, library?.Name, i => Agree(library!.Sign(Secret, digests[i]) == signatures[i]));
        yield return Of(run, "secp256k1 verify", Verify, library?.Name, i => Agree(library!.VerifyEquation(key, digests[i], signatures[i])));
        yield return Of(run, "secp256k1 recover", Recover, library?.Name, i => Agree(library!.TryRecover(digests[i], signatures[i], out var recovered) && recovered == key));

        var bouncy = new BouncyCastle(key);
        yield return Of(run, "secp256k1 sign", Sign, "BouncyCastle", i => Agree(bouncy.Sign(digests[i]) == (signatures[i].R, signatures[i].S)));
        yield return Of(run, "secp256k1 verify", Verify, "BouncyCastle", i => Agree(bouncy.Verify(digests[i], signatures[i])));
        yield return Of(run, "secp256k1 recover", Recover, "BouncyCastle", i => Agree(BouncyCastle.Recover(digests[i], signatures[i]) == key));

        using var framework = OfFramework(key);
        if (framework is null) yield break;
        byte[][] hashes = [.. digests.Select(d => d.ToArray())], references = [.. hashes.Select(h => framework.SignHash(h))];
        yield return Of(run, "secp256k1 sign", Sign, "ECDsa of the framework (OpenSSL)", i => framework.SignHash(hashes[i]));
        yield return Of(run, "secp256k1 verify", Verify, "ECDsa of the framework (OpenSSL)", i => Agree(framework.VerifyHash(hashes[i], references[i])));
    }

    public static Figure Keccak(BenchRun run)
    {
        const int many = 1_000;
        byte[][] messages = [.. Enumerable.Range(0, many).Select(i => SHA512.HashData(BitConverter.GetBytes(i)))];
        var (found, expected) = (new Keccak256Digest[many], new Keccak256Digest[many]);
        var bouncy = new Org.BouncyCastle.Crypto.Digests.KeccakDigest(256);
        byte[] digest = new byte[32];
        var (ours, theirs) = Stopwatches.Pair(run, () =>
        {
            for (int i = 0; i < many; i++) found[i] = Keccak256.Hash(messages[i]);
        }, () =>
        {
            for (int i = 0; i < many; i++)
            {
                bouncy.BlockUpdate(messages[i], 0, 64);
                bouncy.DoFinal(digest, 0);
                expected[i] = new Keccak256Digest(digest);
            }
        });
        Agree(found.AsSpan().SequenceEqual(expected));
        return new Figure("Keccak-256 of 64 bytes", ours * 1e6 / many, "µs", "BouncyCastle", theirs * 1e6 / many, LessIsBetter: true);
    }

    // Without the reference the row says so, and has no figure of it.
    static Figure Of(BenchRun run, string name, Action<int> ours, string? reference, Action<int> theirs)
    {
        static void Each(Action<int> work)
        {
            for (int i = 0; i < Count; i++) work(i);
        }
        if (reference is null) return new($"{name} ({Library})", Stopwatches.Median(run, () => Each(ours)) * 1e6 / Count, "µs", LessIsBetter: true);
        var (mine, other) = Stopwatches.Pair(run, () => Each(ours), () => Each(theirs));
        return new(name, mine * 1e6 / Count, "µs", reference, other * 1e6 / Count, LessIsBetter: true);
    }

    static void Agree(bool holds)
    {
        if (!holds) throw new InvalidOperationException("two implementations of secp256k1 or Keccak do not agree");
    }

    static ECDsa? OfFramework(Secp256k1PublicKey point)
    {
        try
        {
            return ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.CreateFromFriendlyName("secP256k1"), D = Secret, Q = new ECPoint { X = point.X.ToBigEndian(), Y = point.Y.ToBigEndian() },
            });
        }
        catch (Exception e) when (e is PlatformNotSupportedException or CryptographicException)
        {
            return null; // macOS and some builds of OpenSSL do not know the curve
        }
    }

    sealed class BouncyCastle
    {
        static readonly ECDomainParameters Curve = new(SecNamedCurves.GetByName("secp256k1"));

        readonly ECDsaSigner signer = new(new HMacDsaKCalculator(new Org.BouncyCastle.Crypto.Digests.Sha256Digest())), verifier = new();

        public BouncyCastle(Secp256k1PublicKey key)
        {
            signer.Init(true, new ECPrivateKeyParameters(new BigInteger(1, Secret), Curve));
            verifier.Init(false, new ECPublicKeyParameters(Curve.Curve.DecodePoint(key.ToUncompressed()), Curve));
        }

        public (UInt256 R, UInt256 S) Sign(Bytes32 digest)
        {
            var rs = signer.GenerateSignature(digest.ToArray());
            var low = rs[1].CompareTo(Curve.N.ShiftRight(1)) > 0 ? Curve.N.Subtract(rs[1]) : rs[1];
            return (Number(rs[0]), Number(low));
        }

        public bool Verify(Bytes32 digest, EcdsaSignature signature) => verifier.VerifySignature(digest.ToArray(), Of(signature.R), Of(signature.S));

        // SEC 1 §4.1.6
        public static Secp256k1PublicKey Recover(Bytes32 digest, EcdsaSignature signature)
        {
            var nonce = Curve.Curve.DecodePoint([(byte)(signature.YParity ? 3 : 2), .. signature.R.ToBigEndian()]);
            var inverse = Of(signature.R).ModInverse(Curve.N);
            var z = new BigInteger(1, digest.ToArray());
            var q = Org.BouncyCastle.Math.EC.ECAlgorithms.SumOfTwoMultiplies(Curve.G, z.Negate().Multiply(inverse).Mod(Curve.N), nonce, Of(signature.S).Multiply(inverse).Mod(Curve.N)).Normalize();
            return Secp256k1PublicKey.FromTrusted(q.GetEncoded(false).AsSpan(1));
        }

        static UInt256 Number(BigInteger value) => UInt256.ReadBigEndian(Org.BouncyCastle.Utilities.BigIntegers.AsUnsignedByteArray(32, value));

        static BigInteger Of(UInt256 value) => new(1, value.ToBigEndian());
    }
}
