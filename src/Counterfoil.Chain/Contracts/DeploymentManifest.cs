using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Chain.Contracts;

/// <summary>A contract that is deployed, and what its constructor is given.</summary>
/// <param name="Contract">The contract's name.</param>
/// <param name="Arguments">In order: <c>@Name</c> for the address of a contract above it, an address, or a number in decimal.</param>
public sealed record ManifestEntry(string Contract, IReadOnlyList<string>? Arguments = null)
{
    /// <summary>The code that makes it, with its arguments.</summary>
    /// <param name="book">The contracts above it.</param>
    /// <exception cref="FormatException">The manifest does not fit the contract.</exception>
    public byte[] InitCode(AddressBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        var artifact = ContractArtifact.Named(Contract);
        var given = Arguments ?? [];
        if (given.Count != artifact.ConstructorInputs.Count) throw new FormatException($"deployment.json gives {Contract} {given.Count} arguments, and it takes {artifact.ConstructorInputs.Count}");
        return artifact.InitCode([.. given.Zip(artifact.ConstructorInputs, (text, input) => Value(text, input.Type, book))]);
    }

    AbiValue Value(string text, AbiType type, AddressBook book) => type switch
    {
        AbiType.Account when text.StartsWith('@') => book.Find(text[1..])?.Address ?? throw new FormatException($"deployment.json names {text} for {Contract} before it is deployed"),
        AbiType.Account when Address.TryParse(text, out var address) => address,
        AbiType.UInt => UInt256.Parse(text),
        _ => throw new FormatException($"deployment.json gives {Contract} '{text}' for {type}"),
    };
}

/// <summary>What is deployed, in which order, with which parameters: <c>contracts/deployment.json</c>.</summary>
public static class DeploymentManifest
{
    /// <summary>The product's contracts, each after those that it names.</summary>
    public static IReadOnlyList<ManifestEntry> Entries { get; } = Read();

    static IReadOnlyList<ManifestEntry> Read()
    {
        using var stream = typeof(DeploymentManifest).Assembly.GetManifestResourceStream("deployment.json") ?? throw new InvalidOperationException("deployment.json is not embedded");
        return JsonSerializer.Deserialize(stream, DeploymentManifestContext.Default.ManifestEntryArray)!;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ManifestEntry[]))]
sealed partial class DeploymentManifestContext : JsonSerializerContext;
