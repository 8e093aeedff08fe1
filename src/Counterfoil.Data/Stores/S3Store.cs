using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Stores;

/// <summary>The objects of a bucket under a prefix, in any store that speaks S3.</summary>
/// <remarks>
/// Each read names the entity tag that was listed (<c>If-Match</c>), so an object that changed since is an <see cref="IOException"/>, never a record. The client, and with it endpoint, path style,
/// credentials and retries, is the caller's.
/// </remarks>
public sealed class S3Store : IObjectStore
{
    readonly IAmazonS3 client;
    readonly string bucket, prefix;

    /// <summary>The most objects that are listed.</summary>
    public int MaxObjects { get; init; } = 100_000_000;

    /// <summary>Bytes asked for at a time.</summary>
    public int PieceBytes { get; init; } = 8 << 20;

    /// <summary>Takes a bucket and a prefix.</summary>
    /// <param name="client">The client; it stays the caller's to dispose.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">Empty for the whole bucket, one object's key, or a folder: <c>data/train/</c>, with or without the last <c>/</c>. Names are relative to the folder.</param>
    public S3Store(IAmazonS3 client, string bucket, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        ArgumentNullException.ThrowIfNull(prefix);
        (this.client, this.bucket, this.prefix) = (client, bucket, prefix);
    }

    /// <inheritdoc/>
    /// <exception cref="RefusedDataException">A key is no <see cref="ObjectName"/>.</exception>
    public async ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default)
    {
        var found = new List<(byte[] Name, StoredObject Object)>();
        string folder = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
        while (true)
        {
            var page = await Failing($"listing '{bucket}'", () => client.ListObjectsV2Async(request, cancellation)).ConfigureAwait(false);
            foreach (var listed in page.S3Objects ?? []) Add(listed);
            if (page.IsTruncated is not true) break;
            // A store that says "more" and does not say where would be asked the same for ever.
            if (string.IsNullOrEmpty(page.NextContinuationToken) || page.NextContinuationToken == request.ContinuationToken) throw new IOException($"the listing of '{bucket}' does not go on");
            request.ContinuationToken = page.NextContinuationToken;
        }
        found.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        for (int i = 1; i < found.Count; i++)
            if (found[i].Name.AsSpan().SequenceEqual(found[i - 1].Name)) throw new RefusedDataException(DataChecks.Names, "each name once", $"'{found[i].Object.Name}' twice");
        return [.. found.Select(f => f.Object)];

        void Add(S3Object listed)
        {
            string name;
            if (listed.Key == prefix && !prefix.EndsWith('/')) name = prefix[(prefix.LastIndexOf('/') + 1)..];
            else if (listed.Key.StartsWith(folder, StringComparison.Ordinal)) name = listed.Key[folder.Length..];
            else return; // "data/train" is a prefix of "data/training/…" too
            if ((name.Length == 0 || name.EndsWith('/')) && listed.Size is 0) return; // a folder's marker
            if (ObjectName.Check(name) is Verdict.Rejected refused) throw new RefusedDataException(refused);
            if (found.Count == MaxObjects) throw new RefusedDataException(DataChecks.Files, $"at most {MaxObjects} objects", "more");
            if (listed.Size is not (>= 0 and var size) || string.IsNullOrEmpty(listed.ETag)) throw new IOException($"'{name}' is listed without size or entity tag");
            found.Add((Encoding.UTF8.GetBytes(name), new BucketObject(this, listed.Key, name, size, listed.ETag)));
        }
    }

    static async Task<T> Failing<T>(string what, Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode == System.Net.HttpStatusCode.PreconditionFailed)
        {
            throw new IOException($"{what}: it changed since it was listed", e);
        }
        catch (Exception e) when (e is Amazon.Runtime.AmazonClientException or Amazon.Runtime.AmazonServiceException or HttpRequestException)
        {
            throw new IOException($"{what}: {e.Message}", e);
        }
    }

    sealed class BucketObject(S3Store store, string key, string name, long length, string tag) : StoredObject
    {
        public override string Name => name;

        public override long Length => length;

        public override string Identity => $"{tag} {length}";

        public override Stream Open() => new S3ObjectStream(Piece, length, store.PieceBytes);

        /// <summary>Fills a buffer from an offset on, all of it.</summary>
        void Piece(long offset, Span<byte> buffer)
        {
            const int Tries = 4;
            for (int attempt = 1, done = 0; done < buffer.Length; attempt++)
            {
                var request = new GetObjectRequest
                {
                    BucketName = store.bucket, Key = key, EtagToMatch = tag, ByteRange = new ByteRange(offset + done, offset + buffer.Length - 1),
                };
                // Streams are read by readers that are not asynchronous; they run on threads of their own.
                using var response = Failing($"reading '{name}'", () => store.client.GetObjectAsync(request)).GetAwaiter().GetResult();
                if (response.ETag != tag) throw new IOException($"reading '{name}': it changed since it was listed");
                if (response.ContentLength != buffer.Length - done) throw new IOException($"reading '{name}': {response.ContentLength} bytes came for {buffer.Length - done} asked for");
                try
                {
                    for (int read; done < buffer.Length && (read = response.ResponseStream.Read(buffer[done..])) > 0;) done += read;
                }
                catch (Exception e) when (e is IOException or HttpRequestException or Amazon.Runtime.AmazonClientException && attempt < Tries)
                {
                    continue; // the connection was cut: go on behind what came
                }
                if (done < buffer.Length && attempt == Tries) throw new EndOfStreamException($"reading '{name}': cut short at byte {offset + done}, {Tries} times");
            }
        }
    }
}
