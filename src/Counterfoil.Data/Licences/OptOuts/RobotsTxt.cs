using System.Text;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Licences.OptOuts;

/// <summary>A robots.txt file: RFC 9309. An ai.txt file has the same form, with patterns that may begin with <c>*</c>, and is read by this too.</summary>
/// <remarks>
/// §2.2.1: groups of one user agent are one group; a crawler obeys the groups of its product token, whatever their case, else those of <c>*</c>, else nothing. §2.2.2: the rule with the most
/// octets decides, and <c>allow</c> where they are as many; no rule, or the path /robots.txt itself, is allowed. §2.2.4: other records are ignored. §2.5: of a longer file 500 KiB are read,
/// to the end of the last whole line. Lines that are no record are passed over, as crawlers do.
/// </remarks>
public sealed class RobotsTxt
{
    /// <summary>The bytes that are read at most.</summary>
    public const int MaxBytes = 500 << 10;

    readonly List<Group> groups = [];
    readonly string kind;

    RobotsTxt(string kind, Sha256Digest digest) => (this.kind, Digest) = (kind, digest);

    /// <summary>SHA-256 of the whole file.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>Reads a file; every file can be read.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="kind">What it is called in evidence: <c>robots.txt</c>, or <c>ai.txt</c>.</param>
    public static RobotsTxt Parse(ReadOnlySpan<byte> bytes, string kind = "robots.txt")
    {
        var robots = new RobotsTxt(kind, Sha256.Hash(bytes));
        if (bytes.Length > MaxBytes) bytes = bytes[..(bytes[..MaxBytes].LastIndexOfAny((byte)'\n', (byte)'\r') + 1)];
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        Group? group = null;
        int number = 0;
        foreach (string whole in Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").Split('\n'))
        {
            number++;
            int comment = whole.IndexOf('#', StringComparison.Ordinal);
            string line = comment < 0 ? whole : whole[..comment];
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string key = line[..colon].Trim(' ', '\t').ToLowerInvariant(), value = line[(colon + 1)..].Trim(' ', '\t');
            switch (key)
            {
                case "user-agent":
                    if (group is null || group.Rules.Count > 0 || group.HasRules) robots.groups.Add(group = new());
                    group.Agents.Add(value);
                    break;
                case "allow" or "disallow" when group is not null:
                    group.HasRules = true;
                    // An empty pattern is no rule: "disallow:" alone allows everything.
                    if (value.Length > 0) group.Rules.Add(new(key == "allow", value, number));
                    break;
            }
        }
        return robots;
    }

    /// <summary>What a server's answer means (§2.3.1): a file, "unavailable" (4xx: everything is allowed), or "unreachable" (5xx: nothing is).</summary>
    public static RobotsTxt OfStatus(int status) => status switch
    {
        >= 400 and < 500 => Parse([]),
        >= 500 and < 600 => Parse("user-agent: *\ndisallow: /\n"u8),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "neither unavailable nor unreachable"),
    };

    /// <summary>What the file says to a crawler of a path.</summary>
    /// <param name="productToken">The crawler's token, such as <c>GPTBot</c>.</param>
    /// <param name="path">Path and query of the resource, from <c>/</c> on.</param>
    public OptOut Ask(string productToken, string path)
    {
        ArgumentNullException.ThrowIfNull(productToken);
        ArgumentNullException.ThrowIfNull(path);
        var rules = RulesOf(productToken).ToList();
        if (path == "/robots.txt" && kind == "robots.txt") return new(kind, OptOutAnswer.Allowed, "the file itself, which is always allowed", Digest);
        var match = rules.Where(r => PathPattern.Matches(r.Pattern, path)).OrderByDescending(r => PathPattern.Octets(r.Pattern)).ThenByDescending(r => r.IsAllowed).FirstOrDefault();
        return match is null
            ? new(kind, OptOutAnswer.NotStated, $"no rule for {productToken} of {path}", Digest)
            : new(kind, match.IsAllowed ? OptOutAnswer.Allowed : OptOutAnswer.Reserved, $"line {match.Line}: {(match.IsAllowed ? "allow" : "disallow")}: {match.Pattern}", Digest);
    }

    /// <summary>
    /// What the file says of a path to the crawlers that are known to gather training data (<see cref="TrainingCrawlers"/>), whoever fetched it: reserved where a group names one of them and keeps it from the path. What is said to
    /// every crawler at once (<c>*</c>) speaks of crawling and is another answer.
    /// </summary>
    public OptOut AskTrainingCrawlers(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string named = $"{kind}, AI crawlers";
        var asked = TrainingCrawlers.Tokens.Where(token => Named(token).Any()).Select(token => (Token: token, Answer: Ask(token, path))).ToList();
        var kept = asked.Where(a => a.Answer.Answer == OptOutAnswer.Reserved).ToList();
        return kept.Count > 0 ? new(named, OptOutAnswer.Reserved, $"{string.Join(", ", kept.Select(k => k.Token))}: {kept[0].Answer.Place}", Digest)
            : asked.Any(a => a.Answer.Answer == OptOutAnswer.Allowed) ? new(named, OptOutAnswer.Allowed, $"{string.Join(", ", asked.Where(a => a.Answer.Answer == OptOutAnswer.Allowed).Select(a => a.Token))}, by name", Digest)
            : new(named, OptOutAnswer.NotStated, $"no rule of {path} for any of {TrainingCrawlers.Tokens.Length} tokens", Digest);
    }

    IEnumerable<Rule> RulesOf(string token)
    {
        var own = Named(token).ToList();
        return (own.Count > 0 ? own : groups.Where(g => g.Agents.Contains("*"))).SelectMany(g => g.Rules);
    }

    IEnumerable<Group> Named(string token) => groups.Where(g => g.Agents.Any(a => a.Equals(token, StringComparison.OrdinalIgnoreCase) || Token(a).Equals(token, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The product token at the beginning of a user-agent line: letters, hyphens and underscores (§2.2.1), and digits, since crawlers are called AI2Bot; a version after <c>/</c> does not count.</summary>
    static string Token(string agent)
    {
        int end = 0;
        while (end < agent.Length && (char.IsAsciiLetterOrDigit(agent[end]) || agent[end] is '-' or '_')) end++;
        return agent[..end];
    }

    sealed class Group
    {
        public List<string> Agents { get; } = [];
        public List<Rule> Rules { get; } = [];
        public bool HasRules { get; set; }
    }

    sealed record Rule(bool IsAllowed, string Pattern, int Line);
}
