using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Contracts;

/// <summary>Every check that this room makes on a file from elsewhere, by its stable identifier.</summary>
public static class ChainChecks
{
    /// <summary>An address book is JSON with a chain id and the address of each contract, and nothing else.</summary>
    public static readonly Check AddressBook = new("chain.address-book");
}

/// <summary>Where the product's contracts are on one chain.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="TestDollar">The token that is paid with.</param>
/// <param name="Anchor">The anchor of logs.</param>
/// <param name="LeaseEscrow">Orders, leases and their escrow.</param>
public sealed record AddressBook(ulong ChainId, Address TestDollar, Address Anchor, Address LeaseEscrow)
{
    /// <summary>The longest file that is read, in bytes.</summary>
    public const int MaxLength = 4_096;

    /// <summary>The book as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new AddressBookJson(ChainId, TestDollar.ToString(), Anchor.ToString(), LeaseEscrow.ToString()), AddressBookContext.Default.AddressBookJson);

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
            return Verdict.Reject(ChainChecks.AddressBook, "JSON with chainId, testDollar, anchor and leaseEscrow", $"something else at {malformed.Path ?? "the start"}");
        }
        if (read is null) return Verdict.Reject(ChainChecks.AddressBook, "an object", "null");
        if (!Address.TryParse(read.TestDollar, out var dollar)) return Verdict.Reject(ChainChecks.AddressBook, "an address as testDollar", read.TestDollar);
        if (!Address.TryParse(read.Anchor, out var anchor)) return Verdict.Reject(ChainChecks.AddressBook, "an address as anchor", read.Anchor);
        if (!Address.TryParse(read.LeaseEscrow, out var escrow)) return Verdict.Reject(ChainChecks.AddressBook, "an address as leaseEscrow", read.LeaseEscrow);
        book = new AddressBook(read.ChainId, dollar, anchor, escrow);
        return Verdict.Accept;
    }
}

sealed record AddressBookJson(ulong ChainId, string TestDollar, string Anchor, string LeaseEscrow);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(AddressBookJson))]
sealed partial class AddressBookContext : JsonSerializerContext;
