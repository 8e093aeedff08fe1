using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Contracts;

/// <summary>Every check that this room makes on what comes from elsewhere, by its stable identifier.</summary>
public static class ChainChecks
{
    /// <summary>An address book is JSON with a chain id and, for each contract, its address and the digests of its code, and nothing else.</summary>
    public static readonly Check AddressBook = new("chain.address-book");
    /// <summary>The code at a contract's address is the one that was deployed there.</summary>
    public static readonly Check ContractCode = new("chain.contract-code");
    /// <summary>An account's key or code answers for a signature.</summary>
    public static readonly Check AccountSignature = new("chain.account-signature");
}

/// <summary>A contract that is on a chain.</summary>
/// <param name="Name">The contract's name.</param>
/// <param name="Address">Where it is.</param>
/// <param name="CodeHash">The digest of its code, immutables included.</param>
/// <param name="InitCodeHash">The digest of the code and the constructor's arguments that made it.</param>
public sealed record DeployedContract(string Name, Address Address, Keccak256Digest CodeHash, Keccak256Digest InitCodeHash);

/// <summary>Where the product's contracts are on one chain.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Contracts">The contracts, in the order in which they were deployed.</param>
public sealed record AddressBook(ulong ChainId, ImmutableArray<DeployedContract> Contracts)
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaxLength = 65_536;

    /// <summary>A contract by its name, or null.</summary>
    public DeployedContract? Find(string name) => Contracts.FirstOrDefault(contract => contract.Name == name);

    /// <summary>The book with a contract in place of one of the same name.</summary>
    public AddressBook With(DeployedContract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return this with { Contracts = Contracts.RemoveAll(old => old.Name == contract.Name).Add(contract) };
    }

    /// <inheritdoc/>
    public bool Equals(AddressBook? other) => other is not null && ChainId == other.ChainId && Contracts.SequenceEqual(other.Contracts);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChainId, Contracts.Length);

    /// <summary>The book as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(new AddressBookJson(ChainId, Contracts.ToDictionary(contract => contract.Name,
        contract => new DeployedContractJson(contract.Address.ToString(), $"0x{contract.CodeHash}", $"0x{contract.InitCodeHash}"))), AddressBookContext.Default.AddressBookJson);

    /// <summary>Reads a book from a file.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> json, out AddressBook? book)
    {
        book = null;
        if (json.Length > MaxLength) return Verdict.Reject(ChainChecks.AddressBook, $"at most {MaxLength} bytes", $"{json.Length}");
        AddressBookJson? read;
        try
        {
            read = JsonSerializer.Deserialize(json, AddressBookContext.Default.AddressBookJson);
        }
        catch (JsonException malformed)
        {
            return Verdict.Reject(ChainChecks.AddressBook, "JSON with chainId and contracts", $"something else at {malformed.Path ?? "the start"}");
        }
        if (read is null) return Verdict.Reject(ChainChecks.AddressBook, "an object", "null");
        var contracts = ImmutableArray.CreateBuilder<DeployedContract>();
        foreach (var (name, contract) in read.Contracts)
        {
            if (!Address.TryParse(contract?.Address, out var address)) return Verdict.Reject(ChainChecks.AddressBook, $"an address of {name}", contract?.Address ?? "null");
            if (!TryDigest(contract!.CodeHash, out var code)) return Verdict.Reject(ChainChecks.AddressBook, $"a codeHash of {name}", contract.CodeHash);
            if (!TryDigest(contract.InitCodeHash, out var initCode)) return Verdict.Reject(ChainChecks.AddressBook, $"an initCodeHash of {name}", contract.InitCodeHash);
            contracts.Add(new DeployedContract(name, address, code, initCode));
        }
        book = new AddressBook(read.ChainId, contracts.ToImmutable());
        return Verdict.Accept;
    }

    static bool TryDigest(string text, out Keccak256Digest digest)
    {
        digest = default;
        return text.StartsWith("0x", StringComparison.Ordinal) && Keccak256Digest.TryParse(text[2..], out digest);
    }
}

sealed record AddressBookJson(ulong ChainId, Dictionary<string, DeployedContractJson> Contracts);

sealed record DeployedContractJson(string Address, string CodeHash, string InitCodeHash);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AddressBookJson))]
sealed partial class AddressBookContext : JsonSerializerContext;
