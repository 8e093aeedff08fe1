using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Counterfoil.Log.Http.Serving;

/// <summary>A log over HTTP: C2SP tlog-tiles for everyone, and <c>POST add</c> for its writers.</summary>
public static class LogEndpoints
{
    /// <summary>The content type of several entries at once: each after its length in two bytes, big-endian, as in a bundle.</summary>
    public const string EntriesType = "application/vnd.counterfoil.entries";

    /// <summary>The longest body of <c>add</c>.</summary>
    public const int MaxBodyBytes = 8 << 20;

    /// <summary>Bundles of entries that are served at once. One has up to 16 MiB, which lie in memory as long as its reader takes; more readers are told to come again (503).</summary>
    public const int MaxBundles = 64;

    const string Forever = "public, max-age=31536000, immutable";

    /// <summary>Serves <c>checkpoint</c>, <c>tile/…</c> and <c>tile/entries/…</c> under <paramref name="prefix"/>.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="log">The log.</param>
    /// <param name="published">The checkpoint that is shown: the log's last, or the last that counts by a policy.</param>
    /// <param name="prefix">The path before, without a slash at its end.</param>
    public static void MapLog(this IEndpointRouteBuilder routes, ILog log, Func<SignedCheckpoint?> published, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(published);
        routes.MapGet($"{prefix}/checkpoint", async http =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            if (published() is not { } checkpoint)
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound; // a policy is set, and no checkpoint has counted yet
                return;
            }
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.Body.WriteAsync(checkpoint.Note, http.RequestAborted).ConfigureAwait(false);
        });
        var bundles = new SemaphoreSlim(MaxBundles);
        routes.MapGet($"{prefix}/tile/{{**rest}}", http => ServeTileAsync(http, log, bundles));
    }

    static async Task ServeTileAsync(HttpContext http, ILog log, SemaphoreSlim bundles)
    {
        if (!TileId.Parse($"tile/{http.GetRouteValue("rest")}", out var tile, out bool entries).IsAccepted) RefuseTile(http, StatusCodes.Status404NotFound);
        else if (!entries) await SendTileAsync(http, await log.TileAsync(tile, http.RequestAborted).ConfigureAwait(false), entries: false).ConfigureAwait(false);
        else if (!await bundles.WaitAsync(0, http.RequestAborted).ConfigureAwait(false))
        {
            http.Response.Headers.RetryAfter = "1";
            RefuseTile(http, StatusCodes.Status503ServiceUnavailable);
        }
        else
        {
            try
            {
                await SendTileAsync(http, await log.EntriesAsync(tile, http.RequestAborted).ConfigureAwait(false), entries: true).ConfigureAwait(false);
            }
            finally
            {
                bundles.Release();
            }
        }
    }

    static void RefuseTile(HttpContext http, int status)
    {
        http.Response.Headers.CacheControl = "no-store"; // it may be there in a moment
        http.Response.StatusCode = status;
    }

    static async Task SendTileAsync(HttpContext http, ReadOnlyMemory<byte>? bytes, bool entries)
    {
        if (bytes is not { } found)
        {
            RefuseTile(http, StatusCodes.Status404NotFound);
            return;
        }
        http.Response.ContentType = MediaTypeNames.Application.Octet;
        http.Response.Headers.CacheControl = Forever;
        if (entries)
        {
            http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (AcceptsGzip(http.Request))
            {
                http.Response.Headers.ContentEncoding = "gzip";
                using var zipped = new MemoryStream();
                using (var zipping = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) zipping.Write(found.Span);
                found = zipped.ToArray();
            }
        }
        http.Response.ContentLength = found.Length;
        await http.Response.Body.WriteAsync(found, http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Whether a client takes gzip: it names it, or <c>*</c>, with a weight other than 0 (RFC 9110 §12.5.3).</summary>
    static bool AcceptsGzip(HttpRequest request)
    {
        bool any = false;
        if (StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding!, out var codings))
            foreach (var coding in codings)
            {
                if (coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase)) return coding.Quality is not 0;
                any |= coding.Value == "*" && coding.Quality is not 0;
            }
        return any;
    }

    /// <summary>
    /// Serves <c>POST add</c> to whoever has a writer's token: one entry as <c>application/octet-stream</c>, or up to 4,096 as <see cref="EntriesType"/>. Answers when all of it
    /// is durable, with the places; with <c>?proof</c>, when the checkpoint that is shown covers them, with their proofs.
    /// </summary>
    /// <param name="routes">Where to.</param>
    /// <param name="log">The log.</param>
    /// <param name="published">The checkpoint that is shown.</param>
    /// <param name="tokens">Who may write.</param>
    /// <param name="patience">How long a request for proofs waits for a checkpoint that counts.</param>
    /// <param name="prefix">The path before, without a slash at its end.</param>
    public static void MapAdd(this IEndpointRouteBuilder routes, ILog log, Func<SignedCheckpoint?> published, WriterTokens tokens, TimeSpan patience, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(tokens);
        routes.MapPost($"{prefix}/add", http => AddAsync(http, log, published, tokens, patience));
    }

    static async Task AddAsync(HttpContext http, ILog log, Func<SignedCheckpoint?> published, WriterTokens tokens, TimeSpan patience)
    {
        if (!tokens.Allow(http.Request.Headers.Authorization))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(http, StatusCodes.Status401Unauthorized, "only writers append", "send a writer's token: Authorization: Bearer …").ConfigureAwait(false);
            return;
        }
        bool many = http.Request.ContentType == EntriesType;
        if (!many && http.Request.ContentType != MediaTypeNames.Application.Octet)
        {
            await RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType, "an entry is bytes", $"{MediaTypeNames.Application.Octet} for one entry, {EntriesType} for several").ConfigureAwait(false);
            return;
        }
        var body = await Limited.ReadAsync(http.Request.Body, many ? MaxBodyBytes : EntryBundle.MaxEntryBytes, http.RequestAborted).ConfigureAwait(false);
        if (body is null)
        {
            await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, "too long", many ? $"at most {MaxBodyBytes} bytes" : $"an entry has at most {EntryBundle.MaxEntryBytes} bytes").ConfigureAwait(false);
            return;
        }
        var entries = ImmutableArray.Create<ReadOnlyMemory<byte>>(body);
        if (many && !Split(body, out entries))
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "malformed entries", $"1 to {TransparencyLog.MaxTogether} entries, each after its length in two bytes").ConfigureAwait(false);
            return;
        }
        if (log.TryAppendAsync(entries) is not { } appending)
        {
            http.Response.Headers.RetryAfter = "1";
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, "the log has too much to do", "try again in a second").ConfigureAwait(false);
            return;
        }
        var appended = await appending.WaitAsync(http.RequestAborted).ConfigureAwait(false);
        var shown = http.Request.Query.ContainsKey("proof") ? await CoveringAsync(published, appended.Max(a => a.Index), patience, http.RequestAborted).ConfigureAwait(false) : null;
        var tiles = new ServedTiles(log);
        var answers = new List<AddedEntry>(appended.Length);
        foreach (var entry in appended)
        {
            string? proof = null;
            if (shown is not null)
            {
                var path = await TiledTree.InclusionAsync(tiles, entry.Index, shown.Checkpoint.Size, http.RequestAborted).ConfigureAwait(false);
                proof = Encoding.UTF8.GetString(new EntryProof(entry.Index, path, shown.Note).ToBytes());
            }
            answers.Add(new(entry.Index, entry.AlreadyPresent, proof));
        }
        http.Response.ContentType = MediaTypeNames.Application.Json;
        await JsonSerializer.SerializeAsync(http.Response.Body, new AddAnswer(answers, Encoding.UTF8.GetString((shown ?? appended[0].Checkpoint).Note.Span)), AddJson.Default.AddAnswer, http.RequestAborted).ConfigureAwait(false);
    }

    static bool Split(byte[] body, out ImmutableArray<ReadOnlyMemory<byte>> entries)
    {
        int count = 0;
        for (int at = 0; at < body.Length && count <= TransparencyLog.MaxTogether; count++)
        {
            if (body.Length - at < 2) break;
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(at));
        }
        entries = [];
        return count is >= 1 and <= TransparencyLog.MaxTogether && EntryBundle.Split(body, count, out entries).IsAccepted;
    }

    /// <summary>The checkpoint that is shown once it covers a place; null where that takes too long.</summary>
    static async Task<SignedCheckpoint?> CoveringAsync(Func<SignedCheckpoint?> published, long place, TimeSpan patience, CancellationToken cancellation)
    {
        for (long since = TimeProvider.System.GetTimestamp(); ; await Task.Delay(20, cancellation).ConfigureAwait(false))
        {
            if (published() is { } shown && shown.Checkpoint.Size > place) return shown;
            if (TimeProvider.System.GetElapsedTime(since) > patience) return null;
        }
    }

    static Task RefuseAsync(HttpContext http, int status, string title, string detail) =>
        Results.Problem(statusCode: status, title: title, detail: detail, type: "urn:counterfoil:log:add").ExecuteAsync(http);
}

/// <summary>The tiles of a log that is served, to make the proofs of one request from: neighbours share them, and each is read once.</summary>
sealed class ServedTiles(ILog log) : ITileReader
{
    readonly ConcurrentDictionary<TileId, ReadOnlyMemory<byte>> tiles = new();

    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation = default)
    {
        if (tiles.TryGetValue(tile, out var known)) return known;
        var bytes = await log.TileAsync(tile, cancellation).ConfigureAwait(false) ?? throw new InvalidDataException($"the log does not have {tile.Path}");
        tiles[tile] = bytes;
        return bytes;
    }
}

/// <summary>What <c>add</c> answers.</summary>
/// <param name="Entries">One for each entry, in their order.</param>
/// <param name="Checkpoint">A signed checkpoint that covers them.</param>
public sealed record AddAnswer(IReadOnlyList<AddedEntry> Entries, string Checkpoint);

/// <summary>Where an entry is.</summary>
/// <param name="Index">Its place: that of its first append.</param>
/// <param name="Known">Whether it was there before.</param>
/// <param name="Proof">A tlog-proof under the checkpoint, where it was asked for and a checkpoint that counts came in time; else null.</param>
public sealed record AddedEntry(long Index, bool Known, string? Proof);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AddAnswer))]
sealed partial class AddJson : JsonSerializerContext;
