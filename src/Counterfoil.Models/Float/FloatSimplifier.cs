using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>Brings what exporters write out in small steps back together, and drops what nobody reads.</summary>
static class FloatSimplifier
{
    public static FloatModel Simplify(FloatModel model)
    {
        var nodes = model.Nodes.ToArray();
        for (int i = 0; i < nodes.Length; i++)
            if (Normalisation(model, nodes[i]) is { } whole) nodes[i] = whole with { Name = nodes[i].Name, Dimensions = nodes[i].Dimensions };
        return Prune(model with { Nodes = [.. nodes] });
    }

    /// <summary>(x − mean(x)) / √(mean((x − mean(x))²) + ε), row by row: a layer normalisation, as exporters wrote it before it was an operator.</summary>
    static FloatNormalisation? Normalisation(FloatModel model, FloatNode node)
    {
        if (node is not FloatBinary { Function: BinaryFunction.Divide } quotient || Centred(model, quotient.A) is not var (x, rows, cells)) return null;
        if (model.Writer(quotient.B) is not FloatUnary { Function.Kind: CellFunctionKind.Sqrt } root || quotient.SpreadB != new Spread(cells, rows)) return null;
        if (model.Writer(root.Input) is not FloatBinary { Function: BinaryFunction.Add } sum) return null;
        int variance = sum.A, constant = sum.B;
        if (model.Writer(constant) is not FloatConstant) (variance, constant) = (constant, variance);
        if (model.Writer(constant) is not FloatConstant { Cells: [>= 0 and var epsilon] } || model.Writer(variance) is not FloatReduce { IsMean: true } mean || (mean.Rows, mean.Cells) != (rows, cells)) return null;
        if (model.Writer(mean.Input) is not FloatBinary square || Centred(model, square.A) is not var (other, _, _) || other != x) return null;
        bool isSquare = square.Function == BinaryFunction.Power ? model.Writer(square.B) is FloatConstant { Cells: [2f] }
            : square.Function == BinaryFunction.Multiply && Centred(model, square.B) is var (again, _, _) && again == x;
        return isSquare ? new FloatNormalisation(x, rows, cells, epsilon) : null;
    }

    /// <summary>x of x − mean(x).</summary>
    static (int Value, int Rows, int Cells)? Centred(FloatModel model, int value) =>
        model.Writer(value) is FloatBinary { Function: BinaryFunction.Subtract } difference && model.Writer(difference.B) is FloatReduce { IsMean: true } mean
            && mean.Input == difference.A && difference.SpreadB == new Spread(mean.Cells, mean.Rows) && difference.Cells == mean.Rows * mean.Cells
            ? (difference.A, mean.Rows, mean.Cells) : null;

    /// <summary>The model without nodes that no output depends on.</summary>
    static FloatModel Prune(FloatModel model)
    {
        var needed = new bool[model.Values];
        foreach (int output in model.Outputs) needed[output] = true;
        for (int v = model.Values - 1; v >= model.Inputs.Length; v--)
            if (needed[v])
                foreach (int read in model.Writer(v)!.Reads) needed[read] = true;
        var number = new int[model.Values];
        var nodes = ImmutableArray.CreateBuilder<FloatNode>();
        for (int v = 0; v < model.Values; v++)
        {
            if (v >= model.Inputs.Length && needed[v]) nodes.Add(model.Writer(v)!.Renumber(r => number[r]));
            number[v] = v < model.Inputs.Length ? v : model.Inputs.Length + nodes.Count - 1;
        }
        return new FloatModel(model.Inputs, nodes.ToImmutable(), [.. model.Outputs.Select(o => number[o])]);
    }
}
