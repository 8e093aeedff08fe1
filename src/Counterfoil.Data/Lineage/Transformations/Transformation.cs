using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Lineage.Transformations;

/// <summary>Where an output record comes from: a record of one of the inputs.</summary>
/// <param name="Input">Which input, from 0.</param>
/// <param name="Place">The record's place in it.</param>
public readonly record struct RecordOrigin(int Input, long Place);

/// <summary>A deterministic step from datasets to a dataset, in which each output record is made from one input record. <c>docs/lineage.md</c> specifies each operation.</summary>
/// <remarks>That a record is made from one record alone is what lets a few of them be made again by somebody who has not all data.</remarks>
public abstract class Transformation
{
    /// <summary>The operation's name and version, such as <c>filter/v1</c>.</summary>
    public abstract string Operation { get; }

    /// <summary>What else decides the output, in the operation's one form.</summary>
    public virtual string Parameters => "";

    /// <summary>What a tool of ours is called by: SHA-256 of the operation's name, which stands for its specification. Of a command, SHA-256 of the program's file.</summary>
    public virtual Sha256Digest ToolDigest => Sha256.Hash(System.Text.Encoding.ASCII.GetBytes(Operation));

    /// <summary>Whether the origin of every output record follows from the inputs' counts, and needs no record to be read.</summary>
    public abstract bool OriginsFollowFromCounts { get; }

    /// <summary>How many records the output has, where that follows from the inputs' counts; null elsewhere.</summary>
    public abstract long? OutputCount(ImmutableArray<long> inputs);

    /// <summary>The origin of an output record, where it follows from the inputs' counts.</summary>
    /// <exception cref="NotSupportedException">It does not.</exception>
    public virtual RecordOrigin OriginOf(long output, ImmutableArray<long> inputs) => throw new NotSupportedException($"{Operation} reads records to tell their origins");

    /// <summary>Whether an input record is in the output, as far as the record alone says.</summary>
    public virtual bool Keeps(ReadOnlyMemory<byte> record) => true;

    /// <summary>What becomes of a record that is kept.</summary>
    public virtual ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> record) => record;

    /// <summary>Whether a record is kept only where it stands first among those that are the same.</summary>
    public virtual bool KeepsFirstAlone => false;

    /// <summary>Whether this can be done with so many inputs of so many records.</summary>
    public virtual Verdict Suits(ImmutableArray<long> inputs) => inputs.Length == 1
        ? Verdict.Accept
        : Verdict.Reject(LineageChecks.Operation, $"one input of {Operation}", $"{inputs.Length}");
}
