using System.Collections.Generic;
using System.Linq;

namespace Counterfoil.Evm.Generator.Model;

/// <summary>What the contract's author wrote of it, as solc gives it: <c>userdoc</c> has the notices, <c>devdoc</c> the rest. Absent or odd documentation is no documentation.</summary>
sealed class NatSpec(object? user, object? developer)
{
    /// <summary>Of the contract.</summary>
    public (string? Title, string? Notice) Contract => (Text(developer, "title"), Text(user, "notice"));

    /// <summary>What an entry does.</summary>
    public string? Notice(EntryModel entry) => Text(Entry(user, entry), "notice") ?? Text(Entry(developer, entry), "details");

    /// <summary>What an argument is.</summary>
    public string? Input(EntryModel entry, string name) => Text(Member(Entry(developer, entry), "params"), name);

    /// <summary>What a result is; solc calls a nameless one <c>_0</c>.</summary>
    public string? Output(EntryModel entry, int index) =>
        Text(Member(Entry(developer, entry), "returns"), entry.Outputs[index].Name is { Length: > 0 } name ? name : $"_{index}");

    static object? Entry(object? documentation, EntryModel entry) => entry.Kind switch
    {
        EntryKind.Constructor => Member(Member(documentation, "methods"), "constructor"),
        EntryKind.Function => Member(Member(documentation, "methods"), entry.Signature),
        EntryKind.Event => Member(Member(documentation, "events"), entry.Signature),
        // Errors may be declared more than once, so solc lists them.
        _ => (Member(Member(documentation, "errors"), entry.Signature) as List<object?>)?.FirstOrDefault(),
    };

    static object? Member(object? node, string name) => node is Dictionary<string, object?> members && members.TryGetValue(name, out object? member) ? member : null;

    static string? Text(object? node, string name) => Member(node, name) is string { Length: > 0 } text ? text : null;
}
