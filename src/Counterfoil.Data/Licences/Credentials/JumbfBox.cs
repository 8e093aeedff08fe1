using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences.Credentials;

/// <summary>A box of JUMBF (ISO/IEC 19566-5): a superbox with a label and boxes in it, or a box with content.</summary>
/// <param name="Type">Four characters: <c>jumb</c> for a superbox, <c>cbor</c>, <c>json</c>, <c>bidb</c> and others for content.</param>
/// <param name="Label">The label of a superbox; empty for others.</param>
/// <param name="Content">The bytes after the header. Of a superbox, those of its description and of all boxes in it: what C2PA hashes.</param>
/// <param name="Boxes">The boxes of a superbox, without its description.</param>
sealed record JumbfBox(string Type, string Label, ReadOnlyMemory<byte> Content, IReadOnlyList<JumbfBox> Boxes)
{
    const int MaxDepth = 8, MaxBoxes = 10_000, LabelAt = 17;

    /// <summary>Reads the one box that fills <paramref name="bytes"/>.</summary>
    public static Verdict Read(ReadOnlyMemory<byte> bytes, out JumbfBox? box)
    {
        box = null;
        int left = MaxBoxes;
        var verdict = ReadAll(bytes, 0, ref left, out var boxes);
        if (verdict.IsAccepted && boxes.Count != 1) verdict = Verdict.Reject(LicenceChecks.CredentialsForm, "one box", $"{boxes.Count}");
        if (verdict.IsAccepted) box = boxes[0];
        return verdict;
    }

    /// <summary>The superbox with a label, among those directly in this one.</summary>
    public JumbfBox? Find(string label) => Boxes.FirstOrDefault(b => b.Type == "jumb" && b.Label == label);

    /// <summary>The bytes of the first CBOR box in this one.</summary>
    public ReadOnlyMemory<byte>? Cbor => Boxes.FirstOrDefault(b => b.Type == "cbor")?.Content;

    /// <summary>The bytes of the first JSON box in this one.</summary>
    public ReadOnlyMemory<byte>? Json => Boxes.FirstOrDefault(b => b.Type == "json")?.Content;

    static Verdict ReadAll(ReadOnlyMemory<byte> bytes, int depth, ref int left, out List<JumbfBox> boxes)
    {
        boxes = [];
        if (depth > MaxDepth) return Verdict.Reject(LicenceChecks.CredentialsForm, $"at most {MaxDepth} boxes within one another", "more");
        while (bytes.Length > 0)
        {
            if (--left < 0) return Verdict.Reject(LicenceChecks.CredentialsForm, $"at most {MaxBoxes} boxes", "more");
            if (bytes.Length < 8) return Verdict.Reject(LicenceChecks.CredentialsForm, "a box's header of 8 bytes", $"{bytes.Length} bytes");
            ulong length = BinaryPrimitives.ReadUInt32BigEndian(bytes.Span);
            string type = Encoding.Latin1.GetString(bytes.Span[4..8]);
            int header = 8;
            if (length == 1 && bytes.Length >= 16) (length, header) = (BinaryPrimitives.ReadUInt64BigEndian(bytes.Span[8..]), 16);
            else if (length == 0) length = (ulong)bytes.Length;
            if (length < (ulong)header || length > (ulong)bytes.Length) return Verdict.Reject(LicenceChecks.CredentialsForm, $"a box within its {bytes.Length} bytes", $"{length} bytes");
            var content = bytes[header..(int)length];
            bytes = bytes[(int)length..];
            if (type != "jumb")
            {
                boxes.Add(new(type, "", content, []));
                continue;
            }
            var verdict = ReadAll(content, depth + 1, ref left, out var inner);
            if (!verdict.IsAccepted) return verdict;
            if (inner.Count == 0 || inner[0].Type != "jumd" || inner[0].Content.Length < LabelAt) return Verdict.Reject(LicenceChecks.CredentialsForm, "a description first in a superbox", inner.Count == 0 ? "nothing" : inner[0].Type);
            boxes.Add(new(type, LabelOf(inner[0].Content.Span), content, inner[1..]));
        }
        return Verdict.Accept;
    }

    /// <summary>The label of a description: after the type's UUID and a byte of toggles, of which bit 1 says that there is one; ended by a zero.</summary>
    static string LabelOf(ReadOnlySpan<byte> description)
    {
        if ((description[LabelAt - 1] & 2) == 0) return "";
        var label = description[LabelAt..];
        int end = label.IndexOf((byte)0);
        return end < 0 ? "" : Encoding.UTF8.GetString(label[..end]);
    }
}
