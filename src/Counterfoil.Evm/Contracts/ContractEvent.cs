using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Evm.Contracts;

/// <summary>An event of a contract and the record it is read into.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class ContractEvent<T> where T : class
{
    readonly Func<IReadOnlyList<AbiValue>, T> read;
    readonly Func<T, AbiValue[]> write;

    internal ContractEvent(string declaration, Func<IReadOnlyList<AbiValue>, T> read, Func<T, AbiValue[]> write) =>
        (Abi, this.read, this.write) = (new AbiEvent(declaration), read, write);

    /// <summary>The event by its declaration.</summary>
    public AbiEvent Abi { get; }

    /// <summary>Reads an entry that must be this event, written by this contract: any contract can write the same topics.</summary>
    public Verdict Decode(LogEntry log, Address emitter, out T? value)
    {
        ArgumentNullException.ThrowIfNull(log);
        value = null;
        if (log.Address != emitter) return Verdict.Reject(EvmChecks.EventEmitter, $"an entry of {emitter}", $"one of {log.Address}");
        var verdict = Abi.Decode(log, out var arguments);
        if (verdict.IsAccepted) value = read(arguments);
        return verdict;
    }

    /// <summary>Whether an entry is this event, written by this contract, and well formed.</summary>
    public bool TryDecode(LogEntry log, Address emitter, [NotNullWhen(true)] out T? value) => Decode(log, emitter, out value).IsAccepted && value is not null;

    /// <summary>Every such event among some entries, in order.</summary>
    public IEnumerable<T> In(IEnumerable<LogEntry> logs, Address emitter)
    {
        ArgumentNullException.ThrowIfNull(logs);
        foreach (var log in logs)
            if (TryDecode(log, emitter, out var value)) yield return value;
    }

    /// <summary>The entry that the contract writes.</summary>
    public LogEntry Encode(Address emitter, T value) => Abi.Encode(emitter, write(value));
}
