using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Commitments;

/// <summary>The prover's side of <see cref="FoldedOpening"/>: two parts of one length side by side, if there are two, are one vector whose highest variable tells them apart and is never bound.</summary>
static class FoldingProver
{
    /// <summary>Commits to the vector whose parts these are.</summary>
    public static FoldedWord Commit(ProverChannel channel, FoldingRound round, Goldilocks2[][] parts)
    {
        var word = new FoldedWord(parts.Length == 1 ? parts[0] : [.. parts[0], .. parts[1]], round);
        channel.Send(Labels.FoldedRoot, word.Root.ToArray());
        return word;
    }

    /// <summary>Proves.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="folding">Its rounds.</param>
    /// <param name="word">The vector, committed. Is disposed of.</param>
    /// <param name="parts">The vector's parts.</param>
    /// <param name="forms">What is claimed of them.</param>
    public static void Prove(ProverChannel channel, FoldingSchedule folding, FoldedWord word, Goldilocks2[][] parts, List<FoldedForm> forms)
    {
        var vectors = Array.ConvertAll(parts, part => new FoldedVector(part));
        Add(vectors, forms);
        for (int i = 0; i < folding.Rounds.Length; i++)
        {
            var round = folding.Rounds[i];
            for (int f = 0; f < round.LogFold; f++)
            {
                RoundSums sums = default;
                foreach (var vector in vectors) sums += vector.Round();
                channel.Send(Labels.FoldingRound, [sums.Constant, sums.Second]);
                var r = channel.Transcript.Challenge();
                foreach (var vector in vectors) vector.Bind(r);
            }
            var code = round.Code(vectors[0].Variables + vectors.Length - 1 + round.LogFold);
            parts = Array.ConvertAll(vectors, vector => vector.Natural());
            bool last = i == folding.Rounds.Length - 1;
            var next = last ? null : Commit(channel, folding.Rounds[i + 1], parts);
            if (last) channel.Send(Labels.FoldedRow, [.. parts.SelectMany(part => part)]);
            var positions = channel.Transcript.Positions(round.Queries, code.LogLength);
            word.Write(channel, positions);
            word.Dispose();
            if (last) break;
            word = next!;
            Add(vectors, [.. positions.Select(j => new PowerForm(0, -1, code.PointAt(j), channel.Transcript.Challenge()))]);
        }
        foreach (var vector in vectors) vector.Dispose();
    }

    static void Add(FoldedVector[] vectors, IReadOnlyList<FoldedForm> forms)
    {
        foreach (var form in forms)
        {
            if (form is EqualityForm equality) vectors[0].AddEquality(equality.Point.AsSpan(0, vectors[0].Variables), equality.Coefficient);
            if (form is WrittenForm written) vectors[1].AddWritten(written.Entries, written.Coefficient);
        }
        for (int half = 0; half < vectors.Length; half++)
        {
            var vector = vectors[half];
            (Goldilocks, Goldilocks2)[] powers =
            [
                .. from form in forms.OfType<PowerForm>()
                   where form.Half < 0 || form.Half == half
                   select (form.X, form.Half < 0 && half == 1 ? form.Coefficient * form.X.Power(1UL << vector.Variables) : form.Coefficient),
            ];
            vector.AddPowers(powers);
        }
    }
}
