using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Prover;

public sealed class InferenceTests(ITestOutputHelper output)
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    [Theory]
    [InlineData(1, new[] { 4, 3, 2 })]
    [InlineData(2, new[] { 1, 1 })]
    [InlineData(3, new[] { 17, 33, 5, 9 })]
    [InlineData(4, new[] { 100, 300, 10 })]
    [InlineData(5, new[] { 784, 128, 10 })]
    [InlineData(6, new[] { 3, 1, 7, 1, 2 })]
    [InlineData(7, new[] { 2, 600, 1 })] // biases, and columns of the witness, of several rows
    [InlineData(8, new[] { 20, 600, 10 })]
    public void An_mlp_is_registered_and_its_inferences_are_proven_and_verified(int seed, int[] sizes)
    {
        foreach (var options in new[] { new RegistrationOptions(), RandomModels.Hidden }) ProveAndVerify(seed, sizes, options);
    }

    [Theory]
    [InlineData(400_000, new[] { 784, 128, 10 })]
    [InlineData(1_000_000, new[] { 4, 1024, 1024, 1024, 1024, 1024, 3 })]
    public void Hidden_weights_with_a_budget_of_64_have_proofs_of_the_size_promised(int most, int[] sizes)
    {
        Assert.SkipWhen(sizes.Length > 3 && !Surroundings.IsCampaign, "4 million weights take seconds to commit");
        ProveAndVerify(5, sizes, new() { Profile = PrivacyProfile.HiddenWeights }, most);
    }

    void ProveAndVerify(int seed, int[] sizes, RegistrationOptions options, int most = int.MaxValue)
    {
        var (graph, parameters) = RandomModels.Mlp(seed, sizes);
        var registered = RegisteredModel.Register(graph, parameters, options);
        output.WriteLine($"{registered.Model.Parameters} registration {registered.RegistrationProof.Length}, {registered.Model.Ledger.SecurityBits:F2} bits, sum {registered.Model.Ledger.SumBits:F2}: {string.Join(", ", registered.Timings)}");
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        if (sizes[1] == 600) Assert.True(registered.Model.Inference.Rows > 1);
        if (seed == 7) Assert.True(registered.Model.Registration.LimbRows > 1);
        for (int i = 0; i < 3; i++)
        {
            var input = RandomModels.Input(seed + i, sizes[0]);
            var proven = registered.Prove(input, Context);
            Assert.Equal(IntegerExecutor.Execute(graph, parameters, input).Output, proven.Output);
            long start = Stopwatch.GetTimestamp();
            var verdict = InferenceProof.Verify(new InferenceStatement(registered.Model, input, proven.Output.AsMemory(), Context), proven.Proof);
            output.WriteLine($"prove {proven.Elapsed.TotalMilliseconds:F2} ms, verify {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F2} ms, {proven.Proof.Length} bytes: {string.Join(", ", proven.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalMilliseconds:F2}"))}");
            Assert.Equal(Verdict.Accept, verdict);
            Assert.InRange(proven.Proof.Length, 0, most);
        }
    }
}
