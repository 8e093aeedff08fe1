using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>What a malicious prover of a folding lies about.</summary>
public enum FoldingLie
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>The claim is off by one; the first round of the sum-check is bent to fit.</summary>
    Claim,

    /// <summary>The second vector is another one, which agrees with the first wherever it will be compared.</summary>
    Vector,

    /// <summary>The last vector is another one, which agrees with the one before wherever it will be compared.</summary>
    LastVector,

    /// <summary>The first codeword is one only where it will be looked at.</summary>
    Word,
}

/// <summary>
/// Proves foldings, written apart from the real prover: scalar, the vector and its form written out. He proves twice: the first time to learn the challenges, the second to use them. If they depend on what
/// is said, he learns the wrong ones.
/// </summary>
sealed class FoldingForger(FoldingSchedule folding, Goldilocks2[] vector, Goldilocks2[] form, FoldingLie lie)
{
    public byte[] Prove(bool frozen)
    {
        var recorder = new RecordingTranscript(Forging.Transcript(frozen));
        var honest = Prove(recorder, null);
        return lie == FoldingLie.Nothing ? honest : Prove(Forging.Transcript(frozen), recorder.Replay());
    }

    byte[] Prove(Transcript transcript, Transcript? foreseen)
    {
        var channel = new ProverChannel(transcript);
        var (v, w) = (vector, form);
        int variables = (int)Math.Log2(v.Length);
        var word = new Word(v, folding.Rounds[0]);
        for (int i = 0; i < folding.Rounds.Length; i++)
        {
            var round = folding.Rounds[i];
            var code = new RowCode(variables - round.LogFold, round.LogInverseRate, round.Queries);
            variables -= round.LogFold;
            bool last = i == folding.Rounds.Length - 1;
            var known = foreseen?.Challenges(round.LogFold);
            var queried = foreseen?.Positions(round.Queries, code.LogLength);
            if (i == 0)
            {
                if (queried is not null && lie == FoldingLie.Word) word = new Word(v, round, queried);
                channel.Send(Labels.FoldedRoot, word.Tree.Root.ToArray());
            }
            Goldilocks2[] change = queried is not null && lie == (last ? FoldingLie.LastVector : FoldingLie.Vector) && (last || i == 0) ? Lift(HiddenProofMap.Vanishing(code, queried)) : [];
            Assert.True(change.Length <= 1 << variables);
            for (int f = 0; f < round.LogFold; f++)
            {
                var (constant, second) = (Goldilocks2.Zero, Goldilocks2.Zero);
                for (int c = 0; c < v.Length; c += 2)
                {
                    constant += v[c] * w[c];
                    second += (v[c + 1] - v[c]) * (w[c + 1] - w[c]);
                }
                if (known is not null)
                {
                    // c₀ counts for 1 − 2r in the round's value, the claim for r.
                    var r = known[f];
                    var needed = lie == FoldingLie.Claim && (i, f) == (0, 0) ? -r : f == round.LogFold - 1 ? Product(change, Bind(w, r)) : Goldilocks2.Zero;
                    constant += needed * Goldilocks2.Inverse(Goldilocks2.One - r - r);
                }
                channel.Send(Labels.FoldingRound, [constant, second]);
                var drawn = channel.Transcript.Challenge();
                (v, w) = (Bind(v, drawn), Bind(w, drawn));
            }
            for (int c = 0; c < change.Length; c++) v[c] += change[c];
            var next = last ? null : new Word(v, folding.Rounds[i + 1]);
            if (last) channel.Send(Labels.FoldedRow, v);
            else channel.Send(Labels.FoldedRoot, next!.Tree.Root.ToArray());
            var positions = channel.Transcript.Positions(round.Queries, code.LogLength);
            word.Write(channel, positions);
            if (last) break;
            word = next!;
            foreseen?.Challenges(positions.Length);
            foreach (int j in positions)
            {
                var (gamma, x) = (channel.Transcript.Challenge(), HiddenProofMap.PointOf(code, j));
                for (int c = 0; c < w.Length; c++, gamma *= x) w[c] += gamma;
            }
        }
        return channel.ToArray();
    }

    public static Goldilocks2 Product(ReadOnlySpan<Goldilocks2> a, ReadOnlySpan<Goldilocks2> b)
    {
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    static Goldilocks2[] Bind(Goldilocks2[] values, Goldilocks2 r) => [.. Enumerable.Range(0, values.Length / 2).Select(c => (Goldilocks2.One - r) * values[2 * c] + r * values[2 * c + 1])];

    static Goldilocks2[] Lift(Goldilocks[] values) => [.. values.Select(v => (Goldilocks2)v)];

    /// <summary>A codeword by runs; if positions are given, noise everywhere else.</summary>
    sealed class Word
    {
        readonly Goldilocks[] symbols;
        readonly int rows, runs;

        public Word(Goldilocks2[] v, FoldingRound round, int[]? only = null)
        {
            rows = 2 << round.LogFold;
            int log = (int)Math.Log2(v.Length) + round.LogInverseRate, size = 1 << round.LogFold;
            runs = (1 << log) / size;
            var codeword = ReedSolomon.SymbolsAt(v, log, [.. Enumerable.Range(0, 1 << log)]);
            symbols = new Goldilocks[rows * runs];
            for (int j = 0; j < runs; j++)
                for (int s = 0; s < size; s++)
                {
                    var symbol = only is null || only.Contains(j) ? codeword[j * size + s] : new(Goldilocks.FromUInt64((ulong)(j + 7 * s)), Goldilocks.One);
                    (symbols[2 * s * runs + j], symbols[(2 * s + 1) * runs + j]) = (symbol.C0, symbol.C1);
                }
            Tree = new MerkleTree(symbols, default, rows, log - round.LogFold);
        }

        public MerkleTree Tree { get; }

        public void Write(ProverChannel channel, int[] positions)
        {
            foreach (int j in positions)
                for (int r = 0; r < rows; r++) channel.WriteBound(symbols[r * runs + j]);
            Tree.WriteSiblings(channel, (int[])positions.Clone());
        }
    }
}
