using System.Collections.Generic;
using System.Linq;
using Counterfoil.Evm.Generator.Json;

namespace Counterfoil.Evm.Generator.Model;

/// <summary>
/// Reads an artifact: <c>contractName</c> and <c>abi</c> (Solidity's "Contract ABI Specification", JSON), and <c>userdoc</c> and <c>devdoc</c> where they are.
/// What is read becomes source text, so every name is an identifier of Solidity, and every bound of the run-time library is held here already.
/// </summary>
static class ArtifactReader
{
    const int MaxCharacters = 1 << 24, MaxEntries = 4096, MaxParameters = 256, MaxDepth = 12, MaxHeadSize = 1 << 20, MaxName = 128;

    // What Solidity keeps for itself where a declaration has a name.
    static readonly string[] Reserved = ["indexed", "memory", "calldata", "storage", "payable", "anonymous", "returns"];

    /// <exception cref="ArtifactException">It is no artifact.</exception>
    public static ContractModel Read(string text)
    {
        if (text.Length > MaxCharacters) throw new ArtifactException($"longer than {MaxCharacters} characters");
        if (JsonReader.Read(text) is not Dictionary<string, object?> root) throw new ArtifactException("not an object");
        string name = Identifier(Required<string>(root, "contractName", "an artifact"), "a contract");
        var abi = Required<List<object?>>(root, "abi", "an artifact");
        if (abi.Count > MaxEntries) throw new ArtifactException($"more than {MaxEntries} entries");
        var entries = abi.Select(Entry).OfType<EntryModel>().ToList();
        if (entries.Count(e => e.Kind is EntryKind.Constructor) > 1) throw new ArtifactException("more than one constructor");
        if (entries.FirstOrDefault(e => e.Kind is EntryKind.Function && entries.Count(o => o.Kind is EntryKind.Function && o.Signature == e.Signature) > 1) is { } twice)
            throw new ArtifactException($"function {twice.Signature} twice");
        // An event or error that a library declares too is listed twice by solc.
        entries = [.. entries.GroupBy(e => (e.Kind, e.Declaration)).Select(g => g.First())];
        root.TryGetValue("userdoc", out object? user);
        root.TryGetValue("devdoc", out object? developer);
        return new ContractModel(name, entries, new NatSpec(user, developer));
    }

    static EntryModel? Entry(object? node)
    {
        if (node is not Dictionary<string, object?> entry) throw new ArtifactException("an entry that is not an object");
        string type = Required<string>(entry, "type", "an entry");
        if (type is "fallback" or "receive") return null;
        var kind = type switch
        {
            "constructor" => EntryKind.Constructor,
            "function" => EntryKind.Function,
            "event" => EntryKind.Event,
            "error" => EntryKind.Error,
            _ => throw new ArtifactException($"an entry of type '{type}'"),
        };
        string name = kind is EntryKind.Constructor ? "" : Identifier(Required<string>(entry, "name", $"an entry of type {type}"), $"a {type}");
        var inputs = Parameters(entry, "inputs", name);
        var outputs = kind is EntryKind.Function ? Parameters(entry, "outputs", name) : [];
        bool anonymous = kind is EntryKind.Event && entry.TryGetValue("anonymous", out object? value) && value is true;
        if (inputs.Count(i => i.IsIndexed) > (anonymous ? 4 : 3)) throw new ArtifactException($"event {name} has more indexed arguments than an entry has topics");
        if (kind is not EntryKind.Event && inputs.Any(i => i.IsIndexed)) throw new ArtifactException($"{type} {name} has an indexed argument");
        return new EntryModel(kind, name, inputs, outputs, anonymous);
    }

    static List<ParameterModel> Parameters(Dictionary<string, object?> entry, string list, string owner, bool named = false, int depth = 0)
    {
        var nodes = Required<List<object?>>(entry, list, $"'{owner}'");
        if (nodes.Count > MaxParameters) throw new ArtifactException($"'{owner}' has more than {MaxParameters} {list}");
        var parameters = nodes.Select(n => Parameter(n, owner, named, depth)).ToList();
        // Bounded in sum as the run-time library bounds it: the arguments side by side are a tuple.
        if (parameters.Sum(p => p.Type.HeadSize) > MaxHeadSize) throw new ArtifactException($"the {list} of '{owner}' take more than {MaxHeadSize} bytes");
        return parameters;
    }

    static ParameterModel Parameter(object? node, string owner, bool named, int depth)
    {
        if (node is not Dictionary<string, object?> parameter) throw new ArtifactException($"an argument of '{owner}' that is not an object");
        string name = parameter.TryGetValue("name", out object? text) && text is string { Length: > 0 } given ? Identifier(given, $"an argument of '{owner}'") : "";
        if (named && name.Length == 0) throw new ArtifactException($"a member of struct '{owner}' without a name");
        var type = Type(parameter, owner, name, depth);
        if (type.Depth > MaxDepth) throw new ArtifactException($"'{owner}' nests deeper than {MaxDepth}");
        return new ParameterModel(name, type, parameter.TryGetValue("indexed", out object? indexed) && indexed is true);
    }

    static TypeModel Type(Dictionary<string, object?> parameter, string owner, string name, int depth)
    {
        if (depth > MaxDepth) throw new ArtifactException($"'{owner}' nests deeper than {MaxDepth}");
        string text = Required<string>(parameter, "type", $"an argument of '{owner}'");
        int bracket = text.IndexOf('[');
        string innermost = bracket < 0 ? text : text.Substring(0, bracket), suffix = bracket < 0 ? "" : text.Substring(bracket);
        TypeModel type = innermost == "tuple"
            ? new TypeModel.Struct(Struct(parameter, owner, name, depth))
            : TypeModel.TryElementary(innermost) ?? throw new ArtifactException($"'{owner}' has a type that is not read: '{text}'");
        while (suffix.Length > 0)
        {
            int close = suffix.IndexOf(']');
            if (close < 0 || suffix[0] != '[') throw new ArtifactException($"'{owner}' has a type that is not read: '{text}'");
            int? length = null;
            if (close > 1) length = TypeModel.TrySize(suffix.Substring(1, close - 1), MaxHeadSize) ?? throw new ArtifactException($"'{owner}' has an array of a length that is not read: '{text}'");
            type = new TypeModel.Array(type, length);
            if (type.Depth > MaxDepth || type.HeadSize > MaxHeadSize) throw new ArtifactException($"'{owner}' has a type that is too large: '{text}'");
            suffix = suffix.Substring(close + 1);
        }
        return type;
    }

    static StructModel Struct(Dictionary<string, object?> parameter, string owner, string name, int depth)
    {
        // internalType is "struct Owner.Name[2][]"; without it, the struct has the name of the place where it is.
        string declared = parameter.TryGetValue("internalType", out object? text) && text is string given && given.StartsWith("struct ", System.StringComparison.Ordinal)
            ? given.Substring("struct ".Length).Split('[')[0]
            : "";
        int dot = declared.LastIndexOf('.');
        string simple = Identifier(declared.Length > 0 ? declared.Substring(dot + 1) : $"{owner}_{(name.Length > 0 ? name : "value")}", "a struct");
        string scope = dot > 0 ? Identifier(declared.Substring(0, dot), "a struct's contract") : "";
        var members = Parameters(parameter, "components", simple, named: true, depth + 1);
        return members.Count > 0 ? new StructModel(simple, scope, members) : throw new ArtifactException($"struct '{simple}' is empty");
    }

    static string Identifier(string text, string what) =>
        text.Length is > 0 and <= MaxName && text[0] is not (>= '0' and <= '9') && text.All(c => c is '_' or '$' or (>= '0' and <= '9') or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z')) && !Reserved.Contains(text)
            ? text
            : throw new ArtifactException($"{what} is called '{(text.Length > MaxName ? text.Substring(0, MaxName) : text)}', which is no identifier");

    static T Required<T>(Dictionary<string, object?> node, string name, string what) where T : class =>
        node.TryGetValue(name, out object? value) && value is T found ? found : throw new ArtifactException($"{what} lacks '{name}'");
}
