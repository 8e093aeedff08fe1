using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Openings;
using Counterfoil.Zk;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>Cells of it, shown to whoever asks.</summary>
public sealed partial class CommittedTensor
{
    /// <summary>Shows some of the cells and proves that they are those under the root, which takes one opening of its account; of the others nothing is said.</summary>
    /// <param name="indices">The cells' numbers, in any order, 1 to <see cref="TensorOpening.MostCells"/> of them.</param>
    /// <param name="context">What the opening is for; it holds in no other context.</param>
    /// <param name="options">Where fresh randomness comes from; null for the defaults.</param>
    /// <param name="opening">What is shown, if the verdict accepts.</param>
    /// <param name="proof">What <see cref="TensorOpeningProof"/> verifies.</param>
    /// <exception cref="ArgumentException">There is no such cell, or none is asked for.</exception>
    public Verdict TryOpen(IEnumerable<int> indices, Bytes32 context, RegistrationOptions? options, out TensorOpening? opening, out byte[] proof)
    {
        (opening, proof) = (null, []);
        int[] chosen = [.. indices.Distinct().Order()];
        if (chosen is [] or { Length: > TensorOpening.MostCells }) throw new ArgumentException($"1 to {TensorOpening.MostCells} cells, not {chosen.Length}", nameof(indices));
        if (chosen[0] < 0 || chosen[^1] >= cells.Length) throw new ArgumentException($"cells from 0 to {cells.Length - 1}, not {chosen[0]} to {chosen[^1]}", nameof(indices));
        var candidate = new TensorOpening(Commitment, [.. chosen.Select(i => new OpenedCell(i, cells[i]))], context);
        var verdict = candidate.Check(out var plan);
        // Taken before anything is committed, hence before any position is derived.
        if (verdict.IsAccepted) verdict = Openings.Take(Commitment.Root, Opening.Inference);
        if (!verdict.IsAccepted) return verdict;
        using var secrets = Secrets(options ?? new RegistrationOptions());
        (opening, proof) = (candidate, TensorOpeningProver.Prove(candidate, plan!, Matrix, secrets, new KeccakTranscript()));
        return verdict;
    }

    static SecretStream Secrets(RegistrationOptions options)
    {
        lock (options.Random) return SecretStream.From(options.Random);
    }
}
