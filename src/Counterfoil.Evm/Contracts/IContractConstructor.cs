using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>What a contract is created with.</summary>
/// <typeparam name="T">The record of its arguments.</typeparam>
public interface IContractConstructor<T> : IContractRecord<T> where T : class, IContractConstructor<T>
{
    /// <summary>The constructor, as a function without a selector.</summary>
    static abstract AbiFunction Abi { get; }
}

/// <summary>Encodes constructors.</summary>
public static class ConstructorCodec
{
    extension<T>(IContractConstructor<T> constructor) where T : class, IContractConstructor<T>
    {
        /// <summary>The arguments, which stand behind the bytecode as they are: a constructor has no selector.</summary>
        /// <exception cref="ArgumentException">A value does not fit its type.</exception>
        public byte[] Encode() => T.Abi.EncodeCall(constructor.ToValues())[4..];
    }
}
