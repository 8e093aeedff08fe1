using Counterfoil.Core.Encoding;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>One key file.</summary>
/// <remarks>
/// CBOR <c>[[1, kind, name, public key or null], nonce, sealed]</c>; the inner array is the header, authenticated with the domain
/// <see cref="Core.Digests.Domains.SealedKey"/>: a file that is renamed, or given another kind or public key, does not open.
/// </remarks>
sealed record SealedKey(KeyEntry Entry, byte[] Nonce, byte[] Sealed)
{
    public const int SecretSize = 32, MaxBytes = 1024;
    const int FormatVersion = 1;

    public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(3);
        WriteHeader(writer, Entry);
        writer.WriteBytes(Nonce);
        writer.WriteBytes(Sealed);
        writer.EndArray();
        return writer.ToArray();
    }

    public static byte[] Header(KeyEntry entry)
    {
        var writer = new CborWriter();
        WriteHeader(writer, entry);
        return writer.ToArray();
    }

    static void WriteHeader(CborWriter writer, KeyEntry entry)
    {
        writer.BeginArray(4);
        writer.WriteInt(FormatVersion);
        writer.WriteInt((int)entry.Kind);
        writer.WriteText(entry.Name);
        if (entry.PublicKey is null) writer.WriteNull();
        else writer.WriteText(entry.PublicKey.ToString());
        writer.EndArray();
    }

    public static Verdict Decode(ReadOnlyMemory<byte> bytes, string name, out SealedKey? key)
    {
        key = null;
        var reader = new CborReader(bytes.Span, new CborLimits { Bytes = MaxBytes, Depth = 2, Items = 8 });
        reader.BeginArray(3, 3);
        reader.BeginArray(4, 4);
        reader.ReadInt(FormatVersion, FormatVersion);
        var kind = (KeyKind)reader.ReadInt((int)KeyKind.Ed25519, (int)KeyKind.Secret32);
        string named = reader.ReadText(64);
        PublicKey? publicKey = null;
        if (kind == KeyKind.Secret32)
        {
            if (!reader.TryReadNull()) reader.Fail(HomeChecks.KeyFormat, "no public key", "one");
        }
        else if (PublicKey.Parse(reader.ReadText(PublicKey.MaxTextLength), out publicKey) is Verdict.Rejected { Reason: var bad })
            reader.Fail(bad.Check, bad.Expected, bad.Found);
        else if (publicKey!.Algorithm != AlgorithmOf(kind)) reader.Fail(HomeChecks.KeyFormat, $"a public key of {kind}", $"{publicKey}");
        reader.EndArray();
        var nonce = reader.ReadBytes(Sealing.NonceSize);
        var contents = reader.ReadBytes(SecretSize + Sealing.TagSize);
        reader.EndArray();
        if (reader.Finish() is Verdict.Rejected { Reason: var reason })
            return Verdict.Reject(HomeChecks.KeyFormat, $"a key file '{name}' that passes {reason.Check} ({reason.Expected})",
                reason.Found);
        if (nonce.Length != Sealing.NonceSize || contents.Length != SecretSize + Sealing.TagSize)
            return Verdict.Reject(HomeChecks.KeyFormat, $"nonce and secret of {Sealing.NonceSize} and {SecretSize + Sealing.TagSize} bytes in key file '{name}'",
                $"{nonce.Length} and {contents.Length}");
        if (named != name) return Verdict.Reject(HomeChecks.KeyFormat, $"the key named '{name}' in its file", $"'{named}'");
        key = new SealedKey(new KeyEntry(name, kind, publicKey), nonce.ToArray(), contents.ToArray());
        return Verdict.Accept;
    }

    public static SignatureAlgorithm? AlgorithmOf(KeyKind kind) => kind switch
    {
        KeyKind.Ed25519 => SignatureAlgorithm.Ed25519,
        KeyKind.P256 => SignatureAlgorithm.P256,
        _ => null,
    };
}
