using System.Buffers.Binary;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Where every message of an inference proof lies, and the challenges between them: what a forger works with.</summary>
sealed class ProofMap
{
    public ProofMap(CommittedModel model, Transcript challenges)
    {
        var (space, layout) = (model.Space, model.Inference);
        int at = 32;
        Fingerprint = challenges.Challenges(3);
        FractionRoot = at;
        at += 64;
        challenges.Challenge();
        for (int layer = 1; layer < layout.Depth; layer++)
        {
            challenges.Challenges(layer + 2);
            at += 48 * layer + 64;
        }
        Tau = challenges.Challenges(space.Variables);
        Accumulators = at;
        at += 16;
        MatrixRounds = at;
        at += 32 * model.Weights.AddressVariables;
        MatrixPoint = [.. challenges.Challenges(model.Weights.AddressVariables).Reverse()];
        ValuesRead = at;
        at += 16 * space.Nodes.Length;
        WeightValues = at;
        at += 16 * model.Weights.Blocks.Length;
        OutputPoint = challenges.Challenges(Multilinear.VariablesFor(space.Last.Node.OutputLength));
        OutputValue = at;
        at += 16;
        Batching = challenges.Challenges(NeuronRelation.BatchedClaims(space));
        NeuronRounds = at;
        at += 48 * space.Variables;
        NeuronPoint = [.. challenges.Challenges(space.Variables).Reverse()];
        Columns = at;
        at += 16 * layout.Columns;
        challenges.Challenges(layout.ColumnVariables + model.Weights.Blocks.Length);
        at += 32 * layout.Code.LogRowLength;
        MergePoint = [.. challenges.Challenges(layout.Code.LogRowLength).Reverse()];
        Row = new Opening(challenges, layout.Code, model.Weights.Rows, layout.Rows, ref at);
        Length = at;
    }

    public Goldilocks2[] Fingerprint { get; }
    public int FractionRoot { get; }
    public int Accumulators { get; }
    public int MatrixRounds { get; }
    public Goldilocks2[] MatrixPoint { get; }
    public Goldilocks2[] Tau { get; }
    public int ValuesRead { get; }
    public int WeightValues { get; }
    public Goldilocks2[] OutputPoint { get; }
    public int OutputValue { get; }
    public Goldilocks2[] Batching { get; }
    public int NeuronRounds { get; }
    public Goldilocks2[] NeuronPoint { get; }
    public int Columns { get; }
    public Goldilocks2[] MergePoint { get; }
    public Opening Row { get; }
    public int Length { get; }

    public static Goldilocks2 Read(byte[] proof, int at) => new(
        Goldilocks.FromUInt64(BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at))), Goldilocks.FromUInt64(BinaryPrimitives.ReadUInt64BigEndian(proof.AsSpan(at + 8))));

    public static Goldilocks2[] Read(byte[] proof, int at, int count) => [.. Enumerable.Range(0, count).Select(i => Read(proof, at + 16 * i))];

    public static void Write(byte[] proof, int at, Goldilocks2 value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at), value.C0.Value);
        BinaryPrimitives.WriteUInt64BigEndian(proof.AsSpan(at + 8), value.C1.Value);
    }

    /// <summary>
    /// Adds <paramref name="change"/> to what a sum-check ends with, knowing the last challenge r before its last round is sent: adding t to the constant coefficient takes 2t
    /// from the linear one, so the value at r changes by t·(1 − 2r).
    /// </summary>
    public static void Shift(byte[] proof, int lastRound, Goldilocks2 r, Goldilocks2 change) =>
        Write(proof, lastRound, Read(proof, lastRound) + change * Goldilocks2.Inverse(Goldilocks2.One - r - r));

    /// <summary>The messages of one opening.</summary>
    public sealed class Opening
    {
        public Opening(Transcript challenges, Counterfoil.Zk.Commitments.RowCode code, int weightRows, int ownRows, ref int at)
        {
            challenges.Challenges(Multilinear.VariablesFor(weightRows + ownRows));
            Value = at;
            challenges.Challenge();
            Row = at + 16;
            Positions = challenges.Positions(code.Queries, code.LogLength);
            at = Row + 16 * code.RowLength + 8 * (weightRows + ownRows) * code.Queries + 2 * 32 * CountSiblings([.. Positions], code.LogLength);
        }

        public int Value { get; }
        public int Row { get; }
        public int[] Positions { get; }

        static int CountSiblings(HashSet<int> known, int depth)
        {
            int count = 0;
            for (int level = 0; level < depth; level++)
            {
                count += known.Count(p => !known.Contains(p ^ 1));
                known = [.. known.Select(p => p >> 1)];
            }
            return count;
        }
    }
}
