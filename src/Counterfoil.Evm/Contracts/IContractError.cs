using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>An error that a contract reverts with.</summary>
/// <typeparam name="T">The record it is read into.</typeparam>
public interface IContractError<T> : IContractRecord<T> where T : class, IContractError<T>
{
    /// <summary>The error: a selector and arguments, as a function.</summary>
    static abstract AbiFunction Abi { get; }
}

/// <summary>Reads and writes errors.</summary>
public static class ErrorCodec
{
    extension<T>(IContractError<T> value) where T : class, IContractError<T>
    {
        /// <summary>The error by its declaration.</summary>
        public static AbiFunction Error => T.Abi;

        /// <summary>Reads what a call reverted with, from a stranger.</summary>
        public static Verdict Decode(ReadOnlySpan<byte> reverted, out T? decoded)
        {
            var verdict = T.Abi.DecodeCall(reverted, out var values);
            decoded = verdict.IsAccepted ? T.Read(values) : null;
            return verdict;
        }

        /// <summary>Whether a call reverted with this error, and well formed.</summary>
        public static bool TryDecode(ReadOnlySpan<byte> reverted, [NotNullWhen(true)] out T? decoded)
        {
            Decode<T>(reverted, out decoded);
            return decoded is not null;
        }

        /// <summary>The data that the contract reverts with.</summary>
        public byte[] Encode() => T.Abi.EncodeCall(value.ToValues());
    }
}
