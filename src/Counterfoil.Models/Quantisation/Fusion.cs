using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models;

/// <summary>One node of the integer graph before it has integers.</summary>
/// <param name="Input">The integer graph's value that it reads.</param>
/// <param name="Gemm">Its weights.</param>
/// <param name="Relu">Whether a ReLU follows.</param>
/// <param name="Value">The float model's value that it writes: after the ReLU, if there is one.</param>
sealed record Layer(int Input, FloatGemm Gemm, bool Relu, int Value);

/// <summary>Joins each Gemm with the ReLU behind it.</summary>
static class Fusion
{
    public static Verdict Fuse(FloatModel model, out List<Layer>? layers)
    {
        layers = null;
        var fused = new List<Layer>();
        // integerValue[v]: where the float model's value v is in the integer graph; −1 when it exists only inside a fused node.
        var integerValue = new int[model.Nodes.Length + 1];
        for (int i = 0; i < model.Nodes.Length; i++)
        {
            switch (model.Nodes[i])
            {
                case FloatGemm { Rows: 1 } gemm when integerValue[gemm.Input] >= 0:
                    bool relu = model.Nodes.Count(n => n.Input == i + 1) == 1 && model.Nodes.Any(n => n is FloatRelu && n.Input == i + 1);
                    fused.Add(new Layer(integerValue[gemm.Input], gemm, relu, i + 1));
                    integerValue[i + 1] = relu ? -1 : fused.Count;
                    break;
                case FloatRelu { Input: > 0 } node when model.Nodes[node.Input - 1] is FloatGemm && integerValue[node.Input] < 0:
                    int at = fused.FindIndex(l => l.Value == node.Input);
                    fused[at] = fused[at] with { Value = i + 1 };
                    integerValue[i + 1] = at + 1;
                    break;
                case FloatGemm { Rows: > 1 } gemm:
                    return Verdict.Reject(QuantisationChecks.Operator, "a Gemm of one row", $"node {i}: {gemm.Rows} rows");
                default:
                    return Verdict.Reject(QuantisationChecks.Operator, "a Gemm, or the only ReLU behind one", $"node {i}: {model.Nodes[i].GetType().Name}");
            }
        }
        if (fused.Count == 0) return Verdict.Reject(QuantisationChecks.Operator, "at least one Gemm", "none");
        if (integerValue[^1] != fused.Count) return Verdict.Reject(QuantisationChecks.Operator, "the last Gemm to write the output", "an earlier one");
        layers = fused;
        return Verdict.Accept;
    }
}
