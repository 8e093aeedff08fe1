using System.Text.Json;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Attestation;

public static partial class StatementCodec
{
    /// <summary>
    /// Finds out which predicate a statement carries, and checks nothing else: <see cref="Decode"/> with that type does the rest.
    /// </summary>
    public static Verdict PeekPredicateType(ReadOnlyMemory<byte> statement, out string? predicateType)
    {
        predicateType = null;
        if (statement.Length > MaxBytes)
            return Verdict.Reject(CoreChecks.StatementSize, $"at most {MaxBytes} bytes", $"{statement.Length}");
        try
        {
            var reader = new Utf8JsonReader(statement.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool found = reader.ValueTextEquals("predicateType"u8);
                    if (!reader.Read()) break;
                    if (found && reader.TokenType == JsonTokenType.String)
                    {
                        predicateType = reader.GetString();
                        return Verdict.Accept;
                    }
                    reader.Skip();
                }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter over text that is not UTF-8
        {
            return Verdict.Reject(CoreChecks.StatementJson, "a statement in JSON", e.Message);
        }
        return Verdict.Reject(CoreChecks.StatementJson, "a statement in JSON", "no predicateType");
    }
}
