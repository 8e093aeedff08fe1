using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Counterfoil.Evm.Generator.Model;

/// <summary>A type of the contract ABI.</summary>
abstract record TypeModel
{
    /// <summary>The canonical text: what selectors and topics hash.</summary>
    public abstract string Canonical { get; }
    /// <summary>The text as EIP-712 writes it: a struct by its name.</summary>
    public abstract string TypedData { get; }
    /// <summary>Arrays and structs around the innermost value.</summary>
    public virtual int Depth => 0;
    /// <summary>Bytes in the head.</summary>
    public virtual long HeadSize => 32;
    public virtual bool IsDynamic => false;

    /// <summary>An integer, <c>address</c>, <c>bool</c>, <c>bytes</c>, <c>bytesN</c> or <c>string</c>; <paramref name="Size"/> is bits of an integer and bytes of <c>bytesN</c>.</summary>
    public sealed record Elementary(string Kind, int Size) : TypeModel
    {
        public override string Canonical => Kind is "uint" or "int" || Kind == "bytes" && Size > 0 ? Kind + Size.ToString(CultureInfo.InvariantCulture) : Kind;
        public override string TypedData => Canonical;
        public override bool IsDynamic => Kind == "string" || Kind == "bytes" && Size == 0;
    }

    /// <summary>Some values of one type; any number where <paramref name="Length"/> is null.</summary>
    public sealed record Array(TypeModel Element, int? Length) : TypeModel
    {
        public override string Canonical => $"{Element.Canonical}[{Length?.ToString(CultureInfo.InvariantCulture)}]";
        public override string TypedData => $"{Element.TypedData}[{Length?.ToString(CultureInfo.InvariantCulture)}]";
        public override int Depth => Element.Depth + 1;
        public override bool IsDynamic => Length is null || Element.IsDynamic;
        public override long HeadSize => IsDynamic ? 32 : Element.HeadSize * Length!.Value;
    }

    /// <summary>A struct.</summary>
    public sealed record Struct(StructModel Definition) : TypeModel
    {
        public override string Canonical => $"({string.Join(",", Definition.Members.Select(m => m.Type.Canonical))})";
        public override string TypedData => Definition.Name;
        public override int Depth => Definition.Members.Max(m => m.Type.Depth) + 1;
        public override bool IsDynamic => Definition.Members.Any(m => m.Type.IsDynamic);
        public override long HeadSize => IsDynamic ? 32 : Definition.Members.Sum(m => m.Type.HeadSize);
    }

    /// <summary>Reads <c>uint256</c>, <c>bytes4</c>, <c>address</c> and their like; null for anything else.</summary>
    public static Elementary? TryElementary(string text)
    {
        if (text is "address" or "bool" or "string" or "bytes") return new Elementary(text, 0);
        foreach (var (kind, step, most) in new[] { ("uint", 8, 256), ("int", 8, 256), ("bytes", 1, 32) })
            if (text.StartsWith(kind, System.StringComparison.Ordinal) && TrySize(text.Substring(kind.Length), most) is { } size && size % step == 0) return new Elementary(kind, size);
        return null;
    }

    /// <summary>A positive number without leading zeros, up to a maximum; null for anything else.</summary>
    public static int? TrySize(string text, int most) =>
        text.Length is > 0 and <= 7 && text[0] != '0' && text.All(c => c is >= '0' and <= '9') && int.Parse(text, CultureInfo.InvariantCulture) is var size && size <= most ? size : null;
}

/// <summary>A struct: its name in Solidity, and its members.</summary>
/// <param name="Name">The name without what it is declared in.</param>
/// <param name="Owner">What it is declared in; empty at the top of a file, or where the artifact does not say.</param>
/// <param name="Members">The members, each with a name.</param>
sealed record StructModel(string Name, string Owner, IReadOnlyList<ParameterModel> Members)
{
    /// <summary>Two of one name with the same members are one.</summary>
    public string Identity => $"{Name}({string.Join(",", Members.Select(m => $"{m.Type.Canonical} {m.Type.TypedData} {m.Name}"))})";
}

/// <summary>One argument, result or member.</summary>
/// <param name="Name">Its name in Solidity, empty where it has none.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsIndexed">Whether an event puts it among its topics.</param>
sealed record ParameterModel(string Name, TypeModel Type, bool IsIndexed)
{
    /// <summary>A topic has room for a word: a longer value is there by its digest.</summary>
    public bool IsHashed => IsIndexed && (Type.IsDynamic || Type is not TypeModel.Elementary);
}
