using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences;

/// <summary>A licence expression: SPDX 3.0.1, Annex "SPDX license expressions". One expression has one text, which <c>ToString</c> gives.</summary>
/// <remarks>
/// Precedence: <c>+</c>, <c>WITH</c>, <c>AND</c>, <c>OR</c>. Identifiers match whatever their case, and take the list's spelling; operators are all upper or all lower case.
/// <c>NOASSERTION</c> and <c>NONE</c>, which SPDX puts where an expression would stand, are read as expressions that name no licence.
/// </remarks>
public abstract record LicenceExpression
{
    LicenceExpression() { }

    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>Parentheses within one another.</summary>
    public const int MaxDepth = 32;

    /// <summary>Reads an expression.</summary>
    public static Verdict Parse(string text, out LicenceExpression? expression)
    {
        ArgumentNullException.ThrowIfNull(text);
        return LicenceExpressionParser.Parse(text, out expression);
    }

    /// <summary>Every licence that it names, in order.</summary>
    public IEnumerable<Licence> Licences => this switch
    {
        Licence licence => [licence],
        All all => all.Of.SelectMany(e => e.Licences),
        Any any => any.Of.SelectMany(e => e.Licences),
        _ => [],
    };

    /// <summary>Accepts when each licence and exception is on the list, or refers to a text of its own.</summary>
    public Verdict RequireListed()
    {
        foreach (var licence in Licences)
        {
            if (!licence.IsListed && !licence.IsReference) return Verdict.Reject(LicenceChecks.Listed, $"an identifier on the SPDX list ({SpdxList.Version}) or a LicenseRef-", licence.Id);
            if (licence.Addition is { } addition && SpdxList.Exception(addition) is null && !addition.Contains("AdditionRef-", StringComparison.Ordinal))
                return Verdict.Reject(LicenceChecks.Listed, $"an exception on the SPDX list ({SpdxList.Version}) or an AdditionRef-", addition);
        }
        return Verdict.Accept;
    }

    /// <summary>One licence, perhaps a later version of it too, perhaps with an exception.</summary>
    /// <param name="Id">Its identifier, a <c>LicenseRef-</c>, <c>NOASSERTION</c> or <c>NONE</c>.</param>
    /// <param name="OrLater">Whether <c>+</c> follows.</param>
    /// <param name="Addition">The exception or <c>AdditionRef-</c> after <c>WITH</c>, or null.</param>
    public sealed record Licence(string Id, bool OrLater = false, string? Addition = null) : LicenceExpression
    {
        /// <summary>Whether the SPDX list has it.</summary>
        public bool IsListed => SpdxList.Licence(Id) is not null;

        /// <summary>Whether it refers to a text that a document brings along.</summary>
        public bool IsReference => Id.Contains("LicenseRef-", StringComparison.Ordinal);

        /// <summary>Whether no licence is stated.</summary>
        public bool IsAbsent => Id is "NOASSERTION" or "NONE";

        /// <inheritdoc/>
        public override string ToString() => $"{Id}{(OrLater ? "+" : "")}{(Addition is null ? "" : $" WITH {Addition}")}";
    }

    /// <summary>All of these hold: <c>AND</c>.</summary>
    /// <param name="Of">At least two, none of them an <see cref="All"/>.</param>
    public sealed record All(ImmutableArray<LicenceExpression> Of) : LicenceExpression
    {
        /// <inheritdoc/>
        public bool Equals(All? other) => other is not null && Of.AsSpan().SequenceEqual(other.Of.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() => string.Join(" AND ", Of.Select(e => e is Any ? $"({e})" : e.ToString()));
    }

    /// <summary>Whoever takes the licence chooses one of these: <c>OR</c>.</summary>
    /// <param name="Of">At least two, none of them an <see cref="Any"/>.</param>
    public sealed record Any(ImmutableArray<LicenceExpression> Of) : LicenceExpression
    {
        /// <inheritdoc/>
        public bool Equals(Any? other) => other is not null && Of.AsSpan().SequenceEqual(other.Of.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() => string.Join(" OR ", Of);
    }
}
