using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Market.Challenges;

namespace Counterfoil.Market.Tests.Challenges;

/// <summary>A provider with two devices, its bond and its tenant, on each chain: the contracts judge what this room makes.</summary>
public sealed class ChallengesOnChainTests
{
    const int Size = 32, Devices = 2;
    const ulong AnswerTime = 60, DisputeTime = 3_600, OpenTime = 600, OpenFee = 5;
    static readonly AbiValue[] Terms = [(ulong)Size, (ulong)Devices, AnswerTime, DisputeTime, OpenTime, 60UL, OpenFee, Keccak256.Hash("lease"u8)];

    sealed record World(TestChain Chain, Contract Dollar, Contract Registry, Contract Challenges, ChainAccount Provider, ChainAccount Owner, ChainAccount Tenant, ChainAccount Watcher)
    {
        public static async Task<World> OpenAsync(TestChain chain)
        {
            var (provider, owner, tenant, watcher) = (await chain.AccountAsync("provider"), await chain.AccountAsync("owner"), await chain.AccountAsync("tenant"), await chain.AccountAsync("watcher"));
            var dollar = await chain.DeployAsync(owner, ContractArtifact.TestDollar);
            var registry = await chain.DeployAsync(owner, ContractArtifact.ProviderRegistry, dollar.Address, 86_400UL);
            var challenges = await chain.DeployAsync(owner, ContractArtifact.Challenges, registry.Address);
            await owner.SendAndWaitAsync(dollar.Call("mint", owner.Address, 1_000UL));
            await owner.SendAndWaitAsync(dollar.Call("mint", watcher.Address, 100UL));
            await owner.SendAndWaitAsync(dollar.Call("approve", registry.Address, 1_000UL));
            await watcher.SendAndWaitAsync(dollar.Call("approve", challenges.Address, 100UL));
            AbiValue[] profile = [Keccak256.Hash("tls"u8), Keccak256.Hash("endpoint"u8), Keccak256.Hash("attributes"u8)];
            await provider.SendAndWaitAsync(registry.Call("register", owner.Address, profile));
            await owner.SendAndWaitAsync(registry.Call("stake", provider.Address, 1_000UL));
            await owner.SendAndWaitAsync(registry.Call("setLimit", provider.Address, challenges.Address, 1_000UL));
            return new World(chain, dollar, registry, challenges, provider, owner, tenant, watcher);
        }

        /// <summary>A bond of 800, a challenge on it, and its seed, which the contract and this room derive alike.</summary>
        public async Task<(UInt256 Id, ChallengeSeed Seed)> ChallengeAsync()
        {
            var terms = Keccak256.Hash(Challenges.Call("ask", 0UL, Terms).Data.Span[36..]); // behind the selector and the bond's number
            await Provider.SendAndWaitAsync(Registry.Call("openBond", Challenges.Address, Tenant.Address, 800UL, await Chain.TimeAsync() + 604_800, terms));
            await Tenant.SendAndWaitAsync(Challenges.Call("ask", await NumberAsync(Registry, "bondCount"), Terms));
            var id = await NumberAsync(Challenges, "challengeCount");
            Assert.StartsWith($"BeaconAhead({id}, ", await Chain.RevertAsync(Watcher, Challenges, "draw", id), StringComparison.Ordinal);
            for (int i = 0; i < 3; i++) await Chain.Client.SendAsync("evm_mine");
            await Watcher.SendAndWaitAsync(Challenges.Call("draw", id));
            var asked = Assert.Single(await Challenges.EventsAsync("Asked")).Arguments;
            var beacon = await Chain.Client.GetBlockAsync(asked[^1].AsNumber.U0);
            var seed = ChallengeSeed.Derive(await Chain.Client.GetChainIdAsync(), Challenges.Address, id, beacon!.Hash.Value);
            Assert.Equal(seed.Value, Assert.Single(await Challenges.EventsAsync("Drawn")).Arguments[1].AsBytes32);
            return (id, seed);
        }

        public static async Task<UInt256> NumberAsync(Contract contract, string function, params AbiValue[] arguments) => (await contract.AskAsync(function, arguments))[0].AsNumber;

        public Task<UInt256> BalanceAsync(Address account) => NumberAsync(Dollar, "balanceOf", account);
    }

    static AbiValue[] Roots(ProductTree[] trees) => [.. trees.Select(t => (AbiValue)t.Root)];

    static AbiValue[] Cells(ChunkOpening opening) => [.. Enumerable.Range(0, 4).Select(w => AbiValue.FixedBytes(
        [.. opening.Cells.AsSpan(8 * w, 8).ToArray().SelectMany(c => BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(c)))]))];

    static AbiValue[] Path(ChunkOpening opening) => [.. opening.Path.Select(d => (AbiValue)d)];

    static AbiValue[] Refutation(UInt256 id, int device, ProductTree[] trees, CellFraud fraud) =>
        [id, (ulong)device, (ulong)fraud.Opening.Row, (ulong)fraud.Column, Roots(trees), Cells(fraud.Opening), Path(fraud.Opening)];

    [Theory, OnBothChains]
    public async Task An_honest_provider_answers_opens_what_is_demanded_and_keeps_its_stake(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var w = await World.OpenAsync(chain);
        var (id, seed) = await w.ChallengeAsync();
        var matrices = Enumerable.Range(0, Devices).Select(d => new ChallengeMatrices(seed, d, Size)).ToArray();
        var trees = matrices.Select(m => new ProductTree(m.Product(), Size)).ToArray();
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("answer", id, Roots(trees)));

        await w.Watcher.SendAndWaitAsync(w.Challenges.Call("demand", id, 1UL, 17UL, 0UL));
        await chain.WaitAsync(OpenTime);
        string early = await chain.RevertAsync(w.Watcher, w.Challenges, "unopened", 1UL);
        Assert.StartsWith("TooEarly(", early, StringComparison.Ordinal);
        var opening = trees[1].Open(17, 0);
        string wrongPlace = await chain.RevertAsync(w.Provider, w.Challenges, "open", 1UL, Roots(trees), Cells(trees[1].Open(16, 0)), Path(trees[1].Open(16, 0)));
        Assert.Equal("OpeningInvalid()", wrongPlace);
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("open", 1UL, Roots(trees), Cells(opening), Path(opening)));
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("claim"));
        Assert.Equal((UInt256)OpenFee, await w.BalanceAsync(w.Provider.Address));

        // A right cell cannot be called wrong, on chain or off.
        var slander = new CellFraud(9, opening);
        Assert.IsType<Verdict.Rejected>(slander.Judge(matrices[1], trees[1].Root));
        Assert.StartsWith("CellIsRight(", await chain.RevertAsync(w.Watcher, w.Challenges, "refute", Refutation(id, 1, trees, slander)), StringComparison.Ordinal);

        // The bond ends, and everything that was staked leaves.
        await w.Owner.SendAndWaitAsync(w.Registry.Call("unbond", w.Provider.Address, 1_000UL));
        await chain.WaitAsync(604_800);
        await w.Watcher.SendAndWaitAsync(w.Registry.Call("release", 1UL));
        await w.Owner.SendAndWaitAsync(w.Registry.Call("withdraw", w.Provider.Address));
        Assert.Equal((UInt256)1_000, await w.BalanceAsync(w.Owner.Address));
        Assert.Equal(UInt256.Zero, await w.BalanceAsync(w.Registry.Address));
    }

    [Theory, OnBothChains]
    public async Task One_wrong_cell_costs_the_bond(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var w = await World.OpenAsync(chain);
        var (id, seed) = await w.ChallengeAsync();
        var matrices = Enumerable.Range(0, Devices).Select(d => new ChallengeMatrices(seed, d, Size)).ToArray();
        int[][] products = [.. matrices.Select(m => m.Product())];
        products[1][21 * Size + 30] ^= 1 << 31;
        var trees = products.Select(p => new ProductTree(p, Size)).ToArray();
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("answer", id, Roots(trees)));

        // The watcher has all cells: the check vector finds the row, the row its cell.
        var answered = Assert.Single(await w.Challenges.EventsAsync("Answered")).Arguments;
        await chain.Client.SendAsync("evm_mine");
        var check = await chain.Client.GetBlockAsync(answered[3].AsNumber.U0);
        var vector = CheckVector.Derive(seed, [.. trees.Select(t => t.Root)], check!.Hash.Value, Size);
        Assert.Equal(Verdict.Accept, vector.Judge(matrices[0], trees[0].Root, products[0]));
        var verdict = Assert.IsType<Verdict.Rejected>(vector.Judge(matrices[1], trees[1].Root, products[1]));
        Assert.StartsWith("row 21 ", verdict.Reason.Expected, StringComparison.Ordinal);
        var fraud = CellFraud.In(matrices[1], trees[1], 21)!;
        Assert.Equal(Verdict.Accept, fraud.Judge(matrices[1], trees[1].Root));

        await w.Watcher.SendAndWaitAsync(w.Challenges.Call("refute", Refutation(id, 1, trees, fraud)));
        Assert.Equal("BondIsClosed(1)", ContractArtifact.ProviderRegistry.DescribeRevert(await chain.RevertDataAsync(w.Watcher, w.Challenges.Call("refute", Refutation(id, 1, trees, fraud)))));
        await w.Watcher.SendAndWaitAsync(w.Registry.Call("claim"));
        await w.Tenant.SendAndWaitAsync(w.Registry.Call("claim"));
        Assert.Equal(((UInt256)200, (UInt256)300), (await w.BalanceAsync(w.Watcher.Address), await w.BalanceAsync(w.Tenant.Address)));
        Assert.Equal((UInt256)400, await World.NumberAsync(w.Registry, "burnt"));
        Assert.Equal((UInt256)600, await w.BalanceAsync(w.Registry.Address)); // 200 staked, 400 burnt
    }

    [Theory, OnBothChains]
    public async Task Cells_that_are_not_opened_cost_the_bond_and_the_demander_has_its_fee_back(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var w = await World.OpenAsync(chain);
        var (id, _) = await w.ChallengeAsync();
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("answer", id, (AbiValue[])[Keccak256.Hash("nothing"u8), Keccak256.Hash("at all"u8)]));
        await w.Watcher.SendAndWaitAsync(w.Challenges.Call("demand", id, 0UL, 3UL, 0UL));
        await chain.WaitAsync(OpenTime + 1);
        await w.Provider.SendAndWaitAsync(w.Challenges.Call("unopened", 1UL));
        await w.Watcher.SendAndWaitAsync(w.Challenges.Call("claim"));
        await w.Watcher.SendAndWaitAsync(w.Registry.Call("claim"));
        Assert.Equal((UInt256)200, await w.BalanceAsync(w.Watcher.Address));
        Assert.Equal(UInt256.Zero, await w.BalanceAsync(w.Challenges.Address));
    }

    [Theory, OnBothChains]
    public async Task The_contract_computes_the_cells_that_this_room_computes(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var w = await World.OpenAsync(chain);
        var seed = new ChallengeSeed(Keccak256.Hash("any"u8).Value);
        foreach (var (device, size, row, column) in ((int, int, int, int)[])[(0, 32, 31, 0), (63, 64, 5, 63), (9, 1024, 777, 1023), (1, 65536, 65535, 65535)])
        {
            var expected = (UInt256)(ulong)Math.Abs((long)new ChallengeMatrices(seed, device, size).Cell(row, column));
            var found = await World.NumberAsync(w.Challenges, "cellOf", seed.Value, (ulong)device, (ulong)row, (ulong)column, (ulong)size);
            Assert.Equal(new ChallengeMatrices(seed, device, size).Cell(row, column) < 0 ? UInt256.Zero - expected : expected, found);
        }
    }
}
