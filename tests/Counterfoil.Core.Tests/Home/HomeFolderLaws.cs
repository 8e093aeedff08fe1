using System.Diagnostics;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Tests;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Home;

public sealed class HomeFolderLaws : HomeFixture
{
    static readonly StoreSchema Log1 = new("log", 1);

    Verdict TryWrite(params StoreSchema[] stores)
    {
        var verdict = HomeFolder.OpenToWrite(Root, "another", TimeProvider.System, stores, out var home);
        home?.Dispose();
        return verdict;
    }

    [Fact]
    public void One_process_writes_and_a_second_is_told_who_does()
    {
        using (Write())
        {
            var verdict = Assert.IsType<Verdict.Rejected>(TryWrite());
            Assert.Equal(HomeChecks.Lock, verdict.Reason.Check);
            Assert.Contains($"the tests (process {Environment.ProcessId}, since 2", verdict.Reason.Found, StringComparison.Ordinal);
            using var reader = Read();
            Assert.False(reader.IsWriter);
        }
        Assert.Equal(Verdict.Accept, TryWrite());
    }

    [Fact]
    public void The_lock_is_the_operating_systems_and_dies_with_its_process()
    {
        string flock = Surroundings.Tool("flock");
        using (Write())
        {
            using var contender = Process.Start(flock, ["-n", Path.Combine(Root, "lock"), "true"]);
            contender.WaitForExit();
            Assert.Equal(1, contender.ExitCode);
        }
        using var holder = Process.Start(flock, ["-o", Path.Combine(Root, "lock"), "sleep", "20"]);
        try
        {
            var waited = Stopwatch.StartNew();
            while (Refusal(TryWrite()) != HomeChecks.Lock) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), "the other process never got the lock");
        }
        finally
        {
            holder.Kill(); // SIGKILL: nothing is cleaned up
        }
        holder.WaitForExit();
        // Its child, just forked, may need a moment to close the file; the sleep itself lasts longer than we wait.
        var patience = Stopwatch.StartNew();
        Verdict verdict;
        while (!(verdict = TryWrite()).IsAccepted) Assert.True(patience.Elapsed < TimeSpan.FromSeconds(10), verdict.ToString());
    }

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Files_are_0600_and_folders_0700_and_looser_ones_are_refused_with_the_remedy()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Unix modes");
        using (var home = Write())
        using (Keys(home)) { }
        foreach (string path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Append(Root))
            Assert.Equal(Verdict.Accept, PrivateFiles.CheckMode(path));
        File.SetUnixFileMode(Root, File.GetUnixFileMode(Root) | UnixFileMode.GroupRead);
        var verdict = Assert.IsType<Verdict.Rejected>(TryWrite());
        Assert.Equal(HomeChecks.Permissions, verdict.Reason.Check);
        Assert.Contains("chmod 700", verdict.Reason.Expected, StringComparison.Ordinal);
        Assert.Equal(HomeChecks.Permissions, Refusal(HomeFolder.OpenToRead(Root, [], out _)));
    }

    [Fact]
    public void A_folder_of_something_else_does_not_become_a_home()
    {
        PrivateFiles.CreateFolder(Root);
        File.WriteAllText(Path.Combine(Root, "thesis.tex"), "");
        Assert.Equal(HomeChecks.Missing, Refusal(TryWrite()));
        Assert.False(File.Exists(Path.Combine(Root, "home.json")));
        Assert.Equal(HomeChecks.Missing, Refusal(HomeFolder.OpenToRead(Root, [], out _)));
    }

    [Fact]
    public void A_newer_store_is_refused_and_nothing_is_changed()
    {
        Write(new StoreSchema("log", 3)).Dispose();
        string before = File.ReadAllText(Path.Combine(Root, "home.json"));
        var verdict = Assert.IsType<Verdict.Rejected>(TryWrite(new StoreSchema("chain", 1), Log1));
        Assert.Equal((HomeChecks.Version, "3"), (verdict.Reason.Check, verdict.Reason.Found));
        Assert.Contains("update", verdict.Reason.Expected, StringComparison.Ordinal);
        Assert.Equal(HomeChecks.Version, Refusal(HomeFolder.OpenToRead(Root, [Log1], out _)));
        Assert.Equal(before, File.ReadAllText(Path.Combine(Root, "home.json")));
    }

    [Fact]
    public void An_older_store_is_migrated_step_by_step_and_a_failed_step_is_taken_again()
    {
        Write(Log1).Dispose();
        Assert.Equal(HomeChecks.Version, Refusal(HomeFolder.OpenToRead(Root, [new StoreSchema("log", 2)], out _)));
        Assert.Equal(HomeChecks.Version, Refusal(TryWrite(new StoreSchema("log", 2))));
        var steps = new List<(int, int)>();
        bool fail = true;
        var third = new StoreSchema("log", 3, step =>
        {
            steps.Add((step.From, step.To));
            Assert.Equal(Path.Combine(Root, "log"), step.Folder);
            return step.To == 3 && fail ? Verdict.Reject(new Counterfoil.Core.Verdicts.Check("test.migration"), "disk", "none") : Verdict.Accept;
        });
        Assert.Equal("test.migration", Refusal(TryWrite(third))?.Id);
        fail = false;
        using var home = Write(third);
        Assert.Equal([(1, 2), (2, 3), (2, 3)], steps);
        Assert.Equal(3, home.Manifest.Stores["log"]);
    }

    [Fact]
    public void Stores_that_this_program_does_not_know_stay_listed()
    {
        Write(new StoreSchema("federated", 7)).Dispose();
        using var home = Write(Log1);
        Assert.Equal(7, home.Manifest.Stores["federated"]);
    }

    [Fact]
    public void A_write_that_was_interrupted_leaves_the_old_content_and_does_not_hinder_the_next()
    {
        using var home = Write();
        string path = Path.Combine(Root, "file");
        PrivateFiles.Write(path, "old"u8);
        File.WriteAllText(path + ".tmp", "half of the n"); // what a crash before the rename leaves
        Assert.Equal("old", File.ReadAllText(path));
        PrivateFiles.Write(path, "new"u8);
        Assert.Equal("new", File.ReadAllText(path));
        Assert.False(File.Exists(path + ".tmp"));
    }

    [Fact]
    public void A_crash_while_a_home_is_made_does_not_stop_it_from_being_made()
    {
        PrivateFiles.CreateFolder(Root);
        foreach (string left in new[] { "lock", "lock.holder", "lock.holder.tmp", "home.json.tmp" }) PrivateFiles.Write(Path.Combine(Root, left), "half"u8);
        using var home = Write();
        Assert.Equal(1, home.Manifest.Stores["keys"]);
    }

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_manifest_that_others_can_write_is_refused()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Unix modes");
        Write().Dispose();
        File.SetUnixFileMode(Path.Combine(Root, "home.json"), UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        Assert.Equal(HomeChecks.Permissions, Refusal(TryWrite()));
    }

    [Fact]
    public void Any_bytes_in_the_manifest_get_a_verdict()
    {
        var whole = (HomeManifest.Empty with { Stores = new() { ["keys"] = 1, ["log"] = 2 } }).Encode();
        Assert.Equal(Verdict.Accept, HomeManifest.Decode(whole, out _));
        Gen.Select(Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 2], Gen.Byte.Array[0, 60]).Sample((at, value, damage, noise) =>
        {
            int i = at % whole.Length;
            byte[] input = damage switch { 0 => [.. whole[..i], value, .. whole[(i + 1)..]], 1 => whole[..i], _ => noise };
            Assert.Equal(HomeManifest.Decode(input, out var manifest).IsAccepted, manifest is not null);
        });
        foreach (string bad in new[] { "{}", "null", "[]", """{"format":"counterfoil-home","version":1,"stores":{"Keys":1}}""", """{"format":"counterfoil-home","version":1,"stores":{"a":0}}""",
                     """{"format":"other","version":1,"stores":{}}""", """{"format":"counterfoil-home","version":1,"stores":{"a":1,"a":2}}""", """{"format":"counterfoil-home","version":1,"stores":{},"x":1}""",
                     """{"format":"\ud800","version":1,"stores":{}}""", """{"format":"counterfoil-home","version":1,"stores":{"\udc00":1}}""", "{\"format\":\"\u00ff", "[[[[[[" })
            Assert.Equal(HomeChecks.Manifest, Refusal(HomeManifest.Decode(System.Text.Encoding.UTF8.GetBytes(bad), out _)));
        Assert.Equal(HomeChecks.Version, Refusal(HomeManifest.Decode("""{"format":"counterfoil-home","version":2,"stores":{}}"""u8.ToArray(), out _)));
    }
}
