using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Privacy;

namespace Counterfoil.Data.Proofs;

public abstract partial record Claim
{
    /// <summary>The two roots contradict each other: the ordered tree holds the record at more places than the absence tree says there are. An acceptance shows the committer's fraud.</summary>
    /// <param name="Places">Different places, ascending, each with the record.</param>
    /// <param name="Path">The path along the record's key in the absence tree; its end says how often the record occurs, 0 times if it is not the record's.</param>
    /// <param name="Lookup">In a keyed set, what shows the key; otherwise null.</param>
    public sealed record MultiplicityFraud(ImmutableArray<Placement> Places, PrefixProof Path, Lookup? Lookup = null) : Claim
    {
        /// <summary>The most places: more copies than these are shown to be too many by audit.</summary>
        public const int MaxPlaces = 256;

        /// <inheritdoc/>
        public override string Kind => "multiplicity-fraud";

        /// <inheritdoc/>
        public override Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record)
        {
            ArgumentNullException.ThrowIfNull(set);
            for (int i = 0; i < Places.Length; i++)
            {
                if (i > 0 && Places[i].Place <= Places[i - 1].Place) return Verdict.Reject(DataChecks.FraudPlaces, "places that ascend, each once", $"{Places[i].Place} after {Places[i - 1].Place}");
                var held = Places[i].Verify(set, record);
                if (!held.IsAccepted) return held;
            }
            var key = RecordLeaf.Key(set.Leaf(record));
            if (Lookup is not null)
            {
                var known = Lookup.Verify(set.Leaf(record), out key);
                if (!known.IsAccepted) return known;
            }
            long stated = Path.End is { } end && end.Key == key ? end.Multiplicity : 0;
            var shown = stated == 0 ? Path.VerifyAbsent(set.AbsenceRoot, key, Lookup?.Key) : Path.VerifyPresent(set.AbsenceRoot, key, stated, Lookup?.Key);
            if (!shown.IsAccepted) return shown;
            return stated < Places.Length ? Verdict.Accept : Verdict.Reject(DataChecks.FraudShown, $"fewer than {Places.Length} in the absence tree", $"{stated}: the roots agree");
        }

        /// <inheritdoc/>
        public override string Proves(CommittedSet set) => $"the commitment contradicts itself: {Places.Length} places under ordered root {set.OrderedRoot} hold the record, and absence root {set.AbsenceRoot} says otherwise";

        /// <inheritdoc/>
        public override string DoesNotProve => "which of the two roots is right";

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(5);
            writer.WriteText(Kind);
            writer.BeginArray(Places.Length);
            foreach (var place in Places)
            {
                writer.BeginArray(3);
                place.WriteTo(writer);
                writer.EndArray();
            }
            writer.EndArray();
            Path.WriteTo(writer);
            WriteLookup(writer, Lookup);
            writer.EndArray();
        }
    }

    /// <summary>The stated number of records is not that of the ordered tree: a leaf stands where a tree of that many has a node, or a node where it has a leaf. An acceptance shows the committer's fraud.</summary>
    /// <remarks>An RFC 9162 root does not name its size. Trees of other sizes differ in shape somewhere, and leaves and nodes are hashed with different first bytes: what is shown to be one cannot be the other.</remarks>
    /// <param name="Directions">The way from the root down: bit i (the lowest is the first step) chooses right.</param>
    /// <param name="Path">Siblings from what is there up to the root.</param>
    /// <param name="Node">The two children, where a node is there; null where the record is.</param>
    public sealed record CountFraud(ulong Directions, ImmutableArray<Sha256Digest> Path, (Sha256Digest Left, Sha256Digest Right)? Node) : Claim
    {
        /// <inheritdoc/>
        public override string Kind => "count-fraud";

        /// <inheritdoc/>
        public override bool NeedsRecord => Node is null;

        /// <summary>Makes the claim from the leaves as they are, of which the first shows it: their number is not the stated one. Null where it is.</summary>
        public static CountFraud? Make(ICommittedLeaves leaves, long stated, out long place)
        {
            ArgumentNullException.ThrowIfNull(leaves);
            place = 0;
            if (leaves.Count < 1 || stated < 1) return null;
            // Down the right edges of both shapes for as long as their left sides are of one size; there one is deeper than the other on the left.
            long begin = 0, actual = leaves.Count;
            ulong directions = 0;
            for (int depth = 0; ; depth++)
            {
                long a = Split(actual), s = Split(stated);
                if (a != 0 && a == s)
                {
                    directions |= 1UL << depth;
                    (begin, actual, stated) = (begin + a, actual - a, stated - a);
                    continue;
                }
                if (a == s) return null;
                // The leftmost leaf below here, in the shallower of the two shapes: a leaf of one, and a node of the other.
                int down = Depth(Math.Min(actual, stated));
                place = begin;
                var path = leaves.InclusionPath(begin); // from the leaf up
                int above = path.Length - (depth + down); // how far below the spot the leaf is
                if (actual < stated) return new(directions, path, null); // a leaf where the stated shape has a node
                // A node where the stated shape has a leaf: rebuilt from the first leaf below it.
                var left = leaves[begin];
                for (int i = 0; i < above - 1; i++) left = MerkleTree.NodeHash(left, path[i]);
                return new(directions, path[above..], (left, path[above - 1]));
            }
        }

        /// <inheritdoc/>
        public override Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record)
        {
            ArgumentNullException.ThrowIfNull(set);
            if (Path.Length < 64 && Directions >> Path.Length != 0) return Verdict.Reject(DataChecks.FraudPlaces, $"{Path.Length} directions", $"{Directions:x}");
            var hash = Node is { } node ? MerkleTree.NodeHash(node.Left, node.Right) : set.Leaf(record);
            for (int i = 0; i < Path.Length; i++)
                hash = (Directions >> (Path.Length - 1 - i) & 1) != 0 ? MerkleTree.NodeHash(Path[i], hash) : MerkleTree.NodeHash(hash, Path[i]);
            if (hash != set.OrderedRoot) return Verdict.Reject(CoreChecks.MerkleInclusion, $"root {set.OrderedRoot}", $"root {hash}");
            long size = set.Records; // of the subtree of the stated shape that this way leads to
            for (int i = 0; i < Path.Length; i++)
            {
                if (size <= 1) return Verdict.Accept; // below a leaf of the stated shape, or below nothing
                long split = Split(size);
                size = (Directions >> i & 1) != 0 ? size - split : split;
            }
            bool contradicts = Node is null ? size != 1 : size <= 1;
            return contradicts ? Verdict.Accept : Verdict.Reject(DataChecks.FraudShown, Node is null ? "a node there in the stated shape" : "a leaf there in the stated shape", "the shapes agree");
        }

        /// <inheritdoc/>
        public override string Proves(CommittedSet set) => $"the commitment contradicts itself: the tree under ordered root {set.OrderedRoot} has not {set.Records:N0} leaves";

        /// <inheritdoc/>
        public override string DoesNotProve => "how many it has";

        internal override void WriteTo(CborWriter writer)
        {
            writer.BeginArray(4);
            writer.WriteText(Kind);
            writer.WriteUInt(Directions);
            Placement.WritePath(writer, Path);
            if (Node is { } node)
            {
                writer.BeginArray(2);
                writer.WriteBytes(node.Left.ToArray());
                writer.WriteBytes(node.Right.ToArray());
                writer.EndArray();
            }
            else writer.WriteNull();
            writer.EndArray();
        }

        internal static new CountFraud ReadFrom(ref CborReader reader)
        {
            ulong directions = reader.ReadUInt();
            var path = Placement.ReadPath(ref reader);
            if (reader.TryReadNull()) return new(directions, path, null);
            reader.BeginArray(2, 2);
            var node = (new Sha256Digest(reader.ReadBytes32()), new Sha256Digest(reader.ReadBytes32()));
            reader.EndArray();
            return new(directions, path, node);
        }

        /// <summary>How many of a subtree's leaves are on its left: the largest power of two below their number; 0 for a leaf.</summary>
        static long Split(long size) => size <= 1 ? 0 : 1L << BitOperations.Log2((ulong)size - 1);

        /// <summary>How deep the leftmost leaf of a subtree is.</summary>
        static int Depth(long size) => size <= 1 ? 0 : BitOperations.Log2((ulong)size - 1) + 1;
    }
}
