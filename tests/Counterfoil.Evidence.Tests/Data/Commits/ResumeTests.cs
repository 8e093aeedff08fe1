using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data.Commits;

public sealed class ResumeTests(ITestOutputHelper output)
{
    static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

    static readonly CommitOptions Options = new() { BatchRecords = 100, BatchBytes = 1 << 12, SortedAtOnce = 500, CheckpointInterval = TimeSpan.Zero };

    static Verdict Run(CommitPlan plan, FragileFiles files, out CommitmentResult? result) => FolderCommit.Run(plan, files, out result, Options, default);

    [Theory, InlineData(true), InlineData(false)]
    public void Whichever_write_fails_the_next_run_gives_the_same_roots(bool lost)
    {
        var records = Lines.Make(1_200, repeat: 4);
        var (plan, expected) = (Lines.Plan(records, 3), Lines.Expected(records));
        var whole = new FragileFiles();
        Assert.True(Run(plan, whole, out _).IsAccepted);
        output.WriteLine($"{whole.Operations} operations");
        Assert.InRange(whole.Operations, 40, 400);
        for (int at = 1; at <= whole.Operations; at++)
        {
            var files = new FragileFiles { FailAt = at };
            Assert.Throws<IOException>(() => Run(plan, files, out _));
            files.Restart(lost);
            var verdict = Run(plan, files, out var result);
            Assert.True(verdict.IsAccepted, $"operation {at}: {verdict}");
            Assert.Equal(expected, result);
            Assert.True(CommitmentFolder.Open(files, out var folder).IsAccepted);
            using (folder) Assert.True(folder!.Inclusion(at % 1_200, out _).IsAccepted);
        }
    }

    [Fact]
    public void A_run_that_fails_again_and_again_comes_to_its_end_all_the_same()
    {
        var records = Lines.Make(1_500);
        var files = new FragileFiles();
        CommitmentResult? result = null;
        int failures = 0;
        for (int at = 20; result is null; at++)
            try
            {
                files.FailAt = at;
                Assert.True(Run(Lines.Plan(records, 2), files, out result).IsAccepted);
            }
            catch (IOException)
            {
                failures++;
                files.Restart(lost: failures % 2 == 0);
            }
        output.WriteLine($"{failures} failures");
        Assert.Equal(Lines.Expected(records), result);
        Assert.InRange(failures, 2, 1000);
    }

    [Fact]
    public void A_run_goes_on_where_it_was_and_reads_nothing_twice()
    {
        var records = Lines.Make(5_000);
        var files = new FragileFiles { FailAt = 60 };
        Assert.Throws<IOException>(() => Run(Lines.Plan(records, 1), files, out _));
        files.Restart(lost: true);
        Assert.True(ShardCheckpoint.Decode(files.Read("checkpoint", 4096), out var checkpoint).IsAccepted);
        Assert.InRange(checkpoint!.Records, 1_000, 4_900);
        long first = 0;
        var options = Options with { Progress = p => first = first == 0 ? p.Records : first };
        Assert.True(FolderCommit.Run(Lines.Plan(records, 1), files, out var result, options, default).IsAccepted);
        Assert.InRange(first, checkpoint.Records + 1, checkpoint.Records + 100);
        Assert.Equal(Lines.Expected(records), result);
    }

    static FragileFiles Interrupted(CommitPlan plan)
    {
        var files = new FragileFiles { FailAt = 60 };
        Assert.Throws<IOException>(() => Run(plan, files, out _));
        files.Restart(lost: true);
        return files;
    }

    [Fact]
    public void A_file_that_changed_meanwhile_is_refused_by_its_name()
    {
        var records = Lines.Make(5_000);
        var verdict = Run(Lines.Plan(records, 2, identity: "touched"), Interrupted(Lines.Plan(records, 2)), out _);
        Refused(DataChecks.CommitChanged, verdict);
        Assert.Contains("part-001.jsonl", verdict.ToString(), StringComparison.Ordinal);
        Refused(DataChecks.CommitChanged, Run(Lines.Plan(Lines.Make(5_001), 2), Interrupted(Lines.Plan(records, 2)), out _)); // one record longer
        // Finished too: a folder's commitment is not that of files that came later.
        var files = new FragileFiles();
        Assert.True(Run(Lines.Plan(records, 2), files, out var first).IsAccepted);
        Assert.True(Run(Lines.Plan(records, 2), files, out var again).IsAccepted);
        Assert.Equal(first, again);
        Refused(DataChecks.CommitChanged, Run(Lines.Plan(records, 2, identity: "touched"), files, out _));
    }

    [Fact]
    public void Another_shards_folder_is_refused()
    {
        var plan = Lines.Plan(Lines.Make(5_000), 2);
        Refused(DataChecks.CommitFolder, ShardCommit.Run(plan, 1, 2, Interrupted(plan), Options, default, out _));
    }

    [Fact]
    public void Leaves_that_are_not_those_of_the_checkpoint_are_refused()
    {
        var plan = Lines.Plan(Lines.Make(5_000), 2);
        var files = Interrupted(plan);
        var leaves = files.Read("leaves", int.MaxValue)!;
        leaves[500] ^= 1;
        files.Replace("leaves", leaves);
        Refused(DataChecks.CommitCheckpoint, Run(plan, files, out _));
        files.Replace("leaves", leaves.AsSpan(0, 600));
        Refused(DataChecks.CommitCheckpoint, Run(plan, files, out _));
        files.Replace("checkpoint", new ShardCheckpoint(plan.Digest, 1, 1, default, 0, 0, default).ToBytes());
        Refused(DataChecks.CommitCheckpoint, Run(plan, files, out _));
        files.Replace("checkpoint", [0x81, 0x00]);
        Assert.False(Run(plan, files, out _).IsAccepted);
    }
}
