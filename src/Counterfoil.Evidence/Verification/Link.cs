using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

/// <summary>A link under verification. Its verdict is the first check that it fails; a rejection outranks "cannot tell".</summary>
sealed class Link(BundledLink bundled, Func<int> step)
{
    public BundledLink Bundled { get; } = bundled;

    public Sha256Digest Digest { get; } = bundled.Envelope.PayloadDigest;

    /// <summary>Known once the statement has been read.</summary>
    public LinkType? Type { get; private set; }

    /// <summary>The predicate, of the type that <see cref="Type"/> names.</summary>
    public object? Predicate { get; private set; }

    /// <summary>The statement's one subject.</summary>
    public Subject? Subject { get; private set; }

    public Verdict Verdict { get; private set; } = Verdict.Accept;

    /// <summary>The step of verification that gave the verdict.</summary>
    public int Step { get; private set; }

    public bool IsRejected => Verdict is Verdict.Rejected;

    public void Read(LinkType type, Subject subject, object predicate) => (Type, Subject, Predicate) = (type, subject, predicate);

    /// <summary>Records the outcome of a check and says whether it held.</summary>
    public bool Record(Verdict verdict)
    {
        if (Verdict is Verdict.Accepted || (Verdict is Verdict.Unverifiable && verdict is Verdict.Rejected)) (Verdict, Step) = (verdict, step());
        return verdict.IsAccepted;
    }

    /// <summary>Records that two values are equal, or not.</summary>
    public bool Equal<T>(Check check, T expected, T found) =>
        Record(EqualityComparer<T>.Default.Equals(expected, found) ? Verdict.Accept : Verdict.Reject(check, Text(expected), Text(found)));

    static string Text<T>(T value) => value?.ToString() ?? "null";
}
