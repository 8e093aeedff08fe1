using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.Chain.Faults;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Blocks;
using CsCheck;

namespace Counterfoil.Chain.Tests.Chain.Following;

public sealed class ChainWindowTests
{
    static ChainBlock Block(ulong number, Keccak256Digest parent, byte salt = 0)
    {
        var header = new BlockHeader
        {
            ParentHash = parent, Number = number, StateRoot = default, TransactionsRoot = default, ReceiptsRoot = default, GasLimit = 1, GasUsed = 0, Timestamp = number, ExtraData = new[] { salt },
        };
        return new ChainBlock(header, header.Hash, []);
    }

    static List<ChainBlock> Grow(ChainBlock from, int count, byte salt = 0)
    {
        var grown = new List<ChainBlock> { from };
        for (int i = 0; i < count; i++) grown.Add(Block(grown[^1].Header.Number + 1, grown[^1].Hash, salt));
        return grown[1..];
    }

    static readonly ChainBlock Genesis = Block(0, default);

    static ChainWindow WindowOf(IEnumerable<ChainBlock> blocks, int bound) => ChainWindow.From([.. blocks.Select(BlockReference.Of)], bound);

    [Fact]
    public void A_child_of_the_head_is_added_and_one_that_is_known_changes_nothing()
    {
        var blocks = Grow(Genesis, 5);
        var window = WindowOf(blocks, 8);
        var child = Grow(blocks[^1], 1)[0];
        var advanced = Assert.IsType<WindowStep.Advanced>(window.Offer([child]));
        Assert.Empty(advanced.Removed);
        Assert.Equal(BlockReference.Of(child), advanced.Window.Head);
        Assert.IsType<WindowStep.Unchanged>(window.Offer([blocks[2]]));
        Assert.Equal(3UL, window.DepthOf(BlockReference.Of(blocks[2])));
    }

    [Fact]
    public void A_branch_removes_what_is_above_the_common_ancestor_and_adds_what_is_on_it()
    {
        var blocks = Grow(Genesis, 6);
        var branch = Grow(blocks[2], 4, salt: 1);
        var window = WindowOf(blocks, 8);
        Assert.IsType<WindowStep.NeedsParent>(window.Offer([branch[3]]));
        var advanced = Assert.IsType<WindowStep.Advanced>(window.Offer([branch[3], branch[2], branch[1], branch[0]]));
        Assert.Equal([blocks[5], blocks[4], blocks[3]], advanced.Removed.Select(removed => blocks.Single(b => b.Hash == removed.Hash)));
        Assert.Equal(branch, advanced.Added);
        Assert.Equal(0UL, advanced.Window.DepthOf(BlockReference.Of(blocks[4])));
    }

    [Fact]
    public void A_branch_from_below_the_window_is_too_deep_and_one_from_its_oldest_block_is_not()
    {
        var blocks = Grow(Genesis, 20);
        var window = WindowOf(blocks, 4);
        Assert.Equal(5, window.Blocks.Count);
        var reaches = Grow(blocks[15], 5, salt: 1);
        reaches.Reverse();
        Assert.Equal(4, Assert.IsType<WindowStep.Advanced>(window.Offer(reaches)).Removed.Count);
        var below = Grow(blocks[14], 5, salt: 1);
        below.Reverse();
        Assert.IsType<WindowStep.TooDeep>(window.Offer(below));
    }

    [Fact]
    public void A_transaction_goes_from_pending_to_included_to_final_and_back_when_its_block_is_removed()
    {
        var blocks = Grow(Genesis, 6);
        var receipt = new ChainReceipt
        {
            TransactionHash = default, BlockHash = blocks[4].Hash, BlockNumber = 5, Index = 0, From = default, To = null, GasUsed = 0, EffectiveGasPrice = 0, Created = null,
            Receipt = new TransactionReceipt(default, true, 0, []),
        };
        var finality = new Finality { Depth = 3 };
        TransactionState Judge(IEnumerable<ChainBlock> chain, ulong? finalized = null) => TransactionState.Judge(WindowOf(chain, 8), receipt, finality, finalized);
        Assert.IsType<TransactionState.Pending>(Judge(blocks[..4]));
        Assert.Equal(2UL, Assert.IsType<TransactionState.Included>(Judge(blocks)).Depth);
        Assert.IsType<TransactionState.Final>(Judge(blocks, finalized: 5));
        Assert.IsType<TransactionState.Final>(Judge([.. blocks, .. Grow(blocks[^1], 1)]));
        Assert.IsType<TransactionState.Pending>(Judge([.. blocks[..4], .. Grow(blocks[3], 9, salt: 1)]));
        Assert.IsType<TransactionState.Pending>(TransactionState.Judge(WindowOf(blocks, 8), null, finality));
    }

    [Fact]
    public void A_follower_of_random_reorganisations_knows_the_chain_and_was_told_every_change() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var chain = new ShakyChain(random);
        chain.Begin();
        var follower = new ChainFollower(new ChainClient(new InProcessTransport("devchain", chain.Rpc.Handle)));
        var window = follower.BeginAsync(16).GetAwaiter().GetResult();
        var told = new List<BlockReference>(window.Blocks);
        for (int i = 0; i < 30; i++)
        {
            chain.Tick();
            if (random.Next(2) == 0) continue;
            HeadChange change;
            do
            {
                change = follower.NextAsync(window).GetAwaiter().GetResult();
                foreach (var removed in change.Removed)
                {
                    Assert.Equal(told[^1], removed);
                    told.RemoveAt(told.Count - 1);
                }
                told.AddRange(change.Added.Select(BlockReference.Of));
                window = change.Window;
            }
            while (change.Behind > 0);
            Assert.All(told, block => Assert.Equal(chain.Chain.BlockAt(block.Number)!.Hash, block.Hash));
            Assert.Equal(chain.Chain.Head.Hash, window.Head.Hash);
        }
    }, iter: 20);

    [Fact]
    public async Task A_reorganisation_deeper_than_the_window_is_loud()
    {
        using var fixture = new ChainFixture(automine: false);
        var follower = new ChainFollower(new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle)));
        for (int i = 0; i < 3; i++) fixture.Chain.Mine();
        int snapshot = fixture.Chain.TakeSnapshot();
        for (int i = 0; i < 6; i++) fixture.Chain.Mine();
        var window = await follower.BeginAsync(4);
        fixture.Chain.RevertTo(snapshot);
        fixture.Clock.Advance(TimeSpan.FromSeconds(12));
        for (int i = 0; i < 8; i++) fixture.Chain.Mine();
        Assert.Equal(ChainFailure.Reorganised, (await Assert.ThrowsAsync<ChainException>(() => follower.NextAsync(window))).Kind);
    }
}
