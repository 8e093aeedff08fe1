namespace Counterfoil.Core.Verdicts;

public static partial class CoreChecks
{
    /// <summary>A key of a verifiable random function is a compressed point of P-256 other than infinity.</summary>
    public static readonly Check VrfKey = new("vrf.key");

    /// <summary>A proof of a verifiable random function is a point of P-256, a challenge and a scalar below the order.</summary>
    public static readonly Check VrfProofForm = new("vrf.proof-form");

    /// <summary>A proof of a verifiable random function is one by the key at the input.</summary>
    public static readonly Check VrfProof = new("vrf.proof");

    /// <summary>Keys and elements of an oblivious evaluation are compressed points of P-256 other than infinity, as many as were asked for.</summary>
    public static readonly Check VoprfElement = new("voprf.element");

    /// <summary>A blind is a scalar of P-256 other than 0.</summary>
    public static readonly Check VoprfBlind = new("voprf.blind");

    /// <summary>An oblivious evaluation was made with the key that it is checked against.</summary>
    public static readonly Check VoprfProof = new("voprf.proof");
}
