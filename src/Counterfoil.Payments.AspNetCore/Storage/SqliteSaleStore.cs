using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;

namespace Counterfoil.Payments.AspNetCore.Storage;

/// <summary>Sales in a <see cref="PaymentDatabase"/>.</summary>
public sealed class SqliteSaleStore(PaymentDatabase database) : ISaleStore
{
    const int Running = 1, Answered = 2, Sold = 3, Void = 4;

    /// <inheritdoc/>
    public async ValueTask<Sale> FindAsync(PaymentKey key, CancellationToken cancellation) =>
        await database.RunAsync(db => Read(db, key)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<(Sale Sale, SaleStep Step)> AdvanceAsync(PaymentKey key, SaleEvent happened, CancellationToken cancellation) =>
        await database.RunAsync(db => Advance(db, key, happened)).ConfigureAwait(false);

    /// <inheritdoc/>
    public void AdvanceLater(PaymentKey key, SaleEvent happened) => database.RunLater(db => Advance(db, key, happened));

    static (Sale, SaleStep) Advance(PaymentDatabase db, PaymentKey key, SaleEvent happened)
    {
        var before = Read(db, key);
        var (after, step) = SaleRules.Next(before, happened);
        if (after != before) Write(db, key, before, after);
        return (after, step);
    }

    static void Write(PaymentDatabase db, PaymentKey key, Sale before, Sale after)
    {
        string id = key.ToString();
        switch (after)
        {
            case Sale.Running s:
                db.Command("INSERT INTO sale (key, stage, request, host) VALUES ($0, 1, $1, $2)", id, s.Request.ToString(), s.Host.ToString()).ExecuteNonQuery();
                break;
            case Sale.Answered s:
                db.Command("UPDATE sale SET stage = 2, status = $1, headers = $2, body = $3 WHERE key = $0",
                    id, s.Reply.Status, StoredJson.Write(s.Reply.Headers), s.Reply.Body.ToArray()).ExecuteNonQuery();
                break;
            case Sale.Sold s:
                db.Command("UPDATE sale SET stage = 3, receipt = $1 WHERE key = $0", id, s.Receipt.ToExtensions().GetRawText()).ExecuteNonQuery();
                break;
            case Sale.Void s:
                db.Command("UPDATE sale SET stage = 4, reason = $1, status = $2, headers = $3, body = $4 WHERE key = $0", id, StoredJson.Write(s.Reason),
                    s.Reply?.Status, s.Reply is { } error ? StoredJson.Write(error.Headers) : null, s.Reply?.Body.ToArray()).ExecuteNonQuery();
                break;
            default: throw new InvalidOperationException($"{before} cannot become {after}");
        }
    }

    static Sale Read(PaymentDatabase db, PaymentKey key)
    {
        using var row = db.Command("SELECT stage, request, host, status, headers, body, receipt, reason FROM sale WHERE key = $0", key.ToString()).ExecuteReader();
        if (!row.Read()) return Sale.Nothing;
        var request = new Sha256Digest(StoredJson.ReadBytes32(row.GetString(1)));
        int stage = row.GetInt32(0);
        var reply = !row.IsDBNull(3) ? new StoredReply(row.GetInt32(3), StoredJson.ReadHeaders(row.GetString(4)), row.GetFieldValue<byte[]>(5)) : null;
        return stage switch
        {
            Running => new Sale.Running(request, Guid.Parse(row.GetString(2))),
            Answered => new Sale.Answered(request, reply!),
            Sold => new Sale.Sold(request, reply!, ReadReceipt(row.GetString(6))),
            Void => new Sale.Void(request, StoredJson.ReadReason(row.GetString(7)), reply),
            var other => throw StoredJson.Damaged($"stage {other}"),
        };
    }

    static PaymentReceipt ReadReceipt(string text)
    {
        var extensions = JsonSerializer.Deserialize(text, StoredContext.Default.JsonElement);
        return PaymentReceipt.Read(extensions, out var receipt).IsAccepted ? receipt! : throw StoredJson.Damaged(text);
    }
}
