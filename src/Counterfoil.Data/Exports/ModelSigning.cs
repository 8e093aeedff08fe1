using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Exports;

/// <summary>Writes what OpenSSF Model Signing verifies: an in-toto statement over a folder's files, and a Sigstore bundle around it signed by an EC key.</summary>
/// <remarks>
/// Read from sigstore/model-transparency, <c>_signing/signing.py</c>, <c>sign_ec_key.py</c>, <c>sign_sigstore_pb.py</c> and <c>manifest.py</c> (predicate v1.0). Predicate <see cref="PredicateType"/>. Resources ascend by name, part by part; the
/// subject's digest is SHA-256 over the resources' digests, joined. Symbolic links are not followed; the signature's own file is left out, and git's files at the top, which a verifier passes over unless told. Bundle:
/// media type <c>application/vnd.dev.sigstore.bundle.v0.3+json</c>, a DSSE envelope with one DER signature over its pre-authentication encoding, the key named by SHA-256 of its PEM.
/// </remarks>
public static class ModelSigning
{
    /// <summary>The predicate's type.</summary>
    public const string PredicateType = "https://model_signing/signature/v1.0";

    /// <summary>The media type of a bundle.</summary>
    public const string BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>What a verifier passes over unless told (<c>hashing.py</c>).</summary>
    static readonly string[] GitPaths = [".git", ".gitattributes", ".github", ".gitignore"];

    /// <summary>The statement over files.</summary>
    /// <param name="name">The folder's name.</param>
    /// <param name="files">The files; they are put in the order of their names.</param>
    /// <param name="ignored">Paths that a verifier is to pass over, such as the signature's own file.</param>
    public static JsonObject Write(string name, IEnumerable<DatasetFile> files, params IReadOnlyList<string> ignored)
    {
        string[] passedOver = [.. ignored, .. GitPaths];
        var resources = files.Where(f => !passedOver.Any(i => f.Name == i || f.Name.StartsWith(i + "/", StringComparison.Ordinal))).Order(Comparer<DatasetFile>.Create((x, y) => CompareParts(x.Name, y.Name))).ToList();
        var joined = new byte[resources.Count * Bytes32.Size];
        for (int i = 0; i < resources.Count; i++) resources[i].Sha256.CopyTo(joined.AsSpan(i * Bytes32.Size));
        return new()
        {
            ["_type"] = StatementCodec.StatementType,
            ["subject"] = new JsonArray(new JsonObject { ["name"] = name, ["digest"] = new JsonObject { ["sha256"] = Core.Digests.Sha256.Hash(joined).ToString() } }),
            ["predicateType"] = PredicateType,
            ["predicate"] = new JsonObject
            {
                ["serialization"] = new JsonObject { ["method"] = "files", ["hash_type"] = "sha256", ["allow_symlinks"] = false, ["ignore_paths"] = new JsonArray([.. passedOver.Select(i => (JsonNode)i)]) },
                ["resources"] = new JsonArray([.. resources.Select(r => (JsonNode)new JsonObject { ["name"] = r.Name, ["algorithm"] = "sha256", ["digest"] = r.Sha256.ToString() })]),
            },
        };
    }

    /// <summary>The signature file: a statement in a bundle.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="key">A key on P-256, P-384 or P-521, which decides the hash.</param>
    /// <exception cref="ArgumentException">A key on another curve.</exception>
    public static JsonObject Sign(JsonObject statement, ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(key);
        var hash = key.KeySize switch
        {
            256 => HashAlgorithmName.SHA256,
            384 => HashAlgorithmName.SHA384,
            521 => HashAlgorithmName.SHA512,
            _ => throw new ArgumentException($"a key of {key.KeySize} bits", nameof(key)),
        };
        byte[] payload = Encoding.UTF8.GetBytes(statement.ToJsonString());
        byte[] signature = key.SignData(Envelope.PreAuthenticationEncoding(StatementCodec.MediaType, payload), hash, DSASignatureFormat.Rfc3279DerSequence);
        return new()
        {
            ["mediaType"] = BundleType,
            ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = KeyHint(key) }, ["tlogEntries"] = new JsonArray() },
            ["dsseEnvelope"] = new JsonObject
            {
                ["payload"] = Convert.ToBase64String(payload), ["payloadType"] = StatementCodec.MediaType,
                ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature), ["keyid"] = "" }),
            },
        };
    }

    /// <summary>Paths are compared part by part, as that tool does: <c>a/b</c> comes before <c>a-b</c>.</summary>
    static int CompareParts(string x, string y)
    {
        string[] xs = x.Split('/'), ys = y.Split('/');
        for (int i = 0; i < Math.Min(xs.Length, ys.Length); i++)
            if (string.CompareOrdinal(xs[i], ys[i]) is not 0 and var order) return order;
        return xs.Length.CompareTo(ys.Length);
    }

    /// <summary>How a bundle names a key: SHA-256 of its PEM with the last line ended.</summary>
    public static string KeyHint(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Core.Digests.Sha256.Hash(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n")).ToString();
    }
}
