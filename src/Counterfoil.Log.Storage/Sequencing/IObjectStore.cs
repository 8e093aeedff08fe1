namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>Objects by key, as S3 has them: whole, and durable when a write returned.</summary>
public interface IObjectStore
{
    /// <summary>An object, or null where there is none.</summary>
    ValueTask<StoredObject?> ReadAsync(string key, CancellationToken cancellation = default);

    /// <summary>Makes an object; false, and nothing happened, where there is one already (<c>If-None-Match: *</c>).</summary>
    ValueTask<bool> CreateAsync(string key, ReadOnlyMemory<byte> bytes, string contentType, string cacheControl, CancellationToken cancellation = default);

    /// <summary>Puts an object in place of the version that was read; false, and nothing happened, where it is no longer that one (<c>If-Match</c>).</summary>
    ValueTask<bool> ReplaceAsync(string key, ReadOnlyMemory<byte> bytes, string version, string contentType, string cacheControl, CancellationToken cancellation = default);
}

/// <summary>An object as it was read.</summary>
/// <param name="Bytes">What it holds.</param>
/// <param name="Version">What tells it from what was there before: its ETag.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Bytes, string Version);
