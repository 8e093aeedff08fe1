namespace Counterfoil.Evm.Abi;

/// <summary>A type of the contract ABI (Solidity's "Contract ABI Specification"). One of the nested records; nothing else derives from it.</summary>
public abstract partial record AbiType
{
    /// <summary>The most bytes a static type may take, so that lengths in a type's text cannot ask for the moon.</summary>
    public const int MaxHeadSize = 1 << 20;
    /// <summary>How deep arrays and tuples may nest.</summary>
    public const int MaxDepth = 12;

    AbiType() { }

    /// <summary>The canonical name, as selectors and topics hash it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the encoding's length depends on the value.</summary>
    public virtual bool IsDynamic => false;

    /// <summary>Bytes taken in the head: 32 for a dynamic type's offset and for every word.</summary>
    public virtual int HeadSize => 32;

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>Unsigned integer of <paramref name="Bits"/> bits, a multiple of 8 up to 256.</summary>
    public sealed record UInt(int Bits) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"uint{Bits}";
    }

    /// <summary>Two's complement integer of <paramref name="Bits"/> bits, a multiple of 8 up to 256.</summary>
    public sealed record Int(int Bits) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"int{Bits}";
    }

    /// <summary>An account.</summary>
    public sealed record Account : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "address";
    }

    /// <summary>True or false.</summary>
    public sealed record Bool : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "bool";
    }

    /// <summary>1 to 32 bytes, at the left of a word.</summary>
    public sealed record FixedBytes(int Count) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"bytes{Count}";
    }

    /// <summary>Any number of bytes.</summary>
    public sealed record Bytes : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "bytes";
        /// <inheritdoc/>
        public override bool IsDynamic => true;
    }

    /// <summary>Text in UTF-8.</summary>
    public sealed record Text : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "string";
        /// <inheritdoc/>
        public override bool IsDynamic => true;
    }

    /// <summary>Some values of one type: exactly <paramref name="Length"/>, or any number where it is null.</summary>
    public sealed record Array(AbiType Element, int? Length) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"{Element.Name}[{Length}]";
        /// <inheritdoc/>
        public override bool IsDynamic { get; } = Length is null || Element.IsDynamic;
        /// <inheritdoc/>
        public override int HeadSize => IsDynamic ? 32 : Bounded((long)Element.HeadSize * Length!.Value);
        internal override AbiType ElementAt(int index) => Element;
    }

    /// <summary>One value of each type, in order.</summary>
    public sealed record Tuple(IReadOnlyList<AbiType> Elements) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"({string.Join(',', Elements)})";
        /// <inheritdoc/>
        public override bool IsDynamic { get; } = Elements.Any(e => e.IsDynamic);
        /// <inheritdoc/>
        public override int HeadSize => IsDynamic ? 32 : SumOfHeads;
        internal int SumOfHeads { get; } = Bounded(Elements.Sum(e => (long)e.HeadSize));
        internal override AbiType ElementAt(int index) => Elements[index];
        /// <inheritdoc/>
        public bool Equals(Tuple? other) => other is not null && Elements.SequenceEqual(other.Elements);
        /// <inheritdoc/>
        public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
    }

    internal virtual AbiType ElementAt(int index) => throw new InvalidOperationException($"{Name} has no elements");

    // Bytes of the heads of `count` elements side by side.
    internal long HeadsOf(int count) => this is Tuple tuple ? tuple.SumOfHeads : (long)ElementAt(0).HeadSize * count;

    static int Bounded(long size) => size <= MaxHeadSize ? (int)size : throw new FormatException($"a static type of {size} bytes exceeds {MaxHeadSize}");
}
