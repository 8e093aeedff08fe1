using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Compression;

/// <summary>Carries the refusal of bad data out of a stream, whose reads have no other way to say it. A reader of records catches it and returns its verdict.</summary>
public sealed class RefusedDataException : IOException
{
    internal RefusedDataException(Verdict verdict) : base(verdict.ToString()) => Verdict = verdict;

    internal RefusedDataException(Check check, string expected, string found) : this(Verdict.Reject(check, expected, found)) { }

    /// <summary>The refusal: which check, what it expected and what it found.</summary>
    public Verdict Verdict { get; }
}
