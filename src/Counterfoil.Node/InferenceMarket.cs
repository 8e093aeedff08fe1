using Counterfoil.Chain;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Node.Inference;
using Counterfoil.Node.Payments;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Prover;
using Counterfoil.Zk.Graphs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Node;

/// <summary>A seller's host on loopback: one model, sold by the call, with a facilitator of its own under <c>/facilitator</c>.</summary>
public sealed class InferenceMarket : IAsyncDisposable
{
    readonly WebApplication app;
    readonly Facilitator facilitator;
    readonly PaymentDatabase database;

    InferenceMarket(WebApplication app, Facilitator facilitator, PaymentDatabase database, string target) =>
        (this.app, this.facilitator, this.database, Target) = (app, facilitator, database, target);

    /// <summary>What is sold, to whom it is paid, and where that is settled.</summary>
    public sealed record Setup
    {
        /// <summary>The settlement chain.</summary>
        public required ChainClient Chain { get; init; }
        /// <summary>Its EIP-155 id.</summary>
        public required ulong ChainId { get; init; }
        /// <summary>Submits payments; stays the caller's to dispose.</summary>
        public required Secp256k1PrivateKey Submitter { get; init; }
        /// <summary>What is paid in.</summary>
        public required Token Token { get; init; }
        /// <summary>Who is paid.</summary>
        public required Address PayTo { get; init; }
        /// <summary>What a call costs.</summary>
        public required TokenAmount Price { get; init; }
        /// <summary>The model's name in the path.</summary>
        public required string Name { get; init; }
        /// <summary>The model.</summary>
        public required RegisteredGraph Model { get; init; }
        /// <summary>How requests become inputs.</summary>
        public required Preprocessing Preprocessing { get; init; }
        /// <summary>The file of sales and settlements.</summary>
        public required string Database { get; init; }
        /// <summary>The port on loopback; 0 takes a free one.</summary>
        public int Port { get; init; }
    }

    /// <summary>Where it answers.</summary>
    public Uri Address => new(app.Urls.First());

    /// <summary>The path of the model.</summary>
    public string Target { get; }

    /// <summary>Opens the journal, takes up settlements that a crash left open, and starts to sell.</summary>
    /// <param name="setup">What to sell.</param>
    /// <param name="cancellationToken">Stops starting.</param>
    public static async Task<InferenceMarket> StartAsync(Setup setup, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{setup.Port}");
        var app = builder.Build();
        var database = PaymentDatabase.Open(setup.Database);
        var facilitator = new Facilitator(new FacilitatorOptions
        {
            // Whoever reaches the port can ask it to settle: this seller's sales, and no errands at this seller's gas.
            Tokens = [setup.Token], Payees = [setup.PayTo], Least = setup.Price, Interval = TimeSpan.FromMilliseconds(20),
        }, new ChainSettlement(setup.Chain, setup.ChainId, setup.Submitter), new SqliteSettlementJournal(database), TimeProvider.System);
        await facilitator.ResumeAsync(cancellationToken).ConfigureAwait(false);
        app.MapFacilitator("/facilitator", facilitator);
        var gate = new PaymentGate(new SellerOptions { Token = setup.Token, PayTo = setup.PayTo }, facilitator, new SqliteSaleStore(database), TimeProvider.System,
            Guid.NewGuid(), lifetime: app.Lifetime.ApplicationStopping);
        app.MapInference(setup.Name, setup.Model, setup.Preprocessing, gate, new Price(setup.Price, "One inference with its proof"));
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new InferenceMarket(app, facilitator, database, $"/v2/models/{setup.Name}/infer");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync().ConfigureAwait(false);
        await facilitator.DisposeAsync().ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
    }
}
