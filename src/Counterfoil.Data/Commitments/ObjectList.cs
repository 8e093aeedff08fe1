using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Files;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Commitments;

/// <summary>The objects that a commit began with, on disk: a resumed one is held to them.</summary>
/// <remarks>For each object u32 length ‖ identity, u32 length ‖ name, u64 bytes. Written and compared piece by piece: there may be millions.</remarks>
static class ObjectList
{
    public const string FileName = "objects";

    public static void Write(CommitPlan plan, IDurableFiles files)
    {
        using var file = files.Open(FileName);
        file.SetLength(0);
        var output = new AppendingFile(file, 0, 1 << 16);
        foreach (var stored in plan.Parts.SelectMany(p => p.Objects))
        {
            var line = Line(stored);
            for (int at = 0; at < line.Length; at += 1 << 12)
            {
                int length = Math.Min(1 << 12, line.Length - at);
                line.AsSpan(at, length).CopyTo(output.Take(length));
            }
        }
        output.Write();
        file.Flush();
        files.FlushNames();
    }

    /// <summary>Accepts the objects that the list has.</summary>
    public static Verdict Compare(CommitPlan plan, IDurableFiles files)
    {
        using var file = files.OpenToRead(FileName);
        if (file is null) return Verdict.Reject(DataChecks.CommitCheckpoint, $"a list of objects beside it, '{FileName}'", "none");
        long at = 0;
        byte[] found = [];
        foreach (var stored in plan.Parts.SelectMany(p => p.Objects))
        {
            var line = Line(stored);
            if (found.Length < line.Length) found = new byte[line.Length];
            int read = file.Read(found.AsSpan(0, line.Length), at);
            if (!line.AsSpan().SequenceEqual(found.AsSpan(0, read))) return Verdict.Reject(DataChecks.CommitChanged, "the objects that the commit began with", $"'{stored.Name}', {stored.Length} bytes, identity {stored.Identity}, which is new or has changed");
            at += line.Length;
        }
        return at == file.Length ? Verdict.Accept : Verdict.Reject(DataChecks.CommitChanged, "the objects that the commit began with", "fewer of them");
    }

    static byte[] Line(StoredObject stored)
    {
        byte[] identity = Encoding.UTF8.GetBytes(stored.Identity), name = Encoding.UTF8.GetBytes(stored.Name);
        var line = new byte[4 + identity.Length + 4 + name.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(line, identity.Length);
        identity.CopyTo(line, 4);
        BinaryPrimitives.WriteInt32BigEndian(line.AsSpan(4 + identity.Length), name.Length);
        name.CopyTo(line, 8 + identity.Length);
        BinaryPrimitives.WriteInt64BigEndian(line.AsSpan(8 + identity.Length + name.Length), stored.Length);
        return line;
    }
}
