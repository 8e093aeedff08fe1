using System.Globalization;
using System.Text.Json;

namespace Counterfoil.Data.Lineage.Filters;

/// <summary>Reads filters into questions, by recursive descent.</summary>
sealed class FilterParser(string text, int maxDepth)
{
    static readonly string[] Operators = ["==", "!=", "<=", ">=", "<", ">"];
    int at, depth;
    string? expected;

    /// <summary>The question; or null, with what was expected and what was found.</summary>
    public Func<FilteredRecord, bool>? Parse(out string? expectedThere, out string found)
    {
        var read = Or();
        if (read is not null && Here.Length > 0) Expect("\"and\", \"or\" or the end");
        (expectedThere, found) = (expected, Here.Length == 0 ? "the end" : Here.Length > 40 ? Here[..40].ToString() + "…" : Here.ToString());
        return expected is null ? read : null;
    }

    ReadOnlySpan<char> Here
    {
        get
        {
            while (at < text.Length && text[at] == ' ') at++;
            return text.AsSpan(at);
        }
    }

    Func<FilteredRecord, bool>? Or()
    {
        var left = And();
        while (left is not null && Word("or"))
        {
            if (And() is not { } right) return null;
            var before = left;
            left = r => before(r) || right(r);
        }
        return left;
    }

    Func<FilteredRecord, bool>? And()
    {
        var left = Not();
        while (left is not null && Word("and"))
        {
            if (Not() is not { } right) return null;
            var before = left;
            left = r => before(r) && right(r);
        }
        return left;
    }

    Func<FilteredRecord, bool>? Not()
    {
        if (++depth > maxDepth) return Expect<Func<FilteredRecord, bool>>($"at most {maxDepth} questions within one another");
        try
        {
            if (Word("not")) return Not() is { } inner ? r => !inner(r) : null;
            if (!Take("(")) return Comparison();
            var grouped = Or();
            return grouped is null || Take(")") ? grouped : Expect<Func<FilteredRecord, bool>>("\")\"");
        }
        finally
        {
            depth--;
        }
    }

    Func<FilteredRecord, bool>? Comparison()
    {
        if (Value() is not { } left) return null;
        string? op = Word("contains") ? "contains" : Operators.FirstOrDefault(Take);
        if (op is null) return r => left(r) is not (null or false) and var value && value != FilteredRecord.Null;
        return Value() is { } right ? r => Compare(left(r), op, right(r)) : null;
    }

    static bool Compare(object? left, string op, object? right) => op switch
    {
        "==" => Equals(left, right),
        "!=" => !Equals(left, right),
        "contains" => left is string whole && right is string part && whole.Contains(part, StringComparison.Ordinal),
        _ when left is double x && right is double y => op switch { "<" => x < y, "<=" => x <= y, ">" => x > y, _ => x >= y },
        _ when left is string x && right is string y => string.CompareOrdinal(x, y) is var order && op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 },
        _ => false,
    };

    Func<FilteredRecord, object?>? Value()
    {
        if (Here.StartsWith("/")) return Pointer();
        if (Here.StartsWith("\"")) return Text();
        if (Word("length")) return r => r.Length;
        if (Word("true")) return _ => true;
        if (Word("false")) return _ => false;
        if (Word("null")) return _ => FilteredRecord.Null;
        int end = 0;
        while (end < Here.Length && (char.IsAsciiDigit(Here[end]) || Here[end] is '-' or '+' or '.' or 'e' or 'E')) end++;
        if (end == 0 || !double.TryParse(Here[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            return Expect<Func<FilteredRecord, object?>>("a pointer such as /lang, text in quotes, a number, true, false, null or length");
        at += end;
        return _ => number;
    }

    Func<FilteredRecord, object?> Pointer()
    {
        int end = 0;
        while (end < Here.Length && (char.IsLetterOrDigit(Here[end]) || Here[end] is '/' or '_' or '-' or '~' or '.')) end++;
        string[] path = [.. Here[1..end].ToString().Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        at += end;
        return r => r.Find(path);
    }

    Func<FilteredRecord, object?>? Text()
    {
        int end = 1;
        while (end < Here.Length && Here[end] != '"') end += Here[end] == '\\' ? 2 : 1;
        if (end >= Here.Length) return Expect<Func<FilteredRecord, object?>>("a closing quote");
        try
        {
            string value = JsonSerializer.Deserialize(Here[..(end + 1)], FilterJson.Default.String)!;
            at += end + 1;
            return _ => value;
        }
        catch (JsonException)
        {
            return Expect<Func<FilteredRecord, object?>>("a JSON string");
        }
    }

    bool Take(string token)
    {
        if (!Here.StartsWith(token, StringComparison.Ordinal)) return false;
        at += token.Length;
        return true;
    }

    bool Word(string word)
    {
        if (!Here.StartsWith(word, StringComparison.Ordinal) || Here.Length > word.Length && (char.IsLetterOrDigit(Here[word.Length]) || Here[word.Length] == '_')) return false;
        at += word.Length;
        return true;
    }

    void Expect(string what) => expected ??= what;

    T? Expect<T>(string what) where T : class
    {
        Expect(what);
        return null;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
sealed partial class FilterJson : System.Text.Json.Serialization.JsonSerializerContext;
