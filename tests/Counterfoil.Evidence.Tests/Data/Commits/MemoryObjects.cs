using System.Text;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Tests.Data.Commits;

/// <summary>An object in memory, whose identity the test says.</summary>
sealed class MemoryObject(string name, byte[] bytes, string identity = "as listed") : StoredObject
{
    public override string Name => name;
    public override long Length => bytes.Length;
    public override string Identity => identity;
    public override Stream Open() => new MemoryStream(bytes, writable: false);
}

/// <summary>Lines of JSONL in several objects, and what they must be committed to.</summary>
static class Lines
{
    /// <summary>Records of 1 to 40 bytes; each <paramref name="repeat"/>th is one of two that come again and again.</summary>
    public static byte[][] Make(int count, int seed = 1, int repeat = 0)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => repeat > 0 && i % repeat == 0 ? [(byte)('a' + i / repeat % 2)] : Encoding.ASCII.GetBytes($"{{\"i\":{i},\"r\":\"{random.NextInt64() >> random.Next(63)}\"}}"))];
    }

    public static CommitPlan Plan(IReadOnlyList<byte[]> records, int objects, bool lastNewline = true, string identity = "as listed")
    {
        int each = (records.Count + objects - 1) / objects;
        var stored = Enumerable.Range(0, objects).Select(o =>
        {
            var bytes = new MemoryStream();
            foreach (var record in records.Skip(o * each).Take(each))
            {
                bytes.Write(record);
                bytes.WriteByte((byte)'\n');
            }
            if (!lastNewline && bytes.Length > 0) bytes.SetLength(bytes.Length - 1);
            return new MemoryObject($"part-{o:d3}.jsonl", bytes.ToArray(), o == objects - 1 ? identity : "as listed");
        });
        Assert.True(CommitPlan.Of(new JsonLinesFormat(), [.. stored], out var plan).IsAccepted);
        return plan!;
    }

    /// <summary>The commitment by the code that holds everything in memory.</summary>
    public static CommitmentResult Expected(IReadOnlyList<byte[]> records)
    {
        var leaf = new Counterfoil.Data.RecordLeaf(Canonicaliser.JsonLines);
        var leaves = new LeafManifest([.. records.Select(r => leaf.Hash(r))]);
        var keys = Counterfoil.Data.Absence.PrefixTree.Of(leaves);
        return new(Canonicaliser.JsonLines, records.Count, keys.Count, records.Sum(r => (long)r.Length), leaves.Root, keys.Root);
    }
}
