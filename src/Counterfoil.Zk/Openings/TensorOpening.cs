using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Openings;
using Counterfoil.Zk.Security;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>One cell of a hidden tensor.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Value">What it is.</param>
public readonly record struct OpenedCell(int Index, long Value);

/// <summary>What an opening of cells shows: under this commitment these cells have these values, said in this context. Of the others it says nothing.</summary>
/// <param name="Tensor">What the tensor is committed to by.</param>
/// <param name="Cells">The cells, by ascending index, 1 to <see cref="MostCells"/>.</param>
/// <param name="Context">What the opening was made for: it holds in no other.</param>
public sealed record TensorOpening(TensorCommitment Tensor, ImmutableArray<OpenedCell> Cells, Bytes32 Context)
{
    /// <summary>The most cells of one opening.</summary>
    public const int MostCells = 1024;

    /// <summary>Values are from −2^62 to 2^62, as all integers of graphs are: modulo p no two of them are the same.</summary>
    public const long MostMagnitude = 1L << 62;

    /// <summary>The soundness error of every round of its proof; null if there is no such opening.</summary>
    public SecurityLedger? Ledger => Check(out var plan).IsAccepted ? plan!.Ledger : null;

    internal Verdict Check(out TensorOpeningPlan? plan)
    {
        plan = null;
        if (Cells.IsDefault || Cells.Length is < 1 or > MostCells) return Verdict.Reject(ZkChecks.Statement, $"1 to {MostCells} opened cells", $"{(Cells.IsDefault ? 0 : Cells.Length)}");
        int next = 0;
        foreach (var (index, value) in Cells)
        {
            if (index < next || index >= Tensor.Length) return Verdict.Reject(ZkChecks.Statement, $"a cell from {next} to {Tensor.Length - 1}", $"{index}");
            if (value is < -MostMagnitude or > MostMagnitude) return Verdict.Reject(ZkChecks.Statement, "a value from -2^62 to 2^62", $"{value}");
            next = index + 1;
        }
        return TensorOpeningPlan.Of(Tensor, out plan);
    }

    internal void AbsorbInto(ExecutionStatement.Absorb absorb)
    {
        var cells = new byte[12 * Cells.Length];
        for (int i = 0; i < Cells.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(cells.AsSpan(12 * i), Cells[i].Index);
            BinaryPrimitives.WriteInt64BigEndian(cells.AsSpan(12 * i + 4), Cells[i].Value);
        }
        absorb(Labels.Protocol, "counterfoil/opening/v1"u8);
        absorb(Labels.Tensor, Tensor.Encode());
        absorb(Labels.Cells, cells);
        absorb(Labels.Context, Context.ToArray());
    }
}
