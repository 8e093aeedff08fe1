using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterfoil.Chain;
using Counterfoil.Chain.Rpc;
using Counterfoil.Cli.Verify;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Verification;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil verify --rpc</c>: an endpoint can take an ACCEPT away, and never give one.</summary>
public sealed class LiveChainTests(ToldStory told)
{
    static async Task<VerificationReport> AskAsync(VerificationReport report, ulong confirmations, params IJsonRpcTransport[] endpoints) =>
        report.With(await LiveChains.AskAsync(report, endpoints, confirmations, TimeSpan.FromSeconds(20), default));

    static InProcessTransport Honest(Case story) => new("honest", story.Story.Chain.Dispatcher.Handle);

    /// <summary>The honest chain through the mouth of one that changes the answer to a method.</summary>
    static InProcessTransport Liar(Case story, string method, Action<JsonObject> lie) => new("liar", request =>
    {
        byte[] answer = story.Story.Chain.Dispatcher.Handle(request);
        if (JsonNode.Parse(request.Span)!["method"]!.GetValue<string>() != method) return answer;
        var changed = JsonNode.Parse(answer)!.AsObject();
        lie(changed);
        return Encoding.UTF8.GetBytes(changed.ToJsonString());
    });

    static InProcessTransport Other(ulong chainId, int blocks)
    {
        var chain = new LocalChain(new ChainOptions { ChainId = chainId }, TimeProvider.System);
        for (int i = 0; i < blocks; i++) chain.Mine();
        return new InProcessTransport("other", new JsonRpcDispatcher(chain).Handle);
    }

    sealed class Broken(ChainFailure kind) : IJsonRpcTransport
    {
        public string Endpoint => "https://broken.example:443";

        public async Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken)
        {
            if (kind == ChainFailure.TimedOut) await Task.Delay(Timeout.Infinite, cancellationToken);
            if (kind == ChainFailure.WrongAnswer) return "<html>\u001b[2J"u8.ToArray();
            throw new ChainException(Endpoint, method, "words of a stranger \u001b[2J") { Kind = kind };
        }
    }

    async Task<(Case Story, VerificationReport Offline)> AcceptedAsync()
    {
        var story = await told.Case;
        var offline = BundleVerifier.Verify(story.Bytes, story.PolicyFile);
        Assert.Equal("ACCEPT", offline.Verdict.Word());
        return (story, offline);
    }

    [Fact]
    public async Task On_its_own_chain_the_case_stays_accepted_and_every_block_is_told_with_its_depth()
    {
        var (story, offline) = await AcceptedAsync();
        var live = await AskAsync(offline, 1, Honest(story));
        Assert.Equal("ACCEPT", live.Verdict.Word());
        Assert.Equal(offline.Proves, live.Proves);
        Assert.Equal(offline.Blocks, live.Live.Select(l => l.Block));
        // The blocks of its receipts, and the pin.
        var chain = story.Bundle.Chains[0];
        Assert.Equal(chain.Receipts.Select(r => r.Header).Distinct().Count(), live.Live.Count(l => !l.Block.Pinned) + live.Live.Count(l => l.Block.Pinned && chain.Receipts[^1].Header == chain.Headers.Length - 1));
        Assert.Contains(live.Live, l => l.Block.Pinned && l.Block.Hash == story.Policy.Chains[0].Blocks[0].Hash);
        Assert.All(live.Live, l => Assert.True(l.Confirmations >= 1));
    }

    [Fact]
    public async Task A_chain_with_other_blocks_at_these_heights_is_a_reject()
    {
        var (_, offline) = await AcceptedAsync();
        var live = await AskAsync(offline, 1, Other(31_337, 200));
        Assert.Equal(("REJECT", LiveChecks.Block), (live.Verdict.Word(), live.Verdict.CheckOf()));
        Assert.Empty(live.Proves);
    }

    [Fact]
    public async Task A_pin_that_the_chain_dropped_is_a_reject()
    {
        var (story, _) = await AcceptedAsync();
        var trust = story.Policy.Chains[0];
        // Outside the bundle's headers, where the offline check has nothing to hold it against.
        var stale = story.Policy with { Chains = [trust with { Blocks = [.. trust.Blocks, new PinnedBlock(1, Keccak256.Hash("dropped"u8))] }] };
        var offline = story.Verify(stale);
        Assert.Equal("ACCEPT", offline.Verdict.Word());
        Assert.Equal(LiveChecks.Block, (await AskAsync(offline, 1, Honest(story))).Verdict.CheckOf());
    }

    [Fact]
    public async Task Of_two_endpoints_of_one_chain_the_one_that_objects_is_heard()
    {
        var (story, offline) = await AcceptedAsync();
        Assert.Equal("REJECT", (await AskAsync(offline, 1, Honest(story), Other(31_337, 200))).Verdict.Word());
        Assert.Equal("REJECT", (await AskAsync(offline, 1, Other(31_337, 200), Honest(story))).Verdict.Word());
    }

    [Fact]
    public async Task An_endpoint_of_another_chain_or_one_that_has_not_come_so_far_leaves_it_open()
    {
        var (_, offline) = await AcceptedAsync();
        var another = await AskAsync(offline, 1, Other(1, 200));
        Assert.Equal(("UNVERIFIABLE", LiveChecks.Endpoint), (another.Verdict.Word(), another.Verdict.CheckOf()));
        var behind = await AskAsync(offline, 1, Other(31_337, 0));
        Assert.Equal(("UNVERIFIABLE", LiveChecks.Block), (behind.Verdict.Word(), behind.Verdict.CheckOf()));
        Assert.Empty(behind.Proves);
    }

    [Theory]
    [InlineData(ChainFailure.Unreachable)]
    [InlineData(ChainFailure.TimedOut)]
    [InlineData(ChainFailure.WrongAnswer)]
    [InlineData(ChainFailure.Refused)]
    public async Task An_endpoint_that_is_dead_or_late_or_talks_nonsense_leaves_it_open_and_none_of_its_words_are_told(ChainFailure kind)
    {
        var (_, offline) = await AcceptedAsync();
        var live = offline.With(await LiveChains.AskAsync(offline, [new Broken(kind)], 1, TimeSpan.FromMilliseconds(100), default));
        Assert.Equal(("UNVERIFIABLE", LiveChecks.Endpoint), (live.Verdict.Word(), live.Verdict.CheckOf()));
        Assert.DoesNotContain('\u001b', live.Verdict.ToString());
        Assert.DoesNotContain("words of a stranger", live.ToJson(default), StringComparison.Ordinal);
        Assert.Contains("broken.example", live.ToJson(default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_without_the_confirmations_asked_for_leaves_it_open_whatever_the_endpoint_says_its_latest_is()
    {
        var (story, offline) = await AcceptedAsync();
        var shallow = await AskAsync(offline, 1_000_000, Honest(story));
        Assert.Equal(("UNVERIFIABLE", LiveChecks.Depth), (shallow.Verdict.Word(), shallow.Verdict.CheckOf()));
        var contradictory = await AskAsync(offline, 2, Liar(story, "eth_blockNumber", answer => answer["result"] = "0x0"));
        Assert.Equal(LiveChecks.Depth, contradictory.Verdict.CheckOf());
    }

    [Fact]
    public async Task A_lie_about_a_blocks_fields_or_hash_is_no_answer()
    {
        var (story, offline) = await AcceptedAsync();
        foreach (string field in (string[])["stateRoot", "hash", "number", "timestamp"])
        {
            var live = await AskAsync(offline, 1, Liar(story, "eth_getBlockByNumber", answer => answer["result"]![field] = field is "number" or "timestamp" ? "0x1" : $"0x{new string('0', 64)}"));
            Assert.Equal(("UNVERIFIABLE", LiveChecks.Endpoint), (live.Verdict.Word(), live.Verdict.CheckOf()));
        }
    }

    [Fact]
    public async Task Whatever_an_endpoint_says_a_reject_stays_one_and_what_was_open_stays_open()
    {
        var story = await told.Case;
        var rejected = story.Verify(story.Policy with { Logs = [] });
        Assert.Equal("REJECT", rejected.Verdict.Word());
        int asked = 0;
        var live = await AskAsync(rejected, 1, new InProcessTransport("honest", request =>
        {
            asked++;
            return story.Story.Chain.Dispatcher.Handle(request);
        }));
        Assert.Equal((rejected.Verdict, 0), (live.Verdict, asked));

        var trust = story.Policy.Chains[0];
        foreach (var open in (VerificationReport[])[BundleVerifier.Verify(story.Bytes, null), story.Verify(story.Policy with { Chains = [trust with { Blocks = [] }] })])
        {
            Assert.Equal("UNVERIFIABLE", open.Verdict.Word());
            Assert.Equal(open.Verdict, (await AskAsync(open, 1, Honest(story))).Verdict);
            Assert.Equal("REJECT", (await AskAsync(open, 1, Other(31_337, 200))).Verdict.Word());
        }
        // By the rule itself, whatever might be handed to it.
        var sound = rejected.Blocks.Select(b => new LiveBlock(b, "any", 99, Core.Verdicts.Verdict.Accept)).ToImmutableArray();
        Assert.Equal(rejected.Verdict, rejected.With(sound).Verdict);
    }

    [Fact]
    public async Task The_command_asks_over_http_and_says_the_same_as_json_and_in_words()
    {
        var (story, _) = await AcceptedAsync();
        string bundle = Path.Combine(story.Folder, "live.bundle"), policy = Path.Combine(story.Folder, "live.policy");
        await File.WriteAllBytesAsync(bundle, story.Bytes);
        await File.WriteAllBytesAsync(policy, story.PolicyFile);
        using var server = new Server(story.Story.Chain.Dispatcher);
        var ran = await TheCommand.RunAsync("verify", bundle, "--policy", policy, "--rpc", server.Address, "--confirmations", "1", "--json");
        Assert.Equal((0, ""), (ran.Exit, ran.Error));
        using var json = JsonDocument.Parse(ran.Out);
        var live = json.RootElement.GetProperty("live").EnumerateArray().ToList();
        Assert.NotEmpty(live);
        Assert.All(live, l => Assert.Equal("ACCEPT", l.GetProperty("verdict").GetString()));

        var deep = await TheCommand.RunAsync("verify", bundle, "--policy", policy, "--rpc", server.Address, "--confirmations", "100000");
        Assert.Equal(3, deep.Exit);
        Assert.Contains("UNVERIFIABLE", deep.Out, StringComparison.Ordinal);
        Assert.Contains("chain.live.depth", deep.Out, StringComparison.Ordinal);
        server.Dispose();
        var dead = await TheCommand.RunAsync("verify", bundle, "--policy", policy, "--rpc", server.Address);
        Assert.Equal(3, dead.Exit);
        Assert.Contains("chain.live.endpoint", dead.Out, StringComparison.Ordinal);
        Assert.Contains("hint: --rpc takes", dead.Error, StringComparison.Ordinal);
        foreach (string[] wrong in (string[][])[["--rpc", "ftp://host"], ["--rpc", "8545"], ["--rpc", server.Address, "--confirmations", "0"]])
            Assert.Equal(2, (await TheCommand.RunAsync(["verify", bundle, "--policy", policy, .. wrong])).Exit);
    }

    /// <summary>The story's chain over HTTP.</summary>
    sealed class Server : IDisposable
    {
        readonly HttpListener listener = new();

        public Server(JsonRpcDispatcher dispatcher)
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            listener.Prefixes.Add(Address);
            listener.Start();
            _ = ServeAsync(dispatcher);
        }

        public string Address { get; }

        async Task ServeAsync(JsonRpcDispatcher dispatcher)
        {
            try
            {
                while (true)
                {
                    var context = await listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    byte[] answer = dispatcher.Handle(body.ToArray());
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(answer);
                    context.Response.Close();
                }
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
            }
        }

        public void Dispose() => listener.Close();
    }
}
