using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Data.Common;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Notes;
using Npgsql;
using NpgsqlTypes;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>Places in PostgreSQL, for any number of processes.</summary>
/// <remarks>
/// The row of the log is locked while a transaction gives out places, so places are committed in their order and without gaps. Durable by
/// <c>synchronous_commit</c>, which is on unless the server was told otherwise. The lock of integrators is an advisory one of their session: it goes with the connection.
/// </remarks>
sealed class PostgresSequencer : ISequencer
{
    const int SchemaVersion = 1;

    const string Schema = """
        CREATE TABLE IF NOT EXISTS log (one BOOLEAN PRIMARY KEY CHECK (one), version INTEGER NOT NULL, verifier_key TEXT NOT NULL, next_place BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS log_leaf (leaf BYTEA PRIMARY KEY CHECK (length(leaf) = 32), place BIGINT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS log_entry (place BIGINT PRIMARY KEY, entry BYTEA NOT NULL);
        CREATE TABLE IF NOT EXISTS log_head (size BIGINT PRIMARY KEY, root BYTEA NOT NULL CHECK (length(root) = 32));
        """;

    readonly NpgsqlDataSource source;
    readonly long lockKey;

    PostgresSequencer(NpgsqlDataSource source, long lockKey) => (this.source, this.lockKey) = (source, lockKey);

    /// <summary>Opens the log that signs with <paramref name="key"/>, and makes the tables where there are none, in the schema that the connection's search path names first.</summary>
    /// <exception cref="InvalidDataException">Another log's tables, or another version's.</exception>
    public static async Task<PostgresSequencer> OpenAsync(string connection, VerifierKey key, CancellationToken cancellation)
    {
        var sequencer = new PostgresSequencer(NpgsqlDataSource.Create(connection), BinaryPrimitives.ReadInt64BigEndian(LogId.Of(key).Digest.ToArray()));
        try
        {
            await sequencer.InTransactionAsync(async (session, transaction) =>
            {
                // CREATE IF NOT EXISTS of two sessions at once can fail on the catalogue.
                await RunAsync(session, "SELECT pg_advisory_xact_lock($1)", cancellation, sequencer.lockKey + 1).ConfigureAwait(false);
                await RunAsync(session, Schema, cancellation).ConfigureAwait(false);
                await RunAsync(session, "INSERT INTO log VALUES (TRUE, $1, $2, 0) ON CONFLICT DO NOTHING", cancellation, SchemaVersion, key.ToString()).ConfigureAwait(false);
                await RunAsync(session, "INSERT INTO log_head VALUES (0, $1) ON CONFLICT DO NOTHING", cancellation, MerkleTree.EmptyRoot.ToArray()).ConfigureAwait(false);
                var (version, found) = (await ReadAsync(session, "SELECT version, verifier_key FROM log", r => (r.GetInt32(0), r.GetString(1)), cancellation).ConfigureAwait(false))[0];
                if (version != SchemaVersion) throw new InvalidDataException($"the log's tables have layout {version}; this program reads {SchemaVersion}");
                if (found != key.ToString()) throw new InvalidDataException($"the tables hold the log of '{found}', not of '{key}'");
                return true;
            }, cancellation).ConfigureAwait(false);
            return sequencer;
        }
        catch
        {
            await sequencer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public Task<ImmutableArray<(long Place, bool Present)>> SequenceAsync(IReadOnlyList<(ReadOnlyMemory<byte> Entry, Sha256Digest LeafHash)> entries, CancellationToken cancellation) =>
        InTransactionAsync(async (session, transaction) =>
        {
            long next = (await ReadAsync(session, "SELECT next_place FROM log FOR UPDATE", r => r.GetInt64(0), cancellation).ConfigureAwait(false))[0], first = next;
            var places = (await ReadAsync(session, "SELECT leaf, place FROM log_leaf WHERE leaf = ANY($1)", r => (Leaf: new Sha256Digest((byte[])r[0]), Place: r.GetInt64(1)), cancellation,
                (object)entries.Select(e => e.LeafHash.ToArray()).ToArray()).ConfigureAwait(false)).ToDictionary(r => r.Leaf, r => r.Place);
            var found = ImmutableArray.CreateBuilder<(long, bool)>(entries.Count);
            var (leaves, bytes, numbers) = (new List<byte[]>(), new List<byte[]>(), new List<long>());
            foreach (var (entry, leafHash) in entries)
            {
                bool present = places.TryGetValue(leafHash, out long place);
                if (!present)
                {
                    place = next++;
                    places.Add(leafHash, place);
                    leaves.Add(leafHash.ToArray());
                    bytes.Add(entry.ToArray());
                    numbers.Add(place);
                }
                found.Add((place, present));
            }
            if (next > first)
            {
                await RunAsync(session, "INSERT INTO log_leaf SELECT * FROM unnest($1, $2)", cancellation, leaves.ToArray(), numbers.ToArray()).ConfigureAwait(false);
                await RunAsync(session, "INSERT INTO log_entry SELECT * FROM unnest($1, $2)", cancellation, numbers.ToArray(), bytes.ToArray()).ConfigureAwait(false);
                await RunAsync(session, "UPDATE log SET next_place = $1", cancellation, next).ConfigureAwait(false);
            }
            return found.MoveToImmutable();
        }, cancellation);

    public async Task<Head> HeadAsync(CancellationToken cancellation) => (await HeadsAsync("ORDER BY size DESC LIMIT 1", cancellation).ConfigureAwait(false))[0];

    /// <summary>Every tree committed, smallest first.</summary>
    public Task<List<Head>> HeadsAsync(CancellationToken cancellation) => HeadsAsync("ORDER BY size", cancellation);

    public async Task<ImmutableArray<ReadOnlyMemory<byte>>> WaitingAsync(long from, int most, CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await ReadAsync(session, "SELECT place, entry FROM log_entry WHERE place >= $1 ORDER BY place LIMIT $2", r => (Place: r.GetInt64(0), Entry: (byte[])r[1]), cancellation, from, (long)most).ConfigureAwait(false);
            if (rows.Where((r, i) => r.Place != from + i).Any()) throw new InvalidDataException($"the entries that wait do not follow {from}");
            return [.. rows.Select(r => (ReadOnlyMemory<byte>)r.Entry)];
        }
    }

    public Task<bool> AdvanceAsync(Head from, Head to, CancellationToken cancellation) =>
        InTransactionAsync(async (session, transaction) =>
        {
            // Whoever was stalled and comes late finds another head than it started from. The row's lock makes the comparison and the insertion one.
            await RunAsync(session, "LOCK TABLE log_head IN SHARE ROW EXCLUSIVE MODE", cancellation).ConfigureAwait(false);
            int rows = await RunAsync(session, "INSERT INTO log_head SELECT $1, $2 WHERE (SELECT size FROM log_head ORDER BY size DESC LIMIT 1) = $3", cancellation, to.Size, to.Root.ToArray(), from.Size).ConfigureAwait(false);
            if (rows == 0) return false;
            await RunAsync(session, "DELETE FROM log_entry WHERE place < $1", cancellation, to.Size).ConfigureAwait(false);
            return true;
        }, cancellation);

    public async Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            bool taken = (await ReadAsync(session, "SELECT pg_try_advisory_lock($1)", r => r.GetBoolean(0), cancellation, lockKey).ConfigureAwait(false))[0];
            if (taken) return new Held(session, lockKey);
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        await session.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    sealed class Held(NpgsqlConnection session, long key) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await RunAsync(session, "SELECT pg_advisory_unlock($1)", CancellationToken.None, key).ConfigureAwait(false);
            }
            catch (DbException)
            {
                // A session that is broken has no lock any more.
            }
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Leaf and place from the table of leaves, in the order of places, up to a place.</summary>
    public async IAsyncEnumerable<(Sha256Digest LeafHash, long Place)> LeavesAsync(long size, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            using var command = Command(session, "SELECT leaf, place FROM log_leaf WHERE place < $1 ORDER BY place", size);
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) yield return (new((byte[])reader[0]), reader.GetInt64(1));
        }
    }

    async Task<List<Head>> HeadsAsync(string order, CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await ReadAsync(session, $"SELECT size, root FROM log_head {order}", r => new Head(r.GetInt64(0), new((byte[])r[1])), cancellation).ConfigureAwait(false);
    }

    async Task<T> InTransactionAsync<T>(Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken cancellation)
    {
        var session = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var transaction = await session.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(session, transaction).ConfigureAwait(false);
                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                return result;
            }
        }
    }

    static async Task<int> RunAsync(NpgsqlConnection session, string sql, CancellationToken cancellation, params object[] values)
    {
        using var command = Command(session, sql, values);
        return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    static async Task<List<T>> ReadAsync<T>(NpgsqlConnection session, string sql, Func<DbDataReader, T> read, CancellationToken cancellation, params object[] values)
    {
        using var command = Command(session, sql, values);
        var rows = new List<T>();
        var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    }

    static NpgsqlCommand Command(NpgsqlConnection session, string sql, params object[] values)
    {
#pragma warning disable CA2100 // constant statements of this class; values travel as parameters
        var command = new NpgsqlCommand(sql, session);
#pragma warning restore CA2100
        foreach (object value in values)
            command.Parameters.Add(value is byte[][] ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea } : new NpgsqlParameter { Value = value });
        return command;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
