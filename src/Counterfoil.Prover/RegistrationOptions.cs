namespace Counterfoil.Prover;

/// <summary>How a model is to be committed.</summary>
public sealed record RegistrationOptions
{
    /// <summary>−log₂ of the code's rate: 2 (rate 1/4) by default. A lower rate needs fewer queries and more encoding; 1 to 4.</summary>
    public int LogInverseRate { get; init; } = 2;

    /// <summary>
    /// Bits that the queries of each opening are to reach; what is over 100 leaves room in the sum: two proofs, two openings each.
    /// </summary>
    public double QueryBits { get; init; } = 102.5;
}
