using System.Diagnostics;
using Counterfoil.Cli;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Verification;
using CsCheck;

namespace Counterfoil.Story.Tests;

/// <summary>
/// Any changed byte of a bundle is refused, and nothing that can be done to the file makes the verifier throw. By default a seeded sample of the places. With
/// <c>COUNTERFOIL_CAMPAIGN=1</c> every byte of the whole file; with <c>=n</c> every byte of what is neither blob nor header, and every n-th of those.
/// </summary>
public sealed class MutationTests(ToldStory told, ITestOutputHelper output)
{
    static readonly int Campaign = int.TryParse(Environment.GetEnvironmentVariable("COUNTERFOIL_CAMPAIGN"), out int every) ? every : 0;

    [Fact]
    public async Task Any_single_changed_byte_is_refused()
    {
        var story = await told.Case;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COUNTERFOIL_SEED"), out int asked) ? asked : Environment.TickCount;
        var random = new Random(seed);
        // Blobs and headers are named by digests alone; whatever else there is, a check of its own looks at.
        var (dense, sparse) = Places(story);
        int[] places = Campaign > 0 ? [.. dense, .. sparse.Where((_, i) => i % Campaign == 0)] : [.. dense.Where(_ => random.Next(dense.Count) < 400), .. sparse.Where(_ => random.Next(sparse.Count) < 40)];
        var flips = places.Select(p => (Place: p, Flip: (byte)random.Next(1, 256))).ToList();
        long start = Stopwatch.GetTimestamp();
        var refusedBy = new Dictionary<string, int>();
        Parallel.ForEach(flips, new ParallelOptions { MaxDegreeOfParallelism = 2 }, () => story.Bytes.ToArray(), (flip, _, bytes) =>
        {
            bytes[flip.Place] ^= flip.Flip;
            var verdict = BundleVerifier.Verify(bytes, story.PolicyFile).Verdict;
            bytes[flip.Place] ^= flip.Flip;
            Assert.False(verdict.IsAccepted, $"byte {flip.Place} of {bytes.Length} changed by {flip.Flip:x2} and accepted (seed {seed})");
            lock (refusedBy) refusedBy[$"{verdict.Word()} {verdict.CheckOf()}"] = refusedBy.GetValueOrDefault($"{verdict.Word()} {verdict.CheckOf()}") + 1;
            return bytes;
        }, _ => { });
        output.WriteLine($"{flips.Count:N0} of {story.Bytes.Length:N0} bytes ({dense.Count:N0} of them neither blob nor header) changed, one at a time (seed {seed}), in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s on 2 threads; refused by");
        foreach (var (check, count) in refusedBy.OrderByDescending(r => r.Value)) output.WriteLine($"{count,8:N0} {check}");
    }

    [Fact]
    public async Task A_bundle_cut_short_anywhere_or_with_bytes_behind_it_cannot_be_read()
    {
        var story = await told.Case;
        Gen.Int[0, story.Bytes.Length - 1].Sample(length => IsMalformed(story.Bytes.AsMemory(0, length)), iter: 500);
        Gen.Byte.Array[1, 100].Sample(more => IsMalformed((byte[])[.. story.Bytes, .. more]), iter: 100);

        bool IsMalformed(ReadOnlyMemory<byte> bytes) => BundleVerifier.Verify(bytes, story.PolicyFile) is { Verdict: Verdict.Rejected, Links.IsEmpty: true };
    }

    [Fact]
    public async Task Whatever_is_dropped_doubled_or_swapped_in_a_bundle_it_is_not_accepted_and_nothing_throws()
    {
        var story = await told.Case;
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]).Sample((kind, i, j) =>
        {
            var mutant = Mutate(story.Bundle, kind, i, j);
            byte[] bytes = mutant.Encode();
            return bytes.AsSpan().SequenceEqual(story.Bytes) || !BundleVerifier.Verify(bytes, story.PolicyFile).Verdict.IsAccepted;
        }, iter: 150);
    }

    [Fact]
    public async Task What_decodes_is_encoded_to_the_same_bytes()
    {
        var story = await told.Case;
        // A file that reached bundle.encoding would be one that the strict reader lets through in two spellings.
        Gen.Select(Gen.Int[0, story.Bytes.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            byte[] bytes = [.. story.Bytes];
            bytes[place] = value;
            return !Bundle.Decode(bytes, out var bundle).IsAccepted || bundle!.Encode().AsSpan().SequenceEqual(bytes);
        }, iter: 500);
    }

    [Fact]
    public async Task Random_bytes_are_no_bundle_and_no_policy()
    {
        var story = await told.Case;
        Gen.Byte.Array[0, 2000].Sample(bytes => !BundleVerifier.Verify(bytes, story.PolicyFile).Verdict.IsAccepted && !BundleVerifier.Verify(story.Bytes, bytes).Verdict.IsAccepted, iter: 2000);
        // Of a policy every byte is the verifier's own word: a change is refused, or it is another policy, with another digest.
        string digest = story.Verify(story.Bundle).PolicyDigest!.ToString()!;
        Gen.Select(Gen.Int[0, story.PolicyFile.Length - 1], Gen.Byte).Sample((place, value) =>
        {
            byte[] file = [.. story.PolicyFile];
            if (file[place] == value) return true;
            file[place] = value;
            var report = BundleVerifier.Verify(story.Bytes, file);
            return report.Links.IsEmpty || report.PolicyDigest!.ToString() != digest;
        }, iter: 150);
    }

    /// <summary>The places of everything but blobs and headers, and of those.</summary>
    static (List<int> Dense, List<int> Sparse) Places(Case story)
    {
        var sparse = new HashSet<int>();
        foreach (var part in story.Bundle.Blobs.Concat(story.Bundle.Chains.SelectMany(c => c.Headers)))
        {
            int at = story.Bytes.AsSpan().IndexOf(part.Span);
            for (int i = 0; i < part.Length; i++) sparse.Add(at + i);
        }
        return ([.. Enumerable.Range(0, story.Bytes.Length).Where(i => !sparse.Contains(i))], [.. sparse.Order()]);
    }

    static Bundle Mutate(Bundle b, int kind, int i, int j)
    {
        var chain = b.Chains[0];
        var log = b.Log;
        return kind switch
        {
            0 => b with { Links = b.Links.RemoveAt(i % b.Links.Length) },
            1 => b with { Links = b.Links.SetItem(i % b.Links.Length, b.Links[i % b.Links.Length] with { Envelope = b.Links[j % b.Links.Length].Envelope }) },
            2 => b with { Links = b.Links.SetItem(i % b.Links.Length, b.Links[i % b.Links.Length] with { Index = j }) },
            3 => b with { Links = b.Links.SetItem(i % b.Links.Length, b.Links[i % b.Links.Length] with { Checkpoint = j % log.Checkpoints.Length, Path = b.Links[j % b.Links.Length].Path }) },
            4 => b with { Keys = b.Keys.RemoveAt(i % b.Keys.Length) },
            5 => b with { Blobs = b.Blobs.RemoveAt(i % b.Blobs.Length) },
            6 => b with { Blobs = b.Blobs.SetItem(i % b.Blobs.Length, b.Blobs[i % b.Blobs.Length][..(j % b.Blobs[i % b.Blobs.Length].Length)]) },
            7 => b with { Log = log with { Checkpoints = log.Checkpoints.SetItem(i % log.Checkpoints.Length, log.Checkpoints[j % log.Checkpoints.Length]) } },
            8 => b with { Chains = [chain with { Headers = chain.Headers.RemoveAt(i % chain.Headers.Length) }] },
            9 => b with { Chains = [chain with { Receipts = chain.Receipts.RemoveAt(i % chain.Receipts.Length) }] },
            10 => b with { Chains = [chain with { Receipts = chain.Receipts.SetItem(i % chain.Receipts.Length, chain.Receipts[i % chain.Receipts.Length] with { Receipt = chain.Receipts[j % chain.Receipts.Length].Receipt, Header = j % chain.Headers.Length }) }] },
            _ => b with { Chains = [] },
        };
    }
}
