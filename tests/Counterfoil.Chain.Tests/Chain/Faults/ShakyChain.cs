using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Rpc;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>A chain that is reorganised, forgets what waits, and is otherwise right: what happens to it is drawn from a seed.</summary>
sealed class ShakyChain
{
    public const int DeepestReorganisation = 10;

    readonly Random random;
    readonly List<int> snapshots = [];

    public ManualClock Clock { get; } = new(ChainFixture.Start);
    public LocalChain Chain { get; }
    public JsonRpcDispatcher Rpc { get; }
    public int Reorganisations { get; private set; }
    public int Dropped { get; private set; }

    /// <summary>The chain begins when it is made; nothing that is done to it before <see cref="Begin"/> is ever undone.</summary>
    public ShakyChain(Random random, params Address[] rich)
    {
        this.random = random;
        Chain = new LocalChain(new ChainOptions { Genesis = rich.ToDictionary(address => address, _ => ChainFixture.Ether * 1_000) }, Clock);
        Rpc = new JsonRpcDispatcher(Chain);
    }

    /// <summary>From here on blocks are made by <see cref="Mine"/>, and can be undone.</summary>
    public void Begin() => Chain.Automine = false;

    public void Mine()
    {
        // A snapshot below each block, and none that is deeper than what is ever undone.
        snapshots.Add(Chain.TakeSnapshot());
        if (snapshots.Count > 2 * DeepestReorganisation) snapshots.RemoveAt(0);
        Clock.Advance(TimeSpan.FromSeconds(12));
        Chain.Mine();
    }

    /// <summary>One thing happens: mostly a block.</summary>
    public void Tick()
    {
        switch (random.Next(10))
        {
            case 0: Reorganise(random.Next(1, DeepestReorganisation + 1)); break;
            case 1: Drop(); break;
            default: Mine(); break;
        }
    }

    /// <summary>The last blocks are undone and others take their place, one more of them. What was in them goes back to those that wait, or is lost.</summary>
    public void Reorganise(int depth)
    {
        depth = Math.Min(depth, snapshots.Count);
        if (depth == 0) return;
        var undone = new List<ReadOnlyMemory<byte>>();
        for (ulong number = Chain.Head.Number - (ulong)depth + 1; number <= Chain.Head.Number; number++) undone.AddRange(Chain.BlockAt(number)!.Transactions.Select(t => t.Raw));
        undone.AddRange(Waiting());
        Assert.True(Chain.RevertTo(snapshots[^depth]));
        snapshots.RemoveRange(snapshots.Count - depth, depth);
        foreach (var raw in undone)
            if (random.Next(4) > 0) Chain.Submit(raw, out _);
        for (int i = 0; i <= depth; i++) Mine();
        Reorganisations++;
    }

    void Drop()
    {
        foreach (var raw in Waiting())
            if (random.Next(2) == 0)
            {
                Chain.Drop(Keccak256.Hash(raw.Span));
                Dropped++;
            }
    }

    IReadOnlyList<ReadOnlyMemory<byte>> Waiting() => [.. Chain.Waiting.Select(pending => pending.Raw)];
}
