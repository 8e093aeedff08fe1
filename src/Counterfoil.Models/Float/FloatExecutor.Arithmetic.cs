namespace Counterfoil.Models;

public static partial class FloatExecutor
{
    static void Run(FloatGemm gemm, float[] input, float[] y)
    {
        for (int row = 0; row < gemm.Rows; row++)
        {
            var x = input.AsSpan(row * gemm.InputLength, gemm.InputLength);
            for (int o = 0; o < gemm.OutputLength; o++)
            {
                var w = gemm.Weights.AsSpan(o * gemm.InputLength, gemm.InputLength);
                float sum = gemm.Biases[o];
                for (int k = 0; k < x.Length; k++) sum += w[k] * x[k];
                y[(row * gemm.OutputLength) + o] = sum;
            }
        }
    }

    static void Run(FloatConvolution convolution, float[] x, float[] y)
    {
        var window = convolution.Window;
        int channels = window.C / convolution.Groups, outputs = convolution.Outputs / convolution.Groups, at = 0;
        for (int n = 0; n < window.N; n++)
            for (int o = 0; o < convolution.Outputs; o++)
            {
                var weights = convolution.Weights.AsSpan(o * convolution.Columns, convolution.Columns);
                for (int i = 0; i < window.OH; i++)
                    for (int j = 0; j < window.OW; j++)
                    {
                        float sum = convolution.Biases[o];
                        int k = 0;
                        for (int c = o / outputs * channels; c < ((o / outputs) + 1) * channels; c++)
                            for (int u = 0; u < window.KH; u++)
                                for (int v = 0; v < window.KW; v++, k++)
                                {
                                    int cell = window.Cell(n, c, i, j, u, v);
                                    if (cell >= 0) sum += weights[k] * x[cell];
                                }
                        y[at++] = sum;
                    }
            }
    }

    static void Run(FloatMatrixProduct product, float[] a, float[] b, float[] y)
    {
        var (_, _, batch, m, k, n) = product;
        for (int p = 0; p < batch; p++)
            for (int i = 0; i < m; i++)
            {
                var row = y.AsSpan(((p * m) + i) * n, n);
                for (int t = 0; t < k; t++)
                {
                    float left = a[(((p * m) + i) * k) + t];
                    var right = b.AsSpan(((p * k) + t) * n, n);
                    for (int j = 0; j < n; j++) row[j] += left * right[j];
                }
            }
    }

    static void Run(FloatBinary binary, float[] a, float[] b, float[] y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            float left = a[binary.SpreadA[i]], right = b[binary.SpreadB[i]];
            y[i] = binary.Function switch
            {
                BinaryFunction.Add => left + right,
                BinaryFunction.Subtract => left - right,
                BinaryFunction.Multiply => left * right,
                BinaryFunction.Divide => left / right,
                _ => (float)Math.Pow(left, right),
            };
        }
    }

    static void Run(CellFunction function, float[] x, float[] y)
    {
        if (function.Kind == CellFunctionKind.Relu)
            for (int i = 0; i < y.Length; i++) y[i] = x[i] < 0 ? 0 : x[i];
        else
            for (int i = 0; i < y.Length; i++) y[i] = (float)function.Apply(x[i]);
    }

    static void Run(FloatPool pool, float[] x, float[] y)
    {
        var window = pool.Window;
        int at = 0;
        for (int n = 0; n < window.N; n++)
            for (int c = 0; c < window.C; c++)
                for (int i = 0; i < window.OH; i++)
                    for (int j = 0; j < window.OW; j++)
                    {
                        float largest = float.NegativeInfinity, sum = 0;
                        int count = 0;
                        for (int u = 0; u < window.KH; u++)
                            for (int v = 0; v < window.KW; v++)
                            {
                                int cell = window.Cell(n, c, i, j, u, v);
                                if (cell < 0) continue;
                                largest = Math.Max(largest, x[cell]);
                                sum += x[cell];
                                count++;
                            }
                        y[at++] = pool.IsMaximum ? largest : sum / (pool.CountPadding ? window.KernelLength : count);
                    }
    }

    static void Run(FloatReduce reduce, float[] x, float[] y)
    {
        for (int row = 0; row < reduce.Rows; row++)
        {
            float sum = 0;
            foreach (float cell in x.AsSpan(row * reduce.Cells, reduce.Cells)) sum += cell;
            y[row] = reduce.IsMean ? sum / reduce.Cells : sum;
        }
    }

    static void Run(FloatSoftmax softmax, float[] x, float[] y)
    {
        for (int row = 0; row < softmax.Rows; row++)
        {
            var from = x.AsSpan(row * softmax.Cells, softmax.Cells);
            var to = y.AsSpan(row * softmax.Cells, softmax.Cells);
            float largest = float.NegativeInfinity, sum = 0;
            foreach (float cell in from) largest = Math.Max(largest, cell);
            for (int i = 0; i < from.Length; i++) sum += to[i] = MathF.Exp(from[i] - largest);
            for (int i = 0; i < to.Length; i++) to[i] /= sum;
        }
    }

    static void Run(FloatNormalisation node, float[] x, float[] y)
    {
        for (int row = 0; row < node.Rows; row++)
        {
            var from = x.AsSpan(row * node.Cells, node.Cells);
            double mean = 0, variance = 0;
            foreach (float cell in from) mean += cell;
            mean /= node.Cells;
            foreach (float cell in from) variance += (cell - mean) * (cell - mean);
            double deviation = Math.Sqrt((variance / node.Cells) + node.Epsilon);
            for (int i = 0; i < from.Length; i++) y[(row * node.Cells) + i] = (float)((from[i] - mean) / deviation);
        }
    }
}
