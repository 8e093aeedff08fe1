using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.AspNetCore.Storage;

/// <summary>How values of this room are kept in the database's text columns. What we wrote ourselves must read back; if it does not, the file is damaged.</summary>
static class StoredJson
{
    public static string Write(Reason reason) => JsonSerializer.Serialize(new StoredReason(reason.Check.Id, reason.Expected, reason.Found), StoredContext.Default.StoredReason);

    public static Reason ReadReason(string text)
    {
        var stored = JsonSerializer.Deserialize(text, StoredContext.Default.StoredReason) ?? throw Damaged(text);
        return new Reason(new Check(stored.Check), stored.Expected, stored.Found);
    }

    public static string Write(IReadOnlyList<KeyValuePair<string, string>> headers) =>
        JsonSerializer.Serialize([.. headers.Select(h => (string[])[h.Key, h.Value])], StoredContext.Default.StringArrayArray);

    public static IReadOnlyList<KeyValuePair<string, string>> ReadHeaders(string text) =>
        [.. (JsonSerializer.Deserialize(text, StoredContext.Default.StringArrayArray) ?? throw Damaged(text)).Select(h => KeyValuePair.Create(h[0], h[1]))];

    public static string Write(Token t) =>
        JsonSerializer.Serialize(new StoredToken(t.Network.ToString(), t.Contract.ToHex(), t.Name, t.Version, t.Decimals), StoredContext.Default.StoredToken);

    public static Token ReadToken(string text)
    {
        var t = JsonSerializer.Deserialize(text, StoredContext.Default.StoredToken) ?? throw Damaged(text);
        return NetworkId.TryParse(t.Network, out var network) ? new Token(network, Address.Parse(t.Contract), t.Name, t.Version, t.Decimals) : throw Damaged(text);
    }

    public static string Write(TransferAuthorization a) => string.Join(' ', a.From.ToHex(), a.To.ToHex(), a.Value, a.ValidAfter, a.ValidBefore, a.Nonce);

    public static TransferAuthorization ReadAuthorization(string text)
    {
        string[] parts = text.Split(' ');
        if (parts.Length != 6) throw Damaged(text);
        return new TransferAuthorization(Address.Parse(parts[0]), Address.Parse(parts[1]), new TokenAmount(UInt256.Parse(parts[2])),
            UInt256.Parse(parts[3]), UInt256.Parse(parts[4]), ReadBytes32(parts[5]));
    }

    public static Bytes32 ReadBytes32(string text) => Bytes32.TryParseHex(text, out var value) ? value : throw Damaged(text);

    public static InvalidDataException Damaged(string text) => new($"the payment database holds '{(text.Length > 80 ? text[..80] : text)}', which it never wrote");
}

sealed record StoredReason(string Check, string Expected, string Found);
sealed record StoredToken(string Network, string Contract, string Name, string Version, int Decimals);

[JsonSerializable(typeof(StoredReason))]
[JsonSerializable(typeof(StoredToken))]
[JsonSerializable(typeof(string[][]))]
[JsonSerializable(typeof(JsonElement))]
sealed partial class StoredContext : JsonSerializerContext;
