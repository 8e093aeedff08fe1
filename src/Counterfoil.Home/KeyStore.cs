using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>The keys of a home: each in a file of its own, sealed under the home key, found by its role.</summary>
/// <remarks>
/// Names, kinds and public keys are readable by the owner without a passphrase; they become certain when a key is opened.
/// </remarks>
public sealed class KeyStore : IDisposable
{
    /// <summary>The store that a home must know for this: pass it to <see cref="HomeFolder.OpenToWrite"/>.</summary>
    public static StoreSchema Schema { get; } = new("keys", 1);

    readonly HomeFolder home;
    readonly Secret homeKey;
    readonly RandomNumberGenerator random;
    readonly string folder;

    KeyStore(HomeFolder home, string folder, Secret homeKey, RandomNumberGenerator random) =>
        (this.home, this.folder, this.homeKey, this.random) = (home, folder, homeKey, random);

    /// <summary>Opens the keys of a home; a writer makes the home key where there is none yet.</summary>
    /// <param name="home">The home, opened with <see cref="Schema"/>.</param>
    /// <param name="passphrase">The passphrase, or nothing for a home whose key lies in a file beside it. The caller zeroes it.</param>
    /// <param name="random">Where keys and nonces come from.</param>
    /// <param name="keys">The store. Disposing it forgets the home key.</param>
    /// <param name="cost">What a new passphrase costs to try; <see cref="Argon2Cost.Recommended"/> unless told.</param>
    public static Verdict Open(HomeFolder home, ReadOnlySpan<char> passphrase, RandomNumberGenerator random, out KeyStore? keys, Argon2Cost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(home);
        ArgumentNullException.ThrowIfNull(random);
        keys = null;
        string folder = home.FolderOf(Schema.Name);
        if (!Directory.Exists(folder))
            return Verdict.Reject(HomeChecks.Missing, $"keys in {home.Path} (a command that writes makes them)", "none");
        var verdict = PrivateFiles.CheckMode(folder);
        if (!verdict.IsAccepted) return verdict;
        Secret? homeKey;
        if (HomeKey.Exists(folder)) verdict = HomeKey.Read(folder, passphrase, out homeKey);
        else if (!home.IsWriter || Directory.EnumerateFiles(folder, "*" + Suffix).Any())
            // never a new home key over keys sealed by a lost one
            return Verdict.Reject(HomeChecks.Missing, $"the home key in {folder}", "none");
        else
        {
            homeKey = new Secret(32);
            random.GetBytes(homeKey.Writable);
            HomeKey.Write(folder, homeKey, passphrase, cost ?? Argon2Cost.Recommended, random);
        }
        if (verdict.IsAccepted) keys = new KeyStore(home, folder, homeKey!, random);
        return verdict;
    }

    const string Suffix = ".key";

    /// <summary>Every key, ordered by name. A file that is not a key is the verdict, not an exception, and not silence.</summary>
    public Verdict List(out IReadOnlyList<KeyEntry> entries)
    {
        var found = new List<KeyEntry>();
        entries = found;
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Suffix).Order(StringComparer.Ordinal))
        {
            var verdict = Read(Path.GetFileNameWithoutExtension(path), out var key);
            if (!verdict.IsAccepted) return verdict;
            found.Add(key!.Entry);
        }
        return Verdict.Accept;
    }

    /// <summary>Makes a new key under a name that is still free.</summary>
    public Verdict Create(string name, KeyKind kind, out KeyEntry? entry)
    {
        using var secret = new Secret(SealedKey.SecretSize);
        do random.GetBytes(secret.Writable); // a uniform P-256 scalar is out of range once in 2³² times
        while (SealedKey.AlgorithmOf(kind) is { } algorithm && !Signer.IsSeed(algorithm, secret.Bytes));
        return Import(name, kind, secret.Bytes, out entry);
    }

    /// <summary>Stores a secret that was made elsewhere under a name that is still free.</summary>
    /// <param name="name">The key's role, 1 to 64 of a–z, 0–9 and hyphen.</param>
    /// <param name="kind">What the secret is.</param>
    /// <param name="secret">32 bytes, which stay the caller's to zero.</param>
    /// <param name="entry">The key as stored.</param>
    public Verdict Import(string name, KeyKind kind, ReadOnlySpan<byte> secret, out KeyEntry? entry)
    {
        if (!home.IsWriter) throw new InvalidOperationException("this home is open to be read only");
        entry = null;
        if (!StoreSchema.IsName(name)) return BadName(name);
        if (File.Exists(PathOf(name))) return Verdict.Reject(HomeChecks.KeyExists, $"no key '{name}' yet", "one");
        if (secret.Length != SealedKey.SecretSize)
            return Verdict.Reject(HomeChecks.KeySecret, $"{SealedKey.SecretSize} bytes", $"{secret.Length}");
        PublicKey? publicKey = null;
        if (SealedKey.AlgorithmOf(kind) is { } algorithm)
        {
            if (!Signer.IsSeed(algorithm, secret))
                return Verdict.Reject(HomeChecks.KeySecret, $"a secret in the range of {kind}", "one outside it");
            using var signer = Signer.FromSeed(algorithm, secret);
            publicKey = signer.PublicKey;
        }
        else if (kind != KeyKind.Secret32) throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of key");
        var made = new KeyEntry(name, kind, publicKey);
        var nonce = new byte[Sealing.NonceSize];
        random.GetBytes(nonce);
        var key = new SealedKey(made, nonce, Sealing.Seal(homeKey, nonce, secret, Domains.SealedKey, SealedKey.Header(made)));
        PrivateFiles.Write(PathOf(name), key.Encode());
        entry = made;
        return Verdict.Accept;
    }

    /// <summary>Opens a key that signs.</summary>
    public Verdict OpenSigner(string name, out Signer? signer)
    {
        signer = null;
        var verdict = Open(name, out var key, out var secret);
        using (secret)
        {
            if (!verdict.IsAccepted) return verdict;
            if (SealedKey.AlgorithmOf(key!.Entry.Kind) is not { } algorithm)
                return Verdict.Reject(HomeChecks.KeyKind, $"a signing key '{name}'", $"{key.Entry.Kind}");
            if (!Signer.IsSeed(algorithm, secret!.Bytes))
                return Verdict.Reject(HomeChecks.KeySeal, $"a secret of {algorithm} in '{name}'", "another");
            var opened = Signer.FromSeed(algorithm, secret.Bytes);
            if (opened.PublicKey == key.Entry.PublicKey) signer = opened;
            else opened.Dispose();
        }
        return signer is not null
            ? Verdict.Accept
            : Verdict.Reject(HomeChecks.KeySeal, $"the secret of {key.Entry.PublicKey} in '{name}'", "that of another key");
    }

    /// <summary>Opens a key that signs, and makes it first where there is none of that name.</summary>
    public Verdict OpenOrCreateSigner(string name, SignatureAlgorithm algorithm, out Signer? signer)
    {
        signer = null;
        if (StoreSchema.IsName(name) && !File.Exists(PathOf(name)))
        {
            var verdict = Create(name, algorithm == SignatureAlgorithm.P256 ? KeyKind.P256 : KeyKind.Ed25519, out _);
            if (!verdict.IsAccepted) return verdict;
        }
        var opened = OpenSigner(name, out signer);
        if (!opened.IsAccepted || signer!.PublicKey.Algorithm == algorithm) return opened;
        string found = $"{signer.PublicKey.Algorithm}";
        signer.Dispose();
        signer = null;
        return Verdict.Reject(HomeChecks.KeyKind, $"a key '{name}' of {algorithm}", found);
    }

    /// <summary>Opens 32 bytes that were stored as <see cref="KeyKind.Secret32"/>.</summary>
    public Verdict OpenSecret(string name, out Secret? secret)
    {
        var verdict = Open(name, out var key, out secret);
        if (!verdict.IsAccepted || key!.Entry.Kind == KeyKind.Secret32) return verdict;
        secret!.Dispose();
        secret = null;
        return Verdict.Reject(HomeChecks.KeyKind, $"a secret '{name}' of 32 bytes", $"{key.Entry.Kind}");
    }

    /// <summary>
    /// Wraps the home key anew: under another passphrase, or, with none, under a key file. The key files stay as they are.
    /// </summary>
    public void ChangePassphrase(ReadOnlySpan<char> passphrase, Argon2Cost? cost = null)
    {
        if (!home.IsWriter) throw new InvalidOperationException("this home is open to be read only");
        HomeKey.Write(folder, homeKey, passphrase, cost ?? Argon2Cost.Recommended, random);
    }

    /// <summary>Forgets the home key.</summary>
    public void Dispose() => homeKey.Dispose();

    Verdict Open(string name, out SealedKey? key, out Secret? secret)
    {
        secret = null;
        var verdict = Read(name, out key);
        if (!verdict.IsAccepted) return verdict;
        secret = Sealing.Open(homeKey, key!.Nonce, key.Sealed, Domains.SealedKey, SealedKey.Header(key.Entry));
        return secret is not null
            ? Verdict.Accept
            : Verdict.Reject(HomeChecks.KeySeal, $"key file '{name}' as it was written under this home key", "a changed one");
    }

    Verdict Read(string name, out SealedKey? key)
    {
        key = null;
        if (!StoreSchema.IsName(name)) return BadName(name);
        if (!File.Exists(PathOf(name))) return Verdict.Reject(HomeChecks.KeyMissing, $"a key '{name}' in {folder}", "none");
        var verdict = PrivateFiles.Read(PathOf(name), SealedKey.MaxBytes, HomeChecks.KeyFormat, out var bytes);
        return verdict.IsAccepted ? SealedKey.Decode(bytes, name, out key) : verdict;
    }

    string PathOf(string name) => Path.Combine(folder, name + Suffix);

    static Verdict BadName(string? name) =>
        Verdict.Reject(HomeChecks.KeyName, "a name of 1 to 64 of a-z, 0-9 and hyphen", name is { Length: <= 80 } ? $"'{name}'" : "another");
}
