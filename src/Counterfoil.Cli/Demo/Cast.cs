using System.Security.Cryptography;
using Counterfoil.Core.Signing;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;

namespace Counterfoil.Cli.Demo;

/// <summary>Everyone in the story, each with a key of their own: one that signs evidence for each role, one that holds money for each party.</summary>
sealed class Cast : IDisposable
{
    readonly Dictionary<string, Signer> signers = [];
    readonly Dictionary<string, Secp256k1PrivateKey> accounts = [];

    /// <summary>Who signs evidence: a key for each role, and the log.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. LinkType.All.Select(t => t.Role), "log"];

    /// <summary>Who has an account on the settlement chain.</summary>
    public static IReadOnlyList<string> Parties { get; } = ["operator", "tenant", "provider-a", "provider-b", "agent", "seller-account", "facilitator-account"];

    /// <summary>Opens the cast's keys, and makes those that are not there yet.</summary>
    public static Cast Open(KeyStore keys)
    {
        var cast = new Cast();
        keys.List(out var known).Require();
        foreach (string role in Roles)
        {
            keys.OpenOrCreateSigner(role, SignatureAlgorithm.Ed25519, out var signer).Require();
            cast.signers[role] = signer!;
        }
        foreach (string party in Parties)
        {
            if (!known.Any(k => k.Name == party)) CreateAccount(keys, party);
            keys.OpenSecret(party, out var secret).Require();
            using (secret) cast.accounts[party] = new Secp256k1PrivateKey(secret!.Bytes);
        }
        return cast;
    }

    /// <summary>New keys for every role, in memory alone: what someone has who was trusted with none of the others.</summary>
    public static Cast OfStrangers()
    {
        var cast = new Cast();
        Span<byte> seed = stackalloc byte[Core.Signing.Signer.SeedSize];
        foreach (string role in Roles)
        {
            RandomNumberGenerator.Fill(seed);
            cast.signers[role] = Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, seed);
        }
        CryptographicOperations.ZeroMemory(seed);
        return cast;
    }

    public Signer Signer(string role) => signers[role];

    public Secp256k1PrivateKey Account(string party) => accounts[party];

    static void CreateAccount(KeyStore keys, string party)
    {
        // A random scalar is no key with probability 2^-128; the type refuses it, and the next command draws again.
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        try
        {
            keys.Import(party, KeyKind.Secret32, secret, out _).Require();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose()
    {
        foreach (var signer in signers.Values) signer.Dispose();
        foreach (var account in accounts.Values) account.Dispose();
    }
}
