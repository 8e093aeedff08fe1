using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences;

/// <summary>How somebody reads licences: for each, what it permits and asks for. A reading, not advice; its digest says which reading was applied.</summary>
/// <remarks>
/// JSON: <c>{"version":"counterfoil/licence-policy/v1","licences":{"CC-BY-4.0":{"permits":["training",…],"duties":["attribution"]},…}}</c>. The digest is SHA-256 of the file's bytes.
/// A licence that is not in it permits nothing. <c>+</c> and <c>WITH</c> change nothing: both only widen, and what they add must not be presumed.
/// </remarks>
public sealed class LicencePolicy
{
    const string Version = "counterfoil/licence-policy/v1";
    const int MaxBytes = 1 << 20;
    static readonly Lazy<LicencePolicy> Embedded = new(ReadEmbedded);
    readonly Dictionary<string, LicenceTerms> terms;

    LicencePolicy(byte[] bytes, Dictionary<string, LicenceTerms> terms) => (Bytes, Digest, this.terms) = (bytes, Sha256.Hash(bytes), terms);

    /// <summary>The reading that comes with this program: <c>docs/licences.md</c> has it as a table.</summary>
    public static LicencePolicy Default => Embedded.Value;

    /// <summary>The file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the file.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>The licences that it has terms for.</summary>
    public IReadOnlyDictionary<string, LicenceTerms> Licences => terms;

    /// <summary>Reads a policy.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out LicencePolicy? policy)
    {
        policy = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(LicenceChecks.Policy, $"at most {MaxBytes} bytes", $"{bytes.Length}");
        LicencePolicyFile? file;
        try
        {
            file = JsonSerializer.Deserialize(bytes.Span, LicencePolicyJson.Default.LicencePolicyFile);
        }
        catch (JsonException e)
        {
            return Verdict.Reject(LicenceChecks.Policy, "a licence policy in JSON", e.Message);
        }
        if (file is null || file.Version != Version) return Verdict.Reject(LicenceChecks.Policy, $"version {Version}", file?.Version ?? "null");
        var terms = new Dictionary<string, LicenceTerms>(StringComparer.OrdinalIgnoreCase);
        foreach (var (id, entry) in file.Licences)
        {
            if (LicenceExpression.Parse(id, out var read) is { IsAccepted: false } || read is not LicenceExpression.Licence { OrLater: false, Addition: null })
                return Verdict.Reject(LicenceChecks.Policy, "one licence as a name", id.Length <= 80 ? id : "a longer name");
            var permits = LicensedUses.None;
            foreach (string use in entry.Permits)
            {
                if (Use(use) is not { } known) return Verdict.Reject(LicenceChecks.Policy, "training, commercial, redistribution or derivatives", use);
                permits |= known;
            }
            if (!terms.TryAdd(id, new(permits, [.. entry.Duties]))) return Verdict.Reject(LicenceChecks.Policy, "each licence once", id);
        }
        policy = new(bytes.ToArray(), terms);
        return Verdict.Accept;
    }

    /// <summary>The use with a name of the policy's, or null.</summary>
    public static LicensedUses? Use(string name) => name switch
    {
        "training" => LicensedUses.Training,
        "commercial" => LicensedUses.Commercial,
        "redistribution" => LicensedUses.Redistribution,
        "derivatives" => LicensedUses.Derivatives,
        _ => null,
    };

    /// <summary>The names of uses, in their order.</summary>
    public static IEnumerable<string> Names(LicensedUses uses)
    {
        if (uses.HasFlag(LicensedUses.Training)) yield return "training";
        if (uses.HasFlag(LicensedUses.Commercial)) yield return "commercial";
        if (uses.HasFlag(LicensedUses.Redistribution)) yield return "redistribution";
        if (uses.HasFlag(LicensedUses.Derivatives)) yield return "derivatives";
    }

    /// <summary>What one licence permits, and why.</summary>
    public (LicenceTerms Terms, string Reason) Read(LicenceExpression.Licence licence)
    {
        ArgumentNullException.ThrowIfNull(licence);
        if (licence.IsAbsent) return (LicenceTerms.Nothing, $"{licence.Id}: no licence is stated, so nothing is permitted");
        if (terms.TryGetValue(licence.Id, out var found)) return (found, $"{licence}: {found}");
        string why = licence.IsListed ? "the policy has no terms for it" : licence.IsReference ? "its text is not one that the policy has read" : $"it is not on the SPDX list ({SpdxList.Version})";
        return (LicenceTerms.Nothing, $"{licence}: {why}, so nothing is permitted");
    }

    static LicencePolicy ReadEmbedded()
    {
        using var stream = typeof(LicencePolicy).Assembly.GetManifestResourceStream("licences/default-policy.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Decode(bytes, out var policy) is Verdict.Rejected { Reason: var reason } ? throw new InvalidOperationException(reason.ToString()) : policy!;
    }
}

sealed record LicencePolicyFile(string Version, Dictionary<string, LicencePolicyEntry> Licences);

sealed record LicencePolicyEntry(ImmutableArray<string> Permits, ImmutableArray<string> Duties);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(LicencePolicyFile))]
sealed partial class LicencePolicyJson : JsonSerializerContext;
