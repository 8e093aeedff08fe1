using System.Diagnostics;
using System.Text.Json;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil bench</c> at its smallest: what programs read of it, and that every part of it runs.</summary>
public sealed class BenchTests
{
    [Theory]
    [InlineData("hash")]
    [InlineData("log")]
    [InlineData("chain")]
    [InlineData("payments")]
    public void Figures_have_the_fields_that_other_programs_rely_on(string verb)
    {
        using var figures = JsonDocument.Parse(Run(verb, "--json"));
        Assert.NotEqual(0, figures.RootElement.GetArrayLength());
        foreach (var figure in figures.RootElement.EnumerateArray())
        {
            Assert.Equal(["case", "figure", "unit", "reference", "referenceFigure", "ratio"], figure.EnumerateObject().Select(f => f.Name));
            Assert.True(figure.GetProperty("figure").GetDouble() > 0, $"{figure}");
            Assert.Equal(figure.GetProperty("reference").ValueKind, figure.GetProperty("referenceFigure").ValueKind == JsonValueKind.Null ? JsonValueKind.Null : JsonValueKind.String);
        }
    }

    [Fact]
    public void A_row_of_proofs_says_what_was_proven_at_what_price()
    {
        using var rows = JsonDocument.Parse(Run("proofs", "--json"));
        // The same model four times: weights public, weights hidden, two inputs in one proof, and the short schedule; then one with convolutions.
        var all = rows.RootElement.EnumerateArray().ToList();
        Assert.Equal(
            [(false, 1, "wide"), (true, 1, "wide"), (true, 2, "wide"), (true, 1, "short")],
            all.Take(4).Select(row => (row.GetProperty("weightsHidden").GetBoolean(), row.GetProperty("batch").GetInt32(), row.GetProperty("schedule").GetString())));
        foreach (var row in all) IsComplete(row);
        Assert.All(all.Take(4), row => Assert.Equal(("MLP 784-128-10", 784 * 128 + 128 + 1280 + 10), (row.GetProperty("model").GetString(), row.GetProperty("parameters").GetInt32())));
        Assert.Equal(2 * all[0].GetProperty("macs").GetInt64(), all[2].GetProperty("macs").GetInt64());
        Assert.Contains(all, row => row.GetProperty("model").GetString() == "lenet5");
    }

    static void IsComplete(JsonElement row)
    {
        Assert.Equal(
            ["model", "batch", "parameters", "macs", "executeMillis", "registerMillis", "proveMillis", "verifyMillis", "proofBytes", "peakBytes", "weightsHidden", "securityBits", "schedule"],
            row.EnumerateObject().Select(f => f.Name));
        Assert.True(row.GetProperty("securityBits").GetDouble() >= 100);
        Assert.True(row.GetProperty("proveMillis").GetDouble() > 0);
        Assert.True(row.GetProperty("peakBytes").GetInt64() > row.GetProperty("proofBytes").GetInt64());
    }

    [Fact]
    public void The_table_in_a_file_names_machine_commit_and_command()
    {
        string path = Path.Combine(Path.GetTempPath(), $"counterfoil-{Guid.NewGuid():N}.md");
        try
        {
            string printed = Run("hash", "--out", path), written = File.ReadAllText(path);
            Assert.StartsWith("`counterfoil bench hash --quick` · commit ", written, StringComparison.Ordinal);
            Assert.Contains($"{Environment.ProcessorCount} cores", written, StringComparison.Ordinal);
            Assert.EndsWith(printed.Trim(), written.Trim(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    static string Run(string verb, params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "counterfoil.dll"), "bench", verb, "--quick", .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return printed;
    }
}
