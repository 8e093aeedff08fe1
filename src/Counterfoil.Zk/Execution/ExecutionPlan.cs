using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Security;

namespace Counterfoil.Zk.Execution;

/// <summary>The sizes of everything in a proof: they follow from the model and from which of input and output are hidden, under which commitments. A proof has no say in them.</summary>
sealed record ExecutionPlan
{
    ExecutionPlan(CommittedGraph model, GraphLayout layout, TensorCommitment? input, TensorCommitment? output)
    {
        (Model, Layout, Input, Output) = (model, layout, input, output);
        Tensors = [.. new[] { input, output }.OfType<TensorCommitment>()];
        Code = Tensors.Length > 0 ? model.Parameters.Code : model.Parameters.WeightCode;
        Witness = new WitnessRows(layout, Code);
        if (model.Parameters.WeightsHidden || Tensors.Length > 0) Pads = Witness.Pads(model.Hidden, Tensors.Length);
    }

    /// <summary>The model.</summary>
    public CommittedGraph Model { get; }

    /// <summary>Which cells are committed, and how.</summary>
    public GraphLayout Layout { get; }

    /// <summary>The hidden input, or null.</summary>
    public TensorCommitment? Input { get; }

    /// <summary>The hidden output, or null.</summary>
    public TensorCommitment? Output { get; }

    /// <summary>Those of the two that are hidden, in this order.</summary>
    public TensorCommitment[] Tensors { get; }

    /// <summary>The code of the opened row and of the proof's own: the model's, without masks if nothing that is opened has any.</summary>
    public RowCode Code { get; }

    /// <summary>As the model's, of this code.</summary>
    public CommitmentParameters Parameters => Model.Parameters with { Code = Code };

    /// <summary>The proof's own rows.</summary>
    public WitnessRows Witness { get; }

    /// <summary>The pads; null if nothing at all is hidden. Tests leave them out to see relations checked one by one.</summary>
    public PadLayout? Pads { get; init; }

    /// <summary>Rows of all matrices that are opened together.</summary>
    public int Rows => Model.Hidden.Weights.Rows + Tensors.Sum(t => t.Rows) + Witness.Rows;

    /// <summary>Coordinates of the point at which the output is claimed.</summary>
    public int OutputVariables => Output?.Variables ?? Multilinear.VariablesFor(Layout.Graph.Length(Layout.Graph.Output));

    /// <summary>Coordinates of the point at which a hidden input is claimed; none for one that is public.</summary>
    public int InputVariables => Input?.Variables ?? 0;

    /// <summary>The soundness error of every round of registration and execution.</summary>
    public SecurityLedger Ledger => SecurityLedger.Of(this);

    /// <summary>The matrices that are opened: weights, hidden input, hidden output, the proof's own.</summary>
    public CommittedRows[] Matrices(Keccak256Digest own) =>
        [new(Model.WeightRoot, Model.Parameters.WeightsHidden), .. Tensors.Select(t => new CommittedRows(t.Root, true)), new(own, Pads is not null)];

    /// <summary>Where nothing of the statement is hidden.</summary>
    public static ExecutionPlan Public(CommittedGraph model, GraphLayout layout) => new(model, layout, null, null);

    /// <summary>The plan of a statement with these commitments, or why there is none.</summary>
    public static Verdict Of(CommittedGraph model, TensorCommitment? input, TensorCommitment? output, out ExecutionPlan? plan)
    {
        plan = null;
        if (input is null && output is null)
        {
            plan = model.Plan;
            return Verdict.Accept;
        }
        var verdict = Check(model, input, model.Graph.Input.Length, "input");
        if (verdict.IsAccepted) verdict = Check(model, output, model.Graph.Length(model.Graph.Output), "output");
        if (!verdict.IsAccepted) return verdict;
        var layout = model.Layout;
        if (input is not null)
        {
            (verdict, var hidden) = model.HiddenInputLayout;
            if (!verdict.IsAccepted) return verdict;
            layout = hidden!;
        }
        var candidate = new ExecutionPlan(model, layout, input, output);
        if (candidate.Rows > Limits.Rows || layout.Depth > 30) return Verdict.Reject(ZkChecks.Hidden, $"at most {Limits.Rows} rows and 2^30 lookups", $"{candidate.Rows}, 2^{layout.Depth}");
        // Rows that are folded have all one length; others are at most half of a codeword.
        int cells = Math.Max(candidate.Code.Cells, candidate.Pads!.Cells), room = model.Parameters.Folding is null ? candidate.Code.Length / 2 : FoldedRows.CellsOf(candidate.Code);
        if (cells > room || 2L * cells > candidate.Code.Length) return Verdict.Reject(ZkChecks.Hidden, $"a model whose code has room for rows of {cells} cells", $"{Math.Min(room, candidate.Code.Length / 2)}");
        var weakest = candidate.Ledger.Weakest;
        if (!(weakest.Bits >= SecurityLedger.LeastBits)) return Verdict.Reject(ZkChecks.Hidden, $"{SecurityLedger.LeastBits} bits in every round", $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})");
        plan = candidate;
        return Verdict.Accept;
    }

    static Verdict Check(CommittedGraph model, TensorCommitment? tensor, int length, string name)
    {
        if (tensor is null) return Verdict.Accept;
        if (tensor.Length != length) return Verdict.Reject(ZkChecks.Hidden, $"an {name} of {length} cells", $"{tensor.Length}");
        // Under a code with other masks the same leaves may be read as other cells: a root means something under one code alone.
        var code = model.Parameters.Code;
        if (code.Masks == 0) return Verdict.Reject(ZkChecks.Hidden, "a model whose code has masks for hidden tensors", "none");
        return tensor.Code == code ? Verdict.Accept : Verdict.Reject(ZkChecks.Hidden, $"an {name} committed with {code}", $"{tensor.Code}");
    }
}
