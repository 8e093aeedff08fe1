using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Attestation;

/// <summary>
/// Statements as bytes, and back. One statement has one encoding: what source generation writes, members in declared order, no space.
/// </summary>
/// <remarks>
/// Decoding writes what it read again and compares. That refuses at one stroke unknown members, duplicate members, other orders, space,
/// other spellings of numbers and text, and trailing bytes: all of them are lost in between.
/// </remarks>
public static partial class StatementCodec
{
    /// <summary>The <c>_type</c> of every statement.</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>The DSSE payload type of a statement.</summary>
    public const string MediaType = "application/vnd.in-toto+json";

    /// <summary>The longest statement, in bytes: 4 MiB.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>Objects and arrays within one another.</summary>
    public const int MaxDepth = 32;

    /// <summary>The most subjects of a statement.</summary>
    public const int MaxSubjects = 1024;

    /// <summary>A statement about <paramref name="subject"/>.</summary>
    public static Statement<TPredicate> About<TPredicate>(ImmutableArray<Subject> subject, string predicateType, TPredicate predicate) =>
        new() { Type = StatementType, Subject = subject, PredicateType = predicateType, Predicate = predicate };

    /// <summary>The one encoding of a statement.</summary>
    /// <exception cref="ArgumentException">The statement is not one that <see cref="Decode"/> would accept.</exception>
    public static byte[] Encode<TPredicate>(Statement<TPredicate> statement, JsonTypeInfo<Statement<TPredicate>> json)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(json);
        if (Check(statement, statement.PredicateType) is Verdict.Rejected { Reason: var reason })
            throw new ArgumentException(reason.ToString(), nameof(statement));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(statement, json);
        return bytes.Length <= MaxBytes
            ? bytes
            : throw new ArgumentException($"a statement of {bytes.Length} bytes is longer than {MaxBytes}", nameof(statement));
    }

    /// <summary>Reads a statement whose predicate is of the type asked for.</summary>
    public static Verdict Decode<TPredicate>(ReadOnlyMemory<byte> bytes, string predicateType, JsonTypeInfo<Statement<TPredicate>> json, out Statement<TPredicate>? statement)
    {
        ArgumentNullException.ThrowIfNull(json);
        statement = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(CoreChecks.StatementSize, $"at most {MaxBytes} bytes", $"{bytes.Length}");
        Statement<TPredicate> read;
        byte[] again;
        try
        {
            var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            read = JsonSerializer.Deserialize(ref reader, json) ?? throw new JsonException("null");
            again = JsonSerializer.SerializeToUtf8Bytes(read, json);
        }
        // A predicate's own constructor may refuse a value in its own way: over a stranger's bytes that, too, is a refusal.
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException or OverflowException)
        {
            return Verdict.Reject(CoreChecks.StatementJson, $"a statement with predicate {predicateType}", e.Message);
        }
        var verdict = Check(read, predicateType);
        if (!verdict.IsAccepted) return verdict;
        int same = again.AsSpan().CommonPrefixLength(bytes.Span);
        if (same != again.Length || same != bytes.Length)
            return Verdict.Reject(CoreChecks.StatementCanonical, $"{again.Length} bytes of the canonical encoding",
                $"{bytes.Length} bytes that differ from it at byte {same}");
        statement = read;
        return Verdict.Accept;
    }

    /// <summary>Encodes a statement and signs it.</summary>
    public static Envelope Sign<TPredicate>(Statement<TPredicate> statement, JsonTypeInfo<Statement<TPredicate>> json, params IReadOnlyList<Signer> signers) =>
        Envelope.Sign(MediaType, Encode(statement, json), signers);

    /// <summary>
    /// Reads the statement inside an envelope, which must be of <see cref="MediaType"/>. Signatures are <see cref="Envelope.Verify"/>'s
    /// concern.
    /// </summary>
    public static Verdict Open<TPredicate>(Envelope envelope, string predicateType, JsonTypeInfo<Statement<TPredicate>> json, out Statement<TPredicate>? statement)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        statement = null;
        return envelope.PayloadType == MediaType
            ? Decode(envelope.Payload, predicateType, json, out statement)
            : Verdict.Reject(CoreChecks.DssePayloadType, MediaType, envelope.PayloadType);
    }

    static Verdict Check<TPredicate>(Statement<TPredicate> statement, string predicateType)
    {
        if (statement.Type != StatementType) return Verdict.Reject(CoreChecks.StatementType, StatementType, statement.Type ?? "null");
        if (statement.PredicateType != predicateType)
            return Verdict.Reject(CoreChecks.StatementPredicateType, predicateType, statement.PredicateType ?? "null");
        if (statement.Predicate is null) return Verdict.Reject(CoreChecks.StatementJson, "a predicate", "null");
        if (statement.Subject is { IsDefault: true } or { Length: 0 or > MaxSubjects })
            return Verdict.Reject(CoreChecks.StatementSubject, $"1 … {MaxSubjects} subjects",
                statement.Subject.IsDefault ? "none" : $"{statement.Subject.Length}");
        foreach (var subject in statement.Subject)
            if (subject?.Digest is null || string.IsNullOrEmpty(subject.Name))
                return Verdict.Reject(CoreChecks.StatementSubject, "a name and a digest for every subject", "a subject without");
        return Verdict.Accept;
    }
}
