using System.Net;
using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Cli;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Node.Inference;
using Counterfoil.Node.Payments;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Selling;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Counterfoil.Story.Tests;

/// <summary>
/// A seller who cheats, behind the gate and the facilitator that sell for an honest one, on the story's chain: for a false answer nobody is paid, and the false
/// answer does not leave the house.
/// </summary>
public sealed class SellerTests(ToldStory told) : IDisposable
{
    static readonly TokenAmount Price = new(400);

    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-seller-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What a seller may do to a reply before it goes out.</summary>
    delegate InferenceResponse Cheat(RegisteredGraph model, int[] tensor, PaymentContext context, InferenceResponse honest);

    static readonly Dictionary<string, (string Check, Cheat Cheat)> Cheats = new()
    {
        ["a flipped byte of the proof"] = ("proof.", (_, _, _, r) => r with { Proof = Flip(r.Proof, r.Proof.Length / 2) }),
        ["an answer with another label on top"] = ("proof.", (_, _, _, r) => r with { Output = Flip(r.Output, 3) }),
        ["an answer that is cut short"] = ("proof.", (_, _, _, r) => r with { Output = r.Output[..^1] }),
        ["no proof"] = ("proof.", (_, _, _, r) => r with { Proof = ReadOnlyMemory<byte>.Empty }),
        ["a proof for another payment"] = ("proof.", (m, t, c, r) => r with { Proof = m.Prove(t, (c with { Salt = default }).Digest).Proof }),
        ["the right answer to another question"] = ("proof.", (m, t, c, r) =>
        {
            var proven = m.Prove(new int[t.Length], c.Digest);
            return new InferenceResponse(r.ModelId, TensorBytes.OfOutput(proven.Output.AsSpan()), proven.Proof);
        }),
        ["another model's name beside the right answer"] = (EvidenceChecks.JoinInferenceModel.Id, (_, _, _, r) => r with { ModelId = new(Keccak256.Hash("another"u8)) }),
    };

    public static TheoryData<string> Names => [.. Cheats.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task For_a_false_answer_nobody_is_paid_and_the_answer_is_withheld(string name)
    {
        var story = await told.Case;
        var (check, cheat) = Cheats[name];
        byte[]? withheld = null;
        await using var shop = await ShopAsync(story, (model, tensor, context, honest) =>
        {
            var false1 = cheat(model, tensor, context, honest);
            withheld = false1.Output.ToArray();
            return false1;
        });
        var before = await BalancesAsync(story);
        var (status, body, paid) = await BuyAsync(story, shop.Address);
        Assert.NotEqual(HttpStatusCode.OK, status);
        Assert.False(paid);
        using var problem = JsonDocument.Parse(body);
        Assert.StartsWith(check, problem.RootElement.GetProperty("check").GetString());
        Assert.NotNull(withheld);
        Assert.DoesNotContain("modelId", System.Text.Encoding.UTF8.GetString(body));
        Assert.Equal(before, await BalancesAsync(story));
    }

    [Fact]
    public async Task For_the_true_answer_through_the_same_door_the_price_moves_once()
    {
        var story = await told.Case;
        await using var shop = await ShopAsync(story, (_, _, _, honest) => honest);
        var (agent, seller) = await BalancesAsync(story);
        var (status, _, paid) = await BuyAsync(story, shop.Address);
        Assert.Equal((HttpStatusCode.OK, true), (status, paid));
        Assert.Equal((agent - Price.Units, seller + Price.Units), await BalancesAsync(story));
    }

    static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        byte[] flipped = bytes.ToArray();
        flipped[at] ^= 0x10;
        return flipped;
    }

    sealed record Shop(Uri Address, WebApplication App, Facilitator Facilitator, PaymentDatabase Database) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Facilitator.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    /// <summary>The seller's host as it always is, but for what the handler does to the reply.</summary>
    async Task<Shop> ShopAsync(Case story, Cheat cheat)
    {
        var (model, input) = story.Story.Model;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var database = PaymentDatabase.Open(Path.Combine(folder, "seller.db"));
        var payTo = story.Story.Cast.Account("seller-account").Address;
        var facilitator = new Facilitator(new FacilitatorOptions { Tokens = [story.Story.TestDollar], Payees = [payTo], Least = Price, Interval = TimeSpan.FromMilliseconds(20) },
            new ChainSettlement(story.Story.Chain.Client, story.Story.Chain.ChainId, story.Story.Cast.Account("facilitator-account")), new SqliteSettlementJournal(database), TimeProvider.System);
        var gate = new PaymentGate(new SellerOptions { Token = story.Story.TestDollar, PayTo = payTo }, facilitator, new SqliteSaleStore(database), TimeProvider.System,
            Guid.NewGuid(), lifetime: app.Lifetime.ApplicationStopping);
        app.MapPost("/infer", (RequestDelegate)(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            Preprocessing.Apply(input.Name, body.ToArray(), out var tensor).Require();
            var context = http.GetPaymentContext()!;
            var proven = model.Prove(tensor!, context.Digest);
            var honest = new InferenceResponse(model.Model.Id, TensorBytes.OfOutput(proven.Output.AsSpan()), proven.Proof);
            http.Response.ContentType = InferenceResponse.MediaType;
            await http.Response.Body.WriteAsync(cheat(model, tensor!, context, honest).Encode());
        })).RequirePayment(gate, InferenceEndpoint.ByProof(new Price(Price), model.Model, input));
        await app.StartAsync();
        return new Shop(new Uri(new Uri(app.Urls.First()), "/infer"), app, facilitator, database);
    }

    async Task<(HttpStatusCode Status, byte[] Body, bool Paid)> BuyAsync(Case story, Uri seller)
    {
        await using var purse = PaymentDatabase.Open(Path.Combine(folder, "agent.db"));
        var policy = new SpendingPolicy { Rules = [new SpendingRule(story.Story.TestDollar, new TokenAmount(1_000), new TokenAmount(1_000_000))], Payees = [story.Story.Cast.Account("seller-account").Address] };
        using var http = new HttpClient(new PaymentHandler(policy, new KeyPayer(story.Story.Cast.Account("agent")), new SqlitePurse(purse), TimeProvider.System) { InnerHandler = new SocketsHttpHandler() });
        using var image = new ByteArrayContent([.. Enumerable.Range(0, 784).Select(i => (byte)i)]);
        using var reply = await http.PostAsync(seller, image);
        return (reply.StatusCode, await reply.Content.ReadAsByteArrayAsync(), reply.GetPayment() is PaymentOutcome.Paid);
    }

    static async Task<(UInt256 Agent, UInt256 Seller)> BalancesAsync(Case story)
    {
        async Task<UInt256> Of(string party)
        {
            var call = new ContractCall { To = story.Story.TestDollar.Contract, Data = new TestDollarContract.BalanceOfCall(story.Story.Cast.Account(party).Address).Encode() };
            TestDollarContract.BalanceOfCall.DecodeResult(await story.Story.Chain.Client.CallAsync(call), out var balance).Require();
            return balance;
        }
        return (await Of("agent"), await Of("seller-account"));
    }
}
