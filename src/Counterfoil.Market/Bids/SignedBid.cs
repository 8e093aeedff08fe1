using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Market.Bids;

/// <summary>A bid with its provider's signature, as it travels from provider to tenant.</summary>
public sealed class SignedBid : IEquatable<SignedBid>
{
    /// <summary>The version of the encoding that this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>The longest signature, in bytes: a key's has 65, a contract's (ERC-1271) as many as it likes up to this.</summary>
    public const int MaxSignature = 2048;

    static readonly CborLimits Limits = new() { Bytes = 4096, Depth = 1, Items = 8 };

    readonly ImmutableArray<byte> signature;

    /// <summary>A bid and the signature that came with it, unverified.</summary>
    /// <exception cref="ArgumentException">The signature is longer than <see cref="MaxSignature"/>.</exception>
    public SignedBid(Bid bid, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(bid);
        if (signature.Length > MaxSignature) throw new ArgumentException($"a signature of {signature.Length} bytes is longer than {MaxSignature}", nameof(signature));
        Bid = bid;
        this.signature = [.. signature];
    }

    /// <summary>The offer.</summary>
    public Bid Bid { get; }

    /// <summary>r ‖ s ‖ v of a key, or what the provider's contract understands.</summary>
    public ReadOnlyMemory<byte> Signature => signature.AsMemory();

    /// <summary>
    /// Whether the provider signed this for <paramref name="domain"/>. A signature that is not 65 bytes can only be a contract's, and only the chain can ask a contract:
    /// that is neither yes nor no.
    /// </summary>
    public Verdict VerifySignature(MarketDomain domain)
    {
        if (signature.Length != EcdsaSignature.Size)
            return Verdict.CannotTell(MarketChecks.BidSignature, $"the answer of {Bid.Provider} to isValidSignature (ERC-1271)");
        if (EcdsaSignature.Decode(signature.AsSpan(), out var ecdsa) is Verdict.Rejected { Reason: var malformed })
            return Verdict.Reject(MarketChecks.BidSignature, malformed.Expected, malformed.Found);
        var recovered = Secp256k1PublicKey.Recover(Bid.Digest(domain), ecdsa, out var key);
        if (recovered.IsAccepted && key.Address == Bid.Provider) return Verdict.Accept;
        return Verdict.Reject(MarketChecks.BidSignature, $"a signature by {Bid.Provider}", recovered.IsAccepted ? $"one by {key.Address}" : "one of nobody");
    }

    /// <summary>The canonical encoding: a deterministic CBOR array.</summary>
    public byte[] Encode()
    {
        var writer = new CborWriter();
        writer.BeginArray(7);
        writer.WriteUInt(Version);
        writer.WriteBytes(Bid.OrderId.ToBigEndian());
        writer.WriteBytes(Bid.Provider.ToArray());
        writer.WriteBytes(Bid.Rate.Scaled.ToBigEndian());
        writer.WriteUInt(Bid.Expiry);
        writer.WriteBytes(Bid.Salt.ToArray());
        writer.WriteBytes(signature.AsSpan());
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads the canonical encoding and no other. The signature is not verified by this.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out SignedBid? bid)
    {
        bid = null;
        var reader = new CborReader(bytes.Span, Limits);
        reader.BeginArray(7, 7);
        ulong version = reader.ReadUInt();
        if (version != Version) reader.Fail(MarketChecks.BidEncoding, $"version {Version}", $"version {version}");
        var orderId = UInt256.ReadBigEndian(reader.ReadBytes32().ToArray());
        var provider = reader.ReadBytes(Address.Size);
        if (provider.Length != Address.Size) reader.Fail(MarketChecks.BidEncoding, $"an address of {Address.Size} bytes", $"{provider.Length}");
        var rate = new Rate(UInt256.ReadBigEndian(reader.ReadBytes32().ToArray()));
        ulong expiry = reader.ReadUInt();
        var salt = reader.ReadBytes32();
        var signature = reader.ReadBytes(MaxSignature);
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict.IsAccepted) bid = new SignedBid(new Bid(orderId, new Address(provider), rate, expiry, salt), signature);
        return verdict;
    }

    /// <inheritdoc/>
    public bool Equals(SignedBid? other) => other is not null && Bid == other.Bid && signature.AsSpan().SequenceEqual(other.signature.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SignedBid);

    /// <inheritdoc/>
    public override int GetHashCode() => Bid.GetHashCode();
}
