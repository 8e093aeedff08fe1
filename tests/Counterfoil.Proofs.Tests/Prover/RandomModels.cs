using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Perceptrons and inputs from a seed: the same for every run.</summary>
static class RandomModels
{
    /// <summary>Hidden weights and a small budget: small proofs of small models.</summary>
    public static RegistrationOptions Hidden { get; } = new() { Profile = PrivacyProfile.HiddenWeights, Budget = 3 };

    /// <summary>A chain of layers, each a linear map and its requantisation; every layer but the last has ReLU. Scales are such that a typical accumulator lands around ±127, so that results partly saturate.</summary>
    public static IntegerModel Mlp(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        var (nodes, hidden) = (new List<Primitive>(), new List<HiddenCells>());
        for (int l = 1; l < sizes.Length; l++)
        {
            int inputs = sizes[l - 1], outputs = sizes[l], shift = random.Next(15, 47), biasBits = random.Next(2, 17);
            double scale = Math.ScaleB(127 / (Math.Sqrt(inputs) * 40 * 40), shift);
            nodes.Add(new LinearMap(nodes.Count, Window.Rows(1, inputs), 1, outputs, biasBits));
            hidden.Add(new HiddenCells(
                [.. Enumerable.Range(0, inputs * outputs).Select(_ => (sbyte)random.Next(-127, 128))],
                [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-(1 << (biasBits - 1)), 1 << (biasBits - 1)))]));
            nodes.Add(new Requantise(nodes.Count, outputs, [.. Enumerable.Range(0, outputs).Select(_ => (uint)Math.Clamp(scale * (0.25 + random.NextDouble()), 1, int.MaxValue))], 1, shift, l < sizes.Length - 1 ? 0 : -127, 127));
            hidden.Add(HiddenCells.None);
        }
        return new IntegerModel(new IntegerGraph(new GraphInput(sizes[0], -127, 127), [], [.. nodes], nodes.Count), [.. hidden], 1, 1);
    }

    /// <summary>An input of cells in [−127, 127].</summary>
    public static int[] Input(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(-127, 128))];
    }

    public static RegisteredGraph Register(int seed, params int[] sizes) => Register(seed, null, sizes);

    public static RegisteredGraph Register(int seed, RegistrationOptions? options, params int[] sizes) => RegisteredGraph.Register(Mlp(seed, sizes), options);

    /// <summary>The same model with another value of one weight.</summary>
    public static IntegerModel WithWeight(IntegerModel model, int node, int weight, sbyte value) =>
        model with { Hidden = model.Hidden.SetItem(node, model.Hidden[node] with { Weights = model.Hidden[node].Weights.SetItem(weight, value) }) };
}
