using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences.Credentials;

/// <summary>Finds the C2PA manifest store in a JPEG (APP11 segments of JPEG XT, ISO/IEC 18477-3) or a PNG (<c>caBX</c> chunk): C2PA specification, "Embedding manifests".</summary>
static class EmbeddedManifest
{
    static ReadOnlySpan<byte> Png => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The store's bytes and where in the file it lies, container and all; null where there is none.</summary>
    public static Verdict Find(ReadOnlyMemory<byte> file, out byte[]? store, out List<(int Start, int Length)> ranges)
    {
        (store, ranges) = (null, []);
        if (file.Span.StartsWith(Png)) return InPng(file.Span, ref store, ranges);
        if (file.Span is [0xff, 0xd8, ..]) return InJpeg(file.Span, ref store, ranges);
        return Verdict.Reject(LicenceChecks.CredentialsForm, "a JPEG or a PNG", "other bytes");
    }

    static Verdict InPng(ReadOnlySpan<byte> file, ref byte[]? store, List<(int, int)> ranges)
    {
        for (int at = Png.Length; at < file.Length;)
        {
            if (file.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(file[at..]) is var length && length > (uint)(file.Length - at - 12))
                return Verdict.Reject(LicenceChecks.CredentialsForm, "a whole PNG chunk", $"{file.Length - at} bytes at {at}");
            if (file.Slice(at + 4, 4).SequenceEqual("caBX"u8))
            {
                if (store is not null) return Verdict.Reject(LicenceChecks.CredentialsForm, "one caBX chunk", "two");
                store = file.Slice(at + 8, (int)length).ToArray();
                ranges.Add((at, (int)length + 12));
            }
            at += (int)length + 12;
        }
        return Verdict.Accept;
    }

    static Verdict InJpeg(ReadOnlySpan<byte> file, ref byte[]? store, List<(int, int)> ranges)
    {
        ushort? instance = null;
        using var bytes = new MemoryStream();
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xff && file[at + 1] is not (0xda or 0xd9);)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length) return Verdict.Reject(LicenceChecks.CredentialsForm, "a whole JPEG segment", $"{length} bytes at {at}");
            var segment = file.Slice(at + 4, length - 2);
            // CI "JP", u16 instance of the box, u32 number of the packet, then the box's header: in every packet, since a box may need many.
            if (file[at + 1] == 0xeb && segment.Length > 16 && segment[..2].SequenceEqual("JP"u8) && segment.Slice(12, 4).SequenceEqual("jumb"u8))
            {
                ushort number = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
                uint packet = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]);
                instance ??= number;
                if (number == instance)
                {
                    if (packet != ranges.Count + 1) return Verdict.Reject(LicenceChecks.CredentialsForm, $"packet {ranges.Count + 1} of the manifest", $"packet {packet}");
                    int header = packet == 1 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(segment[8..]) == 1 ? 16 : 8;
                    bytes.Write(segment[Math.Min(8 + header, segment.Length)..]);
                    ranges.Add((at, length + 2));
                }
            }
            at += 2 + length;
        }
        if (ranges.Count > 0) store = bytes.ToArray();
        return Verdict.Accept;
    }
}
