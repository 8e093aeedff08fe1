using System.Buffers.Binary;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Log;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;

namespace Counterfoil.Tests.Log;

/// <summary>A log in a folder of its own, and a memory of every promise that it made.</summary>
sealed class Logbook : IDisposable
{
    readonly Signer secret = Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)42, 32).ToArray());

    public Logbook(string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("counterfoil-log-").FullName;
        Signer = new NoteSigner("test.example/log", secret);
    }

    public string Folder { get; }
    public NoteSigner Signer { get; }
    public List<(byte[] Entry, Appended Appended)> Acknowledged { get; } = [];

    public TransparencyLog Open() => TransparencyLog.Open(Folder, Signer);

    /// <summary>Entry <paramref name="number"/> of a run: bytes that follow from the two, of some length below 600.</summary>
    public static byte[] Entry(int run, int number)
    {
        var bytes = new byte[8 + (number * 31 + run * 17) % 590];
        BinaryPrimitives.WriteInt32BigEndian(bytes, run);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), number);
        return bytes;
    }

    public async Task<Appended> Append(TransparencyLog log, byte[] entry)
    {
        var appended = await log.AppendAsync(entry);
        lock (Acknowledged) Acknowledged.Add((entry, appended));
        return appended;
    }

    /// <summary>Every entry acknowledged is there and provable, every checkpoint returned is a prefix of the log, and the log is sound.</summary>
    public async Task<LogReport> HoldsItsPromises(TransparencyLog log)
    {
        var now = log.Checkpoint.Checkpoint;
        foreach (var (entry, appended) in Acknowledged)
        {
            Assert.True(log.Read(appended.Index).Span.SequenceEqual(entry));
            Assert.True(appended.Index < appended.Checkpoint.Checkpoint.Size);
            if (Acknowledged.Count > 64 && appended.Index % 13 != 0) continue; // the check of the whole log below sees every leaf
            var path = await log.InclusionAsync(appended.Index, now.Size);
            Assert.True(InclusionProof.Verify(now.Root, now.Size, appended.Index, MerkleTree.LeafHash(entry), path).IsAccepted);
        }
        foreach (var then in Acknowledged.Select(a => a.Appended.Checkpoint).DistinctBy(c => c.Checkpoint.Size))
        {
            Assert.True(SignedCheckpoint.Verify(then.Note.Span, Signer.Key, out _).IsAccepted);
            var path = await log.ConsistencyAsync(then.Checkpoint.Size, now.Size);
            Assert.True(ConsistencyProof.Verify(then.Checkpoint.Size, then.Checkpoint.Root, now.Size, now.Root, path).IsAccepted);
        }
        foreach (var size in Acknowledged.GroupBy(a => a.Appended.Checkpoint.Checkpoint.Size))
            Assert.Single(size.Select(a => a.Appended.Checkpoint.Checkpoint.Root).Distinct());
        var report = await LogCheck.RunAsync(Folder, Signer.Key);
        Assert.Empty(report.Findings);
        Assert.Equal((now.Size, now.Root), (report.Size, report.Root));
        return report;
    }

    public void Dispose()
    {
        secret.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
