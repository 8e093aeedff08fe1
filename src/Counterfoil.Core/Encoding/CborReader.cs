using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Encoding;

/// <summary>
/// Reads deterministic CBOR (RFC 8949 §4.2.1) of a stranger. It never throws over what it reads: the first failure is kept, later reads
/// return defaults (a count reads as 0, so loops end), and <see cref="Finish"/> gives the verdict. A decoder is thus straight-line code
/// with one check at its end.
/// </summary>
/// <remarks>
/// Subset: integers, bytes, text, arrays, maps, booleans, null; no tags, floats or indefinite lengths. Since integers must be shortest and
/// keys ascend, what it accepts has one encoding. An array or map that is begun must be ended: reading past its end fails instead of
/// reading its neighbour.
/// </remarks>
public ref partial struct CborReader
{
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    struct Frame
    {
        public bool IsMap;
        public long Left;
        public int Key, KeyLength;
    }

    readonly ReadOnlySpan<byte> input;
    readonly CborLimits limits;
    Frame[]? frames;
    Reason? failure;
    int position, depth, items;

    /// <summary>Starts at the first byte of <paramref name="input"/>.</summary>
    public CborReader(ReadOnlySpan<byte> input, CborLimits? limits = null)
    {
        this.input = input;
        this.limits = limits ?? CborLimits.Default;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(this.limits.Depth, CborLimits.DeepestDepth, nameof(limits));
        if (input.Length > this.limits.Bytes) Fail(CoreChecks.CborSize, $"at most {this.limits.Bytes} bytes", $"{input.Length} bytes");
    }

    /// <summary>Whether a read failed already. Worth asking before work that is expensive, and nowhere else.</summary>
    public readonly bool Failed => failure is not null;

    /// <summary>The offset of the next unread byte.</summary>
    public readonly int Position => position;

    /// <summary>The kind of the next item, or <see cref="CborKind.None"/> at the end or after a failure.</summary>
    public readonly CborKind Peek() =>
        Failed || position >= input.Length ? CborKind.None : (input[position] >> 5) switch
        {
            0 => CborKind.Unsigned,
            1 => CborKind.Negative,
            2 => CborKind.Bytes,
            3 => CborKind.Text,
            4 => CborKind.Array,
            5 => CborKind.Map,
            7 when input[position] is 0xf4 or 0xf5 => CborKind.Bool,
            7 when input[position] is 0xf6 => CborKind.Null,
            _ => CborKind.Other,
        };

    /// <summary>Records a failure that the decoder itself found, such as a version it does not know. The first one stays.</summary>
    public void Fail(Check check, string expected, string found) => failure ??= new Reason(check, expected, $"{found} at byte {position}");

    /// <summary>The verdict on the whole: every read succeeded, every array and map was ended, and nothing is left over.</summary>
    public Verdict Finish()
    {
        if (depth != 0) Fail(CoreChecks.CborArity, "every array and map read to its end", $"{depth} open");
        if (input.IsEmpty) Fail(CoreChecks.CborTruncated, "an item", "no bytes");
        if (position != input.Length) Fail(CoreChecks.CborTrailing, "the end", $"{input.Length - position} more bytes");
        return failure is null ? Verdict.Accept : new Verdict.Rejected(failure);
    }

    /// <summary>Reads an integer of at least 0.</summary>
    public ulong ReadUInt()
    {
        int start = position;
        ulong value = Head(CborKind.Unsigned);
        Done(start);
        return Failed ? 0 : value;
    }

    /// <summary>Reads an integer that fits <see cref="long"/>.</summary>
    public long ReadInt()
    {
        int start = position;
        bool negative = Peek() == CborKind.Negative;
        ulong value = Head(negative ? CborKind.Negative : CborKind.Unsigned);
        if (value > long.MaxValue) Fail(CoreChecks.CborRange, "a signed 64-bit integer", negative ? $"-1 - {value}" : $"{value}");
        Done(start);
        return Failed ? 0 : negative ? ~(long)value : (long)value;
    }

    /// <summary>
    /// Reads an integer in <paramref name="least"/> … <paramref name="most"/>; after a failure, <paramref name="least"/>.
    /// </summary>
    public long ReadInt(long least, long most)
    {
        long value = ReadInt();
        if (!Failed && (value < least || value > most)) Fail(CoreChecks.CborRange, $"{least} … {most}", $"{value}");
        return Failed ? least : value;
    }

    /// <summary>Reads bytes, at most <paramref name="most"/> of them. The span lies in the input.</summary>
    public ReadOnlySpan<byte> ReadBytes(int most = int.MaxValue)
    {
        int start = position;
        var value = Take(CborKind.Bytes, most);
        Done(start);
        return Failed ? [] : value;
    }

    /// <summary>Reads exactly 32 bytes.</summary>
    public Bytes32 ReadBytes32()
    {
        var value = ReadBytes();
        if (value.Length == Bytes32.Size) return new Bytes32(value);
        Fail(CoreChecks.CborRange, $"{Bytes32.Size} bytes", $"{value.Length} bytes");
        return default;
    }

    /// <summary>Reads text of at most <paramref name="most"/> bytes of UTF-8; after a failure, the empty string.</summary>
    public string ReadText(int most = int.MaxValue)
    {
        int start = position;
        var value = Take(CborKind.Text, most);
        if (!Failed && !System.Text.Unicode.Utf8.IsValid(value))
            Fail(CoreChecks.CborUtf8, "UTF-8", Convert.ToHexStringLower(value[..Math.Min(32, value.Length)]));
        Done(start);
        return Failed ? "" : Utf8.GetString(value);
    }

    /// <summary>Reads text that must be <paramref name="expected"/>: the key of a map that is laid out like a record.</summary>
    public void ReadKey(string expected)
    {
        string found = ReadText();
        if (!Failed && found != expected) Fail(CoreChecks.CborKey, $"\"{expected}\"", $"\"{(found.Length > 64 ? found[..64] : found)}\"");
    }

    /// <summary>Reads false or true.</summary>
    public bool ReadBool()
    {
        int start = position;
        bool value = Head(CborKind.Bool) == 21;
        Done(start);
        return !Failed && value;
    }

    /// <summary>Reads null if that is next; false, with nothing read, if it is not.</summary>
    public bool TryReadNull()
    {
        if (Peek() != CborKind.Null) return false;
        int start = position;
        Head(CborKind.Null);
        Done(start);
        return !Failed;
    }

    /// <summary>Begins an array of <paramref name="least"/> … <paramref name="most"/> items and gives their number.</summary>
    public int BeginArray(int least = 0, int most = int.MaxValue) => BeginContainer(CborKind.Array, least, most);

    /// <summary>Begins a map of <paramref name="least"/> … <paramref name="most"/> pairs and gives their number.</summary>
    public int BeginMap(int least = 0, int most = int.MaxValue) => BeginContainer(CborKind.Map, least, most);

    /// <summary>Ends the array at hand; items left unread are a failure.</summary>
    public void EndArray() => EndContainer(isMap: false);

    /// <summary>Ends the map at hand; pairs left unread are a failure.</summary>
    public void EndMap() => EndContainer(isMap: true);

    /// <summary>Reads over one item, whatever it is, with all the checks, and gives its bytes.</summary>
    public ReadOnlySpan<byte> Skip()
    {
        int start = position;
        switch (Peek())
        {
            case CborKind.Array:
                for (int n = BeginArray(); --n >= 0 && !Failed;) Skip();
                EndArray();
                break;
            case CborKind.Map:
                for (int n = 2 * BeginMap(); --n >= 0 && !Failed;) Skip();
                EndMap();
                break;
            case CborKind.Bytes: ReadBytes(); break;
            case CborKind.Text: ReadText(); break;
            case CborKind.Bool: ReadBool(); break;
            case CborKind.Null: TryReadNull(); break;
            case CborKind.Negative:
                Head(CborKind.Negative);
                Done(start);
                break;
            default: ReadUInt(); break;
        }
        return Failed ? [] : input[start..position];
    }
}
