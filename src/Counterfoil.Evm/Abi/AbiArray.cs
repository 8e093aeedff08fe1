using System.Collections;
using System.Runtime.CompilerServices;

namespace Counterfoil.Evm.Abi;

/// <summary>An array of Solidity, read into values of a C# type. Equal where the values are: a record that holds one compares by value. Written <c>[a, b]</c>.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
[CollectionBuilder(typeof(AbiArray), nameof(AbiArray.Create))]
public sealed class AbiArray<T> : IReadOnlyList<T>, IEquatable<AbiArray<T>>
{
    readonly T[] values;

    internal AbiArray(T[] values) => this.values = values;

    /// <inheritdoc/>
    public int Count => values.Length;
    /// <inheritdoc/>
    public T this[int index] => values[index];
    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => values.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(AbiArray<T>? other) => other is not null && values.AsSpan().SequenceEqual(other.values);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbiArray<T>);
    /// <inheritdoc/>
    public override int GetHashCode() => values.Aggregate(values.Length, (hash, value) => HashCode.Combine(hash, value));
    /// <summary>The values in brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", values)}]";
}

/// <summary>Makes arrays, and takes them to values of the ABI and back.</summary>
public static class AbiArray
{
    /// <summary>An array of these values, copied.</summary>
    public static AbiArray<T> Create<T>(ReadOnlySpan<T> values) => new(values.ToArray());

    /// <summary>Each value of a decoded sequence, read.</summary>
    public static AbiArray<T> Read<T>(AbiValue sequence, Func<AbiValue, T> read)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return new([.. sequence.Items.Select(read)]);
    }

    /// <summary>The values as a sequence to encode.</summary>
    public static AbiValue Write<T>(AbiArray<T> array, Func<T, AbiValue> write)
    {
        ArgumentNullException.ThrowIfNull(array);
        return new AbiValue.Sequence([.. array.Select(write)]);
    }
}
