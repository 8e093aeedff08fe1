using System.Collections.Immutable;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>What backs a statement of the summary; of two, the greater says more.</summary>
public enum SummaryEvidence
{
    /// <summary>Nothing: the provider does not say.</summary>
    NotStated,
    /// <summary>Nothing is asked: the section's question is answered no.</summary>
    NotApplicable,
    /// <summary>The provider's word.</summary>
    Provider,
    /// <summary>A signed statement: a commitment, a transformation, a training run, a reading of opt-outs.</summary>
    Committed,
}

/// <summary>One statement of a field, and what backs it.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Evidence">What kind of thing backs it.</param>
/// <param name="Places">Where that stands: digest and pointer.</param>
public sealed record SummaryStatement(string Text, SummaryEvidence Evidence, ImmutableArray<string> Places);

/// <summary>A field with all that is said in it; at least one statement.</summary>
/// <param name="Field">The field.</param>
/// <param name="Statements">What is said.</param>
public sealed record FilledField(SummaryField Field, ImmutableArray<SummaryStatement> Statements)
{
    /// <summary>The best that backs anything said in it.</summary>
    public SummaryEvidence Evidence => Statements.Max(s => s.Evidence);

    /// <summary>Whether the template demands something that is not there.</summary>
    public bool IsMissing => Evidence == SummaryEvidence.NotStated && Field.Demand != SummaryDemand.Optional;
}

/// <summary>A signed reading of licences and opt-outs.</summary>
/// <param name="Statement">SHA-256 of the statement's bytes.</param>
/// <param name="Report">What was read.</param>
public sealed record SignedReading(Core.Digests.Sha256Digest Statement, Licences.LicenceReport Report);
