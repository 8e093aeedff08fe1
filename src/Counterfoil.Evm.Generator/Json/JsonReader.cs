using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Counterfoil.Evm.Generator.Model;

namespace Counterfoil.Evm.Generator.Json;

/// <summary>
/// JSON (RFC 8259) into dictionaries, lists, strings, booleans, null and numbers as their text. Of our own because a library beside a compiler
/// must be the compiler's own version of it, and the compiler promises none.
/// </summary>
sealed class JsonReader
{
    /// <summary>How deep arrays and objects may nest: the compiler's stack is not the file's to spend.</summary>
    public const int MaxDepth = 64;

    readonly string text;
    int position;

    JsonReader(string text) => this.text = text;

    /// <summary>Reads one value that is the whole text.</summary>
    /// <exception cref="ArtifactException">It is not JSON, nests too deep, or has a name twice in one object.</exception>
    public static object? Read(string text)
    {
        var reader = new JsonReader(text);
        object? value = reader.Value(0);
        return reader.Peek() == '\0' && reader.position >= text.Length ? value : throw reader.Unexpected("the end");
    }

    object? Value(int depth)
    {
        if (depth > MaxDepth) throw Unexpected($"at most {MaxDepth} levels");
        char c = Peek();
        return c switch
        {
            '{' => Object(depth),
            '[' => Array(depth),
            '"' => String(),
            't' => Word("true", true),
            'f' => Word("false", false),
            'n' => Word("null", null),
            '-' or (>= '0' and <= '9') => Number(),
            _ => throw Unexpected("a value"),
        };
    }

    Dictionary<string, object?> Object(int depth)
    {
        var members = new Dictionary<string, object?>(System.StringComparer.Ordinal);
        position++;
        if (Peek() == '}') return Closed(members);
        while (true)
        {
            if (Peek() != '"') throw Unexpected("a name");
            string name = String();
            if (Peek() != ':') throw Unexpected("':'");
            position++;
            if (members.ContainsKey(name)) throw Unexpected($"'{name}' once");
            members[name] = Value(depth + 1);
            if (Peek() == '}') return Closed(members);
            if (Peek() != ',') throw Unexpected("',' or '}'");
            position++;
        }
    }

    List<object?> Array(int depth)
    {
        var items = new List<object?>();
        position++;
        if (Peek() == ']') return Closed(items);
        while (true)
        {
            items.Add(Value(depth + 1));
            if (Peek() == ']') return Closed(items);
            if (Peek() != ',') throw Unexpected("',' or ']'");
            position++;
        }
    }

    T Closed<T>(T value)
    {
        position++;
        return value;
    }

    string String()
    {
        var read = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            char c = text[position];
            if (c == '"') return Closed(read.ToString());
            if (c < ' ') throw Unexpected("no control character");
            read.Append(c == '\\' ? Escape() : c);
        }
        throw Unexpected("'\"'");
    }

    char Escape()
    {
        if (++position >= text.Length) throw Unexpected("an escape");
        switch (text[position])
        {
            case '"' or '\\' or '/': return text[position];
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when position + 4 < text.Length && ushort.TryParse(text.Substring(position + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                position += 4;
                return (char)unit;
            default: throw Unexpected("an escape");
        }
    }

    // No number means anything in an artifact: its text is kept, and its grammar is not checked.
    string Number()
    {
        int start = position;
        while (position < text.Length && text[position] is '-' or '+' or '.' or 'e' or 'E' or (>= '0' and <= '9')) position++;
        return text.Substring(start, position - start);
    }

    object? Word(string word, object? value)
    {
        if (string.CompareOrdinal(text, position, word, 0, word.Length) != 0) throw Unexpected("a value");
        position += word.Length;
        return value;
    }

    char Peek()
    {
        while (position < text.Length && text[position] is ' ' or '\t' or '\r' or '\n') position++;
        return position < text.Length ? text[position] : '\0';
    }

    ArtifactException Unexpected(string wanted) => new($"not JSON: expected {wanted} at character {position}");
}
