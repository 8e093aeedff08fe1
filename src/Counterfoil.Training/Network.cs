using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Models;
using Counterfoil.Training.Arithmetic;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Training;

/// <summary>A network in training: forward, backward, descend. One step is a few products and otherwise cell-by-cell work.</summary>
sealed class Network
{
    readonly TrainingRecipe recipe;
    readonly Kernels kernels;
    readonly int threads;
    readonly float[] decoded = new float[256];
    readonly SearchValues<byte> bytesWithoutCell;
    readonly ConvolutionLayer[] convolutions;
    readonly Layer[] layers;
    readonly Matrix inputs;
    readonly float momentum, decay;
    float rate;

    /// <summary>One layer: its weights lie input-major, so that both products of a step run along rows.</summary>
    sealed class Layer(int inputLength, int outputLength, int batchSize)
    {
        public readonly Matrix Weights = new(inputLength, outputLength), Velocity = new(inputLength, outputLength), Gradient = new(inputLength, outputLength);
        public readonly Matrix Biases = new(1, outputLength), BiasVelocity = new(1, outputLength), BiasGradient = new(1, outputLength);
        public readonly Matrix Transposed = new(outputLength, inputLength);
        public readonly Matrix Output = new(batchSize, outputLength), Delta = new(batchSize, outputLength);
    }

    public Network(TrainingRecipe recipe, Kernels kernels, int threads)
    {
        (this.recipe, this.kernels, this.threads) = (recipe, kernels, threads);
        rate = recipe.LearningRateMillionths / 1e6f;
        decay = recipe.DecayMillionths / 1e6f;
        momentum = recipe.MomentumMillionths / 1e6f;
        inputs = new Matrix(recipe.BatchSize, recipe.Layers[0]);
        convolutions = new ConvolutionLayer[recipe.Convolutions.Length];
        var image = recipe.Image;
        for (int i = 0; i < convolutions.Length; i++)
        {
            convolutions[i] = new ConvolutionLayer(image, recipe.Convolutions[i], recipe.BatchSize);
            image = convolutions[i].To;
            Initialise(convolutions[i].Weights, recipe.Seed, i);
        }
        layers = new Layer[recipe.Layers.Length - 1];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = new Layer(i == 0 && convolutions.Length > 0 ? (int)image.Cells : recipe.Layers[i], recipe.Layers[i + 1], recipe.BatchSize);
            Initialise(layers[i].Weights, recipe.Seed, convolutions.Length + i);
        }
        Preprocessing.TryFind(recipe.Input, out var preprocessing);
        var without = new List<byte>();
        for (int value = 0; value < 256; value++)
        {
            if (Preprocessing.Apply(recipe.Input, [(byte)value], out var cell).IsAccepted) decoded[value] = cell![0] / (float)preprocessing!.Denominator;
            else without.Add((byte)value);
        }
        bytesWithoutCell = SearchValues.Create([.. without]);
    }

    /// <summary>
    /// Uniform in [−a, a), a = √(6/InputLength) (K. He et al. 2015, for ReLU), row-major by output: SplitMix64 seeded by
    /// SHA-256(<c>counterfoil/training-weights/v1</c> ‖ seed as uint64 ‖ layer as int32, little-endian). Biases start at zero.
    /// </summary>
    static void Initialise(Matrix weights, ulong seed, int layer)
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong) + sizeof(int)];
        BinaryPrimitives.WriteUInt64LittleEndian(salt, seed);
        BinaryPrimitives.WriteInt32LittleEndian(salt[sizeof(ulong)..], layer);
        var random = SplitMix64.For(Domains.TrainingWeights, salt);
        // The square root is an IEEE operation: correctly rounded everywhere.
        float a = MathF.Sqrt(6f / weights.Rows);
        for (int output = 0; output < weights.Columns; output++)
            for (int input = 0; input < weights.Rows; input++) weights[input, output] = (float)((float)((float)(2f * random.NextUnit()) - 1f) * a);
    }

    /// <summary>Ends an epoch.</summary>
    public void Decay() => rate = (float)(rate * decay);

    /// <summary>One step of gradient descent; the sum of the records' losses before it.</summary>
    public double Step(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> labels)
    {
        int count = labels.Length;
        if (bytes.ContainsAny(bytesWithoutCell)) throw new ArgumentException($"a byte has no cell under {recipe.Input}", nameof(bytes));
        for (int row = 0; row < count; row++)
        {
            var cells = inputs.Row(row);
            var record = bytes.Slice(row * cells.Length, cells.Length);
            for (int i = 0; i < cells.Length; i++) cells[i] = decoded[record[i]];
        }
        Forward(count);
        double loss = Softmax(layers[^1], labels);
        Backward(count);
        foreach (var convolution in convolutions)
        {
            Descend(convolution.Weights, convolution.Velocity, convolution.Gradient);
            Descend(convolution.Biases, convolution.BiasVelocity, convolution.BiasGradient);
        }
        foreach (var layer in layers)
        {
            Descend(layer.Weights, layer.Velocity, layer.Gradient);
            Descend(layer.Biases, layer.BiasVelocity, layer.BiasGradient);
        }
        return loss;
    }

    void Forward(int count)
    {
        var x = inputs;
        foreach (var convolution in convolutions)
        {
            convolution.Unfold(x, count);
            Product(convolution.Windows, false, convolution.Weights, convolution.Biases, convolution.Sums, convolution.Weights.Rows, count * convolution.Window.Positions);
            convolution.Pool(count);
            x = convolution.Output;
        }
        foreach (var layer in layers)
        {
            Product(x, false, layer.Weights, layer.Biases, layer.Output, layer.Weights.Rows, count);
            if (layer != layers[^1])
            {
                var cells = layer.Output.Cells.AsSpan(0, count * layer.Output.Stride);
                for (int i = 0; i < cells.Length; i++) cells[i] = cells[i] < 0 ? 0 : cells[i];   // NaN stays: a run that diverges shows it
            }
            x = layer.Output;
        }
    }

    /// <summary>Delta = (softmax(z) − one-hot(label)) · (1/count): the gradient of the mean loss by the logits.</summary>
    static double Softmax(Layer last, ReadOnlySpan<byte> labels)
    {
        double loss = 0;
        float share = 1f / labels.Length;
        for (int row = 0; row < labels.Length; row++)
        {
            Span<float> z = last.Output.Row(row), delta = last.Delta.Row(row);
            float largest = z[0], sum = 0;
            for (int i = 1; i < z.Length; i++) largest = z[i] > largest ? z[i] : largest;
            for (int i = 0; i < z.Length; i++) sum = (float)(sum + (delta[i] = Elementary.Exp((float)(z[i] - largest))));
            loss += (float)(Elementary.Log(sum) - (float)(z[labels[row]] - largest));
            for (int i = 0; i < z.Length; i++)
            {
                float p = (float)(delta[i] / sum);
                delta[i] = (float)((i == labels[row] ? (float)(p - 1f) : p) * share);
            }
        }
        return loss;
    }

    void Backward(int count)
    {
        for (int i = layers.Length - 1; i >= 0; i--)
        {
            var layer = layers[i];
            var x = i > 0 ? layers[i - 1].Output : convolutions.Length > 0 ? convolutions[^1].Output : inputs;
            Product(x, true, layer.Delta, null, layer.Gradient, count, layer.Weights.Rows);
            SumRows(layer.Delta, count, layer.BiasGradient);
            if (i == 0)
            {
                if (convolutions.Length == 0) break;
                layer.Weights.TransposeTo(layer.Transposed);
                Product(layer.Delta, false, layer.Transposed, null, convolutions[^1].OutputDelta, layer.Weights.Columns, count);
                break;
            }
            var below = layers[i - 1];
            layer.Weights.TransposeTo(layer.Transposed);
            Product(layer.Delta, false, layer.Transposed, null, below.Delta, layer.Weights.Columns, count);
            Span<float> d = below.Delta.Cells.AsSpan(0, count * below.Delta.Stride), y = below.Output.Cells;
            for (int c = 0; c < d.Length; c++)
                if (!(y[c] > 0)) d[c] = 0;
        }
        for (int i = convolutions.Length - 1; i >= 0; i--)
        {
            var layer = convolutions[i];
            int rows = count * layer.Window.Positions;
            layer.Unpool(count);
            Product(layer.Windows, true, layer.Delta, null, layer.Gradient, rows, layer.Weights.Rows);
            SumRows(layer.Delta, rows, layer.BiasGradient);
            if (i == 0) break;
            layer.Weights.TransposeTo(layer.Transposed);
            Product(layer.Delta, false, layer.Transposed, null, layer.WindowDelta, layer.Weights.Columns, rows);
            layer.Fold(convolutions[i - 1].OutputDelta, count);
        }
    }

    /// <summary>The sum of rows, in ascending order.</summary>
    static void SumRows(Matrix rows, int count, Matrix result)
    {
        result.Cells.AsSpan().Clear();
        var sum = result.Row(0);
        for (int row = 0; row < count; row++)
        {
            var cells = rows.Row(row);
            for (int o = 0; o < cells.Length; o++) sum[o] = (float)(sum[o] + cells[o]);
        }
    }

    /// <summary>C = initial + A·B, or Aᵀ·B; rows of C are shared out among the threads.</summary>
    unsafe void Product(Matrix a, bool transposed, Matrix b, Matrix? initial, Matrix c, int inner, int rows)
    {
        (int aInner, int aRow) = transposed ? (a.Stride, 1) : (1, a.Stride);
        if (threads == 1) Rows(0, rows);
        else
        {
            // Multiples of 4 rows: the kernels' tile.
            int share = ((rows + threads - 1) / threads + 3) / 4 * 4;
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t => Rows(Math.Min(rows, t * share), Math.Min(rows, (t + 1) * share)));
        }

        void Rows(int from, int to)
        {
            fixed (float* pa = a.Cells, pb = b.Cells, pc = c.Cells, pi = initial?.Cells) kernels.Multiply(pa, aInner, aRow, inner, pb, pi, pc, c.Stride, from, to);
        }
    }

    unsafe void Descend(Matrix weights, Matrix velocity, Matrix gradient)
    {
        fixed (float* w = weights.Cells, v = velocity.Cells, g = gradient.Cells) kernels.Descend(w, v, g, weights.Cells.Length, rate, momentum);
    }

    /// <summary>A copy of the network as it is now.</summary>
    public FloatModel ToModel()
    {
        if (convolutions.Length == 0) return FloatModel.Perceptron([.. layers.Select(l => (ByOutput(l.Weights), ImmutableArray.Create(l.Biases.Row(0))))]);
        var nodes = ImmutableArray.CreateBuilder<FloatNode>();
        foreach (var c in convolutions)
        {
            nodes.Add(new FloatConvolution(nodes.Count, c.Window, 1, c.Weights.Columns, ByOutput(c.Weights), [.. c.Biases.Row(0)]));
            nodes.Add(new FloatUnary(nodes.Count, nodes[^1].Length, CellFunction.Relu));
            nodes.Add(new FloatPool(nodes.Count, new Window(1, c.To.Channels, c.Window.OH, c.Window.OW, 2, 2, 2, 2, 0, 0, 1, 1, c.To.Height, c.To.Width), IsMaximum: true, CountPadding: false));
        }
        foreach (var layer in layers)
        {
            if (layer != layers[0]) nodes.Add(new FloatUnary(nodes.Count, layer.Weights.Rows, CellFunction.Relu));
            nodes.Add(new FloatGemm(nodes.Count, 1, layer.Weights.Rows, layer.Weights.Columns, ByOutput(layer.Weights), [.. layer.Biases.Row(0)]));
        }
        return new FloatModel([new FloatInput("input", [1, recipe.Image.Channels, recipe.Image.Height, recipe.Image.Width], false)], nodes.ToImmutable(), [nodes.Count]);
    }

    static ImmutableArray<float> ByOutput(Matrix weights)
    {
        var rows = new float[weights.Columns * weights.Rows];
        for (int output = 0; output < weights.Columns; output++)
            for (int input = 0; input < weights.Rows; input++) rows[(output * weights.Rows) + input] = weights[input, output];
        return [.. rows];
    }
}
