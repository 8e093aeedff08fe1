using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>What an index is about: the facts of its signed statement.</summary>
/// <param name="Parameters">What decides signatures.</param>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Records">How many records it has signatures of: all of the data set's, in their order.</param>
/// <param name="OrderedRoot">The data set's ordered root.</param>
/// <param name="SignaturesRoot">The RFC 9162 root over the leaves of the signatures.</param>
public sealed record NearDuplicateIndexFacts(MinHashParameters Parameters, Canonicaliser Canonicaliser, long Records, Sha256Digest OrderedRoot, Sha256Digest SignaturesRoot)
{
    // Of the folder's files: v1 had no nodes of the trees.
    const string Version = "counterfoil/near-duplicate-index/v2";

    /// <summary>Accepts when an index that was made again from all records is the one that this says was committed to.</summary>
    public Verdict Audit(NearDuplicateIndexFacts madeAgain)
    {
        ArgumentNullException.ThrowIfNull(madeAgain);
        return madeAgain == this ? Verdict.Accept : Verdict.Reject(NearDuplicateChecks.Root, Shown(this), Shown(madeAgain));
    }

    static string Shown(NearDuplicateIndexFacts f) => $"{f.Records} records under {f.OrderedRoot}, {f.Parameters}, signatures {f.SignaturesRoot}";

    internal byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(6);
        writer.WriteText(Version);
        writer.WriteText(Parameters.ToString());
        writer.WriteText(Canonicaliser.Id);
        writer.WriteInt(Records);
        writer.WriteBytes(OrderedRoot.ToArray());
        writer.WriteBytes(SignaturesRoot.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    internal static Verdict Decode(ReadOnlySpan<byte> bytes, out NearDuplicateIndexFacts? facts)
    {
        facts = null;
        var reader = new CborReader(bytes, new CborLimits { Bytes = 1024, Depth = 1, Items = 8 });
        reader.BeginArray(6, 6);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(NearDuplicateChecks.Form, $"{Version}: make the index again", $"\"{version}\"");
        string text = reader.ReadText(200), rule = reader.ReadText(64);
        long records = reader.ReadInt(0, uint.MaxValue);
        Sha256Digest ordered = new(reader.ReadBytes32()), root = new(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        MinHashParameters? parameters = null;
        Canonicaliser? canonicaliser = null;
        verdict = verdict.Then(() => MinHashParameters.Parse(text, out parameters)).Then(() => Canonicaliser.Parse(rule, out canonicaliser));
        if (verdict.IsAccepted) facts = new(parameters!, canonicaliser!, records, ordered, root);
        return verdict;
    }
}
