using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.DevChain.StateTests;

/// <summary>How a case came out.</summary>
/// <param name="Failure">What differed, or null.</param>
/// <param name="AbsentPrecompile">The precompile that the case needs and this machine lacks.</param>
readonly record struct StateTestOutcome(string? Failure, string? AbsentPrecompile, long GasUsed)
{
    public static StateTestOutcome Failed(string why) => new(why, null, 0);
}

/// <summary>One transaction on one state in one block, with the state root and the digest of the logs that must come out.</summary>
sealed class StateTestCase(string name, JsonElement test, JsonElement post)
{
    public string Name { get; } = name;

    public StateTestOutcome Run()
    {
        var world = new World(StateSnapshot.Empty);
        foreach (var account in test.GetProperty("pre").EnumerateObject()) Place(world, account);
        world.EndChanges();
        // A pre-state may hold empty accounts, which no transaction leaves behind: they are written as they are.
        world = new World(world.CommitAll());
        var block = Block(test.GetProperty("env"));

        bool mustFail = post.TryGetProperty("expectException", out var expected);
        var logs = EmptyLogs;
        long gasUsed = 0;
        try
        {
            if (Read(block) is not { } envelope)
            {
                if (!mustFail) return StateTestOutcome.Failed("the transaction could not be read");
            }
            else
            {
                var verdict = new Executor(world, block).Execute(envelope, block.GasLimit, out var result);
                if (verdict.IsAccepted == mustFail) return StateTestOutcome.Failed($"expected {(mustFail ? expected.GetString() : "inclusion")}, got {verdict}");
                if (verdict is Verdict.Rejected { Reason: var reason } && !expected.GetString()!.Split('|').Any(name => CheckFor(name) == reason.Check))
                    return StateTestOutcome.Failed($"expected {expected.GetString()}, got {verdict}");
                if (result is not null) (logs, gasUsed) = (LogsDigest(result.Logs), result.GasUsed);
            }
        }
        catch (AbsentPrecompileException absent)
        {
            return new StateTestOutcome(null, absent.Message, 0);
        }
        // The reward of zero, which touches the coinbase even where no transaction did.
        world.Credit(world[block.Coinbase], default);
        world.EndTransaction();
        string root = $"0x{world.Commit().Root}", wantedRoot = post.GetProperty("hash").GetString()!, wantedLogs = post.GetProperty("logs").GetString()!;
        if (logs != wantedLogs) return StateTestOutcome.Failed($"logs {logs}, expected {wantedLogs} (gas {gasUsed})");
        return root == wantedRoot ? new StateTestOutcome(null, null, gasUsed) : StateTestOutcome.Failed($"root {root}, expected {wantedRoot} (gas {gasUsed})");
    }

    // The suite's name of an exception and the check of ours that is meant for it.
    static Check CheckFor(string exception) => exception["TransactionException.".Length..] switch
    {
        "INTRINSIC_GAS_TOO_LOW" => DevChainChecks.IntrinsicGas,
        "INSUFFICIENT_ACCOUNT_FUNDS" or "GASLIMIT_PRICE_PRODUCT_OVERFLOW" => DevChainChecks.Funds,
        "SENDER_NOT_EOA" => DevChainChecks.SenderIsExternal,
        "INSUFFICIENT_MAX_FEE_PER_GAS" or "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS" => DevChainChecks.Fee,
        "GAS_ALLOWANCE_EXCEEDED" => DevChainChecks.GasLimit,
        "INITCODE_SIZE_EXCEEDED" => DevChainChecks.InitCode,
        var blobs when blobs.StartsWith("TYPE_3_TX_", StringComparison.Ordinal) => DevChainChecks.Blobs,
        _ => default,
    };

    static void Place(World world, JsonProperty account)
    {
        var at = world[Address.Parse(account.Name)];
        world.SetBalance(at, Word(account.Value.GetProperty("balance")));
        world.SetNonce(at, (ulong)Word(account.Value.GetProperty("nonce")));
        if (Bytes(account.Value.GetProperty("code")) is { Length: > 0 } code) world.SetCode(at, new Code(code));
        foreach (var slot in account.Value.GetProperty("storage").EnumerateObject()) world.SetStorage(at, Word(slot.Name), Word(slot.Value));
    }

    static BlockContext Block(JsonElement env) => new()
    {
        Fork = Fork.Cancun,
        ChainId = 1,
        Number = (ulong)Word(env.GetProperty("currentNumber")),
        Timestamp = (ulong)Word(env.GetProperty("currentTimestamp")),
        GasLimit = (ulong)Word(env.GetProperty("currentGasLimit")),
        BaseFee = Word(env.GetProperty("currentBaseFee")),
        Coinbase = Address.Parse(env.GetProperty("currentCoinbase").GetString()!),
        PrevRandao = new Bytes32(Word(env.GetProperty("currentRandom")).ToBigEndian()),
        BlobBaseFee = BlobFees.BaseFee(env.TryGetProperty("currentExcessBlobGas", out var excess) ? (ulong)Word(excess) : 0, Fork.Cancun),
        HashOf = number => Keccak256.Hash(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))),
    };

    Envelope? Read(BlockContext block)
    {
        var transaction = test.GetProperty("transaction");
        var indexes = post.GetProperty("indexes");
        int data = indexes.GetProperty("data").GetInt32();
        var value = transaction.GetProperty("value")[indexes.GetProperty("value").GetInt32()].GetString()!;
        if (value.Contains(':', StringComparison.Ordinal)) return null; // "0x:bigint …": more than 256 bits, so no transaction at all
        bool dynamic = transaction.TryGetProperty("maxFeePerGas", out var maxFee);
        string to = transaction.GetProperty("to").GetString()!;
        return new Envelope
        {
            From = Address.Parse(transaction.GetProperty("sender").GetString()!),
            To = to.Length == 0 ? null : Address.Parse(to),
            Nonce = (ulong)Word(transaction.GetProperty("nonce")),
            GasLimit = (ulong)Word(transaction.GetProperty("gasLimit")[indexes.GetProperty("gas").GetInt32()]),
            MaxFee = Word(dynamic ? maxFee : transaction.GetProperty("gasPrice")),
            MaxTip = Word(transaction.GetProperty(dynamic ? "maxPriorityFeePerGas" : "gasPrice")),
            Value = Word(value),
            Data = Bytes(transaction.GetProperty("data")[data]),
            AccessList = transaction.TryGetProperty("accessLists", out var lists) && lists[data].ValueKind == JsonValueKind.Array
                ? [.. lists[data].EnumerateArray().Select(Entry)] : [],
            BlobHashes = transaction.TryGetProperty("blobVersionedHashes", out var blobs) ? [.. blobs.EnumerateArray().Select(hash => new Bytes32(Bytes(hash)))] : null,
            MaxBlobFee = transaction.TryGetProperty("maxFeePerBlobGas", out var blobFee) ? Word(blobFee) : default,
        };
    }

    static AccessListEntry Entry(JsonElement entry) =>
        new(Address.Parse(entry.GetProperty("address").GetString()!), [.. entry.GetProperty("storageKeys").EnumerateArray().Select(key => new Bytes32(Word(key).ToBigEndian()))]);

    static readonly string EmptyLogs = LogsDigest([]);

    static string LogsDigest(IReadOnlyList<LogEntry> logs)
    {
        var rlp = new RlpWriter();
        rlp.BeginList();
        foreach (var log in logs)
        {
            rlp.BeginList();
            rlp.Write(log.Address);
            rlp.BeginList();
            foreach (var topic in log.Topics) rlp.Write(topic);
            rlp.EndList();
            rlp.Write(log.Data.Span);
            rlp.EndList();
        }
        rlp.EndList();
        return $"0x{Keccak256.Hash(rlp.WrittenSpan)}";
    }

    static UInt256 Word(JsonElement json) => Word(json.GetString()!);

    static UInt256 Word(string hex) => (UInt256)BigInteger.Parse("0" + hex[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    static byte[] Bytes(JsonElement json) => Convert.FromHexString(json.GetString()![2..]);
}
