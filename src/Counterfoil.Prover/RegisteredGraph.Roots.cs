using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>What follows a root whose budget is spent.</summary>
public sealed partial class RegisteredGraph
{
    RegisteredGraph(RegisteredGraph before, CommittedGraph model, CommittedMatrix committed, byte[] seed)
    {
        (Model, source, executor, hidden, this.committed, this.seed, options) = (model, before.source, before.executor, before.hidden, committed, seed, before.options);
        (RegistrationProof, Timings) = (before.RegistrationProof, before.Timings);
    }

    /// <summary>
    /// Draws new masks: a new root with the same hidden cells and a new budget, under the same <see cref="CommittedGraph.Id"/>. The old root's last opening pays for the proof; from then on the old root should not be
    /// used.
    /// </summary>
    /// <param name="successor">The model under the new root, if the verdict accepts.</param>
    /// <param name="proof">What <see cref="RerandomisationProof"/> verifies.</param>
    /// <exception cref="InvalidOperationException">Nothing is hidden, or this is a batch: the model itself is what has roots.</exception>
    public Verdict TryRerandomise(out RegisteredGraph? successor, out byte[] proof)
    {
        if (!Model.Parameters.WeightsHidden) throw new InvalidOperationException("weights that are public have no masks");
        if (seed.Length == 0) throw new InvalidOperationException("a batch has its model's root");
        (successor, proof) = (null, []);
        var fresh = new byte[SecretStream.SeedSize];
        lock (options.Random) options.Random.GetBytes(fresh);
        using var stream = new SecretStream(fresh);
        var next = new CommittedMatrix(hidden, Model.Parameters.Code, stream, options.MostKept);
        var verdict = options.Openings.Take(Model.WeightRoot, Opening.Equality);
        if (!verdict.IsAccepted)
        {
            CryptographicOperations.ZeroMemory(fresh);
            return verdict;
        }
        options.Openings.Create(next.Root, Model.Parameters.Budget);
        using var secrets = Secrets(true)!;
        proof = RerandomisationProver.Prove(Model, committed, next, secrets, new KeccakTranscript());
        successor = new RegisteredGraph(this, Model.WithRoot(next.Root), next, fresh);
        return verdict;
    }
}
