using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.TypedData;

/// <summary>What keeps a signature for one contract on one chain from counting anywhere else (EIP-712, domainSeparator). An absent field is not part of the domain.</summary>
/// <param name="Name">The protocol's name, which wallets show.</param>
/// <param name="Version">Its version.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="VerifyingContract">The contract that checks the signature.</param>
/// <param name="Salt">A last resort against collisions.</param>
public sealed record Eip712Domain(string? Name, string? Version, UInt256? ChainId, Address? VerifyingContract, Bytes32? Salt = null)
{
    static readonly string[] Fields = ["string name", "string version", "uint256 chainId", "address verifyingContract", "bytes32 salt"];

    // One type for each set of present fields; a race builds the same one twice.
    static readonly Eip712Type?[] Types = new Eip712Type?[1 << 5];

    /// <summary>hashStruct of the domain.</summary>
    public Keccak256Digest Separator
    {
        get
        {
            AbiValue?[] all = [Name is { } n ? n : (AbiValue?)null, Version is { } v ? v : (AbiValue?)null, ChainId is { } c ? c : (AbiValue?)null,
                VerifyingContract is { } a ? a : (AbiValue?)null, Salt is { } s ? s : (AbiValue?)null];
            int present = Enumerable.Range(0, all.Length).Sum(i => all[i] is null ? 0 : 1 << i);
            var type = Types[present] ??= Eip712Type.Parse($"EIP712Domain({string.Join(',', Fields.Where((_, i) => all[i] is not null))})");
            return type.HashStruct([.. all.OfType<AbiValue>()]);
        }
    }

    /// <summary>The digest to sign: Keccak-256 of 0x1901, the domain separator, and hashStruct of the message.</summary>
    public static Keccak256Digest Digest(Keccak256Digest separator, Keccak256Digest structHash)
    {
        Span<byte> bytes = stackalloc byte[66];
        bytes[0] = 0x19;
        bytes[1] = 0x01;
        separator.CopyTo(bytes[2..]);
        structHash.CopyTo(bytes[34..]);
        return Keccak256.Hash(bytes);
    }

    /// <summary>The digest to sign for a message of this type in this domain.</summary>
    public Keccak256Digest Digest(Eip712Type type, params IReadOnlyList<AbiValue> values)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Digest(Separator, type.HashStruct(values));
    }
}
