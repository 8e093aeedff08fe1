using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>The anchor's promises, kept by the committed bytecode on each chain.</summary>
public sealed class AnchorTests
{
    static readonly Bytes32 Log = Keccak256.Hash("log"u8).Value, Other = Keccak256.Hash("other log"u8).Value;

    static Bytes32 Root(string text) => Keccak256.Hash(System.Text.Encoding.UTF8.GetBytes(text)).Value;

    [Theory, OnBothChains]
    public async Task The_head_rolls_over_every_checkpoint_and_is_told_in_the_event(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var publisher = await chain.AccountAsync("publisher");
        var anchor = await chain.DeployAsync(publisher, ContractArtifact.Anchor);
        Bytes32 head = default;
        foreach (ulong size in (ulong[])[0, 7, 7, 1_000])
        {
            head = AnchorContract.HeadAfter(head, size, Root($"{size}"));
            await publisher.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Log, size, Root($"{size}"))));
            Assert.Equal(head, (await anchor.AskAsync(new AnchorContract.LatestCall(publisher.Address, Log))).Head);
        }
        var events = await anchor.EventsAsync<AnchorContract.AnchoredEvent>();
        Assert.Equal([0, 7, 7, 1_000], events.Select(e => e.Event.Size));
        Assert.Equal((publisher.Address, Log, Root("1000"), head), (events[3].Event.Publisher, events[3].Event.LogId, events[3].Event.Root, events[3].Event.Head));
    }

    [Theory, OnBothChains]
    public async Task A_log_neither_shrinks_nor_has_two_roots_at_one_size(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var publisher = await chain.AccountAsync("publisher");
        var anchor = await chain.DeployAsync(publisher, ContractArtifact.Anchor);
        await publisher.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Log, 7, Root("seven"))));
        Assert.Equal("SizeShrinks(7, 6)", await chain.RevertAsync(publisher, anchor, "anchor", Log, 6UL, Root("six")));
        Assert.StartsWith("RootDiffers(7, ", await chain.RevertAsync(publisher, anchor, "anchor", Log, 7UL, Root("another seven")), StringComparison.Ordinal);
        // Neither attempt left a trace, and the log goes on.
        await publisher.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Log, 8, Root("eight"))));
        Assert.Equal(2, (await anchor.EventsAsync<AnchorContract.AnchoredEvent>()).Count);
    }

    [Theory, OnBothChains]
    public async Task Publishers_and_logs_do_not_touch_one_another(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var (publisher, stranger) = (await chain.AccountAsync("publisher"), await chain.AccountAsync("stranger"));
        var anchor = await chain.DeployAsync(publisher, ContractArtifact.Anchor);
        await publisher.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Log, 7, Root("seven"))));
        await stranger.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Log, 3, Root("three"))));
        await publisher.SendAndWaitAsync(anchor.Call(new AnchorContract.AnchorCall(Other, 1, Root("one"))));
        async Task<ulong> Size(ChainAccount who, Bytes32 log) => (await anchor.AskAsync(new AnchorContract.LatestCall(who.Address, log))).Size;
        Assert.Equal((7ul, 3ul, 1ul, 0ul), (await Size(publisher, Log), await Size(stranger, Log), await Size(publisher, Other), await Size(stranger, Other)));
    }
}
