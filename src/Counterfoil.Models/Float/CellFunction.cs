namespace Counterfoil.Models;

/// <summary>Functions of one cell.</summary>
public enum CellFunctionKind
{
    /// <summary>max(x, 0)</summary>
    Relu,
    /// <summary>x, or α·x below zero</summary>
    LeakyRelu,
    /// <summary>x held in [α, β]</summary>
    Clip,
    /// <summary>1 / (1 + e^−x)</summary>
    Sigmoid,
    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
    /// <summary>The error function.</summary>
    Erf,
    /// <summary>x/2 · (1 + erf(x/√2))</summary>
    Gelu,
    /// <summary>x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))</summary>
    GeluTanh,
    /// <summary>The square root.</summary>
    Sqrt,
    /// <summary>e^x</summary>
    Exp,
    /// <summary>−x</summary>
    Negate,
}

/// <summary>A function of one cell, with its constants.</summary>
public readonly record struct CellFunction(CellFunctionKind Kind, float Alpha = 0, float Beta = 0)
{
    /// <summary>max(x, 0)</summary>
    public static CellFunction Relu => new(CellFunctionKind.Relu);

    /// <summary>The value in float64.</summary>
    public double Apply(double x) => Kind switch
    {
        CellFunctionKind.Relu => x < 0 ? 0 : x,
        CellFunctionKind.LeakyRelu => x < 0 ? Alpha * x : x,
        CellFunctionKind.Clip => x < Alpha ? Alpha : x > Beta ? Beta : x,
        CellFunctionKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        CellFunctionKind.Tanh => Math.Tanh(x),
        CellFunctionKind.Erf => Erf(x),
        CellFunctionKind.Gelu => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        CellFunctionKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        CellFunctionKind.Sqrt => Math.Sqrt(x),
        CellFunctionKind.Exp => Math.Exp(x),
        CellFunctionKind.Negate => -x,
        _ => throw new InvalidOperationException($"no such function: {Kind}"),
    };

    /// <summary>
    /// The error function: its Taylor series up to 3, erfc's continued fraction beyond (Abramowitz and Stegun 7.1.6 and 7.1.14), both to well below float32's last bit.
    /// </summary>
    static double Erf(double x)
    {
        double z = Math.Abs(x);
        if (double.IsNaN(x)) return x;
        if (z > 6) return Math.Sign(x);
        if (z < 3)
        {
            double term = z, sum = z;
            for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum) && n < 200; n++)
            {
                term *= 2 * z * z / ((2 * n) + 1);
                sum += term;
            }
            return Math.Sign(x) * 2 / Math.Sqrt(Math.PI) * Math.Exp(-z * z) * sum;
        }
        double fraction = 0;
        for (int n = 60; n > 0; n--) fraction = n / 2.0 / (z + fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-z * z) / Math.Sqrt(Math.PI) / (z + fraction)));
    }
}
