using Counterfoil.Chain.Sending;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Contracts;

/// <summary>The product's contracts on a chain.</summary>
public sealed class Deployment
{
    readonly ChainClient client;

    Deployment(ChainClient client, AddressBook addresses) => (this.client, Addresses) = (client, addresses);

    /// <summary>Where they are.</summary>
    public AddressBook Addresses { get; }

    /// <summary>A contract by its name.</summary>
    /// <exception cref="KeyNotFoundException">It is not deployed.</exception>
    public Contract this[string name] =>
        new(client, ContractArtifact.Named(name), Addresses.Find(name)?.Address ?? throw new KeyNotFoundException($"there is no {name} in the address book of chain {Addresses.ChainId}"));

    /// <summary>The token that is paid with.</summary>
    public Contract TestDollar => this["TestDollar"];
    /// <summary>The anchor of logs.</summary>
    public Contract Anchor => this["Anchor"];
    /// <summary>Orders, leases and their escrow.</summary>
    public Contract LeaseEscrow => this["LeaseEscrow"];

    /// <summary>Creates all of them, paid for by <paramref name="deployer"/>, who becomes the test dollar's faucet. For chains that begin and end with the process.</summary>
    public static async Task<Deployment> DeployAsync(ChainAccount deployer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deployer);
        var book = new AddressBook(await deployer.Client.GetChainIdAsync(cancellationToken).ConfigureAwait(false), []);
        return await DeployAsync(deployer.Client, book, async (_, initCode) => (await deployer.DeployAsync(initCode, cancellationToken).ConfigureAwait(false)).Address, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Creates what is not there yet. Asked again, it changes nothing; interrupted anywhere, it goes on where it was: contracts of the book with the same code and constructor arguments
    /// are kept, and what the outbox had under way is waited for and not done twice.
    /// </summary>
    /// <param name="client">The chain.</param>
    /// <param name="deployer">Who pays, and becomes the test dollar's faucet.</param>
    /// <param name="known">What is there already.</param>
    /// <param name="save">Keeps the book, after each contract.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChainException">The chain is another than the book's, a contract could not be made, or what was made is not its code.</exception>
    public static async Task<Deployment> DeployAsync(ChainClient client, Outbox deployer, AddressBook known, Func<AddressBook, ValueTask> save, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(deployer);
        await RequireChainAsync(client, known, cancellationToken).ConfigureAwait(false);
        return await DeployAsync(client, known, async (name, initCode) =>
        {
            for (int attempt = 1; ; attempt++)
            {
                var intent = new SendIntent($"deploy {name} 0x{Keccak256.Hash(initCode)} {attempt}", null, initCode);
                var ended = await deployer.SendAsync(intent, cancellationToken).ConfigureAwait(false);
                if (ended is SubmissionState.Done { Succeeded: true } done)
                {
                    var address = Address.Created(deployer.Address, done.Nonce);
                    // One that an earlier run made and that is gone, or is not as it was, is made anew.
                    if ((await client.GetCodeAsync(address, cancellationToken).ConfigureAwait(false)).Length > 0 || attempt == MostAttempts) return address;
                }
                else if (attempt == MostAttempts || ended is SubmissionState.Abandoned { Nonce: null })
                    throw new ChainException(client.Endpoint, "eth_sendRawTransaction", $"{name} could not be made: {ended}") { Kind = ChainFailure.Refused };
            }
        }, save, cancellationToken).ConfigureAwait(false);
    }

    const int MostAttempts = 5;

    static async Task<Deployment> DeployAsync(ChainClient client, AddressBook book, Func<string, byte[], Task<Address>> create, Func<AddressBook, ValueTask>? save, CancellationToken cancellationToken)
    {
        foreach (var entry in DeploymentManifest.Entries)
        {
            byte[] initCode = entry.InitCode(book);
            var initCodeHash = Keccak256.Hash(initCode);
            if (book.Find(entry.Contract) is { } there && there.InitCodeHash == initCodeHash && await CheckAsync(client, there, cancellationToken).ConfigureAwait(false) is Verdict.Accepted) continue;
            var address = await create(entry.Contract, initCode).ConfigureAwait(false);
            byte[] code = await client.GetCodeAsync(address, cancellationToken).ConfigureAwait(false);
            var made = new DeployedContract(entry.Contract, address, Keccak256.Hash(code), initCodeHash);
            if (await CheckAsync(client, made, cancellationToken).ConfigureAwait(false) is Verdict.Rejected wrong)
                throw new ChainException(client.Endpoint, "eth_getCode", $"what was made at {address} is not {entry.Contract}: {wrong.Reason}") { Kind = ChainFailure.WrongAnswer };
            book = book.With(made);
            if (save is not null) await save(book).ConfigureAwait(false);
        }
        return new Deployment(client, book);
    }

    /// <summary>Opens those that are there already.</summary>
    /// <exception cref="ChainException">The chain is another than the book's, or has not the book's code at an address.</exception>
    public static async Task<Deployment> OpenAsync(ChainClient client, AddressBook addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        await RequireChainAsync(client, addresses, cancellationToken).ConfigureAwait(false);
        foreach (var contract in addresses.Contracts)
            if (await CheckAsync(client, contract, cancellationToken).ConfigureAwait(false) is Verdict.Rejected wrong)
                throw new ChainException(client.Endpoint, "eth_getCode", $"{contract.Name} at {contract.Address}: {wrong.Reason}") { Kind = ChainFailure.WrongAnswer };
        return new Deployment(client, addresses);
    }

    /// <summary>Whether a contract's code is on the chain: the code that the book says, which must be the product's, and, where the endpoint makes proofs, be under the latest block's state root.</summary>
    public static async Task<Verdict> CheckAsync(ChainClient client, DeployedContract contract, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(contract);
        byte[] code = await client.GetCodeAsync(contract.Address, cancellationToken).ConfigureAwait(false);
        if (code.Length == 0) return Verdict.Reject(ChainChecks.ContractCode, $"code of {contract.Name}", "none");
        var hash = Keccak256.Hash(code);
        if (hash != contract.CodeHash) return Verdict.Reject(ChainChecks.ContractCode, $"code of the digest 0x{contract.CodeHash}", $"0x{hash}");
        if (ContractArtifact.Names.Contains(contract.Name) && !ContractArtifact.Named(contract.Name).IsCodeOf(code))
            return Verdict.Reject(ChainChecks.ContractCode, $"the code that this program has for {contract.Name}", $"other code, 0x{hash}");
        try
        {
            var block = await client.GetLatestBlockAsync(cancellationToken).ConfigureAwait(false);
            var proven = (await client.GetAccountAsync(contract.Address, block, cancellationToken).ConfigureAwait(false))?.CodeHash;
            return proven == hash ? Verdict.Accept : Verdict.Reject(ChainChecks.ContractCode, $"an account whose code is proven to be 0x{hash}", proven is null ? "no account" : $"0x{proven}");
        }
        catch (ChainException absent) when (absent.Kind == ChainFailure.Refused)
        {
            return Verdict.Accept;
        }
    }

    static async Task RequireChainAsync(ChainClient client, AddressBook book, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(book);
        ulong chainId = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != book.ChainId)
            throw new ChainException(client.Endpoint, "eth_chainId", $"the address book is for chain {book.ChainId}, and this is {chainId}") { Kind = ChainFailure.WrongAnswer };
    }
}
