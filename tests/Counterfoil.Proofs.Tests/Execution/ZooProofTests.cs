using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>Whole models from ONNX to an accepted proof.</summary>
public sealed class ZooProofTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names() => Surroundings.IsCampaign ? ["mlp", "lenet5", "cnn-264k", "dense-4m", "resnet-block", "transformer-block", "nanogpt", "vgg16"] : ["lenet5", "resnet-block", "transformer-block"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_whole_model_is_registered_and_its_executions_are_proven(string name)
    {
        var zoo = ZooModel.All.Single(m => m.Name == name);
        Assert.True(OnnxReader.Read(zoo.Build(), out var read, zoo.Limits).IsAccepted);
        Assert.True(Quantiser.Quantise(read!, ZooModel.Inputs(read!, 2), new QuantiserOptions(), out var model, out _).IsAccepted);
        using var registered = RegisteredGraph.Register(model!);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        var layout = registered.Model.Layout;
        output.WriteLine($"{name}: {layout.Count} cells in 2^{layout.Variables}, {layout.Columns} columns, limbs of {layout.LimbBits} bits, 2^{layout.Depth} leaves, 2^{layout.ProductVariables} products, 2^{layout.FactorVariables} factors, "
            + $"{registered.Model.Ledger.SecurityBits:F1} bits ({registered.Model.Ledger.Weakest.Round}); registered in {string.Join(", ", registered.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalMilliseconds:F0} ms"))}");
        for (int run = 0; run < 2; run++)
        {
            var input = Quantiser.ToCells(ZooModel.Inputs(read!, 1, seed: (ulong)(9 + run))[0], model!);
            var context = new Bytes32(new byte[32]);
            var proven = registered.Prove(input, context);
            long start = Stopwatch.GetTimestamp();
            var verdict = ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), context), proven.Proof);
            output.WriteLine($"prove {proven.Elapsed.TotalMilliseconds:F0} ms, verify {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms, {proven.Proof.Length} bytes: {string.Join(", ", proven.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalMilliseconds:F0}"))}");
            Assert.Equal(Verdict.Accept, verdict);
        }
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("convolution")]
    [InlineData("row gather")]
    public void Executions_with_hidden_weights_are_proven_and_no_two_proofs_are_alike(string name)
    {
        var model = SmallGraphs.All[name];
        using var registered = RegisteredGraph.Register(model, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2 });
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        var input = SmallGraphs.Input(model.Graph, 1);
        var context = new Bytes32(new byte[32]);
        byte[][] proofs = new byte[2][];
        for (int i = 0; i < 2; i++)
        {
            var proven = registered.Prove(input, context);
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), context), proven.Proof));
            proofs[i] = proven.Proof;
        }
        Assert.NotEqual(proofs[0], proofs[1]);
        Assert.False(registered.TryProve(input, context, out _).IsAccepted);
    }
}
