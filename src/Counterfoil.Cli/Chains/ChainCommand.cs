using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;
using Counterfoil.Node.Chain;
using Counterfoil.Node.Chain.Storage;
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
        var home = new Option<string?>("--home") { Description = "The folder that keeps the chain, which goes on from there when run again; without it the chain is in memory" };
        var run = new Command("run", "Serves a chain with our contracts on it; prints their addresses") { port, id, fund, home };
        run.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(port), parsed.GetValue(id), parsed.GetValue(fund) ?? [], parsed.GetValue(home), cancel));
        return new Command("chain", "The in-process settlement chain") { run };
    }

    static async Task<int> RunAsync(int port, ulong id, string[] fund, string? folder, CancellationToken cancel)
    {
        if (port is < 0 or > 65_535) throw new UsageException($"{port} is not a port", "a port is 0 to 65535");
        var funded = fund.Select(text => Address.TryParse(text, out var address) ? address
            : throw new UsageException($"'{text}' is not an address", "20 bytes in hexadecimal with 0x, in lower case or with the EIP-55 checksum")).Distinct().ToList();
        var options = new ChainOptions { ChainId = id };
        if (folder is null) return await ServeAsync(new LocalChain(options, TimeProvider.System), null, null, port, funded, cancel);

        HomeFolder.OpenToWrite(folder, "counterfoil chain run", TimeProvider.System, [ChainStore.Schema], out var home).Require();
        using (home)
        {
            using var store = ChainStore.Open(home!, options, TimeProvider.System);
            if (store.Options.ChainId != id) throw new UsageException($"the chain in {folder} has the id {store.Options.ChainId}, not {id}", "pass that id, or another home");
            return await ServeAsync(store.Chain, store, Path.Combine(home!.FolderOf(ChainStore.Schema.Name), "contracts.json"), port, funded, cancel);
        }
    }

    static async Task<int> ServeAsync(LocalChain chain, ChainStore? store, string? book, int port, List<Address> funded, CancellationToken cancel)
    {
        await using var host = await StartAsync(chain, port, store is null ? null : store.FlushAsync, cancel);
        string? contracts = book is not null && File.Exists(book) ? await File.ReadAllTextAsync(book, cancel) : null;
        if (contracts is null)
        {
            // The deployer owns nothing but the right to mint test dollars, and is forgotten with the process.
            using var deployer = new Secp256k1PrivateKey(RandomNumberGenerator.GetBytes(32));
            foreach (var address in funded.Append(deployer.Address)) chain.SetBalance(address, Ether * 1000);
            var client = new ChainClient(new InProcessTransport(host.Address.ToString(), new JsonRpcDispatcher(chain).Handle));
            using var account = new ChainAccount(client, deployer);
            var deployed = await Deployment.DeployAsync(account, cancel);
            foreach (var address in funded) await account.SendAndWaitAsync(deployed.TestDollar.Call(new TestDollarContract.MintCall(address, 1_000_000_000)), cancellationToken: cancel);
            contracts = deployed.Addresses.ToJson();
            if (store is not null) await store.FlushAsync();
            if (book is not null) PrivateFiles.Write(book, Encoding.UTF8.GetBytes(contracts));
        }
        else if (funded.Count > 0) throw new UsageException("--fund is for a new chain", "this one was made before; anvil_setBalance gives ether");

        Console.Out.WriteLine(contracts);
        Terminal.Notes.WriteLine($"counterfoil: chain {chain.ChainId} answers JSON-RPC at {host.Address}; interrupt to stop");
        await Task.WhenAny(Task.Delay(Timeout.Infinite, cancel), store?.Failed ?? Task.Delay(Timeout.Infinite, cancel));
        if (store is { Failed: { IsCompleted: true } failed }) await failed;
        return ExitCode.Yes;
    }

    static async Task<ChainHost> StartAsync(LocalChain chain, int port, Func<Task>? flush, CancellationToken cancel)
    {
        try
        {
            return await ChainHost.StartAsync(chain, port, flush, cancel);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new UsageException($"port {port} of 127.0.0.1 is taken", "--port 0 takes a free one");
        }
    }
}
