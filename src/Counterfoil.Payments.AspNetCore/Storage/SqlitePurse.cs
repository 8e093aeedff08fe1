using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;

namespace Counterfoil.Payments.AspNetCore.Storage;

/// <summary>A buyer's journal in a <see cref="PaymentDatabase"/>.</summary>
public sealed class SqlitePurse(PaymentDatabase database) : IPaymentJournal
{
    /// <inheritdoc/>
    public async ValueTask<SignedPayment?> FindOpenAsync(string id, ulong now, CancellationToken cancellation) =>
        await database.RunAsync(db => Find(db, id, (int)PaymentStage.Open) is { } open && open.ValidBefore > now ? open : null).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<SignedPayment?> FindStandingAsync(string id, CancellationToken cancellation) =>
        await database.RunAsync(db => Find(db, id, (int)PaymentStage.Paid) ?? Find(db, id, (int)PaymentStage.Open)).ConfigureAwait(false);

    // The one that stays valid longest.
    static SignedPayment? Find(PaymentDatabase db, string id, int stage)
    {
        SignedPayment? latest = null;
        using var row = db.Command("SELECT key, token, amount, valid_before, header FROM purse WHERE id = $0 AND stage = $1", id, stage).ExecuteReader();
        while (row.Read())
        {
            var validBefore = UInt256.Parse(row.GetString(3));
            if (latest is not null && validBefore <= latest.ValidBefore) continue;
            latest = new SignedPayment(ReadKey(row.GetString(0)), id, StoredJson.ReadToken(row.GetString(1)), new TokenAmount(UInt256.Parse(row.GetString(2))),
                validBefore, row.GetString(4));
        }
        return latest;
    }

    /// <inheritdoc/>
    public async ValueTask<Verdict> ReserveAsync(SignedPayment payment, SpendingRule rule, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(rule);
        return await database.RunAsync(db =>
        {
            var committed = Committed(db, payment.Token);
            if (rule.Fits(committed, payment.Amount) is not Verdict.Accepted and var refused) return refused;
            SetCommitted(db, payment.Token, committed + payment.Amount);
            db.Command("INSERT INTO purse (key, id, stage, token, amount, valid_before, header) VALUES ($0, $1, 0, $2, $3, $4, $5)", payment.Key.ToString(),
                payment.Id, StoredJson.Write(payment.Token), payment.Amount.ToString(), payment.ValidBefore.ToString(), payment.Header).ExecuteNonQuery();
            return Verdict.Accept;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Note(PaymentKey key, PaymentStage stage, Bytes32? transaction)
    {
        if (stage is not (PaymentStage.Refused or PaymentStage.Paid)) throw new ArgumentOutOfRangeException(nameof(stage), stage, "not an answer of a seller");
        database.RunLater(db => db.Command("UPDATE purse SET stage = $1, transaction_hash = $2 WHERE key = $0 AND stage IN (0, 1)",
            key.ToString(), (int)stage, transaction?.ToString()).ExecuteNonQuery());
    }

    /// <inheritdoc/>
    public async ValueTask<Verdict> ReleaseAsync(PaymentKey key, PayerView view, CancellationToken cancellation) => await database.RunAsync(db =>
    {
        string id = key.ToString();
        Token token;
        TokenAmount amount;
        using (var row = db.Command("SELECT stage, token, amount, valid_before FROM purse WHERE key = $0", id).ExecuteReader())
        {
            if (!row.Read() || row.GetInt32(0) == (int)PaymentStage.Released) return Verdict.CannotTell(PaymentChecks.PolicyTotal, "a payment that counts against the limit");
            var validBefore = UInt256.Parse(row.GetString(3));
            if (view.NonceUsed) return Verdict.Reject(PaymentChecks.NonceUsed, "a nonce not used", key.Nonce.ToString());
            if (view.BlockTime < validBefore) return Verdict.Reject(PaymentChecks.Expired, $"a block at or after {validBefore}", $"{view.BlockTime}");
            (token, amount) = (StoredJson.ReadToken(row.GetString(1)), new TokenAmount(UInt256.Parse(row.GetString(2))));
        }
        SetCommitted(db, token, Committed(db, token) - amount);
        db.Command("UPDATE purse SET stage = 3 WHERE key = $0", id).ExecuteNonQuery();
        return Verdict.Accept;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<TokenAmount> CommittedAsync(Token token, CancellationToken cancellation) =>
        await database.RunAsync(db => Committed(db, token)).ConfigureAwait(false);

    static TokenAmount Committed(PaymentDatabase db, Token token) =>
        db.Command("SELECT committed FROM purse_total WHERE token = $0", token.ToString()).ExecuteScalar() is string units
            ? new TokenAmount(UInt256.Parse(units)) : TokenAmount.Zero;

    static void SetCommitted(PaymentDatabase db, Token token, TokenAmount committed) =>
        db.Command("INSERT OR REPLACE INTO purse_total (token, committed) VALUES ($0, $1)", token.ToString(), committed.ToString()).ExecuteNonQuery();

    static PaymentKey ReadKey(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 4 && NetworkId.TryParse(parts[0], out var network)
            ? new PaymentKey(network, Address.Parse(parts[1]), Address.Parse(parts[2]), StoredJson.ReadBytes32(parts[3])) : throw StoredJson.Damaged(text);
    }
}
