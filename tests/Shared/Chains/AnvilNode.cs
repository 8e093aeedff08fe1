using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Counterfoil.Chain;
using Counterfoil.Chain.Rpc;
using Counterfoil.DevChain;
using Counterfoil.Evm;

namespace Counterfoil.Tests.Chains;

/// <summary>Foundry's chain, another implementation of everything that ours does, in a process of its own.</summary>
sealed class AnvilNode : IAsyncDisposable
{
    readonly Process process;
    readonly HttpClient http = new();

    readonly HttpTransport transport;

    AnvilNode(Process process, Uri address)
    {
        (this.process, transport, Address) = (process, new HttpTransport(http, address), address);
        Client = new ChainClient(transport);
    }

    public Uri Address { get; }
    public ChainClient Client { get; }

    /// <summary>The program; a test that starts it inside a sample asks first, so that it is skipped where there is none.</summary>
    public static string Program => Surroundings.Tool("anvil", "tests/tools/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");

    /// <summary>Starts a chain.</summary>
    /// <param name="fork">Whose rules it runs by.</param>
    /// <param name="options">Arguments of its command line, behind ours.</param>
    public static async Task<AnvilNode> StartAsync(Fork fork = Fork.Osaka, params string[] options)
    {
        string[] arguments = ["--port", "0", "--hardfork", fork.ToString().ToLowerInvariant(), "--chain-id", "31337", "--gas-limit", "30000000", "--accounts", "1", .. options];
        var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            const string Listening = "Listening on ";
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
                if (line.StartsWith(Listening, StringComparison.Ordinal))
                {
                    // Whatever else it prints is read and dropped: a full pipe would stop it.
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                    return new AnvilNode(process, new Uri($"http://{line[Listening.Length..].Trim()}"));
                }
            throw new InvalidOperationException($"anvil ended: {await process.StandardError.ReadToEndAsync(deadline.Token)}");
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>The whole answer to a request that the client has no method for.</summary>
    public async Task<JsonElement> AskAsync(string method, string parameters)
    {
        byte[] request = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");
        using var answer = JsonDocument.Parse(await transport.SendAsync(request, method, CancellationToken.None), new JsonDocumentOptions { MaxDepth = 4_096 }); // a trace is as deep as calls are
        return answer.RootElement.Clone();
    }

    public Task FundAsync(Address address, UInt256 amount) => Client.SendAsync("anvil_setBalance", json =>
    {
        json.WriteStringValue(address.ToHex());
        json.WriteStringValue(amount.ToHex());
    });

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
    }
}
