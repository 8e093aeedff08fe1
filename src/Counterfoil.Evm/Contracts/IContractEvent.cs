using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Evm.Contracts;

/// <summary>An event of a contract.</summary>
/// <typeparam name="T">The record it is read into.</typeparam>
public interface IContractEvent<T> : IContractRecord<T> where T : class, IContractEvent<T>
{
    /// <summary>The event by its declaration.</summary>
    static abstract AbiEvent Abi { get; }
}

/// <summary>Reads and writes events.</summary>
public static class EventCodec
{
    extension<T>(IContractEvent<T> value) where T : class, IContractEvent<T>
    {
        /// <summary>The event by its declaration.</summary>
        public static AbiEvent Event => T.Abi;

        /// <summary>Reads an entry that must be this event, written by this contract: any contract can write the same topics.</summary>
        public static Verdict Decode(LogEntry log, Address emitter, out T? decoded)
        {
            ArgumentNullException.ThrowIfNull(log);
            decoded = null;
            if (log.Address != emitter) return Verdict.Reject(EvmChecks.EventEmitter, $"an entry of {emitter}", $"one of {log.Address}");
            var verdict = T.Abi.Decode(log, out var values);
            if (verdict.IsAccepted) decoded = T.Read(values);
            return verdict;
        }

        /// <summary>Whether an entry is this event, written by this contract, and well formed.</summary>
        public static bool TryDecode(LogEntry log, Address emitter, [NotNullWhen(true)] out T? decoded)
        {
            Decode<T>(log, emitter, out decoded);
            return decoded is not null;
        }

        /// <summary>Every such event among some entries, in order.</summary>
        public static IEnumerable<T> In(IEnumerable<LogEntry> logs, Address emitter)
        {
            ArgumentNullException.ThrowIfNull(logs);
            foreach (var log in logs)
                if (TryDecode<T>(log, emitter, out var decoded)) yield return decoded;
        }

        /// <summary>The entry that the contract writes.</summary>
        public LogEntry Encode(Address emitter) => T.Abi.Encode(emitter, value.ToValues());
    }
}
