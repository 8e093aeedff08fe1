using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>The checks of near-duplicate indexes and of the evidence from them.</summary>
public static class NearDuplicateChecks
{
    /// <summary>The parameters of an index are in the one form they have, and within limits.</summary>
    public static readonly Check Parameters = new("data.near.parameters");

    /// <summary>An index's files have their form and lengths.</summary>
    public static readonly Check Form = new("data.near.form");

    /// <summary>Evidence is of the kind and version asked for.</summary>
    public static readonly Check Version = new("data.near.version");

    /// <summary>Evidence is about the index and the data set asked about: parameters, roots and count are those of the statements.</summary>
    public static readonly Check Index = new("data.near.index");

    /// <summary>The record at hand is the one that the evidence is about.</summary>
    public static readonly Check Record = new("data.near.record");

    /// <summary>The signature in the index is the one that the record has under the index's parameters.</summary>
    public static readonly Check Signature = new("data.near.signature");

    /// <summary>The signatures, recomputed from all records, have the root that was committed to.</summary>
    public static readonly Check Root = new("data.near.root");

    /// <summary>A statement about an index has a known form.</summary>
    public static readonly Check Statement = new("data.near.statement");
}
