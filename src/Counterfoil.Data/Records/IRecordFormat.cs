using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records;

/// <summary>A rule by which stored objects become records: lists the parts in their order, and opens each.</summary>
public interface IRecordFormat
{
    /// <summary>The rule's name and version, hashed into every record's leaf.</summary>
    Canonicaliser Canonicaliser { get; }

    /// <summary>Orders the objects into parts; a data set's records are those of its first part, then those of the second, and so on. Refuses objects that are no data of this format.</summary>
    /// <param name="objects">What the store holds, in the order of the names' bytes.</param>
    /// <param name="parts">The parts, when accepted.</param>
    Verdict Plan(IReadOnlyList<StoredObject> objects, out IReadOnlyList<RecordPart>? parts);

    /// <summary>Opens a part for reading from one of its positions on.</summary>
    /// <param name="part">A part of <see cref="Plan"/>.</param>
    /// <param name="position">0 for the beginning, or what <see cref="IRecordReader.Position"/> of the same part said.</param>
    /// <param name="reader">The reader, when accepted; the caller disposes it.</param>
    Verdict Open(RecordPart part, long position, out IRecordReader? reader);
}

/// <summary>A format whose parts can be cut: several commit to one part, each to its own records.</summary>
public interface ISplittableFormat : IRecordFormat
{
    /// <summary>Whether a part can be cut: one that is compressed, say, cannot.</summary>
    bool CanSplit(RecordPart part);

    /// <summary>The position of the first record that begins at or behind a share of the part: the same wherever it is asked, and rising with the share.</summary>
    /// <param name="part">A part that can be cut.</param>
    /// <param name="storedByte">The share in stored bytes, 0 to the part's length.</param>
    /// <param name="position">The position; that of the part's end where no further record begins.</param>
    Verdict Locate(RecordPart part, long storedByte, out long position);

    /// <summary>Opens a part for reading from one position up to another.</summary>
    Verdict Open(RecordPart part, long position, long end, out IRecordReader? reader);
}

/// <summary>The objects that one reader reads together: one file, or an IDX file of images with its file of labels.</summary>
/// <param name="Objects">The objects, one or more.</param>
public sealed record RecordPart(IReadOnlyList<StoredObject> Objects)
{
    /// <summary>The first object's name, which is the part's.</summary>
    public string Name => Objects[0].Name;

    /// <summary>Stored bytes, all objects together.</summary>
    public long Length => Objects.Sum(o => o.Length);
}

/// <summary>Reads the records of one part, from first to last, each once.</summary>
public interface IRecordReader : IDisposable
{
    /// <summary>Where the next record begins, in a measure of the format's own: a place to open the part at again. Rises with every record.</summary>
    long Position { get; }

    /// <summary>Stored bytes of the part that lie before <see cref="Position"/>, those before the place it was opened at included: for showing progress.</summary>
    long BytesTaken { get; }

    /// <summary>Adds records to a batch until no more fit; a batch that was empty and stays empty is the end. Refuses what the format forbids, and a record longer than an empty batch.</summary>
    /// <exception cref="IOException">The part became unreadable.</exception>
    Verdict Read(RecordBatch batch);
}
