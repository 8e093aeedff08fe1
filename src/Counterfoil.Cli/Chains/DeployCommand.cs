using System.CommandLine;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Evm;
using Counterfoil.Home;
using Spectre.Console;

namespace Counterfoil.Cli.Chains;

/// <summary><c>counterfoil chain deploy</c>: our contracts on any chain by its address; again, and nothing is done twice.</summary>
static class DeployCommand
{
    static string told = "";

    // An endpoint that stays away says the same again and again.
    static void Tell(ChainException trouble)
    {
        if (told == trouble.Message) return;
        told = trouble.Message;
        Terminal.Notes.WriteLine($"counterfoil: asked again: {trouble.Message}");
    }

    public static Option<string> Rpc() => new("--rpc") { Description = "The chain's JSON-RPC endpoint, http or https", Required = true };

    public static Option<string> Home() => new("--home") { Description = "The folder of keys, address books and journals", DefaultValueFactory = _ => HomeFolder.DefaultPath };

    public static Command Create()
    {
        Option<string> rpc = Rpc(), home = Home();
        var key = new Option<string?>("--key") { Description = "A file with the deployer's private key in hexadecimal; the home's own unless given" };
        var confirmations = new Option<ulong>("--confirmations") { Description = "Blocks that each contract must have, its own included, before the next is made", DefaultValueFactory = _ => 1 };
        var registry = new Option<string?>("--identity-registry") { Description = "The chain's ERC-8004 identity registry; without one, ValidationRegistry and ProofEscrow are left out" };
        var json = new Option<bool>("--json") { Description = "Prints the address book as JSON" };
        var command = new Command("deploy", "Puts our contracts on a chain, or finds that they are there") { rpc, home, key, confirmations, registry, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(rpc)!, parsed.GetValue(home)!, parsed.GetValue(key), parsed.GetValue(confirmations), parsed.GetValue(registry), parsed.GetValue(json), cancel));
        return command;
    }

    public static HttpTransport Transport(HttpClient http, string rpc) =>
        Uri.TryCreate(rpc, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? new HttpTransport(http, address)
            : throw new UsageException($"'{rpc}' is no address of an endpoint", "http://127.0.0.1:8545, say");

    static async Task<int> RunAsync(string rpc, string folder, string? keyFile, ulong confirmations, string? registry, bool asJson, CancellationToken cancel)
    {
        if (confirmations is 0 or > 64) throw new UsageException($"{confirmations} confirmations cannot be waited for", "1 to 64");
        var given = new Dictionary<string, string>();
        if (registry is not null) given["identityRegistry"] = Address.TryParse(registry, out var at) ? at.ToString() : throw new UsageException($"'{registry}' is not an address", "20 bytes in hexadecimal with 0x");
        using var http = new HttpClient();
        var client = new ChainClient(Transport(http, rpc));
        using var home = await ChainHome.OpenToWriteAsync(folder, "counterfoil chain deploy", client, cancel);
        using var key = home.OpenKey(keyFile);
        var balance = await client.GetBalanceAsync(key.Address, cancel);
        if (balance.IsZero) throw new UsageException($"{key.Address}, who would deploy, has no money for gas on chain {home.ChainId}", "send it some, or name another key with --key");

        await using var database = ChainDatabase.OpenSqlite(home.JournalPath);
        using var outbox = new Outbox(client, key, new OutboxJournal(database, home.ChainId, key.Address), new OutboxOptions
        {
            ChainId = home.ChainId, Finality = new Finality { Depth = confirmations }, Interval = TimeSpan.FromMilliseconds(200), OnTrouble = Tell,
        });
        var known = home.ReadBook() ?? new AddressBook(home.ChainId, []);
        var deployed = await Deployment.DeployAsync(client, outbox, known, book =>
        {
            home.WriteBook(book);
            var made = book.Contracts[^1];
            Terminal.Notes.WriteLine($"counterfoil: {made.Name} is at {made.Address}");
            return default;
        }, given, cancel);

        if (asJson) Console.Out.WriteLine(deployed.Addresses.ToJson());
        else
            foreach (var contract in deployed.Addresses.Contracts)
                Console.Out.WriteLine($"{contract.Name,-24} {contract.Address}  {(known.Find(contract.Name) == contract ? "was there" : "deployed")}");
        return ExitCode.Yes;
    }
}
