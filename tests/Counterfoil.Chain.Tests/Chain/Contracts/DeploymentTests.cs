using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Tests.Chain.Sending;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Chain.Tests.Chain.Contracts;

public sealed class DeploymentTests
{
    [Fact]
    public void Every_contract_of_ours_is_in_the_manifest() =>
        Assert.Equal(ContractArtifact.Names, DeploymentManifest.Entries.Select(entry => entry.Contract).Order(StringComparer.Ordinal));

    static async Task<Deployment> DeployAsync(OutboxWorld world, AddressBook known, List<AddressBook> saved, Dictionary<string, string>? given = null, CancellationToken cancel = default)
    {
        world.Fixture.Chain.Automine = true;
        using var outbox = world.Open(new InProcessTransport("devchain", world.Fixture.Rpc.Handle), depth: 1);
        return await Deployment.DeployAsync(world.Honest, outbox, known, book =>
        {
            saved.Add(book);
            cancel.ThrowIfCancellationRequested();
            return default;
        }, given, cancel);
    }

    [Fact]
    public async Task A_deployment_that_is_run_again_changes_nothing_and_one_that_broke_off_goes_on()
    {
        await using var world = new OutboxWorld();
        var saved = new List<AddressBook>();
        using var breaksOff = new CancellationTokenSource();
        breaksOff.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DeployAsync(world, new AddressBook(31_337, []), saved, cancel: breaksOff.Token));
        var whole = await DeployAsync(world, saved.Count > 0 ? saved[^1] : new AddressBook(31_337, []), saved);
        ulong sent = await world.Honest.GetNonceAsync(world.Fixture.Key.Address);
        Assert.Equal((ulong)whole.Addresses.Contracts.Length, sent);

        Assert.Equal(whole.Addresses, (await DeployAsync(world, whole.Addresses, saved)).Addresses);
        // Without its book the journal remembers as well.
        Assert.Equal(whole.Addresses, (await DeployAsync(world, new AddressBook(31_337, []), saved)).Addresses);
        Assert.Equal(sent, await world.Honest.GetNonceAsync(world.Fixture.Key.Address));
        await Deployment.OpenAsync(world.Honest, whole.Addresses);
    }

    [Fact]
    public async Task Every_contract_of_ours_deploys_where_the_chain_has_an_identity_registry()
    {
        await using var world = new OutboxWorld();
        var some = await DeployAsync(world, new AddressBook(31_337, []), []);
        Assert.Null(some.Addresses.Find("ProofEscrow"));
        // Any contract will do: only that there is code is asked.
        var all = await DeployAsync(world, some.Addresses, [], given: new() { ["identityRegistry"] = some.Anchor.Address.ToString() });
        Assert.Equal(ContractArtifact.Names, all.Addresses.Contracts.Select(contract => contract.Name).Order(StringComparer.Ordinal));
        Assert.Equal((ulong)ContractArtifact.Names.Count, await world.Honest.GetNonceAsync(world.Fixture.Key.Address));
    }

    [Fact]
    public async Task Code_that_is_not_what_was_deployed_is_found()
    {
        await using var world = new OutboxWorld();
        var whole = await DeployAsync(world, new AddressBook(31_337, []), []);
        var anchor = whole.Addresses.Find("Anchor")!;
        Assert.True((await Deployment.CheckAsync(world.Honest, anchor)).IsAccepted);
        byte[] code = await world.Honest.GetCodeAsync(anchor.Address);
        code[^1] ^= 1;
        world.Fixture.Chain.SetCode(anchor.Address, code);
        world.Fixture.Chain.Mine();
        Assert.Equal(ChainChecks.ContractCode, Assert.IsType<Verdict.Rejected>(await Deployment.CheckAsync(world.Honest, anchor)).Reason.Check);
        // Nor does a book that says the new digest help: the code is not ours.
        Assert.False((await Deployment.CheckAsync(world.Honest, anchor with { CodeHash = Core.Digests.Keccak256.Hash(code) })).IsAccepted);
        await Assert.ThrowsAsync<ChainException>(() => Deployment.OpenAsync(world.Honest, whole.Addresses));
    }

    [Fact]
    public void Immutables_may_be_anything_and_nothing_else_may_differ()
    {
        foreach (string name in ContractArtifact.Names)
        {
            var artifact = ContractArtifact.Named(name);
            byte[] code = artifact.DeployedBytecode.ToArray();
            Assert.True(artifact.IsCodeOf(code));
            Assert.False(artifact.IsCodeOf(code.AsSpan(1)));
            code[0] ^= 1;
            Assert.False(artifact.IsCodeOf(code));
        }
    }
}
