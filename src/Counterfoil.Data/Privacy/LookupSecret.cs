using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Privacy;

/// <summary>The secret of look-ups, in a file that is its owner's alone: who has it evaluates the function, and so tests whether a record that they can think of is in the set.</summary>
/// <remarks>File: the line <c>counterfoil/lookup-key/v1</c>, u8 scheme, 32 secret bytes: of scheme 1 the scalar, of scheme 2 the seed of DeriveKeyPair with the info <c>counterfoil/look-ups</c>. Mode 0600.</remarks>
public sealed class LookupSecret : IDisposable
{
    readonly VrfKey? open;
    readonly VoprfKey? blind;

    LookupSecret(LookupScheme scheme, ReadOnlySpan<byte> secret)
    {
        if (scheme == LookupScheme.Vrf) open = new(secret);
        else blind = VoprfKey.Derive(secret, "counterfoil/look-ups"u8);
        PublicKey = open is not null ? LookupKey.Of(open.PublicKey) : LookupKey.Of(blind!.PublicKey);
    }

    /// <summary>What look-ups are checked with.</summary>
    public LookupKey PublicKey { get; }

    static ReadOnlySpan<byte> Header => "counterfoil/lookup-key/v1\n"u8;

    static int Length => Header.Length + 1 + Bytes32.Size;

    /// <summary>Makes a secret and its file.</summary>
    /// <param name="path">Where; nothing may be there.</param>
    /// <param name="scheme">Which function.</param>
    /// <param name="random">Fills a span with uniform secret bytes.</param>
    /// <exception cref="IOException">Something is there, or it cannot be written.</exception>
    public static LookupSecret Create(string path, LookupScheme scheme, Action<Span<byte>> random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[Length];
        Header.CopyTo(bytes);
        bytes[Header.Length] = (byte)scheme;
        var secret = bytes[(Header.Length + 1)..];
        LookupSecret? made = null;
        while (made is null)
        {
            random(secret);
            try
            {
                made = new(scheme, secret);
            }
            catch (ArgumentException)
            {
                // No scalar: once in 2³² times.
            }
        }
        PrivateFile.Create(path, bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return made;
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static Verdict Open(string path, out LookupSecret? secret)
    {
        secret = null;
        var verdict = PrivateFile.Read(path, DataChecks.LookupForm, Length, out byte[] bytes);
        if (!verdict.IsAccepted) return verdict;
        var scheme = bytes.Length == Length ? (LookupScheme)bytes[Header.Length] : 0;
        if (!bytes.AsSpan().StartsWith(Header) || scheme is not (LookupScheme.Vrf or LookupScheme.Voprf)) return Verdict.Reject(DataChecks.LookupForm, "the header counterfoil/lookup-key/v1, a scheme and 32 bytes", "other bytes");
        try
        {
            secret = new(scheme, bytes.AsSpan(Header.Length + 1));
            return Verdict.Accept;
        }
        catch (ArgumentException)
        {
            return Verdict.Reject(DataChecks.LookupForm, "a scalar of P-256", "other bytes");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Overwrites a file and removes it: from then on nobody evaluates the function, and the set's keys tell nothing to anyone for good. What an overwritten file leaves behind is told at <see cref="SaltFile"/>.</summary>
    public static void Erase(string path)
    {
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, new byte[RandomAccess.GetLength(file)], 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Delete(path);
    }

    /// <summary>The key that a record has in the tree.</summary>
    /// <param name="unsalted">The record's unsalted leaf hash.</param>
    public Sha256Digest Evaluate(Sha256Digest unsalted)
    {
        if (blind is not null) return new(blind.Evaluate(unsalted.ToArray()));
        open!.Prove(unsalted.ToArray(), out var key);
        return key;
    }

    /// <summary>The key that a record has in the tree, and what shows it to anyone.</summary>
    /// <param name="unsalted">The record's unsalted leaf hash.</param>
    /// <param name="random">Fills a span with uniform bytes.</param>
    /// <param name="key">The key.</param>
    public Lookup Prove(Sha256Digest unsalted, Action<Span<byte>> random, out Sha256Digest key)
    {
        byte[] digest = unsalted.ToArray();
        if (open is not null) return new Lookup.Open(PublicKey.Key, open.Prove(digest, out key));
        byte[] own = VoprfPublicKey.NewBlind(random);
        blind!.BlindEvaluate([VoprfPublicKey.Blind(digest, own)], random, out var evaluation);
        var lookup = new Lookup.Blinded(PublicKey.Key, own, evaluation!.Elements[0], evaluation.Proof);
        var verdict = lookup.Verify(unsalted, out key);
        return verdict.IsAccepted ? lookup : throw new InvalidOperationException(verdict.ToString());
    }

    /// <summary>Evaluates at a blinded element, with proof.</summary>
    /// <exception cref="InvalidOperationException">The scheme is not the blind one.</exception>
    public Verdict Evaluate(ReadOnlyMemory<byte> blinded, Action<Span<byte>> random, out BlindEvaluation? evaluation) =>
        (blind ?? throw new InvalidOperationException("this secret's look-ups are not blind")).BlindEvaluate([blinded], random, out evaluation);

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        open?.Dispose();
        blind?.Dispose();
    }
}
