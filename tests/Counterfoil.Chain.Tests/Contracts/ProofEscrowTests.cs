using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Contracts;

/// <summary>Validations and the escrow that they release, kept by the committed bytecode on each chain.</summary>
public sealed class ProofEscrowTests
{
    const ulong Deadline = TestChain.Start + 3_600;

    sealed record Scene(ChainAccount Buyer, ChainAccount Agent, ChainAccount Validator, Contract Dollar, Contract Registry, Contract Escrow)
    {
        // The agent's owner is the payee.
        public AbiValue[] Terms(ulong salt) =>
            [Buyer.Address, Agent.Address, Validator.Address, 1UL, Keccak256.Hash("model"u8), Keccak256.Hash("request"u8), 400UL, Deadline, 80UL, new Bytes32(((UInt256)salt).ToBigEndian())];
    }

    static async Task<Scene> OpenAsync(TestChain chain)
    {
        var (faucet, buyer, agent, validator) =
            (await chain.AccountAsync("faucet"), await chain.AccountAsync("buyer"), await chain.AccountAsync("agent"), await chain.AccountAsync("validator"));
        var dollar = await chain.DeployAsync(faucet, ContractArtifact.TestDollar);
        var agents = await chain.DeployAsync(faucet, new ContractArtifact(await File.ReadAllBytesAsync(Path.Combine(Surroundings.Root, "contracts/test/artifacts/AgentsForTests.json"))));
        await agent.SendAndWaitAsync(agents.Call("register"));
        var registry = await chain.DeployAsync(faucet, ContractArtifact.ValidationRegistry, agents.Address);
        var escrow = await chain.DeployAsync(faucet, ContractArtifact.ProofEscrow, dollar.Address, registry.Address);
        await faucet.SendAndWaitAsync(dollar.Call("mint", buyer.Address, 1_000UL));
        await buyer.SendAndWaitAsync(dollar.Call("approve", escrow.Address, 1_000UL));
        return new Scene(buyer, agent, validator, dollar, registry, escrow);
    }

    static async Task<UInt256> DollarsAsync(Scene scene, Address account) => (await scene.Dollar.AskAsync("balanceOf", [account]))[0].AsNumber;

    static async Task<Bytes32> LockAndRequestAsync(Scene scene, AbiValue[] terms)
    {
        await scene.Buyer.SendAndWaitAsync(scene.Escrow.Call("lock", (AbiValue)terms));
        var hash = (await scene.Escrow.AskAsync("requestHashOf", [terms]))[0].AsBytes32;
        await scene.Agent.SendAndWaitAsync(scene.Registry.Call("validationRequest", scene.Validator.Address, 1UL, "https://agent.example/1", hash));
        return hash;
    }

    [Theory, OnBothChains]
    public async Task The_validators_word_pays_the_agent_for_this_answer_and_for_no_other(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var scene = await OpenAsync(chain);
        AbiValue[] first = scene.Terms(1), second = scene.Terms(2);
        var hash = await LockAndRequestAsync(scene, first);
        await scene.Buyer.SendAndWaitAsync(scene.Escrow.Call("lock", (AbiValue)second));
        Assert.StartsWith("NotValidated(", await chain.RevertAsync(scene.Agent, scene.Escrow, "release", (AbiValue)first), StringComparison.Ordinal);
        Assert.StartsWith("NotValidator(", await chain.RevertAsync(scene.Agent, scene.Registry, "validationResponse", hash, 100UL, "", default(Bytes32), ""), StringComparison.Ordinal);
        await scene.Validator.SendAndWaitAsync(scene.Registry.Call("validationResponse", hash, 100UL, "", default(Bytes32), "proof"));
        Assert.StartsWith("NotValidated(", await chain.RevertAsync(scene.Agent, scene.Escrow, "release", (AbiValue)second), StringComparison.Ordinal);
        await scene.Agent.SendAndWaitAsync(scene.Escrow.Call("release", (AbiValue)first));
        Assert.StartsWith("NotLocked(", await chain.RevertAsync(scene.Agent, scene.Escrow, "release", (AbiValue)first), StringComparison.Ordinal);

        // What was not proven goes back after the deadline, and what was released does not.
        Assert.StartsWith("DeadlineNotPassed(", await chain.RevertAsync(scene.Buyer, scene.Escrow, "refund", (AbiValue)second), StringComparison.Ordinal);
        await chain.WarpAsync(Deadline + 1);
        Assert.StartsWith("NotLocked(", await chain.RevertAsync(scene.Buyer, scene.Escrow, "refund", (AbiValue)first), StringComparison.Ordinal);
        await scene.Buyer.SendAndWaitAsync(scene.Escrow.Call("refund", (AbiValue)second));
        Assert.Equal(((UInt256)400, (UInt256)600, (UInt256)0),
            (await DollarsAsync(scene, scene.Agent.Address), await DollarsAsync(scene, scene.Buyer.Address), await DollarsAsync(scene, scene.Escrow.Address)));
    }

    [Theory, OnBothChains]
    public async Task A_proof_that_comes_after_the_deadline_is_too_late(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var scene = await OpenAsync(chain);
        AbiValue[] terms = scene.Terms(1);
        var hash = await LockAndRequestAsync(scene, terms);
        await chain.WarpAsync(Deadline + 1);
        await scene.Validator.SendAndWaitAsync(scene.Registry.Call("validationResponse", hash, 100UL, "", default(Bytes32), "proof"));
        Assert.StartsWith("NotValidated(", await chain.RevertAsync(scene.Agent, scene.Escrow, "release", (AbiValue)terms), StringComparison.Ordinal);
        await scene.Buyer.SendAndWaitAsync(scene.Escrow.Call("refund", (AbiValue)terms));
        Assert.Equal((UInt256)1_000, await DollarsAsync(scene, scene.Buyer.Address));
    }

    [Theory, OnBothChains]
    public async Task A_request_hash_is_bound_to_its_agent_and_validator(ChainKind kind)
    {
        await using var chain = await TestChain.StartAsync(kind);
        var scene = await OpenAsync(chain);
        var payload = Keccak256.Hash("payload"u8);
        var hash = (await scene.Registry.AskAsync("requestHashOf", [scene.Validator.Address, 1UL, payload, 7UL]))[0].AsBytes32;
        Assert.StartsWith("RequestUnbound(", await chain.RevertAsync(scene.Agent, scene.Registry, "validationRequest", scene.Validator.Address, 1UL, "uri", hash), StringComparison.Ordinal);
        await scene.Buyer.SendAndWaitAsync(scene.Registry.Call("bindRequest", scene.Validator.Address, 1UL, payload, 7UL));
        // A friend in the validator's place, another agent, and a stranger in the agent's.
        Assert.StartsWith("RequestUnbound(", await chain.RevertAsync(scene.Agent, scene.Registry, "validationRequest", scene.Buyer.Address, 1UL, "uri", hash), StringComparison.Ordinal);
        Assert.StartsWith("RequestUnbound(", await chain.RevertAsync(scene.Buyer, scene.Registry, "validationRequest", scene.Validator.Address, 2UL, "uri", hash), StringComparison.Ordinal);
        Assert.Equal($"NotAgent(1, {scene.Buyer.Address})", await chain.RevertAsync(scene.Buyer, scene.Registry, "validationRequest", scene.Validator.Address, 1UL, "uri", hash));
        await scene.Agent.SendAndWaitAsync(scene.Registry.Call("validationRequest", scene.Validator.Address, 1UL, "uri", hash));
        await scene.Validator.SendAndWaitAsync(scene.Registry.Call("validationResponse", hash, 100UL, "", default(Bytes32), ""));
        var summary = await scene.Registry.AskAsync("getSummary", [1UL, (AbiValue[])[scene.Validator.Address], ""]);
        Assert.Equal(((UInt256)1, (UInt256)100), (summary[0].AsNumber, summary[1].AsNumber));
    }
}
