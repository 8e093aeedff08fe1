using System.Diagnostics;
using System.Net.Http.Headers;
using Counterfoil.Cli.Demo;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Node;
using Counterfoil.Node.Inference;
using Counterfoil.Node.Payments;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Measuring;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Bench;

/// <summary>Purchases over HTTP on loopback, each settled on the in-process chain: of a plain answer, and of an inference with its proof.</summary>
static class PaymentBench
{
    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-bench-").FullName;
        try
        {
            using var chain = await BenchChain.StartAsync(run.Cancel);
            var settlement = new ChainSettlement(chain.Client, chain.ChainId, chain.Key("submitter"));
            var figures = new List<Figure>();
            foreach (int clients in run.Quick ? [2] : new[] { 1, 16 })
            {
                run.Next($"payments, {clients} at once");
                var measured = await ExactThroughput.MeasureAsync(settlement, chain.Dollar, chain.Key("buyer"), chain.Key("seller").Address, folder, clients, run.Quick ? 4 : 100 + 40 * clients, run.Cancel);
                figures.AddRange(Figures("x402 exact", clients, measured.PerSecond, measured.Median, measured.Percentile99));
            }
            var (model, input) = await ModelAsync(run);
            foreach (int clients in run.Quick ? [1] : new[] { 1, 4 })
            {
                run.Next($"inferences with proofs, {clients} at once");
                figures.AddRange(await SellProofsAsync(run, chain, model, input, clients, Path.Combine(folder, $"{clients}")));
            }
            return BenchReport.Of("payments", figures,
                "A payment is whole: a question without payment (402), a signature (EIP-3009), the paid question, the facilitator's check, a transfer in a block of its own, a receipt that the buyer checks.",
                "Buyers, seller, facilitator and chain share one process and this machine's cores; HTTP is real, on loopback; journals are flushed to disk.",
                "With proof: the seller proves, its facilitator submits the payment only after it has verified the proof, and the buyer verifies it again.",
                "A seller's process cannot answer faster than its disk flushes: journals lie in the folder for temporary files.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static IEnumerable<Figure> Figures(string what, int clients, double perSecond, TimeSpan median, TimeSpan percentile99)
    {
        string name = $"{what}, {clients} {(clients == 1 ? "client" : "clients")}";
        yield return new(name, perSecond, "payments/s");
        yield return new($"{name}: half are faster than", median.TotalMilliseconds, "ms", LessIsBetter: true);
        yield return new($"{name}: 99 in 100 are faster than", percentile99.TotalMilliseconds, "ms", LessIsBetter: true);
    }

    /// <summary>The demo's shape, and the input as a request carries it.</summary>
    static async Task<(ProvenModel Model, byte[] Request)> ModelAsync(BenchRun run)
    {
        var model = await ProvenModels.PerceptronAsync(run);
        return (model, [.. model.Input.Select(cell => (byte)cell)]);
    }

    static async Task<IEnumerable<Figure>> SellProofsAsync(BenchRun run, BenchChain chain, ProvenModel model, byte[] request, int clients, string folder)
    {
        Directory.CreateDirectory(folder);
        using var registered = RegisteredGraph.Register(model.Model);
        var seller = chain.Key("seller").Address;
        await using var market = await InferenceMarket.StartAsync(new InferenceMarket.Setup
        {
            Chain = chain.Client, ChainId = chain.ChainId, Submitter = chain.Key("submitter"), Token = chain.Dollar, PayTo = seller, Price = new TokenAmount(400), Name = "bench",
            Model = registered, Preprocessing = Preprocessing.Int8, Database = Path.Combine(folder, "seller.db"),
        }, run.Cancel);
        await using var purse = PaymentDatabase.Open(Path.Combine(folder, "buyer.db"));
        var policy = new SpendingPolicy { Rules = [new SpendingRule(chain.Dollar, new TokenAmount(400), new TokenAmount(1_000_000_000))], Payees = [seller] };
        using var http = new HttpClient(new PaymentHandler(policy, new KeyPayer(chain.Key("buyer")), new SqlitePurse(purse), TimeProvider.System) { InnerHandler = new SocketsHttpHandler() });

        async Task BuyAsync()
        {
            using var content = new ByteArrayContent(request) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            using var reply = await http.PostAsync(new Uri(market.Address, market.Target), content, run.Cancel);
            byte[] body = await reply.Content.ReadAsByteArrayAsync(run.Cancel);
            if (reply.GetPayment() is not PaymentOutcome.Paid { Context: { } context } paid) throw new InvalidOperationException($"a purchase ended with status {(int)reply.StatusCode}: {reply.GetPayment()}");
            paid.ReceiptVerdict.Require();
            InferenceResponse.Decode(body, out var answer).Require();
            TensorBytes.ReadOutput(answer!.Output.Span, out var output).Require();
            ExecutionProof.Verify(new ExecutionStatement(registered.Model, model.Input, output, context.Digest), answer.Proof).Require();
        }

        int purchases = run.Quick ? clients : 20 * clients, next = -1;
        var times = new TimeSpan[purchases];
        for (int i = 0; i < (run.Quick ? 1 : 15); i++) await BuyAsync(); // the JIT's turns
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < purchases;)
            {
                long asked = Stopwatch.GetTimestamp();
                await BuyAsync();
                times[i] = Stopwatch.GetElapsedTime(asked);
            }
        }, run.Cancel)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(times);
        return Figures($"{model.Name} with proof", clients, purchases / seconds, times[purchases / 2], times[Math.Min(purchases - 1, purchases * 99 / 100)]);
    }
}
