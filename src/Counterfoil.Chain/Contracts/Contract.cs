using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Contracts;

/// <summary>A contract at its address on a chain. What has a binding is called by its records; by names is for an artifact that is known only when it runs.</summary>
/// <param name="Client">The chain.</param>
/// <param name="Artifact">What is deployed there.</param>
/// <param name="Address">Where.</param>
public sealed record Contract(ChainClient Client, ContractArtifact Artifact, Address Address)
{
    /// <summary>A call of a function, to be sent by a <see cref="ChainAccount"/>.</summary>
    /// <param name="function">The function's name, or its signature where several share the name.</param>
    /// <param name="arguments">In order of declaration.</param>
    public ContractCall Call(string function, params AbiValue[] arguments) => Call(Artifact.Function(function), arguments);

    ContractCall Call(AbiFunction function, AbiValue[] arguments) => new() { To = Address, Data = function.EncodeCall(arguments) };

    /// <summary>A call of a contract that has a binding, to be sent by a <see cref="ChainAccount"/>.</summary>
    public ContractCall Call<TCall, TResult>(IContractCall<TCall, TResult> call) where TCall : class, IContractCall<TCall, TResult> =>
        new() { To = Address, Data = call.Encode() };

    /// <summary>Asks a function on the latest block, and reads what it returns.</summary>
    /// <exception cref="ChainException">It reverted, the chain could not be asked, or the answer is not of the function's types.</exception>
    public async Task<TResult> AskAsync<TCall, TResult>(IContractCall<TCall, TResult> call, Address from = default, CancellationToken cancellationToken = default)
        where TCall : class, IContractCall<TCall, TResult> =>
        TCall.ReadResult(await AskAsync(TCall.Abi, Call(call) with { From = from }, cancellationToken).ConfigureAwait(false));

    /// <summary>Asks a function on the latest block, and reads what it returns.</summary>
    /// <exception cref="ChainException">It reverted, the chain could not be asked, or the answer is not of the function's types.</exception>
    public Task<IReadOnlyList<AbiValue>> AskAsync(string function, AbiValue[] arguments, Address from = default, CancellationToken cancellationToken = default) =>
        AskAsync(Artifact.Function(function), Call(function, arguments) with { From = from }, cancellationToken);

    async Task<IReadOnlyList<AbiValue>> AskAsync(AbiFunction function, ContractCall call, CancellationToken cancellationToken)
    {
        var output = await Client.CallAsync(call, cancellationToken).ConfigureAwait(false);
        return function.DecodeResult(output, out var values) is Verdict.Rejected rejected
            ? throw new ChainException(Client.Endpoint, "eth_call", $"{Artifact.Name}.{function.Name} returned something else: {rejected.Reason}") { Kind = ChainFailure.WrongAnswer }
            : values;
    }

    /// <summary>The contract's events of one kind in a range of blocks, as values of their type.</summary>
    /// <exception cref="ChainException">The chain could not be asked, or an event is not of its types.</exception>
    public async Task<IReadOnlyList<(ChainLog Log, T Event)>> EventsAsync<T>(
        ulong fromBlock = 0, ulong? toBlock = null, CancellationToken cancellationToken = default) where T : class, IContractEvent<T>
    {
        var found = new List<(ChainLog, T)>();
        foreach (var log in await LogsAsync(T.Abi, fromBlock, toBlock, cancellationToken).ConfigureAwait(false))
            found.Add((log, EventCodec.TryDecode<T>(log.Entry, Address, out var value) ? value : throw NotOurs(T.Abi)));
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
