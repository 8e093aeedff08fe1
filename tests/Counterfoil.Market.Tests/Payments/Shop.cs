using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Payments.Sales;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>A seller's process: Kestrel on loopback with a gate, a facilitator and a database. Stopping one and opening another on the same file is a restart.</summary>
sealed class Shop : IAsyncDisposable
{
    readonly WebApplication app;
    readonly PaymentDatabase database;
    readonly HttpClient? facilitatorClient;

    public Facilitator Facilitator { get; }
    public Uri Address { get; }

    Shop(WebApplication app, PaymentDatabase database, Facilitator facilitator, HttpClient? facilitatorClient)
    {
        (this.app, this.database, this.facilitatorClient, Facilitator) = (app, database, facilitatorClient, facilitator);
        Address = new Uri(app.Urls.First());
    }

    public sealed record Setup(ISettlementChain Chain, TimeProvider Time, string Database, Stall Stall)
    {
        public Token Token { get; init; } = Fair.Dollar;
        public bool OverHttp { get; init; }
        public bool RequireContext { get; init; } = true;
        public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);
        public Func<ISaleStore, ISaleStore> Sales { get; init; } = s => s;
        public Func<ISettlementJournal, ISettlementJournal> Journal { get; init; } = j => j;
        public ReleaseCondition? Condition { get; init; }
    }

    /// <summary>What is sold, and how often it was made.</summary>
    public sealed class Stall
    {
        int runs;
        public int Runs => runs;
        public Func<HttpContext, Task> Handler { get; set; } = async http =>
        {
            http.Response.Headers["X-Secret"] = "in a header";
            using var reader = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync($"answer to {await reader.ReadToEndAsync()} under {http.GetPaymentContext()?.Digest}");
        };

        public Task ServeAsync(HttpContext http)
        {
            Interlocked.Increment(ref runs);
            return Handler(http);
        }
    }

    public static async Task<Shop> OpenAsync(Setup setup)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var database = PaymentDatabase.Open(setup.Database);
        var verified = new VerifiedSignatures(capacity: 4);
        var facilitator = new Facilitator(new FacilitatorOptions { Tokens = [setup.Token], Patience = setup.Patience, Interval = TimeSpan.FromMilliseconds(5) },
            setup.Chain, setup.Journal(new SqliteSettlementJournal(database)), setup.Time, verified);
        app.MapFacilitator("/facilitator", facilitator);
        var http = setup.OverHttp ? new HttpClient() : null;
        var gate = new PaymentGate(new SellerOptions { Token = setup.Token, PayTo = Fair.Seller, RequireContext = setup.RequireContext, MaxRequestBytes = 10_000, MaxReplyBytes = 100_000 },
            http is null ? facilitator : new HttpFacilitator(http), setup.Sales(new SqliteSaleStore(database)), setup.Time, Guid.NewGuid(), verified: verified, lifetime: app.Lifetime.ApplicationStopping);
        app.MapPost("/infer", (RequestDelegate)setup.Stall.ServeAsync).RequirePayment(gate, new Price(new TokenAmount(400), "An inference", "text/plain") { Condition = setup.Condition });
        await app.StartAsync();
        if (http is not null) http.BaseAddress = new Uri(app.Urls.First() + "/facilitator/");
        return new Shop(app, database, facilitator, http);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Facilitator.DisposeAsync();
        await database.DisposeAsync();
        facilitatorClient?.Dispose();
    }

    /// <summary>The digest of a request to this shop.</summary>
    public static Core.Digests.Sha256Digest Digest(string body) => PaymentContext.DigestRequest("POST", "/infer", Encoding.UTF8.GetBytes(body));
}

/// <summary>A buyer's process.</summary>
sealed class Customer : IAsyncDisposable
{
    readonly PaymentDatabase database;
    readonly HttpClient http;

    public SqlitePurse Purse { get; }
    /// <summary>Where the shop is now; it changes when the shop restarts.</summary>
    public Uri Shop { get; set; }
    /// <summary>Stands between the buyer and the network.</summary>
    public Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> Network { get; set; } = (_, send) => send();

    public Customer(string path, Uri shop, TimeProvider time, SpendingPolicy? policy = null, int attempts = 3)
    {
        Shop = shop;
        database = PaymentDatabase.Open(path);
        Purse = new SqlitePurse(database);
        http = new HttpClient(new PaymentHandler(policy ?? Fair.Policy, new KeyPayer(Fair.BuyerKey), Purse, time,
            new BuyerOptions { Attempts = attempts, Pause = TimeSpan.FromMilliseconds(5) })
        {
            InnerHandler = new Wire(this)
            {
                InnerHandler = new SocketsHttpHandler
                {
                    ConnectCallback = async (_, cancellation) =>
                    {
                        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                        await socket.ConnectAsync(IPAddress.Loopback, Shop.Port, cancellation);
                        return new NetworkStream(socket, ownsSocket: true);
                    },
                },
            },
        }) { BaseAddress = new Uri("http://shop.test/") };
    }

    sealed class Wire(Customer customer) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            customer.Network(request, () => base.SendAsync(request, cancellationToken));
    }

    public Task<HttpResponseMessage> AskAsync(string body, string? id = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "infer") { Content = new StringContent(body) };
        return http.SendAsync(id is null ? request : request.WithPurchaseId(id));
    }

    /// <summary>Sends a payment made by hand.</summary>
    public async Task<Answer> SendAsync(string body, string header)
    {
        using var plain = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Shop, "infer")) { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation(X402Headers.PaymentSignature, header);
        using var response = await plain.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> SendAsync(string body, PaymentPayload payment) => SendAsync(body, X402Codec.Encode(payment));

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await database.DisposeAsync();
    }
}

/// <summary>A response, read whole.</summary>
sealed record Answer(int Status, string Body, string? Check, SettlementResponse? Settlement, PaymentRequired? Required, bool LeaksHeader)
{
    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        string body = await response.Content.ReadAsStringAsync();
        bool problem = response.Content.Headers.ContentType?.MediaType == "application/problem+json";
        string? check = problem ? JsonElement.Parse(body).GetProperty("check").GetString() : null;
        SettlementResponse? settlement = null;
        if (response.Headers.TryGetValues(X402Headers.PaymentResponse, out var s)) X402Codec.Decode(s.Single(), out settlement).ShouldAccept();
        PaymentRequired? required = null;
        if (response.Headers.TryGetValues(X402Headers.PaymentRequired, out var r)) X402Codec.Decode(r.Single(), out required).ShouldAccept();
        return new Answer((int)response.StatusCode, body, check, settlement, required, response.Headers.Contains("X-Secret"));
    }
}
