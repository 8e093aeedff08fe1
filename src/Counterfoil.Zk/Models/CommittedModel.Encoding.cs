using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Models;

namespace Counterfoil.Zk;

public sealed partial class CommittedModel
{
    const string Kind = "counterfoil-model";
    const int Version = 2;
    const int GemmOperator = 1;

    static readonly CborLimits DecoderLimits = new() { Bytes = 8 << 20, Depth = 4, Items = 16 * (Limits.Nodes + 4) };

    readonly byte[] encoding;

    /// <summary>The one encoding, deterministic CBOR: <c>docs/proofs.md</c> has the fields.</summary>
    public byte[] Encode() => (byte[])encoding.Clone();

    /// <summary>Reads what <see cref="Encode"/> wrote. Any other bytes are refused: a model has one encoding.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out CommittedModel? model)
    {
        model = null;
        var reader = new CborReader(bytes.Span, DecoderLimits);
        reader.BeginArray(9, 9);
        reader.ReadKey(Kind);
        reader.ReadInt(Version, Version);
        var profile = (PrivacyProfile)reader.ReadInt(0, 255);
        var (code, folding) = ParameterEncoding.Read(ref reader);
        int budget = (int)reader.ReadInt(0, CommitmentParameters.MostBudget);
        var graph = ReadGraph(ref reader, out var biasBits);
        reader.Skip();
        reader.Skip();
        var root = new Keccak256Digest(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (verdict is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(ZkChecks.ModelEncoding, reason.Expected, reason.Found);

        verdict = Create(graph, biasBits, new CommitmentParameters(profile, code, budget, folding), root, out var candidate);
        if (!verdict.IsAccepted) return verdict;
        // The lists of tables follow from the graph; comparing the whole leaves nothing that was read and not used.
        if (!bytes.Span.SequenceEqual(candidate!.encoding)) return Verdict.Reject(ZkChecks.ModelEncoding, "the tables that the graph needs", "others");
        model = candidate;
        return Verdict.Accept;
    }

    static Graph ReadGraph(ref CborReader reader, out ImmutableArray<int> biasBits)
    {
        reader.BeginArray(2, 2);
        int inputLength = (int)reader.ReadInt(1, Limits.Length);
        int count = reader.BeginArray(1, Limits.Nodes);
        var nodes = ImmutableArray.CreateBuilder<Node>(count);
        var bits = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count; i++)
        {
            reader.BeginArray(8, 8);
            reader.ReadInt(GemmOperator, GemmOperator);
            int input = (int)reader.ReadInt(0, i), columns = (int)reader.ReadInt(1, Limits.Length), rows = (int)reader.ReadInt(1, Limits.Length);
            int shift = (int)reader.ReadInt(15, 46);
            bool relu = reader.ReadBool();
            bits.Add((int)reader.ReadInt(1, 31));
            var words = reader.ReadBytes(4 * rows);
            reader.EndArray();
            var multipliers = ImmutableArray.CreateBuilder<uint>(words.Length / 4);
            for (; words.Length >= 4; words = words[4..]) multipliers.Add(BinaryPrimitives.ReadUInt32BigEndian(words));
            nodes.Add(new Gemm(input, columns, rows, new Requantisation(multipliers.ToImmutable(), shift), relu));
        }
        reader.EndArray();
        reader.EndArray();
        biasBits = bits.ToImmutable();
        return new Graph(inputLength, nodes.ToImmutable());
    }

    byte[] WriteEncoding()
    {
        var writer = new CborWriter();
        writer.BeginArray(9);
        writer.WriteText(Kind);
        writer.WriteUInt(Version);
        writer.WriteUInt((ulong)Parameters.Profile);
        ParameterEncoding.Write(writer, Parameters);
        writer.WriteUInt((ulong)Parameters.Budget);
        WriteGraph(writer);
        WriteTables(writer, Registration.Tables);
        WriteTables(writer, Inference.Tables);
        writer.WriteBytes(GenesisRoot.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    byte[] GraphEncoding()
    {
        var writer = new CborWriter();
        WriteGraph(writer);
        return writer.ToArray();
    }

    void WriteGraph(CborWriter writer)
    {
        writer.BeginArray(2);
        writer.WriteUInt((ulong)Graph.InputLength);
        writer.BeginArray(Space.Nodes.Length);
        foreach (var node in Space.Nodes)
        {
            var gemm = node.Node;
            var multipliers = new byte[4 * gemm.OutputLength];
            for (int i = 0; i < gemm.OutputLength; i++) BinaryPrimitives.WriteUInt32BigEndian(multipliers.AsSpan(4 * i), gemm.Requantisation.Multipliers[i]);
            writer.BeginArray(8);
            writer.WriteUInt(GemmOperator);
            writer.WriteUInt((ulong)gemm.Input);
            writer.WriteUInt((ulong)gemm.InputLength);
            writer.WriteUInt((ulong)gemm.OutputLength);
            writer.WriteUInt((ulong)gemm.Requantisation.Shift);
            writer.WriteBool(gemm.Relu);
            writer.WriteUInt((ulong)node.BiasBits);
            writer.WriteBytes(multipliers);
            writer.EndArray();
        }
        writer.EndArray();
        writer.EndArray();
    }

    static void WriteTables(CborWriter writer, TableSet tables)
    {
        writer.BeginArray(tables.Ids.Length);
        foreach (var id in tables.Ids) writer.WriteUInt((ulong)id);
        writer.EndArray();
    }
}
