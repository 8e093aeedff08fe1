using System.Globalization;
using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Signing;
using Counterfoil.DevChain;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Log;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Node.Chain;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil log anchor</c> as people type it: a log that is served, the in-process chain over JSON-RPC, and a process each time.</summary>
public sealed class LogAnchorCommandTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-anchor-command-").FullName;
    readonly Signer secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat((byte)42, 32)]);
    readonly HttpClient http = new();
    NoteSigner signer = null!;
    ChainHost chain = null!;
    ChainClient client = null!;

    public async ValueTask InitializeAsync()
    {
        signer = new NoteSigner("example.com/log", secret);
        chain = await ChainHost.StartAsync(new LocalChain(new ChainOptions(), TimeProvider.System));
        client = new ChainClient(new HttpTransport(http, chain.Address));
        // A key of one's own, with money for gas.
        byte[] seed = [.. Enumerable.Repeat((byte)9, 32)];
        Assert.True(Secp256k1PrivateKey.TryCreate(seed, out var key));
        await client.SendAsync("anvil_setBalance", json =>
        {
            json.WriteStringValue(key.Address.ToHex());
            json.WriteStringValue("0xde0b6b3a7640000");
        });
        key.Dispose();
        await File.WriteAllTextAsync(At("publisher.key"), Convert.ToHexStringLower(seed));
    }

    public async ValueTask DisposeAsync()
    {
        await chain.DisposeAsync();
        http.Dispose();
        secret.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string At(string name) => Path.Combine(folder, name);

    string Rpc => chain.Address.ToString();

    Task<Ran> AnchorAsync(LogHost host, params string[] more) =>
        TheCommand.RunAsync(["log", "anchor", host.Address.ToString(), "--rpc", Rpc, "--home", At("home"), "--key", signer.Key.ToString(), "--account", At("publisher.key"), .. more]);

    async Task<List<(ulong Size, string Root)>> OnChainAsync(string address)
    {
        Assert.True(Evm.Address.TryParse(address, out var at));
        return [.. (await new Contract(client, ContractArtifact.Anchor, at).EventsAsync<AnchorContract.AnchoredEvent>()).Select(e => (e.Event.Size, e.Event.Root.ToString()))];
    }

    [Fact]
    public async Task A_log_is_anchored_once_for_each_tree_and_never_when_it_is_another()
    {
        var log = TransparencyLog.Open(At("log"), signer);
        for (byte i = 0; i < 3; i++) await log.AppendAsync(new[] { i });
        var host = await LogHost.ServeLogAsync(log);

        var nowhere = await AnchorAsync(host);
        Assert.Equal(2, nowhere.Exit);
        Assert.Contains($"counterfoil chain deploy --rpc {Rpc}", nowhere.Error, StringComparison.Ordinal);
        var deploy = await TheCommand.RunAsync("chain", "deploy", "--rpc", Rpc, "--home", At("home"), "--key", At("publisher.key"), "--json");
        Assert.True(deploy.Exit == 0, deploy.Error);
        using var book = JsonDocument.Parse(await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(At("home"), "chains"), "*.json").Single()));
        string anchor = book.RootElement.GetProperty("contracts").GetProperty("Anchor").GetProperty("address").GetString()!;

        // The first time.
        var first = await AnchorAsync(host);
        Assert.True(first.Exit == 0, first.Error);
        Assert.Matches("^3 entries anchored in block [0-9]+ by 0x[0-9a-f]{64}\n$", first.Out);
        var three = (3UL, log.Checkpoint.Checkpoint.Root.ToString());
        Assert.Equal([three], await OnChainAsync(anchor));

        // Again: nothing changes, on the chain or elsewhere.
        ulong block = await client.GetBlockNumberAsync();
        var again = await AnchorAsync(host);
        Assert.Equal((0, "3 entries were anchored already\n"), (again.Exit, again.Out));
        Assert.Equal(block, await client.GetBlockNumberAsync());

        // The log grew: one transaction for all that came.
        for (byte i = 3; i < 8; i++) await log.AppendAsync(new[] { i });
        var grown = await AnchorAsync(host, "--json");
        Assert.True(grown.Exit == 0, grown.Error);
        using (var said = JsonDocument.Parse(grown.Out))
        {
            Assert.Equal(8, said.RootElement.GetProperty("size").GetInt64());
            Assert.Equal(log.Checkpoint.Checkpoint.Root.ToString(), said.RootElement.GetProperty("root").GetString());
            Assert.Equal(block + 1, said.RootElement.GetProperty("block").GetUInt64());
            Assert.StartsWith("0x", said.RootElement.GetProperty("transaction").GetString(), StringComparison.Ordinal);
        }
        var anchored = new[] { three, (8UL, log.Checkpoint.Checkpoint.Root.ToString()) };
        Assert.Equal(anchored, await OnChainAsync(anchor));
        await host.DisposeAsync();
        await log.DisposeAsync();

        // An older copy of the log, and another history of the same length: neither is gone on with.
        for (byte history = 0; history < 2; history++)
        {
            await using var other = TransparencyLog.Open(At($"other-{history}"), signer);
            for (byte i = 0; i < (history == 0 ? 5 : 8); i++) await other.AppendAsync(new[] { history, i });
            await using var served = await LogHost.ServeLogAsync(other);
            var refused = await AnchorAsync(served);
            Assert.Equal((3, ""), (refused.Exit, refused.Out));
            Assert.Contains(history == 0 ? "it is an older copy" : string.Create(CultureInfo.InvariantCulture, $"anchored at {8}"), refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        }
        Assert.Equal(anchored, await OnChainAsync(anchor));
    }

    [Fact]
    public async Task A_checkpoint_that_another_key_signed_is_not_anchored()
    {
        using var stranger = Signer.FromSeed(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat((byte)43, 32)]);
        await using var log = TransparencyLog.Open(At("forged"), new NoteSigner("example.com/log", stranger));
        await log.AppendAsync(new byte[1]);
        await using var host = await LogHost.ServeLogAsync(log);
        Assert.Equal(0, (await TheCommand.RunAsync("chain", "deploy", "--rpc", Rpc, "--home", At("home"), "--key", At("publisher.key"))).Exit);
        ulong block = await client.GetBlockNumberAsync();
        var refused = await AnchorAsync(host);
        Assert.Equal((1, ""), (refused.Exit, refused.Out));
        Assert.Contains("log.note.signers", refused.Error, StringComparison.Ordinal);
        Assert.Equal(block, await client.GetBlockNumberAsync());
    }
}
