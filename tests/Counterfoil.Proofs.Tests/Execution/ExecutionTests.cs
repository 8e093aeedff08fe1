using System.Collections.Immutable;
using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Proofs.Tests.Execution;

public sealed class ExecutionTests(ITestOutputHelper output)
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_execution_is_proven_and_verified(string name)
    {
        var model = SmallGraphs.All[name];
        var registered = RegisteredGraph.Register(model);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        for (int seed = 0; seed < 2; seed++)
        {
            var input = SmallGraphs.Input(model.Graph, seed);
            var proven = registered.Prove(input, Context);
            long start = Stopwatch.GetTimestamp();
            var verdict = ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Context), proven.Proof);
            output.WriteLine($"prove {proven.Elapsed.TotalMilliseconds:F2} ms, verify {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F2} ms, {proven.Proof.Length} bytes: {string.Join(", ", proven.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalMilliseconds:F2}"))}");
            Assert.Equal(Verdict.Accept, verdict);
        }
    }
}
