using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.TypedData;

/// <summary>Typed data as wallets take it in JSON (<c>eth_signTypedData_v4</c>): types, primary type, domain and message.</summary>
/// <param name="PrimaryType">The type of the message.</param>
/// <param name="DomainSeparator">hashStruct of the domain.</param>
/// <param name="Message">The members of the message, in order of the type.</param>
public sealed record TypedDataDocument(Eip712Type PrimaryType, Keccak256Digest DomainSeparator, IReadOnlyList<AbiValue> Message)
{
    /// <summary>The most bytes of JSON that are read.</summary>
    public const int MaxLength = 1 << 18;

    /// <summary>The digest to sign.</summary>
    public Keccak256Digest Digest => Eip712Domain.Digest(DomainSeparator, PrimaryType.HashStruct(Message));

    /// <summary>Reads JSON from a stranger. Every member of a type must be there, none beside; where EIP712Domain is not among the types, the fields present define it.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> json, out TypedDataDocument? document)
    {
        document = null;
        if (json.Length > MaxLength) return Reject($"at most {MaxLength} bytes", $"{json.Length}");
        try
        {
            using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64, AllowDuplicateProperties = false });
            return Read(parsed.RootElement, out document);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: text that is not Unicode
        {
            return Reject("JSON", $"{error.Message}");
        }
    }

    static Verdict Read(JsonElement root, out TypedDataDocument? document)
    {
        document = null;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("types", out var types) || types.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("primaryType", out var primaryName) || primaryName.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("domain", out var domain) || domain.ValueKind != JsonValueKind.Object || !root.TryGetProperty("message", out var message))
            return Reject("types, primaryType, domain and message", "something missing or of another kind");
        var definitions = new List<(string, IReadOnlyList<(string, string)>)>();
        foreach (var type in types.EnumerateObject())
        {
            if (type.Value.ValueKind != JsonValueKind.Array) return Reject($"a list of members of {type.Name}", $"{type.Value.ValueKind}");
            var fields = new List<(string, string)>();
            foreach (var field in type.Value.EnumerateArray())
            {
                if (field.ValueKind != JsonValueKind.Object || !TryText(field, "type", out string fieldType) || !TryText(field, "name", out string fieldName))
                    return Reject($"members of {type.Name} with a name and a type", "another");
                fields.Add((fieldType, fieldName));
            }
            definitions.Add((type.Name, fields));
        }
        if (definitions.All(d => d.Item1 != "EIP712Domain")) definitions.Add(("EIP712Domain", [.. DomainFields.Where(f => domain.TryGetProperty(f.Name, out _))]));
        if (Eip712Types.TryBuild(definitions, out var family) is { } wrong) return Reject("well-formed types", wrong);
        if (!family.TryGetValue(primaryName.GetString()!, out var primary)) return Reject("a primary type among the types", primaryName.GetString()!);

        var domainType = family["EIP712Domain"];
        if (Eip712Json.TryRead(new Eip712FieldType.Struct(domainType.Name), domainType, domain, 0, out var domainValues) is { } badDomain) return Reject("a domain of its type", badDomain);
        if (Eip712Json.TryRead(new Eip712FieldType.Struct(primary.Name), primary, message, 0, out var values) is { } badMessage) return Reject("a message of its type", badMessage);
        document = new TypedDataDocument(primary, domainType.HashStruct(domainValues.Items), values.Items);
        return Verdict.Accept;
    }

    static readonly (string Type, string Name)[] DomainFields =
        [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract"), ("bytes32", "salt")];

    static bool TryText(JsonElement element, string name, out string text)
    {
        bool there = element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;
        text = there ? value.GetString()! : "";
        return there;
    }

    static Verdict Reject(string expected, string found) => Verdict.Reject(EvmChecks.TypedDataEncoding, expected, found);
}
