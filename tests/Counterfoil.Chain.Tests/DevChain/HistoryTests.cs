using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.DevChain;

/// <summary>After whatever happened to it, a chain is what its history says: nothing of what was taken back is left.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    static readonly Secp256k1PrivateKey[] Keys = [.. Enumerable.Range(0, 4).Select(i => ChainFixture.KeyOf($"lives {i}"))];
    static readonly ChainOptions Options = new() { Genesis = Keys.ToDictionary(key => key.Address, _ => ChainFixture.Ether) };
    static readonly int Lives = Surroundings.IsCampaign ? 1_000 : 12;
    const int Steps = 150;

    [Fact]
    public void The_blocks_of_any_life_run_alone_give_the_same_roots()
    {
        int seed = NewSeed(), blocks = 0;
        for (int life = 0; life < Lives; life++)
        {
            var chain = Live(seed + life, cheats: false, out _);
            var world = new World(StateSnapshot.Empty);
            foreach (var (address, balance) in Options.Genesis) world.SetBalance(world[address], balance);
            world.EndChanges();
            world.Commit();
            var parent = default(Keccak256Digest);
            int transactions = 0;
            for (ulong number = 0; chain.BlockAt(number) is { } block; number++)
            {
                Assert.Equal((number, parent), (block.Number, block.Header.ParentHash));
                Assert.Equal(block, chain.BlockOf(block.Hash));
                var executor = new Executor(world, ContextOf(chain, block));
                foreach (var mined in block.Transactions)
                {
                    Assert.True(executor.Execute(Envelope.Of(mined.Signed, mined.From), block.Header.GasLimit, out var result).IsAccepted);
                    Assert.Equal(mined.GasUsed, (ulong)result!.GasUsed);
                    Assert.Equal((mined, block), chain.Find(mined.Hash)!.Value);
                    Assert.Null(chain.FindPending(mined.Hash));
                    transactions++;
                }
                Assert.Equal(block.Header.StateRoot, world.Commit().Root);
                parent = block.Hash;
                blocks++;
            }
            Assert.Equal(transactions, chain.KnownTransactions); // no receipt of what is gone
            Assert.Equal(chain.Head.State.Root, chain.State.Root);
        }
        output.WriteLine($"{Lives} lives, {blocks} blocks");
        Assert.InRange(blocks, Lives * 5, int.MaxValue);
    }

    [Fact]
    public void The_inputs_of_any_life_make_the_same_chain_again_also_through_bytes()
    {
        int seed = NewSeed();
        for (int life = 0; life < Lives; life++)
        {
            var chain = Live(seed + life, cheats: true, out var entries);
            var again = new LocalChain(Options, new ManualClock(ChainFixture.Start.AddYears(3)), ChainFixture.Start);
            foreach (var entry in entries)
            {
                Assert.True(ChainEntry.Decode(entry.Encode(), out var read).IsAccepted);
                again.Replay(read!);
            }
            Assert.Equal(chain.Head.Hash, again.Head.Hash);
            Assert.Equal(chain.State.Root, again.State.Root);
            Assert.Equal(chain.Waiting.Select(pending => pending.Hash), again.Waiting.Select(pending => pending.Hash));
            Assert.Equal((chain.Automine, chain.TimestampInterval, chain.MiningInterval), (again.Automine, again.TimestampInterval, again.MiningInterval));
            Assert.Equal(chain.TakeSnapshot(), again.TakeSnapshot());
        }
    }

    [Fact]
    public void Storage_of_an_account_that_has_nothing_else_waits_for_its_code_and_goes_when_a_transaction_leaves_the_account_empty()
    {
        var chain = new LocalChain(Options, new ManualClock(ChainFixture.Start));
        Address placed = Address.FromWord(0x1000ul), touched = Address.FromWord(0x1001ul);
        foreach (var account in new[] { placed, touched }) chain.SetStorage(account, 2ul, 7ul);
        Assert.True(chain.RevertTo(chain.TakeSnapshot())); // nothing is left of the accounts but what the state's root holds
        chain.SetCode(placed, new byte[] { 0x00 });
        Assert.Equal((UInt256)7ul, chain.State.Storage(placed, 2ul));
        var nothing = new Transaction { ChainId = chain.ChainId, Nonce = 0, MaxPriorityFeePerGas = 0ul, MaxFeePerGas = 4_000_000_000ul, GasLimit = 21_000, To = touched };
        Assert.True(chain.Submit(nothing.Sign(Keys[0]).Encode(), out _).IsAccepted);
        Assert.Null(chain.State.Find(touched));
        chain.Fund(touched, 1ul);
        Assert.Equal((UInt256)0ul, chain.State.Storage(touched, 2ul));
    }

    [Fact]
    public void An_entry_that_leads_elsewhere_is_an_error_that_names_the_block()
    {
        Live(1, cheats: true, out var entries);
        var wrong = entries.FindLastIndex(entry => entry.Input is ChainInput.Mine);
        foreach (var forged in (ChainEntry[])[entries[wrong] with { At = entries[wrong].At.AddDays(1_000) }, entries[wrong] with { State = entries[wrong].Head }, entries[wrong] with { Height = 0 }])
        {
            var again = new LocalChain(Options, new ManualClock(ChainFixture.Start), ChainFixture.Start);
            foreach (var entry in entries[..wrong]) again.Replay(entry);
            Assert.Contains($"block {entries[wrong].Height}", Assert.Throws<InvalidDataException>(() => again.Replay(forged)).Message, StringComparison.Ordinal);
        }
    }

    int NewSeed()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("DIFFERENTIAL_SEED"), out int given) ? given : Random.Shared.Next(1 << 30);
        output.WriteLine($"DIFFERENTIAL_SEED={seed} replays this run");
        return seed;
    }

    static LocalChain Live(int seed, bool cheats, out List<ChainEntry> entries)
    {
        var clock = new ManualClock(ChainFixture.Start);
        var chain = new LocalChain(Options, clock);
        var told = entries = [];
        chain.Entered += told.Add;
        var random = new Random(seed);
        var life = new RandomLife(chain, random, Keys, cheats);
#pragma warning disable CA5394
        for (int step = 0; step < Steps; step++)
        {
            life.Step();
            if (random.Next(4) == 0) clock.Advance(TimeSpan.FromMilliseconds(random.Next(3_000)));
        }
#pragma warning restore CA5394
        chain.Mine();
        return chain;
    }

    static BlockContext ContextOf(LocalChain chain, Block block) => new()
    {
        Fork = Options.Fork, ChainId = chain.ChainId, Number = block.Number, Timestamp = block.Header.Timestamp, GasLimit = block.Header.GasLimit,
        BaseFee = block.Header.BaseFeePerGas!.Value, Coinbase = block.Header.Beneficiary, PrevRandao = block.Header.PrevRandao, HashOf = number => chain.BlockAt(number)?.Hash,
    };
}
