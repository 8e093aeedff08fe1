using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Lineage.Transformations;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Lineage;

/// <summary>An input record, shown to be committed, and where in the output it went.</summary>
/// <param name="Origin">Where it is.</param>
/// <param name="Record">Its bytes.</param>
/// <param name="InputPath">Siblings from its leaf up to the input's root.</param>
/// <param name="OutputPlace">Where what became of it is; null where it was left out.</param>
/// <param name="OutputPath">Siblings from there up to the output's root.</param>
public sealed record SampledRecord(RecordOrigin Origin, ReadOnlyMemory<byte> Record, ImmutableArray<Sha256Digest> InputPath, long? OutputPlace, ImmutableArray<Sha256Digest> OutputPath);

/// <summary>A file with records of a transformation, chosen by a seed that nobody could foresee, by which anybody makes them again and compares.</summary>
/// <remarks>
/// Deterministic CBOR: <c>["counterfoil/reexecution/v1", seed, [sample …]]</c>, a sample <c>[input, place, record, [path], output place or null, [path]]</c>. First come the origins of sampled output
/// places, in the order drawn; then, where the operation reads records to tell what it keeps, are sampled input places.
/// If a fraction f of the output's records was altered, k samples miss all of them with probability (1 − f)ᵏ; the same holds of input records wrongly left out. The seed must come after the statement, as the hash of the block that anchors it does.
/// </remarks>
/// <param name="Seed">What chose the samples.</param>
/// <param name="Samples">The samples.</param>
public sealed record SampledReexecution(Bytes32 Seed, ImmutableArray<SampledRecord> Samples)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/reexecution/v1";

    /// <summary>The most samples of each kind.</summary>
    public const int MaxSamples = 10_000;

    /// <summary>The probability that <paramref name="samples"/> samples miss every one of a fraction <paramref name="altered"/> of the records.</summary>
    public static double Escape(double altered, int samples) => Math.Pow(1 - altered, samples);

    /// <summary>Takes the samples from data at hand.</summary>
    /// <param name="statement">What is said to have been done.</param>
    /// <param name="inputs">The inputs' records, in order.</param>
    /// <param name="inputLeaves">The inputs' leaf hashes.</param>
    /// <param name="outputLeaves">The output's leaf hashes.</param>
    /// <param name="origins">The origin of each output record, as <see cref="TransformationRun"/> told it.</param>
    /// <param name="output">The rule that makes the output's records.</param>
    /// <param name="transformation">The transformation.</param>
    /// <param name="seed">What chooses.</param>
    /// <param name="samples">How many of each kind.</param>
    public static SampledReexecution Make(DataTransformation statement, IReadOnlyList<IRecordSource> inputs, IReadOnlyList<LeafManifest> inputLeaves, LeafManifest outputLeaves,
        ImmutableArray<RecordOrigin> origins, Canonicaliser output, Transformation transformation, Bytes32 seed, int samples)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(transformation);
        var (outputs, kept) = Draw(statement, transformation, seed, samples);
        var buffer = new byte[Math.Max(1, inputs.Max(i => i.MaxRecordBytes))];
        var taken = ImmutableArray.CreateBuilder<SampledRecord>();
        SampledRecord Take(RecordOrigin origin, long? place) => new(origin, TransformationRun.Read(inputs, origin, buffer).ToArray(), inputLeaves[origin.Input].InclusionPath((int)origin.Place),
            place, place is { } at ? outputLeaves.InclusionPath((int)at) : []);
        foreach (int place in outputs) taken.Add(Take(origins[place], place));
        var byLeaf = new Lazy<Dictionary<Sha256Digest, int>>(() => Enumerable.Range(0, outputLeaves.Count).DistinctBy(i => outputLeaves[i]).ToDictionary(i => outputLeaves[i], i => i));
        var leaf = new RecordLeaf(output);
        foreach (int place in kept)
        {
            var sample = Take(new(0, place), null);
            int at = origins.BinarySearch(new(0, place), Comparer<RecordOrigin>.Create((x, y) => x.Place.CompareTo(y.Place)));
            // What stands first in its own place, where another record was the same, is found by its leaf.
            if (at < 0 && transformation.Keeps(sample.Record) && byLeaf.Value.TryGetValue(leaf.Hash(transformation.Apply(sample.Record).Span), out int same)) at = same;
            taken.Add(at < 0 ? sample : sample with { OutputPlace = at, OutputPath = outputLeaves.InclusionPath(at) });
        }
        return new(seed, taken.ToImmutable());
    }

    /// <summary>Makes every sample again and compares.</summary>
    /// <param name="statement">What is said to have been done.</param>
    /// <param name="inputs">The rules that made the inputs' records, as their commitments say.</param>
    /// <param name="output">The rule that makes the output's.</param>
    /// <param name="seed">The seed that had to be used: the hash of the block that anchored the statement.</param>
    /// <param name="samples">How many samples of each kind are asked for.</param>
    /// <param name="program">For a command, the file to run.</param>
    public Verdict Verify(DataTransformation statement, IReadOnlyList<Canonicaliser> inputs, Canonicaliser output, Bytes32 seed, int samples, string? program = null)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var verdict = Operations.Find(statement.Operation, statement.Parameters, out var transformation, program);
        if (!verdict.IsAccepted) return verdict;
        if (transformation!.ToolDigest != statement.ToolDigest) return Verdict.Reject(LineageChecks.Tool, $"the tool {statement.ToolDigest}", $"{transformation.ToolDigest}");
        ImmutableArray<long> counts = [.. statement.Inputs.Select(i => i.Records)];
        verdict = transformation.Suits(counts);
        if (!verdict.IsAccepted) return verdict;
        if (transformation.OutputCount(counts) is { } count && count != statement.Output.Records) return Verdict.Reject(LineageChecks.Count, $"{count} records out of {statement.Operation}", $"{statement.Output.Records}");
        if (transformation.OutputCount(counts) is null && statement.Output.Records > counts[0]) return Verdict.Reject(LineageChecks.Count, $"at most {counts[0]} records out of {statement.Operation}", $"{statement.Output.Records}");

        var (outputs, kept) = Draw(statement, transformation, seed, samples);
        if (Seed != seed) return Verdict.Reject(LineageChecks.Sample, $"samples by the seed {seed}", $"{Seed}");
        if (Samples.Length != outputs.Count + kept.Count) return Verdict.Reject(LineageChecks.Sample, $"{outputs.Count} + {kept.Count} samples", $"{Samples.Length}");
        for (int i = 0; i < Samples.Length; i++)
        {
            var sample = Samples[i];
            bool isOutput = i < outputs.Count;
            if (isOutput ? sample.OutputPlace != outputs[i] : sample.Origin != new RecordOrigin(0, kept[i - outputs.Count]))
                return Verdict.Reject(LineageChecks.Sample, isOutput ? $"output place {outputs[i]} as sample {i}" : $"input place {kept[i - outputs.Count]} as sample {i}", isOutput ? $"{sample.OutputPlace}" : $"{sample.Origin.Place}");
            verdict = Remake(statement, transformation, counts, inputs, output, sample, isOutput);
            if (!verdict.IsAccepted) return verdict;
        }
        return InOrder(transformation, Samples[..outputs.Count]);
    }

    static Verdict Remake(DataTransformation statement, Transformation transformation, ImmutableArray<long> counts, IReadOnlyList<Canonicaliser> inputs, Canonicaliser output, SampledRecord sample, bool isOutput)
    {
        if (sample.Origin.Input < 0 || sample.Origin.Input >= statement.Inputs.Length) return Verdict.Reject(LineageChecks.Origin, $"one of {statement.Inputs.Length} inputs", $"input {sample.Origin.Input}");
        if (isOutput && transformation.OriginsFollowFromCounts && transformation.OriginOf(sample.OutputPlace!.Value, counts) is var due && due != sample.Origin)
            return Verdict.Reject(LineageChecks.Origin, $"output {sample.OutputPlace} from place {due.Place} of input {due.Input}", $"place {sample.Origin.Place} of input {sample.Origin.Input}");
        var input = statement.Inputs[sample.Origin.Input];
        var leaf = new RecordLeaf(inputs[sample.Origin.Input]).Hash(sample.Record.Span);
        var verdict = InclusionProof.Verify(input.OrderedRoot, input.Records, sample.Origin.Place, leaf, sample.InputPath);
        if (!verdict.IsAccepted) return verdict;

        if (!transformation.Keeps(sample.Record))
            return sample.OutputPlace is null
                ? Verdict.Accept
                : Verdict.Reject(isOutput ? LineageChecks.Reexecution : LineageChecks.Omission, $"record {sample.Origin.Place} left out by {statement.Operation}", $"it at place {sample.OutputPlace}");
        if (sample.OutputPlace is not { } place) return Verdict.Reject(LineageChecks.Omission, $"record {sample.Origin.Place} kept by {statement.Operation}", "no place in the output");
        var made = new RecordLeaf(output).Hash(transformation.Apply(sample.Record).Span);
        return InclusionProof.Verify(statement.Output.OrderedRoot, statement.Output.Records, place, made, sample.OutputPath).IsAccepted
            ? Verdict.Accept
            : Verdict.Reject(LineageChecks.Reexecution, $"the record with leaf {made} at place {place}, made again from place {sample.Origin.Place}", $"another under {statement.Output.OrderedRoot}");
    }

    /// <summary>Where origins are claimed, the output keeps the input's order: of two places the later one comes from later.</summary>
    static Verdict InOrder(Transformation transformation, ImmutableArray<SampledRecord> outputs)
    {
        if (transformation.OriginsFollowFromCounts) return Verdict.Accept;
        var sorted = outputs.DistinctBy(s => (s.OutputPlace, s.Origin.Place)).OrderBy(s => s.OutputPlace).ThenBy(s => s.Origin.Place).ToList();
        for (int i = 1; i < sorted.Count; i++)
            if (sorted[i].OutputPlace == sorted[i - 1].OutputPlace || sorted[i].Origin.Place - sorted[i - 1].Origin.Place < sorted[i].OutputPlace - sorted[i - 1].OutputPlace)
                return Verdict.Reject(LineageChecks.Origin, $"an origin at least {sorted[i].OutputPlace - sorted[i - 1].OutputPlace} places after {sorted[i - 1].Origin.Place} for output {sorted[i].OutputPlace}", $"{sorted[i].Origin.Place}");
        return Verdict.Accept;
    }

    /// <summary>The places that a seed chooses, with repetition: output places, then input places where what is kept has to be seen.</summary>
    static (List<int> Outputs, List<int> Inputs) Draw(DataTransformation statement, Transformation transformation, Bytes32 seed, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)samples, (uint)MaxSamples, nameof(samples));
        var context = new byte[2 * Bytes32.Size + 16];
        statement.Output.OrderedRoot.CopyTo(context);
        statement.Inputs[0].OrderedRoot.CopyTo(context.AsSpan(Bytes32.Size));
        BinaryPrimitives.WriteInt64BigEndian(context.AsSpan(2 * Bytes32.Size), statement.Output.Records);
        BinaryPrimitives.WriteInt64BigEndian(context.AsSpan(2 * Bytes32.Size + 8), statement.Inputs[0].Records);
        var sequence = new SeededSequence(Domains.LineageSample, seed, context);
        List<int> Places(long n) => n is <= 0 or > int.MaxValue ? [] : [.. Enumerable.Range(0, samples).Select(_ => sequence.Below((int)n))];
        var outputs = Places(statement.Output.Records);
        return (outputs, transformation.OriginsFollowFromCounts ? [] : Places(statement.Inputs[0].Records));
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(3);
        writer.WriteText(Version);
        writer.WriteBytes(Seed.ToArray());
        writer.BeginArray(Samples.Length);
        foreach (var sample in Samples)
        {
            writer.BeginArray(6);
            writer.WriteInt(sample.Origin.Input);
            writer.WriteInt(sample.Origin.Place);
            writer.WriteBytes(sample.Record.Span);
            WritePath(writer, sample.InputPath);
            if (sample.OutputPlace is { } place) writer.WriteInt(place);
            else writer.WriteNull();
            WritePath(writer, sample.OutputPath);
            writer.EndArray();
        }
        writer.EndArray();
        writer.EndArray();
        return writer.ToArray();
    }

    static void WritePath(CborWriter writer, ImmutableArray<Sha256Digest> path)
    {
        writer.BeginArray(path.Length);
        foreach (var node in path) writer.WriteBytes(node.ToArray());
        writer.EndArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out SampledReexecution? reexecution)
    {
        reexecution = null;
        var reader = new CborReader(bytes, new CborLimits { Bytes = 1 << 30, Depth = 4, Items = 3_000_000 });
        reader.BeginArray(3, 3);
        string version = reader.ReadText(64);
        if (version != Version) reader.Fail(LineageChecks.Sample, Version, $"\"{version}\"");
        var seed = reader.ReadBytes32();
        int count = reader.BeginArray(0, 2 * MaxSamples);
        var samples = ImmutableArray.CreateBuilder<SampledRecord>(count);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.BeginArray(6, 6);
            var origin = new RecordOrigin((int)reader.ReadInt(0, int.MaxValue), reader.ReadInt(0, long.MaxValue));
            var record = reader.ReadBytes().ToArray();
            var inputPath = ReadPath(ref reader);
            long? place = reader.TryReadNull() ? null : reader.ReadInt(0, long.MaxValue);
            samples.Add(new(origin, record, inputPath, place, ReadPath(ref reader)));
            reader.EndArray();
        }
        reader.EndArray();
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict.IsAccepted) reexecution = new(seed, samples.ToImmutable());
        return verdict;
    }

    static ImmutableArray<Sha256Digest> ReadPath(ref CborReader reader)
    {
        int length = reader.BeginArray(0, 63);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++) path.Add(new(reader.ReadBytes32()));
        reader.EndArray();
        return path.ToImmutable();
    }
}
