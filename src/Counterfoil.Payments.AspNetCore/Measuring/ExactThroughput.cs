using System.Diagnostics;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Payments.Settlement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Payments.AspNetCore.Measuring;

/// <summary>What was measured.</summary>
/// <param name="Clients">Buyers that ask at once, each the next question when it has its answer.</param>
/// <param name="Payments">How many purchases were made, after a warm-up that does not count.</param>
/// <param name="Elapsed">How long they took.</param>
/// <param name="Median">The time from question to answer that half stay below.</param>
/// <param name="Percentile99">The time that 99 in 100 stay below.</param>
public sealed record ThroughputFigures(int Clients, int Payments, TimeSpan Elapsed, TimeSpan Median, TimeSpan Percentile99)
{
    /// <summary>Payments a second.</summary>
    public double PerSecond => Payments / Elapsed.TotalSeconds;
}

/// <summary>
/// Payments a second by <c>exact</c>, whole: buyer, HTTP on loopback, gate, facilitator and the caller's chain in one process, with journals flushed to disk.
/// Each purchase is a question without payment (402), a signature, the paid question, a transfer on the chain, and a receipt that is checked.
/// </summary>
public static class ExactThroughput
{
    const ulong Price = 400;

    /// <summary>Measures. The buyer must hold <c>400 · (payments + warm-up)</c> units, where the warm-up is a tenth of the payments and at least one a client.</summary>
    /// <param name="chain">The chain, with the submitter funded.</param>
    /// <param name="token">The token.</param>
    /// <param name="buyer">The buyer's key.</param>
    /// <param name="seller">Who is paid.</param>
    /// <param name="folder">A folder for the journals.</param>
    /// <param name="clients">Buyers at once.</param>
    /// <param name="payments">Purchases in all.</param>
    /// <param name="cancellation">Stops early.</param>
    /// <exception cref="InvalidOperationException">A purchase failed; the message says how.</exception>
    public static async Task<ThroughputFigures> MeasureAsync(ISettlementChain chain, Token token, Secp256k1PrivateKey buyer, Address seller, string folder,
        int clients, int payments, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clients);
        ArgumentOutOfRangeException.ThrowIfLessThan(payments, clients);
        await using var shopDatabase = PaymentDatabase.Open(Path.Combine(folder, $"shop-{clients}.db"));
        await using var buyerDatabase = PaymentDatabase.Open(Path.Combine(folder, $"buyer-{clients}.db"));
        var verified = new VerifiedSignatures();
        await using var facilitator = new Facilitator(new FacilitatorOptions { Tokens = [token], Interval = TimeSpan.FromMilliseconds(5) },
            chain, new SqliteSettlementJournal(shopDatabase), TimeProvider.System, verified);
        await using var app = await ServeAsync(token, seller, facilitator, shopDatabase, verified).ConfigureAwait(false);
        var policy = new SpendingPolicy
        {
            Rules = [new SpendingRule(token, new TokenAmount(Price), new TokenAmount(UInt256.MaxValue))], Payees = [seller],
        };
        using var http = new HttpClient(new PaymentHandler(policy, new KeyPayer(buyer), new SqlitePurse(buyerDatabase), TimeProvider.System)
        {
            InnerHandler = new SocketsHttpHandler(),
        }) { BaseAddress = new Uri(app.Urls.First()) };

        int question = 0;
        await BuyAsync(http, clients, Math.Max(clients, payments / 10), () => Interlocked.Increment(ref question), null, cancellation).ConfigureAwait(false);
        var times = new TimeSpan[payments];
        long start = Stopwatch.GetTimestamp();
        await BuyAsync(http, clients, payments, () => Interlocked.Increment(ref question), times, cancellation).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(start);
        Array.Sort(times);
        return new ThroughputFigures(clients, payments, elapsed, times[payments / 2], times[Math.Min(payments - 1, payments * 99 / 100)]);
    }

    static async Task<WebApplication> ServeAsync(Token token, Address seller, Facilitator facilitator, PaymentDatabase database, VerifiedSignatures verified)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var gate = new PaymentGate(new SellerOptions { Token = token, PayTo = seller }, facilitator, new SqliteSaleStore(database),
            TimeProvider.System, Guid.NewGuid(), verified: verified);
        app.MapPost("/ask", (RequestDelegate)(http => http.Response.WriteAsync(http.GetPaymentContext()!.Digest.ToString())))
            .RequirePayment(gate, new Price(new TokenAmount(Price)));
        await app.StartAsync().ConfigureAwait(false);
        return app;
    }

    static async Task BuyAsync(HttpClient http, int clients, int payments, Func<int> question, TimeSpan[]? times, CancellationToken cancellation)
    {
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < payments;)
            {
                long start = Stopwatch.GetTimestamp();
                using var content = new StringContent($"question {question()}");
                using var response = await http.PostAsync(new Uri("ask", UriKind.Relative), content, cancellation).ConfigureAwait(false);
                if (response.GetPayment() is not PaymentOutcome.Paid { ReceiptVerdict.IsAccepted: true })
                    throw new InvalidOperationException($"a purchase ended with status {(int)response.StatusCode}: {response.GetPayment()}");
                if (times is not null) times[i] = Stopwatch.GetElapsedTime(start);
            }
        }, cancellation))).ConfigureAwait(false);
    }
}
