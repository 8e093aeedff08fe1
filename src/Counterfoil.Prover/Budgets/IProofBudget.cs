using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Prover;

/// <summary>What the columns of a root are opened for.</summary>
public enum Opening
{
    /// <summary>A proof of inference.</summary>
    Inference,

    /// <summary>The one proof that a new root has the same weights.</summary>
    Equality,
}

/// <summary>
/// How many openings the masks of each root, of weights or of a hidden tensor, still hide. Whoever proves takes one first, and proves only if it was there; so an opening that a crash left unused is
/// lost, and none is used twice.
/// </summary>
/// <remarks>
/// Every opening shows t distinct columns, whatever comes of the proof. More of them than masks would give linear equations in the weights away; nobody but the owner can notice,
/// and nobody can undo it. Safe for concurrent use.
/// </remarks>
public interface IProofBudget
{
    /// <summary>Starts the account of a new root.</summary>
    /// <param name="root">The root, of which no column was opened but for its own registration or its proof of equality to the root before.</param>
    /// <param name="proofs">Proofs of inference that its masks hide.</param>
    /// <param name="equality">Whether its masks hide a proof of equality with a next root besides; those of a hidden tensor hide none.</param>
    /// <exception cref="InvalidOperationException">The root has an account.</exception>
    void Create(Keccak256Digest root, int proofs, bool equality = true);

    /// <summary>Takes one opening. When this accepts, it is durably taken.</summary>
    Verdict Take(Keccak256Digest root, Opening opening);
}

/// <summary>The account of roots whose masks live and die with this process.</summary>
public sealed class MemoryProofBudget : IProofBudget
{
    readonly Dictionary<Keccak256Digest, (int Proofs, bool Equality)> left = [];

    /// <inheritdoc/>
    public void Create(Keccak256Digest root, int proofs, bool equality = true)
    {
        lock (left)
            if (!left.TryAdd(root, (proofs, equality))) throw new InvalidOperationException($"{root} has an account");
    }

    /// <inheritdoc/>
    public Verdict Take(Keccak256Digest root, Opening opening)
    {
        lock (left)
        {
            var (proofs, equality) = left.GetValueOrDefault(root);
            if (opening == Opening.Equality ? !equality : proofs == 0) return Spent(root, opening);
            left[root] = opening == Opening.Equality ? (proofs, false) : (proofs - 1, equality);
            return Verdict.Accept;
        }
    }

    internal static Verdict Spent(Keccak256Digest root, Opening opening) => Verdict.Reject(
        ProverChecks.Budget, opening == Opening.Equality ? "the opening kept for the proof of equality with the next root" : "an opening that the masks hide", $"none left under {root}");
}
