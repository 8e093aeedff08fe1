using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>A payer's signature of an authorization: r ‖ s ‖ v, low-S, v 27 or 28. The token's contract takes no other form either.</summary>
/// <param name="Value">The signature.</param>
public readonly record struct AuthorizationSignature(EcdsaSignature Value)
{
    /// <summary>Reads <c>0x</c> and 130 lower-case digits.</summary>
    public static Verdict Read(string? text, out AuthorizationSignature signature)
    {
        signature = default;
        Span<byte> bytes = stackalloc byte[EcdsaSignature.Size];
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || !Hex.TryDecode(text.AsSpan(2), bytes))
            return Verdict.Reject(PaymentChecks.SignatureForm, $"0x and {2 * EcdsaSignature.Size} lower-case digits", X402Codec.Excerpt(text ?? "nothing"));
        var verdict = EcdsaSignature.Decode(bytes, out var value);
        if (verdict is Verdict.Rejected { Reason: var reason })
            return Verdict.Reject(reason.Check == EvmChecks.SignatureLowS ? PaymentChecks.SignatureLowS : PaymentChecks.SignatureForm, reason.Expected, reason.Found);
        signature = new AuthorizationSignature(value);
        return verdict;
    }

    /// <summary>Whether the payer of an authorization signed it, under a token's domain.</summary>
    public Verdict Verify(TransferAuthorization authorization, Token token)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        var recovered = Secp256k1PublicKey.Recover(authorization.SigningDigest(token), Value, out var key);
        return recovered is not Verdict.Accepted ? Verdict.Reject(PaymentChecks.Signature, $"a signature by {authorization.From}", "one that no key made")
            : key.Address == authorization.From ? Verdict.Accept
            : Verdict.Reject(PaymentChecks.Signature,
                $"a signature by {authorization.From} for '{token.Name}' version '{token.Version}' at {token}", $"one by {key.Address}");
    }

    /// <summary><c>0x</c> and 130 lower-case digits.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(Value.ToArray());
}

/// <summary>Who pays: an account that signs authorizations. A key in this process, or a signer elsewhere.</summary>
public interface IPayer
{
    /// <summary>The account.</summary>
    Address Address { get; }

    /// <summary>Signs an authorization under a token's domain.</summary>
    ValueTask<AuthorizationSignature> SignAsync(TransferAuthorization authorization, Token token, CancellationToken cancellation);
}

/// <summary>A payer whose key is in this process.</summary>
/// <param name="key">The key; whoever made it disposes it.</param>
public sealed class KeyPayer(Secp256k1PrivateKey key) : IPayer
{
    /// <inheritdoc/>
    public Address Address => key.Address;

    /// <inheritdoc/>
    public ValueTask<AuthorizationSignature> SignAsync(TransferAuthorization authorization, Token token, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return new(new AuthorizationSignature(key.Sign(authorization.SigningDigest(token))));
    }
}
