using System.Collections.Generic;
using System.Linq;
using Counterfoil.Evm.Generator.Model;

namespace Counterfoil.Evm.Generator.Writing;

/// <summary>A struct as EIP-712 writes its type (encodeType): what a wallet signs is said by the struct that the contract takes.</summary>
static class TypedDataText
{
    const int MaxArrays = 8;

    /// <summary>The text; null where EIP-712 has none for it, because two of its structs share a name.</summary>
    public static string? Of(StructModel definition)
    {
        var family = new SortedDictionary<string, StructModel>(System.StringComparer.Ordinal);
        if (!Collect(definition, family)) return null;
        return string.Concat(new[] { definition }.Concat(family.Values.Where(s => s.Name != definition.Name))
            .Select(s => $"{s.Name}({string.Join(",", s.Members.Select(m => $"{m.Type.TypedData} {m.Name}"))})"));
    }

    static bool Collect(StructModel definition, SortedDictionary<string, StructModel> family)
    {
        if (family.TryGetValue(definition.Name, out var known)) return known.Identity == definition.Identity;
        family.Add(definition.Name, definition);
        return TypeModel.TryElementary(definition.Name) is null && definition.Name is not ("uint" or "int")
            && definition.Members.Select(m => m.Name).Distinct().Count() == definition.Members.Count
            && definition.Members.All(m => Arrays(m.Type, out var innermost) <= MaxArrays && (innermost is not TypeModel.Struct { Definition: var inner } || Collect(inner, family)));
    }

    static int Arrays(TypeModel type, out TypeModel innermost)
    {
        int count = 0;
        for (; type is TypeModel.Array { Element: var element }; type = element) count++;
        innermost = type;
        return count;
    }
}
