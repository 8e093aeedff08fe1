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
/// All that a verifier knows of a model whose graph is in primitives: the graph, how it is committed, and the root of its hidden cells. Everything a proof's layout depends on is derived from here and
/// nothing from the proof.
/// </summary>
/// <remarks>As <see cref="CommittedModel"/>, of any <see cref="IntegerGraph"/>: shape, range and security are checked; <see cref="RegistrationProof"/> shows the rest, once.</remarks>
public sealed class CommittedGraph : IRegistrable
{
    const string Kind = "counterfoil-graph-model";
    const int Version = 1;
    static readonly CborLimits DecoderLimits = new() { Bytes = 257 << 20, Depth = 4, Items = 64 };

    readonly byte[] encoding;

    CommittedGraph(GraphLayout layout, HiddenLayout hidden, CommitmentParameters parameters, Keccak256Digest weightRoot)
    {
        (Layout, Hidden, Parameters, WeightRoot) = (layout, hidden, parameters, weightRoot);
        GenesisRoot = weightRoot;
        Witness = new WitnessRows(layout, parameters.Code);
        Registration = new RegistrationLayout(hidden.Weights);
        Ledger = SecurityLedger.Of(this);
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

    /// <summary>The root that was registered and that <see cref="Id"/> stands for.</summary>
    public Keccak256Digest GenesisRoot { get; }

    /// <summary>The model's name.</summary>
    public ModelId Id { get; }

    /// <summary>Keccak-256 over a domain and the graph's encoding.</summary>
    public Keccak256Digest GraphDigest { get; }

    /// <summary>The soundness error of every round of both proofs.</summary>
    public SecurityLedger Ledger { get; }

    /// <summary>Whether the hidden cells are known to be in range: see <see cref="CommittedModel.IsRegistered"/>.</summary>
    public bool IsRegistered { get; internal set; }

    internal GraphLayout Layout { get; }

    internal HiddenLayout Hidden { get; }

    internal WitnessRows Witness { get; }

    internal RegistrationLayout Registration { get; }

    internal PadLayout? ExecutionPads => Parameters.WeightsHidden ? Witness.Pads(Hidden) : null;

    internal PadLayout? RegistrationPads => Parameters.WeightsHidden ? Registration.Pads : null;

    RegistrationLayout IRegistrable.Registration => Registration;

    PadLayout? IRegistrable.RegistrationPads => RegistrationPads;

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
        var verdict = CommittedModel.CheckParameters(parameters);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(layout.Graph, parameters.Code, out var hidden);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new CommittedGraph(layout, hidden!, parameters, weightRoot);
        verdict = CommittedModel.CheckPads(parameters, candidate.ExecutionPads, candidate.RegistrationPads);
        if (!verdict.IsAccepted) return verdict;
        int rows = hidden!.Weights.Rows + Math.Max(candidate.Witness.Rows, candidate.Registration.WitnessRows);
        if (rows > Limits.Rows) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {Limits.Rows} rows", $"{rows}");
        if (layout.Depth > 30 || candidate.Registration.Depth > 30)
            return Verdict.Reject(ZkChecks.ModelGraph, "at most 2^30 lookups", $"2^{Math.Max(layout.Depth, candidate.Registration.Depth)}");
        var weakest = candidate.Ledger.Weakest;
        if (!(weakest.Bits >= SecurityLedger.LeastBits))
            return Verdict.Reject(ZkChecks.ModelSecurity, $"{SecurityLedger.LeastBits} bits in every round", $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})");
        model = candidate;
        return Verdict.Accept;
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
