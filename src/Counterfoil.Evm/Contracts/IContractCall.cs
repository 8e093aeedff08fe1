using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>A call of a function: its arguments, and the type of what it returns.</summary>
/// <typeparam name="TCall">The record of its arguments.</typeparam>
/// <typeparam name="TResult">What it returns: one value, a record of several, or <see cref="Nothing"/>.</typeparam>
public interface IContractCall<TCall, TResult> : IContractRecord<TCall> where TCall : class, IContractCall<TCall, TResult>
{
    /// <summary>The function.</summary>
    static abstract AbiFunction Abi { get; }
    /// <summary>What it returned, of decoded values.</summary>
    static abstract TResult ReadResult(IReadOnlyList<AbiValue> v);
    /// <summary>What it returns, as values to encode.</summary>
    static abstract AbiValue[] WriteResult(TResult r);
}

/// <summary>What a function returns that returns nothing.</summary>
public readonly record struct Nothing;

/// <summary>Encodes and decodes calls, and what they return.</summary>
public static class CallCodec
{
    extension<TCall, TResult>(IContractCall<TCall, TResult> call) where TCall : class, IContractCall<TCall, TResult>
    {
        /// <summary>The function.</summary>
        public static AbiFunction Function => TCall.Abi;

        /// <summary>The data that makes the call.</summary>
        /// <exception cref="ArgumentException">A value does not fit its type.</exception>
        public byte[] Encode() => TCall.Abi.EncodeCall(call.ToValues());

        /// <summary>Reads the data of a call to this function, from a stranger.</summary>
        public static Verdict Decode(ReadOnlySpan<byte> data, out TCall? decoded)
        {
            var verdict = TCall.Abi.DecodeCall(data, out var values);
            decoded = verdict.IsAccepted ? TCall.Read(values) : null;
            return verdict;
        }

        /// <summary>Reads what the function returned. A node says so, and a node is a stranger.</summary>
        public static Verdict DecodeResult(ReadOnlySpan<byte> data, out TResult? result)
        {
            var verdict = TCall.Abi.DecodeResult(data, out var values);
            result = verdict.IsAccepted ? TCall.ReadResult(values) : default;
            return verdict;
        }

        /// <summary>The data that the function returns with.</summary>
        public static byte[] EncodeResult(TResult result) => TCall.Abi.EncodeResult(TCall.WriteResult(result));
    }
}
