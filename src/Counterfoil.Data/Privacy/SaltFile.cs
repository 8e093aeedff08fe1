using System.Buffers.Binary;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Privacy;

/// <summary>The salts of a set, one a record, private to their owner, each destroyed alone.</summary>
/// <remarks>
/// File: the line <c>counterfoil/salts/v1</c>, the count (u64, big-endian), then for each place 1 and 32 random bytes, or 33 zeros where the salt was destroyed. Mode 0600.
/// <see cref="Erase"/> overwrites in place and flushes to the device. That destroys what the file system shows. A solid-state disk may keep the old cell until it is reclaimed, a copy-on-write
/// file system or snapshot the old block, a journal that logs data the old write, and a backup the whole file: salts belong on an encrypted volume, without snapshots, whose backups are erased too.
/// </remarks>
public sealed class SaltFile : IDisposable
{
    const int Slot = 1 + Bytes32.Size;
    const byte Present = 1;

    static ReadOnlySpan<byte> Header => "counterfoil/salts/v1\n"u8;

    readonly SafeFileHandle file;

    SaltFile(SafeFileHandle file, long count) => (this.file, Count) = (file, count);

    /// <summary>How many places there are.</summary>
    public long Count { get; }

    /// <summary>Makes a file of independent salts.</summary>
    /// <param name="path">Where; nothing may be there.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Fills a span with uniform secret bytes.</param>
    /// <exception cref="IOException">Something is there, or it cannot be written.</exception>
    public static SaltFile Create(string path, long count, Action<Span<byte>> random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentNullException.ThrowIfNull(random);
        const int Many = 1024;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(path, options))
        {
            var head = new byte[Header.Length + 8];
            Header.CopyTo(head);
            BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(Header.Length), count);
            stream.Write(head);
            var slots = new byte[Many * Slot];
            for (long at = 0; at < count; at += Many)
            {
                int these = (int)Math.Min(Many, count - at);
                for (int i = 0; i < these; i++)
                {
                    slots[i * Slot] = Present;
                    random(slots.AsSpan(i * Slot + 1, Bytes32.Size));
                }
                stream.Write(slots.AsSpan(0, these * Slot));
            }
            CryptographicOperations.ZeroMemory(slots);
            stream.Flush(flushToDisk: true);
        }
        return new(Handle(path), count);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It is not there, or cannot be opened for writing.</exception>
    public static Verdict Open(string path, out SaltFile? salts)
    {
        salts = null;
        var file = Handle(path);
        var verdict = Check(file, out long count);
        if (verdict.IsAccepted) salts = new(file, count);
        else file.Dispose();
        return verdict;
    }

    static Verdict Check(SafeFileHandle file, out long count)
    {
        count = 0;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) is not 0 and var others)
            return Verdict.Reject(DataChecks.SaltForm, "a file that is its owner's alone (mode 600)", $"rights beyond: {others}");
        Span<byte> head = stackalloc byte[Header.Length + 8];
        if (RandomAccess.Read(file, head, 0) < head.Length || !head.StartsWith(Header)) return Verdict.Reject(DataChecks.SaltForm, "the header counterfoil/salts/v1", "other bytes");
        count = BinaryPrimitives.ReadInt64BigEndian(head[Header.Length..]);
        long length = RandomAccess.GetLength(file) - head.Length;
        return count >= 0 && length / Slot == count && length % Slot == 0 ? Verdict.Accept : Verdict.Reject(DataChecks.SaltForm, $"{count} × {Slot} bytes", $"{length} bytes");
    }

    /// <summary>The salt of a place, unless it was destroyed.</summary>
    public Verdict Read(long place, out Salt salt)
    {
        salt = default;
        Span<byte> slot = stackalloc byte[Slot];
        if (RandomAccess.Read(file, slot, Offset(place)) < Slot) throw new EndOfStreamException($"no salt at place {place}");
        if (slot[0] != Present) return slot.ContainsAnyExcept((byte)0) ? Verdict.Reject(DataChecks.SaltForm, "1 and a salt, or zeros", "something else") : Verdict.Reject(DataChecks.SaltErased, $"the salt of place {place}", "destroyed");
        salt = new(new Bytes32(slot[1..]));
        CryptographicOperations.ZeroMemory(slot);
        return Verdict.Accept;
    }

    /// <summary>Destroys the salt of a place: from then on nobody can link the leaf there to its record. When this returns, zeros have reached the device.</summary>
    public void Erase(long place)
    {
        RandomAccess.Write(file, new byte[Slot], Offset(place));
        RandomAccess.FlushToDisk(file);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    static SafeFileHandle Handle(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);

    long Offset(long place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)place, (ulong)Count, nameof(place));
        return Header.Length + 8 + place * Slot;
    }
}
