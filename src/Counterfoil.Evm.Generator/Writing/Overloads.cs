using System.Collections.Generic;
using System.Linq;
using Counterfoil.Evm.Generator.Model;

namespace Counterfoil.Evm.Generator.Writing;

/// <summary>Names for entries that share one in Solidity: by the arguments that not all of them have, or by their types where the names say nothing.</summary>
static class Overloads
{
    /// <summary>The entry's name in Pascal case, with what tells it from its overloads: <c>transferWithAuthorization(…, bytes signature)</c> is TransferWithAuthorizationWithSignature.</summary>
    public static string Name(EntryModel entry, IReadOnlyList<EntryModel> all)
    {
        string name = Names.Pascal(entry.Name, "N");
        var overloads = all.Where(e => e.Kind == entry.Kind && Names.Pascal(e.Name, "N") == name).ToList();
        if (overloads.Count == 1) return name;
        string own = ByNames(entry, overloads);
        return overloads.Count(o => ByNames(o, overloads) == own) == 1 ? name + own : $"{name}Of{string.Concat(entry.Inputs.Select(i => ByType(i.Type)))}";
    }

    static string ByNames(EntryModel entry, List<EntryModel> overloads)
    {
        var own = entry.Inputs.Where(i => !overloads.TrueForAll(o => o.Inputs.Any(x => x.Name == i.Name && x.Type.Canonical == i.Type.Canonical)));
        string names = string.Concat(own.Select(i => Names.Pascal(i.Name, "Arg")));
        return names.Length > 0 ? $"With{names}" : "";
    }

    static string ByType(TypeModel type) => type switch
    {
        TypeModel.Array array => $"{ByType(array.Element)}Array{array.Length}",
        TypeModel.Struct { Definition.Name: var name } => Names.Pascal(name, "Struct"),
        _ => Names.Pascal(type.Canonical, "T"),
    };
}
