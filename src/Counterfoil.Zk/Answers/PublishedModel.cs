using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Answers;

/// <summary>
/// What the owner of a registered model gives away: the committed model, the proof of its registration, and what its numbers mean. With it anyone verifies answers offline. <c>docs/serving.md</c> has the format.
/// </summary>
public sealed class PublishedModel
{
    const string Kind = "counterfoil-published-model";
    const int Version = 1;

    /// <summary>Bytes of a file at most: 320 MiB.</summary>
    public const int MaximumBytes = 320 << 20;

    /// <summary>Characters of a model's name at most.</summary>
    public const int MostNameLength = 64;

    static readonly CborLimits limits = new() { Bytes = MaximumBytes, Depth = 3, Items = 128 };

    readonly byte[] encoding;

    /// <summary>Puts a registered model's parts together.</summary>
    /// <param name="name">What it is called: 1 to 64 of letters, digits, '.', '_' and '-', the first no '.'.</param>
    /// <param name="model">The committed model.</param>
    /// <param name="registrationProof">The proof of its registration.</param>
    /// <param name="input">What it is asked.</param>
    /// <param name="output">What it answers.</param>
    /// <param name="calibration">How far its integers are from its floats.</param>
    /// <exception cref="ArgumentException">A part does not fit the graph.</exception>
    public PublishedModel(string name, CommittedGraph model, ReadOnlyMemory<byte> registrationProof, TensorSpec input, TensorSpec output, CalibrationFacts calibration)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(calibration);
        (Name, Model, RegistrationProof, Input, Output, Calibration) = (name, model, registrationProof, input, output, calibration);
        var verdict = Check();
        if (!verdict.IsAccepted) throw new ArgumentException(verdict.ToString(), nameof(name));
        var writer = new CborWriter();
        writer.BeginArray(8);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteText(name);
        Write(writer, input);
        Write(writer, output);
        writer.BeginArray(7);
        writer.WriteInt(calibration.Samples);
        foreach (double number in calibration.Numbers) Write(writer, number);
        writer.EndArray();
        writer.WriteBytes(model.Encode());
        writer.WriteBytes(registrationProof.Span);
        writer.EndArray();
        encoding = writer.ToArray();
        Digest = Sha256.Hash(encoding);
    }

    PublishedModel(string name, CommittedGraph model, byte[] registrationProof, TensorSpec input, TensorSpec output, CalibrationFacts calibration, byte[] encoding)
    {
        (Name, Model, RegistrationProof, Input, Output, Calibration, this.encoding) = (name, model, registrationProof, input, output, calibration, encoding);
        Digest = Sha256.Hash(encoding);
    }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; }

    /// <summary>The committed model.</summary>
    public CommittedGraph Model { get; }

    /// <summary>The proof that its hidden cells are in range.</summary>
    public ReadOnlyMemory<byte> RegistrationProof { get; }

    /// <summary>What it is asked.</summary>
    public TensorSpec Input { get; }

    /// <summary>What it answers.</summary>
    public TensorSpec Output { get; }

    /// <summary>How far its integers are from its floats, by its owner's word.</summary>
    public CalibrationFacts Calibration { get; }

    /// <summary>SHA-256 of the encoding, hence of the file: it names all of the above, as <see cref="CommittedGraph.Id"/> names the committed model alone.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>The one encoding, deterministic CBOR.</summary>
    public byte[] Encode() => (byte[])encoding.Clone();

    /// <summary>Whether the registration holds, without which nothing follows from a proof. Proven once, then remembered.</summary>
    public Verdict Verify() => Model.IsRegistered ? Verdict.Accept : Zk.RegistrationProof.Verify(Model, RegistrationProof);

    /// <summary>Reads a stranger's bytes. Accepts what <see cref="Encode"/> writes and nothing else; the registration is left to <see cref="Verify"/>.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out PublishedModel? published)
    {
        published = null;
        var reader = new CborReader(bytes.Span, limits);
        reader.BeginArray(8, 8);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        string name = reader.ReadText(MostNameLength);
        TensorSpec input = ReadTensor(ref reader), output = ReadTensor(ref reader);
        reader.BeginArray(7, 7);
        var calibration = new CalibrationFacts(
            (int)reader.ReadInt(1, int.MaxValue), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader));
        reader.EndArray();
        byte[] encoded = reader.ReadBytes().ToArray(), registration = reader.ReadBytes().ToArray();
        reader.EndArray();
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(AnswerChecks.PublishedEncoding, reason.Expected, reason.Found);
        var verdict = CommittedGraph.Decode(encoded, out var model);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new PublishedModel(name, model!, registration, input, output, calibration, bytes.ToArray());
        verdict = candidate.Check();
        if (verdict.IsAccepted) published = candidate;
        return verdict;
    }

    /// <summary>Whether a text can be a model's name.</summary>
    public static bool IsName(string name) => name is { Length: > 0 and <= MostNameLength } && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    Verdict Check()
    {
        if (!IsName(Name)) return Verdict.Reject(AnswerChecks.PublishedTensors, $"a name of 1 to {MostNameLength} letters, digits, '.', '_' and '-'", "another");
        if (Calibration.Samples < 1 || Calibration.Numbers.Any(n => !double.IsFinite(n))) return Verdict.Reject(AnswerChecks.PublishedTensors, "facts of a calibration on at least one input, finite", "others");
        var graph = Model.Graph;
        return Input.Check("input", graph.Input.Length)
            .Then(() => Output.Check("output", graph.Length(graph.Output)))
            .Then(() => Output.Datatype == Datatype.FP32 ? Verdict.Accept : Verdict.Reject(AnswerChecks.PublishedTensors, "output: FP32", $"{Output.Datatype}"));
    }

    static void Write(CborWriter writer, TensorSpec tensor)
    {
        writer.BeginArray(4);
        writer.WriteText(tensor.Name);
        writer.WriteUInt((ulong)tensor.Datatype);
        writer.BeginArray(tensor.Shape.Length);
        foreach (int d in tensor.Shape) writer.WriteInt(d);
        writer.EndArray();
        Write(writer, tensor.Scale);
        writer.EndArray();
    }

    static TensorSpec ReadTensor(ref CborReader reader)
    {
        reader.BeginArray(4, 4);
        string name = reader.ReadText(TensorSpec.MostNameBytes);
        var datatype = (Datatype)reader.ReadInt(1, 2);
        int dimensions = reader.BeginArray(0, TensorSpec.MostDimensions);
        var shape = ImmutableArray.CreateBuilder<int>(dimensions);
        for (int i = 0; i < dimensions; i++) shape.Add((int)reader.ReadInt(1, int.MaxValue));
        reader.EndArray();
        double scale = ReadNumber(ref reader);
        reader.EndArray();
        return new TensorSpec(name, datatype, shape.ToImmutable(), scale);
    }

    // The subset of CBOR has no floats: eight bytes, big-endian, of IEEE 754 binary64.
    static void Write(CborWriter writer, double number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, number);
        writer.WriteBytes(bytes);
    }

    static double ReadNumber(ref CborReader reader)
    {
        var bytes = reader.ReadBytes(sizeof(double));
        if (bytes.Length == sizeof(double)) return BinaryPrimitives.ReadDoubleBigEndian(bytes);
        reader.Fail(AnswerChecks.PublishedEncoding, $"{sizeof(double)} bytes of a number", $"{bytes.Length}");
        return 0;
    }
}
