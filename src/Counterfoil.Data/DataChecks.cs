using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data;

/// <summary>The checks that this room makes.</summary>
public static class DataChecks
{
    /// <summary>A compressed file is whole, and no larger inside than allowed.</summary>
    public static readonly Check Gzip = new("data.gzip");

    /// <summary>An IDX file begins with the magic number of the kind asked for.</summary>
    public static readonly Check IdxMagic = new("data.idx.magic");

    /// <summary>An IDX file's dimensions are positive and within limits.</summary>
    public static readonly Check IdxDimensions = new("data.idx.dimensions");

    /// <summary>An IDX file has exactly the bytes that its dimensions demand.</summary>
    public static readonly Check IdxLength = new("data.idx.length");

    /// <summary>There are as many labels as images.</summary>
    public static readonly Check IdxCounts = new("data.idx.counts");

    /// <summary>A JSONL file's lines are within limits and none is empty.</summary>
    public static readonly Check JsonLines = new("data.jsonl.lines");

    /// <summary>A folder holds plain files alone, with names in UTF-8, within limits.</summary>
    public static readonly Check Files = new("data.files");

    /// <summary>A canonicaliser is one of those this program knows.</summary>
    public static readonly Check Canonicaliser = new("data.canonicaliser");

    /// <summary>A manifest of leaf hashes has its form: header, count, 32 bytes a leaf.</summary>
    public static readonly Check ManifestForm = new("data.manifest.form");

    /// <summary>A manifest has the number of leaves that was committed to.</summary>
    public static readonly Check ManifestCount = new("data.manifest.count");

    /// <summary>A manifest's leaves have the ordered root that was committed to.</summary>
    public static readonly Check ManifestRoot = new("data.manifest.root");

    /// <summary>A proof file is of the kind and version asked for.</summary>
    public static readonly Check ProofVersion = new("data.proof.version");

    /// <summary>A proof file is about the data set asked about: canonicaliser, root and count are the commitment's.</summary>
    public static readonly Check ProofDataset = new("data.proof.dataset");

    /// <summary>The signed statement is a dataset-commitment or a dataset-delta about the ordered root that it states, and is at hand.</summary>
    public static readonly Check ProofStatement = new("data.proof.statement");

    /// <summary>The record that a proof is about is at hand.</summary>
    public static readonly Check ProofRecord = new("data.proof.record");

    /// <summary>The places of a fraud proof ascend, each once; its directions are those of its path.</summary>
    public static readonly Check FraudPlaces = new("data.fraud.places");

    /// <summary>A fraud proof shows a contradiction: it is refused where the roots agree.</summary>
    public static readonly Check FraudShown = new("data.fraud.shown");

    /// <summary>A delta's file is of the version asked for, its removed places ascend and lie in the set, and its hashes are as many as they demand.</summary>
    public static readonly Check DeltaForm = new("data.delta.form");

    /// <summary>A delta's statement is about the roots before and after that its file is about.</summary>
    public static readonly Check DeltaStatement = new("data.delta.statement");

    /// <summary>The removed leaves and the rest of the tree give the ordered root before.</summary>
    public static readonly Check DeltaOrderedBefore = new("data.delta.ordered-before");

    /// <summary>Tombstones in place of the removed leaves, and nothing else changed, give the ordered root after.</summary>
    public static readonly Check DeltaOrderedAfter = new("data.delta.ordered-after");

    /// <summary>The revealed part of the absence tree gives the absence root before.</summary>
    public static readonly Check DeltaAbsenceBefore = new("data.delta.absence-before");

    /// <summary>The absence tree without the removed records, and nothing else changed, gives the absence root after.</summary>
    public static readonly Check DeltaAbsenceAfter = new("data.delta.absence-after");

    /// <summary>Each removed record was in the absence tree as often as it is removed.</summary>
    public static readonly Check DeltaRemoved = new("data.delta.removed");

    /// <summary>A revealed part of an absence tree is whole: entries on their own paths, no branch that a whole tree would not have, what removal leaves alone shown for what it is.</summary>
    public static readonly Check PrunedTree = new("data.absence.pruned");

    /// <summary>A salt file has its form: header, canonicaliser, count, a state and 32 bytes a record.</summary>
    public static readonly Check SaltForm = new("data.salt.form");

    /// <summary>A record's salt has not been destroyed.</summary>
    public static readonly Check SaltErased = new("data.salt.erased");

    /// <summary>A path in the absence tree has a possible shape: at most 256 levels, and none that a whole tree would not have.</summary>
    public static readonly Check PrefixShape = new("data.absence.shape");

    /// <summary>The entry that an absence proof ends at lies on the key's own path and is not the key.</summary>
    public static readonly Check PrefixPath = new("data.absence.path");

    /// <summary>The path leads to the absence root.</summary>
    public static readonly Check PrefixRoot = new("data.absence.root");

    /// <summary>What is recomputed or compared, number, bytes and roots, is what was committed.</summary>
    public static readonly Check Audit = new("data.audit");
}
