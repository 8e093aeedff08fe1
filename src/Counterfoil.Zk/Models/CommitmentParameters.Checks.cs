using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;

namespace Counterfoil.Zk.Models;

public sealed partial record CommitmentParameters
{
    /// <summary>What can be said of them without a model.</summary>
    internal Verdict Check()
    {
        if (!Enum.IsDefined(Profile)) return Verdict.Reject(ZkChecks.ModelEncoding, "profile 0 (public weights) or 1 (hidden weights)", $"{(int)Profile}");
        if (Code.LogRowLength is < 4 or > 16) return Verdict.Reject(ZkChecks.ModelEncoding, "rows of 2^4 to 2^16 cells", $"2^{Code.LogRowLength}");
        if (Code.LogInverseRate is < 1 or > 16 || Code.LogLength > 20)
            return Verdict.Reject(ZkChecks.ModelEncoding, "codewords of 2 to 2^16 times a row and at most 2^20 symbols", $"2^{Code.LogLength}");
        if (Code.Queries < 1 || Code.Queries > Math.Min(Code.Length, 1024))
            return Verdict.Reject(ZkChecks.ModelEncoding, $"1 to {Math.Min(Code.Length, 1024)} queries", $"{Code.Queries}");
        if (Folding?.Fault(FoldedRows.VariablesOf(WeightCode, WeightsHidden)) is { } fault)
            return Verdict.Reject(ZkChecks.ModelEncoding, $"rounds that leave at least two of 2^{FoldedRows.VariablesOf(WeightCode, WeightsHidden)} cells, each within a codeword of 2^{FoldingSchedule.MostLogLength}", fault);
        return WeightsHidden ? CheckHidden() : CheckPublic();
    }

    Verdict CheckHidden()
    {
        if (Budget is < 1 or > MostBudget) return Verdict.Reject(ZkChecks.ModelEncoding, $"a budget of 1 to {MostBudget} proofs", $"{Budget}");
        long needed = (long)Code.Queries * (Budget + OtherOpenings);
        if (Code.Masks < needed || 2L * Code.Masks > Code.Length)
            return Verdict.Reject(ZkChecks.ModelHiding, $"{needed} to {Code.Length / 2} masks, as many as columns will be opened", $"{Code.Masks}");
        return Folding is null || int.IsPow2(Code.Cells) ? Verdict.Accept
            : Verdict.Reject(ZkChecks.ModelHiding, "rows to fold, masks included, of a power of two of cells", $"{Code.Cells}");
    }

    // Where weights are public, masks are for hidden tensors.
    Verdict CheckPublic()
    {
        if (Budget != 0) return Verdict.Reject(ZkChecks.ModelEncoding, "no budget where nothing is hidden", $"{Budget}");
        if (Code.Masks == 0) return Verdict.Accept;
        if (Code.Masks < Code.Queries || 2L * Code.Masks > Code.Length)
            return Verdict.Reject(ZkChecks.ModelHiding, $"no masks, or {Code.Queries} to {Code.Length / 2} for hidden tensors", $"{Code.Masks}");
        if (Folding is null) return Verdict.Accept;
        string? fault = int.IsPow2(Code.Cells) ? Folding.Fault(FoldedRows.VariablesOf(Code, pads: true)) : $"{Code.Cells} cells";
        return fault is null ? Verdict.Accept
            : Verdict.Reject(ZkChecks.ModelHiding, "rounds that fold the rows of hidden tensors too, which have a power of two of cells, masks included", fault);
    }

    /// <summary>Whether there is room for the pads of hiding proofs: rows are at most half of a codeword, so that a query is worth something; those that are folded have all one length.</summary>
    internal Verdict CheckPads(params ReadOnlySpan<PadLayout?> pads)
    {
        if (!WeightsHidden) return Verdict.Accept;
        if (2L * Code.Cells > Code.Length) return Verdict.Reject(ZkChecks.ModelHiding, $"rows, masks included, of at most {Code.Length / 2} cells", $"{Code.Cells}");
        int most = Folding is null ? Code.Length / 2 : FoldedRows.CellsOf(Code);
        foreach (var layout in pads)
            if (layout!.Cells > most) return Verdict.Reject(ZkChecks.ModelHiding, $"rows of pads of at most {most} cells", $"{layout.Cells}");
        return Verdict.Accept;
    }
}
