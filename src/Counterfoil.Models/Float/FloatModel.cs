using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>What a model is asked.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dimensions">Its shape.</param>
/// <param name="IsInteger">Whether its cells are whole numbers: token numbers, for one.</param>
public sealed record FloatInput(string Name, ImmutableArray<int> Dimensions, bool IsInteger)
{
    /// <summary>Cells.</summary>
    public int Length => FloatNode.Product(Dimensions);
}

/// <summary>What a model answers.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dimensions">Its shape there.</param>
public sealed record FloatOutput(string Name, ImmutableArray<int> Dimensions);

/// <summary>
/// A network in float32, as training leaves it or as ONNX brings it. Values are numbered: the inputs first, then one for each node. Tensors are flat and row-major, every node
/// knows its own geometry, and so what only renames cells (Flatten, Reshape) is gone; so is everything that depends on constants alone.
/// </summary>
/// <param name="Inputs">What is asked.</param>
/// <param name="Nodes">The operators, each reading earlier values.</param>
/// <param name="Outputs">The values that are the answer.</param>
public sealed record FloatModel(ImmutableArray<FloatInput> Inputs, ImmutableArray<FloatNode> Nodes, ImmutableArray<int> Outputs)
{
    /// <summary>A model of one input and one output, which its last node writes.</summary>
    public FloatModel(int inputLength, ImmutableArray<FloatNode> nodes) : this([new FloatInput("input", [1, inputLength], false)], nodes, [nodes.Length]) { }

    /// <summary>What <see cref="Outputs"/> are called, and the shapes that they are shown in: one for each. Of a model that came from no file, its last node's shape.</summary>
    public ImmutableArray<FloatOutput> OutputTensors
    {
        get => field.IsDefault ? [.. Outputs.Select((v, i) => new FloatOutput(i == 0 ? "output" : $"output{i}", Writer(v) is { Dimensions: { Length: > 0 } shape } ? shape : [1, Length(v)]))] : field;
        init;
    }

    /// <summary>Values in all.</summary>
    public int Values => Inputs.Length + Nodes.Length;

    /// <summary>The node that writes a value, or null for an input.</summary>
    public FloatNode? Writer(int value) => value < Inputs.Length ? null : Nodes[value - Inputs.Length];

    /// <summary>Cells of a value.</summary>
    public int Length(int value) => value < Inputs.Length ? Inputs[value].Length : Nodes[value - Inputs.Length].Length;

    /// <summary>Cells of the only input.</summary>
    public int InputLength => Inputs.Single().Length;

    /// <summary>Cells of the only output.</summary>
    public int OutputLength => Length(Outputs.Single());

    /// <summary>Numbers that the model holds.</summary>
    public long Parameters => Nodes.Sum(n => n switch
    {
        FloatGemm g => (long)g.Weights.Length + g.Biases.Length,
        FloatConvolution c => (long)c.Weights.Length + c.Biases.Length,
        FloatConstant c => c.Cells.Length,
        _ => 0L,
    });

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
            if (i > 0) nodes.Add(new FloatUnary(nodes.Count, length, CellFunction.Relu));
            else inputLength = columns;
            nodes.Add(new FloatGemm(nodes.Count, 1, columns, biases.Length, weights, biases));
            length = biases.Length;
        }
        if (length == 0) throw new ArgumentException("a perceptron has at least one layer", nameof(layers));
        return new FloatModel(inputLength, nodes.ToImmutable());
    }
}
