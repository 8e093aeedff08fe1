using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Attestation;

/// <summary>
/// What is known about some subjects: in-toto Statement v1 (github.com/in-toto/attestation, <c>spec/v1/statement.md</c>).
/// </summary>
/// <typeparam name="TPredicate">What is claimed of them; a type of the room that makes the claim, with source-generated JSON.</typeparam>
public sealed record Statement<TPredicate>
{
    /// <summary>Always <see cref="StatementCodec.StatementType"/>.</summary>
    [JsonPropertyName("_type"), JsonPropertyOrder(0)] public required string Type { get; init; }

    /// <summary>What the statement is about: at least one thing, each named by digest.</summary>
    [JsonPropertyName("subject"), JsonPropertyOrder(1)] public required ImmutableArray<Subject> Subject { get; init; }

    /// <summary>The URI of the predicate's format, with its version.</summary>
    [JsonPropertyName("predicateType"), JsonPropertyOrder(2)] public required string PredicateType { get; init; }

    /// <summary>The claim itself.</summary>
    [JsonPropertyName("predicate"), JsonPropertyOrder(3)] public required TPredicate Predicate { get; init; }
}

/// <summary>One thing that a statement is about: in-toto's ResourceDescriptor, name and digest.</summary>
public sealed record Subject
{
    /// <summary>What people call it. The digest decides, never the name.</summary>
    [JsonPropertyName("name"), JsonPropertyOrder(0)] public required string Name { get; init; }

    /// <summary>Its digests, by algorithm.</summary>
    [JsonPropertyName("digest"), JsonPropertyOrder(1)] public required DigestSet Digest { get; init; }
}
