using System.Collections.Immutable;

namespace Counterfoil.Data.Licences;

/// <summary>What may be done with data, as far as a policy reads its licence.</summary>
[Flags]
public enum LicensedUses
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Training a model on it.</summary>
    Training = 1,
    /// <summary>Using it, and what was trained on it, for gain.</summary>
    Commercial = 2,
    /// <summary>Passing the data on, unchanged.</summary>
    Redistribution = 4,
    /// <summary>Passing on data that was made from it.</summary>
    Derivatives = 8,
    /// <summary>All of these.</summary>
    All = Training | Commercial | Redistribution | Derivatives,
}

/// <summary>One way to take a licence: what it permits, and what whoever takes it must do.</summary>
/// <param name="Permits">What is permitted.</param>
/// <param name="Duties">Such as <c>attribution</c>, <c>notice</c>, <c>share-alike:CC-BY-SA</c>: ordered, each once. A duty <c>share-alike:X</c> says that data made from this must be under terms of family X.</param>
public sealed record LicenceTerms(LicensedUses Permits, ImmutableSortedSet<string> Duties)
{
    const string ShareAlike = "share-alike:";

    /// <summary>Terms that permit nothing.</summary>
    public static LicenceTerms Nothing { get; } = new(LicensedUses.None, []);

    /// <summary>Terms that permit everything and ask for nothing: those of a mixture of no sources.</summary>
    public static LicenceTerms Everything { get; } = new(LicensedUses.All, []);

    /// <summary>The families that derived data would have to be under. Where there are two, derived data can be under neither, and is not permitted.</summary>
    public IEnumerable<string> Families => Duties.Where(d => d.StartsWith(ShareAlike, StringComparison.Ordinal)).Select(d => d[ShareAlike.Length..]);

    /// <summary>The terms under which both hold.</summary>
    public LicenceTerms And(LicenceTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var both = new LicenceTerms(Permits & other.Permits, Duties.Union(other.Duties));
        return both.Families.Take(2).Count() == 2 ? both with { Permits = both.Permits & ~LicensedUses.Derivatives } : both;
    }

    /// <summary>Whether whoever has these terms may do all that the other's permit, with no duty that those lack.</summary>
    public bool IsAtLeast(LicenceTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (other.Permits & ~Permits) == 0 && Duties.IsSubsetOf(other.Duties);
    }

    /// <inheritdoc/>
    public bool Equals(LicenceTerms? other) => other is not null && Permits == other.Permits && Duties.SetEquals(other.Duties);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Permits, Duties.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Permits}{(Duties.IsEmpty ? "" : $" with {string.Join(", ", Duties)}")}";
}
