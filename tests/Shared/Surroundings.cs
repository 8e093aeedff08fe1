namespace Counterfoil.Tests;

/// <summary>What a test needs from outside the repository. Absent on a bare machine, the test skips and says so; in CI it fails.</summary>
static class Surroundings
{
    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Whether <c>COUNTERFOIL_CAMPAIGN</c> asks for the long form of what is quick by default.</summary>
    public static bool IsCampaign { get; } = Environment.GetEnvironmentVariable("COUNTERFOIL_CAMPAIGN") is { Length: > 0 } and not "0";

    /// <summary>A file or folder of test data written by others, which lies beside the checkout.</summary>
    public static string Testdata(string path)
    {
        string full = Path.GetFullPath(Path.Combine(Root, "..", "shared", "testdata", path));
        Require(File.Exists(full) || Directory.Exists(full), $"test data '{path}' is not beside this checkout");
        return full;
    }

    /// <summary>A tool that the test drives: on the PATH, or under <c>node_modules</c> of the checkout's <c>tests/tools</c>.</summary>
    public static string Tool(string name, params string[] candidates)
    {
        var places = candidates.Select(c => Path.Combine(Root, c))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(p => Path.Combine(p, name)));
        string? found = places.FirstOrDefault(File.Exists);
        Require(found is not null, $"'{name}' is not installed");
        return found!;
    }

    /// <summary>Skips the test where something is missing; in CI, fails it.</summary>
    public static void Require(bool present, string missing)
    {
        if (present) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail($"{missing}, and in CI it must be");
        Assert.Skip($"skipped: {missing}");
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Counterfoil.slnx"))) return folder.FullName;
        throw new InvalidOperationException("the tests do not run from inside a checkout");
    }
}
