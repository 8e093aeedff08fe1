using System.Diagnostics.CodeAnalysis;

namespace Counterfoil.Evm.Abi;

/// <summary>One argument of a function or an event.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name, empty where it has none.</param>
/// <param name="IsIndexed">Whether an event puts it among its topics.</param>
public sealed record AbiParameter(AbiType Type, string Name, bool IsIndexed);

/// <summary>Reads declarations as Solidity writes them, with elementary and tuple types: <c>transfer(address to, uint256 value) returns (bool)</c>.</summary>
static class AbiSignature
{
    public static void Parse(string text, out string name, out IReadOnlyList<AbiParameter> inputs, out IReadOnlyList<AbiParameter> outputs)
    {
        int position = 0;
        foreach (string keyword in new[] { "function ", "event ", "error " })
            if (text.StartsWith(keyword, StringComparison.Ordinal)) position = keyword.Length;
        name = Identifier(text, ref position);
        if (name.Length == 0) throw Malformed(text);
        inputs = Parameters(text, ref position);
        outputs = [];
        int returns = text.IndexOf("returns", position, StringComparison.Ordinal);
        if (returns >= 0)
        {
            position = returns + "returns".Length;
            outputs = Parameters(text, ref position);
        }
    }

    static List<AbiParameter> Parameters(string text, ref int position)
    {
        Expect(text, ref position, '(');
        var parameters = new List<AbiParameter>();
        if (Peek(text, ref position) != ')')
            while (true)
            {
                Peek(text, ref position);
                if (!AbiType.TryParse(text, ref position, 0, out var type)) throw Malformed(text);
                bool indexed = false;
                string name = "";
                for (string word = Identifier(text, ref position); word.Length > 0; word = Identifier(text, ref position))
                    if (word == "indexed") indexed = true;
                    else if (word is not ("memory" or "calldata" or "storage" or "payable")) name = word;
                parameters.Add(new AbiParameter(type, name, indexed));
                if (Peek(text, ref position) != ',') break;
                position++;
            }
        Expect(text, ref position, ')');
        return parameters;
    }

    static string Identifier(string text, ref int position)
    {
        Peek(text, ref position);
        int start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' or '$')) position++;
        return text[start..position];
    }

    static char Peek(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ') position++;
        return position < text.Length ? text[position] : '\0';
    }

    static void Expect(string text, ref int position, char c)
    {
        if (Peek(text, ref position) != c) throw Malformed(text);
        position++;
    }

    [DoesNotReturn]
    static FormatException Malformed(string text) => throw new FormatException($"'{text}' is not a declaration");

    public static string Canonical(string name, IReadOnlyList<AbiParameter> inputs) => $"{name}({string.Join(',', inputs.Select(i => i.Type.Name))})";
}
