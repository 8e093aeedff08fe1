using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Zk;

public sealed partial class CommittedModel
{
    const int Version = 1;
    const byte GemmOperator = 1;
    static ReadOnlySpan<byte> Magic => "counterfoil-model"u8;

    readonly byte[] encoding;

    /// <summary>
    /// The one encoding, big-endian and without padding, so that a contract can read it: magic, version, profile, the two codes, the graph, the numbers of the tables,
    /// the weight root. <c>docs/proofs.md</c> has the fields.
    /// </summary>
    public byte[] Encode() => (byte[])encoding.Clone();

    /// <summary>Reads what <see cref="Encode"/> wrote. Any other bytes are refused: a model has one encoding.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out CommittedModel? model)
    {
        model = null;
        var reader = new Reader(bytes.Span);
        if (!reader.Bytes(Magic.Length).SequenceEqual(Magic) || reader.Number(2) != Version)
            return Verdict.Reject(ZkChecks.ModelEncoding, $"a committed model of version {Version}", "something else");
        var profile = (PrivacyProfile)reader.Number(1);
        RowCode weights = reader.Code(), witness = reader.Code();

        uint inputLength = reader.Number(4), count = reader.Number(2);
        if (inputLength > Limits.Length || count > Limits.Nodes) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {Limits.Nodes} nodes, {Limits.Length} cells", $"{count}, {inputLength}");
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var biasBits = ImmutableArray.CreateBuilder<int>();
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            uint operation = reader.Number(1), input = reader.Number(2), columns = reader.Number(4), rows = reader.Number(4);
            uint shift = reader.Number(1), relu = reader.Number(1);
            biasBits.Add((int)reader.Number(1));
            if (reader.Failed) break;
            if (operation != GemmOperator) return Verdict.Reject(ZkChecks.ModelGraph, "operator 1, Gemm", $"node {i}: operator {operation}");
            if (relu > 1 || columns > Limits.Length || rows > Limits.Length) return Verdict.Reject(ZkChecks.ModelEncoding, $"node {i} within the limits", $"{rows} × {columns}, ReLU {relu}");
            var bytesOfMultipliers = reader.Bytes(4 * (int)rows);
            if (reader.Failed) break;
            var multipliers = ImmutableArray.CreateBuilder<uint>((int)rows);
            for (int row = 0; row < rows; row++) multipliers.Add(BinaryPrimitives.ReadUInt32BigEndian(bytesOfMultipliers[(4 * row)..]));
            nodes.Add(new Gemm((int)input, (int)columns, (int)rows, new Requantisation(multipliers.MoveToImmutable(), (int)shift), relu == 1));
        }
        _ = reader.Bytes((int)reader.Number(1));
        _ = reader.Bytes((int)reader.Number(1));
        var root = reader.Bytes(Bytes32.Size);
        if (reader.Failed || !reader.AtEnd) return Verdict.Reject(ZkChecks.ModelEncoding, $"a committed model", $"{(reader.Failed ? "a truncated one" : "bytes after it")}");

        var parameters = new CommitmentParameters(profile, weights, witness);
        var verdict = Create(new Graph((int)inputLength, nodes.ToImmutable()), biasBits.ToImmutable(), parameters, new Keccak256Digest(root), out var candidate);
        if (!verdict.IsAccepted) return verdict;
        if (!bytes.Span.SequenceEqual(candidate!.encoding)) return Verdict.Reject(ZkChecks.ModelEncoding, "the canonical encoding", "another spelling of the same model");
        model = candidate;
        return Verdict.Accept;
    }

    byte[] WriteEncoding()
    {
        var writer = new Writer();
        writer.Bytes(Magic);
        writer.Number(2, Version);
        writer.Number(1, (uint)Parameters.Profile);
        writer.Code(Parameters.Weights);
        writer.Code(Parameters.Witness);
        writer.Bytes(GraphEncoding());
        foreach (var tables in new[] { Registration.Tables, Inference.Tables })
        {
            writer.Number(1, (uint)tables.Ids.Length);
            foreach (var id in tables.Ids) writer.Number(1, (uint)id);
        }
        writer.Bytes(WeightRoot.ToArray());
        return writer.ToArray();
    }

    byte[] GraphEncoding()
    {
        var writer = new Writer();
        writer.Number(4, (uint)Graph.InputLength);
        writer.Number(2, (uint)Space.Nodes.Length);
        foreach (var node in Space.Nodes)
        {
            var gemm = node.Node;
            writer.Number(1, GemmOperator);
            writer.Number(2, (uint)gemm.Input);
            writer.Number(4, (uint)gemm.InputLength);
            writer.Number(4, (uint)gemm.OutputLength);
            writer.Number(1, (uint)gemm.Requantisation.Shift);
            writer.Number(1, gemm.Relu ? 1u : 0);
            writer.Number(1, (uint)node.BiasBits);
            foreach (uint m in gemm.Requantisation.Multipliers) writer.Number(4, m);
        }
        return writer.ToArray();
    }

    ref struct Reader(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> rest = rest;

        public bool Failed { get; private set; }

        public readonly bool AtEnd => rest.IsEmpty;

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (Failed || count > rest.Length)
            {
                Failed = true;
                return default;
            }
            var bytes = rest[..count];
            rest = rest[count..];
            return bytes;
        }

        public uint Number(int size)
        {
            uint value = 0;
            foreach (byte b in Bytes(size)) value = value << 8 | b;
            return value;
        }

        public RowCode Code() => new((int)Number(1), (int)Number(1), (int)Number(2));
    }

    sealed class Writer
    {
        readonly List<byte> bytes = [];

        public void Bytes(ReadOnlySpan<byte> values) => bytes.AddRange(values);

        public void Number(int size, uint value)
        {
            for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes.Add((byte)(value >> shift));
        }

        public void Code(RowCode code)
        {
            Number(1, (uint)code.LogRowLength);
            Number(1, (uint)code.LogInverseRate);
            Number(2, (uint)code.Queries);
        }

        public byte[] ToArray() => [.. bytes];
    }
}
