using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Encoding;
using Counterfoil.Evm;

namespace Counterfoil.Evidence.Policies;

/// <summary>
/// Whom and what the verifier trusts. ACCEPT is always relative to one; it never comes from the bundle, and its digest is part of
/// the verdict.
/// </summary>
/// <param name="Version">Format version: 1.</param>
/// <param name="AsOf">The time as of which the question is asked; nothing in the case may be later.</param>
/// <param name="Signers">Trusted keys by role.</param>
/// <param name="Logs">Trusted logs, by C2SP verifier key.</param>
/// <param name="Chains">Trusted chains, contracts and blocks.</param>
/// <param name="RequiredLinks">Predicate types that must be in the bundle.</param>
public sealed record Policy(
    int Version,
    DateTimeOffset AsOf,
    ImmutableArray<TrustedSigner> Signers,
    ImmutableArray<string> Logs,
    ImmutableArray<TrustedChain> Chains,
    ImmutableArray<string> RequiredLinks)
{
    /// <summary>The largest policy that is read, in bytes.</summary>
    public const int MaximumBytes = 1 << 20;

    // A key's + stays a +: people compare keys by eye, and nobody embeds a policy in HTML.
    static readonly PolicyJson Readable = new(new JsonSerializerOptions(PolicyJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The policy as indented JSON, ready to be read and edited by a person.</summary>
    public byte[] Encode() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Readable.Policy), (byte)'\n'];

    /// <summary>SHA-256 of the file's bytes as read: what the verdict names.</summary>
    public static Sha256Digest Digest(ReadOnlySpan<byte> file) => Sha256.Hash(file);

    /// <summary>Reads a policy. Members may stand in any order; unknown and duplicate members are refused.</summary>
    /// <param name="file">UTF-8 JSON.</param>
    /// <param name="policy">The policy, when the verdict accepts.</param>
    public static Verdict Decode(ReadOnlySpan<byte> file, out Policy? policy)
    {
        policy = null;
        if (file.Length > MaximumBytes) return Verdict.Reject(EvidenceChecks.PolicyEncoding, $"at most {MaximumBytes} bytes", $"{file.Length} bytes");
        try
        {
            policy = JsonSerializer.Deserialize(file, PolicyJson.Default.Policy);
        }
        catch (JsonException e)
        {
            return Verdict.Reject(EvidenceChecks.PolicyEncoding, "a policy (docs/predicates/policy.schema.json)", e.Message.TrimEnd('.'));
        }
        if (policy is null) return Verdict.Reject(EvidenceChecks.PolicyEncoding, "a policy", "null");
        string? wrong = policy.Flaw();
        if (wrong is not null)
        {
            policy = null;
            return Verdict.Reject(EvidenceChecks.PolicyEncoding, "lists without null, each role and each chain once", wrong);
        }
        if (policy.Version != 1)
        {
            string found = policy.Version.ToString();
            policy = null;
            return Verdict.Reject(EvidenceChecks.PolicyVersion, "version 1", $"version {found}");
        }
        return Verdict.Accept;
    }

    /// <summary>JSON's null passes for an immutable array, which then is none at all; and of two entries under one name, one would go unread.</summary>
    string? Flaw() =>
        Signers.IsDefault || Logs.IsDefault || Chains.IsDefault || RequiredLinks.IsDefault
        || Signers.Any(s => s is null || s.Role is null || s.Keys.IsDefault || s.Keys.Any(k => k is null))
        || Logs.Any(l => l is null) || RequiredLinks.Any(r => r is null)
        || Chains.Any(c => c is null || c.Id is null || c.Blocks.IsDefault || c.Publishers.IsDefault || c.Assets.IsDefault || c.Blocks.Any(b => b is null)) ? "null"
        : Twice(Signers.Select(s => s.Role)) is { } role ? $"role '{role}' twice"
        : Twice(Chains.Select(c => c.Id)) is { } chain ? $"chain '{chain}' twice"
        : null;

    static string? Twice(IEnumerable<string> names) => names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;

    /// <summary>The keys trusted in a role.</summary>
    public IEnumerable<PublicKey> Keys(string role) => Signers.Where(s => s.Role == role).SelectMany(s => s.Keys);

    /// <summary>What is trusted of a chain, or null.</summary>
    public TrustedChain? Chain(string id) => Chains.FirstOrDefault(c => c.Id == id);
}

/// <summary>Keys that may sign in a role.</summary>
/// <param name="Role">One of the roles of <c>docs/trust.md</c>.</param>
/// <param name="Keys">Public keys in text form.</param>
public sealed record TrustedSigner(string Role, ImmutableArray<PublicKey> Keys);

/// <summary>What is trusted of a chain.</summary>
/// <param name="Id">CAIP-2 identifier.</param>
/// <param name="Blocks">Blocks that the policy's author has seen on the real chain.</param>
/// <param name="Anchor">The anchor contract.</param>
/// <param name="Publishers">Who may anchor there for the trusted logs.</param>
/// <param name="Escrow">The escrow contract, or null if no lease is expected.</param>
/// <param name="Assets">Tokens that count as payment.</param>
public sealed record TrustedChain(
    string Id,
    ImmutableArray<PinnedBlock> Blocks,
    Address Anchor,
    ImmutableArray<Address> Publishers,
    Address? Escrow,
    ImmutableArray<Address> Assets);

/// <summary>A block by number and hash.</summary>
/// <param name="Number">Height.</param>
/// <param name="Hash">Keccak-256 of the header.</param>
public sealed record PinnedBlock(ulong Number, Keccak256Digest Hash);
