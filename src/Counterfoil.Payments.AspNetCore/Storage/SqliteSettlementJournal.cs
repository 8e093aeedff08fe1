using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Payments.AspNetCore.Storage;

/// <summary>A facilitator's journal in a <see cref="PaymentDatabase"/>.</summary>
public sealed class SqliteSettlementJournal(PaymentDatabase database) : ISettlementJournal
{
    const int Submitted = 1, Settled = 2, Failed = 3, Watched = 4;

    const string Columns = "stage, token, authorization, signature, hash, account_nonce, raw, attempt, refusal, reason, paid_by";

    /// <inheritdoc/>
    public async ValueTask<SettlementRecord?> FindAsync(PaymentKey key, CancellationToken cancellation) => await database.RunAsync(db =>
    {
        using var row = db.Command($"SELECT {Columns} FROM settlement WHERE key = $0", key.ToString()).ExecuteReader();
        return row.Read() ? Read(row) : null;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask WriteAsync(IReadOnlyList<SettlementRecord> records, CancellationToken cancellation) => await database.RunAsync(db =>
    {
        foreach (var record in records) Write(db, record);
        return true;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public void WriteLater(SettlementRecord record) => database.RunLater(db => Write(db, record));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SettlementRecord>> ReadOpenAsync(CancellationToken cancellation) => await database.RunAsync(db =>
    {
        var open = new List<SettlementRecord>();
        using var row = db.Command($"SELECT {Columns} FROM settlement WHERE stage IN (1, 4) ORDER BY account_nonce").ExecuteReader();
        while (row.Read()) open.Add(Read(row));
        return open;
    }).ConfigureAwait(false);

    static void Write(PaymentDatabase db, SettlementRecord record)
    {
        var (intent, state) = record;
        var settled = state as SettlementState.Settled;
        var submitted = state as SettlementState.Submitted ?? settled?.Watched;
        db.Command($"INSERT OR REPLACE INTO settlement (key, {Columns}) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            intent.Key.ToString(), state switch { SettlementState.Submitted => Submitted, SettlementState.Settled { Watched: null } => Settled, SettlementState.Settled => Watched, SettlementState.Failed => Failed,
                _ => throw new ArgumentException($"{state} is not for the journal", nameof(record)) },
            StoredJson.Write(intent.Token), StoredJson.Write(intent.Authorization), intent.Signature.ToString(),
            (submitted?.Transfer.Hash ?? settled?.Transaction)?.ToString(), (long?)submitted?.Transfer.AccountNonce,
            submitted?.Transfer.Raw.ToArray(), submitted?.Attempt, submitted?.Refusal,
            state is SettlementState.Failed failed ? StoredJson.Write(failed.Reason) : null, settled?.Transaction.ToString()).ExecuteNonQuery();
    }

    static SettlementRecord Read(SqliteDataReader row)
    {
        string signature = row.GetString(3);
        if (!AuthorizationSignature.Read(signature, out var parsed).IsAccepted) throw StoredJson.Damaged(signature);
        var intent = new SettlementIntent(StoredJson.ReadToken(row.GetString(1)), StoredJson.ReadAuthorization(row.GetString(2)), parsed);
        return new SettlementRecord(intent, row.GetInt32(0) switch
        {
            Submitted => ReadSubmitted(row),
            Watched => new SettlementState.Settled(StoredJson.ReadBytes32(row.GetString(10)), ReadSubmitted(row)),
            Settled => new SettlementState.Settled(StoredJson.ReadBytes32(row.GetString(4)), null),
            Failed => new SettlementState.Failed(StoredJson.ReadReason(row.GetString(9))),
            var other => throw StoredJson.Damaged($"stage {other}"),
        });
    }

    static SettlementState.Submitted ReadSubmitted(SqliteDataReader row) => new(
        new PreparedTransfer(StoredJson.ReadBytes32(row.GetString(4)), (ulong)row.GetInt64(5), row.GetFieldValue<byte[]>(6)),
        row.GetInt32(7), row.IsDBNull(8) ? null : row.GetString(8));
}
