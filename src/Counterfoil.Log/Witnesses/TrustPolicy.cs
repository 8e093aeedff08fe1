using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Witnesses;

/// <summary>A log that a policy knows.</summary>
/// <param name="Key">Its key, whose name is the origin.</param>
/// <param name="Url">Where it is served, or null.</param>
public sealed record TrustedLog(VerifierKey Key, string? Url);

/// <summary>A witness that a policy knows.</summary>
/// <param name="Name">What the policy calls it.</param>
/// <param name="Key">Its cosignature key.</param>
/// <param name="Url">Its submission prefix, or null.</param>
public sealed record TrustedWitness(string Name, VerifierKey Key, string? Url);

/// <summary>When a checkpoint counts: which logs sign, and which witnesses must have cosigned.</summary>
/// <remarks>
/// C2SP tlog-policy. A log's keys are of type 01, or 06 with its own time; a witness's of type 04 or 06. As tlog-cosignature allows, a cosignature of a later
/// time than now does not count.
/// </remarks>
public sealed class TrustPolicy
{
    /// <summary>The longest policy that is read, in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    const string None = "none";

    readonly Dictionary<string, Group> groups;
    readonly string quorum;

    sealed record Group(int Threshold, ImmutableArray<string> Members);

    TrustPolicy(ImmutableArray<TrustedLog> logs, ImmutableArray<TrustedWitness> witnesses, Dictionary<string, Group> groups, string quorum) =>
        (Logs, Witnesses, this.groups, this.quorum) = (logs, witnesses, groups, quorum);

    /// <summary>The logs, in the policy's order; none where they are known from elsewhere.</summary>
    public ImmutableArray<TrustedLog> Logs { get; }

    /// <summary>The witnesses, in the policy's order.</summary>
    public ImmutableArray<TrustedWitness> Witnesses { get; }

    /// <summary>Whether a checkpoint counts without any witness.</summary>
    public bool AsksNobody => quorum == None;

    /// <summary>A policy that trusts one log on its word.</summary>
    public static TrustPolicy Of(VerifierKey log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return new([new(log, null)], [], [], None);
    }

    /// <summary>Reads a policy's file.</summary>
    public static Verdict Parse(ReadOnlySpan<byte> bytes, out TrustPolicy? policy)
    {
        policy = null;
        if (bytes.Length > MaxBytes) return Refuse($"at most {MaxBytes} bytes", $"{bytes.Length}");
        foreach (byte b in bytes)
            if (b is < 0x20 and not ((byte)'\t' or (byte)'\n') or 0x7f) return Refuse("no control characters but tab and newline", $"{b:x2}");
        if (!bytes.IsEmpty && bytes[^1] != '\n') return Refuse("lines, each ended by a newline", "a line without its end");
        // Octets above 7F are opaque to a policy: Latin-1 keeps each as it is.
        string text = Encoding.Latin1.GetString(bytes);
        var logs = ImmutableArray.CreateBuilder<TrustedLog>();
        var witnesses = ImmutableArray.CreateBuilder<TrustedWitness>();
        var groups = new Dictionary<string, Group>();
        var names = new HashSet<string> { None };
        var members = new HashSet<string>();
        string? quorum = null;
        foreach (string line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#') continue;
            switch (words)
            {
                case ["log", var vkey, .. { Length: <= 1 } url]:
                    if (!KeyOf(vkey, NoteSignatureType.Ed25519, out var log)) return Refuse("a log's verifier key (type 01 or 06)", Shown(vkey));
                    if (logs.Any(l => l.Key.IsSameKey(log!))) return Refuse("each log once", Shown(vkey));
                    logs.Add(new(log!, url is [var at] ? at : null));
                    break;
                case ["witness", var name, var vkey, .. { Length: <= 1 } url]:
                    if (!KeyOf(vkey, NoteSignatureType.Cosignature, out var witness)) return Refuse("a witness's verifier key (type 04 or 06)", Shown(vkey));
                    if (witnesses.Any(w => w.Key.IsSameKey(witness!))) return Refuse("each witness once", Shown(vkey));
                    if (!names.Add(name)) return Refuse("each name once", Shown(name));
                    witnesses.Add(new(name, witness!, url is [var there] ? there : null));
                    break;
                case ["group", var name, var threshold, .. { Length: > 0 } listed]:
                    if (names.Contains(name)) return Refuse("each name once", Shown(name));
                    foreach (string member in listed)
                    {
                        if (member == None || !names.Contains(member)) return Refuse("members that lines above define", Shown(member));
                        if (!members.Add(member)) return Refuse("a member of one group, once", Shown(member));
                    }
                    int k = threshold switch
                    {
                        "any" => 1,
                        "all" => listed.Length,
                        _ => int.TryParse(threshold, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && threshold[0] != '0' ? number : 0,
                    };
                    if (k < 1 || k > listed.Length) return Refuse($"any, all, or 1 to {listed.Length}", Shown(threshold));
                    names.Add(name);
                    groups.Add(name, new(k, [.. listed]));
                    break;
                case ["quorum", var name]:
                    if (quorum is not null) return Refuse("one quorum", "two");
                    if (!names.Contains(name)) return Refuse("a quorum that lines above define", Shown(name));
                    quorum = name;
                    break;
                default:
                    return Refuse("log, witness, group or quorum, with what belongs to it", Shown(line));
            }
        }
        if (quorum is null) return Refuse("one quorum", "none");
        policy = new(logs.ToImmutable(), witnesses.ToImmutable(), groups, quorum);
        return Verdict.Accept;
    }

    /// <summary>Whether a note is a checkpoint that counts: signed by one of the policy's logs, cosigned as its quorum asks.</summary>
    /// <remarks>Lines by keys that the policy does not name are ignored, as C2SP asks of a verifier; a line by one that it names must verify.</remarks>
    /// <param name="note">The note as received.</param>
    /// <param name="now">Until when a cosignature counts.</param>
    /// <param name="checkpoint">The checkpoint, when accepted.</param>
    public Verdict Verify(ReadOnlySpan<byte> note, DateTimeOffset now, out SignedCheckpoint? checkpoint)
    {
        checkpoint = null;
        var verdict = SignedNote.Parse(note, out var parsed);
        if (!verdict.IsAccepted) return verdict;
        string origin = parsed!.Text[..parsed.Text.IndexOf('\n')];
        var keys = Logs.Where(l => l.Key.Name == origin).Select(l => l.Key).ToList(); // several of a log that changes its key
        if (keys.Count == 0)
            return Verdict.Reject(LogChecks.PolicyLog, string.Join(" or ", Logs.Select(l => l.Key.Name)), origin.Length <= 80 ? origin : "another log");
        verdict = parsed.VerifyFromAny(keys, out var log);
        if (!verdict.IsAccepted) return verdict;
        verdict = SignedCheckpoint.VerifyFrom(parsed, log!, out var signed);
        if (!verdict.IsAccepted) return verdict;
        var signers = new HashSet<string>();
        foreach (var witness in Witnesses)
        {
            var lines = parsed.Signatures.Where(s => s.KeyName == witness.Key.Name && s.KeyId == witness.Key.Id).ToList();
            if (lines.Count == 0) continue;
            verdict = parsed.VerifyFrom(witness.Key);
            if (!verdict.IsAccepted) return verdict;
            foreach (var line in lines)
                if (Cosignature.TryReadTime(line.Bytes.Span, out long time) && time > now.ToUnixTimeSeconds())
                    return Verdict.Reject(LogChecks.PolicyTime, $"a cosignature of {witness.Name} not after {now:u}", $"{time} seconds of POSIX time");
            signers.Add(witness.Name);
        }
        if (!Counts(quorum, signers)) return Verdict.Reject(LogChecks.PolicyQuorum, $"the quorum '{quorum}'", signers.Count == 0 ? "no witness" : string.Join(", ", signers.Order()));
        checkpoint = signed;
        return Verdict.Accept;
    }

    /// <summary>Whether these witnesses, by their names here, make up the quorum.</summary>
    public bool IsQuorum(IReadOnlySet<string> signers) => Counts(quorum, signers);

    bool Counts(string name, IReadOnlySet<string> signers) =>
        name == None || (groups.TryGetValue(name, out var group) ? group.Members.Count(m => Counts(m, signers)) >= group.Threshold : signers.Contains(name));

    static bool KeyOf(string text, NoteSignatureType type, out VerifierKey? key) => VerifierKey.Parse(text, out key).IsAccepted && (key!.Type == type || key.Type == NoteSignatureType.MlDsa44Cosignature);

    static Verdict Refuse(string expected, string found) => Verdict.Reject(LogChecks.PolicyForm, expected, found);

    static string Shown(string text) => text.Length <= 80 ? $"\"{text}\"" : $"\"{text[..80]}\"…";
}
