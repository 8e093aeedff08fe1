namespace Counterfoil.Core.Signing;

/// <summary>The signature schemes of evidence. Money is signed on secp256k1, which lives with the chain's formats.</summary>
public enum SignatureAlgorithm
{
    /// <summary>Ed25519 (RFC 8032 §5.1), PureEdDSA: 32-byte keys, 64-byte signatures.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA on NIST P-256 with SHA-256 (FIPS 186-5): uncompressed 65-byte keys, 64-byte signatures r ‖ s with low s.</summary>
    P256 = 2,
}
