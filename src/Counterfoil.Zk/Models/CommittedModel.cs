using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
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
        WeightRoot = GenesisRoot = weightRoot;
        Weights = new WeightLayout(space, parameters.Code);
        Inference = new InferenceLayout(space, parameters.Code);
        Registration = new RegistrationLayout(Weights);
        Ledger = SecurityLedger.Of(this);
        encoding = WriteEncoding();
        Id = new ModelId(Keccak256.Hash([.. Domains.ModelId, .. encoding]));
        GraphDigest = Keccak256.Hash([.. Domains.GraphDigest, .. GraphEncoding()]);
    }

    // A model under another root of the same weights.
    CommittedModel(CommittedModel model, Keccak256Digest weightRoot)
    {
        (Space, BiasBits, Parameters, Ledger, encoding, Id, GraphDigest) = (model.Space, model.BiasBits, model.Parameters, model.Ledger, model.encoding, model.Id, model.GraphDigest);
        (Weights, Inference, Registration, GenesisRoot) = (model.Weights, model.Inference, model.Registration, model.GenesisRoot);
        (WeightRoot, IsRegistered) = (weightRoot, model.IsRegistered);
    }

    /// <summary>The operators, their shapes and scales.</summary>
    public Graph Graph => Space.Graph;

    /// <summary>Registration data: for each node, the bits in two's complement of its widest bias, 1 to 31.</summary>
    public ImmutableArray<int> BiasBits { get; }

    /// <summary>How weights and witnesses are committed, and what that hides.</summary>
    public CommitmentParameters Parameters { get; }

    /// <summary>The Merkle root over the encoded weights and biases, under which proofs open them.</summary>
    public Keccak256Digest WeightRoot { get; }

    /// <summary>The root that was registered and that <see cref="Id"/> stands for; another than <see cref="WeightRoot"/> once the masks were drawn anew.</summary>
    public Keccak256Digest GenesisRoot { get; }

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

    PadLayout? IRegistrable.RegistrationPads => RegistrationPads;

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
        verdict = CheckParameters(parameters);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new CommittedModel(space!, biasBits, parameters, weightRoot);
        int rows = candidate.Weights.Rows + Math.Max(candidate.Inference.Rows, candidate.Registration.WitnessRows);
        if (rows > Limits.Rows) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {Limits.Rows} rows", $"{rows}");
        if (candidate.Inference.Depth > 30 || candidate.Registration.Depth > 30)
            return Verdict.Reject(ZkChecks.ModelGraph, "at most 2^30 lookups", $"2^{Math.Max(candidate.Inference.Depth, candidate.Registration.Depth)}");
        verdict = CheckPads(parameters, candidate.InferencePads, candidate.RegistrationPads);
        if (!verdict.IsAccepted) return verdict;
        var weakest = candidate.Ledger.Weakest;
        if (!(weakest.Bits >= SecurityLedger.LeastBits))
        {
            string found = $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})";
            return Verdict.Reject(ZkChecks.ModelSecurity, $"{SecurityLedger.LeastBits} bits in every round", found);
        }
        model = candidate;
        return Verdict.Accept;
    }

    /// <summary>This model under another root, which <see cref="RerandomisationProof"/> has shown to have the same weights.</summary>
    internal CommittedModel WithRoot(Keccak256Digest weightRoot) => new(this, weightRoot);

    internal PadLayout? InferencePads => Parameters.WeightsHidden ? Inference.Pads(Weights.AddressVariables) : null;

    internal PadLayout? RegistrationPads => Parameters.WeightsHidden ? Registration.Pads : null;

    internal static Verdict CheckParameters(CommitmentParameters parameters)
    {
        var (profile, code, budget, folding) = parameters;
        if (!Enum.IsDefined(profile)) return Verdict.Reject(ZkChecks.ModelEncoding, "profile 0 (public weights) or 1 (hidden weights)", $"{(int)profile}");
        if (code.LogRowLength is < 4 or > 16) return Verdict.Reject(ZkChecks.ModelEncoding, "rows of 2^4 to 2^16 cells", $"2^{code.LogRowLength}");
        if (code.LogInverseRate is < 1 or > 16 || code.LogLength > 20)
            return Verdict.Reject(ZkChecks.ModelEncoding, "codewords of 2 to 2^16 times a row and at most 2^20 symbols", $"2^{code.LogLength}");
        if (code.Queries < 1 || code.Queries > Math.Min(code.Length, 1024))
            return Verdict.Reject(ZkChecks.ModelEncoding, $"1 to {Math.Min(code.Length, 1024)} queries", $"{code.Queries}");
        if (folding?.Fault(FoldedRows.VariablesOf(code, parameters.WeightsHidden)) is { } fault)
            return Verdict.Reject(ZkChecks.ModelEncoding, $"rounds that leave at least two of 2^{FoldedRows.VariablesOf(code, parameters.WeightsHidden)} cells, each within a codeword of 2^{FoldingSchedule.MostLogLength}", fault);
        if (!parameters.WeightsHidden)
            return (code.Masks, budget) == (0, 0) ? Verdict.Accept : Verdict.Reject(ZkChecks.ModelEncoding, "no masks and no budget where nothing is hidden", $"{code.Masks}, {budget}");
        if (budget is < 1 or > CommitmentParameters.MostBudget)
            return Verdict.Reject(ZkChecks.ModelEncoding, $"a budget of 1 to {CommitmentParameters.MostBudget} proofs", $"{budget}");
        long needed = (long)code.Queries * (budget + CommitmentParameters.OtherOpenings);
        if (code.Masks < needed || 2L * code.Masks > code.Length)
            return Verdict.Reject(ZkChecks.ModelHiding, $"{needed} to {code.Length / 2} masks, as many as columns will be opened", $"{code.Masks}");
        if (folding is not null && !int.IsPow2(code.Cells))
            return Verdict.Reject(ZkChecks.ModelHiding, "rows to fold, masks included, of a power of two of cells", $"{code.Cells}");
        return Verdict.Accept;
    }

    // Rows are at most half of a codeword, so that a query is worth something; those that are folded have all one length.
    internal static Verdict CheckPads(CommitmentParameters parameters, params ReadOnlySpan<PadLayout?> pads)
    {
        if (!parameters.WeightsHidden) return Verdict.Accept;
        var code = parameters.Code;
        if (2L * code.Cells > code.Length) return Verdict.Reject(ZkChecks.ModelHiding, $"rows, masks included, of at most {code.Length / 2} cells", $"{code.Cells}");
        int most = parameters.Folding is null ? code.Length / 2 : FoldedRows.CellsOf(code);
        foreach (var layout in pads)
            if (layout!.Cells > most) return Verdict.Reject(ZkChecks.ModelHiding, $"rows of pads of at most {most} cells", $"{layout.Cells}");
        return Verdict.Accept;
    }
}
