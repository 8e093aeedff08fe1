using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Lineage.Filters;

/// <summary>A question about one record with the answer yes or no, such as <c>/lang == "en" and length &lt;= 4096</c>.</summary>
/// <remarks>
/// or := and ("or" and)*; and := not ("and" not)*; not := "not" not | "(" or ")" | value [op value]; op := == != &lt; &lt;= &gt; &gt;= contains; value := JSON pointer (RFC 6901, beginning with "/"; "/" and
/// letters, digits, "_", "-", "~", "."), JSON string, JSON number, true, false, null, length (bytes of the record). A pointer to what is not there, or into a record that is no JSON, is <i>nothing</i>: it equals only nothing,
/// and every other comparison with it is false. A value alone holds when it is there and is not false or null. Numbers compare as doubles, text by code units; unlike kinds are unequal, and never in order.
/// </remarks>
public sealed class RecordFilter
{
    const int MaxLength = 1000, MaxDepth = 32;
    readonly Func<FilteredRecord, bool> holds;

    RecordFilter(string text, Func<FilteredRecord, bool> holds) => (Text, this.holds) = (text, holds);

    /// <summary>The expression as it was given.</summary>
    public string Text { get; }

    /// <summary>Reads an expression.</summary>
    public static Verdict Parse(string text, out RecordFilter? filter)
    {
        ArgumentNullException.ThrowIfNull(text);
        filter = null;
        if (text.Length > MaxLength) return Verdict.Reject(LineageChecks.Operation, $"a filter of at most {MaxLength} characters", $"{text.Length}");
        var parser = new FilterParser(text, MaxDepth);
        var read = parser.Parse(out string? expected, out string found);
        if (read is null) return Verdict.Reject(LineageChecks.Operation, $"a filter: {expected}", found);
        filter = new(text, read);
        return Verdict.Accept;
    }

    /// <summary>Whether it holds for a record.</summary>
    public bool Holds(ReadOnlyMemory<byte> record)
    {
        using var asked = new FilteredRecord(record);
        return holds(asked);
    }
}

/// <summary>A record as a filter sees it: parsed once, when first asked into.</summary>
sealed class FilteredRecord(ReadOnlyMemory<byte> bytes) : IDisposable
{
    JsonDocument? document;
    bool isRead;

    public double Length => bytes.Length;

    /// <summary>The value that a pointer leads to: text, a double, a bool, <see cref="Null"/>, an object or array as canonical text of its own kind; null where there is nothing.</summary>
    public object? Find(string[] path)
    {
        if (!isRead)
        {
            isRead = true;
            try
            {
                document = JsonDocument.Parse(bytes);
            }
            catch (JsonException)
            {
                // No JSON: nothing is there.
            }
        }
        if (document is null) return null;
        var at = document.RootElement;
        foreach (string step in path)
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member)) at = member;
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < at.GetArrayLength()) at = at[index];
            else return null;
        }
        return at.ValueKind switch
        {
            JsonValueKind.String => at.GetString(),
            JsonValueKind.Number => at.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Null => Null,
            _ => new Structure(Encoding.UTF8.GetString(CanonicalForm.Of(Encoding.UTF8.GetBytes(at.GetRawText())) ?? [])),
        };
    }

    /// <summary>JSON's null, which is something.</summary>
    public static object Null { get; } = new();

    public sealed record Structure(string Canonical);

    public void Dispose() => document?.Dispose();
}
