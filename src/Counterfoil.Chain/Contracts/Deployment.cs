using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Contracts;

/// <summary>The product's contracts on a chain.</summary>
public sealed class Deployment
{
    Deployment(ChainClient client, AddressBook addresses)
    {
        Addresses = addresses;
        TestDollar = new Contract(client, ContractArtifact.TestDollar, addresses.TestDollar);
        Anchor = new Contract(client, ContractArtifact.Anchor, addresses.Anchor);
        LeaseEscrow = new Contract(client, ContractArtifact.LeaseEscrow, addresses.LeaseEscrow);
    }

    /// <summary>Where they are.</summary>
    public AddressBook Addresses { get; }
    /// <summary>The token that is paid with.</summary>
    public Contract TestDollar { get; }
    /// <summary>The anchor of logs.</summary>
    public Contract Anchor { get; }
    /// <summary>Orders, leases and their escrow.</summary>
    public Contract LeaseEscrow { get; }

    /// <summary>Creates all of them, paid for by <paramref name="deployer"/>, who becomes the test dollar's faucet.</summary>
    public static async Task<Deployment> DeployAsync(ChainAccount deployer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deployer);
        ulong chainId = await deployer.Client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        var (dollar, _) = await deployer.DeployAsync(ContractArtifact.TestDollar.InitCode(), cancellationToken).ConfigureAwait(false);
        var (anchor, _) = await deployer.DeployAsync(ContractArtifact.Anchor.InitCode(), cancellationToken).ConfigureAwait(false);
        var (escrow, _) = await deployer.DeployAsync(ContractArtifact.LeaseEscrow.InitCode(new LeaseEscrowContract.Constructor(dollar)), cancellationToken).ConfigureAwait(false);
        return new Deployment(deployer.Client, new AddressBook(chainId, dollar, anchor, escrow));
    }

    /// <summary>Opens those that are there already.</summary>
    /// <exception cref="ChainException">The chain is another than the book's, or has no code at an address.</exception>
    public static async Task<Deployment> OpenAsync(ChainClient client, AddressBook addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(addresses);
        ulong chainId = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != addresses.ChainId)
            throw new ChainException(client.Endpoint, "eth_chainId", $"the address book is for chain {addresses.ChainId}, and this is {chainId}") { Kind = ChainFailure.WrongAnswer };
        foreach (var (name, address) in new[] { ("TestDollar", addresses.TestDollar), ("Anchor", addresses.Anchor), ("LeaseEscrow", addresses.LeaseEscrow) })
            if ((await client.GetCodeAsync(address, cancellationToken).ConfigureAwait(false)).Length == 0)
                throw new ChainException(client.Endpoint, "eth_getCode", $"there is no {name} at {address}") { Kind = ChainFailure.WrongAnswer };
        return new Deployment(client, addresses);
    }
}
