using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.TypedData;

/// <summary>A struct type of EIP-712, with the types it refers to.</summary>
public sealed class Eip712Type
{
    /// <summary>How deep a value may nest; a type may refer to itself.</summary>
    public const int MaxDepth = 32;

    readonly IReadOnlyDictionary<string, Eip712Type> family;

    internal Eip712Type(string name, IReadOnlyList<Eip712Field> fields, IReadOnlyDictionary<string, Eip712Type> family)
    {
        (Name, Fields, this.family) = (name, fields, family);
        encoding = new(EncodeType);
        hash = new(() => Keccak256.Hash(Encoding.UTF8.GetBytes(Text)));
    }

    readonly Lazy<string> encoding;
    readonly Lazy<Keccak256Digest> hash;

    /// <summary>The struct's name.</summary>
    public string Name { get; }
    /// <summary>The members, in order.</summary>
    public IReadOnlyList<Eip712Field> Fields { get; }
    /// <summary>encodeType: this type and, in order of their names, those it refers to.</summary>
    public string Text => encoding.Value;
    /// <summary>typeHash: the digest of <see cref="Text"/>.</summary>
    public Keccak256Digest Hash => hash.Value;

    /// <summary>Reads what encodeType writes, the primary type first: <c>Mail(Person from,Person to)Person(string name)</c>. For constants in code.</summary>
    /// <exception cref="FormatException">It is not well formed, or refers to a type it does not define.</exception>
    public static Eip712Type Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var definitions = new List<(string Name, IReadOnlyList<(string Type, string Name)> Fields)>();
        foreach (string definition in text.Split(')', StringSplitOptions.RemoveEmptyEntries))
        {
            int open = definition.IndexOf('(', StringComparison.Ordinal);
            if (open <= 0) throw new FormatException($"'{text}' is not an EIP-712 type");
            var fields = definition[(open + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split(' ')).ToArray();
            if (fields.Any(f => f.Length != 2)) throw new FormatException($"'{text}' is not an EIP-712 type");
            definitions.Add((definition[..open], [.. fields.Select(f => (f[0], f[1]))]));
        }
        string? wrong = Eip712Types.TryBuild(definitions, out var types);
        if (wrong is not null || definitions.Count == 0) throw new FormatException($"'{text}' is not an EIP-712 type: {wrong}");
        var primary = types[definitions[0].Name];
        return primary.Text == text ? primary : throw new FormatException($"'{text}' is not canonical: expected '{primary.Text}'");
    }

    /// <summary>hashStruct: the digest of the type's hash and the encoded members.</summary>
    /// <param name="values">One for each member, in order; a struct member is a sequence of its members.</param>
    /// <exception cref="ArgumentException">A value is not one of its type.</exception>
    public Keccak256Digest HashStruct(params IReadOnlyList<AbiValue> values) => HashStruct(values, 0);

    Keccak256Digest HashStruct(IReadOnlyList<AbiValue> values, int depth)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != Fields.Count) throw new ArgumentException($"{Name} has {Fields.Count} members, got {values.Count} values");
        var encoded = new byte[32 * (1 + values.Count)];
        Hash.CopyTo(encoded);
        for (int i = 0; i < values.Count; i++) Encode(Fields[i].Type, values[i], depth + 1).CopyTo(encoded.AsSpan(32 * (i + 1)));
        return Keccak256.Hash(encoded);
    }

    // encodeData of one value: a word as it is, everything longer by its digest.
    Bytes32 Encode(Eip712FieldType type, AbiValue value, int depth)
    {
        if (depth > MaxDepth) throw new ArgumentException($"a value of {Name} nests deeper than {MaxDepth}");
        switch (type)
        {
            case Eip712FieldType.Array { Element: var element, Length: var length }:
                var items = value.Items;
                if (length is { } count && count != items.Count) throw new ArgumentException($"an array of {count} got {items.Count} values");
                var encoded = new byte[32 * items.Count];
                for (int i = 0; i < items.Count; i++) Encode(element, items[i], depth + 1).CopyTo(encoded.AsSpan(32 * i));
                return Keccak256.Hash(encoded).Value;
            case Eip712FieldType.Struct { Name: var name }:
                return family[name].HashStruct(value.Items, depth).Value;
            case Eip712FieldType.Elementary { Type: AbiType.Bytes or AbiType.Text }:
                return Keccak256.Hash(value.AsBytes.Span).Value;
            case Eip712FieldType.Elementary { Type: var atomic }:
                if (value is AbiValue.Word { Value: var word } && AbiWord.IsClean(atomic, word)) return value.AsBytes32;
                throw new ArgumentException($"{value} is not a value of type {atomic}");
            default:
                throw new InvalidOperationException($"no such kind of field: {type}");
        }
    }

    string EncodeType()
    {
        var referred = new SortedSet<string>(StringComparer.Ordinal);
        Collect(this, referred);
        referred.Remove(Name);
        return string.Concat(referred.Select(n => family[n]).Prepend(this).Select(t => $"{t.Name}({string.Join(',', t.Fields.Select(f => $"{f.Type.Text} {f.Name}"))})"));
    }

    void Collect(Eip712Type type, SortedSet<string> names)
    {
        if (!names.Add(type.Name)) return;
        foreach (var field in type.Fields)
            if (field.Type.Innermost is Eip712FieldType.Struct { Name: var name }) Collect(family[name], names);
    }

    internal Eip712Type Member(string name) => family[name];

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A member of a struct type.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name.</param>
public sealed record Eip712Field(Eip712FieldType Type, string Name);

/// <summary>The type of a member: elementary, a struct by name, or an array.</summary>
public abstract record Eip712FieldType
{
    Eip712FieldType() { }

    /// <summary>The type as encodeType writes it.</summary>
    public abstract string Text { get; }

    internal Eip712FieldType Innermost => this is Array array ? array.Element.Innermost : this;

    /// <summary>A type of the ABI that is neither array nor tuple.</summary>
    public sealed record Elementary(AbiType Type) : Eip712FieldType
    {
        /// <inheritdoc/>
        public override string Text => Type.Name;
    }

    /// <summary>A struct of the same family.</summary>
    public sealed record Struct(string Name) : Eip712FieldType
    {
        /// <inheritdoc/>
        public override string Text => Name;
    }

    /// <summary>Some values of one type: exactly <paramref name="Length"/>, or any number where it is null.</summary>
    public sealed record Array(Eip712FieldType Element, int? Length) : Eip712FieldType
    {
        /// <inheritdoc/>
        public override string Text => $"{Element.Text}[{Length}]";
    }
}
