using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Contracts;

/// <summary>A contract at its address on a chain.</summary>
/// <param name="Client">The chain.</param>
/// <param name="Artifact">What is deployed there.</param>
/// <param name="Address">Where.</param>
public sealed record Contract(ChainClient Client, ContractArtifact Artifact, Address Address)
{
    /// <summary>A call of a function, to be sent by a <see cref="ChainAccount"/>.</summary>
    /// <param name="function">The function's name, or its signature where several share the name.</param>
    /// <param name="arguments">In order of declaration.</param>
    public ContractCall Call(string function, params AbiValue[] arguments) => Call(Artifact.Function(function), arguments);

    /// <inheritdoc cref="Call(string, AbiValue[])"/>
    public ContractCall Call(AbiFunction function, params AbiValue[] arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new() { To = Address, Data = function.EncodeCall(arguments) };
    }

    /// <summary>Asks a function on the latest block, and reads what it returns.</summary>
    /// <exception cref="ChainException">It reverted, the chain could not be asked, or the answer is not of the function's types.</exception>
    public Task<IReadOnlyList<AbiValue>> AskAsync(string function, AbiValue[] arguments, Address from = default, CancellationToken cancellationToken = default) =>
        AskAsync(Artifact.Function(function), arguments, from, cancellationToken);

    /// <inheritdoc cref="AskAsync(string, AbiValue[], Address, CancellationToken)"/>
    public async Task<IReadOnlyList<AbiValue>> AskAsync(AbiFunction function, AbiValue[] arguments, Address from = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var output = await Client.CallAsync(Call(function, arguments) with { From = from }, cancellationToken).ConfigureAwait(false);
        return function.DecodeResult(output, out var values) is Verdict.Rejected rejected
            ? throw new ChainException(Client.Endpoint, "eth_call", $"{Artifact.Name}.{function.Name} returned something else: {rejected.Reason}") { Kind = ChainFailure.WrongAnswer }
            : values;
    }

    /// <summary>The contract's events of one kind in a range of blocks, as values of their type.</summary>
    /// <exception cref="ChainException">The chain could not be asked, or an event is not of its types.</exception>
    public async Task<IReadOnlyList<(ChainLog Log, T Event)>> EventsAsync<T>(
        ContractEvent<T> declared, ulong fromBlock = 0, ulong? toBlock = null, CancellationToken cancellationToken = default) where T : class
    {
        ArgumentNullException.ThrowIfNull(declared);
        var found = new List<(ChainLog, T)>();
        foreach (var log in await LogsAsync(declared.Abi, fromBlock, toBlock, cancellationToken).ConfigureAwait(false))
            found.Add((log, declared.TryDecode(log.Entry, Address, out var value) ? value : throw NotOurs(declared.Abi)));
        return found;
    }

    /// <summary>The contract's events of one kind in a range of blocks, read.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="fromBlock">The first block.</param>
    /// <param name="toBlock">The last block; the latest if null.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChainException">The chain could not be asked, or an event is not of its types.</exception>
    public async Task<IReadOnlyList<(ChainLog Log, IReadOnlyList<AbiValue> Arguments)>> EventsAsync(
        string name, ulong fromBlock = 0, ulong? toBlock = null, CancellationToken cancellationToken = default)
    {
        var declared = Artifact.Event(name);
        var found = new List<(ChainLog, IReadOnlyList<AbiValue>)>();
        foreach (var log in await LogsAsync(declared, fromBlock, toBlock, cancellationToken).ConfigureAwait(false))
        {
            // The endpoint's filter is a convenience; that it kept to it is checked.
            if (log.Entry.Address != Address || declared.Decode(log.Entry, out var arguments) is not Verdict.Accepted) throw NotOurs(declared);
            found.Add((log, arguments));
        }
        return found;
    }

    Task<IReadOnlyList<ChainLog>> LogsAsync(AbiEvent declared, ulong fromBlock, ulong? toBlock, CancellationToken cancellationToken) =>
        Client.GetLogsAsync(new LogQuery { FromBlock = fromBlock, ToBlock = toBlock, Addresses = [Address], Topics = [declared.Topic] }, cancellationToken);

    ChainException NotOurs(AbiEvent declared) =>
        new(Client.Endpoint, "eth_getLogs", $"a log is no {Artifact.Name}.{declared.Name} of {Address}") { Kind = ChainFailure.WrongAnswer };
}
