using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences;

/// <summary>Reads licence expressions: recursive descent over words and parentheses.</summary>
sealed class LicenceExpressionParser
{
    const string IdCharacters = "letters, digits, '-' and '.'";
    readonly List<string> tokens = [];
    int next, depth;
    Verdict failure = Verdict.Accept;

    public static Verdict Parse(string text, out LicenceExpression? expression)
    {
        expression = null;
        if (text.Length > LicenceExpression.MaxLength) return Verdict.Reject(LicenceChecks.Expression, $"at most {LicenceExpression.MaxLength} characters", $"{text.Length}");
        var parser = new LicenceExpressionParser();
        parser.Split(text);
        var read = parser.Any();
        if (parser.next < parser.tokens.Count) parser.Fail("the end, or an operator", parser.tokens[parser.next]);
        if (parser.failure.IsAccepted) expression = read;
        return parser.failure;
    }

    // White space is what ABNF's SP and people's tabs are; a parenthesis needs none around it.
    void Split(string text)
    {
        foreach (string word in text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            for (int at = 0; at < word.Length;)
            {
                int end = word.AsSpan(at).IndexOfAny('(', ')');
                end = end < 0 ? word.Length : Math.Max(end + at, at + 1);
                tokens.Add(word[at..end]);
                at = end;
            }
    }

    LicenceExpression? Any() => Chain("OR", "or", All, of => new LicenceExpression.Any(of), e => (e as LicenceExpression.Any)?.Of);

    LicenceExpression? All() => Chain("AND", "and", Operand, of => new LicenceExpression.All(of), e => (e as LicenceExpression.All)?.Of);

    LicenceExpression? Chain(string upper, string lower, Func<LicenceExpression?> operand, Func<ImmutableArray<LicenceExpression>, LicenceExpression> join, Func<LicenceExpression, ImmutableArray<LicenceExpression>?> parts)
    {
        var of = ImmutableArray.CreateBuilder<LicenceExpression>();
        do
        {
            if (operand() is not { } read) return null;
            // Both operators are associative: parentheses around the same one say nothing.
            if (parts(read) is { } inner) of.AddRange(inner);
            else of.Add(read);
        }
        while (Take(upper, lower));
        return of.Count == 1 ? of[0] : join(of.ToImmutable());
    }

    LicenceExpression? Operand()
    {
        if (!Take("(", "(")) return Licence();
        if (++depth > LicenceExpression.MaxDepth) return Fail($"at most {LicenceExpression.MaxDepth} parentheses within one another", "more");
        var inner = Any();
        if (inner is not null && !Take(")", ")")) return Fail("a closing parenthesis", Here);
        depth--;
        return inner;
    }

    LicenceExpression.Licence? Licence()
    {
        if (Word("a licence") is not { } word) return null;
        bool orLater = word.EndsWith('+');
        string id = orLater ? word[..^1] : word;
        if (id is "NOASSERTION" or "NONE" && !orLater) return new(id);
        string? name = Reference(id, "LicenseRef-", out bool isReference);
        if (name is null || isReference && orLater) return Fail($"a licence: {IdCharacters}, and '+' after an identifier of the list alone", word);
        if (!isReference) name = SpdxList.Licence(id) ?? id;
        if (!Take("WITH", "with")) return new(name, orLater);
        if (Word("an exception") is not { } with) return null;
        string? addition = Reference(with, "AdditionRef-", out bool isAdditionReference);
        if (addition is null) return Fail($"an exception: {IdCharacters}", with);
        return new(name, orLater, isAdditionReference ? addition : SpdxList.Exception(with) ?? with);
    }

    /// <summary>An identifier as it stands, or null: with a prefix before its own part where it refers to a text that a document brings.</summary>
    static string? Reference(string text, string prefix, out bool isReference)
    {
        string rest = text;
        bool ofDocument = text.StartsWith("DocumentRef-", StringComparison.Ordinal);
        if (ofDocument)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !IsId(text[12..colon])) colon = -1;
            rest = text[(colon + 1)..];
            ofDocument = colon > 0;
        }
        isReference = rest.StartsWith(prefix, StringComparison.Ordinal);
        bool isSound = isReference ? IsId(rest[prefix.Length..]) : !ofDocument && IsId(rest);
        return isSound ? text : null;
    }

    static bool IsId(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    string? Word(string expected)
    {
        string token = Here;
        if (next >= tokens.Count || token is "(" or ")" or "AND" or "and" or "OR" or "or" or "WITH" or "with")
        {
            Fail(expected, token);
            return null;
        }
        next++;
        return token;
    }

    bool Take(string upper, string lower)
    {
        if (next >= tokens.Count || tokens[next] != upper && tokens[next] != lower) return false;
        next++;
        return true;
    }

    string Here => next < tokens.Count ? tokens[next] : "the end";

    LicenceExpression.Licence? Fail(string expected, string found)
    {
        if (failure.IsAccepted) failure = Verdict.Reject(LicenceChecks.Expression, expected, found.Length > 80 ? found[..80] + "…" : found);
        return null;
    }
}
