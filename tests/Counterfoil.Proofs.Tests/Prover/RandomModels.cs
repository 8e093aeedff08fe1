using System.Collections.Immutable;
using Counterfoil.Prover;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Models and inputs from a seed: the same for every run.</summary>
static class RandomModels
{
    /// <summary>Hidden weights and a small budget: small proofs of small models.</summary>
    public static RegistrationOptions Hidden { get; } = new() { Profile = PrivacyProfile.HiddenWeights, Budget = 3 };

    /// <summary>A chain of layers; every layer but the last has ReLU.</summary>
    public static (Graph Graph, ImmutableArray<GemmParameters> Parameters) Mlp(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var parameters = ImmutableArray.CreateBuilder<GemmParameters>();
        for (int l = 1; l < sizes.Length; l++) Add(random, nodes, parameters, l - 1, sizes[l - 1], sizes[l], l < sizes.Length - 1);
        return (new Graph(sizes[0], nodes.ToImmutable()), parameters.ToImmutable());
    }

    /// <summary>Appends a Gemm whose results partly saturate: scales are such that a typical accumulator lands around ±127.</summary>
    public static void Add(Random random, ImmutableArray<Node>.Builder nodes, ImmutableArray<GemmParameters>.Builder parameters, int input, int inputs, int outputs, bool relu)
    {
        int shift = random.Next(15, 47);
        double scale = Math.ScaleB(127 / (Math.Sqrt(inputs) * 40 * 40), shift);
        var multipliers = Enumerable.Range(0, outputs).Select(_ => (uint)Math.Clamp(scale * (0.25 + random.NextDouble()), 1, int.MaxValue)).ToImmutableArray();
        int bias = 1 << random.Next(1, 16);
        nodes.Add(new Gemm(input, inputs, outputs, new Requantisation(multipliers, shift), relu));
        parameters.Add(new GemmParameters(
            [.. Enumerable.Range(0, inputs * outputs).Select(_ => (sbyte)random.Next(-127, 128))],
            [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-bias, bias))]));
    }

    /// <summary>An input of cells in [−127, 127].</summary>
    public static sbyte[] Input(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (sbyte)random.Next(-127, 128))];
    }

    public static RegisteredModel Register(int seed, params int[] sizes) => Register(seed, null, sizes);

    public static RegisteredModel Register(int seed, RegistrationOptions? options, params int[] sizes)
    {
        var (graph, parameters) = Mlp(seed, sizes);
        return RegisteredModel.Register(graph, parameters, options);
    }
}
