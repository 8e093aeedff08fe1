using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Training;

/// <summary>
/// Everything that decides a training run besides its data: a multi-layer perceptron with ReLU between its layers, perhaps behind convolutions, trained by mini-batch gradient descent with
/// softmax cross-entropy. Recipe, and batches in their order, give the same weights on every machine, bit for bit.
/// </summary>
/// <remarks>Integers throughout: real numbers are in millionths, divided once in float32, so a recipe has one spelling and one meaning.</remarks>
public sealed partial record TrainingRecipe
{
    /// <summary>Cells of each layer, the input first and the classes last; 2 to 16 layers of 1 to 65,535 cells, at most 2^24 weights each.</summary>
    public required ImmutableArray<int> Layers { get; init; }

    /// <summary>The image that a record's bytes are, when there are convolutions; its cells are <c>Layers[0]</c>.</summary>
    public ImageShape Image { get; init; }

    /// <summary>What comes before the layers, at most 8; the first dense layer then reads what they leave of the image.</summary>
    public ImmutableArray<ConvolutionStage> Convolutions { get; init; } = [];

    /// <summary>How a record's bytes become the first layer: the name of a <see cref="Preprocessing"/>, the same that inference will use.</summary>
    public string Input { get; init; } = Preprocessing.Uint8Shift1.Name;

    /// <summary>How often every record is consumed, 1 to 10,000.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>The most records one step averages over, 1 to 65,536. The last batch of an epoch may be smaller.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The learning rate of the first epoch in millionths, 1 to 10,000,000.</summary>
    public int LearningRateMillionths { get; init; } = 20_000;

    /// <summary>What each later epoch multiplies the learning rate by, in millionths, 1 to 1,000,000 (constant).</summary>
    public int DecayMillionths { get; init; } = 850_000;

    /// <summary>How much of the last step's velocity remains, in millionths, 0 (plain descent) to 999,999.</summary>
    public int MomentumMillionths { get; init; } = 900_000;

    /// <summary>Seeds the initial weights and nothing else. The order of records is the stream's.</summary>
    public ulong Seed { get; init; }

    /// <summary>SHA-256 of <see cref="Encode"/>, whose first line is the domain separator.</summary>
    public Sha256Digest Digest => Sha256.Hash(Encode());

    /// <summary>
    /// The canonical form: ASCII lines ended by LF, in this order, numbers in decimal without sign or leading zeros.
    /// </summary>
    public byte[] Encode() => Encoding.ASCII.GetBytes(
        $"{FirstLine}\nlayers {string.Join(' ', Layers)}\n{(Convolutions.IsEmpty ? "" : $"convolutions {Image} {string.Join(' ', Convolutions)}\n")}input {Input}\nepochs {Epochs}\nbatch-size {BatchSize}\nlearning-rate-millionths {LearningRateMillionths}\n"
        + $"decay-millionths {DecayMillionths}\nmomentum-millionths {MomentumMillionths}\nseed {Seed}\n");

    /// <inheritdoc/>
    public bool Equals(TrainingRecipe? other) => other is not null && Encode().AsSpan().SequenceEqual(other.Encode());

    /// <inheritdoc/>
    public override int GetHashCode() => Digest.GetHashCode();
}
