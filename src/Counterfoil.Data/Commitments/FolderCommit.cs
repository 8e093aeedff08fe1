using System.Runtime.ExceptionServices;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments;

/// <summary>Commits to a data set of any size, in bounded memory, in a folder that proofs are made from (<see cref="CommitmentFolder"/>). Started again after a crash, it goes on.</summary>
public static class FolderCommit
{
    /// <summary>Commits to a whole plan.</summary>
    /// <param name="plan">What is read.</param>
    /// <param name="folder">Where the commitment goes: a new folder, or one that this very commit began.</param>
    /// <param name="result">What is committed to, when accepted.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellation">Stops; begun again, it goes on from the last checkpoint.</param>
    /// <exception cref="IOException">The data cannot be read, or the folder not be written.</exception>
    public static Verdict Run(CommitPlan plan, string folder, out CommitmentResult? result, CommitOptions? options = null, CancellationToken cancellation = default) =>
        Run(plan, new DurableFolder(folder), out result, options ?? new(), cancellation);

    internal static Verdict Run(CommitPlan plan, IDurableFiles files, out CommitmentResult? result, CommitOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        result = null;
        var verdict = ShardCommit.Run(plan, 1, 1, files, options, cancellation, out var facts);
        if (!verdict.IsAccepted) return verdict;
        verdict = FindWhole(files, facts!, out result);
        if (!verdict.IsAccepted || result is not null) return verdict;
        using var leaves = files.OpenToRead(LeafFile.FileName);
        if (leaves is null) return Verdict.Reject(DataChecks.ShardLeaves, $"the file '{LeafFile.FileName}'", "none");
        return Unwrapped(() =>
        {
            var built = new TreeBuild(files, options, cancellation).Run([new(facts!, leaves)], null, out var made);
            return (built, made);
        }, out result);
    }

    /// <summary>Hashes one shard of a plan; its folder is for merging, once all are there.</summary>
    /// <param name="plan">The whole plan, the same for every shard.</param>
    /// <param name="shard">Which shard, from 1.</param>
    /// <param name="shards">Of how many.</param>
    /// <param name="folder">The shard's own folder.</param>
    /// <param name="facts">What the shard signs off, when accepted.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellation">Stops; begun again, it goes on from the last checkpoint.</param>
    /// <exception cref="IOException">The data cannot be read, or the folder not be written.</exception>
    public static Verdict RunShard(CommitPlan plan, int shard, int shards, string folder, out ShardFacts? facts, CommitOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return ShardCommit.Run(plan, shard, shards, new DurableFolder(folder), options ?? new(), cancellation, out facts);
    }

    /// <summary>Joins shards: the roots are those of one run.</summary>
    /// <param name="shards">Each shard's folder, in the order of the shards.</param>
    /// <param name="folder">Where the commitment goes.</param>
    /// <param name="result">What is committed to, when accepted.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellation">Stops; begun again, it begins anew.</param>
    /// <exception cref="IOException">A shard cannot be read, or the folder not be written.</exception>
    public static Verdict Merge(IReadOnlyList<string> shards, string folder, out CommitmentResult? result, CommitOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shards);
        if (shards.FirstOrDefault(s => !Directory.Exists(s)) is { } missing) throw new DirectoryNotFoundException($"there is no folder '{missing}'");
        return Merge([.. shards.Select(s => new DurableFolder(s))], new DurableFolder(folder), out result, options ?? new(), cancellation);
    }

    internal static Verdict Merge(IReadOnlyList<IDurableFiles> shards, IDurableFiles files, out CommitmentResult? result, CommitOptions options, CancellationToken cancellation)
    {
        result = null;
        var sources = new List<TreeBuild.Source>();
        try
        {
            var all = new List<ShardFacts>();
            foreach (var shard in shards)
            {
                if (shard.Read(ShardFacts.FileName, ShardFacts.MaxBytes + 1) is not { } found) return Verdict.Reject(DataChecks.ShardForm, $"a finished shard, with the file '{ShardFacts.FileName}'", $"none in folder {all.Count + 1}");
                var read = ShardFacts.Decode(found, out var facts);
                if (!read.IsAccepted) return read;
                all.Add(facts!);
            }
            var verdict = Check(all);
            if (!verdict.IsAccepted) return verdict;
            if (files.Read(ShardFacts.FileName, 1) is not null) return Verdict.Reject(DataChecks.CommitFolder, "a folder that is no shard's", "a shard's");
            verdict = FindWhole(files, all[0], out _);
            if (!verdict.IsAccepted) return verdict;
            for (int i = 0; i < shards.Count; i++)
            {
                if (shards[i].OpenToRead(LeafFile.FileName) is not { } leaves) return Verdict.Reject(DataChecks.ShardLeaves, $"the file '{LeafFile.FileName}' of shard {i + 1}", "none");
                sources.Add(new(all[i], leaves));
            }
            files.Delete(CommitmentFacts.FileName);
            using var copy = files.Open(LeafFile.FileName);
            return Unwrapped(() =>
            {
                var built = new TreeBuild(files, options, cancellation).Run(sources, copy, out var made);
                return (built, made);
            }, out result);
        }
        finally
        {
            foreach (var source in sources) source.File.Dispose();
        }
    }

    /// <summary>All shards of one plan, each once, in order, end to end.</summary>
    static Verdict Check(List<ShardFacts> all)
    {
        if (all.Count == 0) return Verdict.Reject(DataChecks.ShardMissing, "a shard", "none");
        var first = all[0];
        foreach (var facts in all)
            if ((facts.Plan, facts.Shards, facts.Canonicaliser, facts.Parts) != (first.Plan, first.Shards, first.Canonicaliser, first.Parts))
                return Verdict.Reject(DataChecks.ShardPlan, $"shards of plan {first.Plan} in {first.Shards}, {first.Canonicaliser}", $"one of {facts.Plan} in {facts.Shards}, {facts.Canonicaliser}");
        if (all.GroupBy(f => f.Shard).FirstOrDefault(g => g.Count() > 1) is { } twice) return Verdict.Reject(DataChecks.ShardTwice, $"shard {twice.Key} once", $"{twice.Count()} times");
        if (all.Count < first.Shards) return Verdict.Reject(DataChecks.ShardMissing, $"all {first.Shards} shards", $"none that is shard {Enumerable.Range(1, first.Shards).Except(all.Select(f => f.Shard)).First()}");
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Shard != i + 1) return Verdict.Reject(DataChecks.ShardOrder, $"shard {i + 1} of {first.Shards} in place {i + 1}", $"shard {all[i].Shard}");
            var begin = i == 0 ? default : all[i - 1].To;
            if (all[i].From != begin) return Verdict.Reject(DataChecks.ShardRange, $"shard {i + 1} from {begin}", $"from {all[i].From}");
        }
        return all[^1].To == new PlanPlace(first.Parts, 0) ? Verdict.Accept : Verdict.Reject(DataChecks.ShardRange, $"the last shard up to {new PlanPlace(first.Parts, 0)}", $"up to {all[^1].To}");
    }

    /// <summary>A commitment that is in the folder already.</summary>
    static Verdict FindWhole(IDurableFiles files, ShardFacts facts, out CommitmentResult? result)
    {
        result = null;
        if (files.Read(CommitmentFacts.FileName, CommitmentFacts.MaxBytes + 1) is not { } found) return Verdict.Accept;
        var verdict = CommitmentFacts.Decode(found, out var read);
        if (!verdict.IsAccepted) return verdict;
        if (read!.Plan != facts.Plan) return Verdict.Reject(DataChecks.CommitFolder, $"a folder of plan {facts.Plan}", $"a commitment of plan {read.Plan}");
        result = read.Result;
        return Verdict.Accept;
    }

    /// <summary>A disk that fails under several threads is the disk's exception to whoever commits.</summary>
    static Verdict Unwrapped(Func<(Verdict, CommitmentResult?)> build, out CommitmentResult? result)
    {
        try
        {
            (var verdict, result) = build();
            return verdict;
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
            throw;
        }
    }
}
