using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Chain.Contracts;

/// <summary>A contract that is deployed, and what its constructor is given.</summary>
/// <param name="Contract">The contract's name.</param>
/// <param name="Arguments">
/// In order: <c>@Name</c> for the address of a contract above it, <c>$name</c> for a parameter of whoever deploys, an address, or a number in decimal.
/// </param>
public sealed record ManifestEntry(string Contract, IReadOnlyList<string>? Arguments = null)
{
    /// <summary>The code that makes it, with its arguments; null where it needs a parameter that was not given, or a contract that is left out for that.</summary>
    /// <param name="book">The contracts above it.</param>
    /// <param name="given">Parameters by their names.</param>
    /// <exception cref="FormatException">The manifest does not fit the contract, or a parameter is not of its type.</exception>
    public byte[]? InitCode(AddressBook book, IReadOnlyDictionary<string, string> given)
    {
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(given);
        var artifact = ContractArtifact.Named(Contract);
        var named = Arguments ?? [];
        if (named.Count != artifact.ConstructorInputs.Count) throw new FormatException($"deployment.json gives {Contract} {named.Count} arguments, and it takes {artifact.ConstructorInputs.Count}");
        var texts = named.Select(text => text[0] switch
        {
            '@' => book.Find(text[1..])?.Address.ToString(),
            '$' => given.GetValueOrDefault(text[1..]),
            _ => text,
        }).ToArray();
        return texts.Contains(null) ? null : artifact.InitCode([.. texts.Zip(artifact.ConstructorInputs, (text, input) => Value(text!, input.Type))]);
    }

    AbiValue Value(string text, AbiType type) => type switch
    {
        AbiType.Account when Address.TryParse(text, out var address) => address,
        AbiType.UInt when text.Length > 0 && text.All(char.IsAsciiDigit) => UInt256.Parse(text),
        _ => throw new FormatException($"'{text}' is no {type} for {Contract}"),
    };
}

/// <summary>What is deployed, in which order, with which parameters: <c>contracts/deployment.json</c>.</summary>
public static class DeploymentManifest
{
    /// <summary>The product's contracts, each after those that it names.</summary>
    public static IReadOnlyList<ManifestEntry> Entries { get; } = Read();

    static ManifestEntry[] Read()
    {
        using var stream = typeof(DeploymentManifest).Assembly.GetManifestResourceStream("deployment.json") ?? throw new InvalidOperationException("deployment.json is not embedded");
        return JsonSerializer.Deserialize(stream, DeploymentManifestContext.Default.ManifestEntryArray)!;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ManifestEntry[]))]
sealed partial class DeploymentManifestContext : JsonSerializerContext;
