using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>A record that a contract's binding has for a struct, or for the arguments of a function, event, error or constructor. Implemented by generated code.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IContractRecord<TSelf> where TSelf : class, IContractRecord<TSelf>
{
    /// <summary>The record of decoded values, which are of the ABI's types already.</summary>
    static abstract TSelf Read(IReadOnlyList<AbiValue> v);

    /// <summary>The values to encode, in order of declaration.</summary>
    AbiValue[] ToValues();
}

/// <summary>Takes records to values of the ABI and back.</summary>
public static class ContractRecord
{
    /// <summary>The record of a decoded tuple.</summary>
    public static T Read<T>(AbiValue tuple) where T : class, IContractRecord<T>
    {
        ArgumentNullException.ThrowIfNull(tuple);
        return T.Read(tuple.Items);
    }

    /// <inheritdoc cref="Read{T}(AbiValue)"/>
    public static T Read<T>(IReadOnlyList<AbiValue> values) where T : class, IContractRecord<T> => T.Read(values);

    /// <summary>The record as a tuple to encode.</summary>
    public static AbiValue Write<T>(T record) where T : class, IContractRecord<T> => new AbiValue.Sequence(Values(record));

    /// <summary>The record's values in order.</summary>
    public static AbiValue[] Values<T>(T record) where T : class, IContractRecord<T>
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.ToValues();
    }
}
