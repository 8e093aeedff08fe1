using System.Globalization;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>Many runs of a scenario, each from its seed: <c>FAULT_SEED</c> replays one, <c>COUNTERFOIL_CAMPAIGN=1</c> makes it thousands.</summary>
static class FaultRuns
{
    /// <summary>Runs them all and requires that each fault of a list came about in a tenth as many cases as there are runs.</summary>
    /// <param name="quick">How many by default.</param>
    /// <param name="campaign">How many in a campaign.</param>
    /// <param name="run">Runs the scenario of a seed; returns which faults there were, and how often.</param>
    /// <param name="required">The faults without which the runs show nothing.</param>
    public static async Task RunAsync(int quick, int campaign, Func<int, Task<IEnumerable<KeyValuePair<string, int>>>> run, params string[] required)
    {
        if (Environment.GetEnvironmentVariable("FAULT_SEED") is { } replay)
        {
            await run(int.Parse(replay, CultureInfo.InvariantCulture));
            return;
        }
        int runs = Surroundings.IsCampaign ? campaign : quick;
        var totals = new Dictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(1, runs), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (seed, _) =>
        {
            IEnumerable<KeyValuePair<string, int>> faults;
            try { faults = await run(seed); }
            catch (Exception wrong) { throw new InvalidOperationException($"FAULT_SEED={seed}: {wrong.Message}", wrong); }
            lock (totals)
                foreach (var (fault, count) in faults) totals[fault] = totals.GetValueOrDefault(fault) + count;
        });
        foreach (var (fault, count) in totals.OrderBy(t => t.Key, StringComparer.Ordinal)) TestContext.Current.TestOutputHelper?.WriteLine($"{count,7} {fault}");
        Assert.All(required, fault => Assert.True(totals.GetValueOrDefault(fault) > runs / 10, fault));
    }
}
