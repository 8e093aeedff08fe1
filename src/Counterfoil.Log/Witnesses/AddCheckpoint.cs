using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Witnesses;

/// <summary>What a log asks of a witness: here is my checkpoint, and the proof that it continues the one you cosigned last.</summary>
/// <remarks>C2SP tlog-witness, the body of <c>add-checkpoint</c>: <c>old n</c>, a base64 hash a line, an empty line, the signed checkpoint.</remarks>
/// <param name="OldSize">The size that the log believes the witness cosigned last; 0 for none.</param>
/// <param name="Path">The consistency path from there.</param>
/// <param name="Note">The signed checkpoint's exact bytes.</param>
public sealed record AddCheckpoint(long OldSize, ImmutableArray<Sha256Digest> Path, ReadOnlyMemory<byte> Note)
{
    const int MaxPath = 63, MaxBytes = 64 + MaxPath * 45 + SignedNote.MaxBytes;

    /// <summary>The body of the request.</summary>
    public byte[] ToBytes()
    {
        string lines = string.Concat(Path.Select(node => Convert.ToBase64String(node.ToArray()) + "\n"));
        return [.. Encoding.ASCII.GetBytes($"old {OldSize.ToString(CultureInfo.InvariantCulture)}\n{lines}\n"), .. Note.Span];
    }

    /// <summary>Reads a body. Its checkpoint is not looked at yet.</summary>
    public static Verdict Parse(ReadOnlySpan<byte> body, out AddCheckpoint? request)
    {
        request = null;
        int split = body.Length > MaxBytes ? -1 : body.IndexOf("\n\n"u8);
        if (split < 0 || body[..split].IndexOfAnyExceptInRange((byte)'\n', (byte)'~') >= 0)
            return Verdict.Reject(LogChecks.WitnessRequest, "lines of ASCII, an empty line, and a checkpoint", $"{body.Length} bytes without them");
        var lines = Encoding.ASCII.GetString(body[..split]).Split('\n');
        if (lines.Length > 1 + MaxPath) return Verdict.Reject(LogChecks.WitnessRequest, $"at most {MaxPath} hashes", $"{lines.Length - 1}");
        if (!lines[0].StartsWith("old ", StringComparison.Ordinal)
            || !long.TryParse(lines[0].AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out long oldSize) || lines[0] != $"old {oldSize}")
            return Verdict.Reject(LogChecks.WitnessRequest, "old <decimal>", lines[0].Length <= 80 ? lines[0] : "another line");
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(lines.Length - 1);
        var hash = new byte[Bytes32.Size];
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Length != 44 || !Convert.TryFromBase64String(line, hash, out int length) || length != hash.Length || Convert.ToBase64String(hash) != line)
                return Verdict.Reject(LogChecks.WitnessRequest, "canonical base64 of 32 bytes", line.Length <= 80 ? line : "another line");
            path.Add(new(hash));
        }
        request = new(oldSize, path.MoveToImmutable(), body[(split + 2)..].ToArray());
        return Verdict.Accept;
    }
}
