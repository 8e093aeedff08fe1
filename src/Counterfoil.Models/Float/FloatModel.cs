using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>
/// A network in float32, as training leaves it or as ONNX brings it. Value 0 is the input, value i the output of <c>Nodes[i − 1]</c>,
/// the last value the output; tensors are flat and row-major, so what only renames cells (Flatten, Reshape) is gone.
/// </summary>
/// <param name="InputLength">Cells of the input.</param>
/// <param name="Nodes">The operators, each reading an earlier value. None at all is the identity.</param>
public sealed record FloatModel(int InputLength, ImmutableArray<FloatNode> Nodes)
{
    /// <summary>Cells of value <paramref name="index"/>.</summary>
    public int Length(int index)
    {
        while (index > 0)
        {
            if (Nodes[index - 1] is FloatGemm gemm) return gemm.Rows * gemm.OutputLength;
            index = Nodes[index - 1].Input;
        }
        return InputLength;
    }

    /// <summary>Cells of the output.</summary>
    public int OutputLength => Length(Nodes.Length);

    /// <summary>A multi-layer perceptron: ReLU after every layer but the last.</summary>
    /// <param name="layers">Weights, row-major OutputLength × InputLength, and biases of each layer.</param>
    /// <exception cref="ArgumentException">There is no layer, or one does not fit the one before it.</exception>
    public static FloatModel Perceptron(params ReadOnlySpan<(ImmutableArray<float> Weights, ImmutableArray<float> Biases)> layers)
    {
        var nodes = ImmutableArray.CreateBuilder<FloatNode>();
        int inputLength = 0, length = 0;
        for (int i = 0; i < layers.Length; i++)
        {
            var (weights, biases) = layers[i];
            int columns = biases.Length == 0 ? 0 : weights.Length / biases.Length;
            if (columns == 0 || columns * biases.Length != weights.Length || (i > 0 && columns != length))
                throw new ArgumentException($"layer {i}: {weights.Length} weights and {biases.Length} biases do not follow {length} cells", nameof(layers));
            if (i > 0) nodes.Add(new FloatRelu(nodes.Count));
            else inputLength = columns;
            nodes.Add(new FloatGemm(nodes.Count, 1, columns, biases.Length, weights, biases));
            length = biases.Length;
        }
        if (length == 0) throw new ArgumentException("a perceptron has at least one layer", nameof(layers));
        return new FloatModel(inputLength, nodes.ToImmutable());
    }
}

/// <summary>One operator.</summary>
/// <param name="Input">The value it reads: 0 is the model's input, i the output of node i − 1.</param>
public abstract record FloatNode(int Input);

/// <summary><c>y = W·x + b</c> for each row of the input.</summary>
/// <param name="Input">The value it reads, <paramref name="Rows"/> × <paramref name="InputLength"/> cells.</param>
/// <param name="Rows">How many inputs it maps at once: 1 unless the model fixes a batch.</param>
/// <param name="InputLength">Columns of W.</param>
/// <param name="OutputLength">Rows of W.</param>
/// <param name="Weights">Row-major, OutputLength × InputLength.</param>
/// <param name="Biases">One per output.</param>
public sealed record FloatGemm(int Input, int Rows, int InputLength, int OutputLength, ImmutableArray<float> Weights, ImmutableArray<float> Biases)
    : FloatNode(Input);

/// <summary><c>y = max(x, 0)</c>, cell by cell.</summary>
/// <param name="Input">The value it reads.</param>
public sealed record FloatRelu(int Input) : FloatNode(Input);
