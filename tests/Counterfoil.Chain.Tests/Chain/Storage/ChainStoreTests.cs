using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Node.Chain.Storage;

namespace Counterfoil.Chain.Tests.Chain.Storage;

/// <summary>A chain comes up again as it was told, whatever happened to its disk; and where it cannot, it says so.</summary>
public sealed class ChainStoreTests
{
    static readonly Secp256k1PrivateKey[] Keys = [.. Enumerable.Range(0, 3).Select(i => ChainFixture.KeyOf($"keeps {i}"))];
    static readonly ChainOptions Options = new() { ChainId = 77, Genesis = Keys.ToDictionary(key => key.Address, _ => ChainFixture.Ether) };

    static ChainStore Open(MemoryFile file) => ChainStore.Open(file, Options, new ManualClock(ChainFixture.Start));

    static (ulong, Keccak256Digest, Keccak256Digest) Now(ChainStore store) => (store.Chain.Head.Number, store.Chain.Head.Hash, store.Chain.State.Root);

    // A chain of some steps, each flushed: what it was after each, and where the file ended then.
    static async Task<(MemoryFile File, List<(long End, (ulong, Keccak256Digest, Keccak256Digest) Told)> Promises)> LiveAsync(int steps, int seed = 7)
    {
        var file = new MemoryFile([]);
        using var store = Open(file);
        var promises = new List<(long, (ulong, Keccak256Digest, Keccak256Digest))> { (file.Length, Now(store)) };
        var life = new RandomLife(store.Chain, new Random(seed), Keys, cheats: true);
        for (int i = 0; i < steps; i++)
        {
            life.Step();
            await store.FlushAsync();
            promises.Add((file.Length, Now(store)));
        }
        return (file, promises);
    }

    [Fact]
    public async Task A_chain_goes_on_where_it_was_with_its_own_options_and_clock()
    {
        var file = new MemoryFile([]);
        var clock = new ManualClock(ChainFixture.Start);
        Keccak256Digest waiting;
        (ulong, Keccak256Digest, Keccak256Digest) told;
        using (var store = ChainStore.Open(file, Options, clock))
        {
            Assert.True(store.IsNew);
            store.Chain.IncreaseTime(TimeSpan.FromDays(2));
            store.Chain.Mine();
            store.Chain.Automine = false;
            Assert.True(store.Chain.Submit(new Transaction
            {
                ChainId = 77, Nonce = 0, MaxPriorityFeePerGas = 1, MaxFeePerGas = 2_000_000_000, GasLimit = 21_000, To = Keys[1].Address,
            }.Sign(Keys[0]).Encode(), out waiting).IsAccepted);
            await store.FlushAsync();
            told = Now(store);
        }
        clock.Advance(TimeSpan.FromHours(1));
        using var again = ChainStore.Open(file, new ChainOptions { ChainId = 1 }, clock);
        Assert.False(again.IsNew);
        Assert.Equal((77ul, told), (again.Chain.ChainId, Now(again)));
        Assert.Equal(waiting, Assert.Single(again.Chain.Waiting).Hash);
        Assert.Equal((ulong)ChainFixture.Start.AddDays(2).AddHours(1).ToUnixTimeSeconds(), again.Chain.Mine().Header.Timestamp);
    }

    [Fact]
    public async Task Wherever_the_file_is_cut_off_all_that_was_told_before_is_there()
    {
        var (file, promises) = await LiveAsync(12);
        byte[] whole = file.Content;
        for (int length = 0; length <= whole.Length; length += length < 200 ? 1 : 13)
        {
            var torn = new MemoryFile(whole[..length]);
            using var store = Open(torn);
            var told = promises.LastOrDefault(promise => promise.End <= length);
            if (told == default) Assert.True(store.IsNew); // not even its genesis had been written
            else Assert.Equal((told.End, told.Told), (torn.Length, Now(store)));
        }
    }

    [Fact]
    public async Task After_a_write_that_failed_nothing_is_promised_and_what_was_promised_is_kept()
    {
        for (int good = 1; good < 10; good++)
            foreach (int torn in (int[])[0, 20, 60, int.MaxValue])
            {
                var file = new MemoryFile([]);
                using (var store = Open(file))
                {
                    (file.WritesLeft, file.Torn) = (good, torn);
                    var life = new RandomLife(store.Chain, new Random(good), Keys, cheats: true);
                    var told = Now(store);
                    var failed = false;
                    for (int step = 0; step < 40; step++)
                    {
                        life.Step();
                        try
                        {
                            await store.FlushAsync();
                            if (file.WritesLeft >= 0 && !failed) told = Now(store);
                            else Assert.False(failed, "a flush after one that failed succeeded");
                        }
                        catch (IOException)
                        {
                            failed = true;
                        }
                    }
                    Assert.True(failed && store.Failed.IsFaulted);
                    file.WritesLeft = null;
                    using var again = Open(new MemoryFile(file.Content));
                    // The write that failed may be there as a whole: then the chain is one step further, of which nobody was told.
                    if (torn < int.MaxValue) Assert.Equal(told, Now(again));
                }
            }
    }

    [Fact]
    public async Task Every_changed_bit_before_the_last_frame_is_damage_that_is_named_and_left_alone()
    {
        var (file, promises) = await LiveAsync(6);
        byte[] whole = file.Content;
        long lastFrame = promises.Last(promise => promise.End < whole.Length).End;
        for (int at = 0; at < lastFrame; at += at < 300 ? 1 : 7)
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << at % 8);
            var disk = new MemoryFile(damaged);
            Assert.Throws<InvalidDataException>(() => Open(disk));
            Assert.Equal(damaged, disk.Content);
        }
    }

    [Fact]
    public async Task A_frame_that_was_put_in_twice_or_left_out_is_damage()
    {
        var (file, promises) = await LiveAsync(6);
        byte[] whole = file.Content;
        var ends = promises.Select(promise => (int)promise.End).Distinct().ToList();
        byte[] twice = [.. whole[..ends[2]], .. whole[ends[1]..]], without = [.. whole[..ends[1]], .. whole[ends[2]..]];
        Assert.Throws<InvalidDataException>(() => Open(new MemoryFile(twice)));
        Assert.Throws<InvalidDataException>(() => Open(new MemoryFile(without)));
    }

    [Fact]
    public async Task Many_who_wait_share_a_flush()
    {
        var file = new MemoryFile([]);
        using var store = Open(file);
        var waiting = new List<Task>();
        for (int i = 0; i < 2_000; i++)
        {
            store.Chain.Fund(Keys[0].Address, 1);
            waiting.Add(store.FlushAsync());
        }
        await Task.WhenAll(waiting);
        Assert.InRange(file.Writes, 2, 1_900);
        using var again = Open(new MemoryFile(file.Content));
        Assert.Equal(Now(store), Now(again));
    }
}
