using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Licences.OptOuts;

/// <summary>What a rightsholder says of training or of text and data mining.</summary>
public enum OptOutAnswer
{
    /// <summary>Nothing is said.</summary>
    NotStated,
    /// <summary>It is allowed.</summary>
    Allowed,
    /// <summary>It is allowed under conditions, which have to be read.</summary>
    Constrained,
    /// <summary>It is reserved.</summary>
    Reserved,
}

/// <summary>One thing that was read beside a source, and where.</summary>
/// <param name="Kind">Such as <c>robots.txt</c>, <c>tdmrep.json</c>, <c>tdm-reservation</c>, <c>cawg.training-mining</c>.</param>
/// <param name="Answer">What it says.</param>
/// <param name="Place">Which line, rule, header or entry says so.</param>
/// <param name="Evidence">SHA-256 of the bytes that were read.</param>
public sealed record OptOut(string Kind, OptOutAnswer Answer, string Place, Sha256Digest Evidence)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} says {Answer} at {Place} (sha256 {Evidence.ToString()[..16]}…)";
}
