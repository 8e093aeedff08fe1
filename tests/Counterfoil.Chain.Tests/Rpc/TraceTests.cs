using System.Text.Json;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.Chain.Anvil;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;
using Counterfoil.Evm.Tries;

namespace Counterfoil.Chain.Tests.Rpc;

/// <summary>Which calls a transaction made, in the form of geth's callTracer; and what a stranger can check about an account.</summary>
public sealed class TraceTests(ITestOutputHelper output) : IDisposable
{
    readonly ChainFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    JsonElement Trace(Keccak256Digest hash, string config = "{}") =>
        fixture.Ask("debug_traceTransaction", $$"""["0x{{hash}}",{"tracer":"callTracer","tracerConfig":{{config}}}]""").GetProperty("result");

    // CALL with all gas, no value and no input, and stop.
    static byte[] Calls(Address target) => [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73, .. Convert.FromHexString(target.ToHex()[2..]), 0x5a, 0xf1, 0x00];

    [Fact]
    public void A_trace_nests_as_the_calls_did_and_an_inner_revert_is_told_with_its_reason()
    {
        // Error("no") as revert data: 4 + 32 + 32 + 32 bytes, written from its code.
        byte[] reason = [0x08, 0xc3, 0x79, 0xa0, .. ((UInt256)32).ToBigEndian(), .. ((UInt256)2).ToBigEndian(), (byte)'n', (byte)'o', .. new byte[30]];
        var reverter = fixture.Deploy([0x60, (byte)reason.Length, 0x60, 0x0a, 0x5f, 0x39, 0x60, (byte)reason.Length, 0x5f, 0xfd, .. reason]);
        var caller = fixture.Deploy(Calls(reverter));
        var mined = fixture.Send(caller, value: 5);
        Assert.True(mined.Receipt.Succeeded);
        var trace = Trace(mined.Hash);
        Assert.Equal("CALL", trace.GetProperty("type").GetString());
        Assert.Equal(fixture.Key.Address.ToHex(), trace.GetProperty("from").GetString());
        Assert.Equal(caller.ToHex(), trace.GetProperty("to").GetString());
        Assert.Equal("0x5", trace.GetProperty("value").GetString());
        Assert.Equal("0xf4240", trace.GetProperty("gas").GetString());
        Assert.Equal(((UInt256)mined.GasUsed).ToHex(), trace.GetProperty("gasUsed").GetString());
        Assert.False(trace.TryGetProperty("error", out _));
        var inner = Assert.Single(trace.GetProperty("calls").EnumerateArray());
        Assert.Equal(caller.ToHex(), inner.GetProperty("from").GetString());
        Assert.Equal(reverter.ToHex(), inner.GetProperty("to").GetString());
        Assert.Equal("execution reverted", inner.GetProperty("error").GetString());
        Assert.Equal("no", inner.GetProperty("revertReason").GetString());
        Assert.Equal($"0x{Convert.ToHexStringLower(reason)}", inner.GetProperty("output").GetString());
        Assert.False(Trace(mined.Hash, """{"onlyTopCall":true}""").TryGetProperty("calls", out _));
    }

    [Fact]
    public void A_transaction_is_traced_in_the_state_it_ran_in_also_where_that_was_changed_outside_any_block()
    {
        var teller = fixture.Deploy([0x5f, 0x54, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]); // returns slot 0
        fixture.Chain.SetStorage(teller, 0, 7);
        var mined = fixture.Send(teller);
        fixture.Chain.SetStorage(teller, 0, 8);
        fixture.Send(teller);
        Assert.Equal($"0x{new string('0', 63)}7", Trace(mined.Hash).GetProperty("output").GetString());
    }

    [Fact]
    public void Calls_as_deep_as_they_go_are_traced()
    {
        using var deep = new ChainFixture(fork: Fork.Prague); // Osaka's 16,777,216 gas a transaction would not get as deep
        var recursive = deep.Deploy([0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x00]); // calls itself
        var mined = deep.Send(recursive, gas: 30_000_000);
        int depth = 0;
        using var trace = JsonDocument.Parse(deep.Rpc.Handle(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"jsonrpc":"2.0","id":1,"method":"debug_traceTransaction","params":["0x{{mined.Hash}}",{"tracer":"callTracer"}]}""")), new JsonDocumentOptions { MaxDepth = 4_096 });
        for (var call = trace.RootElement.GetProperty("result"); call.TryGetProperty("calls", out var calls); call = calls[0]) depth++;
        Assert.InRange(depth, 300, 1_024); // a 64th of the gas stays behind at each step
    }

    [Fact]
    public void A_trace_too_large_to_keep_is_refused()
    {
        // 64 KiB of input, handed to the identity contract's nonexistent neighbour again and again.
        byte[] loop = [0x5b, 0x5f, 0x5f, 0x62, 0x01, 0x00, 0x00, 0x5f, 0x5f, 0x61, 0x0f, 0xff, 0x5a, 0xf1, 0x50, 0x61, 0x27, 0x10, 0x5a, 0x11, 0x5f, 0x57, 0x00];
        var mined = fixture.Send(fixture.Deploy(loop), gas: 3_000_000);
        Assert.True(mined.Receipt.Succeeded);
        var error = fixture.Ask("debug_traceTransaction", $$"""["0x{{mined.Hash}}",{"tracer":"callTracer"}]""").GetProperty("error");
        Assert.Equal(-32000, error.GetProperty("code").GetInt32());
        Assert.True(Trace(mined.Hash, """{"onlyTopCall":true}""").TryGetProperty("gasUsed", out _));
    }

    [Theory]
    [InlineData("""{"tracer":"prestateTracer"}""")]
    [InlineData("{}")]
    [InlineData("""{"tracer":"callTracer","tracerConfig":{"withLog":true}}""")]
    public void What_no_tracer_here_can_tell_is_refused_rather_than_told_otherwise(string options)
    {
        var mined = fixture.Send(Address.FromWord(0xa11ce));
        Assert.Equal(-32602, fixture.Ask("debug_traceTransaction", $"""["0x{mined.Hash}",{options}]""").GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Random_transactions_have_the_same_trace_on_anvil()
    {
        string seed = Environment.GetEnvironmentVariable("DIFFERENTIAL_SEED") ?? Random.Shared.Next().ToString();
        output.WriteLine($"DIFFERENTIAL_SEED={seed} replays this run");
        await using var anvil = await AnvilNode.StartAsync();
        await anvil.FundAsync(fixture.Key.Address, ChainFixture.Ether * 1_000);
        var ours = new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle));
        var programs = new RandomPrograms(int.Parse(seed), fixture.Key.Address, Fork.Osaka);
        foreach (var address in programs.Delegating)
        {
            fixture.Chain.SetBalance(address, 1);
            await anvil.FundAsync(address, 1);
        }
        int inner = 0;
        for (ulong nonce = 0; nonce < 150; nonce++)
        {
            var signed = programs.Next(nonce, fixture.Chain.ChainId).Sign(fixture.Key);
            await ours.SendRawTransactionAsync(signed.Encode());
            await anvil.Client.SendRawTransactionAsync(signed.Encode());
            await anvil.Client.WaitForReceiptAsync(signed.Hash);
            var theirs = (await anvil.AskAsync("debug_traceTransaction", $$"""["0x{{signed.Hash}}",{"tracer":"callTracer"}]""")).GetProperty("result");
            string mine = Canonical(Trace(signed.Hash));
            Assert.True(Canonical(theirs) == mine, $"seed {seed}, transaction {nonce}:\nours  {mine}\nanvil {Canonical(theirs)}");
            if (mine.Contains("calls=[", StringComparison.Ordinal)) inner++;
        }
        output.WriteLine($"{inner} of 150 made calls");
        Assert.InRange(inner, 10, 150);
    }

    // What both say in the same form: everything but the words of an error, and the outermost call's gas, which is the transaction's limit
    // in geth and here, and what is left of it for the program in anvil. Who self-destructs in favour of itself after the transaction that made it moves nothing
    // (EIP-6780): geth and we say who, anvil an empty frame.
    static string Canonical(JsonElement call) => Canonical(call, outermost: true);

    static string Canonical(JsonElement call, bool outermost)
    {
        string Of(string name) => call.TryGetProperty(name, out var value) ? value.GetString()! : "";
        if (Of("type") == "SELFDESTRUCT" && (Of("from") == Of("to") || Of("to").Length == 0)) return "SELFDESTRUCT in favour of itself";
        bool failed = call.TryGetProperty("error", out _);
        string calls = call.TryGetProperty("calls", out var inner) ? $" calls=[{string.Join(", ", inner.EnumerateArray().Select(item => Canonical(item, outermost: false)))}]" : "";
        string data = Of("output") is "0x" ? "" : Of("output");
        return $"{Of("type")} {Of("from")}>{Of("to")} value={Of("value")} gas={(outermost ? "" : Of("gas"))} used={Of("gasUsed")} in={Of("input")} out={data}{(failed ? " failed" : "")}{calls}";
    }

    [Fact]
    public void A_proof_of_an_account_and_its_slots_leads_to_the_blocks_state_root()
    {
        var store = fixture.Deploy([0x60, 0x2a, 0x60, 0x03, 0x55, 0x00]); // slot 3 becomes 42
        fixture.Send(store);
        var proof = fixture.Ask("eth_getProof", $"""["{store.ToHex()}",["0x3","0x0000000000000000000000000000000000000000000000000000000000000004"],"latest"]""").GetProperty("result");
        static ReadOnlyMemory<byte>[] Nodes(JsonElement nodes) => [.. nodes.EnumerateArray().Select(node => (ReadOnlyMemory<byte>)Convert.FromHexString(node.GetString()![2..]))];
        static byte[] Key(byte[] key) => MerklePatriciaTrie.HashedKey(key);
        byte[] address = Convert.FromHexString(store.ToHex()[2..]);

        var verdict = TrieProof.Verify(fixture.Chain.Head.Header.StateRoot, Key(address), Nodes(proof.GetProperty("accountProof")), out var account);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        string storageHash = proof.GetProperty("storageHash").GetString()![2..];
        Assert.Contains(storageHash, Convert.ToHexStringLower(account!.Value.Span), StringComparison.Ordinal);

        var slots = proof.GetProperty("storageProof").EnumerateArray().ToArray();
        var root = new Keccak256Digest(new Bytes32(Convert.FromHexString(storageHash)));
        foreach (var (slot, value, place) in ((ulong, string, int)[])[(3, "0x2a", 0), (4, "0x0", 1)])
        {
            Assert.Equal(value, slots[place].GetProperty("value").GetString());
            verdict = TrieProof.Verify(root, Key(((UInt256)slot).ToBigEndian()), Nodes(slots[place].GetProperty("proof")), out var stored);
            Assert.True(verdict.IsAccepted, verdict.ToString());
            Assert.Equal(slot == 3 ? "2A" : "", stored is { } bytes ? Convert.ToHexString(bytes.Span) : "");
        }
        var nobody = fixture.Ask("eth_getProof", """["0x00000000000000000000000000000000000a11ce",[],"latest"]""").GetProperty("result");
        Assert.True(TrieProof.Verify(fixture.Chain.Head.Header.StateRoot, Key(Convert.FromHexString("00000000000000000000000000000000000a11ce")), Nodes(nobody.GetProperty("accountProof")), out var none).IsAccepted);
        Assert.Null(none);
    }
}
