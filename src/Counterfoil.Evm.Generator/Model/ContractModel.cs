using System.Collections.Generic;
using System.Linq;

namespace Counterfoil.Evm.Generator.Model;

enum EntryKind { Constructor, Function, Event, Error }

/// <summary>A function, event, error or constructor.</summary>
sealed record EntryModel(EntryKind Kind, string Name, IReadOnlyList<ParameterModel> Inputs, IReadOnlyList<ParameterModel> Outputs, bool IsAnonymous)
{
    /// <summary>The name with canonical types.</summary>
    public string Signature { get; } = $"{Name}({string.Join(",", Inputs.Select(i => i.Type.Canonical))})";

    /// <summary>The declaration as the run-time library reads it.</summary>
    public string Declaration
    {
        get
        {
            string text = $"{(Kind is EntryKind.Constructor ? "constructor" : Name)}({List(Inputs)})";
            if (IsAnonymous) text += " anonymous";
            return Outputs.Count == 0 ? text : $"{text} returns ({List(Outputs)})";
        }
    }

    static string List(IEnumerable<ParameterModel> parameters) =>
        string.Join(", ", parameters.Select(p => p.Type.Canonical + (p.IsIndexed ? " indexed" : "") + (p.Name.Length > 0 ? $" {p.Name}" : "")));
}

/// <summary>A contract as its artifact describes it.</summary>
sealed record ContractModel(string Name, IReadOnlyList<EntryModel> Entries, NatSpec NatSpec);
