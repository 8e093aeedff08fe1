using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Exports;

/// <summary>A dataset as its signed statement tells it: where exports take their facts from, and what they point at.</summary>
/// <param name="Statement">SHA-256 of the statement's bytes: the name that other evidence knows it by.</param>
/// <param name="Commitment">What was committed.</param>
/// <param name="Signers">Whose signatures the envelope carries, by fingerprint. Whether they verify, and are trusted, is asked elsewhere.</param>
public sealed record CommittedDataset(Sha256Digest Statement, DatasetCommitment Commitment, ImmutableArray<KeyId> Signers)
{
    /// <summary>Where a fact stands: the statement's digest, and a JSON pointer (RFC 6901) into it.</summary>
    public string Place(string field) => $"sha256:{Statement}#/predicate/{field}";

    /// <summary>Where each fact stands, by its name in the statement.</summary>
    public IEnumerable<KeyValuePair<string, string>> Places => ((string[])["name", "canonicaliser", "records", "bytes", "orderedRoot", "sortedRoot", "licence", "parents", "tool", "committedAt"]).Select(f => new KeyValuePair<string, string>(f, Place(f)));

    /// <summary>A name that no other dataset has.</summary>
    public string Urn => $"urn:counterfoil:dataset:{Statement}";

    /// <summary>Reads an envelope in its JSON form.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> envelopeJson, out CommittedDataset? dataset)
    {
        dataset = null;
        var verdict = Envelope.DecodeJson(envelopeJson, out var envelope);
        return verdict.IsAccepted ? Of(envelope!, out dataset) : verdict;
    }

    /// <summary>Takes an envelope's statement.</summary>
    public static Verdict Of(Envelope envelope, out CommittedDataset? dataset)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        dataset = null;
        var verdict = LinkStatement.Decode(envelope, out var statement);
        if (!verdict.IsAccepted) return verdict;
        if (statement!.Predicate is not DatasetCommitment commitment) return Verdict.Reject(ReportChecks.Statement, $"a statement of {LinkType.DatasetCommitment.PredicateType}", statement.Type.PredicateType);
        dataset = new(envelope.PayloadDigest, commitment, [.. envelope.Signatures.Select(s => s.KeyId)]);
        return Verdict.Accept;
    }
}

/// <summary>A file of a dataset, as it lies on disk.</summary>
/// <param name="Name">Its name, <c>/</c> between parts.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="Bytes">How many bytes it has.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Url">Where it can be fetched; its name where nobody says.</param>
/// <param name="Members">What its records have at their top, where that is known.</param>
public sealed record DatasetFile(string Name, Sha256Digest Sha256, long Bytes, string MediaType, string? Url = null, ImmutableArray<RecordMember> Members = default)
{
    /// <summary>Its name as a relative IRI reference (RFC 3986 §4.2): parts percent-encoded, <c>/</c> kept.</summary>
    public string Iri => string.Join('/', Name.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The media type that a name suggests.</summary>
    public static string MediaTypeOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".jsonl" or ".ndjson" => "application/jsonlines",
        ".json" => "application/json",
        ".csv" => "text/csv",
        ".parquet" => "application/vnd.apache.parquet",
        ".arrow" => "application/vnd.apache.arrow.file",
        ".tar" => "application/x-tar",
        ".gz" => "application/gzip",
        ".zst" => "application/zstd",
        ".txt" => "text/plain",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    };
}
