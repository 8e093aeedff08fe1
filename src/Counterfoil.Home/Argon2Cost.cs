using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace Counterfoil.Home;

/// <summary>What deriving a key from a passphrase costs: Argon2id (RFC 9106).</summary>
/// <param name="MemoryKiB">Memory in KiB, 8 per lane at least, 4 GiB at most.</param>
/// <param name="Passes">Passes over it, 1 to 16.</param>
/// <param name="Lanes">Degree of parallelism, 1 to 16.</param>
public sealed record Argon2Cost(int MemoryKiB, int Passes, int Lanes)
{
    /// <summary>RFC 9106 §4, the second recommended option: 64 MiB, 3 passes, 4 lanes.</summary>
    public static Argon2Cost Recommended { get; } = new(1 << 16, 3, 4);

    /// <summary>Whether a stranger's file may ask for this much work.</summary>
    public bool IsAcceptable => Lanes is >= 1 and <= 16 && Passes is >= 1 and <= 16 && MemoryKiB >= 8 * Lanes && MemoryKiB <= 4 << 20;

    /// <summary>Derives 32 bytes, with version 0x13 of the algorithm.</summary>
    internal Secret Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, byte[]? secret = null, byte[]? associated = null)
    {
        var generator = new Argon2BytesGenerator();
        generator.Init(new Argon2Parameters.Builder(Argon2Parameters.Argon2id)
            .WithVersion(Argon2Parameters.Version13).WithMemoryAsKB(MemoryKiB).WithIterations(Passes).WithParallelism(Lanes)
            .WithSalt(salt.ToArray()).WithSecret(secret ?? []).WithAdditional(associated ?? []).Build());
        var derived = new Secret(32);
        var (password, output) = (passphrase.ToArray(), new byte[32]);
        generator.GenerateBytes(password, output);
        output.CopyTo(derived.Writable);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(password);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(output);
        return derived;
    }
}
