using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Security;

namespace Counterfoil.Zk;

/// <summary>
/// All that a verifier knows of a model: its graph, how it is committed, and the root of its weights. Everything a proof's layout depends on is
/// derived from here and nothing from the proof.
/// </summary>
/// <remarks>
/// A value of this type has passed every check of shape, range and security; it says nothing yet of the weights under
/// <see cref="WeightRoot"/>. That they are in range is what <see cref="RegistrationProof"/> shows, once; every verifier of inferences needs it.
/// </remarks>
public sealed partial class CommittedModel : IRegistrable
{
    CommittedModel(NeuronSpace space, ImmutableArray<int> biasBits, CommitmentParameters parameters, Keccak256Digest weightRoot)
    {
        Space = space;
        BiasBits = biasBits;
        Parameters = parameters;
        WeightRoot = weightRoot;
        Weights = new WeightLayout(space, parameters.Weights);
        Inference = new InferenceLayout(space, parameters.Witness);
        Registration = new RegistrationLayout(Weights);
        Ledger = SecurityLedger.Of(this);
        encoding = WriteEncoding();
        Id = new ModelId(Keccak256.Hash([.. Domains.ModelId, .. encoding]));
        GraphDigest = Keccak256.Hash([.. Domains.GraphDigest, .. GraphEncoding()]);
    }

    /// <summary>The operators, their shapes and scales.</summary>
    public Graph Graph => Space.Graph;

    /// <summary>Registration data: for each node, the bits in two's complement of its widest bias, 1 to 31.</summary>
    public ImmutableArray<int> BiasBits { get; }

    /// <summary>How weights and witnesses are committed, and what that hides.</summary>
    public CommitmentParameters Parameters { get; }

    /// <summary>The Merkle root over the encoded weights and biases.</summary>
    public Keccak256Digest WeightRoot { get; }

    /// <summary>The model's name.</summary>
    public ModelId Id { get; }

    /// <summary>
    /// Keccak-256 over a domain and the graph's part of the encoding: two models with one graph digest differ in weights or commitment
    /// alone.
    /// </summary>
    public Keccak256Digest GraphDigest { get; }

    /// <summary>The soundness error of every round of both proofs; the least has at least <see cref="SecurityLedger.LeastBits"/> bits.</summary>
    public SecurityLedger Ledger { get; }

    /// <summary>
    /// Whether the weights under <see cref="WeightRoot"/> are known to be in range: <see cref="RegistrationProof"/> accepted a proof of this very
    /// object, or the weights were committed in this process. <see cref="InferenceProof"/> says nothing of any other model.
    /// </summary>
    public bool IsRegistered { get; internal set; }

    internal NeuronSpace Space { get; }

    internal WeightLayout Weights { get; }

    internal InferenceLayout Inference { get; }

    internal RegistrationLayout Registration { get; }

    RegistrationLayout IRegistrable.Registration => Registration;

    /// <summary>Checks everything that can be checked without a proof.</summary>
    /// <param name="graph">The operators.</param>
    /// <param name="biasBits">For each node, the bits of its widest bias.</param>
    /// <param name="parameters">How it is committed.</param>
    /// <param name="weightRoot">The root of the weights.</param>
    /// <param name="model">The model, if the verdict accepts.</param>
    public static Verdict Create(
        Graph graph, ImmutableArray<int> biasBits, CommitmentParameters parameters, Keccak256Digest weightRoot, out CommittedModel? model)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        model = null;
        var verdict = NeuronSpace.Derive(graph, biasBits, out var space);
        if (!verdict.IsAccepted) return verdict;
        if (parameters.Profile != PrivacyProfile.PublicWeights)
            return Verdict.Reject(ZkChecks.ModelEncoding, "profile 0 (public weights)", $"{(int)parameters.Profile}");
        verdict = parameters.Weights.Check("weights", 16).Then(() => parameters.Witness.Check("witness", space!.Variables));
        if (!verdict.IsAccepted) return verdict;
        var candidate = new CommittedModel(space!, biasBits, parameters, weightRoot);
        int rows = Math.Max(candidate.Weights.Rows, candidate.Inference.Rows);
        if (rows > Limits.Rows) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {Limits.Rows} rows", $"{rows}");
        if (candidate.Inference.Depth > 30 || candidate.Registration.Depth > 30)
            return Verdict.Reject(ZkChecks.ModelGraph, "at most 2^30 lookups", $"2^{Math.Max(candidate.Inference.Depth, candidate.Registration.Depth)}");
        var weakest = candidate.Ledger.Weakest;
        if (!(weakest.Bits >= SecurityLedger.LeastBits))
        {
            string found = $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})";
            return Verdict.Reject(ZkChecks.ModelSecurity, $"{SecurityLedger.LeastBits} bits in every round", found);
        }
        model = candidate;
        return Verdict.Accept;
    }
}
