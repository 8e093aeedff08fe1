using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>What a shingle is made of.</summary>
public enum ShingleUnit
{
    /// <summary>Words: maximal runs of ASCII letters, ASCII digits and bytes from 0x80 on, ASCII capitals as small letters.</summary>
    Words,
    /// <summary>Bytes, whatever they mean.</summary>
    Bytes,
}

/// <summary>All that decides a record's signature. One set of parameters has one text, and its digest is hashed into every leaf of the index.</summary>
/// <remarks>Text: <c>words/5;seed=…64 digits…;permutations=128;bands=32</c>. <c>docs/near-duplicates.md</c> specifies what follows from it.</remarks>
public sealed record MinHashParameters
{
    /// <summary>What a shingle is made of; words unless told.</summary>
    public ShingleUnit Unit { get; init; } = ShingleUnit.Words;

    /// <summary>How many units a shingle has: 1 … 16 words, or 1 … 8 bytes; 5 unless told.</summary>
    public int Size { get; init; } = 5;

    /// <summary>What the hash family is drawn from; zeros unless told.</summary>
    public Bytes32 Seed { get; init; }

    /// <summary>How many minima a signature has: 16 … 1024, a multiple of 8; 128 unless told. The standard error of an estimate is at most 0.5 / √permutations.</summary>
    public int Permutations { get; init; } = 128;

    /// <summary>How many bands the minima are cut into, a divisor of their number; 32 unless told. More bands find records that are less alike.</summary>
    public int Bands { get; init; } = 32;

    /// <summary>Minima in a band.</summary>
    public int Rows => Permutations / Bands;

    /// <summary>Bytes of a signature.</summary>
    public int SignatureBytes => 4 * Permutations;

    /// <summary>SHA-256 of the text.</summary>
    public Sha256Digest Digest => Sha256.Hash(System.Text.Encoding.ASCII.GetBytes(ToString()));

    /// <summary>The probability that a record of Jaccard similarity <paramref name="jaccard"/> shares a band, and so is found: 1 − (1 − jʳ)ᵇ.</summary>
    public double Recall(double jaccard) => 1 - Math.Pow(1 - Math.Pow(jaccard, Rows), Bands);

    /// <summary>Whether every number is in its range.</summary>
    public bool IsSound =>
        Size >= 1 && Size <= (Unit == ShingleUnit.Words ? 16 : 8) && Permutations is >= 16 and <= 1024 && Permutations % 8 == 0 && Bands >= 1 && Bands <= 256 && Permutations % Bands == 0;

    /// <summary>The one text.</summary>
    public override string ToString() => $"{(Unit == ShingleUnit.Words ? "words" : "bytes")}/{Size};seed={Seed};permutations={Permutations};bands={Bands}";

    /// <summary>Reads the text.</summary>
    public static Verdict Parse(string text, out MinHashParameters? parameters)
    {
        ArgumentNullException.ThrowIfNull(text);
        parameters = null;
        var parts = text.Split(';');
        if (parts.Length == 4 && parts[0].Split('/') is [var unit, var size] && unit is "words" or "bytes"
            && Number(size, "", out int sizeOf) && parts[1].StartsWith("seed=", StringComparison.Ordinal) && Bytes32.TryParseHex(parts[1][5..], out var seed)
            && Number(parts[2], "permutations=", out int permutations) && Number(parts[3], "bands=", out int bands))
        {
            var read = new MinHashParameters { Unit = unit == "words" ? ShingleUnit.Words : ShingleUnit.Bytes, Size = sizeOf, Seed = seed, Permutations = permutations, Bands = bands };
            if (read.IsSound && read.ToString() == text) parameters = read;
        }
        return parameters is not null
            ? Verdict.Accept
            : Verdict.Reject(NearDuplicateChecks.Parameters, "words/1…16 or bytes/1…8;seed=64 digits;permutations=16…1024 in eights;bands=a divisor up to 256", text.Length <= 200 ? $"\"{text}\"" : "a longer text");
    }

    static bool Number(string text, string name, out int value)
    {
        value = 0;
        return text.StartsWith(name, StringComparison.Ordinal) && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
