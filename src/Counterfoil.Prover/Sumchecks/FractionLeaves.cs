namespace Counterfoil.Prover.Sumchecks;

/// <summary>The leaves of a fractional sum. They are many, so nobody holds them all: whoever needs some has them written, again and again.</summary>
interface IFractionLeaves
{
    /// <summary>Writes the leaves from <paramref name="first"/> on, a power of two of them that <paramref name="first"/> is a multiple of. Called from several threads.</summary>
    void Write(int first, ExtensionVector numerators, ExtensionVector denominators);
}

/// <summary>Leaves that are few enough to be at hand.</summary>
sealed class WrittenLeaves(Zk.Fields.Goldilocks2[] numerators, Zk.Fields.Goldilocks2[] denominators) : IFractionLeaves
{
    public void Write(int first, ExtensionVector numerator, ExtensionVector denominator)
    {
        for (int i = 0; i < numerator.Length; i++) (numerator[i], denominator[i]) = (numerators[first + i], denominators[first + i]);
    }
}
