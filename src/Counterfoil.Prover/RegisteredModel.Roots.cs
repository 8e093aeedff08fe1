using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>What outlives a process or a budget: the secret behind a root, and the next root.</summary>
public sealed partial class RegisteredModel
{
    /// <summary>
    /// The secret that the masks under <see cref="CommittedModel.WeightRoot"/> come from, a copy; empty where nothing is hidden. Whoever has it and a proof has the weights. To be kept sealed, and used
    /// only with the account of the root's openings.
    /// </summary>
    public byte[] ExportSecret() => (byte[])seed.Clone();

    /// <summary>Takes up a model again that was registered before, under its present root.</summary>
    /// <param name="model">The model, as <see cref="Model"/> was.</param>
    /// <param name="parameters">Its weights and biases.</param>
    /// <param name="registrationProof">Its registration.</param>
    /// <param name="secret">What <see cref="ExportSecret"/> gave; copied.</param>
    /// <param name="options">Where openings are counted and secrets come from; must know the root's account.</param>
    /// <param name="registered">The model, if the verdict accepts.</param>
    public static Verdict TryReopen(
        CommittedModel model, ImmutableArray<GemmParameters> parameters, byte[] registrationProof, ReadOnlySpan<byte> secret, RegistrationOptions options, out RegisteredModel? registered)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        registered = null;
        var verdict = IntegerExecutor.Validate(model.Graph, parameters);
        if (verdict.IsAccepted && !model.IsRegistered) verdict = Zk.RegistrationProof.Verify(model, registrationProof);
        if (!verdict.IsAccepted) return verdict;
        var weights = new WeightMatrix(model.Space, model.Weights, parameters);
        using var secrets = model.Parameters.WeightsHidden ? new SecretStream(secret) : null;
        var committed = new CommittedMatrix(weights, model.Parameters.Code, secrets);
        if (committed.Root != model.WeightRoot) return Verdict.Reject(ZkChecks.Path, $"weights and a secret that give {model.WeightRoot}", $"{committed.Root}");
        registered = new RegisteredModel(model, parameters, weights, committed, secret.ToArray(), options, registrationProof);
        return verdict;
    }

    /// <summary>
    /// Draws new masks: a new root with the same weights and a new budget, under the same <see cref="ModelId"/>. The old root's last opening pays for the proof; from then on
    /// the old root should not be used.
    /// </summary>
    /// <param name="successor">The model under the new root, if the verdict accepts.</param>
    /// <param name="proof">What <see cref="RerandomisationProof"/> verifies.</param>
    /// <exception cref="InvalidOperationException">Nothing is hidden.</exception>
    public Verdict TryRerandomise(out RegisteredModel? successor, out byte[] proof)
    {
        if (!Model.Parameters.WeightsHidden) throw new InvalidOperationException("weights that are public have no masks");
        (successor, proof) = (null, []);
        byte[] fresh = NewSeed(options);
        using var stream = new SecretStream(fresh);
        var next = new CommittedMatrix(weights, Model.Parameters.Code, stream);
        var verdict = options.Openings.Take(Model.WeightRoot, Opening.Equality);
        if (!verdict.IsAccepted) return verdict;
        options.Openings.Create(next.Root, Model.Parameters.Budget);
        using var secrets = Secrets()!;
        proof = RerandomisationProver.Prove(Model, committed, next, secrets, new KeccakTranscript());
        successor = new RegisteredModel(Model.WithRoot(next.Root), parameters, weights, next, fresh, options, RegistrationProof);
        return verdict;
    }
}
