using System.Collections.Immutable;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Data.Licences.Credentials;

/// <summary>One entry of a training and data mining assertion.</summary>
/// <param name="Assertion">The assertion's label, such as <c>cawg.training-mining</c>.</param>
/// <param name="Use">What it is about, such as <c>cawg.ai_training</c>.</param>
/// <param name="Answer">What it says.</param>
/// <param name="Constraint">Under what conditions (<c>constraint_info</c>), where it says so.</param>
public sealed record TrainingMiningEntry(string Assertion, string Use, OptOutAnswer Answer, string? Constraint = null)
{
    /// <summary>Whether it is about training or mining, and not about inference.</summary>
    public bool IsAboutTraining => Use.EndsWith(".ai_training", StringComparison.Ordinal) || Use.EndsWith(".ai_generative_training", StringComparison.Ordinal) || Use.EndsWith(".data_mining", StringComparison.Ordinal);
}

/// <summary>What the credentials embedded in a picture say of training and mining, and how far they hold.</summary>
/// <remarks>
/// C2PA 2.x and 1.x, the active manifest alone; CAWG Training and Data Mining Assertion 1.1 (<c>cawg.training-mining</c>) and its forerunner <c>c2pa.training-mining</c>. Verified: that the claim names the assertion and its hash;
/// that the claim's signature is of the key in its certificate; that the file's bytes outside the manifest are the ones claimed (<c>c2pa.hash.data</c>). Not verified: whose certificate it is, its validity and revocation,
/// time stamps, ingredients, other assertions, identities.
/// </remarks>
public sealed record ContentCredentials
{
    /// <summary>What is said, in the order it stands.</summary>
    public required ImmutableArray<TrainingMiningEntry> Entries { get; init; }

    /// <summary>Whether each training and mining assertion is the one that the claim names.</summary>
    public required Verdict Assertion { get; init; }

    /// <summary>Whether the claim is signed by the key in its certificate.</summary>
    public required Verdict Signature { get; init; }

    /// <summary>Whether the claim is about this file.</summary>
    public required Verdict Binding { get; init; }

    /// <summary>The subject of the signing certificate, by its own word.</summary>
    public required string? Signer { get; init; }

    /// <summary>SHA-256 of the manifest store.</summary>
    public required Sha256Digest Digest { get; init; }

    /// <summary>Whether all of it holds.</summary>
    public bool Holds => Assertion.IsAccepted && Signature.IsAccepted && Binding.IsAccepted;

    /// <summary>
    /// As opt-outs. A reservation counts as it stands, since whoever means to reserve must not lose it by a broken signature; a permission counts only where everything holds.
    /// </summary>
    public IEnumerable<OptOut> OptOuts => Entries.Where(e => e.IsAboutTraining)
        .Select(e => new OptOut(e.Assertion, e.Answer == OptOutAnswer.Allowed && !Holds ? OptOutAnswer.NotStated : e.Answer, $"entry {e.Use}{(e.Constraint is { } on ? $", {on}" : "")}", Digest));

    /// <summary>Reads a JPEG or a PNG. Without credentials, or without such an assertion, <paramref name="credentials"/> is null.</summary>
    public static Verdict Read(ReadOnlyMemory<byte> file, out ContentCredentials? credentials)
    {
        credentials = null;
        var verdict = EmbeddedManifest.Find(file, out var bytes, out var ranges);
        if (!verdict.IsAccepted || bytes is null) return verdict;
        verdict = JumbfBox.Read(bytes, out var store);
        if (!verdict.IsAccepted) return verdict;
        // The active manifest is the last one of the store.
        var manifest = store!.Boxes.LastOrDefault(b => b.Type == "jumb");
        if (store.Label != "c2pa" || manifest is null) return Verdict.Reject(LicenceChecks.CredentialsForm, "a store labelled c2pa with a manifest", $"\"{store.Label}\"");
        var claimBox = manifest.Find("c2pa.claim.v2") ?? manifest.Find("c2pa.claim");
        if (claimBox?.Cbor is not { } claimBytes || CborTree.Read(claimBytes) is not Dictionary<string, object?> claim) return Verdict.Reject(LicenceChecks.CredentialsForm, "a claim in CBOR", "none");

        var assertions = manifest.Find("c2pa.assertions");
        var about = (assertions?.Boxes ?? []).Where(b => Base(b.Label) is "cawg.training-mining" or "c2pa.training-mining").ToList();
        if (about.Count == 0) return Verdict.Accept;
        var entries = ImmutableArray.CreateBuilder<TrainingMiningEntry>();
        var named = Verdict.Accept;
        foreach (var box in about)
        {
            // CBOR by the specification; generators of C2PA 1.x wrote JSON too.
            object? content = box.Cbor is { } cbor ? CborTree.Read(cbor) : box.Json is { } json ? CborTree.OfJson(json) : null;
            if ((content as Dictionary<string, object?>)?.GetValueOrDefault("entries") is not Dictionary<string, object?> uses)
                return Verdict.Reject(LicenceChecks.CredentialsForm, $"{box.Label} with entries in CBOR or JSON", "something else");
            foreach (var (use, entry) in uses)
            {
                var said = entry as Dictionary<string, object?>;
                entries.Add(new(Base(box.Label), use, Answer(said?.GetValueOrDefault("use") as string), said?.GetValueOrDefault("constraint_info") as string));
            }
            named = named.Then(() => Named(claim, box));
        }
        var signed = ClaimSignature.Verify(manifest.Find("c2pa.signature")?.Cbor, claimBytes, out string? signer);
        credentials = new() { Entries = entries.ToImmutable(), Assertion = named, Signature = signed, Binding = Bound(file, ranges, claim, assertions!), Signer = signer, Digest = Core.Digests.Sha256.Hash(bytes) };
        return Verdict.Accept;
    }

    static OptOutAnswer Answer(string? use) => use switch
    {
        "allowed" => OptOutAnswer.Allowed,
        "notAllowed" => OptOutAnswer.Reserved,
        "constrained" => OptOutAnswer.Constrained,
        _ => OptOutAnswer.NotStated,
    };

    /// <summary>A label without the number of its instance: <c>c2pa.hash.data__1</c>.</summary>
    static string Base(string label) => label.IndexOf("__", StringComparison.Ordinal) is var at and >= 0 ? label[..at] : label;

    /// <summary>Accepts when the claim names the assertion with the hash that its box has: over description and content, without the box's header.</summary>
    static Verdict Named(Dictionary<string, object?> claim, JumbfBox box)
    {
        string url = $"c2pa.assertions/{box.Label}";
        foreach (string list in (string[])["assertions", "created_assertions", "gathered_assertions"])
            foreach (var reference in (claim.GetValueOrDefault(list) as List<object?> ?? []).OfType<Dictionary<string, object?>>())
            {
                // self#jumbf=c2pa.assertions/… within the manifest, self#jumbf=/c2pa/<manifest>/c2pa.assertions/… from the store's root.
                if (reference.GetValueOrDefault("url") is not string found || !found.StartsWith("self#jumbf=", StringComparison.Ordinal) || found != $"self#jumbf={url}" && !found.EndsWith($"/{url}", StringComparison.Ordinal)) continue;
                string algorithm = (reference.GetValueOrDefault("alg") ?? claim.GetValueOrDefault("alg")) as string ?? "sha256";
                if (Hash(algorithm, [box.Content]) is not { } hash) return Verdict.CannotTell(LicenceChecks.CredentialsAssertion, $"sha256, sha384 or sha512; the claim uses {(algorithm.Length <= 20 ? algorithm : "another")}");
                return reference.GetValueOrDefault("hash") is byte[] claimed && claimed.AsSpan().SequenceEqual(hash)
                    ? Verdict.Accept
                    : Verdict.Reject(LicenceChecks.CredentialsAssertion, $"{box.Label} with the hash that the claim names", Convert.ToHexStringLower(hash));
            }
        return Verdict.Reject(LicenceChecks.CredentialsAssertion, $"{box.Label} named by the claim", "no reference to it");
    }

    static Verdict Bound(ReadOnlyMemory<byte> file, List<(int Start, int Length)> ranges, Dictionary<string, object?> claim, JumbfBox assertions)
    {
        var box = assertions.Boxes.FirstOrDefault(b => Base(b.Label) == "c2pa.hash.data");
        if (box?.Cbor is not { } content || CborTree.Read(content) is not Dictionary<string, object?> data || data.GetValueOrDefault("hash") is not byte[] claimed)
            return Verdict.CannotTell(LicenceChecks.CredentialsBinding, "a c2pa.hash.data assertion");
        if (Named(claim, box) is { IsAccepted: false } other) return other;
        var parts = new List<ReadOnlyMemory<byte>>();
        long at = 0;
        foreach (var exclusion in (data.GetValueOrDefault("exclusions") as List<object?> ?? []).OfType<Dictionary<string, object?>>())
        {
            if (exclusion.GetValueOrDefault("start") is not long start || exclusion.GetValueOrDefault("length") is not long length || start < at || length < 0 || start > file.Length - length)
                return Verdict.Reject(LicenceChecks.CredentialsBinding, "ascending exclusions within the file", "others");
            // What is left out must be the manifest and nothing else: otherwise the rest of the file could be anything.
            if (start < ranges[0].Start || start + length > ranges[^1].Start + ranges[^1].Length || ranges.Zip(ranges.Skip(1)).Any(p => p.First.Start + p.First.Length != p.Second.Start))
                return Verdict.Reject(LicenceChecks.CredentialsBinding, $"exclusions within the manifest, {ranges[0].Start} … {ranges[^1].Start + ranges[^1].Length}", $"{start} … {start + length}");
            parts.Add(file[(int)at..(int)start]);
            at = start + length;
        }
        parts.Add(file[(int)at..]);
        string algorithm = (data.GetValueOrDefault("alg") ?? claim.GetValueOrDefault("alg")) as string ?? "sha256";
        if (Hash(algorithm, parts) is not { } hash) return Verdict.CannotTell(LicenceChecks.CredentialsBinding, "sha256, sha384 or sha512");
        return hash.AsSpan().SequenceEqual(claimed) ? Verdict.Accept : Verdict.Reject(LicenceChecks.CredentialsBinding, $"{algorithm} {Convert.ToHexStringLower(claimed)} of the file", Convert.ToHexStringLower(hash));
    }

    static byte[]? Hash(string algorithm, IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        HashAlgorithmName? name = algorithm switch
        {
            "sha256" => HashAlgorithmName.SHA256,
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            _ => null,
        };
        if (name is null) return null;
        using var hash = IncrementalHash.CreateHash(name.Value);
        foreach (var part in parts) hash.AppendData(part.Span);
        return hash.GetHashAndReset();
    }
}
