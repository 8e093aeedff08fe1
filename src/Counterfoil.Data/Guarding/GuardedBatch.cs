using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Guarding;

/// <summary>Records that were checked in this very memory: nothing is read again between check and use.</summary>
public sealed class GuardedBatch
{
    readonly byte[] buffer;
    readonly ImmutableArray<int> ends;
    readonly int labelBytes;

    internal GuardedBatch(byte[] buffer, ImmutableArray<int> ends, int labelBytes, int epoch, int step, ImmutableArray<int> places, Sha256Digest root)
    {
        (this.buffer, this.ends, this.labelBytes) = (buffer, ends, labelBytes);
        (Epoch, Step, Places, Root) = (epoch, step, places, root);
    }

    /// <summary>The epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>The batch's number in the whole run, from 0.</summary>
    public int Step { get; }

    /// <summary>Which committed records these are, in order.</summary>
    public ImmutableArray<int> Places { get; }

    /// <summary>RFC 9162 root over the records' leaf hashes in this order.</summary>
    public Sha256Digest Root { get; }

    /// <summary>How many records there are.</summary>
    public int Count => ends.Length;

    /// <summary>A whole record.</summary>
    public ReadOnlyMemory<byte> Record(int i) => buffer.AsMemory(Begin(i)..ends[i]);

    /// <summary>A record without its label.</summary>
    public ReadOnlyMemory<byte> Input(int i) => Record(i)[labelBytes..];

    /// <summary>A record's label of one byte.</summary>
    /// <exception cref="InvalidOperationException">Records of this kind have no label.</exception>
    public byte Label(int i) => labelBytes == 1 ? buffer[Begin(i)] : throw new InvalidOperationException("these records have no label of one byte");

    int Begin(int i) => i == 0 ? 0 : ends[i - 1];
}
