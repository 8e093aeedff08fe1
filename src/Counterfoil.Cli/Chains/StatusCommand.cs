using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Cli.Chains;

/// <summary><c>counterfoil chain status</c>: heads, balances, and whether our contracts' code is what it was.</summary>
static class StatusCommand
{
    public static Command Create()
    {
        Option<string> rpc = DeployCommand.Rpc(), home = DeployCommand.Home();
        var accounts = new Option<string[]>("--account") { Description = "An address whose balances are shown; may be given again" };
        var json = new Option<bool>("--json") { Description = "Prints the same as JSON" };
        var command = new Command("status", "Shows a chain's heads, balances, and our contracts on it") { rpc, home, accounts, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(rpc)!, parsed.GetValue(home)!, parsed.GetValue(accounts) ?? [], parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string rpc, string folder, string[] names, bool asJson, CancellationToken cancel)
    {
        var accounts = names.Select(text => Address.TryParse(text, out var address) ? address
            : throw new UsageException($"'{text}' is not an address", "20 bytes in hexadecimal with 0x, in lower case or with the EIP-55 checksum")).Distinct().ToList();
        using var http = new HttpClient();
        var client = new ChainClient(DeployCommand.Transport(http, rpc));
        var book = await ChainHome.ReadBookAsync(folder, client, cancel);
        ulong id = await client.GetChainIdAsync(cancel);
        var head = await client.GetLatestBlockAsync(cancel);
        ulong? finalized = await client.GetFinalizedNumberAsync(cancel);

        var answer = new JsonObject
        {
            ["chainId"] = id,
            ["head"] = new JsonObject { ["number"] = head.Header.Number, ["hash"] = $"0x{head.Hash}", ["timestamp"] = head.Header.Timestamp, ["baseFeePerGas"] = head.Header.BaseFeePerGas?.ToString() },
            ["finalized"] = finalized,
        };
        var contracts = new JsonObject();
        bool isSound = true;
        foreach (var contract in book?.Contracts ?? [])
        {
            var verdict = await Deployment.CheckAsync(client, contract, cancel);
            isSound &= verdict.IsAccepted;
            contracts[contract.Name] = new JsonObject
            {
                ["address"] = contract.Address.ToString(), ["codeHash"] = $"0x{contract.CodeHash}", ["sound"] = verdict.IsAccepted,
                ["reason"] = verdict is Verdict.Rejected rejected ? rejected.Reason.ToString() : null,
            };
        }
        answer["contracts"] = contracts;
        var dollar = book?.Find("TestDollar") is { } token && isSound ? new Contract(client, ContractArtifact.TestDollar, token.Address) : null;
        var balances = new JsonObject();
        foreach (var account in accounts)
            balances[account.ToString()] = new JsonObject
            {
                ["wei"] = (await client.GetBalanceAsync(account, cancel)).ToString(),
                ["dollarUnits"] = dollar is null ? null : (await dollar.AskAsync("balanceOf", [account], cancellationToken: cancel))[0].AsNumber.ToString(),
                ["nonce"] = await client.GetNonceAsync(account, cancel),
            };
        answer["accounts"] = balances;
        if (asJson) Console.Out.WriteLine(answer.ToJsonString(new() { WriteIndented = true }));
        else Show(answer);
        return isSound ? ExitCode.Yes : ExitCode.No;
    }

    static void Show(JsonObject answer)
    {
        var head = answer["head"]!;
        string time = DateTimeOffset.FromUnixTimeSeconds((long)head["timestamp"]!.GetValue<ulong>()).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Console.Out.WriteLine($"chain {answer["chainId"]}, block {head["number"]} of {time}, {head["hash"]}");
        Console.Out.WriteLine($"finalized block: {answer["finalized"]?.ToString() ?? "the endpoint knows none"}; base fee {head["baseFeePerGas"] ?? "0"} wei per gas");
        if (answer["contracts"]!.AsObject().Count == 0) Console.Out.WriteLine("no contracts of ours: \"counterfoil chain deploy\" puts them there");
        foreach (var (name, contract) in answer["contracts"]!.AsObject())
            Console.Out.WriteLine($"{name,-24} {contract!["address"]}  {(contract["sound"]!.GetValue<bool>() ? "code as deployed" : $"NOT SOUND: {contract["reason"]}")}");
        foreach (var (account, balance) in answer["accounts"]!.AsObject())
            Console.Out.WriteLine($"{account}  {balance!["wei"]} wei, {balance["dollarUnits"] ?? "no"} test dollar units, nonce {balance["nonce"]}");
    }
}
