using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Sending;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Storage;

/// <summary>Intents and states as the tables hold them. What cannot be read is damage, and is said so; nothing is guessed.</summary>
static class StoredJson
{
    public static string Write(SendIntent intent) => JsonSerializer.Serialize(
        new IntentJson(intent.To?.ToHex(), intent.Data.ToArray(), intent.Value.ToHex(), intent.GasLimit), StoredJsonContext.Default.IntentJson);

    public static SendIntent ReadIntent(string key, string json)
    {
        var read = Parse(json, StoredJsonContext.Default.IntentJson);
        return new SendIntent(key, read.To is { } to ? Address.Parse(to) : null, read.Data, Number(read.Value), read.GasLimit);
    }

    public static string Write(SubmissionState state) => JsonSerializer.Serialize(state switch
    {
        SubmissionState.Queued => new StateJson("queued"),
        SubmissionState.Underway u => new StateJson("underway")
        {
            Nonce = u.Nonce, Since = u.Since, Refusals = u.Refusals, Reason = u.Refusal,
            Attempts = [.. u.Attempts.Select(a => new AttemptJson(a.Raw.ToArray(), a.Fees.Most.ToHex(), a.Fees.Tip.ToHex(), a.IsFiller))],
        },
        SubmissionState.Done d => new StateJson("done")
        { Nonce = d.Nonce, Transaction = d.Transaction.ToString(), Block = d.Block.Number, BlockHash = d.Block.Hash.ToString(), Succeeded = d.Succeeded },
        SubmissionState.Abandoned a => new StateJson("abandoned") { Nonce = a.Nonce, Reason = a.Reason },
        _ => throw new InvalidOperationException($"{state} is not for the journal"),
    }, StoredJsonContext.Default.StateJson);

    public static SubmissionState ReadState(string json)
    {
        var read = Parse(json, StoredJsonContext.Default.StateJson);
        return read switch
        {
            { Kind: "queued" } => new SubmissionState.Queued(),
            { Kind: "underway", Nonce: { } nonce, Since: { } since, Attempts: { Length: > 0 } attempts } => new SubmissionState.Underway(nonce,
                [.. attempts.Select(a => new SignedAttempt(Keccak256.Hash(a.Raw), a.Raw, new Fees(Number(a.Most), Number(a.Tip)), a.IsFiller))], since, read.Refusals ?? 0, read.Reason),
            { Kind: "done", Nonce: { } nonce, Transaction: { } transaction, Block: { } block, BlockHash: { } hash, Succeeded: { } succeeded } =>
                new SubmissionState.Done(nonce, Digest(transaction), new BlockReference(block, Digest(hash)), succeeded),
            { Kind: "abandoned", Reason: { } reason } => new SubmissionState.Abandoned(read.Nonce, reason),
            _ => throw Damaged(json),
        };
    }

    static T Parse<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try { return JsonSerializer.Deserialize(json, type) ?? throw Damaged(json); }
        catch (JsonException) { throw Damaged(json); }
    }

    static Keccak256Digest Digest(string text) => Keccak256Digest.TryParse(text, out var digest) ? digest : throw Damaged(text);
    static UInt256 Number(string text) => UInt256.TryParseHex(text, out var number) ? number : throw Damaged(text);
    public static InvalidDataException Damaged(string text) => new($"the chain's database is damaged: '{(text.Length > 80 ? text[..80] : text)}' cannot be read");
}

sealed record IntentJson(string? To, byte[] Data, string Value, ulong? GasLimit);

sealed record AttemptJson(byte[] Raw, string Most, string Tip, bool IsFiller);

sealed record StateJson(string Kind)
{
    public ulong? Nonce { get; init; }
    public AttemptJson[]? Attempts { get; init; }
    public ulong? Since { get; init; }
    public int? Refusals { get; init; }
    public string? Reason { get; init; }
    public string? Transaction { get; init; }
    public ulong? Block { get; init; }
    public string? BlockHash { get; init; }
    public bool? Succeeded { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(IntentJson))]
[JsonSerializable(typeof(StateJson))]
sealed partial class StoredJsonContext : JsonSerializerContext;
