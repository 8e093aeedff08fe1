using System.CommandLine;
using System.Security.Cryptography;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Node.Chain;
using Microsoft.AspNetCore.Connections;
using Spectre.Console;

namespace Counterfoil.Cli.Chains;

/// <summary><c>counterfoil chain run</c>: the in-process settlement chain, for any client that speaks JSON-RPC.</summary>
static class ChainCommand
{
    static readonly UInt256 Ether = UInt256.Parse("1000000000000000000");

    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 takes a free one", DefaultValueFactory = _ => 8545 };
        var id = new Option<ulong>("--chain-id") { Description = "The EIP-155 chain id", DefaultValueFactory = _ => 31_337 };
        var fund = new Option<string[]>("--fund") { Description = "An address that starts with 1,000 ether and 1,000 test dollars; may be given again" };
        var run = new Command("run", "Serves a fresh chain in memory with our contracts on it; prints their addresses") { port, id, fund };
        run.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(port), parsed.GetValue(id), parsed.GetValue(fund) ?? [], cancel));
        return new Command("chain", "Settlement chains: the in-process one, and any other by its address") { run, DeployCommand.Create(), StatusCommand.Create() };
    }

    static async Task<int> RunAsync(int port, ulong id, string[] fund, CancellationToken cancel)
    {
        if (port is < 0 or > 65_535) throw new UsageException($"{port} is not a port", "a port is 0 to 65535");
        var funded = fund.Select(text => Address.TryParse(text, out var address) ? address
            : throw new UsageException($"'{text}' is not an address", "20 bytes in hexadecimal with 0x, in lower case or with the EIP-55 checksum")).Distinct().ToList();

        // The deployer owns nothing but the right to mint test dollars, and is forgotten with the process.
        using var deployer = new Secp256k1PrivateKey(RandomNumberGenerator.GetBytes(32));
        var genesis = funded.Append(deployer.Address).ToDictionary(a => a, _ => Ether * 1000);
        await using var host = await StartAsync(new LocalChain(new ChainOptions { ChainId = id, Genesis = genesis }, TimeProvider.System), port, cancel);
        var client = new ChainClient(new InProcessTransport(host.Address.ToString(), new JsonRpcDispatcher(host.Chain).Handle));
        using var account = new ChainAccount(client, deployer);
        var contracts = await Deployment.DeployAsync(account, cancel);
        foreach (var address in funded) await account.SendAndWaitAsync(contracts.TestDollar.Call("mint", address, (UInt256)1_000_000_000), cancellationToken: cancel);

        Console.Out.WriteLine(contracts.Addresses.ToJson());
        Terminal.Notes.WriteLine($"counterfoil: chain {id} answers JSON-RPC at {host.Address}; interrupt to stop");
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Yes;
    }

    static async Task<ChainHost> StartAsync(LocalChain chain, int port, CancellationToken cancel)
    {
        try
        {
            return await ChainHost.StartAsync(chain, port, cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UsageException($"port {port} of 127.0.0.1 is taken", "--port 0 takes a free one");
        }
    }
}
