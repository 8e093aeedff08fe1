using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Evm.Transactions;

/// <summary>An account's word that it runs another's code from now on (EIP-7702), not signed yet.</summary>
/// <param name="ChainId">The chain it is for; 0 for every chain.</param>
/// <param name="Delegate">Whose code is run; the zero address ends the delegation.</param>
/// <param name="Nonce">The account's nonce when the authorization is taken up, which uses it. An account that sends the transaction itself has used one before.</param>
public sealed record Authorization(UInt256 ChainId, Address Delegate, ulong Nonce)
{
    const byte Magic = 0x05;

    /// <summary>The digest that is signed.</summary>
    public Keccak256Digest SigningHash
    {
        get
        {
            var rlp = new RlpWriter(64);
            rlp.BeginList();
            rlp.Write(ChainId);
            rlp.Write(Delegate);
            rlp.Write(Nonce);
            rlp.EndList();
            return Keccak256.Hash([Magic, .. rlp.WrittenSpan]);
        }
    }

    /// <summary>Signs with the account's key. Whoever gets hold of it can use it: give a chain id unless every chain is meant.</summary>
    public SignedAuthorization Sign(Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var signature = key.Sign(SigningHash);
        return new SignedAuthorization(this, signature.YParity ? (byte)1 : (byte)0, signature.R, signature.S);
    }
}

/// <summary>An authorization as a transaction carries it. One that is not valid is no fault of the transaction: the chain passes it over.</summary>
/// <param name="Authorization">What is authorized.</param>
/// <param name="YParity">0 or 1 in a valid one.</param>
/// <param name="R">The signature's r.</param>
/// <param name="S">The signature's s, at most n/2 in a valid one.</param>
public sealed record SignedAuthorization(Authorization Authorization, byte YParity, UInt256 R, UInt256 S)
{
    /// <summary>Recovers the account that signed.</summary>
    public Verdict RecoverAuthority(out Address authority)
    {
        authority = default;
        if (YParity > 1) return Verdict.Reject(EvmChecks.SignatureEncoding, "a parity of 0 or 1", $"{YParity}");
        var signature = new EcdsaSignature(R, S, YParity == 1);
        var verdict = signature.CheckRange();
        if (!verdict.IsAccepted) return verdict;
        verdict = Secp256k1PublicKey.Recover(Authorization.SigningHash, signature, out var key);
        if (verdict.IsAccepted) authority = key.Address;
        return verdict;
    }

    internal static void Write(RlpWriter rlp, IReadOnlyList<SignedAuthorization> authorizations)
    {
        rlp.BeginList();
        foreach (var (authorization, parity, r, s) in authorizations)
        {
            rlp.BeginList();
            rlp.Write(authorization.ChainId);
            rlp.Write(authorization.Delegate);
            rlp.Write(authorization.Nonce);
            rlp.Write((ulong)parity);
            rlp.Write(r);
            rlp.Write(s);
            rlp.EndList();
        }
        rlp.EndList();
    }

    internal static List<SignedAuthorization> Read(ref RlpReader rlp)
    {
        var authorizations = new List<SignedAuthorization>();
        rlp.BeginList();
        while (rlp.HasMore)
        {
            rlp.BeginList();
            var authorization = new Authorization(rlp.ReadUInt256(), rlp.ReadAddress(), rlp.ReadUInt64());
            ulong parity = rlp.ReadUInt64();
            if (parity > byte.MaxValue) rlp.Fail(EvmChecks.SignatureEncoding, "a parity of one byte", $"{parity}");
            authorizations.Add(new SignedAuthorization(authorization, (byte)parity, rlp.ReadUInt256(), rlp.ReadUInt256()));
            rlp.EndList();
        }
        rlp.EndList();
        return authorizations;
    }
}

/// <summary>What stands in the place of an account's code while it runs another's (EIP-7702): <c>ef0100</c> and the other's address.</summary>
public static class Delegation
{
    /// <summary>The length of a designator in bytes.</summary>
    public const int Length = 23;

    static ReadOnlySpan<byte> Prefix => [0xef, 0x01, 0x00];

    /// <summary>The designator of an address.</summary>
    public static byte[] To(Address address) => [.. Prefix, .. address.ToArray()];

    /// <summary>Reads a designator; false where the code is any other.</summary>
    public static bool TryRead(ReadOnlySpan<byte> code, out Address address)
    {
        bool delegates = code.Length == Length && code.StartsWith(Prefix);
        address = delegates ? new Address(code[Prefix.Length..]) : default;
        return delegates;
    }
}
