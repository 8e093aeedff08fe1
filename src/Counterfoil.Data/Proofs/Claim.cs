using System.Collections.Immutable;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Privacy;

namespace Counterfoil.Data.Proofs;

/// <summary>What a proof shows of a record and a committed set.</summary>
public abstract partial record Claim
{
    Claim() { }

    /// <summary>The word for it in the file.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether a record must be brought to check it.</summary>
    public virtual bool NeedsRecord => true;

    /// <summary>Verifies the claim under a set that is believed already.</summary>
    /// <param name="set">The set.</param>
    /// <param name="record">The record's bytes; empty where none is needed.</param>
    public abstract Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record);

    /// <summary>What an acceptance says, in a sentence.</summary>
    public abstract string Proves(CommittedSet set);

    /// <summary>What it does not say.</summary>
    public abstract string DoesNotProve { get; }

    internal abstract void WriteTo(CborWriter writer);

    /// <summary>The record is in the set, at one place.</summary>
    /// <param name="At">Where, and the path.</param>
    public sealed record Inclusion(Placement At) : Claim
    {
        /// <inheritdoc/>
        public override string Kind => "inclusion";

        /// <inheritdoc/>
        public override Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record) => At.Verify(set, record);

        /// <inheritdoc/>
        public override string Proves(CommittedSet set) => $"this record is at place {At.Place} of {set.Records:N0} under ordered root {set.OrderedRoot}";

        /// <inheritdoc/>
        public override string DoesNotProve => "that anything was made of the record, or that it is benign or licensed";

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(4);
            writer.WriteText(Kind);
            At.WriteTo(writer);
            writer.EndArray();
        }
    }

    /// <summary>The record is not in the set.</summary>
    /// <param name="Path">The path along the key's bits.</param>
    /// <param name="Lookup">In a keyed set, what shows the key; otherwise null.</param>
    public sealed record Absence(PrefixProof Path, Lookup? Lookup = null) : Claim
    {
        /// <inheritdoc/>
        public override string Kind => "absence";

        /// <summary>Makes the claim, or returns null for a record that is there.</summary>
        public static Absence? Make(ICommittedLeaves leaves, ReadOnlySpan<byte> record)
        {
            ArgumentNullException.ThrowIfNull(leaves);
            var key = RecordLeaf.Key(new RecordLeaf(leaves.Canonicaliser).Hash(record));
            var path = leaves.Absence(key);
            return path.End?.Key == key ? null : new(path);
        }

        /// <inheritdoc/>
        public override Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record)
        {
            ArgumentNullException.ThrowIfNull(set);
            var unsalted = set.Leaf(record);
            if (Lookup is null) return Path.VerifyAbsent(set.AbsenceRoot, RecordLeaf.Key(unsalted));
            var verdict = Lookup.Verify(unsalted, out var key);
            return verdict.IsAccepted ? Path.VerifyAbsent(set.AbsenceRoot, key, Lookup.Key) : verdict;
        }

        /// <inheritdoc/>
        public override string Proves(CommittedSet set) => $"this record, byte for byte under {set.Canonicaliser}, is not under absence root {set.AbsenceRoot}";

        /// <inheritdoc/>
        public override string DoesNotProve => "that no close copy is in: one changed byte is another record; nor that both roots hold the same set, which an audit shows";

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(4);
            writer.WriteText(Kind);
            Path.WriteTo(writer);
            WriteLookup(writer, Lookup);
            writer.EndArray();
        }
    }

    /// <summary>A keyed set's look-up finds the record: so many times, with this value.</summary>
    /// <param name="Path">The path along the key's bits; its end is the record's entry.</param>
    /// <param name="Lookup">What shows the key.</param>
    public sealed record Presence(PrefixProof Path, Lookup Lookup) : Claim
    {
        /// <inheritdoc/>
        public override string Kind => "presence";

        /// <inheritdoc/>
        public override Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record)
        {
            ArgumentNullException.ThrowIfNull(set);
            var verdict = Lookup.Verify(set.Leaf(record), out var key);
            return verdict.IsAccepted ? Path.VerifyPresent(set.AbsenceRoot, key, Path.End?.Multiplicity ?? 1, Lookup.Key) : verdict;
        }

        /// <inheritdoc/>
        public override string Proves(CommittedSet set) => $"a record with this key occurs {Path.End?.Multiplicity:N0} times under absence root {set.AbsenceRoot}, its leaves' root is {Path.End?.Value}";

        /// <inheritdoc/>
        public override string DoesNotProve => "where in the set it is: a salted inclusion proof shows that";

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(4);
            writer.WriteText(Kind);
            Path.WriteTo(writer);
            WriteLookup(writer, Lookup);
            writer.EndArray();
        }
    }

    static void WriteLookup(CborWriter writer, Lookup? lookup)
    {
        if (lookup is null) writer.WriteNull();
        else lookup.WriteTo(writer);
    }

    internal static Claim? ReadFrom(ref CborReader reader)
    {
        int length = reader.BeginArray(4, 5);
        string kind = reader.ReadText(32);
        int expected = kind == "multiplicity-fraud" ? 5 : 4;
        if (!reader.Failed && length != expected) reader.Fail(CoreChecks.CborArity, $"{expected} items", $"{length}");
        Claim? claim = null;
        switch (kind)
        {
            case "inclusion":
                claim = new Inclusion(Placement.ReadFrom(ref reader));
                break;
            case "absence":
                claim = new Absence(PrefixProof.ReadFrom(ref reader), Lookup.ReadFrom(ref reader));
                break;
            case "presence":
                var path = PrefixProof.ReadFrom(ref reader);
                if (Lookup.ReadFrom(ref reader) is { } lookup) claim = new Presence(path, lookup);
                else reader.Fail(DataChecks.ProofVersion, "a look-up", "none");
                break;
            case "multiplicity-fraud":
                int places = reader.BeginArray(1, MultiplicityFraud.MaxPlaces);
                var at = ImmutableArray.CreateBuilder<Placement>(places);
                for (int i = 0; i < places && !reader.Failed; i++)
                {
                    reader.BeginArray(3, 3);
                    at.Add(Placement.ReadFrom(ref reader));
                    reader.EndArray();
                }
                reader.EndArray();
                claim = new MultiplicityFraud(at.DrainToImmutable(), PrefixProof.ReadFrom(ref reader), Lookup.ReadFrom(ref reader));
                break;
            case "count-fraud":
                claim = CountFraud.ReadFrom(ref reader);
                break;
            default:
                reader.Fail(DataChecks.ProofVersion, "a kind of claim that is known", $"\"{kind}\"");
                break;
        }
        reader.EndArray();
        return claim;
    }
}
