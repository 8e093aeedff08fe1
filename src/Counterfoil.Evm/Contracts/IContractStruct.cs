using Counterfoil.Core.Digests;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Evm.Contracts;

/// <summary>A struct that a contract takes or returns, and that a wallet can sign.</summary>
/// <typeparam name="T">The record.</typeparam>
public interface IContractStruct<T> : IContractRecord<T> where T : class, IContractStruct<T>
{
    /// <summary>The struct as EIP-712 types it: what a contract calls its TYPEHASH is this type's digest, where the contract signs the struct as it is.</summary>
    static abstract Eip712Type TypedData { get; }
}

/// <summary>Hashes structs for signing.</summary>
public static class StructCodec
{
    extension<T>(IContractStruct<T> value) where T : class, IContractStruct<T>
    {
        /// <summary>The struct's type by EIP-712.</summary>
        public static Eip712Type Type => T.TypedData;

        /// <summary>hashStruct of EIP-712.</summary>
        public Keccak256Digest HashStruct() => T.TypedData.HashStruct(value.ToValues());
    }
}
