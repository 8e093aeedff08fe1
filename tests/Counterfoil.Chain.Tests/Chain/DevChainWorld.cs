using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;

namespace Counterfoil.Chain.Tests.Chain;

/// <summary>A client that talks to an in-process chain, and the rich account's writer.</summary>
sealed class DevChainWorld : IDisposable
{
    public ChainFixture Fixture { get; } = new();
    public ChainClient Client { get; }
    public ChainAccount Rich { get; }

    public DevChainWorld()
    {
        Client = new ChainClient(new InProcessTransport("devchain", Fixture.Rpc.Handle));
        Rich = new ChainAccount(Client, Fixture.Key);
    }

    public Task<Deployment> DeployAsync() => Deployment.DeployAsync(Rich);

    public void Dispose()
    {
        Rich.Dispose();
        Fixture.Dispose();
    }
}
