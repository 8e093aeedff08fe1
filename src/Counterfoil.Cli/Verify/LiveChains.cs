using System.Collections.Immutable;
using Counterfoil.Chain;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Verification;

namespace Counterfoil.Cli.Verify;

/// <summary>Asks endpoints whether the blocks that a case stands on are on their chains now. What they say is judged by <see cref="LiveBlock.Judge"/>, and can only take an ACCEPT away.</summary>
static class LiveChains
{
    /// <summary>Confirmations that are asked for where nothing else is: two and a half minutes on Ethereum. What is final there by the validators' votes is older than 64.</summary>
    public const ulong Confirmations = 12;

    /// <summary>The longest that one endpoint is asked, whatever it answers.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads an endpoint's address from the command line.</summary>
    public static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new UsageException("--rpc takes the address of a JSON-RPC endpoint", "for example --rpc http://127.0.0.1:8545");

    public static async Task<ImmutableArray<LiveBlock>> AskAsync(VerificationReport report, IReadOnlyList<Uri> endpoints, ulong confirmations, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return await AskAsync(report, [.. endpoints.Select(e => new HttpTransport(http, e, TimeSpan.FromSeconds(10)))], confirmations, Patience, cancel);
    }

    /// <summary>Asks each endpoint about the blocks of its chain. Nothing more can change a REJECT, so nobody is asked about one.</summary>
    public static async Task<ImmutableArray<LiveBlock>> AskAsync(
        VerificationReport report, IReadOnlyList<IJsonRpcTransport> endpoints, ulong confirmations, TimeSpan patience, CancellationToken cancel)
    {
        if (report.Verdict is Verdict.Rejected) return [];
        var found = new Dictionary<EvidenceBlock, LiveBlock>();
        var trouble = new List<string>();
        foreach (var endpoint in endpoints)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            deadline.CancelAfter(patience);
            var client = new ChainClient(endpoint);
            try
            {
                string chain = $"eip155:{await client.GetChainIdAsync(deadline.Token)}";
                var blocks = report.Blocks.Where(b => b.Chain == chain).ToList();
                if (blocks.Count == 0) trouble.Add($"{client.Endpoint} is of {chain}");
                foreach (var block in blocks) Keep(found, await AskAsync(client, block, confirmations, deadline.Token));
            }
            catch (ChainException silent)
            {
                // Its own words are left out: a stranger's text has no place in a verdict.
                trouble.Add($"{client.Endpoint} to {silent.Method}: {Words(silent.Kind)}");
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                trouble.Add($"{client.Endpoint}: not done within {patience.TotalSeconds:0.#} s");
            }
        }
        string why = trouble.Count == 0 ? "" : $" ({string.Join("; ", trouble)})";
        return [.. report.Blocks.Select(b => found.GetValueOrDefault(b)
            ?? new LiveBlock(b, null, null, Verdict.CannotTell(LiveChecks.Endpoint, $"an endpoint of {b.Chain} that answers about block {b.Number}{why}")))];
    }

    static async Task<LiveBlock> AskAsync(ChainClient client, EvidenceBlock block, ulong confirmations, CancellationToken cancel)
    {
        // The latest first: a block that comes in between makes the depth too small, never too large.
        ulong latest = await client.GetBlockNumberAsync(cancel);
        return LiveBlock.Judge(block, client.Endpoint, latest, (await client.GetBlockAsync(block.Number, cancel))?.Hash, confirmations);
    }

    static string Words(ChainFailure kind) => kind switch
    {
        ChainFailure.Unreachable => "unreachable",
        ChainFailure.TimedOut => "no answer in time",
        ChainFailure.WrongAnswer => "an answer that is none",
        _ => "a refusal",
    };

    // Of several endpoints of one chain, the one that objects is heard.
    static void Keep(Dictionary<EvidenceBlock, LiveBlock> found, LiveBlock live)
    {
        static int Weight(Verdict verdict) => verdict switch { Verdict.Rejected => 2, Verdict.Unverifiable => 1, _ => 0 };
        if (!found.TryGetValue(live.Block, out var before) || Weight(live.Verdict) > Weight(before.Verdict)) found[live.Block] = live;
    }
}
