using System.Text.Json;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>After the same transactions our answers and anvil's are the same JSON, member by member, but for what the table allows and why.</summary>
public sealed class AnswerTests
{
    /// <summary>What may differ, by the member's name: in value (of the same kind and, for hashes, the same length), or in being there at all.</summary>
    static readonly Dictionary<string, string> MayDiffer = new()
    {
        ["debug_traceTransaction.gas"] = "ours is the transaction's limit, as geth's is; anvil's what is left of it when the call begins",
        ["eth_sendRawTransaction.error.code"] = "what cannot be read is refused with geth's code; anvil calls it a bad parameter",
        ["hash"] = "of a block: it commits to members that differ",
        ["blockHash"] = "as above",
        ["parentHash"] = "as above",
        ["mixHash"] = "PREVRANDAO: ours is the digest of the parent's hash, anvil's is drawn",
        ["stateRoot"] = "anvil's genesis has development accounts and system contracts",
        ["size"] = "the header differs, and with it its length",
        ["accountProof"] = "leads to another state root",
        ["blobGasPrice"] = "of a receipt: for blobs, which nobody sends here",
        ["blockTimestamp"] = "anvil adds it to transactions",
        ["baseFeePerBlobGas"] = "the blob fee's history is told by anvil alone: no blobs here",
        ["blobGasUsedRatio"] = "as above",
    };

    readonly List<string> differences = [];
    readonly HashSet<string> used = [];
    string parameters = "";

    bool May(string path, string name)
    {
        // By the member's name anywhere, or by its place in the answer to one method.
        string? entry = new[] { name, parameters.Length == 0 ? path : path.Replace(parameters, "", StringComparison.Ordinal) }.FirstOrDefault(MayDiffer.ContainsKey);
        if (entry is not null) used.Add(entry);
        return entry is not null;
    }

    [Fact]
    public async Task Read_methods_answer_as_anvil_does_member_by_member()
    {
        using var fixture = new ChainFixture();
        await using var anvil = await AnvilNode.StartAsync(options: ["--timestamp", $"{ChainFixture.Start.ToUnixTimeSeconds()}"]);
        await anvil.AskAsync("anvil_setBlockTimestampInterval", "[0]");
        await anvil.FundAsync(fixture.Key.Address, ChainFixture.Ether * 1_000);
        await anvil.AskAsync("anvil_setCoinbase", $"[\"{default(Address).ToHex()}\"]");
        // anvil makes its first block at the genesis block's fee; from one fee on, both follow the same rule.
        fixture.Result("anvil_setNextBlockBaseFeePerGas", "[\"0x3b9aca00\"]");
        await anvil.AskAsync("anvil_setNextBlockBaseFeePerGas", "[\"0x3b9aca00\"]");
        var hashes = new List<string>();
        var dollar = Address.Created(fixture.Key.Address, 0);
        var someone = Address.FromWord(0xa11ce);
        foreach (var (to, data, type) in new (Address?, byte[], TransactionType)[]
        {
            (null, ContractArtifact.TestDollar.InitCode(), TransactionType.DynamicFee),
            (dollar, ContractArtifact.TestDollar.Function("mint").EncodeCall(fixture.Key.Address, 1_000UL), TransactionType.Legacy),
            (dollar, ContractArtifact.TestDollar.Function("transfer").EncodeCall(someone, 400UL), TransactionType.AccessList),
            (dollar, ContractArtifact.TestDollar.Function("transfer").EncodeCall(someone, 4_000UL), TransactionType.DynamicFee), // reverts
            (someone, [], TransactionType.DynamicFee),
        })
        {
            var signed = new Transaction
            {
                Type = type, ChainId = 31_337, Nonce = (ulong)hashes.Count, GasLimit = 3_000_000, MaxFeePerGas = 3_000_000_000, MaxPriorityFeePerGas = type == TransactionType.DynamicFee ? 1_000_000_000 : 3_000_000_000,
                To = to, Value = data.Length == 0 ? 5 : 0, Data = data, AccessList = type == TransactionType.AccessList ? [new AccessListEntry(dollar, [default])] : [],
            }.Sign(fixture.Key);
            string raw = $"[\"0x{Convert.ToHexStringLower(signed.Encode())}\"]";
            hashes.Add($"0x{signed.Hash}");
            fixture.Ask("eth_sendRawTransaction", raw);
            await anvil.AskAsync("eth_sendRawTransaction", raw);
            await anvil.Client.WaitForReceiptAsync(signed.Hash);
        }

        string rich = fixture.Key.Address.ToHex(), a = someone.ToHex(), d = dollar.ToHex();
        string balanceOf = Convert.ToHexStringLower(ContractArtifact.TestDollar.Function("balanceOf").EncodeCall(someone)), tooMuch = Convert.ToHexStringLower(ContractArtifact.TestDollar.Function("transfer").EncodeCall(someone, 9_999UL));
        var questions = new List<(string Method, string Parameters)>
        {
            ("eth_chainId", "[]"), ("net_version", "[]"), ("net_listening", "[]"), ("eth_blockNumber", "[]"), ("eth_syncing", "[]"), ("web3_sha3", "[\"0x1234\"]"),
            ("eth_getBalance", $"[\"{rich}\",\"latest\"]"), ("eth_getBalance", $"[\"{rich}\",\"0x2\"]"), ("eth_getTransactionCount", $"[\"{rich}\",\"latest\"]"), ("eth_getTransactionCount", $"[\"{rich}\",\"0x1\"]"),
            ("eth_getCode", $"[\"{d}\",\"latest\"]"), ("eth_getCode", $"[\"{a}\",\"latest\"]"), ("eth_getStorageAt", $"[\"{d}\",\"0x0\",\"latest\"]"), ("eth_getProof", $"[\"{d}\",[\"0x{new string('0', 64)}\"],\"latest\"]"),
            ("eth_call", $$"""[{"to":"{{d}}","data":"0x{{balanceOf}}"},"latest"]"""), ("eth_call", $$"""[{"to":"{{d}}","data":"0x{{balanceOf}}"},"0x2"]"""),
            ("eth_call", $$"""[{"from":"{{a}}","to":"{{d}}","data":"0x{{tooMuch}}"},"latest"]"""),
            ("eth_getBlockByNumber", "[\"0x9999\",false]"), ("eth_getTransactionByHash", $"[\"0x{new string('1', 64)}\"]"), ("eth_getTransactionReceipt", $"[\"0x{new string('1', 64)}\"]"),
            ("eth_getLogs", $$"""[{"fromBlock":"0x0","address":"{{d}}"}]"""), ("eth_getLogs", """[{"fromBlock":"0x0","topics":[["0x0000000000000000000000000000000000000000000000000000000000000001"]]}]"""),
            ("eth_feeHistory", "[\"0x3\",\"latest\",[25,75]]"), ("txpool_status", "[]"), ("txpool_content", "[]"), ("anvil_getAutomine", "[]"),
            ("eth_getUncleCountByBlockNumber", "[\"0x1\"]"), ("eth_createAccessList", $$"""[{"from":"{{rich}}","to":"{{d}}","data":"0x{{balanceOf}}"},"latest"]"""),
            ("eth_noSuchMethod", "[]"), ("eth_getBalance", "[\"0x12\"]"), ("eth_sendRawTransaction", "[\"0x02c0\"]"),
        };
        foreach (string hash in hashes)
            questions.AddRange([("eth_getTransactionByHash", $"[\"{hash}\"]"), ("eth_getTransactionReceipt", $"[\"{hash}\"]"), ("eth_getRawTransactionByHash", $"[\"{hash}\"]"), ("debug_traceTransaction", $"[\"{hash}\",{{\"tracer\":\"callTracer\"}}]")]);
        for (int number = 1; number <= hashes.Count; number++)
            questions.AddRange([("eth_getBlockByNumber", $"[\"0x{number}\",true]"), ("eth_getBlockByNumber", $"[\"0x{number}\",false]"), ("eth_getBlockReceipts", $"[\"0x{number}\"]"),
                ("eth_getBlockTransactionCountByNumber", $"[\"0x{number}\"]"), ("eth_getTransactionByBlockNumberAndIndex", $"[\"0x{number}\",\"0x0\"]")]);
        foreach (var (method, asked) in questions)
        {
            parameters = asked;
            var mine = fixture.Ask(method, parameters);
            var theirs = await anvil.AskAsync(method, parameters);
            string what = $"{method}{parameters}";
            if (mine.TryGetProperty("error", out var error) | theirs.TryGetProperty("error", out var other))
            {
                // Of errors, the code and the data are what programs read.
                if (error.ValueKind != other.ValueKind) differences.Add($"{what}: {mine} beside {theirs}");
                else foreach (string member in (string[])["code", "data"])
                    if (Text(error, member) != Text(other, member) && !May($"{what}.error.{member}", "")) differences.Add($"{what}.error.{member}: {Text(error, member)} beside {Text(other, member)}");
            }
            else Compare(what, "", mine.GetProperty("result"), theirs.GetProperty("result"));
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        // What no longer differs is no longer allowed to.
        Assert.Equal("", string.Join(", ", MayDiffer.Keys.Except(used)));
    }

    static string Text(JsonElement error, string member) => error.TryGetProperty(member, out var value) ? value.GetRawText() : "none";

    void Compare(string path, string name, JsonElement mine, JsonElement theirs)
    {
        if (mine.ValueKind != theirs.ValueKind) differences.Add($"{path}: {mine.GetRawText()} beside {theirs.GetRawText()}");
        else if (mine.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in mine.EnumerateObject())
                if (theirs.TryGetProperty(member.Name, out var other)) Compare($"{path}.{member.Name}", member.Name, member.Value, other);
                else if (!May($"{path}.{member.Name}", member.Name)) differences.Add($"{path}.{member.Name}: {member.Value} beside nothing");
            foreach (var member in theirs.EnumerateObject())
                if (!mine.TryGetProperty(member.Name, out _) && !May($"{path}.{member.Name}", member.Name)) differences.Add($"{path}.{member.Name}: nothing beside {member.Value}");
        }
        else if (mine.ValueKind == JsonValueKind.Array)
        {
            if (mine.GetArrayLength() != theirs.GetArrayLength())
            {
                if (!May(path, name)) differences.Add($"{path}: {mine.GetArrayLength()} beside {theirs.GetArrayLength()} items");
            }
            else foreach (var (i, (one, other)) in mine.EnumerateArray().Zip(theirs.EnumerateArray()).Index()) Compare($"{path}[{i}]", name, one, other);
        }
        // Hexadecimal is compared as it is written: clients that read a quantity strictly read ours too. Addresses may carry a checksum.
        else if (!string.Equals(mine.ToString(), theirs.ToString(), StringComparison.OrdinalIgnoreCase) && !May(path, name)) differences.Add($"{path}: {mine} beside {theirs}");
    }
}
