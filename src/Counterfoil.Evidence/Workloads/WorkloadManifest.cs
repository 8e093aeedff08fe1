using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence.Workloads;

/// <summary>What a tenant orders: this recipe over this data, on a machine of this size. Its SHA-256 goes on chain with the order.</summary>
/// <param name="Dataset">Payload digest of the dataset commitment that the workload reads, or null.</param>
/// <param name="Recipe">SHA-256 of the training recipe.</param>
/// <param name="CpuMillis">Thousandths of a processor.</param>
/// <param name="MemoryBytes">Memory.</param>
public sealed record WorkloadManifest(Sha256Digest? Dataset, Sha256Digest Recipe, long CpuMillis, long MemoryBytes)
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>SHA-256 of the canonical encoding: the manifest digest of the order.</summary>
    public Sha256Digest Digest => Sha256.Hash(Encode());

    /// <summary>The canonical encoding: a deterministic CBOR map.</summary>
    public byte[] Encode()
    {
        var w = new CborWriter();
        w.BeginMap(5);
        w.WriteText("recipe");
        w.WriteBytes(Recipe.ToArray());
        w.WriteText("dataset");
        if (Dataset is { } dataset) w.WriteBytes(dataset.ToArray());
        else w.WriteNull();
        w.WriteText("version");
        w.WriteUInt(Version);
        w.WriteText("cpuMillis");
        w.WriteInt(CpuMillis);
        w.WriteText("memoryBytes");
        w.WriteInt(MemoryBytes);
        w.EndMap();
        return w.ToArray();
    }

    /// <summary>Reads the canonical encoding and no other.</summary>
    /// <param name="bytes">The encoding.</param>
    /// <param name="manifest">The manifest, when the verdict accepts.</param>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out WorkloadManifest? manifest)
    {
        manifest = null;
        var r = new CborReader(bytes.Span, new CborLimits { Bytes = 4096, Depth = 1, Items = 16 });
        r.BeginMap(5, 5);
        r.ReadKey("recipe");
        var recipe = new Sha256Digest(r.ReadBytes32());
        r.ReadKey("dataset");
        Sha256Digest? dataset = r.TryReadNull() ? null : new Sha256Digest(r.ReadBytes32());
        r.ReadKey("version");
        ulong version = r.ReadUInt();
        if (version != Version) r.Fail(EvidenceChecks.ManifestVersion, $"version {Version}", $"version {version}");
        r.ReadKey("cpuMillis");
        long cpu = r.ReadInt(1, long.MaxValue);
        r.ReadKey("memoryBytes");
        long memory = r.ReadInt(1, long.MaxValue);
        r.EndMap();
        var verdict = r.Finish();
        if (verdict.IsAccepted) manifest = new WorkloadManifest(dataset, recipe, cpu, memory);
        return verdict;
    }
}
