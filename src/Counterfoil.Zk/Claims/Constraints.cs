using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Claims;

/// <summary>What the pads of one proof have to satisfy, collected while the protocol runs: linear constraints, and products of claims.</summary>
sealed class Constraints
{
    readonly List<Claim> linear = [];
    readonly List<Claim> factors = [];
    readonly List<Quadratic> quadratic = [];

    /// <summary>Pads taken so far. Pads are taken in the order in which both sides come to need them.</summary>
    public int Pads { get; private set; }

    /// <summary>Claims that are zero.</summary>
    public IReadOnlyList<Claim> Linear => linear;

    /// <summary>Claims that occur in products.</summary>
    public IReadOnlyList<Claim> Factors => factors;

    /// <summary>Sums of products that are zero.</summary>
    public IReadOnlyList<Quadratic> Quadratics => quadratic;

    /// <summary>Takes the next pad.</summary>
    public int TakePad() => Pads++;

    /// <summary>Demands that a claim is zero.</summary>
    public void Add(Claim zero) => linear.Add(zero);

    /// <summary>Announces a claim that occurs in products. Its mask is taken when the products are opened, after every message's pad.</summary>
    public Factor AddFactor(Claim claim)
    {
        factors.Add(claim);
        return new Factor(factors.Count - 1, claim);
    }

    /// <summary>Demands that Σ coefficient·left·right + rest is zero.</summary>
    public void Add(Product[] products, Claim rest) => quadratic.Add(new(products, rest));

    /// <summary>Σ coefficient·left·right + rest = 0.</summary>
    public sealed record Quadratic(Product[] Products, Claim Rest);
}

/// <summary>A claim that may be multiplied with another.</summary>
/// <param name="Index">Its number among the factors.</param>
/// <param name="Claim">The claim.</param>
readonly record struct Factor(int Index, Claim Claim);

/// <summary>A product of two factors, times a public coefficient.</summary>
readonly record struct Product(Factor Left, Factor Right, Goldilocks2 Coefficient);
