using Counterfoil.DevChain.Measurements;

namespace Counterfoil.Chain.Tests.DevChain;

public sealed class ChainBenchmarkTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_figure_is_measured_and_positive()
    {
        var figures = ChainBenchmark.Run(seconds: 0.05);
        Assert.Equal(4, figures.Count);
        Assert.All(figures, figure => Assert.True(figure.PerSecond > 0));
    }

    [Fact(Explicit = true)]
    public void The_figures_of_this_machine()
    {
        foreach (var figure in ChainBenchmark.Run(seconds: 3)) output.WriteLine($"{figure.Name}: {figure.PerSecond:F1} {figure.Unit}/s, {figure.PerProcessorSecond:F1} per second of the processor");
    }
}
