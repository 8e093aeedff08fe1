namespace Counterfoil.Tests.Log;

/// <summary>Which of a run's operations are failed, each in a run of its own: all of them in a campaign, else some.</summary>
static class FaultSample
{
    /// <summary>Some numbers below <paramref name="operations"/>, one in each of <paramref name="some"/> equal stretches, so that every phase of a run has one. The seed is printed; <c>FAULT_SEED</c> sets it.</summary>
    public static IReadOnlyList<int> Of(int operations, int some)
    {
        if (Surroundings.IsCampaign || operations <= some) return [.. Enumerable.Range(0, operations)];
        var random = Seeded();
        return [.. Enumerable.Range(0, some).Select(i => random.Next(operations * i / some, operations * (i + 1) / some))];
    }

    /// <summary>Chance by a seed that is printed.</summary>
    public static Random Seeded()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FAULT_SEED"), out int asked) ? asked : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"FAULT_SEED={seed}");
        return new(seed);
    }
}
