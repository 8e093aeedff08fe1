using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Training;

/// <summary>
/// Checks a claimed run by doing it again: with the data, that is a proof of training which needs no cryptography beyond hashes. It works because a run has the same
/// bits on every machine.
/// </summary>
public static class Reexecution
{
    /// <summary>Runs the recipe on the stream and compares what came of it with what is claimed.</summary>
    /// <param name="recipe">The recipe, perhaps a stranger's.</param>
    /// <param name="guardedStream">The batches, from the verifier's own copy of the data.</param>
    /// <param name="batchesRoot">What the run is said to have consumed.</param>
    /// <param name="weights">The <see cref="TrainingResult.WeightsDigest"/> it is said to have ended in.</param>
    /// <param name="options">Threads and kernels; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    public static async Task<Verdict> VerifyAsync(TrainingRecipe recipe, IAsyncEnumerable<Batch> guardedStream, Sha256Digest batchesRoot, Sha256Digest weights,
        TrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var verdict = recipe.Validate();
        if (!verdict.IsAccepted) return verdict;
        TrainingResult result;
        try
        {
            result = await Trainer.TrainAsync(recipe, guardedStream, null, options, cancellationToken).ConfigureAwait(false);
        }
        catch (ArithmeticException e)
        {
            // A recipe that diverges is a stranger's doing, and leaves nothing that could be equal.
            return Verdict.Reject(TrainingChecks.Weights, weights.ToString(), e.Message);
        }
        if (result.BatchesRoot != batchesRoot) return Verdict.Reject(TrainingChecks.Batches, batchesRoot.ToString(), result.BatchesRoot.ToString());
        return result.WeightsDigest == weights ? Verdict.Accept : Verdict.Reject(TrainingChecks.Weights, weights.ToString(), result.WeightsDigest.ToString());
    }
}
