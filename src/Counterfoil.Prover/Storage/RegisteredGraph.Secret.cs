using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Prover;

public sealed partial class RegisteredGraph
{
    const string SecretKind = "counterfoil-prover-secret";
    const int SecretVersion = 1;

    /// <summary>Bytes of <see cref="EncodeSecret"/> at most: 768 MiB.</summary>
    public const int MostSecretBytes = 768 << 20;

    static readonly CborLimits secretLimits = new() { Bytes = MostSecretBytes, Depth = 3, Items = 4 * IntegerRanges.MaximumNodes };

    /// <summary>
    /// What another process needs, beside the public model, to go on proving: hidden cells, and the seed of masks and salts. As secret as the weights. <c>docs/serving.md</c> has the format.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is a batch, whose secret is the single model's.</exception>
    public byte[] EncodeSecret()
    {
        if (Model.Parameters.WeightsHidden && seed.Length == 0) throw new InvalidOperationException("a batch has no secret of its own");
        var writer = new CborWriter();
        writer.BeginArray(5);
        writer.WriteText(SecretKind);
        writer.WriteUInt(SecretVersion);
        writer.WriteBytes(Model.WeightRoot.ToArray());
        writer.WriteBytes(seed);
        writer.BeginArray(source.Hidden.Length);
        foreach (var (weights, biases) in source.Hidden)
        {
            writer.BeginArray(2);
            writer.WriteBytes(MemoryMarshal.AsBytes(weights.AsSpan()));
            var bytes = new byte[sizeof(int) * biases.Length];
            for (int i = 0; i < biases.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(int) * i), biases[i]);
            writer.WriteBytes(bytes);
            writer.EndArray();
        }
        writer.EndArray();
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Goes on with a model that was registered before. Nothing is drawn anew, no range is proven again: both would open the hidden cells once more than their masks have room for.</summary>
    /// <param name="model">The public model.</param>
    /// <param name="registrationProof">The proof of its registration, which is verified.</param>
    /// <param name="secret">What <see cref="EncodeSecret"/> gave. A stranger's bytes at worst: the root that they give must be the model's.</param>
    /// <param name="options">Where openings are counted, and where fresh randomness comes from; the rest is the model's own.</param>
    /// <param name="registered">The model, if the verdict accepts.</param>
    public static Verdict TryOpen(CommittedGraph model, ReadOnlyMemory<byte> registrationProof, ReadOnlySpan<byte> secret, RegistrationOptions options, out RegisteredGraph? registered)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        registered = null;
        var verdict = DecodeSecret(model, secret, out var source, out byte[] seed);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(model.Graph, model.Parameters.Code, out var layout).Then(() => Fits(layout!));
        if (!verdict.IsAccepted) return verdict;
        long start = Stopwatch.GetTimestamp();
        var hidden = new HiddenMatrix(model.Graph, layout!, source!.Hidden);
        var committed = Commit(hidden, model.Parameters, seed, options.MostKept);
        var commitment = new StageTiming(registrationStages[0], Stopwatch.GetElapsedTime(start));
        if (committed.Root != model.WeightRoot) return Verdict.Reject(ProverChecks.SecretRoot, $"{model.WeightRoot}", $"{committed.Root}");
        verdict = Zk.RegistrationProof.Verify(model, registrationProof);
        if (verdict.IsAccepted) registered = new RegisteredGraph(model, source, hidden, committed, seed, options, registrationProof.ToArray(), [commitment]);
        return verdict;
    }

    static Verdict DecodeSecret(CommittedGraph model, ReadOnlySpan<byte> secret, out IntegerModel? source, out byte[] seed)
    {
        source = null;
        int nodes = model.Graph.Nodes.Length, seedSize = model.Parameters.WeightsHidden ? SecretStream.SeedSize : 0;
        var reader = new CborReader(secret, secretLimits);
        reader.BeginArray(5, 5);
        reader.ReadKey(SecretKind);
        reader.ReadInt(SecretVersion, SecretVersion);
        var root = new Keccak256Digest(reader.ReadBytes32());
        seed = reader.ReadBytes(SecretStream.SeedSize).ToArray();
        if (seed.Length != seedSize) reader.Fail(ProverChecks.Secret, $"a seed of {seedSize} bytes", $"{seed.Length}");
        int count = reader.BeginArray(nodes, nodes);
        var hidden = ImmutableArray.CreateBuilder<HiddenCells>(count);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            reader.BeginArray(2, 2);
            var weights = reader.ReadBytes();
            var cells = reader.ReadBytes();
            reader.EndArray();
            if (cells.Length % sizeof(int) != 0) reader.Fail(ProverChecks.Secret, $"biases of {sizeof(int)} bytes", $"{cells.Length} bytes");
            var biases = new int[cells.Length / sizeof(int)];
            for (int b = 0; b < biases.Length; b++) biases[b] = BinaryPrimitives.ReadInt32BigEndian(cells[(sizeof(int) * b)..]);
            hidden.Add(new HiddenCells([.. MemoryMarshal.Cast<byte, sbyte>(weights)], ImmutableCollectionsMarshal.AsImmutableArray(biases)));
        }
        reader.EndArray();
        reader.EndArray();
        if (reader.Finish() is Verdict.Rejected { Reason: var reason }) return Verdict.Reject(ProverChecks.Secret, reason.Expected, reason.Found);
        if (root != model.WeightRoot) return Verdict.Reject(ProverChecks.SecretRoot, $"{model.WeightRoot}", $"{root}");
        // What numbers stand for is the published model's to say; here they are integers.
        source = new IntegerModel(model.Graph, hidden.ToImmutable(), 1, 1);
        return source.Validate(out _);
    }
}
