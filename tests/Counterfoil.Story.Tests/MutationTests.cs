using Counterfoil.Evidence.Verification;

namespace Counterfoil.Story.Tests;

/// <summary>Any single changed byte of a bundle is refused. Quick by sample; every byte with COUNTERFOIL_CAMPAIGN=1.</summary>
public sealed class MutationTests(ToldStory told, ITestOutputHelper output)
{
    [Fact]
    public async Task Any_single_changed_byte_is_refused()
    {
        var story = await told.Case;
        byte[] honest = story.Bytes, policy = story.PolicyFile;
        Assert.True(BundleVerifier.Verify(honest, policy).Verdict.IsAccepted);
        bool campaign = Environment.GetEnvironmentVariable("COUNTERFOIL_CAMPAIGN") == "1";
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {honest.Length} bytes");
        var random = new Random(seed);
        var places = campaign
            ? Enumerable.Range(0, honest.Length)
            : Enumerable.Range(0, honest.Length).Where(i => i % 401 == Math.Abs(seed % 401) || i < 200 || i >= honest.Length - 1500).Concat(Enumerable.Range(0, 500).Select(_ => random.Next(honest.Length)));
        var changes = places.Distinct().Select(at => (At: at, By: (byte)random.Next(1, 256))).ToList();
        int accepted = 0, done = 0;
        Parallel.ForEach(changes, new ParallelOptions { MaxDegreeOfParallelism = 2 }, () => honest.ToArray(), (change, _, mine) =>
        {
            mine[change.At] ^= change.By;
            if (BundleVerifier.Verify(mine, policy).Verdict.IsAccepted) Interlocked.Increment(ref accepted);
            mine[change.At] ^= change.By;
            Interlocked.Increment(ref done);
            return mine;
        }, _ => { });
        output.WriteLine($"{done} changes, {accepted} accepted");
        Assert.Equal(0, accepted);
        Assert.Equal(changes.Count, done);
    }

    [Fact]
    public async Task Truncated_and_lengthened_bundles_are_refused()
    {
        var story = await told.Case;
        for (int length = 0; length < story.Bytes.Length; length += 1 + story.Bytes.Length / 300)
            Assert.False(BundleVerifier.Verify(story.Bytes.AsMemory(0, length), story.PolicyFile).Verdict.IsAccepted, $"the first {length} bytes were accepted");
        Assert.False(BundleVerifier.Verify(new byte[] { 0 }.Concat(story.Bytes).ToArray(), story.PolicyFile).Verdict.IsAccepted);
        Assert.False(BundleVerifier.Verify(story.Bytes.Append((byte)0).ToArray(), story.PolicyFile).Verdict.IsAccepted);
    }
}
