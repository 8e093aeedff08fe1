using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Security;

namespace Counterfoil.Zk;

/// <summary>
/// All that a verifier knows of a model: its graph in primitives, how it is committed, and the root of its hidden cells. Everything a proof's layout depends on is derived from here and
/// nothing from the proof.
/// </summary>
/// <remarks>
/// A value of this type has passed every check of shape, range and security; it says nothing yet of the cells under <see cref="WeightRoot"/>. That they are in range is what <see cref="RegistrationProof"/> shows,
/// once; every verifier of executions needs it.
/// </remarks>
public sealed class CommittedGraph
{
    const string Kind = "counterfoil-graph-model";
    const int Version = 1;
    static readonly CborLimits DecoderLimits = new() { Bytes = 257 << 20, Depth = 4, Items = 64 };

    readonly byte[] encoding;
    readonly Lazy<(Verdict Verdict, GraphLayout? Layout)> hiddenInput;
    readonly CommittedGraph? named;
    readonly bool isBatch;
    bool isRegistered;

    // Everything but the name, which a batch and a new root have from another.
    CommittedGraph(GraphLayout layout, HiddenLayout hidden, CommitmentParameters parameters, Keccak256Digest weightRoot, CommittedGraph? named, bool isBatch)
    {
        (Layout, Hidden, Parameters, WeightRoot, this.named, this.isBatch) = (layout, hidden, parameters, weightRoot, named, isBatch);
        GenesisRoot = named?.GenesisRoot ?? weightRoot;
        Plan = ExecutionPlan.Public(this, layout);
        hiddenInput = new(() => (GraphLayout.Derive(layout.Graph, out var hiding, hidesInput: true), hiding));
        Registration = new RegistrationLayout(hidden.Weights);
        Ledger = Plan.Ledger;
        (encoding, Id, GraphDigest) = named is null ? ([], default, default) : (named.encoding, named.Id, named.GraphDigest);
    }

    CommittedGraph(GraphLayout layout, HiddenLayout hidden, CommitmentParameters parameters, Keccak256Digest weightRoot) : this(layout, hidden, parameters, weightRoot, null, false)
    {
        var graph = IntegerGraphEncoding.Encode(layout.Graph);
        var writer = new CborWriter();
        writer.BeginArray(7);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteUInt((ulong)parameters.Profile);
        ParameterEncoding.Write(writer, parameters);
        writer.WriteUInt((ulong)parameters.Budget);
        writer.WriteBytes(graph);
        writer.WriteBytes(weightRoot.ToArray());
        writer.EndArray();
        encoding = writer.ToArray();
        Id = new ModelId(Keccak256.Hash([.. Domains.ModelId, .. encoding]));
        GraphDigest = Keccak256.Hash([.. Domains.GraphDigest, .. graph]);
    }

    /// <summary>The primitives, their shapes and constants.</summary>
    public IntegerGraph Graph => Layout.Graph;

    /// <summary>How hidden cells and witnesses are committed, and what that hides.</summary>
    public CommitmentParameters Parameters { get; }

    /// <summary>The Merkle root over the encoded hidden cells.</summary>
    public Keccak256Digest WeightRoot { get; }

    /// <summary>The root that was registered and that <see cref="Id"/> stands for; another than <see cref="WeightRoot"/> once the masks were drawn anew.</summary>
    public Keccak256Digest GenesisRoot { get; }

    /// <summary>The model's name.</summary>
    public ModelId Id { get; }

    /// <summary>Keccak-256 over a domain and the graph's encoding.</summary>
    public Keccak256Digest GraphDigest { get; }

    /// <summary>The soundness error of every round of both proofs.</summary>
    public SecurityLedger Ledger { get; }

    /// <summary>
    /// Whether the hidden cells under <see cref="WeightRoot"/> are known to be in range: <see cref="RegistrationProof"/> accepted a proof of this very object, or they were committed in this process.
    /// <see cref="ExecutionProof"/> says nothing of any other model.
    /// </summary>
    public bool IsRegistered
    {
        get => named?.IsRegistered ?? isRegistered;
        internal set
        {
            if (named is null) isRegistered = value;
            else named.IsRegistered = value;
        }
    }

    /// <summary>
    /// The same model asked several inputs at once, in one statement and one proof: input and output are those of all, one after the other. Name, root and registration are the model's; rounds and ledger are the
    /// batch's own, and a batch with a term below the bound is refused as a model is.
    /// </summary>
    /// <param name="inputs">How many, 1 to <see cref="GraphBatch.MostInputs"/>.</param>
    /// <param name="batch">The model in this form, if the verdict accepts.</param>
    public Verdict Batch(int inputs, out CommittedGraph? batch)
    {
        batch = null;
        if (isBatch) throw new InvalidOperationException("a batch has no batches");
        if (inputs == 1)
        {
            batch = this;
            return Verdict.Accept;
        }
        var verdict = GraphBatch.Of(Graph, inputs, out var graph);
        if (!verdict.IsAccepted) return verdict;
        verdict = GraphLayout.Derive(graph!.Graph, out var layout);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(graph.Graph, Parameters.Code, out var hidden);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new CommittedGraph(layout!, hidden!, Parameters, WeightRoot, this, isBatch: true);
        verdict = candidate.CheckSizes();
        if (verdict.IsAccepted) batch = candidate;
        return verdict;
    }

    /// <summary>The model under another root, which somebody has shown to have the same cells.</summary>
    internal CommittedGraph WithRoot(Keccak256Digest weightRoot) => new(Layout, Hidden, Parameters, weightRoot, this, isBatch: false);

    /// <summary>Cells that a proof commits to: what its cost grows with, beside the weights.</summary>
    public int CommittedCells => Layout.Count;

    /// <summary>Leaves of a proof's fractional sum: lookups, padding and table entries.</summary>
    public int Lookups => Layout.Leaves;

    internal GraphLayout Layout { get; }

    internal HiddenLayout Hidden { get; }

    /// <summary>The sizes of a proof that hides neither input nor output.</summary>
    internal ExecutionPlan Plan { get; }

    /// <summary>The layout where the input is hidden, or why there is none.</summary>
    internal (Verdict Verdict, GraphLayout? Layout) HiddenInputLayout => hiddenInput.Value;

    internal RegistrationLayout Registration { get; }

    internal PadLayout? RegistrationPads => Parameters.WeightsHidden ? Registration.Pads : null;

    /// <summary>The one encoding, deterministic CBOR: <c>docs/proofs.md</c> has the fields.</summary>
    public byte[] Encode() => (byte[])encoding.Clone();

    /// <summary>Checks everything that can be checked without a proof.</summary>
    /// <param name="graph">The primitives.</param>
    /// <param name="parameters">How it is committed.</param>
    /// <param name="weightRoot">The root of the hidden cells.</param>
    /// <param name="model">The model, if the verdict accepts.</param>
    public static Verdict Create(IntegerGraph graph, CommitmentParameters parameters, Keccak256Digest weightRoot, out CommittedGraph? model)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(parameters);
        model = null;
        var verdict = GraphLayout.Derive(graph, out var layout);
        return verdict.IsAccepted ? Create(layout!, parameters, weightRoot, out model) : verdict;
    }

    internal static Verdict Create(GraphLayout layout, CommitmentParameters parameters, Keccak256Digest weightRoot, out CommittedGraph? model)
    {
        model = null;
        var verdict = parameters.Check();
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(layout.Graph, parameters.Code, out var hidden);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new CommittedGraph(layout, hidden!, parameters, weightRoot);
        verdict = candidate.CheckSizes();
        if (verdict.IsAccepted) model = candidate;
        return verdict;
    }

    Verdict CheckSizes()
    {
        var verdict = Parameters.CheckPads(Plan.Pads, RegistrationPads);
        if (!verdict.IsAccepted) return verdict;
        int rows = Hidden.Weights.Rows + Math.Max(Plan.Witness.Rows, Registration.WitnessRows);
        if (rows > Limits.Rows) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {Limits.Rows} rows", $"{rows}");
        if (Layout.Depth > 30 || Registration.Depth > 30) return Verdict.Reject(ZkChecks.ModelGraph, "at most 2^30 lookups", $"2^{Math.Max(Layout.Depth, Registration.Depth)}");
        var weakest = Ledger.Weakest;
        return weakest.Bits >= SecurityLedger.LeastBits ? Verdict.Accept
            : Verdict.Reject(ZkChecks.ModelSecurity, $"{SecurityLedger.LeastBits} bits in every round", $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})");
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. Any other bytes are refused: a model has one encoding.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out CommittedGraph? model)
    {
        model = null;
        var reader = new CborReader(bytes.Span, DecoderLimits);
        reader.BeginArray(7, 7);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var profile = (PrivacyProfile)reader.ReadInt(0, 255);
        var (code, folding) = ParameterEncoding.Read(ref reader);
        int budget = (int)reader.ReadInt(0, CommitmentParameters.MostBudget);
        var encodedGraph = reader.ReadBytes(256 << 20);
        var root = new Keccak256Digest(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(ZkChecks.ModelEncoding, reason.Expected, reason.Found);
        verdict = IntegerGraphEncoding.Decode(encodedGraph, out var graph);
        if (!verdict.IsAccepted) return verdict;
        verdict = Create(graph!, new CommitmentParameters(profile, code, budget, folding), root, out var candidate);
        if (!verdict.IsAccepted) return verdict;
        if (!bytes.Span.SequenceEqual(candidate!.encoding)) return Verdict.Reject(ZkChecks.ModelEncoding, "the canonical encoding", "another of the same model");
        model = candidate;
        return Verdict.Accept;
    }
}
