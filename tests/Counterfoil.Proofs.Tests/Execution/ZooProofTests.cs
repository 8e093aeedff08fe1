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
using Counterfoil.Zk.Security;

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

    /// <summary>163 million weights: what takes minutes and gigabytes is registering it.</summary>
    [Fact]
    public void GPT_2_small_is_registered_and_its_executions_are_proven_with_its_weights_hidden()
    {
        Assert.SkipUnless(Surroundings.IsCampaign, "takes minutes and gigabytes: COUNTERFOIL_CAMPAIGN=1 runs it");
        var (model, inputs) = Quantised("gpt2-small");
        long start = Stopwatch.GetTimestamp();
        using var registered = RegisteredGraph.Register(model, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights });
        Say($"registered in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {string.Join(", ", registered.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalSeconds:F1} s"))}; {registered.RegistrationProof.Length} bytes");
        var (code, layout, ledger) = (registered.Model.Parameters.Code, registered.Model.Layout, registered.Model.Ledger);
        Say($"{code}, {registered.Model.Hidden.Weights.Rows} rows; 2^{registered.Model.Registration.Depth} leaves; {layout.Count} cells, {layout.Leaves} leaves, 2^{layout.ProductVariables} products, 2^{layout.FactorVariables} factors");
        Say($"{ledger.SecurityBits:F2} bits ({ledger.Weakest.Round}), sum {ledger.SumBits:F2}");
        Assert.True(ledger.SecurityBits >= SecurityLedger.LeastBits);
        Assert.Equal(CommittedGraph.Decode(registered.Model.Encode(), out var published), Verdict.Accept);
        start = Stopwatch.GetTimestamp();
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(published!, registered.RegistrationProof));
        Say($"registration verified in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
        var context = new Bytes32(new byte[32]);
        foreach (int[] input in inputs)
        {
            start = Stopwatch.GetTimestamp();
            var proven = registered.Prove(input, context);
            Say($"proven in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {proven.Inference.TotalSeconds:F1} s of it running the model: {string.Join(", ", proven.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalSeconds:F2}"))}; {proven.Proof.Length} bytes");
            var statement = new ExecutionStatement(published!, input, proven.Output.AsMemory(), context);
            for (int run = 0; run < 3; run++)
            {
                start = Stopwatch.GetTimestamp();
                Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven.Proof));
                Say($"verified in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
            }
            Assert.False(ExecutionProof.Verify(statement with { Output = proven.Output.SetItem(7, proven.Output[7] ^ 1).AsMemory() }, proven.Proof).IsAccepted);
        }
        using var process = Process.GetCurrentProcess();
        Say($"peak {process.PeakWorkingSet64 / 1e9:F2} GB");

        void Say(string line)
        {
            output.WriteLine(line);
            TestContext.Current.SendDiagnosticMessage(line);
        }
    }

    // The file and its numbers in floating point are gone when this returns.
    static (IntegerModel Model, int[][] Inputs) Quantised(string name)
    {
        var zoo = ZooModel.All.Single(m => m.Name == name);
        Assert.True(OnnxReader.Read(zoo.Build(), out var read, zoo.Limits).IsAccepted);
        Assert.True(Quantiser.Quantise(read!, ZooModel.Inputs(read!, 1), new QuantiserOptions(), out var model, out _).IsAccepted);
        return (model!, [.. ZooModel.Inputs(read!, 2, seed: 9).Select(x => Quantiser.ToCells(x, model!))]);
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
